"""How an item reads its inputs: a program and an item come in, the tests and bounds it puts to each input go out."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.evaluation.closures import expression
from engine.evaluation.program import Program
from engine.evaluation.slots import Closure, literal_value
from engine.language.expressions import (
    Apply,
    Cell,
    Chosen,
    Compare,
    Expression,
    FactRef,
    ItemRef,
    Literal,
    Node,
    VerdictIs,
    parts,
    walk,
)
from engine.language.facts import SIGNATURE
from engine.language.operators import COMPARISONS
from engine.language.typing import type_of
from engine.policy.model import Item, Parameter, Table
from engine.policy.nodes import deciding_nodes

EXTREMES = ("min", "max")
QUOTIENTS = ("ratio", "share")


@dataclass(frozen=True, slots=True)
class Bound:
    """What an input is compared with where that is not a literal; ``bare`` where it is a single other input."""

    closure: Closure
    slots: tuple[int, ...]
    bare: bool


@dataclass(slots=True)
class Read:
    """How an item reads one input: ``tests`` and ``literals`` of its comparisons, computed ``bounds``.

    ``whole``: its value goes into the result, so every value counts. ``bound_of``: inputs compared with it alone.
    """

    kind: str
    name: str
    slot: int
    tests: list[Callable[[Any], Any]] = field(default_factory=list)
    literals: list[Any] = field(default_factory=list)
    bounds: list[Bound] = field(default_factory=list)
    whole: bool = False
    bound_of: set[int] = field(default_factory=set)


def reads(program: Program, item: Item) -> Mapping[int, Read]:
    """How ``item`` reads each of its direct inputs, by slot."""
    reader = _Reader(program)
    body = item.body
    if isinstance(body, Table):
        for gate in (item.applies_when, item.unless):
            if gate is not None:
                reader.visit(gate)
        reader.table(body)
        return reader.found
    for node in deciding_nodes(item):
        reader.visit(node)
    if isinstance(body, Parameter) and len(body.values) > 1:
        signature = FactRef(SIGNATURE, item.at)
        for value in body.values:
            reader.test(signature, "at_least", value.start)
    return reader.found


class _Reader:
    """Collects the reads of one item while its nodes are visited."""

    def __init__(self, program: Program) -> None:
        self.names = program.names
        self.found: dict[int, Read] = {}

    def read(self, ref: FactRef | ItemRef) -> Read:
        slot = self.names.slot(ref)
        if isinstance(ref, FactRef):
            return self.found.setdefault(slot, Read("fact", ref.name, slot))
        return self.found.setdefault(slot, Read("item", ref.id, slot))

    def visit(self, node: Node) -> None:
        match node:
            case Compare():
                self._compare(node)
            case Chosen():
                slot = self.names.choices[node.interpretation]
                read = self.found.setdefault(slot, Read("interpretation", node.interpretation, slot))
                choice = node.choice
                read.tests.append(lambda value: value == choice)
            case VerdictIs():
                self.read(node.criterion).whole = True
            case FactRef() | ItemRef():
                self.read(node).whole = True
            case Apply():
                self._apply(node)
            case _:
                for child in parts(node):
                    self.visit(child)

    def test(self, ref: FactRef | ItemRef, operator: str, operand: Any) -> None:
        """A comparison with a literal, or with a set of literals."""
        row = COMPARISONS[operator].scalar
        read = self.read(ref)
        read.tests.append(lambda value: row(value, operand))
        read.literals.extend(sorted(operand, key=str) if isinstance(operand, frozenset | tuple) else [operand])

    def _compare(self, node: Compare) -> None:
        if node.operator == "known":
            self.read(node.left)
            return
        left = type_of(node.left, self.names.scope)
        literals = [part for part in node.operands if isinstance(part, Literal)]
        if len(literals) == len(node.operands):
            row = COMPARISONS[node.operator]
            self.test(node.left, node.operator, row.gathered([literal_value(part, left) for part in literals]))
        else:
            for part in node.operands:
                self._bounded(node.left, part)

    def _bounded(self, ref: FactRef | ItemRef, bound: Expression) -> None:
        """``ref`` is compared with something computed."""
        read = self.read(ref)
        bare = isinstance(bound, FactRef | ItemRef)
        if isinstance(bound, FactRef | ItemRef):
            self.read(bound).bound_of.add(read.slot)
        else:
            self.visit(bound)
        slots = tuple(dict.fromkeys(self._slots(bound)))
        closure = expression(bound, self.names, type_of(ref, self.names.scope))
        read.bounds.append(Bound(closure, slots, bare))

    def _slots(self, node: Node) -> Iterator[int]:
        for inner in walk(node):
            if isinstance(inner, FactRef | ItemRef):
                yield self.names.slot(inner)
            elif isinstance(inner, Chosen):
                yield self.names.choices[inner.interpretation]

    def _apply(self, node: Apply) -> None:
        for operand in node.operands:
            self.visit(operand)
        if node.operator in EXTREMES:
            for left, right in itertools.permutations(node.operands, 2):
                self._against(left, right)
        elif node.operator in QUOTIENTS:
            self._against(node.operands[-1], Literal(0, node.at))

    def _against(self, left: Expression, right: Expression) -> None:
        """Two numbers that the item orders without a comparison: operands of min or max, a denominator and zero."""
        match left, right:
            case (FactRef() | ItemRef(), Literal()):
                self.test(left, "at_least", literal_value(right, type_of(left, self.names.scope)))
            case (FactRef() | ItemRef(), _):
                self._bounded(left, right)
            case (Apply("subtract", (FactRef() | ItemRef() as first, second)), Literal(0)):
                self._against(first, second)

    def table(self, table: Table) -> None:
        for ref in table.inputs.values():
            self.read(ref)
        for row in table.rows:
            for name, cell in row.cells.items():
                self._cell(table.inputs[name], cell)

    def _cell(self, ref: FactRef | ItemRef, cell: Cell) -> None:
        wanted = type_of(ref, self.names.scope)
        for operator, values in (("in", cell.values), ("not_in", cell.excluded)):
            if values is not None:
                self.test(ref, operator, frozenset(literal_value(part, wanted) for part in values))
        for operator, bound in (("at_least", cell.low), ("less_than", cell.high)):
            if isinstance(bound, Literal):
                self.test(ref, operator, literal_value(bound, wanted))
            elif bound is not None:
                self._bounded(ref, bound)
