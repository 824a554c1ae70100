"""Writes a rule file one block for each item, in one order and one form: plain data comes in, stable text goes out.

Two files that say the same give the same text, whatever their order, comments and layout, so that a comparison line by
line shows changed items only. Nothing that the data says is left out; it reads like the YAML that it came from.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.exchange.rules_text import lines_of, one_line
from engine.language.operators import CONDITIONS
from engine.policy.amending import CHANGE
from engine.policy.items import KINDS

_KINDS = {
    **KINDS,
    "overlays": "overlay",
    "derogations": "derogation",
    "properties": "property",
    "suppositions": "supposition",
}
_FIRST = (
    *("fact", "ref", "interpretation", "criterion", "source", "from", "label", "question", "kind", "unit", "signed"),
    *("note", "value_labels", "applies_when", "unless"),
)
_LAST = ("then", "otherwise", "warnings", "cite")
_UNORDERED = (
    *(name for name, row in CONDITIONS.items() if row.unordered),
    *("supplied_by", "verdict", "any_criterion", "every_criterion", "cite", "rows", "values", "rules", "derogations"),
    *("warnings", "excluded", "add_derogations", "choices"),
)
_ORDERED = ("outcomes", "quantities")  # whose values are named from the worst to the best, or by name


def item_text(data: Any) -> str | None:
    """The items of a rule file or of a ``convention.yaml``, sorted by id; None where the data is neither."""
    if not isinstance(data, dict):
        return None
    blocks = _of_convention(data) if "signed" in data else _of_rules(data)
    if blocks is None:
        return None
    return "\n".join("\n".join([head, *_lines(part)]) + "\n" for _, head, part in blocks)


def _of_rules(data: Mapping[str, Any]) -> list[tuple[str, str, Any]] | None:
    own = {key: entries for key, entries in data.items() if key != CHANGE}
    changes = data.get(CHANGE, {})
    if not isinstance(changes, dict):
        return None
    blocks = []
    for before, lists in (("", own), (f"{CHANGE} ", changes)):
        for key, entries in lists.items():
            if key not in _KINDS or not isinstance(entries, list) or not all(_has_id(entry) for entry in entries):
                return None
            blocks += [(entry["id"], f"{before}{_KINDS[key]} {entry['id']}", _rest(entry, key)) for entry in entries]
    return sorted(blocks, key=lambda block: (*block[:2], *_lines(block[2])))


def _of_convention(data: Mapping[str, Any]) -> list[tuple[str, str, Any]] | None:
    sources, questions = data.get("sources", {}), data.get("interpretations", [])
    if not isinstance(sources, dict) or not isinstance(questions, list) or not all(map(_has_id, questions)):
        return None
    rest = {key: part for key, part in data.items() if key not in ("sources", "interpretations")}
    blocks = [("source", f"source {key}", _stable(part)) for key, part in sources.items()]
    blocks += [("question", f"interpretation {each['id']}", _rest(each)) for each in questions]
    return [("", "convention", _stable(rest)), *sorted(blocks, key=lambda block: block[1])]


def _has_id(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("id"), str)


def _rest(entry: Mapping[str, Any], key: str = "") -> Any:
    return _stable({name: part for name, part in entry.items() if name != "id"}, key)


def _stable(part: Any, key: str = "", within: str = "") -> Any:
    """The same data with keys and unordered lists in one order, numbers and blanks in one form."""
    if isinstance(part, dict):
        return {name: _stable(part[name], name, key) for name in sorted(part, key=_rank)}
    if isinstance(part, Decimal):
        return part.normalize()
    if not isinstance(part, list):
        return " ".join(part.split()) if isinstance(part, str) else part
    members = [_stable(each, key, within) for each in part]
    listed = key in _UNORDERED and not (key == "values" and within in _ORDERED)
    return sorted(members, key=one_line) if listed or within == "rows" else members


def _rank(key: str) -> tuple[int, int, str]:
    if key in _FIRST:
        return (0, _FIRST.index(key), key)
    return (2, _LAST.index(key), key) if key in _LAST else (1, 0, key)


def _lines(part: Any) -> list[str]:
    return [*lines_of(part, "  ")] if isinstance(part, dict | list) else [f"  {one_line(part)}"]
