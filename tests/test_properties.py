"""Properties of the law are proved of all cases, or broken by cases that the evaluator confirms."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from command import FIXTURES, ROOT, avenant
from conftest import Effort

from engine.evaluation.session import Session
from engine.policy.entries import Property
from engine.policy.reading import load_registry
from engine.proof.defects import all_cases
from engine.proof.properties import Kept, kept_properties
from engine.proof.prover import Prover
from engine.proof.solving import Status
from engine.proof.witness import Witness

PROMISES = FIXTURES / "property_policies"
OVERLAID = FIXTURES / "overlaid_properties"
BROKEN = {"maximum_toujours", "plus_au_depart", "age_accorde", "age_du_critere"}
AGREED = 10  # properties that the issue asks for, and more that the texts promise


@pytest.fixture(scope="module")
def rules() -> Iterator[Session]:
    opened = Session(load_registry(ROOT / PROMISES))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def kept(rules: Session) -> Mapping[str, Kept]:
    return {each.promise.id.removeprefix("promesse."): each for each in kept_properties(all_cases(rules))}


def decided(rules: Session, witness: Witness, id_: str) -> Any:
    return rules.decide(witness.facts, interpret=witness.interpret).results[id_].value


def test_what_holds_is_proved_and_what_does_not_is_broken(kept: Mapping[str, Kept]) -> None:
    assert {name for name, each in kept.items() if each.status is Status.SHOWN} == BROKEN
    assert {each.status for name, each in kept.items() if name not in BROKEN} == {Status.EXCLUDED}


def test_a_case_that_breaks_a_bound_breaks_it_when_it_is_decided(rules: Session, kept: Mapping[str, Kept]) -> None:
    (witness,) = kept["maximum_toujours"].cases
    assert witness.interpret == {"arrondi": "double"}
    assert decided(rules, witness, "aide") > decided(rules, witness, "maximum")


@pytest.mark.parametrize(
    ("name", "worse"),
    [
        ("plus_au_depart", lambda less, more: more < less),
        ("age_accorde", lambda less, more: (less, more) == ("accord", "refus")),
        ("age_du_critere", lambda less, more: (less, more) == ("met", "not_met")),
    ],
)
def test_two_cases_that_break_a_comparison_differ_in_its_fact_alone(
    rules: Session, kept: Mapping[str, Kept], name: str, worse: Any
) -> None:
    promise = kept[name].promise
    assert promise.more is not None
    assert promise.result is not None
    first, second = kept[name].cases
    differing = {fact for fact in first.facts if first.facts[fact] != second.facts.get(fact)}
    assert differing == {promise.more.name}
    assert first.facts.keys() == second.facts.keys()
    assert first.facts[promise.more.name] < second.facts[promise.more.name]  # type: ignore[operator]
    assert worse(*(decided(rules, witness, promise.result.id) for witness in (first, second)))


def test_what_later_texts_change_breaks_a_property_of_the_older_one() -> None:
    """Two years of a contract lie before and after a change; two texts call their derogations alike."""
    opened = Session(load_registry(ROOT / OVERLAID))
    found = {each.promise.id.removeprefix("promesse."): each for each in kept_properties(all_cases(opened))}
    assert found["jamais_moins"].status is Status.EXCLUDED
    assert [decided(opened, witness, "verse") for witness in found["jamais_plus"].cases] == [1000, 2000]
    (witness,) = found["soixante_dix_ans"].cases
    assert decided(opened, witness, "jeune") == "met"
    opened.close()


def test_the_cases_are_the_first_ones_each_time(rules: Session, kept: Mapping[str, Kept]) -> None:
    again = {each.promise.id.removeprefix("promesse."): each for each in kept_properties(all_cases(rules))}
    assert again == kept


def test_what_the_budget_leaves_open_is_said_and_no_fault(rules: Session) -> None:
    open_ = [
        each
        for each in kept_properties((each, Prover(each.space, each.base, 1)) for each, _ in all_cases(rules))
        if each.status is not Status.EXCLUDED
    ]
    assert {each.status for each in open_} == {Status.UNDECIDED}
    assert not any(each.faulty for each in open_)


def test_the_command_shows_the_cases_and_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    result = avenant("check", "--deep", "--policies", str(PROMISES), "--lang", "en")
    assert result.exit_code == 1
    page = " ".join(result.stdout.split())
    assert "promesse.maximum_toujours: The aid exceeds the maximum under no reading" in page
    assert "broken, as the confirmed case shows" in page
    assert "--interpret arrondi=double" in page
    assert "promesse.plus_de_patients: More patients never pay less (essai)" in page


def test_every_convention_keeps_what_its_texts_promise(session: Session, effort: Effort) -> None:
    asked = list(session.registry.conventions)[: effort.of(len(session.registry.conventions))]
    found = kept_properties(islice(all_cases(session), len(asked)))
    assert [(each.convention, each.promise.id) for each in found if each.status is not Status.EXCLUDED] == []
    assert len({each.promise.id for each in found}) > AGREED
    assert {each.convention for each in found} == set(asked)


def test_more_patients_can_pay_less_under_the_reading_that_its_note_tells(session: Session) -> None:
    def without_condition(promise: Property) -> Property:
        return replace(promise, when=None)

    convention = session.registry.conventions["2024_convention"]
    promise = without_condition(convention.properties["propriete.plus_de_fa_ne_paie_pas_moins"])
    asked = replace(convention, properties={promise.id: promise})
    first = {asked.id: asked}  # the only one whose cases are made
    opened = Session(replace(session.registry, conventions=first | {**session.registry.conventions, **first}))
    (kept,) = kept_properties(islice(all_cases(opened), 1))
    first, second = kept.cases
    assert first.interpret["prorata_65"] == second.interpret["prorata_65"] == "niveau"
    assert decided(opened, first, "aide.montant_du") > decided(opened, second, "aide.montant_du")
    opened.close()


def test_policies_with_properties_are_sound_in_themselves() -> None:
    assert avenant("check", "--policies", str(ROOT / PROMISES)).exit_code == 0
    assert Path(ROOT / PROMISES / "essai" / "regles.yaml").is_file()
