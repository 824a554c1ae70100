"""Conventions with one thing changed: a registry comes in, every mutant of its rules goes out, item by item.

A mutant is what a slip of the pen would make of the rules; a good test suite notices each of them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypeVar

from engine.language.expressions import Condition, Expression, FactRef, ItemRef, Literal, Unpublished
from engine.language.types import Type
from engine.policy.model import (
    Convention,
    Criterion,
    DatedValue,
    Item,
    Obligation,
    Outcome,
    Overlay,
    Parameter,
    Payment,
    Quantity,
    Row,
    Table,
)
from engine.policy.registry import Registry
from engine.suite.coverage import unpublished
from engine.suite.variants import NOTHING, Change, Setting, Variant, cell_variants, moved, own_step, variants

DAY = dt.timedelta(days=1)
SOME_DAY = "2000-01-01"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change and the convention that carries it; ``item`` is None where the change is not inside one item."""

    subject: str
    change: Change
    convention: Convention
    item: Item | None


def mutants(registry: Registry, types: Mapping[str, Mapping[str, Type | None]]) -> Iterator[Mutant]:
    """Every mutant of every convention; ``types`` gives the types of items for each convention."""
    for convention in registry.conventions.values():
        setting = _setting(registry, convention, types.get(convention.id, {}))
        for id_, item in convention.items.items():
            for change, changed in item_variants(item, setting):
                items = {**convention.items, id_: changed}
                yield Mutant(id_, change, replace(convention, items=items), item)
        yield from _of_derogations(convention, setting)
        yield from _of_head(registry, convention, setting)
        for i, overlay in enumerate(convention.overlays):
            for change, laid in _of_overlay(overlay, setting):
                overlays = (*convention.overlays[:i], *laid, *convention.overlays[i + 1 :])
                yield Mutant(overlay.id, change, replace(convention, overlays=overlays), None)


def _setting(registry: Registry, convention: Convention, types: Mapping[str, Type | None]) -> Setting:
    def step(ref: FactRef | ItemRef) -> Decimal:
        if isinstance(ref, FactRef):
            fact = registry.vocabulary.facts.get(ref.name)
            found = fact.type if fact else None
        else:
            found = types.get(ref.id)
        scale = 0 if found is None else found.scale
        return Decimal(1).scaleb(-(2 if scale is None else scale))

    sources = [convention, *(other for other in registry.conventions.values() if other.id != convention.id)]
    choices = {id_: tuple(each.choices) for source in reversed(sources) for id_, each in source.interpretations.items()}
    return Setting(step, choices, unpublished(convention))


_Part = TypeVar("_Part", Item, Overlay)


def _with(part: _Part, name: str, value: Any) -> _Part:
    changes: dict[str, Any] = {name: value}
    return replace(part, **changes)


def item_variants(item: Item, setting: Setting) -> Iterator[tuple[Change, Item]]:
    """Every change of one place in an item."""
    for gate in ("applies_when", "unless"):
        condition = getattr(item, gate)
        if condition is not None:
            yield Change("gate", condition.at, gate, NOTHING), _with(item, gate, None)
            for change, changed in variants(condition, setting):
                yield change, _with(item, gate, changed)
    for change, body in _body(item, setting):
        yield change, replace(item, body=body)
    for i, warning in enumerate(item.warnings):
        rest = item.warnings[:i] + item.warnings[i + 1 :]
        yield Change("warning", warning.at, "warning", NOTHING), replace(item, warnings=rest)
        for change, when in variants(warning.when, setting):
            changed_warning = replace(warning, when=when)
            yield change, replace(item, warnings=(*item.warnings[:i], changed_warning, *item.warnings[i + 1 :]))


def _body(item: Item, setting: Setting) -> Iterator[Variant]:
    body = item.body
    match body:
        case Parameter(values):
            for change, changed_values in _dated(values):
                yield change, replace(body, values=changed_values)
        case Table():
            yield from _table(body, setting)
        case Quantity(expression):
            for change, changed in variants(expression, setting):
                yield change, replace(body, expression=changed)
        case Criterion():
            yield from _criterion(body, setting)
        case Outcome():
            yield from _outcome(body, setting)
        case Payment(amount, due):
            for change, changed in variants(amount, setting):
                yield change, replace(body, amount=changed)
            for change, changed in _day(due, setting):
                yield change, replace(body, due=changed)
        case Obligation(due, done_when):
            yield from _obligation(body, due, done_when, setting)


def _dated(values: tuple[DatedValue, ...]) -> Iterator[tuple[Change, tuple[DatedValue, ...]]]:
    for i, dated in enumerate(values):
        for change, changed in _then(dated.value, [v.value for v in values if v is not dated]):
            yield change, (*values[:i], replace(dated, value=changed), *values[i + 1 :])
        if len(values) > 1:
            yield Change("value", dated.at, str(dated.start), NOTHING), values[:i] + values[i + 1 :]
        if i > 0:
            for sign in (-1, 1):
                start = dated.start + sign * DAY
                change = Change("threshold", dated.at, str(dated.start), str(start))
                yield change, (*values[:i], replace(dated, start=start), *values[i + 1 :])


def _then(value: Literal | Unpublished, others: list[Literal | Unpublished]) -> Iterator[tuple[Change, Any]]:
    """A value moved by one; an enum value or an unpublished one replaced by another that the item gives."""
    known = [other for other in others if isinstance(other, Literal)]
    if isinstance(value, Unpublished):
        instead = known[0] if known else Literal(0, value.at)
        yield Change("unpublished", value.at, "unpublished", str(instead.value)), instead
        if value.supplied_by:
            names = ", ".join(ref.name for ref in value.supplied_by)
            yield Change("supplied_by", value.at, names, NOTHING), replace(value, supplied_by=())
    elif isinstance(value.value, str):
        different = next((other for other in known if other.value != value.value), None)
        if different is not None:
            yield Change("value", value.at, value.value, str(different.value)), different
    else:
        for change, changed in moved(value, own_step(value)):
            yield replace(change, kind="value"), changed


def _table(table: Table, setting: Setting) -> Iterator[Variant]:
    for i, row in enumerate(table.rows):
        rest = table.rows[:i] + table.rows[i + 1 :]
        if rest:
            yield Change("row", row.at, "row", NOTHING), replace(table, rows=rest)
        for change, changed in _row(row, table, setting):
            yield change, replace(table, rows=(*table.rows[:i], changed, *table.rows[i + 1 :]))


def _row(row: Row, table: Table, setting: Setting) -> Iterator[tuple[Change, Row]]:
    for change, then in _then(row.then, [other.then for other in table.rows if other is not row]):
        yield change, replace(row, then=then)
    for name, cell in row.cells.items():
        for change, changed in cell_variants(cell, setting, table.inputs[name]):
            yield change, replace(row, cells={**row.cells, name: changed})


def _criterion(body: Criterion, setting: Setting) -> Iterator[Variant]:
    for change, met_when in variants(body.met_when, setting):
        yield change, replace(body, met_when=met_when)
    for i, derogation in enumerate(body.derogations):
        rest = body.derogations[:i] + body.derogations[i + 1 :]
        yield Change("derogation", derogation.at, derogation.id, NOTHING), replace(body, derogations=rest)
        for change, when in variants(derogation.when, setting):
            derogations = (*body.derogations[:i], replace(derogation, when=when), *body.derogations[i + 1 :])
            yield change, replace(body, derogations=derogations)


def _outcome(body: Outcome, setting: Setting) -> Iterator[Variant]:
    for i, rule in enumerate(body.rules):
        rest = body.rules[:i] + body.rules[i + 1 :]
        yield Change("rule", rule.at, rule.id, NOTHING), replace(body, rules=rest)
        was = rule.then if isinstance(rule.then, str) else "unpublished"
        other = next(value for value in body.values if value != was)
        rules = (*body.rules[:i], replace(rule, then=other), *body.rules[i + 1 :])
        yield Change("value", rule.at, was, other), replace(body, rules=rules)
        for change, when in variants(rule.when, setting):
            yield change, replace(body, rules=(*body.rules[:i], replace(rule, when=when), *body.rules[i + 1 :]))


def _obligation(
    body: Obligation, due: Expression | None, done_when: Condition | None, setting: Setting
) -> Iterator[Variant]:
    if due is not None:
        yield Change("due", due.at, "due", NOTHING), replace(body, due=None)
        for change, changed in _day(due, setting):
            yield change, replace(body, due=changed)
    if done_when is not None:
        yield Change("done_when", done_when.at, "done_when", NOTHING), replace(body, done_when=None)
        for change, changed in variants(done_when, setting):
            yield change, replace(body, done_when=changed)


def _day(due: Expression, setting: Setting) -> Iterator[Variant]:
    """A due day; where it is unpublished, some day instead."""
    for change, changed in variants(due, setting):
        if change.kind == "unpublished" and isinstance(changed, Literal):
            yield replace(change, after=SOME_DAY), replace(changed, value=SOME_DAY)
        else:
            yield change, changed


def _of_derogations(convention: Convention, setting: Setting) -> Iterator[Mutant]:
    """The derogations that overlays bring."""
    for id_, derogation in convention.derogations.items():
        for change, when in variants(derogation.when, setting):
            derogations = {**convention.derogations, id_: replace(derogation, when=when)}
            yield Mutant(id_, change, replace(convention, derogations=derogations), None)


def _of_head(registry: Registry, convention: Convention, setting: Setting) -> Iterator[Mutant]:
    for id_, question in convention.interpretations.items():
        other = next((choice for choice in question.choices if choice != question.default), None)
        if other is not None:
            questions = {**convention.interpretations, id_: replace(question, default=other)}
            change = Change("default", question.at, question.default, other)
            yield Mutant(id_, change, replace(convention, interpretations=questions), None)
    for change, years_from in variants(convention.years_from, setting):
        yield Mutant("years_from", change, replace(convention, years_from=years_from), None)
    first, end = convention.signed_from, convention.signed_before
    # Where another window ends on the first day, that one wins: an earlier first day changes nothing.
    after_another = any(
        other.signed_before == first and other.beneficiary == convention.beneficiary
        for other in registry.conventions.values()
    )
    for day in (first + DAY,) if after_another else (first - DAY, first + DAY):
        change = Change("threshold", convention.at, str(first), str(day))
        yield Mutant("signed.from", change, replace(convention, signed_from=day), None)
    for day in () if end is None else (end - DAY, end + DAY):
        change = Change("threshold", convention.at, str(end), str(day))
        yield Mutant("signed.before", change, replace(convention, signed_before=day), None)


def _of_overlay(overlay: Overlay, setting: Setting) -> Iterator[tuple[Change, tuple[Overlay, ...]]]:
    yield Change("overlay", overlay.at, overlay.id, NOTHING), ()
    for name in ("signed_from", "signed_before", "first_anniversary"):
        day = getattr(overlay, name)
        for other in () if day is None else (day - DAY, day + DAY):
            yield Change("threshold", overlay.at, f"{name} {day}", str(other)), (_with(overlay, name, other),)
    if overlay.when is not None:
        yield Change("gate", overlay.when.at, "when", NOTHING), (replace(overlay, when=None),)
        for change, when in variants(overlay.when, setting):
            yield change, (replace(overlay, when=when),)
    for name in ("replace", "add_derogations"):
        entries: Mapping[str, Any] = getattr(overlay, name)
        for key in entries:
            rest = {other: value for other, value in entries.items() if other != key}
            yield Change(name, overlay.at, key, NOTHING), (_with(overlay, name, rest),)
