"""What would change a result: every proposal decides as said, needs all that it changes, and is the nearest."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pytest
from command import ROOT
from conftest import Effort
from random_cases import consistent, random_facts

from engine.errors import InputFault, UsageFault
from engine.evaluation.facts import Facts, nested, read_case, written_elsewhere
from engine.evaluation.session import Session
from engine.inquiry import what_if
from engine.inquiry.what_if import Alternative, Alternatives, FactChange
from engine.inquiry.what_if_goal import WISHED, Wish, answer_of, wish_of, wished_term
from engine.language.facts import SIGNATURE, YEAR
from engine.language.values import NOT_APPLICABLE, Scalar, exact
from engine.policy import loader
from engine.proof.possible import encode_case
from engine.proof.solving import Status

SOLO: dict[str, Any] = {
    "contrat": {"date_signature": "2021-03-01", "option": "demi_etp"},
    "medecin": {
        "secteur": "secteur_1",
        "specialite": "medecine_generale",
        "zone": "hors_zonage",
        "exercice_regroupe": False,
        "coordination_renforcee": False,
        "exercice_coordonne": "oui",
        "forfait_structure_volet_1": True,
        "nouvellement_installe": False,
        "rqth": False,
        "part_patients_moins_16_ans": 10,
    },
    "patientele": {"mt_depart": 900, "fa_depart": 1500},
}
RADIOLOGIST: dict[str, Any] = {
    "contrat": {"date_signature": "2024-09-02", "option": "demi_etp"},
    "medecin": {"secteur": "secteur_1", "specialite": "radiologie", "nouvellement_installe": False},
    "patientele": {"fa_depart": 1500},
}
WINDOWS = (
    ("medecin_liberal", dt.date(2019, 9, 1), dt.date(2023, 4, 30)),
    ("medecin_liberal", dt.date(2023, 5, 1), dt.date(2024, 6, 21)),
    ("medecin_liberal", dt.date(2024, 6, 22), dt.date(2026, 1, 31)),
    ("centre_de_sante", dt.date(2020, 2, 4), dt.date(2024, 8, 5)),
)
ITEMS = ("eligibilite", "verification.resultat", "aide.montant_du", "eligibilite", "objectif.mt", "verification.taux")
ALWAYS = ("beneficiaire", SIGNATURE)
SEEDS = 80
DRAWN = 200  # cases against which the solver is held
WITHOUT = 20  # drawn cases that lack what is wished


def read(session: Session, data: dict[str, Any], **changed: Any) -> Facts:
    """The facts of nested data; ``changed`` names facts with two underscores for the dot."""
    copy = {group: dict(facts) for group, facts in data.items()}
    for name, value in changed.items():
        group, key = name.split("__")
        copy[group][key] = value
    return read_case(copy, session.registry.vocabulary)


def example(session: Session, name: str) -> Facts:
    return read_case(loader.load(ROOT / "examples" / f"{name}.yaml").data, session.registry.vocabulary)


def changed_facts(found: Alternatives) -> list[tuple[str, ...]]:
    return [tuple(change.fact for change in each.changes) for each in found.found]


def singles(found: Alternatives) -> dict[str, Alternative]:
    return {each.changes[0].fact: each for each in found.found if len(each.changes) == 1}


def without(facts: Facts, change: FactChange) -> Facts:
    """The facts with one change taken back."""
    undone = {name: value for name, value in facts.items() if name != change.fact}
    return undone if change.before is None else {**undone, change.fact: change.before}


def answers(session: Session, facts: Facts, item: str, wish: Wish) -> bool:
    """Whether a case has what is wished; a case that cannot be decided has not."""
    try:
        decision = session.decide(facts, years=False)
    except InputFault:
        return False
    return item in decision.results and wish.met(answer_of(decision, item))


def seeded(session: Session, seed: int) -> Facts:
    """A random case that could be written in a file."""
    rng = random.Random(seed)
    beneficiary, first, last = WINDOWS[seed % len(WINDOWS)]
    facts = consistent(random_facts(rng, session.registry.vocabulary, beneficiary, first, last))
    for chain in session.registry.vocabulary.orders:
        given = [name for name in chain if name in facts]
        if any(facts[a] > facts[b] for a, b in pairwise(given)):  # type: ignore[operator]
            facts = {name: value for name, value in facts.items() if name not in given or name == SIGNATURE}
    return facts


def varied(session: Session, seed: int) -> Facts:
    """An example with a few facts drawn anew: a whole case, in which one thing or two may be wrong."""
    rng = random.Random(seed)
    names = sorted(path.stem for path in (ROOT / "examples").glob("20*.yaml"))
    facts = example(session, names[seed % len(names)])
    drawn = consistent(random_facts(rng, session.registry.vocabulary, *WINDOWS[0]))
    known = sorted(name for name in facts if name in drawn and name not in ALWAYS)
    chosen = rng.sample(known, min(4, len(known)))
    return {**facts, **{name: drawn[name] for name in chosen}}


def a_case(session: Session, seed: int) -> tuple[Facts, str]:
    """A random case or a varied example, and an item to ask about."""
    make = seeded if seed % 2 else varied
    return make(session, seed), ITEMS[seed // 2 % len(ITEMS)]


def nearer(session: Session, change: FactChange) -> Iterator[Scalar]:
    """The value one step nearer to what the case says."""
    type_ = session.registry.vocabulary.facts[change.fact].type
    before, after = change.before, change.after
    if isinstance(before, dt.date) and isinstance(after, dt.date):
        closer: Scalar = after + dt.timedelta(days=1 if before > after else -1)
    elif type_.kind == "number" and before is not None and after is not None:
        assert isinstance(before, int | Fraction)
        assert isinstance(after, int | Fraction)
        closer = exact(after + Fraction(1 if before > after else -1, 10 ** (type_.scale or 0)))
    else:
        return
    if closer != before:
        yield closer


def alternatives(
    session: Session,
    facts: Facts,
    item: str,
    wished: str | None = None,
    *,
    convention: str | None = None,
    as_of: dt.date | None = None,
    **how: Any,
) -> Alternatives:
    """As the module's, of the case that some facts make."""
    decision = session.decide(facts, convention, as_of=as_of)
    return what_if.alternatives(session, decision, item, wished, **how)


def test_a_solo_doctor_outside_the_zones_is_shown_the_grouped_practice_and_each_derogation(session: Session) -> None:
    found = singles(alternatives(session, read(session, SOLO), "eligibilite"))
    assert found["medecin.exercice_regroupe"].derogations == ()
    by_derogation = {name: [each.id for each in found[name].derogations] for name in found}
    assert by_derogation["medecin.zone"] == ["regroupement.zone"]
    assert found["medecin.zone"].changes[0].after == "zip"
    assert by_derogation["medecin.coordination_renforcee"] == ["regroupement.coordination"]
    for each in found.values():
        assert session.decide(each.facts).results["eligibilite"].value == "eligible"


def test_a_change_of_signature_names_the_other_convention_that_then_applies(small: Session) -> None:
    data = {"contrat": {"date_signature": "2024-09-02"}, "patientele": {"mt_depart": 700}}
    facts = read(small, data)
    assert "contrat.date_signature" not in singles(alternatives(small, facts, "eligibilite"))
    found = singles(alternatives(small, facts, "eligibilite", any_fact=True))
    assert found["contrat.date_signature"].convention == "ancienne"
    assert found["contrat.date_signature"].changes[0].after == dt.date(2024, 6, 21)
    assert found["patientele.mt_depart"].convention is None
    forced = alternatives(small, facts, "eligibilite", convention="nouvelle", any_fact=True)
    assert "contrat.date_signature" not in singles(forced)
    assert {each.convention for each in forced.found} == {None}


def test_two_obstacles_that_one_fact_does_not_lift_are_lifted_by_two(session: Session) -> None:
    facts = read(session, SOLO, contrat__option="un_etp", patientele__mt_depart=600)
    found = alternatives(session, facts, "eligibilite", convention="2019_avenant7")
    assert changed_facts(found)[0] == ("medecin.zone", "patientele.mt_depart")
    (zone, count) = found.found[0].changes
    assert (zone.after, count.after) == ("zip", 640)
    assert all(len(each.changes) == 2 for each in found.found)


@pytest.mark.parametrize(("fact", "target"), [("patientele.mt_actuelle", 1000), ("patientele.fa_actuelle", 1650)])
def test_the_patients_that_restore_the_whole_aid_are_counted_exactly(session: Session, fact: str, target: int) -> None:
    facts = example(session, "2023_gp_half_time_objective_missed")
    found = singles(alternatives(session, facts, "verification.resultat", "plein"))
    assert found[fact].changes[0].after == target
    wish = Wish("is", "plein")
    assert answers(session, {**facts, fact: target}, "verification.resultat", wish)
    assert not answers(session, {**facts, fact: target - 1}, "verification.resultat", wish)


def test_a_threshold_that_is_computed_from_the_case_is_met_exactly(session: Session) -> None:
    facts = example(session, "2019_gp_third_time")
    del facts["contrat.date_embauche"]
    facts = {**facts, "contrat.annee": 3, "patientele.mt_actuelle": 700, "patientele.fa_actuelle": 1200}
    target = session.decide(facts).results["objectif.mt"].value
    assert isinstance(target, int)
    assert target > int(str(facts["patientele.mt_depart"]))
    found = singles(alternatives(session, facts, "mt_atteint"))
    assert found["patientele.mt_actuelle"].changes[0].after == target


def test_a_specialty_that_is_fixed_leaves_nothing_to_propose_and_that_is_said(session: Session) -> None:
    found = alternatives(session, read(session, RADIOLOGIST), "eligibilite")
    assert found.found == ()
    assert (found.reached, found.proof.status) == (False, Status.EXCLUDED)
    assert found.left == ("medecin.specialite",)


def test_what_a_person_cannot_change_is_changed_only_where_that_is_asked_for(session: Session) -> None:
    facts = read(session, RADIOLOGIST)
    facts = {**facts, "patientele.mt_depart": 900, "medecin.exercice_coordonne": "oui"}
    found = alternatives(session, facts, "specialite_eligible", convention="2024_convention", any_fact=True)
    choices = [each.changes[0].after for each in found.found if each.changes[0].fact == "medecin.specialite"]
    assert "medecine_generale" in choices
    assert "radiotherapie" not in choices
    assert len(choices) == len(set(choices))
    assert found.left == ()
    assert alternatives(session, facts, "specialite_eligible").found == ()


def test_a_missing_fact_that_the_result_waits_for_is_stated_and_told_from_a_change(session: Session) -> None:
    facts = read(session, SOLO, medecin__exercice_regroupe=True)
    del facts["patientele.mt_depart"]
    found = singles(alternatives(session, facts, "activite_minimale"))
    (stated,) = found["patientele.mt_depart"].changes
    assert (stated.stated, stated.before, stated.after) == (True, None, 640)
    specialty = {name: value for name, value in facts.items() if name != "medecin.specialite"}
    assert "medecin.specialite" in singles(alternatives(session, specialty, "specialite_eligible"))


def test_what_lies_in_the_past_of_a_running_contract_is_not_proposed(session: Session) -> None:
    facts = example(session, "2023_gp_half_time_objective_missed")
    found = alternatives(session, facts, "verification.resultat", "plein")
    assert found.found
    assert "patientele.mt_depart" not in {change.fact for each in found.found for change in each.changes}
    assert "patientele.mt_depart" in found.left
    signing = {name: value for name, value in facts.items() if name != YEAR}
    refused = {**signing, "patientele.mt_depart": 700, "patientele.percentile_mt": 20}
    del refused["patientele.percentile_mt"]
    assert "patientele.mt_depart" in singles(alternatives(session, refused, "activite_minimale"))


def test_no_event_is_placed_before_the_day_asked_about(session: Session) -> None:
    facts = example(session, "2023_gp_half_time_objective_missed")
    today = dt.date(2024, 1, 1)  # later, the certificate would come too late
    found = singles(alternatives(session, facts, "formation.certification", as_of=today))
    assert found["assistant.date_certification"].changes[0].after == today


def test_two_numbers_that_only_together_do_are_found(session: Session) -> None:
    facts = example(session, "2023_gp_half_time_objective_missed")
    start = {"patientele.mt_depart": 1100, "patientele.fa_depart": 1700}
    fallen = {"patientele.mt_actuelle": 1050, "patientele.fa_actuelle": 1650}
    facts = {**facts, **start, **fallen, "contrat.objectif_mt": 1200, "contrat.objectif_fa": 1900}
    (only,) = alternatives(session, facts, "verification.resultat", "plein").found
    assert {change.fact: change.after for change in only.changes} == {
        "patientele.mt_actuelle": 1200,
        "patientele.fa_actuelle": 1700,
    }


def test_what_the_case_already_has_needs_no_change(session: Session) -> None:
    found = alternatives(session, example(session, "2024_gp_half_time_five_years"), "eligibilite")
    assert (found.reached, found.found) == (True, ())


def test_a_budget_that_is_spent_is_said_and_nothing_is_claimed(session: Session) -> None:
    facts = example(session, "2023_gp_half_time_objective_missed")
    with pytest.raises(UsageFault) as caught:
        alternatives(session, facts, "aide.montant_du", effort=1)
    assert caught.value.problems[0].code == "proof-budget"


@pytest.mark.parametrize(
    ("item", "text", "wish"),
    [
        ("eligibilite", None, Wish("is", "eligible")),
        ("eligibilite", "not_applicable", Wish("is", NOT_APPLICABLE)),
        ("verification.resultat", None, Wish("is", "plein")),
        ("verification.resultat", "aide entière", Wish("is", "plein")),
        ("mt_atteint", None, Wish("is", "met")),
        ("tranche_activite", None, Wish("is", "p50_p90")),
        ("verification.taux", None, Wish("at_least", 1)),
        ("verification.taux", "5/13", Wish("is", Fraction(5, 13))),
        ("verification.taux", "50%", Wish("is", Fraction(1, 2))),
        ("aide.montant_du", None, Wish("at_least", 11000)),
        ("aide.montant_annuel", None, Wish("more", 11000)),
        ("aide.montant_annuel", "less", Wish("less", 11000)),
        ("aide.montant_du", "4300.50+", Wish("at_least", Fraction(8601, 2))),
        ("aide.montant_du", "4 000 €-", Wish("at_most", 4000)),
        ("contrat.terme", "2029-01-31", Wish("is", dt.date(2029, 1, 31))),
    ],
)
def test_each_kind_of_item_has_its_own_wishes(session: Session, item: str, text: str | None, wish: Wish) -> None:
    facts = example(session, "2023_gp_half_time_objective_missed")
    assert wish_of(session.decide(facts), item, text) == wish


@pytest.mark.parametrize(
    ("item", "text", "near"),
    [
        ("eligibilite", "eligble", "eligible"),
        ("eligibilite", "non applicable", "not_applicable"),
        ("mt_atteint", "oui", None),
        ("aide.montant_du", "1/3-", None),
        ("aide.montant_du", "4300.505", None),
        ("aide.montant_du", "50%", None),
        ("aide.montant_du", "beaucoup", None),
        ("aide.montant_du", "mor", "more"),
        ("verification.taux", "lesss", "less"),
        ("contrat.terme", "2029", None),
        ("contrat.terme", "not_aplicable", "not_applicable"),
    ],
)
def test_a_value_that_the_item_cannot_have_is_refused_with_the_nearest(
    session: Session, item: str, text: str, near: str | None
) -> None:
    facts = example(session, "2023_gp_half_time_objective_missed")
    with pytest.raises(UsageFault) as caught:
        alternatives(session, facts, item, text)
    (problem,) = caught.value.problems
    assert (problem.code, problem.nearest) == ("unknown-value", near)
    assert ("5/13" in str(problem.values["allowed"])) is (item == "verification.taux")


def test_a_number_is_reached_exactly_where_it_can_be(session: Session) -> None:
    facts = example(session, "2023_gp_half_time_objective_missed")
    found = singles(alternatives(session, facts, "verification.taux", "1/2"))
    assert found["patientele.mt_actuelle"].changes[0].after == 870 + 65
    assert found["patientele.mt_actuelle"].value == Fraction(1, 2)
    assert found["patientele.fa_actuelle"].changes[0].after == 1500 + 75


def test_an_option_stays_where_the_result_hangs_on_the_objective_that_was_written_for_it(session: Session) -> None:
    facts = {**example(session, "2023_gp_half_time_objective_missed"), YEAR: 4}
    due, most = (alternatives(session, facts, f"aide.montant_{each}", "more") for each in ("du", "annuel"))
    assert not any("contrat.option" in names for names in changed_facts(due))
    assert ("contrat.option",) in changed_facts(most)
    assert "contrat.option" not in due.left


@pytest.mark.parametrize(
    ("year", "day", "moves"), [(4, (2026, 11, 28), False), (5, (2026, 11, 28), True), (4, None, True)]
)
def test_an_option_moves_in_years_that_have_not_begun(
    session: Session, year: int, day: tuple[int, int, int] | None, moves: bool
) -> None:
    """And what held before an amendment is nobody's to choose."""
    facts = {**example(session, "2023_gp_half_time_objective_missed"), YEAR: year}
    found = alternatives(session, facts, "aide.montant_annuel", "more", as_of=day and dt.date(*day))
    assert changed_facts(found) == ([("contrat.option",)] if moves else [])
    assert ("contrat.option" in found.left) is not moves


def test_the_starting_patients_of_a_contract_that_is_refused_may_move(session: Session) -> None:
    facts = {**example(session, "2024_gp_half_time_five_years"), "patientele.mt_depart": 700, YEAR: 1}
    del facts["patientele.percentile_mt"]
    (change,) = singles(alternatives(session, facts, "eligibilite"))["patientele.mt_depart"].changes
    assert change.after == 775


def test_of_a_number_that_was_not_given_and_may_be_any_the_least_is_named(session: Session) -> None:
    facts = example(session, "2024_surgeon_too_few_clinical_fees")
    assert singles(alternatives(session, facts, "aide.montant_annuel", "more"))[YEAR].changes[0].after == 1


def test_an_obligation_may_be_wished_done(session: Session) -> None:
    facts = example(session, "2023_gp_half_time_objective_missed")
    found = singles(alternatives(session, facts, "formation.certification"))
    assert found["assistant.date_certification"].value == "done"


@pytest.mark.parametrize("certified", [None, "2026-08-01", "2026-08-02"])
@pytest.mark.parametrize("as_of", [None, dt.date(2026, 8, 1), dt.date(2026, 8, 2)])
def test_the_wish_of_a_duty_is_met_just_where_it_is_decided_so(
    session: Session, certified: str | None, as_of: dt.date | None
) -> None:
    """In time, too late, and late though it came."""
    data = {
        **SOLO,
        "assistant": {"date_embauche": "2023-08-01"} | ({"date_certification": certified} if certified else {}),
    }
    facts = read(session, data, contrat__date_signature="2023-07-01")
    for line in session.decide(facts, as_of=as_of).obligations:
        item = line.id
        encoding = encode_case(session, session.settled(facts).convention, facts, frozenset())
        met = [word for word in WISHED if wished_term(encoding, item, Wish("is", word)) is encoding.bank.true]
        assert met == ([line.status] if line.status in WISHED else [])


def test_a_duty_is_missed_by_what_comes_too_late(session: Session) -> None:
    facts = read(session, {**SOLO, "assistant": {"date_embauche": "2024-08-01"}}, contrat__date_signature="2024-07-01")
    found = singles(alternatives(session, facts, "formation.certification", "unmet"))
    assert found["assistant.date_certification"].changes[0].after == dt.date(2026, 8, 2)


@pytest.mark.sweep(seed=SEEDS, usual=1)
def test_every_proposal_decides_as_said_and_needs_all_that_it_changes(
    session: Session, seed: int, effort: Effort
) -> None:
    facts, item = a_case(session, seed)
    found = alternatives(session, facts, item, any_fact=effort.full and seed % 3 == 0)
    proposed = [tuple((c.fact, c.after) for c in each.changes) for each in found.found]
    assert len(proposed) == len(set(proposed)), "no proposal twice"
    alone = {each.changes[0].fact for each in found.found if len(each.changes) == 1}
    for each in found.found:
        assert read_case(nested(each.facts), session.registry.vocabulary) == each.facts
        decision = session.decide(each.facts)
        assert answer_of(decision, item) == each.value
        assert found.wish.met(each.value)
        if len(each.changes) == 2:
            assert not alone & {change.fact for change in each.changes}
        for change in each.changes:
            assert facts.get(change.fact) == change.before != change.after
            assert not answers(session, without(each.facts, change), item, found.wish)
            for value in nearer(session, change):
                assert not answers(session, {**each.facts, change.fact: value}, item, found.wish), change


@pytest.mark.sweep(seed=SEEDS // 8)
def test_the_same_question_has_the_same_answer(session: Session, policies: Path, seed: int) -> None:
    facts, _ = a_case(session, seed)
    first = alternatives(session, facts, "eligibilite")
    assert alternatives(session, dict(reversed(facts.items())), "eligibilite") == first


def choices(session: Session, facts: Facts, any_fact: bool) -> list[tuple[str, Scalar]]:
    """Every other choice of every enum and boolean that may be changed."""
    found: list[tuple[str, Scalar]] = []
    for name, fact in session.registry.vocabulary.facts.items():
        if name != "beneficiaire" and (any_fact or not fact.is_fixed(facts)):
            values: tuple[Scalar, ...] = (True, False) if fact.type.kind == "boolean" else fact.type.values
            found.extend((name, value) for value in values if facts.get(name) != value)
    return found


def a_lacking_case(session: Session, start: int) -> tuple[Facts, str, Wish]:
    """The first case from ``start`` on that lacks what is wished."""
    for seed in range(start, start + 100, 2):
        facts, item = a_case(session, seed)
        try:
            read_case(nested(facts), session.registry.vocabulary)
            decision = session.decide(facts)
        except InputFault:
            continue
        wish = wish_of(decision, item, None)
        if not wish.met(answer_of(decision, item)):
            return facts, item, wish
    raise AssertionError("every case has what is wished")


@pytest.mark.sweep(seed=WITHOUT, usual=1)
def test_no_fact_that_alone_does_is_missed(session: Session, seed: int) -> None:
    facts, item, wish = a_lacking_case(session, 100 * seed + seed % 2)
    convention = session.decide(facts).convention.id  # the day of signature stays
    found = alternatives(session, facts, item, convention=convention, any_fact=True)
    proposed = {(each.changes[0].fact, each.changes[0].after) for each in found.found if len(each.changes) == 1}
    for name, value in choices(session, facts, any_fact=True):
        assert answers(session, {**facts, name: value}, item, wish) is ((name, value) in proposed), (name, value)


@pytest.mark.sweep(seed=DRAWN, usual=2)
def test_no_change_of_up_to_two_facts_is_missed(session: Session, seed: int) -> None:
    facts, item, wish = a_lacking_case(session, 100 * seed + seed % 2)
    found = alternatives(session, facts, item)
    proposed = [{change.fact: change.after for change in each.changes} for each in found.found]
    rng, vocabulary = random.Random(seed), session.registry.vocabulary
    free = [name for name, fact in vocabulary.facts.items() if not fact.is_fixed(facts) and name != "beneficiaire"]
    for _ in range(60):
        drawn = random_facts(rng, vocabulary, str(facts["beneficiaire"]), *WINDOWS[2][1:])
        names = [name for name in rng.sample(free, 2) if name in drawn and drawn[name] != facts.get(name)]
        changes = {name: drawn[name] for name in names if vocabulary.facts[name].type.kind != "date"}
        if written_elsewhere(facts, {**facts, **changes}, vocabulary):
            continue  # a figure that was written for another choice is none of the case any more
        if changes and answers(session, {**facts, **changes}, item, wish):
            assert any(each.keys() <= changes.keys() for each in proposed), changes


@pytest.mark.parametrize("facts_of", ["solo", "incomplete", "year"])
def test_no_two_choices_that_together_do_are_missed(session: Session, facts_of: str, effort: Effort) -> None:
    item = "eligibilite"
    facts = read(session, SOLO, contrat__option="un_etp", medecin__secteur="secteur_2")
    if facts_of == "incomplete":
        facts = {name: v for name, v in facts.items() if name not in ("medecin.zone", "medecin.optam")}
        facts["contrat.option"] = "demi_etp"
    elif facts_of == "year":
        facts = {**example(session, "2021_gp_half_time_year_5_revalued"), "contrat.option": "un_etp"}
    found = alternatives(session, facts, item)
    named = set(singles(found))
    proposed = {
        frozenset((change.fact, change.after) for change in each.changes)
        for each in found.found
        if len(each.changes) == 2
    }
    open_choices = [(name, value) for name, value in choices(session, facts, any_fact=False) if name not in named]
    for first, second in effort.share(list(combinations(open_choices, 2)), part=80):
        if first[0] != second[0] and answers(session, {**facts, **dict((first, second))}, item, found.wish):
            assert frozenset((first, second)) in proposed, (first, second)
    assert proposed or named
