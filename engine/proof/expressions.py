"""The algebra of terms: what expressions and conditions are in all cases at once, for a solver."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from engine.evaluation import at_once
from engine.language import symbolic
from engine.language.expressions import FactRef, ItemRef, Unpublished
from engine.language.logic import Term
from engine.language.operators import Operator
from engine.language.symbolic import Symbolic, Truth
from engine.language.term_bank import TermBank
from engine.language.types import VERDICTS, Type
from engine.language.typing import Scope, literal_value
from engine.policy.model import DecisionTable, Row
from engine.proof.space import Space


@dataclass(frozen=True, slots=True)
class TermAlgebra:
    """What names stand for while items are encoded: facts and questions in ``space``, and the items so far."""

    space: Space
    items: Mapping[str, Symbolic]
    scope: Scope

    @property
    def bank(self) -> TermBank:
        return self.space.bank

    @property
    def open(self) -> Symbolic:
        return Symbolic(self.bank.true, self.bank.false, self.bank.nothing)

    @property
    def nothing(self) -> Symbolic:
        return no_value(self.bank)

    def meant(self, row: Operator) -> Callable[..., Any]:
        return partial(row.term, self.bank)

    def read(self, node: FactRef | ItemRef) -> Symbolic:
        return self.space.fact(node.name) if isinstance(node, FactRef) else self.items[node.id]

    def constant(self, value: Any) -> Symbolic:
        return symbolic.certain(self.bank, symbolic.constant(self.bank, value))

    def listed(self, value: Any, beside: Symbolic) -> Any:
        return symbolic.constant(self.bank, value)

    def takes(self, question: str, choice: str) -> Truth:
        return self._definite(self.bank.same(self.space.choices[question], self.bank.word(choice)))

    def surely(self, truth: Truth) -> Truth:
        return self._definite(truth.true)

    def is_open(self, value: Symbolic) -> Truth:
        return self._definite(value.undetermined)

    def _definite(self, term: Term) -> Truth:
        return Truth(term, self.bank.negate(term))

    def verdict(self, met: Truth) -> Symbolic:
        bank = self.bank
        return symbolic.on_scale(bank, (bank.false, bank.negate(met.false), bank.negate(met.true)), VERDICTS)

    def verdict_in(self, criterion: Symbolic, verdicts: Sequence[str]) -> Truth:
        return symbolic.among(self.bank, criterion, VERDICTS, verdicts)

    def chosen(self, condition: Truth, then: Symbolic, otherwise: Symbolic) -> Symbolic:
        return symbolic.chosen(self.bank, condition, then, otherwise)

    def preferred(self, condition: Truth, then: Symbolic, otherwise: Symbolic) -> Symbolic:
        return symbolic.mixed(self.bank, condition.true, then, otherwise)

    def raised(self, value: Symbolic, scale: tuple[str, ...]) -> Symbolic:
        if value.scale == scale or not scale:
            return value
        return symbolic.on_scale(self.bank, symbolic.scaled(self.bank, value, scale), scale)

    def step_of(self, tests: Sequence[Truth], scale: tuple[str, ...]) -> Symbolic:
        bank, left, reached = self.bank, [self.bank.false], self.bank.false
        for number, test in enumerate(tests, 1):  # surely reached, or unknown right above one that is
            reached = bank.either(test.true, bank.both(bank.negate(test.false), reached))
            left.append(bank.both(reached, *(bank.negate(above.true) for above in tests[number:])))
        return symbolic.on_scale(bank, left, scale)

    def table(self, table: DecisionTable, type_: Type | None) -> Symbolic:
        bank, groups = self.bank, dict[object, list[Term]]()
        inputs = [self.read(ref) for ref in table.inputs.values()]
        value = symbolic.mixed(bank, bank.either(*(each.absent for each in inputs)), self.nothing, self.open)
        for row in table.rows:
            key = None if isinstance(row.then, Unpublished) else literal_value(row.then, type_)
            groups.setdefault(key, []).append(bank.negate(self.match(table, row).false))
        reached = {key: bank.either(*can) for key, can in groups.items()}
        settled = self.open
        for key in (key for key in groups if key is not None):
            only = bank.both(reached[key], *(bank.negate(other) for k, other in reached.items() if k != key))
            settled = symbolic.mixed(bank, only, self.constant(key), settled)
        return symbolic.mixed(bank, bank.either(*reached.values()), settled, value)

    def match(self, table: DecisionTable, row: Row) -> Truth:
        """Where a row surely matches, and where it surely does not."""
        tests = [at_once.condition(cell.asks(table.inputs[name]), self) for name, cell in row.cells.items()]
        return Truth(self.bank.both(*(test.true for test in tests)), self.bank.either(*(test.false for test in tests)))


def no_value(bank: TermBank) -> Symbolic:
    """Not applicable, whatever the case."""
    return Symbolic(bank.false, bank.true, bank.nothing)
