"""Decision tables have a unique hit: a convention comes in, overlaps, gaps and rows that never match go out.

Inputs are split into the classes that the cells tell apart; what bounds on other items leave open is not guessed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

from engine.errors import Problem
from engine.language.expressions import Cell, Compare, Condition, Connect, FactRef, ItemRef, Literal
from engine.language.facts import Fact
from engine.language.operators import COMPARISONS, CONNECTIVES
from engine.language.types import Type
from engine.language.values import exact
from engine.policy.model import Convention, Item, Row, Table
from engine.policy.overlays import interpretations, laid_items
from engine.policy.registry import Registry
from engine.policy.resolve import faults, resolve

MAX_CLASSES = 20_000
MAX_GAPS = 10
_HARMLESS = frozenset({"missing-unit", "scale-mismatch"})  # the cells still mean what they say
Point = Mapping[str, Any]


def table_problems(registry: Registry, convention: Convention) -> Iterator[Problem]:
    """Overlaps, gaps and unreachable rows of every table of ``convention``."""
    items = {**laid_items(convention, ()), **convention.items}
    known = interpretations(convention, registry.covering(convention))
    resolved = resolve(items, registry.vocabulary, known)
    for item in convention.items.values():
        if isinstance(item.body, Table):
            codes = {problem.code for problem in faults(item, resolved, registry.vocabulary, known)}
            if codes - _HARMLESS:
                continue
            types = {name: _type(ref, registry, resolved.types) for name, ref in item.body.inputs.items()}
            yield from _table(item, item.body, types, registry)


def _type(ref: FactRef | ItemRef, registry: Registry, types: Mapping[str, Type | None]) -> Type | None:
    if isinstance(ref, FactRef):
        fact = registry.vocabulary.facts.get(ref.name)
        return fact.type if fact else None
    return types.get(ref.id)


def _table(item: Item, table: Table, types: Mapping[str, Type | None], registry: Registry) -> Iterator[Problem]:
    if any(type_ is None for type_ in types.values()) or _open_bounds(table):
        return
    classes = {name: _classes(name, table, types[name], registry) for name in table.inputs}
    size = 1
    for values in classes.values():
        size *= max(1, len(values))
    if size > MAX_CLASSES:
        yield Problem(item.at, "outcome-open", {"id": item.id, "limit": MAX_CLASSES})
        return
    reached: set[int] = set()
    gaps = 0
    overlaps: set[tuple[int, int]] = set()
    for point in (dict(zip(classes, values, strict=True)) for values in product(*classes.values())):
        hits = [index for index, row in enumerate(table.rows) if _matches(row, point, types)]
        reached.update(hits)
        if not hits and gaps < MAX_GAPS and _applies(item, table, point, types):
            gaps += 1
            yield Problem(item.at, "row-gap", {"inputs": _shown(point)})
        if len(hits) > 1 and (hits[0], hits[1]) not in overlaps:
            overlaps.add((hits[0], hits[1]))
            values_ = {"inputs": _shown(point), "line": table.rows[hits[0]].at.line}
            yield Problem(table.rows[hits[1]].at, "row-overlap", values_)
    for index, row in enumerate(table.rows):
        if index not in reached:
            yield Problem(row.at, "unreachable-row")


def _open_bounds(table: Table) -> bool:
    """Whether some bound is the value of another item, so that classes cannot be told from the text alone."""
    cells = (cell for row in table.rows for cell in row.cells.values())
    return any(b is not None and not isinstance(b, Literal) for cell in cells for b in (cell.low, cell.high))


def _classes(name: str, table: Table, type_: Type | None, registry: Registry) -> list[Any]:
    assert type_ is not None
    if type_.kind == "enum":
        return list(type_.values)
    if type_.kind == "verdict":
        return list(type_.values)
    if type_.kind == "boolean":
        return [True, False]
    points: set[Any] = set()
    for row in table.rows:
        cell = row.cells.get(name)
        for literal in _literals(cell):
            value = _value(literal, type_)
            points.update((_step(value, type_, -1), value, _step(value, type_, 1)))
    ref = table.inputs[name]
    fact = registry.vocabulary.facts.get(ref.name) if isinstance(ref, FactRef) else None
    return sorted(_within(points, fact, type_)) or [_value(Literal(0, ref.at), type_)]


def _literals(cell: Cell | None) -> Sequence[Literal]:
    if cell is None:
        return ()
    bounds = [bound for bound in (cell.low, cell.high) if isinstance(bound, Literal)]
    return [*(cell.values or ()), *(cell.excluded or ()), *bounds]


def _value(literal: Literal, type_: Type) -> Any:
    if type_.kind == "date":
        return dt.date.fromisoformat(str(literal.value)) if isinstance(literal.value, str) else dt.date(2000, 1, 1)
    value = literal.value
    return exact(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else value


def _step(value: Any, type_: Type, sign: int) -> Any:
    if type_.kind == "date":
        end = dt.date.max if sign > 0 else dt.date.min
        return value if value == end else value + dt.timedelta(days=sign)
    return exact(value + Fraction(sign, 10 ** (type_.scale or 0)))


def _within(points: set[Any], fact: Fact | None, type_: Type) -> set[Any]:
    if fact is None or type_.kind != "number":
        return points
    ends = {exact(bound) for bound in (fact.minimum, fact.maximum) if bound is not None}
    low, high = fact.minimum, fact.maximum
    kept = {p for p in points if (low is None or p >= exact(low)) and (high is None or p <= exact(high))}
    return kept | ends


def _matches(row: Row, point: Point, types: Mapping[str, Type | None]) -> bool:
    return all(name not in point or _fits(cell, point[name], types[name]) for name, cell in row.cells.items())


def _fits(cell: Cell, value: Any, type_: Type | None) -> bool:
    assert type_ is not None
    if cell.values is not None:
        return value in [_value(part, type_) for part in cell.values]
    if cell.excluded is not None:
        return value not in [_value(part, type_) for part in cell.excluded]
    low = _value(cell.low, type_) if isinstance(cell.low, Literal) else None
    high = _value(cell.high, type_) if isinstance(cell.high, Literal) else None
    return (low is None or value >= low) and (high is None or value < high)


def _applies(item: Item, table: Table, point: Point, types: Mapping[str, Type | None]) -> bool:
    """False only where the table's own gates surely close for these inputs."""
    by_name = {
        (ref.name if isinstance(ref, FactRef) else ref.id): (point[name], types[name])
        for name, ref in table.inputs.items()
    }
    if item.applies_when is not None and _holds(item.applies_when, by_name) is False:
        return False
    return not (item.unless is not None and _holds(item.unless, by_name) is True)


def _holds(node: Condition, known: Mapping[str, tuple[Any, Type | None]]) -> bool | None:
    match node:
        case Connect():
            holds: bool | None = CONNECTIVES[node.operator].scalar([_holds(part, known) for part in node.parts])
            return holds
        case Compare(operator, left) if COMPARISONS[operator].operands != "flag":
            value, type_ = known.get(left.name if isinstance(left, FactRef) else left.id, (None, None))
            if type_ is None:
                return None
            literals = [part for part in node.operands if isinstance(part, Literal)]
            if len(literals) == len(node.operands):
                row = COMPARISONS[operator]
                return bool(row.scalar(value, row.gathered([_value(part, type_) for part in literals])))
    return None


def _shown(point: Point) -> str:
    return ", ".join(f"{name} = {value}" for name, value in point.items())
