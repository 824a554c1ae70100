"""The amount due over a number of a case: both come in, a curve of it goes out, exact where it turns, and drawn."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain, pairwise

from engine.errors import InputFault
from engine.evaluation.decision import Decision, Result
from engine.evaluation.facts import Facts
from engine.evaluation.limits import comparisons
from engine.evaluation.session import Session
from engine.language.expressions import FactRef, ItemRef
from engine.language.facts import Fact, Vocabulary
from engine.language.values import Value
from engine.policy.model import Criterion
from engine.report.charts import Point, curve_figure
from engine.report.html import fragment
from engine.report.page import Heading, Table
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
    today = known if isinstance(known, int) else None
    base = _alike(fact, state.facts) if today is None else today
    if not base:
        return None

    def at(number: int) -> Decision | None:
        try:
            return decided(session, state, {**state.facts, fact.name: number})
        except InputFault:  # facts that contradict each other
            return None

    def due(number: int) -> Result | None:
        decision = at(number)
        return None if decision is None else decision.stated(decision.headline.due)

    start = at(base)
    marks = {} if start is None else _marks(start, fact, base, session.registry.vocabulary)
    low, high = (max(1, base * fifths // 5) for fifths in REACH)
    low, high = min(low, *marks, base), max(high, *marks, base)
    found = _halved(due, low, high, {base, *marks})
    points = tuple((number, found[number]) for number in sorted(found) if low <= number <= high)
    return Curve(fact, tuple((number, result) for number, result in points if result is not None), today, marks)


def _halved(due: Callable[[int], Result | None], low: int, high: int, also: set[int]) -> dict[int, Result | None]:
    """The amounts evenly over a range, and between them where they turn: those first that turn the most."""
    steps = range(-1, POINTS + 1)  # one beyond each end tells whether the amount turns just inside it
    ends = sorted({max(0, low + (high - low) * step // (POINTS - 1)) for step in steps} | also)
    found = {at: due(at) for at in ends}
    halving = [(-math.inf, *pair) for pair in pairwise(ends)]
    while halving and len(found) < MOST_POINTS:
        _, first, last = heapq.heappop(halving)
        middle = (first + last) // 2
        if first < middle:
            found[middle] = due(middle)
            if turn := _turn([(at, found[at]) for at in (first, middle, last)]):
                heapq.heappush(halving, (-turn, first, middle))
                heapq.heappush(halving, (-turn, middle, last))
    return found


def _marks(decision: Decision, fact: Fact, base: int, vocabulary: Vocabulary) -> dict[int, Labelled]:
    """The facts and results that conditions compare the fact with, where they are known and not far from it."""
    items, found = decision.convention.items, dict[int, Labelled]()
    criteria = (item.body for item in items.values() if isinstance(item.body, Criterion))
    value: Value | None
    thing: Labelled
    for node in chain.from_iterable(comparisons(body.met_when, items) for body in criteria):
        match node.left, node.right:
            case FactRef(name=fact.name), FactRef(name=name):
                value, thing = decision.facts.get(name), vocabulary.facts[name]
            case FactRef(name=fact.name), ItemRef(id=id_) if id_ in decision.results:
                value, thing = decision.results[id_].value, decision.results[id_]
            case _:
                continue
        if isinstance(value, int) and base < FAR * value and value < FAR * base:
            found.setdefault(value, thing)
    return found


def _turn(beside: Sequence[tuple[int, Result | None]]) -> float:
    """How much the amount changes its way at the second of three numbers; without end where one alone is open."""
    values = [(at, Fraction(r.value)) for at, r in beside if r is not None and isinstance(r.value, int | Fraction)]
    if len(values) < 3:
        return math.inf if len({None if result is None else result.status for _, result in beside}) > 1 else 0
    (a, va), (b, vb), (c, vc) = values
    turn = abs((vb - va) / (b - a) - (vc - vb) / (c - b))
    off = turn * (b - a) * (c - b) / (c - a)  # from the line through the two others
    return float(turn) if off > ROUNDED else 0


def _alike(fact: Fact, facts: Facts) -> int | None:
    """The number given of the same group whose name begins as that of the fact does."""
    stem = fact.name.rpartition("_")[0]
    values = (value for name, value in facts.items() if stem and name.startswith(stem))
    return next((value for value in values if isinstance(value, int)), None)


def drawn(curve: Curve, say: Say) -> str:
    """The curve under its title, then as a table: its ends, today, its marks, and where the amount turns the most."""
    w, last = wording(say.lang), len(curve.points) - 1
    title, named = w("curve_title", fact=say.label(curve.fact)), {at: say.label(curve.marks[at]) for at in curve.marks}
    numbers = {at: say.scalar(at, curve.fact.type) for at in (*named, *dict(curve.points))}
    marks = w("curve_marks", marks=say.listed(say.pair(named[at], numbers[at]) for at in sorted(named)))
    caption = ("" if curve.today is None else w("curve_today"), w("curve_caption"), marks if named else "")
    said = title, " ".join(filter(None, caption))
    figure = curve_figure(curve.points, curve.today, curve.marks, said, say)
    if curve.today is not None:
        named[curve.today] = ", ".join(filter(None, (w("today"), named.get(curve.today))))
    turns = {place: _turn(curve.points[place - 1 : place + 2]) for place in range(1, last)}
    most = heapq.nlargest(MOST_ROWS, (place for place, turn in turns.items() if turn), turns.__getitem__)
    shown = {0, last, *most, *(place for place, (at, _) in enumerate(curve.points) if at in named)}
    rows = (curve.points[place] for place in sorted(shown))
    told = tuple((numbers[at] + (f" ({named[at]})" if at in named else ""), say.result(due)) for at, due in rows)
    table = Table((say.label(curve.fact), say.label(curve.points[0][1])), told)
    return "\n".join((fragment([Heading(title)]), figure, fragment([table])))
