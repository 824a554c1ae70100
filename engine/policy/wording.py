"""Numbers in words: a text as it stands comes in, the same with each ``{parameter}`` of its labels and notes filled in.

So a number that changes changes its words. Where a parameter has several dated values, all of them are said, and those
of the parameter that a later text lays over it in running contracts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from engine.errors import Problem, nearest, wrong
from engine.language.pieces import Piece
from engine.words import LANGUAGES, read_words

_NAMED = re.compile(r"\{(.*?)\}")
_NARROW = "\u202f"  # the space of thousands in French


def dated_numbers(files: Sequence[Piece]) -> dict[str, list[Piece]]:
    """The dated values of every parameter of a text."""
    return {each["id"].value: [*each.members("values")] for file in files for each in file.members("parameters")}


def worded(files: Sequence[Piece], later: Mapping[str, Sequence[Piece]]) -> tuple[list[Piece], list[Problem]]:
    """The files of a text, and the names in braces that are no parameter of it; ``later`` are values that follow."""
    values = {id_: [*own, *later.get(id_, ())] for id_, own in dated_numbers(files).items()}
    numbers = {id_: {lang: _said(each, lang) for lang in LANGUAGES} for id_, each in values.items()}
    problems: list[Problem] = []

    def filled(piece: Piece, lang: str | int = "") -> Piece:
        value = piece.value
        if isinstance(value, dict):
            return piece.of({key: filled(part, key) for key, part in value.items()})
        if isinstance(value, list):
            return piece.of([filled(part) for part in value])
        if lang not in LANGUAGES or not isinstance(value, str) or "{" not in value:
            return piece
        unknown = [name for name in _NAMED.findall(value) if name not in numbers]
        problems.extend(wrong(piece.at, "unknown-item", nearest(name, numbers), id=name) for name in unknown)
        return piece if unknown else piece.of(_NAMED.sub(lambda found: numbers[found[1]][str(lang)], value))

    return [filled(file) for file in files], problems


def _said(values: Sequence[Piece], lang: str) -> str:
    """A number in words; of several, each with the day on which it begins."""
    words = read_words("reports", lang)
    numbers = (each.get("value") for each in values)
    first, *others = (words["number_open"] if number is None else _number(number, lang) for number in numbers)
    written = (each["from"].value for each in values[1:])
    days = ("/".join(reversed(day.split("-"))) if lang == "fr" else day for day in written)
    return "".join([first, *(words["number_then"].format(value=v, day=d) for v, d in zip(others, days, strict=True))])


def _number(value: Decimal | int | str, lang: str) -> str:
    if isinstance(value, str):
        return value  # no number, which is told where it stands
    plain = f"{value:,}"
    return plain.replace(",", _NARROW).replace(".", ",") if lang == "fr" else plain
