"""Each mistake that authors made is told at its own line: made in a copy of the small policies, one at a time.

What no check can see is listed in docs/mistakes.md.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from command import FIXTURES, LANGUAGES, ROOT, avenant
from small_rules import OVERLAY

from engine.errors import InputFault
from engine.evaluation.session import Session
from engine.policy.checks import check_folder
from engine.policy.reading import load_registry
from engine.suite.running import read_cases, run_case

SMALL = ROOT / FIXTURES / "small_policies"
HEAD, RULES = "nouvelle/convention.yaml", "nouvelle/regles.yaml"
OLD_HEAD, OLD = "ancienne/convention.yaml", "ancienne/regles.yaml"
NEXT_HEAD, NEXT, NEXT_TEST = "suivante/convention.yaml", "suivante/regles.yaml", "suivante/tests/regles_test.yaml"

THRESHOLD = """parameters:
  - id: seuil
    label: {fr: Seuil, en: Threshold}
    unit: patients
    cite: [{source: note}]
    values:
      - {from: "2024-06-22", value: 775}
"""
AT_THRESHOLD = """criteria:
  - id: au_seuil
    label: {fr: Au seuil, en: At the threshold}
    cite: [{source: texte}]
    met_when: {fact: patientele.mt_depart, at_least: {ref: seuil}}
"""
DUE = """quantities:
  - id: aide.montant_du
    label: {fr: Montant dû, en: Amount due}
    unit: EUR
    cite: [{source: texte}]
    value: {subtract: [{ref: aide.montant_annuel}, {ref: retenue}]}
  - id: retenue
    label: {fr: Retenue, en: Deduction}
    unit: EUR
    cite: [{source: texte}]
    value: 100
"""
ROUNDED = """quantities:
  - id: aide.montant_du
    label: {fr: Montant dû, en: Amount due}
    unit: EUR
    cite: [{source: texte}]
    round: {of: {ref: aide.montant_annuel}, to: 0.01, mode: half_up}
"""

Step = Callable[[Path], object]


def put(file: str, text: str) -> Step:
    return lambda root: (root / file).write_text(text, encoding="utf-8")


def edit(file: str, old: str, new: str) -> Step:
    def step(root: Path) -> None:
        text = (root / file).read_text(encoding="utf-8")
        assert old in text, (file, old)
        (root / file).write_text(text.replace(old, new, 1), encoding="utf-8")

    return step


def move(old: str, new: str) -> Step:
    return lambda root: (root / old).rename(root / new)


def copied_text(root: Path) -> None:
    """A text of 2026, its folder copied from that of 2024."""
    shutil.copytree(root / "nouvelle", root / "suivante")
    for file, old, new in (
        (HEAD, 'signed: {from: "2024-06-22"}', 'signed: {from: "2024-06-22", before: "2026-01-01"}'),
        (NEXT_HEAD, "id: nouvelle", "id: suivante"),
        (NEXT_HEAD, 'from: "2024-06-22"', 'from: "2026-01-01"'),
        (NEXT_TEST, "2024-09-02", "2026-02-01"),
    ):
        edit(file, old, new)(root)


def following(old: str, new: str) -> list[Step]:
    return [copied_text, edit(NEXT, old, new)]


def dated(values: str, source: str = "2024-06") -> list[Step]:
    """A parameter with more values, and what reads it."""
    entry = f'  note: {{title: Note, publisher: Avenant, kind: derived, date: "{source}"}}\ninterpretations:'
    extra = AT_THRESHOLD.replace("cite:", "informs: true\n    cite:")
    last = '      - {from: "2024-06-22", value: 775}\n'
    return [edit(HEAD, "interpretations:", entry), put("nouvelle/seuils.yaml", THRESHOLD.replace(last, values) + extra)]


def row(old: str, new: str) -> list[Step]:
    return [edit(RULES, old, new)]


def row_of_head(old: str, new: str) -> list[Step]:
    return [edit(HEAD, old, new)]


PERCENT = "{percent_of: [0.8, {fact: patientele.mt_actuelle}]}"
AGAIN = "transitoire.yaml"
VALUE = '      - {from: "2024-06-22", value: 775}\n'
MINIMUM = """      any:
        - {fact: patientele.mt_depart, more_than: 775}
        - all:
            - {fact: patientele.mt_depart, at_least: 775}
            - {interpretation: borne_du_minimum, is: incluse}
"""

# What was done, what is told, and a text of the line at which it is told ("" is the file).
MISTAKES: dict[str, tuple[list[Step], str, str, str]] = {
    "a folder copied with its overlays": (
        [put(f"nouvelle/{AGAIN}", OVERLAY), copied_text],
        "overlay-repeated",
        f"suivante/{AGAIN}",
        "id: contrats_en_cours",
    ),
    "an overlay before its own text": (
        [put(f"nouvelle/{AGAIN}", OVERLAY.replace('after: "2024', 'after: "2023'))],
        "overlay-early",
        f"nouvelle/{AGAIN}",
        "id: contrats_en_cours",
    ),
    "an overlay of a day that no contract reaches": (
        [put(f"nouvelle/{AGAIN}", OVERLAY.replace('after: "2024', 'after: "2042'))],
        "overlay-covers-nothing",
        f"nouvelle/{AGAIN}",
        "id: contrats_en_cours",
    ),
    "a digit too many in what an overlay replaces": (
        [put(f"nouvelle/{AGAIN}", OVERLAY.replace("700", "6400"))],
        "number-leap",
        f"nouvelle/{AGAIN}",
        "6400",
    ),
    "a misspelt key of a row": (row("then: 38000", "thn: 38000"), "unknown-key", RULES, "thn: 38000"),
    "rules in a .yml": ([put("nouvelle/extra.yml", THRESHOLD)], "file-unread", "nouvelle/extra.yml", ""),
    "a suite in the plural": (
        [move("nouvelle/tests/regles_test.yaml", "nouvelle/tests/regles_tests.yaml")],
        "file-unread",
        "nouvelle/tests/regles_tests.yaml",
        "",
    ),
    "rules in a folder below": (
        [lambda root: (root / "nouvelle/regles").mkdir(), put("nouvelle/regles/autres.yaml", THRESHOLD)],
        "file-unread",
        "nouvelle/regles/autres.yaml",
        "",
    ),
    "rules that an editor named a text": (
        [move("nouvelle/regles.yaml", "nouvelle/regles.yaml.txt")],
        "file-unread",
        "nouvelle/regles.yaml.txt",
        "",
    ),
    "a suite beside the rules": (
        [move("nouvelle/tests/regles_test.yaml", "nouvelle/regles_test.yaml")],
        "file-unread",
        "nouvelle/regles_test.yaml",
        "",
    ),
    "rules beside the folders": ([put("autres.yaml", THRESHOLD)], "file-unread", "autres.yaml", ""),
    "a backup left behind": ([put("nouvelle/regles.yaml.bak", "")], "file-unread", "nouvelle/regles.yaml.bak", ""),
    "a criterion in another file than its outcome": (
        [*dated(VALUE), edit("nouvelle/seuils.yaml", "    informs: true\n", "")],
        "unused-criterion",
        "nouvelle/seuils.yaml",
        "id: au_seuil",
    ),
    "a value of 2206": (dated(VALUE + VALUE.replace("2024", "2206")), "value-never", "nouvelle/seuils.yaml", "2206"),
    "a value of 2019 in a text of 2024": (
        dated(VALUE.replace("2024", "2019")),
        "value-never",
        "nouvelle/seuils.yaml",
        "2019",
    ),
    "a parameter that nothing reads": (
        [put("nouvelle/seuils.yaml", THRESHOLD.replace("note", "texte"))],
        "unused-parameter",
        "nouvelle/seuils.yaml",
        "id: seuil",
    ),
    "a source that nothing cites": (
        [
            edit(
                HEAD, "interpretations:", "  autre: {title: Autre, publisher: Avenant, kind: derived}\ninterpretations:"
            )
        ],
        "unused-source",
        HEAD,
        "autre",
    ),
    "a question that nothing asks": (
        row(MINIMUM, "      {fact: patientele.mt_depart, at_least: 775}\n"),
        "unused-interpretation",
        HEAD,
        "id: borne_du_minimum",
    ),
    "French under en": (
        row("en: Yearly amount of the aid", "en: Montant de l'aide"),
        "label-language",
        RULES,
        "id: aide.montant_annuel",
    ),
    "English under fr": (
        row("fr: Montant annuel de l'aide", "fr: Amount of the aid"),
        "label-language",
        RULES,
        "id: aide.montant_annuel",
    ),
    "one text in both languages": (
        [edit(HEAD, "en: Newer example convention", "en: Nouvelle convention d'exemple")],
        "label-same",
        HEAD,
        "id: nouvelle",
    ),
    "a share for a percentage": (row("more_than: 775", f"more_than: {PERCENT}"), "percent-small", RULES, "0.8"),
    "a share of a fact in percent": (
        row("patientele.mt_depart, more_than: 775", "medecin.part_honoraires_cliniques, more_than: 0.8"),
        "percent-small",
        RULES,
        "0.8",
    ),
    "a bound that all reach": (row("at_least: 775", "at_least: 0"), "comparison-always", RULES, "at_least: 0"),
    "a bound that none reaches": (
        row("patientele.mt_depart, more_than: 775", "medecin.part_honoraires_cliniques, more_than: 800"),
        "comparison-never",
        RULES,
        "800",
    ),
    "a percentage with two zeros too many": (
        [
            *row("more_than: 775", "more_than: {percent_of: [80, {fact: patientele.mt_actuelle}]}"),
            *following("percent_of: [80", "percent_of: [8000"),
        ],
        "number-leap",
        NEXT,
        "8000",
    ),
    "a row of 2206": (
        row(
            "annee: {from: 3}, then: 13000}",
            'annee: {from: 3}, then: 13000}\n      - {option: demi_etp, annee: {from: 3}, from: "2206-01-01", then: 9}',
        ),
        "value-never",
        RULES,
        "2206",
    ),
    "a source of 1924": (
        [edit(HEAD, "publisher:", 'date: "1924", publisher:')],
        "source-never",
        HEAD,
        "1924",
    ),
    "rules copied word for word": (
        [copied_text],
        "file-repeated",
        NEXT,
        "",
    ),
    "true for an amount": (row("19000", "true"), "number-form", RULES, "true"),
    "a comma between decimals": (row("19000", "19,5"), "number-form", RULES, "19,5"),
    "a yes in French": (
        row("patientele.mt_depart, at_least: 775", "medecin.optam, is: oui"),
        "boolean-form",
        RULES,
        "oui",
    ),
    "an order among options": (
        row("patientele.mt_depart, at_least: 775", "medecin.secteur, at_least: secteur_1"),
        "wrong-operator",
        RULES,
        "at_least: secteur_1",
    ),
    "an operator in French": (row("at_least: 775", "au_moins: 775"), "unknown-key", RULES, "au_moins"),
    "no space after a colon": (row("    unit: EUR", "    unit:EUR"), "yaml-after-colon", RULES, "unit:EUR"),
    "a hard space": (row("    unit: EUR", "    unit:\u00a0EUR"), "yaml-space", RULES, "EUR"),
    "a quote within a text": (
        [edit(HEAD, "id: nouvelle", 'id: "nouvelle" convention')],
        "yaml-quotes",
        HEAD,
        '"nouvelle"',
    ),
    "a number sign in a text": (
        [edit(HEAD, "id: nouvelle", "id: nouvelle #1")],
        "yaml-comment",
        HEAD,
        "#1",
    ),
    "a comment within a label": (
        row(
            "{fr: Activité minimale, en: Minimum activity}", "\n      fr: Option n° 1 # ouverte\n      en: Open option"
        ),
        "yaml-comment",
        RULES,
        "# ouverte",
    ),
    "a sentence of refusal taken out": (
        [
            edit(RULES, "    met_when:", "    refusal: {fr: trop peu, en: too few}\n    met_when:"),
            edit(
                RULES,
                "outcomes:",
                "  - id: autre\n    label: {fr: Autre, en: Other}\n    cite: [{source: texte}]\n"
                "    met_when: {fact: medecin.age, at_least: 1}\noutcomes:",
            ),
        ],
        "refusal-missing",
        RULES,
        "id: autre",
    ),
    "a value that the text no longer knows": (
        [
            edit(
                HEAD,
                "interpretations:",
                "knows:\n  contrat.option: {in: [un_etp], cite: [{source: texte}]}\ninterpretations:",
            )
        ],
        "value-unoffered",
        RULES,
        "annee: {before: 3}",
    ),
    "a condition of every value": (
        row("{fact: patientele.mt_depart, more_than: 775}", "{fact: medecin.optam, in: [true, false]}"),
        "comparison-always",
        RULES,
        "in: [true, false]",
    ),
    "a rounding a hundredfold": (
        [
            put("nouvelle/dus.yaml", ROUNDED),
            copied_text,
            edit("suivante/dus.yaml", "to: 0.01", "to: 100"),
        ],
        "number-leap",
        "suivante/dus.yaml",
        "to: 100",
    ),
    "a negative amount": (row("13000", "-13000"), "number-negative", RULES, "-13000"),
    "a digit too many": (following("19000", "190000"), "number-leap", NEXT, "190000"),
    "a thousandth": (following("19000", "19.5"), "number-leap", NEXT, "19.5"),
    "two digits swapped": (following("at_least: 775", "at_least: 757"), "number-digits", NEXT, "757"),
    "a bound of nothing": (following("at_least: 775", "at_least: 0"), "number-leap", NEXT, "at_least: 0"),
    "a comparison turned round": (
        following("at_least: 775", "at_most: 775"),
        "comparison-reversed",
        NEXT,
        "at_most: 775",
    ),
    "a digit too many in a later value": (
        dated(VALUE + VALUE.replace("2024", "2025").replace("775", "7750")),
        "number-leap",
        "nouvelle/seuils.yaml",
        "7750",
    ),
    "rules pasted from an older text": (dated(VALUE, "2022-03"), "citation-older", "nouvelle/seuils.yaml", "id: seuil"),
    "an amount of 2026 from a source of 2024": (
        dated(VALUE + VALUE.replace("2024", "2026").replace("775", "800")),
        "citation-older",
        "nouvelle/seuils.yaml",
        "2026",
    ),
    "a value without a label": (
        [
            edit(RULES, "values: [eligible, ineligible]", "values: [eligible, ineligible, ajourne]"),
            edit(RULES, "{any_criterion: not_met}, then: ineligible", "{any_criterion: not_met}, then: ajourne"),
        ],
        "missing-value-label",
        RULES,
        "id: eligibilite",
    ),
    "a text without tests": ([lambda root: shutil.rmtree(root / "nouvelle/tests")], "no-tests", "nouvelle", ""),
    "a text without rules": (
        [lambda root: (root / OLD).unlink()],
        "empty-convention",
        "ancienne/convention.yaml",
        "id:",
    ),
    "a number in quotes": (row("19000", '"19 000"'), "number-form", RULES, '"19 000"'),
    "a number with a space": (row("19000", "19 000"), "number-form", RULES, "19 000"),
    "a number with a sign of currency": (row("19000", "19000 €"), "number-form", RULES, "19000 €"),
    "a point between thousands": (row("19000", "19.000"), "number-decimals", RULES, "19.000"),
    "a bound in quotes": (row("at_least: 775", 'at_least: "775"'), "number-form", RULES, '"775"'),
    "a wrong unit": (following("unit: EUR", "unit: EUR_par_etp"), "role-mismatch", NEXT_HEAD, "role: maximum"),
    "a wrong unit that is added up": (
        [edit(RULES, "unit: EUR", "unit: patients"), put("nouvelle/dus.yaml", DUE)],
        "type-mismatch",
        "nouvelle/dus.yaml",
        "subtract",
    ),
    "a unit in French": (row("unit: EUR", "unit: euros"), "wrong-value", RULES, "unit: euros"),
    "a line with a space too few": (row("    unit: EUR", "   unit: EUR"), "yaml-indentation", RULES, "unit: EUR"),
    "a text with a colon": (
        row("fr: Activité minimale", 'fr: "Activité" : minimale'),
        "yaml-open",
        RULES,
        'label: {fr: "Activité',
    ),
    "a row left out": (
        row("      - {option: demi_etp, annee: {from: 3}, then: 13000}\n", ""),
        "row-gap",
        RULES,
        "id: aide.montant_annuel",
    ),
    "a year beyond those of a contract": (row("annee: {before: 3}", "annee: [1, 2, 16]"), "fact-range", RULES, "16"),
    "a bound beyond those of a contract": (row("{from: 3}", "{from: 3, before: 17}"), "fact-range", RULES, "17"),
    "a bound between two years": (row("annee: {from: 3}", "annee: {from: 2.5}"), "fact-decimals", RULES, "2.5"),
    "a range turned round": (row("{before: 3}", "{from: 3, before: 1}"), "unreachable-row", RULES, "before: 1"),
    "a merge": (row("{option: demi_etp, annee: {f", "{<<: {option: demi_etp}, annee: {f"), "yaml-anchor", RULES, "<<"),
    "a result said twice": (
        row_of_head("id: aide.montant_annuel", "id: eligibilite"),
        "duplicate-id",
        HEAD,
        "role: maximum",
    ),
    "a term that is no day": (
        row_of_head("results:", "life: {term: aide.montant_annuel, end: aide.montant_annuel}\nresults:"),
        "type-mismatch",
        HEAD,
        "life:",
    ),
    "years counted from a number": (
        row_of_head("{fact: contrat.date_signature}", "{fact: contrat.annee}"),
        "type-mismatch",
        HEAD,
        "years_from",
    ),
    "a row dated before its text": (
        row("13000}\n", '13000}\n      - {option: demi_etp, annee: {from: 3}, from: "2023-01-01", then: 9}\n'),
        "value-never",
        RULES,
        "then: 9",
    ),
    "a source of a month that no year has": (
        [edit(HEAD, "kind: derived", 'kind: derived, date: "2024-13"')],
        "day-missing",
        HEAD,
        "2024-13",
    ),
    "a day that no calendar has": (
        [edit(HEAD, '"2024-06-22"', '"2024-06-31"')],
        "day-missing",
        HEAD,
        "2024-06-31",
    ),
    "a fact misspelt": (row("contrat.option", "contrat.optoin"), "unknown-fact", RULES, "contrat.optoin"),
    "a key misspelt": (row("unit: EUR", "unti: EUR"), "unknown-key", RULES, "unti"),
    "an item misspelt": (
        [put("nouvelle/dus.yaml", DUE.replace("ref: retenue", "ref: retenues"))],
        "unknown-item",
        "nouvelle/dus.yaml",
        "subtract",
    ),
    "a source misspelt": (
        row("source: texte, at: article 2", "source: text"),
        "unknown-source",
        RULES,
        "source: text}",
    ),
    "two rows for one case": (row("before: 3", "before: 4"), "row-overlap", RULES, "{from: 3}"),
    "two texts at once": (
        [edit(OLD_HEAD, "2024-06-22", "2024-06-23")],
        "window-overlap",
        HEAD,
        "id: nouvelle",
    ),
    "a month without a text": (
        [edit(OLD_HEAD, "2024-06-22", "2024-05-22")],
        "window-gap",
        HEAD,
        "id: nouvelle",
    ),
    "an id used twice": (row("  - id: eligibilite\n", "  - id: activite_minimale\n"), "duplicate-id", RULES, "id:"),
    "a date with the day first": ([edit(HEAD, "2024-06-22", "22/06/2024")], "wrong-date", HEAD, "22/06/2024"),
    "a date in curly quotes": ([edit(HEAD, '"2024-06-22"', "“2024-06-22”")], "wrong-date", HEAD, "“2024-06-22”"),
    "a value before the one above it": (
        dated(VALUE.replace("2024", "2026") + VALUE),
        "value-order",
        "nouvelle/seuils.yaml",
        '"2024-06-22", value: 775',
    ),
    "two values of one day": (
        dated(VALUE + VALUE.replace("775", "780")),
        "value-order",
        "nouvelle/seuils.yaml",
        "value: 780",
    ),
    "a place in a source by another word": (row("at: article 1", "lieu: article 1"), "unknown-key", RULES, "lieu"),
    "a verdict in French": (row("any_criterion: not_met", "any_criterion: non_rempli"), "wrong-value", RULES, "refus"),
    "an id with its accent": (row("then: ineligible}", "then: inéligible}"), "wrong-value", RULES, "inéligible"),
    "a fact without its key": (row("at_least: 775", "at_least: contrat.annee"), "number-form", RULES, "contrat.annee"),
    "a window that ends before it begins": (
        [edit(HEAD, '"2024-06-22"}', '"2024-06-22", before: "2024-06-21"}')],
        "window-empty",
        HEAD,
        "id: nouvelle",
    ),
    "a kind of source that is none": ([edit(HEAD, "kind: derived", "kind: site")], "wrong-value", HEAD, "kind: site"),
    "a default that is no choice": (
        [edit(HEAD, "default: incluse", "default: inclus")],
        "unknown-value",
        HEAD,
        "id: borne",
    ),
    "a tab for spaces": (row("    met_when:", "\tmet_when:"), "yaml-tab", RULES, "\tmet_when:"),
    "the marks of a merge": (row("tables:", "<<<<<<< HEAD\ntables:"), "yaml-colon", RULES, "tables:"),
    "a file in UTF-16": (
        [lambda root: (root / RULES).write_bytes((root / RULES).read_text(encoding="utf-8").encode("utf-16"))],
        "wrong-encoding",
        RULES,
        "",
    ),
    "a comma in a text": (row("en: Minimum activity", "en: Minimum, activity"), "yaml-empty-value", RULES, "Minimum,"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_mistake_is_told_at_its_line(mistake: str, tmp_path: Path) -> None:
    steps, code, file, line = MISTAKES[mistake]
    shutil.copytree(SMALL, tmp_path / "policies")
    for step in steps:
        step(tmp_path / "policies")
    told = [p for p in check_folder(tmp_path / "policies") if p.code == code]
    places = [p.location for p in told if p.location.file == str(tmp_path / "policies" / file)]
    assert places, [problem.line() for problem in check_folder(tmp_path / "policies")]
    if line:
        lines = (tmp_path / "policies" / file).read_text(encoding="utf-8").splitlines()
        assert any(line in lines[place.line - 1] for place in places), [str(place) for place in places]
    assert all(problem.message(lang) for problem in told for lang in LANGUAGES)


@pytest.mark.parametrize(
    ("old", "new", "meant"),
    [
        ("then: ineligible}", "then: Inéligible}", "ineligible"),
        ("at_least: 775", "at_least: contrat.annee", "{fact: contrat.annee}"),
        ("at_least: 775", "at_least: aide.montant_annuel", "{ref: aide.montant_annuel}"),
        ("at_least: 775", "at_least: {ref: contrat.annee}", "{fact: contrat.annee}"),
        (
            "{fact: patientele.mt_depart, at_least: 775}",
            "{fact: aide.montant_annuel, at_least: 775}",
            "{ref: aide.montant_annuel}",
        ),
        ("then: 19000}", "from: 2024-7-1, then: 19000}", "2024-07-01"),
        ("option: demi_etp, annee: {from: 3}", "option: demi, annee: {from: 3}", "demi_etp"),
    ],
)
def test_what_is_likely_meant_is_told(old: str, new: str, meant: str, tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "policies")
    edit(RULES, old, new)(tmp_path / "policies")
    assert meant in {problem.nearest for problem in check_folder(tmp_path / "policies")}


def test_a_legal_text_sets_days_to_come_and_an_older_one_does_not(tmp_path: Path) -> None:
    root = tmp_path / "policies"
    shutil.copytree(SMALL, root)
    for step in dated(VALUE + VALUE.replace("2024", "2026").replace("775", "800")):
        step(root)
    edit(HEAD, "kind: derived, date:", "kind: official_text, date:")(root)
    assert "citation-older" not in {problem.code for problem in check_folder(root)}
    edit(HEAD, 'date: "2024-06"', 'date: "2023-05"')(root)
    assert [problem.code for problem in check_folder(root)].count("citation-older") == 2


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("mt_depart, more_than: 775", "mt_depart, is: [775, 776]", "; for one of several values, in: […]"),
        ("any_criterion: not_met", "all: []", "(number of entries: at least 1)"),
    ],
)
def test_what_a_list_is_to_be_is_told(old: str, new: str, said: str, tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "policies")
    edit(RULES, old, new)(tmp_path / "policies")
    (told,) = check_folder(tmp_path / "policies")
    assert said in told.message("en")


def test_no_letter_of_another_alphabet_is_dropped_from_the_id_that_is_proposed(tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "policies")
    edit(RULES, "id: activite_minimale", "id: activit\u0435_minimale")(tmp_path / "policies")
    assert {problem.nearest for problem in check_folder(tmp_path / "policies")} == {None}


def test_a_bound_that_takes_in_the_last_year_is_sound(tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "policies")
    edit(RULES, "annee: {from: 3}", "annee: {from: 3, before: 16}")(tmp_path / "policies")
    assert check_folder(tmp_path / "policies") == ()
    edit(RULES, "before: 16", "before: 3")(tmp_path / "policies")
    assert [problem.code for problem in check_folder(tmp_path / "policies")] == ["unreachable-row"]


def test_the_form_to_write_is_told(tmp_path: Path) -> None:
    for number, written in enumerate(('"19 000"', "19 000", "19000 €", "19000 EUR", "19.000")):
        root = tmp_path / str(number)
        shutil.copytree(SMALL, root)
        edit(RULES, "19000", written)(root)
        (told,) = check_folder(root)
        assert "Expected: 19000" in told.message()


def test_a_wrong_unit_names_the_table_that_has_it(tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "policies")
    edit(RULES, "unit: EUR", "unit: patients")(tmp_path / "policies")
    put("nouvelle/dus.yaml", DUE)(tmp_path / "policies")
    (told,) = [p for p in check_folder(tmp_path / "policies") if p.code == "type-mismatch"]
    assert "aide.montant_annuel: number (patients)" in told.message()


def test_a_row_gap_is_told_in_words_and_once(tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "policies")
    edit(RULES, "      - {option: demi_etp, annee: {from: 3}, then: 13000}\n", "")(tmp_path / "policies")
    (told,) = check_folder(tmp_path / "policies")
    half = "« Option de temps de travail »\u00a0: Mi-temps (0,5 ETP)\u00a0; « Année du contrat » à partir de 3"
    assert told.message("fr").replace("\u202f", "\u00a0") == f"aucune ligne ne traite {half}"
    half = "“Working time option”: Half time (0.5 FTE); “Year of the contract” from 3"
    assert told.message("en") == f"no row covers {half}"


SUITE = "nouvelle/tests/regles_test.yaml"
EXPECTED = "expect: {eligibilite: eligible, aide.montant_annuel: 19000}"


@pytest.mark.parametrize(
    ("new", "name", "nearest"),
    [
        (EXPECTED.replace("eligibilite:", "eligibilit:"), "eligibilit:", "eligibilite"),
        (EXPECTED + "\n    warnings: [activite_minimal]", "activite_minimal]", "activite_minimale"),
        (EXPECTED + "\n    due: {aide.montant_anuel: 2024-09-02}", "aide.montant_anuel", "aide.montant_annuel"),
        (EXPECTED + "\n    missing: [medecin.sectur]", "medecin.sectur", "medecin.secteur"),
        (EXPECTED + "\n    without: [medecin.sectur]", "medecin.sectur", "medecin.secteur"),
    ],
)
def test_what_no_text_has_is_told_where_a_test_expects_it_with_the_nearest_name(
    new: str, name: str, nearest: str, tmp_path: Path
) -> None:
    shutil.copytree(SMALL, tmp_path / "policies")
    edit(SUITE, EXPECTED, new)(tmp_path / "policies")
    session = Session(load_registry(tmp_path / "policies"))
    failed = [outcome for case in read_cases(session) if not (outcome := run_case(session, case)).passed]
    (told,) = [problem for outcome in failed for problem in outcome.problems]
    line = (tmp_path / "policies" / SUITE).read_text(encoding="utf-8").splitlines()[told.location.line - 1]
    assert line[told.location.column - 1 :].startswith(name)
    assert told.nearest == nearest


@pytest.mark.parametrize(
    ("old", "new", "code", "meant"),
    [
        ("patientele.mt_depart:", "patientele.mt_deprt:", "unknown-fact", "patientele.mt_depart"),
        ("option: demi_etp", "option: demi_tp", "fact-value", "demi_etp"),
        (EXPECTED, EXPECTED.replace("eligibilite:", "eligibilit:"), "unknown-item", "eligibilite"),
        ("suite: ", "convention: nouvele\nsuite: ", "unknown-convention", "nouvelle"),
        ("given:", "givn:", "unknown-key", "given"),
    ],
)
def test_what_is_wrong_with_a_suite_is_told_by_check_as_by_test(
    old: str, new: str, code: str, meant: str, tmp_path: Path
) -> None:
    shutil.copytree(SMALL, tmp_path / "policies")
    edit(SUITE, old, new)(tmp_path / "policies")
    for command in ("check", "test"):
        said = avenant(command, "--policies", str(tmp_path / "policies"), "--lang", "en")
        assert said.exit_code == 1
        assert f": {code}: " in said.output
        assert f"Did you mean '{meant}'?" in said.output


def test_a_list_of_differences_is_checked_for_its_form(tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "policies")
    put("nouvelle/tests/differences.yaml", "differences: [{becuse: Article 2, cases: []}]\n")(tmp_path / "policies")
    said = avenant("check", "--policies", str(tmp_path / "policies"), "--lang", "en")
    assert "differences.yaml:1:16: unknown-key" in said.output


def test_a_fault_of_what_the_tests_start_from_is_told_there_and_once(tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "policies")
    edit(SUITE, "option: demi_etp", "option: demi_tp")(tmp_path / "policies")
    with pytest.raises(InputFault) as error:
        read_cases(Session(load_registry(tmp_path / "policies")))
    (told,) = error.value.problems
    line = (tmp_path / "policies" / SUITE).read_text(encoding="utf-8").splitlines()[told.location.line - 1]
    assert (told.code, told.nearest) == ("fact-value", "demi_etp")
    assert line[told.location.column - 1 :].startswith("demi_tp")


def test_two_cases_of_one_name_are_told_at_the_second(tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "policies")
    text = (tmp_path / "policies" / SUITE).read_text(encoding="utf-8")
    case = text[text.index("  - name:") :]
    (tmp_path / "policies" / SUITE).write_text(text + case, encoding="utf-8")
    with pytest.raises(InputFault) as error:
        read_cases(Session(load_registry(tmp_path / "policies")))
    (told,) = error.value.problems
    first = len(text[: text.index("  - name:")].splitlines()) + 1
    assert (told.code, told.location.line) == ("case-repeated", len(text.splitlines()) + 1)
    assert all(f":{first}:" in told.message(lang) for lang in LANGUAGES)


def test_a_test_that_fails_under_a_later_text_names_what_it_changes(tmp_path: Path) -> None:
    root = Path(shutil.copytree(SMALL, tmp_path / "policies"))
    put(f"nouvelle/{AGAIN}", OVERLAY)(root)
    suite = """suite: Encore
base: {contrat: {date_signature: "2023-09-02", option: demi_etp, annee: 3}}
cases:
  - {name: Après trois ans, given: {patientele.mt_depart: 699}, expect: {activite_minimale: met}}
"""
    put("ancienne/tests/encore_test.yaml", suite)(root)
    told = " ".join(avenant("test", "--policies", str(root), "--lang", "fr").output.split())
    assert "Décidé sous les effets de textes postérieurs : Contrats en cours (nouvelle/contrats_en_cours)." in told


def test_a_day_that_does_not_exist_is_told_where_a_test_gives_it(tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "policies")
    suite = "nouvelle/tests/regles_test.yaml"
    given = 'contrat.date_embauche: "2031-02-29", patientele.mt_depart'
    edit(suite, "patientele.mt_depart", given)(tmp_path / "policies")
    with pytest.raises(InputFault) as error:
        read_cases(Session(load_registry(tmp_path / "policies")))
    (told,) = error.value.problems
    text = (tmp_path / "policies" / suite).read_text(encoding="utf-8").splitlines()[told.location.line - 1]
    assert (told.code, text[told.location.column - 1 :][:12]) == ("day-missing", '"2031-02-29"')


def test_every_fault_of_a_test_is_told_at_its_fact_and_a_group_is_left_out_whole(tmp_path: Path) -> None:
    shutil.copytree(SMALL, tmp_path / "policies")
    suite = """suite: Essais
base: {contrat: {date_signature: "2024-09-02", option: demi_et, annee: 1}}
cases:
  - {name: Une, given: {patientele.secteur: secteur_1, patientele.mt_depart: -3}, expect: {eligibilite: eligible}}
  - {name: Deux, without: [contrat], given: {patientele.mt_depart: 775}, expect: {eligibilite: eligible}}
"""
    put(SUITE, suite)(tmp_path / "policies")
    with pytest.raises(InputFault) as error:
        read_cases(Session(load_registry(tmp_path / "policies")))
    told = [(each.code, each.location.line, each.location.column, each.nearest) for each in error.value.problems]
    assert told == [
        ("fact-value", 2, 56, "demi_etp"),
        ("unknown-fact", 4, 25, "medecin.secteur"),
        ("fact-range", 4, 78, None),
        ("missing-signature", 5, 12, None),
    ]
