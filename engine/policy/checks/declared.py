"""Checks headline results, properties and suppositions: names that do not exist and types that do not fit go out.

None of them decides a case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.errors import Problem, nearest, unknown, warning, wrong
from engine.language.expressions import Expression, FactRef, ItemRef, Literal, find
from engine.language.types import DATE, Type, joined, named
from engine.language.typing import Scope, check_condition, fact_type, item_type, type_of
from engine.policy.model import Convention, DecisionTable, Item, Outcome
from engine.policy.overlays import is_offer
from engine.policy.regions import compared
from engine.policy.registry import Registry
from engine.policy.resolve import valueless
from engine.policy.results import FALLS, RISES, VERDICT, Headline, Supposition


def property_problems(registry: Registry, convention: Convention) -> Iterator[Problem]:
    """Names that do not exist, types and facts that do not fit, comparisons of what has no more and less."""
    if not (convention.properties or convention.suppositions):
        return
    resolved = registry.resolved(convention)
    scope = Scope(registry.vocabulary, resolved.types, registry.choices(convention))
    for promise in convention.properties.values():
        for node in promise.conditions:
            check_condition(node, scope)
        if promise.more is not None and promise.result is not None:
            _ordered(promise.more, promise.result, FALLS if promise.falls else RISES, convention, scope)
        valueless([*find(ItemRef, promise)], resolved.items, scope)
    for supposition in convention.suppositions.values():
        _supposed(supposition, scope)
    yield from scope.problems


def offer_problems(registry: Registry, convention: Convention) -> Iterator[Problem]:
    """Values that the text's own rules use and that it does not offer."""
    for item in convention.items.values() if convention.knows else ():
        if item.transitional or is_offer(item) or not convention.writes(item.at):
            continue  # of contracts of older texts, or kept from a base
        for ref, asked in compared(item):
            if not isinstance(ref, FactRef) or ref.name not in convention.knows:
                continue
            known = convention.knows[ref.name]
            for each in find(Literal, asked):
                if isinstance(each.value, str) and each.value not in known:
                    told = {"value": each.value, "name": ref.name, "known": ", ".join(known)}
                    yield warning(each.at, "value-unoffered", **told)


def _supposed(supposition: Supposition, scope: Scope) -> None:
    """Only a fact whose absence is an answer can be supposed, and with a value of its type."""
    if supposition.when is not None:
        check_condition(supposition.when, scope)
    for each in supposition.along:
        _typed(each.be, fact_type(each.fact, scope), supposition, scope)
    wanted = fact_type(supposition.fact, scope)
    if wanted is None:
        return
    if not scope.vocabulary.facts[supposition.fact.name].absence_answers:
        scope.report(supposition.fact.at, "supposed-fact", id=supposition.id, name=supposition.fact.name)
    for value in supposition.be:
        _typed(value, wanted, supposition, scope)


def _typed(value: Expression, wanted: Type | None, supposition: Supposition, scope: Scope) -> None:
    found = None if wanted is None else type_of(value, scope, wanted)
    if wanted is not None and found is not None and joined(wanted, found) is None:
        scope.report(supposition.at, "type-mismatch", operator="be", types=named(wanted, found))


def _ordered(more: FactRef, result: ItemRef, way: str, convention: Convention, scope: Scope) -> None:
    fact, item = fact_type(more, scope), item_type(result, scope)
    if fact is not None and convention.results.steps("", fact) is None:
        scope.report(more.at, "not-ordered", key="more", id=more.name, type=named(fact))
    if isinstance(item, Type) and convention.results.steps(result.id, item) is None:
        scope.report(result.at, "not-ordered", key=way, id=result.id, type=named(item))


def result_problems(registry: Registry, convention: Convention) -> Iterator[Problem]:
    """Headline results that name no item, values that it cannot take, and roles that it cannot play."""
    own = {id_: item for id_, item in convention.items.items() if not item.transitional}
    roles: dict[str, str] = {}
    for shown in convention.results.headline.values():
        yield from unknown(shown.at, "unknown-item", shown.id, own)
        if shown.id not in own:
            continue
        yield from _values(shown, own[shown.id])
        for bound in (shown.best, *shown.between):
            if isinstance(bound, str):
                yield from unknown(shown.at, "unknown-item", bound, own)
        least, most = (_numbers(bound, own) for bound in shown.between or (0, 0))
        if most and min(least or [1]) > max(most):  # an item that is worked out is taken for more than nothing
            yield wrong(shown.at, "bounds-order", id=shown.id, least=shown.between[0], most=shown.between[1])
        if shown.role is not None:
            fits = isinstance(own[shown.id].body, Outcome) if shown.role == VERDICT else own[shown.id].unit == "EUR"
            if not fits or roles.setdefault(shown.role, shown.id) != shown.id:
                yield wrong(shown.at, "role-mismatch", id=shown.id, role=shown.role)
        players = [] if shown.role is None else [text.results.player(shown.role) for text in registry.in_time]
        first = next(filter(None, players), shown.id)
        if registry.results.headline[shown.id].role != shown.role or first != shown.id:
            yield wrong(shown.at, "results-differ", None if first == shown.id else first, id=shown.id)
    life = convention.results.life
    for named_ in life.ids:
        yield from unknown(life.places[named_], "unknown-item", named_, own)
    types = registry.resolved(convention).types
    for key, id_ in (("term", life.term), ("end", life.end)):
        found = types.get(id_ or "")
        if id_ in own and found is not None and found.kind != "date":
            yield wrong(life.places[id_], "type-mismatch", operator=key, types=named(DATE, (id_, found)))


def _numbers(bound: int | str, items: Mapping[str, Item]) -> list[Any]:
    """The numbers that a bound can be: itself, or those of the table or parameter that gives it."""
    if isinstance(bound, int):
        return [bound]
    body = items[bound].body if bound in items else None
    rows = body.rows if isinstance(body, DecisionTable) else ()
    return [row.then.value for row in rows if isinstance(row.then, Literal)]


def _values(shown: Headline, item: Item) -> Iterator[Problem]:
    named = isinstance(shown.better, tuple)
    if named != isinstance(item.body, Outcome) and shown.better is not None:
        yield wrong(shown.at, "role-mismatch", id=shown.id, role="better")
    allowed = item.body.values if isinstance(item.body, Outcome) else shown.words
    for value in shown.words:
        if value not in allowed:
            yield wrong(shown.at, "unknown-value", nearest(value, allowed), value=value, allowed=", ".join(allowed))
