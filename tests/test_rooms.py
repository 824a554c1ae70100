"""The house has one way through: each room imports only from rooms before it, and some things live in one room only."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ORDER = (
    "words",
    "errors",
    "files",
    "language",
    "policy",
    "evaluation",
    "bulk",
    "review",
    "suite",
    "inquiry",
    "comparison",
    "exchange",
    "report",
    "cli",
)
LONGEST_MODULE = 320


def modules(root: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted((root / "engine").rglob("*.py")):
        yield ".".join(path.relative_to(root).with_suffix("").parts), path


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(name: str) -> str:
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else "engine"


def test_each_room_imports_only_from_rooms_before_it(root: Path) -> None:
    wrong = []
    for name, path in modules(root):
        if room(name) not in ORDER:
            assert name.removesuffix(".__init__") == "engine", f"{name} is in no room"
            continue
        for target in imported(path):
            if target.startswith("engine.") and ORDER.index(room(target)) > ORDER.index(room(name)):
                wrong.append(f"{name} imports {target}")
    assert not wrong


@pytest.mark.parametrize(
    ("library", "home"),
    [
        ("durable", "engine.evaluation.inference"),
        ("durable_rules_engine", "engine.evaluation.inference"),
        ("yaml", "engine.policy.loader"),
        ("jsonschema", "engine.policy.schema"),
        ("rich", "engine.report.text"),
        ("subprocess", "engine.comparison.revisions"),
    ],
)
def test_a_library_is_known_to_one_module_only(root: Path, library: str, home: str) -> None:
    users = {name for name, path in modules(root) for target in imported(path) if target.split(".")[0] == library}
    assert users == {home}


def test_only_the_command_line_knows_click(root: Path) -> None:
    users = {room(name) for name, path in modules(root) for t in imported(path) if t.split(".")[0] == "click"}
    assert users == {"cli"}


def test_only_bulk_may_import_a_dataframe_library(root: Path) -> None:
    libraries = {"narwhals", "polars", "duckdb", "pyspark", "pandas", "pyarrow"}
    users = {room(name) for name, path in modules(root) for t in imported(path) if t.split(".")[0] in libraries}
    assert users <= {"bulk"}


def test_only_the_command_line_prints(root: Path) -> None:
    wrong = []
    for name, path in modules(root):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
                wrong.append(name)
    assert not wrong


def test_nothing_evaluates_text_or_reads_the_clock(root: Path) -> None:
    wrong = []
    for name, path in modules(root):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                call = ast.unparse(node.func)
                if call in ("eval", "exec", "compile", "__import__") or call.endswith((".today", ".now", ".utcnow")):
                    wrong.append(f"{name}: {call}")
    assert not wrong


def test_modules_stay_small_and_say_what_they_are_for(root: Path) -> None:
    for name, path in modules(root):
        source = path.read_text(encoding="utf-8")
        assert ast.get_docstring(ast.parse(source)), f"{name} has no docstring"
        assert source.count("\n") <= LONGEST_MODULE, f"{name} has outgrown its room"
