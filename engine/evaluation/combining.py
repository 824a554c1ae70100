"""Closures made of closures: those of operands come in, one goes out; absent operands count as the row says.

Of a value on a scale a closure gives the set of what is left while it is undetermined: the steps still possible, and
``NOT_APPLICABLE`` where it may not arise at all. An item on a scale keeps its set in its second slot, and so does a
criterion that of its verdicts, so that what reads it is known where all that is left gives the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.evaluation.slots import Answer, Closure, Slots, constant, union
from engine.language.operators import Operator
from engine.language.values import NOT_APPLICABLE, UNDETERMINED

NOTHING = constant(frozenset((NOT_APPLICABLE,)))
Branch = tuple[Closure, Closure]


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


def settled(left: Closure) -> Closure:
    """The value that is left alone, and undetermined where several are."""

    def run(slots: Slots) -> Answer:
        found, used, missing = left(slots)
        return (UNDETERMINED, used, missing) if len(found) > 1 else (*found, used, 0)

    return run


def of_scale(steps: Sequence[str], tests: Sequence[Closure | None]) -> Closure:
    """The highest step surely reached, and those right above it of which it is unknown.

    Steps are monotone: where one is not reached, none above it is, and what they wait for no longer matters.
    """
    downwards = list(zip(reversed(steps), reversed(tests), strict=True))

    def run(slots: Slots) -> Answer:
        found: list[str] = []
        used = missing = 0
        for step, test in downwards:
            holds, mine, lacks = (True, 0, 0) if test is None else test(slots)
            if holds is False:
                found, used, missing = [], mine, 0
                continue
            found.append(step)
            used |= mine
            if holds:
                break
            missing |= lacks
        return (frozenset(found), used, missing)

    return run


def of_cases(branches: Sequence[Branch], otherwise: Closure) -> Closure:
    """What is left of every branch that may decide."""
    every = (*branches, (constant(True), otherwise))

    def run(slots: Slots) -> Answer:
        found: frozenset[Any] = frozenset()
        used = behind = lacking = 0
        open_ = False
        for when, then in every:
            holds, mine, lacks = when(slots)
            used |= mine
            if holds is not False:
                more, mine, missing = then(slots)
                found, behind = found | more, behind | mine
            if holds:
                break
            if holds is None:
                open_, lacking = True, lacking | lacks
        if open_:
            return (found, used, lacking) if len(found) > 1 else (found, used | behind, 0)
        return (found, used | behind, missing)

    return run


def of_operands(parts: Sequence[Closure], row: Operator, steps: Sequence[str]) -> Closure:
    """What a row of the operator table leaves; an operand that can no longer raise it is waited for no more.

    A result that one operand settles rests on that operand alone.
    """

    def run(slots: Slots) -> Answer:
        answers = [part(slots) for part in parts]
        found: frozenset[Any] = row.scalar([left for left, _, _ in answers], steps)
        if found == {steps[-1]}:
            return (found, next(used for left, used, _ in answers if left == found), 0)
        used = missing = 0
        for left, mine, lacks in answers:
            used |= mine
            if len(left & found) > 1:
                missing |= lacks
        return (found, used, missing)

    return run
