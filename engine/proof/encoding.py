"""A convention as terms: its plans under every set of overlays that some contract has, items encoded when asked for.

An :class:`Encoding` is what every question is put to (:mod:`engine.proof`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.errors import Location
from engine.evaluation.plan import Step
from engine.evaluation.session import Session
from engine.language.facts import BENEFICIARY, SIGNATURE
from engine.language.logic import Term
from engine.language.symbolic import Symbolic, mixed
from engine.language.term_bank import TermBank
from engine.language.types import Type
from engine.language.typing import Scope
from engine.policy.model import ERROR, YEAR_START, Convention, Interpretation
from engine.policy.overlays import Laid, in_force_when, signed_under
from engine.proof.bodies import comes_to, encode_item
from engine.proof.expressions import Names, condition, no_value
from engine.proof.layers import Layer, Shared, exactly, layers_of, telling
from engine.proof.solving import DEFAULT_EFFORT
from engine.proof.space import Space


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
    overlays: tuple[Term, ...]
    layers: tuple[Layer, ...]
    _told: dict[object, Term] = field(default_factory=dict)

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
        clashes = (
            (layer, comes_to(layer.names, layer.answer(step.item.id), "not_met"))
            for layer in self.layers
            for step in layer.plan.steps
            if step.item.severity == ERROR
        )
        return self.bank.negate(self.anywhere(clashes))

    def under(self, layers: Iterable[Layer], among: Iterable[Layer] | None = None) -> Term:
        """Where the overlays in force are those of one of these layers, in a case that has those of one ``among``."""
        inside = frozenset(layer.active for layer in layers)
        outside = frozenset(layer.active for layer in among or self.layers) - inside
        key = (self.overlays, inside, outside)
        if key not in self._told:
            self._told[key] = telling(self.bank, self.overlays, inside, outside)
        return self._told[key]

    def gathered(self, found: Iterable[tuple[Layer, Term]]) -> list[tuple[Term, Term]]:
        """Each term once, after the overlays that some layer has it with."""
        where: dict[Term, list[Layer]] = {}
        for layer, term in found:
            where.setdefault(term, []).append(layer)
        return [(self.under(layers), term) for term, layers in where.items()]

    def anywhere(self, found: Iterable[tuple[Layer, Term]]) -> Term:
        """Where some term holds under the overlays of its layer."""
        return self.bank.either(*(self.bank.both(*each) for each in self.gathered(found)))

    def has(self, id_: str) -> bool:
        return any(id_ in layer for layer in self.layers)

    def items_at(self, at: Location) -> tuple[str, ...]:
        """The ids under which plans have the item that is written at a place."""
        steps = (step for layer in self.layers for step in layer.plan.steps)
        return tuple(dict.fromkeys(step.item.id for step in steps if step.item.at == at))

    def steps(self, id_: str) -> Iterator[Step]:
        """The step of an item in each plan that has it."""
        return (layer.step(id_) for layer in self.layers if id_ in layer)

    def type_of(self, id_: str) -> Type | None:
        """The type of an item; None where it has none."""
        return next((step.type for step in self.steps(id_)), None)

    def answer(self, id_: str) -> Symbolic:
        """The answer of an item, whatever overlays are in force; not applicable where a plan does not have it.

        Raises:
            KeyError: no plan has the item.
        """
        if not self.has(id_):
            raise KeyError(id_)
        where: dict[Symbolic, list[Layer]] = {}
        for layer in self.layers:
            found = layer.answer(id_) if id_ in layer else no_value(self.bank)
            where.setdefault(found, []).append(layer)
        (answer, so_far), *others = where.items()
        for other, layers in others:
            so_far = [*so_far, *layers]
            answer = mixed(self.bank, self.under(layers, so_far), other, answer)
        return answer

    def answer_or_none(self, id_: str) -> Symbolic:
        """The answer of an item; not applicable where no plan has it."""
        return self.answer(id_) if self.has(id_) else no_value(self.bank)

    def faults(self) -> dict[str, Term]:
        """Where each item has no answer or two, of those for which the rules alone do not exclude it."""
        found: dict[str, list[tuple[Layer, Term]]] = {}
        for layer in self.layers:
            for step in layer.plan.steps:
                for fault in layer.item(step.item.id).faults:
                    found.setdefault(step.item.id, []).append((layer, fault.when))
        return {id_: self.anywhere(each) for id_, each in found.items()}


def encode(
    session: Session,
    convention: Convention,
    space: Space,
    *,
    among: Sequence[Convention] | None = None,
    effort: int = DEFAULT_EFFORT,
    shared: Shared | None = None,
) -> Encoding:
    """The convention over the cases of ``space`` that are its contracts, or those of the conventions ``among``.

    Name others to decide their contracts under this convention too, as a comparison does; name none for any day.
    ``shared`` holds the items of other encodings of the same bank.

    Raises:
        UsageFault: the solver is missing or is another version, or the sets of overlays are too many for the budget.
        InputFault: a plan does not resolve.
    """
    chosen = (convention,) if among is None else tuple(among)
    window = _contracts_among(chosen, space)
    pairs = _overlay_terms(session, convention, space)
    return Encoding(
        session=session,
        convention=convention,
        space=space,
        among=chosen,
        window=window,
        overlays=tuple(term for _, term in pairs),
        layers=tuple(layers_of(session, convention, space, window, pairs, effort, shared or Shared())),
    )


def encode_twin(encoding: Encoding, space: Space) -> Encoding:
    """The same convention over a space that shares most symbols with the encoding's: only what differs is encoded."""
    terms = tuple(term for _, term in _overlay_terms(encoding.session, encoding.convention, space))
    layers = tuple(layer.over(space, exactly(space.bank, terms, layer.active)) for layer in encoding.layers)
    window = _contracts_among(encoding.among, space)
    return replace(encoding, space=space, window=window, overlays=terms, layers=layers)


def _contracts_among(conventions: Sequence[Convention], space: Space) -> Term:
    """Where a case is a contract of one of the conventions; of any day where none is named."""
    bank = space.bank
    stated = bank.both(space.present[SIGNATURE], space.present[BENEFICIARY])
    if not conventions:
        return stated
    given = replace(space, present=dict.fromkeys(space.present, bank.true))  # ``stated`` asks for it once for all
    names = Names(given, {}, Scope(space.vocabulary, {}, {}))
    return bank.both(stated, bank.either(*(condition(signed_under(each), names).true for each in conventions)))


def _overlay_terms(session: Session, convention: Convention, space: Space) -> list[tuple[Laid, Term]]:
    """For each overlay that may ever reach a contract of the convention, where it is in force."""
    plan = session.plan(convention, ())
    start = next(step for step in plan.steps if step.item.id == YEAR_START)
    names = Names(space, {YEAR_START: encode_item(start, Names(space, {}, plan.scope)).answer}, plan.scope)
    covering = session.registry.covering(convention)
    return [(laid, condition(in_force_when(laid[1]), names).true) for laid in covering]
