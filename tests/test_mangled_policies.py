"""Whatever is wrong in a policy, reading, checking and deciding end with messages: seeded mutations of a sound one."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from command import FIXTURES, LANGUAGES, ROOT
from conftest import Effort

from engine.errors import InputFault
from engine.evaluation.facts import read_case
from engine.evaluation.session import Session
from engine.policy.checks import check_folder
from engine.policy.loader import load
from engine.policy.reading import read_registry

SOUND = ROOT / FIXTURES / "every_operator" / "tous_les_operateurs"
MUTANTS = 80
CASES: tuple[dict[str, Any], ...] = (
    {"contrat": {"date_signature": "2024-09-02"}},
    {"contrat": {"date_signature": "2024-09-02", "annee": 3}, "patientele": {"mt_depart": 900, "fa_depart": 1500}},
)
INTRUDERS: tuple[Any, ...] = (
    *(0, -1, 99999999999, 12.5, 0.001, True, "", "abc", "met", "not_applicable", "undetermined", "annee.debut"),
    *("2024-06-22", "2024-02-30", "0001-01-01", "9999-12-31", [], {}, ["a"], [1]),
    *({"fact": "medecin.age"}, {"ref": "annee.debut"}, {"ref": "nothing"}),
)

Path_ = tuple[str | int, ...]


def plain(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [plain(value) for value in node]
    return float(node) if isinstance(node, Decimal) else node


def paths(node: Any, at: Path_ = ()) -> Iterator[Path_]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield (*at, key)
        yield from paths(value, (*at, key))


def parent(node: Any, path: Path_) -> Any:
    for key in path[:-1]:
        node = node[key]
    return node


def mutated(files: dict[str, Any], numbers: random.Random) -> dict[str, Any]:
    """The files with one value left out, replaced by an intruder, or by the value of another place."""
    mutant = copy.deepcopy(files)
    data = mutant[numbers.choice(sorted(mutant))]
    places = list(paths(data))
    path = numbers.choice(places)
    inside = parent(data, path)
    match numbers.randrange(3):
        case 0:
            del inside[path[-1]]
        case 1:
            inside[path[-1]] = copy.deepcopy(numbers.choice(INTRUDERS))
        case _:
            alike = [other for other in places if other[-1] == path[-1]]
            other = numbers.choice(alike)
            inside[path[-1]] = copy.deepcopy(parent(data, other)[other[-1]])
    return mutant


def write(files: dict[str, Any], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")


def decide(root: Path) -> None:
    registry, problems = read_registry(root)
    if not problems:
        session = Session(registry)
        for case in CASES:
            session.decide(read_case(case, registry.vocabulary))
        session.close()


@pytest.fixture(scope="module")
def sound() -> dict[str, Any]:
    return {path.name: plain(load(path).data) for path in sorted(SOUND.glob("*.yaml"))}


@pytest.mark.parametrize("seed", range(4))
def test_no_mutation_of_a_policy_ends_in_anything_but_messages(
    seed: int, sound: dict[str, Any], tmp_path: Path, effort: Effort
) -> None:
    numbers = random.Random(seed)
    codes: set[str] = set()
    for number in range(effort.of(MUTANTS // 4, least=2)):
        root = tmp_path / str(number)
        write(mutated(sound, numbers), root / SOUND.name)
        for problem in check_folder(root):
            codes.add(problem.code)
            for lang in LANGUAGES:
                assert problem.line(lang)
        try:
            decide(root)
        except InputFault as error:
            codes.update(problem.code for problem in error.problems)
    assert len(codes) >= effort.of(4, part=4)


def test_the_policy_is_sound_before_it_is_mutated(sound: dict[str, Any], tmp_path: Path) -> None:
    write(sound, tmp_path / SOUND.name)
    assert not [problem for problem in check_folder(tmp_path) if problem.severity == "error"]
    decide(tmp_path)
