"""The synthetic policy as plain Python: its numbers, cases drawn with a fixed seed, and the answers by hand (oracle).

The same 34 invented rules are written in our YAML (policies/synthetic) and as the peer's graph (zen_peer).
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

SIGNED = "2024-09-02"
CLOSED = ("radiologie", "anesthesie", "anatomopathologie", "medecine_nucleaire", "radiotherapie", "chirurgie_plastique")
MINIMUM = {"generale": 640, "pediatrie": 500, "cardiologie": 700, "dermatologie": 900, "ophtalmologie": 1200}
OTHER_MINIMUM = 435
OPEN = (*MINIMUM, "gynecologie", "psychiatrie", "rhumatologie")
COORDINATED = ("msp", "cpts", "esp", "cds")
OPTIONS = {"tiers": 12000, "demi": 18000, "plein": 36000}
YEARS = {1: 100, 2: 75, 3: 60}  # percent of the option's amount
BANDS = {"basse": 0, "haute": -600}
AMOUNT = {
    (option, year, band): full * percent // 100 + change
    for option, full in OPTIONS.items()
    for year, percent in YEARS.items()
    for band, change in BANDS.items()
}
RISE = {
    ("tiers", "basse"): 8,
    ("demi", "basse"): 12,
    ("plein", "basse"): 25,
    ("tiers", "haute"): 3,
    ("demi", "haute"): 5,
    ("plein", "haute"): 10,
}
TOLERANCE = 0.02  # ours is exact and rounded to the cent, the peer's is a float


@dataclass(frozen=True, slots=True)
class Case:
    """The facts of one invented contract."""

    secteur: int
    optam: bool
    specialite: str
    groupe: bool
    zone_sous_dense: bool
    coordination: str
    suivie: int
    logiciel_partage: bool
    autre_aide: bool
    option: str
    annee: int
    tranche: str
    depart: int
    actuelle: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a contract gives: the doctor's eligibility and the payment of the year."""

    eligible: bool
    payment: float

    def agrees(self, other: Answer) -> bool:
        return self.eligible == other.eligible and abs(self.payment - other.payment) <= TOLERANCE


# What is neither of the contract nor of the patients is the doctor's.
GROUPS: dict[str, list[str]] = {
    "contrat": ["annee", "option", "tranche"],
    "medecin": [],
    "patientele": ["suivie", "depart", "actuelle"],
}
GROUPS["medecin"] = [each.name for each in fields(Case) if all(each.name not in names for names in GROUPS.values())]
UNDECIDED = Answer(False, float("nan"))  # agrees with nothing


def draw_cases(count: int, seed: int = 7) -> list[Case]:
    """``count`` cases, the same for the same seed; about a third of them are eligible."""
    chance = random.Random(seed)
    return [_draw(chance) for _ in range(count)]


def _draw(chance: random.Random) -> Case:
    depart = chance.randint(300, 1600)
    return Case(
        secteur=chance.choice((1, 1, 1, 2, 2, 3)),
        optam=chance.random() < 0.6,
        specialite=chance.choice(OPEN + CLOSED) if chance.random() < 0.3 else chance.choice(OPEN),
        groupe=chance.random() < 0.8,
        zone_sous_dense=chance.random() < 0.4,
        coordination=chance.choice((*COORDINATED, *COORDINATED, "aucune")),
        suivie=chance.randint(500, 1800),
        logiciel_partage=chance.random() < 0.95,
        autre_aide=chance.random() < 0.05,
        option=chance.choice(tuple(OPTIONS)),
        annee=chance.choice(tuple(YEARS)),
        tranche=chance.choice(tuple(BANDS)),
        depart=depart,
        actuelle=depart + chance.randint(-60, 500),
    )


def answer(case: Case) -> Answer:
    """The oracle: every rule written out, in whole numbers up to the one division."""
    eligible = (
        (case.secteur == 1 or (case.secteur == 2 and case.optam))
        and case.specialite not in CLOSED
        and (case.groupe or case.zone_sous_dense)
        and case.coordination in COORDINATED
        and case.suivie >= MINIMUM.get(case.specialite, OTHER_MINIMUM)
        and case.logiciel_partage
        and not case.autre_aide
    )
    amount = AMOUNT[case.option, case.annee, case.tranche]
    objective = case.depart * (100 + RISE[case.option, case.tranche])  # in hundredths of a patient
    if not eligible or case.actuelle < case.depart:
        return Answer(eligible, 0.0)
    if case.actuelle * 100 >= objective:
        return Answer(eligible, float(amount))
    return Answer(eligible, amount * case.actuelle * 100 / objective)


def grouped(case: Case) -> Mapping[str, Any]:
    """The case as our case files write it: plain data in groups, with the date of signature as text."""
    found = {group: {name: getattr(case, name) for name in names} for group, names in GROUPS.items()}
    found["contrat"]["date_signature"] = SIGNED
    return found
