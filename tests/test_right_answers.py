"""Inputs on which answers once fell short, and what a right answer shows, in the formats of each command.

The inputs stand in tests/cases; they come from public questions, worked examples and disputes.
"""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from command import CASES, avenant, refused
from referencing import Registry, Resource

from engine.policy.reading import load_schema

PAGES = ("text", "markdown")


def said(command: str, name: str, format_: str = "text", *options: str) -> str:
    """What a command answers on an input, in French, on one line."""
    result = avenant(command, str(CASES / name), "--format", format_, "--lang", "fr", *options)
    assert result.exit_code == 0, result.output
    return " ".join(result.stdout.split())


def object_of(command: str, name: str, *options: str) -> Any:
    return json.loads(said(command, name, "json", *options))


def doubts(command: str, name: str, *options: str) -> dict[str, Any]:
    """The facts said to be doubtful, by the consistency that they do not meet."""
    return {doubt["id"]: doubt["facts"] for doubt in object_of(command, name, *options)["consistency"]}


def test_an_age_and_a_birth_that_contradict_each_other_are_refused_with_both() -> None:
    for command in (("evaluate",), ("ask",), ("explain", "eligibilite")):
        name, *more = command
        result = avenant(name, str(CASES / "age_against_birth.yaml"), *more, "--lang", "fr")
        told = refused(result)
        assert "age_against_birth.yaml:2:" in told
        assert "facts-contradict" in told
        assert "medecin.age = 50" in told
        assert "medecin.date_naissance = 1955-01-01" in told


@pytest.mark.parametrize(
    ("birth", "refusal"),
    [
        ("2006-09-02", ""),
        ("2006-09-03", "coherence.naissance"),
        ("1903-09-03", ""),
        ("1903-09-02", "coherence.naissance"),
    ],
)
def test_a_doctor_signs_between_the_ages_of_18_and_120(birth: str, refusal: str, tmp_path: Path) -> None:
    case = tmp_path / "born.yaml"
    text = f"contrat: {{date_signature: 2024-09-02, option: demi_etp}}\nmedecin: {{date_naissance: {birth}}}\n"
    case.write_text(text, encoding="utf-8")
    result = avenant("evaluate", str(case), "--lang", "fr")
    assert (refusal in refused(result)) if refusal else (result.exit_code == 0)


@pytest.mark.turns(format_=PAGES)
def test_a_count_against_its_percentile_is_doubted_at_the_head_of_the_page(format_: str) -> None:
    page = said("evaluate", "count_against_percentile.yaml", format_)
    doubt = page.index("Faits douteux")
    assert doubt < page.index("Résultats")
    assert "700 patients" in page[doubt : page.index("Résultats")]
    assert "97" in page[doubt : page.index("Résultats")]


@pytest.mark.parametrize("command", ["evaluate", "ask"])
def test_a_count_against_its_percentile_is_doubted_in_data(command: str) -> None:
    facts = doubts(command, "count_against_percentile.yaml")["coherence.percentile_mt"]
    assert facts["patientele.mt_depart"] == 700
    assert facts["patientele.percentile_mt"] == 97


def test_an_objective_at_the_start_is_not_doubted_where_the_law_sets_it() -> None:
    assert doubts("evaluate", "p95_objective_at_the_start.yaml") == {}
    assert "ne dépasse pas le niveau de départ" not in said("evaluate", "p95_objective_at_the_start.yaml")
    life = "life_65_in_a_contract_of_2024.yaml"
    assert not {"coherence.objectif_mt", "coherence.objectif_fa"} & doubts("timeline", life).keys()
    for format_ in (*PAGES, "html"):
        assert "ne dépasse pas le niveau de départ" not in said("timeline", life, format_)


@pytest.mark.turns(format_=PAGES)
def test_a_signature_after_the_announced_years_of_the_convention_is_doubted(format_: str) -> None:
    assert "annoncée pour 2024-2029" in said("evaluate", "signed_in_2031.yaml", format_)
    assert list(doubts("evaluate", "signed_in_2031.yaml")) == ["coherence.terme_de_la_convention"]


OUTSIDE = {
    "signed_before_the_scheme.yaml": ("avant_le_dispositif", "none", "1er septembre 2019"),
}


@pytest.mark.parametrize("name", OUTSIDE)
@pytest.mark.parametrize("command", [("evaluate",), ("explain", "eligibilite"), ("ask",)])
def test_a_contract_outside_the_texts_gets_a_page_with_what_is_known(name: str, command: tuple[str, ...]) -> None:
    id_, aid, known = OUTSIDE[name]
    for format_ in PAGES:
        page = said(command[0], name, format_, *command[1:])
        assert known in page
        assert "centre_de_sante" not in page
        assert "CPAM" in page
    answer = object_of(command[0], name, *command[1:])
    names = ("decision", "outside")
    schemas = Registry().with_resources((f"{n}.schema.json", Resource.from_contents(load_schema(n))) for n in names)
    jsonschema.Draft7Validator({"$ref": "outside.schema.json"}, registry=schemas).validate(answer)
    found = answer["without_rules"]
    assert (found["id"], found["aid"]) == (id_, aid)
    assert all(each["cite"] for each in found["known"])


@pytest.mark.turns(format_=PAGES)
def test_the_amounts_of_a_centre_since_october_2025_are_told_to_be_unknown_and_how_many_contracts_it_may_have(
    format_: str,
) -> None:
    page = said("evaluate", "centre_after_october_2025.yaml", format_)
    assert "jusqu'à huit contrats, sans plafond en zone sous-dense ; ses montants ne sont pas dans nos sources" in page
    assert "Éligible" not in page
    assert "36" not in page


@pytest.mark.turns(format_=PAGES)
def test_an_eligibility_that_only_waits_for_the_sources_says_so_at_the_head(format_: str, tmp_path: Path) -> None:
    case = tmp_path / "centre.yaml"
    text = "beneficiaire: centre_de_sante\ncontrat: {date_signature: 2024-11-04, annee: 1}\ncentre: {type: medical}\n"
    case.write_text(text, encoding="utf-8")
    page = said("evaluate", str(case), format_)
    assert "Les critères sont revus depuis le 6 août 2024" in page[: page.index("Montants")]
    assert "Les montants de l'avenant 5 ne sont pas dans nos sources" in page
    assert object_of("evaluate", str(case))["results"]["aide.montant_annuel"]["missing"] == []


def test_the_objective_of_a_centre_since_august_2024_waits_for_its_contract_and_not_for_its_creation(
    tmp_path: Path,
) -> None:
    """New or not: no source gives the objectives of amendment 5."""
    for team, indicator in (("generalistes", "mt"), ("specialistes", "fa"), ("mixte", "fa")):
        text = f"beneficiaire: centre_de_sante\ncontrat: {{date_signature: 2024-11-04}}\ncentre: {{equipe: {team}}}\n"
        (tmp_path / "centre.yaml").write_text(text, encoding="utf-8")
        objective = object_of("evaluate", str(tmp_path / "centre.yaml"))["results"][f"objectif.{indicator}"]
        assert objective["missing"] == [f"contrat.objectif_{indicator}"]


@pytest.mark.parametrize("format_", [*PAGES, "json", "html", "csv"])
def test_a_dossier_outside_the_texts_gets_the_same_answer(format_: str, tmp_path: Path) -> None:
    dossier = tmp_path / "life.yaml"
    dossier.write_text("case:\n  contrat: {date_signature: 2019-08-15}\nevents: []\n", encoding="utf-8")
    result = avenant("timeline", str(dossier), "--format", format_, "--lang", "fr")
    assert result.exit_code == 0, result.output
    assert ("avant_le_dispositif" if format_ in ("json", "csv") else "1er septembre 2019") in result.stdout


def test_rows_outside_the_texts_are_no_refusals_in_a_batch(tmp_path: Path) -> None:
    table, out = tmp_path / "rows.csv", tmp_path / "out.csv"
    days = ("medecin_liberal,2019-08-15", "centre_de_sante,2020-02-03", "maison_de_sante,2026-02-24")
    table.write_text("\n".join(["beneficiaire,contrat.date_signature", *days]) + "\n", encoding="utf-8")
    result = avenant("batch", str(table), "-o", str(out), "--strict", "--lang", "fr")
    assert result.exit_code == 0, result.output
    with out.open(encoding="utf-8", newline="") as rows:
        found = [row["convention"] for row in csv.DictReader(rows)]
    assert found == ["avant_le_dispositif", "centres_avant_l_avenant_3", "avant_le_contrat_collectif"]
    assert "avenant 3" in result.stdout


def test_a_batch_refuses_facts_that_contradict_each_other_and_names_the_doubtful_ones(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    result = avenant("batch", str(CASES / "contradictions.csv"), "-o", str(out), "--lang", "fr")
    assert result.exit_code == 0, result.output
    with out.open(encoding="utf-8", newline="") as rows:
        found = {row["dossier"]: row["consistency"] for row in csv.DictReader(rows)}
    assert found == {"percentile_contredit": "coherence.percentile_mt", "secretaire_non_remplacee": ""}
    refusals = Path(f"{out}.rejected.csv").read_text(encoding="utf-8")
    assert "facts-contradict" in refusals
    assert "medecin.age = 50" in refusals


HANGING = {
    "solo_zac_2020.yaml": ("evaluate", "zone_2019", "zip_et_zac_au_dela_de_640", "Refusé : "),
    "newly_installed_below_p30.yaml": (
        "evaluate",
        "minimum_du_nouvel_installe",
        "dispense",
        "Refusé : ",
    ),
    "anniversary_on_the_day.yaml": ("evaluate", "anniversaire_du_22_juin_2024", "suivant", "Montants"),
    "life_certificate_two_or_three_years.yaml": (
        "timeline",
        "certificat_des_contrats_anterieurs",
        "trois_ans",
        "Obtenir le certificat de qualification de l'assistant",
    ),
    "life_extended_before_the_text.yaml": (
        "timeline",
        "prorogation_avant_la_convention",
        "sans_effet",
        "Terme du contrat",
    ),
}


@pytest.mark.turns(name=tuple(HANGING), format_=PAGES)
def test_a_refusal_or_a_date_that_hangs_on_a_reading_says_so_in_its_own_line(name: str, format_: str) -> None:
    says_so(name, format_)


@pytest.mark.turns(name=tuple(name for name, (command, *_) in HANGING.items() if command == "timeline"))
def test_the_drawn_page_of_a_life_says_it_in_that_line_too(name: str) -> None:
    says_so(name, "html")


def says_so(name: str, format_: str) -> None:
    command, reading, choice, line = HANGING[name]
    page = said(command, name, format_, "--ids").replace("\\", "").replace("&#x27;", "'")
    assert f"{reading}={choice}" in page[page.index(line) :][:900].replace(" ", "")


@pytest.mark.parametrize("name", HANGING)
def test_the_line_says_so_in_data_too(name: str) -> None:
    command, reading, choice, _ = HANGING[name]
    told = object_of(command, name)
    lines = [*told.get("results", told.get("ending", {})).values(), *told["obligations"]]
    found = [other for line in lines for other in line.get("otherwise", ())]
    assert (reading, choice) in {(other["reading"], other["choice"]) for other in found}


def test_the_year_of_a_change_of_option_has_the_same_amount_in_a_case_as_in_a_life(tmp_path: Path) -> None:
    case = tmp_path / "case.yaml"
    text = (CASES / "option_changed_same_year.yaml").read_text(encoding="utf-8")
    case.write_text(text.replace("option: un_etp,", "option: un_etp, option_precedente: demi_etp,"), encoding="utf-8")
    for choice, amount in (("prochain_anniversaire", "14000.00"), ("annee_en_cours", "28000.00")):
        read = ("--interpret", f"effet_du_changement_option={choice}")
        result = avenant("evaluate", str(case), "--format", "json", *read)
        life = object_of("timeline", "life_option_changed_mid_year.yaml", *read)
        assert json.loads(result.stdout)["results"]["aide.montant_du"]["value"] == amount
        assert life["years"][1]["results"]["aide.montant_du"]["value"] == amount
    told = object_of("evaluate", "option_changed_same_year.yaml")
    assert told["missing"] == ["contrat.option_precedente"]
    (reading,) = [each for each in told["readings"] if each["id"] == "effet_du_changement_option"]
    due = next(each for each in reading["others"][0]["changes"] if each["id"] == "aide.montant_du")
    assert due["after"]["value"] == "28000.00"


@pytest.mark.turns(format_=(*PAGES, "html"))
def test_an_absence_of_more_than_three_months_suspends_the_contract_and_the_silence_of_the_sources_is_told(
    format_: str,
) -> None:
    page = said("timeline", "life_absence.yaml", format_)
    assert "Contrat suspendu à compter du" in page
    assert "12/01/2026" in page
    assert "n'est pas dans nos sources" in page.replace("&#x27;", "'")
    ending = object_of("timeline", "life_absence.yaml")["ending"]
    assert (ending["suspension.debut"]["value"], ending["suspension.fin"]["value"]) == ("2026-01-12", "2026-05-18")
    if format_ == "text":  # under the amounts of the year, which are those of a whole one, and before their totals
        amounts, _, totals = page.partition("\nTotaux\n")
        assert "Avertissement, année 2 : Le contrat est suspendu une partie de l'année" in amounts
        assert "Avertissement" not in totals


def test_the_training_of_the_first_person_is_not_that_of_the_second() -> None:
    life = object_of("timeline", "life_second_person.yaml", "--as-of", "2026-11-28")
    duties = {line["id"]: (line["status"], line["due"]) for line in life["obligations"]}
    assert duties["formation.debut"] == ("pending", "2027-01-06")
    assert duties["formation.adaptation"] == ("pending", "2028-01-06")
    page = said("timeline", "life_second_person.yaml")
    assert "06/01/2027" in page
    assert "personne en poste (Embauche d'une autre personne, le 06/01/2025)" in page


def test_what_the_dossier_tells_is_not_asked_for_one_and_a_half_full_times() -> None:
    life = object_of("timeline", "life_one_and_a_half.yaml")
    asked = {name for year in life["years"] for name in year["missing"]}
    premier = {name for name in asked if "premier_contrat" in name or name == "contrat.contrat_un_etp_en_cours"}
    assert not premier
    assert "un temps plein et demi" in said("timeline", "life_one_and_a_half.yaml")


def test_a_move_too_far_sets_no_wait(tmp_path: Path) -> None:
    life = said("timeline", "life_move.yaml")
    assert "28/02/2028" not in life
    missing = life[life.index("Ce qui manque") :]
    assert "Motif de la résiliation" in missing, "how the contract ends waits for it"
    assert "Courrier de résiliation" in missing
    text = (CASES / "life_move.yaml").read_text(encoding="utf-8")
    moved = tmp_path / "life.yaml"
    moved.write_text(text.replace("type: resiliation", "type: demenagement"), encoding="utf-8")
    ending = json.loads(avenant("timeline", str(moved), "--format", "json").stdout)["ending"]
    assert ending["contrat.fin"]["value"] == "2026-02-28"
    assert ending["carence.fin"]["status"] == "not_applicable"
    told = object_of("evaluate", "new_contract_after_move.yaml")
    assert told["results"]["carence"]["verdict"] == "undetermined"
    case = tmp_path / "case.yaml"
    text = (CASES / "new_contract_after_move.yaml").read_text(encoding="utf-8")
    case.write_text(
        text.replace(
            'date_fin_contrat_precedent: "2026-02-28"',
            'date_fin_contrat_precedent: "2026-02-28", motif_fin_contrat_precedent: demenagement',
        ),
        encoding="utf-8",
    )
    told = json.loads(avenant("evaluate", str(case), "--format", "json").stdout)
    assert told["results"]["carence"]["derogation"] == "carence.nouvelle_installation"


def test_events_of_which_the_rules_say_nothing_are_told(tmp_path: Path) -> None:
    life = tmp_path / "life.yaml"
    text = (CASES / "life_absence.yaml").read_text(encoding="utf-8").replace("2024-09-02", "2023-09-04")
    life.write_text(text + '  - {date: "2026-06-01", type: passage_aux_regles_posterieures}\n', encoding="utf-8")
    told = json.loads(avenant("timeline", str(life), "--format", "json").stdout)
    assert [event["type"] for event in told["without_rule"]] == ["passage_aux_regles_posterieures"]
    assert "ne disent rien de" in avenant("timeline", str(life), "--lang", "fr").stdout


def test_a_duty_that_is_done_has_the_day_that_shows_it_and_its_facts_explain_it(tmp_path: Path) -> None:
    case = tmp_path / "done.yaml"
    case.write_text(
        "contrat: {date_signature: 2024-09-02, date_embauche: 2024-09-10, option: demi_etp, annee: 3}\n"
        "assistant: {niveau_diplome: 4, date_debut_formation: 2025-01-15, date_certification: 2026-02-01,\n"
        "  ancien_secretaire: true, date_depart_secretaire: 2024-09-10, date_remplacement_secretaire: 2025-03-01}\n",
        encoding="utf-8",
    )
    days = {
        "formation.debut": "2025-01-15",
        "formation.certification": "2026-02-01",
        "secretariat.remplacement": "2025-03-01",  # through the criterion that it reads
        "profil.diplome": None,  # no fact says when
    }
    duties = {each["id"]: each for each in object_of("evaluate", str(case))["obligations"]}
    assert {id_: duties[id_]["done"] for id_ in days} == days
    assert duties["profil.diplome"]["facts"] == {"assistant.niveau_diplome": 4}
    page = said("evaluate", str(case), "text", "--full")
    assert "fait le 01/02/2026" in page
    explained = said("explain", str(case), "text", "formation.certification")
    assert "fait le 01/02/2026" in explained
    assert "échéance" not in explained
    assert "Date du certificat : 01/02/2026" in explained


@pytest.mark.parametrize("signed", ["2023-09-04", "2024-09-02"])
@pytest.mark.parametrize(("age", "year", "told"), [(64, 3, True), (62, 4, True), (61, 3, False), (60, 4, False)])
def test_the_right_at_65_is_read_from_the_age_alone(
    signed: str, age: int, year: int, told: bool, tmp_path: Path
) -> None:
    case = tmp_path / "aged.yaml"
    case.write_text(
        f"contrat: {{date_signature: {signed}, annee: {year}, objectif_mt: 999, objectif_fa: 1710, option: demi_etp}}\n"
        f"medecin: {{secteur: secteur_1, specialite: medecine_generale, nouvellement_installe: false, age: {age}}}\n"
        "patientele: {mt_depart: 900, fa_depart: 1600, percentile_fa: 55, mt_actuelle: 880, fa_actuelle: 1600}\n",
        encoding="utf-8",
    )
    page = said("evaluate", str(case))
    assert ("Objectif assoupli à 65 ans" in page) == told
    assert ("Aide due pour l'année : 11 000 € avec, 0 € sinon" in page) == told
