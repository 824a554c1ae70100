"""Values of the language: exact numbers, texts, dates, and the two ways a value can be absent.

Takes plain Python values; gives their exact form, and the calendar arithmetic that conventions count with.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import Enum
from fractions import Fraction

DECIMALS = 10**6  # what is a whole number of such parts is written with decimals


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
