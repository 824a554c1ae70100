"""An operator is one row: added to a copy of the project, it is checked, decided, compared, mutated and documented."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from command import ROOT
from small_rules import SMALL, rewrite

ROW = """    Operator(
        name="between",
        family="comparison",
        scalar=lambda value, ends: ends[0] <= value <= ends[1],
        column=lambda pl, left, ends: algebra.all_of(
            pl, [columns.compare(op.ge, pl, left, ends[0]), columns.compare(op.le, pl, left, ends[1])]
        ),
        term=lambda bank, left, ends: terms.all_of(
            bank,
            [terms.compare(terms.at_least, bank, left, ends[0]), terms.compare(terms.at_most, bank, left, ends[1])],
        ),
        typing=order,
        absence="propagate",
        operands="pair",
        threshold=True,
        phrase=text("{0} va de {1} à {2}", "{0} is from {1} to {2}"),
        meaning=text("De la première valeur à la seconde, incluses.", "From the first value to the second, included."),
        takes="a number and two of its unit, or a date and two dates",
    ),
"""
BEFORE = '    Operator(\n        name="known",\n'
CRITERION = """  - id: activite_ordinaire
    label: {fr: Activité ordinaire, en: Ordinary activity}
    cite: [{source: texte, at: article 1}]
    met_when: {fact: patientele.mt_depart, between: [776, 1300]}
outcomes:
"""
SUITE = """suite: Bornes
base: {contrat: {date_signature: "2024-09-02"}}
cases:
  - {name: Sous la première borne, given: {patientele.mt_depart: 775}, expect: {activite_ordinaire: not_met}}
  - {name: À la première borne, given: {patientele.mt_depart: 776}, expect: {activite_ordinaire: met}}
  - {name: À la seconde borne, given: {patientele.mt_depart: 1300}, expect: {activite_ordinaire: met}}
  - {name: Au-delà, given: {patientele.mt_depart: 1301}, expect: {activite_ordinaire: not_met}}
  - {name: Sans le chiffre, expect: {activite_ordinaire: undetermined}, missing: [patientele.mt_depart]}
"""


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy of the project whose table has a row more."""

    top: Path

    def python(self, *arguments: str, status: int = 0) -> str:
        """What Python says in the copy on both streams, once it is sure how it ended."""
        paths = os.pathsep.join((str(self.top), str(self.top / "tools")))
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=self.top,
            env={**os.environ, "PYTHONPATH": paths, "PYTHONUTF8": "1", "XDG_CACHE_HOME": str(self.top / "cache")},
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == status, done.stdout + done.stderr
        return done.stdout + done.stderr

    def avenant(self, *arguments: str, status: int = 0) -> str:
        return self.python("-c", "from engine.cli import main; main()", *arguments, "--lang", "en", status=status)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Copy:
    top = tmp_path_factory.mktemp("copy")
    for name in ("engine", "schemas", "tools", "docs"):
        shutil.copytree(ROOT / name, top / name)  # with the bytecode, or all is compiled again
    shutil.copytree(SMALL, top / "policies")
    rewrite(top / "engine" / "language" / "comparisons.py", BEFORE, ROW + BEFORE)
    rewrite(top / "policies" / "nouvelle" / "regles.yaml", "outcomes:\n", CRITERION)
    for tests in (top / "policies").glob("*/tests"):
        shutil.rmtree(tests)
    (top / "policies" / "nouvelle" / "tests").mkdir()
    (top / "policies" / "nouvelle" / "tests" / "bornes_test.yaml").write_text(SUITE, encoding="utf-8")
    made = Copy(top)
    made.python("tools/make_schemas.py")
    return made


def test_the_new_operator_is_checked_and_refused_where_it_does_not_fit(copy: Copy) -> None:
    copy.avenant("check")
    wrong = copy.top / "wrong"
    shutil.copytree(copy.top / "policies", wrong, dirs_exist_ok=True)
    rules = wrong / "nouvelle" / "regles.yaml"
    rewrite(rules, "between: [776, 1300]", "between: [776]")
    assert ": wrong-form: " in copy.avenant("check", "--policies", "wrong", status=1)
    rewrite(rules, "between: [776]", 'between: [776, "2024-01-01"]')
    assert ": number-form: " in copy.avenant("check", "--policies", "wrong", status=1)


def test_the_new_operator_decides_a_case_and_a_file_alike(copy: Copy) -> None:
    figures = {775: "ineligible", 776: "eligible", 1300: "eligible", 1301: "ineligible"}
    table = copy.top / "cases.csv"
    rows = [f"2024-09-02,{figure}" for figure in figures]
    table.write_text("\n".join(["contrat.date_signature,patientele.mt_depart", *rows]) + "\n", encoding="utf-8")
    copy.avenant("batch", "cases.csv", "-o", "decided.jsonl")
    lines = (copy.top / "decided.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["eligibilite"] for line in lines] == list(figures.values())
    names = [f"{figure}.json" for figure in figures]
    for figure, name in zip(figures, names, strict=True):
        case = {"contrat": {"date_signature": "2024-09-02"}, "patientele": {"mt_depart": figure}}
        (copy.top / name).write_text(json.dumps(case), encoding="utf-8")
    found = json.loads(copy.avenant("evaluate", *names, "--format", "json"))
    assert [each["results"]["eligibilite"]["value"] for each in found] == list(figures.values())


def test_a_report_says_the_new_operator_in_words(copy: Copy) -> None:
    assert "is from 776 to 1,300" in copy.avenant("show", "activite_ordinaire")


def test_a_pair_turned_round_is_another_rule_and_the_same_pair_is_none(copy: Copy) -> None:
    turned = copy.top / "turned"
    shutil.copytree(copy.top / "policies", turned, dirs_exist_ok=True)
    assert "776" not in copy.avenant("diff", "policies", "turned")
    rewrite(turned / "nouvelle" / "regles.yaml", "between: [776, 1300]", "between: [1300, 776]")
    said = copy.avenant("diff", "policies", "turned")
    assert "is from 776 to 1,300" in said
    assert "is from 1,300 to 776" in said


def test_tests_must_reach_both_sides_of_the_new_operator_and_notice_each_bound_moved(copy: Copy) -> None:
    threshold = "patientele.mt_depart between 776 1300"
    assert threshold in copy.avenant("test", "--coverage", "-k", "seconde borne")
    said = json.loads(copy.avenant("test", "--coverage", "--mutation", "--format", "json"))
    assert threshold not in {each["name"] for each in said["coverage"]["missed"]}
    mutation = said["mutation"]
    assert mutation["caught"] == 4  # two bounds, each moved down and up
    assert "activite_ordinaire" not in {each["item"] for each in mutation["survivors"]}


def test_the_language_page_lists_the_new_operator(copy: Copy) -> None:
    row = copy.python("-c", "import docs_language; print(docs_language.regions()['operators.comparison'])")
    assert "| `between` | a number and two of its unit" in row
    schema = json.loads((copy.top / "schemas" / "ruleset.schema.json").read_text(encoding="utf-8"))
    described = schema["definitions"]["condition"]["anyOf"][0]["properties"]["between"]["description"]
    assert described.endswith("EN: From the first value to the second, included.")
