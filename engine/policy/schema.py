"""Checks the shape of documents: plain data and a JSON Schema come in, problems with their place go out.

Schemas are flat (docs/adr), so one message points at one key. The forms of a value (`anyOf`, `oneOf`) are told apart by
type and by keys (docs/adr/0004), so a faulty one is held against the form that it is meant to have. The next stage is
:mod:`engine.policy.build`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from engine.errors import MAX_FAULTS, Location, Problem, nearest
from engine.escaping import shortened
from engine.language.operators import COMPARISONS
from engine.language.typing import date_fault, meant_day
from engine.language.values import as_written
from engine.policy import shapes
from engine.policy.document import Document, Keys
from engine.policy.items import NOT_CELLS
from engine.policy.shapes import Test, fitting
from engine.records import dataclass
from engine.words import LANGUAGES, read_words

MAX_SHOWN = 60
_TOLD_BY_WORDS = ("type", "minProperties", "maxProperties", "pattern", "minLength", "minItems", "uniqueItems")


@dataclass(frozen=True, slots=True)
class Shape:
    """A JSON Schema (draft-07), and a quick test of what fits it."""

    schema: Mapping[str, Any]
    fits: Test


def shape(schema: Mapping[str, Any]) -> Shape:
    """The schema made ready for the documents that are to fit it."""
    return Shape(schema, fitting(schema))


def shape_problems(document: Document, wanted: Shape) -> list[Problem]:
    """Every way in which ``document`` does not fit."""
    return [misfit.problem for misfit in misfits(document, wanted)]


class Misfit(NamedTuple):
    """A fault of shape, and the path of the value or of the key that is at fault."""

    problem: Problem
    path: Keys
    is_key: bool


def misfits(document: Document, wanted: Shape) -> list[Misfit]:
    """Every way in which ``document`` does not fit, one for each value and kind of fault."""
    if wanted.fits(document.data):
        return []
    from jsonschema import Draft7Validator, FormatChecker, validators

    keywords = {"pattern": _pattern, "anyOf": _any_of, "oneOf": _one_of}
    made = validators.extend(Draft7Validator, keywords)  # type: ignore[no-untyped-call]
    validator = made(wanted.schema, format_checker=FormatChecker(["date"]))
    errors = (error for error in validator.iter_errors(document.data) if not _is_told_later(error))
    found: dict[tuple[Location, str, str], Misfit] = {}
    for misfit in (misfit for error in errors for misfit in _misfits(error, document)):
        problem = misfit.problem
        found.setdefault((problem.location, problem.code, str(problem.values.get("key"))), misfit)
        if len(found) > MAX_FAULTS:  # what is not told is not looked for
            break
    return list(found.values())


def _misfits(error: Any, document: Document) -> Iterator[Misfit]:
    path: Keys = (*error.absolute_path,)
    named = _is_name(error)
    for problem in _problems(error, document):
        if problem.code == "unknown-key":
            yield Misfit(problem, (*path, problem.values["key"]), is_key=True)  # type: ignore[arg-type]
        else:
            yield Misfit(problem, (*path, error.instance) if named else path, named)
    for problem, inside in _misspelt_in_row(error, document):
        yield Misfit(problem, inside, is_key=True)


def _is_told_later(error: Any) -> bool:
    """Whether names and types (:mod:`engine.language.typing`) say better what is wrong, and what else is."""
    return "x-typed" in error.schema and not isinstance(error.instance, dict | list)


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[Exception]:
    """The keyword ``pattern`` of JSON Schema, where ``$`` is the end of the text; Python lets a line break follow."""
    if isinstance(instance, str) and not shapes.pattern(pattern).search(instance):
        yield _fault(f"{instance!r} does not match {pattern!r}")


def _problems(error: Any, document: Document) -> Iterator[Problem]:
    place = _place(error, document)
    shown = _shown(error.instance)
    match error.validator:
        case "additionalProperties" if isinstance(error.instance, dict):
            yield from _unknown_keys(error, document)
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
            yield Problem(place, date_fault(error.instance), {"value": error.instance}, meant_day(error.instance))
        case "form":
            key, first = error.validator_value
            fr = f"`{key}` ne va pas avec `{first}` ; gardez une seule forme."
            told = {"fr": fr, "en": f"`{key}` does not go with `{first}`; keep one form."}
            yield Problem(document.key_at(tuple(error.absolute_path)), "wrong-form", {"wanted": told})
        case "minProperties" | "maxProperties" | "minItems" | "maxItems":
            yield Problem(place, "wrong-form", {"wanted": _wanted(error)})
        case _:
            yield Problem(place, "wrong-value", {"value": shown, "wanted": _wanted(error)}, _unaccented(error))


def _unknown_keys(error: Any, document: Document) -> Iterator[Problem]:
    """Keys of a closed object, with the one that is likely meant: of one that stands where one lacks, that."""
    known = list(error.schema.get("properties", {}))
    others = [key for key in error.instance if key not in known]
    lacking = [key for key in error.schema.get("required", ()) if key not in error.instance]
    in_a_form = [*error.absolute_schema_path][-2:-1] == ["anyOf"]  # of which another may be meant
    only = lacking[0] if len(lacking) == len(others) == 1 and not in_a_form else None
    for key in others:
        values = {"key": key, "allowed": ", ".join(known)}
        place = document.key_at((*error.absolute_path, key))
        yield Problem(place, "unknown-key", values, spoken(key, known) or nearest(key, known) or only)


def _misspelt_in_row(error: Any, document: Document) -> Iterator[tuple[Problem, Keys]]:
    """The keys of a row of a table that are none of its inputs, and near one that the row lacks."""
    path = tuple(error.absolute_path)
    start = next((number for number, step in enumerate(path[:-1]) if step == "rows"), None)
    if start is None or not isinstance(path[start + 1], int):
        return
    table = document.data
    for step in path[:start]:
        table = table[step]
    row = table["rows"][path[start + 1]]
    known = (*table.get("inputs", ()), *NOT_CELLS)
    for key in row if isinstance(row, dict) and known else ():
        close = None if key in known else nearest(key, [name for name in known if name not in row])
        if close is not None and path[start + 2 : start + 3] in ((), (key,)):
            inside = (*path[: start + 2], key)
            values = {"key": key, "allowed": ", ".join(known)}
            yield Problem(document.key_at(inside), "unknown-key", values, close), inside


def _unaccented(error: Any) -> str | None:
    """An id that was written as a word: the same in small letters without accents, where that may stand here."""
    if error.validator != "pattern":
        return None
    word = unicodedata.normalize("NFKD", error.instance).encode("ascii", "ignore").decode().lower()
    word = re.sub(r"[\s'-]+", "_", word.strip())
    return word if word != error.instance and re.search(error.validator_value, word) else None


def _place(error: Any, document: Document) -> Location:
    """The place of the value at fault, or of the key where the name of a key is at fault."""
    path = tuple(error.absolute_path)
    return document.key_at((*path, error.instance)) if _is_name(error) else document.at(path)


def _is_name(error: Any) -> bool:
    """Whether the name of a key is at fault."""
    return "propertyNames" in error.absolute_schema_path and error.parent is None and isinstance(error.instance, str)


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
    return shortened(text if isinstance(value, dict | list | str) else as_written(value), MAX_SHOWN)


def _fault(message: str, **said: Any) -> Exception:
    from jsonschema import ValidationError  # slow to import, and only needed where something is wrong

    return ValidationError(message, **said)


def _any_of(validator: Any, forms: list[Mapping[str, Any]], instance: Any, schema: Mapping[str, Any]) -> Iterator[Any]:
    """What is wrong with a value of several forms, which are told apart by type and by keys."""
    is_mapping = isinstance(instance, dict)
    for form in forms:
        if (not is_mapping or _has_keys(form, instance)) and _is_of(validator, instance, form):
            yield from validator.descend(instance, form) if len(form) > 1 else ()
            return
    of_its_type = [form for form in forms if _is_of(validator, instance, form)]
    if is_mapping and of_its_type:
        yield from _nearest_form(validator, of_its_type, instance)
    elif "type" not in schema:
        kinds = [kind for form in forms for kind in _listed(form["type"])]
        yield _fault("type", validator="type", validator_value=kinds)


def _one_of(validator: Any, forms: list[Mapping[str, Any]], instance: Any, schema: Mapping[str, Any]) -> Iterator[Any]:
    """What is wrong with an object that must have the keys of one form, and of no other."""
    if isinstance(instance, dict) and sum(_has_keys(form, instance) for form in forms) != 1:
        yield from _nearest_form(validator, forms, instance)


def _nearest_form(validator: Any, forms: list[Mapping[str, Any]], instance: dict[str, Any]) -> Iterator[Any]:
    """The faults of an object that is meant to have the form with most of its keys: others do not go with them."""
    meant = max(forms, key=lambda form: _fit(form, instance))
    every: dict[str, Any] = {key: {} for form in forms for key in _keys(form)}
    first = next((key for key in instance if key in _keys(meant)), None)
    closed = meant.get("additionalProperties") is False
    if first is None and closed:
        yield (
            _fault("keys", validator="additionalProperties", validator_value=False, schema={"properties": every})
            if instance
            else _fault("keys", validator="minProperties", validator_value=1)
        )
        return
    others = [key for key in instance if key in every and key not in _keys(meant)]
    for key in others:
        yield _fault("form", validator="form", validator_value=(key, first), path=[key])
    found = list(validator.descend({key: part for key, part in instance.items() if key not in others}, meant))
    lacking = others or any(error.validator == "required" and not error.path for error in found)
    yield from (error for error in found if not (lacking and error.validator == "minProperties" and not error.path))


def _is_of(validator: Any, instance: Any, form: Mapping[str, Any]) -> bool:
    return "type" not in form or any(validator.is_type(instance, kind) for kind in _listed(form["type"]))


def _listed(kinds: str | list[str]) -> list[str]:
    return [kinds] if isinstance(kinds, str) else kinds


def _keys(form: Mapping[str, Any]) -> Iterable[str]:
    keys: Iterable[str] = form.get("properties") or form.get("required", ())
    return keys


def _has_keys(form: Mapping[str, Any], instance: Mapping[str, Any]) -> bool:
    """Whether nothing that the form needs is missing, and nothing is there that it does not know."""
    if not all(key in instance for key in form.get("required", ())):
        return False
    return form.get("additionalProperties") is not False or instance.keys() <= form["properties"].keys()


def _fit(form: Mapping[str, Any], instance: Mapping[str, Any]) -> tuple[int, int, int]:
    """How many keys of a value a form has, how few of its own lack, and how many of these are near other keys."""
    lacking = [key for key in form.get("required", ()) if key not in instance]
    near = sum(nearest(key, lacking) is not None for key in instance)
    return sum(key in instance for key in _keys(form)), -len(lacking), near
