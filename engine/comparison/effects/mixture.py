"""Two versions in one encoding: both come in, the answers under any choice of their edits go out.

Each edited item and each default that moved gets a symbol that says which version it follows. With no edit taken the
answers are the older version's, with all of them the newer one's. Which edits cause a difference is told by smallest
sets of them that make it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.comparison.effects import definitions
from engine.comparison.effects.definitions import Cause, Versions
from engine.language.logic import Sort, Term
from engine.language.symbolic import Symbolic, certain, different, mixed
from engine.language.term_bank import TermBank
from engine.proof.bodies import encode_item
from engine.proof.expressions import Names, no_value
from engine.proof.layers import Layer
from engine.proof.prover import Prover, Symbols
from engine.proof.solving import Status
from engine.proof.space import Space

Causes = tuple[Cause, ...]

# What a criterion says to who counts all criteria, in a version that does not have it: it stands in no one's way.
NEUTRAL = "met"


@dataclass(slots=True)
class Mixture:
    """The answers of items where ``selectors`` say which edits are taken; ``given`` items are as they are told.

    Where two versions read each other's items in opposite orders, the item that would close the circle is read as its
    own version answers it: ``cut`` names those.
    """

    versions: Versions
    space: Space
    selectors: Mapping[Cause, Term]
    given: Mapping[str, Symbolic] = field(default_factory=dict)
    within: tuple[Layer, Layer] | None = None
    cut: set[str] = field(default_factory=set)
    _items: tuple[dict[str, Symbolic], dict[str, Symbolic]] = field(default_factory=lambda: ({}, {}))
    _open: set[str] = field(default_factory=set)

    def answer(self, id_: str) -> Symbolic:
        """The answer of an item; of one whose type differs, that of the newer version."""
        self._make(id_)
        return self._items[definitions.NEWER][id_]

    def _make(self, id_: str) -> None:
        if id_ in self._items[definitions.NEWER] or id_ in self._open:
            return
        if id_ in self.given:
            self._keep(id_, self.given[id_], self.given[id_])
            return
        self._open.add(id_)
        for read in self.versions.reads(id_):
            self._make(read)
        closing = {read for read in self.versions.reads(id_) if read not in self._items[definitions.NEWER]}
        for read in closing:
            self.cut.add(read)
            self._keep(read, *self._pure(read))
        made = [self._side(side, id_) for side in definitions.SIDES]
        for read in closing:
            for items in self._items:
                del items[read]
        self._open.discard(id_)
        self._keep(id_, *self._chosen(id_, made[definitions.OLDER], made[definitions.NEWER]))

    def _keep(self, id_: str, older: Symbolic, newer: Symbolic) -> None:
        self._items[definitions.OLDER][id_], self._items[definitions.NEWER][id_] = older, newer

    def _chosen(self, id_: str, older: Symbolic | None, newer: Symbolic | None) -> tuple[Symbolic, Symbolic]:
        """What the definitions of either version read: one answer, unless the types differ."""
        bank, selector = self.versions.bank, self.selectors.get(Cause(definitions.ITEM, id_))
        if older is None or newer is None:
            there = older or newer or no_value(bank)
            if selector is None:
                return there, there
            type_ = self.versions.newer.type_of(id_) or self.versions.older.type_of(id_)
            verdict = type_ is not None and type_.kind == "verdict"
            neutral = certain(bank, bank.word(NEUTRAL)) if verdict else no_value(bank)
            there = mixed(bank, selector, newer or neutral, older or neutral)
            return there, there
        if id_ in self.versions.retyped:
            return older, newer
        one = newer if selector is None or older == newer else mixed(bank, selector, newer, older)
        return one, one

    def _pure(self, id_: str) -> tuple[Symbolic, Symbolic]:
        encodings = (self.versions.older, self.versions.newer)
        pure = [each.answer(id_) if each.has(id_) else None for each in encodings]
        return self._chosen(id_, pure[definitions.OLDER], pure[definitions.NEWER])

    def _side(self, side: int, id_: str) -> Symbolic | None:
        """What a version's definitions make of the items so far; None where it has none."""
        bank, found = self.versions.bank, self.versions.of(side, id_)
        if self.within is not None:
            found = tuple(each for each in found if self.within[side].active in each.within)
        if not found:
            return None
        answer: Symbolic | None = None if any(each.when is bank.true for each in found) else no_value(bank)
        if self.within is not None:
            answer = None
        for each in found:
            one = self._encoded(each, side)
            answer = one if answer is None else mixed(bank, each.when, one, answer)
        return answer

    def _encoded(self, each: definitions.Definition, side: int) -> Symbolic:
        """The answer of a definition; mixtures that give it the same to read share it."""
        items, terms = self._items[side], self.versions.terms
        asked = tuple(self.space.choices.get(id_) for id_ in sorted(each.reads.questions))
        key = (id(each), tuple(items.get(id_) for id_ in each.reads.items), asked)
        if key not in terms:
            terms[key] = encode_item(each.step, Names(self.space, items, each.scope)).answer
        return terms[key]


def mixture(both: Versions) -> Mixture:
    """The mixture in which each edit is a symbol."""
    bank = both.bank
    causes = [
        *(Cause(definitions.READING, id_) for id_ in both.defaults),
        *(Cause(definitions.ITEM, id_) for id_ in both.edited),
    ]
    selectors = {each: bank.symbol(f"edit:{each.kind}:{each.id}", Sort.TRUTH) for each in causes}
    return Mixture(both, mixed_space(both, selectors), selectors)


def mixed_space(both: Versions, selectors: Mapping[Cause, Term]) -> Space:
    """The space in which a default that moved is the newer one where its edit is taken."""
    bank, older, newer = both.bank, both.older.space, both.newer.space
    moved = {
        id_: bank.choose(selectors[Cause(definitions.READING, id_)], newer.choices[id_], older.choices[id_])
        for id_ in both.defaults
    }
    return replace(newer, choices={**older.choices, **newer.choices, **moved})


@dataclass(frozen=True, slots=True)
class Result:
    """A result under both versions and under any choice of edits."""

    id: str
    older: Symbolic
    newer: Symbolic
    mixed: Symbolic


def result_of(mixed: Mixture, id_: str) -> Result:
    older, newer = (each.answer_or_none(id_) for each in (mixed.versions.older, mixed.versions.newer))
    return Result(id_, older, newer, mixed.answer(id_))


def unlike(bank: TermBank, one: Symbolic, other: Symbolic) -> Term:
    """Where one of two answers has a value, or a reason for none, that the other has not."""
    states = ((one.undetermined, other.undetermined), (one.absent, other.absent))
    return bank.either(*(bank.negate(bank.same(mine, theirs)) for mine, theirs in states))


@dataclass(frozen=True, slots=True)
class CauseSearch:
    """Looks for smallest sets among the edits ``selectors``."""

    prover: Prover
    selectors: Mapping[Cause, Term]

    def differs(self, result: Result) -> Term:
        return different(self.prover.space.bank, result.older, result.newer)

    def makes(self, result: Result) -> Term:
        """That the edits taken make the older version answer as the newer one, and that this is a difference."""
        bank = self.prover.space.bank
        return bank.both(self.differs(result), bank.negate(different(bank, result.mixed, result.newer)))

    def smallest_of_case(
        self, result: Result, within: Sequence[Cause], symbols: Symbols, own: Cause | None = None
    ) -> Causes:
        """A smallest set of edits, ``own`` among them, that makes the difference of one case; none where none does.

        Of several, the one whose edits come last in the plans: nearest to the result.
        """
        bank, space = self.prover.space.bank, self.prover.space
        case = bank.both(*(each.being(bank, symbols[each.symbol.value]) for each in space.unknowns()))
        others = (bank.negate(term) for each, term in self.selectors.items() if each not in within)
        goal = [case, self.makes(result), *others]
        if own is not None:
            goal.append(self.selectors[own])
        for size in range(1, len(within) + 1):
            status, taken = self.prover.fewest([self.selectors[each] for each in within], size, *goal)
            if status is Status.SHOWN:
                return tuple(each for each in within if self.selectors[each] in taken)
        return ()
