"""Rules and cases as text, and the schemas that an editor needs for them: plain data comes in, YAML or schemas go out.

Where a rule names an item, a question or a source, an editor then completes the names there are, and underlines any
other. The engine itself reads the schemas of the project, and tells names with their places and what is near.
"""

from __future__ import annotations

import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.escaping import on_one_line
from engine.evaluation.facts import nested
from engine.language.values import Scalar, as_written
from engine.policy.model import YEAR_START
from engine.policy.registry import Registry

WIDTH = 110  # characters of a line
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_.]*\Z")
_ODD = frozenset({"yes", "no", "on", "off", "true", "false", "null"})
_FOLDS = re.compile(r"\S+( \S+)+\Z")  # a text that has nothing but single blanks between its words


def rules_text(data: Any, schema: str) -> str:
    """YAML under the line by which an editor finds ``schema``; short collections on one line."""
    above = "../" if schema in ("differences", "suite") else ""  # which stand among the tests
    head = f"# yaml-language-server: $schema={above}../../schemas/{schema}.schema.json"
    return "\n".join([head, *lines_of(data)]) + "\n"


def case_text(facts: Mapping[str, Scalar], *said: str) -> str:
    """A case file under what is ``said`` of it as comments: each fact on its own, by groups."""
    lines = [*map(comment, said)]
    for group, value in nested(facts).items():
        if isinstance(value, dict):
            lines.extend([f"{group}:", *(f"  {key}: {one_line(each)}" for key, each in value.items())])
        else:
            lines.append(f"{group}: {one_line(value)}")
    return "\n".join(lines) + "\n"


def comment(text: str) -> str:
    """A line of a YAML file that says ``text``, whatever it holds."""
    return "# " + on_one_line(text)


def lines_of(data: Any, indent: str = "") -> Iterator[str]:
    """The lines of a collection, each entry below the one before."""
    mapping = isinstance(data, dict)
    for key, value in data.items() if mapping else enumerate(data):
        start = f"{indent}{one_line(key)}:" if mapping else f"{indent}-"
        short = one_line(value)
        if len(start) + 1 + len(short) <= WIDTH or not value:
            yield f"{start} {short}"
        elif isinstance(value, str):
            yield from _text(value, start, indent)
        elif mapping:
            yield start
            yield from lines_of(value, indent + "  ")
        else:
            first, *others = lines_of(value, indent + "  ")
            yield f"{start} {first.lstrip()}"
            yield from others


def _text(text: str, start: str, indent: str) -> Iterator[str]:
    """A long text, folded where that keeps it as it is."""
    if not _FOLDS.match(text) or text.startswith("#"):
        yield f"{start} {json.dumps(text, ensure_ascii=False)}"
        return
    yield f"{start} >-"
    inner = indent + "  "
    yield from textwrap.wrap(
        text, WIDTH, initial_indent=inner, subsequent_indent=inner, break_long_words=False, break_on_hyphens=False
    )


def one_line(data: Any) -> str:
    """A value on one line; a fraction that no decimal writes in quotes."""
    if isinstance(data, dict):
        return "{" + ", ".join(f"{one_line(key)}: {one_line(data[key])}" for key in data) + "}"
    if isinstance(data, list):
        return "[" + ", ".join(map(one_line, data)) + "]"
    text = f"{data:f}" if isinstance(data, Decimal) else as_written(data)
    is_number = isinstance(data, int | Decimal | Fraction) and "/" not in text
    is_word = _PLAIN.match(text) and text.lower() not in _ODD
    return text if is_number or is_word else json.dumps(text, ensure_ascii=False)


WRITTEN = ("convention", "ruleset", "suite", "differences")  # the files of a text, each with its schema
_ITEM, _CRITERION, _QUESTION, _SOURCE = "own_item", "own_criterion", "own_question", "own_source"
_FACT, _TEXT = "own_fact", "own_text"
_NAMED = {
    **dict.fromkeys(("ref", "by_outcome", "never_less", "never_more"), _ITEM),
    "criterion": _CRITERION,
    "interpretation": _QUESTION,
    "source": _SOURCE,
    **dict.fromkeys(("amends", "convention"), _TEXT),
}
_MAPS = {  # of which each key names something
    "given": _FACT,
    "interpret": _QUESTION,
    **dict.fromkeys(("expect", "due", "replace"), _ITEM),
    **dict.fromkeys(("derogation", "add_derogations"), _CRITERION),
}
_LISTS = {"without": _FACT, "missing": _FACT}


def with_own_ids(schema: Mapping[str, Any], registry: Registry) -> dict[str, Any]:
    """A schema in which whatever is named is one of the ids under the policies folder."""
    names: dict[str, dict[str, str]] = {name: {} for name in (*_NAMED.values(), _FACT)}
    names[_FACT].update({name: _told(fact.label) for name, fact in registry.vocabulary.facts.items()})
    names[_ITEM][YEAR_START] = ""
    for text in registry.conventions.values():
        labels = {id_: _told(each.label) for id_, each in text.items.items()}
        names[_TEXT][text.id] = _told(text.label)
        names[_ITEM].update(labels)
        names[_CRITERION].update({id_: labels[id_] for id_, each in text.items.items() if each.kind == "criterion"})
        names[_QUESTION].update({id_: each.question["fr"] for id_, each in text.interpretations.items()})
        names[_SOURCE].update({id_: each.title for id_, each in text.sources.items()})
    lists = {
        name: {"type": "string", "enum": [*told], "enumDescriptions": [*told.values()]} for name, told in names.items()
    }
    found: dict[str, Any] = _naming(schema)
    return {**found, "definitions": {**found.get("definitions", {}), **lists}}


def _told(label: Mapping[str, str]) -> str:
    return f"FR: {label['fr']} / EN: {label['en']}"


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
        elif key in _MAPS and "propertyNames" in entry:
            entry["propertyNames"] = {"$ref": f"#/definitions/{_MAPS[key]}"}
        elif key in _LISTS:
            entry["items"] = {"$ref": f"#/definitions/{_LISTS[key]}"}
        elif key == "change":
            for kind in entry["properties"].values():
                kind["items"]["properties"]["id"] = {"$ref": f"#/definitions/{_ITEM}"}
    return found
