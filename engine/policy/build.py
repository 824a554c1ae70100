"""Makes a convention out of its documents: data that the schemas have accepted comes in, frozen items go out.

The schemas come before (:mod:`engine.policy.schema`); names and types are checked after (:mod:`engine.policy.checks`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engine.errors import Location, Problem
from engine.language import conditions, quantities
from engine.language.expressions import Condition, Connect, ItemRef, Literal, Unpublished, VerdictIs
from engine.language.quantities import Reader
from engine.policy.loader import Document
from engine.policy.model import (
    YEAR_START,
    Body,
    Caution,
    Convention,
    Criterion,
    DatedValue,
    Derogation,
    Excluded,
    Interpretation,
    Item,
    Obligation,
    Outcome,
    Overlay,
    Parameter,
    Payment,
    Quantity,
    Row,
    Rule,
    Source,
    Table,
)
from engine.policy.results import declared

KINDS = {
    "parameters": "parameter",
    "tables": "table",
    "quantities": "quantity",
    "criteria": "criterion",
    "outcomes": "outcome",
    "payments": "payment",
    "obligations": "obligation",
}
_NOT_CELLS = frozenset({"then", "unpublished", "cite", "label"})


def build(head: Document, rules: Sequence[Document], digest: str) -> tuple[Convention, list[Problem]]:
    """The convention of a folder, and the ids that could not be kept."""
    problems: list[Problem] = []
    data = head.data
    taken: dict[str, Location] = {YEAR_START: head.at(("years_from",))}
    top = _reader(head, data["id"])
    items: dict[str, Item] = {}
    overlays: list[Overlay] = []
    derogations: dict[str, Derogation] = {}

    def claim(id_: str, at: Location) -> None:
        _claim(id_, at, taken, problems)

    for document in rules:
        for item in _items(document, data["id"]):
            claim(item.id, item.at)
            for inner in _inner_ids(item):
                claim(*inner)
            items.setdefault(item.id, item)
        reader = _reader(document, data["id"])
        for i, entry in enumerate(document.data.get("overlays", ())):
            overlays.append(_overlay(entry, reader.below("overlays", i)))
            claim(overlays[-1].id, overlays[-1].at)
        for i, entry in enumerate(document.data.get("derogations", ())):
            derogation = _derogation(entry, reader.below("derogations", i))
            claim(derogation.id, derogation.at)
            derogations[derogation.id] = derogation
    interpretations: dict[str, Interpretation] = {}
    asked: dict[str, Location] = {}
    for i, entry in enumerate(data.get("interpretations", ())):
        question = _interpretation(entry, top.below("interpretations", i), problems)
        _claim(question.id, question.at, asked, problems)
        interpretations.setdefault(question.id, question)
    convention = Convention(
        id=data["id"],
        label=data["label"],
        beneficiary=data["beneficiary"],
        signed_from=dt.date.fromisoformat(data["signed"]["from"]),
        signed_before=_date(data["signed"], "before"),
        years_from=quantities.expression(data["years_from"], top.below("years_from")),
        sources={key: _source(key, entry, top.below("sources", key)) for key, entry in data["sources"].items()},
        interpretations=interpretations,
        items=items,
        overlays=tuple(overlays),
        derogations=derogations,
        results=declared(data, top, ((item.id, item.at) for item in items.values() if item.kind == "outcome")),
        digest=digest,
        at=head.key_at(("id",)),
        note=data.get("note"),
    )
    return convention, problems


def _reader(document: Document, convention: str) -> Reader:
    return Reader((), document.at, convention)


def _claim(id_: str, at: Location, taken: dict[str, Location], problems: list[Problem]) -> None:
    """Takes an id in a namespace, or reports who has it."""
    if id_ in taken:
        problems.append(Problem(at, "duplicate-id", {"id": id_, "place": str(taken[id_])}))
    taken.setdefault(id_, at)


def _date(data: Mapping[str, Any], key: str) -> dt.date | None:
    """A date that may be left out; the schema has refused what is none."""
    return dt.date.fromisoformat(data[key]) if key in data else None


def _source(key: str, data: Mapping[str, Any], reader: Reader) -> Source:
    described = (data["title"], data["publisher"], data["kind"], data.get("url"), data.get("date"))
    return Source(key, *described, reader.at, data.get("note"))


def _interpretation(data: Mapping[str, Any], reader: Reader, problems: list[Problem]) -> Interpretation:
    choices = {choice["id"]: choice["label"] for choice in data["choices"]}
    offered: dict[str, Location] = {}
    for i, choice in enumerate(data["choices"]):
        _claim(choice["id"], reader.below("choices", i, "id").at, offered, problems)
    cite = quantities.citations(data.get("cite", ()), reader.below("cite"))
    return Interpretation(data["id"], data["question"], choices, data["default"], cite, reader.at)


def _overlay(data: Mapping[str, Any], reader: Reader) -> Overlay:
    signed = data["signed"]
    return Overlay(
        id=data["id"],
        label=data["label"],
        cite=quantities.citations(data.get("cite", ()), reader.below("cite")),
        signed_from=_date(signed, "from"),
        signed_before=dt.date.fromisoformat(signed["before"]),
        first_anniversary=_date(data, "from_first_anniversary_on_or_after"),
        when=_optional(data, "when", reader, conditions.condition),
        replace=data.get("replace", {}),
        add_derogations={key: tuple(ids) for key, ids in data.get("add_derogations", {}).items()},
        at=reader.at,
        note=data.get("note"),
    )


def _derogation(data: Mapping[str, Any], reader: Reader) -> Derogation:
    cite = quantities.citations(data.get("cite", ()), reader.below("cite"))
    when = conditions.condition(data["when"], reader.below("when"))
    return Derogation(data["id"], data["label"], cite, when, reader.at)


def _items(document: Document, convention: str) -> list[Item]:
    transitional = "overlays" in document.data
    criteria = tuple(entry["id"] for entry in document.data.get("criteria", ()))
    return [
        _item(entry, kind, _reader(document, convention).below(key, i), criteria, transitional, convention)
        for key, kind in KINDS.items()
        for i, entry in enumerate(document.data.get(key, ()))
    ]


def _item(
    data: Mapping[str, Any], kind: str, reader: Reader, criteria: Sequence[str], transitional: bool, convention: str
) -> Item:
    return Item(
        id=data["id"],
        kind=kind,
        label=data["label"],
        unit="EUR" if kind == "payment" else data.get("unit"),
        value_labels=data.get("value_labels", {}),
        cite=quantities.citations(data.get("cite", ()), reader.below("cite")),
        note=data.get("note"),
        applies_when=_optional(data, "applies_when", reader, conditions.condition),
        unless=_optional(data, "unless", reader, conditions.condition),
        warnings=tuple(
            Caution(
                conditions.condition(entry["when"], reader.below("warnings", i, "when")),
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
    )


def _optional(data: Mapping[str, Any], key: str, reader: Reader, read: Callable[[Any, Reader], Any]) -> Any:
    return read(data[key], reader.below(key)) if key in data else None


def _value(data: Mapping[str, Any], key: str, reader: Reader) -> Literal | Unpublished:
    if "unpublished" in data:
        return quantities.unpublished(data["unpublished"], reader.below("unpublished"))
    return Literal(data[key], reader.below(key).at)


def _parameter(data: Mapping[str, Any], reader: Reader, criteria: Sequence[str]) -> Parameter:
    values = []
    for i, entry in enumerate(data["values"]):
        inner = reader.below("values", i)
        start = dt.date.fromisoformat(entry["from"])
        cite = quantities.citations(entry.get("cite", ()), inner.below("cite"))
        values.append(DatedValue(start, _value(entry, "value", inner), cite, inner.at))
    return Parameter(tuple(values))


def _table(data: Mapping[str, Any], reader: Reader, criteria: Sequence[str]) -> Table:
    inputs: dict[str, Any] = {
        name: quantities.expression(entry, reader.below("inputs", name)) for name, entry in data["inputs"].items()
    }
    rows = []
    for i, entry in enumerate(data["rows"]):
        inner = reader.below("rows", i)
        cells = {
            name: conditions.cell(cell, inner.below(name)) for name, cell in entry.items() if name not in _NOT_CELLS
        }
        cite = quantities.citations(entry.get("cite", ()), inner.below("cite"))
        rows.append(Row(cells, _value(entry, "then", inner), cite, inner.at, entry.get("label")))
    return Table(inputs, tuple(rows))


def _quantity(data: Mapping[str, Any], reader: Reader, criteria: Sequence[str]) -> Quantity:
    return Quantity(quantities.body(dict(data), reader))


def _criterion(data: Mapping[str, Any], reader: Reader, criteria: Sequence[str]) -> Criterion:
    met_when = conditions.condition(data["met_when"], reader.below("met_when"))
    entries = enumerate(data.get("derogations", ()))
    return Criterion(met_when, tuple(_derogation(entry, reader.below("derogations", i)) for i, entry in entries))


def _outcome(data: Mapping[str, Any], reader: Reader, criteria: Sequence[str]) -> Outcome:
    rules = []
    for i, entry in enumerate(data["rules"]):
        inner = reader.below("rules", i)
        then = _value(entry, "then", inner)
        rules.append(
            Rule(
                entry["id"],
                _verdicts(entry["when"], inner.below("when"), criteria),
                then if isinstance(then, Unpublished) else str(then.value),
                quantities.citations(entry.get("cite", ()), inner.below("cite")),
                inner.at,
            )
        )
    excluded = tuple(
        Excluded(
            _verdicts(entry["when"], reader.below("excluded", i, "when"), criteria),
            entry["because"],
            reader.below("excluded", i).at,
        )
        for i, entry in enumerate(data.get("excluded", ()))
    )
    return Outcome(tuple(data["values"]), tuple(rules), excluded)


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
            return Connect(connective, tuple(VerdictIs(ItemRef(id_, at), wanted, at) for id_ in criteria), at)
    return VerdictIs(ItemRef(data["criterion"], reader.below("criterion").at), _list(data["verdict"]), at)


def _list(data: Any) -> tuple[str, ...]:
    return (data,) if isinstance(data, str) else tuple(data)


def _payment(data: Mapping[str, Any], reader: Reader, criteria: Sequence[str]) -> Payment:
    return Payment(
        quantities.expression(data["amount"], reader.below("amount")),
        quantities.expression(data["due"], reader.below("due")),
    )


def _obligation(data: Mapping[str, Any], reader: Reader, criteria: Sequence[str]) -> Obligation:
    return Obligation(
        _optional(data, "due", reader, quantities.expression),
        _optional(data, "done_when", reader, conditions.condition),
    )


_BODIES: Mapping[str, Callable[[Mapping[str, Any], Reader, Sequence[str]], Body]] = {
    "parameter": _parameter,
    "table": _table,
    "quantity": _quantity,
    "criterion": _criterion,
    "outcome": _outcome,
    "payment": _payment,
    "obligation": _obligation,
}


def _inner_ids(item: Item) -> list[tuple[str, Location]]:
    """The other ids that an item takes: those it had before, and those of its derogations or rules."""
    taken = [(alias, item.at) for alias in item.aliases]
    match item.body:
        case Criterion():
            taken.extend((derogation.id, derogation.at) for derogation in item.body.derogations)
        case Outcome():
            taken.extend((rule.id, rule.at) for rule in item.body.rules)
    return taken
