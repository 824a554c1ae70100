"""Symbolic values and truths: what an item or a condition is in all cases at once, absence included."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from engine.language import term_days
from engine.language.logic import Term
from engine.language.term_bank import TermBank
from engine.language.term_days import Day
from engine.language.values import NOT_APPLICABLE, UNDETERMINED, Value
from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class Truth:
    """A condition: where it is surely true and where surely false; unknown is neither."""

    true: Term
    false: Term


@dataclass(frozen=True, slots=True)
class Symbolic:
    """A value: where it is undetermined, where not applicable (never both), and what it is where it is neither."""

    undetermined: Term
    absent: Term
    value: Term | Day


def terms_of(value: Symbolic) -> tuple[Term, ...]:
    """All that a value is made of."""
    return (value.undetermined, value.absent, *(value.value if isinstance(value.value, Day) else (value.value,)))


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
    return Symbolic(
        bank.choose(condition, then.undetermined, otherwise.undetermined),
        bank.choose(condition, then.absent, otherwise.absent),
        choose(bank, condition, then.value, otherwise.value),
    )


def known(bank: TermBank, value: Symbolic) -> Term:
    """Where there is a value."""
    return bank.both(bank.negate(value.undetermined), bank.negate(value.absent))


def unknown(bank: TermBank, truth: Truth) -> Term:
    return bank.both(bank.negate(truth.true), bank.negate(truth.false))


def certain(bank: TermBank, value: Term | Day) -> Symbolic:
    return Symbolic(bank.false, bank.false, value)


def different(bank: TermBank, left: Symbolic, right: Symbolic) -> Term:
    """Where two values are different answers: one has a value or a reason for none that the other has not."""
    states = [
        bank.either(bank.both(a, bank.negate(b)), bank.both(bank.negate(a), b))
        for a, b in ((left.undetermined, right.undetermined), (left.absent, right.absent))
    ]
    both = bank.both(known(bank, left), known(bank, right))
    return bank.either(*states, bank.both(both, bank.negate(same(bank, left.value, right.value))))


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
