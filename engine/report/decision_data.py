"""Decisions for programs: a decision comes in, a JSON object goes out.

Its shape is schemas/decision.schema.json.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.evaluation.decision import Decision, TraceLine
from engine.language.facts import BENEFICIARY
from engine.report.objects import doubt_objects, named, obligation_object, overlay_ids, payment_object, result_object
from engine.report.say import Say

RESULT_KINDS = ("outcome", "criterion", "quantity", "table")


def decision_object(decision: Decision, say: Say) -> dict[str, Any]:
    """One decision with every result."""
    data: dict[str, Any] = {
        "convention": {
            "id": decision.convention.id,
            "label": say.label(decision.convention),
            "digest": decision.digest,
            "selected_because": decision.selected_because[say.lang],
            "overlays": overlay_ids(decision.overlays),
        },
        BENEFICIARY: decision.facts.get(BENEFICIARY),
        "as_of": decision.as_of.isoformat() if decision.as_of else None,
        "results": {
            id_: result_object(result, say) for id_, result in decision.results.items() if result.kind in RESULT_KINDS
        },
        "payments": [payment_object(line, say) for line in decision.payments],
        "obligations": [obligation_object(line, say) for line in decision.obligations],
        "missing": list(decision.missing),
        "interpretations": dict(decision.interpretations),
        "trace": [_fired(line) for line in decision.trace],
        "consistency": doubt_objects([decision], say),
        "warnings": list(dict.fromkeys(each[say.lang] for r in decision.results.values() for each in r.warnings)),
    }
    if decision.years:
        data["years"] = [
            {
                "annee": line.year,
                "debut": line.start.isoformat() if line.start else None,
                "results": {line.amount.id: result_object(line.amount, say)},
                "overlays": overlay_ids(line.overlays),
            }
            for line in decision.years
        ]
    return data


def lines_of(data: Mapping[str, Any], year: int = 0) -> dict[tuple[str, str, int], dict[str, Any]]:
    """The lines of a decision's object by their places, of a year of it or of a life where ``year`` is given."""
    lines = {("result", id_, year): line for id_, line in data["results"].items()}
    lines |= {("payment", line["id"], year): line for line in data.get("payments", ())}
    lines |= {("duty", line["id"], 0): line for line in data.get("obligations", ())}
    for each in data.get("years", ()):
        lines |= lines_of(each, each["annee"])
    return lines


def _fired(line: TraceLine) -> dict[str, Any]:
    because = [{"criterion": criterion, "verdict": verdict} for criterion, verdict in line.because]
    return {**named(line, "outcome", "rule", "value"), "because": because}
