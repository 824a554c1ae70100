"""The sets of overlays that some contract has, and what they make of its items."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.evaluation.at_once import Definition
from engine.evaluation.plan import Plan, Step
from engine.evaluation.session import Session
from engine.language.logic import Term, cone, evaluate
from engine.language.term_bank import TermBank
from engine.policy.model import Convention
from engine.policy.overlays import Laid
from engine.proof.solving import Solver, Status, budget_spent
from engine.proof.space import Space
from engine.words import in_each_language

Active = tuple[bool, ...]  # of each overlay that may reach a contract of the convention: whether it is in force
Sets = frozenset[Active]


@dataclass(frozen=True, slots=True)
class Layer:
    """A set of overlays that some contract has: ``when`` says which contracts, ``plan`` what holds for them."""

    laid: tuple[Laid, ...]
    active: Active
    when: Term
    plan: Plan
    steps: Mapping[str, Step]


def layers_of(
    session: Session,
    convention: Convention,
    space: Space,
    window: Term,
    pairs: Sequence[tuple[Laid, Term]],
    effort: int,
) -> Iterator[Layer]:
    """Every set of overlays that some contract has, each found by excluding those before: none is assumed."""
    terms = [term for _, term in pairs]
    for active in _active_sets(convention, terms, (*space.rules, window), space, effort):
        laid = tuple(pair for (pair, _), here in zip(pairs, active, strict=True) if here)
        plan = session.plan(convention, laid)
        steps = {step.item.id: step for step in plan.steps}
        yield Layer(laid, active, exactly(space.bank, terms, active), plan, steps)


def circling(definitions: Mapping[str, Sequence[Definition]]) -> frozenset[str]:
    """The items that rest on each other in a circle, and those between such: each link under other overlays."""
    reads = {id_: {read for each in found for read in each.step.reads.items} for id_, found in definitions.items()}
    while True:
        read = set[str]().union(*reads.values())
        left = {id_: each & reads.keys() for id_, each in reads.items() if id_ in read and each & reads.keys()}
        if len(left) == len(reads):
            return frozenset(left)
        reads = left


def exactly(bank: TermBank, terms: Sequence[Term], active: Active) -> Term:
    return bank.both(*(term if here else bank.negate(term) for term, here in zip(terms, active, strict=True)))


def telling(bank: TermBank, terms: Sequence[Term], inside: Collection[Active], outside: Collection[Active]) -> Term:
    """What tells the sets of overlays ``inside`` from those ``outside``, asking for the most telling overlay first."""
    if not inside or not outside:
        return bank.truth(not outside)

    def mingled(place: int) -> tuple[int, int]:
        inner, outer = (sum(active[place] for active in sets) for sets in (inside, outside))
        together = min(inner, outer) + min(len(inside) - inner, len(outside) - outer)
        return together, max(inner + outer, len(inside) + len(outside) - inner - outer)

    place = min(range(len(terms)), key=mingled)
    inner, outer = ([[a for a in sets if a[place] is here] for here in (True, False)] for sets in (inside, outside))
    return bank.choose(terms[place], *(telling(bank, terms, *sets) for sets in zip(inner, outer, strict=True)))


def _active_sets(
    convention: Convention, terms: Sequence[Term], base: Sequence[Term], space: Space, effort: int
) -> list[Active]:
    bank = space.bank
    if all(term.constant for term in terms):
        return [tuple(term is bank.true for term in terms)]
    solver = Solver(bank, base, effort=effort)
    symbols = [term for term in cone(terms) if term.operator == "symbol"]
    found = []
    while (status := solver.check()) is Status.SHOWN:
        model = solver.model()
        known = {each.value: value for each in symbols if (value := model.value(each)) is not None}
        values = evaluate(terms, space.completed(known))
        active = tuple(bool(values[term]) for term in terms)
        found.append(active)
        solver.add(bank.negate(exactly(bank, terms, active)))
    if status is Status.UNDECIDED:
        raise budget_spent(convention.at, in_each_language("later_texts"), effort)
    return sorted(found)
