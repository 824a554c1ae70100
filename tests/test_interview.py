"""An interview on the terminal: questions in the order that decides most, answers as people write them, and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from click.testing import Result
from command import ROOT, avenant, plain_spaces

ORDINARY = {  # each answer by a part of its question, in the order in which they are asked
    "Qui signe": "médecin libéral",
    "À quelle date": "02/09/2024",
    "secteur conventionnel": "Secteur 1",
    "spécialité": "médecine générale",
    "médecin traitant, à la signature": "1 100",
    "option de temps de travail": "mi-temps",
}


def talk(tmp_path: Path, *answers: str, case: str | None = None, lang: str = "fr") -> Result:
    start = [] if case is None else [case]
    given = "".join(f"{answer}\n" for answer in answers)
    result = avenant("ask", *start, "-i", "-o", str(tmp_path / "cas.yaml"), "--lang", lang, stdin=given)
    assert result.exit_code == 0, result.output
    return result


def said(result: Result) -> str:
    """What was said, with plain spaces."""
    return plain_spaces(result.stdout)


def saved(tmp_path: Path) -> Any:
    return yaml.safe_load((tmp_path / "cas.yaml").read_text(encoding="utf-8"))


def questions(result: Result) -> list[str]:
    return [line for line in result.stdout.splitlines() if line[:1].isdigit()]


def test_from_nothing_an_ordinary_case_is_decided_in_six_questions(tmp_path: Path) -> None:
    result = talk(tmp_path, *ORDINARY.values(), "fin")
    assert all(part in question for part, question in zip(ORDINARY, questions(result), strict=False))
    assert "Éligibilité à l'aide : Éligible" in said(result)
    assert "19 000 € la première année" in said(result)
    told = json.loads(avenant("evaluate", str(tmp_path / "cas.yaml"), "--format", "json").stdout)
    assert told["results"]["eligibilite"]["value"] == "eligible"


def test_an_answer_with_two_readings_or_none_is_told_and_asked_again(tmp_path: Path) -> None:
    result = talk(
        tmp_path, "médecin libéral", "3/4/25", "31/02/2024", "nsp", "2 septembre 2024", "trois", "secteur 1", "fin"
    )
    assert "03/04/2025 ou 03/04/1925" in said(result)
    assert "« trois » n'est pas une valeur de Secteur conventionnel" in said(result)
    assert "Il faut une date" in said(result)
    assert saved(tmp_path)["contrat"] == {"date_signature": "2024-09-02"}
    assert saved(tmp_path)["medecin"] == {"secteur": "secteur_1"}


def test_an_answer_that_is_no_value_is_told_the_values_by_their_labels(tmp_path: Path) -> None:
    told = said(talk(tmp_path, "clinique", "médecin libéral", "02/09/2024", "secteur trois", "fin"))
    assert "« clinique » n'est pas une valeur de Bénéficiaire de l'aide. Attendu : Médecin libéral ; Centre" in told
    assert "Vouliez-vous dire « Secteur" in told
    assert "medecin_liberal" not in told
    assert "secteur_1" not in told


def test_back_takes_the_last_answer_away_and_asks_it_again(tmp_path: Path) -> None:
    result = talk(tmp_path, "médecin libéral", "02/09/2024", "secteur 1", "<", "secteur 2", "fin")
    assert [line for line in questions(result) if "secteur" in line] == [questions(result)[2]] * 2
    assert saved(tmp_path)["medecin"] == {"secteur": "secteur_2"}


def test_each_question_says_what_depends_on_it_and_what_holds_so_far(tmp_path: Path) -> None:
    result = talk(tmp_path, "médecin libéral", "02/09/2024", "fin")
    assert "En dépend : Éligibilité à l'aide" in said(result)
    assert "À ce stade : Éligibilité à l'aide : indéterminé" in said(result)


def test_nothing_more_is_asked_once_the_aid_is_refused(tmp_path: Path) -> None:
    result = talk(tmp_path, "médecin libéral", "02/09/2024", "non conventionné")
    assert "secteur" in questions(result)[-1]
    assert saved(tmp_path)["medecin"] == {"secteur": "non_conventionne"}


def test_what_is_not_known_is_left_out_and_not_asked_again(tmp_path: Path) -> None:
    result = talk(tmp_path, "médecin libéral", "02/09/2024", "?", "médecine générale", "fin")
    assert sum("secteur" in line for line in questions(result)) == 1
    assert "secteur" not in saved(tmp_path)["medecin"]


def test_a_refusal_shows_no_amount(tmp_path: Path) -> None:
    result = talk(tmp_path, "médecin libéral", "02/09/2024", "non conventionné", "fin")
    assert "Non éligible" in said(result)
    assert "€" not in said(result)


def test_a_case_that_is_given_is_gone_on_with(tmp_path: Path) -> None:
    case = ROOT / "examples" / "2025_gp_incomplete.yaml"
    result = talk(tmp_path, "fin", case=str(case))
    assert "patients" in questions(result)[0]
    assert saved(tmp_path)["contrat"]["date_signature"] == "2025-03-03"


def test_a_day_without_a_text_is_told_and_another_asked_for(tmp_path: Path) -> None:
    result = talk(tmp_path, "centre de santé", "01/02/2015", "02/09/2020", "fin")
    assert result.exit_code == 0
    assert saved(tmp_path)["beneficiaire"] == "centre_de_sante"


def test_the_end_of_the_input_is_an_end_and_nothing_is_kept_of_nothing(tmp_path: Path) -> None:
    result = talk(tmp_path, "médecin libéral")
    assert result.exit_code == 0
    assert not (tmp_path / "cas.yaml").exists()


def test_the_interview_speaks_english_too(tmp_path: Path) -> None:
    result = talk(tmp_path, "self-employed doctor", "2024-09-02", "sector 1", "stop", lang="en")
    assert "So far: Eligibility for the aid: undetermined" in said(result)
    assert saved(tmp_path)["medecin"] == {"secteur": "secteur_1"}
