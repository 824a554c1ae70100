"""What a file of cases is: its columns, and how it is written, for all that read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An input file: its columns with their Polars types (text in CSV, XLSX and JSON lines), and its size in bytes.

    ``headers`` names the columns as the file does, where it does not by their ids. ``dialect`` is how people write in
    it, None where programs do; rows are counted on from ``lines``, as a spreadsheet shows them.
    """

    name: str
    format: str
    columns: Mapping[str, Any]
    size: int
    separator: str = ","
    dialect: str | None = None
    encoding: str = "utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)
    lines: int = 0
    sheet: str = ""
    opened: Any = field(default=None, repr=False, compare=False)  # the sheet, since to open a workbook is to read it

    @property
    def place(self) -> str:
        """The file, and the sheet where it has some."""
        return f"{self.name}!{self.sheet}" if self.sheet else self.name

    def header(self, column: str) -> str:
        """A column as the file calls it."""
        return self.headers.get(column, column)

    def cell(self, column: str, row: int) -> str:
        """The cell of a spreadsheet, such as ``D7`` or ``Feuil1!D7``; none where the file is not one."""
        if self.dialect is None or column not in self.columns:
            return ""
        number, letters = [*self.columns].index(column) + 1, ""
        while number:
            number, rest = divmod(number - 1, 26)
            letters = chr(ord("A") + rest) + letters
        return f"{self.sheet}!{letters}{row}" if self.sheet else f"{letters}{row}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How files are written, where that is not to be seen: their encoding, their dialect, the sheet that is meant."""

    encoding: str | None = None
    dialect: str | None = None
    sheet: str | None = None


AS_SEEN = Form()
