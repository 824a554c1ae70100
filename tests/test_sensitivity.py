"""What other readings would change: by hand for one case of the law, and against every combination for random ones."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import json
import random
import re
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from command import LANGUAGES, ROOT, avenant, refused
from conftest import Effort
from jsonschema import Draft7Validator
from random_cases import consistent, random_facts
from small_rules import rewrite

import engine
from engine.errors import InputFault, Location
from engine.evaluation.facts import Facts, read_case
from engine.evaluation.session import YEARS_SHOWN, Session
from engine.inquiry.inquiries import inquiry_of_case
from engine.inquiry.sensitivity import Inquiry, Sensitivity, Subject, SubjectAnswer, sensitivity
from engine.language.expressions import Chosen, walk
from engine.language.facts import YEAR
from engine.language.values import NOT_APPLICABLE, Absent, Value
from engine.policy import loader
from engine.policy.model import Convention, Interpretation
from engine.report.formats import plain
from engine.report.otherwise_page import sensitivity_blocks
from engine.report.say import Say

GOLDEN = ROOT / "tests" / "golden"
EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))
A19_52 = "examples/2020_gp_full_time_above_p95.yaml"
SEED = 20250402
OPEN = 7  # questions of a case that are left open, drawn anew for each: all of them have too many combinations
USUAL = 4  # by default
CASES = {
    "2019_avenant7": 14,
    "2023_reglement_arbitral": 66,
    "2024_convention": 90,
    "2020_centres_de_sante": 30,
}


def case_of(session: Session, path: str | Path) -> Facts:
    document = loader.load(Path(path), str(path))
    return read_case(document, session.registry.vocabulary)


def asked(session: Session, facts: Facts, fixed: Mapping[str, str] | None = None, **bound: int) -> Sensitivity:
    taken = fixed or {}
    return sensitivity(inquiry_of_case(session, session.decide(facts, interpret=taken)), **bound)


def named(found: Sensitivity) -> dict[tuple[str, int], dict[Any, list[dict[str, str]]]]:
    """The ways to each other value of each subject that changes."""
    return {
        (change.subject.item, change.subject.year): {
            other.result.verdict if other.result.value is None else other.result.value: [dict(w) for w in other.ways]
            for other in change.alternatives
        }
        for change in found.changes
    }


def section(said: str) -> str:
    """The section of a text report, without the last line, which says where the rules came from."""
    start = re.search(r"^(What other readings|Ce que changeraient)", said, re.MULTILINE)
    assert start is not None
    return said[start.start() :].rsplit("\n", 2)[0] + "\n"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_published_example_of_a_2020_contract_changes_as_derived_by_hand(lang: str, update_golden: bool) -> None:
    result = avenant("evaluate", A19_52, "--sensitivity", "--lang", lang)
    assert result.exit_code == 0, result.output
    golden = GOLDEN / f"sensitivity_2020_gp_full_time_above_p95_{lang}.txt"
    written = golden.read_text(encoding="utf-8").splitlines(keepends=True) if golden.exists() else []
    derivation = list(itertools.takewhile(lambda line: line.startswith("#"), written))
    if update_golden:
        golden.write_text("".join(derivation) + section(result.stdout), encoding="utf-8")
        written = golden.read_text(encoding="utf-8").splitlines(keepends=True)
    assert section(result.stdout) == "".join(written[len(derivation) :])


def test_the_published_example_depends_on_exactly_three_questions(session: Session) -> None:
    found = asked(session, case_of(session, A19_52))
    assert found.taken == {
        "indicateur_de_tranche": "plus_haut",
        "objectif_un_etp_au_dela_de_p95": "cinq_pour_cent",
        "test_contrats_2019": "regles_de_la_signature",
    }
    fa, kept, new = (
        {"indicateur_de_tranche": "fa"},
        {"objectif_un_etp_au_dela_de_p95": "maintien"},
        {"test_contrats_2019": "regles_de_2023"},
    )
    assert named(found) == {
        ("tranche_activite", 0): {"p70_p90": [fa]},
        ("objectif.mt", 0): {"undetermined": [fa], 2059: [kept]},
        ("objectif.fa", 0): {"undetermined": [fa], 2333: [kept]},
        ("aide.montant_annuel", 0): {21000: [fa]},
        ("verification.resultat", 0): {"nul": [new]},
        ("verification.taux", 0): {0: [new]},
        ("aide.montant_du", 0): {0: [new]},
        ("versement.annees_suivantes", 0): {0: [new]},
    }
    assert (found.without_effect, found.depth) == (("assouplissements_des_contrats_anterieurs",), None)
    assert [subject.item for subject, result in found.safe if result.status == "known"] == ["eligibilite"]


def test_a_case_on_which_no_reading_has_an_effect_is_safe_as_a_whole(session: Session) -> None:
    path = "examples/2024_gp_aged_66_small_fall.yaml"
    found = asked(session, case_of(session, path))
    assert (found.changes, found.taken) == ((), {})
    assert found.without_effect == ("indicateur_de_tranche",)
    said = section(avenant("evaluate", path, "--sensitivity", "--lang", "en").stdout)
    assert "No other reading changes a result." in said
    assert "Safe whatever the reading: Eligibility for the aid (Eligible);" in said
    assert "Questions without effect on this case: Which indicator gives the doctor's band when" in said


def test_the_only_open_question_fixed_leaves_nothing_open(session: Session) -> None:
    path = "examples/2023_gp_half_time_objective_missed.yaml"
    facts = case_of(session, path)
    assert set(asked(session, facts).taken) == {"base_du_prorata"}
    found = asked(session, facts, {"base_du_prorata": "niveau"})
    assert (found.changes, found.fixed) == ((), ("base_du_prorata",))
    assert dict(found.safe)[Subject("aide.montant_du")].value == 10200
    said = section(
        avenant("evaluate", path, "--sensitivity", "--lang", "en", "--interpret", "base_du_prorata=niveau").stdout
    )
    assert "Readings fixed with --interpret: Is the rate of attainment measured on" in said


# A contract of 2020 in a year after 1 May 2023: one objective missed, neither count below the start.
NESTED = {
    "contrat": {"date_signature": "2020-03-02", "date_embauche": "2020-03-16", "option": "demi_etp", "annee": 5},
    "medecin": {
        "secteur": "secteur_1",
        "specialite": "medecine_generale",
        "nouvellement_installe": False,
        "zone": "zip",
        "exercice_regroupe": True,
        "exercice_coordonne": "oui",
        "forfait_structure_volet_1": True,
    },
    "patientele": {
        "mt_depart": 700,
        "fa_depart": 1300,
        "percentile_mt": 40,
        "percentile_fa": 40,
        "mt_actuelle": 770,
        "fa_actuelle": 1365,
    },
}


def test_a_question_that_matters_only_under_another_choice_is_found_with_it(session: Session) -> None:
    found = asked(session, read_case(NESTED, session.registry.vocabulary))
    rate = named(found)["verification.taux", 0]
    # 70 of the 175 patients to gain, or 65 of 325: 2/5; by level 770 of 875, or 1365 of 1625: 22/25.
    new = {"test_contrats_2019": "regles_de_2023"}
    assert {str(value): ways for value, ways in rate.items()} == {
        "2/5": [new],
        "22/25": [new | {"base_du_prorata": "niveau"}],
    }
    assert "base_du_prorata" in found.taken


def test_a_reading_that_opens_a_decided_result_is_a_change(session: Session) -> None:
    case = {
        "contrat": {"date_signature": "2021-03-01", "option": "un_etp"},
        "medecin": {"zone": "zac", "specialite": "medecine_generale"},
    }
    facts = read_case(case, session.registry.vocabulary)
    assert session.decide(facts).results["eligibilite"].value == "ineligible"
    found = asked(session, facts)
    others = [{"zone_2019": "zip_et_zac_a_p50"}, {"zone_2019": "zip_et_zac_au_dela_de_640"}]
    assert named(found)["eligibilite", 0] == {"undetermined": others}
    back = asked(session, facts, {"zone_2019": "zip_et_zac_a_p50"})
    assert back.fixed == ("zone_2019",)
    assert "eligibilite" not in {change.subject.item for change in back.changes}


def test_criteria_are_named_only_where_they_change(session: Session) -> None:
    case = {
        "contrat": {"date_signature": "2024-09-02", "option": "demi_etp", "annee": 1},
        "medecin": {"secteur": "secteur_1", "specialite": "medecine_generale"},
        "patientele": {"mt_depart": 775},
    }
    found = asked(session, read_case(case, session.registry.vocabulary))
    exact = {"borne_du_minimum": "exclue"}
    unknown = {**exact, "amenagement_du_contrat": "minimum_non_publie"}  # the case does not say whether it is adapted
    exempt = {**exact, "minimum_du_nouvel_installe": "dispense"}  # nor whether the doctor is newly installed
    assert named(found)["activite_minimale", 0] == {"not_met": [exact], "undetermined": [unknown, exempt]}
    assert named(found)["eligibilite", 0] == {"ineligible": [exact], "undetermined": [unknown, exempt]}
    assert named(found)["aide.montant_du", 0] == {"not_applicable": [exact]}
    assert "secteur_conventionnel" not in {subject.item for subject, _ in found.safe}


def test_a_case_without_a_year_is_asked_about_each_year(session: Session) -> None:
    case = {
        "contrat": {"date_signature": "2024-09-02", "option": "demi_etp"},
        "medecin": {"specialite": "medecine_generale"},
        "patientele": {"percentile_mt": 40, "percentile_fa": 92},
    }
    found = asked(session, read_case(case, session.registry.vocabulary))
    assert named(found)["aide.montant_annuel", 3] == {11000: [{"indicateur_de_tranche": "mt"}]}
    assert ("aide.montant_annuel", 1) not in named(found)
    said = plain(tuple(sensitivity_blocks(found, Say(session.registry, "fr"))), 80)
    assert "années 3–5\u00a0: 13\u202f000\u202f€\n  11\u202f000\u202f€ avec « La patientèle médecin traitant »" in said
    assert max(map(len, said.splitlines())) <= 80


def question(id_: str, *choices: str) -> Interpretation:
    labels = {choice: {"fr": choice, "en": choice} for choice in choices}
    return Interpretation(id_, {"fr": id_, "en": id_}, labels, choices[0], (), Location("here"))


def parity(count: int) -> Inquiry:
    """Questions of which every one changes the result, whatever the others say."""
    questions = {f"q{i}": question(f"q{i}", "no", "yes") for i in range(count)}
    every = frozenset(questions)

    def decide(choices: Mapping[str, str], wanted: object) -> Mapping[Subject, SubjectAnswer]:
        return {Subject("sum"): SubjectAnswer(sum(choice == "yes" for choice in choices.values()), every)}

    def tell(choices: Mapping[str, str]) -> Mapping[Subject, Any]:
        return {Subject("sum"): _Told(sum(choice == "yes" for choice in choices.values()))}

    return Inquiry(decide, tell, questions, {})


class _Told:
    """A result of which only the value and the choices are looked at."""

    def __init__(self, value: int) -> None:
        self.value = value
        self.choices: Mapping[str, str] = {}


def test_every_smallest_set_of_answers_is_named() -> None:
    found = sensitivity(parity(4))
    assert found.depth is None
    assert found.combinations == 16
    (change,) = found.changes
    assert {other.result.value: len(other.ways) for other in change.alternatives} == {1: 4, 2: 6, 3: 4, 4: 1}
    assert list(found.taken) == ["q0", "q1", "q2", "q3"]


def test_beyond_the_bound_changes_of_two_answers_are_still_examined_and_it_is_said() -> None:
    found = sensitivity(parity(6), bound=10)
    assert (found.depth, found.combinations, found.bound) == (2, 1 + 6 + 15, 10)
    (change,) = found.changes
    assert [other.result.value for other in change.alternatives] == [1, 2]


def test_the_page_names_the_bound_that_was_met(session: Session) -> None:
    found = asked(session, case_of(session, A19_52), bound=1)
    assert found.depth == 2
    said = " ".join(plain(tuple(sensitivity_blocks(found, Say(session.registry, "en"))), 80).split())
    assert f"Bound MAX_COMBINATIONS (1) met: {found.combinations} combinations of at most 2 changes were" in said
    assert "Unchanged in what was examined: Eligibility for the aid (Eligible)." in said


@pytest.mark.turns(path=EXAMPLES, every=3)
def test_the_json_fits_the_output_schema_and_says_the_same(path: Path, session: Session) -> None:
    result = avenant("evaluate", f"examples/{path.name}", "--sensitivity", "--format", "json", "--lang", "fr")
    data = json.loads(result.stdout)
    schema = json.loads((ROOT / "schemas" / "decision.schema.json").read_text(encoding="utf-8"))
    assert [error.message for error in Draft7Validator(schema).iter_errors(data)] == []
    found = asked(session, case_of(session, path))
    told = data["sensitivity"]
    assert [(c["result"], c["annee"] or 0) for c in told["changes"]] == list(named(found))
    assert {q["id"]: q["taken"] for q in told["questions"]} == found.taken
    assert all(q["cite"] for q in told["questions"])
    assert told["complete"]


def test_the_option_refuses_what_evaluate_refuses_and_decides_the_rest() -> None:
    result = avenant("evaluate", "examples/absent.yaml", A19_52, "--sensitivity", "--lang", "fr")
    assert "file-missing" in refused(result)
    assert "Ce que changeraient d'autres lectures" in result.stdout
    said = refused(avenant("evaluate", A19_52, "--sensitivity", "--interpret", "zone_2091=zip", "--lang", "en"), 2)
    assert "zone_2019" in said


QUESTION = """
results:
  - {id: eligibilite, role: verdict, better: [ineligible, eligible]}
  - {id: aide.montant_annuel, role: maximum, better: more}
interpretations:
  - id: lecture
    question: {fr: Laquelle ?, en: Which one?}
    choices: [{id: une, label: {fr: Une, en: One}}, {id: autre, label: {fr: Autre, en: Other}}]
    default: une
    cite: [{source: ameli_2024}]
"""
GAP = """
quantities:
  - id: lue
    label: {fr: Lecture, en: Reading}
    value_labels: {une: {fr: Une, en: One}, autre: {fr: Autre, en: Other}}
    cases: [{when: {interpretation: lecture, is: une}, then: une}]
    otherwise: autre
tables:
  - id: aide.montant_annuel
    label: {fr: Montant, en: Amount}
    unit: EUR
    inputs: {lue: {ref: lue}}
    rows: [{lue: une, then: 1000, cite: [{source: ameli_2024}]}]
"""


AMOUNT = """
quantities:
  - id: aide.montant_annuel
    label: {fr: Montant, en: Amount}
    unit: EUR
    cite: [{source: ameli_2024}]
    value: 1000
"""
BROUGHT = """
  - id: aide.montant_suivant
    label: {fr: Montant suivant, en: Next amount}
    unit: EUR
    max: [0, {ref: part}]
  - id: part
    label: {fr: Part, en: Part}
    unit: EUR
    cases:
      - when: {all: [{interpretation: lecture, is: une}, {fact: patientele.mt_depart, at_least: 10}]}
        then: 2000
    otherwise: 3000
overlays:
  - id: montants_suivants
    label: {fr: Montants suivants, en: Next amounts}
    cite: [{source: ameli_2024}]
    signed: {before: "2025-06-01"}
    from_first_anniversary_on_or_after: "2025-06-01"
    when: {interpretation: lecture, is: une}
    replace: {aide.montant_annuel: aide.montant_suivant}
"""
OPEN_STEP = """
quantities:
  - id: palier
    label: {fr: Palier, en: Step}
    value_labels: {bas: {fr: Bas, en: Low}, moyen: {fr: Moyen, en: Middle}, haut: {fr: Haut, en: High}}
    scale:
      - {then: bas}
      - {then: moyen, reached_when: {fact: patientele.percentile_mt, at_least: 30}}
      - then: haut
        reached_when:
          all: [{interpretation: lecture, is: une}, {fact: patientele.percentile_mt, at_least: 50}]
tables:
  - id: aide.montant_annuel
    label: {fr: Montant, en: Amount}
    unit: EUR
    inputs: {palier: {ref: palier}}
    rows:
      - {palier: [bas, moyen], then: 1000, cite: [{source: ameli_2024}]}
      - {palier: haut, then: 2000, cite: [{source: ameli_2024}]}
"""
OPEN_SPECIALTY = """
quantities:
  - id: lu
    label: {fr: Lu, en: Read}
    unit: EUR
    cases: [{when: {interpretation: lecture, is: autre}, then: 1000}]
    otherwise: 2000
  - id: selon_specialite
    label: {fr: Selon la spécialité, en: By specialty}
    unit: EUR
    cases: [{when: {fact: medecin.specialite, is: medecine_generale}, then: 1000}]
    otherwise: {ref: lu}
  - id: aide.montant_annuel
    label: {fr: Montant, en: Amount}
    unit: EUR
    max: [0, {ref: selon_specialite}]
"""


def tiny(folder: Path, asked: str, amount: str) -> str:
    """The convention of the walkthrough with a question and an amount more, below a folder of policies."""
    shutil.copytree(ROOT / "docs" / "walkthrough" / "tiny", folder / "tiny")
    with (folder / "tiny" / "convention.yaml").open("a", encoding="utf-8") as file:
        file.write(asked)
    (folder / "tiny" / "funding.yaml").write_text(amount, encoding="utf-8")
    return str(folder)


def test_a_defect_that_only_another_reading_meets_is_told_beside_the_decision(tmp_path: Path) -> None:
    case, policies = "docs/walkthrough/case.yaml", tiny(tmp_path, QUESTION, GAP)
    result = avenant("evaluate", case, "--sensitivity", "--lang", "en", "--policies", policies)
    assert "no-row" in refused(result)
    assert "Not eligible" in result.stdout
    assert "What other readings" not in result.stdout


@pytest.mark.parametrize(
    ("amount", "told"),
    [(OPEN_STEP, {"specialite": "autre"}), (OPEN_SPECIALTY, {"secteur": "secteur_1"})],
    ids=["step", "specialty"],
)
def test_what_stays_open_is_looked_through_where_a_reading_shows_in_what_is_left_of_it(
    tmp_path: Path, amount: str, told: Mapping[str, str]
) -> None:
    case = {"contrat": {"date_signature": "2025-01-15", "annee": 1}, "medecin": told}
    with contextlib.closing(engine.load(tiny(tmp_path, QUESTION, amount))) as small:
        found = asked(small, read_case(case, small.registry.vocabulary))
    assert named(found) == {("aide.montant_annuel", 0): {1000: [{"lecture": "autre"}]}}


def test_what_only_a_later_text_brings_is_not_looked_for_under_a_reading_that_leaves_it_out(tmp_path: Path) -> None:
    tiny(tmp_path, QUESTION, AMOUNT + BROUGHT)
    later = (tmp_path / "tiny").rename(tmp_path / "later") / "convention.yaml"
    rewrite(later, "id: tiny", "id: later")
    rewrite(later, "2024-06-22", "2025-06-01")
    tiny(tmp_path, QUESTION.partition("interp")[0], AMOUNT)
    rewrite(tmp_path / "tiny" / "convention.yaml", '"2024-06-22"', '"2024-06-22", before: "2025-06-01"')
    case = {"contrat": {"date_signature": "2025-01-15", "annee": 2}, "medecin": {"specialite": "autre"}}
    with contextlib.closing(engine.load(str(tmp_path))) as small:
        found = asked(small, read_case(case, small.registry.vocabulary))
    assert named(found) == {("aide.montant_annuel", 0): {1000: [{"lecture": "autre"}]}}


def test_a_convention_without_questions_or_an_eligibility_has_one_combination(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs" / "walkthrough" / "tiny", tmp_path / "tiny")
    rewrite(tmp_path / "tiny" / "eligibility.yaml", "eligibilite", "decision")
    case = "docs/walkthrough/case.yaml"
    result = avenant("evaluate", case, "--sensitivity", "--lang", "en", "--policies", str(tmp_path))
    assert result.exit_code == 0, result.output
    assert "No other reading changes a result." in result.stdout
    assert "Only one combination of readings is possible." in result.stdout


def test_markdown_carries_the_section() -> None:
    said = avenant("evaluate", A19_52, "--sensitivity", "--format", "markdown", "--lang", "en").stdout
    assert "## What other readings would change" in said


def drawn(session: Session, effort: Effort) -> Iterator[tuple[Convention, Facts]]:
    rng = random.Random(SEED)
    for id_, whole in CASES.items():
        convention = session.registry.by_id(id_)
        last = convention.signed_before or dt.date(2027, 1, 1)
        for _ in range(effort.of(whole, part=15)):
            facts = random_facts(rng, session.registry.vocabulary, convention.beneficiary, convention.signed_from, last)
            yield convention, consistent(facts)


def mentioned(session: Session, convention: Convention) -> dict[str, Interpretation]:
    """The questions that some condition names, in the convention or in what later ones may lay over it."""
    covering = session.registry.covering(convention)
    roots: list[Any] = [overlay.when for _, overlay in covering if overlay.when is not None]
    for laid in ((), tuple(covering), *((one,) for one in covering)):
        roots.extend(step.item for step in session.program(convention, laid).plan.steps)
    ids = {node.interpretation for root in roots for node in walk(root) if isinstance(node, Chosen)}
    known = session.program(convention, ()).plan.interpretations
    return {id_: known[id_] for id_ in known if id_ in ids}


def values(
    session: Session, convention: Convention, facts: Facts, choices: Mapping[str, str], wanted: Mapping[int, set[str]]
) -> Iterator[tuple[tuple[str, int], Value]]:
    """What a case comes to under some readings, each year under its own overlays."""
    for year, ids in wanted.items():
        of_year = {**facts, YEAR: year} if year else facts
        run = session.settled(of_year, choices, convention.id).decided()
        yield from (((id_, year), run.answers[id_][0]) for id_ in ids if id_ in run.answers)


Way = frozenset[tuple[str, str]]


def every_result(
    session: Session,
    convention: Convention,
    facts: Facts,
    questions: Mapping[str, Interpretation],
    subjects: set[tuple[str, int]],
) -> dict[Way, dict[tuple[str, int], Value]]:
    """All results by the answers that differ from the defaults, over all combinations of the questions."""
    known = session.program(convention, ()).plan.interpretations
    wanted = {year: {id_ for id_, other in subjects if other == year} for year in sorted({y for _, y in subjects})}
    found = {}
    for picked in itertools.product(*(question.choices for question in questions.values())):
        other = {i: c for i, c in zip(questions, picked, strict=True) if c != questions[i].default}
        choices = {id_: question.default for id_, question in known.items()} | other
        found[frozenset(other.items())] = dict(values(session, convention, facts, choices, wanted))
    return found


def value_of(result: Any) -> Value:
    return result.value if result.status == "known" else Absent(result.status)


def test_no_combination_of_readings_gives_what_is_not_named_nor_the_other_way_round(
    session: Session, effort: Effort
) -> None:
    count = changing = 0
    rng = random.Random(SEED)
    for convention, facts in drawn(session, effort):
        questions = mentioned(session, convention)
        left = OPEN if effort.full else USUAL
        closed = {*questions} - {*rng.sample(sorted(questions), min(left, len(questions)))}
        opened = {id_: question for id_, question in questions.items() if id_ not in closed}
        try:
            found = asked(session, facts, {id_: questions[id_].default for id_ in closed})
        except InputFault:
            continue
        count += 1
        changing += bool(found.changes)
        told = {(c.subject.item, c.subject.year): c for c in found.changes}
        safe = {(subject.item, subject.year) for subject, _ in found.safe}
        every = every_result(session, convention, facts, opened, set(told) | safe)
        taken = every[frozenset()]
        for subject in set(told) | safe:
            least: dict[Value, set[Way]] = {}
            for way, given in sorted(every.items(), key=lambda pair: len(pair[0])):
                value = given.get(subject, NOT_APPLICABLE)  # a fixed result that the convention lacks
                ways = least.setdefault(value, set())
                if not ways or len(next(iter(ways))) == len(way):
                    ways.add(way)
            del least[taken.get(subject, NOT_APPLICABLE)]
            alternatives = told[subject].alternatives if subject in told else ()
            assert least == {
                value_of(other.result): {frozenset(way.items()) for way in other.ways} for other in alternatives
            }, (convention.id, subject, facts)
        assert effective(every) == set(found.taken), (convention.id, facts)
    assert count >= effort.of(190, part=15)
    assert changing >= effort.of(60, part=60)


def effective(every: Mapping[Way, Mapping[tuple[str, int], Value]]) -> set[str]:
    """The questions whose answer makes a difference to some result under some answers to the others."""
    return {changed[0] for way, given in every.items() for changed in way if every[way - {changed}] != given}


def test_years_without_a_case_year_are_those_that_a_decision_shows(session: Session) -> None:
    found = asked(session, read_case({"contrat": {"date_signature": "2024-09-02"}}, session.registry.vocabulary))
    years = {s.year for s, _ in found.safe} | {change.subject.year for change in found.changes}
    assert years == {0, *YEARS_SHOWN}
