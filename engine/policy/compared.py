"""Comparisons behind a criterion: its own, and those of the scales whose steps it asks about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.language.expressions import Cases, Compare, Expression, ItemRef, Scale, find
from engine.policy.model import Item, Quantity


def comparisons(whole: object, items: Mapping[str, Item]) -> Iterator[Compare]:
    """The comparisons of a criterion or condition, and those of the items on a scale that they look at."""
    for node in find(Compare, whole):
        yield node
        if isinstance(node.left, ItemRef):
            yield from _on_scale(node.left, items)


def _on_scale(node: Expression | None, items: Mapping[str, Item]) -> Iterator[Compare]:
    match node:
        case ItemRef(id_) if id_ in items:
            body = items[id_].body
            yield from _on_scale(body.expression if isinstance(body, Quantity) else None, items)
        case Cases(branches, otherwise):
            for then in (*(then for _, then in branches), otherwise):
                yield from _on_scale(then, items)
        case Scale():
            yield from find(Compare, node)
