"""Composes the page that ends a run over files: its summary comes in, tables of cases and euros go out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.bulk.job import Summary
from engine.language.types import Type
from engine.report.formats import formats
from engine.report.page import Block, Paragraph, Table
from engine.report.say import Say

_EUROS = Type("number", "EUR")
OPEN = "undetermined"


@dataclass(frozen=True, slots=True)
class Batch:
    """The summary of a run over files; ``rejected`` is the file that tells of refused rows."""

    summary: Summary
    rejected: str


def page(batch: Batch, say: Say) -> Iterator[Block]:
    """Cases by convention and verdict with the euros due, then how many rows were refused and for what."""
    summary = batch.summary
    refused = summary.refused.total()
    if refused and not summary.cases:
        code, count = summary.commonest[0]
        yield Paragraph(say("none_decided", count=say.scalar(count), message=summary.examples[code]), tone="bad")
    else:
        yield _decided(summary, say)
    if not refused:
        yield Paragraph(say("none_refused"))
        return
    yield Paragraph(say.count("refused", refused, file=batch.rejected), tone="bad")
    rows = tuple((code, say.scalar(count), summary.examples[code]) for code, count in summary.commonest)
    yield Table((say("code"), say("faults"), say("first_example")), rows)


FORMATS = formats(page)


def _decided(summary: Summary, say: Say) -> Table:
    met = {id_ for id_, _ in summary.cases}
    labels = {each.id: say.label(each) for each in say.registry.conventions.values()}
    labels |= {each.id: say.label(each) for each in say.registry.without_rules}
    named = {id_: label for id_, label in labels.items() if id_ in met}
    verdicts = _verdicts(say)
    shown = [verdict for verdict in verdicts if any(v == verdict for _, v in summary.cases)] or verdicts[:-1]
    rows = [_row(summary, (id_,), label, shown, say) for id_, label in named.items()]
    rows.append(_row(summary, tuple(named), say("total"), shown, say))
    head = (say("convention"), say("cases"), *(say.value(verdict) for verdict in shown))
    return Table(
        (*head, *(say(key) for key in ("due_certain", "due_open", "amount_recover", "amount_open"))), tuple(rows)
    )


def _verdicts(say: Say) -> list[str]:
    """The values of the verdict that the policies declare, the best first, then what stands for none."""
    results = say.registry.results
    better = results.headline[results.verdict].better if results.verdict is not None else None
    return [*(reversed(better) if isinstance(better, tuple) else ()), OPEN, "not_applicable"]


def _row(summary: Summary, conventions: Sequence[str], name: str, verdicts: Sequence[str], say: Say) -> tuple[str, ...]:
    """Cases by verdict; what is due for sure, and what would be if the verdict were good; overpaid; not known."""
    counts = [sum(summary.cases[id_, verdict] for id_ in conventions) for verdict in verdicts]
    keys = [key for key in summary.cases if key[0] in conventions]
    certain = sum(summary.cents[key] for key in keys if key[1] != OPEN)
    conditional = sum(summary.cents[key] for key in keys if key[1] == OPEN)
    over = sum(summary.over[key] for key in keys)
    euros = (say.scalar(Fraction(cents, 100), _EUROS) for cents in (certain, conditional, over))
    open_ = sum(summary.open[key] for key in keys)
    return (name, *(say.scalar(n) for n in (sum(counts), *counts)), *euros, say.scalar(open_))
