"""Money of a decision in four words: the most that its year pays, what is due, what is paid, what was paid too much."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction

from engine.evaluation.decision import Decision
from engine.language.facts import YEAR
from engine.language.types import number
from engine.report.page import Block, Heading, Paragraph, Table
from engine.report.reasons import Hanging, marked, marked_day, reasons_block, unread
from engine.report.say import Say

EUROS = number("EUR", 2)


def money_columns(as_of: dt.date | None, say: Say) -> tuple[str, ...]:
    """The heads of the four amounts; without a day that says what is paid, the third is what the year pays in all."""
    paid = "amount_paid" if as_of else "amount_payments"
    return tuple(say(key) for key in ("maximum", "amount_due", paid, "amount_recover"))


def money_cells(decision: Decision, say: Say, hanging: Hanging = unread, year: int = 0) -> tuple[str, ...]:
    """The four amounts in the order of :func:`money_columns`; of a case without a contract year the most of year 1.

    ``hanging`` tells what they would be under other readings; ``year`` is that of a life.
    """
    headline = decision.headline
    most = decision.years[0].amount if decision.years else decision.stated(headline.maximum)
    due, recover = decision.stated(headline.due), decision.stated(headline.recover)
    others = ("" if each is None else hanging("result", each.id, year) for each in (most, due))
    shown = (
        "—" if each is None else marked(each, decision, say, other=other)
        for each, other in zip((most, due), others, strict=True)
    )
    over = "—" if recover is None or not (recover.can_be or recover.status == "known") else say.result(recover)
    return (*shown, _paid(decision, say), over)


def _paid(decision: Decision, say: Say) -> str:
    """The payments of the year, by the day asked about where there is one; those whose amount is open are left out."""
    day = decision.as_of
    lines = [line for line in decision.payments if day is None or (line.due is not None and line.due <= day)]
    amounts = [line.result.value for line in lines if isinstance(line.result.value, int | Fraction)]
    total = sum(map(Fraction, amounts), Fraction(0))
    return say.scalar(total, EUROS) if total or (lines and len(amounts) == len(lines)) else "—"


def amounts_blocks(decision: Decision, say: Say, hanging: Hanging) -> Iterator[Block]:
    """Money: of the year of the case the four amounts, or else the most that each contract year pays."""
    if decision.years:
        yield Heading(say("amounts"))
        yield Table((say("year"), say("start"), say("maximum"), say("why")), _year_rows(decision, say, hanging))
    elif decision.stated(decision.headline.maximum) is not None:
        yield Heading(say("amounts"))
        cells = (str(decision.facts.get(YEAR, "—")), *money_cells(decision, say, hanging))
        yield Table((say("year"), *money_columns(decision.as_of, say)), (cells,))
    yield from reasons_block(say)


def payments_blocks(decision: Decision, say: Say) -> Iterator[Block]:
    """The payments of the year, a single one on a line, unless neither its day nor its amount is known."""
    rows = tuple(
        (
            say.named(say.label(line.result), line.result.id),
            marked_day(line, say),
            marked(line.result, decision, say),
            say.noted(line.result.cite),
        )
        for line in decision.payments
        if len(decision.payments) > 1 or line.due is not None or line.result.status == "known"
    )
    if len(rows) == 1:
        name, day, amount, cited = rows[0]
        yield Paragraph(say.pair(name, say("payment_on", day=day, amount=amount, cited=cited)))
    elif rows:
        yield Heading(say("payments"))
        yield Table((say("payment"), say("due"), say("payable"), say("article")), rows)
    yield from reasons_block(say)


def _year_rows(decision: Decision, say: Say, hanging: Hanging) -> tuple[tuple[str, ...], ...]:
    """A row for each run of years with the same amount for the same reason."""
    rows: list[tuple[str, ...]] = []
    for line in decision.years:
        behind = {line.amount.id, *line.amount.uses}
        labels = ", ".join(say.label(use) for use in line.overlays if not behind.isdisjoint(use.changes))
        known = line.amount.status == "known"
        cite = say.noted(line.amount.cite[:1]) if known else ""
        other = hanging("result", line.amount.id, line.year)
        cells = (marked(line.amount, decision, say, other=other), f"{labels} {cite}".strip() if known else "")
        if rows and rows[-1][2:] == cells:
            first = rows[-1][0].partition("–")[0]
            rows[-1] = (f"{first}–{line.year}", *rows[-1][1:])
        else:
            rows.append((str(line.year), say.scalar(line.start), *cells))
    return tuple(rows)
