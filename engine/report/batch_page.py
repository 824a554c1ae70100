"""Composes the page that ends a run over files: its summary comes in, tables of cases and euros go out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from engine.bulk.summary import Summary
from engine.language.types import Type
from engine.report.messages import words
from engine.report.page import Block, Page, Paragraph, Table
from engine.report.values import scalar_text

VERDICTS = ("eligible", "ineligible", "undetermined", "not_applicable")
_COUNT, _EUROS = Type("number"), Type("number", "EUR")


def batch_page(summary: Summary, conventions: Sequence[str], rejected: str, lang: str) -> Page:
    """Cases by convention and verdict with the euros due, then how many rows were refused and for what."""
    return tuple(_blocks(summary, conventions, rejected, lang))


def _blocks(summary: Summary, conventions: Sequence[str], rejected: str, lang: str) -> Iterator[Block]:
    text = words(lang)
    shown = [verdict for verdict in VERDICTS if any(v == verdict for _, v in summary.cases)] or list(VERDICTS[:3])
    rows = [_row(summary, (id_,), id_, shown, lang) for id_ in conventions]
    rows.append(_row(summary, conventions, text["total"], shown, lang))
    head = (text["convention"], text["cases"], *(text[verdict] for verdict in shown))
    yield Table((*head, text["euros_due"], text["amount_open"]), tuple(rows))
    refused = summary.refused.total()
    if not refused:
        yield Paragraph(text["none_refused"])
        return
    yield Paragraph(text["refused"].format(count=_count(refused, lang), file=rejected), tone="bad")
    codes = sorted(summary.codes.items(), key=lambda item: (-item[1], item[0]))
    yield Table((text["code"], text["faults"]), tuple((code, _count(count, lang)) for code, count in codes))


def _row(
    summary: Summary, conventions: Sequence[str], name: str, verdicts: Sequence[str], lang: str
) -> tuple[str, ...]:
    counts = [sum(summary.cases[id_, verdict] for id_ in conventions) for verdict in verdicts]
    keys = [key for key in summary.cases if key[0] in conventions]
    cents = sum(summary.cents[key] for key in keys)
    euros = scalar_text(Fraction(cents, 100), _EUROS, lang)
    open_ = sum(summary.open[key] for key in keys)
    return (name, *(_count(n, lang) for n in (sum(counts), *counts)), euros, _count(open_, lang))


def _count(number: int, lang: str) -> str:
    return scalar_text(number, _COUNT, lang)
