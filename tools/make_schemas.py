"""Writes schemas/ruleset.schema.json: the operator table, the facts of case.schema.json and the shapes below go in.

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

ROOT = Path(__file__).resolve().parent.parent
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


def ruleset() -> Schema:
    """The schema of a rule file."""
    lists = {
        "parameters": (of("parameter"), "Les nombres du texte.", "The numbers of the text."),
        "tables": (of("table"), "Les tables de décision.", "The decision tables."),
        "quantities": (of("quantity"), "Les valeurs calculées.", "The computed values."),
        "criteria": (of("criterion"), "Les critères.", "The criteria."),
        "outcomes": (of("outcome"), "Les décisions.", "The outcomes."),
        "payments": (of("payment"), "Les versements.", "The payments."),
        "obligations": (of("obligation"), "Les obligations.", "The obligations."),
        "overlays": (
            of("overlay"),
            "Ce que la convention change dans les contrats plus anciens.",
            "What the convention changes in older contracts.",
        ),
        "derogations": (
            of("derogation"),
            "Les dérogations que les overlays ajoutent ; seulement dans un fichier qui a `overlays`.",
            "The derogations that overlays add; only in a file that has `overlays`.",
        ),
    }
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
        "properties": {key: told(fr, en, listed(entry)) for key, (entry, fr, en) in lists.items()},
        "definitions": {**words(), **conditions(), **values(), **tables(), **items()},
    }


def both(fr: str, en: str) -> str:
    """A description in both languages, as all schemas write it."""
    return f"FR: {fr} / EN: {en}"


def told(fr: str, en: str, schema: Mapping[str, Any]) -> Schema:
    """A schema with its description."""
    return {"description": both(fr, en), **schema}


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


UNPUBLISHED = told(
    "Valeur qui existe en droit mais pas dans nos sources.",
    "Value that exists in law but not in our sources.",
    of("unpublished"),
)


def fact_names() -> list[str]:
    """The facts of the case schema by their full names."""
    groups = json.loads((ROOT / "schemas" / "case.schema.json").read_text(encoding="utf-8"))["properties"]
    nested = {group: entry.get("properties") for group, entry in groups.items()}
    return [f"{group}.{name}" if keys else group for group, keys in nested.items() for name in keys or ("",)]


def words() -> dict[str, Schema]:
    """Names, texts, dates and citations."""
    written = {
        "fr": told("Texte français.", "French text.", {"type": "string", "minLength": 1}),
        "en": told("Texte anglais.", "English text.", {"type": "string", "minLength": 1}),
    }
    source = told(
        "Identifiant d'une source déclarée dans convention.yaml.",
        "Identifier of a source declared in convention.yaml.",
        text(WORD),
    )
    at = told(
        "Où, dans la source : article, rubrique, page.",
        "Where in the source: article, heading, page.",
        {"type": "string", "minLength": 1},
    )
    return {
        "id": told(
            "Identifiant ASCII, unique dans la convention ; des points peuvent séparer les mots.",
            "ASCII identifier, unique in the convention; dots may separate its parts.",
            text(ID),
        ),
        "label": told(
            "Un texte en français et en anglais.", "A text in French and in English.", closed(written, ("fr", "en"))
        ),
        "date": told("Date AAAA-MM-JJ.", "Date YYYY-MM-DD.", {"type": "string", "format": "date", "pattern": DAY}),
        "fact_name": told(
            "Nom d'un fait de case.schema.json, par exemple medecin.secteur.",
            "Name of a fact of case.schema.json, for instance medecin.secteur.",
            {**text(FACT), "enum": fact_names(), "x-typed": True},
        ),
        "literal": told(
            "Une valeur écrite telle quelle : nombre, texte, date, true ou false.",
            "A value written as it is: number, text, date, true or false.",
            {"type": ["number", "string", "boolean"]},
        ),
        "cite": told(
            "Sur quoi la règle repose : une ou plusieurs références.",
            "What the rule rests on: one or more references.",
            listed(told("Une référence.", "One reference.", closed({"source": source, "at": at}, ("source",)))),
        ),
        "unpublished": told(
            "Une valeur que le droit fixe mais que nos sources ne donnent pas. Le résultat est indéterminé.",
            "A value that the law sets but our sources do not give. The result is undetermined.",
            closed(
                {
                    "reason": told("Pourquoi la valeur manque.", "Why the value is missing.", of("label")),
                    "supplied_by": told(
                        "Le ou les faits qui la donneraient ; ils sont listés comme manquants.",
                        "The fact or facts that would give it; they are listed as missing.",
                        {"anyOf": [named_fact(), distinct(of("fact_name"))]},
                    ),
                },
                ("reason",),
            ),
        ),
    }


def named_fact() -> Schema:
    return {"type": "string", **of("fact_name")}


def conditions() -> dict[str, Schema]:
    """A condition is one of its forms; each has keys of its own beside the operators of the table."""
    fact = told(
        "Le fait du cas que l'on compare ; exactement un opérateur à côté.",
        "The fact of the case to compare; exactly one operator beside it.",
        of("fact_name"),
    )
    item = told(
        "L'élément de la convention que l'on compare ; exactement un opérateur à côté.",
        "The item of the convention to compare; exactly one operator beside it.",
        of("id"),
    )
    question = told(
        "Une question ouverte de convention.yaml ; `is` donne le choix.",
        "An open question of convention.yaml; `is` gives the choice.",
        of("id"),
    )
    choice = told("Le choix.", "The choice.", text(WORD))
    forms = [
        comparison("fact", fact, [*COMPARISONS.values()]),
        comparison("ref", item, [row for row in COMPARISONS.values() if row.operands != "flag"]),
        closed({"interpretation": question, "is": choice}, ("interpretation", "is")),
        *(closed({row.name: meant(row, over(row))}, (row.name,)) for row in CONNECTIVES.values()),
    ]
    return {
        "condition": told(
            "Une condition, sous une seule forme : {fact, opérateur}, {ref, opérateur}, {interpretation, is}, "
            f"{', '.join(CONNECTIVES)}.",
            "A condition in exactly one form: {fact, operator}, {ref, operator}, {interpretation, is}, "
            f"{', '.join(CONNECTIVES)}.",
            {"type": "object", "anyOf": forms},
        )
    }


def comparison(key: str, left: Schema, rows: Sequence[Operator]) -> Schema:
    wanted = both("À côté de fact ou ref : exactement un opérateur.", "Beside fact or ref: exactly one operator.")
    operators = {row.name: meant(row, compared(row)) for row in rows}
    return {"x-wanted": wanted} | closed({key: left, **operators}, (key,), minProperties=2, maxProperties=2)


def meant(row: Operator, operands: Schema) -> Schema:
    """An operator's key: what it means, and what may stand there."""
    return told(row.meaning["fr"], row.meaning["en"], operands)


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
        step = told(f"Une seule des clés {names}.", f"Exactly one of the keys {names}.", tagged)
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
    unquoted = told(
        "Une date AAAA-MM-JJ ; un nombre s'écrit sans guillemets.",
        "A date YYYY-MM-DD; a number is written without quotes.",
        day,
    )
    fact = told("La valeur de ce fait.", "The value of this fact.", of("fact_name"))
    item = told(
        "La valeur de cet élément de la convention (annee.debut : début de l'année du contrat).",
        "The value of this item of the convention (annee.debut: start of the contract year).",
        of("id"),
    )
    forms = [
        closed({"fact": fact}, ("fact",)),
        closed({"ref": item}, ("ref",)),
        closed({"unpublished": UNPUBLISHED}, ("unpublished",)),
        *(closed(keys, required) for keys, required in bodies()),
    ]
    return {
        "expression": told(
            "Une valeur : littérale, ou un objet avec un seul opérateur (`cases` prend `otherwise`, `by_outcome` prend "
            "`values`).",
            "A value: a literal, or an object with one operator (`cases` takes `otherwise`, `by_outcome` takes "
            "`values`).",
            {"anyOf": [{"type": ["number", "string", "boolean"]}, computed]},
        ),
        "number": told(
            "Un nombre, sans guillemets, ou un objet avec un seul opérateur.",
            "A number, without quotes, or an object with one operator.",
            {"x-typed": True, "anyOf": [number, computed]},
        ),
        "count": told(
            "Un nombre entier.", "A whole number.", {"x-typed": True, "anyOf": [{"type": "integer"}, computed]}
        ),
        "day": told(
            "Une date AAAA-MM-JJ, ou un objet avec un seul opérateur.",
            "A date YYYY-MM-DD, or an object with one operator.",
            {"x-typed": True, "anyOf": [day, computed]},
        ),
        "measure": told(
            "Un nombre ou une date, ou un objet avec un seul opérateur.",
            "A number or a date, or an object with one operator.",
            {"x-typed": True, "anyOf": [number, unquoted, computed]},
        ),
        "computed": {"x-wanted": both("Un seul opérateur.", "One operator."), "anyOf": forms},
    }


def bodies() -> list[tuple[dict[str, Schema], tuple[str, ...]]]:
    """The keys of each way to compute a value, and those of them that are needed."""
    case = closed(
        {
            "when": told("Quand ce cas s'applique.", "When this case applies.", of("condition")),
            "then": told("La valeur dans ce cas.", "The value in this case.", of("expression")),
        },
        ("when", "then"),
    )
    cases = {
        "cases": told(
            "Le premier cas dont la condition est vraie. `otherwise` à côté, si aucun ne l'est.",
            "The first case whose condition is true. `otherwise` beside it, if none is.",
            listed(told("Un cas.", "One case.", case)),
        ),
        "otherwise": told(
            "La valeur si aucun cas ne s'applique ; va avec `cases`.",
            "The value if no case applies; goes with `cases`.",
            of("expression"),
        ),
    }
    by_outcome = {
        "by_outcome": told(
            "La valeur dépend de cette décision ; `values` à côté donne une valeur pour chacune de ses issues.",
            "The value depends on this outcome; `values` beside it gives a value for each of its results.",
            of("id"),
        ),
        "values": told(
            "Une valeur pour chaque issue de la décision ; va avec `by_outcome`.",
            "A value for each result of the outcome; goes with `by_outcome`.",
            keyed(WORD, of("expression")),
        ),
    }
    return [
        (cases, ("cases",)),
        ({"scale": scale()}, ("scale",)),
        (by_outcome, ("by_outcome", "values")),
        *(({row.name: meant(row, applied(row))}, (row.name,)) for row in EXPRESSIONS.values()),
    ]


def scale() -> Schema:
    name = told("Nom de la marche.", "Name of the step.", text(WORD))
    reached = told("Quand cette marche est atteinte.", "When this step is reached.", of("condition"))
    first = told(
        "La marche la plus basse ; elle n'a pas de condition.",
        "The lowest step; it has no condition.",
        closed({"then": name, "cite": of("cite")}, ("then",)),
    )
    step = told(
        "Une marche et la condition qui la fait atteindre.",
        "A step and the condition that reaches it.",
        closed({"then": name, "reached_when": reached, "cite": of("cite")}, ("then", "reached_when")),
    )
    return told(
        "Échelle ordonnée du plus bas au plus haut ; la première marche n'a pas de condition.",
        "Scale ordered from low to high; the first step has no condition.",
        {"type": "array", "minItems": 2, "items": [first], "additionalItems": step},
    )


def tables() -> dict[str, Schema]:
    """Cells, rows and inputs of decision tables."""
    bound = told(
        "Un nombre, une date ou {ref: paramètre}.",
        "A number, a date or {ref: parameter}.",
        {
            "anyOf": [
                {"type": ["number", "string"]},
                closed(
                    {"ref": told("Le paramètre qui donne la borne.", "The parameter that gives the bound.", of("id"))},
                    ("ref",),
                ),
            ]
        },
    )
    within = {
        "from": told("À partir de cette borne, incluse.", "From this bound, included.", of("bound")),
        "before": told("Avant cette borne, exclue.", "Before this bound, excluded.", of("bound")),
    }
    none_of = told("Aucune de ces valeurs.", "None of these values.", distinct(of("literal")))
    read_fact = told("Le fait lu par cette colonne.", "The fact read by this column.", of("fact_name"))
    read_item = told("L'élément lu par cette colonne.", "The item read by this column.", of("id"))
    row = {
        "then": told("La valeur de la ligne.", "The value of the row.", of("literal")),
        "unpublished": UNPUBLISHED,
        "cite": of("cite"),
        "label": told("Nom de la ligne.", "Name of the row.", of("label")),
    }
    return {
        "bound": bound,
        "cell": told(
            "Une valeur, une liste de valeurs, {not_in: […]} ou un intervalle {from, before}. Une case laissée de côté "
            "accepte tout.",
            "A value, a list of values, {not_in: […]} or a range {from, before}. A cell left out accepts anything.",
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
            "L'entrée d'une table : un fait ou un élément.",
            "The input of a table: a fact or an item.",
            {
                "type": "object",
                "anyOf": [closed({"fact": read_fact}, ("fact",)), closed({"ref": read_item}, ("ref",))],
            },
        ),
        "row": told(
            "Une ligne : une case par entrée, puis `then` ou `unpublished`.",
            "A row: one cell for each input, then `then` or `unpublished`.",
            {
                "type": "object",
                "propertyNames": {"pattern": WORD},
                "additionalProperties": of("cell"),
                "oneOf": or_unpublished("then"),
                "properties": row,
            },
        ),
    }


def item(fr: str, en: str, own: Mapping[str, Schema], required: Sequence[str], **more: Any) -> Schema:
    """An item of a convention: what all items have, then its own keys."""
    when = told("Quand avertir.", "When to warn.", of("condition"))
    warned = told("Le texte de l'avertissement.", "The text of the warning.", of("label"))
    head = {
        "id": of("id"),
        "label": told(
            "Nom de l'élément, tel qu'on le lit dans un résultat.",
            "Name of the item, as read in a result.",
            of("label"),
        ),
        "cite": of("cite"),
        "note": told(
            "Pourquoi la règle est écrite ainsi ; pour l'équipe.",
            "Why the rule is written this way; for staff.",
            of("label"),
        ),
        "applies_when": told(
            "Quand l'élément s'applique ; sinon il est sans objet, et indéterminé si on ne sait pas.",
            "When the item applies; otherwise it is not applicable, and undetermined if unknown.",
            of("condition"),
        ),
        "unless": told(
            "Quand l'élément est sans objet ; ne pas savoir ne change rien.",
            "When the item is not applicable; not knowing changes nothing.",
            of("condition"),
        ),
        "warnings": told(
            "Avertissements donnés avec le résultat.",
            "Warnings given with the result.",
            listed(told("Un avertissement.", "One warning.", closed({"when": when, "text": warned}, ("when", "text")))),
        ),
        "aliases": told(
            "Anciens identifiants de l'élément : une comparaison y voit un renommage.",
            "Earlier identifiers of the item: a comparison sees a renaming.",
            distinct(of("id")),
        ),
    }
    return told(fr, en, closed({**head, **own}, ("id", "label", *required), **more))


def items() -> dict[str, Schema]:
    """Everything with an id."""
    unit = told("Unité de la valeur.", "Unit of the value.", {"type": "string", "enum": list(UNITS)})
    value_labels = told("Nom de chaque valeur.", "Name of each value.", keyed(WORD, of("label")))
    named = {"unit": unit, "value_labels": value_labels}
    return {
        "parameter": item(
            "Un nombre du texte, avec son unité et ses valeurs datées.",
            "A number of the text, with its unit and dated values.",
            {"unit": unit, "values": dated_values()},
            ("unit", "values"),
        ),
        "table": item(
            "Une table de décision : une seule ligne convient.",
            "A decision table: exactly one row fits.",
            {
                **named,
                "inputs": told(
                    "Les colonnes et ce qu'elles lisent.",
                    "The columns and what they read.",
                    keyed(NOT_COLUMNS, of("input")),
                ),
                "rows": told("Les lignes de la table.", "The rows of the table.", listed(of("row"))),
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
            "Une condition et son verdict.",
            "A condition and its verdict.",
            {
                "met_when": told("Quand le critère est rempli.", "When the criterion is met.", of("condition")),
                "derogations": told("Les exceptions.", "The exceptions.", listed(of("derogation"))),
            },
            ("cite", "met_when"),
        ),
        **outcomes(value_labels),
        "payment": item(
            "Un versement.",
            "A payment.",
            {
                "amount": told("Le montant, en euros.", "The amount, in euros.", of("number")),
                "due": told(
                    "La date du versement, ou {unpublished: …}.",
                    "The date of the payment, or {unpublished: …}.",
                    of("day"),
                ),
            },
            ("cite", "amount", "due"),
        ),
        "obligation": item(
            "Une obligation, son échéance et ce qui la remplit.",
            "An obligation, its due date and what fulfils it.",
            {
                "due": told("L'échéance.", "The due date.", of("day")),
                "done_when": told(
                    "Quand l'obligation est remplie.", "When the obligation is fulfilled.", of("condition")
                ),
            },
            ("cite",),
        ),
        "overlay": overlay(),
    }


def dated_values() -> Schema:
    dated = closed(
        {
            "from": told("Premier jour où la valeur vaut.", "First day on which the value holds.", of("date")),
            "value": told("Le nombre.", "The number.", {"type": "number"}),
            "unpublished": UNPUBLISHED,
            "cite": of("cite"),
        },
        ("from",),
        oneOf=or_unpublished("value"),
    )
    return told(
        "Les valeurs, de la plus ancienne à la plus récente ; un changement ajoute une ligne.",
        "The values, oldest first; a change adds a line.",
        listed(told("Une valeur et la date d'où elle vaut.", "A value and the date from which it holds.", dated)),
    )


def quantity(named: Mapping[str, Schema]) -> Schema:
    value = told("La valeur, écrite comme une expression.", "The value, written as an expression.", of("expression"))
    ways = [({"value": value}, ("value",)), *bodies()]
    every = {key: schema for keys, _ in ways for key, schema in keys.items()}
    return item(
        "Une valeur calculée : un seul corps (value, cases, scale, by_outcome, add…).",
        "A computed value: exactly one body (value, cases, scale, by_outcome, add…).",
        {**named, **every},
        (),
        dependencies={"otherwise": ["cases"], "values": ["by_outcome"]},
        oneOf=[{"required": list(required)} for _, required in ways],
    )


def derogation() -> Schema:
    keys = {
        "id": of("id"),
        "label": told("Nom de la dérogation.", "Name of the derogation.", of("label")),
        "cite": of("cite"),
        "when": told("Quand l'exception joue.", "When the exception applies.", of("condition")),
    }
    return told(
        "Une exception nommée et citée, qui rend le critère rempli.",
        "A named and cited exception that makes the criterion met.",
        closed(keys, ("id", "label", "cite", "when")),
    )


def outcomes(value_labels: Schema) -> dict[str, Schema]:
    """Decisions among values, and the conditions over verdicts that their rules have."""
    rule = closed(
        {
            "id": of("id"),
            "when": told("Quand la règle joue.", "When the rule fires.", of("verdict_condition")),
            "then": told("La valeur qui en sort.", "The value that comes out.", text(WORD)),
            "unpublished": UNPUBLISHED,
            "cite": of("cite"),
        },
        ("id", "when"),
        oneOf=or_unpublished("then"),
    )
    excluded = closed(
        {
            "when": told("La combinaison.", "The combination.", of("verdict_condition")),
            "because": told("Pourquoi elle est impossible.", "Why it is impossible.", of("label")),
        },
        ("when", "because"),
    )
    own = {
        "values": told("Les valeurs possibles.", "The possible values.", distinct(text(WORD), 2)),
        "value_labels": value_labels,
        "rules": told(
            "Les règles ; exactement une valeur doit en sortir.",
            "The rules; exactly one value must come out.",
            listed(told("Une règle.", "One rule.", rule)),
        ),
        "excluded": told(
            "Les combinaisons de verdicts impossibles, et pourquoi.",
            "The impossible combinations of verdicts, and why.",
            listed(told("Une combinaison impossible.", "One impossible combination.", excluded)),
        ),
    }
    atom = told("Un critère ; `verdict` à côté.", "A criterion; `verdict` beside it.", of("id"))
    some = told(
        "Au moins un critère du fichier a ce verdict.",
        "At least one criterion of the file has this verdict.",
        of("verdicts"),
    )
    every = told(
        "Tous les critères du fichier ont ce verdict.", "Every criterion of the file has this verdict.", of("verdicts")
    )
    lists = [row for row in CONNECTIVES.values() if row.unordered]
    verdict = {"enum": list(VERDICTS)}
    return {
        "verdicts": told(
            "Un verdict ou une liste : met (rempli), not_met (non rempli), not_applicable (sans objet), undetermined "
            "(indéterminé).",
            "A verdict or a list: met, not_met, not_applicable, undetermined.",
            {"anyOf": [{"type": "string", **verdict}, distinct(verdict)]},
        ),
        "verdict_condition": told(
            "Une condition sur des verdicts, sous une seule forme : {criterion, verdict}, any_criterion, "
            "every_criterion, all ou any.",
            "A condition over verdicts in exactly one form: {criterion, verdict}, any_criterion, every_criterion, "
            "all or any.",
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
            "Une décision parmi des valeurs, prise par des règles sur les verdicts.",
            "A decision among values, taken by rules over verdicts.",
            own,
            ("values", "rules"),
        ),
    }


def overlay() -> Schema:
    signed = {
        "from": told("Signés à partir de ce jour, inclus.", "Signed from this day, included.", of("date")),
        "before": told("Signés avant ce jour, exclu.", "Signed before this day, excluded.", of("date")),
    }
    keys = {
        "id": of("id"),
        "label": told("Nom de la modification.", "Name of the change.", of("label")),
        "cite": of("cite"),
        "note": told("Pourquoi ; pour l'équipe.", "Why; for staff.", of("label")),
        "signed": told(
            "Les contrats visés, par date de signature.",
            "The contracts concerned, by date of signature.",
            closed(signed, ("before",)),
        ),
        "from_first_anniversary_on_or_after": told(
            "À partir du premier anniversaire du contrat à cette date ou après.",
            "From the first anniversary of the contract on or after this date.",
            of("date"),
        ),
        "when": told(
            "Condition, seulement sur des interprétations et des faits dont l'absence est une réponse.",
            "Condition, only over interpretations and facts whose absence is an answer.",
            of("condition"),
        ),
        "replace": told(
            "Élément de l'ancienne convention : élément d'ici qui prend sa place.",
            "Item of the older convention: item of this one that takes its place.",
            keyed(ID, of("id")),
        ),
        "add_derogations": told(
            "Critère de l'ancienne convention : dérogations d'ici qui s'y ajoutent.",
            "Criterion of the older convention: derogations from here that are added.",
            keyed(ID, distinct(of("id"))),
        ),
    }
    return told(
        "Ce que cette convention change dans les contrats plus anciens déjà en cours.",
        "What this convention changes in older contracts that are already running.",
        closed(
            keys,
            ("id", "label", "cite", "signed"),
            anyOf=[{"required": ["replace"]}, {"required": ["add_derogations"]}],
        ),
    )


if __name__ == "__main__":
    (ROOT / "schemas" / "ruleset.schema.json").write_text(ruleset_page(), encoding="utf-8")
