"""The quick test of a schema accepts exactly what the library accepts, on sound documents and on mangled ones."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from conftest import Effort
from jsonschema import Draft7Validator, FormatChecker

from engine.policy.loader import load
from engine.policy.reading import load_schema
from engine.policy.schema import shape

MANGLED = 400
INTRUDERS: tuple[Any, ...] = (
    *(
        0,
        1,
        -1,
        99999999999,
        Decimal("12.5"),
        Decimal("1.0"),
        True,
        False,
        "",
        "abc",
        "met",
        "a.b_c",
        "A",
        "undetermined",
    ),
    *("2024-06-22", "2024-02-30", "20240622", "https://example.org", [], {}, ["a"], [1], ["a", "a"], [{}, {}]),
    *({"fact": "medecin.age"}, {"ref": "annee.debut"}, {"fact": "a", "ref": "b"}, {"fr": "x"}, {"fr": "x", "en": "y"}),
)
DOCUMENTS = {
    "convention": "policies/*/convention.yaml",
    "ruleset": "policies/2024_convention/[e-z]*.yaml",
    "suite": "policies/2024_convention/tests/*_test.yaml",
}


def places(data: Any) -> Iterator[tuple[Any, Any]]:
    """Every container with a key of it."""
    pairs = list(data.items() if isinstance(data, dict) else enumerate(data)) if isinstance(data, dict | list) else []
    for key, value in pairs:
        yield data, key
        yield from places(value)


def mangled(rng: random.Random, data: Any) -> Any:
    changed = copy.deepcopy(data)
    container, key = rng.choice(list(places(changed)))
    match rng.randrange(4):
        case 0 if isinstance(container, dict):
            del container[key]
        case 1 if isinstance(container, dict):
            container[rng.choice(["label", "cite", "unit", "any", "nonsense", "value"])] = rng.choice(INTRUDERS)
        case 2 if isinstance(container, list):
            container.append(copy.deepcopy(container[key]))
        case _:
            container[key] = rng.choice(INTRUDERS)
    return changed


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_quick_test_and_the_library_agree(root: Path, name: str, effort: Effort) -> None:
    schema = load_schema(name)
    fits, library = shape(schema).fits, Draft7Validator(schema, format_checker=FormatChecker(["date"]))
    rng = random.Random(7)
    sound = [load(path).data for path in sorted(root.glob(DOCUMENTS[name]))]
    assert sound
    assert all(fits(data) for data in sound)
    verdicts = set()
    for _ in range(effort.of(MANGLED, part=40)):
        data = mangled(rng, rng.choice(sound))
        verdicts.add(library.is_valid(data))
        assert fits(data) == library.is_valid(data), data
    assert verdicts == {True, False}


@pytest.mark.parametrize(
    ("schema", "inside", "outside"),
    [
        ({"type": "integer", "x-whole": True}, [1, 0], [True, "1", Decimal("1.0"), Decimal("0.5")]),
        ({"type": ["number", "string"]}, [1, Decimal("1.5"), "a"], [True, [], {}]),
        ({"enum": [1, "a", True]}, [1, "a", True, Decimal(1)], [False, 0, "b"]),
        ({"const": 0}, [0], [False, 1]),
        ({"exclusiveMinimum": 0, "maximum": 2}, [1, 2, "text"], [0, 3]),
        ({"oneOf": [{"minimum": 2}, {"maximum": 3}]}, [1, 4], [2, 3]),
        ({"anyOf": [{"type": "string"}, {"minItems": 1}]}, ["", [1], {}], [[]]),
        ({"not": {"required": ["a"]}}, [{}], [{"a": 1}, 1]),
        ({"if": {"required": ["a"]}, "then": {"maxProperties": 1}, "else": False}, [{"a": 1}], [{}, {"a": 1, "b": 2}]),
        ({"items": [{"type": "string"}], "additionalItems": False}, [["a"], []], [["a", "b"], [1]]),
        ({"dependencies": {"a": ["b"], "c": {"minProperties": 2}}}, [{}, {"a": 1, "b": 2}], [{"a": 1}, {"c": 1}]),
        ({"propertyNames": {"pattern": "^[a-z]+$"}}, [{"a": 1}], [{"A": 1}, {"a\n": 1}]),
        ({"additionalProperties": {"type": "string"}}, [{"a": "b"}], [{"a": 1}]),
        ({"format": "date"}, ["2024-02-29", 5], ["2023-02-29", "20240229", "2024-02-29\n", "0000-01-01"]),
        ({"uniqueItems": True}, [["a", "b"]], [["a", "a"], [1, 1]]),
        ({"$ref": "#/definitions/a", "definitions": {"a": {"items": {"$ref": "#/definitions/a"}}}}, [[[[]]]], []),
    ],
)
def test_each_keyword_means_what_the_standard_says(schema: Any, inside: list[Any], outside: list[Any]) -> None:
    fits = shape(schema).fits
    assert [value for value in inside if not fits(value)] == []
    assert [value for value in outside if fits(value)] == []
