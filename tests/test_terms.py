"""Plans as terms: they agree with the evaluator item by item, and their bank folds what is constant."""

from __future__ import annotations

import datetime as dt
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Effort, examples
from each_operator import TABLES, ids
from hypothesis import given, strategies
from term_agreement import Encoded, disagreements, seeded_cases, seeded_differences

from engine.evaluation.facts import misordered
from engine.evaluation.session import Session
from engine.language import term_days
from engine.language.facts import BENEFICIARY, SIGNATURE
from engine.language.logic import Sort, evaluate
from engine.language.operators import OPERATORS, Operator
from engine.language.symbolic import Symbolic, Truth, among, certain, is_value, mixed, on_scale
from engine.language.term_bank import TermBank
from engine.language.term_days import Day
from engine.language.values import NOT_APPLICABLE, UNDETERMINED, add_months, full_years
from engine.policy.reading import load_registry
from engine.proof.possible import encode_case
from engine.proof.prover import Prover, value_of
from engine.proof.solving import DEFAULT_EFFORT, Solver, Status
from engine.suite.running import PolicyCase

CASES = 20_000
MOST_CHANGED = "2019_avenant7"


@pytest.fixture(scope="module")
def encoded(session: Session, effort: Effort) -> Iterator[Encoded]:
    """All conventions with full effort; otherwise without the one that later texts change in 240 ways."""
    if effort.full:
        yield Encoded(session)
        return
    fewer = {id_: each for id_, each in session.registry.conventions.items() if id_ != MOST_CHANGED}
    opened = Session(replace(session.registry, conventions=fewer), session)
    yield Encoded(opened)
    opened.close()


def test_terms_agree_with_the_evaluator_on_every_policy_test(
    policy_cases: list[PolicyCase], encoded: Encoded, effort: Effort
) -> None:
    wrong = []
    conventions = encoded.session.registry.conventions
    cases = [case for case in policy_cases if case.convention in conventions]
    for case in effort.share(cases, part=200):
        convention = conventions[case.convention]
        questions = encoded.of(convention).questions
        choices = {id_: question.default for id_, question in questions.items()} | case.entry.get("interpret", {})
        wrong += [f"{case.at} {case.name}: {said}" for said in encoded.differences(case.facts, choices)]
    assert not wrong, "\n".join(wrong[:20])


def test_terms_agree_with_the_evaluator_on_seeded_random_cases(encoded: Encoded, effort: Effort) -> None:
    wrong = list(seeded_differences(encoded, effort.of(CASES, part=200)))
    assert not wrong, "\n".join(wrong[:20])


def test_terms_agree_with_the_evaluator_on_every_operator(root: Path, effort: Effort) -> None:
    session = Session(load_registry(root / "tests" / "fixtures" / "every_operator"))
    wrong = list(seeded_differences(Encoded(session), effort.of(400, part=8)))
    session.close()
    assert not wrong, "\n".join(wrong[:20])


def test_terms_agree_where_most_of_a_case_is_constant(session: Session, encoded: Encoded, effort: Effort) -> None:
    wrong = []
    rng = random.Random(7)
    vocabulary = session.registry.vocabulary
    for convention, facts, choices in seeded_cases(encoded, effort.of(400, part=40)):
        while pair := next(misordered(facts, vocabulary), None):
            facts.pop(pair[0] if pair[1] == SIGNATURE else pair[1])
        opened = {name for name in vocabulary.facts if rng.random() < 0.1} - {BENEFICIARY, SIGNATURE}
        questions = {id_ for id_ in choices if rng.random() < 0.1}
        case = encode_case(session, convention, facts, opened, choices, open_questions=questions)
        wrong += list(disagreements(case, session.settled(facts, choices)))
    assert not wrong, "\n".join(wrong[:20])


@pytest.mark.turns(name=tuple(map(ids, OPERATORS)), every=4)
def test_a_term_that_is_broken_on_purpose_is_caught(name: str, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (row,) = (each for each in OPERATORS if ids(each) == name)
    monkeypatch.setitem(TABLES[row.family], row.name, replace(row, term=broken(row)))  # type: ignore[arg-type]
    session = Session(load_registry(root / "tests" / "fixtures" / "every_operator"))
    found = next(seeded_differences(Encoded(session), 400), None)
    session.close()
    assert found is not None


def broken(row: Operator) -> Callable[..., Any]:
    """A wrong term: a comparison turned round, unknown read as false, another operand, or a number one too large."""

    def comparison(bank: TermBank, *operands: Any) -> Truth:
        truth = row.term(bank, *operands)
        return Truth(truth.false, truth.true)

    def connective(bank: TermBank, parts: Sequence[Truth]) -> Truth:
        found: Truth = row.term(bank, [Truth(part.true, bank.negate(part.true)) for part in parts])
        return found

    def expression(bank: TermBank, parts: Sequence[Symbolic], options: Sequence[Any]) -> Symbolic:
        found: Symbolic = row.term(bank, parts, options)
        if row.name in ("highest", "first_known"):
            return parts[-1]
        if isinstance(found.value, Day):
            return replace(found, value=found.value._replace(year=bank.plus(found.value.year, bank.whole(1))))
        return replace(found, value=bank.plus(found.value, bank.exact(1)))

    return {"comparison": comparison, "connective": connective}.get(row.family, expression)


def test_every_set_of_overlays_has_contracts(encoded: Encoded, effort: Effort) -> None:
    for convention in effort.share([*encoded.session.registry.conventions.values()], part=3):
        encoding = encoded.of(convention)
        prover = Prover(encoding.space, encoding.base)
        assert {prover.ask(layer.when) for layer in encoding.layers} == {Status.SHOWN}


def test_amounts_that_two_texts_make_of_each_other_are_as_the_evaluator_has_them(root: Path) -> None:
    session = Session(load_registry(root / "tests" / "fixtures" / "overlaid_properties"))
    encoded = Encoded(session)
    assert encoded.of(session.registry.by_id("ancien")).circling == {"premier", "second"}
    assert list(seeded_differences(encoded, 60)) == []
    session.close()


def test_the_solver_reads_terms_as_they_are_evaluated(root: Path, effort: Effort) -> None:
    session = Session(load_registry(root / "tests" / "fixtures" / "every_operator"))
    encoded = Encoded(session)
    for convention, facts, choices in seeded_cases(encoded, effort.of(200, part=20)):
        encoding = encoded.of(convention)
        bank, symbols = encoding.bank, encoding.space.symbols_of(facts, choices)
        given = [
            is_value(bank, certain(bank, each.symbol), symbols[each.symbol.value]) for each in encoding.space.unknowns()
        ]
        solver = Solver(bank, given, effort=DEFAULT_EFFORT)
        answers = [encoding.answer(id_) for id_ in encoding.definitions]
        as_said = bank.both(*(is_value(bank, each, value_of(each, symbols)) for each in answers))
        assert solver.check(as_said) is Status.SHOWN
        assert solver.check(bank.negate(as_said)) is Status.EXCLUDED
    session.close()


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


@examples(200)
@given(
    *2 * [strategies.lists(strategies.sampled_from("abcdefg"), min_size=1, max_size=5, unique=True)], strategies.data()
)
def test_a_mixture_of_two_scales_is_the_one_or_the_other_whatever_their_steps(
    one: list[str], other: list[str], data: strategies.DataObject
) -> None:
    bank = TermBank()
    here = bank.symbol("here", Sort.TRUTH)
    drawn = [data.draw(strategies.sampled_from(["undetermined", "not_applicable", *steps])) for steps in (one, other)]
    sides = []
    for steps, value in zip((one, other), drawn, strict=True):
        left = [bank.truth(value in (step, "undetermined")) for step in ("not_applicable", *steps)]
        sides.append(on_scale(bank, left, tuple(steps)))
    found = mixed(bank, here, *sides)
    assert {*found.scale} == {*one, *other}
    for chosen, value in zip((True, False), drawn, strict=True):
        told = value_of(found, {"here": chosen})
        assert told == {"undetermined": UNDETERMINED, "not_applicable": NOT_APPLICABLE}.get(value, value)
        for steps in (one, other):
            truth = among(bank, found, found.scale, steps)
            sure = evaluate([truth.true, truth.false], {"here": chosen})
            inside = None if value == "undetermined" else value in steps
            assert inside is None or (sure[truth.true], sure[truth.false]) == (inside, not inside)


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
