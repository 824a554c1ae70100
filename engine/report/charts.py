"""Charts: the amounts of the years of a contract, or of an amount as a number grows, come in, a figure of SVG goes out.

What is open is drawn as an empty outline with a question mark, or as a gap in a curve, never as zero or a guess. The
boxes are narrow, so that their letters stay readable on a telephone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import groupby

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
    ground, middle, shown = HEIGHT - BOTTOM, x + STEP / 2, due or most

    def height(amount: Fraction) -> float:
        return float(ground - (ground - TOP) * amount / top)

    def rectangle(style: str, amount: Fraction) -> str:
        place = f'x="{x + (STEP - BAR) // 2}" y="{height(amount):.1f}"'
        return f'<rect class="{style}" {place} width="{BAR}" height="{ground - height(amount):.1f}"/>'

    told = [f"{say(key)} {say.result(each)}" for key, each in (("amount_due", due), ("maximum", most)) if each]
    said = say.pair(f"{say('year')} {year}", say.listed(told))
    yield f"<g><title>{in_html(said)}</title>"
    drawn = [(style, each.number) for style, each in (("most", most), ("due", due)) if each is not None]
    yield from (rectangle(style, amount) for style, amount in drawn if amount is not None)
    amount, label = shown.number or Fraction(0), "—" if shown.number is None else say.result(shown)
    if shown.status == "undetermined":
        amount, label = most.number or top / 2, "?"
        yield rectangle("unknown", amount)
    yield _text(middle, height(amount) - 6, label)
    yield _text(middle, ground + 19, str(year))
    began = "" if start is None else str(start.year)  # with its month, which the table has, it would touch the next
    yield _text(middle, ground + 38, began) + "</g>"


def _text(x: float, y: float, text: str, anchor: str = "middle") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{in_html(text)}</text>'


WIDTH, CURVE_HEIGHT = 340, 240
LEFT, RIGHT, CURVE_TOP, CURVE_BOTTOM = 8, 8, 34, 30
NUMBER = 9  # wide is a digit

Point = tuple[int, Result]


def curve_figure(
    points: Sequence[Point], today: int | None, marks: Iterable[int], said: tuple[str, str], say: Say
) -> str:
    """The amounts of ``points`` over their numbers, with a point at that of ``today`` and a line at each of ``marks``.

    ``said`` are the title and the caption. Nothing is drawn of a level line beside what is open.
    """
    known = {at: (result.number, say.result(result)) for at, result in points if result.number is not None}
    if len(known) < 2 or (len(known) < len(points) and len(dict(known.values())) < 2):
        return ""
    most, greatest = max(known.values(), key=lambda each: each[0])
    first, last, ground = points[0][0], points[-1][0], CURVE_HEIGHT - CURVE_BOTTOM

    def x(at: int) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * float(Fraction(at - first, max(1, last - first)))

    def y(amount: Fraction) -> float:
        return float(ground - (ground - CURVE_TOP) * amount / (most or 1))

    runs = groupby(points, lambda point: point[0] in known)  # a gap where the amount is open
    lines = ("L".join(f"{x(at):.1f} {y(known[at][0]):.1f}" for at, _ in run) for drawn, run in runs if drawn)
    parts = [
        *(f'<path class="mark" d="M{x(at):.1f} {CURVE_TOP - 8}V{ground}"/>' for at in marks),
        f'<path class="line" d="{" ".join(f"M{line}" for line in lines)}"/>',
        _text(LEFT, CURVE_TOP - 14, greatest, "start"),
        *_numbers({first, last, *marks}, x, say),
    ]
    if today is not None and today in known:
        amount, told = known[today]
        parts.append(f'<circle class="due" cx="{x(today):.1f}" cy="{y(amount):.1f}" r="6"/>')
        if x(today) < WIDTH / 2:
            parts.append(_text(x(today) + 8, min(y(amount) + 22, ground - 6), told, "start"))
        else:
            parts.append(_text(x(today) - 10, y(amount) - 8, told, "end"))
    return svg_figure("curve", (WIDTH, CURVE_HEIGHT, ground), *said, parts)


def _numbers(shown: Iterable[int], x: Callable[[int], float], say: Say) -> Iterator[str]:
    """The numbers below the ground line, from the right, those that would stand on another left out."""
    room = float(WIDTH)
    for at in sorted(shown, reverse=True):
        text = say.scalar(at)
        half = NUMBER * len(text) / 2
        middle = min(max(x(at), LEFT + half), WIDTH - RIGHT - half)
        if middle + half <= room:
            yield _text(middle, CURVE_HEIGHT - 8, text)
            room = middle - half - NUMBER
