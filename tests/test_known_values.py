"""What is new in the case schema, an option, a beneficiary or an event, changes no older folder and no older answer."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from command import ROOT, avenant, refused
from small_rules import amend, read, told

from engine.errors import InputFault
from engine.evaluation.facts import read_case
from engine.evaluation.session import Session
from engine.policy.checks import check_registry
from engine.policy.reading import read_registry
from engine.policy.registry import Registry

KNOWS = """knows:
  contrat.option: {in: [demi_etp], cite: [{source: texte, at: article 3}]}
"""


def option(schema: dict[str, Any]) -> None:
    for name in ("option", "option_precedente"):
        entry = schema["properties"]["contrat"]["properties"][name]
        entry["enum"].append("trois_quarts_etp")
        entry["x-labels"]["trois_quarts_etp"] = {"fr": "Trois quarts de temps", "en": "Three-quarter time"}


def beneficiary(schema: dict[str, Any]) -> None:
    entry = schema["properties"]["beneficiaire"]
    entry["enum"].append("hopital_de_proximite")
    entry["x-labels"]["hopital_de_proximite"] = {"fr": "Hôpital de proximité", "en": "Local hospital"}


def event(schema: dict[str, Any]) -> None:
    schema["properties"]["contrat"]["properties"]["date_fusion"] = {
        "type": "string",
        "format": "date",
        "x-label": {"fr": "Fusion", "en": "Merger"},
        "x-absence": "answer",
    }


def with_schema(tmp_path: Path, *changes: Callable[[dict[str, Any]], None]) -> Registry:
    """The project's policies under a changed case schema."""
    schema = json.loads((ROOT / "schemas/case.schema.json").read_text(encoding="utf-8"))
    for change in changes:
        change(schema)
    path = tmp_path / "case.schema.json"
    path.write_text(json.dumps(schema), encoding="utf-8")
    registry, problems = read_registry(ROOT / "policies", case_schema=path)
    assert not problems
    return registry


@pytest.fixture(scope="module")
def before() -> Registry:
    return read_registry(ROOT / "policies")[0]


def test_what_is_new_in_the_case_schema_touches_no_older_folder(before: Registry, tmp_path: Path) -> None:
    after = with_schema(tmp_path, option, beneficiary, event)
    assert {id_: each.digest for id_, each in before.conventions.items()} == {
        id_: each.digest for id_, each in after.conventions.items()
    }
    assert [problem.line() for problem in check_registry(after)] == []


def test_an_option_that_came_later_is_outside_a_text_by_that_alone_with_its_citation(tmp_path: Path) -> None:
    registry = with_schema(tmp_path, option)
    given = {"contrat": {"date_signature": "2025-01-15", "option": "trois_quarts_etp"}}
    with pytest.raises(InputFault) as raised:
        Session(registry).decide(read_case(given, registry.vocabulary))
    (problem,) = raised.value.problems
    assert problem.code == "value-not-offered"
    said = problem.message("fr")
    assert "Convention médicale 2024-2029" in said
    assert "ameli_2024, options et montants de l'aide" in said
    assert "contrat.option = trois_quarts_etp" in said


def test_a_value_outside_is_refused_at_its_line_of_the_case(small_copy: Path, tmp_path: Path) -> None:
    head = small_copy / "nouvelle/convention.yaml"
    head.write_text(head.read_text(encoding="utf-8") + KNOWS, encoding="utf-8")
    assert told(small_copy) == ["nouvelle/regles.yaml:28:9 unreachable-row"], "the row of every other option"
    case = tmp_path / "case.yaml"
    case.write_text('contrat:\n  date_signature: "2024-09-02"\n  option: un_etp\n', encoding="utf-8")
    assert f"{case}:3:11: value-not-offered" in refused(avenant("evaluate", str(case), "--policies", str(small_copy)))


def test_an_amending_text_says_anew_which_values_it_knows(small_copy: Path) -> None:
    head = small_copy / "nouvelle/convention.yaml"
    head.write_text(head.read_text(encoding="utf-8") + KNOWS, encoding="utf-8")
    wider = KNOWS.replace("[demi_etp]", "[demi_etp, un_etp]").replace("texte", "avenant")
    amend(small_copy, {"convention.yaml": wider})
    texts = read(small_copy)
    given = {"contrat": {"date_signature": "2027-09-02", "option": "un_etp"}, "patientele": {"mt_depart": 800}}
    assert Session(texts).decide(read_case(given, texts.vocabulary)).convention.id == "avenant"
