"""The tests of a text run again under one that amends it, and what comes out otherwise is declared with a reason."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from command import avenant, refused
from small_rules import AMOUNT, MINIMUM, amend, read, rewrite

from engine.evaluation.session import Session
from engine.suite.moved import into, moved
from engine.suite.running import read_cases

CASE = "L'activité minimale est atteinte"
DECLARED = """differences:
  - because: "Article 2 : le mi-temps passe à 20 000 € la première année."
    cases:
      - {case: "L'activité minimale est atteinte", now: {aide.montant_annuel: 20000}}
"""
FIRST_YEAR = AMOUNT.replace("annee: {from: 3}, then: 14000", "annee: {before: 3}, then: 20000")
OWN = """suite: Avenant d'exemple
base:
  contrat: {date_signature: "2027-03-01", option: demi_etp, annee: 2}
  patientele: {mt_depart: 800}
cases:
  - name: Les deux premières années
    expect: {aide.montant_annuel: 20000}
  - name: Ensuite
    given: {contrat.annee: 3}
    expect: {aide.montant_annuel: 13000}
"""


@pytest.fixture
def amended(small_copy: Path) -> Path:
    folder = amend(small_copy, {"montants.yaml": FIRST_YEAR})
    (folder / "tests/regles_test.yaml").write_text(OWN, encoding="utf-8")
    return small_copy


def declare(small_copy: Path, text: str) -> None:
    (small_copy / "avenant/tests/differences.yaml").write_text(text, encoding="utf-8")


def test_what_comes_out_otherwise_is_listed_until_it_is_declared(amended: Path) -> None:
    said = avenant("test", "--policies", str(amended), "--lang", "en")
    assert said.exit_code == 1
    assert f"{CASE} (nouvelle under avenant)" in said.output
    assert "aide.montant_annuel  19000     20000" in said.output
    declare(amended, DECLARED)
    said = avenant("test", "--policies", str(amended), "--lang", "en")
    assert said.exit_code == 0, said.output
    assert "avenant: 1 case of nouvelle run again, 1 come out otherwise and are declared" in said.output


def test_a_declared_difference_that_does_not_come_out_is_told(amended: Path) -> None:
    declare(amended, DECLARED.replace("20000", "20500"))
    said = avenant("test", "--policies", str(amended), "--lang", "fr")
    assert said.exit_code == 1
    (found,) = moved(Session(read(amended)), read_cases(Session(read(amended))))
    assert [problem.code for problem in found.problems] == ["difference-gone"]


@pytest.mark.parametrize("slip", ["L'activité minimal est atteinte", "L’activité minimale est atteinte", "activité"])
def test_a_name_that_no_case_has_is_told_by_check_with_the_nearest(slip: str, amended: Path) -> None:
    declare(amended, DECLARED)
    assert avenant("check", "--strict", "--policies", str(amended)).exit_code == 0
    declare(amended, DECLARED.replace(CASE, slip))
    said = avenant("check", "--policies", str(amended), "--lang", "en")
    assert said.exit_code == 1
    assert f"differences.yaml:4:16: difference-gone: the case '{slip}'" in said.output
    assert ("Did you mean" in said.output) is (slip != "activité")
    (found,) = moved(Session(read(amended)), read_cases(Session(read(amended))))
    assert {problem.nearest for problem in found.problems} == ({CASE} if slip != "activité" else {None})


def test_a_difference_without_a_reason_is_refused(amended: Path) -> None:
    declare(amended, "differences: [{cases: [{case: Un cas, now: {eligibilite: eligible}}]}]\n")
    assert "missing-key" in refused(avenant("test", "--policies", str(amended)))


def test_what_a_text_changes_has_tests_of_its_own_on_both_sides(amended: Path) -> None:
    declare(amended, DECLARED)
    (amended / "avenant/tests/regles_test.yaml").write_text(OWN.partition("  - name: Ensuite")[0], encoding="utf-8")
    (found,) = moved(Session(read(amended)), read_cases(Session(read(amended))))
    (problem,) = found.problems
    assert problem.code == "change-untested"
    assert [problem.values["missed"][lang] for lang in ("fr", "en")] == ["jamais faux", "never false"]  # type: ignore[index]


@pytest.mark.parametrize("name", ["tests/regles_tests.yaml", "regles_test.yaml"])
def test_a_suite_that_is_not_read_for_its_name_or_place_stops_the_run(amended: Path, name: str) -> None:
    (amended / "avenant/tests/regles_test.yaml").rename(amended / "avenant" / name)
    assert f"avenant/{name}: file-unread" in refused(avenant("test", "--policies", str(amended)))


def test_the_sides_of_a_changed_number_are_those_of_every_comparison_with_it(small_copy: Path) -> None:
    rules = small_copy / "nouvelle/regles.yaml"
    rules.write_text(
        rules.read_text(encoding="utf-8").replace("775", "{ref: seuil}")
        + "parameters:\n  - id: seuil\n    label: {fr: Seuil, en: Threshold}\n    unit: patients\n"
        '    cite: [{source: texte}]\n    values: [{from: "2024-06-22", value: 775}]\n',
        encoding="utf-8",
    )
    change = (
        'change: {parameters: [{id: seuil, values: [{from: "2027-01-01", value: 700, cite: [{source: avenant}]}]}]}\n'
    )
    amend(small_copy, {"seuils.yaml": change})
    session = Session(read(small_copy))
    (found,) = moved(session, read_cases(session))
    untested = [(problem.values["name"], problem.values["missed"]["en"]) for problem in found.problems]  # type: ignore[index]
    assert untested == [
        ("patientele.mt_depart more_than", "never true"),
        ("patientele.mt_depart at_least", "never false"),
    ]


RUNNING = """overlays:
  - id: montants_en_cours
    label: {fr: Montants en cours, en: Amounts of running contracts}
    cite: [{source: avenant}]
    signed: {from: "2024-06-22", before: "2027-01-01"}
    from_first_anniversary_on_or_after: "2027-01-01"
    replace: {aide.montant_annuel: aide.montant_en_cours}
tables:
  - id: aide.montant_en_cours
    label: {fr: Montant en cours, en: Amount of running contracts}
    unit: EUR
    cite: [{source: avenant}]
    inputs: {annee: {fact: contrat.annee}}
    rows: [{annee: {before: 3}, then: 19500}, {annee: {from: 3}, then: 13500}]
"""


def test_the_tests_of_what_a_text_changes_in_running_contracts_are_its_own(amended: Path) -> None:
    declare(amended, DECLARED)
    (amended / "avenant/transition.yaml").write_text(RUNNING, encoding="utf-8")
    session = Session(read(amended))
    (found,) = moved(session, read_cases(session))
    assert {problem.location.line for problem in found.problems} == {9, 14}
    older = OWN.replace("suite:", "convention: nouvelle\nsuite:").replace("20000", "19500").replace("13000", "13500")
    (amended / "avenant/tests/en_cours_test.yaml").write_text(older.replace("2027", "2026"), encoding="utf-8")
    (found,) = moved(session, read_cases(session))
    assert (found.undeclared, found.problems, found.cases) == ((), (), 1)


def test_the_text_between_two_amendments_is_run_under_both(amended: Path) -> None:
    declare(amended, DECLARED)
    amend(amended, {"eligibilite.yaml": MINIMUM}, "avenant_2", "avenant", "2028-01-01")
    session = Session(read(amended))
    found = moved(session, read_cases(session))
    assert [(each.convention, each.base, each.cases, each.declared) for each in found] == [
        ("avenant", "nouvelle", 1, 1),
        ("avenant_2", "avenant", 3, 0),
    ]


@pytest.mark.parametrize(
    ("signature", "other", "moved_to", "other_to"),
    [
        ("2024-09-02", "2024-10-01", "2027-09-02", "2027-10-01"),
        ("2024-02-29", "2023-12-31", "2027-02-28", "2026-12-31"),
        ("2024-06-22", "2024-02-29", "2027-06-22", "2027-02-28"),
    ],
)
def test_a_case_moves_by_whole_years_with_all_its_dates(
    amended: Path, signature: str, other: str, moved_to: str, other_to: str
) -> None:
    text = read(amended).by_id("avenant")
    facts = {"contrat.date_signature": dt.date.fromisoformat(signature), "autre": dt.date.fromisoformat(other)}
    found, _ = into(text, facts)
    assert [str(day) for day in found.values()] == [moved_to, other_to]


def test_a_case_moves_by_days_where_the_window_is_shorter_than_a_year(amended: Path) -> None:
    amend(amended, {"eligibilite.yaml": MINIMUM}, "avenant_2", "avenant", "2027-02-01")
    found, _ = into(read(amended).by_id("avenant"), {"contrat.date_signature": dt.date(2024, 9, 2)})
    assert found == {"contrat.date_signature": dt.date(2027, 1, 1)}


def test_what_lacks_is_added_to_the_list_and_waits_for_its_reason(amended: Path) -> None:
    said = avenant("test", "--declare", "--policies", str(amended), "--lang", "en").output
    assert "1 case of nouvelle run again, 1 come out otherwise and are declared" in said
    listed = amended / "avenant/tests/differences.yaml"
    assert 'because: "À REMPLIR"' in listed.read_text(encoding="utf-8")
    assert "to-fill" in refused(avenant("check", "--policies", str(amended)))
    text = listed.read_text(encoding="utf-8").replace(f'case: "{CASE}"', f'case: ["{CASE}"]')
    listed.write_text(text, encoding="utf-8")
    assert "1 come out otherwise" in avenant("test", "--policies", str(amended), "--lang", "en").output


def test_a_test_signed_after_the_day_of_an_amendment_stays_one_of_its_own_text(amended: Path) -> None:
    declare(amended, DECLARED)
    rewrite(amended / "nouvelle/tests/regles_test.yaml", "2024-09-02", "2030-09-02")
    assert avenant("test", "--policies", str(amended)).exit_code == 0
