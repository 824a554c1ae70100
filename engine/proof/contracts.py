"""Contracts of a convention as terms: which cases are some, and which overlays are in force for them."""

from __future__ import annotations

from collections.abc import Sequence

from engine.evaluation.session import Session
from engine.language import term_days
from engine.language.facts import BENEFICIARY, SIGNATURE, YEAR
from engine.language.logic import Term
from engine.language.symbolic import Symbolic, known, same
from engine.language.term_days import Day
from engine.language.types import DATE
from engine.policy.model import Convention, Overlay
from engine.policy.overlays import Laid
from engine.proof.expressions import Names, condition, expression
from engine.proof.space import Space


def contracts_among(conventions: Sequence[Convention], space: Space) -> Term:
    """Where a case is a contract of one of the conventions; of any day where none is named."""
    bank = space.bank
    stated = bank.both(space.present[SIGNATURE], space.present[BENEFICIARY])
    if not conventions:
        return stated
    return bank.both(stated, bank.either(*(_contract_of(convention, space) for convention in conventions)))


def _contract_of(convention: Convention, space: Space) -> Term:
    """Where the beneficiary is the convention's, and the signature in its window."""
    bank = space.bank
    signed = term_days.code(bank, space.value[SIGNATURE])
    parts = [
        same(bank, space.value[BENEFICIARY], bank.word(convention.beneficiary)),
        bank.at_most(bank.whole(term_days.day_code(convention.signed_from)), signed),
    ]
    if convention.signed_before is not None:
        parts.append(bank.less(signed, bank.whole(term_days.day_code(convention.signed_before))))
    return bank.both(*parts)


def overlay_terms(session: Session, convention: Convention, space: Space) -> list[tuple[Laid, Term]]:
    """For each overlay that may ever reach a contract of the convention, where it is in force."""
    plan = session.plan(convention, ())
    names = Names(space, {}, plan.scope)
    first = expression(convention.years_from, names, DATE)
    return [
        ((later, overlay), _in_force(overlay, first, names)) for later, overlay in session.registry.covering(convention)
    ]


def _in_force(overlay: Overlay, first: Symbolic, names: Names) -> Term:
    bank, space = names.bank, names.space
    signed = term_days.code(bank, space.value[SIGNATURE])
    parts = [bank.less(signed, bank.whole(term_days.day_code(overlay.signed_before)))]
    if overlay.signed_from is not None:
        parts.append(bank.at_most(bank.whole(term_days.day_code(overlay.signed_from)), signed))
    if overlay.first_anniversary is not None:
        day = bank.whole(term_days.day_code(overlay.first_anniversary))
        start = term_days.code(bank, _year_start(first, space))
        parts += [space.present[YEAR], known(bank, first), bank.at_most(day, start)]
        parts.append(bank.at_most(bank.exact(2), _number(space.value[YEAR])))
    if overlay.when is not None:
        parts.append(condition(overlay.when, names).true)
    return bank.both(*parts)


def _year_start(first: Symbolic, space: Space) -> Term | Day:
    """The start of the contract year, from that of the first."""
    bank, year = space.bank, space.value[YEAR]
    if not isinstance(first.value, Day) or year is bank.nothing:
        return bank.nothing
    passed = bank.plus(bank.floor(_number(year)), bank.whole(-1))
    return term_days.shifted(bank, first.value, "years", passed)


def _number(value: Term | Day) -> Term:
    assert isinstance(value, Term)
    return value
