"""The numbers of a convention as rows for a spreadsheet: a convention comes in, one entry for each number goes out.

An entry has a key that does not change with its value (the table, its conditions, the day from which it holds), so that
a row that comes back is known again wherever it stands (:mod:`engine.exchange.importing`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.errors import Location, Problem, UsageFault, nearest
from engine.escaping import in_cell
from engine.exchange.cells import cited_text, row_text, rule_cells
from engine.language.expressions import Citation, Literal, Unpublished
from engine.policy.model import Convention, Item, Parameter, Table

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "en": ("table", "row", "when", "from", "unit", "value", "citation", "label"),
    "fr": ("table", "ligne", "quand", "depuis", "unité", "valeur", "source", "libellé"),
}
TABLE, ROW, WHEN, FROM, UNIT, VALUE, CITATION, LABEL = range(8)
SEPARATORS = (",", ";", "\t")


Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One number of the rules: the cells of its row as a rule file says them, ``since`` the day from which it holds."""

    item: Item
    number: int
    cells: Mapping[str, Any]
    since: dt.date | None
    value: Literal | Unpublished
    cite: tuple[Citation, ...]

    @property
    def key(self) -> Key:
        return (self.item.id, row_text(self.cells, "en"), self.since.isoformat() if self.since else "")


def entries(convention: Convention, wanted: Sequence[str] = ()) -> tuple[Entry, ...]:
    """Every number of the tables and parameters called ``wanted``, of all unless given, by id.

    Raises:
        UsageFault: an unknown item, or one that is no table of numbers.
    """
    numeric = {id_: item for id_, item in sorted(convention.items.items()) if _numeric(item)}
    for id_ in wanted:
        if id_ not in convention.items:
            values = {"id": id_}
            raise UsageFault(Problem(Location(convention.id), "unknown-item", values, nearest(id_, numeric)))
        if id_ not in numeric:
            allowed = ", ".join(numeric) or "—"
            raise UsageFault(Problem(Location(convention.id), "table-not-numeric", {"id": id_, "allowed": allowed}))
    return tuple(entry for id_ in wanted or numeric for entry in _of_item(numeric[id_]))


def _numeric(item: Item) -> bool:
    """Whether an item lists numbers: a parameter, or a table that has no other values."""
    if isinstance(item.body, Parameter):
        return True
    return isinstance(item.body, Table) and item.unit is not None and all(_number(row.then) for row in item.body.rows)


def _number(value: Literal | Unpublished) -> bool:
    return isinstance(value, Unpublished) or (
        isinstance(value.value, int | Decimal) and not isinstance(value.value, bool)
    )


def _of_item(item: Item) -> Iterator[Entry]:
    match item.body:
        case Parameter(values):
            for number, dated in enumerate(values, 1):
                yield Entry(item, number, {}, dated.start, dated.value, dated.cite or item.cite)
        case Table(_, rows):
            for number, row in enumerate(rows, 1):
                yield Entry(item, number, rule_cells(row), row.start, row.then, row.cite or item.cite)
        case _:
            return


def record(entry: Entry, convention: Convention, lang: str, separator: str) -> tuple[str, ...]:
    """The cells of an entry, in the order of :data:`COLUMNS`; an unpublished value is empty."""
    return (
        entry.item.id,
        str(entry.number),
        row_text(entry.cells, lang),
        entry.key[2],
        entry.item.unit or "none",
        value_text(entry.value, separator),
        in_cell(cited_text(entry.cite, convention)),
        in_cell(entry.item.label[lang]),
    )


def value_text(value: Literal | Unpublished, separator: str) -> str:
    """The number to its last digit, with a decimal comma where the separator leaves it free."""
    if isinstance(value, Unpublished):
        return ""
    assert isinstance(value.value, int | Decimal), "entries are made of numbers"
    return f"{Decimal(value.value):f}".replace(".", "." if separator == "," else ",")
