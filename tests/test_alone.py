"""An item answered alone, by closures, comes to what it comes to in its case, where durable-rules fires its rules."""

from __future__ import annotations

import random

from conftest import Effort
from random_cases import random_facts

from engine.errors import InputFault
from engine.evaluation.evaluator import answer, holding
from engine.evaluation.session import Session
from engine.language.facts import YEAR

CASES = 400


def test_an_item_alone_answers_as_in_its_case(session: Session, effort: Effort) -> None:
    cases = effort.of(CASES)
    rng = random.Random(1905)
    answered = fired = 0
    for convention in session.registry.conventions.values():
        first, last = convention.signed_from, convention.signed_before or convention.signed_from.replace(year=2030)
        for _ in range(cases):
            facts = random_facts(rng, session.registry.vocabulary, convention.beneficiary, first, last)
            settled = session.settled({**facts, YEAR: facts.get(YEAR, 2)}, None, convention.id)
            try:
                run = settled.run()
            except InputFault:
                continue
            for compiled in settled.program.steps:
                item = compiled.step.item
                value, used, missing, decided = answer(compiled, run.slots)
                assert (value, used, missing & ~run.given, decided) == run.answers[item.id], item.id
                answered += 1
                if compiled.outcome is not None and item.id in run.fired:
                    assert set(holding(compiled.outcome, run.slots)) == set(run.fired[item.id].rules), item.id
                    fired += bool(run.fired[item.id].rules)
    assert answered > 50 * cases
    assert fired > cases
