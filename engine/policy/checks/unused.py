"""What is declared is used: a convention comes in, sources, questions, numbers and criteria without a use go out."""

from __future__ import annotations

from collections.abc import Iterator

from engine.errors import Problem, warning
from engine.language.expressions import Chosen, ItemRef, below, citations
from engine.policy.model import CONSISTENCY, Convention, Criterion
from engine.policy.registry import Registry

_ONLY_READ = frozenset({"criterion", "parameter"})  # they state nothing to who asks, unless something reads them


def unused_problems(registry: Registry, convention: Convention) -> Iterator[Problem]:
    """Sources that nothing cites, questions that nothing asks, parameters and criteria that nothing reads."""
    if is_empty(convention):
        yield Problem(convention.at, "empty-convention", {"id": convention.id})
    cited = {citation.source for citation in citations(*convention.items.values(), *convention.entries)}
    for source in convention.sources.values():
        if source.id not in cited:
            yield warning(source.at, "unused-source", id=source.id)
    asked, read = _named(registry, convention)
    for question in convention.interpretations.values():
        if question.id not in asked:
            yield warning(question.at, "unused-interpretation", id=question.id)
    for item in convention.items.values():
        informs = isinstance(item.body, Criterion) and item.body.informs
        if item.kind in _ONLY_READ and item.id not in read and not informs:
            yield warning(item.at, f"unused-{item.kind}", id=item.id)
    yield from _unused_derogations(convention)


def is_empty(convention: Convention) -> bool:
    """Whether a convention has no rules, and does not stand only for its windows without rules."""
    rules = convention.overlays or any(item.kind != CONSISTENCY for item in convention.items.values())
    return not rules and bool(convention.results.headline or not convention.without_rules)


def _named(registry: Registry, convention: Convention) -> tuple[set[str], set[str]]:
    """The questions and the items that anything asks or reads, also what is laid over a running contract."""
    covering = registry.covering(convention)
    later = [item for other, _ in covering for item in other.items.values()]
    roots = [*convention.items.values(), *convention.entries, *later, *(overlay for _, overlay in covering)]
    asked: set[str] = set()
    read = {*convention.results.ids, *convention.results.life.ids}
    for overlay in (*convention.overlays, *(overlay for _, overlay in covering)):
        read.update((*overlay.replace.values(), *overlay.replace, *overlay.add_derogations))
    for part in (part for root in roots for part in below(root)):
        if isinstance(part, Chosen):
            asked.add(part.interpretation)
        elif isinstance(part, ItemRef):
            read.add(part.id)
    return asked, read


def _unused_derogations(convention: Convention) -> Iterator[Problem]:
    """Derogations that no overlay of the convention adds."""
    added = {id_ for overlay in convention.overlays for ids in overlay.add_derogations.values() for id_ in ids}
    for derogation in convention.derogations.values():
        if derogation.id not in added:
            yield warning(derogation.at, "unused-derogation", id=derogation.id)
