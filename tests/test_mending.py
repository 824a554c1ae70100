"""A fault of form hides no other: what is likely meant is looked at, too, and what is left out makes nothing wrong."""

from __future__ import annotations

import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command import ROOT
from conftest import Effort
from small_rules import rewrite

from engine.errors import InputFault
from engine.evaluation.session import Session
from engine.policy.checks import check_folder
from engine.policy.loader import load
from engine.policy.reading import load_registry
from engine.suite.running import read_cases

NAMING = {(key,) for key in ("sources", "value_labels", "values", "inputs", "replace", "add_derogations", "knows")}
LINE = "        - {fact: patientele.mt_depart, more_than: 775}\n"


def told(root: Path) -> list[str]:
    return [problem.code for problem in check_folder(root)]


@pytest.mark.parametrize(
    ("written", "faults"),
    [
        ("{fact: patientele.mt_depar, more_tan: 775}", ["unknown-fact", "unknown-key"]),
        ("{fact: patientele.mt_depar, more_tan: {ref: seul}}", ["unknown-fact", "unknown-key", "unknown-item"]),
        ("{facts: patientele.mt_depar, more_tan: 775}", ["unknown-key", "unknown-fact", "unknown-key"]),
        ("{fact: patientele.mt_depart, more_tan: douze}", ["unknown-key", "number-form"]),
        ("{fact: patientele.mt_depart, is: [775, 776]}", ["wrong-type"]),
    ],
)
def test_names_beside_a_misspelt_key_are_told_with_it(small_copy: Path, written: str, faults: list[str]) -> None:
    rewrite(small_copy / "nouvelle/regles.yaml", LINE, f"        - {written}\n")
    assert sorted(told(small_copy)) == sorted(faults)


def test_an_entry_that_cannot_be_read_hides_no_other(small_copy: Path) -> None:
    rules = small_copy / "nouvelle/regles.yaml"
    text = rules.read_text("utf-8").replace(LINE, "        - {fact: patientele.mt_depar, zzz: 775}\n")
    again = "\n  - id: autre\n    label: {fr: Autre, en: Other}\n    informs: true\n    cite: [{source: texte}]\n"
    text = text.replace("\noutcomes:", f"{again}    met_when: {{fact: contrat.annes, is: 1}}\n\noutcomes:", 1)
    rules.write_text(text, encoding="utf-8")
    assert told(small_copy) == ["unknown-key", "unknown-fact"]


def test_an_id_that_is_no_text_is_told_and_names_nothing(small_copy: Path) -> None:
    rules = small_copy / "nouvelle/regles.yaml"
    text = rules.read_text("utf-8").replace("- id: activite_minimale\n", "- id: [{a: 1}]\n", 1)
    rules.write_text(text, encoding="utf-8")
    assert told(small_copy)[0] == "wrong-type"  # and the outcome that looks for criteria has none


def test_cases_beside_one_that_cannot_be_read_are_looked_at(small_copy: Path) -> None:
    suite = small_copy / "nouvelle/tests/regles_test.yaml"
    text = suite.read_text("utf-8").replace("    expect:", "    expct:", 1).replace("contrat.annee", "contrat.anne", 1)
    suite.write_text(f"{text}\n  - name: Encore\n    given: {{medecin.age: 12}}\n    expect: {{}}\n", encoding="utf-8")
    session = Session(load_registry(small_copy))
    with pytest.raises(InputFault) as refused:
        read_cases(session)
    session.close()
    assert {problem.code for problem in refused.value.problems} >= {"unknown-key", "fact-range"}


def paths(node: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of every key."""
    for step, part in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        if isinstance(node, dict):
            yield (*path, step)
        yield from paths(part, (*path, step))


def test_one_key_renamed_is_told_at_its_line_and_makes_nothing_else_wrong(tmp_path: Path, effort: Effort) -> None:
    root = Path(shutil.copytree(ROOT / "policies", tmp_path / "policies"))
    files = sorted(root.glob("*/*.yaml"))
    numbers = random.Random(5)
    for _ in range(effort.of(100, part=100)):
        file = numbers.choice(files)
        document = load(file)
        path = numbers.choice([path for path in paths(document.data) if path[-2:-1] not in NAMING])
        place, key = document.key_at(path), str(path[-1])
        text = file.read_text("utf-8")
        lines = text.split("\n")
        head, tail = lines[place.line - 1][: place.column - 1], lines[place.line - 1][place.column - 1 :]
        lines[place.line - 1] = head + tail.replace(key, numbers.choice([f"{key}q", "zzqqxx"]), 1)
        file.write_text("\n".join(lines), encoding="utf-8")
        found = check_folder(root)
        file.write_text(text, encoding="utf-8")
        lost = {problem.values.get("key") for problem in found if problem.code == "missing-key"}
        others = [problem.line() for problem in found if problem.location.line != place.line]
        assert found, (place, path)
        assert lost <= {key, "fact", "value"}, (place, path, found)
        assert len(others) <= len(lost), (place, path, others)
