"""Normal forms of conditions and expressions: nodes come in, their normal form and a key that ignores wording go out.

Places, labels, citations and reasons do not count, since no result depends on them; nor does the order of parts where
none decides before another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from engine.language import expressions as tree
from engine.language.expressions import Connect, rebuilt
from engine.language.operators import COMPARISONS, CONNECTIVES, EXPRESSIONS
from engine.language.values import exact
from engine.policy.model import DecisionTable, Item
from engine.policy.overlays import timeless

# What only people read, and the impossible combinations of an outcome, which only the checks do.
SILENT = frozenset({"at", "label", "note", "cite", "reason", "value_labels", "excluded"})

_Whole = TypeVar("_Whole")


def key(value: Any) -> Any:
    """What a node or a part of an item means: equal for two that say the same, whatever their places and texts."""
    match value:
        case tree.Literal(inner):
            return ("literal", isinstance(inner, bool), inner if isinstance(inner, str) else exact(inner))
        case tree.Connect(operator) if (wanted := ranging(value)) is not None:
            return ("ranging", operator, wanted)
        case tree.Connect(operator, inner) if CONNECTIVES[operator].unordered:
            return (operator, frozenset(map(key, inner)))
        case tree.Apply(operator, inner) if EXPRESSIONS[operator].unordered:
            return (operator, frozenset(Counter(map(key, inner)).items()))
        case tree.Compare(operator, left):
            return ("Compare", operator, key(left), COMPARISONS[operator].gathered([key(p) for p in value.operands]))
        case tree.VerdictIs(criterion, verdicts):
            return ("VerdictIs", key(criterion), frozenset(verdicts))
        case tree.Unpublished(_, supplied):
            return ("Unpublished", frozenset(map(key, supplied)))
        case tree.ByOutcome(outcome, values):
            return ("ByOutcome", key(outcome), key(dict(values)))
        case tree.Cell(values, excluded, low, high):
            lists = (None if each is None else frozenset(map(key, each)) for each in (values, excluded))
            return (*lists, key(low), key(high))
        case DecisionTable(inputs, rows) if inputs:  # of the dated values of a parameter, the first is the earliest
            return ("DecisionTable", key(inputs), frozenset(Counter(map(key, rows)).items()))
        case tuple():
            return tuple(map(key, value))
        case Mapping():
            return frozenset((name, key(each)) for name, each in value.items())
    names = getattr(value, "__match_args__", None)  # the fields of a node or a part of an item
    if names is None:
        return value
    return (type(value).__name__, *(key(getattr(value, name)) for name in names if name not in SILENT))


def ranging(node: tree.Node) -> frozenset[str] | None:
    """The verdicts of ``any_criterion`` or ``every_criterion``, which stand for atoms over all criteria of the file."""
    if not isinstance(node, tree.Connect) or not node.ranges:
        return None
    verdicts = {frozenset(part.verdicts) for part in node.parts if isinstance(part, tree.VerdictIs)}
    return next(iter(verdicts)) if len(verdicts) == 1 else None


def ranged(whole: object) -> frozenset[str]:
    """The criteria that ``any_criterion`` and ``every_criterion`` inside a node or item range over."""
    found = (each for each in tree.find(tree.Connect, whole) if ranging(each) is not None)
    return frozenset(
        part.criterion.id for connect in found for part in connect.parts if isinstance(part, tree.VerdictIs)
    )


def renamed(whole: _Whole, names: Mapping[str, str]) -> _Whole:
    """A node or item with references to items under the names that the other side uses."""

    def change(node: tree.Node) -> Any:
        inner = renamed(node, names)
        return replace(inner, id=names.get(inner.id, inner.id)) if isinstance(inner, tree.ItemRef) else inner

    changed: _Whole = tree.rebuilt(whole, change)
    return changed


def normal(node: _Whole) -> Any:
    """``node`` without lists of one, nested lists of one kind, or the contrary of a contrary."""
    changed: Any = tree.rebuilt(node, normal)
    match changed:
        case tree.Apply(operator) if EXPRESSIONS[operator].chain:
            changed = _chain(changed)
        case tree.Compare(operands=(only,)) if (alone := COMPARISONS[changed.operator].alone) is not None:
            changed = replace(changed, operator=alone, right=only)
        case tree.Connect(ranges=False):
            changed = _flat(changed)
    return changed


def _chain(node: tree.Apply) -> tree.Expression:
    operands: list[tree.Expression] = []
    for operand in node.operands:
        nested = isinstance(operand, tree.Apply) and operand.operator == node.operator
        operands += getattr(operand, "operands", ()) if nested else (operand,)
    return operands[0] if len(operands) == 1 else replace(node, operands=tuple(operands))


def _flat(node: tree.Connect) -> tree.Condition:
    if CONNECTIVES[node.operator].operands == "one":
        (part,) = node.parts
        return part.parts[0] if isinstance(part, tree.Connect) and part.operator == node.operator else node
    parts: dict[Hashable, tree.Condition] = {}
    for part in node.parts:
        for each in members(part, node.operator):
            parts.setdefault(key(each), each)
    return next(iter(parts.values())) if len(parts) == 1 else replace(node, parts=tuple(parts.values()))


def members(node: Any, operator: str) -> tuple[tree.Condition, ...]:
    """The parts of a list of this kind; any other condition is a list of itself."""
    listed = isinstance(node, tree.Connect) and node.operator == operator and ranging(node) is None
    return node.parts if listed and isinstance(node, tree.Connect) else (node,)


def meaning(item: Item) -> object:
    """What an item says, without what only people read: equal for items that can never answer differently."""
    deciding = (item.applies_when, item.unless, timeless(item.body))
    return (item.kind, item.unit, *(key(_spelled(part)) for part in deciding))


def _spelled(part: Any) -> Any:
    """The same part with each criterion that ``any_criterion`` and ``every_criterion`` stand for."""
    part = rebuilt(part, _spelled)
    return replace(part, ranges=False) if isinstance(part, Connect) else part
