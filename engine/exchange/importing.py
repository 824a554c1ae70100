"""Reads a table that comes back from a spreadsheet: its rows and a convention come in, what has changed goes out.

A value may change, with what it rests on, and a row without a number is new. Every fault of the file is told at once,
with its line and the number of the column.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from engine.errors import InputFault, Location, Problem, decoded, fault, nearest, wrong
from engine.exchange import tables
from engine.exchange.tables import COLUMNS, HEADER, RowKey, TableEntry, cited_text, read_row, read_sources, row_text
from engine.language.expressions import Citation, Literal, Unpublished
from engine.language.spoken import UNSAVED
from engine.language.types import UNIT_SCALE
from engine.language.typing import date_fault, is_date
from engine.policy.loader import MAX_DIGITS
from engine.policy.model import Convention, Item

_THOUSANDS = re.compile(r"-?[1-9][0-9]{0,2}(\.[0-9]{3})+\Z")  # where a comma is the decimal sign
_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)([.,][0-9]+)?\Z")
_DAY_FIRST = re.compile(r"([0-9]{2})/([0-9]{2})/([0-9]{4})\Z")  # what French spreadsheets make of a date
_ISO = r"\3-\2-\1"
SHOWN = 60
NOWHERE = Location("")


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetChange:
    """A number that a sheet changes, of the ``entry`` that the rules have, or that it adds as a row or dated value.

    ``cite`` are the sources that the sheet now gives it; ``at`` is where it stands in the sheet.
    """

    item: Item
    cells: Mapping[str, Any]
    since: dt.date | None
    value: int | Decimal
    cite: tuple[Citation, ...] = ()
    at: Location = NOWHERE
    entry: TableEntry | None = None

    @property
    def was(self) -> Literal:
        """The number that it takes the place of."""
        assert self.entry is not None, "of a new row there is none"
        assert isinstance(self.entry.value, Literal), "what is unpublished is not changed"
        return self.entry.value


def changed_to(entry: TableEntry, value: int | Decimal, at: Location = NOWHERE) -> SheetChange:
    """The change of an entry to another number."""
    return SheetChange(item=entry.item, cells=entry.cells, since=entry.since, value=value, at=at, entry=entry)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table as rows: place, cells; the language of its columns, and the separator that its numbers go with."""

    lang: str
    separator: str
    rows: Sequence[tuple[Location, Sequence[str]]]


def changes(content: bytes, name: str, convention: Convention) -> tuple[SheetChange, ...]:
    """What differs in a file of CSV from the convention; raises as :func:`changed`, also for rows without all cells."""
    text = decoded(content, name).removeprefix("\ufeff")
    if not text.strip():
        raise fault(Location(name, 1, 1), "file-empty")
    lang, separator = _columns(text, name)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    rows: list[tuple[Location, Sequence[str]]] = []
    problems: list[Problem] = []
    start = 0
    try:
        for cells in reader:
            place, start = Location(name, start + 1, 1), reader.line_num
            if place.line == 1 or not any(cell.strip() for cell in cells):
                continue
            if len(cells) == len(COLUMNS[lang]):
                rows.append((place, cells))
            else:
                problems.append(wrong(place, "row-fields", found=len(cells), wanted=len(COLUMNS[lang])))
    except csv.Error:
        problems.append(wrong(Location(name, start + 1, 1), "row-quotes"))
    return changed([Sheet(lang, separator, rows)], convention, problems)


def changed(
    sheets: Iterable[Sheet], convention: Convention, problems: Sequence[Problem] = ()
) -> tuple[SheetChange, ...]:
    """What differs from the convention, in the order of the rows; ``problems`` are those of the sheets themselves.

    Raises:
        InputFault: with every fault: unknown or repeated rows, changed read-only cells, values that are no numbers,
            values where the rules have none, and cells and sources that cannot be read.
    """
    problems = [*problems]
    known = {entry.key: entry for entry in tables.entries(convention)}
    items = {entry.item.id: entry.item for entry in known.values()}
    seen: dict[RowKey, int] = {}
    found: list[SheetChange] = []
    for sheet, place, written in ((each, *row) for each in sheets for row in each.rows):
        cells = [*map(_plain, written)]
        key = _key(cells, sheet)
        entry = known.get(key)
        if key in seen:
            problems.append(wrong(place, "exchange-twice", line=seen[key]))
            continue
        if entry is None and cells[tables.ROW]:
            close, column = None if key[0] in items else nearest(key[0], items), COLUMNS[sheet.lang][tables.ROW]
            said = " | ".join(part for part in key if part)[:SHOWN]
            problems.append(wrong(place, "exchange-row", close, key=said, column=column))
            continue
        seen[key] = place.line
        row = _Row(sheet, place, cells, convention, problems)
        change = row.changed(entry) if entry is not None else row.new(items)
        if change is not None:
            found.append(change)
    if problems:
        raise InputFault(problems)
    return tuple(found)


def _columns(text: str, name: str) -> tuple[str, str]:
    """The language and the separator that the first line tells."""
    first = re.split(r"\r\n|\r|\n", text, maxsplit=1)[0]
    for separator in tables.SEPARATORS:
        cells = tuple(cell.strip().strip('"') for cell in first.split(separator))
        for lang, columns in COLUMNS.items():
            if cells == columns:
                return lang, separator
    raise fault(Location(name, 1, 1), "exchange-columns", wanted=HEADER)


def _key(cells: Sequence[str], sheet: Sheet) -> RowKey:
    """The key of a row, however its cells are ordered."""
    text = cells[tables.WHEN]
    asked = read_row(text)
    return (cells[tables.TABLE], text if asked is None else row_text(asked), _day(cells[tables.FROM], sheet))


def _day(cell: str, sheet: Sheet) -> str:
    return cell if sheet.separator == "," else _DAY_FIRST.sub(_ISO, cell)


def _plain(cell: str) -> str:
    """A cell without what spreadsheets add: spaces of other widths, an apostrophe before a text."""
    return " ".join(cell.split()).removeprefix("'")


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a sheet, read against the convention; what is wrong with it is told to ``problems``."""

    sheet: Sheet
    at: Location
    cells: Sequence[str]
    convention: Convention
    problems: list[Problem]

    def _tell(self, cell: int, code: str, close: str | None = None, **values: Any) -> None:
        self.problems.append(Problem(self.at._replace(column=cell + 1), code, values, close))

    def changed(self, entry: TableEntry) -> SheetChange | None:
        """What the value of an entry that is known becomes."""
        found = self._replacement(entry)
        wanted = tables.cells_of(entry, self.convention, self.sheet.lang, self.sheet.separator)
        numbered = self.cells[tables.ROW]
        for column in (tables.ROW, tables.UNIT, tables.LABEL):
            self._keep(column, wanted[column], "", numbered if numbered.isdecimal() else "")
        if self.cells[tables.CITATION] == _plain(wanted[tables.CITATION]):
            return found
        before, cite = len(self.problems), self._sources()
        same = cited_text(cite, self.convention) == cited_text(entry.cite, self.convention)
        if len(self.problems) > before or same:
            return found
        if found is None:
            self._keep(tables.CITATION, wanted[tables.CITATION])
        return found and replace(found, cite=cite)

    def _keep(self, column: int, wanted: str, *also: str) -> None:
        """Tells of a cell that is not for writing, where it says neither what it did nor ``also``."""
        found, names = self.cells[column], COLUMNS[self.sheet.lang]
        if found not in (_plain(wanted), *also):
            said = {"column": names[column], "found": found[:SHOWN], "wanted": wanted[:SHOWN]}
            self._tell(column, "exchange-read-only", **said, value=names[tables.VALUE])

    def _replacement(self, entry: TableEntry) -> SheetChange | None:
        given, place = bool(self.cells[tables.VALUE]), str(entry.value.at)
        if isinstance(entry.value, Unpublished):
            if given:
                self._tell(tables.VALUE, "exchange-unpublished", place=place)
        elif not given:
            self._tell(tables.VALUE, "exchange-emptied", place=place)
        elif (number := self._value(entry.item)) is not None and number != entry.value.value:
            return changed_to(entry, number, self.at._replace(column=tables.VALUE + 1))
        return None

    def new(self, items: Mapping[str, Item]) -> SheetChange | None:
        before = len(self.problems)
        id_ = self.cells[tables.TABLE]
        item = items.get(id_)
        if item is None:
            self._tell(tables.TABLE, "unknown-item", nearest(id_, items), id=id_[:SHOWN])
            return None
        for column, wanted in ((tables.UNIT, item.unit or "none"), (tables.LABEL, item.label[self.sheet.lang])):
            self._keep(column, wanted, "")
        when = self.cells[tables.WHEN]
        asked = read_row(when)
        if asked is None:
            self._tell(tables.WHEN, "exchange-when", text=when[:SHOWN])
        since = _day(self.cells[tables.FROM], self.sheet)
        if since and not is_date(since):
            self._tell(tables.FROM, date_fault(since), value=since[:SHOWN])
        elif not since and item.kind == "parameter":
            self._tell(tables.FROM, "exchange-undated", id=item.id)
        value, cite = self._value(item), self._sources()
        if value is None or asked is None or len(self.problems) > before:
            return None
        start = dt.date.fromisoformat(since) if since else None
        return SheetChange(item=item, cells=asked, since=start, value=value, cite=cite, at=self.at)

    def _sources(self) -> tuple[Citation, ...]:
        found = []
        at = self.at._replace(column=tables.CITATION + 1)
        for source, text in read_sources(self.cells[tables.CITATION], self.convention):
            if source is None:
                self._tell(tables.CITATION, "unknown-source", nearest(text, self.convention.sources), id=text[:SHOWN])
            else:
                found.append(Citation(source, text or None, self.convention.id, at))
        return tuple(found)

    def _value(self, item: Item) -> int | Decimal | None:
        """The number that the cell of the value says, told where it is none of the item's unit."""
        text = self.cells[tables.VALUE]
        number = _number(text, self.sheet.separator)
        limit, sign = UNIT_SCALE.get(item.unit or "none"), "." if self.sheet.separator == "," else ","
        if text == UNSAVED:
            self._tell(tables.VALUE, "formula-unsaved")
        elif number is None:
            self._tell(tables.VALUE, "exchange-number", text=text[:SHOWN], sign=sign)
        elif limit is not None and isinstance(number, Decimal) and -int(number.as_tuple().exponent) > limit:
            self._tell(tables.VALUE, "exchange-decimals", text=text[:SHOWN], limit=limit, unit=item.unit)
        else:
            return number
        return None


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
