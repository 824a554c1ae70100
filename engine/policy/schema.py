"""Checks the shape of documents: data and a JSON Schema come in, problems with their places and what is meant go out.

Schemas are flat (docs/adr), so one message points at one key. The forms of a value (`anyOf`, `oneOf`) are told apart by
type and by keys (docs/adr/0004), so a faulty one is held against the form that it is meant to have. A name or value
with a likely other one is taken for that one, and what else is wrong in its form is looked at too; an entry with any
other fault is left out. No case is decided by what comes out: a text with faults never is. The next stage is
:mod:`engine.policy.build`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from engine.errors import MAX_FAULTS, Location, Problem, nearest
from engine.language.pieces import Keys, Piece, texts_under
from engine.language.typing import is_date
from engine.policy.document import Document, document_of
from engine.policy.misfits import Misfit, keys_of_kinds, told
from engine.records import dataclass

_PASSES = 4  # what a mended name holds may need mending, too


@dataclass(frozen=True, slots=True)
class Shape:
    """A JSON Schema (draft-07), and a quick test of what fits it: the library that tells what does not is slow."""

    schema: Mapping[str, Any]
    fits: Callable[[Any], bool]


def shape(schema: Mapping[str, Any]) -> Shape:
    """The schema made ready for the documents that are to fit it."""
    from jsonschema_rs import Draft7Validator  # not needed where policies are remembered

    own: dict[str, Any] = {"formats": {"date": is_date}, "keywords": {"x-whole": _Whole}}
    return Shape(schema, Draft7Validator({**schema}, validate_formats=True, **own).is_valid)


class _Whole:
    """The keyword ``x-whole``: a whole number written as one, for JSON Schema takes 1.0 as well."""

    def __init__(self, *where: Any) -> None:
        pass

    def validate(self, value: Any) -> None:
        if isinstance(value, Decimal):
            raise ValueError(value)


def shape_problems(document: Document, wanted: Shape) -> list[Problem]:
    """Every way in which ``document`` does not fit."""
    return [misfit.problem for misfit in misfits(document, wanted)]


def misfits(document: Document, wanted: Shape) -> list[Misfit]:
    """Every way in which ``document`` does not fit, one for each value and kind of fault."""
    if wanted.fits(document.data):
        return []
    from jsonschema import Draft7Validator, FormatChecker, validators

    keywords = {"pattern": _pattern, "anyOf": _any_of, "oneOf": _one_of}
    made = validators.extend(Draft7Validator, keywords)  # type: ignore[no-untyped-call]
    validator = made(wanted.schema, format_checker=FormatChecker(["date"]))
    # Of a value names and types (engine.language.typing) say better what is wrong, and what else is.
    errors = (
        error
        for error in validator.iter_errors(document.data)
        if "x-typed" not in error.schema or isinstance(error.instance, dict | list)
    )
    found: dict[tuple[Location, str, str], Misfit] = {}
    kinds = keys_of_kinds(wanted.schema)
    for misfit in (misfit for error in errors for misfit in told(error, document, kinds)):
        problem = misfit.problem
        found.setdefault((problem.location, problem.code, str(problem.values.get("key"))), misfit)
        if len(found) > MAX_FAULTS:  # what is not told is not looked for
            break
    return list(found.values())


def _pattern(validator: Any, pattern: str, instance: Any, schema: Any) -> Iterator[Exception]:
    """The keyword ``pattern`` of JSON Schema, where ``$`` is the end of the text; Python lets a line break follow."""
    if isinstance(instance, str) and not re.search(re.sub(r"(?<!\\)\$", r"\\Z", pattern), instance):
        yield _fault(f"{instance!r} does not match {pattern!r}")


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
    if not isinstance(instance, dict) or (fitting := sum(_has_keys(form, instance) for form in forms)) == 1:
        return
    closed = schema.get("additionalProperties") is False
    if fitting or not (closed and len(instance.keys() - schema["properties"].keys()) == 1):  # told as one for another
        yield from _nearest_form(validator, forms, instance)


def _nearest_form(validator: Any, forms: list[Mapping[str, Any]], instance: dict[str, Any]) -> Iterator[Any]:
    """The faults of an object that is meant to have the form with most of its keys: others do not go with them."""
    meant = max(forms, key=lambda form: _fit(form, instance))
    every: dict[str, Any] = {key: {} for form in forms for key in _keys(form)}
    first = next((key for key in instance if key in _keys(meant)), None)
    others = [key for key in instance if key in every and key not in _keys(meant)]
    lacking = [key for key in meant.get("required", ()) if key not in instance]
    closed = meant.get("additionalProperties") is False
    if closed and not instance:
        yield _fault("keys", validator="minProperties", validator_value=1)
        return
    if closed and (first is None or len(others) == len(lacking) == 1):
        known = {"properties": every} if first is None else meant  # in which one key stands for another
        yield _fault("keys", validator="additionalProperties", validator_value=False, schema=known)
        return
    for key in others:
        yield _fault("form", validator="form", validator_value=(key, first), path=[key])
    found = list(validator.descend({key: part for key, part in instance.items() if key not in others}, meant))
    short = others or any(error.validator == "required" and not error.path for error in found)
    yield from (error for error in found if not (short and error.validator == "minProperties" and not error.path))


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


def _fit(form: Mapping[str, Any], instance: Mapping[str, Any]) -> tuple[int, int, int, bool]:
    """How many keys of a value a form has, how few of its own lack, how many of these are near; last, the first key."""
    lacking = [key for key in form.get("required", ()) if key not in instance]
    near = sum(nearest(key, lacking) is not None for key in instance)
    begins = [*instance][:1] == [key for key in instance if key in _keys(form)][:1]
    return sum(key in instance for key in _keys(form)), -len(lacking), near, begins


def as_meant(document: Document, wanted: Shape) -> tuple[Document | None, list[Problem], frozenset[str]]:
    """The document that was meant, if it can be told; every fault of shape; the ids of what is left out of it.

    A fault that is gone once a likely name or value is taken, such as a key that is missing, is no other fault.
    """
    problems: list[Problem] = []
    mended: set[Keys] = set()
    found = misfits(document, wanted)
    for _ in range(_PASSES):
        likely = {misfit.path: misfit for misfit in found if misfit.problem.nearest is not None}
        if not likely:
            break
        problems += (misfit.problem for misfit in likely.values() if misfit.problem not in problems)
        mended |= {(*path[:-1], str(each.problem.nearest)) for path, each in likely.items() if each.is_key}
        document = _rewritten(document, likely, ())
        found = misfits(document, wanted)
    problems += (misfit.problem for misfit in found if misfit.problem not in problems and misfit.path not in mended)
    spoilt = {_entry(misfit.path) for misfit in found}
    spoilt |= {path[:-1] for path in spoilt if path and _emptied(path[:-1], document, spoilt)}
    lost = [document.part(*path).data for path in spoilt]
    ids = texts_under("id", lost) | texts_under("aliases", lost)  # those that they had before among them
    kept = _rewritten(document, {}, spoilt) if spoilt else document
    whole = not spoilt or (() not in spoilt and not misfits(kept, wanted))
    return kept if whole else None, problems, frozenset(ids)


def _entry(path: Keys) -> Keys:
    """The path of the member of a list that a path leads through first; none where it leads through no list."""
    return path[: next((number for number, step in enumerate(path, 1) if isinstance(step, int)), 0)]


def _emptied(path: Keys, document: Document, left_out: Collection[Keys]) -> bool:
    """Whether nothing is left of a list; what stands beside overlays would be taken for another thing without them."""
    members = range(len(document.part(*path).data))
    return path != ("overlays",) and all((*path, number) in left_out for number in members)


def _rewritten(document: Document, likely: Mapping[Keys, Misfit], left_out: Collection[Keys]) -> Document:
    """The document with some names and values replaced and some parts left out; each place is that of before."""
    names = {path: str(misfit.problem.nearest) for path, misfit in likely.items() if misfit.is_key}

    def copied(piece: Piece, path: Keys) -> Piece:
        if path in likely and path not in names:
            return piece.of(likely[path].problem.nearest)
        if isinstance(piece.value, list):
            within = ((part, (*path, number)) for number, part in enumerate(piece.value))
            return piece.of([copied(part, inside) for part, inside in within if inside not in left_out])
        if not isinstance(piece.value, dict):
            return piece
        named = ((key, names.get((*path, key), key), part) for key, part in piece.value.items())
        kept = ((key, name) for key, name, _ in named if name == key or name not in piece.value)
        return piece.of({name: copied(piece[key], (*path, key)) for key, name in kept if (*path, key) not in left_out})

    return document_of(copied(document.root(), ()))
