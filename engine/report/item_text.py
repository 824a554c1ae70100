"""Writes a rule file one block for each item, in one order and one form: plain data comes in, stable text goes out.

Two files that say the same give the same text, whatever their order, comments and layout, so that a comparison line by
line shows changed items only. Nothing that the data says is left out; it reads like the YAML that it came from.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
    try:
        blocks = _of_convention(data) if "signed" in data else sorted(_of_rules(data))
    except (AttributeError, KeyError, TypeError):  # of another shape
        return None
    return "\n".join("\n".join([head, *lines]) + "\n" for _, head, lines in blocks)


ItemBlock = tuple[str, str, list[str]]  # the id, the head and the lines of an item


def _of_rules(data: Mapping[str, Any]) -> Iterator[ItemBlock]:
    for before, lists in (("", data), (f"{CHANGE} ", data.get(CHANGE, {}))):
        for key, entries in lists.items():
            if before or key != CHANGE:
                yield from (_block(f"{before}{_KINDS[key]} ", each, key) for each in entries)


def _of_convention(data: Mapping[str, Any]) -> list[ItemBlock]:
    rest = {key: part for key, part in data.items() if key not in ("sources", "interpretations")}
    sources = ({"id": id_, **part} for id_, part in data.get("sources", {}).items())
    questions = [_block("interpretation ", each) for each in data.get("interpretations", [])]
    return [
        ("", "convention", _lines(_stable(rest))),
        *sorted(questions),
        *sorted(_block("source ", s) for s in sources),
    ]


def _block(kind: str, entry: Mapping[str, Any], key: str = "") -> ItemBlock:
    own = {name: part for name, part in entry.items() if name != "id"}
    return entry["id"], kind + entry["id"], _lines(_stable(own, key))


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
