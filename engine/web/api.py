"""The API: cases come in as JSON, the objects of ``--format json`` go out, each under the digest of its rules.

What it is, is told to programs as an OpenAPI 3.1 document, made of its calls and the schemas of the files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.errors import UsageFault
from engine.policy.places import shipped
from engine.policy.registry import Outside
from engine.report import catalogue_page, outside_page
from engine.report.say import Say
from engine.web.calls import CALLS, MEDIA, MOST_CASES, Call, CallBody, asked_in, body_schema, check, parsed, placed
from engine.web.refusals import STATUS, UNREADABLE, Refused, expect_body, json_text
from engine.web.state import LANG
from engine.web.worker import Worker
from engine.words import LANGUAGES

PATH = "/api/v1"


@dataclass(frozen=True, slots=True)
class Api:
    """The calls over one worker; ``usual`` is the language of a call that names none."""

    worker: Worker
    usual: str
    version: str

    def routes(self) -> list[Route]:
        return [
            *(Route(f"{PATH}/{call.name}", self._posted(call), methods=["POST"], name=call.name) for call in CALLS),
            *(Route(f"{PATH}/{name}", self._got(name, tell), methods=["GET"]) for name, tell in TOLD.items()),
        ]

    def _posted(self, call: Call) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            asked_in(request.query_params)
            expect_body(request.headers, MEDIA)
            document = parsed(await request.body())
            lang = request.scope[LANG] = next((each for each in LANGUAGES if each == document.data.get(LANG)), None)
            check(document, call, self.worker.registry.vocabulary)
            say = Say(self.worker.registry, lang or self.usual)
            try:
                found = await self.worker.run(lambda session: call.answer(CallBody(session, document, say)))
            except Outside as outside:
                found = outside_page.data(outside, say)
            except UsageFault as error:
                raise Refused([placed(problem, document) for problem in error.problems]) from None
            return self._json(json_text(found), {"Cache-Control": "no-store"})

        answer.__name__ = call.name
        return answer

    def _got(self, name: str, tell: Callable[..., Any]) -> Callable[[Request], Awaitable[Response]]:
        """An answer that stays the same while the rules do: its tag spares who has it already."""

        async def answer(request: Request) -> Response:
            say = Say(self.worker.registry, asked_in(request.query_params) or self.usual)
            text = json_text(tell(say, self.version, **request.path_params))
            tag = f'"{hashlib.sha256(text).hexdigest()[:32]}"'
            headers = {"ETag": tag, "Cache-Control": "no-cache"}
            known = request.headers.get("if-none-match", "").split(",")
            if any(each.strip().removeprefix("W/") in (tag, "*") for each in known):
                return Response(status_code=304, headers=headers)
            return self._json(text, headers)

        answer.__name__ = name.partition(".")[0]
        return answer

    def _json(self, text: bytes, headers: Mapping[str, str]) -> Response:
        return Response(text, media_type=MEDIA, headers={**headers, "Avenant-Version": self.version})


SCHEMAS = ("case", "dossier", "decision", "timeline", "outside")
_REFUSED = {str(each): {"$ref": "#/components/responses/refused"} for each in sorted({*STATUS.values(), UNREADABLE})}


def openapi(calls: Sequence[Call], version: str) -> dict[str, Any]:
    """The document in its frame; the schemas are those of the files, their references brought into it."""
    document: dict[str, Any] = json.loads(Path(__file__).with_name("openapi.json").read_bytes())
    document["info"]["version"] = version
    files = {name: (shipped("schemas") / f"{name}.schema.json").read_bytes() for name in SCHEMAS}
    schemas = {name: _rooted(json.loads(text), name) for name, text in files.items()}
    document["components"]["schemas"] = {**schemas, **document["components"]["schemas"]}
    document["paths"] = {f"/{call.name}": {"post": _posted(call)} for call in calls}
    document["paths"] |= {f"/{name}": {"get": _got(name)} for name in TOLD}
    return document


def _posted(call: Call) -> dict[str, Any]:
    refers: dict[str, Any] = {name: {"$ref": f"#/components/schemas/{name}"} for name in ("case", "dossier")}
    refers["cases"] = {"type": "array", "maxItems": MOST_CASES, "items": refers["case"]}
    body = body_schema({key: refers.get(key, wanted) for key, wanted in call.keys.items()}, call.needed)
    # or the answer for a day for which the policies hold no rules
    answer = {"anyOf": [{"$ref": f"#/components/schemas/{name}"} for name in (call.schema or call.name, "outside")]}
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


def _answered(summary: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    return {"description": summary, "content": {"application/json": {"schema": schema}}}


def _rooted(part: Any, own: str) -> Any:
    """A part of the schema ``own`` whose references, to itself and to others, name their places in the document."""
    if isinstance(part, list):
        return [_rooted(each, own) for each in part]
    if not isinstance(part, dict):
        return part
    found = {key: _rooted(value, own) for key, value in part.items() if key != "$schema"}
    if "$ref" in found:
        file, _, place = found["$ref"].partition("#")
        found["$ref"] = f"#/components/schemas/{file.partition('.')[0] or own}{place}"
    return found


# What is got and tells of the rules, by its path.
TOLD: Mapping[str, Callable[..., Any]] = {
    "conventions": lambda say, version: catalogue_page.conventions_object(say),
    "items": lambda say, version: {"items": catalogue_page.items_of(say)},
    "items/{id}": lambda say, version, **path: catalogue_page.item_object(path["id"], say),
    "openapi.json": lambda say, version: openapi(CALLS, version),
}
