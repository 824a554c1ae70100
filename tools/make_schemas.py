"""Writes schemas/ruleset.schema.json: from operators, facts, and the words and shapes of ruleset.words.yaml.

What a key is for and what may stand there is said by its entry in ruleset.words.yaml. Its shape is the definition that
it `is`, a `list` or `set` of one, `one_of` some words, a record of `keys` (each with the entry that says it) or an
`item`, which has the keys of all items before its own; a record `needs` keys, and one or the `either` of some. What
takes more than that is below.

Flat draft-07 (docs/adr/0004). Where a value has several forms, `anyOf` lists them, and no two of them hold the same
first key or type, so that an editor or the engine can tell which one is meant. `x-typed` marks what is here for
editors, and what the engine leaves to its names and types, which say it better. `x-wanted` is for messages of the
engine alone, where an editor would show it in the place of a key's own description. A description beside a `$ref` is
for editors; validators pass over it. Run by `make docs`; compared by tests/test_docs.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from engine.language.operators import COMPARISONS, CONNECTIVES, EXPRESSIONS, Operator
from engine.language.types import UNITS
from engine.policy.items import KINDS as ITEM_KINDS
from engine.policy.loader import load
from engine.policy.model import IF_UNMET

ROOT = Path(__file__).resolve().parent.parent
WORDS: Mapping[str, Mapping[str, Any]] = load(ROOT / "tools" / "ruleset.words.yaml", "ruleset.words.yaml").data
KINDS = {**ITEM_KINDS, "overlays": "overlay", "properties": "property", "suppositions": "supposition"}
Schema = dict[str, Any]

ID = r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$"
WORD = "^[a-z][a-z0-9_]*$"
FACT = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$"
DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
NOT_COLUMNS = "^(?!(then|unpublished|cite|label)$)[a-z][a-z0-9_]*$"
VERDICTS = {"enum": ["met", "not_met", "not_applicable", "undetermined"]}
LITERAL = {"type": ["number", "string", "boolean"]}
OF_ALL = ("id", "label", "cite", "note", "applies_when", "unless", "warnings", "aliases")
ALL_ITEMS = dict(zip(OF_ALL, OF_ALL, strict=True)) | {"label": "item_label"}  # the entry of each key
DEFINED = (
    *("id", "label", "date", "fact_name", "literal", "cite", "unpublished", "condition"),
    *("expression", "number", "count", "day", "measure", "computed", "bound", "cell", "input", "row"),
    *("parameter", "table", "quantity", "derogation", "criterion", "verdicts", "verdict_condition", "outcome"),
    *("payment", "obligation", "consistency", "overlay", "property", "supposition"),
)


def ruleset_page(_: str = "") -> str:
    """The text of schemas/ruleset.schema.json."""
    return json.dumps(ruleset(), ensure_ascii=False, indent=2) + "\n"


def with_beneficiaries(page: str) -> str:
    """The text of another schema, with the beneficiaries and groups of facts that schemas/case.schema.json declares."""
    case = json.loads((ROOT / "schemas" / "case.schema.json").read_text(encoding="utf-8"))
    declared = case["properties"]["beneficiaire"]
    groups = {name: each["description"] for name, each in case["properties"].items() if each["type"] == "object"}

    def filled(node: Any) -> Any:
        if isinstance(node, list):
            return [filled(each) for each in node]
        if not isinstance(node, dict):
            return node
        found = {key: filled(each) for key, each in node.items()}
        for key in ("beneficiary", "beneficiaire"):
            if isinstance(found.get(key), dict) and "enum" in found[key]:
                labels = {"x-labels": declared["x-labels"]} if "x-labels" in found[key] else {}
                found[key] |= {"enum": declared["enum"], **labels}
        form = next((found[name] for name in groups if "beneficiaire" in found and name in found), None)
        return found if form is None else found | {name: {**form, "description": said} for name, said in groups.items()}

    return json.dumps(filled(json.loads(page)), ensure_ascii=False, indent=2) + "\n"


def ruleset() -> Schema:
    """The schema of a rule file."""
    overlaid = told("derogations_of_overlays", listed(of("derogation")))
    lists = {key: told(key, listed(of(name))) for key, name in KINDS.items()}
    definitions = {name: defined(name) for name in DEFINED}
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Avenant: un fichier de règles / a rule file",
        "description": both(
            "Un fichier de règles d'une convention : une liste sous chaque clé.",
            "A rule file of a convention: a list under each key.",
        ),
        "type": "object",
        "additionalProperties": False,
        "minProperties": 1,
        "dependencies": {"derogations": ["overlays"]},
        "properties": {**lists, "derogations": overlaid, "change": changes(definitions)},
        "definitions": definitions,
    }


def both(fr: str, en: str) -> str:
    """A description in both languages, as all schemas write it."""
    return f"FR: {fr} / EN: {en}"


def told(key: str, schema: Mapping[str, Any]) -> Schema:
    """A schema with its description."""
    return {"description": both(WORDS[key]["fr"], WORDS[key]["en"]), **schema}


def of(name: str) -> Schema:
    return {"$ref": f"#/definitions/{name}"}


def listed(entry: Schema, least: int = 1, most: int | None = None) -> Schema:
    return {"type": "array", "minItems": least, **({} if most is None else {"maxItems": most}), "items": entry}


def distinct(entry: Schema, least: int = 1) -> Schema:
    return {**listed(entry, least), "uniqueItems": True}


def closed(properties: Mapping[str, Schema], required: Sequence[str] = (), **more: Any) -> Schema:
    needed = {"required": list(required)} if required else {}
    return {**needed, "type": "object", "additionalProperties": False, **more, "properties": dict(properties)}


def keyed(pattern: str, entry: Schema) -> Schema:
    names = {"pattern": pattern}
    return {"type": "object", "minProperties": 1, "propertyNames": names, "additionalProperties": entry}


def text(pattern: str) -> Schema:
    return {"type": "string", "pattern": pattern}


def given(*ways: Sequence[str]) -> list[Schema]:
    """That the keys of a way are given."""
    return [{"required": list(keys)} for keys in ways]


def defined(name: str) -> Schema:
    """A shape that others name."""
    word = "one_consistency" if name == "consistency" else name  # which is also the key of the list
    special = SPECIAL.get(name)
    return told(word, shape(word)) if special is None else special()


def part(word: str) -> Schema:
    """What stands under a key that an entry says; a definition says so itself."""
    return of(word) if word in DEFINED else told(word, shape(word))


def shape(word: str) -> Schema:
    """What an entry lets stand under its key."""
    entry = WORDS[word]
    if word in OWN:
        return OWN[word]
    if "is" in entry:
        return TEXTS.get(entry["is"]) or of(entry["is"])
    if "one_of" in entry:
        return {"type": "string", "enum": list(entry["one_of"])}
    if "list" in entry or "set" in entry:
        return listed(part(entry["list"])) if "list" in entry else distinct(part(entry["set"]))
    either = {"oneOf": given(*([key] for key in entry["either"]))} if "either" in entry else BESIDES.get(word, {})
    return record(entry, {}, **either)


def record(entry: Mapping[str, Any], own: Mapping[str, Schema], **more: Any) -> Schema:
    """An object of some keys, which are those of its entry and its ``own``."""
    keys, needed = entry.get("keys", {}), tuple(entry.get("needs", ()))
    if "item" in entry:
        keys, needed = ALL_ITEMS | entry["item"], ("id", "label", *needed)
    return closed({key: part(word) for key, word in keys.items()} | dict(own), needed, **more)


TEXTS = {"text": {"type": "string", "minLength": 1}, "word": text(WORD)}
OWN: Mapping[str, Schema] = {
    "id": text(ID),
    "date": {"type": "string", "format": "date", "pattern": DAY},
    "supplied_by": {"anyOf": [{"type": "string", **of("fact_name")}, distinct(of("fact_name"))]},
    "values": keyed(WORD, of("expression")),
    "bound": {"anyOf": [{"type": ["number", "string"]}, closed({"ref": told("ref", of("id"))}, ("ref",))]},
    "value_labels": keyed(WORD, of("label")),
    "unit": {"type": "string", "enum": list(UNITS)},
    "inputs": keyed(NOT_COLUMNS, of("input")),
    "informs": {"enum": [True]},
    "if_unmet": {"type": "string", "enum": list(IF_UNMET)},
    "value": {"type": "number", "x-typed": True},
    "outcome_values": distinct(text(WORD), 2),
    "verdicts": {"anyOf": [{"type": "string", **VERDICTS}, distinct(VERDICTS)]},
    "replace": keyed(ID, of("id")),
    "add_derogations": keyed(ID, distinct(of("id"))),
}
BESIDES: Mapping[str, Mapping[str, Any]] = {  # what else is asked of a record
    "table": {
        "if": {"required": ["unit"]},
        "then": {"properties": {"rows": {"items": {"properties": {"then": {"type": "number", "x-typed": True}}}}}},
    },
    "overlay": {"anyOf": given(["replace"], ["add_derogations"])},
    "property": {
        "oneOf": given(["never"], ["more"]),
        "dependencies": {"never_less": ["more"], "never_more": ["more"]},
        "if": {"required": ["more"]},
        "then": {"oneOf": given(["never_less"], ["never_more"])},
    },
}


def fact_names() -> list[str]:
    """The facts of the case schema by their full names."""
    groups = json.loads((ROOT / "schemas" / "case.schema.json").read_text(encoding="utf-8"))["properties"]
    nested = {group: entry.get("properties") for group, entry in groups.items()}
    return [f"{group}.{name}" if keys else group for group, keys in nested.items() for name in keys or ("",)]


def fact_name() -> Schema:
    return told("fact_name", {**text(FACT), "enum": fact_names(), "x-typed": True})


def literal() -> Schema:
    wanted = both(
        "une valeur écrite, comme 19000 ou demi_etp ; ce qui se calcule est une quantité (`cases`)",
        "a written value, such as 19000 or demi_etp; what is computed is a quantity (`cases`)",
    )
    return {"x-wanted": wanted, **told("literal", LITERAL)}


def condition() -> Schema:
    """A condition is one of its forms; each has keys of its own beside the operators of the table."""
    names = ", ".join(CONNECTIVES)
    told_forms = both(
        f"Une condition en une seule forme : fact ou ref et un opérateur, interpretation et is, {names}.",
        f"A condition in exactly one form: fact or ref and an operator, interpretation and is, {names}.",
    )
    forms = [
        comparison("fact", part("fact"), [*COMPARISONS.values()]),
        comparison("ref", part("item"), [row for row in COMPARISONS.values() if row.operands != "flag"]),
        closed({"interpretation": part("question"), "is": part("choice")}, ("interpretation", "is")),
        *(closed({row.name: meant(row, over(row))}, (row.name,)) for row in CONNECTIVES.values()),
    ]
    wanted = both("une condition, {fact: …, is: …}", "a condition, {fact: …, is: …}")
    return {"description": told_forms, "x-wanted": wanted, "type": "object", "anyOf": forms}


def comparison(key: str, left: Schema, rows: Sequence[Operator]) -> Schema:
    wanted = both("À côté de fact ou ref : exactement un opérateur.", "Beside fact or ref: exactly one operator.")
    operators = {row.name: meant(row, compared(row)) for row in rows}
    return {"x-wanted": wanted} | closed({key: left, **operators}, (key,), minProperties=2, maxProperties=2)


def meant(row: Operator, operands: Schema) -> Schema:
    """An operator's key: what it means, and what may stand there."""
    return {"description": both(**row.meaning), **operands}


def over(row: Operator) -> Schema:
    return of("condition") if row.operands == "one" else listed(of("condition"))


def compared(row: Operator) -> Schema:
    """What a comparison compares with."""
    if row.operands == "flag":
        return {"type": "boolean"}
    if row.operands == "list":
        return distinct(of("literal"))
    operand = of("measure") if row.threshold else of("expression")
    return operand if row.operands == "one" else listed(operand, 2, 2)


def applied(row: Operator) -> Schema:
    """What an operator of expressions is applied to."""
    operand = of({"arithmetic": "expression" if row.ranked else "number", "date": "day"}.get(row.family, "expression"))
    if row.keys:
        return closed({**dict.fromkeys(row.keys, operand), **options(row)}, (*row.keys, *row.options))
    if row.tags:
        tagged = closed({tag: of("count") for tag in row.tags}, minProperties=1, maxProperties=1)
        names = ", ".join(row.tags)
        step = tagged | {"description": both(f"Une seule des clés {names}.", f"Exactly one of the keys {names}.")}
        return {"type": "array", "minItems": 2, "items": [operand, step], "additionalItems": False}
    if row.operands == "pair":
        return listed(operand, 2, 2)
    return listed(operand, 1 if row.chain else 2)


def options(row: Operator) -> dict[str, Schema]:
    """The words and numbers beside the operands."""
    number = {"type": "number", "exclusiveMinimum": 0}
    return {name: {"enum": list(allowed)} if allowed else number for name, allowed in row.options.items()}


DAY_TEXT = {**text(DAY), "x-typed": True}


def valued(word: str, *written: Schema, **more: Any) -> Schema:
    """A value as it is written, or computed."""
    return told(word, {**more, "anyOf": [*written, {"type": "object", **of("computed")}]})


def computed() -> Schema:
    """An object with one operator."""
    one = {"fact": part("fact_value"), "ref": part("item_value"), "unpublished": part("no_value")}
    forms = [closed({key: schema}, (key,)) for key, schema in one.items()]
    ways = [closed(keys, required) for keys, required in bodies()]
    return {"x-wanted": both("Un seul opérateur.", "One operator."), "anyOf": [*forms, *ways]}


def bodies() -> list[tuple[dict[str, Schema], tuple[str, ...]]]:
    """The keys of each way to compute a value, and those of them that are needed."""
    return [
        ({"cases": part("cases"), "otherwise": part("otherwise")}, ("cases",)),
        ({"scale": scale()}, ("scale",)),
        ({"by_outcome": part("by_outcome"), "values": part("values")}, ("by_outcome", "values")),
        *(({row.name: meant(row, applied(row))}, (row.name,)) for row in EXPRESSIONS.values()),
    ]


def scale() -> Schema:
    first = [part("first_step")]
    return told("scale", {"type": "array", "minItems": 2, "items": first, "additionalItems": step("reached_when")})


def step(*required: str) -> Schema:
    keys = {"then": part("step_name"), "reached_when": part("reached_when"), "cite": of("cite")}
    return told("step", closed(keys, ("then", *required)))


def cell() -> Schema:
    within = closed({"from": part("from"), "before": part("before")}, minProperties=1)
    none_of = closed({"not_in": part("none_of")}, ("not_in",))
    return told("cell", {"anyOf": [LITERAL, distinct(of("literal")), within, none_of]})


def table_input() -> Schema:
    forms = [closed({"fact": part("read_fact")}, ("fact",)), closed({"ref": part("read_item")}, ("ref",))]
    return told("input", {"type": "object", "anyOf": forms})


def row() -> Schema:
    words = {"then": "row_then", "unpublished": "no_value", "cite": "cite", "label": "row_label"}
    keys = words | {"from": "row_from", "before": "row_before"}
    return told(
        "row",
        {
            "type": "object",
            "propertyNames": {"pattern": WORD},
            "additionalProperties": of("cell"),
            "oneOf": given(["then"], ["unpublished"]),
            "properties": {key: part(word) for key, word in keys.items()},
        },
    )


def quantity() -> Schema:
    ways = [({"value": part("quantity_value")}, ("value",)), *bodies()]
    own = {"unit": part("unit"), "value_labels": part("value_labels")}
    every = {key: schema for keys, _ in ways for key, schema in keys.items()}
    beside = {"otherwise": ["cases"], "values": ["by_outcome"], "by_outcome": ["values"]}
    body = record({"item": {}}, {**own, **every}, dependencies=beside, oneOf=given(*(needed for _, needed in ways)))
    return told("quantity", body)


def verdict_condition() -> Schema:
    """A condition over verdicts, as the rules of an outcome have."""
    lists = [row for row in CONNECTIVES.values() if row.unordered]
    forms = [
        closed({"criterion": part("criterion_atom"), "verdict": of("verdicts")}, ("criterion", "verdict")),
        *(closed({key: part(key)}, (key,)) for key in ("any_criterion", "every_criterion")),
        *(closed({row.name: meant(row, listed(of("verdict_condition")))}, (row.name,)) for row in lists),
    ]
    return told("verdict_condition", {"type": "object", "anyOf": forms})


def changes(definitions: Mapping[str, Schema]) -> Schema:
    """Items of an amended text by kind, of which only what changes is given."""
    gone = {"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": of("cell"), "minProperties": 1}]}
    removed = told("removed_parts", distinct(gone))
    kinds = {}
    for key, name in ITEM_KINDS.items():
        keys = {**definitions[name]["properties"], "removed": removed}
        if "scale" in keys:  # whose other steps are those of the base
            keys["scale"] = told("changed_scale", listed(step()))
        kinds[key] = told("changed_items", listed(told("changed_item", closed(keys, ("id",), minProperties=2))))
    return told("change", closed(kinds, minProperties=1))


SPECIAL: Mapping[str, Callable[[], Schema]] = {
    "fact_name": fact_name,
    "literal": literal,
    "condition": condition,
    "expression": partial(valued, "expression", LITERAL),
    "number": partial(valued, "number", {"type": "number"}, **{"x-typed": True}),
    "count": partial(valued, "count", {"type": "integer"}, **{"x-typed": True}),
    "day": partial(valued, "day", DAY_TEXT, **{"x-typed": True}),
    "measure": partial(valued, "measure", {"type": "number"}, told("unquoted", DAY_TEXT), **{"x-typed": True}),
    "computed": computed,
    "cell": cell,
    "input": table_input,
    "row": row,
    "quantity": quantity,
    "verdict_condition": verdict_condition,
}


if __name__ == "__main__":
    (ROOT / "schemas" / "ruleset.schema.json").write_text(ruleset_page(), encoding="utf-8")
