"""Turns the nodes of a plan into dataframe expressions: conditions become booleans, expressions become columns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from engine.bulk.backend import NarwhalsFrames, date_code
from engine.evaluation.slots import literal_value
from engine.language.algebra import Column, Operand, all_of, any_of, chosen, is_null, negate, picked, truth
from engine.language.expressions import (
    Apply,
    ByOutcome,
    Cases,
    Chosen,
    Compare,
    Condition,
    Connect,
    Expression,
    FactRef,
    ItemRef,
    Literal,
    Scale,
    Unpublished,
    VerdictIs,
)
from engine.language.operators import COMPARISONS, CONNECTIVES, EXPRESSIONS
from engine.language.types import Type
from engine.language.typing import Scope, operand_hints, type_of

NEVER_A_CODE = -1


@dataclass(frozen=True, slots=True)
class Names:
    """The columns of facts and of items computed so far, with what literals are compared with.

    ``beside`` collects columns that items are computed from again and again, to be made first; None: not here.
    """

    facts: Mapping[str, Column]
    items: Mapping[str, Column]
    choices: Mapping[str, str]
    scope: Scope
    frames: NarwhalsFrames
    beside: list[Any] | None = None

    def column(self, node: FactRef | ItemRef) -> Column:
        return self.facts[node.name] if isinstance(node, FactRef) else self.items[node.id]


def literal_column(value: Any, type_: Type | None) -> Column:
    """A literal as a column: dates as YYYYMMDD, verdicts as booleans, decimals as a whole number over its scale."""
    if isinstance(value, dt.date):
        return Column(date_code(value))
    if type_ is not None and type_.kind == "verdict":
        return Column(value == "met")
    if isinstance(value, Fraction):
        return Column(value.numerator, value.denominator)
    return Column(value)


def expression(node: Expression, names: Names, wanted: Type | None = None) -> Column:
    """The column of an expression; ``wanted`` types its bare literals."""
    match node:
        case Literal():
            return literal_column(literal_value(node, wanted), wanted)
        case FactRef() | ItemRef():
            return names.column(node)
        case Unpublished():
            return Column(None)
        case Apply():
            return _apply(node, names, wanted)
        case Cases():
            result = Column(None, 1, True) if node.otherwise is None else expression(node.otherwise, names, wanted)
            for when, then in reversed(node.branches):
                result = chosen(names.frames, condition(when, names), expression(then, names, wanted), result)
            return result
        case Scale():
            return _scale(node, names)
        case ByOutcome():
            return _by_outcome(node, names, wanted)


def _apply(node: Apply, names: Names, wanted: Type | None) -> Column:
    row = EXPRESSIONS[node.operator]
    hints = operand_hints(node, wanted)
    parts = [expression(part, names, hint) for part, hint in zip(node.operands, hints, strict=True)]
    options: Any = node.options
    if row.ranked:
        found = type_of(node, names.scope)
        options = found.values if found else ()
    elif row.absence == "skip":
        options = [isinstance(part, Literal) for part in node.operands]
    result: Column = row.column(names.frames, parts, options)
    return result


def _scale(node: Scale, names: Names) -> Column:
    """The highest reached step; undetermined where the step right above it is unknown.

    Read from the top down. Steps are monotone, so an unknown step above a false one cannot be reached.
    """
    frames = names.frames
    result: Operand = None
    found: Operand = False
    above_unknown: Operand = False
    for step in reversed(node.steps):
        test = True if step.reached_when is None else condition(step.reached_when, names)
        reached = truth(test)
        here = all_of(frames, [reached, negate(frames, [any_of(frames, [found, above_unknown])])])
        if here is True:
            result = step.name
        elif here is not False:
            lifted = frames.lift(step.name)
            result = frames.only(here, lifted) if result is None else frames.when(here, lifted, frames.lift(result))
        found = any_of(frames, [found, reached])
        above_unknown = is_null(test)
    return Column(result)


def _by_outcome(node: ByOutcome, names: Names, wanted: Type | None) -> Column:
    frames = names.frames
    outcome = names.items[node.outcome.id]
    result = Column(None)
    for name, value in node.values:
        is_it = truth(COMPARISONS["is"].column(frames, Column(outcome.value), Column(name)))
        result = chosen(frames, is_it, expression(value, names, wanted), result)
    return Column(result.value, result.below, any_of(frames, [result.absent, outcome.absent]))


def condition(node: Condition, names: Names) -> Operand:
    """The boolean expression of a condition, null where it is unknown."""
    frames = names.frames
    match node:
        case Connect(operator, parts):
            return CONNECTIVES[operator].column(frames, [condition(part, names) for part in parts])
        case Chosen(interpretation, choice):
            return COMPARISONS["is"].scalar(names.choices[interpretation], choice)
        case VerdictIs(criterion, verdicts):
            return _verdict(names.items[criterion.id], verdicts, names)
        case Compare():
            return _compare(node, names)


def _verdict(criterion: Column, verdicts: tuple[str, ...], names: Names) -> Operand:
    """An undetermined verdict is unknown unless the list names it."""
    frames = names.frames
    met, not_met = "met" in verdicts, "not_met" in verdicts
    unknown = is_null(criterion.value)
    if met == not_met:
        known = picked(frames, negate(frames, [unknown]), met, None)
    else:
        known = criterion.value if met else negate(frames, [criterion.value])
    if "undetermined" in verdicts:
        known = any_of(frames, [unknown, known])
    if "not_applicable" in verdicts:
        return any_of(frames, [criterion.absent, known])
    return all_of(frames, [negate(frames, [criterion.absent]), known])


def _compare(node: Compare, names: Names) -> Operand:
    row = COMPARISONS[node.operator]
    left = names.column(node.left)
    literals = [part for part in node.operands if isinstance(part, Literal)]
    if row.operands == "flag":
        return row.column(names.frames, left, literals[0].value)
    type_ = type_of(node.left, names.scope)
    if row.operands == "list":
        return row.column(names.frames, left, [bare(literal_value(part, type_), type_, left) for part in literals])
    return row.column(names.frames, left, row.gathered([expression(part, names, type_) for part in node.operands]))


def bare(value: Any, type_: Type | None, beside: Column) -> Any:
    """A literal of a list as the column beside it holds it."""
    column = literal_column(value, type_)
    if not isinstance(beside.below, int) or beside.below == column.below:
        return column.value
    scaled = Fraction(column.value, column.below) * beside.below
    return int(scaled) if scaled.denominator == 1 else NEVER_A_CODE
