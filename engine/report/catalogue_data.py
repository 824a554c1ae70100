"""The rules for programs: a registry comes in, its conventions and items go out as objects."""

from __future__ import annotations

from typing import Any

from engine.errors import Location, Problem, UsageFault, nearest
from engine.policy.model import Convention
from engine.report.objects import citations
from engine.report.say import Say


def conventions_object(say: Say) -> Any:
    """Every convention with its window of signatures, the digest of its rules and its open questions."""
    registry = say.registry
    return {
        "conventions": [
            {
                "id": convention.id,
                "label": say.label(convention),
                "beneficiaire": convention.beneficiary,
                "from": convention.signed_from.isoformat(),
                "before": convention.signed_before.isoformat() if convention.signed_before else None,
                "digest": registry.digest(convention),
                "interpretations": [
                    {
                        "id": question.id,
                        "question": question.question[say.lang],
                        "default": question.default,
                        "choices": {id_: label[say.lang] for id_, label in question.choices.items()},
                    }
                    for question in convention.interpretations.values()
                ],
                "items": len(convention.items),
            }
            for convention in in_time(say)
        ]
    }


def items_object(say: Say) -> Any:
    """Every item of the conventions, with the conventions that have it."""
    found: dict[str, dict[str, Any]] = {}
    for convention in in_time(say):
        for item in convention.items.values():
            entry = {"id": item.id, "kind": item.kind, "label": say.label(item), "conventions": []}
            found.setdefault(item.id, entry)["conventions"].append(convention.id)
    return {"items": [found[id_] for id_ in sorted(found)]}


def item_object(id_: str, say: Say) -> Any:
    """One item in each convention that has it.

    Raises:
        UsageFault: no convention has it.
    """
    having = [convention for convention in in_time(say) if id_ in convention.items]
    if not having:
        known = {each for convention in in_time(say) for each in convention.items}
        place = Location(str(say.registry.root.name))
        raise UsageFault(Problem(place, "unknown-item", {"id": id_[:80]}, nearest(id_[:80], known)))
    return {"id": id_, "in": [_in_convention(convention, id_, say) for convention in having]}


def _in_convention(convention: Convention, id_: str, say: Say) -> dict[str, Any]:
    item = convention.items[id_]
    return {
        "convention": convention.id,
        "digest": say.registry.digest(convention),
        "kind": item.kind,
        "label": say.label(item),
        "unit": item.unit,
        "note": item.note[say.lang] if item.note else None,
        "cite": citations(item.cite, say),
    }


def in_time(say: Say) -> list[Convention]:
    """The conventions of each beneficiary, the oldest first."""
    return sorted(say.registry.conventions.values(), key=lambda each: (each.beneficiary, each.signed_from))
