"""Questions about all cases: every answer is a proof or a confirmed case, and what the budget leaves open is said."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest

from engine.errors import InputFault, UsageFault
from engine.evaluation.facts import Facts, read_case
from engine.evaluation.session import Session
from engine.language.logic import Sort, Term
from engine.language.symbolic import different, is_value
from engine.language.term_bank import TermBank
from engine.policy.loader import load
from engine.proof import solving
from engine.proof.encoding import Encoding, encode
from engine.proof.expressions import no_value
from engine.proof.possible import encode_case, mattering, open_facts, possible_values
from engine.proof.prover import Prover, confirmed
from engine.proof.smallest import smallest_changes
from engine.proof.solving import DEFAULT_EFFORT, Status
from engine.proof.space import make_space
from engine.proof.whom import Input, region_of

AMOUNT, RATE = "aide.montant_annuel", "verification.resultat"
BOTH_FALL = {
    "contrat": {"date_signature": "2024-07-01", "option": "demi_etp", "annee": 3},
    "medecin": {"secteur": "secteur_1", "specialite": "medecine_generale", "age": 50, "nouvellement_installe": False},
    "patientele": {"mt_depart": 1100, "fa_depart": 1700, "percentile_mt": 55, "percentile_fa": 60},
}


def example(session: Session, root: Path, name: str) -> Facts:
    path = root / "examples" / f"{name}.yaml"
    return read_case(load(path).data, session.registry.vocabulary)


def all_cases(session: Session, *ids: str) -> list[Encoding]:
    """Conventions over one space of the contracts of the last of them, read by default."""
    conventions = [session.registry.by_id(id_) for id_ in ids]
    questions = {
        id_: question
        for convention in conventions
        for id_, question in session.program(convention, ()).plan.interpretations.items()
    }
    space = make_space(TermBank(), session.registry.vocabulary, questions)
    return [encode(session, convention, space, among=conventions[-1:]) for convention in conventions]


def of_case(session: Session, facts: Facts, *ids: str, opened: frozenset[str] | None = None) -> Encoding:
    convention = session.settled(facts).convention
    return encode_case(
        session, convention, facts, open_facts(session, convention, facts, ids) if opened is None else opened
    )


def test_a_value_that_can_be_is_shown_by_a_case_with_few_facts(session: Session) -> None:
    (encoded,) = all_cases(session, "2024_convention")
    goal = is_value(encoded.bank, encoded.answer("eligibilite"), "ineligible")
    status, symbols = Prover(encoded.space, encoded.base).first(goal)
    assert status is Status.SHOWN
    witness = confirmed(encoded, symbols, ["eligibilite"])
    assert session.decide(witness.facts).results["eligibilite"].value == "ineligible"
    assert len(witness.facts) <= 5


def test_a_value_that_cannot_be_is_excluded_by_proof(session: Session) -> None:
    (encoded,) = all_cases(session, "2024_convention")
    goal = is_value(encoded.bank, encoded.answer(AMOUNT), -1)
    assert Prover(encoded.space, encoded.base).ask(goal) is Status.EXCLUDED


def test_the_same_question_has_the_same_witness_whatever_was_asked_before(session: Session) -> None:
    (encoded,) = all_cases(session, "2024_convention")
    goal = is_value(encoded.bank, encoded.answer(RATE), "plein")
    fresh = Prover(encoded.space, encoded.base).first(goal)
    used = Prover(encoded.space, encoded.base)
    used.some(is_value(encoded.bank, encoded.answer(RATE), "reduit"))
    used.first(is_value(encoded.bank, encoded.answer("eligibilite"), "ineligible"))
    assert encoded.space.case_of(used.first(goal)[1]) == encoded.space.case_of(fresh[1])


def comparing(older: Encoding, newer: Encoding, effort: int = DEFAULT_EFFORT) -> Prover:
    return Prover(newer.space, (*newer.base, older.agreed), effort)


def difference_of(older: Encoding, newer: Encoding, id_: str) -> Term:
    return different(older.bank, older.answer_or_none(id_), newer.answer_or_none(id_))


def test_two_conventions_differ_on_cases_that_both_decide(session: Session) -> None:
    older, newer = all_cases(session, "2023_reglement_arbitral", "2024_convention")
    prover = comparing(older, newer)
    status, symbols = prover.first(difference_of(older, newer, "option_ouverte"))
    assert status is Status.SHOWN
    before, after = (confirmed(each, symbols, ["option_ouverte"]) for each in (older, newer))
    assert before.facts == after.facts
    assert before.values != after.values
    assert prover.ask(difference_of(older, newer, "tranche_activite")) is Status.EXCLUDED


def test_a_case_of_another_day_is_encoded_under_the_convention_asked_for(session: Session, root: Path) -> None:
    facts = example(session, root, "2024_gp_half_time_five_years")
    older = session.registry.by_id("2023_reglement_arbitral")
    encoded = encode_case(session, older, facts, frozenset())
    decided = session.decide(facts, older.id).results["tranche_activite"].value
    assert possible_values(encoded, "tranche_activite").values == (decided,)


def test_all_smallest_changes_are_found_with_the_nearest_numbers(session: Session) -> None:
    notified = {"objectif_mt": 1200, "objectif_fa": 1900}
    data = {**BOTH_FALL, "contrat": {**BOTH_FALL["contrat"], **notified}}
    data["patientele"] = {**BOTH_FALL["patientele"], "mt_actuelle": 1050, "fa_actuelle": 1650}
    facts = read_case(data, session.registry.vocabulary)
    opened = frozenset({"patientele.mt_actuelle", "patientele.fa_actuelle"})
    encoded = of_case(session, facts, opened=opened)
    goal = is_value(encoded.bank, encoded.answer(RATE), "plein")
    found = smallest_changes(encoded, facts, goal)
    assert found.status is Status.SHOWN
    assert [change.facts for change in found.found] == [
        {"patientele.mt_actuelle": 1200, "patientele.fa_actuelle": 1700}
    ]
    assert not smallest_changes(encoded, facts, goal, beside=[{"patientele.mt_actuelle"}]).found
    assert smallest_changes(encoded, facts, goal, beside=[opened]).found


def test_that_no_change_gives_a_wish_is_proved(session: Session) -> None:
    facts = read_case(BOTH_FALL, session.registry.vocabulary)
    encoded = of_case(session, facts, opened=frozenset({"patientele.mt_depart"}))
    goal = is_value(encoded.bank, encoded.answer("eligibilite"), "ineligible")
    assert smallest_changes(encoded, facts, goal).status is Status.EXCLUDED


def test_an_open_result_has_exactly_these_values(session: Session) -> None:
    data = {**BOTH_FALL, "patientele": {"mt_depart": 1500, "fa_depart": 2200}}
    data["seuils"] = {"mt_p95": 2400, "fa_p95": 3000}
    facts = read_case({**data, "contrat": {**data["contrat"], "annee": 2}}, session.registry.vocabulary)
    encoded = of_case(session, facts, AMOUNT, "tranche_activite")
    assert possible_values(encoded, AMOUNT).values == (14_000,)
    found = possible_values(encoded, "tranche_activite")
    assert (found.values, found.complete) == (("p50_p90", "p90_p95"), True)


def test_many_possible_numbers_are_told_by_the_least_and_the_greatest(session: Session, root: Path) -> None:
    encoded = of_case(session, example(session, root, "2025_gp_incomplete"), "objectif.mt")
    found = possible_values(encoded, "objectif.mt")
    assert (found.values, found.complete, found.status) == ((0, 100_000), False, Status.SHOWN)


def test_a_fact_matters_only_if_it_can_change_or_settle_a_result(session: Session, root: Path) -> None:
    facts = example(session, root, "2025_gp_incomplete")
    encoded = of_case(session, facts, "objectif.mt")
    found = mattering(encoded, encoded.space.open_facts, ["objectif.mt"])
    assert "patientele.mt_depart" in found
    assert "patientele.mt_actuelle" not in found
    assert len(found) < len(encoded.space.open_facts) / 2


def test_whom_a_difference_concerns_is_told_over_the_inputs_given(session: Session) -> None:
    older, newer = all_cases(session, "2023_reglement_arbitral", "2024_convention")
    prover = comparing(older, newer)
    goal = difference_of(older, newer, "honoraires_cliniques")
    _, symbols = prover.first(goal)
    facts = session.registry.vocabulary.facts
    inputs = [Input(name, newer.space.fact(name), facts[name].type) for name in newer.space.open_facts]
    found = region_of(prover, goal, inputs, symbols)
    assert found is not None
    share = found["medecin.part_honoraires_cliniques"]
    assert (share.low, share.high) == (80, 80)
    assert newer.answer_or_none("no.such.item").absent is newer.bank.true


def test_a_budget_that_is_spent_leaves_the_question_undecided(session: Session) -> None:
    older, newer = all_cases(session, "2023_reglement_arbitral", "2024_convention")
    goal = difference_of(older, newer, AMOUNT)
    assert comparing(older, newer, effort=1).first(goal) == (Status.UNDECIDED, {})


def test_a_convention_too_hard_for_the_budget_is_told(session: Session) -> None:
    convention = session.registry.by_id("2019_avenant7")
    questions = session.program(convention, ()).plan.interpretations
    space = make_space(TermBank(), session.registry.vocabulary, questions)
    with pytest.raises(UsageFault) as told:
        encode(session, convention, space, effort=1)
    assert told.value.problems[0].code == "proof-budget"


def test_a_missing_solver_is_told_with_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "z3", None)
    with pytest.raises(UsageFault) as told:
        solving.Solver(TermBank(), (), effort=DEFAULT_EFFORT)
    assert told.value.problems[0].code == "extra-missing"
    assert "avenant[proof]" in told.value.problems[0].message()


def test_another_version_of_the_solver_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "z3", SimpleNamespace(get_version=lambda: (4, 13, 4, 0)))
    with pytest.raises(UsageFault) as told:
        solving.Solver(TermBank(), (), effort=DEFAULT_EFFORT)
    assert told.value.problems[0].code == "solver-version"


def test_a_case_that_the_evaluator_does_not_confirm_is_an_error_of_the_tool(
    session: Session, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = example(session, root, "2025_gp_incomplete")
    encoded = of_case(session, facts, "eligibilite")
    symbols = encoded.space.completed({})
    monkeypatch.setitem(encoded._answers, ("eligibilite", encoded.every), no_value(encoded.bank))
    with pytest.raises(InputFault) as told:
        confirmed(encoded, symbols, ["eligibilite"])
    assert told.value.problems[0].code == "proof-unconfirmed"


def test_an_interrupt_ends_a_question_within_a_turn() -> None:
    bank = TermBank()
    symbols = [bank.symbol(name, Sort.WHOLE) for name in ("x", "y", "z")]
    bounds = [bank.at_most(bank.whole(-10_000), each) for each in symbols]
    bounds += [bank.at_most(each, bank.whole(10_000)) for each in symbols]
    cubes = bank.plus(*(bank.times(each, bank.times(each, each)) for each in symbols))
    solver = solving.Solver(bank, [*bounds, bank.same(cubes, bank.whole(33))], effort=2 * 10**9)
    press = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
    # Where interrupts are ignored, as under nohup, one that comes before the solver listens would be lost.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        press.start()
        with pytest.raises(KeyboardInterrupt):
            solver.check()
    finally:
        signal.signal(signal.SIGINT, before)


def test_numbers_may_be_asked_for_at_their_bounds(session: Session) -> None:
    (encoded,) = all_cases(session, "2024_convention")
    highest = session.registry.vocabulary.facts["patientele.mt_depart"].maximum
    assert highest is not None
    number = encoded.space.fact("patientele.mt_depart")
    prover = Prover(encoded.space, encoded.base)
    assert prover.ask(is_value(encoded.bank, number, int(highest))) is Status.SHOWN
    assert prover.ask(is_value(encoded.bank, number, int(highest) + 1)) is Status.EXCLUDED


def test_quotients_of_two_unknowns_are_settled_by_linear_facts() -> None:
    bank = TermBank()
    top, more, bottom = (bank.number(bank.symbol(name, Sort.WHOLE)) for name in ("top", "more", "bottom"))
    rules = [bank.less(bank.exact(0), bottom), bank.less(top, more)]
    solver = solving.Solver(bank, rules, effort=DEFAULT_EFFORT)
    with solver.supposing(bank.less(bank.over(more, bottom), bank.over(top, bottom))):
        assert solver.check() is Status.EXCLUDED
    assert solver.check(bank.at_most(bank.over(more, bottom), bank.exact(1))) is Status.SHOWN


def test_a_number_over_an_unknown_is_settled_too() -> None:
    bank = TermBank()
    solver = solving.Solver(bank, [], effort=DEFAULT_EFFORT)
    below = bank.symbol("below", Sort.NUMBER)
    two_or_more = bank.at_most(bank.exact(2), below)
    quotient = bank.over(bank.exact(6), below)
    assert solver.check(two_or_more, bank.less(bank.exact(3), quotient)) is Status.EXCLUDED
    assert solver.check(two_or_more, bank.same(quotient, bank.exact(3))) is Status.SHOWN
