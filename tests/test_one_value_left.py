"""No verdict or amount of a real convention waits for a figure that could not change it, as the solver shows.

What follows from an objective in patients is left out: a number that is open may be anything.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from conftest import Effort

from engine.errors import InputFault
from engine.evaluation.decision import Decision
from engine.evaluation.facts import Facts
from engine.evaluation.session import Session
from engine.language.symbolic import is_value
from engine.proof.possible import encode_case, open_facts
from engine.proof.prover import Prover
from engine.proof.solving import Status
from engine.proof.witness import value_of
from engine.suite.running import read_cases

SEED = 1
CASES = 400
PLACING = ("seuils.", "patientele.percentile_")


def waiting(session: Session, count: int) -> Iterator[tuple[Decision, Facts, list[str]]]:
    """Cases of the policy tests, most without a figure, with the results that wait for thresholds or percentiles."""
    rng = random.Random(SEED)
    cases = read_cases(session)
    rng.shuffle(cases)
    for case in cases:
        facts = dict(case.facts)
        placed = [name for name in facts if name.startswith(PLACING)]
        if placed:
            facts.pop(rng.choice(placed))
        try:
            decision = session.decide(facts)
        except InputFault:
            continue
        shown = (decision.headline.verdict, decision.headline.maximum)
        found = (decision.results[id_] for id_ in shown if id_ is not None)
        ids = [r.id for r in found if r.missing and all(name.startswith(PLACING) for name in r.missing)]
        if ids:
            yield decision, facts, ids
            count -= 1
        if not count:
            return


def test_what_waits_for_a_figure_alone_has_more_than_one_value_left(session: Session, effort: Effort) -> None:
    wrong, asked = [], 0
    for decision, facts, ids in waiting(session, effort.of(CASES)):
        opened = open_facts(session, decision.convention, facts, ids)
        encoding = encode_case(session, decision.convention, facts, opened)
        bank = encoding.bank
        awaited = {name for id_ in ids for name in decision.results[id_].missing}
        prover = Prover(encoding.space, (*encoding.base, *(encoding.space.present[name] for name in sorted(awaited))))
        for id_ in ids:
            answer = encoding.answer(id_)
            if prover.ask(answer.undetermined) is not Status.EXCLUDED:
                continue  # it may stay open, for want of what is unpublished
            status, symbols = prover.some()
            asked += status is Status.SHOWN
            if status is Status.SHOWN:
                value = value_of(bank, answer, symbols)
                if prover.ask(bank.negate(is_value(bank, answer, value))) is Status.EXCLUDED:
                    wrong.append(f"{decision.convention.id}, {id_}: only {value} is left; {facts}")
    assert asked > 5
    assert not wrong, "\n".join(wrong[:5])
