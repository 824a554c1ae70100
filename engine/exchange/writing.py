"""Puts changed numbers and new rows into the rule files: changes come in, files in which nothing else has moved go out.

Each number is replaced at its own place, byte for byte beside it. What is wrong is told at its cell before anything is
written. What was written is read again, and if it does not hold exactly these changes, or if the policies have a fault
that they had not, every file is put back as it was.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from engine.comparison.edits.structure import edits
from engine.errors import ERROR, InputFault, Location, Problem, UsageFault, fault, wrong
from engine.exchange.dating import Addition, Since, additions, behind, with_added
from engine.exchange.importing import SheetChange
from engine.exchange.tables import CITATION
from engine.files import replacing
from engine.language.expressions import Literal, Node, rebuilt
from engine.policy.checks import check_convention, check_folder
from engine.policy.loader import read_bytes
from engine.policy.model import Convention
from engine.policy.reading import read_registry
from engine.policy.registry import Registry

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # as YAML counts lines
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?=[\s,}\]]|\Z)")
_MARK = "\ufeff"

Number = int | Decimal


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
        if now is None or edits(plan.expected, now):  # it is not what was asked for
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
            end, line = behind(text, _offset(text, starts, new.place), new.line)
            spans.append((end, end, line))
    for start, end, number in sorted(spans, key=lambda span: span[0])[::-1]:
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
