"""An overlay fits every convention that it covers: names, kinds and types after it is laid are those of before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from engine.errors import Problem, nearest
from engine.language.expressions import Compare, FactRef, ItemRef, walk
from engine.policy.model import Convention, Criterion, Overlay
from engine.policy.overlays import covers, interpretations, laid_items
from engine.policy.registry import Registry
from engine.policy.resolve import Resolved, replaces, resolve


def overlay_problems(registry: Registry, convention: Convention) -> Iterator[Problem]:
    """What does not fit in the overlays that ``convention`` lays over older ones."""
    for overlay in convention.overlays:
        yield from _condition(registry, overlay)
        yield from _own_names(convention, overlay)
        covered = [
            older
            for older in registry.conventions.values()
            if older.id != convention.id and older.beneficiary == convention.beneficiary and covers(overlay, older)
        ]
        if not covered:
            yield Problem(overlay.at, "overlay-covers-nothing", {"id": overlay.id})
        for older in covered:
            if _can_reach(overlay, older):
                yield from _fit(registry, convention, overlay, older)


def _condition(registry: Registry, overlay: Overlay) -> Iterator[Problem]:
    if overlay.when is None:
        return
    for node in walk(overlay.when):
        facts = registry.vocabulary.facts
        reads_fact = isinstance(node, FactRef) and node.name in facts and not facts[node.name].absence_answers
        if reads_fact or isinstance(node, ItemRef) or (isinstance(node, Compare) and node.operator != "known"):
            yield Problem(node.at, "overlay-when")


def _own_names(convention: Convention, overlay: Overlay) -> Iterator[Problem]:
    for new in overlay.replace.values():
        if new not in convention.items:
            yield Problem(overlay.at, "unknown-item", {"id": new}, nearest(new, convention.items))
    for ids in overlay.add_derogations.values():
        for id_ in ids:
            if id_ not in convention.derogations:
                close = nearest(id_, convention.derogations)
                yield Problem(overlay.at, "unknown-derogation", {"id": id_}, close)


def _can_reach(overlay: Overlay, older: Convention) -> bool:
    """Whether some contract of ``older``, of fifteen years at the longest, has an anniversary in the overlay's time."""
    if overlay.first_anniversary is None or older.signed_before is None:
        return True
    last = older.signed_before.year + 15
    return overlay.first_anniversary <= dt.date(min(last, dt.MAXYEAR), 12, 31)


def _fit(registry: Registry, convention: Convention, overlay: Overlay, older: Convention) -> Iterator[Problem]:
    known = interpretations(older, registry.covering(older))
    before = resolve(laid_items(older, ()), registry.vocabulary, known)
    after = resolve(laid_items(older, [(convention, overlay)]), registry.vocabulary, known)
    for reason in _reasons(overlay, before, after):
        values = {"id": overlay.id, "convention": older.id, "reason": reason}
        yield Problem(overlay.at, "overlay-mismatch", values)
    old_problems = {(problem.location, problem.code) for problem in before.problems}
    for problem in after.problems:
        if (problem.location, problem.code) not in old_problems:
            values = {"id": overlay.id, "convention": older.id, "reason": problem.message()}
            yield Problem(problem.location, "overlay-mismatch", values)


def _reasons(overlay: Overlay, before: Resolved, after: Resolved) -> Iterator[str]:
    for old in overlay.replace:
        if old not in before.items:
            yield f"'{old}'?"
        elif before.items[old].kind != after.items[old].kind and "outcome" in (
            before.items[old].kind,
            after.items[old].kind,
        ):
            yield f"'{old}': {before.items[old].kind} / {after.items[old].kind}"
        elif not replaces(after.types.get(old), before.types.get(old)):
            yield f"'{old}': {before.types[old]} / {after.types[old]}"
    for id_ in overlay.add_derogations:
        if id_ not in before.items or not isinstance(before.items[id_].body, Criterion):
            yield f"'{id_}'?"
