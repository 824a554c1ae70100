"""Closures made of closures: those of operands come in, one goes out; absent operands count as the row says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.evaluation.slots import Answer, Closure, Slots, union
from engine.language.operators import Operator
from engine.language.values import NOT_APPLICABLE, UNDETERMINED


def gathered(parts: Sequence[Closure], row: Operator) -> Closure:
    """The operands of a comparison as one value: not applicable where one is, else undetermined where one is."""
    if len(parts) == 1:
        return parts[0]

    def run(slots: Slots) -> Answer:
        answers = [part(slots) for part in parts]
        values = [answer[0] for answer in answers]
        used = union(answers, 1)
        if NOT_APPLICABLE in values:
            return (NOT_APPLICABLE, used, 0)
        if UNDETERMINED in values:
            return (UNDETERMINED, used, union([answer for answer in answers if answer[0] is UNDETERMINED], 2))
        return (row.gathered(values), used, 0)

    return run


def propagate(
    parts: Sequence[Closure], scalar: Callable[..., Any], options: Sequence[Any], settling: Sequence[Any]
) -> Closure:
    """Undetermined where an operand is, else not applicable where one is; a ``settling`` operand is the result."""

    def run(slots: Slots) -> Answer:
        used = missing = 0
        values = []
        absent = None
        for part in parts:
            value, mine, lacks = part(slots)
            if value in settling:
                return (value, mine, 0)
            used |= mine
            if value is UNDETERMINED:
                absent = UNDETERMINED
                missing |= lacks
            elif value is NOT_APPLICABLE:
                absent = absent or NOT_APPLICABLE
            else:
                values.append(value)
        return (scalar(values, options) if absent is None else absent, used, missing)

    return run


def skip(parts: Sequence[Closure], bare: Sequence[bool], scalar: Callable[..., Any], options: Sequence[Any]) -> Closure:
    """Not applicable operands are left out; when nothing but literals is left the result is not applicable."""

    def run(slots: Slots) -> Answer:
        used = missing = 0
        values = []
        open_ = substance = False
        for part, is_literal in zip(parts, bare, strict=True):
            value, mine, lacks = part(slots)
            used |= mine
            if value is UNDETERMINED:
                open_ = True
                missing |= lacks
            elif value is not NOT_APPLICABLE:
                values.append(value)
                substance = substance or not is_literal
        if open_:
            return (UNDETERMINED, used, missing)
        return (scalar(values, options) if substance else NOT_APPLICABLE, used, 0)

    return run


def own(parts: Sequence[Closure], scalar: Callable[..., Any]) -> Closure:
    """``first_known``: a value that one operand gives rests on that operand alone."""

    def run(slots: Slots) -> Answer:
        answers = [part(slots) for part in parts]
        value = scalar([answer[0] for answer in answers], ())
        if value is UNDETERMINED:
            return (value, union(answers, 1), union(answers, 2))
        if value is not NOT_APPLICABLE:
            return (value, next(answer[1] for answer in answers if answer[0] == value), 0)
        return (value, union(answers, 1), 0)

    return run
