"""The plan of the house: the modules of each room, what each imports, and the circles among them.

``python -m tests.rooms`` prints the rooms with their modules and lines, and the circles.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ORDER = (
    "escaping",
    "words",
    "records",
    "errors",
    "files",
    "workbooks",
    "language",
    "policy",
    "evaluation",
    "bulk",
    "proof",
    "suite",
    "inquiry",
    "comparison",
    "exchange",
    "report",
    "letters",
    "web",
    "cli",
)


def modules(root: Path) -> dict[str, Path]:
    """Every module of the engine by its dotted name; a package stands under its own name."""
    found = {}
    for path in sorted((root / "engine").rglob("*.py")):
        name = ".".join(path.relative_to(root).with_suffix("").parts)
        found[name.removesuffix(".__init__")] = path
    return found


def room(name: str) -> str:
    parts = name.split(".")
    return parts[1] if len(parts) > 1 else "engine"


def nodes(path: Path) -> tuple[ast.AST, ...]:
    """A module as Python reads it and all that it holds, once for all who ask."""
    return _nodes(path.read_text(encoding="utf-8"))


@cache
def _nodes(text: str) -> tuple[ast.AST, ...]:
    return tuple(ast.walk(ast.parse(text)))


def imported(path: Path) -> tuple[str, ...]:
    """Every name that is imported, at the head, inside a function or for types alone."""
    return _imported(path.read_text(encoding="utf-8"))


@cache
def _imported(text: str) -> tuple[str, ...]:
    names: list[str] = []
    for node in _nodes(text):
        if isinstance(node, ast.Import):
            names += (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names += (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))
    return tuple(names)


def graph(root: Path) -> dict[str, set[str]]:
    """The modules that each module imports, wherever in its text."""
    found = modules(root)
    return {name: {target for target in imported(path) if target in found} - {name} for name, path in found.items()}


def circle(imports: Mapping[str, set[str]]) -> list[str]:
    """One circle of imports, from a module back to itself; empty where there is none."""
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def circles(imports: Mapping[str, set[str]]) -> list[list[str]]:
    """Circles of imports, each opened at one place before the next is sought."""
    left = {name: set(targets) for name, targets in imports.items()}
    found = []
    while one := circle(left):
        found.append(one)
        left[one[1]].discard(one[0])
    return found


def main() -> int:
    root = Path(__file__).resolve().parent.parent
    lines: dict[str, list[int]] = {}
    for name, path in modules(root).items():
        lines.setdefault(room(name), []).append(path.read_text(encoding="utf-8").count("\n"))
    for name in ("engine", *ORDER):
        if name in lines:
            print(f"{name:12} {len(lines[name]):4} modules {sum(lines[name]):6} lines")
    print(f"{'all':12} {sum(map(len, lines.values())):4} modules {sum(map(sum, lines.values())):6} lines")
    found = circles(graph(root))
    for one in found:
        print("circle: " + " > ".join(reversed(one)))
    print(f"{len(found)} circles")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
