"""The schema of rule files means the same to editors and to the engine, and says to both what a key is for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from command import FIXTURES, ROOT

from engine.language.facts import vocabulary
from engine.language.operators import COMPARISONS
from engine.policy.loader import load
from engine.policy.schema import shape, shape_problems

SCHEMA = json.loads((ROOT / "schemas" / "ruleset.schema.json").read_text(encoding="utf-8"))
SHAPE = shape(SCHEMA)
BY_THE_BOOK = jsonschema.Draft7Validator(SCHEMA, format_checker=jsonschema.FormatChecker(["date"]))
SOUND = sorted(p for p in (ROOT / "policies").glob("*/*.yaml") if p.name != "convention.yaml")
CODES = (
    "missing-key",
    "type-mismatch",
    "unknown-fact",
    "unknown-key",
    "wrong-date",
    "wrong-form",
    "wrong-type",
    "wrong-value",
)
FAULTY = sorted(path for code in CODES for path in (ROOT / FIXTURES / "bad_policies" / code).glob("*/regles.yaml"))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_the_schema_is_sound_draft_07() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)


@pytest.mark.turns(path=SOUND, every=4)
def test_a_sound_rule_file_fits_the_schema_by_the_book_and_in_the_engine(path: Path) -> None:
    document = load(path)
    assert not list(BY_THE_BOOK.iter_errors(document.data))
    assert not shape_problems(document, SHAPE)


@pytest.mark.parametrize("path", FAULTY, ids=named)
def test_the_engine_tells_a_fault_of_shape_only_where_the_schema_has_one(path: Path) -> None:
    document = load(path)
    told = shape_problems(document, SHAPE)
    found = list(BY_THE_BOOK.iter_errors(document.data))
    assert found or not told
    if found and not told:  # what names and types tell better
        leaves = [leaf for error in found for leaf in _leaves(error)]
        assert any("x-typed" in leaf.schema for leaf in leaves)


def _leaves(error: Any) -> list[Any]:
    return [leaf for inner in error.context for leaf in _leaves(inner)] if error.context else [error]


def test_an_operator_says_what_it_means_in_both_languages_and_a_fact_offers_the_names_of_facts() -> None:
    comparison = SCHEMA["definitions"]["condition"]["anyOf"][0]["properties"]
    for row in COMPARISONS.values():
        assert comparison[row.name]["description"] == f"FR: {row.meaning['fr']} / EN: {row.meaning['en']}"
    case = json.loads((ROOT / "schemas" / "case.schema.json").read_text(encoding="utf-8"))
    assert set(SCHEMA["definitions"]["fact_name"]["enum"]) == set(vocabulary(case).facts)


@pytest.mark.parametrize(
    "rules",
    [
        {"parameters": [{"id": "a", "unit": "EUR", "values": [{"from": "2024-01-01", "value": "775"}]}]},
        {"tables": [{"id": "a", "unit": "EUR", "inputs": {"x": {"ref": "y"}}, "rows": [{"x": 1, "then": "19000"}]}]},
        {"payments": [{"id": "a", "cite": [{"source": "s"}], "amount": {"max": ["0", 1]}, "due": "2024-01-01"}]},
        {"criteria": [{"id": "a", "cite": [{"source": "s"}], "met_when": {"fact": "medecin.age", "at_least": "65"}}]},
        {"quantities": [{"id": "a", "value": 1, "add": [1, 1]}]},
    ],
)
def test_a_quoted_amount_or_a_second_body_is_underlined_by_the_book(rules: dict[str, Any]) -> None:
    for entries in rules.values():
        entries[0]["label"] = {"fr": "a", "en": "a"}
    assert len(list(BY_THE_BOOK.iter_errors(rules))) == 1


def test_every_word_of_the_source_is_in_the_schema() -> None:
    words = load(ROOT / "tools" / "ruleset.words.yaml").data
    text = json.dumps(SCHEMA, ensure_ascii=False)
    assert [key for key, said in words.items() if json.dumps(said["fr"], ensure_ascii=False)[1:-1] not in text] == []
