"""Puts changed numbers into the rule files: replacements come in, files in which nothing else has moved go out.

Each number is replaced at its own place, or added behind what held before, byte for byte beside it. What was written is
read again, and if it does not hold exactly these changes, or if the policies have a fault that they had not, every file
is put back as it was.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from engine.comparison.edits.structure import edits
from engine.errors import ERROR, InputFault, Location, Problem, UsageFault, fault
from engine.exchange.importing import Replacement
from engine.exchange.rules_text import one_line
from engine.files import replacing
from engine.language.expressions import Cell, Citation, Expression, ItemRef, Literal, Node, rebuilt
from engine.policy.checks import check_folder
from engine.policy.loader import read_bytes
from engine.policy.model import Convention, DatedValue, Item, Parameter, Row, Table
from engine.policy.reading import read_registry
from engine.policy.registry import Registry

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


_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # as YAML counts lines
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?=[\s,}\]]|\Z)")
_MARK = "\ufeff"


def write_changes(
    registry: Registry, convention: Convention, found: Sequence[Replacement], since: Since | None = None
) -> tuple[str, ...]:
    """Writes the new values and gives the names of the files that have changed.

    With ``since`` they are added from that day on; without it they take the place of the old ones.

    Raises:
        InputFault: a file cannot be written, a value stands in the folder of a text that this one amends, or the
            policies would have a new fault; nothing has changed then.
        UsageFault: the policies are those that came with the program.
    """
    if registry.origin == "package":
        raise UsageFault(Problem(Location(str(registry.root)), "exchange-packaged"))
    folder = (registry.root / convention.id).as_posix()
    kept = [one.entry for one in found if not Path(_file(one)).as_posix().startswith(f"{folder}/")]
    if kept:
        values = [(entry.value.at, {"id": entry.item.id, "convention": convention.id}) for entry in kept]
        raise InputFault(Problem(at, "exchange-kept", value) for at, value in values)
    files = dict.fromkeys(one.entry.value.at.file for one in found)
    before = {name: read_bytes(Path(name), name) for name in files}
    after = {name: replaced(before[name], name, [one for one in found if _file(one) == name], since) for name in files}
    faults = frozenset(_fault(problem) for problem in check_folder(registry.root, registry.origin))
    try:
        _put(after)
        _verify(registry, convention, found, since, faults)
    except BaseException:
        _put({name: content for name, content in before.items() if Path(name).read_bytes() != content})
        raise
    return tuple(files)


def replaced(content: bytes, name: str, found: Iterable[Replacement], since: Since | None = None) -> bytes:
    """A rule file with these numbers in place of the old, or behind them, and everything else as it is.

    Raises:
        InputFault: the number to replace is not where it was read.
    """
    text = content.decode("utf-8")
    starts = [0, *(match.end() for match in _BREAK.finditer(text))]
    spans: list[tuple[int, int, str]] = []
    for one in found:
        at = one.entry.value.at
        start = _offset(text, starts, at)
        match = _NUMBER.match(text, start)
        if match is None or Decimal(match[0]) != one.old:
            raise fault(Location(name, at.line, at.column), "exchange-stale", value=one.old)
        if since is None:
            spans.append((start, match.end(), f"{Decimal(one.new):f}"))
        else:
            end, added = behind(text, _offset(text, starts, place(one)), line(one, since))
            spans.append((end, end, added))
    for start, end, number in sorted(spans, reverse=True):
        text = text[:start] + number + text[end:]
    return text.encode("utf-8")


def _offset(text: str, starts: Sequence[int], at: Location) -> int:
    marked = len(_MARK) if at.line == 1 and text.startswith(_MARK) else 0
    return starts[at.line - 1] + at.column - 1 + marked if at.line <= len(starts) else len(text)


def with_values(convention: Convention, values: Mapping[Location, Number]) -> Convention:
    """The convention with the numbers at these places replaced."""

    def change(node: Node) -> Node:
        return replace(node, value=values[node.at]) if isinstance(node, Literal) and node.at in values else node

    return replace(convention, items={id_: rebuilt(item, change) for id_, item in convention.items.items()})


def _file(one: Replacement) -> str:
    return one.entry.value.at.file


def _verify(
    registry: Registry,
    convention: Convention,
    found: Sequence[Replacement],
    since: Since | None,
    faults: frozenset[tuple[object, ...]],
) -> None:
    """Reads again what was written.

    Raises:
        InputFault: it is not what was asked for, or has a fault that was not there before.
    """
    told = check_folder(registry.root, registry.origin)
    fresh = [problem for problem in told if problem.severity == ERROR and _fault(problem) not in faults]
    if fresh:
        raise InputFault(fresh)
    if since is not None:
        expected = with_added(convention, found, since)
    else:
        expected = with_values(convention, {one.entry.value.at: one.new for one in found})
    read, _ = read_registry(registry.root, registry.origin)
    now = read.conventions.get(convention.id)
    if now is None or edits(expected, now):
        raise InputFault(Problem(Location(name), "exchange-undone") for name in {_file(one) for one in found})


def _fault(problem: Problem) -> tuple[object, ...]:
    """A fault without its column, which a longer number moves."""
    return (problem.location.file, problem.location.line, problem.code, problem.message())


def _put(contents: Mapping[str, bytes]) -> None:
    """Replaces files once all new ones are whole, so that a full disk replaces none."""
    with contextlib.ExitStack() as stack:
        for name, content in contents.items():
            stack.enter_context(replacing(Path(name))).write_bytes(content)
