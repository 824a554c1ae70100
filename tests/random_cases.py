"""Seeded random cases with missing facts: a vocabulary and a generator come in, flat facts go out.

Numbers are drawn around the figures that conventions compare with, so that both sides of every threshold are met.
"""

from __future__ import annotations

import datetime as dt
import random
from fractions import Fraction

from engine.evaluation.facts import Facts
from engine.evaluation.session import Session
from engine.language.expressions import Apply, Literal, find
from engine.language.facts import Fact, Vocabulary
from engine.language.values import Scalar, add_months, exact
from engine.policy.model import Item, Quantity
from engine.policy.overlays import named_items

PATIENTS = (0, 639, 640, 641, 774, 775, 776, 849, 850, 851, 900, 1044, 1045, 1106, 1107, 1195, 1300, 1513, 1514, 2355)
PERCENTS = (0, 15, 20, 30, 50, 70, 79, 80, 81, 90, 95, 96, 100)
SHARE_GIVEN = 0.72
ALWAYS = ("contrat.date_signature",)
SELDOM = ("seuils.", "contrat.date_resiliation", "contrat.date_passage_regles_posterieures")  # they settle much else


def random_facts(rng: random.Random, vocabulary: Vocabulary, beneficiary: str, first: dt.date, last: dt.date) -> Facts:
    """Facts of a contract signed from ``first`` to ``last``; each other fact is given with a chance of 72 %."""
    facts: Facts = {"beneficiaire": beneficiary}
    for name, fact in vocabulary.facts.items():
        if name == "beneficiaire":
            continue
        chance = 1.0 if name in ALWAYS else 0.15 if name.startswith(SELDOM) else SHARE_GIVEN
        if rng.random() < chance:
            facts[name] = _value(rng, fact, facts)
    facts["contrat.date_signature"] = first + dt.timedelta(days=rng.randrange((last - first).days))
    if "patientele.mt_actuelle" in facts and "patientele.mt_depart" in facts:
        facts["patientele.mt_actuelle"] = _near(rng, facts["patientele.mt_depart"])
    if "patientele.fa_actuelle" in facts and "patientele.fa_depart" in facts:
        facts["patientele.fa_actuelle"] = _near(rng, facts["patientele.fa_depart"])
    if "medecin.date_naissance" in facts:
        facts.pop("medecin.age", None)  # another age than that of the birth is refused
        facts["medecin.date_naissance"] = _grown(facts["medecin.date_naissance"], facts["contrat.date_signature"])
    return facts


def _grown(birth: Scalar, signature: Scalar) -> dt.date:
    """A birth from 18 to 97 years before the signature, as a doctor born otherwise is refused."""
    assert isinstance(birth, dt.date)
    assert isinstance(signature, dt.date)
    return add_months(signature, -12 * (18 + birth.toordinal() % 80)) - dt.timedelta(days=birth.day - 1)


def _near(rng: random.Random, start: Scalar) -> int:
    assert isinstance(start, int)
    share = rng.choice((50, 89, 90, 91, 94, 95, 96, 99, 100, 101, 105, 110, 120, 125, 130, 150))
    return max(0, start * share // 100 + rng.choice((-1, 0, 0, 1)))


def _value(rng: random.Random, fact: Fact, facts: Facts) -> Scalar:
    kind = fact.type.kind
    if kind == "boolean":
        return rng.random() < 0.5
    if kind == "enum":
        usual = ("medecine_generale", "pediatrie", "secteur_1", "demi_etp", "un_etp")
        likely = [value for value in fact.type.values if value in usual]
        return rng.choice(likely if likely and rng.random() < 0.6 else fact.type.values)
    if kind == "date":
        return dt.date(2017, 1, 1) + dt.timedelta(days=rng.randrange(4000))
    if fact.type.unit == "patients":
        return rng.choice(PATIENTS) if rng.random() < 0.5 else rng.randrange(300, 3000)
    if fact.type.unit in ("percent", "percentile"):
        return rng.choice(PERCENTS)
    if fact.type.unit == "ETP":
        return exact(Fraction(rng.randrange(1, 900), 100))
    if fact.type.unit == "patients_par_etp":
        return exact(Fraction(rng.choice((47299, 47300, 47301, 63500, 99199, 99200, 128100, 150000)), 100))
    assert fact.minimum is not None
    assert fact.maximum is not None
    return rng.randrange(int(fact.minimum), int(fact.maximum) + 1)


# A second way of saying the same thing: left out beside the first, so that a case does not contradict itself.
SAID_TWICE = {
    "patientele.percentile_mt": "patientele.mt_depart",
    "patientele.percentile_fa": "patientele.fa_depart",
    "medecin.age": "medecin.date_naissance",
    "centre.date_creation": "centre.nouveau",
}


WHOLE = "groupe.medecins"
PARTS_OF_WHOLE = ("groupe.pamsu_docteur_junior", "groupe.installes_moins_de_12_mois", "groupe.contrats_individuels")


def consistent(facts: Facts) -> Facts:
    """The same case without the facts that say again, and perhaps otherwise, what another one says.

    A part of a group that is larger than the group goes too.
    """
    once = {name: value for name, value in facts.items() if SAID_TWICE.get(name) not in facts}
    whole = once.get(WHOLE)
    return {n: v for n, v in once.items() if n not in PARTS_OF_WHOLE or whole is None or v <= whole}  # type: ignore[operator]


def set_aside(session: Session, facts: Facts) -> set[str]:
    """Items that `unless` reaches, as it changes nothing while unknown, so what it lets through may go later.

    And bounds, such as the highest band still possible or the least number of doctors, with what is counted from them:
    they draw nearer with each fact. A result that heads an answer is known only where no fact moves it, and never set
    aside for them; nor is a verdict on a least number.
    """
    reached: set[str] = set()
    bounds: set[str] = set()
    least: set[str] = set()
    for step in session.settled(facts).program.plan.steps:
        item, read = step.item, set(named_items(step.item))
        if item.unless is not None or reached & read:
            reached.add(item.id)
        if bounds & read or (step.type is not None and step.type.ordered and first_known(item)):
            bounds.add(item.id)
        if item.kind == "quantity" and (least & read or falls_back(item)):
            least.add(item.id)
    return reached | (bounds | least) - {*session.registry.results.ids}


def first_known(item: Item) -> bool:
    return isinstance(item.body, Quantity) and getattr(item.body.expression, "operator", None) == "first_known"


def falls_back(item: Item) -> bool:
    """Whether an item takes a number that is written for a fact that is not given."""
    choices = (node.operands[-1] for node in find(Apply, item) if node.operator == "first_known")
    return any(isinstance(last, Literal) and not isinstance(last.value, str) for last in choices)
