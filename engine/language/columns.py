"""What each operator means for a whole column: columns come in, one column or condition goes out.

The algebra below it is :mod:`engine.language.algebra`; the rows that name these are in
:mod:`engine.language.operators`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import reduce
from typing import Any

from engine.language.algebra import (
    Column,
    Frames,
    Operand,
    Test,
    absent_in,
    all_of,
    any_of,
    coalesced,
    constant,
    crossed,
    is_null,
    level,
    negate,
    picked,
    plus,
    tested,
    times,
    truth,
    undetermined_in,
)


def compare(test: Test) -> Callable[[Frames, Column, Column], Operand]:
    """A comparison: false where either side is not applicable, null where either is undetermined."""

    def column(frames: Frames, left: Column, right: Column) -> Operand:
        holds = tested(test, *crossed(left, right))
        present = [negate(frames, [side.absent]) for side in (left, right)]
        return all_of(frames, [*present, holds])

    return column


def member(wanted: bool) -> Callable[[Frames, Column, Sequence[Any]], Operand]:
    """Whether the value is in a list of constants that are written as the column holds them."""

    def column(frames: Frames, left: Column, values: Sequence[Any]) -> Operand:
        if constant(left.value):
            found: Operand = None if left.value is None else left.value in values
        else:
            found = left.value.is_in(list(values))
        holds = found if wanted else negate(frames, [found])
        return all_of(frames, [negate(frames, [left.absent]), holds])

    return column


def known(frames: Frames, left: Column, wanted: bool) -> Operand:
    absent = is_null(left.value)
    return negate(frames, [absent]) if wanted else absent


def add(frames: Frames, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    def two(a: Column, b: Column) -> Column:
        below = level([a, b])[0].below
        dynamic = not isinstance(a.below, int) or not isinstance(b.below, int)
        return Column(plus(*crossed(a, b)), times(a.below, b.below) if dynamic else below)

    total = reduce(two, parts)
    return Column(total.value, total.below, absent_in(frames, parts))


def subtract(frames: Frames, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    a, b = parts
    return add(frames, (a, Column(times(b.value, -1), b.below, b.absent)), options)


def multiply(frames: Frames, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    a, b = parts
    return Column(times(a.value, b.value), times(a.below, b.below), absent_in(frames, parts))


def percent_of(frames: Frames, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    product = multiply(frames, parts, options)
    return Column(product.value, times(product.below, 100), product.absent)


def ratio(frames: Frames, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    """Not applicable where the denominator is 0 or less and no operand is undetermined."""
    above, under = parts
    return _divided(frames, above, under, parts)


def share(frames: Frames, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    whole, numerator, denominator = parts
    return _divided(frames, multiply(frames, (whole, numerator), ()), denominator, parts)


def _divided(frames: Frames, above: Column, under: Column, parts: Sequence[Column]) -> Column:
    positive = frames.lift(under.value) > 0 if under.value is not None else None
    if positive is None:
        return Column(None, 1, absent_in(frames, parts))
    nothing = all_of(frames, [negate(frames, [undetermined_in(frames, parts)]), ~positive])
    value = frames.only(positive, frames.lift(times(above.value, under.below)))
    below = frames.when(positive, frames.lift(times(under.value, above.below)), frames.lift(1))
    return Column(value, below, any_of(frames, [absent_in(frames, parts), truth(nothing)]))


def extreme(test: Test, largest: bool) -> Callable[[Frames, Sequence[Column], Sequence[Any]], Column]:
    """The best operand; ``options`` tells which operands are bare literals."""

    def column(frames: Frames, parts: Sequence[Column], options: Sequence[Any]) -> Column:
        open_ = undetermined_in(frames, parts)
        substance = [part.absent for part, bare in zip(parts, options, strict=True) if not bare]
        nothing = all_of(frames, substance)
        ready = negate(frames, [any_of(frames, [open_, nothing])])
        if ready is False:
            return Column(None, 1, nothing)
        best = _best(frames, level(parts), test, largest)
        value = picked(frames, ready, best.value, None)
        return Column(value, best.below, all_of(frames, [nothing, negate(frames, [open_])]))

    return column


def _best(frames: Frames, parts: Sequence[Column], test: Test, largest: bool) -> Column:
    if all(isinstance(part.below, int) for part in parts):
        values = [frames.lift(part.value) for part in parts if part.value is not None]
        if not values:
            return Column(None, parts[0].below)
        return Column(frames.extreme(values, largest), parts[0].below)

    def two(a: Column, b: Column) -> Column:
        first = all_of(frames, [negate(frames, [a.absent]), any_of(frames, [b.absent, tested(test, *crossed(a, b))])])
        value = frames.when(frames.lift(first), frames.lift(a.value), frames.lift(b.value))
        below = frames.when(frames.lift(first), frames.lift(a.below), frames.lift(b.below))
        return Column(value, below, all_of(frames, [a.absent, b.absent]))

    return reduce(two, parts)


def first_known(frames: Frames, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    given = level([part for part in parts if part.value is not None])
    absent = all_of(frames, [part.absent for part in parts])
    if not given:
        return Column(None, 1, absent)
    if all(isinstance(part.below, int) for part in given):
        return Column(coalesced(frames, [part.value for part in given]), given[0].below, absent)
    below = frames.lift(given[-1].below)
    for part in reversed(given[:-1]):
        below = frames.when(frames.lift(is_null(part.value)), below, frames.lift(part.below))
    return Column(coalesced(frames, [part.value for part in given]), below, absent)


def highest(frames: Frames, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    """The highest step of ``options``, low to high; the top one wins even beside an undetermined one."""
    ranks = [Column(_rank(frames, part.value, options), 1, part.absent) for part in parts]
    top = len(options) - 1
    at_top = any_of(frames, [truth(tested(lambda a, b: a == b, rank.value, top)) for rank in ranks])
    best = extreme(lambda a, b: a >= b, True)(frames, ranks, [False] * len(ranks))
    value: Operand = None
    if best.value is not None:
        value = frames.only(best.value == 0, frames.lift(options[0]))
        for number, step in list(enumerate(options))[1:]:
            value = frames.when(best.value == number, frames.lift(step), value)
    return Column(picked(frames, at_top, options[-1], value), 1, best.absent)


def _rank(frames: Frames, value: Operand, options: Sequence[Any]) -> Operand:
    if constant(value):
        return None if value is None else options.index(value)
    found = frames.only(value == options[0], frames.lift(0))
    for index, step in list(enumerate(options))[1:]:
        found = frames.when(value == step, frames.lift(index), found)
    return found


def rounded(frames: Frames, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    """Whole-number rounding to ``options[0]`` (a power of ten): floor, ceiling, or half up."""
    (part,), (to, mode) = parts, options
    if part.value is None:
        return part
    step = 1 / Decimal(str(to))
    factor, unit = (int(step), 1) if step >= 1 else (1, int(Decimal(str(to))))
    above, below = times(part.value, factor), times(part.below, unit)
    if mode == "half_up":
        above, below = plus(times(above, 2), below), times(below, 2)
    elif mode == "up":
        above = plus(above, plus(below, -1))
    if isinstance(below, int) and below == 1:
        return Column(times(above, unit), factor, part.absent)
    return Column(times(frames.quotient(frames.lift(above), below), unit), factor, part.absent)


def date_plus(frames: Frames, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    start, count = parts
    if start.value is None or count.value is None:
        return Column(None, 1, absent_in(frames, parts))
    return Column(frames.shifted(frames.lift(start.value), options[0], count.value), 1, absent_in(frames, parts))


def years_between(frames: Frames, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    start, end = parts
    if start.value is None or end.value is None:
        return Column(None, 1, absent_in(frames, parts))
    return Column(frames.full_years(frames.lift(start.value), frames.lift(end.value)), 1, absent_in(frames, parts))
