"""Counterfactuals: a case and an item come in, the smallest changes of its facts that give a wished result go out.

The solver finds them all, or proves that there are none; every proposal is a case that Session.decide answers as said.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

from engine.evaluation.decision import Decision, Result
from engine.evaluation.facts import Facts, signed_on
from engine.evaluation.session import Session
from engine.inquiry.what_if_goal import Wish, answer_of, wish_of, wished_term
from engine.language.expressions import Text
from engine.language.facts import BENEFICIARY, SIGNATURE, Vocabulary
from engine.language.symbolic import constant, same
from engine.language.term_days import Day, code, day_code
from engine.language.values import Scalar, Value
from engine.policy.model import Convention
from engine.proof import smallest
from engine.proof.encoding import Encoding
from engine.proof.possible import encode_case
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
class Proof:
    """How much is proved.

    With ``shown``, the alternatives are all of up to ``most`` changes; with ``excluded``, no changes at all give what
    is wished; with ``undecided``, the budget was spent first.
    """

    status: Status
    most: int
    effort: int


@dataclass(frozen=True, slots=True)
class Alternatives:
    """The alternatives to a ``decision`` that were found, the nearest first, and how much is proved of them.

    ``reached``: the case already has what is wished. ``left`` are facts that the result hangs on today and that stayed
    as they are because a person cannot change them; those that the case lacks are named where nothing was found.
    """

    decision: Decision
    item: str
    wish: Wish
    today: Value
    reached: bool
    found: tuple[Alternative, ...]
    proof: Proof
    left: tuple[str, ...]


def alternatives(
    session: Session,
    facts: Facts,
    item: str,
    wished: str | None = None,
    *,
    convention: str | None = None,
    interpret: Mapping[str, str] | None = None,
    as_of: dt.date | None = None,
    any_fact: bool = False,
    effort: int = DEFAULT_EFFORT,
) -> Alternatives:
    """The smallest changes of ``facts`` under which ``item`` has the ``wished`` value, each with the nearest numbers.

    ``wished`` is a value of the item, ``not_applicable``, a number (``N`` exactly, ``N+`` at least, ``N-`` at most), a
    date, ``more`` or ``less``; without it the first value in the applicant's favour. ``any_fact`` also changes what a
    person cannot, save the beneficiary; a fact that the result waits for may be stated in any case. ``effort`` bounds
    each question to the solver.

    Raises:
        KeyError: the decision on the case has no such item.
        UsageFault: the item has no such value, or the solver is missing.
        InputFault: the case itself is not decided.
    """
    decide = partial(session.decide, convention=convention, interpret=dict(interpret or {}), as_of=as_of)
    decision = decide(facts)
    wish, today = wish_of(decision, item, wished), answer_of(decision, item)
    if wish.met(today):
        return Alternatives(decision, item, wish, today, True, (), Proof(Status.SHOWN, 0, effort), ())
    vocabulary = session.registry.vocabulary
    kept = _kept(decision, item, vocabulary, any_fact)
    opened = [name for name in vocabulary.facts if name not in kept]
    texts = _conventions(session, decision, movable=convention is None and SIGNATURE in opened)
    encodings = [encode_case(session, text, facts, opened, interpret, effort=effort) for text in texts]
    if convention is not None:
        encodings = [replace(each, window=each.bank.true) for each in encodings]
    first = None if any_fact else as_of or signed_on(facts)
    asked: list[smallest.Changes] = []
    for each in encodings:
        beside = {frozenset(change.facts) for before in asked for change in before.found}
        asked.append(_asked(each, facts, item, wish, first, beside, effort))
    changes = _smallest(change for each in asked for change in each.found)
    several = [_alternative(decision, decide(each.witness.facts), item, each, vocabulary) for each in changes]
    found = _apart(sorted(several, key=_order(vocabulary)))
    proof = Proof(_joined(each.status for each in asked), min(each.most for each in asked), effort)
    hanging = (*decision.results[item].facts, *decision.results[item].missing)
    left = tuple(name for name in dict.fromkeys(hanging) if name in kept and (name in facts or not found))
    return Alternatives(decision, item, wish, today, False, found, proof, left)


def _conventions(session: Session, decision: Decision, *, movable: bool) -> list[Convention]:
    """The convention of the case; where the signature may move, every other of the same beneficiary too."""
    own = decision.convention
    others = session.registry.conventions.values() if movable else ()
    return [own, *(each for each in others if each.id != own.id and each.beneficiary == own.beneficiary)]


def _asked(
    encoding: Encoding,
    facts: Facts,
    item: str,
    wish: Wish,
    first: dt.date | None,
    beside: Collection[Collection[str]],
    effort: int,
) -> smallest.Changes:
    """The changes that give what is wished; no event is moved to, or placed on, a day before the ``first``."""
    if not encoding.has(item):
        return smallest.Changes((), Status.EXCLUDED, smallest.MOST_ALONE, effort)
    bank, space = encoding.bank, encoding.space
    goal = [wished_term(encoding, item, wish)]
    for name, day in space.value.items():
        if first is not None and name in space.open_facts and isinstance(day, Day):
            late = bank.at_most(bank.whole(day_code(first)), code(bank, day))
            stays = same(bank, day, constant(bank, facts[name])) if name in facts else bank.false
            goal.append(bank.either(bank.negate(space.present[name]), late, stays))
    return smallest.smallest_changes(encoding, facts, bank.both(*goal), beside=beside, effort=effort)


def _joined(statuses: Iterable[Status]) -> Status:
    """One status for questions about several conventions: what any leaves open is open."""
    found = set(statuses)
    if Status.UNDECIDED in found:
        return Status.UNDECIDED
    return Status.SHOWN if Status.SHOWN in found else Status.EXCLUDED


def _smallest(changes: Iterable[smallest.Change]) -> list[smallest.Change]:
    """The changes no part of which is another's."""
    several = list(changes)
    sets = [frozenset(each.facts) for each in several]
    return [each for each, mine in zip(several, sets, strict=True) if not any(other < mine for other in sets)]


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
    given = decision.facts
    fixed = (name for name, fact in vocabulary.facts.items() if fact.is_fixed(given) and name not in waiting)
    return frozenset((BENEFICIARY, *fixed))


def _alternative(
    before: Decision, after: Decision, item: str, change: smallest.Change, vocabulary: Vocabulary
) -> Alternative:
    """A change as the decision on the case it makes has it."""
    facts = change.witness.facts
    moved = (name for name in vocabulary.facts if name in change.facts)
    changes = tuple(FactChange(name, before.facts.get(name), facts.get(name)) for name in moved)
    other = None if after.convention.id == before.convention.id else after.convention.id
    lifted = tuple(_lifted(before, after, item))
    return Alternative(changes, facts, answer_of(after, item), after.results[item], lifted, other)


def _lifted(before: Decision, after: Decision, item: str) -> Iterator[GrantedDerogation]:
    """The derogations that criteria behind the item rest on, and did not before."""
    for result in after.below(item):
        earlier = before.results.get(result.id)
        reason = next((reason for reason in result.because if reason.kind == "derogation"), None)
        if reason is not None and (earlier is None or earlier.derogation != reason.id):
            yield GrantedDerogation(result.id, reason.id, reason.text or {"fr": reason.id, "en": reason.id})


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
