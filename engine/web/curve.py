"""The amount due over a number of a case: both come in, a curve of it goes out, exact where it turns."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, pairwise
from typing import Any

from engine.errors import InputFault
from engine.evaluation.decision import Decision
from engine.evaluation.facts import Facts
from engine.evaluation.limits import comparisons
from engine.evaluation.session import Session
from engine.language.expressions import FactRef, ItemRef
from engine.language.facts import Fact
from engine.language.values import Scalar
from engine.policy.model import Criterion
from engine.report.charts import Point
from engine.report.page import Block, Table
from engine.report.say import Labelled, Say
from engine.web.estimate import decided
from engine.web.state import State
from engine.web.templates import wording

POINTS = 33  # evenly over the range of a curve, before breaks are looked for
MOST_POINTS = 60
ROUNDED = Fraction(2, 100)  # euros: amounts on one line are this far from it, each being in cents
FAR = 3  # times what is known today: no mark is drawn so far from it
REACH = (4, 6)  # a curve goes from this number of fifths of what is known today to that one


@dataclass(frozen=True, slots=True)
class Curve:
    """The amount due over a number: exact points, the number of today where it is known.

    ``marks`` are the numbers that the rules set it against, such as where it started and its objective.
    """

    fact: Fact
    points: tuple[Point, ...]
    today: int | None
    marks: Mapping[int, Labelled]


def curve(session: Session, state: State, fact: Fact) -> Curve | None:
    """The amount due over a number, from below what is known today to above it, exact at each break."""
    known = state.facts.get(fact.name)
    base = known if isinstance(known, int) else _alike(fact, state.facts)
    if base is None or base <= 0:
        return None
    marks = _marks(session, state, fact, base)
    low, high = (max(1, base * fifths // 5) for fifths in REACH)
    low, high = min(low, *marks, base), max(high, *marks, base)
    steps = range(-1, POINTS + 1)  # one beyond each end tells whether the amount turns just inside it
    ends = sorted({max(0, low + (high - low) * step // (POINTS - 1)) for step in steps} | {base, *marks})
    found: dict[int, Any] = {at: _due(session, state, fact, at) for at in ends}
    for first, second in pairwise(ends):
        _breaks(session, state, fact, found, first, second)
    for at in list(_bends(found)):
        found[at] = _due(session, state, fact, at)
    points = tuple((at, found[at]) for at in sorted(found) if low <= at <= high and found[at] is not None)
    return Curve(fact, points, known if isinstance(known, int) else None, marks)


def _marks(session: Session, state: State, fact: Fact, base: int) -> dict[int, Labelled]:
    """The facts and results that conditions compare the fact with, where they are known and not far from it."""
    decision, found = _at(session, state, fact, base), dict[int, Labelled]()
    if decision is None:
        return found
    items = decision.convention.items
    criteria = (item.body for item in items.values() if isinstance(item.body, Criterion))
    for node in chain.from_iterable(comparisons(body.met_when, items) for body in criteria):
        if isinstance(node.left, FactRef) and node.left.name == fact.name:
            value, thing = _against(node.right, decision, session)
            if isinstance(value, int) and base < FAR * value and value < FAR * base:
                found.setdefault(value, thing)
    return found


def _against(node: object, decision: Decision, session: Session) -> tuple[Scalar | None, Any]:
    """What a fact is compared with: a value and what has it."""
    match node:
        case FactRef(name=name):
            return decision.facts.get(name), session.registry.vocabulary.facts[name]
        case ItemRef(id=id_) if id_ in decision.results:
            return decision.results[id_].value, decision.results[id_]
    return None, None


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
    decision = _at(session, state, fact, at)
    return None if decision is None else decision.stated(decision.headline.due)


def _at(session: Session, state: State, fact: Fact, number: int) -> Decision | None:
    with contextlib.suppress(InputFault):
        return decided(session, state, {**state.facts, fact.name: number})
    return None


def _alike(fact: Fact, facts: Facts) -> int | None:
    """The number given of the same group whose name begins as that of the fact does."""
    stem = fact.name.rpartition("_")[0]
    values = (value for name, value in facts.items() if stem and name.startswith(stem))
    return next((value for value in values if isinstance(value, int)), None)


def curve_table(curve: Curve, say: Say) -> Block:
    """Points of the curve as a table: the ends, that of today, and where the amount changes its way."""
    last, named = len(curve.points) - 1, {at: say.label(thing) for at, thing in curve.marks.items()}
    if curve.today is not None:
        named[curve.today] = ", ".join(filter(None, (wording(say.lang)("today"), named.get(curve.today))))
    shown = (index for index, (at, _) in enumerate(curve.points) if at in named or _turns(curve.points, index))
    rows = [curve.points[index] for index in sorted({0, last, *shown})]
    numbers = ((f"{say.scalar(at, curve.fact.type)}{f' ({named[at]})' if at in named else ''}") for at, _ in rows)
    told = tuple(zip(numbers, (say.result(result) for _, result in rows), strict=True))
    return Table((say.label(curve.fact), say.label(curve.points[0][1])), told)


def _turns(points: Sequence[Point], index: int) -> bool:
    """Whether the amount changes its way at a point: it is off the line through those beside it, or open."""
    beside = points[max(0, index - 1) : index + 2]
    if len(beside) < 3:
        return True
    values = [(at, Fraction(r.value)) for at, r in beside if isinstance(r.value, int | Fraction)]
    return 0 < len(values) < 3 or (len(values) == 3 and _off(values[0], values[1], values[2]) > ROUNDED)
