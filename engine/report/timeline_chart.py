"""Draws what a contract is due against its maximum: a timeline comes in, a figure of SVG goes out.

A year whose amount is open is drawn as an empty outline with a question mark, never as zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from engine.escaping import in_html
from engine.evaluation.decision import Result
from engine.evaluation.session import YEARLY_AMOUNT
from engine.evaluation.timeline import AMOUNT_DUE, Timeline, YearRow
from engine.language.types import number
from engine.report.say import Say

WIDTH, HEIGHT = 720, 300
LEFT, RIGHT, TOP, BOTTOM = 70, 10, 28, 52
GRID_LINES = 4
EUROS = number("EUR", 2)
_SHOWN = (YEARLY_AMOUNT, AMOUNT_DUE)


def timeline_figure(timeline: Timeline, say: Say) -> str:
    """A bar for each contract year: the amount due, in the outline of the maximum."""
    top = max((_amount(row.decision.results[id_]) or 0 for row in timeline.rows for id_ in _SHOWN), default=0) or 1
    parts = [
        f'<figure>\n<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="chart-title">',
        f'<title id="chart-title">{in_html(say("chart"))}</title>',
    ]
    step = (WIDTH - LEFT - RIGHT) / len(timeline.rows)
    parts.extend(_grid(Fraction(top), say))
    for index, row in enumerate(timeline.rows):
        parts.extend(_bar(row, LEFT + step * index, step, Fraction(top), say))
    return "\n".join([*parts, f"</svg>\n<figcaption>{in_html(say('chart_caption'))}</figcaption>\n</figure>"])


def _grid(top: Fraction, say: Say) -> Iterator[str]:
    for line in range(GRID_LINES + 1):
        amount = top * line / GRID_LINES
        y = _height(amount, top)
        yield f'<line class="grid" x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
        label = say.scalar(Fraction(int(amount)), EUROS)
        yield f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{in_html(label)}</text>'


def _bar(row: YearRow, x: float, step: float, top: Fraction, say: Say) -> Iterator[str]:
    most, due = row.decision.results[YEARLY_AMOUNT], row.decision.results[AMOUNT_DUE]
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
