"""Compiles conditions: a condition node comes in, a closure that gives True, False or None (unknown) goes out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.evaluation import expressions
from engine.evaluation.slots import Answer, Closure, Names, Slots, literal_value
from engine.language.expressions import Chosen, Compare, Condition, Connect, Literal, VerdictIs
from engine.language.operators import COMPARISONS, CONNECTIVES
from engine.language.typing import type_of
from engine.language.values import NOT_APPLICABLE, UNDETERMINED


def condition(node: Condition, names: Names) -> Closure:
    """The closure of a condition: True, False or None (unknown)."""
    match node:
        case Connect():
            return _connect(node, names)
        case Chosen():
            return _compare_literal(names.choices[node.interpretation], COMPARISONS["is"].scalar, node.choice)
        case VerdictIs():
            return _verdict(names.items[node.criterion.id], node.verdicts)
        case Compare():
            return _compare(node, names)


def _connect(node: Connect, names: Names) -> Closure:
    """A known result that one part settles rests on the first such part; any other rests on all parts."""
    parts = tuple(condition(part, names) for part in node.parts)
    scalar = CONNECTIVES[node.operator].scalar
    settling = {"all": (False,), "any": (True,), "first_known": (True, False)}.get(node.operator, ())

    def run(slots: Slots) -> Answer:
        used = open_used = missing = 0
        values = []
        for part in parts:
            value, mine, lacks = part(slots)
            if value is None:
                open_used |= mine
                missing |= lacks
            elif value in settling:
                return (value, mine, 0)
            used |= mine
            values.append(value)
        value = scalar(values)
        return (None, open_used, missing) if value is None else (value, used, 0)

    return run


def _compare(node: Compare, names: Names) -> Closure:
    slot = names.slot(node.left)
    test = COMPARISONS[node.operator].scalar
    if node.operator == "known":
        assert isinstance(node.right, Literal)
        return _known(slot, test, node.right.value)
    left = type_of(node.left, names.scope)
    if isinstance(node.right, tuple):
        return _compare_literal(slot, test, frozenset(literal_value(part, left) for part in node.right))
    if isinstance(node.right, Literal):
        return _compare_literal(slot, test, literal_value(node.right, left))
    right = expressions.expression(node.right, names, left)

    def run(slots: Slots) -> Answer:
        value, used, missing = slots[slot]
        other, mine, lacks = right(slots)
        used |= mine
        if value is NOT_APPLICABLE or other is NOT_APPLICABLE:
            return (False, used, 0)
        if value is UNDETERMINED or other is UNDETERMINED:
            return (None, used, (missing if value is UNDETERMINED else 0) | (lacks if other is UNDETERMINED else 0))
        return (test(value, other), used, 0)

    return run


def _compare_literal(slot: int, test: Callable[..., Any], literal: Any) -> Closure:
    def run(slots: Slots) -> Answer:
        value, used, missing = slots[slot]
        if value is UNDETERMINED:
            return (None, used, missing)
        if value is NOT_APPLICABLE:
            return (False, used, 0)
        return (test(value, literal), used, 0)

    return run


def _known(slot: int, test: Callable[..., Any], wanted: Any) -> Closure:
    bit = 1 << slot
    return lambda slots: (test(slots[slot][0] is not UNDETERMINED, wanted), bit, 0)


def _verdict(slot: int, verdicts: Sequence[str]) -> Closure:
    allowed = frozenset(verdicts)

    def run(slots: Slots) -> Answer:
        value, used, missing = slots[slot]
        if value is UNDETERMINED:
            return (True, used, 0) if "undetermined" in allowed else (None, used, missing)
        name = "not_applicable" if value is NOT_APPLICABLE else value
        return (name in allowed, used, 0)

    return run
