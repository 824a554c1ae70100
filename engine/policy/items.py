"""Makes the items of a rule file: data that the schema has accepted comes in, frozen items go out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.language.expressions import Condition, Connect, ItemRef, Literal, Unpublished, VerdictIs
from engine.language.reading import Reader, body, cell, cited, condition, expression, optional, unpublished
from engine.policy import model
from engine.policy.weaving import Placed

KINDS = {
    "parameters": "parameter",
    "tables": "table",
    "quantities": "quantity",
    "criteria": "criterion",
    "outcomes": "outcome",
    "payments": "payment",
    "obligations": "obligation",
    "consistency": model.CONSISTENCY,
}
NOT_CELLS = frozenset({"then", "unpublished", "cite", "label", "from", "before"})


def derogation(data: Mapping[str, Any], reader: Reader) -> model.Derogation:
    """A named exception that makes a criterion met."""
    cite = cited(data, reader)
    when = condition(data["when"], reader.below("when"))
    return model.Derogation(data["id"], data["label"], cite, when, reader.at)


def items(document: Placed, convention: str) -> list[model.Item]:
    """The items of one rule file, in the order of their kinds."""
    transitional = "overlays" in document.data
    criteria = tuple(entry["id"] for entry in document.data.get("criteria", ()))
    return [
        _item(entry, kind, Reader((key, i), document.at, convention), criteria, transitional, convention)
        for key, kind in KINDS.items()
        for i, entry in enumerate(document.data.get(key, ()))
    ]


def _item(
    data: Mapping[str, Any], kind: str, reader: Reader, criteria: Sequence[str], transitional: bool, convention: str
) -> model.Item:
    return model.Item(
        id=data["id"],
        kind=kind,
        label=data["label"],
        unit="EUR" if kind == "payment" else data.get("unit"),
        value_labels=data.get("value_labels", {}),
        cite=cited(data, reader),
        note=data.get("note"),
        applies_when=optional(data, "applies_when", reader, condition),
        unless=optional(data, "unless", reader, condition),
        warnings=tuple(
            model.Caution(
                condition(entry["when"], reader.below("warnings", i, "when")),
                entry["text"],
                reader.below("warnings", i).at,
            )
            for i, entry in enumerate(data.get("warnings", ()))
        ),
        body=_BODIES[kind](data, reader, criteria),
        transitional=transitional,
        convention=convention,
        at=reader.below("id").at,
        aliases=tuple(data.get("aliases", ())),
        severity=data.get("severity"),
    )


def _value(data: Mapping[str, Any], key: str, reader: Reader) -> Literal | Unpublished:
    if "unpublished" in data:
        return unpublished(data["unpublished"], reader.below("unpublished"))
    return Literal(data[key], reader.below(key).at)


def _parameter(data: Mapping[str, Any], reader: Reader, criteria: Sequence[str]) -> model.Parameter:
    values = []
    for i, entry in enumerate(data["values"]):
        inner = reader.below("values", i)
        start = dt.date.fromisoformat(entry["from"])
        cite = cited(entry, inner)
        values.append(model.DatedValue(start, _value(entry, "value", inner), cite, inner.at))
    return model.Parameter(tuple(values))


def _table(data: Mapping[str, Any], reader: Reader, criteria: Sequence[str]) -> model.Table:
    inputs: dict[str, Any] = {
        name: expression(entry, reader.below("inputs", name)) for name, entry in data["inputs"].items()
    }
    rows = []
    for i, entry in enumerate(data["rows"]):
        inner = reader.below("rows", i)
        cells = {name: cell(asked, inner.below(name)) for name, asked in entry.items() if name not in NOT_CELLS}
        cite = cited(entry, inner)
        start, end = (dt.date.fromisoformat(entry[key]) if key in entry else None for key in ("from", "before"))
        rows.append(model.Row(cells, _value(entry, "then", inner), cite, inner.at, entry.get("label"), start, end))
    return model.Table(inputs, tuple(rows))


def _quantity(data: Mapping[str, Any], reader: Reader, criteria: Sequence[str]) -> model.Quantity:
    return model.Quantity(body(dict(data), reader))


def _criterion(data: Mapping[str, Any], reader: Reader, criteria: Sequence[str]) -> model.Criterion:
    met_when = condition(data["met_when"], reader.below("met_when"))
    entries = enumerate(data.get("derogations", ()))
    derogations = tuple(derogation(entry, reader.below("derogations", i)) for i, entry in entries)
    return model.Criterion(met_when, derogations, data.get("informs", False), data.get("refusal"))


def _consistency(data: Mapping[str, Any], reader: Reader, criteria: Sequence[str]) -> model.Criterion:
    return model.Criterion(condition(data["holds_when"], reader.below("holds_when")), ())


def _outcome(data: Mapping[str, Any], reader: Reader, criteria: Sequence[str]) -> model.Outcome:
    rules = []
    for i, entry in enumerate(data["rules"]):
        inner = reader.below("rules", i)
        then = _value(entry, "then", inner)
        rules.append(
            model.Rule(
                entry["id"],
                _verdicts(entry["when"], inner.below("when"), criteria),
                then if isinstance(then, Unpublished) else str(then.value),
                cited(entry, inner),
                inner.at,
            )
        )
    excluded = tuple(
        model.Excluded(
            _verdicts(entry["when"], reader.below("excluded", i, "when"), criteria),
            entry["because"],
            reader.below("excluded", i).at,
        )
        for i, entry in enumerate(data.get("excluded", ()))
    )
    return model.Outcome(tuple(data["values"]), tuple(rules), excluded)


def _verdicts(data: Mapping[str, Any], reader: Reader, criteria: Sequence[str]) -> Condition:
    """A condition over verdicts; ``any_criterion`` and ``every_criterion`` become atoms over the file's criteria."""
    at = reader.at
    for name in ("all", "any"):
        if name in data:
            inner = reader.below(name)
            parts = tuple(_verdicts(part, inner.below(i), criteria) for i, part in enumerate(data[name]))
            return Connect(name, parts, at)
    for name, connective in (("any_criterion", "any"), ("every_criterion", "all")):
        if name in data:
            wanted = _list(data[name])
            atoms = tuple(VerdictIs(ItemRef(id_, at), wanted, at) for id_ in criteria)
            return Connect(connective, atoms, at, ranges=True)
    return VerdictIs(ItemRef(data["criterion"], reader.below("criterion").at), _list(data["verdict"]), at)


def _list(data: Any) -> tuple[str, ...]:
    return (data,) if isinstance(data, str) else tuple(data)


def _payment(data: Mapping[str, Any], reader: Reader, criteria: Sequence[str]) -> model.Payment:
    return model.Payment(
        expression(data["amount"], reader.below("amount")),
        expression(data["due"], reader.below("due")),
    )


def _obligation(data: Mapping[str, Any], reader: Reader, criteria: Sequence[str]) -> model.Obligation:
    return model.Obligation(
        optional(data, "due", reader, expression),
        optional(data, "done_when", reader, condition),
        data.get("if_unmet"),
    )


_BODIES: Mapping[str, Callable[[Mapping[str, Any], Reader, Sequence[str]], model.Body]] = {
    "parameter": _parameter,
    "table": _table,
    "quantity": _quantity,
    "criterion": _criterion,
    "outcome": _outcome,
    "payment": _payment,
    "obligation": _obligation,
    model.CONSISTENCY: _consistency,
}
