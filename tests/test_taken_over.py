"""A run takes over from the run before what it would answer alike: never more than that."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Mapping

import pytest
from command import CONVENTIONS
from conftest import Effort
from oracle_agreement import open_questions
from random_cases import random_facts

from engine.errors import InputFault
from engine.evaluation.evaluator import run_program
from engine.evaluation.facts import Facts
from engine.evaluation.program import Program, Run
from engine.evaluation.session import Session
from engine.language.facts import YEAR
from engine.policy.model import Convention

CASES = 400


def told(program: Program, facts: Facts, choices: dict[str, str], supposed: Mapping[str, str] | None = None) -> object:
    """All that a run answers, or the code of its refusal."""
    try:
        run: Run = run_program(program, facts, choices, supposed)
    except InputFault as fault:
        return fault.problems[0].code
    return run.answers, run.slots, {id_: each.rules for id_, each in run.fired.items()}, run.trace


def cases(session: Session, convention: Convention, rng: random.Random) -> Iterator[tuple[Facts, dict[str, str]]]:
    """A case without end that changes in a few facts or readings at a time, and now and then in all."""
    questions = [(id_, choices) for id_, choices, _ in open_questions(session, convention)]
    choices = session.choices(convention)
    facts = drawn = draw(session, convention, rng)
    while True:
        yield facts, choices
        drawn = draw(session, convention, rng)
        if rng.random() < 0.1:
            facts = drawn
            continue
        facts, choices = dict(facts), dict(choices)
        for name in rng.sample(sorted({*facts, *drawn}), rng.randrange(3)):
            facts.pop(name, None)
            facts |= {name: drawn[name]} if name in drawn else {}
        for id_, possible in rng.sample(questions, min(len(questions), rng.randrange(2))):
            choices[id_] = rng.choice(possible)
        facts |= {"contrat.date_signature": facts.get("contrat.date_signature", drawn["contrat.date_signature"])}


def draw(session: Session, convention: Convention, rng: random.Random) -> Facts:
    last = convention.signed_before or dt.date(2026, 12, 31)
    return random_facts(rng, session.registry.vocabulary, convention.beneficiary, convention.signed_from, last)


@pytest.mark.parametrize("id_", CONVENTIONS)
def test_a_case_decided_after_others_is_decided_as_if_alone(id_: str, session: Session, effort: Effort) -> None:
    convention = session.registry.conventions[id_]
    covering = session.registry.covering(convention)
    rng = random.Random(id_)
    for laid in ((), tuple(covering)):
        program = session.program(convention, laid)
        scales = {each.step.item.id: each.step.type for each in program.steps}
        steps = [{id_: step} for id_, type_ in scales.items() if type_ and type_.ordered for step in type_.values]
        following = cases(session, convention, rng)
        for _ in range(effort.of(CASES)):
            facts, choices = next(following)
            for supposed in (None, rng.choice(steps)) if steps else (None,):
                after = told(program, facts, choices, supposed)
                chain = dict(program.runs)
                program.runs.clear()
                assert after == told(program, facts, choices, supposed), (facts, supposed)
                program.runs.clear()
                program.runs.update(chain)


def test_a_case_that_loses_its_year_is_decided_as_if_alone(session: Session) -> None:
    convention = session.registry.conventions["2024_convention"]
    program, rng, fired = session.program(convention, ()), random.Random(7), 0
    for _ in range(20):
        facts, choices = {**draw(session, convention, rng), YEAR: 2}, session.choices(convention)
        program.runs.clear()
        fired += len(run_program(program, facts, choices).trace)
        del facts[YEAR]
        after = told(program, facts, choices)
        program.runs.clear()
        assert after == told(program, facts, choices), facts
    assert fired
