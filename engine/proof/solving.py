"""The solver behind all proofs: terms come in, whether they can hold together goes out, with values where they can.

The only module that imports Z3, and only when the first solver is made. What it finds is never shown as it is: a
witness is made canonical and confirmed by the evaluator (:mod:`engine.proof.witness`).
"""

from __future__ import annotations

import operator as op
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from enum import Enum
from fractions import Fraction
from functools import reduce
from typing import Any

from engine.errors import Location, Problem, UsageFault
from engine.language.logic import Plain, Sort, Term
from engine.language.term_bank import TermBank
from engine.language.values import exact

SOLVER_VERSION = "5.4.1"  # as locked: another one may find other models, and spend its budget elsewhere
DEFAULT_EFFORT = 20_000_000  # the solver's own count of its steps, for each question


class Status(Enum):
    """What a question came to: a case shows it, there is no such case, or the budget was spent before either."""

    SHOWN = "shown"
    EXCLUDED = "excluded"
    UNDECIDED = "undecided"


def solver_library() -> Any:
    """The solver's module.

    Raises:
        UsageFault: it is not installed, or is another version than the locked one.
    """
    try:
        import z3
    except ImportError:
        missing = {"module": f"z3-solver {SOLVER_VERSION}", "extra": "proof"}
        raise UsageFault(Problem(Location("avenant"), "extra-missing", missing)) from None
    found = ".".join(map(str, z3.get_version()[:3]))
    if found != SOLVER_VERSION:
        values = {"found": found, "version": SOLVER_VERSION}
        raise UsageFault(Problem(Location("avenant"), "solver-version", values))
    return z3


def budget_spent(at: Location, what: Mapping[str, str], effort: int) -> UsageFault:
    """That a question was left open, where nothing could be said without its answer."""
    return UsageFault(Problem(at, "proof-budget", {"what": what, "effort": effort}))


class Solver:
    """Terms of one bank that hold together, and questions about what more can hold with them.

    ``effort`` bounds each question. With ``lemmas`` a quotient of two unknowns is a number known by linear facts
    about it before its definition: slower, but it settles some questions that are undecided without.
    """

    def __init__(self, bank: TermBank, base: Iterable[Term], *, effort: int, lemmas: bool = False) -> None:
        self.bank = bank
        self._effort = effort
        self._z3 = solver_library()
        context = self._z3.Context()  # of its own, so that no answer depends on what another solver was asked
        self._solver = self._z3.SimpleSolver(context)
        self._solver.set("rlimit", effort)
        self._lowering = _Lowering(self._z3, context, lemmas)
        self.add(*base)

    def add(self, *terms: Term) -> None:
        self._solver.add(*self._lowered(term for term in terms if term is not self.bank.true))

    def _lowered(self, terms: Iterable[Term]) -> list[Any]:
        known = len(self._lowering.facts)
        found = [self._lowering.lowered(term) for term in terms]
        self._solver.add(*self._lowering.facts[known:])
        return found

    @contextmanager
    def supposing(self, *terms: Term) -> Iterator[None]:
        """Whatever is added inside holds only inside."""
        known = len(self._lowering.facts)
        self._solver.push()
        try:
            self.add(*terms)
            yield
        finally:
            self._solver.pop()
            self._solver.add(*self._lowering.facts[known:])  # quotients met inside are met again outside

    def check(self, *terms: Term) -> Status:
        """Whether these can hold too.

        Raises:
            KeyboardInterrupt: the user interrupted the solver.
        """
        asked = [term for term in terms if term is not self.bank.true]
        if self.bank.false in asked:
            return Status.EXCLUDED
        lowered = self._lowered(asked)
        spent = self._spent()
        found = self._solver.check(*lowered)
        if found == self._z3.sat:
            return Status.SHOWN
        if found == self._z3.unsat:
            return Status.EXCLUDED
        if self._solver.reason_unknown() == "canceled" and self._spent() - spent < self._effort:
            raise KeyboardInterrupt  # the solver takes the signal for itself, and gives no other sign of it
        return Status.UNDECIDED

    def _spent(self) -> int:
        """The solver's count of its steps so far."""
        statistics = self._solver.statistics()
        return int(statistics.get_key_value("rlimit count"))

    def symbols(self) -> dict[str, Plain]:
        """After a question that was shown: a value of each symbol that it and what holds are made of."""
        model = self._solver.model()
        values = {
            term.value: self._lowering.read(model.eval(lowered, model_completion=True), term.sort)
            for term, lowered in self._lowering.symbols.items()
        }
        return {name: value for name, value in values.items() if value is not None}


class _Lowering:
    """Terms as the solver's own; words are numbers there, by a table of codes."""

    def __init__(self, z3: Any, context: Any, lemmas: bool) -> None:
        self._z3 = z3
        self._context = context
        self._done: dict[Term, Any] = {}
        self._codes: dict[str, int] = {}
        self._words: dict[int, str] = {}
        self._quotients: list[tuple[Any, Any, Any]] = []
        self.symbols: dict[Term, Any] = {}
        self.facts: list[Any] = []  # what defines the quotients; for the solver to be told
        self._operators: Mapping[str, Callable[..., Any]] = {
            "not": z3.Not,
            "and": z3.And,
            "or": z3.Or,
            "if": z3.If,
            "same": op.eq,
            "at_most": op.le,
            "plus": lambda *parts: reduce(op.add, parts),
            "times": op.mul,
            "over": self._quotient if lemmas else op.truediv,
            "number": z3.ToReal,
            "floor": z3.ToInt,
            "div": op.truediv,
            "mod": op.mod,
        }

    def lowered(self, root: Term) -> Any:
        waiting = [root]
        while waiting:
            term = waiting[-1]
            if term in self._done:
                waiting.pop()
                continue
            missing = [part for part in term.parts if part not in self._done]
            if missing:
                waiting.extend(missing)
                continue
            self._done[term] = self._made(term)
            waiting.pop()
        return self._done[root]

    def _made(self, term: Term) -> Any:
        if term.operator == "constant":
            return self._constant(term)
        if term.operator == "symbol":
            make = {Sort.TRUTH: self._z3.Bool, Sort.NUMBER: self._z3.Real}.get(term.sort, self._z3.Int)
            self.symbols[term] = make(term.value, ctx=self._context)
            return self.symbols[term]
        return self._operators[term.operator](*(self._done[part] for part in term.parts))

    def _constant(self, term: Term) -> Any:
        match term.sort:
            case Sort.TRUTH:
                return self._z3.BoolVal(term.value, self._context)
            case Sort.WORD:
                code = self._codes.setdefault(term.value, len(self._codes))
                self._words[code] = term.value
                return self._z3.IntVal(code, self._context)
            case Sort.WHOLE:
                return self._z3.IntVal(term.value, self._context)
            case _:
                value = Fraction(term.value)
                return self._z3.RatVal(value.numerator, value.denominator, self._context)

    def _quotient(self, above: Any, below: Any) -> Any:
        """A new number ``q`` with q · below = above, after linear facts that order it against 0, 1 and its like."""
        quotient = self._z3.Real(f"quotient:{len(self._quotients)}", self._context)
        facts = [
            (quotient >= 0) == (above >= 0),
            (quotient <= 0) == (above <= 0),
            (quotient >= 1) == (above >= below),
            (quotient <= 1) == (above <= below),
        ]
        for other, other_above, other_below in self._quotients:
            if other_below.eq(below):
                facts += [(quotient >= other) == (above >= other_above), (quotient <= other) == (above <= other_above)]
        facts.append(quotient * below == above)
        self._quotients.append((quotient, above, below))
        self.facts.append(self._z3.Implies(below > 0, self._z3.And(*facts)))
        return quotient

    def read(self, value: Any, sort: Sort) -> Plain | None:
        """A value of the solver as one of the language; None for a word of a question asked before."""
        match sort:
            case Sort.TRUTH:
                return bool(self._z3.is_true(value))
            case Sort.WORD:
                return self._words.get(value.as_long())
            case Sort.WHOLE:
                return int(value.as_long())
            case _:
                return exact(value.as_fraction())
