"""The hook runs the policy tests of the texts that a commit changes, and of those that amend them."""

from __future__ import annotations

import importlib
import shutil
import sys
from pathlib import Path

import pytest
from command import ROOT
from small_rules import rewrite

from engine.evaluation.session import Session

sys.path.insert(0, str(ROOT / "tools"))
changed_tests = importlib.import_module("changed_tests")
CHAIN = ("2020_centres_de_sante", "2024_centres_avenant_5", "2025_centres_accord")
ANOTHER = "2026_contrat_collectif"
FUNDING = "policies/2020_centres_de_sante/funding.yaml"


@pytest.fixture
def copied(tmp_path: Path, policies: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (*CHAIN, ANOTHER):
        shutil.copytree(policies / name, tmp_path / "policies" / name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_text_brings_those_that_amend_it_and_a_schema_all(session: Session) -> None:
    assert changed_tests.touched(session.registry, [FUNDING]) == set(CHAIN)
    assert changed_tests.touched(session.registry, ["policies/2025_centres_accord/CHANGELOG.md"]) == {
        "2025_centres_accord"
    }
    assert changed_tests.touched(session.registry, ["schemas/case.schema.json"]) == set(session.registry.conventions)


def test_a_change_whose_tests_fail_is_refused_with_their_places(
    copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert changed_tests.main([FUNDING]) == 0
    rewrite(copied / FUNDING, "then: 27000", "then: 27001")
    assert changed_tests.main([FUNDING]) == 1
    told = capsys.readouterr().err
    assert "policies/2020_centres_de_sante/tests/funding_test.yaml:" in told
    assert "27 000 euros par temps plein la deuxième année." in told
    assert changed_tests.main([f"policies/{ANOTHER}/convention.yaml"]) == 0


def test_a_rule_file_that_cannot_be_read_is_refused(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (copied / FUNDING).write_text("tables: [", encoding="utf-8")
    assert changed_tests.main([FUNDING]) == 1
    assert FUNDING in capsys.readouterr().err
