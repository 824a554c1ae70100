"""Writes tables for a spreadsheet, and says what came back changed: entries come in, CSV text or a page goes out."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction

from engine.exchange.importing import Replacement
from engine.exchange.tables import COLUMNS, Entry, record
from engine.language.types import number
from engine.policy.model import Convention
from engine.report.messages import words
from engine.report.page import Block, Heading, Page, Paragraph, Tree
from engine.report.values import scalar_text


def csv_text(found: Sequence[Entry], convention: Convention, lang: str, separator: str) -> str:
    """The entries as CSV, with the names of the columns in the language."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    writer.writerow(COLUMNS[lang])
    writer.writerows(record(entry, convention, lang, separator) for entry in found)
    return text.getvalue()


def changes_page(
    found: Sequence[Replacement], convention: Convention, file: str, written: Sequence[str] | None, lang: str
) -> Page:
    """Each changed value with both numbers and its place; ``written`` names the files, None where none was to be."""
    text = words(lang)
    if not found:
        return [Paragraph(text["exchange_none"].format(file=file, convention=convention.id))]
    blocks: list[Block] = [
        Heading(text["exchange_title"].format(convention=convention.label[lang]), 1),
        Tree(tuple(line for one in found for line in _lines(one, lang))),
    ]
    if written is None:
        return [*blocks, Paragraph(text["exchange_dry"])]
    said = Paragraph(text["exchange_written"].format(files=", ".join(written)))
    return [*blocks, said, Paragraph(text["exchange_next"])]


def _lines(one: Replacement, lang: str) -> Iterator[tuple[int, str]]:
    entry, text = one.entry, words(lang)
    day = text["exchange_since"].format(day=scalar_text(entry.since, None, lang)) if entry.since is not None else ""
    name = ", ".join(part for part in (entry.item.id, entry.when, day) if part)
    before, after = (_shown(value, entry.item.unit, lang) for value in (one.old, one.new))
    yield 0, f"{name}{text['colon']}{before} → {after}"
    yield 1, str(entry.value.at)


def _shown(value: int | Decimal, unit: str | None, lang: str) -> str:
    return scalar_text(value if isinstance(value, int) else Fraction(value), number(unit or "none"), lang)
