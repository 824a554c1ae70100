"""Which items differ between two programs: both come in, the ids whose definition or inputs differ go out.

Labels, notes, citations and places are left out of the comparison, since no result depends on them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.comparison.edits.same import key
from engine.evaluation.plan import Step
from engine.evaluation.program import Program
from engine.language.expressions import Chosen, Connect, find, rebuilt
from engine.language.facts import FIRST_DAY
from engine.policy.model import Body, Item, Parameter
from engine.policy.overlays import named_items


@dataclass(frozen=True, slots=True)
class Changes:
    """``changed``: items whose definition differs or that one program lacks; ``affected``: those and their readers.

    ``affected`` is in an order in which each follows what it reads, and ``touched`` is the same as a set.
    """

    changed: frozenset[str]
    affected: tuple[str, ...]
    touched: frozenset[str]


def meaning(item: Item) -> object:
    """What an item says, without what only people read: equal for items that can never answer differently."""
    return (
        item.kind,
        item.unit,
        *(key(_spelled(part)) for part in (item.applies_when, item.unless, _timeless(item.body))),
    )


def _timeless(body: Body) -> Body:
    """The same body without the first day of the first of dated values, which holds before it, too."""
    if not isinstance(body, Parameter):
        return body
    first, *later = body.values
    return replace(body, values=(replace(first, start=FIRST_DAY), *later))


def _spelled(part: Any) -> Any:
    """The same part with each criterion that ``any_criterion`` and ``every_criterion`` stand for."""
    part = rebuilt(part, _spelled)
    return replace(part, ranges=False) if isinstance(part, Connect) else part


def changes(a: Program, b: Program, choices_a: Mapping[str, str], choices_b: Mapping[str, str]) -> Changes:
    """What differs between two programs, in the order of the plans."""
    steps_a = {compiled.step.item.id: compiled.step for compiled in a.steps}
    steps_b = {compiled.step.item.id: compiled.step for compiled in b.steps}
    changed = {
        id_
        for id_ in steps_a.keys() | steps_b.keys()
        if id_ not in steps_a
        or id_ not in steps_b
        or steps_a[id_].yearly != steps_b[id_].yearly
        or meaning(steps_a[id_].item) != meaning(steps_b[id_].item)
    }
    read_otherwise = {id_ for id_ in choices_a.keys() & choices_b.keys() if choices_a[id_] != choices_b[id_]}
    affected: dict[str, None] = {}
    for id_, items in _merged(steps_a, steps_b).items():
        below = any(name in affected for item in items for name in named_items(item))
        if id_ in changed or below or any(read_otherwise & _questions(item) for item in items):
            affected[id_] = None
    return Changes(
        frozenset(changed),
        tuple(affected),
        frozenset(affected),
    )


def _merged(steps_a: Mapping[str, Step], steps_b: Mapping[str, Step]) -> dict[str, tuple[Item, ...]]:
    """The items of both programs so that each follows what it reads in either."""
    order: dict[str, tuple[Item, ...]] = {}
    met: set[str] = set()

    def visit(id_: str) -> None:
        if id_ in met:
            return
        met.add(id_)
        items = tuple(steps[id_].item for steps in (steps_a, steps_b) if id_ in steps)
        for item in items:
            for below in named_items(item):
                visit(below)
        order[id_] = items

    for id_ in (*steps_b, *steps_a):
        visit(id_)
    return order


def _questions(item: Item) -> set[str]:
    return {node.interpretation for node in find(Chosen, *item.deciding)}
