"""Adds to the rules: new rows, and values that change from a day on, come in; lines of a rule file go out.

What held before stays: the new value or row stands behind the one that it follows.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.errors import InputFault, Location, Problem
from engine.exchange.importing import SheetChange
from engine.exchange.rules_text import one_line
from engine.exchange.tables import CITATION, FROM, VALUE, WHEN, rule_cells
from engine.language.expressions import Citation
from engine.language.pieces import placed
from engine.language.reading import Home
from engine.policy.items import dated_value, table_row
from engine.policy.model import Convention, DatedValue, Item, Parameter, Row, Table

_COLUMNS = {"then": VALUE, "value": VALUE, "cite": CITATION, "from": FROM}  # where a sheet says what a row holds


@dataclass(frozen=True, slots=True)
class Since:
    """The first day of new values, and the text that those rest on which name none; without a day they always held."""

    day: dt.date | None
    cite: Citation | None = None


@dataclass(frozen=True, slots=True)
class Addition:
    """A value or row behind another (its ``number``): what a rule file says of it, and its line in the sheet."""

    item: Item
    number: int
    data: Mapping[str, Any]
    at: Location

    @property
    def place(self) -> Location:
        """Where the value or row stands that this one follows."""
        return _members(self.item)[self.number - 1].at

    @property
    def line(self) -> str:
        return one_line(self.data)


def additions(found: Sequence[SheetChange], since: Since, folder: Path) -> tuple[Addition, ...]:
    """What is added, by its day; raises InputFault: it rests on no text, or holds from a day before ``since``."""
    problems: list[Problem] = []
    told = [_addition(one, since, folder, problems) for one in found if since.day or one.entry is None]
    if problems:
        raise InputFault(problems)
    return tuple(sorted(told, key=lambda one: str(one.data.get("from", ""))))


def _addition(one: SheetChange, since: Since, folder: Path, problems: list[Problem]) -> Addition:
    cite = one.cite or ((since.cite,) if since.cite is not None else ())
    if not cite:
        problems.append(Problem(_cell(one.at, CITATION), "exchange-uncited"))
    sources = [{"source": each.source, **({"at": each.locator} if each.locator else {})} for each in cite]
    day = since.day if one.entry is not None else one.since or since.day
    if since.day is not None and day is not None and day < since.day:
        values = {"day": day.isoformat(), "first": since.day.isoformat()}
        problems.append(Problem(_cell(one.at, FROM), "exchange-history", values))
    inputs = list(one.item.body.inputs) if isinstance(one.item.body, Table) else []
    cells = {name: one.cells[name] for name in dict.fromkeys((*inputs, *one.cells)) if name in one.cells}
    held = {"from": day.isoformat()} if day is not None else {}
    value = {"value" if isinstance(one.item.body, Parameter) else "then": one.value}
    number = _followed(one, folder) if one.entry is None else one.entry.number
    return Addition(one.item, number, {**cells, **held, **value, "cite": sources}, one.at)


def _followed(new: SheetChange, folder: Path) -> int:
    """The number of what a new row stands behind: the last of the same cells that the folder has, or its last."""
    members = _members(new.item)
    if isinstance(new.item.body, Parameter):
        last = new.since or dt.date.max
        return max((n for n, each in enumerate(members, 1) if (each.start or dt.date.min) <= last), default=1)
    own = {n: each for n, each in enumerate(members, 1) if folder in Path(each.at.file).parents}
    alike = [n for n, row in own.items() if isinstance(row, Row) and rule_cells(row) == new.cells]
    return max(alike or own, default=len(members))


def _cell(at: Location, column: int) -> Location:
    return at._replace(column=column + 1)


def behind(text: str, start: int, found: str) -> tuple[int, str]:
    """The index at which a new member of a list follows the one that begins at ``start``, and the text to put there."""
    opening = text.rfind("\n", 0, start) + 1
    dash = text[opening:start]
    indent = len(dash) - len(dash.lstrip())
    if text[start] == "{":
        end = _closing(text, start)
        if dash.strip() != "-":
            return end, f", {found}"
        after = text.find("\n", end)
    else:  # before the first line that is blank, or no further in than the dash
        found_end = re.compile(rf"\n(?=\s*?(?:\n|\Z)|[ \t]{{0,{indent}}}\S)").search(text, start)
        after = -1 if found_end is None else found_end.start()
    after = len(text) if after < 0 else after
    cut = after - 1 if text[after - 1 : after] == "\r" else after
    return cut, f"{text[cut:after]}\n{' ' * indent}- {found}"


def with_added(convention: Convention, found: Sequence[Addition]) -> Convention:
    """The convention with these values and rows added, each in the place of its line in the sheet."""
    items = dict(convention.items)
    for one in sorted(found, key=lambda one: one.number)[::-1]:  # of two behind one row, the first stays the first
        item = items[one.item.id]
        items[item.id] = replace(item, body=_grown(item.body, one, convention.id))
    return replace(convention, items=items)


def _grown(body: Any, one: Addition, convention: str) -> Parameter | Table:
    cells = {key: placed(value, _cell(one.at, _COLUMNS.get(key, WHEN))) for key, value in one.data.items()}
    piece, home, cut = placed({}, _cell(one.at, WHEN)).of(cells), Home(convention), one.number
    if isinstance(body, Parameter):
        values = (*body.values[:cut], dated_value(piece, home), *body.values[cut:])
        return replace(body, values=values)
    assert isinstance(body, Table), "entries are of parameters and tables"
    return replace(body, rows=(*body.rows[:cut], table_row(piece, home), *body.rows[cut:]))


def _members(item: Item) -> Sequence[DatedValue | Row]:
    body = item.body
    assert isinstance(body, Parameter | Table), "entries are of parameters and tables"
    return body.values if isinstance(body, Parameter) else body.rows


def _closing(text: str, start: int) -> int:
    """The index after the brace that closes the one at ``start``; braces in quotes do not count."""
    depth, quote, place = 0, "", start
    while True:
        sign = text[place]
        if quote:
            place += sign == "\\" and quote == '"'
            quote = "" if sign == quote and text[place] == quote else quote
        elif sign in "\"'" and text[place - 1] in " {[,:":
            quote = sign
        else:
            depth += (sign in "{[") - (sign in "}]")
        place += 1
        if depth == 0:
            return place
