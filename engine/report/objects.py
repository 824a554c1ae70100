"""Objects for programs: decisions, and what several subjects share: results, reasons, citations, payments, duties.

Their shape is in schemas/decision.schema.json.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import cache
from operator import attrgetter
from typing import Any

from engine.errors import Location
from engine.evaluation.decision import NONE, Decision, OverlayUse, PaymentLine, Result
from engine.language.expressions import Citation, Text
from engine.language.facts import BENEFICIARY
from engine.language.types import Type
from engine.language.values import NOT_APPLICABLE, Absent, Scalar, Value
from engine.report.say import Say
from engine.report.values import Json, exact_object, money, to_json

_PLAIN = frozenset((type(None), bool, int, str))  # the same in JSON
RESULT_KINDS = ("outcome", "criterion", "quantity", "table")


# The fields of records in an object, by the name of their class, which is loaded for those alone who make them.
SHAPES = {
    "Reason": "kind id reason=text at cite",
    "ObligationLine": "id label status due done if_unmet facts cite missing",
    "Doubt": "id=result.id severity label=result.label facts=result.facts cite=result.cite",
    "Event": "date=day type=type.name label=type.label annee=year facts",
    "Interpretation": "id question default choices",
    "Known": "text cite",
    "GrantedDerogation": "criterion id label",
    "Cause": "kind id",
    "EditStatus": "item change status",
    "Total": "amount open_years",
    "Paid": "amount open_payments due later open_later recover ahead",
}


def as_json(record: object, say: Say, fields: str = "") -> dict[str, Any]:
    """The fields of a record as JSON, each under its own name or, written ``name=path.to.it``, under another one.

    Days, euros, places, citations and facts are as the schemas write them, texts in the language, records inside as
    :data:`SHAPES` has them.
    """
    found = {key: value(record) for key, value in _paths(fields or SHAPES[type(record).__name__])}
    for key, value in found.items():
        if type(value) not in _PLAIN:
            found[key] = _json(value, say, key)
    return found


def each_as_json(records: Iterable[object], say: Say, fields: str = "") -> list[dict[str, Any]]:
    return [as_json(record, say, fields) for record in records]


@cache
def _paths(fields: str) -> tuple[tuple[str, Callable[[object], Any]], ...]:
    pairs = (field.partition("=") for field in fields.split())
    return tuple((key, attrgetter(path or key)) for key, _, path in pairs)


def _json(value: Any, say: Say, key: str = "") -> Any:
    match value:
        case Location():  # a tuple, too
            return str(value)
        case tuple((Citation(), *_)):
            return cited_objects(value, say)
        case tuple():
            return [each if type(each) in _PLAIN else _json(each, say) for each in value]
        case {"fr": _, "en": _}:
            return value[say.lang]
        case dt.date():
            return value.isoformat()
        case Fraction():  # of a record, the facts apart: euros
            return money(value)
        case Mapping() if key == "facts":
            return facts_object(value, say)
        case Mapping():
            return {key: _json(each, say) for key, each in value.items()}
        case PaymentLine():
            return payment_object(value, say)
        case OverlayUse():
            return value.id
    return as_json(value, say) if type(value).__name__ in SHAPES else value


def result_object(result: Result, say: Say, known: Mapping[str, Json] | None = None) -> dict[str, Any]:
    """A result with what it rests on; ``known`` are the facts of its decision as JSON, where they were told before."""
    type_, lang = result.type, say.lang
    data: dict[str, Any] = {"kind": result.kind, "label": result.label[lang], "status": result.status}
    if result.kind == "criterion":
        refusal = None if result.refusal is None else result.refusal[lang]
        data |= {"verdict": result.verdict, "derogation": result.derogation, "refusal": refusal}
    if result.limits:
        data["limits"] = [
            {
                **as_json(limit, say, "of operator named"),
                "value": to_json(limit.value, limit.type),
                "bound": to_json(limit.bound, limit.type),
            }
            for limit in result.limits
        ]
    data["value"] = to_json(result.value, type_)
    if result.can_be:
        data["can_be"] = [to_json(value, type_) for value in result.can_be]
    if result.between:
        data["between"] = [to_json(value, type_) for value in result.between]
    if type_ is not None and type_.kind == "number":
        data["unit"] = type_.unit
        if type_.unit == "ratio":
            data |= exact_object(result.value, type_)
    if result.value_labels:
        data |= _label(result.value, result.value_labels, say)
    data["cite"] = cited_objects(result.cite, say)
    data["confidence"] = result.confidence
    data["facts"] = facts_object(result.facts, say) if known is None else {name: known[name] for name in result.facts}
    data["missing"] = [*result.missing]
    data["because"] = each_as_json(result.because, say)
    data["warnings"] = [*dict.fromkeys(text[lang] for text in result.warnings)] if result.warnings else []
    return data


def result_value(result: Result, say: Say) -> dict[str, Any]:
    """A result's status and value alone."""
    value = Absent(result.status) if result.value is None else result.value
    return value_object(value, result.type, say, result.value_labels)


def value_object(
    value: Value | None, type_: Type | None, say: Say, labels: Mapping[str, Text] = NONE
) -> dict[str, Any]:
    """A value with its status, that of a ratio with its exact fraction, a named one with its label."""
    if value is None or isinstance(value, Absent):
        return {"status": (value or NOT_APPLICABLE).value, "value": None}
    found = {"status": "known", "value": to_json(value, type_), **exact_object(value, type_)}
    return found | _label(value, labels, say)


def _label(value: Value | None, labels: Mapping[str, Text], say: Say) -> dict[str, str]:
    return {"value_label": labels[value][say.lang]} if isinstance(value, str) and value in labels else {}


def facts_object(facts: Mapping[str, Scalar], say: Say) -> dict[str, Json]:
    known = say.registry.vocabulary.facts
    return {name: to_json(value, known[name].type) for name, value in facts.items()}


def cited_objects(cite: Iterable[Citation], say: Say) -> list[dict[str, Any]]:
    """Citations with the title, publisher and grade of their source."""
    told = ((each, say.registry.source(each)) for each in cite)
    return [
        {"source": c.source, "at": c.locator, "title": s.title, "publisher": s.publisher, "kind": s.kind, "url": s.url}
        for c, s in told
    ]


def payment_object(line: PaymentLine, say: Say) -> dict[str, Any]:
    """A payment with its due day, or why one of the two is open."""
    result = line.result
    return {
        **as_json(line, say, "id=result.id label=result.label status=result.status due"),
        "amount": to_json(result.value, result.type),
        **as_json(result, say, "cite confidence"),
        "missing": list(dict.fromkeys((*result.missing, *line.due_missing))),
        "because": [{"kind": "unpublished", "id": result.id, "reason": text[say.lang]}]
        if (text := line.due_reason)
        else [],
    }


def doubt_objects(decisions: Iterable[Decision], say: Say) -> list[dict[str, Any]]:
    """The facts that do not agree in some of the decisions on a contract, each once."""
    found = {doubt.result.id: doubt for decision in decisions for doubt in decision.doubts}
    return each_as_json(found.values(), say)


def warned(results: Iterable[Result], say: Say) -> list[str]:
    """What the rules warn of, each once."""
    return list(dict.fromkeys(text[say.lang] for result in results for text in result.warnings))


def convention_object(decision: Decision, say: Say) -> dict[str, Any]:
    """The convention of a decision, and why it is that one."""
    return as_json(decision, say, "id=convention.id label=convention.label digest selected_because")


def decision_object(decision: Decision, say: Say) -> dict[str, Any]:
    known = facts_object(decision.facts, say)
    data: dict[str, Any] = {
        "convention": {**convention_object(decision, say), **as_json(decision, say, "overlays")},
        BENEFICIARY: decision.facts.get(BENEFICIARY),
        **as_json(decision, say, "as_of"),
        "results": {
            id_: result_object(result, say, known)
            for id_, result in decision.results.items()
            if result.kind in RESULT_KINDS
        },
        **as_json(decision, say, "payments obligations missing interpretations"),
        "trace": [
            {
                **as_json(line, say, "outcome rule value"),
                "because": [{"criterion": criterion, "verdict": verdict} for criterion, verdict in line.because],
            }
            for line in decision.trace
        ],
        "consistency": doubt_objects([decision], say),
        "warnings": warned(decision.results.values(), say),
    }
    if decision.years:
        data["years"] = [
            {
                **as_json(line, say, "annee=year debut=start"),
                "results": {line.amount.id: result_object(line.amount, say)},
                **as_json(line, say, "overlays"),
            }
            for line in decision.years
        ]
    return data


def by_place(data: Mapping[str, Any], year: int = 0) -> dict[tuple[str, str, int], dict[str, Any]]:
    """The lines of a decision's object by their places, of a year of it or of a life where ``year`` is given."""
    lines = {("result", id_, year): line for id_, line in data["results"].items()}
    lines |= {("payment", line["id"], year): line for line in data.get("payments", ())}
    lines |= {("duty", line["id"], 0): line for line in data.get("obligations", ())}
    for each in data.get("years", ()):
        lines |= by_place(each, each["annee"])
    return lines
