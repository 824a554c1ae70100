"""Decision tables have a unique hit: a convention comes in, overlaps, gaps and rows that never match go out.

Inputs are split into the classes that the cells tell apart; what bounds on other items leave open is not guessed. Gaps
are told in few words: points that no row covers become ranges of inputs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod
from typing import Any

from engine.errors import Problem, wrong
from engine.language.expressions import Compare, Condition, FactRef, ItemRef, Literal
from engine.language.facts import SIGNATURE, Fact, Vocabulary
from engine.language.operators import COMPARISONS
from engine.language.types import Type
from engine.language.typing import literal_value
from engine.language.values import as_written
from engine.policy.checks.outcomes import decided
from engine.policy.model import Convention, DecisionTable, Item, Row
from engine.policy.overlays import DAY, in_force, laid_items, narrowed
from engine.policy.regions import cells_of, classes, matches
from engine.policy.registry import Registry
from engine.policy.resolve import Resolved, faults, resolve
from engine.words import LANGUAGES, in_each_language, read_words

MAX_CLASSES = 20_000
_HARMLESS = frozenset({"missing-unit", "scale-mismatch"})  # the cells still mean what they say
Point = Mapping[str, Any]
MAX_GAPS = 10  # ranges told of one table
Indices = tuple[int, ...]
Box = Mapping[str, Indices]  # which of the classes of each input


@dataclass(frozen=True, slots=True)
class _Input:
    """An input of a table: the fact or item that it reads, its type, and a value of each of its classes."""

    ref: FactRef | ItemRef
    said: Fact | Item
    type: Type
    classes: Sequence[Any]


def table_problems(registry: Registry, convention: Convention) -> Iterator[Problem]:
    """Overlaps, gaps and unreachable rows of every table of ``convention``."""
    items = {**laid_items(convention, ()), **convention.items}
    if convention.knows.keys() - registry.vocabulary.facts.keys():  # a misspelt one, without which rows look left out
        return
    known = registry.choices(convention)
    vocabulary = narrowed(registry.vocabulary, convention)
    resolved = resolve(items, vocabulary, known)
    for item in convention.items.values():
        if isinstance(item.body, DecisionTable) and item.kind == "table":
            codes = {problem.code for problem in faults(item, resolved, vocabulary, known)}
            body = in_force(item.body, FactRef(SIGNATURE, item.at))
            inputs = None if codes - _HARMLESS else _inputs(body, resolved, vocabulary, convention.signed_from)
            if inputs is not None:
                yield from _table(convention, item, body, inputs)


def _inputs(
    table: DecisionTable, resolved: Resolved, vocabulary: Vocabulary, first: dt.date
) -> dict[str, _Input] | None:
    """The inputs with their classes, of days from ``first`` on; None where a type is unknown, or a bound is an item."""
    found: dict[str, _Input] = {}
    for name, ref in table.inputs.items():
        said = vocabulary.facts[ref.name] if isinstance(ref, FactRef) else resolved.items[ref.id]
        type_ = said.type if isinstance(said, Fact) else resolved.types.get(said.id)
        fact = said if isinstance(said, Fact) else None
        values = None if type_ is None else classes(cells_of(table, name), type_, fact)
        if type_ is None or values is None:
            return None
        values = [max(first, day) for day in values] if name == DAY else values
        found[name] = _Input(ref, said, type_, values)
    return found


def _table(convention: Convention, item: Item, table: DecisionTable, inputs: Mapping[str, _Input]) -> Iterator[Problem]:
    if prod(len(each.classes) for each in inputs.values()) > MAX_CLASSES:
        yield wrong(item.at, "outcome-open", id=item.id, limit=MAX_CLASSES)
        return
    types = {name: each.type for name, each in inputs.items()}
    reached: set[int] = set()
    gaps: list[Box] = []
    overlaps: set[tuple[int, int]] = set()
    for indices in product(*(range(len(each.classes)) for each in inputs.values())):
        box = {name: (index,) for name, index in zip(inputs, indices, strict=True)}
        point = {name: inputs[name].classes[index] for name, (index,) in box.items()}
        hits = [index for index, row in enumerate(table.rows) if matches(row, point, types)]
        reached.update(hits)
        if not hits and _applies(item, point, inputs):
            gaps.append(box)
        if len(hits) > 1 and (hits[0], hits[1]) not in overlaps:
            overlaps.add((hits[0], hits[1]))
            yield _overlap(convention, table.rows[hits[0]], table.rows[hits[1]], _in_words(box, inputs))
    merged = _merged(gaps, tuple(inputs))
    for number, gap in enumerate(merged[:MAX_GAPS], 1):
        more = len(merged) - MAX_GAPS if number == MAX_GAPS else 0
        yield wrong(item.at, "row-gap", inputs=_in_words(gap, inputs, more))
    for index, row in enumerate(table.rows):
        if index not in reached:
            yield _never(convention, item, row, index)


def _never(convention: Convention, item: Item, row: Row, index: int) -> Problem:
    """That a row never matches: told at the one of its cells that ends it, where that is dated before the text."""
    rows = item.body.rows if isinstance(item.body, DecisionTable) else ()
    first = convention.signed_from
    early = (other for other in rows if other.start and other.start <= first and other.cells == rows[index].cells)
    ends = next((other for other in early if other.at != row.at), None)
    if ends is None or ends.start is None:
        return wrong(row.at, "unreachable-row")
    return wrong(ends.at, "value-never", id=item.id, date=ends.start.isoformat(), start=first.isoformat())


def _overlap(convention: Convention, first: Row, second: Row, inputs: Mapping[str, str]) -> Problem:
    """Two rows for one case: told at the later one; where an amended text has that, at the one of the text itself."""
    base = convention.amends is not None and convention.writes(first.at) and not convention.writes(second.at)
    told, other = (first, second) if base else (second, first)
    beside = told.at.file == other.at.file
    place = in_each_language("on_line", line=other.at.line) if beside else in_each_language("at_place", place=other.at)
    return wrong(told.at, "row-overlap", inputs=inputs, other=place)


def _applies(item: Item, point: Point, inputs: Mapping[str, _Input]) -> bool:
    """False only where the table's own gates surely close for these inputs."""
    known = {each.ref: (point[name], each.type) for name, each in inputs.items()}

    def holds(node: Condition) -> bool | None:
        return decided(node, lambda atom: _compared(atom, known))

    closed = item.applies_when is not None and holds(item.applies_when) is False
    return not (closed or (item.unless is not None and holds(item.unless) is True))


def _compared(node: Condition, known: Mapping[FactRef | ItemRef, tuple[Any, Type]]) -> bool | None:
    match node:
        case Compare(operator, left) if left in known and COMPARISONS[operator].operands != "flag":
            value, type_ = known[left]
            literals = [part for part in node.operands if isinstance(part, Literal)]
            if len(literals) == len(node.operands):
                row = COMPARISONS[operator]
                return bool(row.scalar(value, row.gathered([literal_value(part, type_) for part in literals])))
    return None


def _merged(boxes: Sequence[Box], names: Sequence[str]) -> Sequence[Box]:
    """Points as few ranges: merged along one input after the other, where all others are the same."""
    for name in reversed(names):
        merged: dict[tuple[Indices, ...], dict[str, Indices]] = {}
        for box in boxes:
            kept = merged.setdefault(tuple(box[other] for other in names if other != name), {**box, name: ()})
            kept[name] = (*kept[name], *box[name])
        boxes = list(merged.values())
    return boxes


def _in_words(box: Box, inputs: Mapping[str, _Input], more: int = 0) -> dict[str, str]:
    """Some classes of each input by their labels, in each language; of many ranges, how ``more`` there are."""
    told = {}
    for lang in LANGUAGES:
        words = read_words("reports", lang)
        parts = [
            words["quoted"].format(text=inputs[name].said.label[lang]) + _range(indices, inputs[name], lang)
            for name, indices in box.items()
            if len(indices) < len(inputs[name].classes)
        ]
        text = words["semicolon"].join(parts) or words["gap_any"]
        told[lang] = str(text + (words["gap_more"].format(count=more) if more else ""))
    return told


def _range(indices: Indices, asked: _Input, lang: str) -> str:
    """Some classes of one input: named values one by one, numbers and days from one to the other."""
    words = read_words("reports", lang)
    low, high = asked.classes[min(indices)], asked.classes[max(indices)]
    runs = len(indices) == max(indices) - min(indices) + 1
    if len(indices) == 1 or not runs or isinstance(low, str | bool):
        names, labels = [as_written(asked.classes[index]) for index in indices], asked.said.value_labels
        told = (labels[name][lang] if name in labels else words.get(f"values.{name}", name) for name in names)
        return str(words["colon"]) + ", ".join(told)
    if max(indices) == len(asked.classes) - 1:
        return f" {words['gap_from'].format(low=low)}"
    return f" {words['gap_to' if min(indices) == 0 else 'gap_between'].format(low=low, high=high)}"
