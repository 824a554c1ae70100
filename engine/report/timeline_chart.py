"""Draws what a contract is due against its maximum: a timeline comes in, a figure of SVG goes out.

A year whose amount is open is drawn as an empty outline with a question mark, never as zero.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from engine.escaping import in_html
from engine.evaluation.decision import Decision, Result
from engine.evaluation.timeline import Timeline
from engine.language.types import number
from engine.report.say import Say

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 70, 10, 28, 52
GRID_LINES = 4
EUROS = number("EUR", 2)


def timeline_figure(timeline: Timeline, say: Say) -> str:
    """A bar for each contract year: the amount due, in the outline of the maximum."""
    bars = [_Bar(row.year, row.start, *amounts) for row in timeline.rows if (amounts := _amounts(row.decision))]
    if not bars:
        return ""
    top = max(_amount(result) or 0 for bar in bars for result in (bar.most, bar.due)) or 1
    parts = [
        f'<figure>\n<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="chart-title">',
        f'<title id="chart-title">{in_html(say("chart"))}</title>',
    ]
    step = (WIDTH - LEFT - RIGHT) / len(bars)
    parts.extend(_grid(Fraction(top), say))
    for index, bar in enumerate(bars):
        parts.extend(_bar(bar, LEFT + step * index, step, Fraction(top), say))
    return "\n".join([*parts, f"</svg>\n<figcaption>{in_html(say('chart_caption'))}</figcaption>\n</figure>"])


def _grid(top: Fraction, say: Say) -> Iterator[str]:
    for line in range(GRID_LINES + 1):
        amount = top * line / GRID_LINES
        y = _height(amount, top)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        label = say.scalar(Fraction(int(amount)), EUROS)
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{in_html(label)}</text>'


@dataclass(frozen=True, slots=True)
class _Bar:
    """A contract year: its maximum, and what is due."""

    year: int
    start: dt.date | None
    most: Result
    due: Result


def _amounts(decision: Decision) -> tuple[Result, Result] | None:
    most, due = decision.stated(decision.headline.maximum), decision.stated(decision.headline.due)
    return None if most is None or due is None else (most, due)


def _bar(row: _Bar, x: float, step: float, top: Fraction, say: Say) -> Iterator[str]:
    most, due = row.most, row.due
    width = min(step * 0.62, 64)
    left, middle = x + (step - width) / 2, x + step / 2
    told = f"{say('year')} {row.year}{say('colon')}{say('amount_due')} {say.result(due)}"
    yield f"<g><title>{in_html(told)}, {in_html(say('maximum'))} {in_html(say.result(most))}</title>"
    for style, result in (("most", most), ("due", due)):
        amount = _amount(result)
        if amount is not None:
            y = _height(amount, top)
            yield (
                f'<rect class="{style}" x="{left:.1f}" y="{y:.1f}" width="{width:.1f}" '
                f'height="{HEIGHT - BOTTOM - y:.1f}"/>'
            )
    shown, y = _amount(due), _height(_amount(due) or Fraction(0), top)
    if shown is None and due.status == "undetermined":
        y = _height(_amount(most) or top / 2, top)
        yield (
            f'<rect class="unknown" x="{left:.1f}" y="{y:.1f}" width="{width:.1f}" height="{HEIGHT - BOTTOM - y:.1f}"/>'
        )
    label = "?" if due.status == "undetermined" else say.result(due) if shown is not None else "—"
    yield f'<text x="{middle:.1f}" y="{y - 6:.1f}" text-anchor="middle">{in_html(label)}</text>'
    yield f'<text x="{middle:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{row.year}</text>'
    started = "" if row.start is None else row.start.strftime("%m/%Y" if say.lang == "fr" else "%Y-%m")
    yield f'<text x="{middle:.1f}" y="{HEIGHT - BOTTOM + 36}" text-anchor="middle">{started}</text></g>'


def _height(amount: Fraction, top: Fraction) -> float:
    return float(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * amount / top)


def _amount(result: Result) -> Fraction | None:
    return Fraction(result.value) if isinstance(result.value, int | Fraction) else None
