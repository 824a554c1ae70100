"""Puts changed numbers and new rows into the rule files: changes come in, files in which nothing else has moved go out.

A number is replaced at its own place, byte for byte beside it; a new value or row stands behind the one that it
follows, so that what held before stays. What is wrong is told at its cell before anything is written. What was written
is read again, and if it does not hold exactly these changes, or if the policies have a fault that they had not, every
file is put back as it was.
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
from engine.errors import ERROR, InputFault, Location, Problem, UsageFault, fault, wrong
from engine.exchange.importing import SheetChange
from engine.exchange.rules_text import one_line
from engine.exchange.tables import CITATION, FROM, VALUE, WHEN, rule_cells, table_of
from engine.files import replacing
from engine.language.expressions import Citation, Literal, Node, rebuilt
from engine.language.pieces import Piece, placed
from engine.language.reading import Home
from engine.policy.checks import check_convention, check_folder
from engine.policy.items import dated_value, table_row
from engine.policy.loader import read_bytes
from engine.policy.model import Convention, Item
from engine.policy.reading import read_registry
from engine.policy.registry import Registry

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # as YAML counts lines
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?=[\s,}\]]|\Z)")
_BRACES = re.compile(r"""(?<=[ {\[,:])(?:"(?:\\.|[^"\\])*"|'(?:''|[^'])*')|(?<=\s)#[^\n]*|[{}\[\]]""", re.DOTALL)
_MARK = "\ufeff"
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
        return table_of(self.item).rows[self.number - 1].at

    @property
    def piece(self) -> Piece:
        """The same as it is read, each part at the cell of the sheet that says it."""
        cells = {key: placed(value, _cell(self.at, _COLUMNS.get(key, WHEN))) for key, value in self.data.items()}
        return placed({}, _cell(self.at, WHEN)).of(cells)


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
    names = dict.fromkeys((*table_of(one.item).inputs, *one.cells))
    cells = {name: one.cells[name] for name in names if name in one.cells}
    held = {"from": day.isoformat()} if day is not None else {}
    value = {"value" if one.item.kind == "parameter" else "then": one.value}
    number = _followed(one, folder) if one.entry is None else one.entry.number
    return Addition(one.item, number, {**cells, **held, **value, "cite": sources}, one.at)


def _followed(new: SheetChange, folder: Path) -> int:
    """The number of what a new row stands behind: the last of the same cells that the folder has, or its last."""
    rows = table_of(new.item).rows
    if new.item.kind == "parameter":
        last = new.since or dt.date.max
        return max((n for n, each in enumerate(rows, 1) if (each.start or dt.date.min) <= last), default=1)
    own = {n: each for n, each in enumerate(rows, 1) if folder in Path(each.at.file).parents}
    alike = [n for n, row in own.items() if rule_cells(row) == new.cells]
    return max(alike or own, default=len(rows))


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
        table, read = table_of(item), dated_value if item.kind == "parameter" else table_row
        row = read(one.piece, Home(convention.id))
        rows = (*table.rows[: one.number], row, *table.rows[one.number :])
        items[item.id] = replace(item, body=replace(table, rows=rows))
    return replace(convention, items=items)


def _closing(text: str, start: int) -> int:
    """The index after the brace that closes the one at ``start``; those in quotes and comments do not count."""
    depth = 0
    for found in _BRACES.finditer(text, start):
        depth += {"{": 1, "[": 1, "}": -1, "]": -1}.get(found[0], 0)
        if depth == 0:
            return found.end()
    raise AssertionError("what was read as a rule closes its braces")


@dataclass(frozen=True, slots=True)
class Planned:
    """What an import does to the rules: numbers in place of others, what is added, and the convention as it is then."""

    corrected: Sequence[SheetChange]
    added: Sequence[Addition]
    expected: Convention


def planned(registry: Registry, convention: Convention, found: Sequence[SheetChange], since: Since) -> Planned:
    """What the changes of a sheet come to: from a day on, or without one in place of what is there.

    Raises:
        InputFault: at the cells of the sheet: a value stands in the folder of a text that this one amends, a new row
            rests on no text, or ``avenant check`` finds a fault in the rules as they would be.
    """
    folder = registry.root / convention.id
    added = additions(found, since, folder)
    corrected = [one for one in found if one.entry is not None] if since.day is None else []
    places = [(one.was.at, one.item) for one in corrected] + [(one.place, one.item) for one in added]
    kept = [(at, item) for at, item in places if folder not in Path(at.file).parents]
    if kept:
        raise InputFault(wrong(at, "exchange-kept", convention=convention.id, id=item.id) for at, item in kept)
    resourced = [one for one in corrected if one.cite]
    if resourced:
        raise InputFault(Problem(one.at._replace(column=CITATION + 1), "exchange-resourced") for one in resourced)
    expected = with_values(convention, {one.was.at: one.value for one in corrected})
    expected = with_added(expected, added)
    beside = replace(registry, conventions={**registry.conventions, convention.id: expected})
    _no_worse(check_convention(registry, convention), check_convention(beside, expected))
    return Planned(corrected, added, expected)


def write_rules(registry: Registry, plan: Planned) -> tuple[str, ...]:
    """Writes what was planned, and gives the names of the files that have changed.

    Raises:
        InputFault: a file cannot be written, or the policies would have a new fault; nothing has changed then.
        UsageFault: the policies are those that came with the program.
    """
    if registry.origin == "package":
        raise UsageFault(Problem(Location(str(registry.root)), "exchange-packaged"))
    files = dict.fromkeys([one.was.at.file for one in plan.corrected] + [one.place.file for one in plan.added])
    before = {name: read_bytes(Path(name), name) for name in files}
    after = {name: replaced(content, name, plan.corrected, plan.added) for name, content in before.items()}
    told = check_folder(registry.root, registry.origin)
    try:
        _put(after)
        _no_worse(told, check_folder(registry.root, registry.origin))
        read, _ = read_registry(registry.root, registry.origin)
        now = read.conventions.get(plan.expected.id)
        changed = edits(plan.expected, now, read.vocabulary) if now is not None else ()
        if now is None or any(edit.weight != "label" for edit in changed):  # words may say a number
            raise InputFault(Problem(Location(name), "exchange-undone") for name in files)
    except BaseException:
        _put({name: content for name, content in before.items() if Path(name).read_bytes() != content})
        raise
    return tuple(files)


def replaced(content: bytes, name: str, corrected: Iterable[SheetChange], added: Iterable[Addition] = ()) -> bytes:
    """A rule file with these of its numbers and rows; raises InputFault: a number is not where it was read."""
    text = content.decode("utf-8")
    starts = [0, *(match.end() for match in _BREAK.finditer(text))]
    spans: list[tuple[int, int, str]] = []
    for one in corrected:
        at = one.was.at
        if at.file == name:
            start = _offset(text, starts, at)
            match = _NUMBER.match(text, start)
            if match is None or Decimal(match[0]) != one.was.value:
                raise fault(Location(name, at.line, at.column), "exchange-stale", value=one.was.value)
            spans.append((start, match.end(), f"{Decimal(one.value):f}"))
    for new in added:
        if new.place.file == name:
            end, line = behind(text, _offset(text, starts, new.place), one_line(new.data))
            spans.append((end, end, line))
    for start, end, number in sorted(spans, key=lambda span: span[0])[::-1]:
        text = text[:start] + number + text[end:]
    return text.encode("utf-8")


def _offset(text: str, starts: Sequence[int], at: Location) -> int:
    marked = len(_MARK) if at.line == 1 and text.startswith(_MARK) else 0
    return starts[at.line - 1] + at.column - 1 + marked if at.line <= len(starts) else len(text)


def with_values(convention: Convention, values: Mapping[Location, int | Decimal]) -> Convention:
    """The convention with the numbers at these places replaced."""

    def change(node: Node) -> Node:
        return replace(node, value=values[node.at]) if isinstance(node, Literal) and node.at in values else node

    return replace(convention, items={id_: rebuilt(item, change) for id_, item in convention.items.items()})


def _no_worse(before: Iterable[Problem], after: Iterable[Problem]) -> None:
    """Raises the errors that were not there before, wherever a longer number has moved their column."""

    def seen(problem: Problem) -> tuple[object, ...]:
        return (problem.location.file, problem.location.line, problem.code, problem.message())

    known = frozenset(map(seen, before))
    if fresh := [each for each in after if each.severity == ERROR and seen(each) not in known]:
        raise InputFault(fresh)


def _put(contents: Mapping[str, bytes]) -> None:
    """Replaces files once all new ones are whole, so that a full disk replaces none."""
    with contextlib.ExitStack() as stack:
        for name, content in contents.items():
            stack.enter_context(replacing(Path(name))).write_bytes(content)
