"""Compares terms with the evaluator: a session and cases come in, every item on which they differ goes out."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from random_cases import random_facts

from engine.errors import InputFault
from engine.evaluation.facts import Facts
from engine.evaluation.session import Session, Settled
from engine.language.logic import Term, cone, evaluate_in_order
from engine.language.symbolic import terms_of
from engine.language.term_bank import TermBank
from engine.policy.model import Convention
from engine.proof.encoding import Encoding, encode
from engine.proof.expressions import Fault
from engine.proof.layers import Layer
from engine.proof.prover import value_of
from engine.proof.space import make_space

SEED = 20240622


@dataclass(slots=True)
class Encoded:
    """Conventions as terms over all cases and all readings, each encoded once."""

    session: Session
    _encodings: dict[str, Encoding] = field(default_factory=dict)
    _orders: dict[int, list[Term]] = field(default_factory=dict)

    def of(self, convention: Convention) -> Encoding:
        if convention.id not in self._encodings:
            questions = self.session.program(convention, ()).plan.interpretations
            space = make_space(TermBank(), self.session.registry.vocabulary, questions, open_questions=questions)
            self._encodings[convention.id] = encode(self.session, convention, space)
        return self._encodings[convention.id]

    def differences(self, facts: Facts, choices: Mapping[str, str]) -> Iterator[str]:
        """As :func:`disagreements`, for a case among all cases of its convention."""
        case = self.session.settled(facts, choices)
        return disagreements(self.of(case.convention), case, self._orders)


def disagreements(encoding: Encoding, case: Settled, orders: dict[int, list[Term]] | None = None) -> Iterator[str]:
    """Every item whose terms come to another answer than the evaluator's, and an overlay too many or too few.

    ``orders`` keeps, between the cases of an encoding, the terms that are evaluated.
    """
    symbols = encoding.space.symbols_of(dict(case.facts), case.choices)
    layer = next((layer for layer in encoding.layers if layer.laid == case.laid), None)
    if layer is None:
        yield f"no contract was thought to have {[overlay.id for _, overlay in case.laid]}"
        return
    known = {} if orders is None else orders
    if id(layer) not in known:
        known[id(layer)] = cone(_roots(encoding, layer))
    values = evaluate_in_order(known[id(layer)], symbols)
    for other in encoding.layers:
        if values[other.when] is not (other is layer):
            yield f"the overlays {[overlay.id for _, overlay in other.laid]} are in force: {values[other.when]}"
    faults = {fault for fault in _faults(encoding, layer) if values[fault.when]}
    try:
        run = case.run()
    except InputFault as error:
        if not faults:
            yield f"{error.problems[0].code}, but the terms know of no fault"
        return
    for fault in faults:
        yield f"{fault.code} in the terms, but the evaluator has an answer"
    for id_, (value, *_) in run.answers.items():
        mine = value_of(encoding.answer(id_), symbols, values)
        if mine != value or isinstance(mine, bool) is not isinstance(value, bool):
            yield f"{id_}: {value} but the terms say {mine}"


def _roots(encoding: Encoding, layer: Layer) -> Iterator[Term]:
    yield from (each.when for each in encoding.layers)
    for id_ in encoding.definitions:
        yield from terms_of(encoding.answer(id_))
    yield from (fault.when for fault in _faults(encoding, layer))


def _faults(encoding: Encoding, layer: Layer) -> Iterator[Fault]:
    """What can go wrong in the items as a set of overlays has them."""
    for definitions in encoding.definitions.values():
        for each in definitions:
            if layer.active in each.within:
                yield from encoding.faults_in(each)


def seeded_cases(encoded: Encoded, count: int) -> Iterator[tuple[Convention, Facts, dict[str, str]]]:
    """Cases of all conventions in turn, with missing facts and drawn readings."""
    registry = encoded.session.registry
    conventions = list(registry.conventions.values())
    for number in range(count):
        rng = random.Random(SEED + number)
        convention = conventions[number % len(conventions)]
        last = convention.signed_before or dt.date(2026, 12, 31)
        facts = random_facts(rng, registry.vocabulary, convention.beneficiary, convention.signed_from, last)
        choices = {
            id_: rng.choice(list(question.choices)) if rng.random() < 0.3 else question.default
            for id_, question in encoded.of(convention).questions.items()
        }
        yield convention, facts, choices


def seeded_differences(encoded: Encoded, count: int) -> Iterator[str]:
    for number, (convention, facts, choices) in enumerate(seeded_cases(encoded, count)):
        for said in encoded.differences(facts, choices):
            yield f"case {number} of {convention.id}: {said}"
