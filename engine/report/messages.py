"""The words of the reports in one language; labels of rules and facts come from the policies and schemas."""

from __future__ import annotations

from collections.abc import Mapping

from engine.words import read_words


def words(lang: str) -> Mapping[str, str]:
    """Every word in one language."""
    return read_words("reports", lang)


def word(key: str, lang: str) -> str:
    """One word; an unknown key is given back as it is."""
    return words(lang).get(key, key)
