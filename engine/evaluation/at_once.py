"""Reads items for many cases at once: a step of a plan comes in, what it is goes out, as a column or as a term.

Where one case is decided (:mod:`engine.evaluation.closures`) a branch is taken; here all branches are worked out, and a
choice is made of them. What values and truths are made of, and what an operator means, is the affair of an algebra:
that of columns is :mod:`engine.bulk.expressions`, that of terms :mod:`engine.proof.expressions`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, TypeVar

from engine.errors import Location
from engine.evaluation.plan import Step
from engine.language import expressions as tree
from engine.language.facts import YEAR
from engine.language.operators import COMPARISONS, CONNECTIVES, EXPRESSIONS, Operator
from engine.language.types import Type
from engine.language.typing import Scope, literal_value, operand_hints, scale_of, told_options, type_of
from engine.policy.model import Criterion, DecisionTable, Item, Obligation, Outcome, Payment, Quantity
from engine.records import dataclass

V = TypeVar("V")  # what an expression comes to: a value, undetermined, or not applicable
T = TypeVar("T")  # what a condition comes to: true, false, or unknown

_HERE = Location("avenant")
HAS_YEAR = tree.Compare("known", tree.FactRef(YEAR, _HERE), tree.Literal(True, _HERE), _HERE)  # the case names its year


class Algebra(Protocol[V, T]):
    """What values and truths are, and what the names of a plan stand for.

    ``open`` is undetermined whatever the case, ``nothing`` not applicable.
    """

    @property
    def scope(self) -> Scope: ...
    @property
    def open(self) -> V: ...
    @property
    def nothing(self) -> V: ...

    def meant(self, row: Operator) -> Callable[..., Any]:
        """What an operator means."""

    def read(self, node: tree.FactRef | tree.ItemRef) -> V: ...

    def constant(self, value: Any) -> V: ...

    def listed(self, value: Any, beside: V) -> Any:
        """A member of a list of constants, as the value that is looked for among them has it."""

    def takes(self, question: str, choice: str) -> T: ...

    def surely(self, truth: T) -> T:
        """False also where it is unknown."""

    def is_open(self, value: V) -> T: ...

    def verdict(self, met: T) -> V:
        """A criterion that applies."""

    def verdict_in(self, criterion: V, verdicts: Sequence[str]) -> T:
        """Whether all that is left of a criterion is among these; unknown where some is."""

    def chosen(self, condition: T, then: V, otherwise: V) -> V:
        """One or the other; undetermined where the condition is unknown, on a scale what is left of both."""

    def preferred(self, condition: T, then: V, otherwise: V) -> V:
        """The first where the condition is true."""

    def raised(self, value: V, scale: tuple[str, ...]) -> V:
        """The same on a scale that holds all it can be."""

    def step_of(self, tests: Sequence[T], scale: tuple[str, ...]) -> V:
        """The highest step surely reached, and those right above it of which it is unknown, are left."""

    def table(self, table: DecisionTable, type_: Type | None) -> V:
        """The row that matches; known too where every row that can match gives the same published value."""


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """What an item is under some sets of overlays; ``key`` tells it from all others."""

    step: Step
    key: tuple[object, ...]
    scope: Scope
    within: frozenset[Any]


def definitions_of(layers: Mapping[Any, tuple[Mapping[str, Step], Scope]]) -> dict[str, tuple[Definition, ...]]:
    """The definitions of every item, in the order of the steps: one for all sets of overlays that leave it so.

    ``layers`` are the steps under each set of overlays, with the names that they may use.
    """
    found: dict[str, dict[tuple[object, ...], Definition]] = {}
    for laid, (steps, scope) in layers.items():
        for id_, step in steps.items():
            key, alike = _key(step, scope), found.setdefault(id_, {})
            first = alike.get(key) or Definition(step, key, scope, frozenset())
            alike[key] = replace(first, within=first.within | {laid})
    return {id_: tuple(alike.values()) for id_, alike in found.items()}


def _key(step: Step, scope: Scope) -> tuple[object, ...]:
    """Where an item is written and all that overlays may make otherwise in it."""
    item, reads = step.item, step.reads
    added = tuple(d.at for d in item.body.derogations) if isinstance(item.body, Criterion) else ()
    types = tuple(scope.items[id_] for id_ in reads.items)
    return (item.id, item.kind, item.at, added, step.type, step.yearly, reads.items, reads.facts, types)


def answer(step: Step, names: Algebra[V, T]) -> V:
    """An item: its body where it applies, undetermined without the contract year that it needs."""
    type_ = step.type
    inside = names.raised(body(step.item, type_, names), type_.values if type_ and type_.ordered else ())
    found = names.chosen(applies(step.item, names), inside, names.nothing)
    return names.preferred(condition(HAS_YEAR, names), found, names.open) if step.yearly else found


def applies(item: Item, names: Algebra[V, T]) -> T:
    """Whether an item applies; ``unless`` takes it away only where it is true."""
    asked = [] if item.applies_when is None else [condition(item.applies_when, names)]
    if item.unless is not None:
        asked.append(names.meant(CONNECTIVES["not"])([names.surely(condition(item.unless, names))]))
    truth: T = names.meant(CONNECTIVES["all"])(asked)
    return truth


def body(item: Item, type_: Type | None, names: Algebra[V, T]) -> V:
    """What an item is where it applies."""
    match item.body:
        case DecisionTable(inputs, (number, *_)) if not inputs:  # of the text
            return expression(number.then, names, type_)
        case Quantity(inner) | Payment(inner, _):
            return expression(inner, names, type_)
        case Obligation():
            return names.constant(True)
        case Criterion(met_when, derogations):
            ways = [condition(way, names) for way in (met_when, *(lifting.when for lifting in derogations))]
            return names.verdict(names.meant(CONNECTIVES["any"])(ways))
        case Outcome(_, rules):
            value = names.open
            for rule in reversed(rules):
                then = names.constant(rule.then) if isinstance(rule.then, str) else names.open
                value = names.preferred(condition(rule.when, names), then, value)
            return value
        case DecisionTable() as table:
            return names.table(table, type_)


def expression(node: tree.Expression, names: Algebra[V, T], wanted: Type | None = None) -> V:
    """What an expression comes to; ``wanted`` types its bare literals."""
    match node:
        case tree.Literal():
            return names.constant(literal_value(node, wanted))
        case tree.Unpublished():
            return names.open
        case tree.FactRef() | tree.ItemRef():
            return names.read(node)
        case tree.Apply():
            hints = operand_hints(node, wanted)
            operands = (expression(part, names, hint) for part, hint in zip(node.operands, hints, strict=True))
            value: V = names.meant(EXPRESSIONS[node.operator])([*operands], told_options(node, names.scope))
            return value
        case tree.Cases():
            scale = scale_of(node, names.scope)
            last = names.nothing if node.otherwise is None else expression(node.otherwise, names, wanted)
            value = names.raised(last, scale)
            for when, then in reversed(node.branches):
                value = names.chosen(
                    condition(when, names), names.raised(expression(then, names, wanted), scale), value
                )
            return value
        case tree.Scale(steps):
            always = names.meant(CONNECTIVES["all"])([])
            tests = [always if s.reached_when is None else condition(s.reached_when, names) for s in steps]
            return names.step_of(tests, tuple(step.name for step in steps))
        case tree.ByOutcome():
            return expression(node.cases, names, wanted)


def condition(node: tree.Condition, names: Algebra[V, T]) -> T:
    """What a condition comes to."""
    truth: T
    match node:
        case tree.Connect(operator, parts):
            truth = names.meant(CONNECTIVES[operator])([condition(part, names) for part in parts])
        case tree.Chosen(question, choice):
            truth = names.takes(question, choice)
        case tree.VerdictIs(ref, verdicts):
            criterion = names.read(ref)
            truth = names.verdict_in(criterion, verdicts)
            if "undetermined" in verdicts:
                truth = names.meant(CONNECTIVES["any"])([names.is_open(criterion), truth])
        case tree.Compare():
            row, left = COMPARISONS[node.operator], names.read(node.left)
            truth = names.meant(row)(left, _compared_with(node, row, left, names))
    return truth


def _compared_with(node: tree.Compare, row: Operator, left: V, names: Algebra[V, T]) -> Any:
    literals = [part for part in node.operands if isinstance(part, tree.Literal)]
    if row.operands == "flag":
        return literals[0].value
    type_ = type_of(node.left, names.scope)
    if row.operands == "list":
        return [names.listed(literal_value(part, type_), left) for part in literals]
    return row.gathered([expression(part, names, type_) for part in node.operands])
