"""The rules for programs: a registry comes in, its conventions and items go out as objects."""

from __future__ import annotations

from typing import Any

from engine.errors import Location, Problem, UsageFault, nearest
from engine.policy.model import Convention
from engine.report.objects import as_json
from engine.report.say import Say


def conventions_object(say: Say) -> Any:
    """Every convention with its window of signatures, the digest of its rules and its open questions."""
    registry = say.registry
    return {
        "conventions": [
            {
                **as_json(convention, say, "id", "label"),
                "beneficiaire": convention.beneficiary,
                "from": convention.signed_from.isoformat(),
                "before": convention.signed_before.isoformat() if convention.signed_before else None,
                "digest": registry.digest(convention),
                "interpretations": [
                    as_json(question, say, "id", "question", "default", "choices")
                    for question in convention.interpretations.values()
                ],
                "items": len(convention.items),
            }
            for convention in say.registry.in_time
        ]
    }


def items_object(say: Say) -> Any:
    """Every item of the conventions, with the conventions that have it."""
    found: dict[str, dict[str, Any]] = {}
    for convention in say.registry.in_time:
        for item in convention.items.values():
            entry = {"id": item.id, "kind": item.kind, "label": say.label(item), "conventions": []}
            found.setdefault(item.id, entry)["conventions"].append(convention.id)
    return {"items": [found[id_] for id_ in sorted(found)]}


def item_object(id_: str, say: Say) -> Any:
    """One item in each convention that has it.

    Raises:
        UsageFault: no convention has it.
    """
    having = [convention for convention in say.registry.in_time if id_ in convention.items]
    if not having:
        known = {each for convention in say.registry.in_time for each in convention.items}
        place = Location(str(say.registry.root.name))
        raise UsageFault(Problem(place, "unknown-item", {"id": id_[:80]}, nearest(id_[:80], known)))
    return {"id": id_, "in": [_in_convention(convention, id_, say) for convention in having]}


def _in_convention(convention: Convention, id_: str, say: Say) -> dict[str, Any]:
    head = {"convention": convention.id, "digest": say.registry.digest(convention)}
    return {**head, **as_json(convention.items[id_], say, "kind", "label", "unit", "note", "cite")}
