"""What if: a state comes in; an amount over a number, options side by side and the nearest changes go out.

Which facts can be moved is read from the rules: numbers that are given or that the amount due waits for, choices
that a person can make.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from markupsafe import Markup

from engine.errors import InputFault, UsageFault
from engine.evaluation.decision import Decision
from engine.evaluation.facts import written_elsewhere
from engine.evaluation.session import Session
from engine.inquiry.suppositions import Supposed, supposed_of_case
from engine.inquiry.what_if import Alternatives, alternatives
from engine.language.facts import BENEFICIARY, SIGNATURE, YEAR, Fact
from engine.language.values import Scalar
from engine.policy.model import Convention
from engine.policy.registry import earlier
from engine.report import alternatives_page, options_page
from engine.report.charts import curve_figure
from engine.report.decided import told_case
from engine.report.html import fragment
from engine.report.options_page import Way
from engine.report.page import Heading
from engine.report.say import Say
from engine.report.values import scalar_text
from engine.web.curve import Curve, curve, curve_table
from engine.web.estimate import decided
from engine.web.state import TEXT, State
from engine.web.templates import wording

SIDES = 6  # columns side by side


@dataclass(frozen=True, slots=True)
class Axis:
    """What a case is set beside itself by: a fact whose values are tried, a right that is open, or the texts before."""

    key: str
    subject: Fact | Supposed | None


@dataclass(frozen=True, slots=True, kw_only=True)
class WhatIf:
    """What is shown beside a decision: facts to move, facts it lacks, a curve, sides, and changes that give more."""

    decision: Decision
    movable: tuple[Fact, ...]
    lacking: tuple[Fact, ...]
    axes: tuple[Axis, ...]
    curve: Curve | None
    axis: Axis | None
    sides: tuple[Way, ...]
    nearest: Alternatives | None


def what_if(session: Session, state: State, moved: str | None, compared: str | None) -> WhatIf:
    """What another number or choice would give; raises InputFault: the case itself has no decision."""
    decision = decided(session, state)
    numbers, lacking = _facts(decision, session.registry.vocabulary.facts.values())
    axes = tuple(_axes(session, state, decision))
    axis = next((each for each in axes if each.key == compared), next(iter(axes), None))
    moving = next((fact for fact in numbers if fact.name == moved), next(iter(numbers), None))
    return WhatIf(
        decision=decision,
        movable=numbers,
        lacking=lacking,
        axes=axes,
        curve=None if moving is None else curve(session, state, moving),
        axis=axis,
        sides=() if axis is None else tuple(_sides(session, state, decision, axis)),
        nearest=_nearest(session, state, decision),
    )


def _facts(decision: Decision, facts: Collection[Fact]) -> tuple[tuple[Fact, ...], tuple[Fact, ...]]:
    """The numbers behind the amount due that can be moved, and the facts that it waits for, save sensitive ones.

    Figures of a contract come last.
    """
    due = decision.stated(decision.headline.due)
    if due is None or YEAR not in decision.facts:
        return (), ()
    behind = {*due.missing, *decision.facts}
    numbers = (fact for fact in facts if fact.name in behind and fact.type.kind == "number")
    movable = (fact for fact in numbers if not fact.absence_answers and not fact.is_fixed(decision.facts))
    waiting = (fact for fact in facts if fact.name in due.missing and not fact.sensitive)
    return tuple(movable), tuple(sorted(waiting, key=lambda fact: fact.absence_answers))


def _axes(session: Session, state: State, decision: Decision) -> Iterator[Axis]:
    """Choices that a person can make, rights that are open, then the texts before, where there are any."""
    given = (fact for fact in session.registry.vocabulary.facts.values() if fact.name in state.facts)
    for fact in given:
        if fact.type.kind == "enum" and fact.name != BENEFICIARY and not fact.is_fixed(state.facts):
            yield Axis(fact.name, fact)
    for each in supposed_of_case(session, decision, state.choices):
        if not (each.assumption or each.supposition.following):
            yield Axis(each.supposition.fact.name, each)
    if len(_texts(session, decision)) > 1:
        yield Axis(SIGNATURE, session.registry.vocabulary.facts[SIGNATURE])
        yield Axis(TEXT, None)


def _texts(session: Session, decision: Decision) -> list[Convention]:
    """The text of a decision, then those before it for the same beneficiary, the latest first."""
    own = decision.convention
    return [own, *earlier(own, session.registry.conventions.values())][:SIDES]


def _sides(session: Session, state: State, decision: Decision, axis: Axis) -> Iterator[Way]:
    """The same case with each choice of a fact, with a right used, or under each text; that of today first."""

    def way(facts: Mapping[str, Scalar | None], found: Decision, left_out: tuple[str, ...] = ()) -> Way:
        head = next((scalar_text(each, None, state.lang) for each in facts.values() if isinstance(each, dt.date)), "")
        return Way(facts, told_case(session, found, "", state.choices), head, left_out)

    def tried(value: Scalar) -> Iterator[Way]:
        facts = {**state.facts, axis.key: value}
        left_out = written_elsewhere(state.facts, facts, session.registry.vocabulary)
        kept = {name: each for name, each in facts.items() if name not in left_out}
        with contextlib.suppress(InputFault):  # facts that contradict each other
            yield way({axis.key: value}, decided(session, state, kept), left_out)

    match axis.subject:
        case Fact(name=name):
            yield way({name: state.facts[name]}, decision)
            values = _days(session, state, decision) if name == SIGNATURE else axis.subject.type.values
            for value in [each for each in values if each != state.facts[name]][: SIDES - 1]:
                yield from tried(value)
        case Supposed(value=value):
            yield way({axis.key: None}, decision)
            yield from tried(value)
        case None:
            yield from _under(session, state, decision)


def _days(session: Session, state: State, decision: Decision) -> list[dt.date]:
    """Days to sign on instead: that of the page, then the last day of each text before, the latest first."""
    _, *before = _texts(session, decision)
    last = [text.signed_before - dt.timedelta(days=1) for text in before if text.signed_before is not None]
    return [day for day in (state.as_of, *last) if day is not None]


def _under(session: Session, state: State, decision: Decision) -> Iterator[Way]:
    """A case under its own text, and under those before that it could be decided by."""
    own, *before = _texts(session, decision)
    yield Way({}, told_case(session, decision, "", state.choices), own.label[state.lang])
    for text in before:
        choices = {id_: side for id_, side in state.choices.items() if id_ in text.interpretations}
        with contextlib.suppress(InputFault):  # a value that the text does not offer
            found = session.decide(dict(decision.facts), text.id, choices, state.as_of)
            yield Way({}, told_case(session, found, "", choices), text.label[state.lang])


def _more(decision: Decision) -> str:
    """More than is due: the whole aid of the year where that is not due, in whole euros."""
    whole, due = decision.stated(decision.headline.maximum), decision.stated(decision.headline.due)
    if whole is None or due is None or not isinstance(whole.value, int) or not isinstance(due.value, int | Fraction):
        return "more"
    return f"{whole.value}+" if due.value < whole.value else "more"


def _nearest(session: Session, state: State, decision: Decision) -> Alternatives | None:
    """The smallest changes that give the verdict hoped for, or the whole aid of the year, or more than that."""
    headline = decision.headline
    verdict = decision.verdict
    hoped = None if verdict is None else headline.headline[verdict.id].hoped
    item, wish = (headline.due, _more(decision)) if verdict is None or verdict.value == hoped else (verdict.id, None)
    if item is None or decision.results[item].status != "known" or (wish and YEAR not in decision.facts):
        return None
    try:
        return alternatives(session, dict(decision.facts), item, wish, interpret=dict(state.choices), as_of=state.as_of)
    except (InputFault, UsageFault):
        return None


def what_if_html(found: WhatIf, say: Say) -> Markup:
    """The sections of the page: the curve with its table, the nearest changes, the choices side by side."""
    w = wording(say.lang)
    parts = []
    if found.curve is not None:
        title = w("curve_title", fact=say.label(found.curve.fact))
        parts.append(fragment([Heading(title)]))
        type_ = found.curve.fact.type
        named = (say.pair(say.label(thing), say.scalar(at, type_)) for at, thing in sorted(found.curve.marks.items()))
        marks = w("curve_marks", marks=say.listed(named)) if found.curve.marks else ""
        caption = " ".join(filter(None, (w("curve_caption"), marks)))
        parts.append(curve_figure(found.curve.points, found.curve.today, found.curve.marks, (title, caption), say))
        parts.append(fragment([curve_table(found.curve, say)]))
    if found.nearest is not None:
        parts.append(fragment(list(alternatives_page.wish_blocks(found.nearest, say))))
    if found.axis is not None:
        _, *options = options_page.page(options_page.Options("", found.sides), say)
        parts.append(fragment([Heading(w("sides_title", axis=axis_label(found.axis, say))), *options]))
    return Markup("\n".join(parts))


def axis_label(axis: Axis, say: Say) -> str:
    """What the columns differ by."""
    match axis.subject:
        case Supposed() as right:
            return say.label(right.supposition)
        case Fact() as fact:
            return say.label(fact)
    return wording(say.lang)("texts_before")
