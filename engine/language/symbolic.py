"""Symbolic values and truths: what an item or a condition is in all cases at once, absence included."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Sequence
from fractions import Fraction

from engine.language import term_days
from engine.language.logic import Term
from engine.language.term_bank import TermBank
from engine.language.term_days import Day
from engine.language.values import NOT_APPLICABLE, UNDETERMINED, Value, interleaved
from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class Truth:
    """A condition: where it is surely true and where surely false; unknown is neither."""

    true: Term
    false: Term


@dataclass(frozen=True, slots=True)
class Symbolic:
    """A value: where it is undetermined, where not applicable (never both), and what it is where it is neither.

    Of an item on a ``scale``, ``left`` says where it can still be not applicable, then each step from low to high; of a
    criterion likewise, with its verdicts.
    """

    undetermined: Term
    absent: Term
    value: Term | Day
    left: tuple[Term, ...] = ()
    scale: tuple[str, ...] = ()


def terms_of(value: Symbolic) -> tuple[Term, ...]:
    """All that a value is made of."""
    known = value.value if isinstance(value.value, Day) else (value.value,)
    return (value.undetermined, value.absent, *known, *value.left)


def same(bank: TermBank, left: Term | Day, right: Term | Day) -> Term:
    if isinstance(left, Day) and isinstance(right, Day):
        return bank.both(*(bank.same(a, b) for a, b in zip(left, right, strict=True)))
    return bank.false if isinstance(left, Day) or isinstance(right, Day) else bank.same(left, right)


def choose(bank: TermBank, condition: Term, then: Term | Day, otherwise: Term | Day) -> Term | Day:
    if isinstance(then, Day) and isinstance(otherwise, Day):
        return Day(*(bank.choose(condition, a, b) for a, b in zip(then, otherwise, strict=True)))
    if isinstance(then, Day):  # beside nothing
        return then
    return otherwise if isinstance(otherwise, Day) else bank.choose(condition, then, otherwise)


def mixed(bank: TermBank, condition: Term, then: Symbolic, otherwise: Symbolic) -> Symbolic:
    """``then`` where the condition is true, else ``otherwise``."""
    scale = steps_of_both(then.scale, otherwise.scale)
    if scale:
        ways = zip(scaled(bank, then, scale), scaled(bank, otherwise, scale), strict=True)
        return on_scale(bank, [bank.choose(condition, a, b) for a, b in ways], scale)
    return Symbolic(
        bank.choose(condition, then.undetermined, otherwise.undetermined),
        bank.choose(condition, then.absent, otherwise.absent),
        choose(bank, condition, then.value, otherwise.value),
    )


def chosen(bank: TermBank, holds: Truth, then: Symbolic, otherwise: Symbolic) -> Symbolic:
    """One or the other; undetermined where the condition is unknown, on a scale what is left of both."""
    if scale := steps_of_both(then.scale, otherwise.scale):
        may, passes = bank.negate(holds.false), bank.negate(holds.true)
        ways = zip(scaled(bank, then, scale), scaled(bank, otherwise, scale), strict=True)
        return on_scale(bank, [bank.either(bank.both(may, a), bank.both(passes, b)) for a, b in ways], scale)

    def where(one: Term, other: Term) -> Term:
        return bank.either(bank.both(holds.true, one), bank.both(holds.false, other))

    open_ = bank.either(unknown(bank, holds), where(then.undetermined, otherwise.undetermined))
    value = choose(bank, holds.true, then.value, otherwise.value)
    return Symbolic(open_, where(then.absent, otherwise.absent), value)


def steps_of_both(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """The steps of two scales: those of the longer, and each that it lacks behind the one before it."""
    longer, shorter = sorted((one, other), key=len, reverse=True)
    return tuple(interleaved(longer, shorter))


def on_scale(bank: TermBank, left: Sequence[Term], scale: tuple[str, ...]) -> Symbolic:
    """The value on a scale of which this is left."""
    alone = [
        bank.both(one, *(bank.negate(other) for j, other in enumerate(left) if j != i)) for i, one in enumerate(left)
    ]
    value = bank.word(scale[0])
    for step, here in zip(scale[1:], left[2:], strict=True):
        value = bank.choose(here, bank.word(step), value)
    return Symbolic(bank.negate(bank.either(*alone)), alone[0], value, tuple(left), scale)


def scaled(bank: TermBank, value: Symbolic, scale: tuple[str, ...]) -> tuple[Term, ...]:
    """What is left of a value on a scale that holds all it can be; anything where it is undetermined."""
    if value.scale == scale:
        return value.left
    if value.scale:
        left = dict(zip(value.scale, value.left[1:], strict=True))
        return (value.left[0], *(left.get(step, bank.false) for step in scale))
    here = known(bank, value)
    words = (bank.both(here, same(bank, value.value, bank.word(step))) for step in scale)
    return tuple(bank.either(value.undetermined, term) for term in (value.absent, *words))


def among(bank: TermBank, value: Symbolic, scale: tuple[str, ...], steps: Container[str]) -> Truth:
    """Where all that is left of a value on a scale is among these steps, and where nothing is."""
    named = list(zip(("not_applicable", *scale), scaled(bank, value, scale), strict=True))
    inside = [left for step, left in named if step in steps]
    outside = [left for step, left in named if step not in steps]
    return Truth(bank.negate(bank.either(*outside)), bank.negate(bank.either(*inside)))


def known(bank: TermBank, value: Symbolic) -> Term:
    """Where there is a value."""
    return bank.both(bank.negate(value.undetermined), bank.negate(value.absent))


def unknown(bank: TermBank, truth: Truth) -> Term:
    return bank.both(bank.negate(truth.true), bank.negate(truth.false))


def certain(bank: TermBank, value: Term | Day) -> Symbolic:
    return Symbolic(bank.false, bank.false, value)


def different(bank: TermBank, left: Symbolic, right: Symbolic) -> Term:
    """Where two values are different answers: they are plainly so, or both have a value and not the same."""
    both = bank.both(known(bank, left), known(bank, right))
    other = bank.negate(same(bank, left.value, right.value))
    return bank.either(plainly_different(bank, left, right), bank.both(both, other))


def plainly_different(bank: TermBank, left: Symbolic, right: Symbolic) -> Term:
    """Where one of two answers has a value, or a reason for none, that the other has not."""
    states = ((left.undetermined, right.undetermined), (left.absent, right.absent))
    return bank.either(*(bank.negate(bank.same(mine, theirs)) for mine, theirs in states))


def is_value(bank: TermBank, left: Symbolic, value: Value) -> Term:
    """Where a symbolic value is this answer."""
    if value is UNDETERMINED:
        return left.undetermined
    if value is NOT_APPLICABLE:
        return left.absent
    return bank.both(known(bank, left), same(bank, left.value, constant(bank, value)))


def constant(bank: TermBank, value: Value) -> Term | Day:
    """A value of the language as a constant term.

    Raises:
        TypeError: an absent value, which is no constant.
    """
    if isinstance(value, bool):
        return bank.truth(value)
    if isinstance(value, str):
        return bank.word(value)
    if isinstance(value, int | Fraction):
        return bank.exact(value)
    if isinstance(value, dt.date):
        return term_days.constant(bank, value)
    raise TypeError(f"{value} is no constant")
