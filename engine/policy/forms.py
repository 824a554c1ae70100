"""Tells what is wrong with a value of several forms: `anyOf` and `oneOf` of a schema come in, faults go out.

The forms of a value are told apart by type and by keys (docs/adr/0004), so a faulty one is held against the form that
it is meant to have, and the fault is told at its own place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any

Fault = Callable[..., Any]


def keywords(fault: Fault) -> dict[str, Callable[..., Iterator[Any]]]:
    """Both keywords for the library, whose way to make a fault is ``fault``."""
    return {"anyOf": partial(_any_of, fault), "oneOf": partial(_one_of, fault)}


def _any_of(
    fault: Fault, validator: Any, forms: list[Mapping[str, Any]], instance: Any, schema: Mapping[str, Any]
) -> Iterator[Any]:
    """What is wrong with a value of several forms, which are told apart by type and by keys."""
    is_mapping = isinstance(instance, dict)
    for form in forms:
        if (not is_mapping or _has_keys(form, instance)) and _is_of(validator, instance, form):
            yield from validator.descend(instance, form) if len(form) > 1 else ()
            return
    of_its_type = [form for form in forms if _is_of(validator, instance, form)]
    if is_mapping and of_its_type:
        yield from _nearest_form(fault, validator, of_its_type, instance)
    elif "type" not in schema:
        yield fault(
            "type", validator="type", validator_value=[kind for form in forms for kind in _listed(form["type"])]
        )


def _one_of(
    fault: Fault, validator: Any, forms: list[Mapping[str, Any]], instance: Any, schema: Mapping[str, Any]
) -> Iterator[Any]:
    """What is wrong with an object that must have the keys of one form, and of no other."""
    if isinstance(instance, dict) and sum(_has_keys(form, instance) for form in forms) != 1:
        yield from _nearest_form(fault, validator, forms, instance)


def _nearest_form(
    fault: Fault, validator: Any, forms: list[Mapping[str, Any]], instance: dict[str, Any]
) -> Iterator[Any]:
    """The faults of an object that is meant to have the form with most of its keys: others do not go with them."""
    meant = max(forms, key=lambda form: _fit(form, instance))
    every: dict[str, Any] = {key: {} for form in forms for key in _keys(form)}
    first = next((key for key in instance if key in _keys(meant)), None)
    closed = meant.get("additionalProperties") is False
    if first is None and closed:
        yield (
            fault("keys", validator="additionalProperties", validator_value=False, schema={"properties": every})
            if instance
            else fault("keys", validator="minProperties", validator_value=1)
        )
        return
    others = [key for key in instance if key in every and key not in _keys(meant)]
    for key in others:
        yield fault("form", validator="form", validator_value=(key, first), path=[key])
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


def _fit(form: Mapping[str, Any], instance: Mapping[str, Any]) -> tuple[int, int]:
    """How many keys of a value a form has, and how few of its own lack."""
    return sum(key in instance for key in _keys(form)), -sum(key not in instance for key in form.get("required", ()))
