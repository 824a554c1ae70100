"""The words of the pages: a language comes in, what says them goes out; those of results are the report's own."""

from __future__ import annotations

from collections.abc import Callable

from engine.words import read_words

Wording = Callable[..., str]


def wording(lang: str) -> Wording:
    """Says a word of the pages with its blanks filled in."""

    def say(key: str, **values: object) -> str:
        text: str = read_words("web", lang)[key]
        return text.format_map(values) if values else text

    return say
