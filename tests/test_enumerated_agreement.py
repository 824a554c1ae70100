"""Every item of every convention, over the classes of the facts it reads: one case, columns and oracle agree."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

import column_agreement
import oracle_agreement
import pytest
from command import CONVENTIONS
from conftest import Effort
from oracle_agreement import open_questions, plain_data

from engine.errors import InputFault
from engine.evaluation.facts import Facts, nested, read_case
from engine.evaluation.session import Session
from engine.language.logic import cone
from engine.language.symbolic import terms_of
from engine.language.term_bank import TermBank
from engine.language.values import exact
from engine.policy.model import Convention
from engine.proof.encoding import encode
from engine.proof.possible import values_apart
from engine.proof.space import make_space
from engine.suite.running import PolicyCase

FIRST = "2020_centres_de_sante"
MOST = 60  # combinations of an item: all of them where there are so few, else a seeded sample


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


def classes(session: Session, convention: Convention) -> dict[str, list[Any]]:
    """Of every fact no value, and the first and last of each class that some item of the convention tells apart."""
    vocabulary = session.registry.vocabulary
    program = session.program(convention, ())
    space = make_space(TermBank(), vocabulary, program.plan.interpretations)
    encoding = encode(session, convention, space)
    terms = {step.item.id: {*cone(terms_of(encoding.answer(step.item.id)))} for step in program.plan.steps}
    found: dict[str, list[Any]] = {}
    for name, fact in vocabulary.facts.items():
        opened = space.open_facts[name]
        mine = {opened.present.symbol, *(part.symbol for part in opened.parts)}
        firsts = list(values_apart(encoding, name, [id_ for id_, of_item in terms.items() if mine & of_item]))
        lasts = [before(value, fact.type.scale or 0) for value in firsts[1:]]
        found[name] = [None, *dict.fromkeys((*firsts, *(value for value in lasts if value is not None)))]
    return found


def before(value: Any, scale: int) -> Any:
    """The number or day just below, which ends the class below; None for a word."""
    if isinstance(value, dt.date):
        return value - dt.timedelta(days=1)
    return None if isinstance(value, str | bool) else exact(value - Fraction(1, 10**scale))


def enumerated(session: Session, cases: Sequence[PolicyCase], convention: Convention, most: int) -> Iterator[Facts]:
    """A whole case of the policies' tests, with the facts that an item reads taken through their classes."""
    apart = classes(session, convention)
    wholes = [case.facts for case in cases if case.convention == convention.id]
    for step in session.program(convention, ()).plan.steps:
        if step.item.transitional:
            continue
        rng = random.Random(step.item.id)
        names = step.reads.facts
        for values in combinations([apart[name] for name in names], rng, most):
            facts = dict(rng.choice(wholes))
            for name, value in zip(names, values, strict=True):
                facts.pop(name, None)
                if value is not None:
                    facts[name] = value
            if admissible(facts, session, convention):
                yield facts


def admissible(facts: Facts, session: Session, convention: Convention) -> bool:
    """Whether a person could state the case, and the convention decides it."""
    signature = facts.get("contrat.date_signature")
    if not isinstance(signature, dt.date) or "beneficiaire" not in facts:
        return False
    try:
        session.settled(read_case(nested(facts), session.registry.vocabulary)).run()
    except InputFault:
        return False
    return convention.covers(signature) and facts["beneficiaire"] == convention.beneficiary


@pytest.mark.sweep(number=len(CONVENTIONS), usual=1)
def test_all_three_agree_on_every_item_over_the_classes_of_its_facts(
    number: int,
    session: Session,
    policy_cases: list[PolicyCase],
    books: dict[str, dict[str, Any]],
    effort: Effort,
) -> None:
    """Those of centres in any case: random cases of every convention are compared elsewhere."""
    convention = session.registry.conventions[sorted(CONVENTIONS, key=FIRST.__eq__, reverse=True)[number]]
    rows = list(enumerated(session, policy_cases, convention, effort.of(MOST, part=30)))
    assert len(rows) > effort.of(5) * len(convention.items)
    choices = {name: default for name, _, default in open_questions(session, convention)}
    wrong = list(column_agreement.differences(session, rows, choices))
    for facts in rows:
        wrong.extend(oracle_agreement.differences(session, books, convention, facts, choices))
    assert not wrong, "\n".join(wrong[:20])
