"""Compiles rules: a condition or expression node comes in, a closure over the slots of a case goes out.

The two sorts of node hold each other, so they stand together. A condition gives True, False or None (unknown); an
expression gives a value, UNDETERMINED or NOT_APPLICABLE.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.evaluation import slots as combine
from engine.evaluation.slots import Answer, Closure, Layout, Slots, constant
from engine.language import expressions as tree
from engine.language.operators import COMPARISONS, CONNECTIVES, EXPRESSIONS
from engine.language.types import Type
from engine.language.typing import literal_value, operand_hints, type_of
from engine.language.values import NOT_APPLICABLE, UNDETERMINED

_NOTHING = constant(frozenset((NOT_APPLICABLE,)))


def condition(node: tree.Condition, names: Layout) -> Closure:
    """The closure of a condition: True, False or None (unknown)."""
    match node:
        case tree.Connect():
            return _connect(node, names)
        case tree.Chosen():
            return _compare_literal(names.choices[node.interpretation], None, COMPARISONS["is"].scalar, node.choice)
        case tree.VerdictIs():
            return _verdict(names.items[node.criterion.id], names.steps[node.criterion.id], node.verdicts)
        case tree.Compare():
            return _compare(node, names)


def _connect(node: tree.Connect, names: Layout) -> Closure:
    """A known result that one part settles rests on the first such part; any other rests on all parts."""
    parts = tuple(condition(part, names) for part in node.parts)
    row = CONNECTIVES[node.operator]
    scalar, settling = row.scalar, row.settled_by

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


def _compare(node: tree.Compare, names: Layout) -> Closure:
    slot = names.slot(node.left)
    row = COMPARISONS[node.operator]
    test = row.scalar
    literals = [part for part in node.operands if isinstance(part, tree.Literal)]
    if row.operands == "flag":
        bit, wanted = 1 << slot, literals[0].value
        return lambda slots: (test(slots[slot][0] is not UNDETERMINED, wanted), bit, 0)
    left = type_of(node.left, names.scope)
    if len(literals) == len(node.operands):
        literal = row.gathered([literal_value(part, left) for part in literals])
        second = names.steps.get(node.left.id) if isinstance(node.left, tree.ItemRef) else None
        return _compare_literal(slot, second, test, literal)
    right = combine.gathered([expression(part, names, left) for part in node.operands], row)

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


def _compare_literal(slot: int, second: int | None, test: Callable[..., Any], literal: Any) -> Closure:
    """Known too where it comes out the same for all that is left, which a ``second`` slot tells."""

    def run(slots: Slots) -> Answer:
        value, used, missing = slots[slot]
        if value is UNDETERMINED:
            if second is not None:
                found = {step is not NOT_APPLICABLE and test(step, literal) for step in slots[second][0]}
                if len(found) == 1:
                    return (found.pop(), used, 0)
            return (None, used, missing)
        if value is NOT_APPLICABLE:
            return (False, used, 0)
        return (test(value, literal), used, 0)

    return run


def _verdict(slot: int, second: int, verdicts: Sequence[str]) -> Closure:
    """An undetermined verdict is among those listed where all that is left of it is, and not where nothing is."""
    allowed = frozenset(NOT_APPLICABLE if verdict == "not_applicable" else verdict for verdict in verdicts)
    open_ = "undetermined" in allowed

    def run(slots: Slots) -> Answer:
        value, used, missing = slots[slot]
        if value is not UNDETERMINED or open_:
            return (open_ if value is UNDETERMINED else value in allowed, used, 0)
        left = slots[second][0]
        if left <= allowed:
            return (True, used, 0)
        return (False, used, 0) if left.isdisjoint(allowed) else (None, used, missing)

    return run


def expression(node: tree.Expression, names: Layout, wanted: Type | None = None) -> Closure:
    """The closure of an expression; ``wanted`` types its bare literals."""
    match node:
        case tree.Literal():
            return constant(literal_value(node, wanted))
        case tree.FactRef() | tree.ItemRef():
            return combine.read(names.slot(node))
        case tree.Unpublished():
            answer = combine.unpublished(node, names)
            return lambda slots: answer
        case tree.Apply():
            return _apply(node, names, wanted)
        case tree.Cases():
            return _cases(node, names, wanted)
        case tree.Scale():
            return combine.settled(_left_of_steps(node, names))
        case tree.ByOutcome():
            return _cases(node.cases, names, wanted)


def _apply(node: tree.Apply, names: Layout, wanted: Type | None) -> Closure:
    row = EXPRESSIONS[node.operator]
    hints = operand_hints(node, wanted)
    parts = [expression(part, names, hint) for part, hint in zip(node.operands, hints, strict=True)]
    if row.absence == "propagate":
        return combine.propagate(parts, row.scalar, node.options, row.settled_by)
    if row.absence == "skip":
        bare = [isinstance(part, tree.Literal) for part in node.operands]
        return combine.skip(parts, bare, row.scalar, node.options)
    if row.ranked:
        return combine.settled(_left_of_operands(node, names))
    return combine.own(parts, row.scalar)


def _cases(node: tree.Cases, names: Layout, wanted: Type | None) -> Closure:
    branches = [(condition(when, names), expression(then, names, wanted)) for when, then in node.branches]
    otherwise = constant(NOT_APPLICABLE) if node.otherwise is None else expression(node.otherwise, names, wanted)

    def run(slots: Slots) -> Answer:
        used = lacking = 0
        open_ = False
        chosen = otherwise
        for when, then in branches:
            holds, mine, lacks = when(slots)
            used |= mine
            if holds is None:
                open_ = True
                lacking |= lacks
            elif holds:
                chosen = then
                break
        if open_:
            return (UNDETERMINED, used, lacking)
        value, more, missing = chosen(slots)
        return (value, used | more, missing)

    return run


def _left_of_steps(node: tree.Scale, names: Layout) -> Closure:
    tests = [None if step.reached_when is None else condition(step.reached_when, names) for step in node.steps]
    return combine.of_scale([step.name for step in node.steps], tests)


def left_of(node: tree.Expression, type_: Type, names: Layout) -> Closure:
    """The closure of all values that an expression of a scale can still take; of any other kind, one or anything."""
    match node:
        case tree.Scale():
            return _left_of_steps(node, names)
        case tree.Cases(branches, otherwise):
            ways = [(condition(when, names), left_of(then, type_, names)) for when, then in branches]
            return combine.of_cases(ways, _NOTHING if otherwise is None else left_of(otherwise, type_, names))
        case tree.Apply(operator) if EXPRESSIONS[operator].ranked:
            return _left_of_operands(node, names)
    anything = constant(frozenset((*type_.values, NOT_APPLICABLE)))
    if isinstance(node, tree.ItemRef) and node.id in names.steps:
        anything = combine.read(names.steps[node.id])
    known = expression(node, names, type_)

    def run(slots: Slots) -> Answer:
        value, used, missing = known(slots)
        return (anything(slots)[0] if value is UNDETERMINED else frozenset((value,)), used, missing)

    return run


def _left_of_operands(node: tree.Apply, names: Layout) -> Closure:
    type_ = type_of(node, names.scope)
    assert type_ is not None
    parts = [left_of(part, type_, names) for part in node.operands]
    return combine.of_operands(parts, EXPRESSIONS[node.operator], type_.values)
