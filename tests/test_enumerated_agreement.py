"""Every item of every convention, over the classes of the facts it reads: one case, columns and oracle agree."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

import pytest
from conftest import Effort
from test_agreement import differences as oracle_differences
from test_agreement import open_questions, plain_data
from test_bulk_agreement import differences as column_differences

from engine.errors import InputFault
from engine.evaluation.facts import Facts, read_case
from engine.evaluation.session import Session
from engine.language.values import UNDETERMINED
from engine.policy.model import Convention
from engine.review.classes import fact_classes, surveyed
from engine.suite.running import read_cases

MOST = 60  # combinations of an item: all of them where there are so few, else a seeded sample
CONVENTIONS = ("2019_avenant7", "2020_centres_de_sante", "2023_reglement_arbitral", "2024_convention")


@pytest.fixture(scope="module")
def books(policies: Path) -> dict[str, dict[str, Any]]:
    return plain_data(policies)


def combinations(choices: list[list[Any]], rng: random.Random, most: int) -> Iterator[tuple[Any, ...]]:
    """The whole product where it is small, else a seeded sample of it."""
    if prod(len(values) for values in choices) <= most:
        yield from product(*choices)
    else:
        for _ in range(most):
            yield tuple(rng.choice(values) for values in choices)


def enumerated(session: Session, convention: Convention, most: int) -> Iterator[Facts]:
    """A whole case of the policies' tests, with the facts that an item reads taken through their classes."""
    survey = surveyed(session.program(convention, ()))
    wholes = [case.facts for case in read_cases(session) if case.convention == convention.id]
    for id_ in convention.items:
        if convention.items[id_].transitional:
            continue
        rng = random.Random(id_)
        classes = fact_classes(survey, [id_])
        choices = {name: list(found) for name, found in classes.items()}
        for values in combinations(list(choices.values()), rng, most):
            facts = dict(rng.choice(wholes))
            for name, value in zip(choices, values, strict=True):
                facts.pop(name, None)
                if value is not UNDETERMINED:
                    facts[name] = value
            if admissible(facts, session, convention):
                yield facts


def admissible(facts: Facts, session: Session, convention: Convention) -> bool:
    """Whether a person could state the case, and the convention decides it."""
    nested: dict[str, Any] = {}
    for name, value in facts.items():
        group, _, key = name.partition(".")
        if key:
            nested.setdefault(group, {})[key] = value
        else:
            nested[name] = value
    try:
        read_case(nested, session.registry.vocabulary)
    except InputFault:
        return False
    signature = facts["contrat.date_signature"]
    assert isinstance(signature, dt.date)
    return convention.covers(signature) and facts["beneficiaire"] == convention.beneficiary


@pytest.mark.parametrize("id_", CONVENTIONS)
def test_all_three_agree_on_every_item_over_the_classes_of_its_facts(
    id_: str, session: Session, books: dict[str, dict[str, Any]], effort: Effort
) -> None:
    convention = session.registry.conventions[id_]
    rows = list(enumerated(session, convention, effort.of(MOST)))
    assert len(rows) > effort.of(5) * len(convention.items)
    choices = {name: default for name, _, default in open_questions(session, convention)}
    wrong = list(column_differences(session, rows, choices))
    for facts in rows:
        wrong.extend(oracle_differences(session, books, convention, facts, choices))
    assert not wrong, "\n".join(wrong[:20])
