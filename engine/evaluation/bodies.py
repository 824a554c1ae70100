"""Compiles whole items: an item's body comes in, a closure that also tells what decided it goes out.

Each closure takes the slots and gives ``(value, used, missing, decided)``; ``decided`` is the index of the row, step or
derogation that made the result, or None.
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import fault
from engine.evaluation.closures import condition, expression, left_of
from engine.evaluation.slots import (
    MEMO,
    Answer,
    BodyClosure,
    Closure,
    DecidedAnswer,
    Layout,
    Slots,
    union,
    unpublished,
)
from engine.language.expressions import Connect, Expression, ItemRef, Literal, Scale, Unpublished
from engine.language.types import VERDICTS, Type
from engine.language.typing import literal_value
from engine.language.values import NOT_APPLICABLE, UNDETERMINED
from engine.policy.model import Criterion, DecisionTable, Item, Obligation, Outcome, Payment, Quantity

UNKNOWN = frozenset(VERDICTS)
ARISES = "arises"  # of an outcome that applies, before its rules are asked


def gated(item: Item, names: Layout, body: BodyClosure) -> BodyClosure:
    """``applies_when`` false or ``unless`` true: not applicable; ``applies_when`` unknown: undetermined.

    Each way out of an ``unless`` is a reason of its own: one that is unknown hides no other.
    """
    applies = None if item.applies_when is None else condition(item.applies_when, names)
    second = names.steps.get(item.id) if isinstance(item.body, Criterion | Quantity) else None
    ways = item.unless.parts if isinstance(item.unless, Connect) and item.unless.operator == "any" else (item.unless,)
    unless = [condition(way, names) for way in ways if way is not None]
    if applies is None and not unless:
        return body

    def run(slots: Slots) -> DecidedAnswer:
        used = missing = 0
        open_ = False
        if applies is not None:
            holds, used, missing = applies(slots)
            if holds is False:
                return (NOT_APPLICABLE, used, 0, None)
            open_ = holds is None
        for way in unless:
            lifted, mine, _ = way(slots)
            if lifted:
                return (NOT_APPLICABLE, mine, 0, None)
            used |= mine
        if open_:
            if second is not None:  # whatever it would be, it may also not apply
                value, mine, _, _ = body(slots)
                left = (slots[second][0] if value is UNDETERMINED else frozenset((value,))) | {NOT_APPLICABLE}
                if len(left) == 1:
                    return (NOT_APPLICABLE, used | mine, 0, None)
                slots[second] = (left, 0, 0)
            return (UNDETERMINED, used, missing, None)
        value, mine, missing, decided = body(slots)
        return (value, used | mine, missing, decided)

    return run


def body(item: Item, type_: Type | None, names: Layout) -> BodyClosure:
    """The closure of an item's body; that of an outcome says no more than that it arises, the evaluator decides it."""
    match item.body:
        case DecisionTable(inputs, (number, *_)) if not inputs:  # of the text
            then = (*_published(number.then, type_, names), 0)
            return lambda slots: then
        case DecisionTable():
            return _table(item, item.body, type_, names)
        case Quantity(inner) if type_ is not None and type_.ordered:
            return _on_scale(inner, type_, names.steps[item.id], names)
        case Quantity(inner):
            return _plain(expression(inner, names, type_))
        case Criterion():
            return _criterion(item.body, names.steps[item.id], names)
        case Payment(amount, _):
            return _plain(expression(amount, names, type_))
        case Obligation():
            return lambda slots: (True, 0, 0, None)
        case Outcome():
            return lambda slots: (ARISES, 0, 0, None)


def _plain(closure: Closure) -> BodyClosure:
    def run(slots: Slots) -> DecidedAnswer:
        value, used, missing = closure(slots)
        return (value, used, missing, None)

    return run


def _on_scale(node: Expression, type_: Type, second: int, names: Layout) -> BodyClosure:
    """Known where one step is left, which is told of a scale itself; otherwise what is left goes into a second slot."""
    left = left_of(node, type_, names)
    places = {step.name: place for place, step in enumerate(node.steps)} if isinstance(node, Scale) else {}

    def run(slots: Slots) -> DecidedAnswer:
        found, used, missing = left(slots)
        if len(found) > 1:
            slots[second] = (found, 0, 0)
            return (UNDETERMINED, used, missing, None)
        (value,) = found
        return (value, used, missing, places.get(value))

    return run


def _published(value: Literal | Unpublished, type_: Type | None, names: Layout) -> Answer:
    if isinstance(value, Unpublished):
        return unpublished(value, names)
    return (literal_value(value, type_), 0, 0)


def _criterion(criterion: Criterion, second: int, names: Layout) -> BodyClosure:
    met_when = condition(criterion.met_when, names)
    derogations = [condition(derogation.when, names) for derogation in criterion.derogations]

    def run(slots: Slots) -> DecidedAnswer:
        holds, used, missing = met_when(slots)
        if holds:
            return ("met", used, 0, None)
        open_ = holds is None
        for index, derogation in enumerate(derogations):
            lifted, mine, lacks = derogation(slots)
            if lifted:
                return ("met", mine, 0, index)
            used |= mine
            if lifted is None:
                open_ = True
                missing |= lacks
        if open_:
            slots[second] = (UNKNOWN, 0, 0)
            return (UNDETERMINED, used, missing, None)
        return ("not_met", used, 0, None)

    return run


def _table(item: Item, table: DecisionTable, type_: Type | None, names: Layout) -> BodyClosure:
    """The row that matches; known too where every row that can match gives the same published value.

    Known inputs that match no row are a defect of the policy, ``no-row``, which ``avenant check`` finds.
    """
    slots_of = [names.slot(ref) for ref in table.inputs.values()]
    rows = [
        (
            [condition(cell.asks(table.inputs[name]), names) for name, cell in row.cells.items()],
            _published(row.then, type_, names),
        )
        for row in table.rows
    ]

    def run(slots: Slots) -> DecidedAnswer:
        candidates: list[tuple[int, Answer, bool, int, int]] = []
        for index, (cells, then) in enumerate(rows):
            found = _matches(cells, slots)
            if found is not None:
                candidates.append((index, then, *found))
        if candidates:
            return _settled(candidates)
        inputs = [slots[slot] for slot in slots_of]
        if any(answer[0] is NOT_APPLICABLE for answer in inputs):
            return (NOT_APPLICABLE, union(inputs, 1), 0, None)
        if any(answer[0] is UNDETERMINED for answer in inputs):
            return (UNDETERMINED, union(inputs, 1), union(inputs, 2), None)
        raise fault(item.at, "no-row", id=item.id)

    named = all(cell.listed is not None for row in table.rows for cell in row.cells.values())
    scaled = any(isinstance(ref, ItemRef) and ref.id in names.steps for ref in table.inputs.values())
    return _remembered(run, slots_of) if named and not scaled else run


def _remembered(run: BodyClosure, slots_of: Sequence[int]) -> BodyClosure:
    """A closure that reads these slots alone: the same few named values come back in every case."""
    kept: dict[tuple[Answer, ...], DecidedAnswer] = {}

    def again(slots: Slots) -> DecidedAnswer:
        inputs = tuple([slots[slot] for slot in slots_of])
        answer = kept.get(inputs)
        if answer is None:
            answer = run(slots)
            if len(kept) < MEMO:
                kept[inputs] = answer
        return answer

    return again


def _matches(cells: Sequence[Closure], slots: Slots) -> tuple[bool, int, int] | None:
    """None where the row cannot match, else whether it surely does, what that rests on, and what it waits for."""
    sure = True
    used = missing = 0
    for cell in cells:
        holds, mine, lacks = cell(slots)
        if holds is False:
            return None
        used |= mine
        if holds is None:
            sure = False
            missing |= lacks
    return (sure, used, missing)


def _settled(candidates: Sequence[tuple[int, Answer, bool, int, int]]) -> DecidedAnswer:
    used = 0
    for candidate in candidates:
        used |= candidate[3]
    values = {then[0] for _, then, *_ in candidates}
    if len(values) == 1 and UNDETERMINED not in values:
        return (values.pop(), used, 0, candidates[0][0] if len(candidates) == 1 else None)
    missing = 0
    for _, then, sure, _, lacks in candidates:
        used |= then[1]
        missing |= lacks | (then[2] if sure else 0)
    return (UNDETERMINED, used, missing, candidates[0][0] if len(candidates) == 1 else None)
