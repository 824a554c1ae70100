"""Numbers in words: a text as it stands comes in, the same with each ``{parameter}`` of its labels and notes filled in.

So a number that changes changes its words. Where a parameter has several dated values, all of them are said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import Any

from engine.errors import Problem, nearest
from engine.policy.document import Document, Keys
from engine.words import LANGUAGES, read_words

_NAMED = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*)\}")
_NARROW = "\u202f"  # the space of thousands in French


def worded(documents: Sequence[Document]) -> tuple[list[Document], list[Problem]]:
    """The documents of a text, and the names in braces that are no parameter of it."""
    numbers = {
        entry["id"]: {lang: _said(entry["values"], lang) for lang in LANGUAGES}
        for document in documents
        for entry in document.data.get("parameters", ())
    }
    problems: list[Problem] = []
    found: list[Document] = []
    for document in documents:
        texts = list(_texts(document.data, ()))
        problems += [
            Problem(document.at(path), "unknown-item", {"id": name}, nearest(name, numbers))
            for path, text in texts
            for name in _NAMED.findall(text)
            if name not in numbers
        ]
        filled = replace(document, data=_filled(document.data, numbers)) if texts and not problems else document
        found.append(filled)
    return found, problems


def _texts(node: Any, path: Keys) -> Iterator[tuple[Keys, str]]:
    """The texts in two languages that name something in braces, with their paths."""
    if isinstance(node, dict):
        for key, part in node.items():
            if key in LANGUAGES and isinstance(part, str):
                yield from ((((*path, key), part),) if _NAMED.search(part) else ())
            else:
                yield from _texts(part, (*path, key))
    elif isinstance(node, list):
        for index, part in enumerate(node):
            yield from _texts(part, (*path, index))


def _filled(node: Any, numbers: Mapping[str, Mapping[str, str]]) -> Any:
    if isinstance(node, list):
        return [_filled(part, numbers) for part in node]
    if not isinstance(node, dict):
        return node
    found = {}
    for key, part in node.items():
        if key in LANGUAGES and isinstance(part, str):
            found[key] = _NAMED.sub(partial(_in_words, numbers, key), part)
        else:
            found[key] = _filled(part, numbers)
    return found


def _in_words(numbers: Mapping[str, Mapping[str, str]], lang: str, found: re.Match[str]) -> str:
    return numbers[found[1]][lang]


def _said(values: Sequence[Mapping[str, Any]], lang: str) -> str:
    """A number in words; of several, each with the day on which it begins."""
    words = read_words("reports", lang)
    first, *others = (words["number_open"] if "value" not in each else _number(each["value"], lang) for each in values)
    days = (each["from"] for each in values[1:])
    return "".join([first, *(words["number_then"].format(value=v, day=d) for v, d in zip(others, days, strict=True))])


def _number(value: Decimal | int, lang: str) -> str:
    plain = f"{value:,}"
    return plain.replace(",", _NARROW).replace(".", ",") if lang == "fr" else plain
