"""Contracts of a convention as terms: which cases are some, and which overlays are in force for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.evaluation.session import Session
from engine.language.facts import BENEFICIARY, SIGNATURE
from engine.language.logic import Term
from engine.language.typing import Scope
from engine.policy.model import YEAR_START, Convention
from engine.policy.overlays import Laid, in_force_when, signed_under
from engine.proof.bodies import encode_item
from engine.proof.expressions import Names, condition
from engine.proof.space import Space


def contracts_among(conventions: Sequence[Convention], space: Space) -> Term:
    """Where a case is a contract of one of the conventions; of any day where none is named."""
    bank = space.bank
    stated = bank.both(space.present[SIGNATURE], space.present[BENEFICIARY])
    if not conventions:
        return stated
    given = replace(space, present=dict.fromkeys(space.present, bank.true))  # ``stated`` asks for it once for all
    names = Names(given, {}, Scope(space.vocabulary, {}, {}))
    return bank.both(stated, bank.either(*(condition(signed_under(each), names).true for each in conventions)))


def overlay_terms(session: Session, convention: Convention, space: Space) -> list[tuple[Laid, Term]]:
    """For each overlay that may ever reach a contract of the convention, where it is in force."""
    plan = session.plan(convention, ())
    start = next(step for step in plan.steps if step.item.id == YEAR_START)
    names = Names(space, {YEAR_START: encode_item(start, Names(space, {}, plan.scope)).answer}, plan.scope)
    covering = session.registry.covering(convention)
    return [(laid, condition(in_force_when(laid[1]), names).true) for laid in covering]
