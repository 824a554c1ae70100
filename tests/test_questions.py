"""What to ask next: each answer brings a case nearer to its decision, in fewer questions than the schema's order."""

from __future__ import annotations

import datetime as dt
import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import random_cases
import yaml
from command import LANGUAGES, ROOT, avenant, plain_spaces, refused
from conftest import Effort
from small_rules import SMALL

from engine.evaluation.facts import Facts, read_case
from engine.evaluation.session import Session
from engine.inquiry.questions import ALL, Asked, ask
from engine.language.facts import BENEFICIARY, SIGNATURE, YEAR
from engine.proof.possible import encode_case, values_apart
from engine.report.formats import display_width, markdown, plain
from engine.report.questions_page import Questions, data, page
from engine.report.say import Say

ELIGIBILITY = "eligibilite"
DOCTORS = 500  # with full effort, and otherwise
FEW = 3
SEED = 20240902
DAYS = (dt.date(2024, 9, 2), dt.date(2025, 9, 2))
CONVENTIONS = ("2024_convention", "2019_avenant7")

DOCTOR = {
    "contrat": {"date_signature": "2024-09-02", "option": "demi_etp"},
    "medecin": {"secteur": "secteur_2", "optam": True, "specialite": "medecine_generale"},
    "patientele": {"mt_depart": 900, "fa_depart": 1600},
}


def asked(session: Session, case: Mapping[str, Any] | Facts, wanted: str = ELIGIBILITY, **options: Any) -> Asked:
    flat = any("." in key for key in case)
    facts = dict(case) if flat else read_case(case, session.registry.vocabulary)
    return ask(session, session.decide(facts), wanted, **options)


@pytest.fixture(scope="module")
def bare(session: Session) -> Asked:
    """All that is asked of a case of which only the day is known."""
    return asked(session, {"contrat": {"date_signature": "2024-09-02"}}, ALL)


def names(found: Asked) -> list[str]:
    return [question.fact.name for question in found.questions]


def file(folder: Path, case: Mapping[str, Any]) -> str:
    path = folder / "cas.yaml"
    path.write_text(yaml.safe_dump(dict(case)), encoding="utf-8")
    return str(path)


def test_a_case_answered_one_question_at_a_time_reaches_its_decision(tmp_path: Path, effort: Effort) -> None:
    """From nothing with full effort, otherwise from what is known of the doctor."""
    case: dict[str, dict[str, Any]] = {"contrat": {"date_signature": "2024-09-02"}}
    case |= {} if effort.full else {"medecin": DOCTOR["medecin"]}
    begun = {f"{group}.{key}" for group, facts in case.items() for key in facts}
    doctor = {f"{group}.{key}": value for group, entries in DOCTOR.items() for key, value in entries.items()}
    told = []
    while True:
        data = json.loads(avenant("ask", file(tmp_path, case), "--format", "json").stdout)
        if not data["questions"]:
            break
        assert data["waiting"] == [ELIGIBILITY]
        name = data["questions"][0]["fact"]
        told.append(name)
        group, _, key = name.partition(".")
        case[group] = {**case.get(group, {}), key: doctor[name]}
    assert told == list(dict.fromkeys(told))
    assert set(told) == set(doctor) - begun - {"patientele.fa_depart"}
    assert data == {
        "convention": "2024_convention",
        "consistency": [],
        "unmet": [],
        "for": [ELIGIBILITY],
        "questions": [],
        "waiting": [],
        "open": [],
        "others_waiting": data["others_waiting"],
        "possible": [],
    }
    decision = json.loads(avenant("evaluate", file(tmp_path, case), "--format", "json").stdout)
    assert decision["results"][ELIGIBILITY]["value"] == "eligible"
    assert "aide.montant_annuel" in data["others_waiting"]


def test_every_value_that_an_open_result_can_still_take_stands_beside_the_questions(
    effort: Effort, tmp_path: Path
) -> None:
    amount, real = "aide.montant_annuel", effort.full
    policies = ROOT / "policies" if real else SMALL
    small = {"contrat": {"date_signature": "2024-09-02", "option": "demi_etp"}}
    case = "examples/2025_gp_incomplete.yaml" if real else file(tmp_path, small)
    both = {}
    for command in (("evaluate", case, "--possible"), ("ask", case, "--for", ALL)):
        found = json.loads(avenant(*command, "--format", "json", "--policies", str(policies)).stdout)["possible"]
        both[command[0]] = {each["result"]: each for each in found}
    asked = both["ask"]
    for id_ in ("eligibilite", "objectif.mt") if real else ("eligibilite",):
        assert asked[id_] == both["evaluate"][id_]
    values = ["11000.00", "13000.00", "14000.00", "19000.00"] if real else ["13000.00", "19000.00"]
    told = [value["value"] for value in asked[amount]["values"]]
    assert (told, asked[amount]["complete"]) == (values, True)
    page = avenant("ask", case, "--for", amount, "--lang", "fr", "--policies", str(policies)).stdout
    *others, last = (f"{value[:2]} 000 €" for value in values)
    assert f"{', '.join(others)} ou {last}" in plain_spaces(page)


def test_a_determined_case_has_no_questions(session: Session) -> None:
    found = asked(session, {**DOCTOR, "contrat": {**DOCTOR["contrat"], "annee": 1}})
    assert (found.questions, found.waiting, found.open) == ((), (), ())
    for name in ("2023_gp_half_time_objective_missed", "2024_gp_aged_66_small_fall"):
        said = avenant("ask", f"examples/{name}.yaml", "--for", ALL, "--lang", "en").stdout
        assert "Nothing more to ask." in said
        assert f"For the whole decision:\n  avenant evaluate examples/{name}.yaml --lang en\n" in said


def test_a_result_that_no_fact_would_decide_is_not_asked_about(session: Session) -> None:
    said = avenant(
        "ask", "examples/2020_gp_full_time_above_p95.yaml", "--for", "verification.resultat", "--lang", "en"
    ).stdout
    assert "Outcome of the verification: undetermined, and no fact would decide it." in said
    assert "do not give what a missed objective pays" in " ".join(said.split())


def test_a_fact_that_settles_the_result_more_often_comes_first(session: Session) -> None:
    """Outside the convention, one sector of three, is a refusal; below a third of the options is closed for good."""
    found = asked(session, {"contrat": {"date_signature": "2024-09-02"}})
    decides = {question.fact.name: question.decides for question in found.questions}
    assert decides["medecin.secteur"] == Fraction(1, 3)
    assert decides["medecin.optam"] == 0
    shares = [(question.decides, question.serves) for question in found.questions]
    assert shares == sorted(shares, reverse=True)


def test_equally_good_questions_keep_the_order_of_the_schema(session: Session, bare: Asked) -> None:
    order = list(session.registry.vocabulary.facts)
    places = [(-q.decides, -q.serves, order.index(q.fact.name)) for q in bare.questions]
    assert places == sorted(places)


def test_a_question_settles_as_often_as_its_answers_say(session: Session) -> None:
    """The share is that of the answers themselves, each tried in a decision of its own."""
    facts = read_case({"contrat": {"date_signature": "2021-03-01"}}, session.registry.vocabulary)
    for question in asked(session, facts).questions:
        values = question.fact.type.values
        if question.fact.name not in ("medecin.secteur", "medecin.exercice_coordonne"):
            continue
        settled = [
            value
            for value in values
            if session.decide({**facts, question.fact.name: value}, years=False).results[ELIGIBILITY].status == "known"
        ]
        assert question.decides == Fraction(len(settled), len(values))


def test_only_missing_facts_or_the_one_that_stands_for_several_are_asked_each_once(
    session: Session, bare: Asked, effort: Effort
) -> None:
    wished = ("objectif.mt", "verification.resultat", ALL)
    known = session.registry.vocabulary.facts
    for turn, date in enumerate(("2019-10-01", "2023-06-01", "2024-09-02")):
        case = {"contrat": {"date_signature": date}}
        for wanted in wished if effort.full else wished[turn : turn + 1]:
            found = bare if (date, wanted) == ("2024-09-02", ALL) else asked(session, case, wanted)
            missing = {name for result in found.wanted for name in result.missing}
            instead = {name for name, fact in known.items() if len(missing & {*fact.instead_of}) > 1}
            assert set(names(found)) <= missing | instead
            assert len(names(found)) == len(set(names(found)))
            assert bool(names(found)) == bool(missing)


def test_the_order_is_the_same_each_time(session: Session, effort: Effort) -> None:
    case = {"contrat": {"date_signature": "2021-03-01"}} if effort.full else {**DOCTOR, "medecin": {}}
    first, second = (asked(session, case, ALL if effort.full else ELIGIBILITY) for _ in range(2))
    assert first.questions
    assert first.questions == second.questions


def test_a_figure_whose_absence_is_an_answer_is_asked_only_where_a_value_is_read_from_it(session: Session) -> None:
    vocabulary = session.registry.vocabulary
    cardiologist = {
        "contrat": {"date_signature": "2024-09-02", "option": "demi_etp"},
        "medecin": {"secteur": "secteur_1", "specialite": "cardiologie"},
    }
    found = asked(session, cardiologist)
    asked_of = {name for name in names(found) if vocabulary.facts[name].absence_answers}
    assert asked_of == {"seuils.fa_p30"}  # the P30 of a specialty is unpublished and supplied by the notice
    general = {**cardiologist, "medecin": {"secteur": "secteur_1", "specialite": "medecine_generale"}}
    assert not {name for name in names(asked(session, general)) if vocabulary.facts[name].absence_answers}
    declined = asked(session, cardiologist, declined=frozenset(asked_of))
    assert names(declined) == ["patientele.fa_depart"]  # a threshold above it, if one is told, may still decide


def test_an_answer_never_contradicts_the_order_of_what_is_given(session: Session) -> None:
    """A threshold notified between two others is tried within them, so its shares count possible answers only."""
    case = {
        "contrat": {"date_signature": "2024-09-02", "option": "demi_etp"},
        "medecin": {"secteur": "secteur_1", "specialite": "cardiologie"},
        "seuils": {"fa_p50": 1300},
        "patientele": {"fa_depart": 1200},
    }
    (question,) = asked(session, case).questions
    assert question.fact.name == "seuils.fa_p30"
    assert question.decides > 0


def test_classes_that_no_item_tells_apart_are_tried_once(session: Session) -> None:
    convention = session.registry.by_id("2024_convention")
    every = session.registry.vocabulary.facts
    encoding = encode_case(
        session, convention, {BENEFICIARY: "medecin_liberal", SIGNATURE: convention.signed_from}, every
    )
    specialties = values_apart(encoding, "medecin.specialite", (ELIGIBILITY,))
    excluded = {"radiologie", "radiotherapie", "stomatologie", "anesthesie", "anatomocytopathologie"}
    assert len(excluded & set(specialties)) == 1
    assert "medecine_generale" in specialties
    assert len(specialties) < len(every["medecin.specialite"].type.values) / 3
    assert {0, 30} <= set(values_apart(encoding, "patientele.percentile_mt", (ELIGIBILITY,)))


@pytest.mark.parametrize("path", sorted((ROOT / "examples").glob("20*.yaml")), ids=lambda path: path.stem)
def test_a_result_stays_known_without_a_fact_that_neither_it_nor_its_overlays_rest_on(
    session: Session, path: Path
) -> None:
    facts = read_case(yaml.safe_load(path.read_text(encoding="utf-8")), session.registry.vocabulary)
    decided = session.decide(facts, years=False)
    for name in facts.keys() - {SIGNATURE, BENEFICIARY, YEAR}:
        without = {other: value for other, value in facts.items() if other != name}
        found = session.decide(without, years=False)
        if found.overlays == decided.overlays:
            resting = {id_ for id_, result in decided.results.items() if name in result.facts}
            values = {id_: result.value for id_, result in decided.results.items() if result.status == "known"}
            assert {id_: found.results[id_].value for id_ in values.keys() - resting} == {
                id_: value for id_, value in values.items() if id_ not in resting
            }, name


def test_nothing_is_asked_that_can_neither_change_nor_settle_a_result(session: Session) -> None:
    """Sector, age and option decide nothing of an objective that the contract states or that is unpublished."""
    case = {"contrat": {"date_signature": "2024-09-02", "option": "demi_etp"}}
    found = asked(session, case, "objectif.mt")
    missing = set(found.wanted[0].missing)
    facts = read_case(case, session.registry.vocabulary)
    for name in missing - set(names(found)):
        rng = random.Random(name)
        for _ in range(40):
            other = random_cases.random_facts(rng, session.registry.vocabulary, "medecin_liberal", *DAYS)
            told = {**{n: v for n, v in other.items() if n not in facts}, **facts}
            without = {n: v for n, v in told.items() if n != name}
            with_it, without_it = (session.decide(each, years=False).results["objectif.mt"] for each in (told, without))
            assert (with_it.status, with_it.value) == (without_it.status, without_it.value), name


class Counting:
    """Counts the questions until the eligibility of a doctor is known; what is asked at a state is kept."""

    def __init__(self, session: Session, best: bool) -> None:
        self.session = session
        self.best = best
        self.first: dict[Any, str | None] = {}

    def questions(self, doctor: Facts) -> int:
        facts: Facts = {name: doctor[name] for name in (BENEFICIARY, SIGNATURE)}
        declined: frozenset[str] = frozenset()
        count = 0
        while (name := self.next(facts, declined)) is not None:
            count += 1
            if name in doctor:
                facts = {**facts, name: doctor[name]}
            else:
                declined |= {name}
        return count

    def next(self, facts: Facts, declined: frozenset[str]) -> str | None:
        key = (tuple(sorted(facts.items())), declined)
        if key not in self.first:
            decision = self.session.decide(facts)
            if self.best:
                found = names(ask(self.session, decision, ELIGIBILITY, declined=declined))
            else:
                missing = set(decision.results[ELIGIBILITY].missing) - declined
                found = [name for name in self.session.registry.vocabulary.facts if name in missing]
            self.first[key] = found[0] if found else None
        return self.first[key]


def doctors(session: Session, convention: str, count: int) -> Iterator[Facts]:
    """Doctors with a complete case; figures that the fund may not have notified are given to some of them only.

    Each fact is drawn on its own, so that a fact more in the schema leaves the others as they are.
    """
    version = session.registry.by_id(convention)
    vocabulary = session.registry.vocabulary
    days = (version.signed_from, version.signed_from.replace(year=version.signed_from.year + 1))
    for number in range(count):
        drawn: Facts = {}
        for name, fact in vocabulary.facts.items():
            rng = random.Random(f"{SEED}/{number}/{name}")
            alone = replace(vocabulary, facts={name: fact})
            drawn |= random_cases.random_facts(rng, alone, version.beneficiary, *days)
        yield {**drawn, SIGNATURE: version.signed_from}


@pytest.fixture(scope="module")
def means(session: Session, effort: Effort) -> dict[str, tuple[Fraction, Fraction]]:
    """Questions per doctor under each convention, in the best order and in that of the schema."""
    found, doctors_asked = {}, DOCTORS if effort.full else FEW
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(random_cases, "SHARE_GIVEN", 1.0)
        for convention in CONVENTIONS:
            drawn = list(doctors(session, convention, doctors_asked))
            counts = [sum(map(Counting(session, best).questions, drawn)) for best in (True, False)]
            found[convention] = (Fraction(counts[0], doctors_asked), Fraction(counts[1], doctors_asked))
    return found


@pytest.mark.parametrize("convention", CONVENTIONS)
def test_fewer_questions_are_asked_than_in_the_order_of_the_schema(
    convention: str, means: Mapping[str, tuple[Fraction, Fraction]]
) -> None:
    best, schema = means[convention]
    assert best < schema


def test_the_page_about_questions_states_the_measured_means(
    means: Mapping[str, tuple[Fraction, Fraction]], update_golden: bool, effort: Effort
) -> None:
    """To the hundredth with full effort; a few doctors must come within two questions."""
    page = ROOT / "docs" / "questions.md"
    rows = "".join(f"| `{id_}` | {float(best):.2f} | {float(schema):.2f} |\n" for id_, (best, schema) in means.items())
    text = page.read_text(encoding="utf-8")
    head = "| convention | best order | order of the schema |\n| --- | --- | --- |\n"
    table = re.compile(re.escape(head) + r"(?:\|.*\n)*")
    if not effort.full:
        stated = re.findall(r"^\| `(\w+)` \| ([\d.]+) \| ([\d.]+) \|$", text, re.MULTILINE)
        assert [id_ for id_, *_ in stated] == list(means)
        for id_, *figures in stated:
            assert all(abs(Fraction(one) - mean) < 2 for one, mean in zip(figures, means[id_], strict=True)), id_
        return
    if update_golden:
        page.write_text(table.sub(lambda _: head + rows, text), encoding="utf-8")
    assert head + rows in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_says_what_to_answer_where_and_what_to_run_next(lang: str) -> None:
    case = '{contrat: {date_signature: "2024-09-02"}, medecin: {secteur: secteur_2}}'
    said = " ".join(avenant("ask", "-", "--lang", lang, stdin=case).stdout.split())
    words = {
        "fr": (
            "1. Le médecin adhère-t-il à l'Optam ou à l'Optam-CO ? medecin.optam : true (oui), false (non)",
            "demi_etp (Mi-temps (0,5 ETP))",
            "patientele.fa_depart : nombre entier de patients, de 0 à 100 000",
            "laisser vide s'il n'y en a pas",
            "Un résultat attend ces faits : Éligibilité à l'aide.",
            "avenant ask - --lang fr",
        ),
        "en": (
            "1. Has the doctor joined Optam or Optam-CO? medecin.optam: true (yes), false (no)",
            "demi_etp (Half time (0.5 FTE))",
            "patientele.fa_depart: whole number of patients, from 0 to 100,000",
            "leave out where there is none",
            "One result waits for these facts: Eligibility for the aid.",
            "avenant ask - --lang en",
        ),
    }
    for part in words[lang]:
        assert plain_spaces(part) in said, part


def test_the_form_carries_types_units_bounds_and_labels(session: Session) -> None:
    surgeon = {"contrat": {"date_signature": "2024-09-02"}, "medecin": {"specialite": "chirurgie"}}
    form = data(Questions(asked(session, surgeon, ALL)), Say(session.registry, "fr"))
    entries = {entry["fact"]: entry for entry in form["questions"]}
    keys = ("fact", "question", "where", "type", "unit", "values", "minimum", "maximum", "absence_is_answer")
    assert all(tuple(entry) == keys for entry in entries.values())
    share = entries["medecin.part_honoraires_cliniques"]
    assert (share["type"], share["unit"], share["minimum"], share["maximum"]) == ("number", "percent", 0, 100)
    assert entries["medecin.optam"]["values"] == [{"value": True, "label": "oui"}, {"value": False, "label": "non"}]
    assert {"value": "secteur_1", "label": "Secteur 1"} in entries["medecin.secteur"]["values"]
    assert (entries["contrat.annee"]["type"], entries["contrat.annee"]["maximum"]) == ("integer", 15)
    assert entries["patientele.percentile_fa"]["absence_is_answer"]
    assert all(entry["question"].endswith("?") and entry["where"] for entry in entries.values())
    assert form["for"] == list(session.registry.results.ids)


def test_the_form_tells_of_duties_that_were_not_met() -> None:
    case = str(ROOT / "tests" / "cases" / "secretary_not_replaced_2025.yaml")
    form = json.loads(avenant("ask", case, "--format", "json").stdout)
    assert [each["id"] for each in form["unmet"]] == ["poste.creation"]


def test_an_unknown_item_or_file_is_refused_with_the_nearest_name() -> None:
    example = "examples/2025_gp_incomplete.yaml"
    said = refused(avenant("ask", example, "--for", "eligibilté", "--lang", "en"), 2)
    assert "Did you mean 'eligibilite'?" in said
    assert "file-missing" in refused(avenant("ask", "examples/absent.yaml", "--lang", "fr"))
    said = refused(avenant("ask", "-", "--lang", "en", stdin="{contrat: {date_signature: 2024-13-01}}"))
    assert said.startswith("-:1:")
    assert "day-missing" in said
    small = ("--policies", str(SMALL))
    said = refused(avenant("ask", "-", "--lang", "en", *small, stdin="{contrat: {date_signature: 1999-01-01}}"))
    assert "no-convention" in said
    assert "Did you mean" in refused(avenant("ask", example, "--interpret", "zone_2091=zip", "--lang", "en"), 2)


def test_interpretations_and_a_forced_convention_are_those_of_evaluate() -> None:
    case = '{contrat: {date_signature: "2021-03-01"}, medecin: {zone: zac}}'
    read = json.loads(avenant("ask", "-", "--format", "json", "--convention", "2024_convention", stdin=case).stdout)
    assert read["convention"] == "2024_convention"
    full = '{contrat: {date_signature: "2021-03-01", option: un_etp}, medecin: {zone: zac}}'
    assert json.loads(avenant("ask", "-", "--format", "json", stdin=full).stdout)["questions"] == []
    wide = avenant("ask", "-", "--format", "json", "--interpret", "zone_2019=zip_et_zac_a_p50", stdin=full)
    assert json.loads(wide.stdout)["waiting"] == [ELIGIBILITY]


@pytest.mark.turns(lang=LANGUAGES)
def test_a_narrow_terminal_holds_the_page(lang: str, session: Session, bare: Asked) -> None:
    again, others = "avenant ask c.yaml", "avenant ask c.yaml --for all"
    questions = Questions(bare, "c", again=again, others=others, evaluate="avenant evaluate c.yaml")
    told = page(questions, Say(session.registry, lang))
    assert max(map(display_width, plain(told, 80).splitlines())) <= 80
    assert f"\n## 1. {bare.questions[0].fact.question[lang]}\n" in markdown(told)


def test_a_fact_that_only_a_later_text_reads_is_asked_with_its_power_to_decide(session: Session) -> None:
    """Past its fifth year a contract of 2019 pays only where an amendment extended it, by a text of 2024."""
    case = {
        "contrat": {"date_signature": "2020-03-02", "date_embauche": "2020-03-16", "option": "demi_etp", "annee": 6},
        "medecin": {"specialite": "medecine_generale", "secteur": "secteur_1"},
        "patientele": {"percentile_mt": 40, "percentile_fa": 40},
    }
    (question,) = asked(session, case, "aide.montant_annuel").questions
    assert question.fact.name == "contrat.date_avenant_prorogation"
    assert question.fact.absence_answers
    assert question.decides > 0


def test_an_obligation_is_asked_about_by_its_status() -> None:
    example = "examples/2025_gp_incomplete.yaml"
    said = avenant("ask", example, "--for", "formation.certification", "--lang", "en").stdout
    assert "Obtain the assistant's qualification certificate within two years of the hire: pending." in said
    example = "examples/2020_gp_full_time_above_p95.yaml"
    data = json.loads(avenant("ask", example, "--for", "formation.certification", "--format", "json").stdout)
    assert data["waiting"] == ["formation.certification"]
    assert [entry["fact"] for entry in data["questions"]] == ["assistant.profil"]
