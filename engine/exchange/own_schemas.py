"""The schemas for an editor that knows one's own rules: a policies folder comes in, schemas with its ids go out.

Where a rule names an item, a question or a source, an editor then completes the names there are, and underlines any
other. The engine itself reads the schemas of the project, and tells names with their places and what is near.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.policy.model import YEAR_START
from engine.policy.registry import Registry

WRITTEN = ("convention", "ruleset", "suite", "differences")  # the files of a text, each with its schema
_ITEM, _CRITERION, _QUESTION, _SOURCE = "own_item", "own_criterion", "own_question", "own_source"
_NAMED = {
    **dict.fromkeys(("ref", "by_outcome", "never_less", "never_more"), _ITEM),
    "criterion": _CRITERION,
    "interpretation": _QUESTION,
    "source": _SOURCE,
}


def with_own_ids(schema: Mapping[str, Any], registry: Registry) -> dict[str, Any]:
    """A schema in which whatever is named is one of the ids under the policies folder."""
    names: dict[str, dict[str, str]] = {name: {} for name in _NAMED.values()}
    names[_ITEM][YEAR_START] = ""
    for text in registry.conventions.values():
        labels = {id_: f"FR: {each.label['fr']} / EN: {each.label['en']}" for id_, each in text.items.items()}
        names[_ITEM].update(labels)
        names[_CRITERION].update({id_: labels[id_] for id_, each in text.items.items() if each.kind == "criterion"})
        names[_QUESTION].update({id_: each.question["fr"] for id_, each in text.interpretations.items()})
        names[_SOURCE].update({id_: each.title for id_, each in text.sources.items()})
    lists = {
        name: {"type": "string", "enum": [*told], "enumDescriptions": [*told.values()]} for name, told in names.items()
    }
    found: dict[str, Any] = _naming(schema)
    return {**found, "definitions": {**found.get("definitions", {}), **lists}}


def _naming(node: Any) -> Any:
    """A schema whose keys that name something are of the ids there are."""
    if isinstance(node, list):
        return [_naming(each) for each in node]
    if not isinstance(node, dict):
        return node
    found = {key: _naming(part) for key, part in node.items()}
    for key, entry in found.get("properties", {}).items():
        if key in _NAMED:
            said = {"description": entry["description"]} if "description" in entry else {}
            found["properties"][key] = {**said, "$ref": f"#/definitions/{_NAMED[key]}"}
    return found
