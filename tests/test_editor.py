"""What an editor shows of the schemas, asked of the YAML language server that editors use (`make editor-test`)."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from command import ROOT, avenant
from small_rules import SMALL

SERVER = ROOT / ".venv" / "editor" / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
HEAD = "# yaml-language-server: $schema={schema}\n"
CURSOR = "|"
CRITERION = """criteria:
  - id: a
    label: {fr: a, en: a}
    cite: [{source: s}]
    met_when: """
TABLE = """tables:
  - id: a
    label: {fr: a, en: a}
    unit: EUR
    inputs: {x: {fact: contrat.option}}
    rows: [{x: demi_etp, then: "19000"}]
"""

pytestmark = pytest.mark.editor


def ask(tmp_path: Path, what: str, *texts: str, schemas: Path = ROOT / "schemas") -> list[Any]:
    """What the server answers to a completion, a hover or for its diagnostics, at the cursor of each text."""
    asked = []
    head = HEAD.format(schema=schemas / "ruleset.schema.json")
    for text in texts:
        before, _, after = (head + text).partition(CURSOR)
        line, character = before.count("\n"), len(before) - before.rfind("\n") - 1
        asked.append({"text": before + after, "line": line, "character": character, "ask": what})
    node = shutil.which("node")
    assert node, "needs Node.js: run `make editor-test`"
    done = subprocess.run(
        [node, str(ROOT / "tests" / "editor" / "session.mjs"), str(SERVER), str(tmp_path)],
        input=json.dumps(asked),
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=True,
    )
    answers: list[Any] = json.loads(done.stdout)
    return answers


def test_hovering_an_operator_or_a_key_says_what_it_means(tmp_path: Path) -> None:
    said = ask(
        tmp_path,
        "hover",
        CRITERION + "{fact: medecin.age, at_le|ast: 65}\n",
        CRITERION + "{fact: medecin.age, at_le|ast: {ref: b}}\n",
        (CRITERION + "{ref: b, is: met}\n").replace("met_when", "met_|when"),
    )
    shown = [each["contents"]["value"] for each in said]
    assert "Supérieur ou égal à (≥), ou pas avant cette date. / EN: Greater than or equal to" in shown[0]
    assert "Supérieur ou égal à (≥), ou pas avant cette date. / EN: Greater than or equal to" in shown[1]
    assert "Quand le critère est rempli." in shown[2]


def test_a_fact_offers_the_names_of_facts_and_then_the_operators(tmp_path: Path) -> None:
    facts, operators = ask(
        tmp_path,
        "completion",
        CRITERION + "{fact: |}\n",
        CRITERION + "\n      fact: medecin.age\n      |\n",
    )
    assert {"medecin.secteur", "patientele.mt_depart"} <= {each["label"] for each in facts["items"]}
    offered = {each["label"] for each in operators["items"]}
    assert {"at_least", "is", "in", "known"} <= offered
    assert not {"all", "any", "ref"} & offered


@pytest.mark.parametrize(
    ("text", "underlined"),
    [
        (TABLE, '"19000"'),
        (CRITERION + '{fact: medecin.age, at_least: "65"}\n', '"65"'),
        (CRITERION + "{fact: medecin.age, at_leest: 65}\n", "at_leest"),
        (CRITERION + "{fact: medecin.agee, at_least: 65}\n", "medecin.agee"),
    ],
)
def test_a_quoted_number_and_a_misspelt_name_are_underlined_alone(tmp_path: Path, text: str, underlined: str) -> None:
    (found,) = ask(tmp_path, "diagnostics", text)
    (only,) = found
    start, end = only["range"]["start"], only["range"]["end"]
    line = (HEAD + text).splitlines()[start["line"]]
    assert line[start["character"] : end["character"]] == underlined


def test_the_ids_of_own_rules_are_offered_and_a_wrong_one_is_underlined(tmp_path: Path) -> None:
    own = tmp_path / "own"
    assert avenant("schema", "--write", str(own), "--policies", str(SMALL)).exit_code == 0
    (items,) = ask(tmp_path, "completion", CRITERION + "{ref: |}\n", schemas=own)
    offered = {each["label"]: each.get("documentation") for each in items["items"]}
    assert {"activite_minimale", "aide.montant_annuel", "annee.debut"} <= offered.keys()
    good, wrong = ask(
        tmp_path,
        "diagnostics",
        *(
            CRITERION.replace("source: s", "source: texte") + f"{{ref: {id_}, is: met}}\n"
            for id_ in ("eligibilite", "eligibilté")
        ),
        schemas=own,
    )
    assert (good, len(wrong)) == ([], 1)


def test_a_suite_and_a_change_are_offered_facts_and_own_ids(tmp_path: Path) -> None:
    own = tmp_path / "own"
    assert avenant("schema", "--write", str(own), "--policies", str(SMALL)).exit_code == 0
    (changed,) = ask(tmp_path, "completion", "change:\n  tables:\n    - id: |\n", schemas=own)
    assert "aide.montant_annuel" in {each["label"] for each in changed["items"]}
    (own / "suite.schema.json").replace(own / "ruleset.schema.json")  # which is the one that is asked
    suite = "suite: a\nbase: {}\ncases:\n  - name: b\n    "
    texts = (suite + "given: {|}\n", suite + "expect: {|}\n", suite + "missing: [|]\n", "suite: a\nconvention: |\n")
    said = [{each["label"] for each in found["items"]} for found in ask(tmp_path, "completion", *texts, schemas=own)]
    wanted = ("patientele.mt_depart", "activite_minimale", "medecin.secteur", "nouvelle")
    assert all(name in offered for name, offered in zip(wanted, said, strict=True))
    misspelt = suite + "given: {medecin.agee: 3}\n    expect: {eligibilite: eligible}\n"
    (wrong,) = ask(tmp_path, "diagnostics", misspelt, schemas=own)
    assert len(wrong) == 1


def test_the_rules_of_every_convention_are_not_underlined(tmp_path: Path) -> None:
    paths = [path for path in sorted((ROOT / "policies").glob("*/*.yaml")) if path.name != "convention.yaml"]
    texts = [path.read_text(encoding="utf-8").partition("\n")[2].replace(CURSOR, "/") for path in paths]
    assert ask(tmp_path, "diagnostics", *texts) == [[]] * len(paths)
