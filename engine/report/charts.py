"""Charts: the amounts of the years of a contract, or of an amount as a number grows, come in, a figure of SVG goes out.

What is open is drawn as an empty outline with a question mark, or as a gap in a curve, never as zero or a guess. The
boxes are narrow, so that their letters stay readable on a telephone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction

from engine.escaping import in_html
from engine.evaluation.decision import Decision, Result
from engine.evaluation.timeline import Timeline
from engine.report.say import Say

STEP, BAR, HEIGHT = 66, 46, 240
SIDE, TOP, BOTTOM = 4, 26, 48


_Bar = tuple[int, dt.date | None, Result, Result | None]  # year, start, maximum, and what is due where that is asked


def timeline_figure(timeline: Timeline, say: Say) -> str:
    """A bar for each contract year: the amount due, in the outline of the maximum; nothing of a refused contract."""
    headline = timeline.rows[0].decision.headline
    shown = () if timeline.rows[0].decision.refused or headline.due is None else timeline.rows
    amounts = ((row, row.decision.stated(headline.maximum), row.decision.stated(headline.due)) for row in shown)
    bars: list[_Bar] = [(row.year, row.start, most, due) for row, most, due in amounts if most is not None]
    return _figure(bars, say("chart"), say("chart_caption"), say)


def decision_figure(decision: Decision, say: Say) -> str:
    """A bar for each contract year that a decision lists: the most that can be due."""
    bars: list[_Bar] = [(line.year, line.start, line.amount, None) for line in decision.years]
    return _figure(bars, say("amounts"), say("chart_of_maxima"), say)


def _figure(bars: Sequence[_Bar], title: str, caption: str, say: Say) -> str:
    if not bars:
        return ""
    top = max(result.number or 0 for _, _, *results in bars for result in results if result) or 1
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
    year, start, most, due = bar
    middle, shown = x + STEP / 2, most if due is None else due
    told = [f"{say(key)} {say.result(each)}" for key, each in (("amount_due", due), ("maximum", most)) if each]
    said = say.pair(f"{say('year')} {year}", ", ".join(told))
    yield f"<g><title>{in_html(said)}</title>"
    for style, result in (("most", most), ("due", due)):
        amount = None if result is None else result.number
        if amount is not None:
            yield _rectangle(style, x, _height(amount, top))
    amount, open_ = shown.number, shown.status == "undetermined"
    y = _height((most.number or top / 2) if open_ else amount or Fraction(0), top)
    if open_:
        yield _rectangle("unknown", x, y)
    label = "?" if open_ else "—" if amount is None else say.result(shown)
    yield f'<text x="{middle:.0f}" y="{y - 6:.1f}" text-anchor="middle">{in_html(label)}</text>'
    yield f'<text x="{middle:.0f}" y="{HEIGHT - BOTTOM + 19}" text-anchor="middle">{year}</text>'
    began = "" if start is None else start.year  # the day stands in the table: with its month it would touch the next
    yield f'<text x="{middle:.0f}" y="{HEIGHT - BOTTOM + 38}" text-anchor="middle">{began}</text></g>'


def _rectangle(style: str, x: int, y: float) -> str:
    left = x + (STEP - BAR) // 2
    return f'<rect class="{style}" x="{left}" y="{y:.1f}" width="{BAR}" height="{HEIGHT - BOTTOM - y:.1f}"/>'


def _height(amount: Fraction, top: Fraction) -> float:
    return float(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * amount / top)


WIDTH, CURVE_HEIGHT = 340, 240
LEFT, RIGHT, CURVE_TOP, CURVE_BOTTOM = 8, 8, 34, 30
NUMBER = 9  # wide is a digit

Point = tuple[int, Result]


def curve_figure(
    points: Sequence[Point], today: int | None, marks: Iterable[int], said: tuple[str, str], say: Say
) -> str:
    """The amounts of ``points`` over their numbers, with a point at that of ``today`` and a line at each of ``marks``.

    ``said`` are the title and the caption.
    """
    known = [(at, result.number) for at, result in points if result.number is not None]
    if len(known) < 2:
        return ""
    greatest = max((result for _, result in points if result.number is not None), key=lambda each: each.number or 0)
    top = max(amount for _, amount in known) or Fraction(1)
    first, last = points[0][0], points[-1][0]

    def x(at: int) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * float(Fraction(at - first, max(1, last - first)))

    def y(amount: Fraction) -> float:
        return float(CURVE_HEIGHT - CURVE_BOTTOM - (CURVE_HEIGHT - CURVE_TOP - CURVE_BOTTOM) * amount / top)

    runs = " ".join(_runs(points, x, y))
    parts = [
        *(f'<path class="mark" d="M{x(at):.1f} {CURVE_TOP - 8}V{CURVE_HEIGHT - CURVE_BOTTOM}"/>' for at in marks),
        f'<path class="line" d="{runs}"/>',
        f'<text x="{LEFT}" y="{CURVE_TOP - 14}">{in_html(say.result(greatest))}</text>',
        *_numbers({first, last, *marks}, x, say),
    ]
    marked = next((amount for at, amount in known if at == today), None)
    if today is not None and marked is not None:
        first_half = x(today) < WIDTH / 2
        told = say.result(next(result for at, result in points if at == today))
        parts.append(f'<circle class="due" cx="{x(today):.1f}" cy="{y(marked):.1f}" r="6"/>')
        left, height = (
            (8.0, min(y(marked) + 22, CURVE_HEIGHT - CURVE_BOTTOM - 6)) if first_half else (-10.0, y(marked) - 8)
        )
        place = f'x="{x(today) + left:.1f}" y="{height:.1f}" text-anchor="{"start" if first_half else "end"}"'
        parts.append(f"<text {place}>{in_html(told)}</text>")
    return svg_figure("curve", (WIDTH, CURVE_HEIGHT, CURVE_HEIGHT - CURVE_BOTTOM), *said, parts)


def _numbers(shown: Iterable[int], x: Callable[[int], float], say: Say) -> Iterator[str]:
    """The numbers below the ground line, from the right, those that would stand on another left out."""
    room = float(WIDTH)
    for at in sorted(shown, reverse=True):
        text = say.scalar(at)
        half = NUMBER * len(text) / 2
        middle = min(max(x(at), LEFT + half), WIDTH - RIGHT - half)
        if middle + half <= room:
            yield f'<text x="{middle:.1f}" y="{CURVE_HEIGHT - 8}" text-anchor="middle">{in_html(text)}</text>'
            room = middle - half - NUMBER


def _runs(points: Sequence[Point], x: Callable[[int], float], y: Callable[[Fraction], float]) -> Iterator[str]:
    """Path commands: a move to the first point of each run of known ones, lines to the others."""
    pen = "M"
    for at, result in points:
        if result.number is not None:
            yield f"{pen}{x(at):.1f} {y(result.number):.1f}"
            pen = "L"
        else:
            pen = "M"
