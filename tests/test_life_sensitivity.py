"""Which years of a life another reading would change: compared with following the contract under every combination."""

from __future__ import annotations

import itertools
import json
from collections import defaultdict
from pathlib import Path

import pytest
from command import ROOT, avenant

from engine.evaluation.dossier import read_dossier
from engine.evaluation.session import Session
from engine.evaluation.timeline import timeline
from engine.inquiry.inquiries import inquiry_of_life
from engine.inquiry.sensitivity import Sensitivity, sensitivity
from engine.language.values import Scalar
from engine.policy import loader

LIVES = ("2023_half_time_missed_then_falling", "2024_over_65", "2024_option_changed_then_terminated")
Told = tuple[str, Scalar | None]


def dossier_of(name: str) -> Path:
    return ROOT / "examples" / "dossiers" / f"{name}.yaml"


def asked(session: Session, name: str, **fixed: str) -> Sensitivity:
    dossier = read_dossier(loader.load(dossier_of(name), name), session.registry.vocabulary)
    return sensitivity(inquiry_of_life(session, timeline(session, dossier, interpret=fixed)))


@pytest.mark.turns(name=LIVES, every=3)
def test_every_combination_of_readings_gives_what_is_named_and_nothing_else(session: Session, name: str) -> None:
    found = asked(session, name)
    dossier = read_dossier(loader.load(dossier_of(name), name), session.registry.vocabulary)
    open_ = [*found.taken, *found.without_effect]
    seen: dict[tuple[str, int], set[Told]] = defaultdict(set)
    for combination in itertools.product(*(found.questions[id_].choices for id_ in open_)):
        for row in timeline(session, dossier, interpret=dict(zip(open_, combination, strict=True))).rows:
            for id_, result in row.decision.results.items():
                seen[id_, row.year].add((result.status, result.value))
    for change in found.changes:
        if change.subject.year:
            results = (change.taken, *(other.result for other in change.alternatives))
            named = {(result.status, result.value) for result in results}
            assert seen[change.subject.item, change.subject.year] == named, change.subject
    for subject, result in found.safe:
        if subject.year:
            assert seen[subject.item, subject.year] == {(result.status, result.value)}, subject


def test_a_change_of_option_moves_by_a_year_with_the_reading_of_when_it_counts(session: Session) -> None:
    found = asked(session, "2024_option_changed_then_terminated")
    ways = {
        (change.subject.item, change.subject.year): [dict(way) for other in change.alternatives for way in other.ways]
        for change in found.changes
    }
    assert ways["aide.montant_annuel", 1] == [{"effet_du_changement_option": "annee_en_cours"}]
    assert ways["verification.taux", 4] == [{"base_du_prorata": "niveau"}]
    assert {subject.item for subject, _ in found.safe if subject.year == 0} >= {"eligibilite", "contrat.fin"}


def test_years_that_wait_for_their_figures_under_every_reading_are_soon_told(session: Session) -> None:
    found = asked(session, "2020_full_time_priority_zone")
    assert found.combinations < 200  # of 3 456 that the open years could depend on
    assert {subject.year for subject, result in found.safe if subject.item == "aide.montant_du"} >= {6, 7, 8, 9, 10}


def test_a_fixed_reading_is_not_opened_again(session: Session) -> None:
    found = asked(session, "2024_option_changed_then_terminated", base_du_prorata="niveau")
    assert found.fixed == ("base_du_prorata",)
    assert all("base_du_prorata" not in way for c in found.changes for other in c.alternatives for way in other.ways)


def test_the_command_tells_it_after_the_years_and_in_json() -> None:
    path = str(dossier_of("2023_half_time_missed_then_falling"))
    text = avenant("timeline", path, "--sensitivity", "--lang", "fr").stdout
    assert text.index("Années du contrat") < text.index("Ce que changeraient d'autres lectures")
    data = json.loads(avenant("timeline", path, "--sensitivity", "--format", "json").stdout)
    changes = data["sensitivity"]["changes"]
    assert {change["annee"] for change in changes if change["result"] != "tranche_activite"} == {3}
