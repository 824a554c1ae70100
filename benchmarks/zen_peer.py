"""The peer's side of the decision benchmark: the synthetic policy as a GoRules ZEN graph (zen-engine on PyPI).

Two expression nodes and two decision tables in a chain, loaded once; each case is one call.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from benchmarks.synthetic import AMOUNT, CLOSED, COORDINATED, MINIMUM, OTHER_MINIMUM, RISE, Answer

Node = dict[str, Any]


POLICY = "policy"


@dataclass(frozen=True, slots=True)
class Zen:
    """The peer with its graph loaded."""

    decision: Any

    def decide(self, case: Mapping[str, Any]) -> Any:
        return self.decision.evaluate(case)

    def read(self, decision: Any) -> Answer:
        result = decision["result"]
        return Answer(bool(result["eligible"]), float(result["payment"]))


def load_zen() -> Zen:
    """The peer, ready.

    Raises:
        ImportError: zen-engine is not installed.
    """
    import zen

    engine = zen.ZenEngine({"loader": {"type": "static", "content": {POLICY: graph()}}})
    return Zen(engine.get_decision(POLICY))


def graph() -> dict[str, Any]:
    """The graph in the peer's own format: input, eligibility, two tables, payment, output."""
    nodes = [
        {"id": "in", "type": "inputNode", "name": "in"},
        _expressions("eligibility", _criteria()),
        _table("amount", ("option", "annee", "tranche"), AMOUNT.items()),
        _table("rise", ("option", "tranche"), RISE.items()),
        _expressions("payment", _payment()),
        {"id": "out", "type": "outputNode", "name": "out"},
    ]
    pairs = itertools.pairwise(nodes)
    edges = [{"id": f"to_{b['id']}", "type": "edge", "sourceId": a["id"], "targetId": b["id"]} for a, b in pairs]
    return {"contentType": "application/vnd.gorules.decision", "nodes": nodes, "edges": edges}


def _criteria() -> dict[str, str]:
    steps = [f"specialite == {json.dumps(name)} ? {count}" for name, count in MINIMUM.items()]
    criteria = {
        "c1": "secteur == 1 or (secteur == 2 and optam)",
        "c2": f"specialite not in {json.dumps(CLOSED)}",
        "c3": "groupe or zone_sous_dense",
        "c4": f"coordination in {json.dumps(COORDINATED)}",
        "c5": f"suivie >= ({' : '.join(steps)} : {OTHER_MINIMUM})",
        "c6": "logiciel_partage",
        "c7": "not autre_aide",
    }
    return {**criteria, "eligible": " and ".join(f"$.{name}" for name in criteria)}


def _payment() -> dict[str, str]:
    part = "actuelle >= $.objective ? amount : amount * actuelle / $.objective"
    return {
        "objective": "depart * (1 + rise / 100)",
        "payment": f"eligible == false or actuelle < depart ? 0 : ({part})",
    }


def _expressions(name: str, pairs: Mapping[str, str]) -> Node:
    entries = [{"id": f"{name}_{key}", "key": key, "value": value} for key, value in pairs.items()]
    return {
        "id": name,
        "type": "expressionNode",
        "name": name,
        "content": {"expressions": entries, "passThrough": True},
    }


def _table(name: str, inputs: tuple[str, ...], rows: Iterable[tuple[tuple[Any, ...], int]]) -> Node:
    columns = [{"id": f"{name}_{field}", "name": field, "field": field} for field in inputs]
    rules = [
        {"_id": f"{name}_{i}", name: str(value)}
        | {column["id"]: json.dumps(cell) for column, cell in zip(columns, cells, strict=True)}
        for i, (cells, value) in enumerate(rows)
    ]
    content = {
        "hitPolicy": "first",
        "inputs": columns,
        "outputs": [{"id": name, "name": name, "field": name}],
        "rules": rules,
        "passThrough": True,
    }
    return {"id": name, "type": "decisionTableNode", "name": name, "content": content}
