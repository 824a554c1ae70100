"""Checks what suppositions speak of: a convention comes in, unknown names and facts that cannot be supposed go out."""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import Problem
from engine.language.types import joined
from engine.language.typing import Scope, check_condition, fact_type, type_of
from engine.policy.model import Convention
from engine.policy.overlays import interpretations, laid_items
from engine.policy.registry import Registry
from engine.policy.resolve import resolve


def supposition_problems(registry: Registry, convention: Convention) -> Iterator[Problem]:
    """Names that do not exist, values of another type than the fact, and facts whose absence is no answer."""
    if not convention.suppositions:
        return
    questions = interpretations(convention, registry.covering(convention))
    items = laid_items(convention, ())
    scope = Scope(registry.vocabulary, resolve(items, registry.vocabulary, questions).types, questions)
    for each in convention.suppositions.values():
        if each.when is not None:
            check_condition(each.when, scope)
        wanted = fact_type(each.fact, scope)
        if wanted is None:
            continue
        if not registry.vocabulary.facts[each.fact.name].absence_answers:
            scope.report(each.fact.at, "supposed-fact", id=each.id, name=each.fact.name)
        for value in each.be:
            found = type_of(value, scope, wanted)
            if found is not None and joined(wanted, found) is None:
                scope.report(each.at, "type-mismatch", operator="be", types=f"{wanted}; {found}")
    yield from scope.problems
