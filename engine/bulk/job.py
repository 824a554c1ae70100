"""A run over files: the options of the command come in, the files with their columns and what was counted go out.

Every engine reads what it is asked here: :class:`Job`, with an :class:`InputFile` for each and one :class:`Summary`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from engine.bulk.headers import letters
from engine.errors import Problem
from engine.evaluation.decision import Decision

Unsaid = Callable[[Decision], Mapping[str, tuple[str, ...]]]
Explained = tuple[str, float | str, str | None, str, str]  # a result, its value, unit and reason, the texts behind it
Group = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class InputFile:
    """An input file: its columns with their Polars types (text in CSV, XLSX and JSON lines), and its size in bytes.

    ``headers`` names the columns as the file does. ``dialect`` is how people write in
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
    unseen: int = 0  # of these, what a spreadsheet does not show: `sep=;`
    spare: int = 0  # columns of CSV behind all others that have no name, as a sheet once wider is saved
    sheet: str = ""
    left: tuple[str, ...] = ()  # the sheets that are not read
    rows: range | None = None  # of Parquet, those that are read; all if None
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
        cell = f"{letters(self.number(column))}{row}"
        return f"{self.sheet}!{cell}" if self.sheet else cell

    def number(self, column: str) -> int:
        """Where a column stands, from 1 on."""
        return [*self.columns].index(column) + 1


@dataclass(frozen=True, slots=True)
class Refusal:
    """One fault of a row: the row's number as a spreadsheet shows it, what is wrong, and the column if it is one's."""

    source: InputFile
    row: int
    problem: Problem
    name: str = ""

    @property
    def column(self) -> str:
        return self.source.header(self.name)

    @property
    def cell(self) -> str:
        return self.source.cell(self.name, self.row)


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """How files are written, where that is not to be seen: their encoding, their dialect, the sheet that is meant."""

    encoding: str | None = None
    dialect: str | None = None
    sheet: str | None = None


AS_SEEN = Form()


@dataclass(frozen=True, slots=True)
class Job:
    """What to evaluate, where to write, how to read the rules, and which columns to add or leave alone.

    ``codes``: ids and codes also where the output is for people. ``unsaid`` tells of a decision, where that is asked
    for, the ids of the readings, rights and assumptions that would change it; ``explained``, for a workbook, why.
    """

    inputs: tuple[str, ...]
    output: str
    interpret: Mapping[str, str]
    criteria: bool = False
    missing: bool = False
    keep: tuple[str, ...] = ()
    lang: str = "en"
    form: Form = AS_SEEN
    codes: bool = False
    unsaid: Unsaid | None = None
    explained: Callable[[Decision], Iterable[Explained]] = lambda decision: ()

    @property
    def told_in(self) -> str:
        """The file that tells of refused rows."""
        return self.output if self.output.lower().endswith(".xlsx") else str(self.rejected)

    @property
    def rejected(self) -> Path:
        return Path(self.output + ".rejected.csv")


@dataclass(frozen=True, slots=True)
class Summary:
    """``cases``, ``cents`` due and ``over``paid, amounts left ``open``, by convention and verdict; ``refused`` rows.

    ``given`` counts the rows of a convention that state a fact, ``codes`` the faults of the refused rows, of which
    ``examples`` tells the first of each. ``own`` has the header of each column that the rules do not read, ``sheets``
    the sheet that was read, by those of its file that were not.
    """

    cases: Counter[Group] = field(default_factory=Counter)
    cents: Counter[Group] = field(default_factory=Counter)
    over: Counter[Group] = field(default_factory=Counter)
    open: Counter[Group] = field(default_factory=Counter)
    given: Counter[Group] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)
    own: dict[str, str] = field(default_factory=dict)
    sheets: dict[str, str] = field(default_factory=dict)

    def count(self, convention: str, verdict: str, cases: int, cents: int, over: int, open_: int) -> None:
        key = (convention, verdict)
        self.cases[key] += cases
        self.cents[key] += cents
        self.over[key] += over
        self.open[key] += open_

    @property
    def commonest(self) -> list[tuple[str, int]]:
        """The codes of the faults, the most frequent first."""
        return sorted(self.codes.items(), key=lambda item: (-item[1], item[0]))

    def refuse(self, file: str, faults: Iterable[tuple[str, str]]) -> None:
        """One row of ``file`` is refused, for these faults: their codes, and what was said of each."""
        self.refused[file] += 1
        for code, message in faults:
            self.codes[code] += 1
            self.examples.setdefault(code, message)

    def add(self, other: Summary) -> None:
        """What another part of the same run gave."""
        for each in fields(self):
            getattr(self, each.name).update(getattr(other, each.name))
