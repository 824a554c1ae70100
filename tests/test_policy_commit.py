"""A rule changes with its test, its citation and its line in the changelog, or the commit is refused."""

from __future__ import annotations

import contextlib
import importlib
import io
import re
import shutil
import sys
from pathlib import Path

import pytest
from command import ROOT
from scratch import ENVIRONMENT, Scratch, scratch

sys.path.insert(0, str(ROOT / "tools"))

CONVENTION = "2024_convention"
FOLDER = f"policies/{CONVENTION}"
FUNDING, HEAD = f"{FOLDER}/funding.yaml", f"{FOLDER}/convention.yaml"
OBJECTIVES = f"{FOLDER}/objectives.yaml"
AMOUNT = ("{option: demi_etp, annee: 1, then: 19000,", "{option: demi_etp, annee: 1, then: 19500,")
LABEL = ("Aide due pour l'année", "Aide due au titre de l'année")


@pytest.fixture(scope="module")
def fewer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The convention without the files that no test changes: half of it is read in half of the time."""
    folder = tmp_path_factory.mktemp("fewer")
    left_out = [f"{name}.yaml" for name in ("consistency", "lifecycle", "obligations", "properties", "transitional")]
    shutil.copytree(ROOT / FOLDER, folder / CONVENTION, ignore=shutil.ignore_patterns(*left_out))
    return folder


@pytest.fixture
def repository(fewer: Path, tmp_path: Path) -> Scratch:
    return scratch(tmp_path, CONVENTION, policies=fewer)


def said(repository: Scratch, *options: str, **environment: str) -> tuple[int, list[str]]:
    """The exit status, and each line printed."""
    told = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, contextlib.redirect_stderr(told):
        patch.chdir(repository.top)
        for name, value in {**ENVIRONMENT, **environment}.items():
            patch.setenv(name, value)
        status = importlib.import_module("policy_commit").main(["--lang", "en", *options])
    return status, told.getvalue().splitlines()


def codes(repository: Scratch) -> list[str]:
    repository.git("add", "-A")
    status, lines = said(repository)
    found = [line.split(": ")[1] for line in lines]
    assert status == int(bool(found))
    return found


def add_test(repository: Scratch) -> None:
    path = f"{FOLDER}/tests/funding_test.yaml"
    repository.write(path, (repository.top / path).read_text(encoding="utf-8") + "# Another case.\n")


def add_changelog(repository: Scratch) -> None:
    path = f"{FOLDER}/CHANGELOG.md"
    repository.write(path, (repository.top / path).read_text(encoding="utf-8") + "\n- Au 1er janvier 2027 : …\n")


def test_nothing_is_asked_where_no_rule_changes(repository: Scratch) -> None:
    repository.write("README", "Words.\n")
    assert codes(repository) == []


def test_a_changed_amount_asks_for_a_test_and_a_changelog_line_and_names_them(repository: Scratch) -> None:
    repository.edit(FUNDING, *AMOUNT)
    repository.git("add", "-A")
    status, lines = said(repository)
    assert status == 1
    assert [line.split(": ")[1] for line in lines] == ["commit-changelog", "commit-test"]
    assert all(line.startswith(f"{FUNDING}:") and "aide.bareme" in line for line in lines)
    assert f"{FOLDER}/CHANGELOG.md" in lines[0]
    assert f"{FOLDER}/tests" in lines[1]
    french = said(repository, "--lang", "fr")[1]
    assert "change sans ligne au journal" in french[0]
    assert "sans qu'aucun essai" in french[1]


def test_a_number_that_changes_at_many_places_is_asked_about_at_each(repository: Scratch) -> None:
    for name in ("eligibility", "objectives"):
        file = repository.top / FOLDER / f"{name}.yaml"
        text = file.read_text(encoding="utf-8")
        file.write_text(re.sub(r"(percentile_.., [a-z_]+: )30}", r"\g<1>25}", text), encoding="utf-8")
    repository.git("add", "-A")
    _, lines = said(repository)
    assert all("rang_p30.mt, rang_p30.fa, tranche.mt, tranche.fa" in line for line in lines)


def test_each_thing_that_is_there_is_no_longer_asked_for(repository: Scratch) -> None:
    repository.edit(FUNDING, *AMOUNT)
    add_test(repository)
    assert codes(repository) == ["commit-changelog"]
    add_changelog(repository)
    assert codes(repository) == []


def test_the_test_and_the_changelog_must_be_those_of_the_convention_and_staged(repository: Scratch) -> None:
    shutil.copytree(ROOT / "policies" / "2023_reglement_arbitral", repository.top / "policies/2023_reglement_arbitral")
    repository.commit("Another convention")
    repository.edit(FUNDING, *AMOUNT)
    repository.write("policies/2023_reglement_arbitral/CHANGELOG.md", "- Autre chose.\n")
    repository.write("policies/2023_reglement_arbitral/tests/other_test.yaml", "# Another.\n")
    assert codes(repository) == ["commit-changelog", "commit-test"]
    add_test(repository)  # not staged
    assert len(said(repository)[1]) == 2


def test_what_is_not_staged_is_not_looked_at(repository: Scratch) -> None:
    repository.edit(FUNDING, *AMOUNT)
    assert said(repository) == (0, [])


def test_a_row_without_a_citation_is_refused_unless_its_table_cites(repository: Scratch) -> None:
    cited = ', cite: [{source: paps, at: "P30"}]'
    repository.write(
        f"{FOLDER}/more.yaml",
        "parameters:\n  - id: essai\n    label: {fr: Essai, en: Trial}\n    unit: patients\n"
        '    values:\n      - {from: "2024-06-22", value: 1}\n',
    )
    add_test(repository)
    add_changelog(repository)
    assert codes(repository) == ["commit-citation"]
    repository.edit(f"{FOLDER}/more.yaml", "value: 1}", f"value: 1{cited}}}")
    assert codes(repository) == []
    repository.commit("A trial")
    added = f'value: 1{cited}}}\n      - {{from: "2025-01-01", value: 2}}'
    repository.edit(f"{FOLDER}/more.yaml", f"value: 1{cited}}}", added)
    add_test(repository)
    add_changelog(repository)
    assert codes(repository) == ["commit-citation"]
    repository.edit(f"{FOLDER}/more.yaml", "    unit: patients\n", "    unit: patients\n    cite: [{source: paps}]\n")
    assert codes(repository) == []


def test_an_uncited_quantity_may_stay_as_it_is_but_not_change(repository: Scratch) -> None:
    text = (repository.top / OBJECTIVES).read_text(encoding="utf-8")
    start = text.index("- id: gain_attendu.mt")
    assert "cite" not in text[start : text.index("- id:", start + 1)]
    changed = text[start:].replace("subtract", "add", 1)
    assert changed != text[start:]
    repository.write(OBJECTIVES, text[:start] + changed)
    add_test(repository)
    add_changelog(repository)
    repository.git("add", "-A")
    _, lines = said(repository)
    assert [line.split(": ")[1] for line in lines] == ["commit-citation"]
    assert "gain_attendu.mt" in lines[0]


def test_a_label_asks_for_the_changelog_only(repository: Scratch) -> None:
    repository.edit(FUNDING, *LABEL)
    assert codes(repository) == ["commit-changelog"]


def test_a_citation_asks_for_the_changelog_only(repository: Scratch) -> None:
    repository.edit(FUNDING, 'at: "mi-temps, 1re année"', 'at: "mi-temps, première année"')
    assert codes(repository) == ["commit-changelog"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("De la troisième année au terme", "Depuis la troisième année jusqu'au terme"),
        ("tables:\n", "# Les montants.\ntables:\n"),
        ("    unit: EUR\n    cite: [{source: ameli_juin_2024", "    unit:   EUR\n    cite: [{source: ameli_juin_2024"),
        ("option: [un_etp_et_demi, deux_etp]", "option: [deux_etp, un_etp_et_demi]"),
        ("{option: demi_etp, annee: 1, then: 19000,", "{annee: 1, option: demi_etp, then: 19000.00,"),
    ],
    ids=["note", "comment", "layout", "order of a list", "order of keys"],
)
def test_notes_comments_order_and_layout_ask_for_nothing(repository: Scratch, old: str, new: str) -> None:
    repository.edit(FUNDING, old, new)
    assert codes(repository) == []


def test_the_order_of_rows_asks_for_nothing(repository: Scratch) -> None:
    lines = (repository.top / FUNDING).read_text(encoding="utf-8").split("\n")
    rows = [number for number, line in enumerate(lines) if line.startswith("      - {option: ")]
    lines[rows[0]], lines[rows[-1]] = lines[rows[-1]], lines[rows[0]]
    repository.write(FUNDING, "\n".join(lines))
    assert codes(repository) == []


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        (FUNDING, "not_in: [tiers_etp]}", "not_in: [tiers_etp, un_etp]}"),
        (FUNDING, "percent_of: [50, {ref: aide.montant_annuel}]", "percent_of: [51, {ref: aide.montant_annuel}]"),
        (FUNDING, "verification.taux}]}, to: 0.01, mode: half_up}", "verification.taux}]}, to: 0.01, mode: down}"),
        (HEAD, 'signed: {from: "2024-06-22"}', 'signed: {from: "2024-06-23"}'),
        (HEAD, "default: gain", "default: niveau"),
    ],
    ids=["gate", "share", "rounding", "window", "interpretation"],
)  # fmt: skip
def test_whatever_a_result_depends_on_is_a_rule(repository: Scratch, path: str, old: str, new: str) -> None:
    repository.edit(path, old, new)
    assert codes(repository) == ["commit-changelog", "commit-test"]


def test_an_item_or_a_file_that_goes_is_a_change_of_rules(repository: Scratch) -> None:
    text = (repository.top / FUNDING).read_text(encoding="utf-8")
    repository.write(FUNDING, text[: text.index("  - id: versement.solde")])
    assert codes(repository) == ["commit-changelog", "commit-test"]
    (repository.top / FUNDING).unlink()
    assert codes(repository) == ["commit-changelog", "commit-test"]


def test_a_new_convention_comes_with_tests_and_a_changelog(repository: Scratch) -> None:
    source = ROOT / "policies" / "2023_reglement_arbitral"
    target = repository.top / "policies" / "2023_reglement_arbitral"
    target.mkdir()
    for path in source.glob("*.yaml"):
        shutil.copy(path, target)
    repository.git("add", "-A")
    lines = said(repository)[1]
    assert {line.split(": ")[1] for line in lines} >= {"commit-changelog", "commit-test"}
    assert all(line.startswith("policies/2023_reglement_arbitral/") for line in lines)


def test_of_a_new_text_only_what_it_changes_needs_a_citation(repository: Scratch) -> None:
    newer = "policies/2030_convention"
    shutil.copytree(repository.top / FOLDER, repository.top / newer)
    head = f"{newer}/convention.yaml"
    repository.edit(head, f"\nid: {CONVENTION}", "\nid: 2030_convention")
    repository.edit(head, 'signed: {from: "2024-06-22"}', 'signed: {from: "2030-01-01"}')
    assert codes(repository) == []
    objectives = f"{newer}/objectives.yaml"
    text = (repository.top / objectives).read_text(encoding="utf-8")
    start = text.index("- id: gain_attendu.mt")
    repository.write(objectives, text[:start] + text[start:].replace("subtract", "add", 1))
    assert codes(repository) == ["commit-citation"]


def test_a_correction_is_asked_for_where_it_is_written_and_not_in_a_text_that_keeps_it(repository: Scratch) -> None:
    repository.write(
        "policies/2030_avenant/convention.yaml",
        f"""id: 2030_avenant
label: {{fr: Avenant, en: Amendment}}
amends: {CONVENTION}
signed: {{from: "2030-01-01"}}
kept: {{cite: [{{source: avenant, at: article 1}}]}}
sources: {{avenant: {{title: Avenant, publisher: Avenant, kind: official_text, date: "2029"}}}}
""",
    )
    repository.commit("An amending text")
    repository.edit(FUNDING, *AMOUNT)
    repository.git("add", "-A")
    assert {line.split("/")[-1].split(":")[0] for line in said(repository)[1]} >= {"tests", "CHANGELOG.md"}
    assert all("2030" not in line for line in said(repository)[1])
    repository.edit("policies/2030_avenant/convention.yaml", "sources:", "removed: [carence]\nsources:")
    repository.git("add", "-A")
    assert any("2030_avenant/CHANGELOG.md" in line for line in said(repository)[1])


def test_the_first_commit_of_all_is_looked_at_too(repository: Scratch) -> None:
    repository.git("checkout", "-q", "--orphan", "first")
    assert {*codes(repository)} == {"commit-citation"}
    repository.git("rm", "-q", "--cached", f"{FOLDER}/CHANGELOG.md")
    assert "commit-changelog" in [line.split(": ")[1] for line in said(repository)[1]]


def test_rules_that_cannot_be_read_are_refused_with_their_faults(repository: Scratch) -> None:
    repository.edit(FUNDING, "{option: demi_etp, annee: 1, then: 19000,", "{option: demi_etp, annee: 1, then: yes,")
    assert codes(repository) == ["yaml-boolean"]
    repository.git("commit", "-q", "-m", "Broken", "--no-verify")
    repository.edit(FUNDING, "annee: 1, then: yes,", "annee: 1, then: 19000,")
    assert "commit-test" in codes(repository), "what was broken may be mended, with the rest"


def test_outside_of_a_repository_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "policies").mkdir()
    outside = Scratch(tmp_path)
    status, lines = said(outside, GIT_CEILING_DIRECTORIES=str(tmp_path.parent))
    assert status == 1
    assert "git-no-repository" in lines[0]


def test_git_itself_refuses_the_commit_also_of_some_paths_only(repository: Scratch) -> None:
    hook = repository.top / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT}/tools/policy_commit.py" --lang en\n', encoding="utf-8")
    hook.chmod(0o755)
    repository.edit(FUNDING, *AMOUNT)
    add_test(repository)
    add_changelog(repository)
    with pytest.raises(AssertionError, match="commit-test"):
        repository.git("commit", "-q", "-m", "Some paths", "--", FUNDING, f"{FOLDER}/CHANGELOG.md")
    repository.git("commit", "-q", "-m", "All", "-a")


def test_the_hook_is_in_the_configuration() -> None:
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    hook = text[text.index("- id: policy-commit") :]
    assert "entry: .venv/bin/python tools/policy_commit.py" in hook
    assert "files: ^policies/" in hook
