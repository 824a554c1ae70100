"""What a text adds, or takes away, is told to its reviewer with what it holds, and not by its name alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from command import LANGUAGES, avenant, plain_spaces
from small_rules import SMALL, rewrite

HEAD = """
  note: {title: Note, publisher: Avenant, kind: derived, date: "2024-06"}
interpretations:
  - id: prime_zac
    question: {fr: La prime vaut-elle en ZAC ?, en: Is the bonus also for ZAC?}
    choices:
      - {id: non, label: {fr: "Non, en ZIP seule", en: "No, ZIP only"}}
      - {id: aussi, label: {fr: Aussi, en: Also}}
    default: non
    cite: [{source: texte}]"""
ADDED = """parameters:
  - id: prime
    label: {fr: Prime, en: Bonus}
    unit: EUR
    values: [{from: "2024-06-22", value: 1500, cite: [{source: texte}]}]
tables:
  - id: bareme
    label: {fr: Barème, en: Scale}
    unit: EUR
    cite: [{source: texte}]
    inputs: {zone: {fact: medecin.zone}, annee: {fact: contrat.annee}}
    rows:
      - {zone: zip, annee: {before: 3}, then: 2500}
      - {zone: zip, annee: {from: 3}, then: 1200}
      - {zone: [zac, hors_zonage], then: 0}
quantities:
  - id: prime.due
    label: {fr: Prime due, en: Bonus due}
    unit: EUR
    cite: [{source: texte}]
    cases:
      - {when: {fact: medecin.zone, is: zip}, then: {ref: prime}}
      - {when: {interpretation: prime_zac, is: aussi}, then: 700}
    otherwise: 0
criteria:
  - id: coordonne
    label: {fr: Exercice coordonné, en: Coordinated practice}
    informs: true
    cite: [{source: texte}]
    applies_when: {fact: contrat.option, is: un_etp}
    met_when: {fact: medecin.exercice_coordonne, is: oui}
    warnings: [{when: {fact: medecin.age, at_least: 71}, text: {fr: Trop âgé., en: Too old.}}]
payments:
  - id: versement.prime
    label: {fr: Versement de la prime, en: Payment of the bonus}
    cite: [{source: texte}]
    amount: {ref: prime.due}
    due: {date_plus: [{fact: contrat.date_signature}, {months: 5}]}
obligations:
  - id: bilan
    label: {fr: Bilan, en: Report}
    cite: [{source: texte}]
    due: {date_plus: [{fact: contrat.date_signature}, {years: 4}]}
    done_when: {fact: assistant.poste_cree, is: true}
    if_unmet: contract_may_end
consistency:
  - id: coherence.zone
    label: {fr: Zone et groupe, en: Zone and group}
    cite: [{source: texte}]
    severity: error
    holds_when: {fact: medecin.exercice_regroupe, is: true}
properties:
  - id: jamais_deux
    label: {fr: Jamais plus de 3 000 €, en: Never above 3000}
    cite: [{source: texte}]
    never: {ref: prime.due, more_than: 3000}
"""
OVERLAYS = """overlays:
  - id: anciens
    label: {fr: Anciens contrats, en: Older contracts}
    cite: [{source: texte}]
    signed: {before: "2024-06-22"}
    from_first_anniversary_on_or_after: "2024-07-14"
    replace: {activite_minimale: activite_minimale.anciens}
    add_derogations: {activite_minimale: [activite_minimale.jeunes]}
derogations:
  - id: activite_minimale.jeunes
    label: {fr: Jeunes patients, en: Young patients}
    cite: [{source: texte}]
    when: {fact: medecin.exercice_regroupe, is: true}
suppositions:
  - id: droit.changement
    label: {fr: Autre option, en: Another option}
    cite: [{source: texte}]
    right: contrat.date_changement_option
    when: {fact: contrat.annee, at_least: 3}
    be: ["2027-01-01"]
criteria:
  - id: activite_minimale.anciens
    label: {fr: Minimum des anciens, en: Minimum of older ones}
    cite: [{source: texte}]
    met_when: {fact: patientele.mt_depart, at_least: 701}
"""
WINDOW = """
without_rules:
  - id: ensuite
    signed: {from: "2035-01-01"}
    aid: unpublished
    label: {fr: Après le terme, en: After the term}
    ask: {fr: Demandez à la caisse., en: Ask the fund.}
    known: [{text: {fr: Rien n'est signé., en: Nothing is signed.}, cite: [{source: texte}]}]
    cite: [{source: texte}]
"""
TOLD = {
    "fr": [
        *(
            "Non, en ZIP seule (lecture par défaut)",
            "à compter du 22/06/2024 : 1 500 €",
            "Année du contrat < 3 : 2 500 €",
        ),
        *("Année du contrat ≥ 3 : 1 200 €", "sinon → 0", "« Exercice coordonné » est Oui, déjà", "Trop âgé."),
        *("montant :", "« Prime due »", "échéance :", "fait quand", "suite si non tenue : le contrat peut prendre fin"),
        *("gravité : le dossier est refusé", "« Exercice regroupé » est oui", "« Prime due » dépasse 3 000"),
        *("14/07/2024", "« Activité minimale » → « Minimum des anciens »"),
        *("« Jeunes patients »", "« Année du contrat » atteint 3"),
        *("signatures à compter du : 01/01/2035", "Rien n'est signé.", "Demandez à la caisse."),
    ],
    "en": [
        *("No, ZIP only (default reading)", "from 2024-06-22: €1,500", "Year of the contract < 3: €2,500"),
        *("Year of the contract ≥ 3: €1,200", "otherwise → 0", "“Coordinated practice” is Yes, already", "Too old."),
        *(
            "amount:",
            "“Bonus due”",
            "due:",
            "done when",
            "severity: the case is refused",
            "“Bonus due” is more than 3,000",
        ),
        *("2024-07-14", "“Minimum activity” → “Minimum of older ones”", "signatures from: 2035-01-01"),
        *("Nothing is signed.", "Ask the fund.", "“Year of the contract” is at least 3"),
    ],
}


@pytest.fixture
def fuller(tmp_path: Path) -> Path:
    """The small policies with something of every kind more."""
    root = Path(shutil.copytree(SMALL, tmp_path / "fuller"))
    head = root / "nouvelle/convention.yaml"
    text = head.read_text(encoding="utf-8").replace(
        '{from: "2024-06-22"}', '{from: "2024-06-22", before: "2035-01-01"}'
    )
    head.write_text(text.replace("\ninterpretations:", HEAD, 1) + WINDOW, encoding="utf-8")
    (root / "nouvelle/ajouts.yaml").write_text(ADDED, encoding="utf-8")
    (root / "nouvelle/anciens.yaml").write_text(OVERLAYS, encoding="utf-8")
    return root


def flat(text: str) -> str:
    plain = plain_spaces(text).replace("\\", "")
    return " ".join(line.strip().removeprefix("+").removeprefix("−").strip() for line in plain.splitlines())


@pytest.mark.parametrize("form", ["text", "markdown", "github", "json"])
@pytest.mark.parametrize("lang", LANGUAGES)
def test_what_is_new_or_gone_is_told_with_what_it_holds(fuller: Path, lang: str, form: str) -> None:
    for sides in ((SMALL, fuller), (fuller, SMALL)):
        told = avenant("diff", *map(str, sides), "--lang", lang, "--format", form).output
        if form == "json":
            told = " ".join(edit["text"] for each in json.loads(told)["comparisons"] for edit in each["edits"])
        told = flat(told)
        assert [text for text in TOLD[lang] if text.rstrip(":") not in told] == []


SHOWN = {
    "bilan": ("Due date", "Done when:", "What follows if not met: the contract may end"),
    "coherence.zone": ("Severity: the case is refused", "“Grouped practice” is yes"),
    "coordonne": ("Applies when:", "Met when:", "Warning: Too old.", "is at least 71"),
}


@pytest.mark.parametrize("item", SHOWN)
def test_an_item_is_shown_with_all_that_a_review_says_of_a_new_one(fuller: Path, item: str) -> None:
    told = flat(avenant("show", item, "--lang", "en", "--policies", str(fuller)).output)
    assert [text for text in SHOWN[item] if text not in told] == [], told


def changed(fuller: Path, tmp_path: Path, change: Callable[[str], str]) -> str:
    other = Path(shutil.copytree(fuller, tmp_path / "other"))
    rules = other / "nouvelle/ajouts.yaml"
    rules.write_text(change(rules.read_text(encoding="utf-8")), encoding="utf-8")
    return flat(avenant("diff", str(fuller), str(other), "--lang", "fr").output)


def test_a_table_that_becomes_a_quantity_is_told_with_the_values_of_both(fuller: Path, tmp_path: Path) -> None:
    quantity = "  - {id: bareme, label: {fr: Barème, en: Scale}, unit: EUR, cite: [{source: texte}], value: 1250}\n"

    def change(text: str) -> str:
        table = text[text.index("  - id: bareme") : text.index("quantities:\n")]
        return text.replace(f"tables:\n{table}", "").replace("quantities:\n", f"quantities:\n{quantity}")

    told = changed(fuller, tmp_path, change)
    assert "table" in told
    for text in ("Année du contrat < 3 : 2 500 €", "Année du contrat ≥ 3 : 1 200 €", "valeur calculée", "1 250"):
        assert text in told


def test_words_of_a_text_and_not_its_codes_are_told(fuller: Path, tmp_path: Path) -> None:
    told = changed(
        fuller,
        tmp_path,
        lambda text: text.replace("severity: error", "severity: warning").replace("contract_may_end", "contract_ends"),
    )
    assert "gravité : le dossier est refusé → un avertissement précède la réponse" in told
    assert "le contrat peut prendre fin → le contrat prend fin" in told


def test_a_window_without_rules_that_moves_is_told(fuller: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(fuller, tmp_path / "other"))
    for end in ("before", "from"):
        rewrite(other / "nouvelle/convention.yaml", f'{end}: "2035', f'{end}: "2036')
    told = json.loads(avenant("diff", str(fuller), str(other), "--format", "json").output)
    edits = [(edit["kind"], edit["part"], edit["after"]) for each in told["comparisons"] for edit in each["edits"]]
    assert edits == [("convention", "signed_before", "2036-01-01"), ("window", "signed_from", "2036-01-01")]
