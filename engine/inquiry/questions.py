"""What to ask next: a case and the results that are wanted come in, the missing facts in the best order go out.

Each missing fact is tried with one value of every class that the rules tell apart, so the order is exact about the next
answer. How often a fact is needed once no single answer has settled the case is counted over completions of it.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

from engine.errors import Location, Problem, UsageFault, nearest
from engine.evaluation.decision import Decision, Result
from engine.evaluation.evaluator import Run
from engine.evaluation.facts import Facts
from engine.evaluation.plan import Key
from engine.evaluation.program import Program
from engine.evaluation.results import results
from engine.evaluation.session import Session
from engine.language.facts import Fact, Vocabulary
from engine.language.values import UNDETERMINED, Absent, Scalar, Value
from engine.policy.model import Convention
from engine.review.backtracking import in_order
from engine.review.classes import Pinned, Survey, enumerated, inputs, surveyed
from engine.review.enumeration import status_of
from engine.review.search import needed_items

ALL = "all"
OBLIGATION = "obligation"
# Completions of a case that are looked at; where there are no more than that, all of them.
MAX_COMPLETIONS = 48
SEED = 20240622

Choices = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Question:
    """A fact to ask for.

    ``decides`` is the share of its answers that settle a waiting result at once, over all of these; ``serves`` the
    share of completions in which one of them rests on it, among completions that no single answer settles.
    """

    fact: Fact
    decides: Fraction
    serves: Fraction


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions of a case in their order, and the state of what was asked for.

    Of the ``wanted`` results, ``waiting`` wait for facts; ``open`` are undetermined and wait for none, since a value is
    unpublished. ``others`` are fixed results that wait for facts and were not asked for.
    """

    decision: Decision
    wanted: tuple[Result, ...]
    questions: tuple[Question, ...]

    @property
    def waiting(self) -> tuple[Result, ...]:
        return tuple(result for result in self.wanted if result.status == "undetermined" and result.missing)

    @property
    def open(self) -> tuple[Result, ...]:
        return tuple(result for result in self.wanted if result.status == "undetermined" and not result.missing)

    @property
    def others(self) -> tuple[Result, ...]:
        asked = {result.id for result in self.wanted}
        fixed = (self.decision.results[id_] for id_ in self.decision.headline.ids if id_ not in asked)
        return tuple(result for result in fixed if result.status == "undetermined" and result.missing)


@dataclass(frozen=True, slots=True)
class Asker:
    """Finds the questions of many cases under one session; what was surveyed of a program is kept."""

    session: Session
    _surveys: dict[Key, Survey] = field(default_factory=dict)

    def ask(
        self,
        decision: Decision,
        wanted: str,
        interpret: Choices | None = None,
        declined: frozenset[str] = frozenset(),
    ) -> Asked:
        """The questions that a decision waits for, those that decide most first.

        ``wanted`` is the id of an item, or ``all`` for the fixed results; ``interpret`` what was decided with;
        ``declined`` facts are not asked for.

        Raises:
            InputFault: an answer meets a policy defect.
            UsageFault: an unknown item.
        """
        found = _wanted(decision, wanted)
        open_ = [result for result in found if result.status == "undetermined" and result.missing]
        names = {name for result in open_ for name in result.missing} - declined
        order = [name for name in self.session.registry.vocabulary.facts if name in names]
        if not order:
            return Asked(decision, found, ())
        choices = self.session.choices(decision.convention, interpret)
        trial = _Trial(self, decision.convention, dict(decision.facts), choices, tuple(result.id for result in open_))
        answers = trial.answers(order)
        tried = {name: trial.tried(name, answers[name]) for name in order}
        serving = _serving(trial, {name: kept or answers[name] for name, (_, kept) in tried.items()})
        known = self.session.registry.vocabulary.facts
        questions = [Question(known[name], tried[name][0], serving[name]) for name in order]
        # Sorting is stable: what is equally good stays in the order of the schema.
        return Asked(decision, found, tuple(sorted(questions, key=lambda q: (-q.decides, -q.serves))))

    def survey(self, program: Program) -> Survey:
        """The survey of a program of the session."""
        key = program.plan.key
        if key not in self._surveys:
            self._surveys[key] = surveyed(program)
        return self._surveys[key]


@dataclass(frozen=True, slots=True)
class _Trial:
    """A case that is completed in several ways, to see which of its ``open`` results become known."""

    asker: Asker
    convention: Convention
    facts: Facts
    choices: Choices
    open: tuple[str, ...]

    def run(self, more: Facts) -> tuple[Program, Run]:
        settled = self.asker.session.settled(more, self.choices, self.convention.id)
        return settled.program, settled.run()

    def answers(self, names: Sequence[str]) -> Mapping[str, tuple[Value, ...]]:
        """The answers to try for each fact: one for each class, and no answer where that is one."""
        program, _ = self.run(self.facts)
        slots = program.names.facts
        found = joint_values(
            self.asker.survey(program), self.open, {slots[name]: (value,) for name, value in self.facts.items()}
        )
        vocabulary = program.plan.vocabulary
        ordinary = self.asker.survey(program).ordinary
        answers = {}
        for name in names:
            low, high = self._limits(name, vocabulary)
            # A fact that no item reads yet decides which later texts apply: any value of it may do.
            tried = found.get(name) or enumerated(vocabulary.facts[name].type) or (ordinary[slots[name]],)
            possible = (value if isinstance(value, Absent) else _clamped(value, low, high) for value in tried)
            absence = vocabulary.facts[name].absence_answers
            answers[name] = tuple(dict.fromkeys(v for v in possible if absence or not isinstance(v, Absent)))
        return answers

    def _limits(self, name: str, vocabulary: Vocabulary) -> tuple[Any, Any]:
        """The given facts between which an answer must lie, since some facts must not decrease."""
        chains = [chain for chain in vocabulary.orders if name in chain]
        before = (self.facts[n] for chain in chains for n in chain[: chain.index(name)] if n in self.facts)
        after = (self.facts[n] for chain in chains for n in chain[chain.index(name) + 1 :] if n in self.facts)
        lows: list[Any] = list(before)
        highs: list[Any] = list(after)
        return max(lows, default=None), min(highs, default=None)

    def tried(self, name: str, values: Sequence[Value]) -> tuple[Fraction, tuple[Value, ...]]:
        """The share of answers that settle an open result, over all of these; and the answers that leave some open."""
        settled = 0
        leaving = []
        for value in values:
            known = 0
            if not isinstance(value, Absent):
                known = self._known({**self.facts, name: value})
            settled += known
            if known < len(self.open):
                leaving.append(value)
        return Fraction(settled, max(1, len(values)) * len(self.open)), tuple(leaving)

    def _known(self, more: Facts) -> int:
        """How many of the open results are known with these facts, or arise no longer under other overlays."""
        program, run = self.run(more)
        steps = self.asker.survey(program).steps
        still = [steps[id_] for id_ in self.open if id_ in steps]
        owed = [status_of(step, run)[0] for step in still if step.step.item.kind == OBLIGATION]
        others = [run.answers[step.step.item.id][0] for step in still if step.step.item.kind != OBLIGATION]
        return len(self.open) - [*owed, *others].count(UNDETERMINED)

    def rests_on(self, more: Facts) -> set[str]:
        """The facts that the open results rest on once the case is completed."""
        program, run = self.run(more)
        found = results(program, run, more, self.choices, {}, self.open)
        return {name for id_ in self.open if id_ in found for name in found[id_].facts}


def _clamped(value: Any, low: Any, high: Any) -> Any:
    raised = value if low is None else max(value, low)
    return raised if high is None else min(raised, high)


def joint_values(survey: Survey, ids: Sequence[str], pinned: Pinned) -> Mapping[str, tuple[Value, ...]]:
    """One value for each class of a fact that some item behind ``ids`` tells from the others; no value is one too.

    ``pinned`` slots have no value but those, so that what is compared with them counts from there.
    """
    below = needed_items(survey, ids)
    reads = [read for id_ in below for read in survey.reads(id_).values() if read.kind == "fact"]
    whole = {read.name for read in reads if read.whole or read.bounds or read.bound_of}
    tests: dict[str, list[Callable[[Any], Any]]] = {}
    for read in reads:
        tests.setdefault(read.name, []).extend(read.tests)
    found: dict[str, dict[object, Value]] = {}
    for id_ in (id_ for id_ in survey.steps if id_ in below):
        own = {slot: values for slot, values in pinned.items() if slot in survey.reads(id_)}
        for each in (each for each in inputs(survey, id_, own) if each.kind == "fact"):
            classes = found.setdefault(each.name, {})
            for value in (value for class_ in each.classes for value in class_.values):
                alone = each.name in whole or isinstance(value, Absent)
                key: object = value if alone else tuple(bool(test(value)) for test in tests[each.name])
                classes.setdefault(key, value)
    return {name: tuple(classes.values()) for name, classes in found.items()}


def _serving(trial: _Trial, values: Mapping[str, Sequence[Value]]) -> Mapping[str, Fraction]:
    """For each missing fact, the share of completions with these answers in which an open result rests on it."""
    counts = dict.fromkeys(values, 0)
    survey = trial.asker.survey(trial.run(trial.facts)[0])
    total = 0
    for completion in _completions(values):
        case = {**trial.facts, **completion}
        if in_order(case, survey):
            total += 1
            for name in trial.rests_on(case) & counts.keys():
                counts[name] += 1
    return {name: Fraction(count, max(1, total)) for name, count in counts.items()}


def _completions(values: Mapping[str, Sequence[Value]]) -> Iterator[dict[str, Scalar]]:
    """Every combination of answers, or as many as are looked at, drawn with a fixed seed."""
    tried = {name: known for name, known in values.items() if known}
    if math.prod(len(known) for known in tried.values()) <= MAX_COMPLETIONS:
        combinations: Iterator[tuple[Value, ...]] = itertools.product(*tried.values())
    else:
        rng = random.Random(SEED)
        combinations = (tuple(rng.choice(known) for known in tried.values()) for _ in range(MAX_COMPLETIONS))
    for chosen in combinations:
        yield {name: value for name, value in zip(tried, chosen, strict=True) if not isinstance(value, Absent)}


def _wanted(decision: Decision, wanted: str) -> tuple[Result, ...]:
    if wanted == ALL:
        return tuple(decision.results[id_] for id_ in decision.headline.ids)
    if wanted not in decision.results:
        close = nearest(wanted, [*decision.results, ALL])
        raise UsageFault(Problem(Location(decision.convention.id), "unknown-item", {"id": wanted}, close))
    line = next((line for line in decision.obligations if line.id == wanted), None)
    result = decision.results[wanted]
    if line is None:
        return (result,)
    # The answer of an obligation is its status; one that only lacks its due day is pending and waits for nothing.
    status = line.status if line.status in ("undetermined", "not_applicable") else "known"
    missing = line.missing if status == "undetermined" else ()
    return (
        replace(result, status=status, type=None, value=line.status if status == "known" else None, missing=missing),
    )
