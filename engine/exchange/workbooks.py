"""Takes tables of the rules to a workbook and back: entries come in, a sheet for each goes out; CSV for the reader.

Values, sources and the lines below, for new rows, are unlocked. What comes back is read as the CSV file of the same
columns, and told by sheet and row.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import xlsxwriter

from engine.errors import InputFault, Location, fault
from engine.exchange.tables import CITATION, COLUMNS, FROM, HEADER, LABEL, ROW, TABLE, VALUE, WHEN, Entry, record
from engine.language.expressions import Unpublished
from engine.language.spoken import UNSAVED
from engine.policy.model import Convention
from engine.workbooks import cell_text, check_shown, open_workbook, unsaved_formulas

SEPARATOR = ";"
WIDTHS = {ROW: 8, WHEN: 44, FROM: 14, VALUE: 14, CITATION: 70, LABEL: 50}
LONGEST_NAME = 31  # characters of the name of a sheet


def write_workbook(found: Sequence[Entry], convention: Convention, lang: str, path: Path) -> None:
    """Writes a sheet for each table or parameter, its header frozen; values, sources and the lines below are free."""
    book = xlsxwriter.Workbook(str(path), {"strings_to_formulas": False, "strings_to_urls": False})
    styles = {
        "head": book.add_format({"bold": True, "bottom": 1}),
        "value": book.add_format({"locked": False, "bg_color": "#FFF8DC"}),
        "free": book.add_format({"locked": False}),
        "fixed": book.add_format({"locked": True}),
        "day": book.add_format({"num_format": "dd/mm/yyyy"}),
    }
    taken: set[str] = set()
    for id_, numbers in groupby(found, key=lambda entry: entry.item.id):
        sheet = book.add_worksheet(_name(id_, taken))
        taken.add(sheet.get_name())
        for column, name in enumerate(COLUMNS[lang]):
            sheet.set_column(column, column, WIDTHS.get(column, 20), styles["free"])
            sheet.write_string(0, column, name, styles["head"])
        sheet.freeze_panes(1, 0)
        sheet.protect("", {"sort": True, "autofilter": True, "format_columns": True})
        for row, entry in enumerate(numbers, 1):
            _row(sheet, row, entry, record(entry, convention, lang, SEPARATOR), styles)
    book.close()


def _row(sheet: Any, row: int, entry: Entry, cells: Sequence[str], styles: Mapping[str, Any]) -> None:
    for column, text in enumerate(cells):
        if column == VALUE and not isinstance(entry.value, Unpublished):
            sheet.write_number(row, column, Decimal(str(entry.value.value)), styles["value"])
        elif column == FROM and entry.since is not None:
            sheet.write_datetime(row, column, entry.since, styles["day"])
        elif column == ROW:
            sheet.write_number(row, column, int(text), styles["fixed"])
        elif text:
            sheet.write_string(row, column, text, styles["free" if column == CITATION else "fixed"])
        else:
            sheet.write_blank(row, column, None, styles["fixed"])


def _name(id_: str, taken: set[str]) -> str:
    """The name of a sheet: the id, cut where it is too long."""
    name, number = id_[:LONGEST_NAME], 1
    while name.casefold() in {each.casefold() for each in taken}:
        number += 1
        name = f"{id_[: LONGEST_NAME - len(str(number)) - 1]}~{number}"
    return name


@dataclass(frozen=True, slots=True)
class Returned:
    """A workbook that came back as CSV, and where each line of it stands."""

    content: bytes
    places: Sequence[tuple[str, int]]

    @contextmanager
    def told_by_sheet(self) -> Iterator[None]:
        """Tells faults of a line of the CSV by sheet and row."""
        try:
            yield
        except InputFault as error:
            raise InputFault(replace(each, location=self._place(each.location)) for each in error.problems) from None

    def _place(self, at: Location) -> Location:
        if not 0 < at.line <= len(self.places):
            return at
        sheet, row = self.places[at.line - 1]
        return Location(f"{at.file}!{sheet}", row, at.column)


def read_workbook(name: str) -> Returned:
    """The rows of all sheets under one header.

    Raises:
        InputFault: the file is damaged or unsafe, hides rows, or a sheet has other columns than were exported.
    """
    text, places = io.StringIO(), []
    writer = csv.writer(text, delimiter=SEPARATOR, lineterminator="\n")
    header: list[str] | None = None
    for sheet in open_workbook(name).worksheets:
        place = Location(f"{name}!{sheet.title}", 1, 1)
        check_shown(sheet, place)
        unsaved = unsaved_formulas(name, sheet)
        for number, cells in enumerate(sheet.iter_rows(max_col=len(COLUMNS["en"])), 1):
            texts = [UNSAVED if cell.coordinate in unsaved else cell_text(cell) or "" for cell in cells]
            if number == 1 and tuple(texts) not in COLUMNS.values():
                raise fault(place, "exchange-columns", wanted=HEADER)
            if number > 1 and any(texts):
                texts[TABLE] = texts[TABLE] or cell_text(sheet.cell(2, TABLE + 1)) or ""  # a new row is of its sheet
            if header is None or (texts != header and any(texts)):
                writer.writerow([" ".join(each.split()) for each in texts])
                places.append((sheet.title, number))
            header = header or texts
    return Returned(text.getvalue().encode(), places)
