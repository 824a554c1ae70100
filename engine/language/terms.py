"""What each operator means as a term: symbolic operands come in, one symbolic value or truth goes out.

The logic below it is :mod:`engine.language.term_bank`; the rows that name these are in
:mod:`engine.language.comparisons` and :mod:`engine.language.arithmetic`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from engine.language import symbolic, term_days
from engine.language.logic import Term
from engine.language.symbolic import Symbolic, Truth
from engine.language.term_bank import TermBank
from engine.language.term_days import Day

Relation = Callable[[TermBank, Term | Day, Term | Day], Term]


def at_most(bank: TermBank, left: Term | Day, right: Term | Day) -> Term:
    return bank.at_most(term_days.code(bank, left), term_days.code(bank, right))


def is_not(bank: TermBank, left: Term | Day, right: Term | Day) -> Term:
    return bank.negate(symbolic.same(bank, left, right))


def at_least(bank: TermBank, left: Term | Day, right: Term | Day) -> Term:
    return at_most(bank, right, left)


def more_than(bank: TermBank, left: Term | Day, right: Term | Day) -> Term:
    return bank.negate(at_most(bank, left, right))


def less_than(bank: TermBank, left: Term | Day, right: Term | Day) -> Term:
    return bank.negate(at_most(bank, right, left))


def compare(relation: Relation, bank: TermBank, left: Symbolic, right: Symbolic) -> Truth:
    """A comparison: false where either side is not applicable, unknown where either is undetermined."""
    if left.scale and right.value.constant:  # type: ignore[union-attr]
        steps = _steps(bank, left, lambda step: relation(bank, step, right.value))
        return symbolic.among(bank, left, left.scale, steps)
    holds = relation(bank, left.value, right.value)
    both = bank.both(symbolic.known(bank, left), symbolic.known(bank, right))
    absent = bank.either(left.absent, right.absent)
    determined = bank.both(bank.negate(left.undetermined), bank.negate(right.undetermined))
    return Truth(bank.both(both, holds), bank.either(absent, bank.both(determined, bank.negate(holds))))


def member(wanted: bool, bank: TermBank, left: Symbolic, values: Sequence[Term | Day]) -> Truth:
    """Whether the value is in a list of constants."""
    if left.scale:
        steps = _steps(bank, left, lambda step: bank.truth((step in values) is wanted))
        return symbolic.among(bank, left, left.scale, steps)
    found = bank.either(*(symbolic.same(bank, left.value, value) for value in values))
    holds = found if wanted else bank.negate(found)
    fails = bank.either(left.absent, bank.both(bank.negate(left.undetermined), bank.negate(holds)))
    return Truth(bank.both(symbolic.known(bank, left), holds), fails)


def _steps(bank: TermBank, value: Symbolic, holds: Callable[[Term], Term]) -> list[str]:
    """The steps of a scale for which a test on constants holds."""
    return [step for step in value.scale if holds(bank.word(step)) is bank.true]


def given(bank: TermBank, left: Symbolic, wanted: bool) -> Truth:
    """Whether a fact is given; never unknown."""
    lacks, has = left.undetermined, bank.negate(left.undetermined)
    return Truth(has, lacks) if wanted else Truth(lacks, has)


def all_of(bank: TermBank, parts: Sequence[Truth]) -> Truth:
    return Truth(bank.both(*(part.true for part in parts)), bank.either(*(part.false for part in parts)))


def any_of(bank: TermBank, parts: Sequence[Truth]) -> Truth:
    return Truth(bank.either(*(part.true for part in parts)), bank.both(*(part.false for part in parts)))


def negate(bank: TermBank, parts: Sequence[Truth]) -> Truth:
    (part,) = parts
    return Truth(part.false, part.true)


def first_condition(bank: TermBank, parts: Sequence[Truth]) -> Truth:
    found = Truth(bank.false, bank.false)
    for part in reversed(parts):
        open_ = symbolic.unknown(bank, part)
        found = Truth(
            bank.either(part.true, bank.both(open_, found.true)), bank.either(part.false, bank.both(open_, found.false))
        )
    return found


def spread(
    value: Callable[..., Term | Day], bank: TermBank, parts: Sequence[Symbolic], options: Sequence[Any]
) -> Symbolic:
    """An operator that is undetermined where an operand is, else not applicable where one is.

    ``value`` takes the bank, the values of the operands and the options.
    """
    undetermined, absent = absences(bank, parts)
    return Symbolic(undetermined, absent, value(bank, *(part.value for part in parts), *options))


def absences(bank: TermBank, parts: Sequence[Symbolic]) -> tuple[Term, Term]:
    """Where some operand is undetermined, and where none is but some is not applicable."""
    undetermined = bank.either(*(part.undetermined for part in parts))
    return undetermined, bank.both(bank.negate(undetermined), bank.either(*(part.absent for part in parts)))


def multiply(bank: TermBank, parts: Sequence[Symbolic], options: Sequence[Any]) -> Symbolic:
    """A factor of 0 makes 0, though the other is absent."""
    undetermined, absent = absences(bank, parts)
    none = bank.exact(0)
    zero = bank.either(
        *(bank.both(symbolic.known(bank, part), symbolic.same(bank, part.value, none)) for part in parts)
    )
    lacking, other = bank.negate(zero), bank.times(*(_plain(part) for part in parts))
    return Symbolic(bank.both(lacking, undetermined), bank.both(lacking, absent), bank.choose(zero, none, other))


def percent_of(bank: TermBank, rate: Term, whole: Term) -> Term:
    return bank.over(bank.times(rate, whole), bank.exact(100))


def ratio(bank: TermBank, parts: Sequence[Symbolic], options: Sequence[Any]) -> Symbolic:
    """Not applicable where the denominator is 0 or less and none is undetermined."""
    undetermined, absent = absences(bank, parts)
    above, below = map(_plain, parts)
    zero = bank.at_most(below, bank.exact(0))
    nothing = bank.both(bank.negate(undetermined), zero)
    return Symbolic(
        undetermined, bank.either(absent, nothing), bank.over(above, bank.choose(zero, bank.exact(1), below))
    )


def _plain(part: Symbolic) -> Term:
    assert isinstance(part.value, Term)
    return part.value


def rounded(bank: TermBank, value: Term, to: object, mode: str) -> Term:
    """A multiple of ``to``: ``down`` is the floor, ``up`` the ceiling, ``half_up`` the nearest."""
    step = Fraction(str(to))
    count = bank.over(value, bank.exact(step))
    if mode == "up":
        above = bank.floor(bank.times(bank.exact(-1), count))
        return bank.times(bank.exact(-step), bank.number(above))
    if mode == "half_up":
        count = bank.plus(count, bank.exact(Fraction(1, 2)))
    return bank.times(bank.exact(step), bank.number(bank.floor(count)))


def extreme(
    better: Callable[[TermBank, Term, Term], Term], bank: TermBank, parts: Sequence[Symbolic], options: Sequence[bool]
) -> Symbolic:
    """The best operand; ``options`` tells which operands are bare literals, which alone make no value."""
    undetermined = bank.either(*(part.undetermined for part in parts))
    substance = [symbolic.known(bank, part) for part, bare in zip(parts, options, strict=True) if not bare]
    best, some = _plain(parts[0]), symbolic.known(bank, parts[0])
    for part in parts[1:]:
        here = symbolic.known(bank, part)
        wins = bank.both(here, bank.either(bank.negate(some), better(bank, _plain(part), best)))
        best, some = bank.choose(wins, _plain(part), best), bank.either(some, here)
    absent = bank.both(bank.negate(undetermined), bank.negate(bank.either(*substance)))
    return Symbolic(undetermined, absent, best)


def highest(bank: TermBank, parts: Sequence[Symbolic], options: Sequence[str]) -> Symbolic:
    """Of all steps left of some operand, those that are no lower than the lowest left of each."""
    operands = [symbolic.scaled(bank, part, tuple(options)) for part in parts]
    left = []
    for number in range(len(options) + 1):
        within = [bank.either(*operand[: number + 1]) for operand in operands]  # each can be so low, or lower
        left.append(bank.both(bank.either(*(operand[number] for operand in operands)), *within))
    return symbolic.on_scale(bank, left, tuple(options))


def first_known(bank: TermBank, parts: Sequence[Symbolic], options: Sequence[Any]) -> Symbolic:
    undetermined = bank.either(*(part.undetermined for part in parts))
    found = Symbolic(undetermined, bank.negate(undetermined), bank.nothing)
    for part in reversed(parts):
        found = symbolic.mixed(bank, symbolic.known(bank, part), symbolic.certain(bank, part.value), found)
    return found


def date_plus(bank: TermBank, parts: Sequence[Symbolic], options: Sequence[Any]) -> Symbolic:
    """A date moved; not applicable where it leaves the calendar."""
    undetermined, absent = absences(bank, parts)
    start, count = parts[0].value, bank.floor(_plain(parts[1]))
    if not isinstance(start, Day) or count is bank.nothing:
        return Symbolic(undetermined, absent, bank.nothing)
    moved = term_days.shifted(bank, start, options[0], count)
    outside = bank.both(bank.negate(undetermined), bank.negate(term_days.in_calendar(bank, moved)))
    return Symbolic(undetermined, bank.either(absent, outside), moved)


def years_between(bank: TermBank, start: Term | Day, end: Term | Day) -> Term:
    if not isinstance(start, Day) or not isinstance(end, Day):
        return bank.exact(0)  # a day that no case has: undetermined, and still a number to compute with
    return bank.number(term_days.full_years(bank, start, end))
