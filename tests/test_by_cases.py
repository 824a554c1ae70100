"""What comes out alike for every value of a fact that is decided by cases is known without it, and nothing else is.

What `unless` takes away holds of who is not refused: a value by which one would be refused says nothing of it.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from conftest import Effort

from engine.errors import InputFault
from engine.evaluation.by_cases import TOLD_ALONE, taken_away
from engine.evaluation.program import Run
from engine.evaluation.session import Session
from engine.language.facts import BENEFICIARY, SIGNATURE
from engine.language.values import UNDETERMINED
from engine.suite.running import PolicyCase

CASES = 2_000
KEPT = {SIGNATURE, BENEFICIARY}


def refused(run: Run, refusals: Mapping[str, Sequence[str]]) -> bool:
    return any(run.answers[verdict][0] in words for verdict, words in refusals.items())


def test_without_a_fact_decided_by_cases_what_all_its_values_give_is_known(
    session: Session, policy_cases: list[PolicyCase], effort: Effort
) -> None:
    (fact,) = session.registry.vocabulary.by_cases
    rng = random.Random(27)
    cases = [case.facts for case in policy_cases if fact.name in case.facts]
    waited, joined = 0, set[str]()
    for _ in range(effort.of(CASES, part=40)):
        given = dict(rng.choice(cases))
        for name in (fact.name, *rng.sample(sorted(given.keys() - KEPT), 2)):
            given.pop(name, None)
        try:
            case = session.settled(given)
            alone = case.run()
            found = case.decided()
            each = [session.settled({**given, fact.name: value}).run() for value in fact.type.values]
        except InputFault:
            continue
        refusals = case.convention.results.refusals
        aside = taken_away(case.convention)
        for compiled in case.program.steps:
            item = compiled.step.item
            mine = found.answers[item.id][0]
            told = [run.answers for run in each if item.id not in aside or not refused(run, refusals)]
            values = {answers[item.id][0] if item.id in answers else UNDETERMINED for answers in told}
            if alone.answers[item.id][0] is not UNDETERMINED or item.kind in TOLD_ALONE:
                assert found.answers[item.id] == alone.answers[item.id], (item.id, given)
            elif len(values) == 1:
                assert {mine} == values, (item.id, given)
            else:
                assert mine is UNDETERMINED, (item.id, given)
            waited += mine is UNDETERMINED
            if mine is not alone.answers[item.id][0]:
                joined.add(item.kind)
                assert found.answers[item.id][2] == 0
    assert waited > effort.of(CASES, part=40)
    assert "quantity" in joined
