"""The collective contract of a group of doctors: what is asked, decided and paid, in a life and in a batch."""

from __future__ import annotations

import csv
import datetime as dt
import json
import random
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from command import CASES, ROOT, avenant, refused

from engine.evaluation.session import Session
from engine.policy.reading import load_registry

NAMED = CASES / "collective_contract_named.yaml"
LIFE = CASES / "life_collective_contract.yaml"
OLDER = ("2019_avenant7", "2020_centres_de_sante", "2023_reglement_arbitral", "2024_convention")


def answer(command: str, path: Path, *options: str) -> Any:
    result = avenant(command, str(path), *options, "--format", "json", "--lang", "fr")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def changed(tmp_path: Path, *pairs: tuple[str, str]) -> Path:
    """The named case with words replaced."""
    text = NAMED.read_text(encoding="utf-8")
    for before, after in pairs:
        assert before in text
        text = text.replace(before, after)
    path = tmp_path / "case.yaml"
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("day", "verdict"), [("2026-10-31", "ineligible"), ("2026-11-01", "eligible"), ("2026-11-05", "eligible")]
)
def test_four_doctors_one_of_whom_trains_may_ask_for_four_and_a_half_from_november_2026(
    tmp_path: Path, day: str, verdict: str
) -> None:
    results = answer("evaluate", changed(tmp_path, ("2026-11-05", day)))["results"]
    assert results["eligibilite"]["value"] == verdict
    assert results["volume_assistants"]["verdict"] == ("met" if verdict == "eligible" else "not_met")


def test_the_published_example_of_four_doctors_two_of_whom_train_gives_five(tmp_path: Path) -> None:
    results = answer("evaluate", changed(tmp_path, ("junior: 1", "junior: 2"), ("4.5", "5")))["results"]
    assert (results["etp.maximum"]["value"], results["eligibilite"]["value"]) == (5, "eligible")


def test_who_trains_is_not_asked_of_a_contract_signed_before_november_2026() -> None:
    asked = {entry["fact"] for entry in answer("ask", CASES / "collective_contract.yaml")["questions"]}
    assert "groupe.medecins" in asked
    assert not asked & {"groupe.pamsu_docteur_junior", "groupe.site_agree"}


def test_more_who_train_than_doctors_is_a_contradiction(tmp_path: Path) -> None:
    told = refused(avenant("evaluate", str(changed(tmp_path, ("junior: 1", "junior: 5"))), "--lang", "fr"))
    assert "coherence.pamsu" in told


def test_a_life_follows_the_composition_from_the_next_anniversary() -> None:
    life = answer("timeline", LIFE)
    years = {year["annee"]: year for year in life["years"]}
    amounts = {number: year["results"]["aide.montant_annuel"]["value"] for number, year in years.items()}
    assert amounts == {1: "152000.00", 2: "126000.00", 3: "66000.00", 4: "66000.00", 5: "66000.00"}
    assert years[1]["overlays"] == []
    assert years[2]["overlays"] == ["majoration_contrats_en_cours"]
    assert [years[n]["results"]["objectif.mt"]["value"] for n in (1, 2, 3)] == [4640, 4770, 3580]
    assert years[3]["results"]["verification.resultat"]["value"] == "plein"
    assert years[4]["missing"] == ["patientele.mt_actuelle", "patientele.fa_actuelle"]


def test_each_doctor_waits_two_years_from_his_or_her_own_end() -> None:
    ending = answer("timeline", LIFE)["ending"]
    assert ending["carence.fin_adhesion"]["value"] == "2030-04-01"
    assert ending["carence.fin"]["value"] == "2033-04-01"


def test_a_doctor_who_left_waits_two_years_for_an_individual_contract(tmp_path: Path) -> None:
    case = tmp_path / "case.yaml"
    case.write_text(
        'contrat: {date_signature: "2030-03-31", date_fin_contrat_precedent: "2028-04-01", option: un_etp,'
        " circonstances_exceptionnelles: false, motif_fin_contrat_precedent: autre}\n",
        encoding="utf-8",
    )
    assert answer("evaluate", case)["results"]["carence"]["verdict"] == "not_met"


def test_a_thousand_groups_in_a_batch_get_what_one_case_gets(tmp_path: Path, session: Session) -> None:
    rng = random.Random(2026)
    names = ["beneficiaire", "contrat.date_signature", "contrat.annee", "groupe.forme", "groupe.medecins"]
    names += ["groupe.generalistes", "groupe.pamsu_docteur_junior", "groupe.site_agree", "groupe.etp_assistants"]
    names += ["groupe.contrats_individuels", "groupe.installes_moins_de_12_mois", "patientele.mt_depart"]
    names += ["patientele.fa_depart", "patientele.mt_actuelle", "patientele.fa_actuelle"]
    groups = []
    for _ in range(1000):
        doctors = rng.randint(1, 12)
        day = dt.date(2026, 2, 25) + dt.timedelta(days=rng.randint(0, 700))
        start, gain = doctors * rng.randint(700, 1200), rng.randint(-200, 600) * doctors
        trained = [rng.choice([*range(doctors + 1), ""]), rng.choice(["true", "false", ""])]
        size = rng.randint(1, 2 * doctors + 2) / 2
        values = ["maison_de_sante", day, rng.randint(1, 6), rng.choice(["scp", "scm", "sisa", "sel"]), doctors]
        values += [rng.choice(["true", "true", "false"]), *trained, size, rng.choice([0, 0, 1]), rng.choice([0, 0, 1])]
        values += [start, start + 900, start + gain, start + 900 + gain]
        groups.append(dict(zip(names, map(str, values), strict=True)))
    table, out = tmp_path / "groups.csv", tmp_path / "out.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, names)
        writer.writeheader()
        writer.writerows(groups)
    result = avenant("batch", str(table), "-o", str(out), "--strict", "--lang", "fr")
    assert result.exit_code == 0, result.output
    with out.open(encoding="utf-8", newline="") as file:
        found = list(csv.DictReader(file))
    assert len(found) == 1000
    assert {row["eligibilite"] for row in found} == {"eligible", "ineligible", ""}
    results = [name.removesuffix(".status") for name in found[0] if name.endswith(".status")]
    assert {"eligibilite", "objectif.mt", "aide.montant_annuel", "aide.montant_du"} <= set(results)
    for row in found[::8]:
        typed = {n: None if not row[n] else json.loads(row[n]) if n in names[4:] else row[n] for n in names}
        typed |= {
            "contrat.annee": int(row["contrat.annee"]),
            "contrat.date_signature": dt.date.fromisoformat(row[names[1]]),
        }
        decided = session.decide({n: v for n, v in typed.items() if v is not None}).results
        for name in results:
            value = decided[name].value
            assert row[f"{name}.status"] == decided[name].status
            assert said(value) == row[name] or (row[name] and Fraction(row[name]) == Fraction(value))


def said(value: object) -> str:
    return "" if value is None else str(value)


def test_the_older_folders_do_not_know_of_it(tmp_path: Path, policies: Path) -> None:
    """What decides the contracts of the older texts is the same without the new folder."""
    for name in OLDER:
        (tmp_path / name).symlink_to(policies / name, target_is_directory=True)
    with_it, without = load_registry(policies), load_registry(tmp_path)
    assert [with_it.digest(with_it.by_id(id_)) for id_ in OLDER] == [
        without.digest(without.by_id(id_)) for id_ in OLDER
    ]


def test_no_line_of_the_engine_names_a_group_or_its_facts(session: Session) -> None:
    words = [*session.registry.vocabulary.facts["beneficiaire"].type.values, "2026_contrat_collectif", "groupe."]
    for path in (ROOT / "engine").rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not [word for word in words if word in text], path
