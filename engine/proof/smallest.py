"""Smallest change: a case, the facts that may move and a goal come in, all smallest sets of changes go out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from engine.language import term_days
from engine.language.facts import SIGNATURE
from engine.language.logic import Term, evaluate
from engine.language.symbolic import constant, same
from engine.language.term_days import Day
from engine.language.values import Scalar
from engine.proof.encoding import Encoding
from engine.proof.prover import Prover, Witness, confirmed, counted
from engine.proof.solving import DEFAULT_EFFORT, Status
from engine.proof.space import Space, parts_of

MOST_CHANGED = 2  # facts that one proposal may change where some proposal of so many exists
MOST_ALONE = 3  # where none does
MOST_FOUND = 100  # proposals that are told apart


@dataclass(frozen=True, slots=True)
class Change:
    """A smallest set of changes: the facts with their new values (None: no longer given), and the case they make."""

    facts: Mapping[str, Scalar | None]
    witness: Witness


@dataclass(frozen=True, slots=True)
class SmallestChanges:
    """All smallest sets, fewest facts first.

    ``status`` is excluded where no change at all of these facts gives the goal, shown where the list is all of them up
    to ``most`` facts each, undecided where the budget or :data:`MOST_FOUND` was met before that was known.
    """

    found: tuple[Change, ...]
    status: Status
    most: int
    effort: int


def smallest_changes(
    encoding: Encoding,
    now: Mapping[str, Scalar],
    goal: Term,
    *,
    beside: Collection[Collection[str]] = (),
    effort: int = DEFAULT_EFFORT,
) -> SmallestChanges:
    """The smallest changes of the case ``now`` that give the goal, each with the nearest values.

    The open facts of the encoding's space are those that may move; what is given stays given, but for events, which
    may not have happened. A set of changes is told only if no part of it gives the goal too, once for each choice of
    its words. Numbers and days stay as near as can be in sum, then come first. ``beside`` are sets of facts that do
    elsewhere: none that holds one of them and more is looked for.
    """
    bank, space = encoding.bank, encoding.space
    changed = {name: bank.negate(_unchanged(space, name, now)) for name in space.open_facts}
    facts = (space.vocabulary.facts[name] for name in changed if name in now)
    kept = (space.present[fact.name] for fact in facts if not (fact.absence_answers and fact.type.kind == "date"))
    prover = Prover(space, (*encoding.base, *kept, goal), effort)
    status = prover.ask()
    if status is not Status.SHOWN:
        return SmallestChanges((), status, MOST_ALONE, effort)
    search = _Search(encoding, now, changed, prover, beside)
    most = 0
    while most < (MOST_CHANGED if search.found else MOST_ALONE) and search.complete:
        most += 1
        search.add_changes_of(most)
    order = list(space.open_facts)
    search.found.sort(key=lambda change: (len(change.facts), [order.index(name) for name in change.facts]))
    return SmallestChanges(tuple(search.found), Status.SHOWN if search.complete else Status.UNDECIDED, most, effort)


@dataclass(slots=True)
class _Search:
    """The changes found so far; ``complete`` until the budget or the bound is met."""

    encoding: Encoding
    now: Mapping[str, Scalar]
    changed: Mapping[str, Term]
    prover: Prover
    beside: Collection[Collection[str]]
    found: list[Change] = field(default_factory=list)
    complete: bool = True

    def add_changes_of(self, size: int) -> None:
        """Finds all sets of so many facts of which no part does."""
        bank = self.encoding.bank
        few = bank.at_most(counted(bank, self.changed.values()), bank.whole(size))
        smaller = (*(change.facts for change in self.found), *(each for each in self.beside if len(each) < size))
        others = [self._not_all(each) for each in smaller]
        self.complete = False
        while len(self.found) < MOST_FOUND:
            status, symbols = self.prover.some(few, *others)
            if status is not Status.SHOWN:
                self.complete = status is Status.EXCLUDED
                return
            values = evaluate(self.changed.values(), symbols)
            names = [name for name, term in self.changed.items() if values[term]]
            if not self._add_changes_of_these(names):
                return
            others.append(self._not_all(names))

    def _add_changes_of_these(self, names: Sequence[str]) -> bool:
        """Finds the changes of exactly these facts, one for each choice of their words; whether it found them all."""
        bank = self.encoding.bank
        alone = (term if name in names else bank.negate(term) for name, term in self.changed.items())
        with self.prover.supposing(*alone):
            others: list[Term] = []
            while len(self.found) < MOST_FOUND:
                status, symbols = self.prover.some(*others)
                if status is not Status.SHOWN:
                    return status is Status.EXCLUDED
                facts = self.encoding.space.case_of(symbols)[0]
                words = self._words(names, facts)
                with self.prover.supposing(words):
                    self.found.append(self._nearest(names, facts))
                others.append(bank.negate(words))
        return False

    def _not_all(self, names: Iterable[str]) -> Term:
        bank = self.encoding.bank
        return bank.either(*(bank.negate(self.changed[name]) for name in names))

    def _words(self, names: Sequence[str], facts: Mapping[str, Scalar]) -> Term:
        """That these facts are given, or not, as in a case, and have the same words there."""
        bank, space = self.encoding.bank, self.encoding.space
        terms = []
        for name in names:
            value = facts.get(name)
            terms.append(space.present[name] if name in facts else bank.negate(space.present[name]))
            if isinstance(value, str | bool):
                terms.append(same(bank, space.value[name], constant(bank, value)))
        return bank.both(*terms)

    def _nearest(self, names: Sequence[str], facts: Mapping[str, Scalar]) -> Change:
        """The change of these facts, all else being supposed, that keeps numbers and days nearest, then lowest."""
        bank, space = self.encoding.bank, self.encoding.space
        goal: list[Term] = []
        moved = [name for name in names if name in facts and not isinstance(facts[name], str | bool)]
        far = bank.plus(bank.whole(0), *(_distance(space, name, self.now) for name in moved))
        goal.append(bank.at_most(far, self._least(far, goal)))
        for name in moved:
            place, old = _place(space, name), _old_place(space, name, self.now)
            if old is None:
                goal.append(bank.same(place, self._telling(name, goal)))
            elif len(moved) > 1:
                goal.append(bank.at_most(place, self._least(place, goal)))
            elif self.prover.ask(*goal, bank.less(place, old)) is Status.SHOWN:
                goal.append(bank.less(place, old))
        _, symbols = self.prover.some(*goal)
        witness = confirmed(self.encoding, symbols)
        return Change({name: witness.facts.get(name) for name in names}, witness)

    def _least(self, whole: Term, goal: Sequence[Term]) -> Term:
        """The least of what is 0 or more."""
        return whole if whole.constant else self.prover.least(whole, *goal, floor=0)[1]

    def _telling(self, name: str, goal: Sequence[Term]) -> Term:
        """Of a number that was not given, the bound that tells something: the least, if it is not the very least.

        Where any number will do, the least.
        """
        (part,) = self.encoding.space.open_facts[name].parts
        low = self._least(part.symbol, goal)
        if low.value != part.candidates[0]:
            return low
        bank, most = self.encoding.bank, self.encoding.bank.whole(int(part.candidates[-1]))
        short = self._least(bank.minus(most, part.symbol), goal)
        return low if short.value == 0 else bank.minus(most, short)


def _unchanged(space: Space, name: str, now: Mapping[str, Scalar]) -> Term:
    if name not in now:
        return space.bank.negate(space.present[name])
    return space.bank.both(space.present[name], same(space.bank, space.value[name], constant(space.bank, now[name])))


def _distance(space: Space, name: str, now: Mapping[str, Scalar]) -> Term:
    """How far a number or a day is from what it was; 0 for a number that was not given."""
    bank = space.bank
    old = _old_place(space, name, now)
    if old is None:
        return bank.whole(0)
    here, there = _place(space, name), old
    more, less = bank.minus(here, there), bank.minus(there, here)
    return bank.choose(bank.at_most(there, here), more, less)


def _place(space: Space, name: str) -> Term:
    """A number in units of its last decimal, a day as the count of days."""
    value = space.value[name]
    return term_days.ordinal(space.bank, value) if isinstance(value, Day) else space.open_facts[name].parts[0].symbol


def _old_place(space: Space, name: str, now: Mapping[str, Scalar]) -> Term | None:
    """Where it was; the day of an event that had not happened is measured from the signature."""
    bank = space.bank
    if isinstance(space.value[name], Day):
        before = constant(bank, now.get(name, now[SIGNATURE]))
        assert isinstance(before, Day)
        return term_days.ordinal(bank, before)
    if name not in now:
        return None
    (number,) = parts_of(space.vocabulary.facts[name].type, now[name])
    return bank.whole(int(number))
