"""Mutants: a registry comes in, every convention with one place of its rules changed goes out, item by item.

A mutant is what a slip of the pen would make of the rules; a good test suite notices each of them.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from engine.language.expressions import FactRef, ItemRef, Literal, Node, Unpublished, parts, with_part
from engine.language.facts import SIGNATURE
from engine.language.types import Type
from engine.language.values import add_months
from engine.policy import model
from engine.policy.overlays import covers
from engine.policy.registry import Registry
from engine.suite.coverage import unpublished
from engine.suite.variants import (
    NOTHING,
    Mutation,
    MutationSetting,
    Variant,
    cell_variants,
    variants,
    with_field,
    without,
)

DAY = dt.timedelta(days=1)
SOME_DAY = "2000-01-01"


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change and the convention that carries it; ``item`` is None where the change is not inside one item.

    ``taken_over`` are the amending conventions that keep the changed place as it is, and so carry the change too.
    """

    subject: str
    change: Mutation
    convention: model.Convention
    item: model.Item | None
    taken_over: tuple[model.Convention, ...] = ()

    @property
    def conventions(self) -> tuple[model.Convention, ...]:
        return (self.convention, *self.taken_over)


def mutants(registry: Registry, types: Mapping[str, Mapping[str, Type | None]]) -> Iterator[Mutant]:
    """Every mutant of every place of the rules; ``types`` gives the types of items for each convention."""
    found: dict[object, Mutant] = {}
    for convention in registry.conventions.values():
        met: Counter[object] = Counter()
        for mutant in _of_convention(registry, convention, types.get(convention.id, {})):
            met[mutant.subject, mutant.change] += 1
            key = (mutant.subject, mutant.change, met[mutant.subject, mutant.change])
            first = found.get(key)
            found[key] = mutant if first is None else replace(first, taken_over=(*first.taken_over, mutant.convention))
    yield from found.values()


def _of_convention(
    registry: Registry, convention: model.Convention, types: Mapping[str, Type | None]
) -> Iterator[Mutant]:
    setting = _setting(registry, convention, types)
    for id_, item in convention.items.items():
        for change, changed in item_variants(item, setting):
            items = {**convention.items, id_: changed}
            yield Mutant(id_, change, replace(convention, items=items), item)
    for id_, derogation in convention.derogations.items():  # those that overlays bring
        for change, when in variants(derogation.when, setting):
            derogations = {**convention.derogations, id_: replace(derogation, when=when)}
            yield Mutant(id_, change, replace(convention, derogations=derogations), None)
    yield from _of_head(registry, convention, setting)
    for i, overlay in enumerate(convention.overlays):
        for change, laid in _of_overlay(registry, convention, overlay, setting):
            overlays = (*convention.overlays[:i], *laid, *convention.overlays[i + 1 :])
            yield Mutant(overlay.id, change, replace(convention, overlays=overlays), None)


def _setting(registry: Registry, convention: model.Convention, types: Mapping[str, Type | None]) -> MutationSetting:
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
    return MutationSetting(step, choices, unpublished(convention))


def item_variants(item: model.Item, setting: MutationSetting) -> Iterator[tuple[Mutation, model.Item]]:
    """Every change of one place in an item."""
    body = item.body
    for gate in ("applies_when", "unless"):
        yield from _left_out(item, gate, "gate")
    valued: list[Any] = [*parts(body)] if isinstance(body, model.Table | model.Parameter) else []
    valued += [rule.then for rule in body.rules] if isinstance(body, model.Outcome) else []
    for number, part in enumerate(parts(item)):
        some_day = [Literal(SOME_DAY, item.at)] if part is getattr(body, "due", None) else []
        for change, changed in _published(part, some_day, setting) if not any(part is own for own in valued) else ():
            yield change, with_part(item, number, changed)
    for change, changed_body in _body(body, setting):
        yield change, replace(item, body=changed_body)
    for warning, rest in without(item.warnings):
        yield Mutation("warning", warning.at, "warning", NOTHING), replace(item, warnings=rest)


def _left_out(whole: Any, name: str, kind: str) -> Iterator[Variant]:
    """An item, body or overlay without a condition or a day that it may lack."""
    node = getattr(whole, name)
    if node is not None:
        yield Mutation(kind, node.at, name, NOTHING), with_field(whole, name, None)


def _put(members: tuple[Any, ...], old: Any, new: Any) -> tuple[Any, ...]:
    """The members with a new one in the place of an old one."""
    return tuple(new if member is old else member for member in members)


def _body(body: model.Body, setting: MutationSetting) -> Iterator[Variant]:
    """A body without one of its members, or with another value; its conditions and expressions change elsewhere."""
    match body:
        case model.Parameter(values):
            for change, changed in _dated(values, setting):
                yield change, replace(body, values=changed)
        case model.Table():
            yield from _table(body, setting)
        case model.Criterion(_, derogations):
            for derogation, rest in without(derogations):
                yield Mutation("derogation", derogation.at, derogation.id, NOTHING), replace(body, derogations=rest)
        case model.Outcome(_, rules):
            for rule, rest in without(rules):
                yield Mutation("rule", rule.at, rule.id, NOTHING), replace(body, rules=rest)
                was = rule.then if isinstance(rule.then, str) else "unpublished"
                other = next(value for value in body.values if value != was)
                others = _put(rules, rule, replace(rule, then=other))
                yield Mutation("value", rule.at, was, other), replace(body, rules=others)
        case model.Obligation():
            for name in ("due", "done_when", "unmet_when"):
                yield from _left_out(body, name, name)


def _dated(
    values: tuple[model.DatedValue, ...], setting: MutationSetting
) -> Iterator[tuple[Mutation, tuple[model.DatedValue, ...]]]:
    for dated, rest in without(values):
        for change, changed in _then(dated.value, [other.value for other in rest], setting):
            yield change, _put(values, dated, replace(dated, value=changed))
        if rest:
            yield Mutation("value", dated.at, str(dated.start), NOTHING), rest
        for start in (dated.start - DAY, dated.start + DAY) if dated is not values[0] else ():
            change = Mutation("threshold", dated.at, str(dated.start), str(start))
            yield change, _put(values, dated, replace(dated, start=start))


def _then(
    value: Literal | Unpublished, others: list[Literal | Unpublished], setting: MutationSetting
) -> Iterator[Variant]:
    """A value moved by one; an enum value or an unpublished one replaced by another that the item gives."""
    known = [other for other in others if isinstance(other, Literal)]
    if isinstance(value, Literal) and isinstance(value.value, str):
        different = next((other for other in known if other.value != value.value), None)
        if different is not None:
            yield Mutation("value", value.at, value.value, str(different.value)), different
    else:
        yield from _published(value, known, setting)


def _published(node: Node, known: list[Literal], setting: MutationSetting) -> Iterator[Variant]:
    """The changes of a value; one that is unpublished becomes the first ``known``, if there is one."""
    for change, changed in variants(node, setting):
        if change.kind == "unpublished" and known and isinstance(changed, Literal):
            yield replace(change, after=str(known[0].value)), known[0]
        else:
            yield change, changed


def _table(table: model.Table, setting: MutationSetting) -> Iterator[Variant]:
    for row, rest in without(table.rows):
        if rest:
            yield Mutation("row", row.at, "row", NOTHING), replace(table, rows=rest)
        for change, then in _then(row.then, [other.then for other in rest], setting):
            yield change, replace(table, rows=_put(table.rows, row, replace(row, then=then)))
        for name, cell in row.cells.items():
            for change, changed in cell_variants(cell, setting, table.inputs[name]):
                other = replace(row, cells={**row.cells, name: changed})
                yield change, replace(table, rows=_put(table.rows, row, other))


def _of_head(registry: Registry, convention: model.Convention, setting: MutationSetting) -> Iterator[Mutant]:
    for id_, question in convention.interpretations.items():
        other = next((choice for choice in question.choices if choice != question.default), None)
        if other is not None:
            questions = {**convention.interpretations, id_: replace(question, default=other)}
            change = Mutation("default", question.at, question.default, other)
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
        change = Mutation("threshold", convention.at, str(first), str(day))
        yield Mutant("signed.from", change, replace(convention, signed_from=day), None)
    for day in () if end is None else (end - DAY, end + DAY):
        change = Mutation("threshold", convention.at, str(end), str(day))
        yield Mutant("signed.before", change, replace(convention, signed_before=day), None)


def _of_overlay(
    registry: Registry, convention: model.Convention, overlay: model.Overlay, setting: MutationSetting
) -> Iterator[tuple[Mutation, tuple[model.Overlay, ...]]]:
    yield Mutation("overlay", overlay.at, overlay.id, NOTHING), ()
    for name in ("signed_from", "signed_before", "first_anniversary"):
        day = getattr(overlay, name)
        for other in () if day is None else (day - DAY, day + DAY):
            moved = with_field(overlay, name, other)
            if _moves_contracts(registry, convention, (overlay, moved), name, min(day, other)):
                yield Mutation("threshold", overlay.at, f"{name} {day}", str(other)), (moved,)
    when = () if overlay.when is None else variants(overlay.when, setting)
    others = ((change, replace(overlay, when=node)) for change, node in when)
    yield from ((change, (other,)) for change, other in (*_left_out(overlay, "when", "gate"), *others))
    for name in ("replace", "add_derogations"):
        entries: Mapping[str, Any] = getattr(overlay, name)
        for key in entries:
            rest = {other: value for other, value in entries.items() if other != key}
            yield Mutation(name, overlay.at, key, NOTHING), (with_field(overlay, name, rest),)


def _moves_contracts(
    registry: Registry, later: model.Convention, windows: tuple[model.Overlay, model.Overlay], name: str, day: dt.date
) -> bool:
    """Whether a contract may be signed, or open a year after its first, on the day that changes sides."""
    texts = registry.conventions.values()
    before, after = ([text for text in texts if covers(later, window, text)] for window in windows)
    if before != after:
        return True
    if name != "first_anniversary":
        return any(text.covers(day) for text in before)
    opens = {text.signed_from: text.years_from for text in before}
    from_signature = all(isinstance(start, FactRef) and start.name == SIGNATURE for start in opens.values())
    return not from_signature or any(add_months(first, 12) <= day for first in opens)
