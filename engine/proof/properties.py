"""What the law promises: encodings of all cases come in, for each property a proof or a breaking case goes out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from engine.evaluation.at_once import condition
from engine.language.expressions import Condition, ItemRef, find
from engine.language.logic import Plain, Term
from engine.language.symbolic import Symbolic, known, same
from engine.language.term_days import code
from engine.language.terms import at_most
from engine.policy.results import Property
from engine.proof.defects import AllCases
from engine.proof.encoding import Encoding, encode_twin
from engine.proof.expressions import TermAlgebra
from engine.proof.prover import Prover, Witness, confirmed
from engine.proof.solving import Status
from engine.proof.space import Space, twin_space

_Question = tuple[Space, tuple[Encoding, ...], tuple[Term, ...]]  # the cases looked at, and what then holds together


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


def kept_properties(cases: Iterable[AllCases]) -> list[Kept]:
    """Whether the contracts of each convention keep its properties, under every set of overlays and every reading."""
    return [
        _kept(encoding, promise, prover)
        for encoding, prover in cases
        for promise in encoding.convention.properties.values()
    ]


def _kept(encoding: Encoding, promise: Property, prover: Prover) -> Kept:
    """What was learnt of the text serves each proof, and most are proved; a case is looked for anew."""
    space, sides, broken = _question(encoding, promise)
    status, symbols = prover.ask(*broken), dict[str, Plain]()
    if status is not Status.EXCLUDED:
        base = dict.fromkeys(term for side in sides for term in side.base)
        status, symbols = Prover(space, base, prover.effort).first(*broken)
    pair = sides if status is Status.SHOWN else ()
    spoken_of = dict.fromkeys(id_ for node in promise.conditions for id_ in _items(node))
    ids = spoken_of if promise.result is None else [promise.result.id]
    return Kept(encoding.convention.id, promise, status, tuple(confirmed(s, symbols, ids) for s in pair))


def _question(encoding: Encoding, promise: Property) -> _Question:
    """Where a property is broken, of its case or of its two."""
    if promise.more is not None:
        return _ordered(encoding, promise, promise.more.name)
    return encoding.space, (encoding,), tuple(_true(encoding, node) for node in promise.conditions)


def _ordered(encoding: Encoding, promise: Property, name: str) -> _Question:
    """Two cases that differ in one fact, which the second has more of, and the second has the worse result."""
    bank, space = encoding.bank, encoding.space
    twin = encode_twin(encoding, twin_space(space, {name}))
    joint = replace(space, open_facts={**space.open_facts, f"{name}'": twin.space.open_facts[name]})
    rising = at_most(bank, space.value[name], twin.space.value[name])
    given = (space.present[name], twin.space.present[name], rising)
    return joint, (encoding, twin), (*twin.base, *given, *_worse(encoding, twin, promise))


def _worse(encoding: Encoding, twin: Encoding, promise: Property) -> Iterator[Term]:
    """Where both cases have the condition and a known result, and the second one's is on the wrong side."""
    assert promise.result is not None
    bank, id_ = encoding.bank, promise.result.id
    less, more = encoding.answer(id_), twin.answer(id_)
    yield from (known(bank, less), known(bank, more))
    if promise.when is not None:
        yield from (_true(side, promise.when) for side in (encoding, twin))
    yield _below(encoding, id_, *((less, more) if promise.falls else (more, less)))


def _true(encoding: Encoding, node: Condition) -> Term:
    """Where a condition is true."""
    scope = encoding.layers[0].plan.scope
    return condition(node, TermAlgebra(encoding.space, {id_: encoding.answer(id_) for id_ in _items(node)}, scope)).true


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
