"""Turns the nodes of a plan into dataframe expressions: conditions become booleans, expressions become columns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import polars as pl

from engine.evaluation.slots import literal_value
from engine.language import algebra
from engine.language import expressions as tree
from engine.language.algebra import Column, Operand
from engine.language.operators import COMPARISONS, CONNECTIVES, EXPRESSIONS
from engine.language.types import Type
from engine.language.typing import Scope, operand_hints, scale_of, told_options, type_of

NEVER_A_CODE = -1
# What repeats is a column of its own already: of what Polars could better, only columns that nothing reads are left.
PLAIN = pl.QueryOptFlags.none(projection_pushdown=True)


@dataclass(frozen=True, slots=True)
class Stages:
    """Expressions to compute one after the other: each stage reads the columns of those before."""

    made: list[list[pl.Expr]] = field(default_factory=list)
    _levels: dict[str, int] = field(default_factory=dict)

    def keep(self, part: Operand, name: str = "") -> Operand:
        """``part`` as a column made once, for whatever reads it several times; constants need none."""
        if algebra.is_constant(part) or (not name and part.meta.is_column()):
            return part
        level = max((self._levels[root] for root in part.meta.root_names() if root in self._levels), default=-1) + 1
        if level == len(self.made):
            self.made.append([])
        name = name or f"avenant:{len(self._levels)}"
        self.made[level].append(part.alias(name))
        self._levels[name] = level
        return pl.col(name)

    def column(self, column: Column) -> Column:
        """The parts of a column, kept; all of an item on a scale follows from what is left of it."""
        if column.scale:
            return algebra.on_scale(pl, self.keep(column.left), column.scale)
        kept = Column(*(self.keep(part) for part in (column.value, column.below, column.absent)))
        if column.gate is None:
            return kept
        applies, met = column.gate
        return replace(kept, gate=(self.keep(applies), kept.value if met is column.value else self.keep(met)))

    def split(self, name: str) -> tuple[Stages, Stages]:
        """The columns that do not rest on the column ``name``, and those that do."""
        without, rest = Stages(), Stages()
        resting = {name}
        for stage in self.made:
            for half, held in ((without, False), (rest, True)):
                half.made.append([p for p in stage if resting.isdisjoint(p.meta.root_names()) is not held])
            resting.update(part.meta.output_name() for part in rest.made[-1])
        return without, rest

    def run(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        for stage in filter(None, self.made):
            rows = rows.with_columns(*stage)
        return rows


@dataclass(frozen=True, slots=True)
class Names:
    """The columns of facts and of items so far, what literals are compared with, and the stages that make columns."""

    facts: Mapping[str, Column]
    items: dict[str, Column]
    choices: Mapping[str, str]
    scope: Scope
    stages: Stages = field(default_factory=Stages)

    def column(self, node: tree.FactRef | tree.ItemRef) -> Column:
        return self.facts[node.name] if isinstance(node, tree.FactRef) else self.items[node.id]


def literal_column(value: Any, type_: Type | None) -> Column:
    """A literal as a column: verdicts as booleans, decimals as a whole number over its scale."""
    if type_ is not None and type_.kind == "verdict":
        return Column(value == "met")
    if isinstance(value, Fraction):
        return Column(value.numerator, value.denominator)
    return Column(value)


def expression(node: tree.Expression, names: Names, wanted: Type | None = None) -> Column:
    """The column of an expression; ``wanted`` types its bare literals."""
    match node:
        case tree.Literal():
            return literal_column(literal_value(node, wanted), wanted)
        case tree.FactRef() | tree.ItemRef():
            return names.column(node)
        case tree.Unpublished():
            return Column(None)
        case tree.Apply():
            return _apply(node, names, wanted)
        case tree.Cases():
            scale = scale_of(node, names.scope)
            last = Column(None, 1, True) if node.otherwise is None else expression(node.otherwise, names, wanted)
            result = raised(last, scale)
            for test_, then in reversed(node.branches):
                test = names.stages.keep(condition(test_, names))
                result = algebra.chosen(pl, test, raised(expression(then, names, wanted), scale), result)
            return result
        case tree.Scale():
            return _scale(node, names)
        case tree.ByOutcome():
            return _by_outcome(node, names, wanted)


def raised(column: Column, scale: tuple[str, ...]) -> Column:
    """A column as one of an item on a scale, if there is a scale."""
    return algebra.on_scale(pl, algebra.scaled(pl, column, scale), scale) if scale else column


def _apply(node: tree.Apply, names: Names, wanted: Type | None) -> Column:
    row = EXPRESSIONS[node.operator]
    hints = operand_hints(node, wanted)
    operands = (expression(part, names, hint) for part, hint in zip(node.operands, hints, strict=True))
    parts = [names.stages.column(part) for part in operands]
    result: Column = row.column(pl, parts, told_options(node, names.scope))
    return result


def _scale(node: tree.Scale, names: Names) -> Column:
    """The highest step surely reached, and those right above it of which it is unknown."""
    tests = [
        True if step.reached_when is None else names.stages.keep(condition(step.reached_when, names))
        for step in node.steps
    ]
    open_: list[Operand] = [0]  # for each step from the last, the unknown ones from there upwards
    for number, test in reversed(list(enumerate(tests))):
        open_.append(algebra.either(pl, algebra.is_null(test), open_[-1] + (2 << number), 0))
    left: Operand = None
    for number, (test, above) in enumerate(zip(tests, open_[-2::-1], strict=True)):
        left = algebra.either(pl, test, above + (2 << number), left)
    return algebra.on_scale(pl, left, tuple(step.name for step in node.steps))


def _by_outcome(node: tree.ByOutcome, names: Names, wanted: Type | None) -> Column:
    outcome = names.items[node.outcome.id]
    result = Column(None)
    for name, value in node.values:
        is_it = COMPARISONS["is"].column(pl, Column(outcome.value), Column(name))
        result = algebra.chosen(pl, is_it, expression(value, names, wanted), result, algebra.either)
    return Column(result.value, result.below, algebra.any_of(pl, [result.absent, outcome.absent]))


def condition(node: tree.Condition, names: Names) -> Operand:
    """The boolean expression of a condition, null where it is unknown."""
    match node:
        case tree.Connect(operator, parts):
            return CONNECTIVES[operator].column(pl, [condition(part, names) for part in parts])
        case tree.Chosen(interpretation, choice):
            return COMPARISONS["is"].scalar(names.choices[interpretation], choice)
        case tree.VerdictIs(criterion, verdicts):
            return _verdict(names.items[criterion.id], verdicts)
        case tree.Compare():
            return _compare(node, names)


def _verdict(criterion: Column, verdicts: tuple[str, ...]) -> Operand:
    """An undetermined verdict is one of those listed where all that is left of it is, or where the list names it."""
    assert criterion.gate is not None
    holds = algebra.verdict_in(pl, criterion.gate, verdicts)
    if "undetermined" not in verdicts:
        return holds
    open_ = algebra.all_of(pl, [algebra.is_null(criterion.value), algebra.opposite(criterion.absent)])
    return algebra.any_of(pl, [open_, holds])


def _compare(node: tree.Compare, names: Names) -> Operand:
    row = COMPARISONS[node.operator]
    left = names.column(node.left)
    literals = [part for part in node.operands if isinstance(part, tree.Literal)]
    if row.operands == "flag":
        return row.column(pl, left, literals[0].value)
    type_ = type_of(node.left, names.scope)
    if row.operands == "list":
        return row.column(pl, left, [bare(literal_value(part, type_), type_, left) for part in literals])
    return row.column(pl, left, row.gathered([expression(part, names, type_) for part in node.operands]))


def bare(value: Any, type_: Type | None, beside: Column) -> Any:
    """A literal of a list as the column beside it holds it."""
    column = literal_column(value, type_)
    if not isinstance(beside.below, int) or beside.below == column.below:
        return column.value
    exact_value = Fraction(column.value, column.below) * beside.below
    return int(exact_value) if exact_value.denominator == 1 else NEVER_A_CODE
