"""Which edits cause a difference: a result in both versions comes in, smallest sets of edits that make it go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.comparison.effects.definitions import Cause
from engine.comparison.effects.mixture import Mixture
from engine.language.logic import Term
from engine.language.symbolic import Symbolic, different
from engine.language.term_bank import TermBank
from engine.proof.prover import Prover, Symbols
from engine.proof.solving import Status

Causes = tuple[Cause, ...]


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
