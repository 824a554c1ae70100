"""Tells what is wrong with a value of several forms: they are told apart by type and by keys (docs/adr/0004).

A faulty one is held against the form that it is meant to have.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from engine.errors import nearest


def fault_of(message: str, **said: Any) -> Exception:
    from jsonschema import ValidationError  # slow to import, and only needed where something is wrong

    return ValidationError(message, **said)


def any_of(validator: Any, forms: list[Mapping[str, Any]], instance: Any, schema: Mapping[str, Any]) -> Iterator[Any]:
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
        yield fault_of("type", validator="type", validator_value=kinds)


def one_of(validator: Any, forms: list[Mapping[str, Any]], instance: Any, schema: Mapping[str, Any]) -> Iterator[Any]:
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
            fault_of("keys", validator="additionalProperties", validator_value=False, schema={"properties": every})
            if instance
            else fault_of("keys", validator="minProperties", validator_value=1)
        )
        return
    others = [key for key in instance if key in every and key not in _keys(meant)]
    for key in others:
        yield fault_of("form", validator="form", validator_value=(key, first), path=[key])
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
