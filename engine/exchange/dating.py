"""Adds a changed number from a day on: an entry, its new value and the text behind it come in, one more line goes out.

What held before stays: the new value or row stands behind the one that it follows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from engine.errors import Location
from engine.exchange.importing import Replacement
from engine.exchange.rules_text import one_line
from engine.language.expressions import Cell, Citation, Expression, ItemRef, Literal
from engine.policy.model import Convention, DatedValue, Item, Parameter, Row, Table

Number = int | Decimal


@dataclass(frozen=True, slots=True)
class Since:
    """The first day of new values, and the text that they rest on."""

    day: dt.date
    cite: Citation


def place(one: Replacement) -> Location:
    """Where the value or row stands that the new one follows."""
    return _member(one.entry.item, one.entry.number).at


def line(one: Replacement, since: Since) -> str:
    """The new value or row, as it is written on one line."""
    at = {} if since.cite.locator is None else {"at": since.cite.locator}
    cite = [{"source": since.cite.source, **at}]
    member = _member(one.entry.item, one.entry.number)
    day = since.day.isoformat()
    if isinstance(member, DatedValue):
        return one_line({"from": day, "value": one.new, "cite": cite})
    cells = {name: _cell(cell) for name, cell in member.cells.items()}
    return one_line({**cells, "from": day, "then": one.new, "cite": cite})


def behind(text: str, start: int, found: str) -> tuple[int, str]:
    """Where to put a member of a list behind the one that begins at ``start``, and how it is written there."""
    opening = text.rfind("\n", 0, start) + 1
    dash = text[opening:start]
    if text[start] == "{":
        end = _closing(text, start)
        if dash.strip() != "-":
            return end, f", {found}"
        after = text.find("\n", end)
    else:
        after = _last_line(text, start, len(dash) - len(dash.lstrip()))
    after = len(text) if after < 0 else after
    cut = after - 1 if text[after - 1 : after] == "\r" else after
    return cut, f"{text[cut:after]}\n{' ' * (len(dash) - len(dash.lstrip()))}- {found}"


def with_added(convention: Convention, found: Sequence[Replacement], since: Since) -> Convention:
    """The convention with these values added."""
    items = dict(convention.items)
    for one in sorted(found, key=lambda one: -one.entry.number):
        item = items[one.entry.item.id]
        items[item.id] = replace(item, body=_grown(item.body, one, since))
    return replace(convention, items=items)


def _grown(body: Any, one: Replacement, since: Since) -> Parameter | Table:
    number = one.entry.number
    if isinstance(body, Parameter):
        at = body.values[number - 1].at
        new = DatedValue(since.day, Literal(one.new, at), (since.cite,), at)
        return replace(body, values=(*body.values[:number], new, *body.values[number:]))
    assert isinstance(body, Table), "entries are of parameters and tables"
    row = body.rows[number - 1]
    added = replace(row, then=Literal(one.new, row.at), cite=(since.cite,), label=None, start=since.day, end=None)
    return replace(body, rows=(*body.rows[:number], added, *body.rows[number:]))


def _member(item: Item, number: int) -> DatedValue | Row:
    body = item.body
    assert isinstance(body, Parameter | Table), "entries are of parameters and tables"
    return body.values[number - 1] if isinstance(body, Parameter) else body.rows[number - 1]


def _cell(cell: Cell) -> Any:
    if cell.values is not None:
        values = [part.value for part in cell.values]
        return values[0] if len(values) == 1 else values
    if cell.excluded is not None:
        return {"not_in": [part.value for part in cell.excluded]}
    bounds: Mapping[str, Expression | None] = {"from": cell.low, "before": cell.high}
    return {key: _bound(bound) for key, bound in bounds.items() if bound is not None}


def _bound(bound: Expression) -> Any:
    if isinstance(bound, ItemRef):
        return {"ref": bound.id}
    assert isinstance(bound, Literal), "a bound is a literal or an item"
    return bound.value


def _closing(text: str, start: int) -> int:
    """Behind the brace that closes the one at ``start``; braces in quotes do not count."""
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


def _last_line(text: str, start: int, indent: int) -> int:
    """The end of the last line that belongs to an entry written below its dash."""
    end = text.find("\n", start)
    while end >= 0:
        following = text[end + 1 : (text.find("\n", end + 1) + 1 or len(text) + 1) - 1]
        if len(following) - len(following.lstrip()) <= indent or not following.strip():
            break
        end = text.find("\n", end + 1)
    return end
