"""Writes portfolio.csv beside this file: 10 000 invented contracts of doctors and health centres, 2019 to 2026.

The same seed gives the same file. `python examples/make_portfolio.py 1000000 big.csv` writes more of them elsewhere.
"""

from __future__ import annotations

import csv
import datetime as dt
import random
import sys
from pathlib import Path

SEED = 20190901
ROWS = 10_000
TARGET = Path(__file__).with_name("portfolio.csv")
FIRST, LAST, AS_OF = dt.date(2019, 9, 1), dt.date(2026, 6, 30), dt.date(2026, 10, 1)
CENTRES, CENTRES_END = dt.date(2020, 2, 4), dt.date(2025, 10, 14)
SPECIALTIES = {"medecine_generale": 78, "pediatrie": 8, "cardiologie": 4, "ophtalmologie": 4, "chirurgie": 3, "orl": 3}
COLUMNS = (
    "dossier",
    "beneficiaire",
    "contrat.date_signature",
    "contrat.date_embauche",
    "contrat.option",
    "contrat.annee",
    "contrat.date_fin_contrat_precedent",
    "medecin.secteur",
    "medecin.optam",
    "medecin.specialite",
    "medecin.exercice_particulier",
    "medecin.date_naissance",
    "medecin.nouvellement_installe",
    "medecin.zone",
    "medecin.exercice_regroupe",
    "medecin.exercice_coordonne",
    "medecin.forfait_structure_volet_1",
    "medecin.part_honoraires_cliniques",
    "patientele.mt_depart",
    "patientele.fa_depart",
    "patientele.mt_actuelle",
    "patientele.fa_actuelle",
    "patientele.percentile_mt",
    "patientele.percentile_fa",
    "assistant.niveau_diplome",
    "assistant.poste_cree",
    "centre.type",
    "centre.equipe",
    "centre.etp_medecins",
    "centre.date_creation",
    "centre.etp_assistants",
    "centre.mt_par_etp",
    "centre.fa_par_etp",
)
Row = dict[str, object]


def contract(rng: random.Random, number: int) -> Row:
    """One contract, with a fact left out here and there as in real files."""
    centre = rng.random() < 0.08
    first, last = (CENTRES, CENTRES_END) if centre else (FIRST, LAST)
    signed = first + dt.timedelta(days=rng.randrange((last - first).days + 1))
    running = (AS_OF - signed).days // 365 + 1
    row: Row = {
        "dossier": f"AM-{number:07d}",
        "beneficiaire": "centre_de_sante" if centre else "medecin_liberal",
        "contrat.date_signature": signed,
        "contrat.annee": rng.randint(1, min(running, 6)),
    }
    if rng.random() < 0.9:
        row["contrat.date_embauche"] = signed + dt.timedelta(days=rng.randrange(120))
    row.update(_centre(rng, signed) if centre else _doctor(rng, signed))
    row["assistant.niveau_diplome"] = rng.choice((3, 4, 4, 4, 5))
    row["assistant.poste_cree"] = _truth(rng, 0.85)
    for name in list(row)[4:]:
        if rng.random() < 0.01:
            del row[name]
    return row


def _doctor(rng: random.Random, signed: dt.date) -> Row:
    options = ["demi_etp", "un_etp"] + (["tiers_etp"] if signed < dt.date(2023, 5, 1) else [])
    options += ["deux_etp"] if signed >= dt.date(2024, 6, 22) and rng.random() < 0.1 else []
    specialty = rng.choices(list(SPECIALTIES), list(SPECIALTIES.values()))[0]
    sector = "secteur_1" if rng.random() < 0.85 else "secteur_2"
    level = rng.randint(20, 99)
    patients = int(rng.gauss(450 + 12 * level, 90))
    active = int(patients * rng.uniform(1.4, 2.0))
    row: Row = {
        "contrat.option": rng.choice(options),
        "medecin.secteur": sector,
        "medecin.optam": _truth(rng, 0.8) if sector == "secteur_2" else None,
        "medecin.specialite": specialty,
        "medecin.exercice_particulier": _truth(rng, 0.02),
        "medecin.date_naissance": signed - dt.timedelta(days=rng.randint(30 * 365, 70 * 365)),
        "medecin.nouvellement_installe": _truth(rng, 0.12),
        "medecin.zone": rng.choices(("hors_zonage", "zac", "zip"), (50, 25, 25))[0],
        "medecin.exercice_regroupe": _truth(rng, 0.7),
        "medecin.exercice_coordonne": rng.choices(("oui", "engagement", "non"), (70, 20, 10))[0],
        "medecin.forfait_structure_volet_1": _truth(rng, 0.9),
        "medecin.part_honoraires_cliniques": rng.randint(140, 200) / 2 if specialty != "medecine_generale" else None,
        "patientele.mt_depart": patients,
        "patientele.fa_depart": active,
        "patientele.mt_actuelle": round(patients * rng.uniform(0.92, 1.3)),
        "patientele.fa_actuelle": round(active * rng.uniform(0.92, 1.25)),
        "patientele.percentile_mt": level,
        "patientele.percentile_fa": min(99, max(1, level + rng.randint(-9, 9))),
    }
    if rng.random() < 0.03:
        row["contrat.date_fin_contrat_precedent"] = signed - dt.timedelta(days=rng.randint(30, 1500))
    return row


def _centre(rng: random.Random, signed: dt.date) -> Row:
    return {
        "centre.type": rng.choice(("medical", "polyvalent", "polyvalent")),
        "centre.equipe": rng.choice(("generalistes", "generalistes", "mixte", "specialistes")),
        "centre.etp_medecins": rng.randint(200, 1200) / 100,
        "centre.date_creation": signed - dt.timedelta(days=rng.randint(200, 9000)),
        "centre.etp_assistants": rng.choice((0.5, 1, 1.5, 2, 3)),
        "centre.mt_par_etp": rng.randint(40000, 130000) / 100,
        "centre.fa_par_etp": rng.randint(90000, 200000) / 100,
    }


def _truth(rng: random.Random, chance: float) -> str:
    return "true" if rng.random() < chance else "false"


def write(target: Path, rows: int) -> None:
    rng = random.Random(SEED)
    with target.open("w", encoding="utf-8", newline="") as stream:
        lines = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
        lines.writeheader()
        lines.writerows(contract(rng, number) for number in range(1, rows + 1))


if __name__ == "__main__":
    write(Path(sys.argv[2]) if len(sys.argv) > 2 else TARGET, int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
