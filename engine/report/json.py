"""Writes decisions as plain objects for programs: the shape is schemas/decision.schema.json (design, section 7)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.evaluation.decision import Decision, ObligationLine, OverlayUse, PaymentLine, Reason, Result
from engine.language.expressions import Citation, Text
from engine.language.facts import BENEFICIARY, Vocabulary
from engine.language.values import Scalar
from engine.policy.registry import Registry
from engine.report.values import Json, exact_text, to_json

RESULT_KINDS = ("outcome", "criterion", "quantity", "table")


def decision_object(decision: Decision, registry: Registry, lang: str) -> dict[str, Any]:
    """The decision as one JSON object."""
    data: dict[str, Any] = {
        "convention": {
            "id": decision.convention.id,
            "label": decision.convention.label[lang],
            "digest": decision.digest,
            "selected_because": decision.selected_because[lang],
            "overlays": [use.id for use in decision.overlays],
        },
        BENEFICIARY: decision.facts.get(BENEFICIARY),
        "as_of": decision.as_of.isoformat() if decision.as_of else None,
        "results": {
            id_: result_object(result, registry, lang)
            for id_, result in decision.results.items()
            if result.kind in RESULT_KINDS
        },
        "payments": [payment_object(line, registry, lang) for line in decision.payments],
        "obligations": [obligation_object(line, registry, lang) for line in decision.obligations],
        "missing": list(decision.missing),
        "interpretations": dict(decision.interpretations),
        "trace": [
            {
                "outcome": line.outcome,
                "rule": line.rule,
                "value": line.value,
                "because": [{"criterion": criterion, "verdict": verdict} for criterion, verdict in line.because],
            }
            for line in decision.trace
        ],
        "warnings": _texts((w for result in decision.results.values() for w in result.warnings), lang),
    }
    if decision.years:
        data["years"] = [
            {
                "annee": line.year,
                "debut": line.start.isoformat() if line.start else None,
                "results": {line.amount.id: result_object(line.amount, registry, lang)},
                "overlays": overlay_ids(line.overlays),
            }
            for line in decision.years
        ]
    return data


def result_object(result: Result, registry: Registry, lang: str) -> dict[str, Any]:
    """One result with everything that stands behind it."""
    data: dict[str, Any] = {"kind": result.kind, "label": result.label[lang], "status": result.status}
    if result.kind == "criterion":
        data["verdict"] = result.verdict
        data["derogation"] = result.derogation
    data["value"] = to_json(result.value, result.type)
    if result.type is not None and result.type.kind == "number":
        data["unit"] = result.type.unit
    exact = exact_text(result.value, result.type)
    if exact is not None:
        data["exact"] = exact
    if isinstance(result.value, str) and result.value in result.value_labels:
        data["value_label"] = result.value_labels[result.value][lang]
    data["cite"] = citations(result.cite, registry)
    data["confidence"] = result.confidence
    data["facts"] = facts_object(result.facts, registry.vocabulary)
    data["missing"] = list(result.missing)
    data["because"] = [_reason(reason, registry, lang) for reason in result.because]
    data["warnings"] = _texts(result.warnings, lang)
    return data


def facts_object(facts: Mapping[str, Scalar], vocabulary: Vocabulary) -> dict[str, Json]:
    """Facts by name as JSON scalars."""
    return {name: to_json(value, vocabulary.facts[name].type) for name, value in facts.items()}


def citations(cite: Iterable[Citation], registry: Registry) -> list[dict[str, Any]]:
    """Citations with the title, publisher and grade of their source."""
    entries = []
    for citation in cite:
        source = registry.conventions[citation.convention].sources.get(citation.source)
        entry: dict[str, Any] = {"source": citation.source, "at": citation.locator}
        if source is not None:
            entry |= {"title": source.title, "publisher": source.publisher, "kind": source.kind, "url": source.url}
        entries.append(entry)
    return entries


def _reason(reason: Reason, registry: Registry, lang: str) -> dict[str, Any]:
    return {
        "kind": reason.kind,
        "id": reason.id,
        "reason": reason.text[lang] if reason.text else None,
        "at": str(reason.at),
        "cite": citations(reason.cite, registry),
    }


def payment_object(line: PaymentLine, registry: Registry, lang: str) -> dict[str, Any]:
    """A payment with its due day, or why one of the two is open."""
    result = line.result
    return {
        "id": result.id,
        "label": result.label[lang],
        "status": result.status,
        "due": line.due.isoformat() if line.due else None,
        "amount": to_json(result.value, result.type),
        "cite": citations(result.cite, registry),
        "confidence": result.confidence,
        "missing": list(dict.fromkeys((*result.missing, *line.due_missing))),
        "because": [{"kind": "unpublished", "id": result.id, "reason": line.due_reason[lang]}]
        if line.due_reason
        else [],
    }


def obligation_object(line: ObligationLine, registry: Registry, lang: str) -> dict[str, Any]:
    """An obligation with its status."""
    return {
        "id": line.id,
        "label": line.label[lang],
        "status": line.status,
        "due": line.due.isoformat() if line.due else None,
        "cite": citations(line.cite, registry),
        "missing": list(line.missing),
    }


def overlay_ids(overlays: Iterable[OverlayUse]) -> list[str]:
    """The ids of overlays in force."""
    return [use.id for use in overlays]


def _texts(texts: Iterable[Text], lang: str) -> list[str]:
    return list(dict.fromkeys(text[lang] for text in texts))
