"""What is left of a value on a scale while it is undetermined: closures come in, closures over sets go out.

A set holds the steps that are still possible, and ``NOT_APPLICABLE`` where the value may not arise at all. An item on a
scale keeps its set in its second slot, so that what reads it is known where every step left gives the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.evaluation.slots import Answer, BodyClosure, Closure, Decided, Slots, constant
from engine.language.operators import Operator
from engine.language.values import NOT_APPLICABLE, UNDETERMINED

NOTHING = constant(frozenset((NOT_APPLICABLE,)))
Branch = tuple[Closure, Closure]


def settled(left: Closure) -> Closure:
    """The value that is left alone, and undetermined where several are."""

    def run(slots: Slots) -> Answer:
        found, used, missing = left(slots)
        return (UNDETERMINED, used, missing) if len(found) > 1 else (*found, used, 0)

    return run


def narrowed(run: BodyClosure, left: Closure, applies: Closure | None, second: int) -> BodyClosure:
    """An item on a scale: known where one step is left, and otherwise what is left goes into its second slot."""

    def settle(slots: Slots) -> Decided:
        answer = run(slots)
        if answer[0] is not UNDETERMINED:
            return answer
        found, used, _ = left(slots)
        if applies is not None and applies(slots)[0] is None:
            found |= {NOT_APPLICABLE}
        if len(found) == 1:
            return (*found, answer[1] | used, 0, None)
        slots[second] = (found, 0, 0)
        return answer

    return settle


def of_value(value: Closure, among: Closure) -> Closure:
    """The value alone where it is known, and otherwise what is left ``among`` others."""

    def run(slots: Slots) -> Answer:
        found, used, missing = value(slots)
        return (among(slots)[0], used, missing) if found is UNDETERMINED else (frozenset((found,)), used, 0)

    return run


def of_scale(steps: Sequence[str], tests: Sequence[Closure | None]) -> Closure:
    """The highest step surely reached, and those right above it of which it is unknown."""
    downwards = list(zip(reversed(steps), reversed(tests), strict=True))

    def run(slots: Slots) -> Answer:
        found: list[str] = []
        for step, test in downwards:
            holds = True if test is None else test(slots)[0]
            found = [] if holds is False else [*found, step]
            if holds:
                break
        return (frozenset(found), 0, 0)

    return run


def of_cases(branches: Sequence[Branch], otherwise: Closure) -> Closure:
    """What is left of every branch that may decide."""

    def run(slots: Slots) -> Answer:
        found: frozenset[Any] = frozenset()
        used = 0
        for when, then in (*branches, (constant(True), otherwise)):
            holds = when(slots)[0]
            if holds is not False:
                more, mine, _ = then(slots)
                found, used = found | more, used | mine
            if holds:
                break
        return (found, used, 0)

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


def compared(plain: Closure, second: int, test: Callable[[Any], Any]) -> Closure:
    """A comparison of an item on a scale: known too where it comes out the same for every step that is left."""

    def run(slots: Slots) -> Answer:
        answer = plain(slots)
        if answer[0] is not None:
            return answer
        found = {step is not NOT_APPLICABLE and test(step) for step in slots[second][0]}
        return (found.pop(), answer[1], 0) if len(found) == 1 else answer

    return run
