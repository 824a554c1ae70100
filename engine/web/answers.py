"""Answers as people write them: a fact and a text come in, the value as a case file states it goes out.

Nothing is guessed: what can be read in two ways is read in none.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal

from engine.language.facts import Fact
from engine.language.typing import is_date
from engine.words import LANGUAGES, read_words

MAX_LENGTH = 80

_NUMBER = re.compile(r"(-?(?:\d{1,3}(?: \d{3})+|\d{1,12}))(?:[.,](\d{1,6}))?(?: ?(?:%|€|[a-z ]{1,20}))?")
_NUMERIC_DAY = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_NAMED_DAY = re.compile(r"(\d{1,2})(?:er)? ([a-z]{3,9})\.? (\d{4})")
_MONTHS = (
    ("janvier", "janv", "january", "jan"),
    ("fevrier", "fevr", "february", "feb"),
    ("mars", "march", "mar"),
    ("avril", "avr", "april", "apr"),
    ("mai", "may"),
    ("juin", "june", "jun"),
    ("juillet", "juil", "july", "jul"),
    ("aout", "august", "aug"),
    ("septembre", "sept", "september", "sep"),
    ("octobre", "oct", "october"),
    ("novembre", "nov", "november"),
    ("decembre", "dec", "december"),
)
Plain = bool | int | Decimal | str


def plain_answer(fact: Fact, text: str) -> Plain | None:
    """The value that a text states, or None where it states none that can be read."""
    if len(text) > MAX_LENGTH:
        return None
    read = folded(text)
    match fact.type.kind:
        case "number":
            return _number(read)
        case "date":
            return _day(read)
    found = {value for value, names in _names(fact) if read in names}
    if len(found) != 1:
        return None
    (value,) = found
    return {"true": True, "false": False}[value] if fact.type.kind == "boolean" else value


def folded(text: str) -> str:
    """A text in small letters without accents, its spaces of every kind plain and single."""
    apart = unicodedata.normalize("NFKD", text)
    return " ".join("".join(c for c in apart if not unicodedata.combining(c)).casefold().split())


def _number(text: str) -> Plain | None:
    """A whole or decimal number; three digits after its sign may be thousands, and are refused."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    whole, decimals = found[1].replace(" ", ""), found[2]
    if decimals is None:
        return int(whole)
    if len(decimals) == 3:
        return None
    exact = Decimal(f"{whole}.{decimals}")
    return int(exact) if exact == exact.to_integral_value() else exact


def _day(text: str) -> Plain | None:
    """A day of the form 2024-09-02, 02/09/2024 or 2 septembre 2024."""
    if numeric := _NUMERIC_DAY.fullmatch(text):
        text = f"{numeric[3]}-{int(numeric[2]):02}-{int(numeric[1]):02}"
    elif named := _NAMED_DAY.fullmatch(text):
        month = next((number for number, names in enumerate(_MONTHS, 1) if named[2] in names), 0)
        text = f"{named[3]}-{month:02}-{int(named[1]):02}"
    return text if is_date(text) else None


def _names(fact: Fact) -> Iterator[tuple[str, set[str]]]:
    """Each value with the names it goes by, in every language."""
    if fact.type.kind == "boolean":
        for value in ("true", "false"):
            yield value, {value, *(folded(read_words("reports", lang)[f"values.{value}"]) for lang in LANGUAGES)}
    for value in fact.type.values:
        yield value, {folded(value), *(folded(label) for label in fact.value_labels.get(value, {}).values())}
