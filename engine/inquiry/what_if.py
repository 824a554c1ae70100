"""Counterfactuals: a case and an item come in, the smallest changes of its facts that give a wished result go out.

The solver finds them all, or proves that there are none; every proposal is a case that Session.decide answers as said.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from engine.evaluation.decision import Decision, Result
from engine.evaluation.facts import Facts
from engine.evaluation.session import Session
from engine.inquiry.what_if_goal import Wish, answer_of, wish_of, wished_term
from engine.language.expressions import Text
from engine.language.facts import BENEFICIARY, SIGNATURE, Vocabulary
from engine.language.logic import Term
from engine.language.symbolic import constant, same
from engine.language.term_days import Day, code, day_code
from engine.language.values import Scalar, Value
from engine.policy.model import Convention
from engine.proof import smallest
from engine.proof.encoding import Encoding
from engine.proof.possible import encode_case
from engine.proof.smallest import Changes, smallest_changes
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
class Derogation:
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
    derogations: tuple[Derogation, ...]
    convention: str | None


@dataclass(frozen=True, slots=True)
class Question:
    """A case and the item asked about, with what the caller has settled: ``forced`` names a convention."""

    session: Session
    facts: Facts
    item: str
    forced: str | None
    interpret: Mapping[str, str]
    as_of: dt.date | None


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
    question = Question(session, facts, item, convention, dict(interpret or {}), as_of)
    decision = session.decide(facts, convention, question.interpret, as_of)
    wish = wish_of(decision, item, wished)
    today = answer_of(decision, item)
    if wish.met(today):
        return Alternatives(decision, item, wish, today, True, (), Proof(Status.SHOWN, 0, effort), ())
    kept = _kept(decision, item, session.registry.vocabulary, any_fact)
    asked = [_asked(question, wish, each, kept, any_fact, effort) for each in _conventions(question, decision, kept)]
    proof = Proof(_joined(each.status for each in asked), min(each.most for each in asked), effort)
    changes = _smallest(change for each in asked for change in each.found)
    decided = (_decided(question, decision, change) for change in changes)
    found = _apart(sorted(decided, key=_order(session.registry.vocabulary)))
    hanging = (*decision.results[item].facts, *decision.results[item].missing)
    left = tuple(name for name in dict.fromkeys(hanging) if name in kept and (name in facts or not found))
    return Alternatives(decision, item, wish, today, False, found, proof, left)


def _conventions(question: Question, decision: Decision, kept: frozenset[str]) -> Iterator[Convention]:
    """The convention of the case; where the signature may move, every other of the same beneficiary too."""
    yield decision.convention
    if question.forced is None and SIGNATURE not in kept:
        for other in question.session.registry.conventions.values():
            if other.id != decision.convention.id and other.beneficiary == decision.convention.beneficiary:
                yield other


def _asked(
    question: Question, wish: Wish, convention: Convention, kept: frozenset[str], any_fact: bool, effort: int
) -> Changes:
    session, facts = question.session, question.facts
    opened = [name for name in session.registry.vocabulary.facts if name not in kept]
    encoding = encode_case(session, convention, facts, opened, question.interpret, effort=effort)
    if question.forced is not None:
        encoding = replace(encoding, window=encoding.bank.true)
    if not encoding.has(question.item):
        return Changes((), Status.EXCLUDED, smallest.MOST_ALONE, effort)
    goal = wished_term(encoding, question.item, wish, question.as_of)
    later = () if any_fact else _from_now_on(encoding, facts, question.as_of)
    return smallest_changes(encoding, facts, encoding.bank.both(goal, *later), effort=effort)


def _from_now_on(encoding: Encoding, facts: Facts, as_of: dt.date | None) -> Iterator[Term]:
    """That no event is moved to, or placed on, a day before the one asked about, without one before the signature."""
    bank, space = encoding.bank, encoding.space
    first = as_of or facts.get(SIGNATURE)
    for name in space.open_facts:
        day = space.value[name]
        if isinstance(day, Day) and isinstance(first, dt.date):
            here = bank.at_most(bank.whole(day_code(first)), code(bank, day))
            terms = [bank.negate(space.present[name]), here]
            if name in facts:
                terms.append(same(bank, day, constant(bank, facts[name])))
            yield bank.either(*terms)


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


def _decided(question: Question, before: Decision, change: smallest.Change) -> Alternative:
    """The alternative as Session.decide sees it."""
    facts = change.witness.facts
    decision = question.session.decide(facts, question.forced, question.interpret, question.as_of)
    changes = tuple(
        FactChange(name, before.facts.get(name), facts.get(name))
        for name in question.session.registry.vocabulary.facts
        if name in change.facts
    )
    other = decision.convention.id if decision.convention.id != before.convention.id else None
    result = decision.results[question.item]
    lifted = tuple(_lifted(before, decision, question.item))
    return Alternative(changes, facts, answer_of(decision, question.item), result, lifted, other)


def _lifted(before: Decision, after: Decision, item: str) -> Iterator[Derogation]:
    """The derogations that criteria behind the item rest on, and did not before."""
    for result in after.below(item):
        earlier = before.results.get(result.id)
        reason = next((reason for reason in result.because if reason.kind == "derogation"), None)
        if reason is not None and (earlier is None or earlier.derogation != reason.id):
            yield Derogation(result.id, reason.id, reason.text or {"fr": reason.id, "en": reason.id})


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
