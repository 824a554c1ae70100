"""Plans as terms: they agree with the evaluator item by item, and their bank folds what is constant."""

from __future__ import annotations

import datetime as dt
import random
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from random_cases import random_facts
from term_agreement import Encoded

from engine.evaluation.session import Session
from engine.language import term_days
from engine.language.logic import Sort, evaluate
from engine.language.term_bank import TermBank
from engine.language.values import add_months, full_years
from engine.policy.reading import load_registry
from engine.proof.prover import Prover
from engine.proof.solving import Status
from engine.suite.running import read_cases

SEED = 20240622
CASES = 2_000


@pytest.fixture(scope="module")
def encoded(session: Session) -> Encoded:
    return Encoded(session)


def test_terms_agree_with_the_evaluator_on_every_policy_test(session: Session, encoded: Encoded) -> None:
    wrong = []
    for case in read_cases(session):
        convention = session.registry.conventions[case.convention]
        questions = encoded.of(convention).questions
        choices = {id_: question.default for id_, question in questions.items()} | case.entry.get("interpret", {})
        wrong += [f"{case.at} {case.name}: {said}" for said in encoded.differences(case.facts, choices)]
    assert not wrong, "\n".join(wrong[:20])


def seeded_differences(session: Session, encoded: Encoded, count: int) -> Iterator[str]:
    """Differences over seeded cases of all conventions, with missing facts and drawn readings."""
    conventions = list(session.registry.conventions.values())
    for number in range(count):
        rng = random.Random(SEED + number)
        convention = conventions[number % len(conventions)]
        last = convention.signed_before or dt.date(2026, 12, 31)
        facts = random_facts(rng, session.registry.vocabulary, convention.beneficiary, convention.signed_from, last)
        choices = {
            id_: rng.choice(list(question.choices)) if rng.random() < 0.3 else question.default
            for id_, question in encoded.of(convention).questions.items()
        }
        for said in encoded.differences(facts, choices):
            yield f"case {number} of {convention.id}: {said}"


def test_terms_agree_with_the_evaluator_on_seeded_random_cases(session: Session, encoded: Encoded) -> None:
    wrong = list(seeded_differences(session, encoded, CASES))
    assert not wrong, "\n".join(wrong[:20])


def test_terms_agree_with_the_evaluator_on_every_operator(root: Path) -> None:
    session = Session(load_registry(root / "tests" / "fixtures" / "every_operator"))
    wrong = list(seeded_differences(session, Encoded(session), 400))
    session.close()
    assert not wrong, "\n".join(wrong[:20])


def test_every_set_of_overlays_has_contracts(session: Session, encoded: Encoded) -> None:
    for convention in session.registry.conventions.values():
        encoding = encoded.of(convention)
        prover = Prover(encoding.space, encoding.base)
        assert {prover.ask(layer.when) for layer in encoding.layers} == {Status.SHOWN}


DAYS = [dt.date(2024, 2, 29), dt.date(2023, 12, 31), dt.date(2000, 3, 1), dt.date(1900, 1, 31), dt.date(2100, 2, 28)]


@pytest.mark.parametrize("start", DAYS, ids=str)
@pytest.mark.parametrize("count", [-800, -1, 0, 1, 15, 28, 29, 366, 150_000])
def test_the_calendar_of_terms_is_that_of_dates(start: dt.date, count: int) -> None:
    bank = TermBank()
    symbols = {"y": start.year, "m": start.month, "d": start.day, "n": count}
    day = term_days.Day(*(bank.symbol(name, Sort.WHOLE) for name in "ymd"))
    for number in (bank.whole(count), bank.symbol("n", Sort.WHOLE)):
        later = term_days.shifted(bank, day, "days", number)
        years = term_days.full_years(bank, day, later)
        moved = evaluate([*later, years], symbols)
        expected = start + dt.timedelta(days=count)
        assert dt.date(*(moved[part] for part in later)) == expected
        assert moved[years] == full_years(start, expected)
        if abs(count) < 800:
            months = term_days.shifted(bank, day, "months", number)
            moved = evaluate(months, symbols)
            assert dt.date(*(moved[part] for part in months)) == add_months(start, count)


def test_constants_are_settled_while_terms_are_built() -> None:
    bank = TermBank()
    asked = bank.symbol("asked", Sort.TRUTH)
    rate = bank.choose(asked, bank.exact(50), bank.exact(100))
    patients = bank.number(bank.symbol("patients", Sort.WHOLE))
    assert bank.both(asked, bank.negate(asked)) is bank.false
    assert bank.at_most(rate, bank.exact(60)) is asked
    assert bank.times(patients, rate) is bank.choose(
        asked, bank.times(bank.exact(50), patients), bank.times(bank.exact(100), patients)
    )


def test_deciding_a_case_never_loads_the_solver(root: Path) -> None:
    code = (
        "import sys; from engine.cli import main\n"
        "sys.argv = ['avenant', 'evaluate', 'examples/2025_gp_incomplete.yaml']\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "sys.exit('z3' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True).returncode == 0
