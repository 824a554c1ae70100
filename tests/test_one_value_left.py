"""No result that an answer shows is undetermined where only one value is possible, as the solver shows.

Cases of the policy tests lose some of their facts. A result that then waits for facts is asked about with those facts
given, whatever they are: more than one value must be left. Without a year no result of the year is asked for. Two
answers among a few fillings of the case show that at once; the solver is asked of the results that vary in none.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import pytest
from conftest import Effort

from engine.errors import InputFault
from engine.evaluation.decision import Decision
from engine.evaluation.facts import Facts
from engine.evaluation.session import Session
from engine.language.facts import BENEFICIARY, SIGNATURE, YEAR, Fact
from engine.language.symbolic import is_value, known
from engine.language.values import Scalar
from engine.proof.possible import encode_case, open_facts
from engine.proof.prover import Prover, value_of
from engine.proof.solving import Status
from engine.suite.running import PolicyCase

CASES = 800  # of each draw
KEPT = (SIGNATURE, BENEFICIARY, YEAR)
YEARS = (1, 2, 3, 4, 6)
SHOWN = ("criterion", "outcome", "payment")  # besides what heads an answer
FILLINGS = 24

Pool = Mapping[str, Sequence[Scalar]]


def waiting(
    session: Session, cases: Sequence[PolicyCase], rng: random.Random, count: int
) -> Iterator[tuple[Decision, Facts, list[str]]]:
    """Cases of the policy tests without one to three of their facts, with the results that wait for facts."""
    for case in rng.sample(cases, len(cases)):
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


def pools(cases: Sequence[PolicyCase]) -> Mapping[str, Pool]:
    """The values that the tests of each convention give to each fact."""
    found: dict[str, dict[str, list[Scalar]]] = defaultdict(lambda: defaultdict(list))
    for case in cases:
        for name, value in case.facts.items():
            if value not in found[case.convention][name]:
                found[case.convention][name].append(value)
    return found


def alike(session: Session, decision: Decision, facts: Facts, ids: list[str], pool: Pool) -> list[str]:
    """The results that come out known, and the same, in all fillings of the case that decide them."""
    rng = random.Random(len(facts))
    awaited = {name for id_ in ids for name in decision.results[id_].missing}
    others = sorted(open_facts(session, decision.convention, facts, ids) & pool.keys() - awaited)
    found: dict[str, set[object]] = {id_: set() for id_ in ids}
    for _ in range(FILLINGS):
        names = [*sorted(awaited & pool.keys()), *rng.sample(others, len(others) // 2)]
        given = {**facts, **{name: rng.choice(pool[name]) for name in names}}
        try:
            results = session.decide(given, decision.convention.id).results
        except InputFault:
            continue  # two facts that cannot both hold
        for id_ in ids:
            if not results[id_].missing:
                found[id_].add((results[id_].status, results[id_].value))
        ids = [id_ for id_ in ids if len(found[id_]) < 2 and ("undetermined", None) not in found[id_]]
        if not ids:
            break
    return ids


def is_least(fact: Fact) -> bool:
    """A number of which the least is one step of its decimals: no text says how little it may be."""
    return bool(fact.type.scale) and fact.minimum == Decimal(1).scaleb(-fact.type.scale)


def only_value(session: Session, decision: Decision, facts: Facts, ids: list[str]) -> Iterator[tuple[str, object]]:
    """The results that have one value left, whatever the facts are that the case may still be given."""
    opened = open_facts(session, decision.convention, facts, ids)
    encoding = encode_case(session, decision.convention, facts, opened)
    bank = encoding.bank
    prover = Prover(encoding.space, (*encoding.base, *(encoding.space.present[name] for name in sorted(opened))))
    vocabulary = session.registry.vocabulary.facts
    for id_ in ids:
        answer = encoding.answer(id_)
        if any(is_least(vocabulary[name]) for name in decision.results[id_].missing):
            continue
        if prover.ask(bank.negate(known(bank, answer))) is not Status.EXCLUDED:
            continue  # it may stay open, for want of what is unpublished, or not apply
        status, symbols = prover.some()
        if status is Status.SHOWN:
            value = value_of(answer, symbols)
            if prover.ask(bank.negate(is_value(bank, answer, value))) is Status.EXCLUDED:
                yield id_, value


@pytest.mark.sweep(seed=8, usual=1)
def test_what_waits_for_facts_has_more_than_one_value_left(
    session: Session, policy_cases: list[PolicyCase], effort: Effort, seed: int
) -> None:
    rng = random.Random(seed)
    values = pools(policy_cases)
    wrong, asked = [], 0
    for decision, facts, ids in waiting(session, policy_cases, rng, effort.of(CASES, part=160)):
        asked += len(ids)
        left = alike(session, decision, facts, ids, values[decision.convention.id])
        for id_, value in only_value(session, decision, facts, left) if left else ():
            wrong.append(f"{decision.convention.id}, {id_}: only {value} is left; {facts}")
    assert asked > effort.of(100, part=4)
    assert not wrong, "\n".join(wrong[:5])
