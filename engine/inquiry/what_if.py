"""Counterfactuals: a case and an item come in, the smallest changes of its facts that give a wished result go out.

The solver finds them all, or proves that there are none; every proposal is a case that Session.decide answers as said.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

from engine.evaluation.decision import Decision, Result
from engine.evaluation.facts import Facts, signed_on
from engine.evaluation.session import Session
from engine.inquiry.what_if_goal import Wish, answer_of, wish_of, wished_term
from engine.language.expressions import Text
from engine.language.facts import BENEFICIARY, FIRST_DAY, SIGNATURE, Vocabulary
from engine.language.logic import Term
from engine.language.symbolic import constant, same
from engine.language.term_days import Day, code, day_code
from engine.language.values import Scalar, Value
from engine.policy.model import YEAR_START
from engine.proof.encoding import Encoding
from engine.proof.possible import encode_case
from engine.proof.smallest import Change, SmallestChanges, smallest_changes
from engine.proof.solving import DEFAULT_EFFORT, Status

DAYS_IN_YEAR = 365


@dataclass(frozen=True, slots=True)
class FactChange:
    """A fact with its value before and after; None where the case does not state it."""

    fact: str
    before: Scalar | None
    after: Scalar | None

    @property
    def stated(self) -> bool:
        """Whether the case lacked the fact: something is said, and nothing changed."""
        return self.before is None


@dataclass(frozen=True, slots=True)
class GrantedDerogation:
    """A derogation that makes a criterion met in the changed case and did not before."""

    criterion: str
    id: str
    label: Text


@dataclass(frozen=True, slots=True)
class Alternative:
    """A set of changes, none of which can be left out, the whole changed case and the item's ``value`` in it.

    ``convention`` is the one that then applies, where it is another than today's.
    """

    changes: tuple[FactChange, ...]
    facts: Facts
    value: Value
    result: Result
    derogations: tuple[GrantedDerogation, ...]
    convention: str | None


@dataclass(frozen=True, slots=True)
class Alternatives:
    """The alternatives to a ``decision`` that were found, the nearest first; ``proof`` says how much is proved of them.

    ``reached``: the case already has what is wished. ``left`` are facts that the result hangs on today and that stayed
    as they are because a person cannot change them; those that the case lacks are named where nothing was found.
    """

    decision: Decision
    item: str
    wish: Wish
    today: Value
    reached: bool
    found: tuple[Alternative, ...]
    proof: SmallestChanges
    left: tuple[str, ...]


def alternatives(
    session: Session,
    decision: Decision,
    item: str,
    wished: str | None = None,
    *,
    any_fact: bool = False,
    effort: int = DEFAULT_EFFORT,
) -> Alternatives:
    """The smallest changes of a decided case under which ``item`` has the ``wished`` value, with the nearest numbers.

    ``wished`` is a value of the item, ``not_applicable``, a number (``N`` exactly, ``N+`` at least, ``N-`` at most), a
    date, ``more`` or ``less``; without it the first value in the applicant's favour. ``any_fact`` also changes what a
    person cannot, save the beneficiary; a fact that the result waits for may be stated in any case. ``effort`` bounds
    each question to the solver.

    Raises:
        KeyError: the decision has no such item.
        UsageFault: the item has no such value, or the solver is missing.
    """
    wish, today = wish_of(decision, item, wished), answer_of(decision, item)
    if wish.met(today):
        return Alternatives(decision, item, wish, today, True, (), SmallestChanges((), Status.SHOWN, 0, effort), ())
    vocabulary, facts = session.registry.vocabulary, dict(decision.facts)
    kept = _kept(decision, item, vocabulary, any_fact)
    hanging = dict.fromkeys((*decision.results[item].facts, *decision.results[item].missing))
    bound = (vocabulary.facts[name].written_for for name in hanging if name in kept and name in facts)
    encodings = _encodings(session, decision, kept.union(filter(None, bound)), effort)
    first = None if any_fact else decision.as_of or signed_on(facts)
    proof = _changes(encodings, facts, lambda each: _goal(each, facts, item, wish, first), effort)
    decide = partial(session.decide, convention=decision.forced, interpret=decision.chosen, as_of=decision.as_of)
    several = [_alternative(decision, decide(each.witness.facts), item, each, vocabulary) for each in proof.found]
    found = _apart(sorted(several, key=_order(vocabulary)))
    left = tuple(name for name in hanging if name in kept and (name in facts or not found))
    return Alternatives(decision, item, wish, today, False, found, proof, left)


def _encodings(session: Session, decision: Decision, kept: Container[str], effort: int) -> list[Encoding]:
    """The case under its convention; where the signature may move, under every other of the same beneficiary too."""
    own, movable = decision.convention, decision.forced is None and SIGNATURE not in kept
    others = session.registry.conventions.values() if movable else ()
    texts = [own, *(each for each in others if each.id != own.id and each.beneficiary == own.beneficiary)]
    opened = [name for name in session.registry.vocabulary.facts if name not in kept]
    found = [encode_case(session, text, dict(decision.facts), opened, decision.chosen, effort=effort) for text in texts]
    return found if decision.forced is None else [replace(each, window=each.bank.true) for each in found]


def _changes(
    encodings: Iterable[Encoding], facts: Facts, goal: Callable[[Encoding], Term], effort: int
) -> SmallestChanges:
    """The changes that give the goal under any of several conventions, no part of which is another's."""
    asked: list[SmallestChanges] = []
    for each in encodings:
        beside = {frozenset(change.facts) for before in asked for change in before.found}
        asked.append(smallest_changes(each, facts, goal(each), beside=beside, effort=effort))
    found = [change for changes in asked for change in changes.found]
    least = tuple(each for each in found if not any(other.facts.keys() < each.facts.keys() for other in found))
    statuses = {each.status for each in asked}  # what any leaves open is open
    status = next(each for each in (Status.UNDECIDED, Status.SHOWN, Status.EXCLUDED) if each in statuses)
    return SmallestChanges(least, status, min(each.most for each in asked), effort)


def _goal(encoding: Encoding, facts: Facts, item: str, wish: Wish, first: dt.date | None) -> Term:
    """Where an item answers what is wished, no event being moved to, or placed on, a day before the ``first``."""
    bank, space = encoding.bank, encoding.space
    if not encoding.has(item):
        return bank.false
    goal = [wished_term(encoding, item, wish)]
    for name, day in space.value.items():
        if first is not None and name in space.open_facts and isinstance(day, Day):
            late = bank.at_most(bank.whole(day_code(first)), code(bank, day))
            stays = same(bank, day, constant(bank, facts[name])) if name in facts else bank.false
            goal.append(bank.either(bank.negate(space.present[name]), late, stays))
    return bank.both(*goal)


def _apart(several: Iterable[Alternative]) -> tuple[Alternative, ...]:
    """Of those that move the same numbers and days under several conventions, the nearest, which comes first."""
    found: dict[tuple[object, ...], Alternative] = {}
    for each in several:
        words = (change.after if isinstance(change.after, str | bool) else None for change in each.changes)
        found.setdefault((*(change.fact for change in each.changes), *words), each)
    return tuple(found.values())


def _kept(decision: Decision, item: str, vocabulary: Vocabulary, any_fact: bool) -> frozenset[str]:
    """The facts that stay as they are; one that an open result waits for may be stated."""
    if any_fact:
        return frozenset((BENEFICIARY,))
    waiting = (decision.obligation(item) or decision.results[item]).missing
    start = {YEAR_START: decision.results[YEAR_START].value}
    given = {} if decision.refused else {**decision.facts, **start}  # no contract runs that is refused
    fixed = (name for name, fact in vocabulary.facts.items() if fact.is_fixed(given, decision.as_of or FIRST_DAY))
    return frozenset((BENEFICIARY, *(name for name in fixed if name not in waiting)))


def _alternative(before: Decision, after: Decision, item: str, change: Change, vocabulary: Vocabulary) -> Alternative:
    """A change as the decision on the case it makes has it."""
    facts = change.witness.facts
    moved = (name for name in vocabulary.facts if name in change.facts)
    changes = tuple(FactChange(name, before.facts.get(name), facts.get(name)) for name in moved)
    other = None if after.convention.id == before.convention.id else after.convention.id
    lifted = []  # the derogations that criteria behind the item rest on, and did not before
    for result in after.below(item):
        earlier = before.results.get(result.id)
        reason = next((reason for reason in result.because if reason.kind == "derogation"), None)
        if reason is not None and (earlier is None or earlier.derogation != reason.id):
            text = reason.text or {"fr": reason.id, "en": reason.id}
            lifted.append(GrantedDerogation(result.id, reason.id, text))
    return Alternative(changes, facts, answer_of(after, item), after.results[item], tuple(lifted), other)


def _order(vocabulary: Vocabulary) -> Callable[[Alternative], tuple[object, ...]]:
    """One change before two, changes before statements, choices before numbers by how far these move."""
    places = {name: i for i, name in enumerate(vocabulary.facts)}

    def key(each: Alternative) -> tuple[object, ...]:
        moved = [
            _distance(change.before, change.after)
            for change in each.changes
            if change.before is not None and change.after is not None and not isinstance(change.after, str | bool)
        ]
        steps = ((vocabulary.facts[change.fact].type.values, change.after) for change in each.changes)
        ranks = [values.index(after) if isinstance(after, str) and after in values else 0 for values, after in steps]
        stated = sum(change.stated for change in each.changes)
        named = [places[change.fact] for change in each.changes]
        return (len(each.changes), stated, sum(moved, Fraction(0)), named, ranks)

    return key


def _distance(before: Value, after: Value) -> Fraction:
    """How far a number has moved beside what it was; a date, in years."""
    if isinstance(before, dt.date) and isinstance(after, dt.date):
        return Fraction(abs((after - before).days), DAYS_IN_YEAR)
    assert isinstance(before, int | Fraction)
    assert isinstance(after, int | Fraction)
    return abs(Fraction(after) - Fraction(before)) / max(abs(Fraction(before)), Fraction(1))
