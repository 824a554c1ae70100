"""Kleene logic and exact arithmetic over columns: operands come in, one operand goes out, and no row is looked at.

An operand is a dataframe expression, or a constant that holds for every row (None: undetermined everywhere). What is
constant is settled here, so that Polars only sees what differs from row to row. Null is undetermined, and conditions
follow Kleene logic, as SQL and dataframes do. Nothing here imports Polars, which is an extra: who builds columns hands
the module in, as ``pl``.
"""

from __future__ import annotations

import datetime as dt
import operator as op
from collections.abc import Callable, Container, Sequence
from functools import cache, reduce
from math import lcm
from typing import Any

from engine.records import dataclass

Operand = Any
Test = Callable[[Any, Any], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """Values of one item: ``value`` ÷ ``below`` in whole numbers, null where undetermined or not applicable.

    ``below`` is a positive int where it is the same for all rows. ``absent`` is true where the item is not applicable,
    and never null. Of an item on a ``scale``, ``left`` is what it can still be, as bits: the lowest for not applicable,
    then one for each step from low to high; it is never null either. Of a criterion, ``gate`` is whether it applies and
    whether it is met if it does, each null where unknown.
    """

    value: Operand
    below: Operand = 1
    absent: Operand = False
    left: Operand = None
    scale: tuple[str, ...] = ()
    gate: tuple[Operand, Operand] | None = None


def is_constant(value: Operand) -> bool:
    return value is None or isinstance(value, bool | int | str | dt.date)


def lift(pl: Any, value: Operand) -> Operand:
    """A constant as a typed expression, for a bare whole number could be Int32 and wrap; an expression as it is."""
    if isinstance(value, int) and not isinstance(value, bool):
        return _whole(pl, value)
    return pl.lit(value) if is_constant(value) else value


@cache
def _whole(pl: Any, value: int) -> Operand:
    """Made once: with its type it takes longer than any other node, and a convention has hundreds of a few numbers."""
    return pl.lit(value, pl.Int64)


def when(pl: Any, condition: Operand, then: Operand, otherwise: Operand = None) -> Operand:
    """``then`` where the condition is true, ``otherwise`` where it is false or null."""
    choice = pl.when(condition).then(lift(pl, then))
    return choice if otherwise is None else choice.otherwise(lift(pl, otherwise))


def is_null(value: Operand) -> Operand:
    return value is None if is_constant(value) else value.is_null()


def truth(value: Operand) -> Operand:
    """True where the condition is true, false where it is false or unknown."""
    return value is True if is_constant(value) else value.fill_null(False)


def all_of(pl: Any, parts: Sequence[Operand]) -> Operand:
    """Kleene and."""
    return _joined(pl, parts, False, op.and_)


def any_of(pl: Any, parts: Sequence[Operand]) -> Operand:
    """Kleene or."""
    return _joined(pl, parts, True, op.or_)


def _joined(pl: Any, parts: Sequence[Operand], settling: bool, join: Test) -> Operand:
    if any(part is settling for part in parts):
        return settling
    open_ = any(part is None for part in parts)
    given = [part for part in parts if not is_constant(part)]
    if not given:
        return None if open_ else not settling
    found = reduce(join, given)
    return join(found, pl.lit(None, pl.Boolean)) if open_ else found


def negate(pl: Any, parts: Sequence[Operand]) -> Operand:
    return opposite(parts[0])


def opposite(part: Operand) -> Operand:
    """Kleene not."""
    if is_constant(part):
        return None if part is None else not part
    return ~part


def first_condition(pl: Any, parts: Sequence[Operand]) -> Operand:
    return coalesced(pl, [part for part in parts if part is not None])


def coalesced(pl: Any, values: Sequence[Operand]) -> Operand:
    if not values:
        return None
    return values[0] if len(values) == 1 else pl.coalesce([lift(pl, value) for value in values])


def times(left: Operand, right: Operand) -> Operand:
    if left is None or right is None:
        return None
    if isinstance(right, int) and right == 1:
        return left
    return right if isinstance(left, int) and left == 1 else left * right


def plus(left: Operand, right: Operand) -> Operand:
    if left is None or right is None:
        return None
    if isinstance(right, int) and right == 0:
        return left
    return right if isinstance(left, int) and left == 0 else left + right


def tested(test: Test, left: Operand, right: Operand) -> Operand:
    return None if left is None or right is None else test(left, right)


def compared(test: Test, left: Column, right: Column) -> Operand:
    """What a test says of two values; null where either has none."""
    one, other, _ = crossed(left, right)
    return tested(test, one, other)


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


def crossed(left: Column, right: Column) -> tuple[Operand, Operand, Operand]:
    """Both values and their common denominator, so that no ratio is ever divided."""
    mine, other = level([left, right])
    if isinstance(mine.below, int) and isinstance(other.below, int):
        return mine.value, other.value, mine.below
    return times(mine.value, other.below), times(other.value, mine.below), times(mine.below, other.below)


def undetermined_in(pl: Any, parts: Sequence[Column]) -> Operand:
    """True where some operand is undetermined; never null."""
    return any_of(pl, [all_of(pl, [is_null(p.value), opposite(p.absent)]) for p in parts])


def absent_in(pl: Any, parts: Sequence[Column]) -> Operand:
    """Not applicable where some operand is and none is undetermined."""
    some = any_of(pl, [part.absent for part in parts])
    if some is False or len(parts) == 1:
        return some
    return all_of(pl, [some, opposite(undetermined_in(pl, parts))])


def picked(pl: Any, condition: Operand, then: Operand, otherwise: Operand) -> Operand:
    """``then`` where the condition is true, ``otherwise`` where it is false, null where it is unknown."""
    if is_constant(condition):
        return None if condition is None else then if condition else otherwise
    if then is None:
        return None if otherwise is None else when(pl, ~condition, otherwise)
    if otherwise is None:
        return when(pl, condition, then)
    return when(pl, condition, then, when(pl, condition.is_not_null(), otherwise))


def either(pl: Any, condition: Operand, then: Operand, otherwise: Operand) -> Operand:
    """``then`` where the condition is true, ``otherwise`` where it is false or unknown."""
    if is_constant(condition):
        return then if condition is True else otherwise
    if then is None:
        return None if otherwise is None else when(pl, opposite(truth(condition)), otherwise)
    return when(pl, condition, then, otherwise)


def on_scale(pl: Any, left: Operand, scale: tuple[str, ...]) -> Column:
    """The column of an item on a scale, from what is left of it: a step where that is one bit, and not the lowest."""
    if is_constant(left):
        steps = {2 << number: step for number, step in enumerate(scale)}
        return Column(steps.get(left), 1, left == 1, left, scale)
    step = when(pl, left & (left - 1) == 0, left.bitwise_trailing_zeros())
    return Column(pl.lit(pl.Series([None, *scale])).gather(step), 1, left == 1, left, scale)


def scaled(pl: Any, column: Column, scale: tuple[str, ...]) -> Operand:
    """What is left of a column, as bits of a scale that holds all its values; anything where it is undetermined."""
    if column.scale == scale:
        return column.left
    if column.scale:
        places = [(2 << n, 2 << scale.index(step)) for n, step in enumerate(column.scale)]
        return reduce(op.or_, (when(pl, column.left & old != 0, new, 0) for old, new in places), column.left & 1)
    left: Operand = (2 << len(scale)) - 1
    for number, step in enumerate(scale):
        left = either(pl, tested(op.eq, column.value, step), 2 << number, left)
    return either(pl, column.absent, 1, left)


def gate_of(criterion: Column) -> tuple[Operand, Operand]:
    """Whether a criterion applies, and whether it is met if it does."""
    return criterion.gate or (False if criterion.absent is True else None, None)


def among(pl: Any, column: Column, words: Container[str]) -> Operand:
    """Whether all that is left of a value on a scale, or of a criterion, is among these; null where some of it is."""
    if column.scale:
        names = ("not_applicable", *column.scale)
        others = sum(1 << number for number, name in enumerate(names) if name not in words)
        if is_constant(column.left):
            return True if not column.left & others else None if column.left & ~others else False
        return when(pl, column.left & others == 0, True, when(pl, column.left & ~others == 0, False))
    applies, met = gate_of(column)
    inside: Operand = "met" in words
    if inside is not ("not_met" in words):
        inside = met if inside else opposite(met)
    absent = "not_applicable" in words
    return any_of(pl, [opposite(applies), inside]) if absent else all_of(pl, [applies, inside])


def chosen(pl: Any, condition: Operand, then: Column, otherwise: Column, pick: Any = picked) -> Column:
    """``then`` or ``otherwise`` as the condition says; undetermined where it is unknown, or with :func:`either` not.

    On a scale what is left of both is left where it is unknown.
    """
    if condition is True or (pick is either and is_constant(condition)):
        return then if condition is True else otherwise
    if scale := max(then.scale, otherwise.scale, key=len):
        first, second = scaled(pl, then, scale), scaled(pl, otherwise, scale)
        both = first | second if is_constant(first) and is_constant(second) else lift(pl, first) | second
        rest = second if pick is either else either(pl, is_null(condition), both, second)
        return on_scale(pl, either(pl, condition, first, rest), scale)
    gate = None
    if then.gate and otherwise.absent is True:
        gate = (all_of(pl, [truth(condition) if pick is either else condition, then.gate[0]]), then.gate[1])
    elif then.gate:
        applies, met = gate_of(otherwise)
        gate = (pick(pl, condition, then.gate[0], applies), pick(pl, condition, then.gate[1], met))
    if is_constant(condition):
        return Column(None, gate=gate) if condition is None else otherwise
    left, right = level([then, otherwise])
    below = left.below
    if not (isinstance(left.below, int) and isinstance(right.below, int)):
        below = when(pl, condition, left.below, right.below)
    absent: Operand = False
    if left.absent is not False or right.absent is not False:
        passed = opposite(truth(condition)) if pick is either else truth(opposite(condition))
        ways = ((truth(condition), left.absent), (passed, right.absent))
        absent = any_of(pl, [all_of(pl, way) for way in ways])
    return Column(pick(pl, condition, left.value, right.value), below, absent, gate=gate)
