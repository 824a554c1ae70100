"""The words of the reports, in French and English; labels of rules and facts come from the policies and schemas.

One module for each kind of page; no key stands in two of them.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.report.messages import (
    alternatives,
    batch,
    behaviour,
    decisions,
    diff,
    exchange,
    questions,
    reviewing,
    rules,
    sensitivity,
    timelines,
)

LANGUAGES = ("fr", "en")

_WORDS: Mapping[str, tuple[str, str]] = {
    key: pair
    for module in (
        decisions,
        rules,
        batch,
        reviewing,
        timelines,
        alternatives,
        exchange,
        sensitivity,
        questions,
        diff,
        behaviour,
    )
    for key, pair in module.WORDS.items()
}


def words(lang: str) -> Mapping[str, str]:
    """Every word in one language."""
    index = LANGUAGES.index(lang)
    return {key: pair[index] for key, pair in _WORDS.items()}


def word(key: str, lang: str) -> str:
    """One word; an unknown key is given back as it is."""
    pair = _WORDS.get(key)
    return pair[LANGUAGES.index(lang)] if pair else key
