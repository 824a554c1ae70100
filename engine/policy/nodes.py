"""What an item is made of: an item comes in, the condition and expression nodes of its every part go out."""

from __future__ import annotations

from collections.abc import Iterator

from engine.language.expressions import Citation, Node, Scale, walk
from engine.policy.model import (
    Criterion,
    Item,
    Obligation,
    Outcome,
    Parameter,
    Payment,
    Quantity,
    Table,
)


def nodes(item: Item) -> Iterator[Node]:
    """Every top node of ``item``: gates, body and warnings."""
    yield from deciding_nodes(item)
    yield from (warning.when for warning in item.warnings)


def deciding_nodes(item: Item) -> Iterator[Node]:
    """The top nodes that the result of ``item`` depends on: gates and body."""
    yield from (node for node in (item.applies_when, item.unless) if node is not None)
    yield from body_nodes(item)


def body_nodes(item: Item) -> Iterator[Node]:
    """The top nodes of the item's body alone."""
    match item.body:
        case Parameter(values):
            yield from (value.value for value in values)
        case Table(inputs, rows):
            yield from inputs.values()
            for row in rows:
                yield row.then
                for cell in row.cells.values():
                    yield from (bound for bound in (cell.low, cell.high) if bound is not None)
        case Quantity(expression):
            yield expression
        case Criterion(met_when, derogations):
            yield met_when
            yield from (derogation.when for derogation in derogations)
        case Outcome(_, rules, _):
            for rule in rules:
                yield rule.when
                if not isinstance(rule.then, str):
                    yield rule.then
        case Payment(amount, due):
            yield from (amount, due)
        case Obligation(due, done_when):
            yield from (node for node in (due, done_when) if node is not None)


def citations(item: Item) -> Iterator[Citation]:
    """Every citation inside ``item``."""
    yield from item.cite
    match item.body:
        case Parameter(values):
            yield from (cite for value in values for cite in value.cite)
        case Table(_, rows):
            yield from (cite for row in rows for cite in row.cite)
        case Criterion(_, derogations):
            yield from (cite for derogation in derogations for cite in derogation.cite)
        case Outcome(_, rules, _):
            yield from (cite for rule in rules for cite in rule.cite)
        case Quantity(expression):
            for node in walk(expression):
                if isinstance(node, Scale):
                    yield from (cite for step in node.steps for cite in step.cite)
