"""The operator table is the one place of the language: schema, oracle, phrases and both evaluators follow it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Effort
from each_operator import TABLES, ids
from oracle_agreement import plain_data, random_differences

from engine.evaluation.session import Session
from engine.language import operators
from engine.language.operators import OPERATORS, Operator
from engine.language.reading import BODIES
from engine.language.values import Absent
from engine.policy.reading import load_registry

CASES = 400


@pytest.fixture(scope="module")
def example(root: Path) -> Path:
    return root / "tests" / "fixtures" / "every_operator"


@pytest.fixture(scope="module")
def books(example: Path) -> dict[str, dict[str, Any]]:
    return plain_data(example)


def ruleset_definitions(root: Path) -> Mapping[str, Any]:
    data: Mapping[str, Any] = json.loads((root / "schemas" / "ruleset.schema.json").read_text(encoding="utf-8"))
    return data["definitions"]  # type: ignore[no-any-return]


def forms(schema: Mapping[str, Any]) -> set[str]:
    return {key for form in schema["anyOf"] for key in form["properties"]}


def test_the_schema_names_every_operator_and_no_other(root: Path) -> None:
    definitions = ruleset_definitions(root)
    assert forms(definitions["condition"]) == {*operators.CONDITIONS, "fact", "ref", "interpretation"}
    assert forms(definitions["computed"]) == {*BODIES, "fact", "ref", "unpublished", "otherwise", "values"} - {"value"}
    assert set(BODIES) <= set(definitions["quantity"]["properties"])


@pytest.mark.parametrize("row", OPERATORS, ids=ids)
def test_every_row_has_all_meanings_and_words_in_both_languages(row: Operator) -> None:
    assert callable(row.scalar)
    assert callable(row.column)
    assert callable(row.term)
    for text in (row.phrase, row.meaning):
        assert text["fr"]
        assert text["en"]


def words_used(node: Any) -> Iterator[str]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            yield str(key)
            yield from words_used(value)
    elif isinstance(node, list):
        for value in node:
            yield from words_used(value)


def test_the_example_convention_uses_every_operator(books: dict[str, dict[str, Any]]) -> None:
    used = set(words_used(books))
    assert {row.name for row in OPERATORS} <= used


def test_the_oracle_agrees_on_the_example_convention(
    example: Path, books: dict[str, dict[str, Any]], effort: Effort
) -> None:
    session = Session(load_registry(example))
    assert list(random_differences(session, books, effort.of(2000))) == []
    session.close()


def broken(row: Operator) -> Operator:
    """The same row with a wrong meaning: a comparison turned round, unknown read as false, a number one too large."""

    def comparison(*arguments: Any) -> bool:
        return not row.scalar(*arguments)

    def connective(parts: list[bool | None]) -> bool | None:
        return row.scalar([bool(part) for part in parts])  # type: ignore[no-any-return]

    def expression(values: list[Any], options: Any) -> Any:
        if row.name in ("highest", "first_known"):
            return values[-1]
        if row.family == "date" and row.name == "date_plus":
            return row.scalar([values[0], values[1] + 1], options)
        result = row.scalar(values, options)
        return result if isinstance(result, Absent) else result + 1

    scalar = {"comparison": comparison, "connective": connective}.get(row.family, expression)
    return replace(row, scalar=scalar)


@pytest.mark.parametrize("row", OPERATORS, ids=ids)
def test_a_row_that_is_broken_on_purpose_is_caught(
    row: Operator, example: Path, books: dict[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(TABLES[row.family], row.name, broken(row))  # type: ignore[arg-type]
    session = Session(load_registry(example))
    try:
        found = next(random_differences(session, books, CASES), None)
    finally:
        session.close()
    assert found is not None
