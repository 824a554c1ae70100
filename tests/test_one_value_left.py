"""No result that an answer shows is undetermined where only one value is possible, as the solver shows.

Cases of the policy tests lose some of their facts. A result that then waits for facts is asked about with those facts
given, whatever they are: more than one value must be left. Without a year no result of the year is asked for.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from conftest import Effort

from engine.errors import InputFault
from engine.evaluation.decision import Decision
from engine.evaluation.facts import Facts
from engine.evaluation.session import Session
from engine.language.facts import BENEFICIARY, SIGNATURE, YEAR
from engine.language.symbolic import is_value, known
from engine.proof.possible import encode_case, open_facts
from engine.proof.prover import Prover
from engine.proof.solving import Status
from engine.proof.witness import value_of
from engine.suite.running import read_cases

SEED = 1
CASES = 800
KEPT = (SIGNATURE, BENEFICIARY, YEAR, "medecin.specialite")
YEARS = (1, 2, 3, 4, 6)
SHOWN = ("criterion", "outcome", "payment")  # besides what heads an answer


def waiting(session: Session, count: int) -> Iterator[tuple[Decision, Facts, list[str]]]:
    """Cases of the policy tests without one to three of their facts, with the results that wait for facts."""
    rng = random.Random(SEED)
    cases = read_cases(session)
    rng.shuffle(cases)
    for case in cases:
        facts = {YEAR: rng.choice(YEARS), **case.facts}
        named = [name for name in facts if name not in KEPT]
        for name in rng.sample(named, min(len(named), rng.choice((1, 1, 2, 3)))):
            del facts[name]
        try:
            decision = session.decide(facts)
        except InputFault:
            continue
        shown = decision.headline.ids
        ids = [id_ for id_, r in decision.results.items() if r.missing and (id_ in shown or r.kind in SHOWN)]
        if ids:
            yield decision, facts, ids
            count -= 1
        if not count:
            return


def only_value(session: Session, decision: Decision, facts: Facts, ids: list[str]) -> Iterator[tuple[str, object]]:
    """The results that have one value left, whatever the facts are that they wait for."""
    opened = open_facts(session, decision.convention, facts, ids)
    encoding = encode_case(session, decision.convention, facts, opened)
    bank = encoding.bank
    awaited = {name for id_ in ids for name in decision.results[id_].missing}
    prover = Prover(encoding.space, (*encoding.base, *(encoding.space.present[name] for name in sorted(awaited))))
    for id_ in ids:
        answer = encoding.answer(id_)
        if prover.ask(bank.negate(known(bank, answer))) is not Status.EXCLUDED:
            continue  # it may stay open, for want of what is unpublished, or not apply
        status, symbols = prover.some()
        if status is Status.SHOWN:
            value = value_of(answer, symbols)
            if prover.ask(bank.negate(is_value(bank, answer, value))) is Status.EXCLUDED:
                yield id_, value


def test_what_waits_for_facts_has_more_than_one_value_left(session: Session, effort: Effort) -> None:
    wrong, asked = [], 0
    for decision, facts, ids in waiting(session, effort.of(CASES, part=80)):
        asked += len(ids)
        for id_, value in only_value(session, decision, facts, ids):
            wrong.append(f"{decision.convention.id}, {id_}: only {value} is left; {facts}")
    assert asked > effort.of(100, part=2)
    assert not wrong, "\n".join(wrong[:5])
