"""The life of a contract year by year: real lives against figures worked out by hand, and what holds for any life.

Each golden file of golden/timelines opens with the figures as worked out by hand;
`pytest --update-golden` rewrites what follows them.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import random
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from command import ROOT, avenant
from conftest import Effort, examples
from hypothesis import given
from hypothesis import strategies as st
from random_cases import set_aside
from referencing import Registry, Resource

from engine.errors import Location
from engine.evaluation.dossier import Dossier, Event, read_dossier
from engine.evaluation.session import Session
from engine.evaluation.timeline import Timeline, timeline
from engine.language.facts import EventType, event_types
from engine.policy import loader
from engine.policy.reading import load_schema
from engine.report.formats import plain
from engine.report.say import Say
from engine.report.timeline_data import FORMATS
from engine.report.timeline_page import ToldLife

GOLDEN = ROOT / "tests" / "golden" / "timelines"
DOSSIERS = sorted((ROOT / "examples" / "dossiers").glob("*.yaml"))
SHORT = ROOT / "examples" / "dossiers" / "2024_over_65.yaml"
TYPES = event_types(load_schema("dossier"))


def said(path: Path, *options: str) -> str:
    result = avenant("timeline", f"examples/dossiers/{path.name}", *options)
    assert result.exit_code == 0, result.output
    return result.stdout


def written(session: Session, path: Path, form: str, as_of: dt.date | None = None) -> str:
    """What the command gives as ``form``, without the readings that matter, which take most of its time."""
    life = timeline(session, read_dossier(loader.load(path), session.registry.vocabulary), as_of=as_of)
    subject = ToldLife(title=path.stem, timeline=life, readings=())
    told = FORMATS[form](subject, Say(session.registry, "en"))
    return told if isinstance(told, str) else plain(told)


def rows(session: Session, path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(written(session, path, "csv"))))


def object_of(session: Session, path: Path, as_of: str | None = None) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(written(session, path, "json", as_of and dt.date.fromisoformat(as_of)))
    return found


# Real lives


@pytest.mark.parametrize("path", DOSSIERS, ids=lambda path: path.stem)
def test_each_life_gives_the_figures_worked_out_by_hand(session: Session, path: Path, update_golden: bool) -> None:
    golden = GOLDEN / f"{path.stem}.txt"
    lines = golden.read_text(encoding="utf-8").splitlines() if golden.exists() else []
    by_hand = [line for line in lines if line.startswith("# ")]
    assert by_hand, f"{golden} must open with the figures worked out by hand"
    text = said(path, "--lang", "fr")
    if update_golden:
        golden.write_text("\n".join([*by_hand, "", text]), encoding="utf-8")
    assert golden.read_text(encoding="utf-8") == "\n".join([*by_hand, "", text])
    assert worked_out(by_hand) == [
        (row["annee"], row["debut"], row["aide.montant_annuel"], row["aide.montant_du"]) for row in rows(session, path)
    ]


def worked_out(comment: list[str]) -> list[tuple[str, ...]]:
    """The lines `# year  start  maximum  due` of a comment; `?` stands for undetermined."""
    found = [re.match(r"# +(\d+) +(\d{4}-\d\d-\d\d) +([\d.?]+) +([\d.?]+)(?: |$)", line) for line in comment]
    return [tuple("undetermined" if cell == "?" else cell for cell in match.groups()) for match in found if match]


def test_a_half_time_contract_of_2021_is_revalued_at_its_first_anniversary_since_22_june_2024(session: Session) -> None:
    data = object_of(session, ROOT / "examples/dossiers/2021_half_time_revalued.yaml")
    amounts = [year["results"]["aide.montant_annuel"]["value"] for year in data["years"]]
    assert amounts == ["18000.00", "13500.00", "10500.00", "10500.00", "11000.00"]
    revalued = data["years"][4]
    assert revalued["debut"] == "2025-03-15"
    assert revalued["overlays"] == ["revalorisation_contrats_en_cours"]
    assert [change["overlays"] for change in revalued["changes"]] == [["revalorisation_contrats_en_cours"]]
    assert "ameli_juin_2024" in {cite["source"] for cite in revalued["results"]["aide.montant_annuel"]["cite"]}


@pytest.mark.parametrize("path", DOSSIERS, ids=lambda path: path.stem)
def test_the_json_of_each_life_fits_its_schema(session: Session, path: Path, effort: Effort) -> None:
    names = ("decision", "timeline")
    schemas = Registry().with_resources((f"{n}.schema.json", Resource.from_contents(load_schema(n))) for n in names)
    validator = jsonschema.Draft7Validator({"$ref": "timeline.schema.json"}, registry=schemas)
    whole = effort.full or path == SHORT
    validator.validate(
        json.loads(said(path, "--format", "json", "--as-of", "2026-11-21", "--sensitivity"))
        if whole
        else object_of(session, path, "2026-11-21")
    )


def test_what_is_overdue_depends_on_the_day_asked_about(session: Session) -> None:
    path = ROOT / "examples/dossiers/2024_over_65.yaml"
    data = {day: object_of(session, path, day) for day in ("2026-09-16", "2026-09-17")}
    status = {
        day: {line["id"]: line["status"] for line in told["obligations"]}["formation.certification"]
        for day, told in data.items()
    }
    assert status == {"2026-09-16": "pending", "2026-09-17": "overdue"}


def test_a_duty_is_done_from_the_day_of_its_event_and_not_before(session: Session) -> None:
    path = ROOT / "examples/dossiers/2023_half_time_missed_then_falling.yaml"
    for day, status in (("2023-09-17", "unmet"), ("2023-09-18", "done")):
        data = object_of(session, path, day)
        assert {line["id"]: line["status"] for line in data["obligations"]}["secretariat.remplacement"] == status


def test_payments_due_by_a_day_are_summed(session: Session) -> None:
    path = ROOT / "examples/dossiers/2023_half_time_missed_then_falling.yaml"
    for day, paid in (("2023-07-14", "0.00"), ("2023-07-15", "18000.00"), ("2025-08-15", "38100.00")):
        total = object_of(session, path, day)["totals"]["versements_echus"]
        assert (total["amount"], total["open_payments"]) == (paid, 0)


def test_payments_without_a_known_day_are_not_counted_as_nothing(session: Session) -> None:
    path = ROOT / "examples/dossiers/2019_third_time_extended.yaml"
    total = object_of(session, path, "2021-01-01")["totals"]["versements_echus"]
    assert (total["amount"], total["open_payments"]) == ("8400.00", 2)
    assert "€8,400 (without 2 payments" in said(path, "--lang", "en", "--as-of", "2021-01-01")


def test_the_html_page_needs_nothing_from_elsewhere_and_draws_a_bar_for_each_year() -> None:
    page = said(ROOT / "examples/dossiers/2023_half_time_missed_then_falling.yaml", "--format", "html", "--lang", "fr")
    assert not re.search(r"<script|<link|url\(|https?://(?!www\.w3\.org)|@import", page)
    assert page.count('class="most"') == 5
    assert page.count('class="unknown"') == 1  # the fifth year waits for its figures, and is not drawn as zero
    assert '<html lang="fr">' in page


OLDER = """case:
  contrat: {date_signature: "2021-03-01", date_embauche: "2021-03-15", option: demi_etp}
events:
"""


def test_an_event_that_the_contracts_rules_do_not_know_is_said_and_not_ignored(
    session: Session, tmp_path: Path
) -> None:
    path = tmp_path / "dossier.yaml"
    events = '  - {date: "2022-09-01", type: changement_option, facts: {contrat.option: un_etp}}\n'
    path.write_text(OLDER + events + '  - {date: "2026-03-15", type: reconduction}\n', encoding="utf-8")
    data = object_of(session, path)
    assert [event["type"] for event in data["without_rule"]] == ["changement_option", "reconduction"]
    assert [year["annee"] for year in data["years"] if year["counting"]] == [3]
    assert "says nothing of: Amendment changing the option" in " ".join(written(session, path, "text").split())


def test_figures_of_before_a_year_count_for_it_and_are_said_to_be(session: Session, tmp_path: Path) -> None:
    """Its balance is due two months after it begins, so they may be those of the 31 December before."""
    life = tmp_path / "life.yaml"
    text = (ROOT / "examples" / "dossiers" / "2023_half_time_missed_then_falling.yaml").read_text(encoding="utf-8")
    life.write_text(text.replace('"2025-06-30", type: suivi', '"2024-12-31", type: suivi'), encoding="utf-8")
    told = " ".join(written(session, life, "markdown").split())
    assert "2024-12-31 (year 3, figures taken before it begins)" in told
    assert "2026-06-29 (year 4)" in told


def test_an_extension_signed_after_the_term_is_without_effect(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "dossier.yaml"
    path.write_text(OLDER + '  - {date: "2026-04-01", type: prorogation}\n', encoding="utf-8")
    data = object_of(session, path)
    assert len(data["years"]) == 5
    assert [event["type"] for event in data["without_effect"]] == ["prorogation"]


# What holds for any life

FIRST, LAST = dt.date(2019, 9, 1), dt.date(2025, 12, 31)


def some_event(type_: EventType, day: dt.date, **facts: Any) -> Event:
    named = {name.replace("__", "."): value for name, value in facts.items() if name != "year"}
    dated = {type_.date_fact: day} if type_.date_fact else {}
    return Event(type_, day, facts.get("year"), {**named, **dated}, Location("drawn"))


def drawn(seed: int, missing: float = 0.0) -> Dossier:
    """A contract with follow-ups of years 3 to 5, and some of what may happen to it."""
    rng = random.Random(seed)
    signed = FIRST + dt.timedelta(days=rng.randrange((LAST - FIRST).days))
    start = {"mt": rng.randrange(600, 2200), "fa": rng.randrange(1000, 2800)}
    facts: dict[str, Any] = {
        "beneficiaire": "medecin_liberal",
        "contrat.date_signature": signed,
        "contrat.option": rng.choice(("tiers_etp", "demi_etp", "un_etp")),
        "contrat.objectif_mt": start["mt"] + rng.randrange(0, 400),
        "contrat.objectif_fa": start["fa"] + rng.randrange(0, 500),
        "medecin.secteur": "secteur_1",
        "medecin.specialite": rng.choice(("medecine_generale", "pediatrie", "cardiologie")),
        "medecin.date_naissance": dt.date(rng.randrange(1955, 1990), 5, 17),
        "medecin.nouvellement_installe": rng.random() < 0.2,
        "medecin.zone": "zip",
        "medecin.exercice_regroupe": True,
        "medecin.exercice_coordonne": "oui",
        "medecin.forfait_structure_volet_1": True,
        "medecin.part_patients_moins_16_ans": 10,
        "medecin.rqth": False,
        "contrat.circonstances_exceptionnelles": False,
        "patientele.mt_depart": start["mt"],
        "patientele.fa_depart": start["fa"],
        "patientele.percentile_mt": rng.choice((31, 45, 60, 80, 91, 96)),
        "patientele.percentile_fa": rng.choice((31, 45, 60, 80, 91, 96)),
    }
    events = []
    for year in (3, 4, 5):
        figures = {f"patientele.{i}_actuelle": n * rng.randrange(85, 130) // 100 for i, n in start.items()}
        kept = {name: value for name, value in figures.items() if rng.random() >= missing}
        events.append(
            Event(TYPES["suivi"], signed + dt.timedelta(days=366 * (year - 1) + 9), year, kept, Location("x"))
        )
    events.append(some_event(TYPES["embauche"], signed + dt.timedelta(days=12)))
    if rng.random() < 0.3:
        events.append(some_event(TYPES["avenant_65_ans"], signed + dt.timedelta(days=rng.randrange(1, 1500))))
    if rng.random() < 0.3:
        events.append(some_event(TYPES["prorogation"], signed + dt.timedelta(days=rng.randrange(1700, 1900))))
    known = {name: value for name, value in facts.items() if not droppable(name) or rng.random() >= missing}
    return Dossier(known, tuple(sorted(events, key=lambda event: event.day)))


def droppable(name: str) -> bool:
    return name not in ("beneficiaire", "contrat.date_signature")


def lived(session: Session, dossier: Dossier, **interpret: str) -> Timeline:
    return timeline(session, dossier, interpret=interpret)


def euros(value: Any) -> Fraction | None:
    return Fraction(value) if isinstance(value, int | Fraction) else None


ANY_SEED = st.integers(0, 10**9)
LIVES = examples(60)


def test_no_amount_is_ever_negative_and_none_exceeds_its_maximum(session: Session) -> None:
    @LIVES
    @given(seed=ANY_SEED, missing=st.sampled_from((0.0, 0.2)))
    def holds(seed: int, missing: float) -> None:
        for row in lived(session, drawn(seed, missing)).rows:
            most, due = (euros(row.decision.results[id_].value) for id_ in ("aide.montant_annuel", "aide.montant_du"))
            amounts = [most, due, *(euros(line.result.value) for line in row.decision.payments)]
            assert all(amount is None or amount >= 0 for amount in amounts)
            assert most is None or due is None or due <= most

    holds()


def test_balance_and_instalment_make_the_amount_due(session: Session) -> None:
    """Unless the instalment alone exceeds it: the difference is overpaid, and how it is recovered is not published."""

    @LIVES
    @given(seed=ANY_SEED)
    def holds(seed: int) -> None:
        for row in lived(session, drawn(seed)).rows:
            paid = {line.result.id: line.result for line in row.decision.payments}
            if "versement.solde" not in paid:
                continue
            due = euros(row.decision.results["aide.montant_du"].value)
            instalment, balance = (euros(paid[id_].value) for id_ in ("versement.acompte", "versement.solde"))
            if due is None or instalment is None:
                assert balance is None
            elif due >= instalment:
                assert balance is not None
                assert balance + instalment == due
            else:
                overpaid = row.decision.results["aide.trop_percu"]
                assert balance == 0
                assert euros(overpaid.value) == instalment - due
                assert overpaid.warnings

    holds()


def test_a_known_year_does_not_change_when_a_missing_fact_is_filled(session: Session) -> None:
    """But for facts whose absence is an answer, which the schema marks, and for what `unless` may take away."""
    absent = {name for name, fact in session.registry.vocabulary.facts.items() if fact.absence_answers}

    @LIVES
    @given(seed=ANY_SEED)
    def holds(seed: int) -> None:
        whole, rng = drawn(seed), random.Random(seed)
        facts = {n: v for n, v in whole.facts.items() if n in absent or not droppable(n) or rng.random() < 0.7}
        partial = Dossier(facts, whole.events)
        for before, after in zip(lived(session, partial).rows, lived(session, whole).rows, strict=False):
            aside = set_aside(session, dict(after.decision.facts))
            for id_, result in before.decision.results.items():
                if result.status != "undetermined" and id_ not in aside:
                    now = after.decision.results[id_]
                    assert (result.status, result.value) == (now.status, now.value), (before.year, id_)

    holds()


def test_better_figures_never_pay_less(session: Session) -> None:
    @LIVES
    @given(
        seed=ANY_SEED,
        more=st.integers(1, 400),
        indicator=st.sampled_from(("patientele.mt_actuelle", "patientele.fa_actuelle")),
    )
    def holds(seed: int, more: int, indicator: str) -> None:
        dossier = drawn(seed)
        better = tuple(improved(event, indicator, more) for event in dossier.events)
        before, after = lived(session, dossier), lived(session, Dossier(dossier.facts, better))
        for old, new in zip(before.rows, after.rows, strict=True):
            had, has = (euros(row.decision.results["aide.montant_du"].value) for row in (old, new))
            if had is not None:
                assert has is not None, (old.year, "a known amount became open with better figures")
                assert has >= had, old.year

    holds()


def improved(event: Event, indicator: str, more: int) -> Event:
    figure = event.facts.get(indicator)
    return replace(event, facts={**event.facts, indicator: figure + more}) if isinstance(figure, int) else event
