"""Diff of two decision tables: rows pair by what they ask of their inputs, and their values are compared.

A table may be cut into rows in many ways; what counts is the value that each combination of inputs meets.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cache, partial
from itertools import product
from math import prod
from typing import Any

from engine.comparison.edits.edit import Edit, Setting, Spot, citation_edits, listed
from engine.comparison.edits.same import key, members, normal
from engine.language import expressions as tree
from engine.language.operators import EXPRESSIONS
from engine.language.types import Type, joined
from engine.language.values import as_written
from engine.policy.model import DecisionTable, Item, Quantity, Row
from engine.policy.regions import cells_of, classes, matches
from engine.policy.resolve import resolve

MAX_TRIED = 1_000_000  # combinations of inputs times rows; a larger table is compared row by row
NOT_APPLICABLE = object()  # an input that does not apply


def table_edits(
    a: DecisionTable, b: DecisionTable, spot: Spot, row_edits: Callable[[Row, Row, Spot], Iterator[Edit]]
) -> Iterator[Edit]:
    """Inputs by name, then rows by their cells; rows that are only cut otherwise are no difference.

    ``row_edits`` gives what differs in two rows beside their cells.
    """
    names = list(dict.fromkeys((*a.inputs, *b.inputs)))
    for name in names:
        sides = a.inputs.get(name), b.inputs.get(name)
        if sides[0] != sides[1]:
            yield spot.inside(("input", name)).on(*sides).edit("input", *sides, apart=True)
    deciding = cache(lambda: _deciding(a, b, spot.setting))

    def told(*rows: Any) -> bool:
        """Whether the values differ where one of these rows decides, or may."""
        known = deciding()
        return known is None or not known.isdisjoint(map(id, rows))

    def both(one: Row, other: Row, here: Spot) -> Iterator[Edit]:
        cells = list(_cells(one, other, names, here))
        cut = cells and not told(one, other)
        yield from (each for each in (*cells, *row_edits(one, other, here)) if not cut or each.weight != "rule")

    recut: list[list[Row]] = [[], []]
    for each in listed(
        a.rows, b.rows, spot, part="row", keys=lambda row: (key(row.cells), *_days(row)), step=_step, both=both,
        alike=partial(_likeness, names), apart=True,
    ):  # fmt: skip
        if each.part == "row" and not told(each.before, each.after):
            recut[each.before is None].append(each.after or each.before)  # type: ignore[arg-type]
        else:
            yield each
    gone, came = (tuple(cite for row in rows for cite in row.cite) for rows in recut)
    here = spot.on(*((rows or table.rows)[0] for rows, table in zip(recut, (a, b), strict=True)))
    yield from citation_edits(gone, came, here)


def _days(row: Row) -> tuple[dt.date | None, dt.date | None]:
    return row.start, row.end


def _likeness(names: Sequence[str], a: Row, b: Row) -> float:
    """The share of equal cells; lists that overlap count half, and so does the same value."""
    if _days(a) != _days(b):
        return 0.0
    pairs = [(a.cells.get(name), b.cells.get(name)) for name in names]
    shared = sum(1.0 if key(cell) == key(beside) else 0.5 * _overlap(cell, beside) for cell, beside in pairs)
    same_value = bool(key(a.then) == key(b.then))
    return min(1.0, (shared + 0.5 * same_value) / len(names))


def _cells(a: Row, b: Row, names: Iterable[str], spot: Spot) -> Iterator[Edit]:
    for name in names:
        before, after = a.cells.get(name), b.cells.get(name)
        if key(before) != key(after):
            yield spot.inside(("cell", name)).on(before, after).edit("cell", before, after, change="changed")


def _overlap(a: tree.Cell | None, b: tree.Cell | None) -> bool:
    lists = [{each.value for each in cell.literals} for cell in (a, b) if cell]
    return len(lists) == 2 and not lists[0].isdisjoint(lists[1])


def _step(row: Row, number: int) -> tuple[str, str]:
    """The row by what it asks, and by its days: ``option = demi_etp, annee ≥ 3, from 2026-01-01``."""
    days = [f"{word} {day}" for word, day in zip(("from", "before"), _days(row), strict=True) if day is not None]
    return "row", ", ".join([*(_cell_text(name, cell) for name, cell in row.cells.items()), *days])


def _cell_text(name: str, cell: tree.Cell) -> str:
    if cell.values is not None:
        values = [_bound(part) for part in cell.values]
        return f"{name} = {values[0]}" if len(values) == 1 else f"{name} in {' '.join(values)}"
    if cell.excluded is not None:
        return f"{name} not in {' '.join(_bound(part) for part in cell.excluded)}"
    low = f"{_bound(cell.low)} ≤ " if cell.low is not None and cell.high is not None else ""
    return f"{low}{name} < {_bound(cell.high)}" if cell.high is not None else f"{name} ≥ {_bound(cell.low)}"


def _bound(node: tree.Bound | None) -> str:
    return node.id if isinstance(node, tree.ItemRef) else "" if node is None else as_written(node.value)


def _deciding(a: DecisionTable, b: DecisionTable, setting: Setting) -> set[int] | None:
    """The rows of either table (by identity) that inputs meet for which the tables give different values.

    None where that is not known: other inputs, bounds that are items, dated rows, too many combinations.
    """
    dated = any(day for table in (a, b) for row in table.rows for day in _days(row))
    types = _types(a, setting) if dict(a.inputs) == dict(b.inputs) and not dated else None
    if types is None:
        return None
    domains: list[list[Any]] = []
    for name, ref in a.inputs.items():
        fact = setting.vocabulary.facts.get(ref.name) if isinstance(ref, tree.FactRef) else None
        values = classes([*cells_of(a, name), *cells_of(b, name)], types[name], fact)
        if values is None:
            return None
        applies = all(_always_applies(ref, items, frozenset()) for items in (setting.old, setting.new))
        domains.append(values if applies else [*values, NOT_APPLICABLE])
    if prod(map(len, domains)) * (len(a.rows) + len(b.rows)) > MAX_TRIED:
        return None
    found: set[int] = set()
    for inputs in (dict(zip(a.inputs, values, strict=True)) for values in product(*domains)):
        absent = {name for name, value in inputs.items() if value is NOT_APPLICABLE}
        asked = ([row for row in table.rows if absent.isdisjoint(row.cells)] for table in (a, b))
        met = [[row for row in rows if matches(row, inputs, types)] for rows in asked]
        if len({frozenset((key(row.then), _reason(row)) for row in rows) for rows in met}) == 2:
            found |= {id(row) for rows in met for row in rows}
    return found


def _reason(row: Row) -> Hashable:
    return tuple(sorted(row.then.reason.items())) if isinstance(row.then, tree.Unpublished) else ()


def _types(table: DecisionTable, setting: Setting) -> dict[str, Type] | None:
    """The type of each input with the values of both sides; None where a side has none of that kind."""
    facts = setting.vocabulary.facts
    sides = [resolve(items, setting.vocabulary, {}).types for items in (setting.old, setting.new)]
    found: dict[str, Type] = {}
    for name, ref in table.inputs.items():
        if isinstance(ref, tree.FactRef):
            one = other = facts[ref.name].type if ref.name in facts else None
        else:
            one, other = (types.get(ref.id) for types in sides)
        both = None if one is None or other is None else joined(one, other)
        if both is None:
            return None
        found[name] = both
    return found


def _always_applies(node: tree.Expression, items: Mapping[str, Item], assumed: frozenset[Hashable]) -> bool:
    """Whether a value can be proved never to be not applicable, where the ``assumed`` conditions hold."""
    match node:
        case tree.ItemRef(id_):
            item = items.get(id_)  # the start of the year is none
            if item is None or item.unless is not None or not isinstance(item.body, Quantity):
                return False
            gated = item.applies_when is not None and key(normal(item.applies_when)) not in assumed
            return not gated and _always_applies(item.body.expression, items, assumed)
        case tree.Cases(branches, otherwise):
            ways = [(then, assumed | {key(part) for part in members(normal(when), "all")}) for when, then in branches]
            every = () if otherwise is None else (*ways, (otherwise, assumed))
            return bool(every) and all(_always_applies(then, items, held) for then, held in every)
        case tree.Apply(operator, operands):
            applies = [_always_applies(part, items, assumed) for part in operands if not isinstance(part, tree.Literal)]
            row = EXPRESSIONS[operator]  # one operand that is given may be enough
            return all(applies) and not row.partial if row.absence == "propagate" else any(applies)
        case _:
            return not isinstance(node, tree.ByOutcome)
