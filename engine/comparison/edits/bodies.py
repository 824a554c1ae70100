"""How two items of one id differ: gates, body, warnings, citations and texts, each at its smallest place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import PurePath

from engine.comparison.edits.conditions import condition_differences
from engine.comparison.edits.formulas import expression_differences
from engine.comparison.edits.matching import matched
from engine.comparison.edits.pieces import Difference, Path, citation_differences, cited, likeness, text_differences
from engine.comparison.edits.regions import Setting
from engine.comparison.edits.rows import table_differences, value_differences
from engine.comparison.edits.same import key
from engine.language.expressions import Text
from engine.policy.model import (
    Caution,
    Criterion,
    DatedValue,
    Derogation,
    Excluded,
    Item,
    Obligation,
    Outcome,
    Parameter,
    Payment,
    Quantity,
    Rule,
    Table,
)


def item_differences(a: Item, b: Item, setting: Setting, starts: tuple[dt.date, dt.date]) -> Iterator[Difference]:
    """Every difference of two items; ``starts`` are the first days of the windows of their conventions."""
    if a.id != b.id:
        yield Difference("moved", "id", (), a.id, b.id, a.at, b.at)
    yield from _place(a, b)
    if a.unit != b.unit:
        yield Difference("changed", "unit", (), a.unit, b.unit, a.at, b.at)
    yield from condition_differences(a.applies_when, b.applies_when, (("applies_when", ""),))
    yield from condition_differences(a.unless, b.unless, (("unless", ""),))
    if a.kind != b.kind:
        yield Difference("changed", "kind", (), a.kind, b.kind, a.at, b.at)
    else:
        yield from _body(a, b, setting, starts)
    yield from _warnings(a.warnings, b.warnings, a, b)
    yield from citation_differences(a.cite, b.cite, (), a.at, b.at)
    yield from text_differences(a.label, b.label, "label", (), a.at, b.at)
    yield from text_differences(a.note, b.note, "note", (), a.at, b.at)
    yield from labels(a.value_labels, b.value_labels, a, b)


def _place(a: Item, b: Item) -> Iterator[Difference]:
    """The file; an item that only overlays bring to life is another thing than one of the convention's own."""
    if a.transitional != b.transitional:
        yield Difference("changed", "transitional", (), a.transitional, b.transitional, a.at, b.at)
    files = [PurePath(item.at.file).name for item in (a, b)]
    if files[0] != files[1]:
        yield Difference("moved", "file", (), files[0], files[1], a.at, b.at, "label")


def labels(
    before: Mapping[str, Text], after: Mapping[str, Text], a: Item, b: Item, kind: str = "value"
) -> Iterator[Difference]:
    """The labels of values, by value."""
    for name in dict.fromkeys((*before, *after)):
        yield from text_differences(before.get(name), after.get(name), "value_label", ((kind, name),), a.at, b.at)


def _body(a: Item, b: Item, setting: Setting, starts: tuple[dt.date, dt.date]) -> Iterator[Difference]:
    match a.body, b.body:
        case Parameter(old), Parameter(new):
            yield from _dated(old, new, starts)
        case Table(), Table():
            yield from table_differences(a.body, b.body, setting)
        case Quantity(old_expression), Quantity(new_expression):
            yield from expression_differences(old_expression, new_expression, ())
        case Criterion(), Criterion():
            yield from condition_differences(a.body.met_when, b.body.met_when, (("met_when", ""),))
            yield from derogation_differences(a.body.derogations, b.body.derogations)
        case Outcome(), Outcome():
            yield from _outcome(a, a.body, b, b.body)
        case Payment(), Payment():
            yield from expression_differences(a.body.amount, b.body.amount, (("amount", ""),))
            yield from expression_differences(a.body.due, b.body.due, (("due", ""),))
        case Obligation(), Obligation():
            yield from expression_differences(a.body.due, b.body.due, (("due", ""),))
            yield from condition_differences(a.body.done_when, b.body.done_when, (("done_when", ""),))


def _dated(
    old: Sequence[DatedValue], new: Sequence[DatedValue], starts: tuple[dt.date, dt.date]
) -> Iterator[Difference]:
    """Values by their first day; those that hold on the first day of the windows are the same line."""
    keys = [
        [max(value.start, start) if number else start for number, value in enumerate(values)]
        for values, start in zip((old, new), starts, strict=True)
    ]
    days = [[None if day == start else day for day in each] for each, start in zip(keys, starts, strict=True)]
    found = matched(days[0], days[1], lambda i, j: float(key(old[i].value) == key(new[j].value)), ordered=False)
    for i, j in (*found.same, *found.changed):
        yield from _dated_value(old[i], new[j], (i, j) in found.changed, starts)
    for i in found.gone:
        gone, path = old[i], (("value", old[i].start.isoformat()),)
        yield Difference("removed", "dated_value", path, gone, None, gone.at, None, cite_before=gone.cite or None)
    for j in found.new:
        came, path = new[j], (("value", new[j].start.isoformat()),)
        yield Difference("added", "dated_value", path, None, came, None, came.at, cite_after=came.cite or None)


def _dated_value(a: DatedValue, b: DatedValue, moved: bool, starts: tuple[dt.date, dt.date]) -> Iterator[Difference]:
    path = (("value", b.start.isoformat()),)
    natural = a.start - starts[0] == b.start - starts[1]
    if moved or (a.start != b.start and not natural):
        # Before the window opens a first day decides nothing.
        weight = "rule" if moved else "label"
        yield from cited([Difference("changed", "from", path, a.start, b.start, a.at, b.at, weight)], a.cite, b.cite)
    yield from cited(value_differences(a.value, b.value, path), a.cite, b.cite)
    yield from citation_differences(a.cite, b.cite, path, a.at, b.at)


def derogation_differences(old: Sequence[Derogation], new: Sequence[Derogation]) -> Iterator[Difference]:
    """Derogations by id."""
    before, after = ({each.id: each for each in side} for side in (old, new))
    for id_ in dict.fromkeys((*after, *before)):
        path, a, b = (("derogation", id_),), before.get(id_), after.get(id_)
        if a is not None and b is not None:
            yield from derogation_difference(a, b, path)
        elif b is not None:
            yield Difference("added", "derogation", path, None, b, None, b.at, cite_after=b.cite)
        elif a is not None:
            yield Difference("removed", "derogation", path, a, None, a.at, None, cite_before=a.cite)


def derogation_difference(a: Derogation, b: Derogation, path: Path) -> Iterator[Difference]:
    """One derogation on both sides."""
    yield from cited(condition_differences(a.when, b.when, (*path, ("when", ""))), a.cite, b.cite)
    yield from citation_differences(a.cite, b.cite, path, a.at, b.at)
    yield from text_differences(a.label, b.label, "label", path, a.at, b.at)


def _outcome(a: Item, old: Outcome, b: Item, new: Outcome) -> Iterator[Difference]:
    if set(old.values) != set(new.values):
        yield Difference("changed", "values", (), old.values, new.values, a.at, b.at)
    before, after = ({rule.id: rule for rule in side.rules} for side in (old, new))
    for id_ in dict.fromkeys((*after, *before)):
        yield from _rule(before.get(id_), after.get(id_), (("rule", id_),))
    yield from _excluded(a, old.excluded, b, new.excluded)


def _rule(a: Rule | None, b: Rule | None, path: Path) -> Iterator[Difference]:
    if a is None or b is None:
        if b is not None:
            yield Difference("added", "rule", path, None, b, None, b.at, cite_after=b.cite or None)
        if a is not None:
            yield Difference("removed", "rule", path, a, None, a.at, None, cite_before=a.cite or None)
        return
    yield from cited(condition_differences(a.when, b.when, (*path, ("when", ""))), a.cite, b.cite)
    if isinstance(a.then, str) or isinstance(b.then, str):
        changed = [Difference("changed", "value", path, a.then, b.then, a.at, b.at)] if a.then != b.then else []
    else:
        changed = expression_differences(a.then, b.then, path)
    yield from cited(changed, a.cite, b.cite)
    yield from citation_differences(a.cite, b.cite, path, a.at, b.at)


def _excluded(a: Item, old: Sequence[Excluded], b: Item, new: Sequence[Excluded]) -> Iterator[Difference]:
    """Combinations declared impossible: the checks read them, and no result does."""
    keys = [[key(each.when) for each in side] for side in (old, new)]
    found = matched(keys[0], keys[1], lambda i, j: likeness(old[i].when, new[j].when), ordered=False)
    for i, j in (*found.same, *found.changed):
        path = (("excluded", str(j + 1)),)
        for each in condition_differences(old[i].when, new[j].when, path):
            yield replace(each, weight="label")
        yield from text_differences(old[i].because, new[j].because, "because", path, old[i].at, new[j].at)
    for i in found.gone:
        path = (("excluded", str(i + 1)),)
        yield Difference("removed", "excluded", path, old[i].when, None, old[i].at, b.at, "label")
    for j in found.new:
        path = (("excluded", str(j + 1)),)
        yield Difference("added", "excluded", path, None, new[j].when, a.at, new[j].at, "label")


def _warnings(old: Sequence[Caution], new: Sequence[Caution], a: Item, b: Item) -> Iterator[Difference]:
    keys = [[key(each.when) for each in side] for side in (old, new)]
    found = matched(keys[0], keys[1], lambda i, j: float(dict(old[i].text) == dict(new[j].text)), ordered=False)
    for i, j in (*found.same, *found.changed):
        path = (("warning", str(j + 1)),)
        yield from condition_differences(old[i].when, new[j].when, path)
        yield from text_differences(old[i].text, new[j].text, "text", path, old[i].at, new[j].at)
    for i in found.gone:
        yield Difference("removed", "warning", (("warning", str(i + 1)),), old[i].when, None, old[i].at, b.at)
    for j in found.new:
        yield Difference("added", "warning", (("warning", str(j + 1)),), None, new[j].when, a.at, new[j].at)
