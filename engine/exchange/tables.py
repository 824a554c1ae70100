"""The numbers of a convention as rows for a spreadsheet: a convention comes in, one entry for each number goes out.

An entry has a key that does not change with its value (the table, its conditions, the day from which it holds), so that
a row that comes back is known again wherever it stands (:mod:`engine.exchange.importing`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from engine.errors import Location, Problem, UsageFault, nearest
from engine.escaping import in_cell
from engine.language.expressions import Cell, Citation, Expression, FactRef, ItemRef, Literal, Unpublished
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
    """One number of the rules: ``when`` says the cells of its row, ``since`` the day from which it holds."""

    item: Item
    number: int
    when: str
    since: dt.date | None
    value: Literal | Unpublished
    cite: tuple[Citation, ...]

    @property
    def key(self) -> Key:
        return (self.item.id, self.when, self.since.isoformat() if self.since else "")


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
    taken: dict[str, int] = {}
    match item.body:
        case Parameter(values):
            for number, dated in enumerate(values, 1):
                yield Entry(item, number, "", dated.start, dated.value, dated.cite or item.cite)
        case Table(_, rows):
            for number, row in enumerate(rows, 1):
                when = ", ".join(f"{name} {_cell(cell)}" for name, cell in sorted(row.cells.items()))
                taken[when] = taken.get(when, 0) + 1
                again = f" ({taken[when]})" if taken[when] > 1 else ""
                yield Entry(item, number, when + again, None, row.then, row.cite or item.cite)
        case _:
            return


def _cell(cell: Cell) -> str:
    """A cell in signs that every spreadsheet keeps: ``= demi_etp``, ``>= 3 < 5``, ``not in (p90_p95, p95_plus)``."""
    if cell.values is not None:
        names = sorted(str(part.value) for part in cell.values)
        return f"= {names[0]}" if len(names) == 1 else f"in ({', '.join(names)})"
    if cell.excluded is not None:
        return f"not in ({', '.join(sorted(str(part.value) for part in cell.excluded))})"
    low = f">= {_bound(cell.low)}" if cell.low is not None else ""
    high = f"< {_bound(cell.high)}" if cell.high is not None else ""
    return f"{low} {high}".strip()


def _bound(bound: Expression) -> str:
    match bound:
        case Literal(value):
            return str(value)
        case ItemRef(name) | FactRef(name):
            return name
        case _:
            return "…"


def record(entry: Entry, convention: Convention, lang: str, separator: str) -> tuple[str, ...]:
    """The cells of an entry, in the order of :data:`COLUMNS`; an unpublished value is empty."""
    return (
        entry.item.id,
        str(entry.number),
        entry.when,
        entry.key[2],
        entry.item.unit or "none",
        value_text(entry.value, separator),
        in_cell("; ".join(_cited(one, convention) for one in entry.cite)),
        in_cell(entry.item.label[lang]),
    )


def value_text(value: Literal | Unpublished, separator: str) -> str:
    """The number to its last digit, with a decimal comma where the separator leaves it free."""
    if isinstance(value, Unpublished):
        return ""
    assert isinstance(value.value, int | Decimal), "entries are made of numbers"
    return f"{Decimal(value.value):f}".replace(".", "." if separator == "," else ",")


def _cited(citation: Citation, convention: Convention) -> str:
    source = convention.sources.get(citation.source)
    title = source.title if source is not None else citation.source
    return f"{title}, {citation.locator}" if citation.locator else title
