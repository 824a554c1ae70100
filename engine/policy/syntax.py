"""Texts that are simpler than YAML, or are none: plain JSON comes in and its data goes out, or lines and what is meant.

JSON with nothing unusual in it is read by the quick reader of the library, and reads the same as YAML would; what is
not taken goes the way of YAML, and where that fails, or reads another text than it looks, the likely fault is told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from engine.errors import Location, Problem, wrong

MOST = 262_144  # characters; in more there may be more nodes than a file may have
_LAID_OUT = str.maketrans("\n\r", "  ")
# The fault that is likely behind what the parsers say, in the order in which that is looked for.
_SYNTAX = (
    ("yaml-colon", ("mapping values are not allowed", "could not find expected ':'", "unexpected ':'")),
    # "alphabetic" is what may follow &, *, !, |, > and %
    ("yaml-sign", ("cannot start any token", "alphabetic", "line break", "directive", "indentation indicator")),
    ("yaml-open", ("',' or", "unexpected end of stream")),
    ("yaml-escape", ("escape",)),
    ("yaml-indentation", ("expected key", "'-' indicator", "<block end>", "block sequence", "<document start>")),
)
_HARD_SPACE = "^[^\"'#]*?[\u00a0\u202f\u2007]"  # looks like a space, and is none
_NO_SPACE = r"[ -]*[a-z_]+:(?=[^\s:/])"
_CUTS = re.compile(r"\s+#([^\s#])?")  # a comment has a space after its sign
_AFTER_COMMA = r"([0-9]+)\s*(?:€|%|[A-Za-z]{2,})?\Z"
_THOUSANDS = 3  # digits after a comma that may part thousands


def plain_json(text: str, depth: int, digits: int) -> Any:
    """The data, or None for text with escapes, nulls, odd characters or numbers, a key twice, or that is no JSON."""
    if len(text) > MOST or "\\" in text or "null" in text or not text.translate(_LAID_OUT).isprintable():
        return None

    def number(written: str) -> int | Decimal:
        if len(written) > digits or "e" in written or "E" in written:
            raise ValueError(written)
        return Decimal(written) if "." in written else int(written)  # which refuses NaN and Infinity

    reader = json.JSONDecoder(parse_float=number, parse_int=number, parse_constant=number, object_pairs_hook=_mapping)
    try:
        data = reader.decode(text)
    except (ValueError, RecursionError):
        return None
    shallow = text.count("{") + text.count("[") <= depth
    return data if shallow or _within(data, depth) else None


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key twice")
    return found


def _within(data: Any, depth: int) -> bool:
    """Whether containers stand in each other at most so deep."""
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else None
    return inner is None or (depth > 0 and all(_within(each, depth - 1) for each in inner))


def syntax_fault(said: str, lines: Sequence[str], place: Location) -> Problem:
    """What is likely meant by what a parser says of a place."""
    for number in (place.line, place.line - 1):
        text = lines[number - 1] if 0 < number <= len(lines) else ""
        for pattern, code in ((_HARD_SPACE, "yaml-space"), (_NO_SPACE, "yaml-after-colon")):
            found = re.match(pattern, text)
            if found is not None:
                return wrong(Location(place.file, number, found.end()), code)
    before = lines[place.line - 1][: place.column - 1].rstrip() if 0 < place.line <= len(lines) else ""
    if before and before[-1] in "\"']}" and "{" not in before:
        return wrong(place, "yaml-quotes")
    code = next((code for code, every in _SYNTAX if any(words in said for words in every)), "yaml-syntax")
    row = _without_dash(lines, place.line)
    return wrong(place, code) if row is None else wrong(Location(place.file, *row), "yaml-indentation")


def _without_dash(lines: Sequence[str], line: int) -> tuple[int, int] | None:
    """The place of a row without its dash, the last above ``line``, with dashes before or after it; None for none."""
    above = ["", "", *(text for text in lines[: max(line - 1, 0)] if text.strip())]
    over, row, below = *above[-2:], "".join(lines[line - 1 : line])
    first, (outer, column, inner) = over.lstrip()[:1], (len(each) - len(each.lstrip()) for each in (over, row, below))
    listed = over.rstrip()[-1:] != ":" if first == "-" else below[inner : inner + 1] == "-" and inner > outer
    number = next((number for number in range(line - 1, 0, -1) if lines[number - 1] is row), 0)
    return (number, column + 1) if listed and row[column : column + 1] == "{" else None


def character_problems(lines: Sequence[str], file: str, pattern: str, code: str) -> Iterator[Problem]:
    """The first character of each line that fits a pattern."""
    for number, line in enumerate(lines, 1):
        found = re.search(pattern, line)
        if found is not None:
            yield wrong(Location(file, number, found.start() + 1), code)


def cut_short(line: str, end: int, said: bool) -> bool:
    """Whether what follows the end of a text on its line is no comment, and yet is not read; of words ``said``, any."""
    found = _CUTS.match(line, end) if line[end : end + 1].isspace() else None
    return found is not None and (said or found[1] is not None)


def decimal_comma(whole: object, key: str) -> dict[str, str] | None:
    """A number whose comma was read as the end of a value, ``key`` being what followed; None where it is none."""
    found = re.match(_AFTER_COMMA, key)
    spaced = isinstance(whole, str) and re.fullmatch(r"\d{1,3}(\s\d{3})+", whole)
    if found is None or (isinstance(whole, bool | str | list | dict) and not spaced):
        return None
    digits, plain = found[1], re.sub(r"[\s.]", "", str(whole))
    form = f"{plain}.{digits}" if len(digits) != _THOUSANDS else f"{plain}{digits}, {plain}.{digits}"
    return {"value": f"{whole},{key}", "form": form}
