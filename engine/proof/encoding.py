"""A convention as terms: its plans under every set of overlays that some contract has, items encoded when asked for.

An :class:`Encoding` is what every question is put to (:mod:`engine.proof`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.errors import Location
from engine.evaluation.plan import Plan, Reads, Step, reads_of
from engine.evaluation.session import Session
from engine.language.logic import Term, evaluate
from engine.language.symbolic import Symbolic, mixed
from engine.language.term_bank import TermBank
from engine.language.types import Type
from engine.policy.model import ERROR, Convention, Criterion, Interpretation
from engine.policy.overlays import Laid
from engine.proof.bodies import ItemTerms, comes_to, encode_item
from engine.proof.contracts import contracts_among, overlay_terms
from engine.proof.expressions import Names, no_value
from engine.proof.solving import DEFAULT_EFFORT, Solver, Status, budget_spent
from engine.proof.space import Space

Key = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Shared:
    """What the layers of a convention have in common: an item that reads the same terms is encoded once."""

    terms: dict[Key, ItemTerms] = field(default_factory=dict)
    _reads: dict[int, Reads] = field(default_factory=dict)

    def reads(self, step: Step) -> Reads:
        """What the item of a step reads; items are told apart as objects, since most are those of other layers."""
        found = self._reads.get(id(step.item))
        if found is None:
            found = self._reads[id(step.item)] = reads_of(step)
        return found


@dataclass(slots=True)
class Layer:
    """A set of overlays that some contract has: ``when`` says which contracts, ``plan`` what holds for them."""

    laid: tuple[Laid, ...]
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
        return self._shared.reads(self._steps[id_])

    def over(self, space: Space, when: Term) -> Layer:
        """The same plan over another space of the same bank; items that read the same terms stay the same."""
        return Layer(self.laid, when, self.plan, Names(space, {}, self.names.scope), self._shared)

    def item(self, id_: str) -> ItemTerms:
        """The terms of an item of the plan, and before it of all that it reads."""
        if id_ not in self._items:
            wanted = {id_}
            for step in reversed(self.plan.steps):
                if step.item.id in wanted and step.item.id not in self._items:
                    wanted.update(self._shared.reads(step).items)
            for step in self.plan.steps:
                if step.item.id in wanted and step.item.id not in self._items:
                    self._encode(step)
        return self._items[id_]

    def answer(self, id_: str) -> Symbolic:
        return self.item(id_).answer

    def _encode(self, step: Step) -> None:
        item, reads = step.item, self._shared.reads(step)
        added = tuple(d.id for d in item.body.derogations) if isinstance(item.body, Criterion) else ()
        inputs = tuple(self._items[id_].answer for id_ in reads.items)
        facts = tuple(self.names.space.fact(name) for name in reads.facts)
        key = (item.id, item.kind, item.at, added, step.yearly, inputs, facts)
        if key not in self._shared.terms:
            self._shared.terms[key] = encode_item(step, self.names)
        self._items[item.id] = self._shared.terms[key]
        self.names.items[item.id] = self._items[item.id].answer  # type: ignore[index]


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """A convention over a space of cases: ``layers`` are all sets of overlays that a contract in it can have.

    The cases are contracts of the conventions ``among``, of any day if there are none; ``window`` says so.
    """

    session: Session
    convention: Convention
    space: Space
    among: tuple[Convention, ...]
    window: Term
    layers: tuple[Layer, ...]

    @property
    def bank(self) -> TermBank:
        return self.space.bank

    @property
    def questions(self) -> Mapping[str, Interpretation]:
        """The open questions that a contract of the convention can meet."""
        return self.layers[0].plan.interpretations

    @property
    def base(self) -> tuple[Term, ...]:
        """What holds of every case: the rules of the facts, and which contracts are looked at."""
        return (*self.space.rules, self.window, self.agreed)

    @property
    def agreed(self) -> Term:
        """That no facts contradict each other: a case in which some do is refused, not decided."""
        bank = self.bank
        clashes = (
            bank.both(layer.when, comes_to(layer.names, layer.answer(step.item.id), "not_met"))
            for layer in self.layers
            for step in layer.plan.steps
            if step.item.severity == ERROR
        )
        return bank.negate(bank.either(*clashes))

    def has(self, id_: str) -> bool:
        return any(id_ in layer for layer in self.layers)

    def items_at(self, at: Location) -> tuple[str, ...]:
        """The ids under which plans have the item that is written at a place."""
        steps = (step for layer in self.layers for step in layer.plan.steps)
        return tuple(dict.fromkeys(step.item.id for step in steps if step.item.at == at))

    def kind_of(self, id_: str) -> str:
        """What kind of item it is.

        Raises:
            KeyError: no plan has the item.
        """
        kinds = [layer.step(id_).item.kind for layer in self.layers if id_ in layer]
        if not kinds:
            raise KeyError(id_)
        return kinds[0]

    def type_of(self, id_: str) -> Type | None:
        """The type of an item; None where it has none."""
        return next((layer.step(id_).type for layer in self.layers if id_ in layer), None)

    def answer(self, id_: str) -> Symbolic:
        """The answer of an item, whatever overlays are in force; not applicable where a plan does not have it.

        Raises:
            KeyError: no plan has the item.
        """
        if not self.has(id_):
            raise KeyError(id_)
        where: dict[Symbolic, list[Term]] = {}
        for layer in self.layers:
            found = layer.answer(id_) if id_ in layer else no_value(self.bank)
            where.setdefault(found, []).append(layer.when)
        (answer, _), *others = where.items()
        for other, whens in others:
            answer = mixed(self.bank, self.bank.either(*whens), other, answer)
        return answer

    def faulty(self) -> Term:
        """Where some item of the convention has no answer or two."""
        bank = self.bank
        return bank.either(
            *(
                bank.both(layer.when, fault.when)
                for layer in self.layers
                for step in layer.plan.steps
                for fault in layer.item(step.item.id).faults
            )
        )


def encode(
    session: Session,
    convention: Convention,
    space: Space,
    *,
    among: Sequence[Convention] | None = None,
    effort: int = DEFAULT_EFFORT,
) -> Encoding:
    """The convention over the cases of ``space`` that are its contracts, or those of the conventions ``among``.

    Name others to decide their contracts under this convention too, as a comparison does; name none for any day.

    Raises:
        UsageFault: the solver is missing or is another version, or the sets of overlays are too many for the budget.
        InputFault: a plan does not resolve.
    """
    chosen = (convention,) if among is None else tuple(among)
    window = contracts_among(chosen, space)
    layers = tuple(_layers(session, convention, space, window, effort))
    return Encoding(session=session, convention=convention, space=space, among=chosen, window=window, layers=layers)


def encode_twin(encoding: Encoding, space: Space) -> Encoding:
    """The same convention over a space that shares most symbols with the encoding's: only what differs is encoded."""
    terms = [term for _, term in overlay_terms(encoding.session, encoding.convention, space)]
    covering = encoding.session.registry.covering(encoding.convention)
    layers = [
        layer.over(space, _exactly(space.bank, terms, [pair in layer.laid for pair in covering]))
        for layer in encoding.layers
    ]
    return replace(encoding, space=space, window=contracts_among(encoding.among, space), layers=tuple(layers))


def _layers(session: Session, convention: Convention, space: Space, window: Term, effort: int) -> Iterator[Layer]:
    """Every set of overlays that some contract has, each found by excluding those before: none is assumed."""
    pairs = overlay_terms(session, convention, space)
    terms = [term for _, term in pairs]
    shared = Shared()
    for active in _active_sets(convention, terms, (*space.rules, window), space, effort):
        laid = tuple(pair for (pair, _), here in zip(pairs, active, strict=True) if here)
        plan = session.program(convention, laid).plan
        yield Layer(laid, _exactly(space.bank, terms, active), plan, Names(space, {}, plan.scope), shared)


def _exactly(bank: TermBank, terms: Sequence[Term], active: Sequence[bool]) -> Term:
    return bank.both(*(term if here else bank.negate(term) for term, here in zip(terms, active, strict=True)))


def _active_sets(
    convention: Convention, terms: Sequence[Term], base: Sequence[Term], space: Space, effort: int
) -> list[tuple[bool, ...]]:
    bank = space.bank
    if all(term.constant for term in terms):
        return [tuple(term is bank.true for term in terms)]
    solver = Solver(bank, base, effort=effort)
    found = []
    while (status := solver.check()) is Status.SHOWN:
        values = evaluate(terms, space.completed(solver.model().symbols()))
        active = tuple(bool(values[term]) for term in terms)
        found.append(active)
        solver.add(bank.negate(_exactly(bank, terms, active)))
    if status is Status.UNDECIDED:
        raise budget_spent(convention.at, {"fr": "les textes postérieurs", "en": "later texts"}, effort)
    return sorted(found)
