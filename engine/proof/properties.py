"""What the law promises: encodings of all cases come in, for each property a proof or a breaking case goes out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from engine.language.expressions import Condition, ItemRef, find
from engine.language.logic import Term
from engine.language.symbolic import Symbolic, known, same
from engine.language.term_days import code
from engine.language.terms import at_most
from engine.policy.entries import Property
from engine.proof.encoding import Encoding, Layer, encode_twin
from engine.proof.expressions import condition
from engine.proof.prover import Prover, Symbols
from engine.proof.solving import DEFAULT_EFFORT, Status
from engine.proof.space import twin_space
from engine.proof.witness import Witness, confirmed


@dataclass(frozen=True, slots=True)
class Kept:
    """A property of one convention: proved where ``status`` is excluded, else broken by ``cases``, or undecided.

    Of a comparison, ``cases`` are the one with less of the fact and the one with more.
    """

    convention: str
    promise: Property
    status: Status
    cases: tuple[Witness, ...]

    @property
    def faulty(self) -> bool:
        """Whether a case breaks it."""
        return self.status is Status.SHOWN


def kept_properties(encodings: Iterable[Encoding], effort: int = DEFAULT_EFFORT) -> list[Kept]:
    """Whether the contracts of each convention keep its properties, under every set of overlays and every reading.

    Raises:
        UsageFault: the solver is missing or is another version.
        InputFault: the evaluator does not confirm a case (proof-unconfirmed).
    """
    found = []
    for encoding in encodings:
        prover = Prover(encoding.space, encoding.base, effort)
        for promise in encoding.convention.properties.values():
            found.append(
                _never(encoding, promise, prover) if promise.more is None else _ordered(encoding, promise, effort)
            )
    return found


def _never(encoding: Encoding, promise: Property, prover: Prover) -> Kept:
    assert promise.never is not None, "the schema lets no other property be without a fact"
    asked = [node for node in (promise.when, promise.never) if node is not None]
    broken = [(layer.when, encoding.bank.both(*(_true(layer, node) for node in asked))) for layer in encoding.layers]
    status, symbols = _first(prover, broken)
    ids = dict.fromkeys(id_ for node in asked for id_ in _items(node))
    cases = (confirmed(encoding, symbols, ids),) if status is Status.SHOWN else ()
    if status is Status.EXCLUDED:
        prover.keep(encoding.bank.negate(encoding.bank.both(*each)) for each in broken)
    return Kept(encoding.convention.id, promise, status, cases)


def _ordered(encoding: Encoding, promise: Property, effort: int) -> Kept:
    """Two cases that differ in one fact, which the second has more of, and the second has the worse result."""
    assert promise.more is not None
    assert promise.result is not None
    bank, space, name = encoding.bank, encoding.space, promise.more.name
    twin = encode_twin(encoding, twin_space(space, {name}))
    base = [space.present[name], twin.space.present[name], at_most(bank, space.value[name], twin.space.value[name])]
    joint = replace(space, open_facts={**space.open_facts, f"{name}'": twin.space.open_facts[name]})
    prover = Prover(joint, (*encoding.base, *twin.base, *base), effort)
    sides = [
        (bank.both(layer.when, other.when), _worse(encoding, promise, layer, other))
        for i, layer in enumerate(encoding.layers)
        for j, other in enumerate(twin.layers)
        if i == j or other.when is not encoding.layers[j].when  # a fact that no overlay reads leaves both under one set
    ]
    status, symbols = _first(prover, sides)
    pair = (encoding, twin) if status is Status.SHOWN else ()
    cases = tuple(confirmed(side, symbols, [promise.result.id]) for side in pair)
    return Kept(encoding.convention.id, promise, status, cases)


def _worse(encoding: Encoding, promise: Property, layer: Layer, other: Layer) -> Term:
    """Where both cases have the condition and a known result, and the second one's is on the wrong side."""
    assert promise.result is not None
    bank, id_ = encoding.bank, promise.result.id
    less, more = layer.answer(id_), other.answer(id_)
    both = [known(bank, less), known(bank, more)]
    if promise.when is not None:
        both += [_true(side, promise.when) for side in (layer, other)]
    return bank.both(*both, _below(encoding, id_, *((less, more) if promise.falls else (more, less))))


def _first(prover: Prover, goals: Iterable[tuple[Term, Term]]) -> tuple[Status, Symbols]:
    """The first case that breaks a property: none under all sets of overlays at once, else one set after another."""
    bank = prover.space.bank
    where: dict[Term, list[Term]] = {}
    for when, broken in goals:
        where.setdefault(broken, []).append(when)
    anywhere = (bank.both(bank.either(*whens), broken) for broken, whens in where.items())
    if prover.ask(bank.either(*anywhere)) is Status.EXCLUDED:
        return Status.EXCLUDED, {}
    undecided = False
    for broken, whens in where.items():
        status, symbols = prover.first(bank.either(*whens), broken)
        if status is Status.SHOWN:
            return status, symbols
        undecided |= status is Status.UNDECIDED
    return (Status.UNDECIDED if undecided else Status.EXCLUDED), {}


def _true(layer: Layer, node: Condition) -> Term:
    """Where a condition is true under a set of overlays."""
    for id_ in _items(node):
        layer.item(id_)
    return condition(node, layer.names).true


def _items(node: Condition) -> Iterable[str]:
    return dict.fromkeys(ref.id for ref in find(ItemRef, node))


def _below(encoding: Encoding, id_: str, one: Symbolic, other: Symbolic) -> Term:
    """Where a known answer is less than another; words in the order that the policies give them."""
    bank, type_ = encoding.bank, encoding.type_of(id_)
    steps = () if type_ is None else encoding.convention.results.steps(id_, type_)
    if not steps:
        left, right = code(bank, one.value), code(bank, other.value)
        return bank.both(bank.less(left, right), bank.less(*_unrounded(left, right)))
    ranks = [(bank.word(low), bank.word(high)) for place, high in enumerate(steps) for low in steps[:place]]
    return bank.either(*(bank.both(same(bank, one.value, low), same(bank, other.value, high)) for low, high in ranks))


def _unrounded(one: Term, other: Term) -> tuple[Term, Term]:
    """Both without what the same rising function does to them last, as a rounding: less before, if less after."""
    while one.operator == other.operator and len(one.parts) == len(other.parts):
        if one.operator in ("number", "floor"):
            (one,), (other,) = one.parts, other.parts
        elif one.operator in ("plus", "times") and len(one.parts) == 2:
            fixed = [next((part for part in term.parts if part.constant), None) for term in (one, other)]
            if fixed[0] is None or fixed[0] is not fixed[1] or (one.operator == "times" and fixed[0].value <= 0):
                break
            one, other = (next(part for part in term.parts if part is not fixed[0]) for term in (one, other))
        else:
            break
    return one, other
