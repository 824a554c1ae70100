"""What items tell apart, and all that they answer, on the real conventions."""

from __future__ import annotations

import datetime as dt
import random
from fractions import Fraction

import pytest
from conftest import examples
from hypothesis import given
from hypothesis import strategies as st
from random_cases import random_facts

from engine.evaluation.evaluator import run_program
from engine.evaluation.session import Session
from engine.language.facts import SIGNATURE
from engine.language.values import NOT_APPLICABLE, UNDETERMINED, Absent, Value
from engine.policy.model import Convention, Obligation
from engine.policy.overlays import Laid
from engine.review.classes import Survey, alike, classes, fact_classes, inputs, surveyed
from engine.review.enumeration import MAX_COMBINATIONS, evaluator, exhaustive, slot_content
from engine.review.proof import Proofs

STARTING, CURRENT = "patientele.mt_depart", "patientele.mt_actuelle"


@pytest.fixture(scope="module")
def of_2019(session: Session) -> Convention:
    return session.registry.by_id("2019_avenant7")


@pytest.fixture(scope="module")
def standing(session: Session, of_2019: Convention) -> tuple[Laid, ...]:
    """What later conventions change in every contract of 2019."""
    return session.settled({"beneficiaire": "medecin_liberal", SIGNATURE: of_2019.signed_from}).laid


@pytest.fixture(scope="module")
def survey(session: Session, of_2019: Convention) -> Survey:
    return surveyed(session.program(of_2019, ()))


@pytest.fixture(scope="module")
def survey_2024(session: Session) -> Survey:
    return surveyed(session.program(session.registry.by_id("2024_convention"), ()))


@pytest.fixture(scope="module")
def proofs(survey: Survey) -> Proofs:
    return Proofs(survey, choices(survey))


def values(survey: Survey, item: str, name: str) -> list[Value]:
    return [value for each in classes(survey, item, name) for value in each.values]


def choices(survey: Survey) -> dict[str, str]:
    return {id_: question.default for id_, question in survey.program.plan.interpretations.items()}


def test_the_minimum_of_640_patients_gives_the_classes_639_640_and_641(survey: Survey) -> None:
    assert {639, 640, 641} <= set(values(survey, "activite_minimale", STARTING))


def test_a_bound_with_decimals_steps_by_the_scale_of_the_fact(survey: Survey) -> None:
    around = [Fraction(2999, 100), 30, Fraction(3001, 100)]
    assert values(survey, "activite_minimale", "patientele.percentile_mt") == [*around, UNDETERMINED]


def test_no_class_leaves_the_range_of_its_fact(survey: Survey) -> None:
    assert values(survey, "versement.annee_1", "contrat.annee") == [1, 2, UNDETERMINED]
    for each in inputs(survey, "annee.debut"):
        if each.name == SIGNATURE:
            assert all(survey.program.plan.convention.covers(class_.value) for class_ in each.classes)  # type: ignore[arg-type]


def test_enum_values_that_an_item_does_not_tell_apart_are_one_class(survey: Survey) -> None:
    general, others, missing = classes(survey, "activite_minimale", "medecin.specialite")
    assert general.values == ("medecine_generale",)
    assert {"pediatrie", "chirurgie", "autre"} <= set(others.values)
    assert missing.values == (UNDETERMINED,)


def test_enum_values_that_rows_of_a_table_tell_apart_are_classes_of_their_own(survey: Survey) -> None:
    bands = [each.values for each in classes(survey, "aide.bareme", "tranche_activite")]
    assert ("p90_p95",) in bands
    assert ("p95_plus",) in bands
    assert any({"sous_p30", "p30_p50", "p50_p70", "p70_p90"} <= set(band) for band in bands)


def test_absence_is_a_class_of_every_fact_but_the_signature(survey: Survey) -> None:
    for item in survey.steps:
        for each in inputs(survey, item):
            if each.kind == "fact":
                missing = any(class_.value is UNDETERMINED for class_ in each.classes)
                assert missing is (each.name not in (SIGNATURE, "beneficiaire")), (item, each.name)


def test_two_compared_facts_are_equal_one_below_and_one_above(survey: Survey) -> None:
    start, _ = values(survey, "mt_non_diminuee", STARTING)
    assert isinstance(start, int)
    assert values(survey, "mt_non_diminuee", CURRENT) == [start - 1, start, start + 1, UNDETERMINED]


def test_a_computed_bound_between_two_whole_numbers_gives_its_neighbours(survey_2024: Survey) -> None:
    start, _ = values(survey_2024, "mt_non_diminuee", STARTING)
    assert isinstance(start, int)
    current = values(survey_2024, "mt_non_diminuee", CURRENT)
    for percent in (90, 95):
        whole, rest = divmod(percent * start, 100)
        assert whole in current
        assert whole + 1 in current
        assert rest == 0 or whole + 2 not in current


def test_verdicts_are_the_classes_of_a_criterion_and_only_a_gate_makes_it_not_applicable(survey: Survey) -> None:
    verdicts = ["met", "not_met", UNDETERMINED]
    assert values(survey, "verification.resultat", "annee_verifiee") == verdicts
    assert values(survey, "verification.resultat", "mt_atteint") == [*verdicts, NOT_APPLICABLE]


def test_an_amount_that_is_chosen_from_a_table_has_the_amounts_of_the_table_as_classes(survey: Survey) -> None:
    amounts = {value for value in values(survey, "aide.montant_du", "aide.montant_annuel") if isinstance(value, int)}
    assert {12000, 9000, 7000, 8350, 36000} <= amounts


def test_each_reading_of_an_interpretation_is_a_class(survey: Survey) -> None:
    assert values(survey, "activite_minimale", "borne_du_minimum") == ["incluse", "exclue"]
    fixed = exhaustive(survey, "activite_minimale", {"borne_du_minimum": "exclue"})
    assert [len(each.classes) for each in fixed.inputs if each.name == "borne_du_minimum"] == [1]


@examples(60)
@given(st.integers(0, 10_000))
def test_a_percentile_behaves_like_a_class_that_no_bound_tells_it_from(survey: Survey, hundredths: int) -> None:
    name, item = "patientele.percentile_mt", "activite_minimale"
    percentile = Fraction(hundredths, 100)
    stand_in = next(v for v in values(survey, item, name) if alike(survey, item, name, v, percentile))
    evaluate, slots, slot = evaluator(survey, item), list(survey.program.blank), survey.program.names.facts[name]
    for combination in exhaustive(survey, item, bound=40):
        for each, class_ in zip(inputs(survey, item), combination.classes, strict=True):
            slots[each.slot] = slot_content(survey, each.slot, class_.value)
        answers = []
        for value in (percentile, stand_in):
            slots[slot] = slot_content(survey, slot, value)
            answers.append(evaluate(slots))
        assert answers[0] == answers[1]


def test_eligibility_is_exhausted_and_refused_by_one_criterion_that_is_not_met(survey: Survey) -> None:
    enumeration = exhaustive(survey, "eligibilite")
    assert enumeration.complete
    assert enumeration.proves
    assert sum(1 for _ in enumeration) == enumeration.size
    for combination in enumeration:
        verdicts = {class_.value for class_ in combination.classes}
        refused, open_ = "not_met" in verdicts, UNDETERMINED in verdicts
        expected = "ineligible" if refused else UNDETERMINED if open_ else "eligible"
        assert combination.answer.value == expected


def test_a_product_beyond_the_bound_is_sampled_and_says_so(survey: Survey) -> None:
    whole, sampled = exhaustive(survey, "tranche.fa"), exhaustive(survey, "tranche.fa", bound=500)
    assert whole.size <= MAX_COMBINATIONS
    assert whole.complete
    assert (sampled.complete, sampled.proves, sampled.bound, sampled.size) == (False, False, 500, whole.size)
    drawn = [combination.classes for combination in sampled]
    assert len(set(drawn)) == len(drawn) == 500
    assert drawn == [combination.classes for combination in sampled], "the seed is fixed"


def test_no_combination_of_the_inputs_of_an_item_falls_through_its_rules(survey: Survey) -> None:
    for item in survey.steps:
        for combination in exhaustive(survey, item, bound=3_000):
            assert combination.answer.fault is None or combination.excluded, (item, combination)


@examples(60)
@given(st.integers(0, 2**32))
def test_an_item_alone_answers_as_it_does_in_a_case(session: Session, survey: Survey, seed: int) -> None:
    rng = random.Random(seed)
    drawn = {name: rng.choice(known) for name, known in fact_classes(survey, survey.steps).items()}
    facts = {name: value for name, value in drawn.items() if not isinstance(value, Absent)}
    run = run_program(survey.program, {"contrat.annee": 3, **facts}, choices(survey))
    for item, compiled in survey.steps.items():
        alone = evaluator(survey, item)(list(run.slots))
        if not isinstance(compiled.step.item.body, Obligation):
            assert (alone.value, alone.decided) == (run.answers[item][0], run.answers[item][3]), item


@examples(150)
@given(st.integers(0, 2**32))
def test_what_a_case_answers_is_never_proved_out_of_reach(
    session: Session, survey: Survey, proofs: Proofs, seed: int
) -> None:
    convention = survey.program.plan.convention
    last = convention.signed_before or dt.date(2030, 1, 1)
    rng, vocabulary = random.Random(seed), session.registry.vocabulary
    facts = random_facts(rng, vocabulary, convention.beneficiary, convention.signed_from, last)
    for chain in vocabulary.orders:
        stated = [name for name in chain if name in facts and name != SIGNATURE]
        for name, value in zip(stated, sorted(facts[name] for name in stated), strict=True):
            facts[name] = value
    dated = [[facts[name] for name in chain if name in facts] for chain in vocabulary.orders]
    if any(values != sorted(values) for values in dated):  # type: ignore[type-var]
        facts = {name: value for name, value in facts.items() if not isinstance(value, dt.date) or name == SIGNATURE}
    run = run_program(survey.program, facts, choices(survey))
    for item, compiled in survey.steps.items():
        proved = proofs.answers(item)
        if proved is not None and not isinstance(compiled.step.item.body, Obligation):
            assert run.answers[item][0] in proved.values, item
