"""Numbers in words: a text as it stands comes in, the same with each ``{parameter}`` of its labels and notes filled in.

So a number that changes changes its words. Where a parameter has several dated values, all of them are said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from engine.errors import Problem, nearest, wrong
from engine.policy.document import Document, Keys
from engine.words import LANGUAGES, read_words

_NAMED = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[a-z0-9_]+)*)\}")
_HOLDERS = (dict, list)
_NARROW = "\u202f"  # the space of thousands in French


def worded(documents: Sequence[Document]) -> tuple[list[Document], list[Problem]]:
    """The documents of a text, and the names in braces that are no parameter of it."""
    parameters = (entry for document in documents for entry in document.data.get("parameters", ()))
    numbers = {entry["id"]: {lang: _said(entry["values"], lang) for lang in LANGUAGES} for entry in parameters}
    problems: list[Problem] = []

    def filled(node: Any, document: Document, path: Keys) -> Any:
        if isinstance(node, list):
            return [
                filled(part, document, (*path, i)) if isinstance(part, _HOLDERS) else part
                for i, part in enumerate(node)
            ]
        made = dict(node)
        for key, part in node.items():
            if isinstance(part, _HOLDERS):
                made[key] = filled(part, document, (*path, key))
            elif key in LANGUAGES and isinstance(part, str) and "{" in part:
                made[key] = of_numbers(part, document, (*path, key))
        return made

    def of_numbers(text: str, document: Document, path: Keys) -> str:
        unknown = [name for name in _NAMED.findall(text) if name not in numbers]
        problems.extend(wrong(document.at(path), "unknown-item", nearest(n, numbers), id=n) for n in unknown)
        return text if unknown else _NAMED.sub(lambda found: numbers[found[1]][str(path[-1])], text)

    return [replace(document, data=filled(document.data, document, ())) for document in documents], problems


def _said(values: Sequence[Mapping[str, Any]], lang: str) -> str:
    """A number in words; of several, each with the day on which it begins."""
    words = read_words("reports", lang)
    first, *others = (words["number_open"] if "value" not in each else _number(each["value"], lang) for each in values)
    days = (each["from"] for each in values[1:])
    return "".join([first, *(words["number_then"].format(value=v, day=d) for v, d in zip(others, days, strict=True))])


def _number(value: Decimal | int, lang: str) -> str:
    plain = f"{value:,}"
    return plain.replace(",", _NARROW).replace(".", ",") if lang == "fr" else plain
