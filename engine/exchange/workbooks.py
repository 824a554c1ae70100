"""Takes tables of the rules to a workbook and back: entries come in, a sheet for each goes out; and sheets as rows.

Values, sources and the lines below, for new rows, are unlocked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from pathlib import Path
from typing import Any

import xlsxwriter

from engine.errors import Location, fault
from engine.exchange.importing import Sheet
from engine.exchange.tables import CITATION, COLUMNS, FROM, HEADER, LABEL, ROW, TABLE, VALUE, WHEN, TableEntry, cells_of
from engine.language.expressions import Unpublished
from engine.language.spoken import UNSAVED
from engine.policy.model import Convention
from engine.workbooks import cell_text, check_shown, open_workbook, unsaved_formulas

SEPARATOR = ";"
WIDTHS = {ROW: 8, WHEN: 44, FROM: 14, VALUE: 14, CITATION: 70, LABEL: 50}
LONGEST_NAME = 31  # characters of the name of a sheet


def write_workbook(found: Sequence[TableEntry], convention: Convention, lang: str, path: Path) -> None:
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
            _row(sheet, row, entry, cells_of(entry, convention, lang, SEPARATOR), styles)
    book.close()


def _row(sheet: Any, row: int, entry: TableEntry, cells: Sequence[str], styles: Mapping[str, Any]) -> None:
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


def read_workbook(name: str) -> list[Sheet]:
    """The rows of all sheets; raises InputFault: it is damaged or unsafe, hides rows, or has other columns."""
    found = []
    for sheet in open_workbook(name).worksheets:
        place = Location(f"{name}!{sheet.title}", 1, 1)
        check_shown(sheet, place)
        unsaved = unsaved_formulas(name, sheet)
        head, *rows = [
            [UNSAVED if cell.coordinate in unsaved else cell_text(cell) or "" for cell in cells]
            for cells in sheet.iter_rows(max_col=len(COLUMNS["en"]))
        ] or [[]]
        lang = next((lang for lang, columns in COLUMNS.items() if columns == tuple(head)), None)
        if lang is None:
            raise fault(place, "exchange-columns", wanted=HEADER)
        own = rows[0][TABLE] if rows else ""  # what a new row of the sheet is of
        told = ((place._replace(line=number), cells) for number, cells in enumerate(rows, 2) if any(cells))
        found.append(Sheet(lang, SEPARATOR, [(at, [cells[TABLE] or own, *cells[TABLE + 1 :]]) for at, cells in told]))
    return found
