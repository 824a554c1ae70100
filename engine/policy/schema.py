"""Checks the shape of documents: plain data and a JSON Schema come in, problems with their place go out.

Schemas are flat (docs/adr), so one message points at one key; the next stage is :mod:`engine.policy.build`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.errors import Problem, nearest
from engine.policy.loader import Document

MAX_SHOWN = 60


def shape_problems(document: Document, schema: Mapping[str, Any]) -> list[Problem]:
    """Every way in which ``document`` does not fit ``schema`` (draft-07)."""
    from jsonschema import Draft7Validator, FormatChecker  # slow to import, and only needed to check

    validator = Draft7Validator(schema, format_checker=FormatChecker(["date"]))
    return [problem for error in validator.iter_errors(document.data) for problem in _problems(error, document)]


def _problems(error: Any, document: Document) -> Iterator[Problem]:
    path = tuple(error.absolute_path)
    place = document.at(path)
    match error.validator:
        case "additionalProperties" if isinstance(error.instance, dict):
            known = list(error.schema.get("properties", {}))
            for key in error.instance:
                if key not in known:
                    close = nearest(key, known)
                    yield Problem(document.key_at((*path, key)), "unknown-key", {"key": key}, close)
        case "required":
            missing = [key for key in error.validator_value if key not in error.instance]
            named = next((key for key in missing if f"'{key}'" in error.message), missing[0] if missing else "?")
            yield Problem(place, "missing-key", {"key": named})
        case "type":
            yield Problem(
                place, "wrong-type", {"value": _shown(error.instance), "wanted": _names(error.validator_value)}
            )
        case "enum" | "const":
            allowed = error.validator_value if error.validator == "enum" else [error.validator_value]
            close = nearest(str(error.instance), [str(value) for value in allowed])
            wanted = ", ".join(map(str, allowed))
            yield Problem(place, "wrong-value", {"value": _shown(error.instance), "wanted": wanted}, close)
        case "if" | "then" | "else" | "not":
            yield Problem(place, "wrong-form", {"wanted": _described(error.schema)})
        case "minProperties" | "maxProperties" | "minItems" | "maxItems" | "dependencies":
            yield Problem(place, "wrong-form", {"wanted": f"{error.validator} {error.validator_value}"})
        case _:
            wanted = f"{error.validator} {error.validator_value}"
            yield Problem(place, "wrong-value", {"value": _shown(error.instance), "wanted": wanted})


def _names(kinds: Any) -> str:
    return kinds if isinstance(kinds, str) else ", ".join(kinds)


def _described(schema: Any) -> str:
    return str(schema.get("description", "")) if isinstance(schema, dict) else ""


def _shown(value: Any) -> str:
    text = "{…}" if isinstance(value, dict) else "[…]" if isinstance(value, list) else repr(value)
    if not isinstance(value, dict | list | str):
        text = str(value)
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…"
