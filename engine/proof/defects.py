"""What rules never do, or do and should not: a session comes in, a proof or a confirmed case for each finding goes out.

Every convention is asked under every set of overlays that its contracts have, and under all readings. A part of a rule
lives if it decides in some case of some convention.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.errors import Location
from engine.evaluation.at_once import Definition
from engine.evaluation.session import Session
from engine.language.expressions import FactRef, ItemRef, find
from engine.language.logic import Term, cone, evaluate_in_order
from engine.language.symbolic import known
from engine.language.term_bank import TermBank
from engine.language.values import Value
from engine.policy.model import ERROR, DecisionTable, Item
from engine.proof.encoding import Encoding, Shared, encode
from engine.proof.expressions import Fault, Place, places
from engine.proof.layers import exactly
from engine.proof.prover import Prover, Symbols, Witness, confirmed, confirmed_fault, value_of
from engine.proof.solving import DEFAULT_EFFORT, Status
from engine.proof.space import make_space

SHOWN, PROVED, SUPERSEDED, UNDECIDED = "shown", "proved", "superseded", "undecided"
# A condition that every case meets does no harm, nor a value that an outcome names as other conventions do: only told.
HARMLESS = ("verdict-not-met", "value")


@dataclass(frozen=True, slots=True)
class Defect:
    """A gap, an overlap, or the kind of part that never decides (``code``).

    ``status``: ``shown`` by the witness, ``proved`` (then the witness shows what happens instead), ``superseded``
    (only a later convention's overlays, which every contract concerned has, keep it from deciding) or ``undecided``
    within the budget. ``inputs`` are what the item reads in the witness of a gap or an overlap.
    """

    code: str
    convention: str
    item: str
    name: str
    at: Location
    status: str
    witness: Witness | None
    inputs: Mapping[str, Value] = field(default_factory=dict)

    @property
    def faulty(self) -> bool:
        """Whether the rules are at fault; what a later text explains, or what is undecided, is only told."""
        return self.status in (SHOWN, PROVED) and self.code not in HARMLESS


PartKey = tuple[str, Location, str]
AllCases = tuple[Encoding, Prover]  # of one convention, and who answers about them


@dataclass(frozen=True, slots=True)
class _Spot:
    """A place in a definition of one convention, where it has not been seen to decide so far."""

    encoding: Encoding
    prover: Prover
    definition: Definition
    place: Place

    @property
    def item(self) -> str:
        return self.definition.step.item.id

    @property
    def key(self) -> PartKey:
        return (self.place.kind, self.place.at, self.place.name)

    @property
    def decides(self) -> Term:
        """Where it decides, the overlays in force among them."""
        return self.encoding.bank.both(self.encoding.under(self.definition.within), self.place.decides)


def all_cases(session: Session, effort: int = DEFAULT_EFFORT) -> Iterator[AllCases]:
    """Every case of every convention in turn, under all readings; a part that texts share is written as terms once.

    Raises:
        UsageFault: the sets of overlays are too many for the budget.
    """
    bank, shared = TermBank(), Shared()
    for convention in session.registry.conventions.values():
        questions = session.plan(convention, ()).interpretations
        space = make_space(bank, session.registry.vocabulary, questions, open_questions=questions)
        encoding = encode(session, convention, space, effort=effort, shared=shared)
        yield encoding, Prover(space, encoding.base, effort)


def defects(session: Session, effort: int = DEFAULT_EFFORT, cases: Iterable[AllCases] | None = None) -> list[Defect]:
    """Every finding, in the order of the files; ``cases`` are those of :func:`all_cases`.

    Raises:
        UsageFault: the sets of overlays are too many for the budget.
    """
    found: dict[tuple[Location, str, str], Defect] = {}
    living: set[PartKey] = set()
    laid: set[Location] = set()
    undecided: set[PartKey] = set()
    spots: dict[PartKey, list[_Spot]] = {}
    for encoding, prover in all_cases(session, effort) if cases is None else cases:
        laid.update(overlay.at for layer in encoding.layers for _, overlay in layer.laid)
        for fault, defect in _faults(encoding, prover):
            found.setdefault((fault.at, fault.code, fault.name), defect)
        defined = [each for found in encoding.definitions.values() for each in found]
        here = [_Spot(encoding, prover, each, place) for each in defined for place in _places(encoding, each)]
        for spot in here:
            spots.setdefault(spot.key, []).append(spot)
        undecided |= _mark_living(encoding, prover, here, living)
    dead = [_dead(carriers, undecided=key in undecided) for key, carriers in spots.items() if key not in living]
    overlays = [(text.id, each) for text in session.registry.conventions.values() for each in text.overlays]
    idle = [Defect("overlay", id_, o.id, o.id, o.at, PROVED, None) for id_, o in overlays if o.at not in laid]
    every = [*found.values(), *dead, *idle]
    return sorted(every, key=lambda defect: (defect.at, defect.code, defect.name))


def _places(encoding: Encoding, definition: Definition) -> Iterator[Place]:
    for place in places(definition.step, encoding.names(definition)):
        if definition.step.item.severity != ERROR or place.name != "not_met":  # facts that contradict are refused
            yield place


def _faults(encoding: Encoding, prover: Prover) -> Iterator[tuple[Fault, Defect]]:
    """The gaps and overlaps; an item is asked about as a whole first, under all overlays, and mostly has none."""
    for id_, anywhere in encoding.faults().items():
        if prover.ask(anywhere) is not Status.EXCLUDED:
            for when, each in encoding.defined(id_):
                for fault in encoding.faults_in(each):
                    status, symbols = prover.first(when, fault.when)
                    if status is not Status.EXCLUDED:
                        yield fault, _fault(encoding, each, fault, symbols)


def _fault(encoding: Encoding, definition: Definition, fault: Fault, symbols: Symbols) -> Defect:
    item = definition.step.item
    own = _own_id(encoding.session, item)
    if not symbols:
        return Defect(fault.code, item.convention, own, own, fault.at, UNDECIDED, None)
    read = {node.id: node for node in find(ItemRef, item.body)}
    named: Mapping[str, FactRef | ItemRef] = item.body.inputs if isinstance(item.body, DecisionTable) else read
    names = encoding.names(definition)
    inputs = {name: value_of(names.read(ref), symbols) for name, ref in named.items()}
    witness = confirmed_fault(encoding, symbols, item.id)
    return Defect(fault.code, item.convention, own, own, fault.at, SHOWN, witness, inputs)


def _mark_living(encoding: Encoding, prover: Prover, spots: Sequence[_Spot], living: set[PartKey]) -> set[PartKey]:
    """Adds to ``living`` what decides in some case of a convention; returns what the budget leaves open."""
    waiting: dict[PartKey, list[tuple[_Spot, Term]]] = {}
    for spot in spots:
        if spot.key not in living:
            waiting.setdefault(spot.key, []).append((spot, spot.decides))
    undecided, looked_at = set(), 2 * len(waiting) + 1
    while waiting:
        if len(waiting) < looked_at / 2:
            looked_at, terms = len(waiting), cone([decides for here in waiting.values() for _, decides in here])
        key, here = waiting.popitem()
        status, symbols = prover.some(encoding.bank.either(*(decides for _, decides in here)))
        if status is Status.UNDECIDED:
            undecided.add(key)
        if status is Status.SHOWN:
            values = evaluate_in_order(terms, symbols)  # one case shows many places
            confirmed(encoding, symbols, [next(spot.item for spot, decides in here if values[decides])])
            shown = [each for each, others in waiting.items() if any(values[decides] for _, decides in others)]
            living.update(shown, [key])
            for each in shown:
                del waiting[each]
    return undecided


def _dead(spots: Sequence[_Spot], *, undecided: bool) -> Defect:
    """A part that decides in no case, and a case that shows what happens instead."""
    spot = spots[0]
    status, witness = UNDECIDED if undecided else PROVED, None
    for each in spots if not undecided else ():
        found, symbols = each.prover.first(*_wherever(each))
        if found is Status.SHOWN:
            spot, status, witness = each, SUPERSEDED, confirmed(each.encoding, symbols, [each.item])
            break
    if status == PROVED:
        spot, witness = next(_instead(spots), (spot, None))
    item, place = spot.definition.step.item, spot.place
    code = f"{place.kind}-{place.name.replace('_', '-')}" if place.kind == "verdict" else place.kind
    own = _own_id(spot.encoding.session, item)
    return Defect(code, item.convention, own, place.name, place.at, status, witness)


def _wherever(spot: _Spot) -> tuple[Term, ...]:
    """Where a part decides under some set of overlays that has it, whether or not a case has those."""
    loose, within = spot.encoding.loose(), spot.definition.within
    alike = (replace(spot, place=each) for each in _places(loose, spot.definition))
    place = next(each.place for each in alike if each.key == spot.key)
    return (place.decides, loose.bank.either(*(exactly(loose.bank, loose.overlays, active) for active in within)))


def _instead(spots: Sequence[_Spot]) -> Iterator[tuple[_Spot, Witness]]:
    """Cases in which the item has a value, or does not apply where it never does."""
    for each in spots:
        encoding, answer = each.encoding, each.encoding.defined_as(each.definition)
        settled = answer.absent if each.place.kind == "applies" else known(encoding.bank, answer)
        found, symbols = each.prover.first(encoding.under(each.definition.within), settled)
        if found is Status.SHOWN:
            yield each, confirmed(encoding, symbols, [each.item])


def _own_id(session: Session, item: Item) -> str:
    """The id of an item in its own convention; under an overlay it has that of the item it replaces."""
    own = session.registry.conventions[item.convention].items
    return next((each.id for each in own.values() if each.at == item.at), item.id)
