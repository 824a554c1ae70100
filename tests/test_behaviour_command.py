"""The command that says for whom the result changes: pages, witnesses that run again, a portfolio, wrong uses."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import polars as pl
import pytest
from command import LANGUAGES, ROOT, avenant, compare, refused
from conftest import Effort, effects_found_once
from scratch import scratch
from small_rules import SMALL, rewrite

from engine.bulk.comparing import AFTER, SIDES, compared_rows, counted
from engine.errors import InputFault
from engine.evaluation.facts import Facts, nested, read_case
from engine.evaluation.session import Session
from engine.policy.loader import load
from engine.policy.reading import load_registry, load_schema
from engine.report.whom import SUITE
from engine.suite.running import read_cases, run_case
from engine.words import read_words

CHANGED = "2024_convention"
COMMENT = 65_536  # characters that a comment of a pull request takes


@pytest.fixture(scope="module", autouse=True)
def found_once(known_effects: dict[object, Any]) -> Iterator[None]:
    """The effects between two sides are proved once: each test looks at what is said and written of them."""
    with effects_found_once(known_effects):
        yield


@pytest.fixture(scope="module")
def edited(moved_threshold: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the policies in which the minimum of 2024 is 780 patients, to which tests may add."""
    folder = tmp_path_factory.mktemp("edited") / "policies"
    shutil.copytree(moved_threshold, folder)
    return folder


@pytest.fixture(scope="module")
def edited_small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the small policies with the same minimum moved in the same way."""
    folder = tmp_path_factory.mktemp("edited") / "small"
    shutil.copytree(SMALL, folder)
    for bound in ("more_than", "at_least"):
        rewrite(folder / "nouvelle" / "regles.yaml", f"{bound}: 775", f"{bound}: 780")
    return folder


@pytest.mark.turns(lang=LANGUAGES)
def test_the_page_of_a_moved_threshold_is_the_golden_one(lang: str, edited: Path, update_golden: bool) -> None:
    result = avenant("diff", "policies", str(edited), "--behaviour", "--lang", lang)
    assert result.exit_code == 0, result.output
    start = result.stdout.index(read_words("reports", lang)["behaviour_of"].partition("{")[0])
    compare(ROOT / "tests" / "golden" / f"diff_behaviour_{lang}.txt", result.stdout[start:], update_golden)


def test_the_comment_says_the_edit_for_whom_it_counts_and_nothing_else_of_eligibility(
    policies: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = scratch(tmp_path, *(path.name for path in sorted(policies.iterdir()) if path.is_dir()))
    made.edit("policies/2024_convention/objectives.yaml", "value: 775", "value: 780")
    monkeypatch.chdir(made.top)
    result = avenant("diff", "--git", "HEAD", "--behaviour", "--format", "markdown", "--lang", "en")
    assert result.exit_code == 0, result.output
    said = result.stdout
    assert len(said) < COMMENT
    assert "775 patients | 780 patients" in said
    eligibility = said[said.index("### Eligibility for the aid") :].split("### ")[1]
    assert re.findall(r"^- (.*)$", eligibility, re.MULTILINE) == [
        (
            "Loss: General practice; Starting number of attending-doctor patients: from 775 to 779 patients; without"
            " percentile of the attending-doctor patients, P30 threshold of the attending-doctor patients:"
            " Eligible → Not eligible"
        )
    ]
    assert "seuil.mt.p30" in eligibility


def test_witnesses_run_again_under_both_versions_and_as_a_suite(edited: Path, tmp_path: Path, policies: Path) -> None:
    folder = tmp_path / "witnesses"
    result = avenant("diff", str(policies), str(edited), "--behaviour", "--witness", str(folder), "--format", "json")
    assert result.exit_code == 0, result.output
    written = json.loads(result.stdout)
    jsonschema.validate(written, load_schema("diff"))
    (data,) = (each for each in written["behaviour"] if each["effects"])
    old, new = Session(load_registry(policies)), Session(load_registry(edited))
    for effect in data["effects"]:
        path = Path(effect["witness"]["file"])
        assert f"--policies {edited}" in path.read_text(encoding="utf-8")
        for session, side in ((old, "before"), (new, "after")):
            facts = read_case(load(path).data, session.registry.vocabulary)
            assert session.decide(facts).results[effect["result"]].status == effect[side]["status"]
    tests = edited / CHANGED / "tests"
    shutil.copy(folder / SUITE, tests / "seen_test.yaml")
    cases = [case for case in read_cases(new) if "seen_test" in case.at.file]
    assert len(cases) == len(data["effects"])
    assert all(run_case(new, case).passed for case in cases)
    assert not any(run_case(old, case).passed for case in cases)


def test_a_second_run_replaces_its_own_files_and_no_other(edited_small: Path, tmp_path: Path) -> None:
    folder = tmp_path / "witnesses"
    arguments = ("diff", str(SMALL), str(edited_small), "--behaviour", "--witness", str(folder))
    assert avenant(*arguments).exit_code == 0
    assert avenant(*arguments).exit_code == 0
    names = sorted(path.name for path in folder.iterdir())
    (folder / names[0]).write_text("contrat: {}\n", encoding="utf-8")
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    said = refused(avenant(*arguments, "--lang", "fr"))
    assert "output-unwritable" in said
    assert "n'a pas été écrit par cette commande" in said
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_witness_folder_that_is_a_file_is_told(edited_small: Path, tmp_path: Path) -> None:
    target = tmp_path / "taken"
    target.write_text("x", encoding="utf-8")
    said = refused(avenant("diff", str(SMALL), str(edited_small), "--behaviour", "--witness", str(target)))
    assert f"{target}: output-unwritable" in said


def test_the_order_of_rows_is_no_difference_and_has_no_effect(small_copy: Path) -> None:
    first = "      - {option: demi_etp, annee: {before: 3}, then: 19000}\n"
    rewrite(small_copy / "nouvelle/regles.yaml", first, "")
    with (small_copy / "nouvelle/regles.yaml").open("a", encoding="utf-8") as file:
        file.write(first)
    result = avenant("diff", str(SMALL), str(small_copy), "--behaviour", "--lang", "en")
    assert result.exit_code == 0
    assert result.stdout.endswith("==\nNo difference.\n")


def test_a_text_whose_citations_alone_change_is_told_to_have_no_effect(small_copy: Path) -> None:
    rewrite(small_copy / "nouvelle/regles.yaml", "at: article 2", "at: article 3")
    said = avenant("diff", str(SMALL), str(small_copy), "--behaviour", "--lang", "en").stdout
    assert "Unchanged: ancienne." in said
    assert "No result changes: Newer example convention." in said


def test_options_that_need_the_behaviour_are_refused_without_it(policies: Path) -> None:
    assert "--behaviour" in refused(avenant("diff", str(policies), str(policies), "--witness", "x"), 2)


def test_a_convention_that_does_not_exist_is_refused_with_the_nearest_name() -> None:
    assert "2019_avenant7" in refused(avenant("diff", "2019_avenant", "2023_reglement_arbitral", "--behaviour"), 2)


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first rows of the example, one of them wrong, and three around the threshold without a percentile."""
    with (ROOT / "examples" / "portfolio.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for _, row in zip(range(400), csv.DictReader(stream), strict=False)]
    recent = next(
        row
        for row in rows
        if row["contrat.date_signature"] > "2024-06-22" and row["medecin.specialite"] == "medecine_generale"
    )
    near = {**recent, "contrat.annee": "1", "patientele.percentile_mt": "", "medecin.secteur": "secteur_1"}
    near["contrat.option"] = "demi_etp"
    rows += [{**near, "patientele.mt_depart": str(number)} for number in (774, 775, 779, 780)]
    rows[0]["contrat.option"] = "sans_nom"
    path = tmp_path_factory.mktemp("portfolio") / "rows.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def test_a_portfolio_counts_the_rows_that_a_threshold_moves(
    request: pytest.FixtureRequest, policies: Path, portfolio: Path, effort: Effort
) -> None:
    """Under the small policies by default, which have no rules for centres and groups."""
    old, cause = (policies, "seuil.mt.p30") if effort.full else (SMALL, "activite_minimale")
    new: Path = request.getfixturevalue("edited" if effort.full else "edited_small")
    arguments = ("diff", str(old), str(new), "--behaviour", "--portfolio", str(portfolio))
    measured = json.loads(avenant(*arguments, "--format", "json").stdout)["portfolio"]
    assert (measured["rows"], measured["refused"], measured["apart"]) == ((403, 1, 0) if effort.full else (362, 42, 0))
    verdicts = {(each["before"], each["after"]): each["rows"] for each in measured["verdicts"]}
    assert verdicts["eligible", "ineligible"] == 2
    assert set(measured["causes"]) == {cause}
    page = avenant(*arguments, "--lang", "fr")
    assert re.search("éligible → non éligible +2$", page.stdout, re.MULTILINE | re.IGNORECASE)
    assert f"Lignes comparées : {measured['rows']}" in page.stdout


def test_a_portfolio_that_a_spreadsheet_saved_is_read_as_batch_reads_it(small: Session, tmp_path: Path) -> None:
    lines = ("contrat.date_signature;medecin.age;medecin.date_naissance", "02/09/2024;46;", "02/09/2024;46;01/01/1955")
    source = tmp_path / "rows.csv"
    source.write_text("\n".join((*lines, "13/10/2024;;", "demain;;")), encoding="utf-8")
    frame, refused = compared_rows(str(source), small, small)
    assert frame["contrat.date_signature"].to_list() == [dt.date(2024, 9, 2), dt.date(2024, 10, 13)]
    assert refused == 2
    source.write_text("\n".join((*lines, "09/13/2024;;")), encoding="utf-8")
    with pytest.raises(InputFault, match="date-month-first"):
        compared_rows(str(source), small, small)


OPENED = """criteria:
  - id: ouverte
    label: {fr: Ouverte, en: Open}
    cite: [{source: texte, at: article 1}]
    met_when: {ref: annee.debut, at_least: "2025-01-01"}
"""


def test_two_conventions_show_one_case_of_each_kind_and_name_the_start_of_a_year(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    shutil.copytree(SMALL, folder)
    for rules in folder.glob("*/regles.yaml"):
        rewrite(rules, "criteria:\n", OPENED)
    head = folder / "nouvelle" / "convention.yaml"
    later = "years_from: {date_plus: [{fact: contrat.date_signature}, {years: 1}]}"
    head.write_text(re.sub("years_from: .*", later, head.read_text(encoding="utf-8")), encoding="utf-8")
    two = avenant("diff", "ancienne", "nouvelle", "--behaviour", "--policies", str(folder), "--lang", "en")
    said = " ".join(two.stdout.split())
    assert "one case of each kind is shown" in said
    assert "cause: Start of the contract year (annee.debut), changed" in said


def test_two_conventions_decide_every_row_of_a_portfolio_by_force(
    request: pytest.FixtureRequest, portfolio: Path, effort: Effort
) -> None:
    session: Session = request.getfixturevalue("session" if effort.full else "small")
    ids = ("2019_avenant7", "2023_reglement_arbitral") if effort.full else ("ancienne", "nouvelle")
    asked = ("--portfolio", str(portfolio), "--policies", str(session.registry.root), "--format", "json")
    result = avenant("diff", *ids, "--behaviour", *asked)
    measured = json.loads(result.stdout)["portfolio"]
    expected: Counter[tuple[str, str]] = Counter()
    euros = [0, 0]
    with portfolio.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            if row["beneficiaire"] != "medecin_liberal" or row["contrat.option"] == "sans_nom":
                continue
            decisions = [session.decide(facts_of(row, session), id_) for id_ in ids]
            expected[tuple(each.results["eligibilite"].verdict for each in decisions)] += 1  # type: ignore[index]
            due = [each.results.get("aide.montant_du") for each in decisions]
            decided = [each.results["eligibilite"].status != "undetermined" for each in decisions]
            if all(decided) and all(each is not None and each.status != "undetermined" for each in due):
                # not applicable: nothing is due
                euros = [total + (each.value or 0) for total, each in zip(euros, due, strict=True)]  # type: ignore[misc, operator, union-attr]
    assert {(each["before"], each["after"]): each["rows"] for each in measured["verdicts"]} == dict(expected)
    assert [float(measured["due"][side]) for side in ("before", "after")] == [float(total) for total in euros]
    assert measured["causes"]


def test_a_row_whose_verdict_is_open_adds_no_euros() -> None:
    said = {
        "convention": ["nouvelle"] * 3,
        "verdict": ["eligible", "undetermined", "ineligible"],
        "due": [1900, 1900, 0],
        "status": ["known", "known", "not_applicable"],
    }
    frame = pl.DataFrame({side + key: each for side in SIDES for key, each in said.items()})
    found = counted(frame.with_columns(pl.Series(AFTER + "verdict", ["eligible", "eligible", "ineligible"])))
    assert [found[key] for key in ("known", "before", "after", "open_before", "open_after")] == [2, 1900, 1900, 1, 0]
    assert len(found["changed"]) == 1


def facts_of(row: dict[str, str], session: Session) -> Facts:
    """The facts of a row that a program wrote."""
    given: dict[str, object] = {}
    for name, fact in session.registry.vocabulary.facts.items():
        value = row.get(name)
        if value:
            kind = fact.type.kind
            given[name] = value == "true" if kind == "boolean" else Decimal(value) if kind == "number" else value
    return read_case(nested(given), session.registry.vocabulary)
