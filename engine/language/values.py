"""Values of the language: exact numbers, dates, two ways to be absent, and what operators make of them.

Takes plain Python values; gives their exact form, the calendar arithmetic that conventions count with, and what each
operator means for one case. Absent operands are handled by the caller as the operator's row says, except for
connectives, ``highest`` and ``first_known``, whose meaning is about absence.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Sequence
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

DECIMALS = 10**6  # what is a whole number of such parts is written with decimals
Kleene = bool | None


class Absent(Enum):
    """Why there is no value: something that matters is missing, or the question does not arise."""

    UNDETERMINED = "undetermined"
    NOT_APPLICABLE = "not_applicable"

    __hash__ = object.__hash__  # each is one object; the library hashes the name, in Python


UNDETERMINED = Absent.UNDETERMINED
NOT_APPLICABLE = Absent.NOT_APPLICABLE

Number = int | Fraction
Scalar = int | Fraction | str | bool | dt.date
Value = Scalar | Absent


def exact(number: int | Decimal | Fraction) -> Number:
    """The same number as an int where it is whole, else as a Fraction.

    >>> exact(Decimal("12.5")), exact(Fraction(6, 3))
    (Fraction(25, 2), 2)
    """
    if isinstance(number, int):
        return number
    fraction = Fraction(number)
    return fraction.numerator if fraction.denominator == 1 else fraction


def as_written(value: object) -> str:
    """A value as rules and cases write it; a number that no decimal writes as a fraction.

    >>> as_written(True), as_written(775), as_written(Fraction(25, 2)), as_written(Fraction(5, 13))
    ('true', '775', '12.5', '5/13')
    """
    if isinstance(value, Fraction) and DECIMALS % value.denominator == 0:
        return f"{(Decimal(value.numerator) / value.denominator).normalize():f}"
    return str(value).lower() if isinstance(value, bool) else str(value)


def interleaved(first: Iterable[str], second: Iterable[str]) -> list[str]:
    """The first in their order, and of the second each that they lack, behind the one that it follows there."""
    found, place = list(first), 0
    for each in second:
        if each not in found:
            found.insert(place, each)
        place = found.index(each) + 1
    return found


def add_months(start: dt.date, months: int) -> dt.date:
    """``start`` moved by whole months; a day that the month lacks becomes its last day.

    >>> add_months(dt.date(2024, 1, 31), 1)
    datetime.date(2024, 2, 29)

    Raises:
        OverflowError: the date leaves the calendar.
    """
    index = start.year * 12 + start.month - 1 + months
    year, month = divmod(index, 12)
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        raise OverflowError(f"year {year}")
    if start.day <= 28:
        return dt.date(year, month + 1, start.day)
    last = 31 if month == 11 else (dt.date(year, month + 2, 1) - dt.timedelta(days=1)).day
    return dt.date(year, month + 1, min(start.day, last))


def full_years(start: dt.date, end: dt.date) -> int:
    """Complete years from ``start`` to ``end``; negative where ``end`` comes first.

    >>> full_years(dt.date(1960, 2, 29), dt.date(2025, 2, 28))
    65
    """
    years = end.year - start.year
    return years if add_months(start, 12 * years) <= end else years - 1


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
