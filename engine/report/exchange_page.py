"""Writes tables for a spreadsheet, and says what came back changed: entries come in, CSV text or a page goes out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.exchange.importing import SheetChange
from engine.exchange.tables import COLUMNS, TableEntry, cells_of, row_text
from engine.language.expressions import Literal
from engine.policy.checks.changes import number_problems
from engine.policy.model import Convention
from engine.report.formats import csv_text, formats
from engine.report.page import Block, Heading, Paragraph, Tree
from engine.report.say import Say


def table_csv(found: Sequence[TableEntry], convention: Convention, lang: str, separator: str) -> str:
    """The entries as CSV, with the names of the columns in the language."""
    return csv_text([COLUMNS[lang], *(cells_of(entry, convention, lang, separator) for entry in found)], separator)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What an edited table changes in a convention; ``written`` names the files, None where none was to be.

    ``since`` is the day from which the new values hold; without it they take the place of the old ones.
    """

    found: Sequence[SheetChange]
    convention: Convention
    file: str
    written: Sequence[str] | None
    since: dt.date | None = None


def page(changes: Changes, say: Say) -> Iterator[Block]:
    """Each changed value with both numbers and its place, and each new row."""
    convention = changes.convention
    if not changes.found:
        yield Paragraph(say("exchange_none", file=changes.file, convention=convention.id))
        return
    yield Heading(say("exchange_title", convention=say.label(convention)), 1)
    yield Tree(tuple(line for one in changes.found for line in _lines(one, say)))
    if changes.written is None:
        yield Paragraph(say("exchange_dry"))
        return
    files = ", ".join(changes.written)
    corrected = any(one.entry is not None for one in changes.found)
    done = "exchange_added" if changes.since else "exchange_corrected" if corrected else "exchange_rows"
    yield Paragraph(say(done, files=files, day=say.scalar(changes.since)))
    yield Paragraph(say("exchange_next"))


FORMATS = formats(page)


def _lines(one: SheetChange, say: Say) -> Iterator[tuple[int, str]]:
    day = say("exchange_since", day=say.scalar(one.since)) if one.since is not None else ""
    name = ", ".join(part for part in (one.item.id, row_text(one.cells), day) if part)
    value = say.numbered(one.value, one.item.unit)
    if one.entry is None:
        yield 0, say.pair(name, say("exchange_new", value=value))
        yield 1, str(one.at)
    else:
        yield 0, say.pair(name, f"{say.numbered(Decimal(one.was.value), one.item.unit)} → {value}")
        yield 1, str(one.was.at)
    before = None if one.entry is None else one.was
    doubts = number_problems(one.item, before, Literal(one.value, one.at))
    yield from ((1, say.pair(say("warning"), doubt.message(say.lang))) for doubt in doubts)
