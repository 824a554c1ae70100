"""Inputs on which answers once fell short, and what a right answer shows, in the formats of each command.

The inputs stand in tests/cases; they come from public questions, worked examples and disputes.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from command import ROOT, avenant, refused

CASES = ROOT / "tests" / "cases"
PAGES = ("text", "markdown")


def said(command: str, name: str, format_: str = "text", *options: str) -> str:
    """What a command answers on an input, in French, on one line."""
    result = avenant(command, str(CASES / name), "--format", format_, "--lang", "fr", *options)
    assert result.exit_code == 0, result.output
    return " ".join(result.stdout.split())


def object_of(command: str, name: str, *options: str) -> Any:
    return json.loads(said(command, name, "json", *options))


def doubts(command: str, name: str, *options: str) -> dict[str, Any]:
    """The facts said to be doubtful, by the consistency that they do not meet."""
    return {doubt["id"]: doubt["facts"] for doubt in object_of(command, name, *options)["consistency"]}


def test_an_age_and_a_birth_that_contradict_each_other_are_refused_with_both() -> None:
    for command in (("evaluate",), ("ask",), ("explain", "eligibilite")):
        name, *more = command
        result = avenant(name, str(CASES / "age_against_birth.yaml"), *more, "--lang", "fr")
        told = refused(result)
        assert "age_against_birth.yaml:2:" in told
        assert "facts-contradict" in told
        assert "medecin.age = 50" in told
        assert "medecin.date_naissance = 1955-01-01" in told


@pytest.mark.parametrize("format_", PAGES)
def test_a_count_against_its_percentile_is_doubted_at_the_head_of_the_page(format_: str) -> None:
    page = said("evaluate", "count_against_percentile.yaml", format_)
    doubt = page.index("Faits douteux")
    assert doubt < page.index("Résultats")
    assert "700 patients" in page[doubt : page.index("Résultats")]
    assert "97" in page[doubt : page.index("Résultats")]


@pytest.mark.parametrize("command", ["evaluate", "ask"])
def test_a_count_against_its_percentile_is_doubted_in_data(command: str) -> None:
    facts = doubts(command, "count_against_percentile.yaml")["coherence.percentile_mt"]
    assert facts["patientele.mt_depart"] == 700
    assert facts["patientele.percentile_mt"] == 97


def test_an_objective_at_the_start_is_not_doubted_where_the_law_sets_it() -> None:
    assert doubts("evaluate", "p95_objective_at_the_start.yaml") == {}
    assert "ne dépasse pas le niveau de départ" not in said("evaluate", "p95_objective_at_the_start.yaml")
    life = "life_65_in_a_contract_of_2024.yaml"
    assert not {"coherence.objectif_mt", "coherence.objectif_fa"} & doubts("timeline", life).keys()
    for format_ in (*PAGES, "html"):
        assert "ne dépasse pas le niveau de départ" not in said("timeline", life, format_)


@pytest.mark.parametrize("format_", PAGES)
def test_a_signature_after_the_announced_years_of_the_convention_is_doubted(format_: str) -> None:
    assert "annoncée pour 2024-2029" in said("evaluate", "signed_in_2031.yaml", format_)
    assert list(doubts("evaluate", "signed_in_2031.yaml")) == ["coherence.terme_de_la_convention"]
