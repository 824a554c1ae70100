"""Checks what a convention declares of its headline results: ids that exist, values that they have, roles that fit."""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import Location, Problem, nearest
from engine.policy.model import Convention, Item, Outcome
from engine.policy.registry import Registry
from engine.policy.results import VERDICT, Headline


def result_problems(registry: Registry, convention: Convention) -> Iterator[Problem]:
    """Headline results that name no item, values that it cannot take, and roles that it cannot play."""
    own = {id_: item for id_, item in convention.items.items() if not item.transitional}
    roles: dict[str, str] = {}
    for shown in convention.results.headline.values():
        if shown.id not in own:
            yield _unknown(shown.id, own, shown.at)
            continue
        yield from _values(shown, own[shown.id])
        if isinstance(shown.best, str) and shown.best not in own:
            yield _unknown(shown.best, own, shown.at)
        if shown.role is not None:
            yield from _role(shown, shown.role, own[shown.id], roles)
        if registry.results.headline[shown.id].role != shown.role:
            yield Problem(shown.at, "results-differ", {"id": shown.id})
    for id_ in convention.results.life.ids:
        if id_ not in own:
            yield _unknown(id_, own, convention.results.at)


def _unknown(id_: str, own: dict[str, Item], at: Location) -> Problem:
    return Problem(at, "unknown-item", {"id": id_}, nearest(id_, own))


def _values(shown: Headline, item: Item) -> Iterator[Problem]:
    named = isinstance(shown.better, tuple)
    if named != isinstance(item.body, Outcome) and shown.better is not None:
        yield Problem(shown.at, "role-mismatch", {"id": shown.id, "role": "better"})
    if isinstance(shown.better, tuple) and isinstance(item.body, Outcome):
        allowed = item.body.values
        for value in shown.better:
            if value not in allowed:
                values = {"value": value, "allowed": ", ".join(allowed)}
                yield Problem(shown.at, "unknown-value", values, nearest(value, allowed))


def _role(shown: Headline, role: str, item: Item, roles: dict[str, str]) -> Iterator[Problem]:
    fits = isinstance(item.body, Outcome) if role == VERDICT else item.unit == "EUR"
    if not fits or roles.setdefault(role, shown.id) != shown.id:
        yield Problem(shown.at, "role-mismatch", {"id": shown.id, "role": role})
