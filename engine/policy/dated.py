"""Rows that hold for a time: a table and the day on which it is read come in, the same table without dates goes out.

As a dated value of a parameter does, a row holds from its day until the next row of the same cells begins, or until the
day that it names.
"""

from __future__ import annotations

from dataclasses import replace

from engine.language.expressions import Cell, FactRef, ItemRef, Literal
from engine.policy.model import Item, Row, Table

DAY = "from"  # the input that stands for the day; no input of a table can have this name


def in_force(table: Table, day: FactRef | ItemRef) -> Table:
    """The table with its dates as cells of one more input, the ``day`` on which it is read."""
    if not any(row.start or row.end for row in table.rows):
        return table
    return Table({**table.inputs, DAY: day}, tuple(_bounded(row, until(row, table)) for row in table.rows))


def dated(item: Item, day: FactRef | ItemRef) -> Item:
    """An item as it is read on a day: a table with dates as one without."""
    return replace(item, body=in_force(item.body, day)) if isinstance(item.body, Table) else item


def until(row: Row, table: Table) -> Literal | None:
    """The first day on which a row no longer holds: its own, or that of the next row of the same cells."""
    later = [
        other.start
        for other in table.rows
        if other.start is not None and other.cells == row.cells and (row.start is None or other.start > row.start)
    ]
    ends = [day for day in (*later, row.end) if day is not None]
    return Literal(min(ends).isoformat(), row.at) if ends else None


def _bounded(row: Row, end: Literal | None) -> Row:
    if row.start is None and end is None:
        return row
    start = None if row.start is None else Literal(row.start.isoformat(), row.at)
    cell = Cell(None, None, start, end, row.at)
    return replace(row, cells={**row.cells, DAY: cell}, start=None, end=None)
