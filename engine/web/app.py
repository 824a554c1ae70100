"""The application: settings come in, an ASGI application with its routes, limits and worker goes out."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Scope

from engine.evaluation.session import Session
from engine.web.api import Api
from engine.web.limits import Buckets, Counts, Limits, safe_headers
from engine.web.pages import Pages
from engine.web.refusals import Refused, problem_response
from engine.web.state import LANG
from engine.web.worker import Worker
from engine.words import LANGUAGES

API = "/api/"
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")

_STATIC = Path(__file__).parent / "static"
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FILES = {path.name: (path.read_bytes(), _TYPES[path.suffix]) for path in sorted(_STATIC.iterdir())}


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What reads the rules and ``former`` ones, the usual language, own names, sites that may frame pages, proxies."""

    load: Callable[[], Session]
    lang: str = LANGUAGES[0]
    hosts: Sequence[str] = LOOPBACK
    embedding: Sequence[str] = ()
    former: Sequence[Callable[[], Session]] = ()
    proxy_hops: int = 0
    calendar: Callable[[], dt.date]
    tell: Callable[[str], None]


def make_app(settings: Settings, buckets: Buckets | None = None) -> ASGIApp:
    """The application; raises InputFault: with every fault of the policies folder."""
    worker = Worker(settings.load)
    former = [Worker(load) for load in settings.former]
    pages = Pages(worker, settings.lang, settings.calendar, settings.embedding, former)

    @contextlib.asynccontextmanager
    async def lifespan(app: object) -> AsyncIterator[None]:
        yield
        for each in (worker, *former):
            each.stop()  # the calls under way are answered first

    def refuse(scope: Scope, refusal: Refused) -> ASGIApp:
        query = scope["query_string"].decode("latin-1").split("&")
        lang = scope.get(LANG) or next((lang for lang in LANGUAGES if f"{LANG}={lang}" in query), settings.lang)
        if scope["path"].startswith(API):
            return problem_response(refusal, lang)
        kept = [each for each in query if each and not each.startswith(f"{LANG}=")]
        again = f"/{quote(scope['path'].lstrip('/'))}?{'&'.join([*kept, f'{LANG}='])}"
        same = scope["method"] == "GET" and refusal.status < 500  # a fault of ours is not asked for twice
        return pages.refusal(refusal, lang, again if same else "")

    counts = Counts()
    api = Api(worker, settings.lang, version("avenant"))
    routes = [*api.routes(), *pages.routes(), Route("/static/{name}", static), *_operating(worker, counts)]
    return Limits(
        app=Router(routes, redirect_slashes=False, lifespan=lifespan),
        refuse=refuse,
        tell=settings.tell,
        hosts=frozenset(host.casefold() for host in settings.hosts),
        headers=safe_headers(settings.embedding),
        proxy_hops=settings.proxy_hops,
        buckets=buckets or Buckets(),
        counts=counts,
    )


def _operating(worker: Worker, counts: Counts) -> list[Route]:
    """What tells who runs the service how it is."""

    async def health(request: Request) -> Response:
        return PlainTextResponse("alive")

    async def ready(request: Request) -> Response:
        return PlainTextResponse("ready" if worker.ready else "busy", 200 if worker.ready else 503)

    async def metrics(request: Request) -> Response:
        return PlainTextResponse(counts.text(worker.waiting))

    return [Route(f"/{each.__name__}", each, methods=["GET"]) for each in (health, ready, metrics)]


async def static(request: Request) -> Response:
    """A file of this room, from memory, so that no path from outside reaches a disk; raises HTTPException."""
    found = _FILES.get(request.path_params["name"])
    if found is None:
        raise HTTPException(404)
    return Response(found[0], media_type=found[1], headers={"Cache-Control": "public, max-age=3600"})
