"""Composes what a change does to a portfolio: measures come in, tables and a JSON object go out."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

from engine.comparison.effects.behaviour import Behaviour
from engine.comparison.effects.measures import Portfolio
from engine.language.types import number
from engine.report.messages import words
from engine.report.page import Block, Heading, Page, Paragraph, Table, Tree
from engine.report.values import money, scalar_text
from engine.report.whom import Whom

EUR = number("EUR", 2)
MAX_CAUSES = 8


def portfolio_page(measured: Portfolio, found: Sequence[Behaviour], lang: str) -> Page:
    """Rows by eligibility, euros before and after, deciles of the difference, and the first causes."""
    text = words(lang)
    whom = Whom(found[0], lang)
    counts = {"rows": measured.rows, "changed": measured.changed, "refused": measured.refused, "apart": measured.apart}
    blocks: list[Block] = [
        Heading(text["portfolio"]),
        Paragraph(text["portfolio_rows"].format(**{key: _count(count, lang) for key, count in counts.items()})),
        Table(
            (text["portfolio_verdicts"], text["portfolio_count"]),
            tuple(
                (" → ".join(dict.fromkeys(whom.value("eligibilite", _plain(v)) for v in pair)), _count(count, lang))
                for pair, count in measured.verdicts.items()
            ),
        ),
        _money(measured, lang),
        Paragraph(text["semicolon"].join(_gains(measured, lang))),
    ]
    if measured.deciles:
        names = tuple("" if i == 0 else str(i) for i in range(len(measured.deciles)))
        lines = [
            " ".join((f"D{name}" if name else "min", _euros(v, lang)))
            for name, v in zip(names, measured.deciles, strict=True)
        ]
        blocks.append(Paragraph(text["portfolio_deciles"] + text["colon"] + text["semicolon"].join(lines)))
    if measured.causes:
        blocks.append(Paragraph(text["portfolio_causes"].format(count=_count(measured.sampled, lang))))
        shown = list(measured.causes.items())[:MAX_CAUSES]
        blocks.append(Tree(tuple((0, f"{_count(count, lang)} × {_cause(id_, found, lang)}") for id_, count in shown)))
    return tuple(blocks)


def _plain(value: str) -> Any:
    from engine.review.enumeration import STATUS_VALUES

    return STATUS_VALUES.get(value, value)


def _cause(id_: str, found: Sequence[Behaviour], lang: str) -> str:
    """An item by the label that the convention in which it changed gives it."""
    own = next((each for each in found if any(status.item == id_ for status in each.statuses)), found[0])
    return Whom(own, lang).item(id_)


def _money(measured: Portfolio, lang: str) -> Table:
    text = words(lang)
    difference = measured.after - measured.before
    row = (_count(measured.known, lang), *(_euros(v, lang) for v in (measured.before, measured.after, difference)))
    names = ("portfolio_due", "portfolio_before", "portfolio_after", "portfolio_difference")
    return Table(tuple(text[name] for name in names), (row,))


def _gains(measured: Portfolio, lang: str) -> list[str]:
    text = words(lang)
    return [
        text["portfolio_gain"].format(count=_count(measured.gained, lang)),
        text["portfolio_loss"].format(count=_count(measured.lost, lang)),
        text["portfolio_open"].format(
            before=_count(measured.open_before, lang), after=_count(measured.open_after, lang)
        ),
    ]


def _count(count: int, lang: str) -> str:
    return scalar_text(count, None, lang)


def _euros(cents: int, lang: str) -> str:
    return scalar_text(Fraction(cents, 100), EUR, lang)


def portfolio_object(measured: Portfolio) -> dict[str, Any]:
    """The measures as one JSON object; money as text with two decimals."""
    return {
        "rows": measured.rows,
        "refused": measured.refused,
        "apart": measured.apart,
        "changed": measured.changed,
        "verdicts": [
            {"before": before, "after": after, "rows": count} for (before, after), count in measured.verdicts.items()
        ],
        "due": {
            "rows": measured.known,
            "before": _text(measured.before),
            "after": _text(measured.after),
            "difference": _text(measured.after - measured.before),
            "gained": measured.gained,
            "lost": measured.lost,
            "open_before": measured.open_before,
            "open_after": measured.open_after,
            "deciles": [_text(each) for each in measured.deciles],
        },
        "causes": dict(measured.causes),
        "sampled": measured.sampled,
    }


def _text(cents: int) -> str:
    return money(Fraction(cents, 100))
