"""Reasons are worked out once for all cases that are decided alike, and are those of each case."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from command import ROOT, avenant, plain_spaces
from conftest import Effort

from engine.evaluation import results
from engine.evaluation.facts import Facts, read_case
from engine.evaluation.session import Session
from engine.language.facts import BENEFICIARY, SIGNATURE
from engine.policy.loader import load

EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))


def cases_of(path: Path, session: Session) -> list[Facts]:
    """An example, and the same without each of its facts in turn."""
    whole = read_case(load(path).data, session.registry.vocabulary)
    fewer = [name for name in whole if name not in (SIGNATURE, BENEFICIARY)]
    return [whole, *({name: value for name, value in whole.items() if name != left} for left in fewer)]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_a_case_has_the_same_reasons_alone_and_after_others(path: Path, session: Session, effort: Effort) -> None:
    cases = effort.share(cases_of(path, session), part=8)
    for facts in cases:
        session.decide(facts)
    after = [session.decide(facts).results for facts in cases]
    for facts, found in zip(cases, after, strict=True):
        fresh = Session(session.registry)
        alone = fresh.decide(facts).results
        fresh.close()
        assert {id_: (r.because, r.cite, r.confidence) for id_, r in found.items()} == {
            id_: (r.because, r.cite, r.confidence) for id_, r in alone.items()
        }


def test_the_reasons_of_a_case_are_not_worked_out_twice(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = cases_of(EXAMPLES[0], session)[0]
    first = session.decide(facts)
    worked, reasons = [], results._reasons
    monkeypatch.setattr(results, "_reasons", lambda *given: worked.append(given[0].id) or reasons(*given))
    assert session.decide(facts) == first
    assert worked == []


EXTENDED_LATE = """contrat: {date_signature: "2023-05-01", option: demi_etp, annee: 6,
  date_avenant_prorogation: "2028-05-01", objectif_mt: 1200, objectif_fa: 1800}
medecin: {secteur: secteur_1, specialite: medecine_generale}
patientele: {mt_depart: 1000, fa_depart: 1600, mt_actuelle: 1300, fa_actuelle: 1600}
"""
CENTRE = """beneficiaire: centre_de_sante
contrat: {date_signature: "2022-05-01", annee: 2}
centre: {type: polyvalent, equipe: mixte, etp_medecins: 6, etp_assistants: 2.5, fa_par_etp: 992}
"""
DEPARTED = """case:
  contrat: {date_signature: "2023-06-15", option: demi_etp, objectif_mt: 1160, objectif_fa: 1710}
  medecin: {secteur: secteur_1, specialite: medecine_generale, nouvellement_installe: false}
  patientele: {mt_depart: 900, fa_depart: 1600, percentile_fa: 55}
events:
  - {date: "2023-07-03", type: embauche}
  - {date: "2024-01-10", type: fin_adhesion}
"""


def test_what_does_not_apply_names_the_condition_that_is_not_met_and_none_that_is(tmp_path: Path) -> None:
    (tmp_path / "late.yaml").write_text(EXTENDED_LATE, encoding="utf-8")
    said = avenant("evaluate", str(tmp_path / "late.yaml"), "--lang", "fr").output.replace("\u00a0", " ")
    assert "(a) Avenant de prorogation signé avant le terme : non rempli.\n" in said
    assert ": rempli" not in said


def test_what_never_applies_to_a_specialty_is_for_that_alone_and_the_same_in_every_year(tmp_path: Path) -> None:
    life = tmp_path / "life.yaml"
    life.write_text(
        """case:
  contrat: {date_signature: "2021-03-01", option: demi_etp}
  medecin: {specialite: cardiologie}
  patientele: {fa_depart: 1300, percentile_fa: 40}
events:
  - {date: "2021-03-15", type: embauche}
""",
        encoding="utf-8",
    )
    told = avenant("timeline", str(life), "--lang", "en").output
    assert re.findall(r"(?m)^\(.\) .*Specialty.*$", told) == ["(a) Specialty: Cardiology."]


def test_an_event_of_which_the_rules_say_nothing_is_not_said_to_count(tmp_path: Path) -> None:
    (tmp_path / "departed.yaml").write_text(DEPARTED, encoding="utf-8")
    said = " ".join(avenant("timeline", str(tmp_path / "departed.yaml"), "--lang", "fr").output.split())
    assert "ne disent rien de : Fin de l'adhésion d'un médecin, le 10/01/2024" in said
    assert "compte : Fin" not in said


def test_duties_are_others_only_beside_one_that_is_told(tmp_path: Path) -> None:
    (tmp_path / "centre.yaml").write_text(CENTRE, encoding="utf-8")
    said = avenant("evaluate", str(tmp_path / "centre.yaml"), "--lang", "fr").output
    assert "4 obligations (--full les montre)" in said
    assert "Obligation" not in said


AGED_66 = """contrat: {date_signature: "2025-03-01", option: demi_etp, annee: 3, objectif_fa: 1900}
medecin: {secteur: secteur_1, specialite: pediatrie, age: 66}
patientele: {mt_depart: 300, fa_depart: 1600, percentile_fa: 60, mt_actuelle: 250, fa_actuelle: 1500}
"""
AGED_65_IN_A_CONTRACT_OF_2022 = """contrat: {date_signature: "2022-01-10", option: demi_etp, annee: 4,
  date_avenant_65_ans: "2025-01-10"}
medecin: {secteur: secteur_1, specialite: medecine_generale, date_naissance: "1959-12-31"}
patientele: {mt_depart: 1000, fa_depart: 1600, mt_actuelle: 900, fa_actuelle: 1440, percentile_mt: 60}
"""


def test_a_sum_that_waits_tells_the_unpublished_number_it_is_made_of_as_well(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(AGED_66)
    told = " ".join(avenant("--lang", "fr", "evaluate", str(tmp_path / "case.yaml")).output.split())
    assert (
        "(c) Il manque : Percentile de la patientèle médecin traitant. "
        "Au-delà d'une baisse de 10 % à 65 ans et plus, le calcul de l'aide réduite n'est pas publié."
    ) in plain_spaces(told)


def test_a_text_is_marked_once_behind_a_result(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(AGED_65_IN_A_CONTRACT_OF_2022)
    told = avenant("--lang", "en", "evaluate", str(tmp_path / "case.yaml"), "--format", "markdown").output
    assert "accepted by the amendment at 65 \\[" in told
    assert "\\] \\[" not in told


A_FIFTH = """contrat: {date_signature: "2025-03-01", option: demi_etp, annee: 3, objectif_mt: 1300, objectif_fa: 1900}
medecin: {secteur: secteur_1, specialite: medecine_generale, age: 40, nouvellement_installe: false}
patientele: {mt_depart: 1100, fa_depart: 1600, mt_actuelle: 1110, fa_actuelle: 1660}
"""


def test_what_comes_to_one_value_in_every_band_left_is_told_without_a_reason(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(A_FIFTH)
    told = " ".join(avenant("--lang", "en", "evaluate", str(tmp_path / "case.yaml")).output.split())
    assert "Instalment, half of the yearly amount 2027-03-01 €5,500, €6,500 or €9,500 (a)" in told
    assert "Balance, net of the instalment 2027-05-01 €0 [3]" in told


FALLEN = """contrat: {date_signature: "2024-09-02", option: demi_etp, annee: 3, objectif_mt: 1000, objectif_fa: 1600}
medecin: {secteur: secteur_1, age: 45, exercice_particulier: false, nouvellement_installe: false}
patientele: {mt_depart: 900, fa_depart: 1400, mt_actuelle: 854, fa_actuelle: 1330, percentile_fa: 60}
"""


def test_what_is_known_whatever_a_fact_is_names_the_fact(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(FALLEN)
    told = " ".join(avenant("--lang", "en", "evaluate", str(tmp_path / "case.yaml")).output.split())
    assert "Outcome of the verification No aid whatever the answer (Specialty) [3]" in told
    chain = avenant("--lang", "fr", "explain", str(tmp_path / "case.yaml"), "verification.resultat").output
    assert "\n  quelle que soit la réponse (Spécialité)\n" in chain.replace("\u00a0", " ")


PRORATED = """contrat: {date_signature: "2025-01-15", option: demi_etp, annee: 3, objectif_mt: 1300, objectif_fa: 1900}
medecin: {secteur: secteur_1, specialite: medecine_generale, age: 45, nouvellement_installe: false}
patientele: {mt_depart: 1200, fa_depart: 1700, percentile_mt: 60, percentile_fa: 60,
  mt_actuelle: 1233, fa_actuelle: 1700}
"""


def test_a_computed_result_is_explained_by_its_formula_in_figures(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(PRORATED)
    due = avenant("--lang", "en", "explain", str(tmp_path / "case.yaml"), "aide.montant_du").output
    assert "\n  Worked out as: €11,000 × 33% (33/100)\n" in due
    assert "Worked out as: the largest (33% (33/100); 0%)\n" in due
    assert "Worked out as: (1,233 − 1,200) ÷ (1,300 − 1,200)\n" in due
    level = ("--interpret", "base_du_prorata=niveau")
    other = avenant("--lang", "fr", "explain", str(tmp_path / "case.yaml"), "atteinte.mt", *level).output
    assert "\n  Calcul : 1 233 ÷ 1 300\n" in plain_spaces(other)
    (tmp_path / "case.yaml").write_text(PRORATED.replace("mt_actuelle: 1233", "mt_actuelle: 1300"))
    both = avenant("--lang", "en", "explain", str(tmp_path / "case.yaml"), "atteinte.mt").output
    assert "Worked out as" not in both, "both readings give 1: which one did is not guessed"


def test_a_formula_of_a_rule_stands_on_one_line_and_otherwise_is_said_once() -> None:
    told = " ".join(avenant("--lang", "en", "show", "atteinte.mt").output.split())
    assert "otherwise → the largest: 0 the smallest: 1 (“Number of attending-doctor patients in the year " in told
    assert "patients in the year verified” − “Starting number of attending-doctor patients”) ÷ (“" in told
    told = " ".join(avenant("--lang", "en", "show", "mt_non_diminuee").output.split())
    assert "is at least (100 − “Fall in patients accepted from the age of 65”) percent of “Starting number of" in told


def test_an_explanation_is_a_page_of_its_own_too(tmp_path: Path) -> None:
    page, case = tmp_path / "why.html", str(ROOT / "examples" / "2024_surgeon_too_few_clinical_fees.yaml")
    assert avenant("explain", case, "honoraires_cliniques", "--format", "html", "-o", str(page)).exit_code == 0
    told = page.read_text(encoding="utf-8")
    assert told.count("<h1") == 1
    assert "<li>Specialty: Surgery" in told
