"""What an item can come to at most: a compiled program comes in, each item's possible values and absences go out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.evaluation.program import Compiled, Program
from engine.evaluation.slots import literal_value
from engine.language.expressions import (
    Apply,
    ByOutcome,
    Cases,
    Expression,
    FactRef,
    ItemRef,
    Literal,
    Scale,
    Unpublished,
    walk,
)
from engine.language.facts import BENEFICIARY, SIGNATURE
from engine.language.operators import EXPRESSIONS
from engine.language.types import DATE, Type
from engine.language.values import NOT_APPLICABLE, UNDETERMINED, Absent, Value
from engine.policy.model import Criterion, Item, Obligation, Outcome, Parameter, Payment, Quantity, Table
from engine.policy.nodes import deciding_nodes

STATUSES = ("done", "pending")
ALWAYS_GIVEN = (SIGNATURE, BENEFICIARY)
QUOTIENTS = ("ratio", "share")
CHOOSING = ("first_known", "highest", "min", "max")


@dataclass(frozen=True, slots=True)
class Possible:
    """``values``: every known value, or None for an open number or date. Some may be out of reach, none is left out."""

    type: Type | None
    values: tuple[Value, ...] | None
    absent: tuple[Absent, ...]


def possible(program: Program) -> Mapping[str, Possible]:
    """What each item of ``program`` can come to; each step follows what it reads, so one pass is enough."""
    found: dict[str, Possible] = {}
    for compiled in program.steps:
        item = compiled.step.item
        absent = []
        if compiled.step.yearly or _may_be_open(item, found):
            absent.append(UNDETERMINED)
        if _may_not_apply(item, found):
            absent.append(NOT_APPLICABLE)
        type_ = compiled.step.type or _type(item, found, program)
        found[item.id] = Possible(type_, _values(compiled, found), tuple(absent))
    return found


def _type(item: Item, found: Mapping[str, Possible], program: Program) -> Type | None:
    """The type of a quantity whose plan leaves it open because some of its values are unpublished."""
    waiting: list[Expression] = [item.body.expression] if isinstance(item.body, Quantity) else []
    while waiting:
        node = waiting.pop(0)
        match node:
            case FactRef():
                return program.plan.vocabulary.facts[node.name].type
            case ItemRef() if (type_ := found[node.id].type) is not None:
                return type_
            case Apply() if EXPRESSIONS[node.operator].family == "date":
                return DATE
        waiting.extend(_results(node))
    return None


def _values(compiled: Compiled, found: Mapping[str, Possible]) -> tuple[Value, ...] | None:
    type_ = compiled.step.type
    if type_ is not None and type_.values:
        return type_.values
    match compiled.step.item.body:
        case Parameter(values):
            return _literals((value.value for value in values), type_, found)
        case Table(_, rows):
            return _literals((row.then for row in rows), type_, found)
        case Quantity(node) | Payment(node, _):
            return _literals((node,), type_, found)
        case _:
            return STATUSES


def _literals(
    nodes: Iterable[Expression], type_: Type | None, found: Mapping[str, Possible]
) -> tuple[Value, ...] | None:
    """The values of expressions that only choose among literals; the item's own type makes dates of its texts."""
    values: dict[Value, None] = {}
    for node in nodes:
        mine = _values_of(node, type_, found)
        if mine is None:
            return None
        values.update(dict.fromkeys(mine))
    return tuple(values)


def _values_of(node: Expression, type_: Type | None, found: Mapping[str, Possible]) -> tuple[Value, ...] | None:
    match node:
        case Literal():
            return (literal_value(node, type_),)
        case Unpublished():
            return ()
        case ItemRef():
            return found[node.id].values
        case FactRef():
            return None
        case Apply() if node.operator not in CHOOSING:
            return None
    return _literals(_results(node), type_, found)


def _results(node: Expression) -> Iterator[Expression]:
    """The expressions that the value of ``node`` may come from, without the conditions that choose."""
    match node:
        case Cases():
            yield from (then for _, then in node.branches)
            if node.otherwise is not None:
                yield node.otherwise
        case ByOutcome():
            yield from (value for _, value in node.values)
        case Apply():
            yield from node.operands


def _may_be_open(item: Item, found: Mapping[str, Possible]) -> bool:
    for root in deciding_nodes(item):
        for node in walk(root):
            match node:
                case Unpublished():
                    return True
                case FactRef(name, _) if name not in ALWAYS_GIVEN:
                    return True
                case ItemRef(id_, _) if UNDETERMINED in found[id_].absent:
                    return True
    return False


def _may_not_apply(item: Item, found: Mapping[str, Possible]) -> bool:
    if item.applies_when is not None or item.unless is not None:
        return True
    match item.body:
        case Parameter() | Criterion() | Outcome() | Obligation():
            return False
        case Table(inputs, _):
            return any(_loses_value(ref, found) for ref in inputs.values())
        case Quantity(node) | Payment(node, _):
            return _loses_value(node, found)


def _loses_value(node: Expression, found: Mapping[str, Possible]) -> bool:
    """Whether an expression may be not applicable; moved dates stay in the calendar, since facts have ranges."""
    match node:
        case ItemRef():
            return NOT_APPLICABLE in found[node.id].absent
        case Scale() | Literal() | FactRef() | Unpublished():
            return False
        case Cases() if node.otherwise is None:
            return True
        case ByOutcome() if NOT_APPLICABLE in found[node.outcome.id].absent:
            return True
        case Apply() if node.operator in QUOTIENTS:
            return True
    return any(_loses_value(part, found) for part in _results(node))
