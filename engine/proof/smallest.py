"""Smallest change: a case, the facts that may move and a goal come in, all smallest sets of changes go out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from engine.language import term_days
from engine.language.logic import Sort, Term, evaluate
from engine.language.symbolic import constant, same
from engine.language.term_bank import TermBank
from engine.language.term_days import Day
from engine.language.values import Scalar
from engine.proof.encoding import Encoding
from engine.proof.prover import Prover
from engine.proof.solving import DEFAULT_EFFORT, Status
from engine.proof.space import Space, parts_of
from engine.proof.witness import Witness, confirmed

MOST_CHANGED = 3  # facts that one proposal may change
MOST_SETS = 100  # proposals that are told apart


@dataclass(frozen=True, slots=True)
class Change:
    """A smallest set of changes: the facts with their new values (None: no longer given), and the case they make."""

    facts: Mapping[str, Scalar | None]
    witness: Witness


@dataclass(frozen=True, slots=True)
class Changes:
    """All smallest sets, fewest facts first.

    ``status`` is excluded where no change at all of these facts gives the goal, shown where the list is all of them up
    to ``most`` facts each, undecided where the budget was spent before that was known.
    """

    found: tuple[Change, ...]
    status: Status
    most: int
    effort: int


def smallest_changes(
    encoding: Encoding,
    now: Mapping[str, Scalar],
    goal: Term,
    ids: Sequence[str] = (),
    *,
    most: int = MOST_CHANGED,
    effort: int = DEFAULT_EFFORT,
) -> Changes:
    """The smallest changes of the case ``now`` that give the goal, each with the nearest values.

    The open facts of the encoding's space are those that may move; one whose absence is no answer stays given. A set
    of changes is told only if no part of it gives the goal too. Of the changes of one set, numbers and days stay as
    near as can be in sum, then come first.

    Raises:
        UsageFault: the solver is missing or is another version.
        InputFault: the evaluator does not confirm a case (proof-unconfirmed).
    """
    bank, space = encoding.bank, encoding.space
    changed = {name: bank.negate(_unchanged(space, name, now)) for name in space.open_facts}
    facts = space.vocabulary.facts
    kept = (space.present[name] for name in changed if name in now and not facts[name].absence_answers)
    prover = Prover(space, (*encoding.base, *kept, goal), effort)
    status = prover.ask()
    if status is not Status.SHOWN:
        return Changes((), status, most, effort)
    found: list[Change] = []
    others: list[Term] = []
    for size in range(most + 1):
        few = bank.at_most(_count(bank, changed.values()), bank.whole(size))
        while (status := prover.ask(few, *others)) is Status.SHOWN and len(found) < MOST_SETS:
            names = _names(prover, changed, few, others)
            found.append(_nearest(encoding, now, names, changed, prover, ids))
            others.append(bank.either(*(bank.negate(changed[name]) for name in names)))
        if status is not Status.EXCLUDED:
            break
    complete = status is Status.EXCLUDED
    order = list(space.open_facts)
    found.sort(key=lambda change: (len(change.facts), [order.index(name) for name in change.facts]))
    return Changes(tuple(found), Status.SHOWN if complete else Status.UNDECIDED, most, effort)


def _unchanged(space: Space, name: str, now: Mapping[str, Scalar]) -> Term:
    if name not in now:
        return space.bank.negate(space.present[name])
    return space.bank.both(space.present[name], same(space.bank, space.value[name], constant(space.bank, now[name])))


def _count(bank: TermBank, parts: Iterable[Term]) -> Term:
    return bank.plus(bank.whole(0), *(bank.choose(part, bank.whole(1), bank.whole(0)) for part in parts))


def _names(prover: Prover, changed: Mapping[str, Term], few: Term, others: Sequence[Term]) -> tuple[str, ...]:
    _, symbols = prover.some(few, *others)
    values = evaluate(changed.values(), symbols)
    return tuple(name for name, term in changed.items() if values[term])


def _nearest(
    encoding: Encoding,
    now: Mapping[str, Scalar],
    names: Sequence[str],
    changed: Mapping[str, Term],
    prover: Prover,
    ids: Sequence[str],
) -> Change:
    """The change of these facts alone that keeps numbers and days nearest."""
    bank = encoding.bank
    fixed = [bank.negate(term) for name, term in changed.items() if name not in names]
    far = bank.plus(bank.whole(0), *(_distance(encoding.space, name, now[name]) for name in names if name in now))
    near = prover.least(far, *fixed)
    symbols = prover.first(*fixed, bank.at_most(far, near))[1]
    witness = confirmed(encoding, symbols, ids)
    return Change({name: witness.facts.get(name) for name in names}, witness)


def _distance(space: Space, name: str, old: Scalar) -> Term:
    """How far a number (in units of its last decimal) or a day is from what it was; 0 for anything else."""
    bank, value = space.bank, space.value[name]
    if isinstance(value, Day):
        before = constant(bank, old)
        assert isinstance(before, Day)
        here, there = term_days.ordinal(bank, value), term_days.ordinal(bank, before)
    elif value.sort is Sort.NUMBER:
        (part,), (number,) = space.open_facts[name].parts, parts_of(space.vocabulary.facts[name], old)
        here, there = part.symbol, bank.whole(int(number))
    else:
        return bank.whole(0)
    more, less = bank.minus(here, there), bank.minus(there, here)
    far = bank.choose(bank.at_most(there, here), more, less)
    return bank.choose(space.present[name], far, bank.whole(0))
