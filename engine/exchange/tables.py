"""The numbers of a convention as rows for a spreadsheet: a convention comes in, one entry for each number goes out.

An entry has a key that does not change with its value (the table, its conditions, the day from which it holds), so that
a row that comes back is known again wherever it stands (:mod:`engine.exchange.importing`). Its cells and its sources
stand in words, which are read back.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.errors import Location, misuse, refuse_unknown
from engine.escaping import in_cell
from engine.language.expressions import Bound, Citation, Literal, Unpublished
from engine.language.typing import is_date
from engine.language.values import as_written
from engine.policy.model import Convention, Item, Parameter, Row, Table

_AMONG = {"en": ("in", "not in"), "fr": ("parmi", "sauf")}
_OUTSIDE = re.compile(r"\s*,\s*(?![^()]*\))")  # a comma that stands in no brackets
_PART = re.compile(
    r"([a-z][a-z0-9_]*)\s*(?:=\s*(?P<one>[^\s()]+)|\s(?P<word>in|not in|parmi|sauf)\s*\((?P<many>[^()]*)\)"
    r"|(?=[<>])(?:>=\s*(?P<low>[^\s<>]+))?\s*(?:<\s*(?P<high>[^\s<>]+))?)\Z"
)
_NUMBER = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,6})?\Z")


def rule_cells(row: Row) -> dict[str, Any]:
    """The cells of a row as a rule file says them."""

    def written(bound: Bound) -> Any:
        return bound.value if isinstance(bound, Literal) else {"ref": bound.id}

    return {name: cell.data(written) for name, cell in row.cells.items()}


def row_text(cells: Mapping[str, Any], lang: str) -> str:
    """Cells in signs that every spreadsheet keeps: ``annee >= 3 < 5, option = demi_etp, tranche in (p50, p90)``."""
    return ", ".join(f"{name} {_text(cells[name], *_AMONG[lang])}" for name in sorted(cells))


def _text(cell: Any, among: str, beyond: str) -> str:
    match cell:
        case list():
            return f"{among} ({', '.join(sorted(map(_word, cell)))})"
        case {"not_in": excluded}:
            return f"{beyond} ({', '.join(sorted(map(_word, excluded)))})"
        case dict():
            signs = {"from": ">=", "before": "<"}
            return " ".join(f"{sign} {_word(cell[key])}" for key, sign in signs.items() if key in cell)
        case _:
            return f"= {_word(cell)}"


def _word(value: Any) -> str:
    if isinstance(value, dict):
        return str(*value.values())
    return as_written(value)


def read_row(text: str, items: Collection[str]) -> tuple[dict[str, Any], list[str]]:
    """The cells that a text says, as a rule file does, and the parts of it that say none; ``items`` may be bounds."""
    cells: dict[str, Any] = {}
    unread: list[str] = []
    for part in filter(None, _OUTSIDE.split(text.strip())):
        found = _PART.match(part)
        if found is None or found[1] in cells:
            unread.append(part)
        elif found["one"] is not None:
            cells[found[1]] = _value(found["one"])
        elif found["word"] is not None:
            values = [_value(each.strip()) for each in found["many"].split(",")]
            cells[found[1]] = values if found["word"] in ("in", "parmi") else {"not_in": values}
        else:
            texts = {key: found[group] for key, group in (("from", "low"), ("before", "high")) if found[group]}
            bounds = {key: {"ref": text} if text in items else _value(text) for key, text in texts.items()}
            if all(isinstance(each, dict | int | Decimal) or is_date(each) for each in bounds.values()):
                cells[found[1]] = bounds
            else:
                unread.append(part)
    return cells, unread


def _value(text: str) -> Any:
    if _NUMBER.match(text):
        return Decimal(text) if "." in text else int(text)
    return text == "true" if text in ("true", "false") else text


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
    """Every number of the items ``wanted``, of all unless given; raises UsageFault: one has no numbers."""
    numeric = {id_: item for id_, item in sorted(convention.items.items()) if _numeric(item)}
    for id_ in wanted:
        if id_ in convention.items and id_ not in numeric:
            raise misuse(Location(convention.id), "table-not-numeric", id=id_, allowed=", ".join(numeric) or "—")
        refuse_unknown(Location(convention.id), "unknown-item", id_, numeric)
    return tuple(entry for id_ in wanted or numeric for entry in _of_item(numeric[id_]))


def _numeric(item: Item) -> bool:
    """Whether an item lists numbers: a parameter, or a table that has no other values."""
    if not isinstance(item.body, Table) or item.unit is None:
        return isinstance(item.body, Parameter)
    values = [row.then.value for row in item.body.rows if isinstance(row.then, Literal)]
    return all(isinstance(value, int | Decimal) and not isinstance(value, bool) for value in values)


def _of_item(item: Item) -> Iterator[Entry]:
    match item.body:
        case Parameter(values):
            for number, dated in enumerate(values, 1):
                yield Entry(item, number, {}, dated.start, dated.value, dated.cite or item.cite)
        case Table(_, rows):
            for number, row in enumerate(rows, 1):
                yield Entry(item, number, rule_cells(row), row.start, row.then, row.cite or item.cite)


def record(entry: Entry, convention: Convention, lang: str, separator: str) -> tuple[str, ...]:
    """The cells of an entry, in the order of :data:`COLUMNS`; an unpublished value is empty, another to its last digit.

    It has a decimal comma where the separator leaves it free.
    """
    value = "" if isinstance(entry.value, Unpublished) else f"{Decimal(entry.value.value):f}"
    return (
        entry.item.id,
        str(entry.number),
        row_text(entry.cells, lang),
        entry.key[2],
        entry.item.unit or "none",
        value.replace(".", "." if separator == "," else ","),
        in_cell(cited_text(entry.cite, convention)),
        in_cell(entry.item.label[lang]),
    )
