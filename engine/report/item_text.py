"""Writes a rule file one block for each item, in one order and one form: plain data comes in, stable text goes out.

Two files that say the same give the same text, whatever their order, comments and layout, so that a comparison line by
line shows changed items only. Nothing that the data says is left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from engine.language.operators import CONDITIONS
from engine.policy.amending import CHANGE
from engine.policy.items import KINDS

Lines = list[tuple[int, str]]

_KINDS = {
    **KINDS,
    "overlays": "overlay",
    "derogations": "derogation",
    "properties": "property",
    "suppositions": "supposition",
}
_FIRST = ("id", "label", "question", "kind", "unit", "signed", "cite", "note", "value_labels", "applies_when", "unless")
_LAST = ("then", "otherwise", "warnings")
_LEFT = ("fact", "ref", "interpretation", "criterion")
_UNORDERED = (
    *(name for name, row in CONDITIONS.items() if row.unordered),
    *("supplied_by", "verdict", "any_criterion", "every_criterion", "cite"),
)
_UNORDERED_ENTRIES = ("rules", "derogations", "warnings", "excluded", "add_derogations", "choices")
_NOT_CELLS = ("then", "unpublished", "cite", "label", "from", "before")


def item_text(data: Any) -> str | None:
    """The items of a rule file or of a ``convention.yaml``, sorted by id; None where the data is neither."""
    if not isinstance(data, dict):
        return None
    blocks = _of_convention(data) if "signed" in data else _of_rules(data)
    if blocks is None:
        return None
    return "\n".join("\n".join([head, *_laid_out(lines, 1)]) + "\n" for _, head, lines in sorted(blocks))


def _of_rules(data: Mapping[str, Any]) -> list[tuple[str, str, Lines]] | None:
    own = {key: entries for key, entries in data.items() if key != CHANGE}
    changes = data.get(CHANGE, {})
    if not isinstance(changes, dict):
        return None
    blocks = []
    for before, lists in (("", own), (f"{CHANGE} ", changes)):
        for key, entries in lists.items():
            if key not in _KINDS or not isinstance(entries, list) or not all(_has_id(entry) for entry in entries):
                return None
            for entry in entries:
                rest = {name: part for name, part in entry.items() if name != "id"}
                blocks.append((str(entry["id"]), f"{before}{_KINDS[key]} {entry['id']}", _entry(rest)))
    return blocks


def _of_convention(data: Mapping[str, Any]) -> list[tuple[str, str, Lines]] | None:
    sources, questions = data.get("sources", {}), data.get("interpretations", [])
    if not isinstance(sources, dict) or not isinstance(questions, list) or not all(map(_has_id, questions)):
        return None
    rest = {key: part for key, part in data.items() if key not in ("sources", "interpretations")}
    blocks = [("", "convention", _entry(rest))]
    blocks.extend((f"source {key}", f"source {key}", _tree(part)) for key, part in sources.items())
    for question in questions:
        own = {key: part for key, part in question.items() if key != "id"}
        blocks.append((f"interpretation {question['id']}", f"interpretation {question['id']}", _entry(own)))
    return blocks


def _has_id(entry: Any) -> bool:
    return isinstance(entry, dict) and isinstance(entry.get("id"), str)


def _laid_out(lines: Lines, depth: int) -> Iterator[str]:
    yield from ("  " * (depth + level) + text for level, text in lines)


def _entry(entry: Mapping[str, Any]) -> Lines:
    lines: Lines = []
    for key in sorted(entry, key=_rank):
        part = entry[key]
        if key == "rows" and isinstance(part, list) and all(isinstance(row, dict) for row in part):
            lines.extend((0, text) for text in sorted(_row(row) for row in part))
        elif key == "values" and isinstance(part, list) and all(isinstance(dated, dict) for dated in part):
            lines.extend((0, text) for text in sorted(_dated(dated) for dated in part))
        else:
            lines.extend(_named(key, part))
    return lines


def _rank(key: str) -> tuple[int, int, str]:
    if key in _FIRST:
        return (0, _FIRST.index(key), key)
    return (2, _LAST.index(key), key) if key in _LAST else (1, 0, key)


def _row(row: Mapping[str, Any]) -> str:
    """A row of a table on one line: cells by name, then the value, what it rests on and its label."""
    cells = ", ".join(f"{key} = {_inline(row[key], True)}" for key in sorted(row) if key not in _NOT_CELLS)
    time = "".join(f" {key} {_inline(row[key])}" for key in ("from", "before") if key in row)
    return f"row {cells or '*'}{time}: {_value(row, 'then')}"


def _dated(dated: Mapping[str, Any]) -> str:
    rest = {key: part for key, part in dated.items() if key not in ("from", "value", "unpublished", "cite")}
    extra = f" {_inline(rest)}" if rest else ""
    return f"from {_inline(dated.get('from'))}: {_value(dated, 'value')}{extra}"


def _value(entry: Mapping[str, Any], key: str) -> str:
    parts = [_inline(entry[key])] if key in entry else []
    if "unpublished" in entry:
        parts.append(f"unpublished {_inline(entry['unpublished'])}")
    if "cite" in entry:
        parts.append(f"[{'; '.join(_citations(entry['cite']))}]")
    if "label" in entry:
        parts.append(_inline(entry["label"]))
    return " ".join(parts)


def _citations(cite: Any) -> list[str]:
    """Each citation as ``source, place``, in one order."""
    return sorted(_inline(one) if not isinstance(one, dict) else ", ".join(_citation(one)) for one in _list(cite))


def _citation(one: Mapping[str, Any]) -> Iterator[str]:
    yield _scalar(one.get("source", "?"))
    for key in sorted(one):
        if key != "source":
            yield _inline(one[key]) if key == "at" else f"{key} {_inline(one[key])}"


def _named(key: str, part: Any) -> Lines:
    """A key and what it holds: on one line where that is one line, else below it."""
    if key == "cite":
        return [(0, f"cite: {text}") for text in _citations(part)]
    if _is_text(part):
        return [(0, f"{key}.{lang}: {_scalar(part[lang])}") for lang in sorted(part, reverse=True)]
    below = _tree(part, key in _UNORDERED, key in _UNORDERED_ENTRIES)
    if len(below) == 1 and not below[0][1].startswith("- "):
        return [(0, f"{key}: {below[0][1]}")]
    return [(0, f"{key}:"), *((level + 1, text) for level, text in below)]


def _tree(part: Any, unordered: bool = False, entries: bool = False) -> Lines:
    """What stands under a key, as indented lines; the members of an unordered list are sorted."""
    if isinstance(part, dict):
        left = next((key for key in _LEFT if key in part), None)
        if left is not None:
            return _atom(part, left)
        return [line for key in sorted(part, key=_rank) for line in _named(key, part[key])]
    if not isinstance(part, list):
        return [(0, _scalar(part))]
    if all(not isinstance(one, dict | list) for one in part):
        texts = [_scalar(one) for one in part]
        return [(0, ", ".join(sorted(texts) if unordered else texts))]
    trees = [_tree(one) for one in part]
    if unordered or entries:
        trees.sort(key=lambda tree: [text for _, text in tree])
    lines: Lines = []
    for tree in trees:
        lines.append((0, "- " + tree[0][1] if tree else "-"))
        lines.extend((level + 1, text) for level, text in tree[1:])
    return lines


def _atom(part: Mapping[str, Any], left: str) -> Lines:
    """``fact medecin.secteur is secteur_1``, with an operand of several lines below."""
    head = f"{left} {_scalar(part[left])}"
    lines: Lines = []
    for key in sorted(set(part) - {left}):
        below = _tree(part[key], key in _UNORDERED)
        if len(below) == 1:
            head += f" {key} {below[0][1]}"
        else:
            head += f" {key}"
            lines.extend((level + 1, text) for level, text in below)
    return [(0, head), *lines]


def _inline(part: Any, unordered: bool = False) -> str:
    """Any data on one line."""
    if isinstance(part, dict):
        left = next((key for key in _LEFT if key in part), None)
        if left is not None and len(part) == 1:
            return f"{left} {_scalar(part[left])}"
        inner = (f"{key} {_inline(part[key], key in _UNORDERED or unordered)}" for key in sorted(part, key=_rank))
        return "{" + ", ".join(inner) + "}"
    if isinstance(part, list):
        texts = [_inline(one) for one in part]
        return " | ".join(sorted(texts) if unordered else texts)
    return _scalar(part)


def _scalar(part: Any) -> str:
    if isinstance(part, bool):
        return "true" if part else "false"
    if isinstance(part, Decimal):
        return f"{part.normalize():f}"
    if isinstance(part, str):
        text = " ".join(part.split())
        looks_otherwise = text in ("true", "false", "") or text.replace(".", "", 1).removeprefix("-").isdigit()
        return json.dumps(text) if looks_otherwise else text
    return str(part)


def _is_text(part: Any) -> bool:
    return isinstance(part, dict) and bool(part) and set(part) <= {"fr", "en"}


def _list(part: Any) -> Sequence[Any]:
    return part if isinstance(part, list) else [part]
