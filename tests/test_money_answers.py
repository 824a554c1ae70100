"""Answers about money: cases from public questions, and what a right answer shows, in French and in every format."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest
from command import avenant

CASES = Path(__file__).resolve().parent / "cases"


def said(command: str, *names: str, form: str = "text", options: tuple[str, ...] = ()) -> str:
    """What a command says of cases, in French, on one line of single spaces."""
    files = [str(CASES / f"{name}.yaml") for name in names]
    result = avenant(command, *files, "--lang", "fr", "--format", form, *options)
    assert result.exit_code == 0, result.output
    return result.stdout if form == "json" else " ".join(result.stdout.split())


def object_of(command: str, name: str, *options: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(said(command, name, form="json", options=options))
    return found


@pytest.mark.parametrize(("year", "amount"), [("2021", "18 000"), ("2025", "19 000")])
@pytest.mark.turns(form=("text", "markdown"))
def test_a_secretary_who_is_not_replaced_leaves_nothing_due(year: str, amount: str, form: str) -> None:
    page = said("evaluate", f"secretary_not_replaced_{year}", form=form)
    assert "Aide non due, condition non remplie : Secrétaire remplacé" in page
    assert page.index("Aide non due") < page.index("Résultats")
    assert "Versements de l'année" not in page
    assert "aide non versée" in page
    data = object_of("evaluate", f"secretary_not_replaced_{year}")
    assert data["results"]["aide.montant_du"]["value"] is None
    assert data["results"]["secretariat.assure"]["verdict"] == "not_met"
    assert data["payments"] == []


def test_in_a_batch_a_secretary_who_is_not_replaced_is_due_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    result = avenant(
        "batch", str(CASES / "contradictions.csv"), "--output", str(out), "--keep", "dossier", "--lang", "fr"
    )
    assert result.exit_code in (0, 1), result.output
    rows = {row["dossier"]: row for row in csv.DictReader(io.StringIO(out.read_text(encoding="utf-8")))}
    row = rows["secretaire_non_remplacee"]
    assert row["aide.montant_du.status"] == "not_applicable"
    assert row["aide.montant_du"] == ""


def test_why_an_amount_of_many_cases_is_open_is_told_below_their_table_and_not_in_the_first_case() -> None:
    page = said("evaluate", "overpaid", "centre_after_october_2025")
    assert page.index("(a) L'accord du 28 août 2025") < page.index("overpaid — ")


@pytest.mark.turns(form=("text", "markdown"))
def test_a_refusal_stands_beside_no_amount_and_no_later_text(form: str) -> None:
    page = said("evaluate", "refused_below_p30", "refused_option_2023", form=form)
    assert page.count("Non éligible") >= 2
    assert "€" not in page
    assert "Texte ultérieur" not in page


@pytest.mark.turns(form=("text", "markdown"))
def test_an_instalment_above_what_is_due_is_told_as_overpaid(form: str) -> None:
    page = said("evaluate", "overpaid", form=form)
    for shown in ("Maximum", "22 000 €", "4 400 €", "11 000 €", "À récupérer", "6 600 €"):
        assert shown in page
    assert object_of("evaluate", "overpaid")["results"]["aide.trop_percu"]["value"] == "6600.00"


@pytest.mark.turns(form=("text", "markdown", "html"))
def test_a_life_tells_its_position_at_a_day(form: str) -> None:
    page = said("timeline", "life_overpaid", form=form, options=("--as-of", "2026-11-28"))
    for shown in ("Position au 28/11/2026", "70 400 €", "77 000 €", "6 600 € (année 3)"):
        assert shown in page
    paid = object_of("timeline", "life_overpaid", "--as-of", "2026-11-28")["totals"]["versements_echus"]
    assert paid["due"]["amount"] == "70400.00"
    assert (paid["amount"], paid["later"], paid["recover"]["amount"]) == ("77000.00", "0.00", "6600.00")


def test_a_life_renewed_without_a_word_keeps_its_amounts() -> None:
    years = object_of("timeline", "life_tacit_renewal")["years"]
    due = [year["results"]["aide.montant_du"]["value"] for year in years]
    assert due[2:6] == ["19000.00", "19000.00", "0.00", "19000.00"]


@pytest.mark.turns(form=("text", "markdown"))
def test_a_doctor_of_45_at_p95_is_quoted_nothing_of_the_age_of_65(form: str) -> None:
    for page in (
        said("evaluate", "p95_aged_45", form=form),
        said("explain", "p95_aged_45", form=form, options=("verification.resultat",)),
    ):
        assert "65" not in page
        assert "{" not in page
        assert "Plancher de patientèle au P95 : 1 900 patients" in page.replace("(plancher.p95.mt) ", "")
    results = object_of("evaluate", "p95_aged_45")["results"]
    assert results["aide.montant_du"]["value"] == "38000.00"
    assert results["objectif.mt"]["value"] == 2000


@pytest.mark.turns(form=("text", "markdown"))
def test_a_band_that_no_figure_left_can_change_is_not_asked_for(form: str) -> None:
    page = said("evaluate", "band_not_needed", form=form)
    assert "14 000 €" in page
    assert "14 000 € ou" not in page
    results = object_of("evaluate", "band_not_needed")["results"]
    assert results["aide.montant_du"]["value"] == "14000.00"
    assert results["tranche_activite"]["can_be"] == ["p50_p90", "p90_p95"]
    assert results["aide.montant_annuel"]["missing"] == []


@pytest.mark.turns(form=("text", "markdown"))
def test_an_outcome_that_is_open_between_amounts_tells_each_of_them(form: str) -> None:
    """The attending-doctor patients reach their objective: the whole aid, or none where the active file falls."""
    page = said("evaluate", "figure_missing_year_4", form=form)
    assert "0 € ou 22 000 €" in page
    assert "Aide entière ou pas d'aide" in page
    assert "au moins 11 000 €" in page
    results = object_of("evaluate", "figure_missing_year_4")["results"]
    assert results["aide.trop_percu"]["can_be"] == ["0.00", "11000.00"]
    assert results["aide.montant_du"]["can_be"] == ["0.00", "22000.00"]
    assert results["verification.resultat"]["can_be"] == ["plein", "nul"]


def test_what_is_still_possible_opens_no_threshold_behind_an_amount_that_is_settled() -> None:
    page = said("evaluate", "figure_missing_year_4", options=("--possible",))
    assert "Aide due pour l'année 0 €, 22 000 € ou sans objet" in page
    assert "26 000 €" not in page


@pytest.mark.turns(form=("text", "markdown"))
def test_amounts_that_are_left_are_told_with_the_one_fact_that_people_know(form: str) -> None:
    page = said("evaluate", "published_example_2019", form=form)
    for shown in ("12 000 €", "9 000 € ou 12 000 €", "7 000 €, 8 350 € ou 12 000 €"):
        assert shown in page
    assert "Il manque : Percentile de la file active." in page
    assert "Seuil P70" not in page
    asked = said("ask", "published_example_2019", options=("--for", "all"))
    assert "patientele.percentile_fa" in asked
    assert "seuils.fa_p70" not in asked


def test_a_notified_threshold_settles_the_published_example(tmp_path: Path) -> None:
    text = (CASES / "published_example_2019.yaml").read_text(encoding="utf-8") + "seuils: {fa_p50: 1490}\n"
    (tmp_path / "case.yaml").write_text(text, encoding="utf-8")
    result = avenant("evaluate", str(tmp_path / "case.yaml"), "--lang", "fr", "--format", "json")
    data = json.loads(result.stdout)
    amounts = [year["results"]["aide.montant_annuel"]["value"] for year in data["years"]]
    assert amounts == ["12000.00", "9000.00", "7000.00", "7000.00", "7000.00"]
    assert (data["results"]["objectif.mt"]["value"], data["results"]["objectif.fa"]["value"]) == (840, 1560)


@pytest.mark.turns(name=("hire_day_unknown_2021", "hire_day_unknown_year_5"), form=("text", "markdown"))
def test_a_hire_day_that_is_not_given_is_an_assumption_with_what_it_decides(name: str, form: str) -> None:
    page = said("evaluate", name, form=form)
    assumed = page[page.index("Hypothèses") :]
    for shown in ("Faute de jour d'embauche", "10 500 € ainsi, 11 000 € autrement"):
        assert shown in assumed
    (told,) = object_of("evaluate", name)["assumptions"]
    assert told["fact"] == "contrat.date_embauche"
    amount = next(change for change in told["changes"] if change["id"] == "aide.montant_annuel")
    assert (amount["before"]["value"], amount["after"]["value"]) == ("10500.00", "11000.00")


def test_a_text_that_does_not_say_what_was_paid_has_nothing_to_be_recovered_either() -> None:
    """The instalments of 2019 are not published: nobody knows whether a year whose result is open was overpaid."""
    told = said("timeline", "life_year_3_open_2019", form="text", options=("--as-of", "2026-11-28"))
    assert re.search("Position au 28/11/2026.*? indéterminé — ", told)
    totals = object_of("timeline", "life_year_3_open_2019", "--as-of", "2026-11-28")["totals"]
    assert totals["versements_echus"]["recover"] is None
    assert object_of("timeline", "life_overpaid", "--as-of", "2026-11-28")["totals"]["versements_echus"]["recover"]


def test_a_contract_that_ends_within_its_second_year_is_not_said_to_owe_nothing_back(tmp_path: Path) -> None:
    """What a year cut short pays is not published; the text says what is overpaid from the third year on alone."""
    dossier = tmp_path / "life.yaml"
    case = "case: {contrat: {date_signature: 2024-07-01, option: demi_etp}, patientele: {percentile_mt: 60}}"
    dossier.write_text(f"{case}\nevents: [{{date: 2025-12-31, type: resiliation}}]\n", encoding="utf-8")
    shown = avenant("timeline", str(dossier), "--as-of", "2026-11-28", "--lang", "fr").stdout
    assert re.search(r"Position au 28/11/2026.*\n.*À récupérer\n.* —\n", shown)


def test_a_year_that_a_void_extension_does_not_open_has_no_objectives(tmp_path: Path) -> None:
    text = (CASES / "extension_open_in_year_5.yaml").read_text(encoding="utf-8").replace("annee: 5", "annee: 6")
    for day, shown in (("2026-03-14", True), ("2026-03-20", False)):
        given = text.replace("annee: 6", f'annee: 6, date_avenant_prorogation: "{day}"')
        (tmp_path / "six.yaml").write_text(given, encoding="utf-8")
        page = " ".join(avenant("evaluate", str(tmp_path / "six.yaml"), "--lang", "fr").stdout.split())
        assert ("Résultats" in page, "garde-t-elle les objectifs" in page, "le contrat est clos" in page) == (
            shown,
            shown,
            not shown,
        )


def test_facts_of_another_beneficiary_are_said_to_be_that_with_the_text_that_reads_them(tmp_path: Path) -> None:
    text = (CASES / "centre_capped.yaml").read_text(encoding="utf-8")
    (tmp_path / "nobody.yaml").write_text(re.sub("(?m)^beneficiaire.*\n", "", text), encoding="utf-8")
    page = " ".join(avenant("evaluate", str(tmp_path / "nobody.yaml"), "--lang", "en").stdout.split())
    assert "The case speaks of another beneficiary: Health centre; its text, Health centres: amendment 5" in page
    assert "Facts given that this text does not read" not in page
    assert "another beneficiary" not in said("evaluate", "centre_capped")


@pytest.mark.parametrize("form", ["text", "markdown"])
def test_the_extension_is_a_right_in_the_year_in_which_it_is_signed_with_the_amount_of_the_next(form: str) -> None:
    page = said("evaluate", "extension_open_in_year_5", form=form)
    assert "Prorogation de cinq ans, droit ouvert jusqu'au 14/03/2026, par avenant" in page
    assert "année 6 : 11 000 € avec, indéterminé sinon" in page
    (told,) = object_of("evaluate", "extension_open_in_year_5")["rights"]
    assert (told["fact"], told["value"]) == ("contrat.date_avenant_prorogation", "2026-03-14")


def test_a_year_that_an_extension_alone_opens_shows_what_it_would_pay_and_not_the_year_after(tmp_path: Path) -> None:
    text = (CASES / "extension_open_in_year_5.yaml").read_text(encoding="utf-8")
    (tmp_path / "six.yaml").write_text(text.replace("annee: 5", "annee: 6"), encoding="utf-8")
    page = " ".join(avenant("evaluate", str(tmp_path / "six.yaml"), "--lang", "fr").output.split())
    assert "Maximum de l'année, prorogation comprise : 11 000 € avec, indéterminé sinon" in page
    assert "année 7" not in page


def test_what_rests_on_an_assumption_says_so_in_its_confidence() -> None:
    told = object_of("evaluate", "hire_day_unknown_year_5")["results"]
    assert told["aide.montant_annuel"]["confidence"] == "assumed"
    assert told["eligibilite"]["confidence"] == "secondary"
    assert object_of("evaluate", "hire_day_known_year_5")["results"]["aide.montant_annuel"]["confidence"] != "assumed"


def test_an_assumption_counts_among_what_would_change_a_result() -> None:
    data = object_of("evaluate", "hire_day_unknown_year_5", "--sensitivity")["sensitivity"]
    (change,) = data["changes"]
    assert change["result"] == "aide.montant_annuel"
    assert [(each["value"], each["ways"]) for each in change["alternatives"]] == [
        ("11000.00", [{"hypothese.embauche": "other"}])
    ]
    page = said("evaluate", "hire_day_unknown_year_5", options=("--sensitivity",))
    assert "11 000 € avec « Date d'embauche de l'assistant : 10/07/2020 »" in page


def test_a_hire_day_that_is_given_leaves_nothing_to_assume() -> None:
    assert object_of("evaluate", "hire_day_known_year_5")["assumptions"] == []
    assert "Hypothèses" not in said("evaluate", "hire_day_known_year_5")


@pytest.mark.turns(form=("text", "markdown"))
def test_the_amendment_at_65_is_told_as_a_right_with_the_amount_with_and_without(form: str) -> None:
    page = said("evaluate", "aged_67_contract_2023", form=form)
    rights = page[page.index("Droits à demander") :]
    assert "droit ouvert depuis le 22/06/2024, par avenant" in rights
    assert "Aide due pour l'année : 11 000 € avec, 0 € sinon" in rights
    (told,) = object_of("evaluate", "aged_67_contract_2023")["rights"]
    assert (told["fact"], told["open"]) == ("contrat.date_avenant_65_ans", "2024-06-22")


@pytest.mark.turns(form=("text", "markdown", "html"))
def test_a_life_tells_its_rights_from_the_day_they_are_open(form: str) -> None:
    page = said("timeline", "turns_65_without_amendment", form=form, options=("--as-of", "2026-11-28"))
    rights = page[page.index("Droits à demander") :]
    assert "droit ouvert depuis le 10/05/2025, par avenant" in rights
    assert "année 4 : 11 000 € avec" in rights
    assert "au 11/09/2027, par avenant" in rights
    told = object_of("timeline", "turns_65_without_amendment")["rights"]
    assert {right["fact"]: right["open"] for right in told} == {
        "contrat.date_passage_regles_posterieures": "2023-05-01",
        "contrat.date_avenant_65_ans": "2025-05-10",
        "contrat.date_avenant_prorogation": "2027-09-11",
    }


def test_a_right_whose_last_day_has_passed_says_so_and_one_that_was_used_is_not_offered_again(tmp_path: Path) -> None:
    late = said("timeline", "turns_65_without_amendment", options=("--as-of", "2027-09-12"))
    assert "droit ouvert jusqu'au 11/09/2027, par avenant ; ce jour est passé" in late
    used = tmp_path / "used.yaml"
    event = '  - {date: "2024-01-10", type: passage_aux_regles_posterieures}\n'
    text = (CASES / "turns_65_without_amendment.yaml").read_text(encoding="utf-8")
    followed = text.index("  - ", text.index("type: embauche"))
    used.write_text(text[:followed] + event + text[followed:], encoding="utf-8")
    told = json.loads(avenant("timeline", str(used), "--format", "json", "--as-of", "2026-11-28").output)["rights"]
    assert "contrat.date_passage_regles_posterieures" not in [right["fact"] for right in told]


def test_a_change_of_option_is_set_against_the_same_years_of_a_contract_that_goes_on(tmp_path: Path) -> None:
    life = tmp_path / "life.yaml"
    text = (CASES / "life_tacit_renewal.yaml").read_text(encoding="utf-8")
    life.write_text(text[: text.index('  - {date: "2029')], encoding="utf-8")
    page = avenant("timeline", str(life), "--lang", "fr", "--as-of", "2028-12-01").output
    rights = " ".join(page[page.index("Droits à demander") :].split())
    assert "année 6 : 38 000 € avec, 19 000 € sinon" in rights


def test_without_a_day_no_duty_is_to_come_or_late_and_with_one_what_nothing_can_show_is_to_be_checked() -> None:
    page = said("evaluate", "hire_day_known_year_5", options=("--full",))
    assert "à venir" not in page
    assert "en retard" not in page
    later = object_of("evaluate", "hire_day_known_year_5", "--as-of", "2026-11-28")["obligations"]
    status = {duty["id"]: duty["status"] for duty in later}
    assert status["contrat.transmission"] == "to_check"
    assert status["contrat.renouvellement"] == "closed"


def test_the_hire_day_that_is_assumed_is_asked_for() -> None:
    asked = said("ask", "hire_day_unknown_2021", options=("--for", "all"))
    assert "contrat.date_embauche" in asked


def test_a_secretary_not_replaced_withholds_the_aid_under_one_reading_alone() -> None:
    options = ("--interpret", "secretaire_non_remplace=rien_d_ecrit")
    page = said("evaluate", "secretary_not_replaced_2021", options=options)
    assert "1 18 000 € 18 000 €" in page
    assert "suite : aide non versée selon une lecture des textes" in page


@pytest.mark.turns(form=("text", "markdown"))
def test_a_share_of_unknown_rate_is_due_between_nothing_and_the_maximum(form: str) -> None:
    page = said("evaluate", "share_unknown", form=form).replace(" |", "")
    assert "3 11 000 € entre 0 € et 11 000 € (a) au moins 5 500 € entre 0 € et 5 500 € (a)" in page
    due = object_of("evaluate", "share_unknown")["results"]["aide.montant_du"]
    assert (due["status"], due["between"]) == ("undetermined", ["0.00", "11000.00"])


def test_a_payment_to_come_whose_amount_is_open_is_not_left_out_in_silence() -> None:
    page = said("timeline", "life_absence", options=("--as-of", "2026-10-01"))
    assert "33 000 € (sans l'année 3, indéterminée) 38 500 € indéterminé entre 0 € et 5 500 € (année 3)" in page
    position = json.loads(said("timeline", "life_absence", form="json", options=("--as-of", "2026-10-01")))
    paid = position["totals"]["versements_echus"]
    assert (paid["later"], paid["open_payments"], paid["open_later"]) == ("0.00", 0, 1)


def test_figures_dated_after_the_day_asked_about_are_told_where_they_count(tmp_path: Path) -> None:
    dossier = tmp_path / "life.yaml"
    text = (CASES / "life_overpaid.yaml").read_text(encoding="utf-8")
    dossier.write_text(text.replace('"2026-09-01"', '"2027-02-01"'), encoding="utf-8")
    shown = avenant("timeline", str(dossier), "--lang", "fr", "--as-of", "2026-11-28").stdout
    assert "daté après ce jour : Suivi : chiffres d'une année, le 01/02/2027 (année 3)" in " ".join(shown.split())
    assert "après ce jour" not in said("timeline", "life_overpaid", options=("--as-of", "2026-11-28"))


def test_facts_that_the_text_of_a_row_does_not_read_are_told_at_the_end_of_a_batch(tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    head = "contrat.date_signature,contrat.option,contrat.annee,medecin.exercice_regroupe\n"
    rows.write_text(head + "2024-09-02,demi_etp,1,true\n2024-09-02,demi_etp,1,\n", encoding="utf-8")
    shown = " ".join(avenant("batch", str(rows), "-o", str(tmp_path / "out.csv"), "--lang", "fr").stdout.split())
    assert "faits donnés que ce texte ne lit pas : Exercice regroupé (1 cas)" in shown
