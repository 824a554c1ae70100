"""The pages about the service: how programs call it, how a site shows it, what is kept, whom it serves."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from engine.web.queries import origin_of
from engine.web.state import State
from engine.web.templates import ABOUT, page

CALLS = ("evaluate", "evaluate-many", "ask", "possible", "what-if", "timeline")
EXAMPLE = {"case": {"contrat": {"date_signature": "2024-09-02"}, "medecin": {"secteur": "non_conventionne"}}}


@dataclass(frozen=True, slots=True)
class About:
    """The pages; ``read`` gives the state of a request, ``embedding`` are the sites that may frame this one."""

    read: Callable[[Request], State]
    embedding: Sequence[str]

    def routes(self) -> list[Route]:
        """A route for each page."""
        return [Route(f"/{name}", self.page, methods=["GET"]) for name in ABOUT]

    async def page(self, request: Request) -> Response:
        """The page that the path names."""
        name = request.url.path[1:]
        example = json.dumps(EXAMPLE)
        told: dict[str, Any] = {"name": name, "origin": origin_of(request), "calls": CALLS, "example": example}
        state = self.read(request)
        return HTMLResponse(page("about.html", state, request.url.path, **told, sites=self.embedding))
