"""What the rules tell apart: the classes of a fact's values, as the terms of the items that read it have them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from fractions import Fraction

import pytest

from engine.evaluation.facts import Facts
from engine.evaluation.session import Session
from engine.language.facts import BENEFICIARY, SIGNATURE
from engine.proof.possible import encode_case, values_apart

GP: Facts = {
    BENEFICIARY: "medecin_liberal",
    SIGNATURE: dt.date(2021, 3, 1),
    "contrat.option": "demi_etp",
    "medecin.specialite": "medecine_generale",
    "medecin.nouvellement_installe": False,
}


def apart(session: Session, facts: Facts, name: str, ids: Iterable[str]) -> dict[object, int]:
    convention, _ = session.registry.select(str(facts[BENEFICIARY]), facts[SIGNATURE])  # type: ignore[arg-type]
    opened = [each for each in session.registry.vocabulary.facts if each not in facts]
    return dict(values_apart(encode_case(session, convention, facts, opened), name, ids))


def test_a_threshold_begins_a_class(session: Session) -> None:
    assert list(apart(session, GP, "patientele.mt_depart", ["activite_minimale"]))[:2] == [0, 640]


def test_a_bound_with_decimals_steps_by_the_scale_of_the_fact(session: Session) -> None:
    found = apart(session, GP, "medecin.part_patients_moins_16_ans", ["activite_minimale"])
    assert list(found) == [0, Fraction(2001, 100)]


def test_words_that_no_item_tells_apart_are_one_class_and_counted(session: Session) -> None:
    surgeon = {**{name: GP[name] for name in (BENEFICIARY, "contrat.option")}, SIGNATURE: dt.date(2024, 9, 2)}
    found = apart(session, surgeon, "medecin.specialite", ["specialite_eligible"])
    assert min(found.values()) == 6, "the six specialties that are excluded"
    assert sum(found.values()) == len(session.registry.vocabulary.facts["medecin.specialite"].type.values)


def test_a_bound_computed_from_other_facts_begins_a_class_at_the_next_whole_number(session: Session) -> None:
    facts = {**GP, SIGNATURE: dt.date(2023, 6, 1), "contrat.annee": 3, "patientele.mt_depart": 733}
    found = apart(session, facts, "patientele.mt_actuelle", ["mt_non_diminuee"])
    assert list(found) == [0, 660, 733], "nine tenths, for a doctor of 65, and the start"


def test_what_the_given_facts_exclude_is_left_out(session: Session) -> None:
    cardiologist = {**GP, SIGNATURE: dt.date(2024, 9, 2), "medecin.specialite": "cardiologie", "seuils.fa_p50": 1000}
    found = apart(session, {**cardiologist, "patientele.fa_depart": 1200}, "seuils.fa_p30", ["activite_minimale"])
    assert max(found) <= 1000  # type: ignore[type-var]


def test_an_unknown_item_or_a_fact_that_is_given_has_no_classes(session: Session) -> None:
    with pytest.raises(KeyError):
        apart(session, GP, "patientele.mt_depart", ["no_such_item"])
    with pytest.raises(KeyError):
        apart(session, GP, "contrat.option", ["activite_minimale"])
