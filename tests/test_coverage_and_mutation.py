"""What tests reach and notice, on a small policy whose suite is known, and on the policies of the project."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path, PurePath

import pytest
from command import FIXTURES, LANGUAGES, ROOT, avenant
from small_rules import AMOUNT, OVERLAY, amend, read, rewrite

from engine.evaluation.session import Session
from engine.language.expressions import Compare, FactRef, Literal
from engine.policy.model import Convention
from engine.policy.reading import read_registry
from engine.policy.registry import Registry
from engine.proof.solving import Status
from engine.suite import mutation
from engine.suite.coverage import KINDS, Coverage, CoveragePoint, coverage
from engine.suite.mutants import Equivalence, Mutant, mutants
from engine.suite.mutation import CAUGHT, EQUIVALENT, INVALID, SURVIVED, Fate, Score, mutation_score
from engine.suite.observed import observe
from engine.suite.running import PolicyCase, read_cases, run_case
from engine.suite.variants import Mutation

REVIEWED = FIXTURES / "reviewed_policies"
CHOICE = """  - id: mi_temps
    label: {fr: Mi-temps, en: Half time}
    cite: [{source: texte}]
    met_when: {fact: contrat.option, is: demi_etp}
"""


@pytest.fixture(scope="module")
def rules() -> Iterator[Session]:
    registry, problems = read_registry(ROOT / REVIEWED)
    assert not problems
    opened = Session(registry)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def cases(rules: Session) -> list[PolicyCase]:
    return read_cases(rules)


@pytest.fixture(scope="module")
def reached(rules: Session, cases: list[PolicyCase]) -> Coverage:
    return coverage(rules.registry, observe(rules, cases))


@pytest.fixture(scope="module")
def score(rules: Session, cases: list[PolicyCase]) -> Score:
    return mutation_score(rules.registry, cases, processes=1)


def alone(session: Session, text: Convention) -> Registry:
    """The rules with one text alone."""
    return replace(session.registry, conventions={text.id: text})


def place(found: Coverage, kind: str, name: str) -> CoveragePoint:
    return next(each for each in found.places if (each.kind, each.name) == (kind, name))


def fates(score: Score, kind: str, subject: str) -> list[Fate]:
    return [fate for fate in score.fates if (fate.change.kind, fate.subject) == (kind, subject)]


def test_items_rows_rules_and_derogations_are_counted_as_the_suite_reaches_them(reached: Coverage) -> None:
    assert {kind: reached.count(kind) for kind in KINDS} == {
        "item": (3, 3),
        "row": (1, 3),
        "step": (0, 0),
        "value": (0, 0),
        "rule": (2, 2),
        "derogation": (0, 1),
        "threshold": (5, 8),
    }


def test_a_threshold_has_two_sides_and_the_one_that_no_test_reaches_is_told(reached: Coverage) -> None:
    assert reached.sides(place(reached, "threshold", "patientele.mt_depart more_than 775")) == ("no",)
    assert reached.sides(place(reached, "threshold", "patientele.mt_depart at_least 775")) == ("yes", "no")


def test_only_tests_that_look_at_an_item_reach_it(rules: Session, cases: list[PolicyCase]) -> None:
    only_amounts = [case for case in cases if "bareme" in case.entry["expect"]]
    found = coverage(rules.registry, observe(rules, only_amounts))
    assert found.sides(place(found, "item", "bareme")) == ("yes",)
    assert found.sides(place(found, "item", "activite")) == ()


def test_a_threshold_moved_past_a_tested_value_is_noticed(score: Score) -> None:
    moved = {(fate.change.at.line, fate.change.after): fate.status for fate in fates(score, "threshold", "activite")}
    # The first comparison decides only above 775 patients, which no test of the suite is.
    assert moved == {(8, "774"): SURVIVED, (8, "776"): SURVIVED, (11, "774"): CAUGHT, (11, "776"): CAUGHT}


def test_a_row_a_rule_and_a_default_without_a_test_survive_and_those_with_one_do_not(score: Score) -> None:
    assert [fate.status for fate in fates(score, "row", "bareme")] == [CAUGHT, SURVIVED, SURVIVED]
    assert [fate.status for fate in fates(score, "rule", "eligibilite")] == [CAUGHT, CAUGHT]
    assert [fate.status for fate in fates(score, "derogation", "activite")] == [SURVIVED]
    assert [fate.status for fate in fates(score, "default", "borne")] == [CAUGHT]


def test_a_change_that_changes_nothing_is_proved_so_and_not_counted(
    rules: Session, cases: list[PolicyCase], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What holds from 776 patients on adds nothing to what holds from 775 on; what holds below 776 does."""
    text = rules.registry.conventions["essai"]
    item, drawn = text.items["activite"], []
    for operator in ("more_than", "less_than"):
        more = Compare(operator, FactRef("patientele.mt_depart", item.at), Literal(776, item.at), item.at)
        body = replace(item.body, met_when=replace(item.body.met_when, parts=(*item.body.met_when.parts, more)))  # type: ignore[union-attr,call-arg]
        items = {**text.items, item.id: replace(item, body=body)}
        drawn.append(Mutant(item.id, Mutation("part", item.at, "", operator), replace(text, items=items), item))
    monkeypatch.setattr("engine.suite.mutation.mutants", lambda registry, types: drawn)
    score = mutation_score(rules.registry, cases, processes=1)
    assert [fate.status for fate in score.fates] == [EQUIVALENT, CAUGHT]
    assert score.share() == 100


def test_a_bound_that_its_fact_cannot_have_is_refused_as_a_rule_and_not_counted(score: Score) -> None:
    refused = [(fate.subject, fate.change.before, fate.change.after) for fate in score.fates if fate.status == INVALID]
    assert refused == [("bareme", "1", "0")]
    assert score.count(CAUGHT) + score.count(SURVIVED) + score.count(EQUIVALENT) == len(score.fates) - len(refused)


def test_fates_are_the_same_with_two_processes(rules: Session, cases: list[PolicyCase], score: Score) -> None:
    assert mutation_score(rules.registry, cases, processes=2) == score


def test_the_proposed_tests_pass_and_notice_what_no_test_noticed(tmp_path: Path) -> None:
    copied = Path(shutil.copytree(REVIEWED, tmp_path / "policies"))
    target = next(copied.glob("*/tests")) / "propose_test.yaml"
    result = avenant("test", "--mutation", "--propose", str(target), "--policies", str(copied), "--lang", "en")
    assert result.exit_code == 0, result.output
    registry, problems = read_registry(copied)
    assert not problems
    session = Session(registry)
    found = read_cases(session)
    proposed = [case for case in found if case.at.file.endswith(target.name)]
    assert len(proposed) == len({repr((case.facts, {**case.entry, "name": ""})) for case in proposed}) > 0, "none twice"
    assert all(run_case(session, case).passed for case in proposed)
    again = mutation_score(registry, found, processes=1, propose=True)
    assert not [fate for fate in again.survivors if fate.proposal is not None]
    assert avenant("test", "--propose", str(target)).exit_code == 2
    amend(copied, {"regles.yaml": AMOUNT.replace("aide.montant_annuel", "bareme")}, base="essai")
    with closing(Session(read(copied))) as session:
        chosen = [case for case in read_cases(session) if "/avenant/" in case.at.file]
        told = mutation_score(session.registry, chosen, processes=1, beside=True).fates
    assert {PurePath(fate.change.at.file).parent.name for fate in told} == {"avenant"}
    session.close()


def test_a_suite_without_cases_notices_nothing(rules: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    few = [*mutants(rules.registry, {})][:4]
    monkeypatch.setattr("engine.suite.mutation.mutants", lambda registry, types: few)
    assert mutation_score(rules.registry, [], processes=1).share() == 0


@pytest.mark.turns(lang=LANGUAGES)
def test_the_command_prints_both_scores_and_the_survivors_by_line(lang: str) -> None:
    result = avenant("test", "--coverage", "--mutation", "--policies", str(REVIEWED), "--lang", lang)
    assert result.exit_code == 0, result.output
    assert {"en": "Mutation score: ", "fr": "Score de mutation : "}[lang] in result.stdout
    told = " ".join(result.stdout.split())
    assert "regles.yaml:34:9: bareme: row: row → —" in told
    assert "regles.yaml:8:11: activite: patientele.mt_depart more_than 775" in told


def test_json_holds_the_counts_and_the_survivors() -> None:
    result = avenant("test", "--coverage", "--mutation", "--format", "json", "--policies", str(REVIEWED))
    data = json.loads(result.stdout)
    assert data["tests"] == {"passed": 3, "failed": 0}
    assert data["coverage"]["kinds"]["rule"] == {"reached": 2, "all": 2}
    assert data["mutation"]["caught"] + data["mutation"]["survived"] <= data["mutation"]["changes"]
    assert len(data["mutation"]["survivors"]) == data["mutation"]["survived"]


def test_the_html_page_is_self_contained_and_colours_the_lines() -> None:
    result = avenant("test", "--coverage", "--format", "html", "--policies", str(REVIEWED), "--lang", "fr")
    page = result.stdout
    assert page.startswith("<!doctype html>")
    assert page.rstrip().endswith("</html>")
    assert "http://" not in page
    assert "https://" not in page.replace("https://www", "")
    for shade in ("reached", "half", "missed"):
        assert f'<span class="{shade}"' in page
    assert "annee: {from: 1, before: 3}" in page


def test_every_test_looks_at_what_would_refuse_its_case(session: Session, policy_cases: list[PolicyCase]) -> None:
    one = next(
        case for case in policy_cases if case.convention == "2019_avenant7" and "aide.bareme" in case.entry["expect"]
    )
    assert "offre.contrat.option" in observe(session, [one])[0].looked_at


def test_a_test_that_is_decided_by_cases_notices_what_it_rests_on(
    session: Session, policy_cases: list[PolicyCase], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole aid is due whatever the specialty: for one doctor by attending-doctor patients too, for another not."""
    (case,) = (case for case in policy_cases if "les deux objectifs atteints à coup sûr" in case.entry["name"])

    text = session.registry.conventions["2019_avenant7"]
    of = ("mt_atteint", "is", "is_not")  # of whom its objective asks
    places = ((m, (m.subject, m.change.before, m.change.after)) for m in mutants(alone(session, text), {}))
    drawn = [mutant for mutant, place in places if place == of]

    def fate(mutant: Mutant) -> str:
        monkeypatch.setattr("engine.suite.mutation.mutants", lambda registry, types: [mutant])
        (found,) = mutation_score(session.registry, [case], processes=1).fates
        return found.status

    assert any(fate(mutant) == CAUGHT for mutant in drawn)


def test_no_window_is_moved_over_a_day_on_which_it_reaches_no_contract(session: Session) -> None:
    found = {(each.subject, each.change.before, each.change.after) for each in mutants(session.registry, {})}
    own_day = ("vie_des_contrats_anterieurs", "signed_before 2024-06-22")  # of the text that brings it
    assert (*own_day, "2024-06-21") in found
    assert (*own_day, "2024-06-23") not in found
    first = "first_anniversary 2026-11-01"  # no contract of the text of 2026 is a year old by then
    assert not {each for each in found if each[:2] == ("majoration_contrats_en_cours", first)}
    hired = ("verification_de_2023_contrats_de_2019", "first_anniversary 2023-05-01")
    assert {each[2] for each in found if each[:2] == hired} == {"2023-04-30", "2023-05-02"}


def test_what_is_not_met_is_not_done_whatever_else_would_have_it_done(session: Session) -> None:
    text = session.registry.conventions["2023_reglement_arbitral"]
    rules = Session(alone(session, text))
    equivalence, shown = Equivalence(rules), []
    for each in mutants(rules.registry, {}):
        if (each.subject, each.change.before, each.change.after) == ("profil.diplome", "4", "3"):
            assert each.item is not None
            changed = Session(replace(rules.registry, conventions={text.id: each.convention}))
            shown.append(equivalence.shown(each.item, changed)[0])
            changed.close()
    rules.close()
    assert shown == [Status.EXCLUDED, Status.SHOWN]  # done from level 3, which is unmet all the same; unmet below 3


def test_coverage_options_without_their_report_are_wrong_usage() -> None:
    assert avenant("test", "--format", "json").exit_code == 2
    nothing = avenant("test", "-k", "zzzz", "--policies", str(REVIEWED), "--lang", "fr")
    assert (nothing.exit_code, "-k : aucun cas ne contient « zzzz »" in nothing.stderr) == (2, True)


def test_a_test_is_proposed_where_another_criterion_hides_what_an_overlay_changes(
    small_copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(small_copy / "nouvelle/tests")
    (small_copy / "nouvelle/anciens.yaml").write_text(OVERLAY, encoding="utf-8")
    rewrite(small_copy / "ancienne/regles.yaml", "outcomes:", CHOICE + "outcomes:")
    suite = """suite: Choix
base: {contrat: {date_signature: "2022-09-02", option: un_etp, annee: 3}, patientele: {mt_depart: 650}}
cases:
  - {name: Refus, expect: {eligibilite: ineligible}}
"""
    (small_copy / "ancienne/tests/regles_test.yaml").write_text(suite, encoding="utf-8")
    registry, problems = read_registry(small_copy)
    assert not problems
    session = Session(registry)
    only = (mutant for mutant in mutants(registry, {}) if mutant.change.kind == "overlay")
    monkeypatch.setattr(mutation, "mutants", lambda registry, types: only)
    (fate,) = mutation_score(registry, read_cases(session), processes=1, propose=True).fates
    assert (fate.status, fate.proposal and fate.proposal["expect"]) == (SURVIVED, {"activite_minimale": "not_met"})
    session.close()
