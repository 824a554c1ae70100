"""There is no law in the engine: what a policy calls by an id, the engine knows only from the policy."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from command import ROOT
from rooms import nodes

from engine.evaluation.session import Session
from engine.policy.model import Convention, Criterion, Outcome


def ids_of(convention: Convention) -> Iterator[str]:
    """Every id that a convention gives."""
    yield convention.id
    yield from (*convention.items, *convention.interpretations, *convention.derogations, *convention.sources)
    yield from (overlay.id for overlay in convention.overlays)
    for item in convention.items.values():
        match item.body:
            case Outcome():
                yield from (rule.id for rule in item.body.rules)
            case Criterion():
                yield from (derogation.id for derogation in item.body.derogations)


def test_no_id_of_a_policy_stands_in_the_engine(session: Session) -> None:
    ids = {id_ for convention in session.registry.conventions.values() for id_ in ids_of(convention)}
    naming: dict[str, set[str]] = {}
    for path in sorted((ROOT / "engine").rglob("*.py")):
        if ids.isdisjoint(re.findall(r"[\w.]+", path.read_text(encoding="utf-8"))):
            continue  # no word of it is an id, in quotes or not
        for node in nodes(path):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in ids:
                naming.setdefault(path.relative_to(ROOT).as_posix(), set()).add(node.value)
    assert naming == {}
