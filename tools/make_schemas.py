"""Writes schemas/ruleset.schema.json: from operators, facts, words and the shapes below.

Flat draft-07 (docs/adr/0004). Where a value has several forms, `anyOf` lists them, and no two of them hold the same
first key or type, so that an editor or the engine can tell which one is meant. `x-typed` marks what is here for
editors, and what the engine leaves to its names and types, which say it better. `x-wanted` is for messages of the
engine alone, where an editor would show it in the place of a key's own description. A description beside a `$ref` is
for editors; validators pass over it. Run by `make docs`; compared by tests/test_docs.py.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.language.operators import COMPARISONS, CONNECTIVES, EXPRESSIONS, Operator
from engine.language.types import UNITS
from engine.policy.items import KINDS as ITEM_KINDS
from engine.policy.loader import load
from engine.policy.model import IF_UNMET

ROOT = Path(__file__).resolve().parent.parent
WORDS: Mapping[str, Mapping[str, str]] = load(ROOT / "tools" / "ruleset.words.yaml", "ruleset.words.yaml").data
KINDS = {**ITEM_KINDS, "overlays": "overlay", "properties": "property", "suppositions": "supposition"}
Schema = dict[str, Any]

ID = r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$"
WORD = "^[a-z][a-z0-9_]*$"
FACT = r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$"
DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
NOT_COLUMNS = "^(?!(then|unpublished|cite|label)$)[a-z][a-z0-9_]*$"
VERDICTS = ("met", "not_met", "not_applicable", "undetermined")


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
    definitions = {**words(), **conditions(), **values(), **tables(), **items()}
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
    return {"description": both(**WORDS[key]), **schema}


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
    return {
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"pattern": pattern},
        "additionalProperties": entry,
    }


def text(pattern: str) -> Schema:
    return {"type": "string", "pattern": pattern}


def or_unpublished(key: str) -> list[Schema]:
    """A value, or the statement that our sources do not give it."""
    return [{"required": [key]}, {"required": ["unpublished"]}]


UNPUBLISHED = told("unpublished", of("unpublished"))


def fact_names() -> list[str]:
    """The facts of the case schema by their full names."""
    groups = json.loads((ROOT / "schemas" / "case.schema.json").read_text(encoding="utf-8"))["properties"]
    nested = {group: entry.get("properties") for group, entry in groups.items()}
    return [f"{group}.{name}" if keys else group for group, keys in nested.items() for name in keys or ("",)]


def words() -> dict[str, Schema]:
    """Names, texts, dates and citations."""
    written = {
        "fr": told("french", {"type": "string", "minLength": 1}),
        "en": told("english", {"type": "string", "minLength": 1}),
    }
    source = told("source", text(WORD))
    at = told("at", {"type": "string", "minLength": 1})
    return {
        "id": told("id", text(ID)),
        "label": told("label", closed(written, ("fr", "en"))),
        "date": told("date", {"type": "string", "format": "date", "pattern": DAY}),
        "fact_name": told("fact_name", {**text(FACT), "enum": fact_names(), "x-typed": True}),
        "literal": {
            "x-wanted": both(
                "une valeur écrite, comme 19000 ou demi_etp ; ce qui se calcule est une quantité (`cases`)",
                "a written value, such as 19000 or demi_etp; what is computed is a quantity (`cases`)",
            ),
            **told("literal", {"type": ["number", "string", "boolean"]}),
        },
        "cite": told("cite", listed(told("one_reference", closed({"source": source, "at": at}, ("source",))))),
        "unpublished": told(
            "unpublished_value",
            closed(
                {
                    "reason": told("reason", of("label")),
                    "supplied_by": told("supplied_by", {"anyOf": [named_fact(), distinct(of("fact_name"))]}),
                },
                ("reason",),
            ),
        ),
    }


def named_fact() -> Schema:
    return {"type": "string", **of("fact_name")}


def conditions() -> dict[str, Schema]:
    """A condition is one of its forms; each has keys of its own beside the operators of the table."""
    fact = told("fact", of("fact_name"))
    item = told("item", of("id"))
    question = told("question", of("id"))
    choice = told("choice", text(WORD))
    forms = [
        comparison("fact", fact, [*COMPARISONS.values()]),
        comparison("ref", item, [row for row in COMPARISONS.values() if row.operands != "flag"]),
        closed({"interpretation": question, "is": choice}, ("interpretation", "is")),
        *(closed({row.name: meant(row, over(row))}, (row.name,)) for row in CONNECTIVES.values()),
    ]
    names = ", ".join(CONNECTIVES)
    return {
        "condition": {
            "description": both(
                f"Une condition en une seule forme : fact ou ref et un opérateur, interpretation et is, {names}.",
                f"A condition in exactly one form: fact or ref and an operator, interpretation and is, {names}.",
            ),
            "type": "object",
            "anyOf": forms,
        }
    }


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


def values() -> dict[str, Schema]:
    """Expressions: a literal, or an object with one operator."""
    computed = {"type": "object", **of("computed")}
    number, day = {"type": "number"}, {**text(DAY), "x-typed": True}
    unquoted = told("unquoted", day)
    fact = told("fact_value", of("fact_name"))
    item = told("item_value", of("id"))
    forms = [
        closed({"fact": fact}, ("fact",)),
        closed({"ref": item}, ("ref",)),
        closed({"unpublished": UNPUBLISHED}, ("unpublished",)),
        *(closed(keys, required) for keys, required in bodies()),
    ]
    return {
        "expression": told("expression", {"anyOf": [{"type": ["number", "string", "boolean"]}, computed]}),
        "number": told("number", {"x-typed": True, "anyOf": [number, computed]}),
        "count": told("count", {"x-typed": True, "anyOf": [{"type": "integer"}, computed]}),
        "day": told("day", {"x-typed": True, "anyOf": [day, computed]}),
        "measure": told("measure", {"x-typed": True, "anyOf": [number, unquoted, computed]}),
        "computed": {"x-wanted": both("Un seul opérateur.", "One operator."), "anyOf": forms},
    }


def bodies() -> list[tuple[dict[str, Schema], tuple[str, ...]]]:
    """The keys of each way to compute a value, and those of them that are needed."""
    case = closed(
        {
            "when": told("when", of("condition")),
            "then": told("then", of("expression")),
        },
        ("when", "then"),
    )
    cases = {
        "cases": told("cases", listed(told("one_case", case))),
        "otherwise": told("otherwise", of("expression")),
    }
    by_outcome = {
        "by_outcome": told("by_outcome", of("id")),
        "values": told("values", keyed(WORD, of("expression"))),
    }
    return [
        (cases, ("cases",)),
        ({"scale": scale()}, ("scale",)),
        (by_outcome, ("by_outcome", "values")),
        *(({row.name: meant(row, applied(row))}, (row.name,)) for row in EXPRESSIONS.values()),
    ]


def scale() -> Schema:
    first = told("first_step", closed({"then": told("step_name", text(WORD)), "cite": of("cite")}, ("then",)))
    return told("scale", {"type": "array", "minItems": 2, "items": [first], "additionalItems": step("reached_when")})


def step(*required: str) -> Schema:
    reached = told("reached_when", of("condition"))
    keys = {"then": told("step_name", text(WORD)), "reached_when": reached, "cite": of("cite")}
    return told("step", closed(keys, ("then", *required)))


def tables() -> dict[str, Schema]:
    """Cells, rows and inputs of decision tables."""
    bound = told(
        "bound",
        {
            "anyOf": [
                {"type": ["number", "string"]},
                closed(
                    {"ref": told("ref", of("id"))},
                    ("ref",),
                ),
            ]
        },
    )
    within = {
        "from": told("from", of("bound")),
        "before": told("before", of("bound")),
    }
    none_of = told("none_of", distinct(of("literal")))
    read_fact = told("read_fact", of("fact_name"))
    read_item = told("read_item", of("id"))
    row = {
        "then": told("row_then", of("literal")),
        "unpublished": UNPUBLISHED,
        "cite": of("cite"),
        "label": told("row_label", of("label")),
        "from": told("row_from", of("date")),
        "before": told("row_before", of("date")),
    }
    return {
        "bound": bound,
        "cell": told(
            "cell",
            {
                "anyOf": [
                    {"type": ["number", "string", "boolean"]},
                    distinct(of("literal")),
                    closed(within, minProperties=1),
                    closed({"not_in": none_of}, ("not_in",)),
                ]
            },
        ),
        "input": told(
            "input",
            {
                "type": "object",
                "anyOf": [closed({"fact": read_fact}, ("fact",)), closed({"ref": read_item}, ("ref",))],
            },
        ),
        "row": told(
            "row",
            {
                "type": "object",
                "propertyNames": {"pattern": WORD},
                "additionalProperties": of("cell"),
                "oneOf": or_unpublished("then"),
                "properties": row,
            },
        ),
    }


def item(key: str, own: Mapping[str, Schema], required: Sequence[str], **more: Any) -> Schema:
    """An item of a convention: what all items have, then its own keys."""
    when = told("warning_when", of("condition"))
    warned = told("warning_text", of("label"))
    head = {
        "id": of("id"),
        "label": told("item_label", of("label")),
        "cite": of("cite"),
        "note": told("note", of("label")),
        "applies_when": told("applies_when", of("condition")),
        "unless": told("unless", of("condition")),
        "warnings": told(
            "warnings", listed(told("one_warning", closed({"when": when, "text": warned}, ("when", "text"))))
        ),
        "aliases": told("aliases", distinct(of("id"))),
    }
    return told(key, closed({**head, **own}, ("id", "label", *required), **more))


def items() -> dict[str, Schema]:
    """Everything with an id."""
    unit = told("unit", {"type": "string", "enum": list(UNITS)})
    value_labels = told("value_labels", keyed(WORD, of("label")))
    named = {"unit": unit, "value_labels": value_labels}
    return {
        "parameter": item(
            "parameter",
            {"unit": unit, "values": dated_values()},
            ("unit", "values"),
        ),
        "table": item(
            "table",
            {
                **named,
                "inputs": told("inputs", keyed(NOT_COLUMNS, of("input"))),
                "rows": told("rows", listed(of("row"))),
            },
            ("inputs", "rows"),
            **{
                "if": {"required": ["unit"]},
                "then": {
                    "properties": {"rows": {"items": {"properties": {"then": {"type": "number", "x-typed": True}}}}}
                },
            },
        ),
        "quantity": quantity(named),
        "derogation": derogation(),
        "criterion": item(
            "criterion",
            {
                "informs": told("informs", {"enum": [True]}),
                "refusal": told("refusal", of("label")),
                "met_when": told("met_when", of("condition")),
                "derogations": told("derogations", listed(of("derogation"))),
            },
            ("cite", "met_when"),
        ),
        **outcomes(value_labels),
        "payment": item(
            "payment",
            {
                "amount": told("amount", of("number")),
                "due": told("payment_due", of("day")),
            },
            ("cite", "amount", "due"),
        ),
        "obligation": item(
            "obligation",
            {
                "due": told("obligation_due", of("day")),
                "done_when": told("done_when", of("condition")),
                "unmet_when": told("unmet_when", of("condition")),
                "if_unmet": told("if_unmet", {"type": "string", "enum": list(IF_UNMET)}),
            },
            ("cite",),
        ),
        "consistency": item(
            "one_consistency",
            {
                "severity": told("severity", {"type": "string", "enum": ["error", "warning"]}),
                "holds_when": told("holds_when", of("condition")),
            },
            ("severity", "holds_when"),
        ),
        "overlay": overlay(),
        "property": law_property(),
        "supposition": supposition(),
    }


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


def dated_values() -> Schema:
    dated = closed(
        {
            "from": told("dated_from", of("date")),
            "value": told("value", {"type": "number"}),
            "unpublished": UNPUBLISHED,
            "cite": of("cite"),
        },
        ("from",),
        oneOf=or_unpublished("value"),
    )
    return told("dated_values", listed(told("dated_value", dated)))


def quantity(named: Mapping[str, Schema]) -> Schema:
    value = told("quantity_value", of("expression"))
    ways = [({"value": value}, ("value",)), *bodies()]
    every = {key: schema for keys, _ in ways for key, schema in keys.items()}
    return item(
        "quantity",
        {**named, **every},
        (),
        dependencies={"otherwise": ["cases"], "values": ["by_outcome"]},
        oneOf=[{"required": list(required)} for _, required in ways],
    )


def derogation() -> Schema:
    keys = {
        "id": of("id"),
        "label": told("derogation_label", of("label")),
        "cite": of("cite"),
        "when": told("derogation_when", of("condition")),
    }
    return told("derogation", closed(keys, ("id", "label", "cite", "when")))


def outcomes(value_labels: Schema) -> dict[str, Schema]:
    """Decisions among values, and the conditions over verdicts that their rules have."""
    rule = closed(
        {
            "id": of("id"),
            "when": told("rule_when", of("verdict_condition")),
            "then": told("rule_then", text(WORD)),
            "unpublished": UNPUBLISHED,
            "cite": of("cite"),
        },
        ("id", "when"),
        oneOf=or_unpublished("then"),
    )
    excluded = closed(
        {
            "when": told("excluded_when", of("verdict_condition")),
            "because": told("because", of("label")),
        },
        ("when", "because"),
    )
    own = {
        "values": told("outcome_values", distinct(text(WORD), 2)),
        "value_labels": value_labels,
        "rules": told("rules", listed(told("one_rule", rule))),
        "excluded": told("excluded", listed(told("one_excluded", excluded))),
    }
    atom = told("criterion_atom", of("id"))
    some = told("any_criterion", of("verdicts"))
    every = told("every_criterion", of("verdicts"))
    lists = [row for row in CONNECTIVES.values() if row.unordered]
    verdict = {"enum": list(VERDICTS)}
    return {
        "verdicts": told("verdicts", {"anyOf": [{"type": "string", **verdict}, distinct(verdict)]}),
        "verdict_condition": told(
            "verdict_condition",
            {
                "type": "object",
                "anyOf": [
                    closed({"criterion": atom, "verdict": of("verdicts")}, ("criterion", "verdict")),
                    closed({"any_criterion": some}, ("any_criterion",)),
                    closed({"every_criterion": every}, ("every_criterion",)),
                    *(closed({row.name: meant(row, listed(of("verdict_condition")))}, (row.name,)) for row in lists),
                ],
            },
        ),
        "outcome": item(
            "outcome",
            own,
            ("values", "rules"),
        ),
    }


def overlay() -> Schema:
    signed = {
        "from": told("signed_from", of("date")),
        "before": told("signed_before", of("date")),
    }
    keys = {
        "id": of("id"),
        "label": told("overlay_label", of("label")),
        "cite": of("cite"),
        "note": told("overlay_note", of("label")),
        "signed": told("signed", closed(signed, ("before",))),
        "from_first_anniversary_on_or_after": told("from_first_anniversary_on_or_after", of("date")),
        "when": told("overlay_when", of("condition")),
        "replace": told("replace", keyed(ID, of("id"))),
        "add_derogations": told("add_derogations", keyed(ID, distinct(of("id")))),
    }
    return told(
        "overlay",
        closed(
            keys,
            ("id", "label", "cite", "signed"),
            anyOf=[{"required": ["replace"]}, {"required": ["add_derogations"]}],
        ),
    )


def law_property() -> Schema:
    keys = {
        "id": of("id"),
        "label": told("property_label", of("label")),
        "cite": of("cite"),
        "note": told("overlay_note", of("label")),
        "when": told("property_when", of("condition")),
        "never": told("never", of("condition")),
        "more": told("more", of("fact_name")),
        "never_less": told("never_less", of("id")),
        "never_more": told("never_more", of("id")),
    }
    return told(
        "property",
        closed(
            keys,
            ("id", "label", "cite"),
            oneOf=[{"required": ["never"]}, {"required": ["more"]}],
            dependencies={"never_less": ["more"], "never_more": ["more"]},
            **{
                "if": {"required": ["more"]},
                "then": {"oneOf": [{"required": ["never_less"]}, {"required": ["never_more"]}]},
            },
        ),
    )


def supposition() -> Schema:
    keys = {
        "id": of("id"),
        "label": told("supposition_label", of("label")),
        "cite": of("cite"),
        "signed": told(
            "supposition_signed",
            closed({"from": told("signed_from", of("date")), "before": told("signed_before", of("date"))}),
        ),
        "when": told("supposition_when", of("condition")),
        "right": told("right", of("fact_name")),
        "assumption": told("assumption", of("fact_name")),
        "be": told("be", listed(of("expression"))),
        "along": told(
            "along",
            listed(told("one_along", closed({"fact": of("fact_name"), "be": of("expression")}, ("fact", "be")))),
        ),
        "day": told("day_of_right", {"type": "string", "enum": ["from", "until"]}),
        "year": told("year_of_effect", {"type": "string", "enum": ["next"]}),
    }
    return told(
        "supposition",
        closed(keys, ("id", "label", "cite", "be"), oneOf=[{"required": ["right"]}, {"required": ["assumption"]}]),
    )


if __name__ == "__main__":
    (ROOT / "schemas" / "ruleset.schema.json").write_text(ruleset_page(), encoding="utf-8")
