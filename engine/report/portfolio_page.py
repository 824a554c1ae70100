"""Composes what a change does to a portfolio: measures come in, tables and a JSON object go out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from engine.comparison.effects.behaviour import Behaviour
from engine.comparison.effects.measures import Portfolio
from engine.language.types import number
from engine.language.values import Absent, Value
from engine.report.objects import named
from engine.report.page import Block, Heading, Paragraph, Table, Tree
from engine.report.say import Say, money
from engine.report.whom import Whom

EUR = number("EUR", 2)
MAX_CAUSES = 8


def portfolio_blocks(measured: Portfolio, found: Sequence[Behaviour], say: Say) -> Iterator[Block]:
    """Rows by eligibility, euros before and after, deciles of the difference, and the first causes."""
    whom = Whom(found[0], say)
    counts = named(measured, "rows", "changed", "refused", "apart")
    yield Heading(say("portfolio"))
    yield Paragraph(say("portfolio_rows", **{key: say.scalar(count) for key, count in counts.items()}))
    verdicts = tuple(
        (
            " → ".join(dict.fromkeys(whom.value(say.registry.results.verdict or "", _plain(v)) for v in pair)),
            say.scalar(count),
        )
        for pair, count in measured.verdicts.items()
    )
    yield Table((say("portfolio_verdicts"), say("portfolio_count")), verdicts)
    yield _money(measured, say)
    yield Paragraph(say.listed(_gains(measured, say)))
    if measured.deciles:
        lines = [f"D{i} {_euros(v, say)}" if i else f"min {_euros(v, say)}" for i, v in enumerate(measured.deciles)]
        yield Paragraph(say.pair(say("portfolio_deciles"), say.listed(lines)))
    if measured.causes:
        yield Paragraph(say("portfolio_causes", count=say.scalar(measured.sampled)))
        shown = list(measured.causes.items())[:MAX_CAUSES]
        yield Tree(tuple((0, f"{say.scalar(count)} × {_cause(id_, found, say)}") for id_, count in shown))


def _plain(value: str) -> Value:
    """A value as a column holds it: a word, or why there is none."""
    return Absent(value) if value in {each.value for each in Absent} else value


def _cause(id_: str, found: Sequence[Behaviour], say: Say) -> str:
    """An item by the label that the convention in which it changed gives it."""
    own = next((each for each in found if any(status.item == id_ for status in each.statuses)), found[0])
    return Whom(own, say).item(id_)


def _money(measured: Portfolio, say: Say) -> Table:
    difference = measured.after - measured.before
    row = (say.scalar(measured.known), *(_euros(v, say) for v in (measured.before, measured.after, difference)))
    names = ("portfolio_due", "portfolio_before", "portfolio_after", "portfolio_difference")
    return Table(tuple(say(name) for name in names), (row,))


def _gains(measured: Portfolio, say: Say) -> list[str]:
    return [
        say.count("portfolio_gain", measured.gained),
        say.count("portfolio_loss", measured.lost),
        say("portfolio_open", before=say.scalar(measured.open_before), after=say.scalar(measured.open_after)),
    ]


def _euros(cents: int, say: Say) -> str:
    return say.scalar(Fraction(cents, 100), EUR)


def portfolio_object(measured: Portfolio) -> dict[str, Any]:
    """The measures as one JSON object; money as text with two decimals."""
    return {
        **named(measured, "rows", "refused", "apart", "changed"),
        "verdicts": [
            {"before": before, "after": after, "rows": count} for (before, after), count in measured.verdicts.items()
        ],
        "due": {
            "rows": measured.known,
            "before": _text(measured.before),
            "after": _text(measured.after),
            "difference": _text(measured.after - measured.before),
            **named(measured, "gained", "lost", "open_before", "open_after"),
            "deciles": [_text(each) for each in measured.deciles],
        },
        "causes": dict(measured.causes),
        "sampled": measured.sampled,
    }


def _text(cents: int) -> str:
    return money(Fraction(cents, 100))
