"""The evaluator and the oracle give the same result, status and missing facts for every item of every case."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import Effort
from oracle_agreement import differences, open_questions, plain_data, random_differences

from engine.evaluation.session import Session
from engine.suite.running import PolicyCase

CASES = 20_000


@pytest.fixture(scope="module")
def books(policies: Path) -> dict[str, dict[str, Any]]:
    return plain_data(policies)


def test_the_oracle_agrees_on_the_policy_tests(
    session: Session, policy_cases: list[PolicyCase], books: dict[str, dict[str, Any]], effort: Effort
) -> None:
    wrong = []
    for case in effort.share(policy_cases, part=160):
        convention = session.registry.conventions[case.convention]
        defaults = {id_: default for id_, _, default in open_questions(session, convention)}
        choices = defaults | case.entry.get("interpret", {})
        for difference in differences(session, books, convention, case.facts, choices):
            wrong.append(f"{case.at} {case.name}: {difference}")
    assert not wrong, "\n".join(wrong[:20])


def test_the_oracle_agrees_on_seeded_random_cases(
    session: Session, books: dict[str, dict[str, Any]], effort: Effort
) -> None:
    wrong = list(random_differences(session, books, effort.of(CASES, part=240)))
    assert not wrong, "\n".join(wrong[:20])
