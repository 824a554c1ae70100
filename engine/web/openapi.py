"""What the API is, for programs: its calls and the schemas of the files come in, an OpenAPI 3.1 document goes out."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from engine.policy.places import schemas_folder
from engine.web.bodies import COMMON
from engine.web.calls import Call
from engine.web.refusals import MEDIA as PROBLEM

SCHEMAS = ("case", "dossier", "decision", "timeline", "outside")
DIALECT = "http://json-schema.org/draft-07/schema#"
REFUSALS = (400, 405, 408, 409, 413, 415, 421, 422, 429, 500, 503)

_TYPES = {str: "string", dict: "object", list: "array", bool: "boolean"}
_TOLD = ("conventions", "items", "items/{id}", "openapi.json")


def openapi(calls: Sequence[Call], version: str) -> dict[str, Any]:
    """The document; the schemas are those of the files, their references brought into it."""
    schemas = {name: _rooted(_schema(name), name) for name in SCHEMAS}
    return {
        "openapi": "3.1.0",
        "jsonSchemaDialect": DIALECT,
        "info": {"title": "Avenant", "version": version, "license": {"name": "MIT", "identifier": "MIT"}},
        "servers": [{"url": "/api/v1"}],
        "paths": {
            **{f"/{call.name}": {"post": _posted(call)} for call in calls},
            **{f"/{name}": {"get": _got(name)} for name in _TOLD},
        },
        "components": {"schemas": {**schemas, "problem": _PROBLEM}},
    }


def _posted(call: Call) -> dict[str, Any]:
    keys = {**call.keys, **COMMON}
    body = {
        "type": "object",
        "additionalProperties": False,
        "required": list(call.needed),
        "properties": {key: _of(key, kind) for key, kind in keys.items()},
    }
    answer: dict[str, Any] = {"type": "object"}
    if call.schema:  # or the answer for a day for which the policies hold no rules
        answer = {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in (call.schema, "outside")]}
    return {
        "operationId": call.name,
        "summary": call.summary,
        "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
        "responses": {"200": _answered(call.summary, answer), **_REFUSED},
    }


def _got(name: str) -> dict[str, Any]:
    parameters: list[dict[str, Any]] = [{"name": "lang", "in": "query", "schema": {"enum": ["fr", "en"]}}]
    if "{id}" in name:
        parameters.append({"name": "id", "in": "path", "required": True, "schema": {"type": "string"}})
    told = {"200": _answered(name, {"type": "object"}), "304": {"description": "The tag given is that of today."}}
    return {"operationId": name.replace("/{id}", ".one"), "parameters": parameters, "responses": {**told, **_REFUSED}}


def _of(key: str, kind: type) -> dict[str, Any]:
    if key in ("case", "dossier"):
        return {"$ref": f"#/components/schemas/{key}"}
    if key == "cases":
        return {"type": "array", "maxItems": 100, "items": {"$ref": "#/components/schemas/case"}}
    return {"type": _TYPES[kind]}


def _answered(summary: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": summary, "content": {"application/json": {"schema": schema}}}


def _schema(name: str) -> Any:
    return json.loads((schemas_folder() / f"{name}.schema.json").read_bytes())


def _rooted(part: Any, own: str) -> Any:
    """A part of the schema ``own`` whose references, to itself and to others, name their places in the document."""
    if isinstance(part, list):
        return [_rooted(each, own) for each in part]
    if not isinstance(part, dict):
        return part
    kept = {key: value for key, value in part.items() if key != "$schema"}
    return {key: _reference(value, own) if key == "$ref" else _rooted(value, own) for key, value in kept.items()}


def _reference(target: str, own: str) -> str:
    file, _, place = target.partition("#")
    return f"#/components/schemas/{file.partition('.')[0] or own}{place}"


_PROBLEM: dict[str, Any] = {
    "type": "object",
    "description": "Problem details (RFC 9457); the codes are those of the command line.",
    "required": ["type", "title", "status", "code", "problems"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "code": {"type": "string"},
        "problems": {"type": "array", "items": {"type": "object", "required": ["code", "message"]}},
    },
}
_REFUSED = {
    str(status): {
        "description": "Not answered, and why.",
        "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/problem"}}},
    }
    for status in REFUSALS
}
