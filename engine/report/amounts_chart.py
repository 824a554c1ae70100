"""Draws the amounts of the years of a contract: a decision or a timeline comes in, a figure of SVG goes out.

A year whose amount is open is drawn as an empty outline with a question mark, never as zero. The box is narrow, so that
its letters stay readable on a telephone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.escaping import in_html
from engine.evaluation.decision import Decision, Result
from engine.evaluation.timeline import Timeline
from engine.report.say import Say

STEP, BAR, HEIGHT = 66, 46, 240
SIDE, TOP, BOTTOM = 4, 26, 48


@dataclass(frozen=True, slots=True)
class _Bar:
    """A contract year: its maximum, and what is due where that is asked."""

    year: int
    start: dt.date | None
    most: Result
    due: Result | None


def timeline_figure(timeline: Timeline, say: Say) -> str:
    """A bar for each contract year: the amount due, in the outline of the maximum."""
    bars = [_Bar(row.year, row.start, *amounts) for row in timeline.rows if (amounts := _amounts(row.decision))]
    return _figure(bars, say("chart"), say("chart_caption"), say)


def decision_figure(decision: Decision, say: Say) -> str:
    """A bar for each contract year that a decision lists: the most that can be due."""
    bars = [_Bar(line.year, line.start, line.amount, None) for line in decision.years]
    return _figure(bars, say("amounts"), say("chart_of_maxima"), say)


def _amounts(decision: Decision) -> tuple[Result, Result] | None:
    most, due = decision.stated(decision.headline.maximum), decision.stated(decision.headline.due)
    return None if most is None or due is None else (most, due)


def _figure(bars: Sequence[_Bar], title: str, caption: str, say: Say) -> str:
    if not bars:
        return ""
    top = max(_amount(result) or 0 for bar in bars for result in (bar.most, bar.due) if result) or 1
    width = STEP * len(bars) + 2 * SIDE
    shown = (part for i, bar in enumerate(bars) for part in _bar(bar, SIDE + STEP * i, Fraction(top), say))
    return svg_figure("amounts", (width, HEIGHT, HEIGHT - BOTTOM), title, caption, shown)


def svg_figure(name: str, size: tuple[int, int, int], title: str, caption: str, parts: Iterable[str]) -> str:
    """A drawing of this width and height over a ground line of that height, with its title and caption."""
    width, height, ground = size
    lines = [
        f'<figure class="{name}">',
        f'<svg viewBox="0 0 {width} {height}" width="{width}" role="img" aria-labelledby="{name}-title">',
        f'<title id="{name}-title">{in_html(title)}</title>',
        f'<line class="grid" x1="0" x2="{width}" y1="{ground}" y2="{ground}"/>',
    ]
    return "\n".join([*lines, *parts, f"</svg>\n<figcaption>{in_html(caption)}</figcaption>\n</figure>"])


def _bar(bar: _Bar, x: int, top: Fraction, say: Say) -> Iterator[str]:
    middle, shown = x + STEP / 2, bar.most if bar.due is None else bar.due
    told = [f"{say('maximum')} {say.result(bar.most)}"]
    if bar.due is not None:
        told.insert(0, f"{say('amount_due')} {say.result(bar.due)}")
    said = say.pair(f"{say('year')} {bar.year}", ", ".join(told))
    yield f"<g><title>{in_html(said)}</title>"
    for style, result in (("most", bar.most), ("due", bar.due)):
        amount = None if result is None else _amount(result)
        if amount is not None:
            yield _rectangle(style, x, _height(amount, top))
    amount = _amount(shown)
    y = _height(amount or Fraction(0), top)
    if shown.status == "undetermined":
        y = _height(_amount(bar.most) or top / 2, top)
        yield _rectangle("unknown", x, y)
    label = "?" if shown.status == "undetermined" else "—" if amount is None else say.result(shown)
    yield f'<text x="{middle:.0f}" y="{y - 6:.1f}" text-anchor="middle">{in_html(label)}</text>'
    yield f'<text x="{middle:.0f}" y="{HEIGHT - BOTTOM + 19}" text-anchor="middle">{bar.year}</text>'
    started = "" if bar.start is None else bar.start.strftime("%m/%Y" if say.lang == "fr" else "%Y-%m")
    yield f'<text x="{middle:.0f}" y="{HEIGHT - BOTTOM + 38}" text-anchor="middle">{started}</text></g>'


def _rectangle(style: str, x: int, y: float) -> str:
    left = x + (STEP - BAR) // 2
    return f'<rect class="{style}" x="{left}" y="{y:.1f}" width="{BAR}" height="{HEIGHT - BOTTOM - y:.1f}"/>'


def _height(amount: Fraction, top: Fraction) -> float:
    return float(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * amount / top)


def _amount(result: Result) -> Fraction | None:
    return Fraction(result.value) if isinstance(result.value, int | Fraction) else None
