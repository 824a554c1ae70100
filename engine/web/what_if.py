"""What if: a state comes in; an amount over a number, the nearest changes and options side by side go out as a page.

Which facts can be moved is read from the rules: numbers that are given or that the amount due waits for, choices
that a person can make. The curve of an amount is exact where it turns.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import heapq
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import chain, pairwise
from typing import Any, NamedTuple

from markupsafe import Markup

from engine.errors import InputFault, UsageFault
from engine.evaluation.decision import Decision, Result
from engine.evaluation.facts import Facts, written_elsewhere
from engine.evaluation.limits import comparisons
from engine.evaluation.session import Session
from engine.inquiry.suppositions import supposed_of_case
from engine.inquiry.what_if import Alternatives, alternatives
from engine.language.expressions import FactRef, ItemRef
from engine.language.facts import BENEFICIARY, SIGNATURE, YEAR, Fact, Vocabulary
from engine.language.values import Scalar, Value
from engine.policy.model import Convention, Criterion
from engine.policy.registry import earlier
from engine.report import alternatives_page, options_page
from engine.report.charts import Point, curve_figure
from engine.report.decided import told_case
from engine.report.html import fragment
from engine.report.options_page import Way
from engine.report.page import Heading, Table
from engine.report.reasons import marked, reasons_block
from engine.report.say import Labelled, Say
from engine.report.values import scalar_text
from engine.web.estimate import FIELDS, decided
from engine.web.fields import field_of
from engine.web.state import TEXT, State
from engine.web.templates import wording

SIDES = 6  # columns side by side


class Axis(NamedTuple):
    """What a case is set beside itself by: its name in addresses and in words, and the columns, that of today first."""

    key: str
    label: str
    ways: Callable[[], Iterator[Way]]


def what_if(session: Session, state: State, say: Say, moved: str | None, compared: str | None) -> dict[str, Any]:
    """What the page shows: facts to answer, numbers to move and choices to compare by, and the sections on one of each.

    Raises InputFault: the case itself has no decision.
    """
    decision, facts = decided(session, state), session.registry.vocabulary.facts
    numbers, lacking = _facts(decision, facts.values())
    moving = next((fact for fact in numbers if fact.name == moved), next(iter(numbers), None))
    over = None if moving is None else curve(session, state, moving)
    axes = tuple(_axes(session, state, decision, say))
    axis = next((each for each in axes if each.key == compared), next(iter(axes), None))
    sections = [] if over is None else [drawn(over, decision, say.noting())]
    if (nearest := _nearest(session, state, decision)) is not None:
        sections.append(fragment(list(alternatives_page.wish_blocks(nearest, say))))
    if axis is not None:
        _, *options = options_page.page(options_page.Options("", tuple(axis.ways())), say)
        sections.append(fragment([Heading(wording(say.lang)("sides_title", axis=axis.label)), *options]))
    waiting = (YEAR, *(fact.name for fact in (*lacking, *numbers)))
    asked = [name for name in waiting if name not in state.facts or name in state.faults][:FIELDS]
    first = [] if over is None else [over.fact.name]
    return {
        "fields": [field_of(facts[name], state, say) for name in dict.fromkeys([*first, *asked])],
        "movable": numbers,
        "moved": "".join(first),
        "axes": axes,
        "compared": axis and axis.key,
        "html": Markup("\n".join(sections)),
    }


def _facts(decision: Decision, facts: Collection[Fact]) -> tuple[list[Fact], list[Fact]]:
    """The numbers behind the amount due that can be moved, and the facts that it waits for, save sensitive ones.

    First are the numbers that it rests on today; figures of a contract come last.
    """
    due = decision.stated(decision.headline.due)
    if due is None or YEAR not in decision.facts:
        return [], []
    behind = {*due.missing, *decision.facts}
    numbers = (fact for fact in facts if fact.name in behind and fact.type.kind == "number")
    movable = [fact for fact in numbers if not fact.absence_answers and not fact.is_fixed(decision.facts)]
    movable.sort(key=lambda fact: fact.name not in (*due.facts, *due.missing))
    waiting = (fact for fact in facts if fact.name in due.missing and not fact.sensitive)
    return movable, sorted(waiting, key=lambda fact: fact.absence_answers)


def _axes(session: Session, state: State, decision: Decision, say: Say) -> Iterator[Axis]:
    """Choices that a person can make, rights that are open, then the texts before, where there are any."""
    sides, facts = partial(_sides, session, state, decision), session.registry.vocabulary.facts
    for fact in (fact for fact in facts.values() if fact.name in state.facts):
        if fact.type.kind == "enum" and fact.name != BENEFICIARY and not fact.is_fixed(state.facts):
            yield Axis(fact.name, say.label(fact), partial(sides, fact.name, fact.type.values))
    for each in supposed_of_case(session, decision):
        if not (each.assumption or each.supposition.following):
            name = each.supposition.fact.name
            yield Axis(name, say.label(each.supposition), partial(sides, name, [each.value]))
    own = decision.convention
    if before := earlier(own, session.registry.conventions.values())[: SIDES - 1]:
        # That of the page, then the last day of each text before.
        last = (text.signed_before - dt.timedelta(days=1) for text in before if text.signed_before is not None)
        days = [day for day in (state.as_of, *last) if day is not None]
        yield Axis(SIGNATURE, say.label(facts[SIGNATURE]), partial(sides, SIGNATURE, days))
        texts = partial(_under, session, state, decision, before)
        yield Axis(TEXT, wording(say.lang)("texts_before"), texts)


def _sides(session: Session, state: State, own: Decision, name: str, values: Iterable[Scalar]) -> Iterator[Way]:
    """The same case with each value of a fact, that of today first; not where facts then contradict each other."""

    def way(value: Scalar | None, decision: Decision, left_out: tuple[str, ...] = ()) -> Way:
        head = scalar_text(value, None, state.lang) if isinstance(value, dt.date) else ""
        return Way({name: value}, told_case(session, decision), head, left_out)

    today = state.facts.get(name)
    yield way(today, own)
    for value in [each for each in values if each != today][: SIDES - 1]:
        facts = {**state.facts, name: value}
        left_out = written_elsewhere(state.facts, facts, session.registry.vocabulary)
        kept = {each: facts[each] for each in facts if each not in left_out}
        with contextlib.suppress(InputFault):
            yield way(value, decided(session, state, kept), left_out)


def _under(session: Session, state: State, decision: Decision, before: Iterable[Convention]) -> Iterator[Way]:
    """A case under its own text, and under those before that it could be decided by."""

    def way(found: Decision) -> Way:
        return Way({}, told_case(session, found), found.convention.label[state.lang])

    yield way(decision)
    for text in before:
        choices = {id_: side for id_, side in state.choices.items() if id_ in text.interpretations}
        with contextlib.suppress(InputFault):  # a value that the text does not offer
            yield way(session.decide(dict(decision.facts), text.id, choices, state.as_of))


def _nearest(session: Session, state: State, decision: Decision) -> Alternatives | None:
    """The smallest changes that give the verdict hoped for, or the whole aid of the year, or more than that."""
    headline, verdict = decision.headline, decision.verdict
    whole, due = decision.stated(headline.maximum), decision.stated(headline.due)
    item, wish = due, "more"
    if verdict is not None and verdict.value != headline.headline[verdict.id].hoped:
        item, wish = verdict, ""
    elif YEAR not in decision.facts:
        return None
    elif whole and due and isinstance(whole.value, int) and isinstance(due.value, int | Fraction):
        wish = f"{whole.value}+" if due.value < whole.value else wish
    if item is None or item.status != "known":
        return None
    with contextlib.suppress(InputFault, UsageFault):
        return alternatives(session, decision, item.id, wish or None)
    return None


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

    def at(number: int) -> Decision:
        return decided(session, state, {**state.facts, fact.name: number})

    def due(number: int) -> Result | None:
        with contextlib.suppress(InputFault):  # facts that contradict each other
            decision = at(number)
            return decision.stated(decision.headline.due)
        return None

    marks: Mapping[int, Labelled] = {}
    with contextlib.suppress(InputFault):
        marks = _marks(at(base), fact, base, session.registry.vocabulary)
    low, high = (max(1, base * fifths // 5) for fifths in REACH)
    low, high = min(low, *marks, base), max(high, *marks, base)
    found = sorted(_halved(due, low, high, {base, *marks}).items())
    points = tuple((number, result) for number, result in found if low <= number <= high and result is not None)
    return Curve(fact, points, today, marks)


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


def drawn(curve: Curve, decision: Decision, say: Say) -> str:
    """The curve under its title, then as a table: its ends, today, its marks, and where the amount turns the most."""
    w, last = wording(say.lang), len(curve.points) - 1
    title, named = w("curve_title", fact=say.label(curve.fact)), {at: say.label(curve.marks[at]) for at in curve.marks}
    numbers = {at: say.scalar(at, curve.fact.type) for at in (*named, *dict(curve.points))}
    marks = w("curve_marks", marks=say.listed(say.pair(named[at], numbers[at]) for at in sorted(named)))
    dot = any(at == curve.today and due.number is not None for at, due in curve.points)
    caption = (w("curve_today") if dot else "", w("curve_caption"), marks if named else "")
    said = title, " ".join(filter(None, caption))
    figure = curve_figure(curve.points, curve.today, curve.marks, said, say)
    if curve.today is not None:
        named[curve.today] = ", ".join(filter(None, (w("today"), named.get(curve.today))))
    turns = {place: _turn(curve.points[place - 1 : place + 2]) for place in range(1, last)}
    most = heapq.nlargest(MOST_ROWS, (place for place, turn in turns.items() if turn), turns.__getitem__)
    shown = {0, last, *most, *(place for place, (at, _) in enumerate(curve.points) if at in named)}
    rows = (curve.points[place] for place in sorted(shown))
    told = tuple(
        (numbers[at] + (f" ({named[at]})" if at in named else ""), marked(due, decision, say)) for at, due in rows
    )
    table = Table((say.label(curve.fact), say.label(curve.points[0][1])), told)
    return "\n".join((fragment([Heading(title)]), figure, fragment([table, *reasons_block(say)])))
