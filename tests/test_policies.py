"""The policies as shipped: checked without a word, their own tests pass, every day has one convention."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from pathlib import Path

import pytest

from engine.evaluation.session import Session
from engine.language.expressions import FactRef, below
from engine.language.facts import BENEFICIARY
from engine.policy.checks import check_folder
from engine.policy.registry import Outside
from engine.suite.running import PolicyCase, run_case, suite_files

POLICIES = Path(__file__).resolve().parent.parent / "policies"


WORKING = re.compile(r"\b(?:L\d-\d+|N-[A-Z]\d+|S\d\.\d+|A\d\d-\d+|C\d\d)\b")  # as COVERAGE.md names statements
SHOWN = [
    *(path for pattern in ("*/*.yaml", "*/tests/*.yaml") for path in sorted(POLICIES.glob(pattern))),
    *(POLICIES.parent / "schemas" / f"{name}.schema.json" for name in ("case", "dossier")),
    *sorted((POLICIES.parent / "engine" / "words").glob("*/*.json")),
]


def test_the_check_is_silent_on_the_policies() -> None:
    assert [problem.line() for problem in check_folder(POLICIES)] == []


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_text_that_is_shown_names_a_statement_by_the_number_of_a_working_document(path: Path) -> None:
    lines = (re.sub(r"(^|\s)#\s.*", "", line) for line in path.read_text(encoding="utf-8").splitlines())
    assert [line for line in lines if WORKING.search(line)] == []


def test_every_fact_that_a_case_may_state_is_read_by_some_rule_and_its_values_have_labels(session: Session) -> None:
    known = session.registry.vocabulary.facts
    read = {BENEFICIARY}
    for text in session.registry.conventions.values():
        laid = (*text.derogations.values(), *text.overlays, *text.properties.values())
        for part in (part for root in (text.years_from, *text.items.values(), *laid) for part in below(root)):
            read.update(fact.name for fact in (part, *getattr(part, "supplied_by", ())) if isinstance(fact, FactRef))
    assert set(known) - read == set()
    assert [name for name, fact in known.items() if set(fact.type.values) - set(fact.value_labels)] == []


@pytest.mark.turns(path=suite_files(POLICIES), every=4)
def test_every_case_of_the_suite_passes(path: Path, session: Session, policy_cases: list[PolicyCase]) -> None:
    file = path.relative_to(POLICIES.parent).as_posix()
    own = [case for case in policy_cases if case.at.file == file]
    assert own
    failed = [
        f"{outcome.case.at} {outcome.case.name}: {outcome.differences} {[p.line() for p in outcome.problems]}"
        for outcome in (run_case(session, case) for case in own)
        if not outcome.passed
    ]
    assert not failed, "\n".join(failed)


def test_each_convention_has_its_suites_and_all_have_at_least_120_cases(
    session: Session, policy_cases: list[PolicyCase]
) -> None:
    counts = Counter(case.convention for case in policy_cases)
    assert set(counts) == set(session.registry.conventions)
    assert sum(counts.values()) >= 120


def test_every_interpretation_is_taken_both_ways_by_some_case(session: Session, policy_cases: list[PolicyCase]) -> None:
    taken = {(id_, choice) for case in policy_cases for id_, choice in case.entry.get("interpret", {}).items()}
    for convention in session.registry.conventions.values():
        for id_, question in convention.interpretations.items():
            others = set(question.choices) - {question.default}
            missing = others - {choice for taken_id, choice in taken if taken_id == id_}
            assert not missing, f"{convention.id}: no case reads {id_} as {missing}"


def test_every_day_since_the_first_window_has_exactly_one_convention(session: Session) -> None:
    day = dt.date(2019, 9, 1)
    while day <= dt.date(2026, 12, 31):
        convention, _ = session.registry.select("medecin_liberal", day)
        holders = [
            other.id
            for other in session.registry.conventions.values()
            if other.beneficiary == "medecin_liberal" and other.covers(day)
        ]
        assert holders == [convention.id]
        day += dt.timedelta(days=1)


@pytest.mark.parametrize(
    ("beneficiary", "day"),
    [
        ("medecin_liberal", dt.date(2019, 8, 31)),
        ("centre_de_sante", dt.date(2020, 2, 3)),
        ("maison_de_sante", dt.date(2026, 2, 24)),
    ],
)
def test_a_day_without_rules_is_told_with_what_is_known_of_it(session: Session, beneficiary: str, day: dt.date) -> None:
    with pytest.raises(Outside) as raised:
        session.registry.select(beneficiary, day)
    problem = raised.value.problems[0]
    assert problem.code == "no-rules"
    assert day.isoformat() in problem.message("fr")
    assert raised.value.window.known


def test_the_same_id_means_the_same_kind_of_thing_in_every_convention(session: Session) -> None:
    kinds: dict[str, set[str]] = {}
    for convention in session.registry.conventions.values():
        for item in convention.items.values():
            kinds.setdefault(item.id, set()).add(item.kind)
    assert {id_: found for id_, found in kinds.items() if len(found) > 1} == {}


def test_no_label_speaks_only_one_language(session: Session) -> None:
    for convention in session.registry.conventions.values():
        for item in convention.items.values():
            assert item.label["fr"]
            assert item.label["en"]
