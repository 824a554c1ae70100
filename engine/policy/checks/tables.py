"""Decision tables have a unique hit: a convention comes in, overlaps, gaps and rows that never match go out.

Inputs are split into the classes that the cells tell apart; what bounds on other items leave open is not guessed. Gaps
are told in few words: points that no row covers become ranges of inputs.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any

from engine.errors import Problem
from engine.language.expressions import Compare, Condition, FactRef, ItemRef, Literal, Text
from engine.language.facts import SIGNATURE, Fact, Vocabulary
from engine.language.operators import COMPARISONS
from engine.language.types import Type
from engine.language.values import as_written
from engine.policy.checks.outcomes import decided
from engine.policy.model import Convention, Item, Row, Table
from engine.policy.offers import narrowed
from engine.policy.overlays import DAY, in_force, laid_items
from engine.policy.regions import cells_of, classes, constant, fits
from engine.policy.registry import Registry
from engine.policy.resolve import faults, resolve
from engine.words import LANGUAGES, read_words

MAX_CLASSES = 20_000
_HARMLESS = frozenset({"missing-unit", "scale-mismatch"})  # the cells still mean what they say
Point = Mapping[str, Any]
MAX_GAPS = 10  # ranges told of one table
Indices = tuple[int, ...]
Numbers = Mapping[str, int]  # which of the classes of each input


def table_problems(registry: Registry, convention: Convention) -> Iterator[Problem]:
    """Overlaps, gaps and unreachable rows of every table of ``convention``."""
    items = {**laid_items(convention, ()), **convention.items}
    known = registry.choices(convention)
    vocabulary = narrowed(registry.vocabulary, convention)
    resolved = resolve(items, vocabulary, known)
    for item in convention.items.values():
        if isinstance(item.body, Table):
            codes = {problem.code for problem in faults(item, resolved, vocabulary, known)}
            if codes - _HARMLESS:
                continue
            body = in_force(item.body, FactRef(SIGNATURE, item.at))
            types = {name: _type(ref, vocabulary, resolved.types) for name, ref in body.inputs.items()}
            speech = {name: _speech(ref, vocabulary, items) for name, ref in body.inputs.items()}
            yield from _table(item, body, types, vocabulary, convention.signed_from, speech)


def _type(ref: FactRef | ItemRef, vocabulary: Vocabulary, types: Mapping[str, Type | None]) -> Type | None:
    if isinstance(ref, FactRef):
        fact = vocabulary.facts.get(ref.name)
        return fact.type if fact else None
    return types.get(ref.id)


def _speech(ref: FactRef | ItemRef, vocabulary: Vocabulary, items: Mapping[str, Item]) -> Fact | Item:
    """What an input of a table is called, and its values; resolved before, it is there."""
    return vocabulary.facts[ref.name] if isinstance(ref, FactRef) else items[ref.id]


def _table(
    item: Item,
    table: Table,
    types: Mapping[str, Type | None],
    vocabulary: Vocabulary,
    first: dt.date,
    speech: Mapping[str, Fact | Item],
) -> Iterator[Problem]:
    found = _classes(table, types, vocabulary, first)
    if found is None:
        return
    if prod(map(len, found.values())) > MAX_CLASSES:
        yield Problem(item.at, "outcome-open", {"id": item.id, "limit": MAX_CLASSES})
        return
    reached: set[int] = set()
    gaps: list[dict[str, int]] = []
    overlaps: set[tuple[int, int]] = set()
    for indices in product(*(range(len(values)) for values in found.values())):
        point = {name: found[name][index] for name, index in zip(found, indices, strict=True)}
        hits = [index for index, row in enumerate(table.rows) if _matches(row, point, types)]
        reached.update(hits)
        if not hits and _applies(item, table, point, types):
            gaps.append(dict(zip(found, indices, strict=True)))
        if len(hits) > 1 and (hits[0], hits[1]) not in overlaps:
            overlaps.add((hits[0], hits[1]))
            box = dict(zip(found, ((index,) for index in indices), strict=True))
            values_ = {"inputs": _in_words(box, found, speech), "line": table.rows[hits[0]].at.line}
            yield Problem(table.rows[hits[1]].at, "row-overlap", values_)
    yield from gap_problems(item, gaps, found, speech)
    for index, row in enumerate(table.rows):
        if index not in reached:
            yield Problem(row.at, "unreachable-row")


def _classes(
    table: Table, types: Mapping[str, Type | None], vocabulary: Vocabulary, first: dt.date
) -> dict[str, list[Any]] | None:
    """The classes of each input, of days from ``first`` on; None where a type is unknown, or a bound is an item."""
    found: dict[str, list[Any]] = {}
    for name, ref in table.inputs.items():
        type_ = types[name]
        fact = vocabulary.facts.get(ref.name) if isinstance(ref, FactRef) else None
        values = None if type_ is None else classes(cells_of(table, name), type_, fact)
        if values is None:
            return None
        found[name] = [max(first, day) for day in values] if name == DAY else values
    return found


def _matches(row: Row, point: Point, types: Mapping[str, Type | None]) -> bool:
    return all(fits(cell, point[name], type_) for name, cell in row.cells.items() if (type_ := types.get(name)))


def _applies(item: Item, table: Table, point: Point, types: Mapping[str, Type | None]) -> bool:
    """False only where the table's own gates surely close for these inputs."""
    by_name = {
        (ref.name if isinstance(ref, FactRef) else ref.id): (point[name], types[name])
        for name, ref in table.inputs.items()
    }

    def holds(node: Condition) -> bool | None:
        return decided(node, lambda atom: _compared(atom, by_name))

    closed = item.applies_when is not None and holds(item.applies_when) is False
    return not (closed or (item.unless is not None and holds(item.unless) is True))


def _compared(node: Condition, known: Mapping[str, tuple[Any, Type | None]]) -> bool | None:
    match node:
        case Compare(operator, left) if COMPARISONS[operator].operands != "flag":
            value, type_ = known.get(left.name if isinstance(left, FactRef) else left.id, (None, None))
            if type_ is None:
                return None
            literals = [part for part in node.operands if isinstance(part, Literal)]
            if len(literals) == len(node.operands):
                row = COMPARISONS[operator]
                return bool(row.scalar(value, row.gathered([constant(part, type_) for part in literals])))
    return None


def gap_problems(
    item: Item, points: Sequence[Numbers], classes: Mapping[str, Sequence[Any]], speech: Mapping[str, Fact | Item]
) -> Iterator[Problem]:
    """The points as few ranges, each a problem; of the last that is told, how many more there are."""
    found = _boxes(points, tuple(classes))
    for number, box in enumerate(found[:MAX_GAPS], 1):
        more = len(found) - MAX_GAPS if number == MAX_GAPS else 0
        yield Problem(item.at, "row-gap", {"inputs": _in_words(box, classes, speech, more)})


def _boxes(points: Sequence[Numbers], names: Sequence[str]) -> list[dict[str, Indices]]:
    """Points merged along one input after the other, where all others are the same."""
    boxes: list[dict[str, Indices]] = [{name: (point[name],) for name in names} for point in points]
    for name in reversed(names):
        merged: dict[tuple[Indices, ...], dict[str, Indices]] = {}
        for box in boxes:
            kept = merged.setdefault(tuple(box[other] for other in names if other != name), {**box, name: ()})
            kept[name] = (*kept[name], *box[name])
        boxes = list(merged.values())
    return boxes


def _in_words(
    box: Mapping[str, Indices], classes: Mapping[str, Sequence[Any]], speech: Mapping[str, Fact | Item], more: int = 0
) -> dict[str, str]:
    """Some inputs of a table by their labels, in each language."""
    return {lang: _said(box, classes, speech, more, lang) for lang in LANGUAGES}


def _said(
    box: Mapping[str, Indices],
    classes: Mapping[str, Sequence[Any]],
    speech: Mapping[str, Fact | Item],
    more: int,
    lang: str,
) -> str:
    words = read_words("reports", lang)
    parts = [
        words["quoted"].format(text=speech[name].label[lang]) + _range(indices, classes[name], speech[name], lang)
        for name, indices in box.items()
        if len(indices) < len(classes[name])
    ]
    text = words["semicolon"].join(parts) or words["gap_any"]
    return str(text + (words["gap_more"].format(count=more) if more else ""))


def _range(indices: Indices, classes: Sequence[Any], named: Fact | Item, lang: str) -> str:
    """Some classes of one input: named values one by one, numbers and days from one to the other."""
    words = read_words("reports", lang)
    low, high = classes[min(indices)], classes[max(indices)]
    runs = len(indices) == max(indices) - min(indices) + 1
    if len(indices) == 1 or not runs or isinstance(low, str | bool):
        return str(words["colon"]) + ", ".join(
            value_said(classes[index], named.value_labels, lang) for index in indices
        )
    if max(indices) == len(classes) - 1:
        return f" {words['gap_from'].format(low=low)}"
    return f" {words['gap_to' if min(indices) == 0 else 'gap_between'].format(low=low, high=high)}"


def value_said(value: Any, labels: Mapping[str, Text], lang: str) -> str:
    """A value by its label, where it has one."""
    name = as_written(value)
    return labels[name][lang] if name in labels else str(read_words("reports", lang).get(f"values.{name}", name))
