"""The amount due over a number of a case: both come in, a curve of it goes out, exact where it turns."""

from __future__ import annotations

import contextlib
import heapq
import math
from collections.abc import Mapping, Sequence
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
from engine.language.values import Value
from engine.policy.model import Criterion
from engine.report.charts import Point
from engine.report.page import Block, Table
from engine.report.say import Labelled, Say
from engine.web.estimate import decided
from engine.web.state import State
from engine.web.templates import wording

POINTS = 17  # evenly over the range of a curve, before it is looked at where it turns
MOST_POINTS = 100
MOST_ROWS = 12  # of its table, where the amount turns the most
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
    halving = [(-math.inf, *pair) for pair in pairwise(ends)]  # those first in which the amount turns the most
    while halving and len(found) < MOST_POINTS:
        _, first, last = heapq.heappop(halving)
        middle = (first + last) // 2
        if first < middle:
            found[middle] = _due(session, state, fact, middle)
            if turn := _turn([(at, found[at]) for at in (first, middle, last)]):
                heapq.heappush(halving, (-turn, first, middle))
                heapq.heappush(halving, (-turn, middle, last))
    points = tuple((at, found[at]) for at in sorted(found) if low <= at <= high and found[at] is not None)
    return Curve(fact, points, known if isinstance(known, int) else None, marks)


def _marks(session: Session, state: State, fact: Fact, base: int) -> dict[int, Labelled]:
    """The facts and results that conditions compare the fact with, where they are known and not far from it."""
    decision, found = _at(session, state, fact, base), dict[int, Labelled]()
    value: Value | None
    thing: Labelled
    if decision is None:
        return found
    items = decision.convention.items
    criteria = (item.body for item in items.values() if isinstance(item.body, Criterion))
    for node in chain.from_iterable(comparisons(body.met_when, items) for body in criteria):
        if isinstance(node.left, FactRef) and node.left.name == fact.name:
            match node.right:
                case FactRef(name=name):
                    value, thing = decision.facts.get(name), session.registry.vocabulary.facts[name]
                case ItemRef(id=id_) if id_ in decision.results:
                    value, thing = decision.results[id_].value, decision.results[id_]
                case _:
                    continue
            if isinstance(value, int) and base < FAR * value and value < FAR * base:
                found.setdefault(value, thing)
    return found


def _turn(beside: Sequence[tuple[int, Any]]) -> float:
    """How much the amount changes its way at the second of three numbers; without end where one alone is open."""
    values = [(at, Fraction(r.value)) for at, r in beside if r is not None and isinstance(r.value, int | Fraction)]
    if len(values) < 3:
        return math.inf if len({None if result is None else result.status for _, result in beside}) > 1 else 0
    (a, va), (b, vb), (c, vc) = values
    turn = abs((vb - va) / (b - a) - (vc - vb) / (c - b))
    off = turn * (b - a) * (c - b) / (c - a)  # from the line through the two others
    return float(turn) if off > ROUNDED else 0


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
    turns = {place: _turn(curve.points[place - 1 : place + 2]) for place in range(1, last)}
    most = heapq.nlargest(MOST_ROWS, (place for place, turn in turns.items() if turn), turns.__getitem__)
    shown = {0, last, *most, *(place for place, (at, _) in enumerate(curve.points) if at in named)}
    rows = [curve.points[place] for place in sorted(shown)]
    numbers = ((f"{say.scalar(at, curve.fact.type)}{f' ({named[at]})' if at in named else ''}") for at, _ in rows)
    told = tuple(zip(numbers, (say.result(result) for _, result in rows), strict=True))
    return Table((say.label(curve.fact), say.label(curve.points[0][1])), told)
