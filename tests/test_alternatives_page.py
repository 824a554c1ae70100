"""How what would change a result is told: on a page, in JSON, and where the question is wrong."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from command import LANGUAGES, avenant, plain_spaces, refused

from engine.evaluation.decision import Decision
from engine.evaluation.facts import read_case
from engine.evaluation.session import Session
from engine.inquiry.what_if import Alternative, Alternatives, FactChange, GrantedDerogation
from engine.inquiry.what_if_goal import Wish
from engine.language.facts import Vocabulary
from engine.language.values import Scalar, Value
from engine.policy import loader
from engine.proof.smallest import SmallestChanges
from engine.proof.solving import Status
from engine.report.alternatives_page import data, page
from engine.report.formats import json_text, plain
from engine.report.say import Say

MISSED = "examples/2023_gp_half_time_objective_missed.yaml"
RADIOLOGIST = "tests/fixtures/what_if/radiologist_2024.yaml"


@pytest.fixture
def decision(session: Session) -> Decision:
    return session.decide(read_case(loader.load(Path(MISSED)).data, session.registry.vocabulary))


def with_changes(decision: Decision, *changes: FactChange) -> Alternatives:
    result = decision.results["verification.resultat"]
    one = Alternative(changes, dict(decision.facts), "plein", result, (), None)
    return Alternatives(
        decision,
        "verification.resultat",
        Wish("is", "plein"),
        "prorata",
        False,
        (one,),
        SmallestChanges((), Status.SHOWN, 2, 1),
        (),
    )


def said(session: Session, decision: Decision, lang: str, fact: str, before: Any, after: Any) -> str:
    told = page(with_changes(decision, FactChange(fact, before, after)), Say(session.registry, lang))
    return plain_spaces(plain(told, 200))


@pytest.mark.parametrize(
    ("fact", "before", "after", "fr", "en"),
    [
        (
            "patientele.mt_actuelle",
            983,
            1000,
            "17 patients de plus (1 000 au lieu de 983)",
            "17 more patients (1,000 instead of 983)",
        ),
        ("patientele.mt_actuelle", 2, 1, "1 patient de moins (1 au lieu de 2)", "1 fewer patient (1 instead of 2)"),
        (
            "medecin.part_honoraires_cliniques",
            72,
            80,
            "8 points de plus (80 % au lieu de 72 %)",
            "8 points more (80% instead of 72%)",
        ),
        (
            "contrat.date_embauche",
            dt.date(2024, 3, 2),
            dt.date(2024, 3, 1),
            "1 jour plus tôt (01/03/2024 au lieu de 02/03/2024)",
            "1 day earlier (2024-03-01 instead of 2024-03-02)",
        ),
        ("medecin.age", 64, 66, "2 ans de plus (66 au lieu de 64)", "2 years more (66 instead of 64)"),
        ("contrat.annee", 3, 1, "Année du contrat : 1 au lieu de 3", "Year of the contract: 1 instead of 3"),
        ("medecin.exercice_regroupe", False, True, "oui au lieu de non", "yes instead of no"),
        (
            "medecin.zone",
            None,
            "zip",
            "Zone d'intervention prioritaire (ZIP) (absent du cas)",
            "not stated in the case",
        ),
        (
            "contrat.date_avenant_65_ans",
            dt.date(2025, 1, 1),
            None,
            "absent, au lieu de 01/01/2025",
            "absent, instead of 2025-01-01",
        ),
    ],
)
def test_a_change_is_told_as_a_difference(
    session: Session, decision: Decision, fact: str, before: Value, after: Value, fr: str, en: str
) -> None:
    assert fr in said(session, decision, "fr", fact, before, after)
    assert en in said(session, decision, "en", fact, before, after)


def moved(vocabulary: Vocabulary) -> list[tuple[str, Scalar, Scalar]]:
    """A move of each number and date, up and down."""
    found: list[tuple[str, Scalar, Scalar]] = []
    for name, fact in vocabulary.facts.items():
        low: Scalar = dt.date(2024, 1, 1) if fact.type.kind == "date" else 20
        high: Scalar = dt.date(2024, 1, 3) if fact.type.kind == "date" else 22
        if fact.type.kind in ("number", "date"):
            found += [(name, low, high), (name, high, low)]
    return found


def test_every_number_that_has_a_unit_and_every_date_is_told_with_its_difference(
    session: Session, decision: Decision
) -> None:
    for name, before, after in moved(session.registry.vocabulary):
        unit = session.registry.vocabulary.facts[name].type.unit
        for lang in ("fr", "en"):
            told = said(session, decision, lang, name, before, after)
            bare = unit == "none" and not isinstance(after, dt.date)
            assert bool(re.search(r": 2 \D", told)) is not bare, (name, told)
            assert "{" not in told


def test_choices_of_one_fact_stand_on_one_line(session: Session, decision: Decision) -> None:
    found = with_changes(decision, FactChange("contrat.option", "demi_etp", "un_etp"))
    other = replace(found.found[0], changes=(FactChange("contrat.option", "demi_etp", "deux_etp"),))
    told = page(replace(found, found=(*found.found, other)), Say(session.registry, "en"))
    (line,) = [line for line in plain(told).splitlines() if line.startswith("Working time")]
    assert line == "Working time option: Full time (1 FTE) or two full times (2 FTE) instead of Half time (0.5 FTE)"


def test_pairs_beside_single_changes_are_cut_short_and_counted(session: Session, decision: Decision) -> None:
    single = with_changes(decision, FactChange("patientele.mt_actuelle", 920, 1000))
    pairs = tuple(
        replace(
            single.found[0],
            changes=(FactChange("contrat.annee", 3, 1), FactChange("patientele.fa_actuelle", 1530, 1531 + i)),
        )
        for i in range(7)
    )
    told = plain(page(replace(single, found=(*single.found, *pairs)), Say(session.registry, "en")))
    assert "3 others (--format json lists them)." in told
    assert told.index("One change is enough") < told.index("Two changes together")


def test_what_is_proved_and_what_is_left_open_are_told(session: Session, decision: Decision) -> None:
    found = with_changes(decision, FactChange("patientele.mt_actuelle", 920, 1000))

    def told(status: Status, *alternatives: Alternative) -> str:
        other = replace(found, found=alternatives, proof=SmallestChanges((), status, 2, 20_000))
        return plain(page(other, Say(session.registry, "en")))

    assert "Proved: no change of what a person can change gives it." in told(Status.EXCLUDED)
    assert "no change of up to 2 facts gives it; it takes more." in told(Status.SHOWN)
    assert "of what a person can change, no other change of up to 2 facts gives it" in told(Status.SHOWN, *found.found)
    assert "The solver's budget (20,000 steps for each question) is spent" in told(Status.UNDECIDED)


@pytest.mark.turns(lang=LANGUAGES)
def test_a_page_fits_a_narrow_terminal(session: Session, decision: Decision, lang: str) -> None:
    found = with_changes(
        decision, FactChange("patientele.mt_actuelle", 920, 1000), FactChange("contrat.option", None, "un_etp")
    )
    assert max(len(line) for line in plain(page(found, Say(session.registry, lang)), 60).splitlines()) <= 60


def test_json_carries_each_proposal_with_what_it_gives() -> None:
    result = avenant("explain", MISSED, "verification.taux", "--format", "json", "--what-if", "1/2")
    told = json.loads(result.stdout)
    assert result.exit_code == 0
    assert told["wish"] == {"kind": "is", "value": 0.5}
    first = told["alternatives"][0]
    assert first["changes"][0]["fact"] == "patientele.mt_actuelle"
    assert (first["changes"][0]["before"], first["changes"][0]["after"]) == (920, 935)
    assert (first["value"], first["exact"]) == (0.5, "1/2")
    assert told["proof"]["status"] == "shown"
    assert told["left"]


def test_json_names_the_exception_by_which_a_proposal_does(session: Session, decision: Decision) -> None:
    found = with_changes(decision, FactChange("medecin.zone", None, "zip"))
    granted = GrantedDerogation("regroupement", "regroupement.zone", {"fr": "zone", "en": "area"})
    found = replace(found, found=(replace(found.found[0], derogations=(granted,)),))
    (told,) = json.loads(json_text(data(found, Say(session.registry, "en"))))["alternatives"]
    assert told["derogations"] == [{"criterion": "regroupement", "id": "regroupement.zone", "label": "area"}]


def test_json_of_an_explanation_holds_the_item_and_all_that_it_rests_on() -> None:
    told = json.loads(avenant("explain", MISSED, "verification.resultat", "--format", "json").stdout)
    assert told["item"] == "verification.resultat"
    assert {"verification.resultat", "mt_atteint", "objectif.mt"} <= told["results"].keys()
    assert "eligibilite" not in told["results"]


def test_an_object_of_money_writes_it_as_text(session: Session, decision: Decision) -> None:
    proof = SmallestChanges((), Status.UNDECIDED, 2, 1)
    found = Alternatives(decision, "aide.montant_du", Wish("at_least", 11000), 4230, False, (), proof, ())
    told = data(found, Say(session.registry, "fr"))
    assert told["wish"] == {"kind": "at_least", "value": "11000.00"}
    assert told["proof"] == {"status": "undecided", "most": 2, "effort": 1}


def test_without_a_value_the_option_stands_last_and_takes_the_favourable_one() -> None:
    said = avenant("explain", MISSED, "verification.resultat", "--lang", "en", "--what-if").stdout
    assert said == avenant("explain", "--what-if", "plein", MISSED, "verification.resultat", "--lang", "en").stdout
    assert "80 more patients (1,000 instead of 920)" in said
    assert "120 more patients (1,650 instead of 1,530)" in said


def test_a_case_that_cannot_be_read_is_refused_as_ever() -> None:
    wrong = '{contrat: {date_signature: "2024-13-01"}}'
    assert "day-missing" in refused(avenant("explain", "-", "eligibilite", "--what-if", stdin=wrong))
    assert "file-missing" in refused(avenant("explain", "none.yaml", "eligibilite", "--what-if"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("eligibilite", "--what-if", "eligble"), "Did you mean 'eligible'?"),
        (("eligiblite", "--what-if"), "Did you mean 'eligibilite'?"),
        (("verification.taux", "--what-if", "beaucoup"), "'beaucoup' is not a possible value"),
        (("eligibilite", "--any-fact"), "--any-fact goes with --what-if"),
    ],
)
def test_a_wrong_question_is_refused_with_the_nearest_name(arguments: tuple[str, ...], message: str) -> None:
    assert message in refused(avenant("explain", RADIOLOGIST, *arguments, "--lang", "en"), 2)
