"""The deep checks find what rules never do, each with a case that says as claimed, on a policy with known defects."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from command import FIXTURES, LANGUAGES, ROOT, avenant
from conftest import Effort

from engine.errors import InputFault
from engine.evaluation.facts import read_case
from engine.evaluation.session import Session
from engine.language.values import Absent
from engine.policy.loader import load
from engine.policy.reading import load_registry, read_registry
from engine.proof.defects import PROVED, SHOWN, UNDECIDED, Defect, defects

DEFECTS = FIXTURES / "deep_policies"
SMALL = FIXTURES / "small_policies"
EXPECTED = {
    ("gap", "bareme"),
    ("overlap", "double"),
    ("row", "bareme[3]"),
    ("step", "jamais"),
    ("case", "2"),
    ("warning", "1"),
    ("applies", "sans_objet"),
    ("verdict-met", "met"),
    ("derogation", "impossible.exception"),
    ("rule", "resultat.plein"),
}


@pytest.fixture(scope="module")
def rules() -> Iterator[Session]:
    registry, problems = read_registry(ROOT / DEFECTS)
    assert not problems
    opened = Session(registry)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def findings(rules: Session) -> list[Defect]:
    return defects(rules)


def test_every_deliberate_defect_is_found_and_nothing_else(findings: list[Defect]) -> None:
    assert {(finding.code, finding.name) for finding in findings} == EXPECTED


def test_a_gap_and_an_overlap_are_shown_and_what_never_decides_is_proved(findings: list[Defect]) -> None:
    for finding in findings:
        assert finding.status == (SHOWN if finding.code in ("gap", "overlap") else PROVED), finding


def test_each_witness_says_as_claimed_when_it_is_evaluated(rules: Session, findings: list[Defect]) -> None:
    for finding in findings:
        witness = finding.witness
        assert witness is not None, finding
        if witness.fault is not None:
            with pytest.raises(InputFault) as caught:
                rules.decide(witness.facts, interpret=witness.interpret)
            assert caught.value.problems[0].code == witness.fault == "no-row"
            continue
        results = rules.decide(witness.facts, interpret=witness.interpret).results
        assert witness.values
        for id_, claimed in witness.values.items():
            result = results[id_]
            assert claimed == (result.value if result.status == "known" else Absent(result.status))


def test_the_gap_is_shown_by_the_inputs_that_no_row_has(findings: list[Defect]) -> None:
    gap = next(finding for finding in findings if finding.code == "gap")
    assert gap.inputs["tranche"] == "haute"
    assert gap.witness is not None
    assert gap.witness.facts["contrat.annee"] >= 3  # type: ignore[operator]
    assert gap.witness.facts["patientele.mt_depart"] >= 775  # type: ignore[operator]


def test_the_witness_of_a_criterion_that_is_never_met_shows_it_not_met(findings: list[Defect]) -> None:
    never = next(finding for finding in findings if finding.code == "verdict-met")
    assert never.witness is not None
    assert never.witness.values == {"impossible": "not_met"}


def test_findings_come_in_the_order_of_the_file_and_are_the_same_each_time(
    rules: Session, findings: list[Defect]
) -> None:
    assert [finding.at for finding in findings] == sorted(finding.at for finding in findings)
    assert defects(rules) == findings


def test_sound_policies_have_no_findings() -> None:
    session = Session(load_registry(ROOT / SMALL))
    kinds = {(finding.code, finding.status) for finding in defects(session)}
    session.close()
    assert kinds == set()


def test_what_the_budget_leaves_open_is_undecided_and_no_fault(rules: Session) -> None:
    found = {(finding.code, finding.name): finding for finding in defects(rules, effort=1)}
    living = found["rule", "resultat.partiel"]
    assert (living.status, living.witness, living.faulty) == (UNDECIDED, None, False)
    assert {finding.status for finding in found.values()} <= {UNDECIDED, PROVED}


def test_the_command_names_the_budget_that_was_spent() -> None:
    result = avenant("check", "--deep", "--effort", "1", "--policies", str(DEFECTS), "--lang", "en")
    assert "rule 'resultat.partiel' never fires" in result.stdout
    assert "the budget of 1 steps was spent" in result.stdout


def test_the_real_policies_leave_nothing_undecided_and_are_at_fault_nowhere(session: Session, effort: Effort) -> None:
    registry = session.registry
    few = {id_: each for id_, each in registry.conventions.items() if each.beneficiary != "medecin_liberal"}
    findings = defects(session if effort.full else Session(replace(registry, conventions=few)))
    assert [finding for finding in findings if finding.faulty or finding.status == UNDECIDED] == []
    assert {finding.code for finding in findings} == ({"row", "value", "verdict-not-met"} if effort.full else {"value"})
    assert len(findings) == (13 if effort.full else 4)
    assert all(finding.witness for finding in findings)


@pytest.mark.turns(lang=LANGUAGES)
def test_the_command_tells_the_findings_and_writes_cases_that_can_be_run(lang: str, tmp_path: Path) -> None:
    result = avenant("check", "--deep", "--witness", str(tmp_path), "--policies", str(DEFECTS), "--lang", lang)
    assert result.exit_code == 1
    told = " ".join(result.stdout.split())
    assert {"en": "never fires", "fr": "ne se déclenche jamais"}[lang] in told
    files = sorted(tmp_path.glob("*.yaml"))
    assert len(files) >= len(EXPECTED)
    vocabulary = load_registry(ROOT / SMALL).vocabulary
    for file in files:
        assert str(file) in result.stdout.replace("\n    ", "")
        facts = read_case(load(file).data, vocabulary)
        assert isinstance(facts["contrat.date_signature"], dt.date)
        run = avenant("evaluate", str(file), "--policies", str(DEFECTS))
        assert run.exit_code == (1 if "_gap" in file.stem else 0), run.output


def test_the_command_says_that_sound_policies_are_clean() -> None:
    result = avenant("check", "--deep", "--policies", str(SMALL), "--lang", "en")
    assert (result.exit_code, "Nothing to report" in result.output) == (0, True)


def test_a_witness_folder_without_deep_is_wrong_usage() -> None:
    assert avenant("check", "--witness", "anywhere").exit_code == 2
