"""What if: a state comes in; an amount over a number, the nearest changes and options side by side go out as a page.

Which facts can be moved is read from the rules: numbers that are given or that the amount due waits for, choices
that a person can make.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from fractions import Fraction
from functools import partial
from typing import Any, NamedTuple

from markupsafe import Markup

from engine.errors import InputFault, UsageFault
from engine.evaluation.decision import Decision
from engine.evaluation.facts import written_elsewhere
from engine.evaluation.session import Session
from engine.inquiry.suppositions import supposed_of_case
from engine.inquiry.what_if import Alternatives, alternatives
from engine.language.facts import BENEFICIARY, SIGNATURE, YEAR, Fact
from engine.language.values import Scalar
from engine.policy.model import Convention
from engine.policy.registry import earlier
from engine.report import alternatives_page, options_page
from engine.report.decided import told_case
from engine.report.html import fragment
from engine.report.options_page import Way
from engine.report.page import Heading
from engine.report.say import Say
from engine.report.values import scalar_text
from engine.web.curve import curve, drawn
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
    sections = [] if over is None else [drawn(over, say)]
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

    Figures of a contract come last.
    """
    due = decision.stated(decision.headline.due)
    if due is None or YEAR not in decision.facts:
        return [], []
    behind = {*due.missing, *decision.facts}
    numbers = (fact for fact in facts if fact.name in behind and fact.type.kind == "number")
    movable = [fact for fact in numbers if not fact.absence_answers and not fact.is_fixed(decision.facts)]
    waiting = (fact for fact in facts if fact.name in due.missing and not fact.sensitive)
    return movable, sorted(waiting, key=lambda fact: fact.absence_answers)


def _axes(session: Session, state: State, decision: Decision, say: Say) -> Iterator[Axis]:
    """Choices that a person can make, rights that are open, then the texts before, where there are any."""
    sides, facts = partial(_sides, session, state, decision), session.registry.vocabulary.facts
    for fact in (fact for fact in facts.values() if fact.name in state.facts):
        if fact.type.kind == "enum" and fact.name != BENEFICIARY and not fact.is_fixed(state.facts):
            yield Axis(fact.name, say.label(fact), partial(sides, fact.name, fact.type.values))
    for each in supposed_of_case(session, decision, state.choices):
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
        return Way({name: value}, told_case(session, decision, "", state.choices), head, left_out)

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

    def way(found: Decision, choices: Mapping[str, str]) -> Way:
        return Way({}, told_case(session, found, "", choices), found.convention.label[state.lang])

    yield way(decision, state.choices)
    for text in before:
        choices = {id_: side for id_, side in state.choices.items() if id_ in text.interpretations}
        with contextlib.suppress(InputFault):  # a value that the text does not offer
            yield way(session.decide(dict(decision.facts), text.id, choices, state.as_of), choices)


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
    how: dict[str, Any] = {"interpret": dict(state.choices), "as_of": state.as_of}
    with contextlib.suppress(InputFault, UsageFault):
        return alternatives(session, dict(decision.facts), item.id, wish or None, **how)
    return None
