"""What each operator means for a whole column: dataframe expressions come in, one dataframe expression goes out.

Nothing here imports a dataframe library: expressions bring their own operators, and :class:`Frames` the rest. Null is
undetermined, and conditions follow Kleene logic, as SQL and dataframes do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from typing import Any, Protocol

Expr = Any


class Frames(Protocol):
    """The few dataframe functions that are not methods of an expression."""

    def literal(self, value: int | bool | str) -> Expr: ...
    def when(self, condition: Expr, then: Expr, otherwise: Expr) -> Expr:
        """``then`` where the condition is true, ``otherwise`` where it is false or null."""
        ...

    def null(self) -> Expr: ...
    def add_months(self, date: Expr, months: Expr) -> Expr: ...
    def add_days(self, date: Expr, days: Expr) -> Expr: ...
    def full_years(self, start: Expr, end: Expr) -> Expr: ...


@dataclass(frozen=True, slots=True)
class Column:
    """Values of one item: ``value`` ÷ ``below`` (whole numbers), null where undetermined.

    ``absent`` is true where the item is not applicable, and never null.
    """

    value: Expr
    below: Expr
    absent: Expr


def compare(symbol: str) -> Any:
    """A comparison of two columns by cross-multiplication, so that no ratio is ever divided."""

    def column(frames: Frames, left: Column, right: Column) -> Expr:
        mine, other = left.value * right.below, right.value * left.below
        tests = {
            "==": lambda: mine == other,
            "!=": lambda: mine != other,
            ">=": lambda: mine >= other,
            "<=": lambda: mine <= other,
            ">": lambda: mine > other,
            "<": lambda: mine < other,
        }
        return frames.when(left.absent | right.absent, frames.literal(False), tests[symbol]())

    return column


def member(wanted: bool) -> Any:
    def column(frames: Frames, left: Column, values: Sequence[Any]) -> Expr:
        found = left.value.is_in(list(values))
        known = found if wanted else ~found
        return frames.when(left.absent, frames.literal(False), known)

    return column


def known(frames: Frames, left: Column, wanted: bool) -> Expr:
    return ~left.value.is_null() if wanted else left.value.is_null()


def all_of(frames: Frames, parts: Sequence[Expr]) -> Expr:
    return reduce(lambda a, b: a & b, parts)


def any_of(frames: Frames, parts: Sequence[Expr]) -> Expr:
    return reduce(lambda a, b: a | b, parts)


def negate(frames: Frames, parts: Sequence[Expr]) -> Expr:
    return ~parts[0]


def first_condition(frames: Frames, parts: Sequence[Expr]) -> Expr:
    return reduce(lambda later, part: frames.when(~part.is_null(), part, later), reversed(parts))


def _absent(frames: Frames, parts: Sequence[Column]) -> Expr:
    """Not applicable where some operand is and none is undetermined."""
    some = any_of(frames, [part.absent for part in parts])
    open_ = any_of(frames, [part.value.is_null() & ~part.absent for part in parts])
    return some & ~open_


def add(frames: Frames, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    def two(a: Column, b: Column) -> Column:
        return Column(a.value * b.below + b.value * a.below, a.below * b.below, a.absent)

    total = reduce(two, parts)
    return Column(total.value, total.below, _absent(frames, parts))


def subtract(frames: Frames, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    a, b = parts
    return Column(a.value * b.below - b.value * a.below, a.below * b.below, _absent(frames, parts))


def multiply(frames: Frames, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    a, b = parts
    return Column(a.value * b.value, a.below * b.below, _absent(frames, parts))


def percent_of(frames: Frames, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    a, b = parts
    return Column(a.value * b.value, a.below * b.below * frames.literal(100), _absent(frames, parts))


def ratio(frames: Frames, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    above, under = parts
    bad = frames.when(under.value <= frames.literal(0), frames.literal(True), frames.literal(False))
    below = above.below * under.value
    positive = frames.when(below > frames.literal(0), below, frames.literal(1))
    return Column(above.value * under.below, positive, _absent(frames, parts) | (bad & ~above.value.is_null()))


def share(frames: Frames, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    whole, numerator, denominator = parts
    part = multiply(frames, (whole, numerator), ())
    quotient = ratio(frames, (part, denominator), ())
    return Column(quotient.value, quotient.below, quotient.absent | _absent(frames, parts))


def extreme(symbol: str) -> Any:
    better = compare(symbol)

    def column(frames: Frames, parts: Sequence[Column], options: Sequence[Any]) -> Column:
        def two(a: Column, b: Column) -> Column:
            take_a = b.absent | (~a.absent & better(frames, a, b))
            open_ = (a.value.is_null() & ~a.absent) | (b.value.is_null() & ~b.absent)
            value = frames.when(take_a, a.value, b.value)
            value = frames.when(open_, frames.null(), value)
            return Column(value, frames.when(take_a, a.below, b.below), a.absent & b.absent)

        return reduce(two, parts)

    return column


def first_known(frames: Frames, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    def two(later: Column, part: Column) -> Column:
        given = ~part.value.is_null() & ~part.absent
        return Column(
            frames.when(given, part.value, later.value),
            frames.when(given, part.below, later.below),
            ~given & part.absent & later.absent,
        )

    return reduce(two, reversed(parts))


def highest(frames: Frames, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    """Columns of ranks, lowest 0; the last option is the top rank."""
    top = frames.literal(options[-1])
    at_top = any_of(frames, [frames.when(p.value == top, frames.literal(True), frames.literal(False)) for p in parts])
    best = extreme(">=")(frames, parts, options)
    return Column(frames.when(at_top, top, best.value), best.below, best.absent)


def rounded(frames: Frames, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    """Whole-number rounding to ``options[0]`` (a power of ten): floor, ceiling, or half up."""
    (part,), (to, mode) = parts, options
    step = 1 / Decimal(str(to))
    factor, unit = (int(step), 1) if step >= 1 else (1, int(Decimal(str(to))))
    above, below = part.value * frames.literal(factor), part.below * frames.literal(unit)
    if mode == "half_up":
        above, below = above * frames.literal(2) + below, below * frames.literal(2)
    elif mode == "up":
        above = above + below - frames.literal(1)
    whole = (above - above % below) // below
    return Column(whole * frames.literal(unit), frames.literal(factor), part.absent)


def date_plus(frames: Frames, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    start, count = parts
    if options[0] == "days":
        moved = frames.add_days(start.value, count.value)
    else:
        months = count.value * frames.literal(12) if options[0] == "years" else count.value
        moved = frames.add_months(start.value, months)
    return Column(moved, start.below, _absent(frames, parts))


def years_between(frames: Frames, parts: Sequence[Column], options: Sequence[Any]) -> Column:
    start, end = parts
    return Column(frames.full_years(start.value, end.value), start.below, _absent(frames, parts))
