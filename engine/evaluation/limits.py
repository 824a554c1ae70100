"""Limits: the numbers and days that a criterion asks for, itself or by the scales whose steps it asks about.

Of one that is not met, those that the case does not reach.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from engine.evaluation.closures import condition, expression
from engine.evaluation.decision import Limit
from engine.evaluation.plan import Step
from engine.evaluation.slots import Layout, Slots
from engine.language import expressions as tree
from engine.language.operators import COMPARISONS, CONNECTIVES
from engine.language.types import Type
from engine.language.typing import type_of
from engine.language.values import Absent
from engine.policy.model import Item, Quantity

Found = list[Limit] | None  # None where something else than a number or a day decides, too
Finder = Callable[[Slots], Found]
Scales = Mapping[str, tree.Expression]


def scales_of(steps: Iterable[Step]) -> Scales:
    """The expressions of the quantities on a scale."""
    return {
        step.item.id: step.item.body.expression
        for step in steps
        if isinstance(step.item.body, Quantity) and step.type is not None and step.type.ordered
    }


def limits_of(node: tree.Condition, names: Layout, scales: Scales) -> Finder:
    """What finds the limits by which a condition that is false is so; ``scales`` are the items on one."""
    match node:
        case tree.Connect():
            return _of_parts(node, names, scales)
        case tree.Compare(left=tree.ItemRef(id_) as item, operands=(tree.Literal(), *_)) if id_ in scales:
            row, type_ = COMPARISONS[node.operator], type_of(item, names.scope)
            literal = row.gathered([part.value for part in node.operands if isinstance(part, tree.Literal)])
            wanted = [step for step in (type_.values if type_ else ()) if row.scalar(step, literal)]
            return _of_step(item, wanted, names, scales)
        case tree.Compare() if COMPARISONS[node.operator].threshold and len(node.operands) == 1:
            return _of_comparison(node, names)
    return _nothing


def _nothing(slots: Slots) -> Found:
    return None


def _of_step(node: tree.Expression | None, wanted: Sequence[str], names: Layout, scales: Scales) -> Finder:
    """Those of the lowest step that is wanted, where it is not reached."""
    match node:
        case tree.ItemRef(id_) if id_ in scales:
            return _of_step(scales[id_], wanted, names, scales)
        case tree.Cases(branches, otherwise):
            ways = [(condition(when, names), _of_step(then, wanted, names, scales)) for when, then in branches]
            last = _of_step(otherwise, wanted, names, scales)
            return lambda slots: next((find for holds, find in ways if holds(slots)[0]), last)(slots)
        case tree.Scale(steps):
            reached_when = next((step.reached_when for step in steps if step.name in wanted), None)
            if reached_when is not None:
                reached, find = condition(reached_when, names), limits_of(reached_when, names, scales)
                return lambda slots: find(slots) if reached(slots)[0] is False else None
    return _nothing


def _of_parts(node: tree.Connect, names: Layout, scales: Scales) -> Finder:
    """Of parts that all have to hold, those of all that do not; of parts of which one is enough, those of any."""
    parts = [(condition(part, names), limits_of(part, names, scales)) for part in node.parts]
    row = CONNECTIVES[node.operator]
    one_breaks, chain = False in row.settled_by, row.chain

    def run(slots: Slots) -> Found:
        broken = [find for holds, find in parts if holds(slots)[0] is False]
        found = [find(slots) for find in (broken[:1] if chain else broken)]
        told = [each for each in found if each is not None]
        if not row.settled_by or not told or (one_breaks and len(told) < len(found)):
            return None
        return list(told[0] if len(told) == 1 else _weakest(limit for each in told for limit in each))

    return run


def _weakest(limits: Iterable[Limit]) -> Iterable[Limit]:
    """Of limits of one number at one bound, the one that the bound itself meets."""
    found: dict[tuple[object, ...], Limit] = {}
    for limit in limits:
        key = (limit.of, limit.bound)
        if key not in found or COMPARISONS[limit.operator].scalar(limit.bound, limit.bound):
            found[key] = limit
    return found.values()


def _of_comparison(node: tree.Compare, names: Layout) -> Finder:
    left, right = node.left, node.operands[0]
    type_ = type_of(left, names.scope)
    slot, bound_of = names.slot(left), expression(right, names, type_)
    named = _id(right) if isinstance(right, tree.FactRef | tree.ItemRef) else None

    def run(slots: Slots) -> Found:
        value, bound = slots[slot][0], bound_of(slots)[0]
        if isinstance(value, Absent) or isinstance(bound, Absent):
            return None  # where one does not apply the comparison is false, and no number would make it true
        return [Limit(_id(left), value, node.operator, bound, type_ or Type("none"), named)]

    return run


def _id(ref: tree.FactRef | tree.ItemRef) -> str:
    return ref.name if isinstance(ref, tree.FactRef) else ref.id


def comparisons(whole: object, items: Mapping[str, Item]) -> Iterator[tree.Compare]:
    """The comparisons of a criterion or condition, and those of the items on a scale that they look at."""
    for node in tree.find(tree.Compare, whole):
        yield node
        if isinstance(node.left, tree.ItemRef):
            yield from _in_scale(node.left, items)


def _in_scale(node: tree.Expression | None, items: Mapping[str, Item]) -> Iterator[tree.Compare]:
    match node:
        case tree.ItemRef(id_) if id_ in items:
            body = items[id_].body
            yield from _in_scale(body.expression if isinstance(body, Quantity) else None, items)
        case tree.Cases(branches, otherwise):
            for then in (*(then for _, then in branches), otherwise):
                yield from _in_scale(then, items)
        case tree.Scale():
            yield from tree.find(tree.Compare, node)
