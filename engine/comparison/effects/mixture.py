"""Two versions in one encoding: both come in, the answers under any choice of their edits go out.

Each edited item and each default that moved gets a symbol that says which version it follows. With no edit taken the
answers are the older version's, with all of them the newer one's. Which edits cause a difference is told by smallest
sets of them that make it.
"""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any

from engine.comparison.effects.definitions import ITEM, NEWER, READING, SIDES, Cause, Versions
from engine.evaluation.at_once import Definition
from engine.language.logic import Sort, Term
from engine.language.symbolic import Symbolic, certain, different, mixed
from engine.language.term_bank import TermBank
from engine.proof.expressions import TermAlgebra, no_value
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
    within: Sequence[Layer] | None = None
    cut: set[str] = field(default_factory=set)
    _items: dict[str, tuple[Symbolic, Symbolic]] = field(default_factory=dict)
    _open: set[str] = field(default_factory=set)

    def answer(self, id_: str) -> Symbolic:
        """The answer of an item; of one whose type differs, that of the newer version."""
        self._make(id_)
        return self._items[id_][NEWER]

    def result(self, id_: str) -> ComparedResult:
        return ComparedResult(self.versions.bank, id_, *self.versions.answers(id_), self.answer(id_))

    def taking(self, causes: Container[Cause], **options: Any) -> Mixture:
        """The mixture in which some edits are taken, and no others."""
        selectors = {each: self.versions.bank.truth(each in causes) for each in self.selectors}
        return Mixture(self.versions, mixed_space(self.versions, selectors), selectors, **options)

    def edits_in(self, ids: Set[str]) -> list[Cause]:
        """The edits that enter by one of some items."""
        return [each for each in self.selectors if not ids.isdisjoint(self.versions.items_of(each))]

    def _make(self, id_: str) -> None:
        if id_ in self._items or id_ in self._open:
            return
        if id_ in self.given:
            self._items[id_] = self.given[id_], self.given[id_]
            return
        self._open.add(id_)
        for read in self.versions.reads(id_):
            self._make(read)
        closing = [read for read in self.versions.reads(id_) if read not in self._items]
        self.cut.update(closing)
        for read in closing:
            pure = (each.answer(read) if each.has(read) else None for each in self.versions.encodings)
            self._items[read] = self._chosen(read, *pure)
        made = [self._side(side, id_) for side in SIDES]
        for read in closing:
            del self._items[read]
        self._open.discard(id_)
        self._items[id_] = self._chosen(id_, *made)

    def _chosen(self, id_: str, older: Symbolic | None, newer: Symbolic | None) -> tuple[Symbolic, Symbolic]:
        """What the definitions of either version read: one answer, unless the types differ."""
        bank, selector = self.versions.bank, self.selectors.get(Cause(ITEM, id_))
        if older is None or newer is None:
            there = older or newer or no_value(bank)
            if selector is None:
                return there, there
            type_ = self.versions.type_of(id_)
            verdict = type_ is not None and type_.kind == "verdict"
            neutral = certain(bank, bank.word(NEUTRAL)) if verdict else no_value(bank)
            there = mixed(bank, selector, newer or neutral, older or neutral)
            return there, there
        if id_ in self.versions.retyped:
            return older, newer
        one = newer if selector is None or older == newer else mixed(bank, selector, newer, older)
        return one, one

    def _side(self, side: int, id_: str) -> Symbolic | None:
        """What a version's definitions make of the items so far; None where it has none."""
        bank, answer = self.versions.bank, None
        for each in self.versions.of(side, id_):
            if self.within is None:
                when = self.versions.encodings[side].under(each.within)
                one = self._encoded(each, side)
                answer = one if when is bank.true else mixed(bank, when, one, answer or no_value(bank))
            elif self.within[side].active in each.within:
                answer = self._encoded(each, side)
        return answer

    def _encoded(self, each: Definition, side: int) -> Symbolic:
        items = {id_: self._items[id_][side] for id_ in each.step.reads.items if id_ in self._items}
        return self.versions.encodings[side].defined_as(each, TermAlgebra(self.space, items, each.scope))


def mixture(both: Versions) -> Mixture:
    """The mixture in which each edit is a symbol."""
    bank = both.bank
    causes = [*(Cause(READING, id_) for id_ in both.defaults), *(Cause(ITEM, id_) for id_ in both.edited)]
    selectors = {each: bank.symbol(f"edit:{each.kind}:{each.id}", Sort.TRUTH) for each in causes}
    return Mixture(both, mixed_space(both, selectors), selectors)


def mixed_space(both: Versions, selectors: Mapping[Cause, Term]) -> Space:
    """The space in which a default that moved is the newer one where its edit is taken."""
    bank, older, newer = both.bank, both.older.space, both.newer.space
    moved = {
        id_: bank.choose(selectors[Cause(READING, id_)], newer.choices[id_], older.choices[id_])
        for id_ in both.defaults
    }
    return replace(newer, choices={**older.choices, **newer.choices, **moved})


@dataclass(frozen=True, slots=True)
class ComparedResult:
    """A result under both versions and under any choice of edits."""

    bank: TermBank
    id: str
    older: Symbolic
    newer: Symbolic
    mixed: Symbolic

    @property
    def differs(self) -> Term:
        return different(self.bank, self.older, self.newer)

    @property
    def made(self) -> Term:
        """That the edits taken make the older version answer as the newer one, and that this is a difference."""
        return self.bank.both(self.differs, self.bank.negate(different(self.bank, self.mixed, self.newer)))


def smallest(
    mixed: Mixture, result: ComparedResult, prover: Prover, symbols: Symbols, own: Cause | None = None
) -> Causes:
    """A smallest set of edits, ``own`` among them, that makes the difference of one case; none where none does.

    Of several, the one whose edits come last in the plans: nearest to the result.
    """
    bank, below = mixed.versions.bank, mixed.edits_in(mixed.versions.below([result.id]))
    case = bank.both(*(each.being(bank, symbols[each.symbol.value]) for each in mixed.space.unknowns()))
    others = (bank.negate(term) for each, term in mixed.selectors.items() if each not in below)
    goal = [case, result.made, *others, *([] if own is None else [mixed.selectors[own]])]
    for size in range(1, len(below) + 1):
        status, taken = prover.fewest([mixed.selectors[each] for each in below], size, *goal)
        if status is Status.SHOWN:
            return tuple(each for each in below if mixed.selectors[each] in taken)
    return ()
