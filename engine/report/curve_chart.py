"""Draws what an amount comes to as a number grows: exact points come in, a figure of SVG goes out.

Lines join neighbouring points alone; where the amount is open there is none, never a guess.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction

from engine.escaping import in_html
from engine.evaluation.decision import Result
from engine.report.amounts_chart import svg_figure
from engine.report.say import Say

WIDTH, HEIGHT = 340, 240
LEFT, RIGHT, TOP, BOTTOM = 8, 8, 34, 30

Point = tuple[int, Result]


def curve_figure(points: Sequence[Point], today: int | None, title: str, say: Say) -> str:
    """The amounts of ``points`` over their numbers, with a mark at that of ``today``."""
    known = [(at, Fraction(result.value)) for at, result in points if isinstance(result.value, int | Fraction)]
    if len(known) < 2:
        return ""
    top = max(amount for _, amount in known) or Fraction(1)
    first, last = points[0][0], points[-1][0]

    def x(at: int) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * float(Fraction(at - first, max(1, last - first)))

    def y(amount: Fraction) -> float:
        return float(HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * amount / top)

    runs = " ".join(_runs(points, x, y))
    parts = [
        f'<path class="line" d="{runs}"/>',
        f'<text x="{LEFT}" y="{TOP - 14}">{in_html(say.result(_greatest(points)))}</text>',
        f'<text x="{LEFT}" y="{HEIGHT - 8}">{in_html(say.scalar(first))}</text>',
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 8}" text-anchor="end">{in_html(say.scalar(last))}</text>',
    ]
    marked = next((amount for at, amount in known if at == today), None)
    if today is not None and marked is not None:
        first_half = x(today) < WIDTH / 2
        told = say.result(next(result for at, result in points if at == today))
        parts.append(f'<circle class="due" cx="{x(today):.1f}" cy="{y(marked):.1f}" r="6"/>')
        left, height = (8.0, min(y(marked) + 22, HEIGHT - BOTTOM - 6)) if first_half else (-10.0, y(marked) - 8)
        place = f'x="{x(today) + left:.1f}" y="{height:.1f}" text-anchor="{"start" if first_half else "end"}"'
        parts.append(f"<text {place}>{in_html(told)}</text>")
    return svg_figure("curve", (WIDTH, HEIGHT, HEIGHT - BOTTOM), title, title, parts)


def _greatest(points: Sequence[Point]) -> Result:
    known = [(Fraction(r.value), i, r) for i, (_, r) in enumerate(points) if isinstance(r.value, int | Fraction)]
    return max(known)[2]


def _runs(points: Sequence[Point], x: Callable[[int], float], y: Callable[[Fraction], float]) -> Iterator[str]:
    """Path commands: a move to the first point of each run of known ones, lines to the others."""
    pen = "M"
    for at, result in points:
        if isinstance(result.value, int | Fraction):
            yield f"{pen}{x(at):.1f} {y(Fraction(result.value)):.1f}"
            pen = "L"
        else:
            pen = "M"
