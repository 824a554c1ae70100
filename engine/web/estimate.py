"""An estimate in progress: a state comes in, the decision so far and the question worth asking next go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from engine.errors import InputFault, Problem
from engine.evaluation.decision import Decision, Result
from engine.evaluation.facts import Facts, nested, read_case
from engine.evaluation.session import Session
from engine.inquiry.questions import to_ask
from engine.inquiry.readings import readings_of_case
from engine.language.facts import BENEFICIARY, SIGNATURE, Fact
from engine.letters.matter import Matter
from engine.policy.registry import Outside
from engine.report.decided import Decided, Undecided, told_case
from engine.web.downloads import letters
from engine.web.state import State
from engine.web.templates import wording

FIELDS = 3  # figures on one page


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What a state comes to: the answer so far, or what is at fault; the questions to show, and how many are left."""

    state: State
    answer: Decided | Undecided | None = None
    problems: tuple[Problem, ...] = ()
    questions: tuple[Fact, ...] = ()
    left: int = 0
    letters: tuple[str, ...] = ()

    @property
    def decision(self) -> Decision | None:
        return self.answer.decision if isinstance(self.answer, Decided) else None


def estimate(session: Session, state: State, *, whole: bool = False, every: bool = False) -> Estimate:
    """The estimate of a state; ``whole`` with the readings that matter and all that open results can still be.

    With ``every``, what was answered is asked again beside all that is left.
    """
    facts, title = session.registry.vocabulary.facts, wording(state.lang)("your_contract")
    asked = tuple(facts[name] for name in state.faults or filter(None, [state.asked]))
    if every:
        stated = {BENEFICIARY, SIGNATURE, *state.faults, *state.answered}
        asked = tuple(fact for name, fact in facts.items() if name in stated and not fact.sensitive)
    if SIGNATURE not in state.facts:
        return Estimate(state=state, questions=asked or (facts[SIGNATURE],), left=1)
    try:
        decision = decided(session, state)
    except Outside as outside:
        return Estimate(state=state, answer=Undecided(title=title, outside=outside), questions=asked)
    except InputFault as error:
        return Estimate(state=state, problems=error.problems, questions=asked)
    if whole:
        return _whole(session, state, decision, title)
    waiting = to_ask(session, decision, state.choices, state.declined) if every or not asked else ()
    left = [facts[name] for name in waiting]
    if every:
        asked = (*asked, *(fact for fact in left if fact not in asked and not fact.sensitive))
    readings = readings_of_case(session, decision, state.choices) if decision.refused else ()
    answer = Decided(title=title, decision=decision, readings=readings)
    return Estimate(state=state, answer=answer, questions=asked or _together(left), left=len(left))


def _together(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """The first fact to ask for; figures of one group are asked for on one page."""
    alike = [(each.type.kind, each.name.partition(".")[0]) for each in facts]
    same = [fact for fact, kind in zip(facts, alike, strict=True) if kind == alike[0]]
    return tuple(same[: FIELDS if alike and alike[0][0] == "number" else 1])


def decided(session: Session, state: State, facts: Facts | None = None) -> Decision:
    """The decision on what was answered, or on other ``facts``; raises InputFault: these contradict each other."""
    read = read_case(nested(state.facts if facts is None else facts), session.registry.vocabulary)
    return session.decide(read, None, dict(state.choices), state.as_of)


def _whole(session: Session, state: State, decision: Decision, title: str) -> Estimate:
    """The whole result with what it can still be, and the letters that may be written of it.

    Left out is a range that hangs on a number still to be given: it says no more than that.
    """
    from engine.inquiry.possible import outlooks  # needs the solver

    facts = session.registry.vocabulary.facts

    def ranged(result: Result) -> bool:
        return all(facts[name].type.kind != "number" for name in result.missing)

    told = outlooks(session, decision, state.choices, ranged=ranged)
    case = replace(told_case(session, decision, title, state.choices), outlooks=told)
    matter = Matter(told=case, chosen=state.choices, day=state.as_of)
    return Estimate(state=state, answer=case, letters=letters(matter, session))
