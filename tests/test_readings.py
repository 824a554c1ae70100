"""The readings that a page lists: exactly those of which another choice changes something shown on it."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from command import CASES, ROOT, avenant
from conftest import Effort
from random_cases import consistent, random_facts

from engine.errors import InputFault
from engine.evaluation.closures import condition, expression
from engine.evaluation.decision import Decision, ObligationLine, Result
from engine.evaluation.dossier import read_dossier
from engine.evaluation.facts import Facts
from engine.evaluation.session import Session
from engine.evaluation.timeline import Timeline, timeline
from engine.inquiry.inquiries import readings_of_life
from engine.inquiry.readings import readings_of_case
from engine.inquiry.suppositions import supposed_of_case
from engine.language.facts import YEAR
from engine.language.values import Absent
from engine.policy import loader
from engine.policy.model import Convention
from engine.policy.overlays import named_items
from engine.policy.results import Supposition

SEED = 20281104
CASES_DRAWN = 2_000  # of all conventions together
LIVES_DRAWN = 100
Page = set[tuple[Any, ...]]


def results_of(decision: Decision, year: int = 0) -> Page:
    """The results that the page of a decision shows."""
    verdict = decision.convention.items.get(decision.headline.verdict or "")
    shown = {*decision.headline.ids, *(() if verdict is None else named_items(verdict))} & decision.results.keys()
    results = [(decision.results[id_], year) for id_ in shown]
    results += [(line.amount, line.year) for line in decision.years]
    return {(r.id, y, *answer(r)) for r, y in results if r.status != "not_applicable"}


def answer(result: Result) -> tuple[Any, ...]:
    """What a page says of a result: its value, or of an open one what is left of it."""
    return result.status, result.value, result.can_be, result.between


def page_of(decision: Decision, year: int = 0) -> Page:
    """What the page of a decision shows, taken together without regard to order."""
    found = results_of(decision, year)
    found |= {(p.result.id, year, *answer(p.result), p.due) for p in decision.payments}
    found |= duties_of(decision.obligations)
    return found | {("warning", w["fr"]) for r in decision.results.values() for w in r.warnings}


def duties_of(lines: Iterable[ObligationLine]) -> Page:
    """The duties that apply; the day of one that is done asks for nothing."""
    return {(o.id, o.status, o.due if o.status != "done" else None) for o in lines if o.status != "not_applicable"}


def page_of_life(life: Timeline) -> Page:
    """What the page of a life shows."""
    first = life.rows[0].decision
    found = {line for line in page_of(first) if line[0] in first.results}
    found = {line for line in found if line[0] not in first.headline.ids or line[0] == first.headline.verdict}
    found = {line for line in found if first.results[line[0]].kind in ("criterion", "outcome")}
    for row in life.rows:
        own = [
            r for id_, r in row.decision.results.items() if id_ in set(first.headline.ids) - {first.headline.verdict}
        ]
        found |= {(r.id, row.year, *answer(r)) for r in own if r.status != "not_applicable"}
        found |= {(p.result.id, row.year, *answer(p.result), p.due) for p in row.decision.payments}
        found |= {("warning", w["fr"]) for r in row.decision.results.values() for w in r.warnings}
    found |= {(r.id, *answer(r)) for r in life.ending if r.status != "not_applicable"}
    return found | duties_of(life.obligations)


def other_choices(session: Session, convention: Convention) -> Iterator[tuple[str, str]]:
    for id_, question in session.program(convention, ()).plan.interpretations.items():
        yield from ((id_, choice) for choice in question.choices if choice != question.default)


def cases(session: Session, count: int) -> Iterator[tuple[Convention, Facts]]:
    """So many random cases of each convention."""
    rng = random.Random(SEED)
    for convention in session.registry.conventions.values():
        last = convention.signed_before or dt.date(2027, 1, 1)
        for _ in range(count):
            drawn = random_facts(rng, session.registry.vocabulary, convention.beneficiary, convention.signed_from, last)
            yield convention, consistent(drawn)


def test_the_readings_listed_are_exactly_those_whose_other_choice_changes_what_is_shown(
    session: Session, effort: Effort
) -> None:
    listed, drawn = 0, effort.of(CASES_DRAWN, part=500)
    for convention, facts in cases(session, drawn // len(session.registry.conventions) + 1):
        try:
            decision = session.decide(facts)
        except InputFault:
            continue
        found = {(r.question.id, choice) for r in readings_of_case(session, decision) for choice in r.others}
        page, changing = page_of(decision), set()
        for id_, choice in other_choices(session, convention):
            try:
                other = session.decide(facts, interpret={id_: choice})
            except InputFault:
                continue
            changing |= {(id_, choice)} if page_of(other) != page else set()
        assert found == changing, facts
        listed += len(found)
    assert listed > drawn // 4


def declared(session: Session, decision: Decision) -> Iterator[tuple[Supposition, list[Facts]]]:
    """What the policies say of facts that the case leaves out: each entry with the facts to suppose, in turn."""
    facts = dict(decision.facts)
    case = session.settled(facts, {}, decision.convention.id)
    names, slots = case.program.names, case.run().slots
    signed = facts["contrat.date_signature"]
    assert isinstance(signed, dt.date)
    for each in session.registry.suppositions(decision.convention, signed):
        if each.fact.name in facts or (each.when is not None and condition(each.when, names)(slots)[0] is not True):
            continue
        types = session.registry.vocabulary.facts
        values = [expression(node, names, types[each.fact.name].type)(slots)[0] for node in each.be]
        along = {one.fact.name: expression(one.be, names, types[one.fact.name].type)(slots)[0] for one in each.along}
        told: Facts = {name: value for name, value in along.items() if not isinstance(value, Absent)}
        yield each, [{each.fact.name: value, **told} for value in values if isinstance(value, dt.date)]


def a_year_later(facts: Facts) -> Facts:
    """The case of the following year, of which nothing is counted yet."""
    counted = ("patientele.mt_actuelle", "patientele.fa_actuelle")
    return {name: value for name, value in facts.items() if name not in counted} | {YEAR: facts[YEAR] + 1}  # type: ignore[operator]


def test_the_rights_and_assumptions_listed_are_exactly_those_that_change_a_result(
    session: Session, effort: Effort
) -> None:
    listed: list[str] = []
    for convention, facts in cases(session, effort.of(CASES_DRAWN // 5, part=50)):
        try:
            decision = session.decide(facts)
        except InputFault:
            continue
        found = {each.supposition.id: each.value for each in supposed_of_case(session, decision)}
        changing: dict[str, Any] = {}
        for each, values in declared(session, decision):
            given = a_year_later(facts) if each.following and YEAR in facts else facts
            before = results_of(session.decide(given, convention.id))
            for value in values:
                try:
                    other = session.decide({**given, **value}, convention.id)
                except InputFault:
                    continue
                if results_of(other) != before:
                    changing.setdefault(each.id, value[each.fact.name])
        assert found == changing, facts
        listed += found
    assert len(set(listed)) > 1


def lives(session: Session, effort: Effort) -> Iterator[Timeline]:
    """The examples, and seeded dossiers of doctors whose events may be beside one another."""
    documents = [loader.load(path, path.name) for path in sorted((ROOT / "examples" / "dossiers").glob("*.yaml"))]
    rng = random.Random(SEED)
    drawn = (
        loader.parse(json.dumps(random_dossier(rng)).encode(), "drawn") for _ in range(effort.of(LIVES_DRAWN, part=100))
    )
    for document in (*effort.share(documents, part=50), *drawn):
        try:
            dossier = read_dossier(document, session.registry.vocabulary)
            yield timeline(session, dossier, as_of=rng.choice((None, dt.date(2026, 11, 28))))
        except InputFault:
            continue


def random_dossier(rng: random.Random) -> dict[str, Any]:
    """A contract of a general practitioner, its hire and a few of the events that readings hang on."""
    signed = dt.date(2019, 9, 2) + dt.timedelta(days=rng.randrange(2200))
    start = rng.choice((640, 700, 900, 1050, 1200, 2000))
    events = random_events(rng, signed, start)
    contract = {
        "date_signature": signed.isoformat(),
        "option": rng.choice(("demi_etp", "un_etp")),
        "objectif_mt": start + rng.choice((0, 100)),
        "objectif_fa": start + 600,
    }
    doctor = {
        "secteur": "secteur_1",
        "specialite": "medecine_generale",
        "nouvellement_installe": rng.random() < 0.2,
        "date_naissance": rng.choice(("1957-03-01", "1980-01-01")),
        "zone": rng.choice(("zip", "zac", "hors_zonage")),
        "exercice_regroupe": rng.random() < 0.7,
        "exercice_coordonne": rng.choice(("oui", "engagement")),
        "forfait_structure_volet_1": True,
    }
    patients = {
        "mt_depart": start,
        "fa_depart": start + 500,
        "percentile_mt": rng.choice((30, 45, 80, 95, 97)),
        "percentile_fa": rng.choice((30, 45, 80, 92)),
    }
    return {"case": {"contrat": contract, "medecin": doctor, "patientele": patients}, "events": events}


def random_events(rng: random.Random, signed: dt.date, start: int) -> list[dict[str, Any]]:
    """A hire, and one to three of what may happen to a contract."""

    def event(type_: str, least: int, most: int, **said: Any) -> dict[str, Any]:
        return {"date": (signed + dt.timedelta(days=rng.randrange(least, most))).isoformat(), "type": type_, **said}

    counted = {
        "patientele.mt_actuelle": start + rng.choice((-40, 0, 90, 150)),
        "patientele.fa_actuelle": start + 500 + rng.choice((-40, 0, 90, 150)),
    }
    possible = [
        [event("changement_option", 300, 1500, facts={"contrat.option": "un_etp"})],
        [event("absence_assistant", 300, 1000), event("reprise", 1000, 1300)],
        [event("prorogation", 1200, 1900)],
        [event("avenant_65_ans", 400, 1500)],
        [event("embauche", 1000, 1500, facts={"assistant.profil": "aide_soignant"})],
        [event("resiliation", 900, 1700, facts={"contrat.motif_resiliation": "autre"})],
        [event("suivi", 730, 800, annee=3, facts=counted)],
    ]
    events = [each for chosen in rng.sample(possible, rng.randrange(1, 4)) for each in chosen]
    return [event("embauche", 0, 200), *sorted(events, key=lambda each: str(each["date"]))]


def test_the_readings_of_a_life_are_exactly_those_whose_other_choice_changes_what_is_shown(
    session: Session, effort: Effort
) -> None:
    for life in lives(session, effort):
        page, changing = page_of_life(life), set()
        for id_, choice in other_choices(session, life.rows[0].decision.convention):
            other = timeline(session, life.dossier, interpret={id_: choice}, as_of=life.as_of)
            changing |= {(id_, choice)} if page_of_life(other) != page else set()
        found = {(r.question.id, choice) for r in readings_of_life(session, life) for choice in r.others}
        assert found == changing, life.dossier


def object_of(command: str, name: str) -> Mapping[str, Any]:
    """The readings that an answer in JSON lists, by their questions."""
    result = avenant(command, str(CASES / name), "--format", "json", "--lang", "fr")
    assert result.exit_code == 0, result.output
    return {reading["id"]: reading for reading in json.loads(result.stdout)["readings"]}


def said(command: str, name: str, *options: str) -> str:
    return " ".join(avenant(command, str(CASES / name), "--lang", "fr", *options).stdout.split())


def test_a_life_lists_from_which_year_a_change_of_option_counts_with_what_it_is_worth() -> None:
    name = "life_option_changed_mid_year.yaml"
    (other,) = object_of("timeline", name)["effet_du_changement_option"]["others"]
    due = next(change for change in other["changes"] if change["id"] == "aide.montant_du")
    assert (due["annee"], due["before"]["value"], due["after"]["value"]) == (2, "14000.00", "28000.00")
    for format_ in ("text", "markdown", "html"):
        assert "effet_du_changement_option" in said("timeline", name, "--ids", "--format", format_).replace("\\", "")


def test_a_doctor_of_45_is_not_asked_how_a_fall_counts_at_65() -> None:
    assert "prorata_65" not in object_of("evaluate", "p95_aged_45.yaml")
    assert "65" not in said("evaluate", "p95_aged_45.yaml").partition("Sources")[0]


def test_a_refusal_that_hangs_on_a_reading_says_so_in_its_line() -> None:
    page = said("evaluate", "newly_installed_below_p30.yaml", "--ids")
    refusal = page[page.index("Refus") : page.index("Conditions")]
    assert "amenagement_du_contrat=minimum_non_publie" in refusal
    assert "indéterminé" in refusal
    told = " ".join(refusal.split())  # the question, too, which stands below on the page
    assert "l'aménagement du contrat touche-t-il l'activité minimale" in told


def test_a_duty_without_a_day_is_told_of_a_reading_only_where_it_is_shown() -> None:
    assert "contrat_de_travail" not in said("evaluate", "p95_aged_45.yaml", "--ids")
    assert "contrat_de_travail=cdi_exige" in said("evaluate", "p95_aged_45.yaml", "--ids", "--full")


def test_a_duty_that_loses_its_day_under_a_reading_is_told_once_and_where_its_status_stands(tmp_path: Path) -> None:
    (tmp_path / "case.yaml").write_text(
        'contrat: {date_signature: "2021-09-02", option: demi_etp, annee: 4}\n'
        "medecin: {secteur: secteur_1, specialite: medecine_generale}\npatientele: {mt_depart: 900}\n",
        encoding="utf-8",
    )
    told = avenant("evaluate", str(tmp_path / "case.yaml"), "--lang", "en", "--full", "--format", "markdown").stdout
    lost = "Join the coordinated practice within two years: undetermined, no known day."
    assert told.count(f"From the assistant's hire: {lost}") == 1
    (row,) = (line for line in told.splitlines() if line.startswith("| Join the coordinated practice"))
    status, follows = row.strip("| ").split(" | ")[2:]
    assert status.endswith("(From the assistant's hire): undetermined, no known day")
    assert follows == "consequence unpublished"


def test_a_duty_that_is_unmet_under_one_reading_says_so_where_it_is_told(tmp_path: Path) -> None:
    case = tmp_path / "late_certificate.yaml"
    case.write_text(
        "contrat: {date_signature: 2023-07-01, option: demi_etp, annee: 4, date_embauche: 2024-07-01}\n"
        "medecin: {secteur: secteur_1, specialite: medecine_generale}\n"
        "assistant: {profil: secretaire_medical, date_certification: 2026-12-01}\n",
        encoding="utf-8",
    )
    for format_ in ("text", "markdown"):
        page = said("evaluate", str(case), "--ids", "--format", format_).replace("\\", "")
        unmet = page[page.index("Obligation non tenue") :].partition("Il manque")[0]
        assert "certificat_des_contrats_anterieurs=trois_ans)) : fait le 01/12/2026" in unmet


def test_an_assumption_that_moves_only_what_is_left_of_an_open_amount_is_listed(session: Session) -> None:
    """By the signature year 3 opens twelve days before the amounts of 2024, by a later hire after them."""
    facts: Facts = {
        "beneficiaire": "medecin_liberal",
        "contrat.date_signature": dt.date(2022, 6, 10),
        "contrat.option": "un_etp",
        YEAR: 3,
        "contrat.objectif_mt": 1400,
        "contrat.objectif_fa": 2000,
        "medecin.specialite": "medecine_generale",
        "medecin.nouvellement_installe": False,
        "patientele.mt_depart": 1300,
        "patientele.fa_depart": 1900,
        "patientele.mt_actuelle": 1450,
        "patientele.fa_actuelle": 2050,
    }
    decision = session.decide(facts)
    assert decision.results["aide.montant_annuel"].can_be == (21000, 25000, 36000)
    effects = [
        (effect.before.can_be, effect.after.can_be)
        for each in supposed_of_case(session, decision)
        for effect in each.effects
        if isinstance(effect.before, Result) and isinstance(effect.after, Result)
    ]
    assert ((21000, 25000, 36000), (22000, 26000, 38000)) in effects
