"""Reads a table that comes back from a spreadsheet: bytes and a convention come in, the changed numbers go out.

Only values may change. Every fault of the file is told at once, with its line and the number of the column.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.errors import InputFault, Location, Problem, fault
from engine.exchange.tables import COLUMNS, FROM, SEPARATORS, TABLE, VALUE, WHEN, Entry, Key, entries, record
from engine.language.expressions import Unpublished
from engine.language.types import UNIT_SCALE
from engine.policy.loader import MAX_DIGITS
from engine.policy.model import Convention

_THOUSANDS = re.compile(r"-?[1-9][0-9]{0,2}(\.[0-9]{3})+\Z")  # where a comma is the decimal sign
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)([.,][0-9]+)?\Z")
_DAY_FIRST = re.compile(
    r"([0-9]{2})/([0-9]{2})/([0-9]{4})\Z"
)  # what spreadsheets make of a date where the day is first
_ISO = r"\3-\2-\1"
SHOWN = 60


@dataclass(frozen=True, slots=True)
class Replacement:
    """A number that changes: the entry as it is, and its new value."""

    entry: Entry
    old: int | Decimal
    new: int | Decimal


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A file as rows: line, cells; the language of its columns and its separator."""

    name: str
    lang: str
    separator: str
    rows: tuple[tuple[int, tuple[str, ...]], ...]


def changes(content: bytes, name: str, convention: Convention) -> tuple[Replacement, ...]:
    """The values that differ from the convention's, in the order of the file.

    Raises:
        InputFault: with every fault of the file: text, columns, unknown or repeated rows, changed read-only cells,
            values that are no numbers, and values where the rules have none.
    """
    sheet, problems = _sheet(content, name)
    known = {entry.key: entry for entry in entries(convention)}
    seen: dict[Key, int] = {}
    found: list[Replacement] = []
    for line, cells in sheet.rows:
        entry = known.get(_key(cells, sheet))
        if entry is None:
            told = " | ".join(part for part in _key(cells, sheet) if part)
            problems.append(Problem(Location(name, line, 1), "exchange-row", {"key": told[:SHOWN]}))
            continue
        if entry.key in seen:
            problems.append(Problem(Location(name, line, 1), "exchange-twice", {"line": seen[entry.key]}))
            continue
        seen[entry.key] = line
        problems.extend(_read_only(line, cells, entry, convention, sheet))
        value = _value(line, cells[VALUE].strip(), entry, sheet)
        if isinstance(value, Problem):
            problems.append(value)
        elif value is not None:
            found.append(value)
    if problems:
        raise InputFault(problems)
    return tuple(found)


def _sheet(content: bytes, name: str) -> tuple[_Sheet, list[Problem]]:
    """The rows that have as many cells as there are columns, and the problems of the others."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = Location(name, content.count(b"\n", 0, error.start) + 1, 1)
        raise fault(place, "wrong-encoding", byte=f"0x{content[error.start]:02x}") from None
    if not text.strip():
        raise fault(Location(name, 1, 1), "file-empty")
    lang, separator = _columns(text, name)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[tuple[int, tuple[str, ...]]] = []
    problems: list[Problem] = []
    start = 0
    try:
        for cells in reader:
            line, start = start + 1, reader.line_num
            if line == 1 or not any(cell.strip() for cell in cells):
                continue
            if len(cells) == len(COLUMNS[lang]):
                rows.append((line, tuple(cells)))
            else:
                counts = {"found": len(cells), "wanted": len(COLUMNS[lang])}
                problems.append(Problem(Location(name, line, 1), "row-fields", counts))
    except csv.Error:
        problems.append(Problem(Location(name, start + 1, 1), "row-quotes"))
    return _Sheet(name, lang, separator, tuple(rows)), problems


def _columns(text: str, name: str) -> tuple[str, str]:
    """The language and the separator that the first line tells."""
    first = re.split(r"\r\n|\r|\n", text, maxsplit=1)[0]
    for separator in SEPARATORS:
        cells = tuple(cell.strip().strip('"') for cell in first.split(separator))
        for lang, columns in COLUMNS.items():
            if cells == columns:
                return lang, separator
    wanted = {lang: ",".join(columns) for lang, columns in COLUMNS.items()}
    raise fault(Location(name, 1, 1), "exchange-columns", wanted=wanted)


def _key(cells: Sequence[str], sheet: _Sheet) -> Key:
    since = _plain(cells[FROM])
    return (_plain(cells[TABLE]), _plain(cells[WHEN]), since if sheet.separator == "," else _DAY_FIRST.sub(_ISO, since))


def _plain(cell: str) -> str:
    """A cell without what spreadsheets add: spaces of other widths, an apostrophe before a text."""
    return " ".join(cell.split()).removeprefix("'")


def _read_only(
    line: int, cells: Sequence[str], entry: Entry, convention: Convention, sheet: _Sheet
) -> Iterator[Problem]:
    columns = COLUMNS[sheet.lang]
    wanted = record(entry, convention, sheet.lang, sheet.separator)
    for number, column in enumerate(columns):
        if number in (TABLE, WHEN, FROM, VALUE) or _plain(cells[number]) == _plain(wanted[number]):
            continue
        values = {
            "column": column,
            "found": _plain(cells[number])[:SHOWN],
            "wanted": wanted[number][:SHOWN],
            "value": columns[VALUE],
        }
        yield Problem(Location(sheet.name, line, number + 1), "exchange-read-only", values)


def _value(line: int, text: str, entry: Entry, sheet: _Sheet) -> Replacement | Problem | None:
    """What the cell of an entry asks for: a replacement, nothing, or a problem."""
    place = Location(sheet.name, line, VALUE + 1)
    if isinstance(entry.value, Unpublished):
        return Problem(place, "exchange-unpublished", {"place": str(entry.value.at)}) if text else None
    if not text:
        return Problem(place, "exchange-emptied", {"place": str(entry.value.at)})
    number = _number(text, sheet.separator)
    if number is None:
        sign = "." if sheet.separator == "," else ","
        return Problem(place, "exchange-number", {"text": text[:SHOWN], "sign": sign})
    limit = UNIT_SCALE.get(entry.item.unit or "none")
    if limit is not None and isinstance(number, Decimal) and -int(number.as_tuple().exponent) > limit:
        return Problem(place, "exchange-decimals", {"text": text[:SHOWN], "limit": limit, "unit": entry.item.unit})
    old = entry.value.value
    assert isinstance(old, int | Decimal), "entries are made of numbers"
    return None if number == old else Replacement(entry, old, number)


def _number(text: str, separator: str) -> int | Decimal | None:
    """The exact number, whole where it is whole, or None; a comma is a decimal sign where it separates no cells.

    There ``19.500`` may be nineteen and a half or nineteen thousand five hundred, and is no number.
    """
    if not _NUMBER.match(text) or len(text) > MAX_DIGITS or (separator == "," and "," in text):
        return None
    if separator != "," and _THOUSANDS.match(text):
        return None
    number = Decimal(text.replace(",", "."))
    return int(number) if number == number.to_integral_value() else Decimal(f"{number.normalize():f}")
