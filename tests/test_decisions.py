"""What a decision says, as programs read it and as the examples promise it."""

from __future__ import annotations

import copy
import datetime as dt
import json
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from command import LANGUAGES, ROOT, avenant
from jsonschema import Draft7Validator, FormatChecker

import engine
from engine.evaluation.session import Session
from engine.policy.loader import load
from engine.report.objects import decision_object
from engine.report.say import Say

EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))

GENERALIST_2021: dict[str, Any] = {
    "contrat": {"date_signature": "2021-03-01", "option": "demi_etp", "annee": 5},
    "medecin": {
        "secteur": "secteur_1",
        "specialite": "medecine_generale",
        "exercice_regroupe": True,
        "exercice_coordonne": "oui",
        "forfait_structure_volet_1": True,
        "nouvellement_installe": False,
        "zone": "hors_zonage",
        "optam": False,
    },
    "patientele": {"mt_depart": 900, "fa_depart": 1600, "percentile_mt": 55, "percentile_fa": 52},
}


def decided(session: Session, case: dict[str, Any], **options: Any) -> dict[str, Any]:
    return decision_object(engine.evaluate(session, case, **options), Say(session.registry, "fr"))


@pytest.fixture(scope="module")
def schema() -> Draft7Validator:
    data = json.loads((ROOT / "schemas" / "decision.schema.json").read_text(encoding="utf-8"))
    return Draft7Validator(data, format_checker=FormatChecker())


@pytest.mark.turns(path=EXAMPLES, lang=LANGUAGES)
def test_the_json_of_every_example_fits_the_output_schema(
    path: Path, lang: str, schema: Draft7Validator, session: Session
) -> None:
    result = avenant("evaluate", str(path), "--format", "json", "--lang", lang)
    assert result.exit_code == 0, result.output
    data = json.loads(result.stdout)
    assert [error.message for error in schema.iter_errors(data)] == []
    assert set(session.registry.results.ids) <= set(data["results"])


def test_a_2021_half_time_contract_in_its_fifth_year_gets_the_revalued_amount(session: Session) -> None:
    data = decided(session, GENERALIST_2021)
    amount = data["results"]["aide.montant_annuel"]
    assert data["convention"]["id"] == "2019_avenant7"
    assert amount["value"] == "11000.00"
    assert "revalorisation_contrats_en_cours" in data["convention"]["overlays"]
    bareme = data["results"]["aide.bareme"]
    assert {cite["source"] for cite in bareme["cite"]} == {"ameli_juin_2024"}


def test_the_same_contract_shows_the_amounts_of_its_five_years_under_their_own_rules(session: Session) -> None:
    case = copy.deepcopy(GENERALIST_2021)
    del case["contrat"]["annee"]
    years = decided(session, case)["years"]
    amounts = [line["results"]["aide.montant_annuel"]["value"] for line in years]
    assert amounts == ["18000.00", "13500.00", "10500.00", "10500.00", "11000.00"]
    revalued = ["revalorisation_contrats_en_cours" in line["overlays"] for line in years]
    assert revalued == [False, False, False, False, True]


def facts(case: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for group, entries in case.items():
        for key in entries:
            yield group, key


def without(case: dict[str, Any], group: str, key: str) -> dict[str, Any]:
    less = copy.deepcopy(case)
    del less[group][key]
    return less


def test_a_case_without_a_fact_that_matters_is_undetermined_and_names_it(session: Session) -> None:
    for group, key in (("medecin", "secteur"), ("medecin", "specialite"), ("medecin", "exercice_regroupe")):
        result = decided(session, without(GENERALIST_2021, group, key))["results"]["eligibilite"]
        assert result["status"] == "undetermined"
        assert f"{group}.{key}" in result["missing"]


def test_leaving_out_a_fact_that_no_result_used_changes_nothing(session: Session) -> None:
    before = decided(session, GENERALIST_2021)
    used = {name for result in before["results"].values() for name in result["facts"]}
    named = {name for result in before["results"].values() for name in result["missing"]}
    unused = [(g, k) for g, k in facts(GENERALIST_2021) if f"{g}.{k}" not in used | named]
    assert ("medecin", "optam") in unused
    for group, key in unused:
        assert decided(session, without(GENERALIST_2021, group, key))["results"] == before["results"]


def test_a_determined_eligibility_does_not_read_what_it_does_not_need(session: Session) -> None:
    result = decided(session, GENERALIST_2021)["results"]["eligibilite"]
    assert "medecin.optam" not in result["facts"]
    assert result["because"][0]["id"] == "eligibilite.accord"


def test_a_digest_that_is_not_the_rules_own_is_refused(tmp_path: Path) -> None:
    path = EXAMPLES[0]
    known = json.loads(avenant("evaluate", str(path), "--format", "json").stdout)
    digest = known["convention"]["digest"]
    assert avenant("evaluate", str(path), "--expect-digest", digest).exit_code == 0
    refused = avenant("evaluate", str(path), "--expect-digest", "sha256:0")
    assert refused.exit_code == 1
    assert "digest-mismatch" in refused.stderr


def test_a_case_before_the_first_text_has_its_line_among_those_of_others(tmp_path: Path) -> None:
    (tmp_path / "early.yaml").write_text("contrat.date_signature: 2015-01-01\n", encoding="utf-8")
    cases = (str(tmp_path / "early.yaml"), "examples/2024_surgeon_too_few_clinical_fees.yaml")
    told = avenant("evaluate", *cases, "--lang", "en", "--format", "markdown").output
    assert "| early | — | The scheme began on 1 September 2019: no aid existed yet |  |  |  |  |" in told


def test_nothing_is_overdue_without_a_day_to_compare_with(session: Session) -> None:
    case = copy.deepcopy(GENERALIST_2021)
    case["contrat"]["date_embauche"] = "2021-04-01"
    case["assistant"] = {"profil": "secretaire_medical"}
    assert not [o for o in decided(session, case)["obligations"] if o["status"] == "overdue"]
    late = decided(session, case, as_of=dt.date(2026, 1, 1))
    assert [o["id"] for o in late["obligations"] if o["status"] == "overdue"]
    assert late["as_of"] == "2026-01-01"


def test_every_example_is_a_case_that_the_editor_knows() -> None:
    for path in EXAMPLES:
        assert path.read_text(encoding="utf-8").startswith(
            "# yaml-language-server: $schema=../schemas/case.schema.json"
        )
        assert load(path).data["contrat"]["date_signature"]


def test_a_decision_can_be_stored_and_copied(session: Session) -> None:
    decision = engine.evaluate(session, {"contrat": {"date_signature": "2024-07-01", "option": "demi_etp"}})
    assert pickle.loads(pickle.dumps(decision)) == copy.deepcopy(decision) == decision
