"""An overlay fits every convention that it covers: names, kinds and types after it is laid are those of before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from engine.errors import Problem, nearest, unknown, wrong
from engine.language.expressions import VerdictIs, find, rebuilt
from engine.language.types import named
from engine.policy.checks.outcomes import prove
from engine.policy.model import Convention, Outcome, Overlay
from engine.policy.overlays import covers, laid_items, named_items, timeless
from engine.policy.registry import Registry, earlier
from engine.policy.resolve import Resolved, replaces
from engine.words import LANGUAGES, in_each_language, read_words

_UNLIKE_OTHERS = frozenset({"outcome", "obligation"})  # decided by rules; a status and no value
# Why an overlay does not fit, a name that was perhaps meant, and the item of the overlay that is at fault.
Reason = tuple[str | Mapping[str, str], str | None, str]


def overlay_problems(registry: Registry, convention: Convention) -> Iterator[Problem]:
    """What does not fit in the overlays of ``convention``."""
    for overlay in convention.overlays:
        covered = [older for older in registry.conventions.values() if covers(convention, overlay, older)]
        for new in overlay.replace.values():
            yield from unknown(overlay.places[new], "unknown-item", new, convention.items)
        for id_ in (id_ for ids in overlay.add_derogations.values() for id_ in ids):
            yield from unknown(overlay.places[id_], "unknown-derogation", id_, convention.derogations)
        yield from _of_another_time(registry, convention, overlay)
        if overlay.signed_from is not None and overlay.signed_from >= overlay.signed_before:
            yield wrong(overlay.at, "window-empty")
            continue
        reached = [older for older in covered if _can_reach(overlay, older)]
        if not covered or (overlay.first_anniversary is not None and not reached):
            yield wrong(overlay.at, "overlay-covers-nothing", id=overlay.id)
        yield from _fit(registry, convention, overlay, reached)


def _of_another_time(registry: Registry, convention: Convention, overlay: Overlay) -> Iterator[Problem]:
    """An overlay that an older convention lays already, or that is to hold before its own convention does."""
    for other in earlier(convention, registry.conventions.values()):
        if any(_lays(overlay) == _lays(each) for each in other.overlays):
            yield wrong(overlay.at, "overlay-repeated", id=overlay.id, convention=other.id)
    if overlay.first_anniversary is not None and overlay.first_anniversary < convention.signed_from:
        day, start = overlay.first_anniversary, convention.signed_from
        yield wrong(overlay.at, "overlay-early", id=overlay.id, day=day, start=start)


def _lays(overlay: Overlay) -> tuple[object, ...]:
    """What an overlay does and to which contracts, without its words."""
    signed = (overlay.signed_from, overlay.signed_before, overlay.first_anniversary)
    return (*signed, overlay.when, overlay.replace, overlay.add_derogations)


def _can_reach(overlay: Overlay, older: Convention) -> bool:
    """Whether some contract of ``older``, of fifteen years at the longest, has an anniversary in the overlay's time."""
    if overlay.first_anniversary is None:
        return True
    last = min(overlay.signed_before, older.signed_before or overlay.signed_before).year + 15
    return overlay.first_anniversary <= dt.date(min(last, dt.MAXYEAR), 12, 31)


def _fit(
    registry: Registry, convention: Convention, overlay: Overlay, reached: Iterable[Convention]
) -> Iterator[Problem]:
    """What does not fit older texts; one reason for several is told once."""
    misfits: dict[str, tuple[Reason, list[str]]] = {}
    for older in reached:
        before, after = registry.resolved(older), registry.resolved(older, [(convention, overlay)])
        known = {(each.location, each.code) for each in (*before.problems, *registry.resolved(convention).problems)}
        new = [each for each in after.problems if (each.location, each.code) not in known]
        reasons = [*_reasons(overlay, before, after)]
        new = [] if reasons else [_meant(each, {**convention.items, **after.items}) for each in new]  # or they follow
        elsewhere = (each for each in new if not convention.writes(each.location))
        reasons += ((f"{each.code}, {each.location}", None, "") for each in elsewhere)
        for reason in (*reasons, *_brought_otherwise(registry, convention, overlay, older)):
            misfits.setdefault(str(reason), (reason, []))[1].append(older.id)
        yield from new
        if not after.problems:
            yield from _proved_again(overlay, after)
    for (said, close, name), texts in misfits.values():
        fits_not = {"id": overlay.id, "convention": ", ".join(texts), "reason": said}
        yield wrong(overlay.places.get(name, overlay.at), "overlay-mismatch", close, **fits_not)


def _meant(problem: Problem, items: Collection[str]) -> Problem:
    """A name that no item has, with the nearest of the older text and of the later one; a fact is found before."""
    if problem.code != "unknown-item" or str(problem.nearest).startswith("{"):
        return problem
    return replace(problem, nearest=nearest(str(problem.values["id"]), items))


def _brought_otherwise(
    registry: Registry, convention: Convention, overlay: Overlay, older: Convention
) -> Iterator[Reason]:
    """What an earlier text brings along for its own items, and this overlay brings along with another meaning."""
    own = laid_items(older, ())
    for each in registry.covering(older):
        text = each[0]
        if text.signed_from < convention.signed_from:
            alone, both = (laid_items(older, laid) for laid in ([each], [each, (convention, overlay)]))
            reading = (item for item in both.values() if item.convention == text.id)
            for id_ in dict.fromkeys(name for item in reading for name in named_items(item) if name not in own):
                if id_ in alone and _said(alone[id_].body) != _said(both[id_].body):
                    yield f"'{id_}': {text.id} / {convention.id}", None, ""


def _said(node: Any) -> Any:
    """What a body says, whatever it cites; the first of dated values holds before its day, too."""
    said: Any = timeless(rebuilt(node, _said))
    return replace(said, cite=()) if hasattr(said, "cite") else said


def _proved_again(overlay: Overlay, after: Resolved) -> Iterator[Problem]:
    """The outcomes that the overlay brings or whose criteria it changes, over the criteria of the running contract."""
    changed = {*overlay.replace, *overlay.add_derogations}
    for id_, item in after.items.items():
        if isinstance(item.body, Outcome):
            read = {node.criterion.id for node in find(VerdictIs, item.body)}
            if id_ in overlay.replace or read & changed:
                yield from (p for p in prove(item, item.body, after.items) if p.code != "unreachable-rule")


def _reasons(overlay: Overlay, before: Resolved, after: Resolved) -> Iterator[Reason]:
    """What the older convention has and what the overlay brings instead, and a name that was perhaps meant."""
    for old in overlay.replace:
        if old not in before.items:
            yield in_each_language("not_in_the_text", id=old), nearest(old, before.items), old
        elif len(kinds := {before.items[old].kind, after.items[old].kind}) == 2 and kinds & _UNLIKE_OTHERS:
            yield _unlike(old, before.items[old].kind, after.items[old].kind), None, old
        else:
            was, now = before.types.get(old), after.types.get(old)
            if was is not None and now is not None and not replaces(now, was):  # of one without a type all is told
                yield named((old, was), now), None, old
    for id_ in overlay.add_derogations:
        kind = before.items[id_].kind if id_ in before.items else None
        if kind != "criterion":
            criteria = [name for name, item in before.items.items() if item.kind == "criterion"]
            yield _unlike(id_, kind, "criterion"), nearest(id_, criteria), id_


def _unlike(id_: str, *kinds: str | None) -> dict[str, str]:
    """That an item is of one kind, or is not there, and what comes is of another."""
    words = {lang: read_words("reports", lang) for lang in LANGUAGES}
    return {
        lang: f"{id_}: " + "; ".join("—" if kind is None else said[f"diff_kind.{kind}"] for kind in kinds)
        for lang, said in words.items()
    }
