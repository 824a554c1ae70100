"""The house has one way through: each room imports only from rooms before it, and some things live in one room only."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from rooms import ORDER, circles, graph, imported, modules, nodes, room

LONGEST_MODULE = 300
LONGEST = 40  # lines of a function
FUNCTION = ast.FunctionDef | ast.AsyncFunctionDef


def test_each_room_imports_only_from_rooms_before_it(root: Path) -> None:
    wrong = []
    for name, path in modules(root).items():
        if room(name) not in ORDER:
            assert name == "engine", f"{name} is in no room"
            continue
        for target in imported(path):
            if target.startswith("engine.") and ORDER.index(room(target)) > ORDER.index(room(name)):
                wrong.append(f"{name} imports {target}")
    assert not wrong


def test_no_imports_go_in_a_circle(root: Path) -> None:
    assert circles(graph(root)) == []


@pytest.mark.parametrize("hidden", ["import engine.a", "def late():\n    from engine import a"])
def test_a_circle_is_seen_wherever_the_import_stands(tmp_path: Path, hidden: str) -> None:
    house = tmp_path / "engine"
    house.mkdir()
    (house / "a.py").write_text("from engine.b import thing", encoding="utf-8")
    (house / "b.py").write_text(hidden, encoding="utf-8")
    assert [set(one) for one in circles(graph(tmp_path))] == [{"engine.a", "engine.b"}]
    (house / "b.py").write_text("thing = 1", encoding="utf-8")
    assert circles(graph(tmp_path)) == []


@pytest.mark.parametrize(
    ("library", "home"),
    [
        ("durable_rules_engine", "engine.evaluation.inference"),
        ("yaml", "engine.policy.loader"),
        ("jsonschema", "engine.policy.schema"),
        ("subprocess", "engine.comparison.revisions"),
        ("z3", "engine.proof.solving"),
    ],
)
def test_a_library_is_known_to_one_module_only(root: Path, library: str, home: str) -> None:
    users = {
        name for name, path in modules(root).items() for target in imported(path) if target.split(".")[0] == library
    }
    assert users == {home}


def test_only_the_command_line_knows_click(root: Path) -> None:
    users = {room(name) for name, path in modules(root).items() for t in imported(path) if t.split(".")[0] == "click"}
    assert users == {"cli"}


def test_only_bulk_may_import_a_dataframe_library(root: Path) -> None:
    libraries = {"polars", "duckdb", "pyspark", "pandas", "pyarrow"}
    users = {room(name) for name, path in modules(root).items() for t in imported(path) if t.split(".")[0] in libraries}
    assert users <= {"bulk"}


def test_only_the_command_line_prints(root: Path) -> None:
    wrong = []
    for name, path in modules(root).items():
        for node in nodes(path):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print":
                wrong.append(name)
    assert not wrong


def test_nothing_evaluates_text_or_reads_the_clock(root: Path) -> None:
    wrong = []
    for name, path in modules(root).items():
        for node in nodes(path):
            call = node.func if isinstance(node, ast.Call) else None
            runs = isinstance(call, ast.Name) and call.id in ("eval", "exec", "compile", "__import__")
            if runs or (isinstance(call, ast.Attribute) and call.attr in ("today", "now", "utcnow")):
                wrong.append(f"{name}: line {node.lineno}")
    assert not wrong


def test_modules_stay_small_and_say_what_they_are_for(root: Path) -> None:
    for name, path in modules(root).items():
        source = path.read_text(encoding="utf-8")
        module = nodes(path)[0]
        assert isinstance(module, ast.Module)
        assert ast.get_docstring(module), f"{name} has no docstring"
        assert source.count("\n") <= LONGEST_MODULE, f"{name} has outgrown its room"


def test_functions_stay_short(root: Path) -> None:
    functions = ((name, node) for name, path in modules(root).items() for node in nodes(path))
    long = [f"{name}: {node.name}" for name, node in functions if isinstance(node, FUNCTION) and length(node) > LONGEST]
    assert not long


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from the name on, but for the docstring; of a command without its options, as click wants them."""
    first, *others = function.body
    documented = others and ast.get_docstring(function) is not None
    start = first.lineno if any("click" in ast.unparse(each) for each in function.decorator_list) else function.lineno
    said = (first.end_lineno or first.lineno) - first.lineno + 1 if documented else 0
    return (function.end_lineno or start) - start + 1 - said


def test_a_function_is_measured_whole() -> None:
    source = 'async def wait(\n    a: int,\n) -> int:\n    """One.\n\n    Two.\n    """\n    b = a\n    return b\n'
    plain, command = ast.parse(source).body[0], ast.parse(f"@click.command()\n{source}").body[0]
    assert isinstance(plain, FUNCTION)
    assert isinstance(command, FUNCTION)
    assert (length(plain), length(command)) == (5, 2)
