"""Checks what is read before any plan is made: a registry comes in, misfits of year starts and overlay gates go out.

A session needs the start of the contract year and the conditions of overlays to know which items a case has at all;
so these can read facts and interpretations, and no item.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import Problem
from engine.language.expressions import Compare, Condition, FactRef, ItemRef, walk
from engine.language.facts import Vocabulary
from engine.language.operators import COMPARISONS
from engine.language.types import DATE
from engine.language.typing import Scope, check_condition, type_of
from engine.policy.model import Convention
from engine.policy.overlays import interpretations
from engine.policy.registry import Registry

_OF_A_NAME = frozenset({"unknown-fact", "unknown-interpretation", "unknown-value"})


def gate_problems(registry: Registry) -> Iterator[Problem]:
    """Names that do not exist, and conditions of overlays that read what is not yet known."""
    for convention in registry.conventions.values():
        for overlay in convention.overlays:
            if overlay.when is not None:
                yield from _reads_too_much(overlay.when, registry.vocabulary)
        yield from _unknown_names(registry, convention)


def _unknown_names(registry: Registry, convention: Convention) -> Iterator[Problem]:
    """Unknown names where a contract of ``convention`` is decided, under whatever overlays."""
    covering = registry.covering(convention)
    scope = Scope(registry.vocabulary, {}, interpretations(convention, covering))
    type_of(convention.years_from, scope, DATE)
    for _, overlay in covering:
        if overlay.when is not None:
            check_condition(overlay.when, scope)
    yield from (problem for problem in scope.problems if problem.code in _OF_A_NAME)


def _reads_too_much(when: Condition, vocabulary: Vocabulary) -> Iterator[Problem]:
    for node in walk(when):
        facts = vocabulary.facts
        reads_fact = isinstance(node, FactRef) and node.name in facts and not facts[node.name].absence_answers
        compares = isinstance(node, Compare) and COMPARISONS[node.operator].operands != "flag"
        if reads_fact or isinstance(node, ItemRef) or compares:
            yield Problem(node.at, "overlay-when")
