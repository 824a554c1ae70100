"""Mutants: a registry comes in, every convention with one place of its rules changed goes out, item by item.

A mutant is what a slip of the pen would make of the rules; a good test suite notices each of them.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.language.expressions import FactRef, ItemRef
from engine.language.facts import SIGNATURE
from engine.language.types import Type
from engine.language.values import add_months
from engine.policy import model
from engine.policy.overlays import covers
from engine.policy.registry import Registry
from engine.suite.coverage import unpublished
from engine.suite.running import NOTHING
from engine.suite.variants import DAY, Mutation, MutationSetting, variants


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
        for change, changed in variants(item, setting):
            yield Mutant(id_, change, replace(convention, items={**convention.items, id_: changed}), item)
    for id_, derogation in convention.derogations.items():  # those that overlays bring
        for change, changed in variants(derogation, setting):
            derogations = {**convention.derogations, id_: changed}
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
    return MutationSetting(step=step, choices=choices, silent=unpublished(convention))


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
            moved = replace(overlay, **{name: other})
            if _moves_contracts(registry, convention, (overlay, moved), name, min(day, other)):
                yield Mutation("threshold", overlay.at, f"{name} {day}", str(other)), (moved,)
    yield from ((change, (changed,)) for change, changed in variants(overlay, setting))


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
