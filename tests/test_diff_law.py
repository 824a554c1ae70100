"""The comparison of the real conventions finds every change that the sources state, and nothing that nothing explains.

Each table maps a statement (its id in the file of facts that the policies cite, or a reason in words) to the edits that
carry it. A selector is ``item``, ``item:part`` or ``item:part:where``; what stands after the last colon is a piece of
the path.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

import pytest

from engine.comparison.edits.edit import Edit
from engine.comparison.edits.structure import edits
from engine.evaluation.session import Session
from engine.language.expressions import Literal
from engine.policy.model import CONSISTENCY

OLD, MIDDLE, NEW = "2019_avenant7", "2023_reglement_arbitral", "2024_convention"
BOUNDS = ("objectif_installation", "gain_au_plus", "gain_au_moins", "objectif_au_plus", "objectif_au_moins")
Explained = Mapping[str, tuple[str, ...]]

SINCE_2023: Explained = {
    "A23-01": (f"{MIDDLE}:signed_from", f"{MIDDLE}:signed_before"),
    "A23-03, grouped practice": ("exercice_regroupe:item",),
    "A23-03, coordinated practice": (
        "exercice_coordonne:item",
        "exercice_coordonne.adhesion:item",
        "depart_du_delai_de_coordination:item",
    ),
    "A23-03, one third": ("option_ouverte:operand", "aide.bareme:operand:applies_when", "aide.bareme:row:tiers_etp"),
    "A23-03, the zone of full time": (
        "option_ouverte:condition",
        "zone_2019:item",
        "zone_sous_dense:item",
        "zone_complementaire:item",
    ),
    "A23-04": ("forfait_structure:item",),
    "A23-05, A23-06": ("seuil.mt.p30:value",),
    "A23-07": (
        "specialite_eligible:condition",
        "specialite.ouverture:item",
        "honoraires.minimum:item",
        "honoraires_cliniques:item",
    ),
    "A23-08": ("amenagement_du_contrat:item", "activite_minimale:condition", "activite_minimale:warning"),
    "A23-10": (
        "verification.resultat:rule",
        "verification.resultat:value:verification.manque",
        "verification.resultat:condition:verification.manque",
        "verification.taux:expression:prorata",
        "prorata.taux:item",
        "atteinte.mt",
        "atteinte.fa",
        "base_du_prorata:item",
    ),
    "A23-11": (
        "aide.trop_percu:item",
        "avance.annee_1:item",
        "versement.annee_1:expression:amount",
        "versement.annee_1:expression:due",
        "versement.annee_2:unless",
        "versement.annee_2:expression:amount",
        "versement.annee_2:expression:due",
        "versement.acompte:item",
        "versement.solde:item",
        "versement.annee_1_reste:item",
        "versement.annees_suivantes:item",
        f"{MIDDLE}:expression:years_from",
    ),
    "A23-12": ("contrat.preavis_resiliation:item",),
    "A23-13, TRV-05": ("test_contrats_2019:item", "verification_de_2023_contrats_de_2019:item"),
    "A23-14": (
        "nouvel_objectif.fixation:item",
        "nouvel_objectif.echeance:item",
        "contrat.nouvel_objectif:item",
        "objectif.echeance_installation:item",
        "cumul_du_nouvel_installe:item",
        "mt_atteint:derogation:installation.par_file_active",
        "fa_atteint:derogation:installation.par_patientele_mt",
        "gain_attendu.mt:unless",
        "gain_attendu.fa:unless",
        "verification.resultat:warning",
    ),
    "S4.14, paediatricians have two indicators since May 2023": (
        "tranche.mt:operand:applies_when",
        "objectif.mt:operand:applies_when",
        "mt_non_diminuee:operand:applies_when",
        "mt_atteint:operand:applies_when",
        "tranche_activite:operand:case 2",
    ),
    "Percentiles of 2023 (Mesdocs)": ("seuil.mt.p50:value", "seuil.fa.p50:value"),
    "The amounts of 2023 have no line at P70": (
        "seuil.mt.p70:item",
        "seuil.fa.p70:item",
        "rang_p30.fa:condition:step au_dela_du_p30",
        "tranche.mt:step",
        "tranche.fa:step",
        "tranche.mt:bound:step p90_p95",
        "tranche.fa:bound:step p90_p95",
    ),
    "The amounts of 2023 say P95 and above, those of 2019 above P95": (
        "borne_p95:item",
        "tranche.mt:condition:step p9",
        "tranche.fa:condition:step p9",
    ),
    "The objectives of 2023 are not published": (
        "objectif.hausse:item",
        "objectif.taux:item",
        "objectif_calcule.mt:item",
        "objectif_calcule.fa:item",
        "objectif_un_etp_au_dela_de_p95:item",
        "objectif.mt:expression",
        "objectif.fa:expression",
        "gain_attendu.mt:expression",
        "gain_attendu.fa:expression",
        "gain_attendu.mt:applies_when",
    ),
    "A19-19 is of 2019: no source of 2023 exempts from the minimum": (
        "minimum.part_jeune:item",
        "activite_minimale:derogation:minimum.patientele_jeune",
        "activite_minimale:derogation:minimum.rqth",
        "minimum_du_nouvel_installe:item",
    ),
    "A23-07, sources that differ on the share of clinical fees": (
        "borne_des_honoraires:item",
        "specialites_a_honoraires:item",
    ),
    "L3-15 bounds the rises of 2019 alone": (
        "tranche_assuree:item",
        "tranche_possible:item",
        "objectif.hausse_au_plus:item",
        "objectif.hausse_au_moins:item",
        "objectif.taux_au_moins:item",
        *(f"{item}.{count}:item" for item in BOUNDS for count in ("mt", "fa")),
    ),
    "A19-13 is of 2019: a grouped practice, a colleague nearby": ("confrere_proche:item",),
    "A criterion of 2023 may not apply, which is no refusal": ("eligibilite:condition:eligibilite.accord",),
    "S0.2 and S3.1 are of 2019: no source of 2023 tells carers apart": (
        "formation.certification:applies_when",
        "formation.adaptation:item",
        "formation.heures:item",
        "missions.consultation:item",
    ),
    "S0.2, level 4 since March 2021: every hire of 2023 is later": ("profil.diplome:applies_when",),
    "S0.5 and S0.10 are of 2019: the contract counts from its signature since": (
        "contrat.prise_d_effet:item",
        "contrat.terme:expression",
        "contrat.fin_d_observation:item",
        "contrat.transmission:item",
    ),
    "S0.10, two years after the hire: not repeated, and said": ("annee_verifiee:warning",),
    "The same rule, written with other items": (
        "mt_atteint:condition",
        "fa_atteint:condition",
        "seuil_publie.mt.p30:item",
        "seuil_publie.mt.p50:item",
        "seuil_publie.fa.p50:item",
        "tranche.mt:bound:step p30_p50",
        "poste.creation:due",
    ),
}

SINCE_2024: Explained = {
    "A24-01": (f"{NEW}:signed_from", f"{NEW}:signed_before"),
    "A24-04": (
        "honoraires_cliniques:operand",
        "honoraires_cliniques:condition",
        "borne_des_honoraires:item",
        "specialites_a_honoraires:item",
    ),
    "A24-09": (
        "option_ouverte:condition",
        "aide.bareme:condition:applies_when",
        "aide.bareme:row:un_etp_et_demi",
        "second_assistant_contrats_anterieurs:item",
        "second_assistant.contrats_anterieurs:item",
        "second_assistant.ouverture:item",
    ),
    "A24-11": (
        "baisse.p95:item",
        "regime_p95:item",
        "mt_non_diminuee:derogation:tolerance_p95",
        "fa_non_diminuee:derogation:tolerance_p95",
        "mt_atteint:derogation:tolerance_p95",
        "fa_atteint:derogation:tolerance_p95",
        "objectif.maintien.mt:item",
        "objectif.maintien.fa:item",
        "objectif.maintien_p95.mt:item",
        "objectif.maintien_p95.fa:item",
        "tolerance_au_p95:item",
        "tolerance.p95:item",
        "plancher.p95.mt:item",
        "plancher.p95.fa:item",
        "assouplissements_des_contrats_anterieurs:item",
        "assouplissements_contrats_de_2019:item",
        "tolerance_p95.en_cours.mt_non_diminuee:item",
        "tolerance_p95.en_cours.fa_non_diminuee:item",
        "tolerance_p95.en_cours.mt_atteint:item",
        "tolerance_p95.en_cours.fa_atteint:item",
    ),
    "A24-12": (
        "age:item",
        "regime_65_ans:item",
        "tolerance.65_ans:item",
        "prorata_65:item",
        "mt_non_diminuee:derogation:tolerance_65_ans",
        "fa_non_diminuee:derogation:tolerance_65_ans",
        "mt_atteint:derogation:tolerance_65_ans",
        "fa_atteint:derogation:tolerance_65_ans",
        "verification.taux:expression",
        "objectif.mt:expression",
        "objectif.fa:expression",
        "maintien.mt:item",
        "maintien.fa:item",
        "objectif.maintien_65_ans.mt:item",
        "objectif.maintien_65_ans.fa:item",
        "prorata.taux:case",
        "verification.resultat:rule:verification.baisse_65_ans",
        "verification.resultat:condition:verification.baisse",
        "contrat.avenant_65_ans:item",
        "avenant_65_ans.en_vigueur:item",
        "objectif_sans_avenant_65_ans.mt:item",
        "objectif_sans_avenant_65_ans.fa:item",
        "assouplissement_65_ans:item",
        "assouplissement_65_ans_du_nouvel_installe:item",
        "tolerance_65_ans.avenant.mt_non_diminuee:item",
        "tolerance_65_ans.avenant.fa_non_diminuee:item",
        "tolerance_65_ans.avenant.mt_atteint:item",
        "tolerance_65_ans.avenant.fa_atteint:item",
        "objectif.mt_65_ans:item",
        "objectif.fa_65_ans:item",
        "verification.taux_65_ans:item",
        "prorata.taux_65_ans:item",
        "verification.resultat_65_ans:item",
    ),
    "A24-13": (
        "nouvel_objectif.echeance:expression",
        "nouvel_objectif.jour:item",  # the day itself, apart from who the doctor is
        "nouvel_objectif.fixation:expression",
        "annee_du_nouvel_objectif:item",
        "assouplissements_contrats_de_2023:item",
        "nouvel_objectif.en_cours:item",
        "nouvel_objectif.echeance_en_cours:item",
        "verification.resultat:rule:verification.nouvel_objectif",
        "verification.resultat:condition:verification.manque",
        "verification.resultat:condition:verification.baisse",
        "verification.resultat:condition:warning 1",
    ),
    "A24-15": (
        "carence:item",
        "contrat.fin_de_carence:item",
        "carence.fin:expression",
        "carence.fin:applies_when",
        "carence.fin_contrats_anterieurs:item",
        "vie_des_contrats_anterieurs:item",
    ),
    "A24-16": (
        "aide.montant_annuel:warning",
        "contrat.changement_option:item",
        "changement_option.en_vigueur:item",
        "effet_du_changement_option:item",
        "option.de_l_annee:item",
        "aide.bareme:input",
        "objectif_de_l_annee.mt:item",
        "objectif_de_l_annee.fa:item",
        "mt_atteint:bound",
        "fa_atteint:bound",
        "atteinte.mt:expression",
        "atteinte.fa:expression",
    ),
    "A24-08, A24-17": (
        "aide.montant_annuel:expression",
        "reconduction.tacite:item",
        "reconduction.terme:item",
        "contrat.fin:expression",
        "contrat.fin:applies_when",
        "contrat.fin:warning",
        "contrat.renouvellement:item",
        "verification.resultat:condition:unless",
    ),
    "S0.10, two years after the hire: of the 2016 convention, which ends": ("annee_verifiee:warning",),
    "A24-18": (
        "contrat.avenant_prorogation:item",
        "contrat.terme_proroge:item",
        "prorogation.terme_initial:item",
        "prorogation_contrats_anterieurs:item",
        "prorogation.avenant_avant_terme:item",
        "aide.montant_annuel_proroge:item",
        "prorogation_avant_la_convention:item",
    ),
    "A24-19": (
        "revalorisation_contrats_en_cours:item",
        "revalorisation_apres_le_22_juin_2024:item",
        "anniversaire_du_22_juin_2024:item",
        "aide.bareme_contrats_en_cours:item",
    ),
    "A24-20, L3-21": (
        "secretariat.depart",
        "secretariat.assure",
        "secretariat.remplacement:due",
        "secretariat.remplacement:condition:done_when",
        "secretariat.remplacement:unmet_when",
        "secretariat.remplacement:warning",
        "secretariat.remplacement:if_unmet",
        "secretaire_non_remplace:item",
    ),
    "A24-21": ("assistant.heures_par_semaine:item",),
    "A24-22": (
        "contrat.suspension_absence:applies_when",
        "suspension.dans_l_annee:condition",
        "contrat.suspension_absence:condition:unless",
        "contrat.suspension_absence:warning",
        "debut_de_la_suspension:item",
        "suspension:item",
        "suspension.debut:item",
        "suspension.fin:item",
    ),
    "A24-23": ("contrat.demenagement:item",),
    "A24-24, S4.2": (
        "formation.certification:expression:due",
        "formation.debut:due",
        "formation.debut:unmet_when",
        "formation.copie_certificat:item",
        "certificat_des_contrats_anterieurs:item",
        "certificat_des_contrats_en_cours:item",
        "formation.certification_contrats_anterieurs:item",
    ),
    "Amounts of 2024": ("aide.bareme:value",),
    "S4.1": (
        "missions.appareils_automatiques:item",
        "missions.presence:item",
        "missions.domicile:item",
        "missions.responsabilite:item",
    ),
    "N-D4": (
        "objectif_a_la_prorogation:item",
        "objectif_refixe_a_la_prorogation:item",
        "objectif.mt_refixe:item",
        "objectif_installation.mt_refixe:item",
        "objectif_installation.fa_refixe:item",
        "objectif.fa_refixe:item",
    ),
    "N-D11": ("contrat_de_travail:item", "contrat.cdi:item"),
    "N-E1": ("contrat.absence_signalee:applies_when",),
    "S0.11, of the 2016 convention: not repeated in 2024": ("contrat.suivi:item",),
}

# Statements that the later text repeats: no rule of these items may differ.
UNCHANGED_SINCE_2023: Explained = {
    "A23-02": ("secteur_conventionnel",),
    "A23-09": ("annee_verifiee:bound", "verification.resultat:condition:verification.observation"),
    "A23-15": ("formation.debut", "formation.certification:expression"),
    "Amounts of 2023, half and full time": ("aide.bareme:value", "aide.bareme:cell", "aide.bareme:row:demi_etp"),
    "seuil.mt.p90 and p95 stay unpublished": ("seuil.mt.p90", "seuil.mt.p95", "seuil.fa.p90", "seuil.fa.p95"),
    "S0.10": ("aide.montant_annuel", "aide.montant_du"),
    "One indicator cannot fall, the other neither": ("fa_non_diminuee",),
}
UNCHANGED_SINCE_2024: Explained = {
    "A24-03": ("secteur_conventionnel",),
    "A24-04, excluded specialties": ("specialite_eligible",),
    "A24-05": ("activite_minimale", "seuil.mt.p30", "seuil.fa.p30", "borne_du_minimum"),
    "A24-06": ("amenagement_du_contrat",),
    "A24-07": ("versement.annee_1", "versement.annee_2", "versement.acompte", "versement.solde"),
    "A24-10": ("gain_attendu.mt", "gain_attendu.fa", "tranche.mt", "tranche.fa", "tranche_activite"),
    "A24-14, of the collective contract only": ("contrat.nouvel_objectif", "nouvel_objectif.fixation:applies_when"),
    "A24-20, the secretary who becomes assistant or leaves": (
        "secretariat.remplacement:applies_when",
        "secretariat.depart:applies_when",
        "secretariat.assure:applies_when",
    ),
    "The verification of 2023 is kept (S4.14)": (
        "annee_verifiee:bound",
        "mt_non_diminuee:bound",
        "fa_non_diminuee:bound",
        "atteinte.mt:applies_when",
        "atteinte.fa:applies_when",
        "verification.resultat:condition:verification.reussite",
    ),
}

IN_FORCE_BESIDE = {"test_contrats_2019", "verification_de_2023_contrats_de_2019"}

AMOUNTS = {
    "demi_etp, annee = 1": (18000, 19000),
    "demi_etp, annee = 2, tranche not in p95_plus": (13500, 14000),
    "demi_etp, annee ≥ 3, tranche not in p90_p95 p95_plus": (10500, 11000),
    "demi_etp, annee ≥ 3, tranche = p90_p95": (12500, 13000),
    "demi_etp, annee ≥ 2, tranche = p95_plus": (18000, 19000),
    "un_etp, annee = 1": (36000, 38000),
    "un_etp, annee = 2, tranche not in p95_plus": (27000, 28000),
    "un_etp, annee ≥ 3, tranche not in p90_p95 p95_plus": (21000, 22000),
    "un_etp, annee ≥ 3, tranche = p90_p95": (25000, 26000),
    "un_etp, annee ≥ 2, tranche = p95_plus": (36000, 38000),
}
THIRD = (12000, 9000, 7000, 8350, 12000)


def rules(session: Session, a: str, b: str) -> list[Edit]:
    """The edits of rules; which facts a text doubts of stands beside its statements (policies/COVERAGE.md)."""
    conventions = session.registry.conventions
    found = edits(conventions[a], conventions[b], session.registry.vocabulary)
    return [edit for edit in found if edit.weight == "rule" and edit.kind != CONSISTENCY]


def chosen(selector: str, edit: Edit) -> bool:
    item, _, rest = selector.partition(":")
    part, _, where = rest.partition(":")
    return edit.item == item and part in ("", edit.part) and where in edit.where


def unexplained(found: Iterable[Edit], explained: Explained) -> list[tuple[str, str, str]]:
    selectors = [selector for some in explained.values() for selector in some]
    return [(e.item, e.part, e.where) for e in found if not any(chosen(selector, e) for selector in selectors)]


@pytest.mark.parametrize(("a", "b", "table"), [(OLD, MIDDLE, SINCE_2023), (MIDDLE, NEW, SINCE_2024)])
def test_each_statement_has_its_edits_and_each_edit_its_statement(
    session: Session, a: str, b: str, table: Explained
) -> None:
    found = rules(session, a, b)
    silent = {
        statement: selector
        for statement, selectors in table.items()
        for selector in selectors
        if not any(chosen(selector, edit) for edit in found)
    }
    assert not silent
    assert not unexplained(found, table)


@pytest.mark.parametrize(
    ("a", "b", "table"), [(OLD, MIDDLE, UNCHANGED_SINCE_2023), (MIDDLE, NEW, UNCHANGED_SINCE_2024)]
)
def test_what_a_text_repeats_is_no_edit(session: Session, a: str, b: str, table: Explained) -> None:
    conventions = session.registry.conventions
    named = {selector.partition(":")[0] for selectors in table.values() for selector in selectors}
    known = {*conventions[b].items, *conventions[b].interpretations}
    assert named <= known
    found = rules(session, a, b)
    wrong = {
        selector: [(edit.item, edit.part, edit.where) for edit in found if chosen(selector, edit)]
        for selectors in table.values()
        for selector in selectors
    }
    assert not {selector: some for selector, some in wrong.items() if some}


def test_what_a_text_does_to_older_contracts_is_not_taken_away_by_a_newer_text(session: Session) -> None:
    conventions = session.registry.conventions
    for a, b in ((MIDDLE, NEW), (NEW, MIDDLE)):
        assert not IN_FORCE_BESIDE & {edit.item for edit in rules(session, a, b)}
    without = replace(conventions[MIDDLE], overlays=())
    found = edits(conventions[MIDDLE], without, session.registry.vocabulary)
    assert "verification_de_2023_contrats_de_2019" in {each.item for each in found}


def amounts(found: Iterable[Edit], part: str) -> dict[str, tuple[object, object]]:
    values = {}
    for edit in found:
        if edit.item == "aide.bareme" and edit.part == part:
            before, after = (side.value if isinstance(side, Literal) else side for side in (edit.before, edit.after))
            values[edit.path[0][1].removeprefix("option = ")] = (before, after)
    return values


def test_the_amounts_of_2024_are_told_row_by_row(session: Session) -> None:
    assert amounts(rules(session, MIDDLE, NEW), "value") == AMOUNTS


def test_the_rows_of_the_closed_option_are_gone_with_their_amounts(session: Session) -> None:
    gone = [edit.before for edit in rules(session, OLD, MIDDLE) if edit.item == "aide.bareme" and edit.part == "row"]
    assert tuple(row.then.value for row in gone) == THIRD  # type: ignore[union-attr]


def test_the_minimum_goes_from_640_to_775_patients(session: Session) -> None:
    (edit,) = (edit for edit in rules(session, OLD, MIDDLE) if edit.item == "seuil.mt.p30")
    assert isinstance(edit.before, Literal)
    assert isinstance(edit.after, Literal)
    assert (edit.before.value, edit.after.value, edit.unit) == (640, 775, "patients")
    assert [cite.source for cite in edit.cite_before] == ["paps_paca"]
    assert [cite.source for cite in edit.cite_after] == ["paps"]
