"""What is likely meant by a text that is no YAML, or another one than it looks: its lines come in, problems go out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from engine.errors import Location, Problem

# What the parsers say, in the order in which it is looked for, and the code of the fault that is likely behind it.
_SYNTAX = (
    ("mapping values are not allowed", "yaml-colon"),
    ("could not find expected ':'", "yaml-colon"),
    ("cannot start any token", "yaml-sign"),
    ("',' or", "yaml-open"),
    ("unexpected end of stream", "yaml-open"),
    ("escape", "yaml-escape"),
    ("expected key", "yaml-indentation"),
    ("'-' indicator", "yaml-indentation"),
    ("<block end>", "yaml-indentation"),
    ("block sequence entries", "yaml-indentation"),
    ("<document start>", "yaml-indentation"),
)


_HARD_SPACE = re.compile("^[^\"'#]*?[\u00a0\u202f\u2007]")  # looks like a space, and is none
_NO_SPACE = re.compile(r"[ -]*[a-z_]+:(?=[^\s:/])")
_CUTS = re.compile(r"\s+#[^\s#]")  # a comment has a space after its sign
_AFTER_COMMA = re.compile(r"([0-9]+)\s*(?:€|%|[A-Za-z]{2,})?\Z")
_THOUSANDS = 3  # digits after a comma that may part thousands


def syntax_fault(said: str, lines: Sequence[str], place: Location) -> Problem:
    """What is likely meant by what a parser says of a place; its own words (``yaml-syntax``) if they are not known."""
    for number in (place.line, place.line - 1):
        text = lines[number - 1] if 0 < number <= len(lines) else ""
        for pattern, code in ((_HARD_SPACE, "yaml-space"), (_NO_SPACE, "yaml-after-colon")):
            found = pattern.match(text)
            if found is not None:
                return Problem(Location(place.file, number, found.end()), code)
    before = lines[place.line - 1][: place.column - 1].rstrip() if 0 < place.line <= len(lines) else ""
    if before and before[-1] in "\"']}" and "{" not in before:
        return Problem(place, "yaml-quotes")
    code = next((code for words, code in _SYNTAX if words in said), "yaml-syntax")
    return Problem(place, code, {"reason": said})


def character_problems(lines: Sequence[str], file: str, pattern: str, code: str) -> Iterator[Problem]:
    """The first character of each line that fits a pattern."""
    for number, line in enumerate(lines, 1):
        found = re.search(pattern, line)
        if found is not None:
            yield Problem(Location(file, number, found.start() + 1), code)


def cut_short(rest: str) -> bool:
    """Whether what follows a text on its line is no comment, and yet is not read."""
    return _CUTS.match(rest) is not None


def decimal_comma(whole: object, key: str) -> dict[str, str] | None:
    """A number whose comma was read as the end of a value, ``key`` being what followed; None where it is none."""
    found = _AFTER_COMMA.match(key)
    if found is None or isinstance(whole, bool | str | list | dict):
        return None
    digits, plain = found[1], str(whole).replace(".", "")
    form = f"{plain}.{digits}" if len(digits) != _THOUSANDS else f"{plain}{digits}, {plain}.{digits}"
    return {"value": f"{whole},{key}", "form": form}
