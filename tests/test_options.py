"""One case in several ways, side by side; and a decision as a page of its own, as rows, and shown at once."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import click
import pytest
from command import ROOT, avenant, codes_in, plain_spaces, refused

EXAMPLES = ROOT / "examples"
CASE = str(EXAMPLES / "2024_gp_half_time_five_years.yaml")
SURGEON = str(EXAMPLES / "2024_surgeon_too_few_clinical_fees.yaml")


def compared(*facts: str, case: str = CASE, format_: str = "text", lang: str = "fr") -> str:
    result = avenant("compare", case, *facts, "--format", format_, "--lang", lang)
    assert result.exit_code == 0, result.output
    return plain_spaces(result.stdout)


def test_options_stand_side_by_side_and_what_differs_is_marked() -> None:
    said = compared("option=demi_etp,temps plein")
    head = next(line for line in said.splitlines() if "Mi-temps" in line)
    assert "Temps plein (1 ETP)" in head
    assert " ".join(said.split()).count("19 000 € 38 000 €") == 1
    rows = [line for line in said.splitlines() if line.startswith("  Éligibilité")]
    assert all("≠" not in line for line in rows), "both are eligible"


def test_a_refused_way_shows_its_reason_and_no_amount() -> None:
    ways = json.loads(compared("option=demi_etp,tiers_etp", format_="json"))
    assert [way["decision"]["results"]["eligibilite"]["value"] for way in ways] == ["eligible", "ineligible"]
    assert [way["facts"] for way in ways] == [{"contrat.option": "demi_etp"}, {"contrat.option": "tiers_etp"}]
    said = compared("option=tiers_etp,tiers_etp")
    assert "€" not in said
    assert "Refus" in said


def test_days_of_signature_and_facts_left_out_are_ways_too() -> None:
    said = compared("date_signature=01/06/2024,01/07/2024")
    assert "Règlement arbitral de 2023" in " ".join(said.split())
    assert "Convention ≠" in said
    ways = json.loads(compared("nouvellement_installe=,oui", format_="json"))
    assert [way["facts"]["medecin.nouvellement_installe"] for way in ways] == [None, True]


def test_an_objective_written_for_one_option_is_none_for_another() -> None:
    case = str(EXAMPLES / "2023_gp_half_time_objective_missed.yaml")
    half, full = json.loads(compared("option=demi_etp,un_etp", case=case, format_="json"))
    assert half["decision"]["results"]["objectif.mt"]["value"] == 1000
    assert full["facts"] == {"contrat.option": "un_etp", "contrat.objectif_mt": None, "contrat.objectif_fa": None}
    assert full["decision"]["results"]["objectif.mt"]["status"] == "undetermined"
    assert "Temps plein (1 ETP) : non repris" in compared("option=demi_etp,un_etp", case=case)
    own, other = json.loads(compared("option=un_etp", "objectif_mt=1100,1200", case=case, format_="json"))
    assert [way["decision"]["results"]["objectif.mt"]["value"] for way in (own, other)] == [1100, 1200]


def test_several_facts_give_every_combination_up_to_a_page_full() -> None:
    ways = json.loads(compared("option=demi_etp,un_etp", "date_naissance=11/04/1978,11/04/1955", format_="json"))
    assert len(ways) == 4
    many = ",".join(map(str, range(40, 48)))
    assert avenant("compare", CASE, f"age={many}").exit_code == 2
    assert avenant("compare", CASE, "age").exit_code == 2


def test_a_fact_or_value_that_does_not_exist_is_told_with_the_nearest() -> None:
    told = refused(avenant("compare", CASE, "optoin=demi_etp", "secteur=secteur_9", "--lang", "fr"))
    assert codes_in(told) == ["unknown-fact", "fact-value"]
    assert "option" in told
    assert "secteur_1" in told


def test_a_decision_is_a_page_that_needs_nothing_but_itself(tmp_path: Path) -> None:
    avenant("evaluate", CASE, "--format", "html", "--lang", "fr", "-o", str(tmp_path / "a.html"))
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "<svg" in page
    assert "Éligible" in page
    page = page.replace("http://www.w3.org/2000/svg", "")
    assert not any(reach in page for reach in ("<script", "http://", "https://", "src="))
    refusal = avenant("evaluate", SURGEON, "--format", "html", "--lang", "fr").stdout
    assert "<svg" not in refusal
    assert "€" not in refusal


def test_decisions_are_rows_with_the_reason_beside_what_is_not_known() -> None:
    said = avenant("evaluate", CASE, SURGEON, "--format", "csv", "--lang", "fr").stdout
    first, second = csv.DictReader(io.StringIO(said))
    assert first["eligibilite"] == "eligible"
    assert [first[f"aide.montant_annuel.{year}"] for year in range(1, 6)] == ["19000.00", "14000.00", *["11000.00"] * 3]
    assert first["objectif.mt"] == "undetermined"
    assert "objectif" in first["objectif.mt.why"].lower()
    assert second["eligibilite"] == "ineligible"
    assert second["aide.montant_du"] == ""


@pytest.mark.parametrize(
    "command",
    [
        ("evaluate", CASE),
        ("timeline", str(ROOT / "tests" / "cases" / "life_overpaid.yaml")),
        ("compare", CASE, "option=demi_etp,un_etp"),
    ],
)
def test_open_writes_the_page_and_shows_it(
    command: tuple[str, ...], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(click, "launch", shown.append)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert avenant(*command, "--open").exit_code == 0
    assert avenant(*command, "--open", "-o", str(tmp_path / "own.html")).exit_code == 0
    assert shown[1] == str(tmp_path / "own.html")
    assert all(Path(name).read_text(encoding="utf-8").startswith("<!doctype html>") for name in shown)


def test_a_case_without_rules_has_the_same_formats() -> None:
    case = str(ROOT / "tests" / "cases" / "signed_before_the_scheme.yaml")
    for format_ in ("html", "csv"):
        assert avenant("evaluate", case, "--format", format_).exit_code == 0
