"""A parameter named in braces in a label or a note is said as its number, in both languages, wherever it stands."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_rules import AT_THRESHOLD, OVERLAY, THRESHOLD, VALUE, amend, read, rewrite, told

from engine.policy.model import Criterion

LABELLED = AT_THRESHOLD.replace(
    "fr: Au seuil, en: At the threshold", "fr: 'Dès {seuil} patients', en: 'From {seuil} on'"
)
RULES = "nouvelle/seuils.yaml"


def label(root: Path, id_: str = "nouvelle") -> tuple[str, str]:
    said = read(root).by_id(id_).items["au_seuil"].label
    return said["fr"], said["en"]


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [("775", "775", "775"), ("1775", "1\u202f775", "1,775"), ("12.5", "12,5", "12.5")],
)
def test_the_number_is_said_as_each_language_writes_it(
    small_copy: Path,
    value: str,
    french: str,
    english: str,
) -> None:
    (small_copy / RULES).write_text(THRESHOLD.replace("value: 775", f"value: {value}") + LABELLED, encoding="utf-8")
    assert label(small_copy) == (f"Dès {french} patients", f"From {english} on")


def test_of_several_values_each_is_said_with_its_day(small_copy: Path) -> None:
    (small_copy / RULES).write_text(
        THRESHOLD + VALUE.replace("2024-06-22", "2026-01-01").replace("775", "800") + LABELLED, encoding="utf-8"
    )
    assert label(small_copy) == (
        "Dès 775 (800 à partir du 01/01/2026) patients",
        "From 775 (800 from 2026-01-01 on) on",
    )


def test_a_text_that_changes_the_number_changes_the_words_that_it_keeps(small_copy: Path) -> None:
    (small_copy / RULES).write_text(THRESHOLD + LABELLED, encoding="utf-8")
    change = """change:
  parameters:
    - {id: seuil, values: [{from: "2027-01-01", value: 800, cite: [{source: avenant, at: article 1}]}]}
"""
    amend(small_copy, {"regles.yaml": change})
    assert label(small_copy, "avenant")[0] == "Dès 800 patients"
    assert label(small_copy)[0] == "Dès 775 patients"


def test_a_number_that_a_later_text_lays_over_running_contracts_is_said_in_their_words_too(small_copy: Path) -> None:
    (small_copy / RULES).write_text(THRESHOLD + LABELLED, encoding="utf-8")
    change = """change:
  parameters:
    - {id: seuil, values: [{from: "2027-01-01", value: 800, cite: [{source: avenant, at: article 1}]}]}
"""
    laid = OVERLAY.split("criteria:")[0].replace('before: "2024-06-22', 'from: "2024-06-22", before: "2027-01-01')
    laid = laid.replace("{activite_minimale: activite_minimale.en_cours}", "{seuil: seuil}").replace("texte", "avenant")
    amend(small_copy, {"regles.yaml": change, "en_cours.yaml": laid})
    assert label(small_copy)[0] == "Dès 775 (800 à partir du 01/01/2027) patients"
    assert label(small_copy, "avenant")[0] == "Dès 800 patients"


@pytest.mark.parametrize("written", ["{seil}", "{ seuil }", "{{seuil}}"])
def test_a_name_in_braces_that_is_no_parameter_is_told_at_its_text(small_copy: Path, written: str) -> None:
    (small_copy / RULES).write_text(THRESHOLD + LABELLED.replace("'From {seuil}", f"'From {written}"), encoding="utf-8")
    (line,) = [line for line in told(small_copy) if "unknown-item" in line]
    text = (small_copy / RULES).read_text(encoding="utf-8").splitlines()[int(line.split(":")[1]) - 1]
    assert line.startswith(RULES)
    assert written in text


def test_the_words_of_derogations_and_refusals_are_filled_in_too(small_copy: Path) -> None:
    (small_copy / RULES).write_text(THRESHOLD + AT_THRESHOLD, encoding="utf-8")
    rewrite(
        small_copy / RULES, "    met_when:", "    refusal: {fr: 'sous {seuil}', en: 'below {seuil}'}\n    met_when:"
    )
    body = read(small_copy).by_id("nouvelle").items["au_seuil"].body
    assert isinstance(body, Criterion)
    assert body.refusal == {"fr": "sous 775", "en": "below 775"}
