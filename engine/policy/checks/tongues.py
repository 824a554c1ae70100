"""A text is in the language that it stands under: texts come in, those in the other one, or in both, go out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from engine.errors import Location, Problem, warning
from engine.policy.checks.labels import label_texts
from engine.policy.model import Convention
from engine.policy.registry import Registry

# The commonest words of each language that the other does not have.
_FRENCH = """le la les des du de un une et est sont ou au aux à pour par dans sur avec sans que qui ce cette son ses
 leur ne pas se il elle"""
_ENGLISH = """the of and is are or to for by in with without that which this its their not from at it he she be has was
 an where"""
_WORDS = {"fr": frozenset(_FRENCH.split()), "en": frozenset(_ENGLISH.split())}
_OTHER = {"fr": "en", "en": "fr"}
_SAME = 3  # words of a text that may be a name, and so the same in both languages
_WORD = re.compile(r"[^\W\d_]+")


def tongue_problems(registry: Registry, convention: Convention) -> Iterator[Problem]:
    """Every text of a convention that is not in its language."""
    for id_, text, at in label_texts(convention):
        yield from _misplaced(id_, text, at)


def _misplaced(id_: str, text: Mapping[str, str], at: Location) -> Iterator[Problem]:
    """A text that is not in the language it stands under, or the same text under both."""
    words = {lang: _WORD.findall(text.get(lang, "").lower()) for lang in _WORDS}
    if words["fr"] == words["en"] and len(words["fr"]) >= _SAME:
        yield warning(at, "label-same", id=id_)
        return
    for lang, other in _OTHER.items():
        counts = {each: sum(word in _WORDS[each] for word in words[lang]) for each in _WORDS}
        if counts[other] > counts[lang]:
            yield warning(at, "label-language", id=id_, lang=lang)
