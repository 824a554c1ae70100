"""The algebra of columns: what expressions and conditions are in each row of a frame, as expressions of Polars."""

from __future__ import annotations

import operator as op
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache, partial, reduce
from typing import Any

import polars as pl

from engine.evaluation.at_once import answer, condition
from engine.evaluation.plan import Step
from engine.language import algebra
from engine.language.algebra import Column, Operand
from engine.language.expressions import Cell, FactRef, ItemRef, Unpublished
from engine.language.operators import Operator
from engine.language.types import Type
from engine.language.typing import Scope, literal_value
from engine.policy.model import DecisionTable, Row

NEVER_A_CODE = -1
WORD = NO_BIT = 32  # rows of a table, or duties, that are bits of one number; where the lowest of none is said to be
PIECE = 1_000  # rows for each expression, from which on to pass pieces from one to the next is the quicker way
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
        return reduce(lambda found, stage: found.with_columns(*stage), filter(None, self.made), rows)

    def collected(self, rows: pl.LazyFrame, size: int, *wanted: str | pl.Expr) -> pl.DataFrame:
        """What is ``wanted`` of so many rows; of very many piece by piece, each through all stages."""
        engine: Any = "streaming" if size > PIECE * sum(map(len, self.made)) else "in-memory"
        return self.run(rows).select(*wanted).collect(engine=engine, optimizations=PLAIN)


@dataclass(frozen=True, slots=True)
class ColumnAlgebra:
    """The columns of facts and of items so far, what literals are compared with, and the stages that make columns."""

    facts: Mapping[str, Column]
    items: dict[str, Column]
    choices: Mapping[str, str]
    scope: Scope
    stages: Stages = field(default_factory=Stages)

    @property
    def open(self) -> Column:
        return Column(None)

    @property
    def nothing(self) -> Column:
        return Column(None, 1, True)

    def meant(self, row: Operator) -> Callable[..., Any]:
        """What an operator means; the operands that make a value are read several times, and so kept."""
        if row.family in ("comparison", "connective"):
            return partial(row.column, pl)
        return lambda parts, options: row.column(pl, [self.stages.column(part) for part in parts], options)

    def read(self, node: FactRef | ItemRef) -> Column:
        return self.facts[node.name] if isinstance(node, FactRef) else self.items[node.id]

    def constant(self, value: Any) -> Column:
        """Decimals as a whole number over its scale."""
        return Column(value.numerator, value.denominator) if isinstance(value, Fraction) else Column(value)

    def listed(self, value: Any, beside: Column) -> Any:
        """As the column beside it holds it."""
        column = self.constant(value)
        if not isinstance(beside.below, int) or beside.below == column.below:
            return column.value
        exact_value = Fraction(column.value, column.below) * beside.below
        return int(exact_value) if exact_value.denominator == 1 else NEVER_A_CODE

    def takes(self, question: str, choice: str) -> Operand:
        return self.choices[question] == choice

    def surely(self, truth: Operand) -> Operand:
        return algebra.truth(truth)

    def is_open(self, value: Column) -> Operand:
        return algebra.all_of(pl, [algebra.is_null(value.value), algebra.opposite(value.absent)])

    def verdict(self, met: Operand) -> Column:
        kept = self.stages.keep(met)
        return Column(kept, gate=(True, kept))

    def verdict_in(self, criterion: Column, verdicts: Sequence[str]) -> Operand:
        return algebra.among(pl, criterion, verdicts)

    def chosen(self, condition: Operand, then: Column, otherwise: Column) -> Column:
        return algebra.chosen(pl, self.stages.keep(condition), then, otherwise)

    def preferred(self, condition: Operand, then: Column, otherwise: Column) -> Column:
        return algebra.chosen(pl, condition, then, otherwise, algebra.either)

    def raised(self, value: Column, scale: tuple[str, ...]) -> Column:
        if not scale:
            return value
        left = algebra.scaled(pl, value if value.scale else self.stages.column(value), scale)
        return algebra.on_scale(pl, self.stages.keep(left), scale)

    def step_of(self, tests: Sequence[Operand], scale: tuple[str, ...]) -> Column:
        tests = [self.stages.keep(test) for test in tests]
        open_: list[Operand] = [0]  # for each step from the last, the unknown ones from there upwards
        for number, test in reversed(list(enumerate(tests))):
            open_.append(algebra.either(pl, algebra.is_null(test), open_[-1] + (2 << number), 0))
        left: Operand = None
        for number, (test, above) in enumerate(zip(tests, open_[-2::-1], strict=True)):
            left = algebra.either(pl, test, above + (2 << number), left)
        return algebra.on_scale(pl, left, scale)

    def table(self, table: DecisionTable, type_: Type | None) -> Column:
        """Its rows are bits, of which those are left that can match for every input."""
        keys = [None if isinstance(row.then, Unpublished) else literal_value(row.then, type_) for row in table.rows]
        starts, words, first = range(0, len(keys), WORD), list[Operand](), None
        for start in starts:
            rows = table.rows[start : start + WORD]
            can = [self._can_be(name, ref, rows) for name, ref in table.inputs.items()]
            words.append(self.stages.keep(reduce(op.and_, can)))
        end = starts[-1] + NO_BIT
        for start, word in reversed([*zip(starts, words, strict=True)]):
            place = algebra.plus(word.bitwise_trailing_zeros(), start)
            first = place if first is None else algebra.when(pl, word != 0, place, first)
        first = self.stages.keep(first)
        alone, absent = first != end, [self.read(ref).absent for ref in table.inputs.values()]
        for start, word in zip(starts, words, strict=True):
            part = keys[start : start + WORD]
            others = [sum(1 << place for place, other in enumerate(part) if other != key) for key in keys]
            unlike = len(starts) == 1 and len({*keys}) == len(keys)  # no two rows give the same
            rest = word - 1 if unlike else _by_place(others, end, pl.UInt32).gather(first)
            alone &= word & rest == 0
        none = algebra.all_of(pl, [algebra.any_of(pl, absent), first == end])
        given = algebra.level([self.constant(key) for key in keys if key is not None])
        if not given:
            return Column(None, 1, none)
        published = iter(given)
        values = _by_place([None if key is None else next(published).value for key in keys], end)
        return Column(algebra.when(pl, alone, values.gather(first)), given[0].below, none)

    def _can_be(self, name: str, ref: FactRef | ItemRef, rows: Sequence[Row]) -> Operand:
        """The rows, as bits, whose cell an input can be in: of what is absent, those without a cell."""
        free = sum(1 << place for place, row in enumerate(rows) if name not in row.cells)
        column, given, places = self.read(ref), self, dict[Cell, int]()
        if isinstance(ref, ItemRef) and not column.scale:
            given = replace(self, items={**self.items, ref.id: replace(column, absent=False)})
        cells = [(row.cells[name], 1 << place) for place, row in enumerate(rows) if name in row.cells]
        listed, found = not (column.scale or column.gate) and all(cell.values for cell, _ in cells), _bits(free)
        if listed:  # each value alone: what is known is one of them at most
            found = algebra.either(pl, algebra.is_null(column.value), _bits((1 << len(rows)) - 1), found)
            cells = [(replace(cell, values=(each,)), bit) for cell, bit in cells for each in cell.literals]
        for cell, bit in cells:
            places[cell] = places.get(cell, free if listed else 0) | bit
        for cell, bits in places.items():
            holds = condition(cell.asks(ref), given)
            if listed:
                found = algebra.either(pl, holds, _bits(bits), found)
            else:
                found = found + algebra.either(pl, algebra.opposite(holds), _bits(0), _bits(bits))
        return algebra.either(pl, column.absent, _bits(free), found)


def _by_place(values: Sequence[Any], end: int, dtype: Any = None) -> pl.Expr:
    """What stands in each place, up to the ``end``, where something does that nobody reads."""
    return pl.lit(pl.Series([*values, *[values[0]] * (end + 1 - len(values))], dtype=dtype))


@cache
def _bits(value: int) -> pl.Expr:
    return pl.lit(value, pl.UInt32)


def item_column(step: Step, names: ColumnAlgebra) -> Column:
    """The column of a step, over the denominator of its type."""
    column, type_ = answer(step, names), step.type
    if type_ is not None and type_.kind == "number" and type_.scale is not None and isinstance(column.below, int):
        return algebra.over(column, 10**type_.scale) if 10**type_.scale % column.below == 0 else column
    return column
