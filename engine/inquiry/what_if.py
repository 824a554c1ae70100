"""What would change it: a case and an item come in, the smallest changes of its facts that give a wished result go out.

One fact, then two of those that alone do not do. Only facts that the result hangs on are changed, each over the values
that its items tell apart; every proposal is a case that Session.decide answers as said.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.errors import InputFault
from engine.evaluation.decision import Decision, Result
from engine.evaluation.facts import Facts
from engine.evaluation.session import Session
from engine.inquiry.what_if_goal import Wish, answer_of, wish_of
from engine.inquiry.what_if_search import Search
from engine.inquiry.what_if_trial import Question, Trials
from engine.inquiry.what_if_values import distance
from engine.language.expressions import Text
from engine.language.facts import BENEFICIARY, Fact, Vocabulary
from engine.language.values import Scalar, Value
from engine.review.classes import surveyed

# Cases that are run at most: two or three seconds.
MAX_TRIED = 20_000
# One in so many of the cases is kept back for bringing pairs nearer once they are found.
CLOSING_SHARE = 10


@dataclass(frozen=True, slots=True)
class Change:
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

    changes: tuple[Change, ...]
    facts: Facts
    value: Value
    result: Result
    derogations: tuple[Derogation, ...]
    convention: str | None


@dataclass(frozen=True, slots=True)
class Alternatives:
    """The alternatives found, the nearest first. ``tried`` cases were run; ``spent`` where that met the ``bound``.

    ``reached``: the case already has what is wished. ``left`` are facts that the result hangs on today and that stayed
    as they are because a person cannot change them; those that the case lacks are named where nothing was found.
    """

    item: str
    wish: Wish
    today: Value
    reached: bool
    found: tuple[Alternative, ...]
    tried: int
    bound: int
    spent: bool
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
    bound: int = MAX_TRIED,
) -> Alternatives:
    """The smallest changes of ``facts`` under which ``item`` has the ``wished`` value.

    ``wished`` is a value of the item, ``not_applicable``, a number (``N`` exactly, ``N+`` at least, ``N-`` at most), a
    date, ``more`` or ``less``; without it the first value in the applicant's favour. ``any_fact`` also changes what a
    person cannot, save the beneficiary; a fact that the result waits for may be stated in any case. ``bound`` limits
    the cases that are run.

    Raises:
        KeyError: the decision on the case has no such item.
        UsageFault: the item has no such value.
        InputFault: the case itself is not decided.
    """
    question = Question(session, facts, item, convention, dict(interpret or {}), as_of)
    decision = session.decide(facts, convention, question.interpret, as_of)
    wish = wish_of(decision, item, wished, _possible(question))
    today = answer_of(decision, item)
    trials = Trials(question, bound - bound // CLOSING_SHARE)
    start = trials.of(facts)
    if wish.met(today) or start is None:
        return Alternatives(item, wish, today, wish.met(today), (), 0, bound, False, ())
    search = Search(trials, wish, start, _kept(decision, item, session.registry.vocabulary, any_fact))
    spent = not search.all(bound)
    proposed = (_decided(question, decision, wish, changed) for changed in search.found)
    found = sorted((each for each in proposed if each is not None), key=_order(session.registry.vocabulary))
    hanging = trials.support(start)
    kept = (name for name in hanging if name in search.kept and hanging[name])
    left = tuple(name for name in kept if name in facts or not found)
    return Alternatives(item, wish, today, False, tuple(found), trials.count - 1, bound, spent, left)


def _possible(question: Question) -> Sequence[Value] | None:
    """The values that the item can take under the rules of the case."""
    settled = question.session.settled(question.facts, question.interpret, question.forced)
    possible = surveyed(settled.program).possible.get(question.item)
    return None if possible is None else possible.values


def _kept(decision: Decision, item: str, vocabulary: Vocabulary, any_fact: bool) -> frozenset[str]:
    """The facts that stay as they are; one that an open result waits for may be stated."""
    if any_fact:
        return frozenset((BENEFICIARY,))
    waiting = decision.results[item].missing
    if decision.results[item].kind == "obligation":
        waiting = next(line.missing for line in decision.obligations if line.id == item)
    fixed = (name for name, fact in vocabulary.facts.items() if fact.fixed and name not in waiting)
    return frozenset((BENEFICIARY, *fixed))


def _decided(question: Question, before: Decision, wish: Wish, facts: Facts) -> Alternative | None:
    """The alternative as Session.decide sees it, or None where it does not give what the search saw."""
    try:
        decision = question.session.decide(facts, question.forced, question.interpret, question.as_of)
    except InputFault:
        return None
    if question.item not in decision.results or not wish.met(answer_of(decision, question.item)):
        return None
    names = [name for name in question.session.registry.vocabulary.facts if facts.get(name) != before.facts.get(name)]
    changes = tuple(Change(name, before.facts.get(name), facts.get(name)) for name in names)
    other = decision.convention.id if decision.convention.id != before.convention.id else None
    result = decision.results[question.item]
    lifted = tuple(_lifted(before, decision, question.item))
    return Alternative(changes, facts, answer_of(decision, question.item), result, lifted, other)


def _lifted(before: Decision, after: Decision, item: str) -> Iterator[Derogation]:
    """The derogations that criteria behind the item rest on, and did not before."""
    waiting, seen = [item], set()
    while waiting:
        id_ = waiting.pop(0)
        if id_ in seen:
            continue
        seen.add(id_)
        result = after.results[id_]
        waiting.extend(result.uses)
        earlier = before.results.get(id_)
        reason = next((reason for reason in result.because if reason.kind == "derogation"), None)
        if reason is not None and (earlier is None or earlier.derogation != reason.id):
            yield Derogation(id_, reason.id, reason.text or {"fr": reason.id, "en": reason.id})


def _order(vocabulary: Vocabulary) -> Callable[[Alternative], tuple[object, ...]]:
    """One change before two, changes before statements, choices before numbers by how far these move."""
    places = {name: i for i, name in enumerate(vocabulary.facts)}

    def key(each: Alternative) -> tuple[object, ...]:
        moved = [
            distance(change.before, change.after)
            for change in each.changes
            if change.before is not None and change.after is not None and not isinstance(change.after, str | bool)
        ]
        ranks = [_rank(vocabulary.facts[change.fact], change.after) for change in each.changes]
        stated = sum(change.stated for change in each.changes)
        named = [places[change.fact] for change in each.changes]
        return (len(each.changes), stated, sum(moved, Fraction(0)), named, ranks)

    return key


def _rank(fact: Fact, after: Scalar | None) -> int:
    return fact.type.values.index(after) if isinstance(after, str) and after in fact.type.values else 0
