"""What each operator means for a whole column: columns come in, one column or condition goes out.

The algebra below it is :mod:`engine.language.algebra`; the rows that name these are in
:mod:`engine.language.operators`.
"""

from __future__ import annotations

import operator as op
from collections.abc import Sequence
from decimal import Decimal
from functools import reduce
from typing import Any

from engine.language import algebra
from engine.language.algebra import Column, Operand, Test
from engine.language.types import VERDICTS

MANY = 1_000  # rows from which on a calendar is worth making
FEW = 8  # members of a list that are compared one by one: to look a text up takes as long as ten comparisons


def compare(test: Test, pl: Any, left: Column, right: Column) -> Operand:
    """A comparison: false where either side is not applicable, null where either is undetermined."""
    if (left.scale or left.gate) and right.value is not None and algebra.is_constant(right.value):
        return algebra.among(pl, left, [word for word in left.scale or VERDICTS if test(word, right.value)])
    present = [algebra.opposite(side.absent) for side in (left, right)]
    return algebra.all_of(pl, [*present, algebra.compared(test, left, right)])


def member(wanted: bool, pl: Any, left: Column, values: Sequence[Any]) -> Operand:
    """Whether the value is in a list of constants that are written as the column holds them."""
    if left.scale or left.gate:
        return algebra.among(pl, left, [word for word in left.scale or VERDICTS if (word in values) is wanted])
    if algebra.is_constant(left.value):
        found: Operand = None if left.value is None else left.value in values
    elif len(values) <= FEW:
        found = algebra.any_of(pl, [left.value == value for value in values])
    else:
        found = left.value.is_in(list(values))
    holds = found if wanted else algebra.opposite(found)
    return algebra.all_of(pl, [algebra.opposite(left.absent), holds])


def known(pl: Any, left: Column, wanted: bool) -> Operand:
    absent = algebra.is_null(left.value)
    return algebra.opposite(absent) if wanted else absent


def add(pl: Any, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    def two(a: Column, b: Column) -> Column:
        one, other, below = algebra.crossed(a, b)
        return Column(algebra.plus(one, other), below)

    total = reduce(two, parts)
    return Column(total.value, total.below, algebra.absent_in(pl, parts))


def subtract(pl: Any, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    a, b = parts
    return add(pl, (a, Column(algebra.times(b.value, -1), b.below, b.absent)), options)


def multiply(pl: Any, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    """A factor of 0 makes 0, though the other is absent."""
    product = _product(pl, parts)
    zero = algebra.any_of(pl, [algebra.truth(algebra.tested(op.eq, part.value, 0)) for part in parts])
    value = product.value if zero is False else algebra.either(pl, zero, 0, product.value)
    return Column(value, product.below, algebra.all_of(pl, [algebra.opposite(zero), product.absent]))


def _product(pl: Any, parts: Sequence[Column]) -> Column:
    a, b = parts
    return Column(algebra.times(a.value, b.value), algebra.times(a.below, b.below), algebra.absent_in(pl, parts))


def percent_of(pl: Any, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    product = _product(pl, parts)
    return Column(product.value, algebra.times(product.below, 100), product.absent)


def ratio(pl: Any, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    """Not applicable where the denominator is 0 or less and no operand is undetermined."""
    above, under = parts
    positive = algebra.lift(pl, under.value) > 0 if under.value is not None else None
    if positive is None:
        return Column(None, 1, algebra.absent_in(pl, parts))
    nothing = algebra.all_of(pl, [algebra.opposite(algebra.undetermined_in(pl, parts)), ~positive])
    value = algebra.when(pl, positive, algebra.times(above.value, under.below))
    below = algebra.when(pl, positive, algebra.times(under.value, above.below), 1)
    return Column(value, below, algebra.any_of(pl, [algebra.absent_in(pl, parts), algebra.truth(nothing)]))


def extreme(test: Test, largest: bool, pl: Any, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    """The best operand; ``options`` tells which operands are bare literals."""
    open_ = algebra.undetermined_in(pl, parts)
    substance = [part.absent for part, bare in zip(parts, options, strict=True) if not bare]
    nothing = algebra.all_of(pl, substance)
    ready = algebra.opposite(algebra.any_of(pl, [open_, nothing]))
    if ready is False:
        return Column(None, 1, nothing)
    best = _best(pl, algebra.level(parts), test, largest)
    value = algebra.picked(pl, ready, best.value, None)
    return Column(value, best.below, algebra.all_of(pl, [nothing, algebra.opposite(open_)]))


def _best(pl: Any, parts: Sequence[Column], test: Test, largest: bool) -> Column:
    if all(isinstance(part.below, int) for part in parts):
        values = [algebra.lift(pl, part.value) for part in parts if part.value is not None]
        if not values:
            return Column(None, parts[0].below)
        return Column((pl.max_horizontal if largest else pl.min_horizontal)(values), parts[0].below)

    def two(a: Column, b: Column) -> Column:
        better = algebra.any_of(pl, [b.absent, algebra.compared(test, a, b)])
        first = algebra.all_of(pl, [algebra.opposite(a.absent), better])
        value = algebra.when(pl, first, a.value, b.value)
        below = algebra.when(pl, first, a.below, b.below)
        return Column(value, below, algebra.all_of(pl, [a.absent, b.absent]))

    return reduce(two, parts)


def first_known(pl: Any, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    given = algebra.level([part for part in parts if part.value is not None])
    absent = algebra.all_of(pl, [part.absent for part in parts])
    if not given:
        return Column(None, 1, absent)
    if all(isinstance(part.below, int) for part in given):
        return Column(algebra.coalesced(pl, [part.value for part in given]), given[0].below, absent)
    below = given[-1].below
    for part in reversed(given[:-1]):
        below = algebra.when(pl, algebra.is_null(part.value), below, part.below)
    return Column(algebra.coalesced(pl, [part.value for part in given]), below, absent)


def highest(pl: Any, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    """Of all steps left of some operand, those that are no lower than the lowest left of each."""
    left = [algebra.scaled(pl, part, tuple(options)) for part in parts]
    found = reduce(op.or_, left)
    for bits in left:
        found = found & -(bits & -bits)  # the bits from the lowest upwards
    return algebra.on_scale(pl, found, tuple(options))


def rounded(pl: Any, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    """Whole-number rounding to ``options[0]`` (a power of ten): floor, ceiling, or half up."""
    (part,), (to, mode) = parts, options
    if part.value is None:
        return part
    step = 1 / Decimal(str(to))
    factor, unit = (int(step), 1) if step >= 1 else (1, int(Decimal(str(to))))
    above, below = algebra.times(part.value, factor), algebra.times(part.below, unit)
    if mode == "half_up":
        above, below = algebra.plus(algebra.times(above, 2), below), algebra.times(below, 2)
    elif mode == "up":
        above = algebra.plus(above, algebra.plus(below, -1))
    return Column(algebra.times(algebra.lift(pl, above) // below, unit), factor, part.absent)


def date_plus(pl: Any, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    letters = {"days": "d", "months": "mo", "years": "y"}[options[0]]

    def moved(day: Any, number: Any) -> Any:
        """A day that the month lacks becomes its last (docs/language.md)."""
        return day.dt.offset_by(number.cast(pl.String) + letters)

    start, count = parts
    return Column(_by_day(pl, pl.Date, start.value, count.value, moved), 1, algebra.absent_in(pl, parts))


def years_between(pl: Any, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    """Complete years; someone born on 29 February turns on the 28th of a year without it."""

    def digits(day: Any, closing: Any) -> Any:
        """A day as it is written; where it closes years, the last of a February counts as the 29th."""
        written = day.dt.year().cast(pl.Int64) * 10_000 + day.dt.month().cast(pl.Int64) * 100 + day.dt.day()
        return written + closing * ((written % 10_000 == 228) & ~day.dt.is_leap_year())

    start, end = (_by_day(pl, pl.Int64, part.value, closing, digits) for closing, part in enumerate(parts))
    years = algebra.tested(op.floordiv, algebra.tested(op.sub, end, start), 10_000)
    return Column(years, 1, algebra.absent_in(pl, parts))


def _by_day(pl: Any, dtype: Any, date: Operand, number: Operand, worked_out: Test) -> Operand:
    """What is worked out of a day and a number: once for each that lies between those given, where rows are many more.

    To look it up then takes a fifth of the time. Nulls are left out of the bounds, since Polars takes a column that it
    knows to be sorted for sorted where it hides some rows of it.
    """

    def looked_up(given: Sequence[Any]) -> Any:
        days, numbers = given[0].cast(pl.Int64), given[1]
        found, rows = worked_out(*map(pl.lit, given)), max(len(days), len(numbers))
        if rows > MANY and len(told := days.drop_nulls()) and len(counts := numbers.drop_nulls()):
            first, low = told.min(), counts.min()
            width = counts.max() - low + 1
            size = (told.max() - first + 1) * width
            if size < rows:
                each = pl.int_range(size)
                table = worked_out((each // width + first).cast(pl.Int32).cast(pl.Date), each % width + low)
                found = table.gather((days - first) * width + (numbers - low))
        return pl.select(found).to_series()

    if date is None or number is None:
        return None
    return pl.map_batches([algebra.lift(pl, date), algebra.lift(pl, number)], looked_up, dtype, is_elementwise=True)
