"""What each operator means for a whole column: operands come in, one operand goes out, and no row is looked at.

An operand is a dataframe expression, or a constant that holds for every row (None: undetermined everywhere). What is
constant is settled here, so that a dataframe engine only sees what differs from row to row. Null is undetermined, and
conditions follow Kleene logic, as SQL and dataframes do. Nothing here imports a dataframe library: expressions bring
their own operators, and :class:`Frames` the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from math import lcm
from typing import Any, Protocol

Operand = Any
Test = Callable[[Any, Any], Any]


class Frames(Protocol):
    """The few dataframe functions that are not methods of an expression."""

    def lift(self, value: Operand) -> Operand:
        """A constant as a typed expression; an expression as it is."""
        ...

    def unknown(self) -> Operand:
        """A condition that is unknown in every row."""
        ...

    def when(self, condition: Operand, then: Operand, otherwise: Operand) -> Operand:
        """``then`` where the condition is true, ``otherwise`` where it is false or null."""
        ...

    def only(self, condition: Operand, then: Operand) -> Operand:
        """``then`` where the condition is true, null elsewhere."""
        ...

    def coalesce(self, values: Sequence[Operand]) -> Operand: ...
    def extreme(self, values: Sequence[Operand], largest: bool) -> Operand:
        """The largest or smallest value of each row, nulls left out."""
        ...

    def quotient(self, above: Operand, below: Operand) -> Operand:
        """The floor of a division of whole numbers by a positive one."""
        ...

    def shifted(self, date: Operand, unit: str, count: Operand) -> Operand: ...
    def full_years(self, start: Operand, end: Operand) -> Operand: ...


@dataclass(frozen=True, slots=True)
class Column:
    """Values of one item: ``value`` ÷ ``below`` in whole numbers, null where undetermined or not applicable.

    ``below`` is a positive int where it is the same for all rows. ``absent`` is true where the item is not applicable,
    and never null.
    """

    value: Operand
    below: Operand = 1
    absent: Operand = False


def constant(value: Operand) -> bool:
    return value is None or isinstance(value, bool | int | str)


def is_null(value: Operand) -> Operand:
    return value is None if constant(value) else value.is_null()


def truth(value: Operand) -> Operand:
    """True where the condition is true, false where it is false or unknown."""
    return value is True if constant(value) else value.fill_null(False)


def all_of(frames: Frames, parts: Sequence[Operand]) -> Operand:
    """Kleene and."""
    if any(part is False for part in parts):
        return False
    open_ = any(part is None for part in parts)
    given = [part for part in parts if not constant(part)]
    if not given:
        return None if open_ else True
    found = reduce(lambda a, b: a & b, given)
    return found & frames.unknown() if open_ else found


def any_of(frames: Frames, parts: Sequence[Operand]) -> Operand:
    """Kleene or."""
    if any(part is True for part in parts):
        return True
    open_ = any(part is None for part in parts)
    given = [part for part in parts if not constant(part)]
    if not given:
        return None if open_ else False
    found = reduce(lambda a, b: a | b, given)
    return found | frames.unknown() if open_ else found


def negate(frames: Frames, parts: Sequence[Operand]) -> Operand:
    (part,) = parts
    if constant(part):
        return None if part is None else not part
    return ~part


def first_condition(frames: Frames, parts: Sequence[Operand]) -> Operand:
    given = []
    for part in parts:
        if part is not None:
            given.append(part)
        if part is True or part is False:
            break
    return _coalesced(frames, given)


def _coalesced(frames: Frames, values: Sequence[Operand]) -> Operand:
    if not values:
        return None
    return values[0] if len(values) == 1 else frames.coalesce([frames.lift(value) for value in values])


def times(left: Operand, right: Operand) -> Operand:
    if left is None or right is None:
        return None
    if isinstance(right, int) and right == 1:
        return left
    return right if isinstance(left, int) and left == 1 else left * right


def plus(left: Operand, right: Operand) -> Operand:
    return None if left is None or right is None else left + right


def tested(test: Test, left: Operand, right: Operand) -> Operand:
    return None if left is None or right is None else test(left, right)


def over(column: Column, common: int) -> Column:
    """The same values with the constant ``common`` as denominator, a multiple of the present one."""
    factor, rest = divmod(common, column.below)
    assert rest == 0, f"{common} is no multiple of {column.below}"
    return Column(times(column.value, factor), common, column.absent)


def level(columns: Sequence[Column]) -> list[Column]:
    """The columns over one denominator where all have constant ones; else as they are."""
    if all(isinstance(column.below, int) for column in columns):
        common = lcm(*(column.below for column in columns))
        return [over(column, common) for column in columns]
    return list(columns)


def crossed(left: Column, right: Column) -> tuple[Operand, Operand]:
    """Both values over a common denominator, so that no ratio is ever divided."""
    mine, other = level([left, right])
    if isinstance(mine.below, int) and isinstance(other.below, int):
        return mine.value, other.value
    return times(mine.value, other.below), times(other.value, mine.below)


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


def undetermined_in(frames: Frames, parts: Sequence[Column]) -> Operand:
    """True where some operand is undetermined; never null."""
    return any_of(frames, [all_of(frames, [is_null(p.value), negate(frames, [p.absent])]) for p in parts])


def _absent(frames: Frames, parts: Sequence[Column]) -> Operand:
    """Not applicable where some operand is and none is undetermined."""
    some = any_of(frames, [part.absent for part in parts])
    if some is False or len(parts) == 1:
        return some
    return all_of(frames, [some, negate(frames, [undetermined_in(frames, parts)])])


def add(frames: Frames, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    def two(a: Column, b: Column) -> Column:
        below = level([a, b])[0].below
        dynamic = not isinstance(a.below, int) or not isinstance(b.below, int)
        return Column(plus(*crossed(a, b)), times(a.below, b.below) if dynamic else below)

    total = reduce(two, parts)
    return Column(total.value, total.below, _absent(frames, parts))


def subtract(frames: Frames, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    a, b = parts
    return add(frames, (a, Column(times(b.value, -1), b.below, b.absent)), options)


def multiply(frames: Frames, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    a, b = parts
    return Column(times(a.value, b.value), times(a.below, b.below), _absent(frames, parts))


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
        return Column(None, 1, _absent(frames, parts))
    nothing = all_of(frames, [negate(frames, [undetermined_in(frames, parts)]), ~positive])
    value = frames.only(positive, frames.lift(times(above.value, under.below)))
    below = frames.when(positive, frames.lift(times(under.value, above.below)), frames.lift(1))
    return Column(value, below, any_of(frames, [_absent(frames, parts), truth(nothing)]))


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
        value = best.value if ready is True else frames.only(ready, frames.lift(best.value))
        return Column(value, best.below, all_of(frames, [nothing, negate(frames, [open_])]))

    return column


def _best(frames: Frames, parts: Sequence[Column], test: Test, largest: bool) -> Column:
    if all(isinstance(part.below, int) for part in parts):
        values = [frames.lift(part.value) for part in parts if part.value is not None]
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
        return Column(_coalesced(frames, [part.value for part in given]), given[0].below, absent)
    below = frames.lift(given[-1].below)
    for part in reversed(given[:-1]):
        below = frames.when(frames.lift(is_null(part.value)), below, frames.lift(part.below))
    return Column(_coalesced(frames, [part.value for part in given]), below, absent)


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


def picked(frames: Frames, condition: Operand, then: Operand, otherwise: Operand) -> Operand:
    """``then`` where the condition is true, ``otherwise`` where it is false, null where it is unknown."""
    if constant(condition):
        return None if condition is None else then if condition else otherwise
    if then is None:
        return None if otherwise is None else frames.only(~condition, frames.lift(otherwise))
    if otherwise is None:
        return frames.only(condition, frames.lift(then))
    return frames.when(condition, frames.lift(then), frames.only(~condition, frames.lift(otherwise)))


def chosen(frames: Frames, condition: Operand, then: Column, otherwise: Column) -> Column:
    """``then`` or ``otherwise`` as the condition says; undetermined where it is unknown."""
    if constant(condition):
        return Column(None) if condition is None else then if condition else otherwise
    left, right = level([then, otherwise])
    below = left.below
    if not (isinstance(left.below, int) and isinstance(right.below, int)):
        below = frames.when(condition, frames.lift(left.below), frames.lift(right.below))
    if left.absent is False and right.absent is False:
        absent: Operand = False
    else:
        absent = truth(picked(frames, condition, left.absent, right.absent))
    return Column(picked(frames, condition, left.value, right.value), below, absent)


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
        return Column(None, 1, _absent(frames, parts))
    return Column(frames.shifted(frames.lift(start.value), options[0], count.value), 1, _absent(frames, parts))


def years_between(frames: Frames, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    start, end = parts
    if start.value is None or end.value is None:
        return Column(None, 1, _absent(frames, parts))
    return Column(frames.full_years(frames.lift(start.value), frames.lift(end.value)), 1, _absent(frames, parts))
