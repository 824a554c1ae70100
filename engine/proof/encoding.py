"""A convention as terms: its plans under every set of overlays that some contract has, items encoded when asked for.

An :class:`Encoding` is what every question is put to (:mod:`engine.proof`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.errors import Location
from engine.evaluation import at_once
from engine.evaluation.at_once import Definition, definitions_of
from engine.evaluation.plan import Step
from engine.evaluation.session import Session
from engine.language.facts import BENEFICIARY, SIGNATURE
from engine.language.logic import Sort, Term
from engine.language.symbolic import Symbolic, is_value, mixed
from engine.language.term_bank import TermBank
from engine.language.types import Type
from engine.language.typing import Scope
from engine.policy.model import ERROR, YEAR_START, Convention, Interpretation
from engine.policy.overlays import Laid, in_force_when, signed_under
from engine.proof.expressions import Fault, TermAlgebra, faults, no_value
from engine.proof.layers import Layer, Sets, circling, exactly, layers_of, telling
from engine.proof.solving import DEFAULT_EFFORT
from engine.proof.space import Space

Shared = dict[tuple[object, ...], Symbolic]  # of encodings over one bank: what reads the same terms is encoded once


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """A convention over a space of cases: ``layers`` are all sets of overlays that a contract in it can have.

    The cases are contracts of the conventions ``among``, of any day if there are none; ``window`` says so. An item is
    encoded once for each of its ``definitions``, over what it reads under any overlays: ``every`` set is one question.
    """

    session: Session
    convention: Convention
    space: Space
    among: tuple[Convention, ...]
    window: Term
    overlays: tuple[Term, ...]
    layers: tuple[Layer, ...]
    definitions: Mapping[str, tuple[Definition, ...]]
    every: Sets
    circling: frozenset[str]
    shared: Shared
    _told: dict[tuple[Sets, Sets], Term] = field(default_factory=dict)
    _answers: dict[tuple[str, Sets], Symbolic] = field(default_factory=dict)

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
        refusing = (id_ for id_ in self.definitions if any(step.item.severity == ERROR for step in self.steps(id_)))
        refused = (is_value(self.bank, self.answer(id_), "not_met") for id_ in refusing)
        return self.bank.negate(self.bank.either(*refused))

    def under(self, inside: Sets, among: Sets | None = None) -> Term:
        """Where the overlays in force are one of the sets ``inside``, in a case that has one ``among``."""
        key = (inside, among or self.every)
        if key not in self._told:
            self._told[key] = telling(self.bank, self.overlays, inside, key[1] - inside)
        return self._told[key]

    def has(self, id_: str) -> bool:
        return id_ in self.definitions

    def items_at(self, at: Location) -> tuple[str, ...]:
        """The ids under which plans have the item that is written at a place."""
        return tuple(id_ for id_ in self.definitions if any(step.item.at == at for step in self.steps(id_)))

    def steps(self, id_: str) -> Iterator[Step]:
        """The step of an item in each of its definitions."""
        return (each.step for each in self.definitions.get(id_, ()))

    def type_of(self, id_: str) -> Type | None:
        """The type of an item; None where it has none."""
        return next((step.type for step in self.steps(id_)), None)

    def answer(self, id_: str) -> Symbolic:
        """The answer of an item, whatever overlays are in force; not applicable where a plan does not have it.

        Raises:
            KeyError: no plan has the item.
        """
        return self._answer(id_, self.every)

    def answer_or_none(self, id_: str) -> Symbolic:
        """The answer of an item; not applicable where no plan has it."""
        return self.answer(id_) if self.has(id_) else no_value(self.bank)

    def _answer(self, id_: str, among: Sets) -> Symbolic:
        """As :meth:`answer`, in a case that has one of some sets of overlays."""
        if (id_, among) not in self._answers:
            where: dict[Symbolic, Sets] = {}
            for each in self.definitions[id_]:
                if here := each.within & among:
                    found = self.defined_as(each, self._names(each, among))
                    where[found] = where.get(found, here) | here
            if lacking := among.difference(*where.values()):
                where[no_value(self.bank)] = lacking
            (answer, so_far), *others = where.items()
            for other, here in others:
                so_far |= here
                answer = mixed(self.bank, self.under(here, so_far), other, answer)
            self._answers[id_, among] = answer
        return self._answers[id_, among]

    def names(self, definition: Definition) -> TermAlgebra:
        """What names stand for in a definition: what is read is told for all sets of overlays."""
        return self._names(definition, self.every)

    def _names(self, definition: Definition, among: Sets) -> TermAlgebra:
        """Items that rest on each other under different overlays are told for those of the definition alone."""
        reads = definition.step.reads.items
        if definition.step.item.id in self.circling:
            among = among & definition.within
        return TermAlgebra(self.space, {id_: self._answer(id_, among) for id_ in reads}, definition.scope)

    def defined_as(self, definition: Definition, names: TermAlgebra | None = None) -> Symbolic:
        """The answer of a definition, which means something where it is in force."""
        known, reads = names or self.names(definition), definition.step.reads
        facts = tuple(known.space.fact(name) for name in reads.facts)
        asked = tuple(known.space.choices.get(id_) for id_ in sorted(reads.questions))
        key = (definition.key, tuple(known.items.values()), facts, asked)
        if key not in self.shared:
            self.shared[key] = at_once.answer(definition.step, known)
        return self.shared[key]

    def defined(self, id_: str) -> Iterator[tuple[Term, Definition]]:
        """Each definition of an item, after where it is in force."""
        return ((self.under(each.within), each) for each in self.definitions.get(id_, ()))

    def faults_in(self, definition: Definition) -> tuple[Fault, ...]:
        """Where a definition has no answer or two, if it is in force."""
        return tuple(faults(definition.step, self.names(definition)))

    def loose(self) -> Encoding:
        """The same with the overlays in force left open: symbols say which, not the contract."""
        free = tuple(self.bank.symbol(f"overlay:{place}", Sort.TRUTH) for place in range(len(self.overlays)))
        return replace(self, overlays=free, _told={}, _answers={})

    def faults(self) -> dict[str, Term]:
        """Where each item has no answer or two, of those for which the rules alone do not exclude it."""
        bank, found = self.bank, dict[str, list[Term]]()
        for id_ in self.definitions:
            for when, each in self.defined(id_):
                for fault in self.faults_in(each):
                    found.setdefault(id_, []).append(bank.both(when, fault.when))
        return {id_: bank.either(*each) for id_, each in found.items()}


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
        UsageFault: the sets of overlays are too many for the budget.
        InputFault: a plan does not resolve.
    """
    chosen = (convention,) if among is None else tuple(among)
    window = _contracts_among(chosen, space)
    pairs = _overlay_terms(session, convention, space)
    layers = tuple(layers_of(session, convention, space, window, pairs, effort))
    definitions = definitions_of({layer.active: (layer.steps, layer.plan.scope) for layer in layers})
    return Encoding(
        session=session,
        convention=convention,
        space=space,
        among=chosen,
        window=window,
        overlays=tuple(term for _, term in pairs),
        layers=layers,
        definitions=definitions,
        every=frozenset(layer.active for layer in layers),
        circling=circling(definitions),
        shared={} if shared is None else shared,
    )


def encode_twin(encoding: Encoding, space: Space) -> Encoding:
    """The same convention over a space that shares most symbols with the encoding's: only what differs is encoded."""
    terms = tuple(term for _, term in _overlay_terms(encoding.session, encoding.convention, space))
    layers = tuple(replace(layer, when=exactly(space.bank, terms, layer.active)) for layer in encoding.layers)
    window = _contracts_among(encoding.among, space)
    return replace(encoding, space=space, window=window, overlays=terms, layers=layers, _told={}, _answers={})


def _contracts_among(conventions: Sequence[Convention], space: Space) -> Term:
    """Where a case is a contract of one of the conventions; of any day where none is named."""
    bank = space.bank
    stated = bank.both(space.present[SIGNATURE], space.present[BENEFICIARY])
    if not conventions:
        return stated
    given = replace(space, present=dict.fromkeys(space.present, bank.true))  # ``stated`` asks for it once for all
    names = TermAlgebra(given, {}, Scope(space.vocabulary, {}, {}))
    return bank.both(stated, bank.either(*(at_once.condition(signed_under(each), names).true for each in conventions)))


def _overlay_terms(session: Session, convention: Convention, space: Space) -> list[tuple[Laid, Term]]:
    """For each overlay that may ever reach a contract of the convention, where it is in force."""
    plan = session.plan(convention, ())
    start = next(step for step in plan.steps if step.item.id == YEAR_START)
    names = TermAlgebra(space, {YEAR_START: at_once.answer(start, TermAlgebra(space, {}, plan.scope))}, plan.scope)
    covering = session.registry.covering(convention)
    return [(laid, at_once.condition(in_force_when(laid[1]), names).true) for laid in covering]
