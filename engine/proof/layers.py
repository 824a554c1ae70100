"""The sets of overlays that some contract has, each with its plan and the terms of its items, made when asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field

from engine.evaluation.plan import Plan, Reads, Step
from engine.evaluation.session import Session
from engine.language.logic import Term, evaluate
from engine.language.symbolic import Symbolic
from engine.language.term_bank import TermBank
from engine.policy.model import Convention, Criterion
from engine.policy.overlays import Laid
from engine.proof.bodies import ItemTerms, encode_item
from engine.proof.expressions import Names
from engine.proof.solving import Solver, Status, budget_spent
from engine.proof.space import Space

Key = tuple[object, ...]
Active = tuple[bool, ...]  # of each overlay that may reach a contract of the convention: whether it is in force


@dataclass(frozen=True, slots=True)
class Shared:
    """What layers of one bank have in common: an item that reads the same terms is encoded once."""

    terms: dict[Key, ItemTerms] = field(default_factory=dict)


@dataclass(slots=True)
class Layer:
    """A set of overlays that some contract has: ``when`` says which contracts, ``plan`` what holds for them."""

    laid: tuple[Laid, ...]
    active: Active
    when: Term
    plan: Plan
    names: Names
    _shared: Shared
    _steps: dict[str, Step] = field(default_factory=dict)
    _items: dict[str, ItemTerms] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._steps = {step.item.id: step for step in self.plan.steps}

    def __contains__(self, id_: str) -> bool:
        return id_ in self._steps

    def step(self, id_: str) -> Step:
        return self._steps[id_]

    def reads(self, id_: str) -> Reads:
        """What an item of the plan reads by itself."""
        return self._steps[id_].reads

    def over(self, space: Space, when: Term) -> Layer:
        """The same plan over another space of the same bank; items that read the same terms stay the same."""
        return Layer(self.laid, self.active, when, self.plan, Names(space, {}, self.names.scope), self._shared)

    def item(self, id_: str) -> ItemTerms:
        """The terms of an item of the plan, and before it of all that it reads."""
        if id_ not in self._items:
            wanted = {id_}
            for step in reversed(self.plan.steps):
                if step.item.id in wanted and step.item.id not in self._items:
                    wanted.update(step.reads.items)
            for step in self.plan.steps:
                if step.item.id in wanted and step.item.id not in self._items:
                    self._encode(step)
        return self._items[id_]

    def answer(self, id_: str) -> Symbolic:
        return self.item(id_).answer

    def _encode(self, step: Step) -> None:
        item, reads = step.item, step.reads
        added = tuple(d.at for d in item.body.derogations) if isinstance(item.body, Criterion) else ()
        inputs = tuple(self._items[id_].answer for id_ in reads.items)
        facts = tuple(self.names.space.fact(name) for name in reads.facts)
        key = (item.id, item.kind, item.at, added, step.type, step.yearly, inputs, facts)
        if key not in self._shared.terms:
            self._shared.terms[key] = encode_item(step, self.names)
        self._items[item.id] = self._shared.terms[key]
        self.names.items[item.id] = self._items[item.id].answer  # type: ignore[index]


def layers_of(
    session: Session,
    convention: Convention,
    space: Space,
    window: Term,
    pairs: Sequence[tuple[Laid, Term]],
    effort: int,
    shared: Shared,
) -> Iterator[Layer]:
    """Every set of overlays that some contract has, each found by excluding those before: none is assumed."""
    terms = [term for _, term in pairs]
    for active in _active_sets(convention, terms, (*space.rules, window), space, effort):
        laid = tuple(pair for (pair, _), here in zip(pairs, active, strict=True) if here)
        plan = session.plan(convention, laid)
        yield Layer(laid, active, exactly(space.bank, terms, active), plan, Names(space, {}, plan.scope), shared)


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
    found = []
    while (status := solver.check()) is Status.SHOWN:
        values = evaluate(terms, space.completed(solver.model().symbols()))
        active = tuple(bool(values[term]) for term in terms)
        found.append(active)
        solver.add(bank.negate(exactly(bank, terms, active)))
    if status is Status.UNDECIDED:
        raise budget_spent(convention.at, {"fr": "les textes postérieurs", "en": "later texts"}, effort)
    return sorted(found)
