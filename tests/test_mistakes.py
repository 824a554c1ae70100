"""Each mistake that authors made is told at its own line: made in a copy of the small policies, one at a time.

What no check can see is listed in docs/mistakes.md.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from command import LANGUAGES, avenant
from small_rules import AGAIN, OVERLAY, SMALL, THRESHOLD, VALUE, amend, date_threshold, rewrite
from small_rules import MINIMUM as LOWER

from engine.errors import InputFault
from engine.evaluation.session import Session
from engine.policy.checks import check_folder
from engine.policy.reading import load_registry
from engine.suite.running import read_cases, run_case

HEAD, RULES = "nouvelle/convention.yaml", "nouvelle/regles.yaml"
SUITE = "nouvelle/tests/regles_test.yaml"
OLD_HEAD, OLD = "ancienne/convention.yaml", "ancienne/regles.yaml"
NEXT_HEAD, NEXT, NEXT_TEST = "suivante/convention.yaml", "suivante/regles.yaml", "suivante/tests/regles_test.yaml"

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

RANK = """quantities:
  - id: rang
    label: {fr: Rang, en: Rank}
    cite: [{source: texte}]
    value_labels:
      haut: {fr: Haut, en: High}
      bas: {fr: Bas, en: Low}
    cases:
      - when: {fact: patientele.mt_depart, at_least: 800}
        then: haut
    otherwise: bas
"""
BY_RANK = """  - id: rang.retenu
    label: {fr: Rang retenu, en: Rank taken}
    cite: [{source: texte}]
    value_labels: {haut: {fr: Haut, en: High}, bas: {fr: Bas, en: Low}}
    first_known: [{ref: rang}, bas]
  - id: rang.points
    label: {fr: Points, en: Points}
    unit: none
    cite: [{source: texte}]
    by_outcome: rang.retenu
    values:
      haut: 2
      bass: 1
"""

RIGHT = """criteria:
  - id: neuf
    label: {fr: Un premier contrat, en: A first contract}
    cite: [{source: texte}]
    met_when: {fact: contrat.date_fin_contrat_precedent, known: false}
outcomes:
  - id: droit
    label: {fr: Droit, en: Right}
    cite: [{source: texte}]
    values: [ouvert, ferme]
    value_labels: {ouvert: {fr: Ouvert, en: Open}, ferme: {fr: Fermé, en: Closed}}
    rules:
      - {id: droit.non, when: {any_criterion: not_met}, then: ferme}
      - {id: droit.oui, when: {every_criterion: met}, then: ouvert}
"""

RIGHT_FIRST = "{id: droit, role: verdict, better: [ferme, ouvert]}"

ALONE = ("file-unread", "file-copied", "bounds-order", "yaml-curly", "yaml-anchor", "missing-citation", "percent-small")
TOLD_ONCE = ("a source under the id of another", "a duration before its date")

Step = Callable[[Path], object]


def put(file: str, text: str) -> Step:
    return lambda root: (root / file).write_text(text, encoding="utf-8")


def edited(file: str, old: str, new: str) -> Step:
    return lambda root: rewrite(root / file, old, new)


def move(old: str, new: str) -> Step:
    return lambda root: (root / old).rename(root / new)


def copied(old: str, new: str) -> Step:
    return lambda root: shutil.copy(root / old, root / new)


def copied_text(root: Path) -> None:
    """A text of 2026, its folder copied from that of 2024."""
    shutil.copytree(root / "nouvelle", root / "suivante")
    for file, old, new in (
        (HEAD, 'signed: {from: "2024-06-22"}', 'signed: {from: "2024-06-22", before: "2026-01-01"}'),
        (NEXT_HEAD, "id: nouvelle", "id: suivante"),
        (NEXT_HEAD, 'from: "2024-06-22"', 'from: "2026-01-01"'),
        (NEXT_TEST, "2024-09-02", "2026-02-01"),
    ):
        rewrite(root / file, old, new)


def following(old: str, new: str) -> list[Step]:
    return [copied_text, edited(NEXT, old, new)]


def dated(values: str, source: str = "2024-06") -> list[Step]:
    return [lambda root: date_threshold(root, values, source)]


def row(old: str, new: str) -> list[Step]:
    return [edited(RULES, old, new)]


PERCENT = "{percent_of: [0.8, {fact: patientele.mt_actuelle}]}"
MINIMUM = """      any:
        - {fact: patientele.mt_depart, more_than: 775}
        - all:
            - {fact: patientele.mt_depart, at_least: 775}
            - {interpretation: borne_du_minimum, is: incluse}
"""

# One edit of one file: what stood there, what is written instead, the code that is told, and a text of the line at
# which it is told ("" is the file).
SLIPS: dict[str, tuple[str, str, str, str, str]] = {
    "a misspelt key of a row": (RULES, "then: 38000", "thn: 38000", "unknown-key", "thn: 38000"),
    "a row that is a number": (RULES, "    rows:\n", "    rows:\n      - 5\n", "wrong-type", "- 5"),
    "a source that nothing cites": (
        HEAD,
        "interpretations:",
        "  autre: {title: Autre, publisher: Avenant, kind: derived}\ninterpretations:",
        "unused-source",
        "autre",
    ),
    "French under en": (
        RULES,
        "en: Yearly amount of the aid",
        "en: Montant de l'aide",
        "label-language",
        "id: aide.montant_annuel",
    ),
    "English under fr": (
        RULES,
        "fr: Montant annuel de l'aide",
        "fr: Amount of the aid",
        "label-language",
        "id: aide.montant_annuel",
    ),
    "a label decoded twice": (RULES, "fr: Activité", "fr: ActivitÃ©", "label-garbled", "id: activite_minimale"),
    "one text in both languages": (
        HEAD,
        "en: Newer example convention",
        "en: Nouvelle convention d'exemple",
        "label-same",
        "id: nouvelle",
    ),
    "a share for a percentage": (RULES, "more_than: 775", f"more_than: {PERCENT}", "percent-small", "0.8"),
    "a share of a fact in percent": (
        RULES,
        "patientele.mt_depart, more_than: 775",
        "medecin.part_honoraires_cliniques, more_than: 0.8",
        "percent-small",
        "0.8",
    ),
    "a bound that all reach": (RULES, "at_least: 775", "at_least: 0", "comparison-always", "at_least: 0"),
    "a bound that none reaches": (
        RULES,
        "patientele.mt_depart, more_than: 775",
        "medecin.part_honoraires_cliniques, more_than: 800",
        "comparison-never",
        "800",
    ),
    "a row of 2206": (
        RULES,
        "annee: {from: 3}, then: 13000}",
        'annee: {from: 3}, then: 13000}\n      - {option: demi_etp, annee: {from: 3}, from: "2206-01-01", then: 9}',
        "value-never",
        "2206",
    ),
    "a source of 1924": (HEAD, "publisher:", 'date: "1924", publisher:', "source-never", "1924"),
    "true for an amount": (RULES, "19000", "true", "number-form", "true"),
    "a comma between decimals": (RULES, "19000", "19,5", "number-form", "19,5"),
    "a yes in French": (RULES, "patientele.mt_depart, at_least: 775", "medecin.optam, is: oui", "boolean-form", "oui"),
    "an order among options": (
        RULES,
        "patientele.mt_depart, at_least: 775",
        "medecin.secteur, at_least: secteur_1",
        "wrong-operator",
        "at_least: secteur_1",
    ),
    "an operator in French": (RULES, "at_least: 775", "au_moins: 775", "unknown-key", "au_moins"),
    "no space after a colon": (RULES, "    unit: EUR", "    unit:EUR", "yaml-after-colon", "unit:EUR"),
    "a hard space": (RULES, "    unit: EUR", "    unit:\u00a0EUR", "yaml-space", "EUR"),
    "a label in curly quotes": (RULES, "fr: Activité minimale", "fr: “Activité minimale”", "yaml-curly", "“Activité"),
    "a label in French quotes": (
        RULES,
        "fr: Activité minimale",
        "fr: « Activité minimale »",
        "yaml-curly",
        "« Activité",
    ),
    "an anchor that is taken up": (
        RULES,
        "cite: [{source: texte, at: article 1}]\n    met_when:",
        "cite: &c [{source: texte, at: article 1}]\n    note: *c\n    met_when:",
        "yaml-anchor",
        "&c",
    ),
    "a table of whose rows none is cited": (
        RULES,
        "    cite: [{source: texte, at: article 2}]\n",
        "",
        "missing-citation",
        "id: aide.montant_annuel",
    ),
    "a quote within a text": (HEAD, "id: nouvelle", 'id: "nouvelle" convention', "yaml-quotes", '"nouvelle"'),
    "a number sign in a text": (HEAD, "id: nouvelle", "id: nouvelle #1", "yaml-comment", "#1"),
    "a comment within a label": (
        RULES,
        "{fr: Activité minimale, en: Minimum activity}",
        "\n      fr: Option n° 1 # ouverte\n      en: Open option",
        "yaml-comment",
        "# ouverte",
    ),
    "a condition of every value": (
        RULES,
        "{fact: patientele.mt_depart, more_than: 775}",
        "{fact: medecin.optam, in: [true, false]}",
        "comparison-always",
        "in: [true, false]",
    ),
    "a negative amount": (RULES, "13000", "-13000", "number-negative", "-13000"),
    "a number in quotes": (RULES, "19000", '"19 000"', "number-form", '"19 000"'),
    "a number with a space": (RULES, "19000", "19 000", "number-form", "19 000"),
    "a number with a sign of currency": (RULES, "19000", "19000 €", "number-form", "19000 €"),
    "a point between thousands": (RULES, "19000", "19.000", "number-decimals", "19.000"),
    "a bound in quotes": (RULES, "at_least: 775", 'at_least: "775"', "number-form", '"775"'),
    "a unit in French": (RULES, "unit: EUR", "unit: euros", "wrong-value", "unit: euros"),
    "a line with a space too few": (RULES, "    unit: EUR", "   unit: EUR", "yaml-indentation", "unit: EUR"),
    "a text with a colon": (
        RULES,
        "fr: Activité minimale",
        'fr: "Activité" : minimale',
        "yaml-open",
        'label: {fr: "Activité',
    ),
    "a row without a value": (
        RULES,
        "{option: {not_in: [demi_etp]}, then: 38000}",
        "{option: un_etp}",
        "missing-key",
        "un_etp}",
    ),
    "a row left out": (
        RULES,
        "      - {option: demi_etp, annee: {from: 3}, then: 13000}\n",
        "",
        "row-gap",
        "id: aide.montant_annuel",
    ),
    "a year beyond those of a contract": (RULES, "annee: {before: 3}", "annee: [1, 2, 16]", "fact-range", "16"),
    "a bound beyond those of a contract": (RULES, "{from: 3}", "{from: 3, before: 17}", "fact-range", "17"),
    "a bound between two years": (RULES, "annee: {from: 3}", "annee: {from: 2.5}", "fact-decimals", "2.5"),
    "a range turned round": (RULES, "{before: 3}", "{from: 3, before: 1}", "unreachable-row", "before: 1"),
    "a merge": (RULES, "{option: demi_etp, annee: {f", "{<<: {option: demi_etp}, annee: {f", "yaml-anchor", "<<"),
    "a result said twice": (HEAD, "id: aide.montant_annuel", "id: eligibilite", "duplicate-id", "role: maximum"),
    "a term that is no day": (
        HEAD,
        "results:",
        "life: {term: aide.montant_annuel, end: aide.montant_annuel}\nresults:",
        "type-mismatch",
        "life:",
    ),
    "years counted from a number": (
        HEAD,
        "{fact: contrat.date_signature}",
        "{fact: contrat.annee}",
        "type-mismatch",
        "years_from",
    ),
    "a row dated before its text": (
        RULES,
        "13000}\n",
        '13000}\n      - {option: demi_etp, annee: {from: 3}, from: "2023-01-01", then: 9}\n',
        "value-never",
        "then: 9",
    ),
    "a source of a month that no year has": (
        HEAD,
        "kind: derived",
        'kind: derived, date: "2024-13"',
        "day-missing",
        "2024-13",
    ),
    "a day that no calendar has": (HEAD, '"2024-06-22"', '"2024-06-31"', "day-missing", "2024-06-31"),
    "a fact misspelt": (RULES, "contrat.option", "contrat.optoin", "unknown-fact", "contrat.optoin"),
    "a key misspelt": (RULES, "unit: EUR", "unti: EUR", "unknown-key", "unti"),
    "a source misspelt": (RULES, "source: texte, at: article 2", "source: text", "unknown-source", "source: text}"),
    "two rows for one case": (RULES, "before: 3", "before: 4", "row-overlap", "{from: 3}"),
    "an id used twice": (RULES, "  - id: eligibilite\n", "  - id: activite_minimale\n", "duplicate-id", "id:"),
    "a date with the day first": (HEAD, "2024-06-22", "22/06/2024", "wrong-date", "22/06/2024"),
    "a date in curly quotes": (HEAD, '"2024-06-22"', "“2024-06-22”", "wrong-date", "“2024-06-22”"),
    "a place in a source by another word": (RULES, "at: article 1", "lieu: article 1", "unknown-key", "lieu"),
    "a verdict in French": (RULES, "any_criterion: not_met", "any_criterion: non_rempli", "wrong-value", "refus"),
    "an id with its accent": (RULES, "then: ineligible}", "then: inéligible}", "wrong-value", "inéligible"),
    "a fact without its key": (RULES, "at_least: 775", "at_least: contrat.annee", "number-form", "contrat.annee"),
    "a window that ends before it begins": (
        HEAD,
        '"2024-06-22"}',
        '"2024-06-22", before: "2024-06-21"}',
        "window-empty",
        "id: nouvelle",
    ),
    "a kind of source that is none": (HEAD, "kind: derived", "kind: site", "wrong-value", "kind: site"),
    "a default that is no choice": (HEAD, "default: incluse", "default: inclus", "unknown-value", "default: inclus"),
    "a tab for spaces": (RULES, "    met_when:", "\tmet_when:", "yaml-tab", "\tmet_when:"),
    "the marks of a merge": (RULES, "tables:", "<<<<<<< HEAD\ntables:", "yaml-colon", "tables:"),
    "a duration before its date": (
        RULES,
        "fact: patientele.mt_depart, more_than: 775",
        "fact: contrat.date_embauche, more_than: {date_plus: [{months: 6}, {fact: contrat.date_signature}]}",
        "wrong-form",
        "{months: 6}",
    ),
    "the dash of a first row forgotten": (
        RULES,
        "- {option: demi_etp, annee: {before",
        "  {option: demi_etp, annee: {before",
        "yaml-indentation",
        "{before",
    ),
    "the dash of a row and its space forgotten": (
        RULES,
        "- {option: demi_etp, annee: {from",
        "{option: demi_etp, annee: {from",
        "yaml-indentation",
        "{from",
    ),
    "the dash of a last row forgotten": (RULES, "- {option: {not", "{option: {not", "yaml-indentation", "not_in"),
    "a comma in a text": (RULES, "en: Minimum activity", "en: Minimum, activity", "yaml-empty-value", "Minimum,"),
}

# What was done, the code that is told, and the file and a text of the line at which it is told.
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
    **{
        f"rules now in {name}": ([move(RULES, f"nouvelle/{name}")], "file-unread", f"nouvelle/{name}", "")
        for name in ("regles.YAML", "regles.yml~", "regles.yaml.orig")
    },
    **{
        f"a head now in {name}": ([move(HEAD, f"nouvelle/{name}")], "file-unread", f"nouvelle/{name}", "")
        for name in ("convention.yml", "convention.yaml.txt", "convention (1).yaml")
    },
    **{
        f"{file} copied to {name}": ([copied(file, f"nouvelle/{name}")], code, f"nouvelle/{name}", "")
        for file, name, code in (
            (RULES, "regles (1).yaml", "file-copied"),
            (RULES, "Copie de regles.yaml", "file-copied"),
            (HEAD, "convention - Copie.yaml", "file-unread"),
            (SUITE, "essais.yaml", "file-unread"),
        )
    },
    **{
        f"a result between {bounds}": (
            [put("nouvelle/dus.yaml", DUE), edited(HEAD, "better: more", f"better: more, between: {bounds}")],
            "bounds-order",
            HEAD,
            "role: maximum",
        )
        for bounds in ("[900, 100]", "[0, -5]", "[aide.montant_annuel, 100]", "[aide.montant_du, 0]")
    },
    "a suite beside the rules": (
        [move("nouvelle/tests/regles_test.yaml", "nouvelle/regles_test.yaml")],
        "file-unread",
        "nouvelle/regles_test.yaml",
        "",
    ),
    "rules beside the folders": ([put("autres.yaml", THRESHOLD)], "file-unread", "autres.yaml", ""),
    "a backup left behind": ([put("nouvelle/regles.yaml.bak", "")], "file-unread", "nouvelle/regles.yaml.bak", ""),
    "a criterion in another file than its outcome": (
        [*dated(VALUE), edited("nouvelle/seuils.yaml", "    informs: true\n", "")],
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
    "a question that nothing asks": (
        row(MINIMUM, "      {fact: patientele.mt_depart, at_least: 775}\n"),
        "unused-interpretation",
        HEAD,
        "id: borne_du_minimum",
    ),
    "a percentage for a ratio": (
        [
            put(
                "nouvelle/dus.yaml",
                "ratio".join(DUE.replace("subtract", "multiply").rsplit("EUR", 1)).replace(
                    "value: 100", "by_outcome: eligibilite\n    values: {eligible: 100, ineligible: 0}"
                ),
            )
        ],
        "ratio-large",
        "nouvelle/dus.yaml",
        "eligible: 100",
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
    "a label left from the item copied": (
        [put("nouvelle/dus.yaml", DUE.replace("{fr: Retenue, en: Deduction}", "{fr: Montant dû, en: Amount due}"))],
        "label-repeated",
        "nouvelle/dus.yaml",
        "id: retenue",
    ),
    "rules copied word for word": ([copied_text], "file-repeated", NEXT, ""),
    "a sentence of refusal taken out": (
        [
            edited(RULES, "    met_when:", "    refusal: {fr: trop peu, en: too few}\n    met_when:"),
            edited(
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
            edited(
                HEAD,
                "interpretations:",
                "knows:\n  contrat.option: {in: [un_etp], cite: [{source: texte}]}\ninterpretations:",
            )
        ],
        "value-unoffered",
        RULES,
        "annee: {before: 3}",
    ),
    "a rounding a hundredfold": (
        [put("nouvelle/dus.yaml", ROUNDED), copied_text, edited("suivante/dus.yaml", "to: 0.01", "to: 100")],
        "number-leap",
        "suivante/dus.yaml",
        "to: 100",
    ),
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
            edited(RULES, "values: [eligible, ineligible]", "values: [eligible, ineligible, ajourne]"),
            edited(RULES, "{any_criterion: not_met}, then: ineligible", "{any_criterion: not_met}, then: ajourne"),
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
    "inputs that are a number, over a row that has a fault": (
        [
            edited(RULES, "inputs: {option: {fact: contrat.option}, annee: {fact: contrat.annee}}", "inputs: 5"),
            edited(RULES, "then: 38000", "thn: 38000"),
        ],
        "wrong-type",
        RULES,
        "inputs: 5",
    ),
    "a wrong unit": (following("unit: EUR", "unit: EUR_par_etp"), "role-mismatch", NEXT_HEAD, "role: maximum"),
    "a wrong unit that is added up": (
        [edited(RULES, "unit: EUR", "unit: patients"), put("nouvelle/dus.yaml", DUE)],
        "type-mismatch",
        "nouvelle/dus.yaml",
        "subtract",
    ),
    "an item misspelt": (
        [put("nouvelle/dus.yaml", DUE.replace("ref: retenue", "ref: retenues"))],
        "unknown-item",
        "nouvelle/dus.yaml",
        "subtract",
    ),
    "two texts at once": ([edited(OLD_HEAD, "2024-06-22", "2024-06-23")], "window-overlap", HEAD, "id: nouvelle"),
    "a month without a text": ([edited(OLD_HEAD, "2024-06-22", "2024-05-22")], "window-gap", HEAD, "id: nouvelle"),
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
    "a source under the id of another": (
        [
            lambda root: amend(root, {"minimum.yaml": LOWER}),
            edited("avenant/convention.yaml", "  avenant: {", "  texte: {"),
        ],
        "duplicate-id",
        "avenant/convention.yaml",
        "texte: {",
    ),
    "a file in UTF-16": (
        [lambda root: (root / RULES).write_bytes((root / RULES).read_text(encoding="utf-8").encode("utf-16"))],
        "wrong-encoding",
        RULES,
        "",
    ),
    **{name: ([edited(file, old, new)], code, file, line) for name, (file, old, new, code, line) in SLIPS.items()},
}


# A slip in a name, the one thing that is told, and a text of the line at which it is.
MISNAMED: dict[str, tuple[list[Step], str, str, str]] = {
    "a value that a case gives": (
        [put("nouvelle/rang.yaml", RANK.replace("then: haut", "then: hautt"))],
        "unknown-value",
        "nouvelle/rang.yaml",
        "haut: {fr",
    ),
    "the label of a value": (
        [put("nouvelle/rang.yaml", RANK.replace("haut: {fr", "hau: {fr"))],
        "unknown-value",
        "nouvelle/rang.yaml",
        "hau: {fr",
    ),
    "a value by which an amount is given": (
        [put("nouvelle/rang.yaml", RANK + BY_RANK)],
        "unknown-value",
        "nouvelle/rang.yaml",
        "bass: 1",
    ),
    "an item whose values others give": (
        [put("nouvelle/rang.yaml", RANK + BY_RANK.replace("bass:", "bas:").replace("{ref: rang}", "{ref: rangg}"))],
        "unknown-item",
        "nouvelle/rang.yaml",
        "rangg",
    ),
    "the name of a source where it is cited": (
        [edited(RULES, "cite: [{source: texte", "cite: [{source: txete")],
        "unknown-source",
        RULES,
        "txete",
    ),
    "the name of a source where it is declared": (
        [edited(HEAD, "  texte: {", "  textes: {")],
        "names-apart",
        HEAD,
        "textes: {",
    ),
    "a name that is near none where a source is declared": (
        [edited(HEAD, "  texte: {", "  page: {")],
        "names-apart",
        HEAD,
        "page: {",
    ),
    "the name of a table where it is declared": (
        [edited(RULES, "id: aide.montant_annuel", "id: aide.montants_annuels"), put("nouvelle/dus.yaml", DUE)],
        "names-apart",
        RULES,
        "aide.montants_annuels",
    ),
    "what an item that an overlay brings reads": (
        [put(f"nouvelle/{AGAIN}", OVERLAY.replace("700", "{ref: seuils}") + THRESHOLD.replace("note", "texte"))],
        "unknown-item",
        f"nouvelle/{AGAIN}",
        "seuils}",
    ),
    "what an overlay replaces": (
        [put(f"nouvelle/{AGAIN}", OVERLAY.replace("{activite_minimale: activite", "{activite_minimal: activite"))],
        "overlay-mismatch",
        f"nouvelle/{AGAIN}",
        "replace:",
    ),
    "a fact in what an overlay brings": (
        [put(f"nouvelle/{AGAIN}", OVERLAY.replace("patientele.mt_depart", "patientele.mt_depar"))],
        "unknown-fact",
        f"nouvelle/{AGAIN}",
        "mt_depar,",
    ),
    "the result that plays a role": (
        [
            put("nouvelle/droit.yaml", RIGHT),
            edited(HEAD, "{id: eligibilite, role: verdict, better: [ineligible, eligible]}", RIGHT_FIRST),
        ],
        "results-differ",
        HEAD,
        "droit",
    ),
    "an input of a table": ([edited(RULES, "{option: {fact", "{options: {fact")], "unknown-input", RULES, "before: 3"),
    **{
        f"the default {word}": (
            [edited(HEAD, "default: incluse", f"default: {word}")],
            "unknown-value",
            HEAD,
            "default:",
        )
        for word in ("Inclus", "Included", "incluses")
    },
    "the plural of the value of a quantity": (
        [put("nouvelle/dus.yaml", DUE.replace("value: 100", "values: 100"))],
        "unknown-key",
        "nouvelle/dus.yaml",
        "values: 100",
    ),
    "the singular of the values by which an amount is given": (
        [put("nouvelle/rang.yaml", RANK + BY_RANK.replace("values:\n", "value:\n").replace("bass", "bas"))],
        "unknown-key",
        "nouvelle/rang.yaml",
        "value:",
    ),
    "the values of a parameter as one": (
        [
            *dated(VALUE)[:1],
            edited("nouvelle/seuils.yaml", f"values:\n{VALUE}", "value: 775\n"),
        ],
        "unknown-key",
        "nouvelle/seuils.yaml",
        "value: 775",
    ),
    "the plural of a dated value": (
        dated(VALUE.replace("value", "values")),
        "unknown-key",
        "nouvelle/seuils.yaml",
        "775",
    ),
    "the rows of a table by another name": ([edited(RULES, "rows:", "values:")], "unknown-key", RULES, "values:"),
    "what a row gives by another name": ([edited(RULES, "then: 19", "values: 19")], "unknown-key", RULES, "values:"),
    "the operator of a choice": ([edited(RULES, "is: incluse", "is_not: exclue")], "unknown-key", RULES, "is_not"),
    "the key of what a rule gives": ([edited(RULES, "then: inelig", "value: inelig")], "unknown-key", RULES, "value:"),
    "the end of a window": ([edited(HEAD, '06-22"}', '06-22", to: "2030-01-01"}')], "unknown-key", HEAD, "to:"),
    "a fact of which a text knows some values": (
        [
            edited(
                HEAD,
                "interpretations:",
                "knows:\n  contrat.optoin: {in: [demi_etp, un_etp], cite: [{source: texte}]}\ninterpretations:",
            )
        ],
        "unknown-fact",
        HEAD,
        "optoin",
    ),
    "what is said of the end of a contract": (
        [
            put("nouvelle/fin.yaml", RANK.split("    value_labels")[0] + "    value: {fact: contrat.date_signature}\n"),
            edited(HEAD, "results:", "life:\n  end: rang\n  then:\n    - eligibilit\nresults:"),
        ],
        "unknown-item",
        HEAD,
        "- eligibilit",
    ),
}


@pytest.mark.parametrize("name", MISNAMED)
def test_a_slip_in_a_name_is_told_alone_where_it_stands(name: str, small_copy: Path) -> None:
    steps, code, file, line = MISNAMED[name]
    for step in steps:
        step(small_copy)
    (problem,) = check_folder(small_copy)
    assert problem.nearest is not None
    assert (problem.code, problem.location.file) == (code, str(small_copy / file))
    assert line in (small_copy / file).read_text(encoding="utf-8").splitlines()[problem.location.line - 1]


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_mistake_is_told_at_its_line(mistake: str, small_copy: Path) -> None:
    steps, code, file, line = MISTAKES[mistake]
    for step in steps:
        step(small_copy)
    found = check_folder(small_copy)
    assert len(found) == 1 or (code not in ALONE and mistake not in TOLD_ONCE)
    told = [p for p in found if p.code == code]
    places = [p.location for p in told if p.location.file == str(small_copy / file)]
    assert places, [problem.line() for problem in found]
    if line:
        lines = (small_copy / file).read_text(encoding="utf-8").splitlines()
        assert any(line in lines[place.line - 1] for place in places), [str(place) for place in places]
    assert all(problem.message(lang) for problem in told for lang in LANGUAGES)


@pytest.mark.parametrize(
    ("old", "new", "meant"),
    [
        ("then: ineligible}", "then: Inéligible}", "ineligible"),
        ("any_criterion: not_met", "any_criterion: non remplie", "not_met"),
        ("option: demi_etp, annee: {from: 3}", "option: mi-temps, annee: {from: 3}", "demi_etp"),
        ("at_least: 775", "equals: 775", "is"),
        ("at_least: 775", '"==": 775', "is"),
        ("at_least: 775", "au_moins: 775", "at_least"),
        ("at_least: 775", "gte: 775", "at_least"),
        ("        - all:", "        - and:", "all"),
        ("        - all:", "        - ou:", "any"),
        ("    unit: EUR", "    unité: EUR", "unit"),
        ("unit: EUR", "unit: euros par an", "EUR"),
        ("unit: EUR", "unit: FTE", "ETP"),
        ("unit: EUR", "unit: €", "EUR"),
        ("unit: EUR", "unit: pct", "percent"),
        ("unit: EUR", "unit: ans", "years"),
        ("unit: EUR", "unit: patients/ETP", "patients_par_etp"),
        ("any_criterion: not_met", "ref: activite_minimale, is: not_met", "criterion"),
        ("any_criterion: not_met", "criterion: activite_minimale, is: not_met", "verdict"),
        ("{fact: patientele.mt_depart, at_least", "{table: aide.montant_annuel, at_least", "ref"),
        ("{fact: patientele.mt_depart, at_least: 775}", "{criterion: activite_minimale, is: met}", "ref"),
        ("{fact: patientele.mt_depart, at_least", "{item: aide.montant_annuel, at_least", "ref"),
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
def test_what_is_likely_meant_is_told(old: str, new: str, meant: str, small_copy: Path) -> None:
    rewrite(small_copy / RULES, old, new)
    assert meant in {problem.nearest for problem in check_folder(small_copy)}


@pytest.mark.parametrize(
    ("file", "key", "written"),
    [
        ("nouvelle/seuils.yaml", "value", "10%"),
        ("nouvelle/seuils.yaml", "value", "trois"),
        (RULES, "at_least", "{percent_of: [10 %, 200]}"),
    ],
)
def test_a_number_with_its_unit_or_in_letters_is_no_number(file: str, key: str, written: str, small_copy: Path) -> None:
    for step in dated(VALUE):
        step(small_copy)
    rewrite(small_copy / file, f"{key}: 775", f"{key}: {written}")
    assert [problem.code for problem in check_folder(small_copy)] == ["number-form"]


def test_a_legal_text_sets_days_to_come_and_an_older_one_does_not(small_copy: Path) -> None:
    for step in dated(VALUE + VALUE.replace("2024", "2026").replace("775", "800")):
        step(small_copy)
    rewrite(small_copy / HEAD, "kind: derived, date:", "kind: official_text, date:")
    assert "citation-older" not in {problem.code for problem in check_folder(small_copy)}
    rewrite(small_copy / HEAD, 'date: "2024-06"', 'date: "2023-05"')
    assert [problem.code for problem in check_folder(small_copy)].count("citation-older") == 2


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("mt_depart, more_than: 775", "mt_depart, is: [775, 776]", "; for one of several values, in: […]"),
        ("any_criterion: not_met", "all: []", "(number of entries: at least 1)"),
        ("{fact: patientele.mt_depart, more_than: 775}", "medecin.optam", "Expected: a condition, {fact: …, is: …}"),
        (
            "any_criterion: not_met}, then: ineligible}",
            "any_criterion: not_met}, then: ineligible, id: autre, when: {every_criterion: met}, then: eligible}",
            "a dash before the first one of each entry",
        ),
    ],
)
def test_what_a_list_is_to_be_is_told(old: str, new: str, said: str, small_copy: Path) -> None:
    rewrite(small_copy / RULES, old, new)
    (told,) = check_folder(small_copy)
    assert said in told.message("en")


def test_a_sign_that_nobody_sees_is_dropped_from_the_id_that_is_proposed(small_copy: Path) -> None:
    rewrite(small_copy / RULES, "id: activite_minimale", "id: activite\u200b_minimale")
    assert {problem.nearest for problem in check_folder(small_copy)} == {"activite_minimale"}


def test_no_letter_of_another_alphabet_is_dropped_from_the_id_that_is_proposed(small_copy: Path) -> None:
    rewrite(small_copy / RULES, "id: activite_minimale", "id: activit\u0435_minimale")
    assert {problem.nearest for problem in check_folder(small_copy)} == {None}


def test_a_bound_that_takes_in_the_last_year_is_sound(small_copy: Path) -> None:
    rewrite(small_copy / RULES, "annee: {from: 3}", "annee: {from: 3, before: 16}")
    assert check_folder(small_copy) == ()
    rewrite(small_copy / RULES, "before: 16", "before: 3")
    assert [problem.code for problem in check_folder(small_copy)] == ["unreachable-row"]


def test_the_form_to_write_is_told(tmp_path: Path) -> None:
    for number, written in enumerate(('"19 000"', "19 000", "19000 €", "19000 EUR", "19.000")):
        root = tmp_path / str(number)
        shutil.copytree(SMALL, root)
        rewrite(root / RULES, "19000", written)
        (told,) = check_folder(root)
        assert "Expected: 19000" in told.message()


def test_a_wrong_unit_names_the_table_that_has_it(small_copy: Path) -> None:
    rewrite(small_copy / RULES, "unit: EUR", "unit: patients")
    (small_copy / "nouvelle/dus.yaml").write_text(DUE, encoding="utf-8")
    (told,) = [p for p in check_folder(small_copy) if p.code == "type-mismatch"]
    assert "aide.montant_annuel: number (patients)" in told.message()


def test_a_row_gap_is_told_in_words_and_once(small_copy: Path) -> None:
    rewrite(small_copy / RULES, "      - {option: demi_etp, annee: {from: 3}, then: 13000}\n", "")
    (told,) = check_folder(small_copy)
    half = "« Option de temps de travail »\u00a0: Mi-temps (0,5 ETP)\u00a0; « Année du contrat » à partir de 3"
    assert told.message("fr").replace("\u202f", "\u00a0") == f"aucune ligne ne traite {half}"
    half = "“Working time option”: Half time (0.5 FTE); “Year of the contract” from 3"
    assert told.message("en") == f"no row covers {half}"


EXPECTED = "expect: {eligibilite: eligible, aide.montant_annuel: 19000}"


@pytest.mark.parametrize(
    ("new", "name", "nearest"),
    [
        (EXPECTED.replace("eligibilite:", "eligibilit:"), "eligibilit:", "eligibilite"),
        (EXPECTED.replace("eligible,", "eligibl,"), "eligibl,", "eligible"),
        (EXPECTED.replace("eligibilite: eligible", "activite_minimale: not_meet"), "not_meet", "not_met"),
        (EXPECTED.replace("eligibilite: eligible", "activite_minimale: non rempli"), "non rempli", "not_met"),
        (EXPECTED + "\n    warnings: [activite_minimal]", "activite_minimal]", "activite_minimale"),
        (EXPECTED + "\n    due: {aide.montant_anuel: 2024-09-02}", "aide.montant_anuel", "aide.montant_annuel"),
        (EXPECTED + "\n    missing: [medecin.sectur]", "medecin.sectur", "medecin.secteur"),
        (EXPECTED + "\n    without: [medecin.sectur]", "medecin.sectur", "medecin.secteur"),
        (EXPECTED + "\n    interpret: {borne_du_minimun: exclue}", "borne_du_minimun", "borne_du_minimum"),
        (EXPECTED + "\n    interpret: {borne_du_minimum: exclu}", "exclu}", "exclue"),
    ],
)
def test_what_no_text_has_is_told_where_a_test_expects_it_with_the_nearest_name(
    new: str, name: str, nearest: str, small_copy: Path
) -> None:
    rewrite(small_copy / SUITE, EXPECTED, new)
    session = Session(load_registry(small_copy))
    failed = [outcome for case in read_cases(session) if not (outcome := run_case(session, case)).passed]
    (told,) = [problem for outcome in failed for problem in outcome.problems]
    line = (small_copy / SUITE).read_text(encoding="utf-8").splitlines()[told.location.line - 1]
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
    old: str, new: str, code: str, meant: str, small_copy: Path
) -> None:
    rewrite(small_copy / SUITE, old, new)
    for command in ("check", "test"):
        said = avenant(command, "--policies", str(small_copy), "--lang", "en")
        assert said.exit_code == 1
        assert f": {code}: " in said.output
        assert f"Did you mean '{meant}'?" in said.output


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{patientele.mt_depart: 775}", "{patientele: {mt_depart: 775}}", "Expected: patientele.mt_depart: …"),
        (EXPECTED, "expect: {aide: {montant_annuel: 19000}}", "Expected: aide.montant_annuel: …"),
        (", option: demi_etp, annee: 1}", "}\n  contrat.annee: 1", "Expected: contrat: {annee: …}"),
    ],
)
def test_names_in_parts_are_told_as_a_suite_writes_them(old: str, new: str, said: str, small_copy: Path) -> None:
    rewrite(small_copy / SUITE, old, new)
    told = avenant("check", "--policies", str(small_copy), "--lang", "en").output
    assert said in told
    assert told.count("regles_test.yaml:") == 1


@pytest.mark.parametrize(("written", "form"), [("19 000", "19000"), ("19000 €", "19000"), ("sans objet", "775, 12.5")])
def test_words_for_a_number_that_a_test_expects_are_told_with_the_form_to_write(
    written: str, form: str, small_copy: Path
) -> None:
    rewrite(small_copy / SUITE, "19000", written)
    said = avenant("check", "--policies", str(small_copy), "--lang", "en")
    assert f":8:58: number-form: '{written}' is not a number. Expected: {form}\n" in said.output


def test_a_list_of_differences_is_checked_for_its_form(small_copy: Path) -> None:
    (small_copy / "nouvelle/tests/differences.yaml").write_text(
        "differences: [{becuse: Article 2, cases: []}]\n", encoding="utf-8"
    )
    said = avenant("check", "--policies", str(small_copy), "--lang", "en")
    assert "differences.yaml:1:16: unknown-key" in said.output


def test_a_fault_of_what_the_tests_start_from_is_told_there_and_once(small_copy: Path) -> None:
    rewrite(small_copy / SUITE, "option: demi_etp", "option: demi_tp")
    with pytest.raises(InputFault) as error:
        read_cases(Session(load_registry(small_copy)))
    (told,) = error.value.problems
    line = (small_copy / SUITE).read_text(encoding="utf-8").splitlines()[told.location.line - 1]
    assert (told.code, told.nearest) == ("fact-value", "demi_etp")
    assert line[told.location.column - 1 :].startswith("demi_tp")


def test_two_cases_of_one_name_are_told_at_the_second(small_copy: Path) -> None:
    text = (small_copy / SUITE).read_text(encoding="utf-8")
    case = text[text.index("  - name:") :]
    (small_copy / SUITE).write_text(text + case, encoding="utf-8")
    with pytest.raises(InputFault) as error:
        read_cases(Session(load_registry(small_copy)))
    (told,) = error.value.problems
    first = len(text[: text.index("  - name:")].splitlines()) + 1
    assert (told.code, told.location.line) == ("case-repeated", len(text.splitlines()) + 1)
    assert all(f":{first}:" in told.message(lang) for lang in LANGUAGES)


def test_a_test_that_fails_under_a_later_text_names_what_it_changes(small_copy: Path) -> None:
    (small_copy / f"nouvelle/{AGAIN}").write_text(OVERLAY, encoding="utf-8")
    suite = """suite: Encore
base: {contrat: {date_signature: "2023-09-02", option: demi_etp, annee: 3}}
cases:
  - {name: Après trois ans, given: {patientele.mt_depart: 699}, expect: {activite_minimale: met}}
"""
    (small_copy / "ancienne/tests/encore_test.yaml").write_text(suite, encoding="utf-8")
    told = " ".join(avenant("test", "--policies", str(small_copy), "--lang", "fr").output.split())
    assert "Décidé sous les effets de textes postérieurs : Contrats en cours (nouvelle/contrats_en_cours)." in told


def test_a_day_that_does_not_exist_is_told_where_a_test_gives_it(small_copy: Path) -> None:
    suite = "nouvelle/tests/regles_test.yaml"
    given = 'contrat.date_embauche: "2031-02-29", patientele.mt_depart'
    rewrite(small_copy / suite, "patientele.mt_depart", given)
    with pytest.raises(InputFault) as error:
        read_cases(Session(load_registry(small_copy)))
    (told,) = error.value.problems
    text = (small_copy / suite).read_text(encoding="utf-8").splitlines()[told.location.line - 1]
    assert (told.code, text[told.location.column - 1 :][:12]) == ("day-missing", '"2031-02-29"')


def test_every_fault_of_a_test_is_told_at_its_fact_and_a_group_is_left_out_whole(small_copy: Path) -> None:
    suite = """suite: Essais
base: {contrat: {date_signature: "2024-09-02", option: demi_et, annee: 1}}
cases:
  - {name: Une, given: {patientele.secteur: secteur_1, patientele.mt_depart: -3}, expect: {eligibilite: eligible}}
  - {name: Deux, without: [contrat], given: {patientele.mt_depart: 775}, expect: {eligibilite: eligible}}
"""
    (small_copy / SUITE).write_text(suite, encoding="utf-8")
    with pytest.raises(InputFault) as error:
        read_cases(Session(load_registry(small_copy)))
    told = [(each.code, each.location.line, each.location.column, each.nearest) for each in error.value.problems]
    assert told == [
        ("fact-value", 2, 56, "demi_etp"),
        ("unknown-fact", 4, 25, "medecin.secteur"),
        ("fact-range", 4, 78, None),
        ("missing-signature", 5, 12, None),
    ]
