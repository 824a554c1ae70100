"""Limits: the numbers and days that a criterion which is not met asks for, and that the case does not reach."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from engine.evaluation.closures import condition, expression
from engine.evaluation.decision import Limit
from engine.evaluation.slots import Names, Slots
from engine.language.expressions import Compare, Condition, Connect, FactRef, ItemRef
from engine.language.operators import COMPARISONS, CONNECTIVES
from engine.language.types import Type
from engine.language.typing import type_of
from engine.language.values import Absent

Found = list[Limit] | None  # None where something else than a number or a day decides, too
Finder = Callable[[Slots], Found]


def limits_of(node: Condition, names: Names) -> Finder:
    """What finds the limits by which a condition that is false is so."""
    match node:
        case Connect():
            return _of_parts(node, names)
        case Compare() if COMPARISONS[node.operator].threshold and len(node.operands) == 1:
            return _of_comparison(node, names)
    return lambda slots: None


def _of_parts(node: Connect, names: Names) -> Finder:
    """Of parts that all have to hold, those of all that do not; of parts of which one is enough, those of any."""
    parts = [(condition(part, names), limits_of(part, names)) for part in node.parts]
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


def _of_comparison(node: Compare, names: Names) -> Finder:
    left, right = node.left, node.operands[0]
    type_ = type_of(left, names.scope)
    slot, bound_of = names.slot(left), expression(right, names, type_)
    named = _id(right) if isinstance(right, FactRef | ItemRef) else None

    def run(slots: Slots) -> Found:
        value, bound = slots[slot][0], bound_of(slots)[0]
        if isinstance(value, Absent) or isinstance(bound, Absent):
            return None  # where one does not apply the comparison is false, and no number would make it true
        return [Limit(_id(left), value, node.operator, bound, type_ or Type("none"), named)]

    return run


def _id(ref: FactRef | ItemRef) -> str:
    return ref.name if isinstance(ref, FactRef) else ref.id
