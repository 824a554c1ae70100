"""Answers about money: cases from public questions, and what a right answer shows, in French and in every format."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.command import avenant

CASES = Path(__file__).resolve().parent / "cases"


def said(command: str, *names: str, form: str = "text", options: tuple[str, ...] = ()) -> str:
    """What a command says of cases, in French, on one line of single spaces."""
    files = [str(CASES / f"{name}.yaml") for name in names]
    result = avenant(command, *files, "--lang", "fr", "--format", form, *options)
    assert result.exit_code == 0, result.output
    return result.stdout if form == "json" else " ".join(re.sub("[\u00a0\u202f]", " ", result.stdout).split())


def object_of(command: str, name: str, *options: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(said(command, name, form="json", options=options))
    return found


@pytest.mark.parametrize(("year", "amount"), [("2021", "18 000"), ("2025", "19 000")])
@pytest.mark.parametrize("form", ["text", "markdown"])
def test_a_secretary_who_is_not_replaced_leaves_nothing_due(year: str, amount: str, form: str) -> None:
    page = said("evaluate", f"secretary_not_replaced_{year}", form=form)
    assert "Aide non due, condition non remplie : Secrétaire remplacé" in page
    assert page.index("Aide non due") < page.index("Résultats")
    assert "Versements de l'année" not in page
    assert "aide non versée" in page
    data = object_of("evaluate", f"secretary_not_replaced_{year}")
    assert data["results"]["aide.montant_du"]["value"] is None
    assert data["results"]["secretariat.assure"]["verdict"] == "not_met"
    assert data["payments"] == []


def test_in_a_batch_a_secretary_who_is_not_replaced_is_due_nothing(tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    result = avenant(
        "batch", str(CASES / "contradictions.csv"), "--output", str(out), "--keep", "dossier", "--lang", "fr"
    )
    assert result.exit_code in (0, 1), result.output
    rows = {row["dossier"]: row for row in csv.DictReader(io.StringIO(out.read_text(encoding="utf-8")))}
    row = rows["secretaire_non_remplacee"]
    assert row["aide.montant_du.status"] == "not_applicable"
    assert row["aide.montant_du"] == ""
