"""What every request must keep to, before any page is asked, and how one is refused: with a status, and its problems.

An ASGI application is wrapped; a request that breaks a limit of host, address, rate, size or time is refused, and every
answer gets headers. Programs read RFC 9457 problem details; the codes are those of the command line, and some of a
request's own, which begin with ``request-``.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
import traceback
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.errors import Location, Problem
from engine.escaping import in_json
from engine.web.state import MAX_ADDRESS

MEDIA = "application/problem+json"
# Without indentation the quick one, and without looking for circles: what is written here was just made, as a tree.
_WRITE = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":")).encode
TRY_AGAIN = 1  # seconds after which a refused call may come again

# The status of each code that says more than that the case is at fault (422).
STATUS: Mapping[str, int] = {
    "request-form": 400,
    "request-repeated": 400,
    "request-page": 404,
    "request-method": 405,
    "request-slow": 408,
    "digest-mismatch": 409,
    "request-size": 413,
    "request-address": 414,
    "request-media": 415,
    "request-host": 421,
    "request-rate": 429,
    "request-fault": 500,
    "request-busy": 503,
    "yaml-syntax": 400,
    "yaml-duplicate-key": 400,
    "wrong-encoding": 400,
    "too-deep": 400,
    "file-empty": 400,
}
UNREADABLE = 422


class Refused(Exception):
    """A request that is not answered, and why: with a status that tells the gravest problem, and headers."""

    def __init__(
        self, problems: Sequence[Problem], status: int | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        self.problems = tuple(problems)
        self.status = status or status_of(problems)
        self.headers = {**({"Retry-After": str(TRY_AGAIN)} if self.status in (429, 503) else {}), **(headers or {})}
        super().__init__(", ".join(problem.code for problem in problems))


def refused(code: str, headers: Mapping[str, str] | None = None, **values: object) -> Refused:
    """The refusal for one problem of the request itself."""
    return Refused([Problem(Location("request"), code, values)], headers=headers)


def status_of(problems: Sequence[Problem]) -> int:
    """The status that tells the gravest of the problems."""
    return STATUS.get(problems[0].code, UNREADABLE)


def problem_object(problems: Sequence[Problem], lang: str, status: int | None = None) -> dict[str, Any]:
    """Problem details (RFC 9457): the first problem heads them, ``problems`` lists all with code and place."""
    first = problems[0]
    return {
        "type": f"urn:avenant:problem:{first.code}",
        "title": first.message(lang),
        "status": status or status_of(problems),
        "code": first.code,
        "problems": [
            {
                "code": problem.code,
                "message": problem.message(lang),
                "line": problem.location.line or None,
                "column": problem.location.column or None,
                "fact": problem.values.get("name"),
                "nearest": problem.nearest,
            }
            for problem in problems
        ],
    }


def problem_response(refusal: Refused, lang: str) -> Response:
    """The refusal as a program reads it."""
    found = problem_object(refusal.problems, lang, refusal.status)
    return Response(json_text(found), refusal.status, refusal.headers, MEDIA)


def json_text(found: Any) -> str:
    """Data as JSON for programs, which nobody can take for a page or a command of a terminal."""
    return in_json(_WRITE(found)).replace("<", "\\u003c")


BODY, DOSSIER = 65_536, 262_144  # bytes of a body, and of one that holds a dossier or several cases
BODY_SECONDS = 10.0
RATE, BURST = 10.0, 30.0  # calls a second from one address, and at once
MAX_ADDRESSES = 4096  # whose rate is remembered, in memory alone
FREE = ("/health", "/ready", "/static/")  # to answer costs no more than to refuse
LARGER = ("/dossier", "/lettre", "/api/v1/timeline", "/api/v1/evaluate-many")

_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors {}"
)
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "geolocation=(), camera=(), microphone=(), browsing-topics=()",
    "cross-origin-opener-policy": "same-origin",
}

Refuse = Callable[[Scope, Refused], ASGIApp]


@dataclass(slots=True)
class Counts:
    """What was answered, by route and class of status: for who runs the service, without a word of any case."""

    answers: dict[tuple[str, int], int] = field(default_factory=dict)

    def add(self, route: str, status: int) -> None:
        self.answers[route, status] = self.answers.get((route, status), 0) + 1

    def text(self, waiting: int) -> str:
        """In the text form that Prometheus reads."""
        lines = ["# TYPE avenant_answers_total counter"]
        for (route, status), count in sorted(self.answers.items()):
            lines.append(f'avenant_answers_total{{route="{route}",status="{status}"}} {count}')
        return "\n".join([*lines, "# TYPE avenant_waiting gauge", f"avenant_waiting {waiting}", ""])


@dataclass(slots=True)
class Buckets:
    """How many calls each address may still make; the oldest are forgotten first."""

    rate: float = RATE
    burst: float = BURST
    clock: Callable[[], float] = time.monotonic
    _left: OrderedDict[str, tuple[float, float]] = field(default_factory=OrderedDict, repr=False)

    def take(self, address: str) -> bool:
        """Whether one more call of this address is let through."""
        now = self.clock()
        left, then = self._left.pop(address, (self.burst, now))
        left = min(self.burst, left + (now - then) * self.rate)
        self._left[address] = (left - 1 if left >= 1 else left, now)
        if len(self._left) > MAX_ADDRESSES:
            self._left.popitem(last=False)
        return left >= 1


@dataclass(slots=True, kw_only=True)
class Limits:
    """The wrapped application.

    ``hosts`` are its names and ``headers`` those of every answer; ``refuse`` answers refusals, ``tell`` writes faults.
    """

    app: ASGIApp
    refuse: Refuse
    tell: Callable[[str], None]
    hosts: frozenset[str]
    headers: Sequence[tuple[bytes, bytes]]
    proxy_hops: int = 0
    buckets: Buckets = field(default_factory=Buckets)
    counts: Counts = field(default_factory=Counts)
    body_seconds: float = BODY_SECONDS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request, answered or refused."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def answer(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                self.counts.add(_route(scope), message["status"])
                message = {**message, "headers": [*message["headers"], *self.headers]}
            await send(message)

        try:
            self._admit(scope)
            body = await self._body(scope, receive)
            await self.app(scope, _replayed(body, receive), answer)
        except Refused as refusal:
            await self.refuse(scope, refusal)(scope, receive, answer)
        except ConnectionError:  # who asked has gone
            return
        except Exception as error:  # the last stand: a fault of ours never shows a reader its traceback
            told = secrets.token_hex(4)
            self.tell(_fault_line(told, error))
            if not started:
                await self.refuse(scope, refused("request-fault", id=told))(scope, receive, answer)

    def _admit(self, scope: Scope) -> None:
        host = _header(scope, b"host")
        name = host.rpartition(":")[0] if _has_port(host) else host
        if name.casefold() not in self.hosts:
            raise refused("request-host")
        if not scope["path"].startswith(FREE) and not self.buckets.take(self._address(scope)):
            raise refused("request-rate")
        if len(scope["raw_path"]) + len(scope["query_string"]) > MAX_ADDRESS:
            raise refused("request-address", limit=MAX_ADDRESS)
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            raise refused("request-form")

    def _address(self, scope: Scope) -> str:
        """Who calls: the peer, or what the nearest trusted proxy says of it."""
        if self.proxy_hops:
            told = [each.strip() for each in _header(scope, b"x-forwarded-for").split(",") if each.strip()]
            if len(told) >= self.proxy_hops:
                return told[-self.proxy_hops][:64]
        return str((scope.get("client") or ("",))[0])

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        """The whole body, while it is small and comes in time."""
        limit = DOSSIER if scope["path"].startswith(LARGER) else BODY
        length = _header(scope, b"content-length")
        if length.isdecimal() and int(length) > limit:
            raise refused("request-size", limit=limit)
        parts, size = list[bytes](), 0
        try:
            async with asyncio.timeout(self.body_seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise ConnectionResetError
                    parts.append(message.get("body", b""))
                    size += len(parts[-1])
                    if size > limit:
                        raise refused("request-size", limit=limit)
                    if not message.get("more_body"):
                        return b"".join(parts)
        except TimeoutError:
            raise refused("request-slow", limit=int(self.body_seconds)) from None


def safe_headers(frame_ancestors: Sequence[str]) -> list[tuple[bytes, bytes]]:
    """The headers of every answer, of which only these sites may frame a page."""
    policy = _POLICY.format(" ".join(frame_ancestors) or "'none'")
    found = {**_HEADERS, "content-security-policy": policy}
    if not frame_ancestors:
        found["x-frame-options"] = "DENY"
    return [(name.encode(), value.encode()) for name, value in found.items()]


def _header(scope: Scope, wanted: bytes) -> str:
    """The last header of a name, as text."""
    return next((value.decode("latin-1") for name, value in reversed(scope["headers"]) if name == wanted), "")


def _has_port(host: str) -> bool:
    return host.rpartition(":")[2].isdigit() and not host.endswith("]")


def _replayed(body: bytes, receive: Receive) -> Receive:
    """The body once, then what else the connection says."""
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _route(scope: Scope) -> str:
    """The name of the route, never the address itself."""
    return getattr(scope.get("endpoint"), "__name__", "other")


def _fault_line(id_: str, error: Exception) -> str:
    """The place of a fault of ours: its frames, never its values, which may hold a case."""
    frames = traceback.extract_tb(error.__traceback__)
    shown = " < ".join(f"{frame.name} ({frame.filename.rpartition('/')[2]}:{frame.lineno})" for frame in frames[::-1])
    return f"avenant: fault {id_}: {type(error).__name__}: {shown}"
