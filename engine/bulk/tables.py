"""Turns decision tables into columns: a table and the columns of its inputs come in, its value and absence go out.

Where every cell compares with literals, each input gives the rows that its value can be in, as bits of a whole number;
the rows of a table that can match are those of all its inputs. Other tables test row by row.
"""

from __future__ import annotations

import operator as op
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import ceil
from typing import Any

import polars as pl

from engine.bulk.expressions import Names, bare, expression, literal_column
from engine.evaluation.slots import literal_value
from engine.language import algebra
from engine.language.algebra import Column, Operand
from engine.language.expressions import Cell, Literal, Unpublished
from engine.language.operators import COMPARISONS
from engine.language.types import Type
from engine.language.typing import type_of
from engine.policy.model import Table

MOST_ROWS = 62  # as bits of one whole number


@dataclass(frozen=True, slots=True)
class Input:
    """An input of a table: its column and its type."""

    column: Column
    type: Type | None


@dataclass(frozen=True, slots=True)
class Test:
    """A cell against literals, as the column beside it holds them: one of, none of, or within [low, high)."""

    values: frozenset[Any] = frozenset()
    excluded: frozenset[Any] = frozenset()
    low: int | None = None
    high: int | None = None

    def holds(self, value: Any) -> bool:
        if self.low is not None or self.high is not None:
            return (self.low is None or value >= self.low) and (self.high is None or value < self.high)
        return value in self.values if self.values else value not in self.excluded


@dataclass(frozen=True, slots=True)
class Classes:
    """The classes into which an input's values fall, told apart by ``marks``.

    Where the cells have bounds (``ordered``), a class is the whole numbers from one mark to the next; else a class is
    a mark, and the last is all other values. ``tests`` are the input's cells, row by row.
    """

    column: Column
    marks: tuple[Any, ...]
    ordered: bool
    tests: tuple[Test | None, ...]

    def rows(self) -> Operand:
        """The rows, as bits, whose cell a value can be in: any row for the unknown, none for the absent."""
        column, last = self.column, len(self.marks)
        if column.scale:
            rows = [(2 << number, self._rows(step)) for number, step in enumerate(column.scale)]
            return reduce(op.or_, (algebra.when(pl, column.left & step != 0, found, 0) for step, found in rows))
        found = algebra.when(
            pl, algebra.is_null(column.value), (1 << len(self.tests)) - 1, self._rows(self._example(last))
        )
        for number in reversed(range(last)):
            test = column.value < self.marks[number] if self.ordered else column.value == self.marks[number]
            found = algebra.when(pl, test, self._rows(self._example(number)), found)
        return algebra.either(pl, column.absent, 0, found)

    def _rows(self, value: Any) -> int:
        return sum(1 << place for place, test in enumerate(self.tests) if test is None or test.holds(value))

    def _example(self, number: int) -> Any:
        if number == len(self.marks):
            return self.marks[-1] if self.ordered else None
        return self.marks[number] - 1 if self.ordered else self.marks[number]


def table_column(table: Table, type_: Type | None, names: Names) -> Column:
    """Rows by Kleene logic: known where all rows that can match give one published value."""
    inputs = {}
    for name, ref in table.inputs.items():
        found = type_of(ref, names.scope)
        inputs[name] = Input(names.column(ref), found)
    keys = [None if isinstance(row.then, Unpublished) else literal_value(row.then, type_) for row in table.rows]
    classes = _classes(table, inputs)
    if classes is not None:
        return _looked_up(classes, keys, type_, names)
    return _by_rows(table, keys, inputs, type_, names)


def _classes(table: Table, inputs: Mapping[str, Input]) -> list[Classes] | None:
    """The classes of the inputs; None where a cell asks for more than literals, or there are too many rows."""
    classes = []
    for name, given in inputs.items():
        date = given.type is not None and given.type.kind == "date"
        if date or not isinstance(given.column.below, int) or algebra.constant(given.column.value):
            return None
        cells = [row.cells.get(name) for row in table.rows]
        tests = [None if cell is None else _test(cell, given) for cell in cells]
        if any(cell and not test for cell, test in zip(cells, tests, strict=True)):
            return None
        classes.append(Classes(given.column, *_marks(tests), tuple(tests)))
    return classes if classes and len(table.rows) <= MOST_ROWS else None


def _test(cell: Cell, given: Input) -> Test | None:
    column, type_ = given.column, given.type
    literals = cell.values if cell.values is not None else cell.excluded
    if literals is not None:
        values = frozenset(bare(literal_value(part, type_), type_, column) for part in literals)
        return Test(values=values) if cell.values is not None else Test(excluded=values)
    bounds = []
    for bound in (cell.low, cell.high):
        if bound is not None and not isinstance(bound, Literal):
            return None
        bounds.append(None if bound is None else _reached(literal_value(bound, type_), type_, column.below))
    return Test(low=bounds[0], high=bounds[1])


def _reached(value: Any, type_: Type | None, below: int) -> int:
    """The first whole number over ``below`` that is not under a bound."""
    literal = literal_column(value, type_)
    return ceil(Fraction(literal.value, literal.below) * below)


def _marks(tests: Sequence[Test | None]) -> tuple[tuple[Any, ...], bool]:
    """What tells the classes of an input apart, and whether they are ordered."""
    given = [test for test in tests if test is not None]
    literals = {part for test in given for part in test.values | test.excluded}
    bounds = {bound for test in given for bound in (test.low, test.high) if bound is not None}
    if not bounds:
        return tuple(sorted(literals)), False
    return tuple(sorted(bounds | literals | {part + 1 for part in literals})), True


def _looked_up(classes: Sequence[Classes], keys: Sequence[Any], type_: Type | None, names: Names) -> Column:
    """The value of all rows that can match; not applicable where none can for want of an input."""
    can = names.stages.keep(reduce(op.and_, (each.rows() for each in classes)))
    published = list(dict.fromkeys(key for key in keys if key is not None))
    values = algebra.level([literal_column(key, type_) for key in published])
    value: Operand = None
    for key, column in zip(published, values, strict=True):
        others = sum(1 << place for place, other in enumerate(keys) if other != key)
        value = algebra.either(pl, can & others == 0, column.value, value)
    some = can != 0
    absent = algebra.any_of(pl, [each.column.absent for each in classes])
    none = algebra.all_of(pl, [absent, algebra.negate(pl, [some])])
    return Column(algebra.either(pl, some, value, None), values[0].below if values else 1, none)


def _by_rows(
    table: Table, keys: Sequence[Any], inputs: Mapping[str, Input], type_: Type | None, names: Names
) -> Column:
    """Every row tested on its own."""
    groups: dict[Any, list[Operand]] = {}
    for row, key in zip(table.rows, keys, strict=True):
        match = algebra.all_of(pl, [_cell(cell, inputs[name], names) for name, cell in row.cells.items()])
        can = match is not False if match is None or isinstance(match, bool) else match.fill_null(True)
        groups.setdefault(key, []).append(can)
    flags = {key: algebra.any_of(pl, rows) for key, rows in groups.items()}
    return _one_of(flags, inputs, type_, names)


def _one_of(flags: dict[Any, Operand], inputs: Mapping[str, Input], type_: Type | None, names: Names) -> Column:
    """One value where only its rows can match; the values whose rows can match are counted."""
    counted = [algebra.when(pl, flag, 1, 0) for flag in flags.values()]
    count = reduce(lambda a, b: a + b, counted)
    published = [key for key in flags if key is not None]
    values = algebra.level([literal_column(key, type_) for key in published])
    value: Operand = None
    for key, column in zip(published, values, strict=True):
        value = algebra.either(pl, flags[key], column.value, value)
    absent = algebra.any_of(pl, [given.column.absent for given in inputs.values()])
    none = algebra.all_of(pl, [absent, count == 0]) if absent is not False else False
    alone = count == 1
    return Column(algebra.picked(pl, alone, value, None), values[0].below if values else 1, none)


def _cell(cell: Cell, given: Input, names: Names) -> Operand:
    """A cell's test; a single literal is an equality, which engines compute fastest."""
    column, type_ = given.column, given.type
    literals = cell.values if cell.values is not None else cell.excluded
    if literals is not None:
        values = [bare(literal_value(part, type_), type_, column) for part in literals]
        if len(values) == 1:
            operator = "is" if cell.values is not None else "is_not"
            return COMPARISONS[operator].column(pl, column, Column(values[0], column.below))
        return COMPARISONS["in" if cell.values is not None else "not_in"].column(pl, column, values)
    bounds = [
        COMPARISONS[name].column(pl, column, expression(bound, names, type_))
        for name, bound in (("at_least", cell.low), ("less_than", cell.high))
        if bound is not None
    ]
    return algebra.all_of(pl, bounds)
