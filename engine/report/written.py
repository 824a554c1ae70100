"""Writes parts of rules back as data in the words of the rule language: values and nodes come in, JSON goes out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.comparison.edits.edit import Value
from engine.comparison.edits.same import ranging
from engine.language import expressions as tree
from engine.language.operators import CONNECTIVES, EXPRESSIONS
from engine.policy.model import DatedValue, Derogation, Interpretation, Item, Overlay, Row, Rule, Source
from engine.report.values import money


def written(value: Value | tree.Citation | tuple[tree.Expression, ...], unit: str | None = None) -> Any:
    """The value as JSON: euros of a whole value as text with two decimals, nodes as the rule language writes them.

    Of a thing with an id, the id; of a row or a dated value, its value.
    """
    match value:
        case None | bool():
            return value
        case int() | Decimal():
            return int(value) if value == int(value) else float(value)
        case str():
            return value
        case dt.date():
            return value.isoformat()
        case tree.Citation():
            return {"source": value.source, "at": value.locator}
        case tuple():
            return [written(each) for each in value]
        case Mapping():
            return dict(value)
        case Row() | DatedValue():
            return written(value.then if isinstance(value, Row) else value.value, unit)
        case Item() | Overlay() | Interpretation() | Source():
            return value.id
        case Rule():
            return {"id": value.id, "when": written(value.when), "then": written(value.then)}
        case Derogation():
            return {"id": value.id, "when": written(value.when)}
        case tree.Cell():
            return _cell(value)
        case tree.Literal() if (
            unit == "EUR" and isinstance(value.value, int | Decimal) and not isinstance(value.value, bool)
        ):
            return money(Fraction(value.value))
    return _node(value)


def _cell(cell: tree.Cell) -> Any:
    if cell.values is not None:
        values = [written(each) for each in cell.values]
        return values[0] if len(values) == 1 else values
    if cell.excluded is not None:
        return {"not_in": [written(each) for each in cell.excluded]}
    bounds = {"from": cell.low, "before": cell.high}
    return {key: written(bound) for key, bound in bounds.items() if bound is not None}


def _node(node: Any) -> Any:
    match node:
        case tree.Literal(value):
            return written(value)
        case tree.FactRef(name):
            return {"fact": name}
        case tree.ItemRef(id_):
            return {"ref": id_}
        case tree.Unpublished(_, supplied):
            return {"unpublished": {"supplied_by": [ref.name for ref in supplied]}}
        case tree.Cases(branches, otherwise):
            cases = [{"when": written(when), "then": written(then)} for when, then in branches]
            return {"cases": cases} | ({} if otherwise is None else {"otherwise": written(otherwise)})
        case tree.Scale(steps):
            return {
                "scale": [
                    {"then": s.name} | ({} if s.reached_when is None else {"reached_when": written(s.reached_when)})
                    for s in steps
                ]
            }
        case tree.ByOutcome(outcome, values):
            return {"by_outcome": outcome.id, "values": {name: written(each) for name, each in values}}
        case tree.Apply():
            return _apply(node)
        case _:
            return _condition(node)


def _apply(node: tree.Apply) -> Any:
    operands = [written(each) for each in node.operands]
    row = EXPRESSIONS[node.operator]
    if row.keys:
        options = [written(each) for each in node.options]
        return {row.name: dict(zip((*row.keys, *row.options), (*operands, *options), strict=True))}
    if row.tags:
        operands[-1] = {node.options[0]: operands[-1]}
    return {row.name: operands}


def _condition(node: Any) -> Any:
    match node:
        case tree.Compare(operator, left, right):
            return {**_node(left), operator: written(right)}
        case tree.Chosen(interpretation, choice):
            return {"interpretation": interpretation, "is": choice}
        case tree.VerdictIs(criterion, verdicts):
            return {"criterion": criterion.id, "verdict": _one(sorted(verdicts))}
        case tree.Connect(operator, parts):
            ranged = ranging(node)
            if ranged is not None:
                name = "any_criterion" if operator == "any" else "every_criterion"
                return {name: _one(sorted(ranged))}
            inner = [written(part) for part in parts]
            return {operator: inner[0] if CONNECTIVES[operator].operands == "one" else inner}


def _one(values: list[str]) -> Any:
    return values[0] if len(values) == 1 else values
