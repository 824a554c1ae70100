"""Limits of a request, before any page is asked: of its host, address, rate, size and time.

An ASGI application is wrapped; a request that breaks a limit is refused, and every answer gets headers.
"""

from __future__ import annotations

import asyncio
import secrets
import time
import traceback
from collections import Counter, OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.web.refusals import Refused, refusal_of, refused
from engine.web.state import MAX_ADDRESS

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


class Counts(Counter[tuple[str, int]]):
    """What was answered, by route and status: for who runs the service, without a word of any case."""

    def text(self, waiting: int) -> str:
        """In the text form that Prometheus reads."""
        lines = ["# TYPE avenant_answers_total counter"]
        for (route, status), count in sorted(self.items()):
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
                route = getattr(scope.get("endpoint"), "__name__", "other")  # never the address itself
                self.counts[route, message["status"]] += 1
                message = {**message, "headers": [*message["headers"], *self.headers]}
            await send(message)

        scope["app"] = self.app  # a path or method without route is then an exception as well
        try:
            self._admit(scope)
            await self.app(scope, self._bounded(scope, receive), answer)
        except (ConnectionError, ClientDisconnect):  # who asked has gone
            return
        except Exception as error:  # the last stand: a fault of ours never shows a reader its traceback
            refusal = refusal_of(error, scope["method"])
            if refusal is None:
                told = secrets.token_hex(4)
                self.tell(_fault_line(told, error))
                refusal = refused("request-fault", id=told)
            if not started:
                await self.refuse(scope, refusal)(scope, receive, answer)

    def _admit(self, scope: Scope) -> None:
        for host in Headers(scope=scope).getlist("host") or [""]:  # each of them, since links begin with the first
            name, _, port = host.rpartition(":")
            name = name if port.isdigit() and not host.endswith("]") else host
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
            forwarded = ",".join(Headers(scope=scope).getlist("x-forwarded-for"))
            told = [each.strip() for each in forwarded.split(",") if each.strip()]
            if len(told) >= self.proxy_hops:
                return told[-self.proxy_hops][:64]
        return str((scope.get("client") or ("",))[0])

    def _bounded(self, scope: Scope, receive: Receive) -> Receive:
        """What gives the parts of a body, while it is small and comes in time."""
        limit = DOSSIER if scope["path"].startswith(LARGER) else BODY
        length = Headers(scope=scope).get("content-length", "")
        if length.isdecimal() and int(length) > limit:
            raise refused("request-size", limit=limit)
        end, left = asyncio.get_running_loop().time() + self.body_seconds, limit

        async def bounded() -> Message:
            nonlocal left
            try:
                async with asyncio.timeout_at(end):
                    message = await receive()
            except TimeoutError:
                raise refused("request-slow", limit=int(self.body_seconds)) from None
            left -= len(message.get("body", b""))
            if left < 0:
                raise refused("request-size", limit=limit)
            return message

        return bounded


def safe_headers(frame_ancestors: Sequence[str]) -> list[tuple[bytes, bytes]]:
    """The headers of every answer, of which only these sites may frame a page."""
    policy = _POLICY.format(" ".join(frame_ancestors) or "'none'")
    found = {**_HEADERS, "content-security-policy": policy}
    if not frame_ancestors:
        found["x-frame-options"] = "DENY"
    return [(name.encode(), value.encode()) for name, value in found.items()]


def _fault_line(id_: str, error: Exception) -> str:
    """The place of a fault of ours: its frames, never its values, which may hold a case."""
    frames = traceback.extract_tb(error.__traceback__)
    shown = " < ".join(f"{frame.name} ({frame.filename.rpartition('/')[2]}:{frame.lineno})" for frame in frames[::-1])
    return f"avenant: fault {id_}: {type(error).__name__}: {shown}"
