"""The solver behind all proofs: terms come in, whether they can hold together goes out, with values where they can.

The only module that imports Z3, and only when the first solver is made. What it finds is never shown as it is: a
witness is made canonical and confirmed by the evaluator (:mod:`engine.proof.prover`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import Enum
from typing import Any

from engine.errors import Location, UsageFault, misuse
from engine.language.logic import Plain, Sort, Term
from engine.language.term_bank import TermBank
from engine.proof.lowering import Lowering, Product, Worth, first_facts

SOLVER_VERSION = "5.4.1"  # as locked: another one may find other models, and spend its budget elsewhere
DEFAULT_EFFORT = 20_000_000  # the solver's own count of its steps, for each question
FIRST_TURN = 300_000  # of these, before a question is begun anew with other random choices, and again after longer


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
        module = f"z3-solver {SOLVER_VERSION}"
        raise misuse(Location("avenant"), "extra-missing", module=module, extra="proof") from None
    found = ".".join(map(str, z3.get_version()[:3]))
    if found != SOLVER_VERSION:
        raise misuse(Location("avenant"), "solver-version", found=found, version=SOLVER_VERSION)
    return z3


def budget_spent(at: Location, what: Mapping[str, str], effort: int) -> UsageFault:
    """That a question was left open, where nothing could be said without its answer."""
    return misuse(at, "proof-budget", what=what, effort=effort)


class Solver:
    """Terms of one bank that hold together, and questions about what more can hold with them.

    ``effort`` bounds each question. A product of two unknowns is a number of which linear facts are known; where a
    case is found that multiplies wrongly, one is looked for with its factors, else more facts are told.
    """

    def __init__(self, bank: TermBank, base: Iterable[Term], *, effort: int) -> None:
        self.bank = bank
        self._effort = effort
        self._z3 = solver_library()
        context = self._z3.Context()  # of its own, so that no answer depends on what another solver was asked
        self._solver = self._z3.SimpleSolver(context)
        self._solver.set(ctrl_c=False)  # which it would take for itself, and lose where it has just found its answer
        self._way = (0, 0)
        self._model: Any = None
        self._lowering = Lowering(self._z3, context, bank)
        self._told = bank.symbol("products", Sort.TRUTH)  # whether the facts about products are told
        self._last: dict[Product, Worth] = {}  # of the last case that multiplied rightly
        self._products: list[tuple[Product, ...]] = [()]  # of each scope, with those of the scopes around it
        self.add(*base)

    def add(self, *terms: Term) -> None:
        self._assert(terms)
        found = self._lowering.products_in(terms).difference(self._products[-1])
        for each in sorted(found, key=lambda each: each.symbol.number):
            self._tell(first_facts(self.bank, each, self._products[-1]))
            self._products[-1] += (each,)

    def _tell(self, facts: Iterable[Term]) -> None:
        """Facts about products, which hold for a question that is asked with them."""
        self._assert(self.bank.either(self.bank.negate(self._told), fact) for fact in facts)

    def _assert(self, terms: Iterable[Term]) -> None:
        for each in terms:
            if each is not self.bank.true:
                self._z3.Z3_solver_assert(self._lowering.context, self._solver.solver, self._lowering.lowered(each))

    @contextmanager
    def supposing(self, *terms: Term) -> Iterator[None]:
        """Whatever is added inside holds only inside."""
        self._solver.push()
        self._products.append(self._products[-1])
        try:
            self.add(*terms)
            yield
        finally:
            self._products.pop()
            self._solver.pop()

    def check(self, *terms: Term) -> Status:
        """Whether these can hold too; nothing of the question is left behind, which would slow down all that follow."""
        if self.bank.false in terms:
            return Status.EXCLUDED
        if not terms:
            return self._checked([])
        with self.supposing(*terms):
            return self._checked([])

    def check_literals(self, terms: Sequence[Term]) -> Status:
        """As :meth:`check`, for small terms; where they cannot hold, :meth:`in_the_way` says which cannot."""
        return self._checked([self._lowering.lowered(term) for term in terms])

    def _checked(self, lowered: Sequence[Any]) -> Status:
        """Asks without the facts about products first: most often the factors of a case found so or of the last do."""
        told, asked, left = self._lowering.lowered(self._told), lowered, self._effort
        while left > 0:
            status, left = self._in_turns(asked, left)
            if status is not Status.SHOWN:
                return status
            products = self._products[-1]
            places = {each: self._lowering.worth_of(self._model, each) for each in products}
            wrong = [each for each in products if not each.right_in(places[each])]
            if not wrong or self._made_right(asked, places) or self._made_right(asked, self._last):
                self._last = {each: self._lowering.worth_of(self._model, each) for each in products}
                return status
            if asked is not lowered:
                self._tell(fact for each in wrong for fact in each.around(self.bank, places[each]))
            asked = (*lowered, told)
        return Status.UNDECIDED

    def _made_right(self, lowered: Sequence[Any], places: Mapping[Product, Worth]) -> bool:
        """Whether a case has the factors of these places, and multiplies rightly."""
        products = self._products[-1]
        if not products or any(each not in places for each in products):
            return False
        self._solver.push()
        try:
            self._assert(fact for each in products for fact in each.with_factor(self.bank, places[each]))
            return self._asked(lowered, FIRST_TURN) is Status.SHOWN
        finally:
            self._solver.pop()

    def _in_turns(self, lowered: Sequence[Any], effort: int) -> tuple[Status, int]:
        """Asks in turns: how long a question takes is mostly luck, and another start may be a hundred times quicker.

        Also what is left of the effort, each turn counted whole. An interrupt ends the turn that it comes in.
        """
        turn, status = 0, Status.UNDECIDED
        while status is Status.UNDECIDED and effort > 0:
            steps = min(FIRST_TURN * (turn + 2) // 2, effort)
            status = self._asked(lowered, steps, turn)
            effort -= steps
            turn += 1
        return status, effort

    def _asked(self, lowered: Sequence[Any], effort: int, seed: int = 0) -> Status:
        if self._way != (effort, seed):
            self._solver.set(rlimit=effort, random_seed=seed)
            self._way = (effort, seed)
        found = self._z3.Z3_solver_check_assumptions(
            self._lowering.context, self._solver.solver, len(lowered), self._lowering.array(lowered)
        )
        if found == self._z3.Z3_L_TRUE:
            self._model = self._solver.model()
            return Status.SHOWN
        if found == self._z3.Z3_L_FALSE:
            return Status.EXCLUDED
        return Status.UNDECIDED

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

    _lowering: Lowering
    _values: Any

    def value(self, symbol: Term) -> Plain | None:
        """The value of a symbol; None where any would do."""
        return self._lowering.read(self._values, symbol)

    def symbols(self, among: Iterable[Term] | None = None) -> dict[str, Plain]:
        """The value of each symbol, or of some, that has one."""
        values = {symbol.value: self.value(symbol) for symbol in (self._lowering.symbols if among is None else among)}
        return {name: value for name, value in values.items() if value is not None}
