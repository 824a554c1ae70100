"""Schemas that know the ids of one's own rules: what is named there fits them, what is misspelt does not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from command import ROOT, avenant
from conftest import Effort
from jsonschema import Draft7Validator

from engine.policy.loader import load
from engine.policy.places import HEAD


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("editor") / ".avenant"
    said = avenant("schema", "--write", str(folder), "--policies", str(ROOT / "policies"), "--lang", "en")
    assert "ruleset.schema.json" in said.output
    return folder


def faults(own: Path, name: str, path: Path, old: str = "", new: str = "") -> list[str]:
    schema = json.loads((own / f"{name}.schema.json").read_text(encoding="utf-8"))
    data = json.dumps(load(path).data, default=float)
    assert old in data
    return [error.validator for error in Draft7Validator(schema).iter_errors(json.loads(data.replace(old, new)))]


def test_every_rule_file_fits_the_schemas_written_from_all_of_them(own: Path, effort: Effort) -> None:
    for path in effort.share(sorted((ROOT / "policies").glob("*/*.yaml"))):
        assert faults(own, "convention" if path.name == HEAD else "ruleset", path) == [], path


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"ref": "aide.bareme"', '"ref": "aide.barême"'),
        ('"source": "ameli_juin_2024"', '"source": "ameli_juin_2042"'),
    ],
)
def test_a_name_that_no_text_has_does_not_fit(own: Path, old: str, new: str) -> None:
    assert faults(own, "ruleset", ROOT / "policies/2024_convention/funding.yaml", old, new)
