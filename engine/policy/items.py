"""Makes the items of a rule file: data that the schema has accepted comes in, frozen items go out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.language.expressions import Condition, Connect, ItemRef, Literal, Unpublished, VerdictIs
from engine.language.reading import Reader, body, cell, cited, condition, day, every, expression, optional, unpublished
from engine.policy import model
from engine.policy.document import Document

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
NOT_CELLS = ("then", "unpublished", "cite", "label", "from", "before")


def derogation(data: Mapping[str, Any], reader: Reader) -> model.Derogation:
    """A named exception that makes a criterion met."""
    cite = cited(data, reader)
    when = condition(data["when"], reader.below("when"))
    return model.Derogation(data["id"], data["label"], cite, when, reader.at)


def items(document: Document, convention: str) -> list[model.Item]:
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
        warnings=every(data, "warnings", reader, _caution),
        body=_outcome(data, reader, criteria) if kind == "outcome" else _BODIES[kind](data, reader),
        transitional=transitional,
        convention=convention,
        at=reader.below("id").at,
        aliases=tuple(data.get("aliases", ())),
        severity=data.get("severity"),
    )


def _caution(data: Mapping[str, Any], reader: Reader) -> model.Caution:
    return model.Caution(condition(data["when"], reader.below("when")), data["text"], reader.at)


def _value(data: Mapping[str, Any], key: str, reader: Reader) -> Literal | Unpublished:
    if "unpublished" in data:
        return unpublished(data["unpublished"], reader.below("unpublished"))
    return Literal(data[key], reader.below(key).at)


def dated_value(data: Mapping[str, Any], reader: Reader) -> model.DatedValue:
    """A value of a parameter and the day from which it holds."""
    start = dt.date.fromisoformat(data["from"])
    return model.DatedValue(start, _value(data, "value", reader), cited(data, reader), reader.at)


def _table(data: Mapping[str, Any], reader: Reader) -> model.Table:
    inputs: dict[str, Any] = {
        name: expression(entry, reader.below("inputs", name)) for name, entry in data["inputs"].items()
    }
    return model.Table(inputs, every(data, "rows", reader, table_row))


def table_row(data: Mapping[str, Any], reader: Reader) -> model.Row:
    """A row of a table."""
    cells = {name: cell(asked, reader.below(name)) for name, asked in data.items() if name not in NOT_CELLS}
    held = (data.get("label"), day(data, "from"), day(data, "before"))
    return model.Row(cells, _value(data, "then", reader), cited(data, reader), reader.at, *held)


def _criterion(data: Mapping[str, Any], reader: Reader) -> model.Criterion:
    met_when = condition(data["met_when"], reader.below("met_when"))
    derogations = every(data, "derogations", reader, derogation)
    return model.Criterion(met_when, derogations, data.get("informs", False), data.get("refusal"))


def _outcome(data: Mapping[str, Any], reader: Reader, criteria: Sequence[str]) -> model.Outcome:
    def when(data: Mapping[str, Any], reader: Reader) -> Condition:
        return _verdicts(data["when"], reader.below("when"), criteria)

    def rule(data: Mapping[str, Any], reader: Reader) -> model.Rule:
        value = _value(data, "then", reader)
        then = value if isinstance(value, Unpublished) else str(value.value)
        return model.Rule(data["id"], when(data, reader), then, cited(data, reader), reader.at)

    def excluded(data: Mapping[str, Any], reader: Reader) -> model.Excluded:
        return model.Excluded(when(data, reader), data["because"], reader.at)

    return model.Outcome(
        tuple(data["values"]), every(data, "rules", reader, rule), every(data, "excluded", reader, excluded)
    )


def _verdicts(data: Mapping[str, Any], reader: Reader, criteria: Sequence[str]) -> Condition:
    """A condition over verdicts; ``any_criterion`` and ``every_criterion`` become atoms over the file's criteria."""
    at = reader.at
    for name in ("all", "any"):
        if name in data:
            return Connect(name, every(data, name, reader, lambda part, inner: _verdicts(part, inner, criteria)), at)
    for name, connective in (("any_criterion", "any"), ("every_criterion", "all")):
        if name in data:
            wanted = _list(data[name])
            atoms = tuple(VerdictIs(ItemRef(id_, at), wanted, at) for id_ in criteria)
            return Connect(connective, atoms, at, ranges=True)
    return VerdictIs(ItemRef(data["criterion"], reader.below("criterion").at), _list(data["verdict"]), at)


def _list(data: Any) -> tuple[str, ...]:
    return (data,) if isinstance(data, str) else tuple(data)


_BODIES: Mapping[str, Callable[[Mapping[str, Any], Reader], model.Body]] = {
    "parameter": lambda data, reader: model.Parameter(every(data, "values", reader, dated_value)),
    "table": _table,
    "quantity": lambda data, reader: model.Quantity(body(dict(data), reader)),
    "criterion": _criterion,
    "payment": lambda data, reader: model.Payment(
        expression(data["amount"], reader.below("amount")), expression(data["due"], reader.below("due"))
    ),
    "obligation": lambda data, reader: model.Obligation(
        optional(data, "due", reader, expression),
        optional(data, "done_when", reader, condition),
        optional(data, "unmet_when", reader, condition),
        data.get("if_unmet"),
    ),
    model.CONSISTENCY: lambda data, reader: model.Criterion(
        condition(data["holds_when"], reader.below("holds_when")), ()
    ),
}
