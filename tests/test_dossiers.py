"""A dossier is read like a case, its events have to be possible beside one another, and every fault names both sides.

What `avenant timeline` says of each dossier of fixtures/bad_dossiers stands beside it (`pytest --update-golden`).
"""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from command import FIXTURES, LANGUAGES, ROOT, avenant, codes_in, compare, refused
from referencing import Registry, Resource
from small_rules import SMALL

from engine.evaluation.dossier import read_dossier
from engine.evaluation.session import Session
from engine.language.facts import event_types
from engine.policy import loader

BAD = FIXTURES / "bad_dossiers"
CODES = sorted(path.stem for path in (ROOT / BAD).glob("*.yaml"))
SIGNED = "case: {contrat: {date_signature: '2024-09-02'}}\n"


def schema(name: str) -> Any:
    return json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))


def faults(content: str, folder: Path) -> list[str]:
    """The codes that a dossier with this content is refused with, in order."""
    path = folder / "dossier.yaml"
    path.write_text(content, encoding="utf-8")
    return codes_in(refused(avenant("timeline", str(path))))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("code", CODES)
def test_the_fault_is_told_where_it_is_and_names_what_it_contradicts(code: str, lang: str, update_golden: bool) -> None:
    said = refused(avenant("timeline", f"{BAD}/{code}.yaml", "--lang", lang))
    assert f": {code}: " in said
    compare(ROOT / BAD / f"{code}.{lang}.txt", said, update_golden)


def test_faults_of_the_case_and_of_several_events_are_told_at_once(tmp_path: Path) -> None:
    said = faults(
        "case: {contrat: {date_signature: '2024-09-02', optin: demi_etp}}\n"
        "events:\n"
        "  - {date: '2024-10-01', type: embauche, fact: {}}\n"
        "  - {date: '2024-10-41', type: suivi}\n"
        "  - {type: mariage}\n"
        "  - {date: '2026-09-10', type: suivi, annee: 3, facts: {medecin.age: 40}}\n"
        "  - {date: '2026-09-11', type: suivi, annee: 3, facts: [1]}\n"
        "  - {date: '2026-09-10', type: suivi, annee: 3, facts: {patientele.mt_actuelle: 900}}\n",
        tmp_path,
    )
    assert said == [
        "unknown-fact",
        *("unknown-key", "event-needs", "event-year-needed", "day-missing"),
        *("missing-key", "wrong-value", "event-fact", "wrong-type", "event-year-twice"),
    ]


def test_a_day_that_does_not_exist_hides_no_contradiction_of_the_other_events(tmp_path: Path) -> None:
    """Whether events follow from one another is asked once all their days are known."""
    said = faults(
        "case: {contrat: {date_signature: '2024-09-02', optin: demi_etp}}\n"
        "events:\n"
        "  - {date: '2026-09-10', type: suivi, annee: 3, facts: {patientele.mt_actuelle: 900}}\n"
        "  - {date: '2026-09-11', type: suivi, annee: 3, facts: {patientele.mt_actuelle: -1}}\n"
        "  - {date: '2026-02-31', type: absence_assistant}\n"
        "  - {date: '2026-05-04', type: reprise}\n",
        tmp_path,
    )
    assert said == ["unknown-fact", "event-year-twice", "fact-range", "day-missing", "event-order"]


def test_values_of_events_are_checked_like_those_of_a_case(tmp_path: Path) -> None:
    said = faults(
        SIGNED + "events:\n"
        "  - {date: '2026-09-10', type: suivi, annee: 3, facts: {patientele.mt_actuelle: -1}}\n"
        "  - {date: '2027-09-10', type: suivi, annee: 4, facts: {patientele.mt_actuelle: [1200]}}\n"
        "  - {date: '2027-10-01', type: changement_option, facts: {contrat.option: plein}}\n",
        tmp_path,
    )
    assert said == ["fact-range", "fact-type", "fact-value"]


def test_a_date_before_every_convention_is_told_where_it_is_written(tmp_path: Path) -> None:
    path = tmp_path / "dossier.yaml"
    path.write_text("case:\n  contrat:\n    date_signature: '2018-01-01'\n", encoding="utf-8")
    said = refused(avenant("timeline", str(path), "--policies", str(SMALL)))
    assert f"{path}:3:21: no-convention" in said


@pytest.mark.parametrize("content", ["- 1\n", "events: 3\n", "case: 3\n", "case: {}\nevents: [1]\n", "texte\n"])
def test_anything_that_is_not_a_dossier_is_refused_without_a_traceback(content: str, tmp_path: Path) -> None:
    assert faults(content, tmp_path)


def test_a_dossier_may_be_json_and_come_from_standard_input() -> None:
    dossier = {"case": {"contrat": {"date_signature": "2024-09-02", "option": "demi_etp"}}}
    result = avenant("timeline", "-", "--format", "json", stdin=json.dumps(dossier))
    assert result.exit_code == 0, result.output
    assert [year["results"]["aide.montant_annuel"]["value"] for year in json.loads(result.stdout)["years"]][:1] == [
        "19000.00"
    ]


def test_events_state_facts_that_exist_and_ask_criteria_that_exist(session: Session) -> None:
    vocabulary = session.registry.vocabulary
    items = {id_ for convention in session.registry.conventions.values() for id_ in convention.items}
    types = event_types(schema("dossier"))
    for type_ in types.values():
        stated = {*type_.facts, *type_.clears, *type_.sets, *type_.before, *type_.before.values()}
        stated |= {type_.date_fact, type_.until[0] if type_.until else None} - {None}
        assert stated <= set(vocabulary.facts), type_.name
        assert set(type_.needs) <= set(type_.facts), type_.name
        assert {type_.again, type_.closes, *(type_.until[1] if type_.until else ())} - {None} <= set(types), type_.name
        assert set(type_.after) <= set(types), type_.name
        assert type_.criterion is None or type_.criterion in items, type_.name
        if type_.date_fact:
            assert vocabulary.facts[type_.date_fact].absence_answers, type_.date_fact


def test_an_absence_lasts_until_the_return_or_the_hire_of_another_person(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "dossier.yaml"
    path.write_text(
        SIGNED + "events:\n"
        "  - {date: '2024-09-09', type: embauche}\n"
        "  - {date: '2025-01-06', type: absence_assistant}\n"
        "  - {date: '2025-05-05', type: reprise}\n"
        "  - {date: '2026-01-12', type: absence_assistant}\n"
        "  - {date: '2026-05-18', type: embauche, facts: {assistant.niveau_diplome: 4}}\n"
        "  - {date: '2027-01-04', type: absence_assistant}\n",
        encoding="utf-8",
    )
    events = read_dossier(loader.load(path, path.name), session.registry.vocabulary).events
    ends = [event.facts.get("assistant.date_fin_absence") for event in events if event.type.name == "absence_assistant"]
    assert ends == [dt.date(2025, 5, 5), dt.date(2026, 5, 18), None]
    assert events[4].type.name == "remplacement_assistant"


def test_the_schema_lists_the_types_of_events_and_their_facts_once_each() -> None:
    dossier = schema("dossier")
    event = dossier["properties"]["events"]["items"]["properties"]
    assert event["type"]["enum"] == list(dossier["x-events"])
    stated = {name for type_ in dossier["x-events"].values() for name in type_.get("facts", ())}
    assert set(event["facts"]["properties"]) == stated


def test_an_editor_reads_the_same_dossiers_with_the_schema_alone() -> None:
    schemas = Registry().with_resources(
        (f"{name}.schema.json", Resource.from_contents(schema(name))) for name in ("case", "dossier")
    )
    validator = jsonschema.Draft7Validator({"$ref": "dossier.schema.json"}, registry=schemas)
    examples = sorted((ROOT / "examples" / "dossiers").glob("*.yaml"))
    assert len(examples) >= 5
    for path in examples:
        validator.validate(loader.load(path, path.name).data)
    assert not validator.is_valid({"case": {"contrat": {"optin": "demi_etp"}}})
    suivi = {"date": "2026-09-10", "type": "suivi", "annee": 3, "facts": {"patientele.mt_actuelle": -1}}
    assert not validator.is_valid({"case": {}, "events": [suivi]})


def test_a_wrong_day_and_what_other_events_lack_are_told_together(tmp_path: Path) -> None:
    dossier = tmp_path / "life.yaml"
    dossier.write_text(
        "case:\n  contrat: {date_signature: 2024-09-02, option: trop}\n  patientele: {mt_depart: 900}\nevents:\n"
        "  - {date: 31/06/2025, type: embauche}\n"
        "  - {date: 2026-10-01, type: suivi, facts: {patientele.mt_actuelle: beaucoup}}\n",
        encoding="utf-8",
    )
    told = refused(avenant("timeline", str(dossier), "--lang", "fr"))
    assert codes_in(told) == [
        *("fact-value", "day-missing", "event-year-needed", "fact-type"),
    ]
