"""Tells in words in what a document does not fit its schema: a fault of the library comes in, problems go out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from engine.errors import Location, Problem, nearest, quoted, wrong
from engine.escaping import shortened
from engine.language.operators import EXPRESSIONS
from engine.language.pieces import Keys
from engine.language.typing import date_fault, meant_day
from engine.language.values import as_written
from engine.policy.document import Document
from engine.policy.items import NOT_CELLS
from engine.words import LANGUAGES, called, in_each_language, read_words

MAX_SHOWN = 60
# What the schema's own words say already, and what else is told beside them, or alone where there are none.
_TOLD_BY_WORDS = ("type", "minProperties", "maxProperties", "pattern", "minLength")
RULES = ("pattern", "minimum", "exclusiveMinimum", "maximum", "minItems", "maxItems", "uniqueItems")
# What a condition has for a word of the rules over verdicts, and these for a word of a condition.
IN_CONDITIONS = dict.fromkeys(("criterion", "outcome", "table", "parameter", "item"), "ref") | {"verdict": "is"}
OVER_VERDICTS = {"ref": "criterion", "is": "verdict"}
OF_SEVERAL = {"is": "in", "is_not": "not_in"}  # the operator that takes a list, beside the one that does not


class Misfit(NamedTuple):
    """A fault of shape, and the path of the value or of the key that is at fault."""

    problem: Problem
    path: Keys
    is_key: bool


def keys_of_kinds(schema: Mapping[str, Any]) -> dict[str, Collection[str]]:
    """The keys of the entries of each list of a rule file."""
    definitions = schema.get("definitions", {})
    entries = ((kind, part["items"]) for kind, part in schema.get("properties", {}).items() if "items" in part)
    named = ((kind, str(entry.get("$ref", "")).rpartition("/")[2]) for kind, entry in entries)
    return {kind: definitions.get(name, {}).get("properties", {}).keys() for kind, name in named}


def told(error: Any, document: Document, kinds: Mapping[str, Collection[str]]) -> Iterator[Misfit]:
    path: Keys = (*error.absolute_path,)
    named = _is_name(error)
    for problem in _problems(error, document):
        if problem.code == "unknown-key":
            key = str(problem.values["key"])
            lists = ", ".join(f"`{kind}`" for kind, keys in kinds.items() if key in keys)
            close = str(problem.nearest)
            sure = close in error.schema.get("required", ()) or nearest(key, (), said={close: close})
            if path[-2:-1] and path[-2] in kinds and lists and not sure:
                allowed = in_each_language("key_of_another", **problem.values, lists=lists)
                problem = replace(problem, values={**problem.values, "allowed": allowed}, nearest=None)
            yield Misfit(problem, (*path, key), is_key=True)
        else:
            yield Misfit(problem, (*path, error.instance) if named else path, named)
    for problem, inside in _misspelt_in_row(error, document):
        yield Misfit(problem, inside, is_key=True)


def _problems(error: Any, document: Document) -> Iterator[Problem]:
    path = tuple(error.absolute_path)
    place = document.key_at((*path, error.instance)) if _is_name(error) else document.at(path)
    shown = _shown(error.instance)
    row = EXPRESSIONS.get(str(path[-2])) if path[-1:] in ((0,), (1,)) else None
    first = document.part(*path[:-1], 0).data if row is not None and row.tags else None
    match error.validator:
        case _ if row is not None and isinstance(first, dict) and first.keys() <= {*row.tags}:  # two turned round
            yield from [wrong(place, "wrong-form", wanted=row.meaning)] if path[-1] == 0 else ()
        case "additionalProperties" if isinstance(error.instance, dict):
            yield from _unknown_keys(error, document)
        case "required":
            missing = [key for key in error.validator_value if key not in error.instance]
            named = next((key for key in missing if f"'{key}'" in error.message), missing[0] if missing else "?")
            yield wrong(place, "missing-key", key=named)
        case "dependencies":
            yield from _needed(error, document, place)
        case "type" if error.schema.get("format") == "date":
            yield wrong(place, "wrong-date", value=shown)
        case "type":
            yield wrong(place, "wrong-type", value=shown, wanted=_forms(error))
        case "enum" | "const" if isinstance(error.instance, dict | list) and "type" in error.schema:
            return  # which is told
        case "enum" | "const":
            allowed = [*map(str, error.validator_value if error.validator == "enum" else [error.validator_value])]
            close = nearest(str(error.instance), allowed, said=called(allowed))
            yield wrong(place, "wrong-value", close, value=shown, wanted=", ".join(allowed))
        case "format" | "pattern" if error.schema.get("format") == "date":
            yield wrong(place, date_fault(error.instance), meant_day(error.instance), value=error.instance)
        case "form":
            key, first = error.validator_value
            told = in_each_language("one_form", key=key, first=first)
            yield wrong(document.key_at(path), "wrong-form", wanted=told)
        case "minProperties" | "maxProperties" | "minItems" | "maxItems":
            yield wrong(place, "wrong-form", wanted=_wanted(error))
        case _:
            yield wrong(place, "wrong-value", _unaccented(error), value=shown, wanted=_wanted(error))


def _needed(error: Any, document: Document, place: Location) -> Iterator[Problem]:
    """Keys that others need: each as missing, or as the one that stands there for it or for the one that needs it."""
    known, found = error.schema["properties"], error.instance
    for key, needed in error.validator_value.items():
        for lacking in (each for each in needed if key in found and each not in found):
            like = nearest(lacking, found.keys() - {key})
            meant = None if _of_type(found[key], known[key]) else nearest(key, known.keys() - found.keys())
            written, close = (key, meant) if meant else (like, lacking)
            at = place if written is None else document.key_at((*error.absolute_path, written))
            told = {"key": lacking} if written is None else {"key": written, "allowed": ", ".join(known)}
            yield Problem(at, f"{'missing' if written is None else 'unknown'}-key", told, written and close)


def _of_type(value: Any, schema: Mapping[str, Any]) -> bool:
    """Whether a value is a list or a mapping where the schema wants one, and neither where it wants none."""
    if "type" not in schema:
        return not isinstance(value, list)
    wanted = {"array": list, "object": dict}.get(schema.get("type", ""))
    return isinstance(value, wanted) if wanted is not None else not isinstance(value, list | dict)


def _unknown_keys(error: Any, document: Document) -> Iterator[Problem]:
    """Keys of a closed object, with the one that is likely meant: of one where a single one lacks or is left, that."""
    parts = error.schema.get("properties", {})
    known = list(parts)
    others = [key for key in error.instance if key not in known]
    forms = [form.get("required", ()) for form in error.schema.get("oneOf", ())]
    needed = forms[0] if forms and not any(error.instance.keys() >= {*form} for form in forms) else ()
    lacking = [key for key in (*error.schema.get("required", ()), *needed) if key not in error.instance]
    in_a_form = [*error.absolute_schema_path][-2:-1] == ["anyOf"]  # of which another may be meant
    elsewhere = (
        IN_CONDITIONS if {"fact", "interpretation"} & {*known} else OVER_VERDICTS if "criterion" in known else {}
    )
    left = lacking or [key for key in known if key not in error.instance]
    alone = len(left) == len(others) == 1 and not in_a_form
    only = left[0] if alone and _of_type(error.instance[others[0]], parts[left[0]]) else None
    for key in others:
        group, _, name = key.partition(".")
        dotted = bool(name) and group in known
        values = {"key": key, "allowed": f"{group}: {{{name}: …}}" if dotted else ", ".join(known)}
        place = document.key_at((*error.absolute_path, key))
        free = [name for name in known if name not in error.instance]
        needs = only in lacking and "type" in parts[only]
        close = elsewhere.get(key) or nearest(key, lacking) or (only if needs else None)
        close = close or nearest(key, free, said=called(free)) or nearest(key, known) or only
        yield Problem(place, "unknown-key", values, None if dotted else close)


def _misspelt_in_row(error: Any, document: Document) -> Iterator[tuple[Problem, Keys]]:
    """The keys of a row of a table that are none of its inputs, and near one that the row lacks."""
    path = tuple(error.absolute_path)
    start = next((number for number, step in enumerate(path[:-1]) if step == "rows"), None)
    if start is None or not isinstance(path[start + 1], int):
        return
    table = document.part(*path[:start]).data
    row, inputs = table["rows"][path[start + 1]], table.get("inputs", {})
    if not isinstance(row, dict) or not isinstance(inputs, dict):  # each is told itself
        return
    known = (*inputs, *NOT_CELLS)
    others = [key for key in row if key not in known]
    lacking = None if "then" in row or "unpublished" in row or len(others) > 1 else "then"
    for key in others:
        close = nearest(key, [name for name in known if name not in row]) or lacking
        if close is not None and path[start + 2 : start + 3] in ((), (key,)):
            inside = (*path[: start + 2], key)
            yield wrong(document.key_at(inside), "unknown-key", close, key=key, allowed=", ".join(known)), inside


def _unaccented(error: Any) -> str | None:
    """An id that was written as a word: the same in small letters without accents, where that may stand here."""
    if error.validator != "pattern":
        return None
    letters = unicodedata.normalize("NFKD", error.instance).lower()
    seen = "".join(each for each in letters if not unicodedata.combining(each) and unicodedata.category(each) != "Cf")
    word = re.sub(r"[\s'’-]+", "_", seen.strip())
    return word if word != error.instance and re.search(error.validator_value, word) else None


def _is_name(error: Any) -> bool:
    """Whether the name of a key is at fault."""
    return "propertyNames" in error.absolute_schema_path and error.parent is None and isinstance(error.instance, str)


def _forms(error: Any) -> str | dict[str, str]:
    """What a value of the types that are wanted looks like, or the schema's own words for it."""
    if "x-wanted" in error.schema:
        return _wanted(error)
    if isinstance(error.instance, dict) and [*error.absolute_schema_path][-2:-1] == ["additionalProperties"]:
        return ", ".join(f"{error.path[-1]}.{key}: …" for key in error.instance)  # of names with dots, one in parts
    kinds = [error.validator_value] if isinstance(error.validator_value, str) else error.validator_value
    keys = ", ".join(f"{key}: …" for key in error.schema.get("required", ()))
    told = {}
    for lang in LANGUAGES:
        words = read_words("reports", lang)
        told[lang] = words["forms.or"].join(words[f"forms.{kind}"] for kind in kinds)
        told[lang] = f"{{{keys}}}" if keys and "object" in kinds else told[lang]
        if isinstance(error.instance, list) and error.path and error.path[-1] in OF_SEVERAL:
            told[lang] += words["one_of_several"].format(operator=OF_SEVERAL[error.path[-1]])
    return told


def _wanted(error: Any) -> str | dict[str, str]:
    """The schema's own words for what it wants, or else the rule that failed."""
    said = error.schema if isinstance(error.schema, dict) else {}
    described = said.get("x-wanted") or said.get("description")
    rule, value = error.validator, error.validator_value
    told = in_each_language(f"rule.{rule}", value=value) if rule in RULES else {}
    if described is None:
        return told or f"{rule} {value}"
    french, _, english = str(described).removeprefix("FR: ").partition(" / EN: ")
    texts = {"fr": french, "en": english or french}
    if rule in _TOLD_BY_WORDS:
        return texts
    return {lang: f"{texts[lang].removesuffix('.')} ({told.get(lang, f'{rule} {value}')})" for lang in LANGUAGES}


def _shown(value: Any) -> object:
    if isinstance(value, str):
        return quoted(shortened(value, MAX_SHOWN))
    form = "{…}" if isinstance(value, dict) else "[…]" if isinstance(value, list) else as_written(value)
    return shortened(form, MAX_SHOWN)
