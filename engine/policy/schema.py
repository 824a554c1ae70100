"""Checks the shape of documents: plain data and a JSON Schema come in, problems with their place go out.

Schemas are flat (docs/adr), so one message points at one key; the next stage is :mod:`engine.policy.build`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from engine.errors import Location, Problem, bounded, nearest
from engine.language.operators import COMPARISONS
from engine.language.typing import date_fault
from engine.policy import shapes
from engine.policy.forms import keywords
from engine.policy.shapes import Test, fitting
from engine.policy.weaving import Placed
from engine.records import dataclass
from engine.words import LANGUAGES, read_words

MAX_SHOWN = 60
_TOLD_BY_WORDS = ("minProperties", "maxProperties", "pattern", "minLength", "minItems", "uniqueItems")


@dataclass(frozen=True, slots=True)
class Shape:
    """A JSON Schema (draft-07), and a quick test of what fits it."""

    schema: Mapping[str, Any]
    fits: Test


def shape(schema: Mapping[str, Any]) -> Shape:
    """The schema made ready for the documents that are to fit it."""
    return Shape(schema, fitting(schema))


def shape_problems(document: Placed, wanted: Shape) -> list[Problem]:
    """Every way in which ``document`` does not fit."""
    if wanted.fits(document.data):
        return []
    from jsonschema import (
        Draft7Validator,
        FormatChecker,
        ValidationError,
        validators,
    )  # slow to import, and only needed to check

    made = validators.extend(Draft7Validator, {"pattern": _pattern, **keywords(ValidationError)})  # type: ignore[no-untyped-call]
    validator = made(wanted.schema, format_checker=FormatChecker(["date"]))
    errors = (error for error in validator.iter_errors(document.data) if not _is_told_later(error))
    found: dict[tuple[Location, str, str], Problem] = {}  # one for each value and kind of fault
    for problem in bounded(problem for error in errors for problem in _problems(error, document)):
        found.setdefault((problem.location, problem.code, str(problem.values.get("key"))), problem)
    return list(found.values())


def _is_told_later(error: Any) -> bool:
    """Whether names and types (:mod:`engine.language.typing`) say better what is wrong, and what else is."""
    return "x-typed" in error.schema and not isinstance(error.instance, dict | list)


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[Exception]:
    """The keyword ``pattern`` of JSON Schema, where ``$`` is the end of the text; Python lets a line break follow."""
    from jsonschema import ValidationError

    if isinstance(instance, str) and not shapes.pattern(pattern).search(instance):
        yield ValidationError(f"{instance!r} does not match {pattern!r}")


def _problems(error: Any, document: Placed) -> Iterator[Problem]:
    place = _place(error, document)
    shown = _shown(error.instance)
    match error.validator:
        case "additionalProperties" if isinstance(error.instance, dict):
            known = list(error.schema.get("properties", {}))
            for key in error.instance:
                if key not in known:
                    values = {"key": key, "allowed": ", ".join(known)}
                    place = document.key_at((*error.absolute_path, key))
                    yield Problem(place, "unknown-key", values, spoken(key, known) or nearest(key, known))
        case "required":
            missing = [key for key in error.validator_value if key not in error.instance]
            named = next((key for key in missing if f"'{key}'" in error.message), missing[0] if missing else "?")
            yield Problem(place, "missing-key", {"key": named})
        case "dependencies":
            for key, needed in error.validator_value.items():
                if key in error.instance and isinstance(needed, list):
                    yield from (Problem(place, "missing-key", {"key": n}) for n in needed if n not in error.instance)
        case "type" if error.schema.get("format") == "date":
            yield Problem(place, "wrong-date", {"value": shown})
        case "type":
            yield Problem(place, "wrong-type", {"value": shown, "wanted": _forms(error)})
        case "enum" | "const":
            allowed = error.validator_value if error.validator == "enum" else [error.validator_value]
            close = nearest(str(error.instance), [str(value) for value in allowed])
            wanted = ", ".join(map(str, allowed))
            yield Problem(place, "wrong-value", {"value": shown, "wanted": wanted}, close)
        case "format" | "pattern" if error.schema.get("format") == "date":
            yield Problem(place, date_fault(error.instance), {"value": error.instance})
        case "form":
            key, first = error.validator_value
            told = {
                "fr": f"`{key}` ne va pas avec `{first}` ; gardez une seule forme.",
                "en": f"`{key}` does not go with `{first}`; keep one form.",
            }
            yield Problem(document.key_at(tuple(error.absolute_path)), "wrong-form", {"wanted": told})
        case "minProperties" | "maxProperties" | "minItems" | "maxItems":
            yield Problem(place, "wrong-form", {"wanted": _wanted(error)})
        case _:
            yield Problem(place, "wrong-value", {"value": shown, "wanted": _wanted(error)})


def _place(error: Any, document: Placed) -> Location:
    """The place of the value at fault, or of the key where the name of a key is at fault."""
    path = tuple(error.absolute_path)
    if "propertyNames" in error.absolute_schema_path and error.parent is None and isinstance(error.instance, str):
        return document.key_at((*path, error.instance))
    return document.at(path)


def _forms(error: Any) -> str | dict[str, str]:
    """What a value of the types that are wanted looks like, or the schema's own words for it."""
    if "x-wanted" in error.schema:
        return _wanted(error)
    kinds = [error.validator_value] if isinstance(error.validator_value, str) else error.validator_value
    keys = ", ".join(f"{key}: …" for key in error.schema.get("required", ()))
    told = {}
    for lang in LANGUAGES:
        words = read_words("reports", lang)
        told[lang] = words["forms.or"].join(words[f"forms.{kind}"] for kind in kinds)
        told[lang] = f"{{{keys}}}" if keys and "object" in kinds else told[lang]
    return told


def spoken(key: str, known: Collection[str]) -> str | None:
    """The operator that a key names by words of its phrase, or by a sign."""
    said = re.compile(rf"\b{re.escape(key.replace('_', ' '))}\b")
    rows = [COMPARISONS[name] for name in known if name in COMPARISONS]
    return next((row.name for row in rows if key == row.sign or any(map(said.search, row.phrase.values()))), None)


def _wanted(error: Any) -> str | dict[str, str]:
    """The schema's own words for what it wants, or else the rule that failed."""
    said = error.schema if isinstance(error.schema, dict) else {}
    described = said.get("x-wanted") or said.get("description")
    rule = f"{error.validator} {error.validator_value}"
    if described is None:
        return rule
    french, _, english = str(described).removeprefix("FR: ").partition(" / EN: ")
    told = "" if error.validator in _TOLD_BY_WORDS else f" ({rule})"
    return {"fr": french + told, "en": (english or french) + told}


def _shown(value: Any) -> str:
    text = "{…}" if isinstance(value, dict) else "[…]" if isinstance(value, list) else repr(value)
    if not isinstance(value, dict | list | str):
        text = str(value).lower() if isinstance(value, bool) else str(value)
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…"
