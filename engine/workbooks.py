"""Opens workbooks of others: a file comes in, its sheets go out, unless it hides, runs or bursts; and what a cell says.

The type and the number format of a cell decide what it says, not its look.
"""

from __future__ import annotations

import datetime as dt
import re
import warnings
import zipfile
import zlib
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
from defusedxml.common import DefusedXmlException

from engine.errors import Location, fault
from engine.files import HEAD, check_kind

WHOLE = 10**15  # above, a spreadsheet does not keep every digit
MAX_UNPACKED, MAX_RATIO = 50 << 20, 100
_DOCTYPE = re.compile(b"<\0?!\0?D\0?O\0?C\0?T\0?Y\0?P\0?E")
_MISSHAPEN = (  # the readers of XML, of which there are two, say SyntaxError
    *(DefusedXmlException, SyntaxError, zipfile.BadZipFile, zlib.error),
    *(LookupError, ValueError, TypeError, AttributeError, ArithmeticError, OSError),
)


def open_workbook(name: str, results: bool = True) -> Any:
    """The workbook, with the values that its formulas had when it was saved, or else with the formulas.

    Raises:
        InputFault: it is damaged, has no sheet, or is unsafe.
    """
    _check_safe(name)
    try:
        with warnings.catch_warnings(), Path(name).open("rb") as stream:  # which the library leaves open after a fault
            warnings.simplefilter("ignore")  # of features that say nothing about values
            workbook = openpyxl.load_workbook(stream, data_only=results)
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
        with Path(name).open("rb") as stream:
            check_kind(name, stream.read(HEAD), "xlsx")
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
    except FileNotFoundError:
        raise fault(place, "file-missing") from None
    # NotImplementedError is what zipfile raises for a compression that it lacks.
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise fault(place, "file-damaged", format="xlsx", reason=error) from None


def check_shown(sheet: Any, place: Location) -> None:
    """Refuses values that a reader does not see, and cells that stand for several.

    Raises:
        InputFault: a hidden row or column, or merged cells.
    """
    hidden = [(n, str(n)) for n, row in sheet.row_dimensions.items() if row.hidden]
    hidden += [(place.line, letters) for letters, column in sheet.column_dimensions.items() if column.hidden]
    hidden += [(place.line, str(cells)) for cells in sheet.merged_cells.ranges]
    for line, where in hidden:
        raise fault(place._replace(line=line), "cells-hidden", where=where)


def unsaved_formulas(name: str, sheet: Any) -> frozenset[str]:
    """The cells whose formula was saved without its value; the formulas are read only where the file has some."""
    with zipfile.ZipFile(name) as archive:
        parts = [part for part in archive.namelist() if part.startswith("xl/worksheets/")]
        if not any(b"<f" in archive.read(part) for part in parts):
            return frozenset()
    cells = (cell for row in open_workbook(name, results=False)[sheet.title].iter_rows() for cell in row)
    return frozenset(c.coordinate for c in cells if c.data_type == "f" and sheet[c.coordinate].value is None)


def cell_text(cell: Any) -> str | None:
    """What a cell says, as a French spreadsheet would save it, with days as 2024-09-02."""
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
    if isinstance(value, int) and abs(value) < WHOLE and "%" not in number_format:
        return str(value)  # most cells, and many times as quick
    number = Decimal(format(value, ".15g"))
    percent = "%" in re.sub(r'"[^"]*"|\\.', "", number_format)
    text = f"{(number * 100 if percent else number).normalize():f}".replace(".", ",")
    return f"{text} %" if percent else text
