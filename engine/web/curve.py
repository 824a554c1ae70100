"""A curve: a case and a number of it come in; the amount due over other numbers goes out, exact where it turns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Any

from engine.errors import InputFault
from engine.evaluation.facts import Facts
from engine.evaluation.session import Session
from engine.language.facts import Fact
from engine.report.charts import Point
from engine.report.page import Block, Table
from engine.report.say import Say
from engine.web.estimate import decided
from engine.web.state import State

POINTS = 33  # evenly over the range of a curve, before breaks are looked for
MOST_POINTS = 60
ROUNDED = Fraction(2, 100)  # euros: amounts on one line are this far from it, each being in cents
REACH = (4, 6)  # a curve goes from this number of fifths of what is known today to that one


@dataclass(frozen=True, slots=True)
class Curve:
    """The amount due over a number: exact points, with the number of today where it is known."""

    fact: Fact
    points: tuple[Point, ...]
    today: int | None


def curve(session: Session, state: State, fact: Fact) -> Curve | None:
    """The amount due over a number, from below what is known today to above it, exact at each break."""
    known = state.facts.get(fact.name)
    base = known if isinstance(known, int) else _alike(fact, state.facts)
    if base is None or base <= 0:
        return None
    low, high = (max(1, base * fifths // 5) for fifths in REACH)
    steps = range(-1, POINTS + 1)  # one beyond each end tells whether the amount turns just inside it
    ends = sorted({max(0, low + (high - low) * step // (POINTS - 1)) for step in steps} | {base})
    found: dict[int, Any] = {at: _due(session, state, fact, at) for at in ends}
    for first, second in pairwise(ends):
        _breaks(session, state, fact, found, first, second)
    for at in list(_bends(found)):
        found[at] = _due(session, state, fact, at)
    points = tuple((at, found[at]) for at in sorted(found) if low <= at <= high and found[at] is not None)
    return Curve(fact, points, known if isinstance(known, int) else None)


def _breaks(session: Session, state: State, fact: Fact, found: dict[int, Any], first: int, second: int) -> None:
    """Adds the two numbers between which a status or a great part of the amount changes, by halving."""
    while second - first > 1 and len(found) < MOST_POINTS and _leaps(found[first], found[second]):
        middle = (first + second) // 2
        found[middle] = _due(session, state, fact, middle)
        if _leaps(found[first], found[middle]):
            second = middle
        else:
            first = middle


def _bends(found: dict[int, Any]) -> Iterator[int]:
    """The numbers beside which the amount goes on in another direction, where the lines of both sides meet."""
    shown = ((at, each.value) for at, each in sorted(found.items()) if each is not None)
    known = [(at, Fraction(value)) for at, value in shown if isinstance(value, int | Fraction)]
    for first, second, third, fourth in zip(known, known[1:], known[2:], known[3:], strict=False):
        (a, va), (b, vb), (c, vc), (d, vd) = first, second, third, fourth
        before, after = (vb - va) / (b - a), (vd - vc) / (d - c)
        if before != after and max(_off(first, second, third), _off(second, third, fourth)) > ROUNDED:
            meets = int((vc - vb + before * b - after * c) / (before - after))
            yield from (at for at in (meets, meets + 1) if b < at < c)


def _off(first: tuple[int, Fraction], second: tuple[int, Fraction], third: tuple[int, Fraction]) -> Fraction:
    """How far a point is from the line through the two beside it."""
    (a, va), (b, vb), (c, vc) = first, second, third
    return abs(va + (vc - va) * Fraction(b - a, c - a) - vb)


def _leaps(first: Any, second: Any) -> bool:
    """Whether two results differ in status, or one is twice the other and more."""
    if first is None or second is None or first.status != second.status:
        return first is not second
    if first.value is None or second.value is None:
        return False
    return bool(max(first.value, second.value) > 2 * min(first.value, second.value))


def _due(session: Session, state: State, fact: Fact, at: int) -> Any:
    """The amount due with another number, or None where facts then contradict each other."""
    try:
        decision = decided(session, state, {**state.facts, fact.name: at})
    except InputFault:
        return None
    return decision.stated(decision.headline.due)


def _alike(fact: Fact, facts: Facts) -> int | None:
    """The number given of the same group whose name begins as that of the fact does."""
    stem = fact.name.rpartition("_")[0]
    values = (value for name, value in facts.items() if stem and name.startswith(stem))
    return next((value for value in values if isinstance(value, int)), None)


def curve_table(curve: Curve, say: Say) -> Block:
    """Points of the curve as a table: the ends, that of today, and where the amount changes its way."""
    last = len(curve.points) - 1
    shown = (index for index, (at, _) in enumerate(curve.points) if at == curve.today or _turns(curve.points, index))
    rows = [curve.points[index] for index in sorted({0, last, *shown})]
    told = tuple((say.scalar(at, curve.fact.type), say.result(result)) for at, result in rows)
    return Table((say.label(curve.fact), say.label(curve.points[0][1])), told)


def _turns(points: Sequence[Point], index: int) -> bool:
    """Whether the amount changes its way at a point: it is off the line through those beside it, or open."""
    beside = points[max(0, index - 1) : index + 2]
    if len(beside) < 3:
        return True
    values = [(at, Fraction(r.value)) for at, r in beside if isinstance(r.value, int | Fraction)]
    return 0 < len(values) < 3 or (len(values) == 3 and _off(values[0], values[1], values[2]) > ROUNDED)
