"""The numbers of a convention as rows for a spreadsheet: a convention comes in, one entry for each number goes out.

An entry has a key that does not change with its value (the table, its conditions, the day from which it holds), so that
a row that comes back is known again wherever it stands (:mod:`engine.exchange.importing`). Its cells stand
as in a rule file, its sources in words, and both are read back.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from engine.errors import InputFault, Location, misuse, refuse_unknown
from engine.escaping import in_cell
from engine.exchange.rules_text import one_line
from engine.language.expressions import Bound, Citation, Literal, Unpublished
from engine.policy import loader
from engine.policy.model import Convention, DecisionTable, Item, Row
from engine.policy.reading import load_schema
from engine.policy.schema import Shape, shape


def rule_cells(row: Row) -> dict[str, Any]:
    """The cells of a row as a rule file says them."""

    def written(bound: Bound) -> Any:
        return bound.value if isinstance(bound, Literal) else {"ref": bound.id}

    return {name: cell.data(written) for name, cell in row.cells.items()}


def row_text(cells: Mapping[str, Any]) -> str:
    """The cells of a row as a rule file says them, by their names: ``annee: {from: 3}, option: demi_etp``."""
    return one_line(dict(sorted(cells.items())))[1:-1]


def read_row(text: str) -> dict[str, Any] | None:
    """The cells that a text says, or None where it says none."""
    try:
        cells: dict[str, Any] = loader.parse(f"{{{text}}}".encode("utf-8", "replace"), "").data
    except InputFault:
        return None
    return cells if _cells().fits(cells) else None


@cache
def _cells() -> Shape:
    """What rule files allow as the cells of a row."""
    definitions = load_schema("ruleset")["definitions"]
    named = {"propertyNames": definitions["row"]["propertyNames"]}
    return shape({**named, "additionalProperties": {"$ref": "#/definitions/cell"}, "definitions": definitions})


def cited_text(cite: Sequence[Citation], convention: Convention) -> str:
    """Sources by their titles, with the places in them."""
    names = {id_: name for name, id_ in _names(convention).items()}
    return "; ".join(", ".join(filter(None, (names.get(each.source, each.source), each.locator))) for each in cite)


def read_sources(text: str, convention: Convention) -> Iterator[tuple[str | None, str]]:
    """Each source that a text names, by title or id, with the place in it; None with what names no source."""
    names = {**{id_: id_ for id_ in convention.sources}, **_names(convention)}
    known = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
    for part in filter(None, re.split(rf"\s*;\s*(?=(?:{known})\s*(?:[,;]|\Z))", text.strip())):
        found = re.match(rf"({known})\s*(?:,\s*(.+))?\Z", part)
        yield (names[found[1]], found[2] or "") if found is not None else (None, part)


def _names(convention: Convention) -> dict[str, str]:
    """What a sheet calls each source: its title, with the id where another has the same."""
    titles = [" ".join(source.title.split()) for source in convention.sources.values()]
    return {
        title if titles.count(title) == 1 else f"{title} [{id_}]": id_
        for title, id_ in zip(titles, convention.sources, strict=True)
    }


COLUMNS: Mapping[str, tuple[str, ...]] = {
    "en": ("table", "row", "when", "from", "unit", "value", "citation", "label"),
    "fr": ("table", "ligne", "quand", "depuis", "unité", "valeur", "source", "libellé"),
}
HEADER = {lang: ",".join(names) for lang, names in COLUMNS.items()}
TABLE, ROW, WHEN, FROM, UNIT, VALUE, CITATION, LABEL = range(8)
SEPARATORS = (",", ";")


RowKey = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class TableEntry:
    """One number of the rules: the cells of its row as a rule file says them, ``since`` the day from which it holds."""

    item: Item
    number: int
    cells: Mapping[str, Any]
    since: dt.date | None
    value: Literal | Unpublished
    cite: tuple[Citation, ...]

    @property
    def key(self) -> RowKey:
        return (self.item.id, row_text(self.cells), self.since.isoformat() if self.since else "")


def entries(convention: Convention, wanted: Sequence[str] = ()) -> tuple[TableEntry, ...]:
    """Every number of the items ``wanted``, of all unless given; raises UsageFault: one has no numbers."""
    numeric = {id_: item for id_, item in sorted(convention.items.items()) if _numeric(item)}
    for id_ in wanted:
        if id_ in convention.items and id_ not in numeric:
            raise misuse(Location(convention.id), "table-not-numeric", id=id_, allowed=", ".join(numeric) or "—")
        refuse_unknown(Location(convention.id), "unknown-item", id_, numeric)
    return tuple(
        TableEntry(item, number, rule_cells(row), row.start, row.then, row.cite or item.cite)
        for item in (numeric[id_] for id_ in wanted or numeric)
        for number, row in enumerate(table_of(item).rows, 1)
    )


def _numeric(item: Item) -> bool:
    """Whether an item lists numbers: a parameter, or a table that has no other values."""
    if not isinstance(item.body, DecisionTable) or item.unit is None:
        return False
    values = [row.then.value for row in item.body.rows if isinstance(row.then, Literal)]
    return all(isinstance(value, int | Decimal) and not isinstance(value, bool) for value in values)


def table_of(item: Item) -> DecisionTable:
    assert isinstance(item.body, DecisionTable), "entries are of parameters and tables"
    return item.body


def cells_of(entry: TableEntry, convention: Convention, lang: str, separator: str) -> tuple[str, ...]:
    """The cells of an entry, in the order of :data:`COLUMNS`; an unpublished value is empty, another to its last digit.

    It has a decimal comma where the separator leaves it free.
    """
    value = "" if isinstance(entry.value, Unpublished) else f"{Decimal(entry.value.value):f}"
    return (
        entry.item.id,
        str(entry.number),
        row_text(entry.cells),
        entry.key[2],
        entry.item.unit or "none",
        value.replace(".", "." if separator == "," else ","),
        in_cell(cited_text(entry.cite, convention)),
        in_cell(entry.item.label[lang]),
    )
