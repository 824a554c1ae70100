"""Workbooks that spreadsheets save: a sheet of cases comes in, the texts that a CSV file of it would hold go out.

What hides values or runs is refused (:mod:`engine.workbooks`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import polars as pl

from engine.bulk.headers import BELOW, checked_columns, columns_of, refuse_title, unnamed
from engine.bulk.job import Form, InputFile
from engine.errors import InputFault, Location, fault, nearest
from engine.language.facts import SIGNATURE, Vocabulary
from engine.language.spoken import FRENCH, UNSAVED
from engine.workbooks import cell_text, check_shown, open_workbook, unsaved_formulas

MAX_ROWS, MAX_COLUMNS = 20_000, 200
_THREE = re.compile(r",[0-9]{3}(?![0-9])")


def open_xlsx(name: str, size: int, form: Form, vocabulary: Vocabulary) -> InputFile:
    """The sheet of cases with its columns by their ids.

    Raises:
        InputFault: the file is damaged, unsafe or too large; no sheet or several hold cases; hidden rows, merged cells.
    """
    sheet, first = _sheet(name, open_workbook(name), form, vocabulary)
    place = Location(f"{name}!{sheet.title}", first, 1)
    last = first + BELOW - 1
    above = ([str(cell.value or "") for cell in cells] for cells in sheet.iter_rows(first, last, max_col=MAX_COLUMNS))
    refuse_title(place.file, enumerate(above, first), vocabulary)
    check_shown(sheet, place)
    headers = _headers(sheet, place)
    columns = checked_columns(headers, vocabulary, place)
    return InputFile(
        name=name,
        format="xlsx",
        columns=dict.fromkeys(columns, pl.String),
        size=size,
        dialect=FRENCH,
        headers=columns,
        lines=first,
        sheet=sheet.title,
        left=tuple(title for title in sheet.parent.sheetnames if title != sheet.title),
        opened=sheet,
    )


def rows_of(source: InputFile) -> Iterator[tuple[int, list[str | None]]]:
    """The rows under the header that say something, with the numbers that the spreadsheet shows."""
    unsaved = unsaved_formulas(source.name, source.opened)
    count = len(source.columns)
    for cells in source.opened.iter_rows(min_row=source.lines + 1, max_col=count):
        texts = [UNSAVED if cell.coordinate in unsaved else _text(cell) for cell in cells]
        if any(texts):
            yield cells[0].row, texts


def _sheet(name: str, workbook: Any, form: Form, vocabulary: Vocabulary) -> tuple[Any, int]:
    """The sheet asked for, or of those shown the only one, or that which names the signature date; its header's row."""
    sheets = {sheet.title: sheet for sheet in workbook.worksheets}
    if form.sheet is not None:
        if form.sheet not in sheets:
            raise fault(
                Location(name), "sheet-unknown", nearest(form.sheet, sheets), name=form.sheet, found=", ".join(sheets)
            )
        sheets = {form.sheet: sheets[form.sheet]}
    elif shown := {title: sheet for title, sheet in sheets.items() if sheet.sheet_state == "visible"}:
        sheets = shown
    headers = {title: _first_row(sheet) for title, sheet in sheets.items()}
    if len(sheets) > 1:
        headers = {title: row for title, row in headers.items() if row and _names_cases(sheets[title], row, vocabulary)}
    if len(headers) != 1:
        raise fault(Location(name), "sheet-unclear", found=", ".join(sheets))
    ((title, first),) = headers.items()
    if first is None:
        raise fault(Location(f"{name}!{title}", 1, 1), "header-missing")
    if sheets[title].max_row - first > MAX_ROWS or sheets[title].max_column > MAX_COLUMNS:
        raise fault(Location(f"{name}!{title}"), "workbook-large", rows=MAX_ROWS, columns=MAX_COLUMNS)
    return sheets[title], first


def _first_row(sheet: Any) -> int | None:
    """The first row that says something; no further than the sheet goes, as each cell looked at is made."""
    last, right = min(sheet.max_row, MAX_ROWS), min(sheet.max_column, MAX_COLUMNS)
    rows = sheet.iter_rows(sheet.min_row, last, max_col=right)
    return next((cells[0].row for cells in rows if any(cell.value is not None for cell in cells)), None)


def _names_cases(sheet: Any, row: int, vocabulary: Vocabulary) -> bool:
    return SIGNATURE in columns_of([str(cell.value or "").strip() for cell in sheet[row]], vocabulary)


def _headers(sheet: Any, place: Location) -> list[str]:
    headers = ["" if cell.value is None else str(cell.value).strip() for cell in sheet[place.line]]
    while headers and not headers[-1]:
        headers.pop()
    if not all(headers):
        raise InputFault([unnamed(headers, place)])
    return headers


def _text(cell: Any) -> str | None:
    """What a cell says; a number of three decimals with a fourth, which nobody takes for thousands."""
    text = cell_text(cell)
    if isinstance(cell.value, float) and text is not None:
        return _THREE.sub(r"\g<0>0", text)
    return text
