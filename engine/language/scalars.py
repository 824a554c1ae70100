"""What each operator means for one case: known values come in, one value goes out.

Absent operands are handled by the caller as the operator's row says, except for connectives, ``highest`` and
``first_known``, whose meaning is about absence.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.language.values import NOT_APPLICABLE, UNDETERMINED, Absent, Value, add_months, exact

Kleene = bool | None


def all_of(parts: Sequence[Kleene]) -> Kleene:
    """False if any is, else unknown if any is (Kleene)."""
    if False in parts:
        return False
    return None if None in parts else True


def any_of(parts: Sequence[Kleene]) -> Kleene:
    """True if any is, else unknown if any is (Kleene)."""
    if True in parts:
        return True
    return None if None in parts else False


def negate(parts: Sequence[Kleene]) -> Kleene:
    return None if parts[0] is None else not parts[0]


def first_condition(parts: Sequence[Kleene]) -> Kleene:
    return next((part for part in parts if part is not None), None)


def percent_of(values: Sequence[Any], options: Sequence[Any]) -> Value:
    return exact(Fraction(values[0] * values[1], 100))


def ratio(values: Sequence[Any], options: Sequence[Any]) -> Value:
    numerator, denominator = values
    return NOT_APPLICABLE if denominator <= 0 else exact(Fraction(numerator) / denominator)


def rounded(values: Sequence[Any], options: Sequence[Any]) -> Value:
    """To a multiple of ``options[0]``: ``down`` is the floor, ``up`` the ceiling, ``half_up`` the nearest."""
    to, mode = options
    step = Fraction(to if isinstance(to, int) else Decimal(to))
    count = Fraction(values[0]) / step
    whole = {
        "down": math.floor,
        "up": math.ceil,
        "half_up": lambda number: math.floor(number + Fraction(1, 2)),
    }[mode](count)
    return exact(whole * step)


def highest(left: Sequence[frozenset[Any]], options: Sequence[Any]) -> frozenset[Any]:
    """What the highest can be of operands each of which can be what is left of it; ``options`` from low to high.

    That is every step left of some operand that is no lower than the lowest left of each; not applicable is below all.
    """
    rank = {step: number for number, step in enumerate((NOT_APPLICABLE, *options))}
    least = max(min(rank[step] for step in steps) for steps in left)
    return frozenset(step for steps in left for step in steps if rank[step] >= least)


def first_known(values: Sequence[Any], options: Sequence[Any]) -> Value:
    known = (value for value in values if not isinstance(value, Absent))
    return next(known, UNDETERMINED if UNDETERMINED in values else NOT_APPLICABLE)


def date_plus(values: Sequence[Any], options: Sequence[Any]) -> Value:
    start, count = values
    try:
        if options[0] == "days":
            return start + dt.timedelta(days=count)  # type: ignore[no-any-return]
        return add_months(start, count * 12 if options[0] == "years" else count)
    except OverflowError:
        return NOT_APPLICABLE
