"""Encodes expressions and conditions: a node comes in, a symbolic value or truth goes out.

As :mod:`engine.evaluation.closures` compiles them for a case; what an operator means stands in its row.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from engine.evaluation.slots import literal_value
from engine.language import expressions as tree
from engine.language import symbolic
from engine.language.logic import Term
from engine.language.operators import COMPARISONS, CONNECTIVES, EXPRESSIONS
from engine.language.symbolic import Symbolic, Truth
from engine.language.term_bank import TermBank
from engine.language.types import VERDICTS, Type
from engine.language.typing import Scope, operand_hints, scale_of, told_options, type_of
from engine.proof.space import Space


@dataclass(frozen=True, slots=True)
class Names:
    """What names stand for while items are encoded: facts and questions in ``space``, and the items so far."""

    space: Space
    items: Mapping[str, Symbolic]
    scope: Scope

    @property
    def bank(self) -> TermBank:
        return self.space.bank

    def read(self, node: tree.FactRef | tree.ItemRef) -> Symbolic:
        return self.space.fact(node.name) if isinstance(node, tree.FactRef) else self.items[node.id]


def open_value(bank: TermBank) -> Symbolic:
    """Undetermined, whatever the case."""
    return Symbolic(bank.true, bank.false, bank.nothing)


def no_value(bank: TermBank) -> Symbolic:
    """Not applicable, whatever the case."""
    return Symbolic(bank.false, bank.true, bank.nothing)


def published(node: tree.Literal | tree.Unpublished, names: Names, wanted: Type | None) -> Symbolic:
    if isinstance(node, tree.Unpublished):
        return open_value(names.bank)
    return symbolic.certain(names.bank, symbolic.constant(names.bank, literal_value(node, wanted)))


def expression(node: tree.Expression, names: Names, wanted: Type | None = None) -> Symbolic:
    """The symbolic value of an expression; ``wanted`` types its bare literals."""
    match node:
        case tree.Literal() | tree.Unpublished():
            return published(node, names, wanted)
        case tree.FactRef() | tree.ItemRef():
            return names.read(node)
        case tree.Apply():
            return _apply(node, names, wanted)
        case tree.Cases():
            return _cases(node, names, wanted)
        case tree.Scale():
            return scale(node, names)[0]
        case tree.ByOutcome():
            return _by_outcome(node, names, wanted)


def _apply(node: tree.Apply, names: Names, wanted: Type | None) -> Symbolic:
    row = EXPRESSIONS[node.operator]
    hints = operand_hints(node, wanted)
    parts = [expression(part, names, hint) for part, hint in zip(node.operands, hints, strict=True)]
    value: Symbolic = row.term(names.bank, parts, told_options(node, names.scope))
    return value


def _cases(node: tree.Cases, names: Names, wanted: Type | None) -> Symbolic:
    """From the last branch up: the first that is not surely false decides, and must be surely true.

    On a scale, what is left is what is left of every branch that may decide.
    """
    bank, scale = names.bank, scale_of(node, names.scope)
    if scale:
        return _cases_on_scale(node, names, wanted, scale)
    value = no_value(bank) if node.otherwise is None else expression(node.otherwise, names, wanted)
    for when, then in reversed(node.branches):
        holds = condition(when, names)
        passed = symbolic.mixed(bank, holds.false, value, open_value(bank))
        value = symbolic.mixed(bank, holds.true, expression(then, names, wanted), passed)
    return value


def _cases_on_scale(node: tree.Cases, names: Names, wanted: Type | None, scale: tuple[str, ...]) -> Symbolic:
    bank = names.bank
    last = no_value(bank) if node.otherwise is None else expression(node.otherwise, names, wanted)
    left = symbolic.scaled(bank, last, scale)
    for when, then in reversed(node.branches):
        holds = condition(when, names)
        mine = symbolic.scaled(bank, expression(then, names, wanted), scale)
        may, passes = bank.negate(holds.false), bank.negate(holds.true)
        left = tuple(bank.either(bank.both(may, a), bank.both(passes, b)) for a, b in zip(mine, left, strict=True))
    return symbolic.on_scale(bank, left, scale)


def scale(node: tree.Scale, names: Names) -> tuple[Symbolic, tuple[tuple[tree.Step, Term], ...]]:
    """The step of a scale, and where each one is surely the step.

    The highest step surely reached is left, and those right above it of which it is unknown.
    """
    bank = names.bank
    tests = [
        Truth(bank.true, bank.false) if step.reached_when is None else condition(step.reached_when, names)
        for step in node.steps
    ]
    left = []
    reached = bank.false  # surely, or unknown right above one that is
    for number, test in enumerate(tests, 1):
        reached = bank.either(test.true, bank.both(bank.negate(test.false), reached))
        left.append(bank.both(reached, *(bank.negate(above.true) for above in tests[number:])))
    value = symbolic.on_scale(bank, (bank.false, *left), tuple(step.name for step in node.steps))
    decided = bank.negate(value.undetermined)
    return value, tuple((step, bank.both(here, decided)) for step, here in zip(node.steps, left, strict=True))


def _by_outcome(node: tree.ByOutcome, names: Names, wanted: Type | None) -> Symbolic:
    bank, outcome = names.bank, names.items[node.outcome.id]
    value = open_value(bank)
    for name, inner in node.values:
        here = symbolic.same(bank, outcome.value, bank.word(name))
        value = symbolic.mixed(bank, here, expression(inner, names, wanted), value)
    unless_absent = symbolic.mixed(bank, outcome.absent, no_value(bank), value)
    return symbolic.mixed(bank, outcome.undetermined, open_value(bank), unless_absent)


def condition(node: tree.Condition, names: Names) -> Truth:
    """Where a condition is surely true and surely false."""
    bank = names.bank
    match node:
        case tree.Connect(operator, parts):
            truth: Truth = CONNECTIVES[operator].term(bank, [condition(part, names) for part in parts])
            return truth
        case tree.Chosen(interpretation, choice):
            taken = bank.same(names.space.choices[interpretation], bank.word(choice))
            return Truth(taken, bank.negate(taken))
        case tree.VerdictIs(criterion, verdicts):
            return _verdict(names.items[criterion.id], verdicts, bank)
        case tree.Compare():
            return _compare(node, names)


def _verdict(criterion: Symbolic, verdicts: tuple[str, ...], bank: TermBank) -> Truth:
    """An undetermined verdict is one of those listed where all that is left of it is, or where the list names it."""
    holds = symbolic.among(bank, criterion, VERDICTS, verdicts)
    if "undetermined" not in verdicts:
        return holds
    open_ = criterion.undetermined
    return Truth(bank.either(open_, holds.true), bank.both(bank.negate(open_), holds.false))


def _compare(node: tree.Compare, names: Names) -> Truth:
    row, left = COMPARISONS[node.operator], names.read(node.left)
    literals = [part for part in node.operands if isinstance(part, tree.Literal)]
    right: Any
    if row.operands == "flag":
        right = literals[0].value
    else:
        type_ = type_of(node.left, names.scope)
        if row.operands == "list":
            right = [symbolic.constant(names.bank, literal_value(part, type_)) for part in literals]
        else:
            right = row.gathered([expression(part, names, type_) for part in node.operands])
    truth: Truth = row.term(names.bank, left, right)
    return truth


def possible(bank: TermBank, truth: Truth) -> Term:
    """Where a condition is true or unknown."""
    return bank.either(truth.true, symbolic.unknown(bank, truth))
