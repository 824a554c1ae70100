"""Equivalence classes of the inputs of a table: cells and a type come in, a value of each class goes out.

Between two numbers or days that cells name nothing else could be seen, so a value beside each stands for all that lie
there. Bounds that are not written in the table leave the classes open.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.errors import Problem, wrong
from engine.language.expressions import Cell, Compare, Condition, FactRef, ItemRef, Literal, below
from engine.language.facts import Fact
from engine.language.operators import COMPARISONS
from engine.language.types import Type
from engine.language.typing import literal_value
from engine.language.values import as_written, exact
from engine.policy.model import DecisionTable, Row

RATIO_SCALE = 2  # decimals by which a number of no fixed scale is moved beside a bound
SOME_DAY = dt.date(2000, 1, 1)


def compared(*wholes: object) -> Iterator[tuple[FactRef | ItemRef, Condition]]:
    """What rules compare, and what they ask of it, in conditions and in the cells of tables."""
    for part in (part for whole in wholes for part in below(whole)):
        if isinstance(part, Compare):
            yield part.left, part
        elif isinstance(part, DecisionTable):
            cells = ((part.inputs.get(name), cell) for row in part.rows for name, cell in row.cells.items())
            yield from ((ref, cell.asks(ref)) for ref, cell in cells if ref is not None)


def cells_of(table: DecisionTable, name: str) -> list[Cell]:
    """What the rows of a table ask of one input; a row without a cell asks nothing."""
    return [row.cells[name] for row in table.rows if name in row.cells]


def classes(cells: Sequence[Cell], type_: Type, fact: Fact | None = None) -> list[Any] | None:
    """A value of each class of an input of this type, within the range of ``fact``.

    None where a bound is computed.
    """
    if not all(isinstance(bound, Literal) for cell in cells for _, bound in cell.bounds):
        return None
    if type_.kind in ("enum", "verdict"):
        return list(type_.values)
    if type_.kind == "boolean":
        return [True, False]
    written = (each for cell in cells for each in (*cell.literals, *(bound for _, bound in cell.bounds)))
    named = {literal_value(literal, type_) for literal in written if isinstance(literal, Literal)}
    points = {_beside(value, type_, sign) for value in named for sign in (-1, 0, 1)}
    return sorted(_within(points, fact)) or [SOME_DAY if type_.kind == "date" else 0]


def fits(cell: Cell, value: Any, type_: Type) -> bool:
    """Whether the value of a class is what a cell with written bounds asks."""
    if cell.listed is not None:
        return bool(COMPARISONS[cell.listed[0]].scalar(value, [literal_value(each, type_) for each in cell.literals]))
    bounds = ((name, bound) for name, bound in cell.bounds if isinstance(bound, Literal))
    return all(COMPARISONS[name].scalar(value, literal_value(bound, type_)) for name, bound in bounds)


def matches(row: Row, point: Mapping[str, Any], types: Mapping[str, Type]) -> bool:
    """Whether a row asks for what a point has of every input."""
    return all(fits(cell, point[name], types[name]) for name, cell in row.cells.items() if name in point)


def misfits(cell: Cell, fact: Fact) -> Iterator[Problem]:
    """What a cell asks of a fact that it cannot be: beyond its range, finer than it is given, or nothing at all."""
    start, end = (each.value if isinstance(each, Literal) else None for each in (cell.low, cell.high))
    ordered: Any = str if fact.type.kind == "date" else (int, Decimal)
    start = fact.minimum if start is None else start
    if isinstance(start, ordered) and isinstance(end, ordered) and start >= end:
        yield wrong(cell.at, "unreachable-row")
        return
    scale = fact.type.scale or 0
    low, high = (None if bound is None else exact(bound) for bound in (fact.minimum, fact.maximum))
    for operator, literal in (*(("in", each) for each in cell.literals), *cell.bounds):
        if not isinstance(literal, Literal) or isinstance(literal.value, str | bool):
            continue
        value = exact(literal.value)
        told = {"value": as_written(literal.value), "name": fact.name}
        last = value - Fraction(operator == "less_than", 10**scale)  # which a bound that is left out still takes in
        if fact.type.kind == "number" and value * 10**scale % 1:
            yield wrong(literal.at, "fact-decimals", **told, scale=scale)
        elif (low is not None and last < low) or (high is not None and last > high):
            yield wrong(literal.at, "fact-range", **told, low=as_written(fact.minimum), high=as_written(fact.maximum))


def _beside(value: Any, type_: Type, sign: int) -> Any:
    if type_.kind == "date":
        end = dt.date.max if sign > 0 else dt.date.min
        return value if value == end else value + dt.timedelta(days=sign)
    return exact(value + Fraction(sign, 10 ** (RATIO_SCALE if type_.scale is None else type_.scale)))


def _within(points: set[Any], fact: Fact | None) -> set[Any]:
    """The points that a fact can have, with the ends of its range."""
    if fact is None or fact.type.kind != "number":
        return points
    low, high = (None if bound is None else exact(bound) for bound in (fact.minimum, fact.maximum))
    kept = {p for p in points if (low is None or p >= low) and (high is None or p <= high)}
    return kept | {end for end in (low, high) if end is not None}
