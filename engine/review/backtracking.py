"""Searches backwards through a plan: goals and a start come in, assignments of facts that reach them go out.

To reach an answer of an item it picks classes of the item's direct inputs that give it alone, then reaches those; the
steps concerned are run after each move, since a later move may undo an earlier one.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from engine.errors import InputFault
from engine.evaluation.evaluator import Run, run_program
from engine.evaluation.facts import Facts
from engine.evaluation.program import Program
from engine.evaluation.session import Session
from engine.language.facts import SIGNATURE
from engine.language.values import UNDETERMINED, Value
from engine.policy.model import Obligation
from engine.policy.overlays import Laid
from engine.review.classes import Survey
from engine.review.enumeration import status_of
from engine.review.moves import Goal, Moves
from engine.review.proof import Proofs

FINISHES = 6

Assigned = dict[str, tuple[Value, ...]]


class Spent(Exception):
    """The runs of one attempt are used up."""


@dataclass(slots=True)
class Search:
    """One search under one set of overlays."""

    session: Session
    overlays: tuple[Laid, ...]
    survey: Survey
    moves: Moves
    proofs: Proofs
    goals: tuple[Goal, ...]
    part: Program
    runs: int = 0
    limit: int = 0
    _cache: dict[frozenset[tuple[str, Value]], Run | None] = field(default_factory=dict)

    def all(self, goals: Sequence[Goal], assigned: Assigned, width: int) -> Iterator[Assigned]:
        """Assignments that reach every goal, one after the other; a later one may undo an earlier one."""
        if not goals:
            yield assigned
            return
        for extended in self.one(goals[0], assigned, width):
            yield from self.all(goals[1:], extended, width)

    def one(self, goal: Goal, assigned: Assigned, width: int) -> Iterator[Assigned]:
        if goal.kind == "fact":
            narrowed = self._narrowed(assigned, [(goal.name, goal.allowed or ())])
            if narrowed is not None:
                yield narrowed
            return
        if self.met(goal, assigned):
            yield assigned
        for move in self.moves.towards(goal, self._pinned(assigned))[:width]:
            start = self._narrowed(assigned, move.facts)
            if start is None:
                continue
            for extended in self.all(move.goals, start, width):
                if self.met(goal, extended):
                    yield extended
                else:
                    yield from self._finished(goal, extended)

    def _finished(self, goal: Goal, assigned: Assigned) -> Iterator[Assigned]:
        """Chooses the facts that are left beside what the items that ``goal`` reads have come to."""
        run = self.run(assigned)
        if run is None:
            return
        pinned = self._pinned(assigned)
        pinned.update(
            {s: (run.slots[s][0],) for s, read in self.survey.reads(goal.name).items() if read.kind == "item"}
        )
        for move in self.moves.towards(goal, pinned)[:FINISHES]:
            narrowed = self._narrowed(assigned, move.facts)
            if narrowed is not None and self.met(goal, narrowed):
                yield narrowed

    def _pinned(self, assigned: Assigned) -> dict[int, tuple[Value, ...]]:
        slots = self.survey.program.names.facts
        return {slots[name]: values for name, values in assigned.items()}

    def _narrowed(self, assigned: Assigned, facts: Sequence[tuple[str, tuple[Value, ...]]]) -> Assigned | None:
        """``assigned`` with more facts, or None where they contradict it or stand in the wrong order."""
        extended = dict(assigned)
        for name, values in facts:
            kept = tuple(value for value in extended.get(name, values) if value in values)
            if not kept:
                return None
            extended[name] = kept
        return extended if in_order(facts_of(extended), self.survey) else None

    def met(self, goal: Goal, assigned: Assigned) -> bool:
        run = self.run(assigned)
        return run is not None and goal.met(self._value(goal, assigned, run))

    def _value(self, goal: Goal, assigned: Assigned, run: Run) -> Value:
        if goal.kind == "fact":
            return assigned.get(goal.name, (UNDETERMINED,))[0]
        compiled = self.survey.steps[goal.name]
        if isinstance(compiled.step.item.body, Obligation):
            return status_of(compiled, run)[0]
        value: Value = run.answers[goal.name][0]
        return value

    def run(self, assigned: Assigned) -> Run | None:
        """The steps concerned, run for these facts; None where a defect of the policy stops them."""
        self.spend()
        facts = facts_of(assigned)
        key = frozenset(facts.items())
        if key not in self._cache:
            try:
                self._cache[key] = run_program(self.part, facts, self.moves.choices)
            except InputFault:
                self._cache[key] = None
        return self._cache[key]

    def spend(self) -> None:
        if self.runs >= self.limit:
            raise Spent
        self.runs += 1

    def accepts(self, assigned: Assigned) -> bool:
        """Whether a case has everything that is wanted, under these overlays."""
        facts = facts_of(assigned)
        convention, signature = self.survey.program.plan.convention, facts.get(SIGNATURE)
        return (
            isinstance(signature, dt.date)
            and convention.covers(signature)
            and self.session.settled(facts, self.moves.choices, convention.id).laid == self.overlays
            and all(self.met(goal, assigned) for goal in self.goals)
        )


def facts_of(assigned: Assigned) -> Facts:
    """The case of an assignment: of several values that would do, the first; what stays absent is left out."""
    return {name: values[0] for name, values in assigned.items() if values[0] is not UNDETERMINED}  # type: ignore[misc]


def in_order(facts: Facts, survey: Survey) -> bool:
    """Whether dates and thresholds that must not decrease do not."""
    for chain in survey.program.plan.vocabulary.orders:
        given = [facts[name] for name in chain if name in facts]
        if any(first > second for first, second in itertools.pairwise(given)):  # type: ignore[operator]
            return False
    return True
