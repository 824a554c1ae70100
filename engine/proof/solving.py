"""The solver behind all proofs: terms come in, whether they can hold together goes out, with values where they can.

The only module that imports Z3, and only when the first solver is made. What it finds is never shown as it is: a
witness is made canonical and confirmed by the evaluator (:mod:`engine.proof.witness`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from functools import partial
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
        self._model: Any = None
        self._lowering = _Lowering(self._z3, context, lemmas)
        self.add(*base)

    def add(self, *terms: Term) -> None:
        self._assert(self._lowered(term for term in terms if term is not self.bank.true))

    def _assert(self, lowered: Iterable[Any]) -> None:
        for each in lowered:
            self._z3.Z3_solver_assert(self._lowering.context, self._solver.solver, each)

    def _lowered(self, terms: Iterable[Term]) -> list[Any]:
        known = len(self._lowering.facts)
        found = [self._lowering.lowered(term) for term in terms]
        self._assert(self._lowering.facts[known:])
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
            self._assert(self._lowering.facts[known:])  # quotients met inside are met again outside

    def check(self, *terms: Term) -> Status:
        """Whether these can hold too; nothing of the question is left behind, which would slow down all that follow.

        Raises:
            KeyboardInterrupt: the user interrupted the solver.
        """
        if self.bank.false in terms:
            return Status.EXCLUDED
        with self.supposing(*terms):
            return self._checked([])

    def check_literals(self, terms: Sequence[Term]) -> Status:
        """As :meth:`check`, for small terms; where they cannot hold, :meth:`in_the_way` says which cannot."""
        return self._checked(self._lowered(terms))

    def _checked(self, lowered: Sequence[Any]) -> Status:
        spent = self._spent()
        found = self._z3.Z3_solver_check_assumptions(
            self._lowering.context, self._solver.solver, len(lowered), self._lowering.array(lowered)
        )
        if found == self._z3.Z3_L_TRUE:
            self._model = self._solver.model()
            return Status.SHOWN
        if found == self._z3.Z3_L_FALSE:
            return Status.EXCLUDED
        if self._solver.reason_unknown() == "canceled" and self._spent() - spent < self._effort:
            raise KeyboardInterrupt  # the solver takes the signal for itself, and gives no other sign of it
        return Status.UNDECIDED

    def _spent(self) -> int:
        """The solver's count of its steps so far."""
        statistics = self._solver.statistics()
        places = reversed(range(len(statistics)))  # it is among the last
        return next(int(count) for name, count in map(statistics.__getitem__, places) if name == "rlimit count")

    def in_the_way(self, terms: Sequence[Term]) -> list[int]:
        """Of the literals last asked about, which were excluded: places of some that cannot hold together."""
        core = {each.get_id() for each in self._solver.unsat_core()}
        ids = [self._z3.Z3_get_ast_id(self._lowering.context, self._lowering.lowered(term)) for term in terms]
        return [place for place, id_ in enumerate(ids) if id_ in core]

    def model(self) -> Model:
        """After a question that was shown: the values with which it holds."""
        return Model(self._lowering, self._model)


@dataclass(frozen=True, slots=True)
class Model:
    """Values with which terms hold together; read one by one, since most are never looked at."""

    _lowering: _Lowering
    _values: Any

    def value(self, symbol: Term) -> Plain | None:
        """The value of a symbol; None where any would do."""
        return self._lowering.read(self._values, symbol)

    def symbols(self) -> dict[str, Plain]:
        """The value of each symbol that has one."""
        values = {symbol.value: self.value(symbol) for symbol in self._lowering.symbols}
        return {name: value for name, value in values.items() if value is not None}


class _Lowering:
    """Terms as the solver's own; words are numbers there, by a table of codes.

    They are made by the solver's plain functions: its classes take more time to make than it takes to decide.
    """

    def __init__(self, z3: Any, context: Any, lemmas: bool) -> None:
        self._z3 = z3
        self._kept = z3.AstVector(ctx=context)  # frees all terms at once, which the context is slow to do
        self.context = context.ref()
        self._done: dict[Term, Any] = {}
        self._codes: dict[str, int] = {}
        self._words: dict[int, str] = {}
        self._quotients: list[tuple[Any, Any, Any]] = []
        self.symbols: dict[Term, Any] = {}
        self.facts: list[Any] = []  # what defines the quotients; for the solver to be told
        whole, number = self._made_once(z3.Z3_mk_int_sort), self._made_once(z3.Z3_mk_real_sort)
        truth = self._made_once(z3.Z3_mk_bool_sort)
        self._sorts = {Sort.TRUTH: truth, Sort.NUMBER: number, Sort.WORD: whole, Sort.WHOLE: whole}
        self._operators: Mapping[str, Callable[..., Any]] = {
            "not": partial(self._made_once, z3.Z3_mk_not),
            "and": partial(self._of_many, z3.Z3_mk_and),
            "or": partial(self._of_many, z3.Z3_mk_or),
            "if": partial(self._made_once, z3.Z3_mk_ite),
            "same": partial(self._made_once, z3.Z3_mk_eq),
            "at_most": partial(self._made_once, z3.Z3_mk_le),
            "plus": partial(self._of_many, z3.Z3_mk_add),
            "times": partial(self._of_many, z3.Z3_mk_mul),
            "over": self._quotient if lemmas else partial(self._made_once, z3.Z3_mk_div),
            "number": partial(self._made_once, z3.Z3_mk_int2real),
            "floor": partial(self._made_once, z3.Z3_mk_real2int),
            "div": partial(self._made_once, z3.Z3_mk_div),
            "mod": partial(self._made_once, z3.Z3_mk_mod),
        }

    def _made_once(self, make: Callable[..., Any], *parts: Any) -> Any:
        made = make(self.context, *parts)
        self._z3.Z3_ast_vector_push(self.context, self._kept.vector, made)
        return made

    def _of_many(self, make: Callable[..., Any], *parts: Any) -> Any:
        return self._made_once(make, len(parts), self.array(parts))

    def array(self, parts: Sequence[Any]) -> Any:
        return (self._z3.Ast * len(parts))(*parts)

    def lowered(self, root: Term) -> Any:
        done = self._done
        waiting = [root]
        while waiting:
            term = waiting[-1]
            if term in done:
                waiting.pop()
                continue
            missing = [part for part in term.parts if part not in done]
            if missing:
                waiting.extend(missing)
                continue
            done[term] = self._made(term)
            waiting.pop()
        return done[root]

    def _made(self, term: Term) -> Any:
        if term.operator == "constant":
            return self._constant(term)
        if term.operator == "symbol":
            return self._symbol(term)
        return self._operators[term.operator](*(self._done[part] for part in term.parts))

    def _symbol(self, term: Term) -> Any:
        name = self._z3.Z3_mk_string_symbol(self.context, term.value)
        made = self._made_once(self._z3.Z3_mk_const, name, self._sorts[term.sort])
        self.symbols[term] = self._z3.Z3_get_app_decl(self.context, made)
        return made

    def _constant(self, term: Term) -> Any:
        if term.sort is Sort.TRUTH:
            return self._made_once(self._z3.Z3_mk_true if term.value else self._z3.Z3_mk_false)
        if term.sort is Sort.WORD:
            code = self._codes.setdefault(term.value, len(self._codes))
            self._words[code] = term.value
            return self._numeral(code, Sort.WORD)
        return self._numeral(term.value, term.sort)

    def _numeral(self, value: object, sort: Sort) -> Any:
        return self._made_once(self._z3.Z3_mk_numeral, str(value), self._sorts[sort])

    def _quotient(self, above: Any, below: Any) -> Any:
        """A new number ``q`` with q · below = above, after linear facts that order it against 0, 1 and its like."""
        z3, made = self._z3, self._made_once
        sort = self._sorts[Sort.NUMBER]
        quotient = made(z3.Z3_mk_const, z3.Z3_mk_string_symbol(self.context, f"quotient:{len(self._quotients)}"), sort)
        nought, one = (self._numeral(value, Sort.NUMBER) for value in (0, 1))
        pairs = [
            ((z3.Z3_mk_ge, quotient, nought), (z3.Z3_mk_ge, above, nought)),
            ((z3.Z3_mk_le, quotient, nought), (z3.Z3_mk_le, above, nought)),
            ((z3.Z3_mk_ge, quotient, one), (z3.Z3_mk_ge, above, below)),
            ((z3.Z3_mk_le, quotient, one), (z3.Z3_mk_le, above, below)),
        ]
        for other, other_above, other_below in self._quotients:
            if z3.Z3_is_eq_ast(self.context, other_below, below):
                for order in (z3.Z3_mk_ge, z3.Z3_mk_le):
                    pairs.append(((order, quotient, other), (order, above, other_above)))
        facts = [made(z3.Z3_mk_eq, made(*of_quotient), made(*of_parts)) for of_quotient, of_parts in pairs]
        facts.append(made(z3.Z3_mk_eq, self._of_many(z3.Z3_mk_mul, quotient, below), above))
        self._quotients.append((quotient, above, below))
        positive = made(z3.Z3_mk_gt, below, nought)
        self.facts.append(made(z3.Z3_mk_implies, positive, self._of_many(z3.Z3_mk_and, *facts)))
        return quotient

    def read(self, values: Any, symbol: Term) -> Plain | None:
        """What a model says of a symbol; None where any value would do, or a word of a question asked before."""
        z3, made = self._z3, self.symbols.get(symbol)
        value = None if made is None else z3.Z3_model_get_const_interp(self.context, values.model, made)
        if not value:
            return None
        if symbol.sort is Sort.TRUTH:
            return bool(z3.Z3_get_bool_value(self.context, value) == z3.Z3_L_TRUE)
        number = exact(Fraction(z3.Z3_get_numeral_string(self.context, value)))
        return self._words.get(int(number)) if symbol.sort is Sort.WORD else number
