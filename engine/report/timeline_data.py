"""Writes timelines for programs: one comes in, a JSON object (schemas/timeline.schema.json) or CSV rows go out."""

from __future__ import annotations

import csv
import io
from typing import Any

from engine.evaluation.decision import FIXED_RESULTS, Result
from engine.evaluation.dossier import Event
from engine.evaluation.timeline import Paid, Timeline, Total, YearRow
from engine.language.facts import BENEFICIARY, YEAR
from engine.policy.registry import Registry
from engine.report.json import facts_object, obligation_object, overlay_ids, payment_object, result_object
from engine.report.values import money, to_json


def timeline_object(timeline: Timeline, registry: Registry, lang: str) -> dict[str, Any]:
    """The timeline as one JSON object."""
    first = timeline.rows[0].decision
    return {
        "convention": {
            "id": first.convention.id,
            "label": first.convention.label[lang],
            "digest": first.digest,
            "selected_because": first.selected_because[lang],
        },
        BENEFICIARY: first.facts.get(BENEFICIARY),
        "as_of": timeline.as_of.isoformat() if timeline.as_of else None,
        "eligibilite": result_object(first.results["eligibilite"], registry, lang),
        "years": [_row(row, registry, lang) for row in timeline.rows],
        "ending": {result.id: result_object(result, registry, lang) for result in timeline.ending},
        "obligations": [obligation_object(line, registry, lang) for line in timeline.obligations],
        "totals": {
            "aide.montant_annuel": _total(timeline.maximum),
            "aide.montant_du": _total(timeline.due),
            "versements_echus": None if timeline.paid is None else _paid(timeline.paid),
        },
        "without_effect": [_event(event, registry, lang) for event in timeline.idle],
        "without_rule": [_event(event, registry, lang) for event in timeline.unruled],
        "interpretations": {
            id_: choice for row in timeline.rows for id_, choice in row.decision.interpretations.items()
        },
    }


def _row(row: YearRow, registry: Registry, lang: str) -> dict[str, Any]:
    decision = row.decision
    return {
        "annee": row.year,
        "debut": row.start.isoformat() if row.start else None,
        "fin": row.last_day.isoformat() if row.last_day else None,
        "convention": decision.convention.id,
        "overlays": overlay_ids(row.overlays),
        "happened": [_event(event, registry, lang) for event in row.happened],
        "counting": [_event(event, registry, lang) for event in row.counting],
        "changes": [
            {
                "result": change.after.id,
                "before": _value(change.before),
                "after": _value(change.after),
                "events": [_event(event, registry, lang) for event in change.events],
                "overlays": overlay_ids(change.overlays),
            }
            for change in row.changes
        ],
        "results": {id_: result_object(decision.results[id_], registry, lang) for id_ in FIXED_RESULTS},
        "payments": [payment_object(line, registry, lang) for line in decision.payments],
        "missing": [name for name in decision.missing if name != YEAR],
    }


def _event(event: Event, registry: Registry, lang: str) -> dict[str, Any]:
    return {
        "date": event.day.isoformat(),
        "type": event.type.name,
        "label": event.type.label[lang],
        "annee": event.year,
        "facts": facts_object(event.facts, registry.vocabulary),
    }


def _value(result: Result) -> Any:
    return to_json(result.value, result.type) if result.status == "known" else result.status


def _paid(paid: Paid) -> dict[str, Any]:
    return {"amount": money(paid.amount), "open_payments": paid.open_payments}


def _total(total: Total) -> dict[str, Any]:
    return {"amount": money(total.amount), "open_years": list(total.open_years)}


def timeline_csv(timeline: Timeline) -> str:
    """One row a contract year under item ids: dates in ISO form, amounts in euros, ``undetermined`` written out."""
    payments = list(dict.fromkeys(line.result.id for row in timeline.rows for line in row.decision.payments))
    names = ["annee", "debut", "fin", "convention", "overlays", "events", *FIXED_RESULTS]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*names, *(column for id_ in payments for column in (id_, f"{id_}.echeance"))])
    for row in timeline.rows:
        decision = row.decision
        lines = {line.result.id: line for line in decision.payments}
        writer.writerow(
            [
                row.year,
                row.start or "",
                row.last_day or "",
                decision.convention.id,
                " ".join(overlay_ids(row.overlays)),
                " ".join(f"{event.day}:{event.type.name}" for event in row.happened),
                *(_cell(decision.results[id_]) for id_ in FIXED_RESULTS),
                *(cell for id_ in payments for cell in _payment_cells(lines, id_)),
            ]
        )
    return out.getvalue()


def _payment_cells(lines: dict[str, Any], id_: str) -> tuple[Any, Any]:
    if id_ not in lines:
        return "", ""
    return _cell(lines[id_].result), lines[id_].due or "undetermined"


def _cell(result: Result) -> Any:
    if result.status == "not_applicable":
        return ""
    if result.status == "undetermined":
        return "undetermined"
    return to_json(result.value, result.type)
