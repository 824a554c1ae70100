"""Two versions of the rules run side by side: a case comes in, what both versions answer goes out.

The versions are two conventions of one registry, each forced on the case, or the same convention in two registries.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from engine.comparison.edits.changed import Changes, changes
from engine.errors import InputFault
from engine.evaluation.alone import answer
from engine.evaluation.evaluator import Run
from engine.evaluation.facts import Facts
from engine.evaluation.program import Compiled
from engine.evaluation.session import Session
from engine.evaluation.slots import Answer
from engine.language.facts import BENEFICIARY, SIGNATURE, YEAR
from engine.language.values import NOT_APPLICABLE, UNDETERMINED, Value
from engine.policy.model import Convention
from engine.policy.overlays import Laid, laid_names, open_questions
from engine.review.classes import Survey, surveyed

# Where the evaluation itself stops on a defect, which no result of the case survives.
STOPPED = "evaluation"
# What an item that stops the evaluation answers here: the code of the defect, which no value is called.
FAULTS = ("no-row", "no-rule", "conflict")
NOT_RESULTS = ("obligation", "payment")
LAST_DAY = dt.date(2100, 12, 31)


@dataclass(frozen=True, slots=True)
class Side:
    """One version of the rules: a convention, and the session that decides under it."""

    session: Session
    convention: Convention

    def choices(self, interpret: Mapping[str, str]) -> dict[str, str]:
        """The side taken in every question that a case under this version may depend on."""
        questions = open_questions(self.convention, self.session.registry.covering(self.convention))
        return {
            id_: interpret[id_] if interpret.get(id_) in question.choices else question.default
            for id_, question in questions.items()
        }


@dataclass(frozen=True, slots=True)
class Ground:
    """The programs of both versions under the overlays that a case has in each."""

    key: tuple[tuple[str, ...], tuple[str, ...]]
    a: Survey
    b: Survey
    changes: Changes


@dataclass(frozen=True, slots=True)
class Both:
    """What both versions answer; where the evaluation stops, ``stopped`` tells the code of the defect and its item."""

    facts: Facts
    interpret: Mapping[str, str]
    ground: Ground
    a: Run
    b: Run
    choices_a: Mapping[str, str]
    choices_b: Mapping[str, str]
    stopped: tuple[tuple[str, str] | None, tuple[str, str] | None]

    def values(self, id_: str) -> tuple[Value | None, Value | None]:
        """The result in both versions, None where there is no such item."""
        return (_value(self.a, id_), _value(self.b, id_))

    def result(self, id_: str) -> tuple[Value, Value]:
        """A result that every decision holds: not applicable where a version does not know it."""
        a, b = self.values(id_)
        return (NOT_APPLICABLE if a is None else a, NOT_APPLICABLE if b is None else b)


@dataclass(slots=True)
class Twins:
    """Runs cases under both versions; programs are compiled once for each pair of overlay sets.

    ``first`` to ``before`` (left out) are the signature days at which both versions are compared.
    """

    a: Side
    b: Side
    first: dt.date
    before: dt.date | None
    _grounds: dict[tuple[tuple[str, ...], tuple[str, ...]], Ground] = field(default_factory=dict)
    _choices: dict[tuple[tuple[str, str], ...], tuple[dict[str, str], dict[str, str]]] = field(default_factory=dict)

    @property
    def last(self) -> dt.date:
        return LAST_DAY if self.before is None else self.before - dt.timedelta(days=1)

    @property
    def forced(self) -> bool:
        """Whether two conventions are compared, so that each must be asked for."""
        return self.a.convention.id != self.b.convention.id

    def choices(self, interpret: Mapping[str, str]) -> tuple[dict[str, str], dict[str, str]]:
        key = tuple(sorted(interpret.items()))
        if key not in self._choices:
            self._choices[key] = (self.a.choices(interpret), self.b.choices(interpret))
        return self._choices[key]

    def ground(self, facts: Facts, interpret: Mapping[str, str]) -> Ground:
        """The programs that decide a case in both versions."""
        choices_a, choices_b = self.choices(interpret)
        laid_a = self.a.session.settled(facts, choices_a, self.a.convention.id).laid
        laid_b = self.b.session.settled(facts, choices_b, self.b.convention.id).laid
        key = (laid_names(laid_a), laid_names(laid_b))
        if key not in self._grounds:
            a, b = self._survey(self.a, laid_a), self._survey(self.b, laid_b)
            self._grounds[key] = Ground(key, a, b, changes(a.program, b.program, *self.choices({})))
        return self._grounds[key]

    @property
    def grounds(self) -> tuple[Ground, ...]:
        """The grounds met so far, those with the fewest overlays first."""
        return tuple(self._grounds[key] for key in sorted(self._grounds, key=lambda k: (len(k[0]) + len(k[1]), k)))

    def run(self, facts: Facts, interpret: Mapping[str, str] | None = None) -> Both:
        """Both versions on one case of a day that both have."""
        taken = interpret or {}
        ground = self.ground(facts, taken)
        choices_a, choices_b = self.choices(taken)
        a, why_a = _run(ground.a, facts, choices_a, None, frozenset())
        b, why_b = _run(ground.b, facts, choices_b, a, ground.changes.touched)
        return Both(facts, taken, ground, a, b, choices_a, choices_b, (why_a, why_b))

    def _survey(self, side: Side, laid: tuple[Laid, ...]) -> Survey:
        """The program surveyed over the days of the comparison, whatever its own window."""
        program = side.session.program(side.convention, laid)
        convention = replace(side.convention, signed_from=self.first, signed_before=self.before)
        return surveyed(replace(program, plan=replace(program.plan, convention=convention)))


def twins(a: Side, b: Side) -> Twins | None:
    """Both versions on the days that they share; two conventions meet on the days of the later one.

    None where the same convention has no day in common with itself.
    """
    first, second = a.convention, b.convention
    if first.id != second.id:
        later = max(first, second, key=lambda c: (c.signed_from, c.id))
        return Twins(a, b, later.signed_from, later.signed_before)
    start = max(first.signed_from, second.signed_from)
    ends = [end for end in (first.signed_before, second.signed_before) if end is not None]
    if ends and min(ends) <= start:
        return None
    return Twins(a, b, start, min(ends) if ends else None)


def plain_case(pair: Twins, day: dt.date) -> Facts:
    """The facts that every case states."""
    return {BENEFICIARY: pair.b.convention.beneficiary, SIGNATURE: day}


def _run(
    survey: Survey, facts: Facts, choices: Mapping[str, str], known: Run | None, touched: frozenset[str]
) -> tuple[Run, tuple[str, str] | None]:
    """The answers of every item that results rest on; outcomes by the closures of their rules, which is quicker.

    What is not ``touched`` by any change is taken from the ``known`` run of the other version.
    """
    program = survey.program
    slots = list(program.blank)
    run = Run(slots)
    for name, fact in facts.items():
        slot = program.names.facts[name]
        slots[slot] = (fact, 1 << slot, 0)
    for id_, choice in choices.items():
        if id_ in program.names.choices:
            slot = program.names.choices[id_]
            slots[slot] = (choice, 1 << slot, 0)
    has_year = YEAR in facts
    for compiled in survey.steps.values():
        item = compiled.step.item
        if item.kind in NOT_RESULTS:
            continue
        if known is not None and item.id not in touched and item.id in known.answers:
            value: Value = known.answers[item.id][0]
        else:
            value = answer_of(compiled, slots) if has_year or not compiled.step.yearly else UNDETERMINED
        run.answers[item.id] = (value, 0, 0, None)
        if value in FAULTS:
            return run, (str(value), item.id)
        slots[compiled.slot] = (value, 1 << compiled.slot, 0)
    return run, None


def answer_of(compiled: Compiled, slots: list[Answer]) -> Value:
    """What an item answers alone, the year aside; the code of a defect where it stops the evaluation."""
    try:
        value: Value = answer(compiled, slots)[0]
    except InputFault as error:
        return error.problems[0].code
    return value


def _value(run: Run, id_: str) -> Value | None:
    if id_ not in run.answers:
        return None
    value: Value = run.answers[id_][0]
    return value
