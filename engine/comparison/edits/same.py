"""What two wordings of a rule have in common: nodes come in, their normal form and a key that ignores wording go out.

Places, labels, citations and reasons do not count; nor does the order of parts where none decides before another.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any, TypeVar

from engine.language.expressions import (
    Apply,
    ByOutcome,
    Cases,
    Cell,
    Chosen,
    Compare,
    Condition,
    Connect,
    Expression,
    FactRef,
    ItemRef,
    Literal,
    Node,
    Scale,
    Unpublished,
    VerdictIs,
    rebuilt,
    walk,
)
from engine.language.operators import COMPARISONS, CONNECTIVES, EXPRESSIONS

MAX_TERMS = 64  # alternatives of a condition that are compared one by one

Key = tuple[Hashable, ...]
_Whole = TypeVar("_Whole")


def key(node: Node | None) -> Key:
    """What the node means: equal for two nodes that say the same, whatever their places and texts."""
    match node:
        case None:
            return ("nothing",)
        case Literal(value):
            return ("literal", isinstance(value, bool), value)
        case FactRef(name):
            return ("fact", name)
        case ItemRef(id_):
            return ("ref", id_)
        case Unpublished(_, supplied):
            return ("unpublished", frozenset(ref.name for ref in supplied))
        case Apply(operator, operands, options):
            keys = [key(operand) for operand in operands]
            return (operator, tuple(sorted(keys, key=repr) if EXPRESSIONS[operator].unordered else keys), options)
        case Cases(branches, otherwise):
            return ("cases", tuple((key(when), key(then)) for when, then in branches), key(otherwise))
        case Scale(steps):
            return ("scale", tuple((step.name, key(step.reached_when)) for step in steps))
        case ByOutcome(outcome, values):
            return ("by_outcome", outcome.id, frozenset((name, key(value)) for name, value in values))
        case _:
            return _condition_key(node)


def _condition_key(node: Condition) -> Key:
    match node:
        case Compare(operator, left):
            return ("compare", operator, key(left), COMPARISONS[operator].gathered([key(p) for p in node.operands]))
        case Chosen(interpretation, choice):
            return ("chosen", interpretation, choice)
        case VerdictIs(criterion, verdicts):
            return ("verdict", criterion.id, frozenset(verdicts))
        case Connect(operator, parts):
            wanted = ranging(node)
            if wanted is not None:
                return ("ranging", operator, wanted)
            keys = [key(part) for part in parts]
            return (operator, frozenset(keys) if CONNECTIVES[operator].unordered else tuple(keys))


def cell_key(cell: Cell | None) -> Key:
    """What a table cell asks; a literal and a list of one are the same."""
    if cell is None:
        return ("anything",)
    values, excluded = (
        None if part is None else frozenset(key(each) for each in part) for part in (cell.values, cell.excluded)
    )
    return (values, excluded, key(cell.low), key(cell.high))


def ranging(node: Node) -> frozenset[str] | None:
    """The verdicts of ``any_criterion`` or ``every_criterion``, which stand for atoms over all criteria of the file."""
    if not isinstance(node, Connect) or not node.ranges:
        return None
    verdicts = {frozenset(part.verdicts) for part in node.parts if isinstance(part, VerdictIs)}
    return next(iter(verdicts)) if len(verdicts) == 1 else None


def ranged(node: Node) -> frozenset[str]:
    """The criteria that ``any_criterion`` and ``every_criterion`` inside ``node`` range over."""
    found = (each for each in walk(node) if isinstance(each, Connect) and ranging(each) is not None)
    return frozenset(part.criterion.id for connect in found for part in connect.parts if isinstance(part, VerdictIs))


def renamed(whole: _Whole, names: Mapping[str, str]) -> _Whole:
    """A node or item with references to items under the names that the other side uses."""

    def change(node: Node) -> Any:
        inner = renamed(node, names)
        return replace(inner, id=names.get(inner.id, inner.id)) if isinstance(inner, ItemRef) else inner

    changed: _Whole = rebuilt(whole, change)
    return changed


def normal(node: _Whole) -> Any:
    """``node`` without lists of one, nested lists of one kind, or the contrary of a contrary."""
    changed: Any = rebuilt(node, normal)
    match changed:
        case Apply(operator) if EXPRESSIONS[operator].chain:
            changed = _chain(changed)
        case Compare():
            changed = _single(changed)
        case Connect(ranges=False):
            changed = _flat(changed)
    return changed


def _chain(node: Apply) -> Expression:
    operands: list[Expression] = []
    for operand in node.operands:
        inside = isinstance(operand, Apply) and operand.operator == node.operator
        operands.extend(operand.operands if inside and isinstance(operand, Apply) else (operand,))
    return operands[0] if len(operands) == 1 else replace(node, operands=tuple(operands))


def _single(node: Compare) -> Compare:
    alone = COMPARISONS[node.operator].alone
    if alone is not None and len(node.operands) == 1:
        return replace(node, operator=alone, right=node.operands[0])
    return node


def _flat(node: Connect) -> Condition:
    if CONNECTIVES[node.operator].operands == "one":
        (part,) = node.parts
        return part.parts[0] if isinstance(part, Connect) and part.operator == node.operator else node
    parts: dict[Key, Condition] = {}
    for part in node.parts:
        inside = isinstance(part, Connect) and part.operator == node.operator and ranging(part) is None
        for each in part.parts if inside and isinstance(part, Connect) else (part,):
            parts.setdefault(key(each), each)
    return next(iter(parts.values())) if len(parts) == 1 else replace(node, parts=tuple(parts.values()))


def members(node: Condition, operator: str) -> tuple[Condition, ...]:
    """The parts of a list of this kind; any other condition is a list of itself."""
    listed = isinstance(node, Connect) and node.operator == operator and ranging(node) is None
    return node.parts if listed and isinstance(node, Connect) else (node,)


Term = Mapping[Key, Condition]


def terms(node: Condition) -> list[Term] | None:
    """The alternatives of a normal condition, each as the conditions that must hold together; None if there are many.

    ``all`` distributes over ``any`` in three values as in two, so equal sets of terms are the same condition.
    """
    found = list(_terms(node))
    return found if len(found) <= MAX_TERMS else None


def _terms(node: Condition) -> Iterator[Term]:
    either, every = members(node, "any"), members(node, "all")
    if len(either) > 1:
        for part in either:
            yield from _terms(part)
    elif len(every) > 1:
        lists: list[Sequence[Term]] = [list(_terms(part))[: MAX_TERMS + 1] for part in every]
        for number, chosen in enumerate(product(*lists)):
            if number > MAX_TERMS:
                return
            yield {name: atom for term in chosen for name, atom in term.items()}
    else:
        yield {key(node): node}
