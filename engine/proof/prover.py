"""Puts questions to the solver: what always holds comes in once; each goal is shown by a first case, or excluded.

A model depends on the solver's version and on what it was asked before; the first case does not. Symbol by symbol it
takes the first value that is possible: questions by default, facts missing, first those whose absence is an answer,
then of those that must be given, in the same order, the first word, the least number, the first day. A case that is
shown is a witness: confirmed by the evaluator.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from math import ceil
from operator import attrgetter
from typing import Any

from engine.errors import InputFault, fault
from engine.evaluation.facts import Facts
from engine.evaluation.inference import EngineFault
from engine.language.logic import Plain, Term, evaluate
from engine.language.symbolic import Symbolic
from engine.language.term_bank import TermBank
from engine.language.term_days import Day
from engine.language.values import NOT_APPLICABLE, UNDETERMINED, Value, exact
from engine.proof.encoding import Encoding
from engine.proof.lowering import constant
from engine.proof.solving import DEFAULT_EFFORT, Model, Solver, Status
from engine.proof.space import Space, Unknown, symbols_in

Symbols = dict[str, Plain]


class Prover:
    """Answers questions about the cases of ``space`` in which all of ``base`` holds.

    ``effort`` bounds each question, in the solver's own count of steps.
    """

    def __init__(self, space: Space, base: Iterable[Term], effort: int = DEFAULT_EFFORT) -> None:
        self.space = space
        self.effort = effort
        self.base = tuple(base)
        self._places: dict[Term, int] = {}  # of candidates that first cases took: most take the same again
        self._least: dict[Term, Term] = {}  # of numbers: most have the same least again

    def ask(self, *goal: Term) -> Status:
        """Whether some case has all of ``goal``."""
        return self._solver.check(*goal)

    def some(self, *goal: Term) -> tuple[Status, Symbols]:
        """As :meth:`ask`, with the values of all symbols in some such case: any one, so never to be shown."""
        status = self._solver.check(*goal)
        return status, self.space.completed(self._solver.model().symbols()) if status is Status.SHOWN else {}

    def first(self, *goal: Term) -> tuple[Status, Symbols]:
        """As :meth:`ask`, with the values of all symbols in the first such case."""
        status = self._solver.check(*goal)
        return status, first_values(self._solver, self.space, goal, self._places) if status is Status.SHOWN else {}

    def fewest(self, truths: Sequence[Term], most: int, *goal: Term) -> tuple[Status, list[Term]]:
        """As :meth:`ask`, of cases where up to ``most`` of some truths hold; which do, each only if it must in turn."""
        bank = self.space.bank
        few = (*goal, bank.at_most(counted(bank, truths), bank.whole(most)))
        status = self._solver.check(*few)
        if status is not Status.SHOWN:
            return status, []
        search = _Search(self._solver, self.space, self._solver.model(), {})
        with self._solver.supposing(*few):
            search.settle([Unknown(truth, (False, True)) for truth in truths])
        return status, [truth for truth in truths if search.model.value(truth)]

    def least(
        self, number: Term, *goal: Term, unit: Fraction = Fraction(1), floor: int | None = None
    ) -> tuple[Status, Term]:
        """The least value of a number, to a ``unit``, in a case that has all of ``goal``, or as far as the budget goes.

        It is known to be ``floor`` units or more.
        """
        bank, step, last = self.space.bank, 1, self._least.get(number)
        with self.supposing(*goal):
            if last is None or (status := self._at_most(number, last)) is not Status.SHOWN:
                status = self.ask()
            if status is not Status.SHOWN:
                return status, bank.nothing
            best = first = self._units(number, unit)
            self.add(bank.at_most(number, constant(bank, number, best * unit)))  # which tells of products in it, too
            while floor is None or floor < best:
                middle = best - step if floor is None else _halfway(floor, best, first)
                status = self._at_most(number, constant(bank, number, middle * unit))
                if status is Status.SHOWN:
                    best, step = self._units(number, unit), 2 * step
                elif status is Status.EXCLUDED:
                    floor = middle + 1
                else:
                    return status, constant(bank, number, best * unit)
        self._least[number] = constant(bank, number, best * unit)
        return Status.SHOWN, self._least[number]

    def _at_most(self, number: Term, bound: Term) -> Status:
        return self._solver.check_literals([self.space.bank.at_most(number, bound)])

    def _units(self, number: Term, unit: Fraction) -> int:
        """How many units a number comes to in the case just shown, rounded up."""
        symbols = self.space.completed(self._solver.model().symbols(symbols_in(number)))
        units: int = ceil(evaluate([number], symbols)[number] / unit)
        return units

    def supposing(self, *terms: Term) -> AbstractContextManager[None]:
        """A scope whose questions are about the cases in which these hold too; what is common to many is told once."""
        return self._solver.supposing(*terms)

    def add(self, *terms: Term) -> None:
        """What holds too from now on, to the end of the scope; the solver goes on with what it has found out."""
        self._solver.add(*terms)

    @cached_property
    def _solver(self) -> Solver:
        return Solver(self.space.bank, self.base, effort=self.effort)


def counted(bank: TermBank, truths: Iterable[Term]) -> Term:
    """How many of some truths hold."""
    return bank.plus(bank.whole(0), *(bank.choose(truth, bank.whole(1), bank.whole(0)) for truth in truths))


def first_values(solver: Solver, space: Space, goal: Iterable[Term], places: dict[Term, int]) -> Symbols:
    """The first values of all symbols with which the goal holds; the solver has just shown that there are some.

    ``places`` are guesses at which candidate a symbol takes; it may only be quicker for them, and is told what was.
    """
    facts = sorted(space.open_facts.values(), key=attrgetter("asked"))
    search = _Search(solver, space, solver.model(), places)
    with solver.supposing(*goal):
        search.settle([*space.open_questions.values(), *(fact.present for fact in facts)])
        search.settle([part for fact in facts if search.place(fact.present) for part in fact.parts])
    return space.completed(search.model.symbols())


@dataclass(slots=True)
class _Search:
    """A case that the solver still admits; what is settled of it is added to the solver."""

    solver: Solver
    space: Space
    model: Model
    places: dict[Term, int]

    def settle(self, unknowns: Sequence[Unknown]) -> None:
        """Gives each symbol in turn its first candidate that is possible."""
        firsts = [unknown.among(self.space.bank, 0, 0) for unknown in unknowns]
        start = 0
        while start < len(unknowns):
            free = self._free(unknowns, firsts, start)
            self.solver.add(*firsts[start:free])
            if free < len(unknowns):
                self._settle_one(unknowns[free])
            start = free + 1

    def _free(self, unknowns: Sequence[Unknown], firsts: Sequence[Term], start: int) -> int:
        """Up to where all from ``start`` on can have their first candidate: so they have in the case, or are asked.

        Of those that cannot, the solver names some that are in the way of each other.
        """
        low, high = self._leading(unknowns, start), len(unknowns)
        while low < high:
            guess = next((place for place in range(low, high) if self.places.get(unknowns[place].symbol)), low)
            middle = guess if guess > low else (low + high + 1) // 2
            asked = firsts[start:middle]
            status = self._followed(self.solver.check_literals(asked))
            if status is Status.SHOWN:
                low = self._leading(unknowns, start)
            else:
                high = start + self.solver.in_the_way(asked)[-1] if status is Status.EXCLUDED else middle - 1
        return low

    def _leading(self, unknowns: Sequence[Unknown], start: int) -> int:
        """Up to where all from ``start`` on have their first candidate."""
        return next((at for at in range(start, len(unknowns)) if self.place(unknowns[at])), len(unknowns))

    def _settle_one(self, unknown: Unknown) -> None:
        """The first candidate that is possible, which is not the very first."""
        low, high = 1, self.place(unknown)
        guess = self.places.get(unknown.symbol, 0)
        while low < high:
            middle = _halfway(low, high, guess)
            if self._followed(self.solver.check_literals([unknown.among(self.space.bank, 0, middle)])) is Status.SHOWN:
                high = self.place(unknown)
            else:
                low = middle + 1
        self.places[unknown.symbol] = high
        self.solver.add(unknown.among(self.space.bank, high, high))

    def place(self, unknown: Unknown) -> int:
        """Which of its candidates the symbol has now."""
        value = self.model.value(unknown.symbol)
        return 0 if value is None else unknown.candidates.index(value)  # type: ignore[arg-type]

    def _followed(self, status: Status) -> Status:
        """The case follows whatever was shown to be possible."""
        if status is Status.SHOWN:
            self.model = self.solver.model()
        return status


def _halfway(low: int, high: int, guess: int) -> int:
    """Where to ask next for the least place from ``low`` to ``high``: the guess, just before it, else the middle."""
    return next((place for place in (guess, guess - 1) if low <= place < high), (low + high) // 2)


@dataclass(frozen=True, slots=True)
class Witness:
    """A case as the evaluator decides it: its facts, the readings taken, and what it gave for the items asked.

    ``interpret`` holds only readings other than the default ones, ``overlays`` those in force; ``fault`` is the code of
    the defect of the policy that the evaluator meets instead of an answer.
    """

    facts: Facts
    interpret: Mapping[str, str]
    values: Mapping[str, Value] = field(default_factory=dict)
    fault: str | None = None
    overlays: tuple[str, ...] = ()


def decided(encoding: Encoding, symbols: Mapping[str, Plain], ids: Collection[str]) -> Witness:
    """What the evaluator makes of the case that the symbols stand for."""
    facts, choices = encoding.space.case_of(symbols)
    taken = other_readings(encoding, choices)
    known = encoding.session.registry.vocabulary.facts
    own = {name: value for name, value in facts.items() if name in known}
    try:
        decision = encoding.session.decide(own, encoding.convention.id, taken, years=False, only=ids, by_cases=False)
    except InputFault as error:
        return Witness(facts, taken, fault=error.problems[0].code)
    except EngineFault:
        return Witness(facts, taken, fault="engine-fault")
    values = {id_: decision.answer(id_) for id_ in ids}
    return Witness(facts, taken, values, overlays=tuple(use.id for use in decision.overlays))


def unconfirmed(encoding: Encoding, found: Witness, expected: Mapping[str, Value]) -> InputFault:
    """That the evaluator decides otherwise than the terms say: an error of the encoding."""
    id_ = next((each for each in expected if found.values.get(each) != expected[each]), "")
    said = {"id": id_, "expected": str(expected.get(id_)), "found": str(found.fault or found.values.get(id_))}
    case, readings = str(found.facts), str(found.interpret)
    return fault(encoding.convention.at, "proof-unconfirmed", **said, case=case, readings=readings)


def confirmed(encoding: Encoding, symbols: Mapping[str, Plain], ids: Iterable[str] = ()) -> Witness:
    """The case that the symbols stand for, once the evaluator has given the same answers for the items ``ids``.

    Raises:
        InputFault: the evaluator gives another answer, or none (proof-unconfirmed).
    """
    expected = {id_: value_of(encoding.answer(id_), symbols) for id_ in ids}
    found = decided(encoding, symbols, expected)
    if found.fault is not None or found.values != expected:
        raise unconfirmed(encoding, found, expected)
    return found


def confirmed_fault(encoding: Encoding, symbols: Mapping[str, Plain], id_: str) -> Witness:
    """The case that the symbols stand for, once the evaluator has met the gap or overlap of an item in it.

    Rows of a table that contradict each other leave it undetermined, which is no fault of the evaluation.

    Raises:
        InputFault: the evaluator has an answer (proof-unconfirmed).
    """
    found = decided(encoding, symbols, [id_])
    if found.fault is None and found.values[id_] is not UNDETERMINED:
        raise unconfirmed(encoding, found, {id_: UNDETERMINED})
    return found


def other_readings(encoding: Encoding, choices: Mapping[str, str]) -> dict[str, str]:
    """The readings taken that are not the default ones of the convention."""
    own = encoding.questions
    return {id_: choice for id_, choice in choices.items() if id_ in own and choice != own[id_].default}


def value_of(answer: Symbolic, symbols: Mapping[str, Plain], known: Mapping[Term, Any] | None = None) -> Value:
    """The value of the language that a symbolic one comes to where every symbol has a value.

    ``known`` holds what its terms come to, if that was worked out before.
    """
    parts = answer.value if isinstance(answer.value, Day) else (answer.value,)
    found = known or evaluate((answer.undetermined, answer.absent, *parts), symbols)
    if found[answer.undetermined]:
        return UNDETERMINED
    if found[answer.absent]:
        return NOT_APPLICABLE
    if isinstance(answer.value, Day):
        return dt.date(*(found[part] for part in parts))
    value: Value = found[answer.value]
    return exact(value) if isinstance(value, Fraction) else value
