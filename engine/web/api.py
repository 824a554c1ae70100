"""The API: cases come in as JSON, the objects of ``--format json`` go out, each under the digest of its rules."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from engine.escaping import in_json
from engine.policy.registry import Outside, Registry
from engine.report import catalogue_data, outside_page
from engine.report.say import Say
from engine.web.bodies import MEDIA, read_body
from engine.web.calls import CALLS, Call
from engine.web.openapi import openapi
from engine.web.refusals import refused
from engine.web.worker import Worker

PATH = "/api/v1"


@dataclass(frozen=True, slots=True)
class Api:
    """The calls over one worker; ``usual`` is the language of a call that names none."""

    worker: Worker
    usual: str
    version: str

    @property
    def registry(self) -> Registry:
        return self.worker.session.registry

    def routes(self) -> list[Route]:
        """A route for each call, and those that tell of the rules."""
        calls = [Route(f"{PATH}/{call.name}", self._posted(call), methods=["POST"], name=call.name) for call in CALLS]
        return [
            *calls,
            Route(f"{PATH}/conventions", self.conventions, methods=["GET"]),
            Route(f"{PATH}/items", self.items, methods=["GET"]),
            Route(f"{PATH}/items/{{id}}", self.item, methods=["GET"]),
            Route(f"{PATH}/openapi.json", self.described, methods=["GET"]),
        ]

    def _posted(self, call: Call) -> Callable[[Request], Awaitable[Response]]:
        async def answer(request: Request) -> Response:
            if request.headers.get("content-type", "").partition(";")[0].strip().casefold() != MEDIA:
                raise refused("request-media", wanted=MEDIA)
            body = read_body(await request.body(), call.keys, call.needed)
            say = Say(self.registry, body.lang or self.usual)
            try:
                found = await self.worker.run(lambda session: call.answer(session, body, say))
            except Outside as outside:
                found = outside_page.data(outside, say)
            return self._json(_compact(found), {"Cache-Control": "no-store"})

        answer.__name__ = call.name
        return answer

    async def conventions(self, request: Request) -> Response:
        """Every convention with its window, digest and items."""
        return self._told(request, catalogue_data.conventions_object(self._say(request)))

    async def items(self, request: Request) -> Response:
        """Every item with its label and the conventions that have it."""
        return self._told(request, catalogue_data.items_object(self._say(request)))

    async def item(self, request: Request) -> Response:
        """One item in each convention that has it."""
        return self._told(request, catalogue_data.item_object(request.path_params["id"], self._say(request)))

    async def described(self, request: Request) -> Response:
        """What this API is, for programs (OpenAPI 3.1)."""
        return self._told(request, openapi(CALLS, self.version))

    def _say(self, request: Request) -> Say:
        wanted = request.query_params.get("lang", self.usual)
        return Say(self.registry, wanted if wanted in ("fr", "en") else self.usual)

    def _told(self, request: Request, found: Any) -> Response:
        """An answer that stays the same while the rules do: its tag spares who has it already."""
        text = _compact(found)
        tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
        if request.headers.get("if-none-match") == tag:
            return Response(status_code=304, headers={"ETag": tag})
        return self._json(text, {"ETag": tag, "Cache-Control": "no-cache"})

    def _json(self, text: str, headers: Mapping[str, str]) -> Response:
        return Response(text, media_type=MEDIA, headers={**headers, "Avenant-Version": self.version})


def _compact(found: Any) -> str:
    """Data as JSON for programs: without indentation the library's quick writer does it."""
    return in_json(json.dumps(found, ensure_ascii=False, separators=(",", ":")))
