"""Workbooks that spreadsheets save: a sheet of cases comes in, the texts that a CSV file of it would hold go out.

The type and the number format of a cell decide what it says, not its look. What hides values or runs is refused.
"""

from __future__ import annotations

import datetime as dt
import re
import warnings
import zipfile
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import openpyxl
import polars as pl
from defusedxml.common import DefusedXmlException
from openpyxl.utils.exceptions import InvalidFileException

from engine.bulk.headers import columns_of, header_problems
from engine.bulk.source import Form, Source
from engine.errors import InputFault, Location, bounded, fault
from engine.language.facts import SIGNATURE, Vocabulary
from engine.language.spoken import FRENCH

MAX_ROWS, MAX_COLUMNS = 20_000, 200
MAX_UNPACKED, MAX_RATIO = 50 << 20, 100
NO_RESULT = "#FORMULE!"  # of a formula whose value the spreadsheet did not save
_DOCTYPE = re.compile(b"<\0?!\0?D\0?O\0?C\0?T\0?Y\0?P\0?E")
_MISSHAPEN = (InvalidFileException, DefusedXmlException, zipfile.BadZipFile, KeyError, ValueError, TypeError, OSError)


def open_xlsx(name: str, size: int, form: Form, vocabulary: Vocabulary) -> Source:
    """The sheet of cases with its columns by their ids.

    Raises:
        InputFault: the file is damaged, unsafe or too large; no sheet or several hold cases; hidden rows, merged cells.
    """
    sheet, first = _sheet(name, _workbook(name), form, vocabulary)
    place = Location(f"{name}!{sheet.title}", first, 1)
    _check_hidden(sheet, place)
    headers = _headers(sheet, first, place)
    columns = columns_of(headers, vocabulary)
    if problems := list(bounded(header_problems(headers, columns, vocabulary, place))):
        raise InputFault(problems)
    return Source(
        name=name,
        format="xlsx",
        columns=dict.fromkeys(columns, pl.String),
        size=size,
        dialect=FRENCH,
        headers={column: header for column, header in zip(columns, headers, strict=True) if column != header},
        lines=first,
        sheet=sheet.title,
    )


def rows_of(source: Source) -> Iterator[tuple[int, list[str | None]]]:
    """The rows under the header that say something, with the numbers that the spreadsheet shows."""
    sheet = _workbook(source.name)[source.sheet]
    formulas = _formulas(source)
    count = len(source.columns)
    for cells in sheet.iter_rows(min_row=source.lines + 1, max_col=count):
        texts = [NO_RESULT if cell.value is None and cell.coordinate in formulas else _text(cell) for cell in cells]
        if any(texts):
            yield cells[0].row, texts


def _workbook(name: str, results: bool = True) -> Any:
    _check_safe(name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of features that say nothing about values
            workbook = openpyxl.load_workbook(name, data_only=results)
    except _MISSHAPEN as error:
        reason = str(error).partition("\n")[0] or type(error).__name__
        raise fault(Location(name), "file-damaged", format="xlsx", reason=reason) from None
    if not workbook.worksheets:
        raise fault(Location(name), "file-empty")
    return workbook


def _check_safe(name: str) -> None:
    """Refuses what could fill the memory, run, or reach out of the file."""
    place = Location(name)
    try:
        with zipfile.ZipFile(name) as archive:
            parts = archive.infolist()
            unpacked = sum(part.file_size for part in parts)
            if unpacked > MAX_UNPACKED:
                raise fault(place, "workbook-unsafe", reason=f"> {MAX_UNPACKED >> 20} MB")
            if unpacked > MAX_RATIO * max(1, sum(part.compress_size for part in parts)):
                raise fault(place, "workbook-unsafe", reason=f"> {MAX_RATIO}:1")
            for part in parts:
                if part.filename.endswith("vbaProject.bin") or part.filename.startswith("xl/externalLinks/"):
                    raise fault(place, "workbook-unsafe", reason=part.filename)
                if part.filename.endswith((".xml", ".rels")) and _DOCTYPE.search(archive.read(part)):
                    raise fault(place, "workbook-unsafe", reason="DOCTYPE")
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
        raise fault(place, "file-damaged", format="xlsx", reason=error) from None


def _sheet(name: str, workbook: Any, form: Form, vocabulary: Vocabulary) -> tuple[Any, int]:
    """The sheet that is asked for, or the only one, or the only one that names the signature date; its header's row."""
    sheets = {sheet.title: sheet for sheet in workbook.worksheets}
    if form.sheet is not None:
        if form.sheet not in sheets:
            raise fault(Location(name), "sheet-unclear", found=", ".join(sheets))
        sheets = {form.sheet: sheets[form.sheet]}
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
    rows = sheet.iter_rows(max_row=MAX_ROWS, max_col=MAX_COLUMNS)
    return next((cells[0].row for cells in rows if any(cell.value is not None for cell in cells)), None)


def _names_cases(sheet: Any, row: int, vocabulary: Vocabulary) -> bool:
    return SIGNATURE in columns_of([str(cell.value or "").strip() for cell in sheet[row]], vocabulary)


def _headers(sheet: Any, row: int, place: Location) -> list[str]:
    headers = ["" if cell.value is None else str(cell.value).strip() for cell in sheet[row]]
    while headers and not headers[-1]:
        headers.pop()
    unnamed = next((number for number, header in enumerate(headers, 1) if not header), None)
    if unnamed is not None:
        raise fault(Location(place.file, row, unnamed), "header-missing")
    return headers


def _check_hidden(sheet: Any, place: Location) -> None:
    """Refuses values that a reader does not see, and cells that stand for several."""
    hidden = next((number for number, row in sheet.row_dimensions.items() if row.hidden), None)
    if hidden is not None:
        raise fault(Location(place.file, hidden), "cells-hidden", where=str(hidden))
    merged = next((str(cells) for cells in sheet.merged_cells.ranges), None)
    if merged is not None:
        raise fault(place, "cells-hidden", where=merged)


def _formulas(source: Source) -> frozenset[str]:
    """The cells that hold formulas; read only where the file has some."""
    with zipfile.ZipFile(source.name) as archive:
        parts = [part for part in archive.namelist() if part.startswith("xl/worksheets/")]
        if not any(b"<f" in archive.read(part) for part in parts):
            return frozenset()
    sheet = _workbook(source.name, results=False)[source.sheet]
    return frozenset(cell.coordinate for cells in sheet.iter_rows() for cell in cells if cell.data_type == "f")


def _text(cell: Any) -> str | None:
    """What a cell says, as a French spreadsheet would save it."""
    value = cell.value
    if isinstance(value, bool):
        return "VRAI" if value else "FAUX"
    if isinstance(value, int | float):
        return _number(value, cell.number_format)
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
    return None if value is None else str(value).strip() or None


def _number(value: float, number_format: str) -> str:
    """A number to the fifteen digits that a spreadsheet keeps; a percentage as it is shown."""
    number = Decimal(format(value, ".15g"))
    percent = "%" in re.sub(r'"[^"]*"|\\.', "", number_format)
    text = f"{(number * 100 if percent else number).normalize():f}".replace(".", ",")
    decimals = len(text.partition(",")[2])
    return f"{text}{'0' if decimals == 3 else ''}{' %' if percent else ''}"  # three decimals would read as thousands
