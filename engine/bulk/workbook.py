"""Writes an output as a workbook: frames, refusals and reasons come in piece by piece, four sheets go out.

Texts are written as texts, so that no cell becomes a formula or a link.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from importlib.metadata import version
from itertools import chain
from pathlib import Path
from typing import Any

import polars as pl
import xlsxwriter
import xlsxwriter.exceptions

from engine.bulk.job import Job, Refusal
from engine.bulk.labels import Labels
from engine.bulk.rows import with_far_days_as_texts
from engine.errors import Location, fault
from engine.evaluation.decision import Decision
from engine.files import unwritable
from engine.policy.registry import Outside, Registry
from engine.workbooks import WHOLE

MAX_ROWS = 1_048_575  # under the header of a sheet
EXPLAINED = 5_000  # rows whose reasons are written: each is decided once more, alone
WIDEST = 60
FIRST_YEAR = 1900
EPOCH = dt.datetime(2000, 1, 1)
OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
    "default_date_format": "dd/mm/yyyy",
}
FORMATS: Mapping[str, Mapping[str, Any]] = {
    "head": {"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"},
    "euros": {"num_format": '#,##0.00 "€"'},
    "text": {"num_format": "@"},
    "patients": {"num_format": "#,##0"},
    "ratio": {"num_format": "0.00%"},
}
UNITS: Mapping[str | None, str] = {"EUR": "euros", "patients": "patients", "ratio": "ratio"}
Formatted = tuple[object, str]  # a value and its format


def _kept(value: Any) -> bool:
    """Whether a sheet holds a value as it is: no number of more digits than it has, no zone of time, no earlier day."""
    if isinstance(value, dt.date):
        return value.year >= FIRST_YEAR and getattr(value, "tzinfo", None) is None
    return not isinstance(value, int | float | Decimal) or abs(float(value)) < WHOLE


class Workbook:
    """The sheets of an output, filled as its pieces come."""

    def __init__(self, labels: Labels, registry: Registry, job: Job) -> None:
        self.labels, self.registry, self.job = labels, registry, job
        self.refused: list[Refusal] = []
        self.reasons: list[tuple[str, int, str, Formatted, str, str]] = []  # file, row, result, value, reason, text
        self.asked = 0  # rows whose reasons are told, or left out

    def write_all(self, frames: Iterator[pl.DataFrame], path: Path, target: Path) -> None:
        """Writes the workbook to ``path``, with what was refused and explained meanwhile; ``target`` is for messages.

        Raises:
            InputFault: more rows than a sheet has, or the file cannot be written.
        """
        first = next(frames)
        self.book = xlsxwriter.Workbook(str(path), OPTIONS)
        self.book.set_properties({"created": EPOCH})
        self.formats = {name: self.book.add_format(dict(each)) for name, each in FORMATS.items()}
        self.decisions, self.rows = self._sheet("decisions", first.columns), 0
        try:
            for frame in chain([first], frames):
                self._write(frame)
            self.decisions.autofilter(0, 0, self.rows, max(1, len(first.columns)) - 1)
            self._finish()
        except BaseException:
            with suppress(OSError, xlsxwriter.exceptions.XlsxWriterException):
                self.book.close()  # what it has kept beside the file goes
            raise
        try:
            self.book.close()
        except (OSError, xlsxwriter.exceptions.FileCreateError) as error:
            raise unwritable(target, str(error)) from None

    def explain(self, file: str, row: int, decide: Callable[[], Decision]) -> None:
        """Why a row was decided so, while there is room."""
        self.asked += 1
        if self.asked > EXPLAINED:
            return
        try:
            decision = decide()
        except Outside as outside:
            label = outside.window.label[self.labels.lang]
            self.reasons.append((file, row, str(self.labels.words["without_rules"]), ("", "text"), label, ""))
        else:
            for label, value, unit, why, text in self.job.explained(decision):
                form = "text" if isinstance(value, str) else UNITS.get(unit, "plain")
                self.reasons.append((file, row, label, (value, form), why, text))

    def _sheet(self, name: str, heads: Sequence[str]) -> Any:
        sheet = self.book.add_worksheet(self.labels.words[f"sheet.{name}"])
        for column, head in enumerate(heads):
            sheet.set_column(column, column, min(WIDEST, max(12, len(head) * 0.8)))
            sheet.write_string(0, column, head, self.formats["head"])
        sheet.freeze_panes(1, 0)
        return sheet

    def _write(self, frame: pl.DataFrame) -> None:
        """The rows of a frame under those that are there."""
        if self.rows + len(frame) > MAX_ROWS:
            raise fault(Location("xlsx"), "workbook-full", rows=MAX_ROWS)
        money = {column for column, dtype in enumerate(frame.dtypes) if dtype.is_decimal()}
        for values in with_far_days_as_texts(frame).iter_rows():
            self.rows += 1
            for column, value in enumerate(values):
                self._cell(self.decisions, self.rows, column, value, "euros" if column in money else "plain")

    def _cell(self, sheet: Any, row: int, column: int, value: Any, format_: str = "plain") -> None:
        if value is not None and value != "":
            value = value if _kept(value) else str(value)
            sheet.write(row, column, value, self.formats.get("text" if isinstance(value, str) else format_))

    def _finish(self) -> None:
        """The other sheets: what was refused, why the rest was decided so, and under which rules."""
        lang, words, left = self.labels.lang, self.labels.words, max(0, self.asked - EXPLAINED)
        told = ((r.source.name, r.row, r.cell, r.column, r.problem.code, r.problem.message(lang)) for r in self.refused)
        self._table("refused", ("file", "row", "cell", "column", "code", "message"), told)
        self._table("reasons", ("file", "row", "result", "value", "reason", "text"), self.reasons)
        rules: list[tuple[object, ...]] = [
            (convention.label[lang], convention.id, convention.signed_from, convention.signed_before, convention.digest)
            for convention in self.registry.conventions.values()
        ]
        rules += [(words["sheet.choice"], id_, None, None, choice) for id_, choice in self.job.interpret.items()]
        rules += [(words["sheet.left_out"], None, None, None, left)] if left else []
        rules += [("avenant", version("avenant"), None, None, None)]
        self._table("rules", ("rules", "id", "from", "before", "digest"), rules)

    def _table(self, name: str, heads: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        sheet = self._sheet(name, [self.labels.words[f"sheet_column.{head}"] for head in heads])
        widest = [12] * len(heads)
        for number, row in enumerate(rows, 1):
            for column, each in enumerate(row):
                value, form = each if isinstance(each, tuple) else (each, "plain")
                self._cell(sheet, number, column, value, form)
                widest[column] = max(widest[column], min(WIDEST, len(str(value or ""))))
        for column, width in enumerate(widest):
            sheet.set_column(column, column, width)
