"""A refusal is a sentence: what is not met, in the words of the rules, in every format."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from command import CASES, ROOT, avenant

from engine.evaluation.session import Session
from engine.language.expressions import VerdictIs, walk
from engine.policy.model import Criterion, Outcome

SENTENCES = {
    "fr": "Refusé : les honoraires cliniques doivent atteindre 80 %",
    "en": "Refused: clinical fees must reach 80%",
}
SURGEON = str(ROOT / "examples" / "2024_surgeon_too_few_clinical_fees.yaml")


@pytest.mark.parametrize("lang", SENTENCES)
@pytest.mark.parametrize("form", ["text", "markdown"])
def test_a_refusal_says_what_is_not_met_in_a_sentence(lang: str, form: str) -> None:
    page = avenant("evaluate", SURGEON, "--lang", lang, "--format", form).stdout
    assert SENTENCES[lang] in " ".join(page.split())


def test_the_sentence_is_in_the_data_of_the_criterion_that_refuses_and_of_no_other() -> None:
    results = json.loads(avenant("evaluate", SURGEON, "--lang", "fr", "--format", "json").stdout)["results"]
    told = {id_: result["refusal"] for id_, result in results.items() if result.get("refusal")}
    assert list(told) == ["honoraires_cliniques"]


def test_each_criterion_that_can_refuse_a_contract_has_its_sentence(session: Session) -> None:
    lacking = []
    for convention in session.registry.conventions.values():
        item = convention.items[convention.results.verdict or ""]
        assert isinstance(item.body, Outcome)
        named = {
            node.criterion.id for rule in item.body.rules for node in walk(rule.when) if isinstance(node, VerdictIs)
        }
        for id_ in sorted(named):
            body = convention.items[id_].body
            assert isinstance(body, Criterion)
            if body.refusal is None:
                lacking.append(f"{convention.id}/{id_}")
    assert lacking == []


@pytest.mark.parametrize(
    ("lang", "said"),
    [
        ("fr", "774 patients, il faut au moins 775 (P30 de la patientèle médecin traitant en médecine générale)"),
        ("en", "774 patients, at least 775 (P30 of the attending-doctor patients in general practice) is needed"),
    ],
)
@pytest.mark.parametrize("form", ["text", "markdown"])
def test_a_refusal_states_the_threshold_that_was_missed(lang: str, said: str, form: str) -> None:
    page = avenant("evaluate", str(CASES / "refused_below_p30.yaml"), "--lang", lang, "--format", form).stdout
    assert said in " ".join(page.split())


def limits(session: Session, **facts: object) -> list[tuple[str, str, object]]:
    """Of the minimum activity under the text of 2024: what is compared, how, with what."""
    given = {"contrat.date_signature": dt.date(2025, 1, 10), "beneficiaire": "medecin_liberal"}
    given |= {name.replace("__", "."): value for name, value in facts.items()}
    result = session.decide(given, interpret={"borne_du_minimum": str(given.pop("borne", "incluse"))})  # type: ignore[arg-type]
    return [(each.of, each.operator, each.bound) for each in result.results["activite_minimale"].limits]


def test_the_threshold_is_the_one_that_decided(session: Session) -> None:
    gp, surgeon = {"medecin__specialite": "medecine_generale"}, {"medecin__specialite": "chirurgie"}
    missed = [("patientele.mt_depart", "at_least", 775)]
    assert limits(session, **gp, patientele__mt_depart=774, patientele__fa_depart=10) == missed
    assert limits(session, **gp, patientele__mt_depart=775, borne="exclue") == [
        ("patientele.mt_depart", "more_than", 775)
    ]
    assert limits(session, **gp, patientele__percentile_mt=29) == [("patientele.percentile_mt", "at_least", 30)]
    notified = [("patientele.fa_depart", "at_least", 1237)]
    assert limits(session, **surgeon, patientele__fa_depart=1100, seuils__fa_p30=1237) == notified


def test_a_criterion_that_is_met_or_is_not_about_numbers_states_no_threshold(session: Session) -> None:
    gp = {"medecin__specialite": "medecine_generale"}
    assert limits(session, **gp, patientele__mt_depart=775) == []
    decision = session.decide(
        {
            "contrat.date_signature": dt.date(2025, 1, 10),
            "beneficiaire": "medecin_liberal",
            "medecin.secteur": "secteur_3",
        }
    )
    assert decision.results["secteur_conventionnel"].verdict == "not_met"
    assert decision.results["secteur_conventionnel"].limits == ()
