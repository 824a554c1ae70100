"""Instrumented runs of the policies' tests: test cases come in, each one's answers and what it looks at go out.

Coverage counts what they reach, mutation whether they notice a change: where a program before and after it answers
otherwise for the inputs that a test gives an item.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.errors import ERROR, InputFault, UsageFault
from engine.evaluation.by_cases import tried_by_cases
from engine.evaluation.evaluator import answer, obligation_status
from engine.evaluation.plan import PlanKey
from engine.evaluation.program import Compiled, Program, Run, bits_of
from engine.evaluation.session import Session
from engine.evaluation.slots import Slots
from engine.language.facts import YEAR
from engine.language.values import UNDETERMINED
from engine.policy.model import Criterion, Obligation
from engine.suite.running import PolicyCase, subjects


@dataclass(frozen=True, slots=True)
class Observed:
    """A test case with the run that decides it.

    ``subjects`` are the ids that it says something about; ``looked_at`` those, the consistencies that would refuse
    the case, and everything that they are made of.
    """

    case: PolicyCase
    run: Run
    subjects: frozenset[str]
    looked_at: frozenset[str]

    @property
    def key(self) -> PlanKey:
        """The convention and the overlays under which it is decided."""
        return self.run.program.plan.key


def observe(session: Session, cases: Sequence[PolicyCase]) -> list[Observed]:
    """Every case that a convention decides, run once; the others (faults are expected of none) are left out."""
    found = []
    for case in cases:
        try:
            run = session.settled(case.facts, case.entry.get("interpret"), case.forced).run()
        except (InputFault, UsageFault):
            continue
        found.append(_observed(case, run, frozenset(subjects(case.entry))))
    return found


def observe_by_cases(session: Session, seen: Sequence[Observed]) -> Iterator[Observed]:
    """The tests of what is open until a fact is decided by cases, once with each value of it that is tried."""
    for each in seen:
        if any(each.run.answers[id_][0] is UNDETERMINED for id_ in each.subjects & each.run.answers.keys()):
            settled = session.settled(each.case.facts, each.case.entry.get("interpret"), each.case.forced)
            tried = tried_by_cases(each.run, settled.told)
            yield from (_observed(each.case, run, each.subjects) for run in (() if tried is None else tried.branches))


def _observed(case: PolicyCase, run: Run, about: frozenset[str]) -> Observed:
    # The consistencies that refuse a case that breaks them: whatever a case expects, it rests on them.
    refusing = (step.item.id for step in run.program.plan.steps if step.item.severity == ERROR)
    read = tuple(id_ for id_ in sorted({*about, *refusing}) if id_ in run.answers)
    return Observed(case, run, about, frozenset(compiled.step.item.id for compiled in run.program.below(read)))


def other_steps(before: Program, after: Program) -> frozenset[str]:
    """The ids of the steps that another program does not have, or has otherwise."""
    known = {compiled.step.item.id: compiled.step for compiled in before.steps}
    return frozenset(each.step.item.id for each in after.steps if each.step != known.get(each.step.item.id))


def reading(program: Program, questions: Sequence[str]) -> Iterator[str]:
    """The ids of the steps that read one of some open questions."""
    mask = bits_of(program.names.choices, questions)
    return (compiled.step.item.id for compiled in program.steps if compiled.reads & mask) if mask else iter(())


@dataclass(frozen=True, slots=True)
class Differ:
    """A program before and after a change; ``changed`` are the ids of the steps whose items differ."""

    before: Program
    after: Program
    changed: tuple[str, ...]
    places: tuple[int, ...]

    @classmethod
    def of(cls, before: Program, after: Program) -> Differ:
        others = other_steps(before, after)
        changed = tuple(each.step.item.id for each in after.steps if each.step.item.id in others)
        first = len(before.names.facts) + len(before.names.choices)
        items_first = (before.names.items[id_] for id_ in _by_slot(after.names.items))
        places = (*range(first), *items_first, *(before.names.steps[id_] for id_ in _by_slot(after.names.steps)))
        return cls(before, after, changed, places)

    def differs(self, id_: str, each: Observed) -> bool:
        """Whether the item answers otherwise for the inputs that it has in a test."""
        slots = each.run.slots
        day, given = each.case.as_of, each.run.given
        before = self.answer(self.before, id_, slots, day, given)
        return bool(before != self.answer(self.after, id_, self.moved(slots), day, given))

    def moved(self, slots: Slots) -> Slots:
        """The slots in the order of the changed program."""
        return [slots[place] for place in self.places]

    def answer(self, program: Program, id_: str, slots: Slots, day: dt.date | None, given: int) -> Any:
        """All that a test can see of an item, computed alone."""
        compiled = program.steps[program.names.items[id_] - len(program.names.facts) - len(program.names.choices)]
        facts = program.fact_bits & ~given
        try:
            return (*_seen(compiled, program, slots, day, facts), _extra(compiled, slots, facts))
        except InputFault as error:
            return error.problems[0].code


def _by_slot(slots: Mapping[str, int]) -> Sequence[str]:
    return sorted(slots, key=slots.__getitem__)


def _seen(compiled: Compiled, program: Program, slots: Slots, day: dt.date | None, facts: int) -> tuple[Any, ...]:
    item = compiled.step.item
    if compiled.step.yearly and slots[program.names.facts[YEAR]][0] is UNDETERMINED:
        return (UNDETERMINED, program.year_bit & facts)
    value, used, missing, decided = answer(compiled, slots)
    if isinstance(item.body, Obligation):
        state = Run(program, {}, {}, slots, 0, {item.id: (value, used, missing, decided)})
        status, due, lacks, _ = obligation_status(compiled, state, day)
        return (status, due, lacks & facts)
    derogation = item.body.derogations[decided].id if isinstance(item.body, Criterion) and decided is not None else None
    second = program.names.steps.get(item.id)
    left = None if second is None or value is not UNDETERMINED else slots[second][0]
    return (value, missing & facts, derogation, left)


def _extra(compiled: Compiled, slots: Slots, facts: int) -> tuple[Any, ...]:
    due = None if compiled.due is None else compiled.due(slots)
    warned = any(when(slots)[0] for when, _ in compiled.warnings)
    return (None if due is None else (due[0], due[2] & facts), warned)
