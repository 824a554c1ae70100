"""Asks the application in this process, as a server would: a path, fields and headers come in, an answer goes out."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import re
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlencode

from command import ROOT
from starlette.types import ASGIApp

import engine
from engine.web.app import Settings, make_app
from engine.web.limits import Buckets

DAY = dt.date(2026, 11, 28)
MOST_REDIRECTS = 4


@dataclass(frozen=True)
class Answer:
    """What came back, and the address it came from."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    address: str

    @property
    def text(self) -> str:
        """What it says, with plain spaces before French signs."""
        return self.body.decode().replace("\u00a0", " ")

    @property
    def data(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Client:
    """A browser without script: it follows redirects and sends forms."""

    app: ASGIApp
    told: list[str]
    known: dict[tuple[str, ...], Answer] = field(default_factory=dict)

    def get(self, path: str, fields: Mapping[str, str] | None = None, **headers: str) -> Answer:
        address = f"{path}?{urlencode(fields)}" if fields else path
        for _ in range(MOST_REDIRECTS):
            answer = self.ask("GET", address, **headers)
            if answer.status != 303:
                return answer
            address = answer.headers["location"]
        raise AssertionError(f"no end of redirects at {address}")

    def seen(self, path: str, fields: Mapping[str, str]) -> Answer:
        """The page as it was when it was first asked for: many tests look at it."""
        key = (path, *(part for pair in fields.items() for part in pair))
        if key not in self.known:
            self.known[key] = self.get(path, fields)
        return self.known[key]

    def post(self, path: str, body: bytes | Mapping[str, str] | Any, **headers: str) -> Answer:
        if isinstance(body, bytes):
            return self.ask("POST", path, body, **headers)
        return self.ask("POST", path, json.dumps(body).encode(), **{"content_type": "application/json", **headers})

    def send(self, path: str, fields: Mapping[str, str]) -> Answer:
        form = "application/x-www-form-urlencoded"
        return self.ask("POST", path, urlencode(fields).encode(), content_type=form)

    def ask(self, method: str, address: str, body: bytes = b"", **headers: str) -> Answer:
        return asyncio.run(self.asked(method, address, [body], **headers))

    async def asked(self, method: str, address: str, parts: Iterable[bytes], **headers: str) -> Answer:
        path, _, query = address.partition("?")
        names = {"host": "localhost", **{name.replace("_", "-"): value for name, value in headers.items()}}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(path),
            "raw_path": path.encode("latin-1"),
            "root_path": "",
            "query_string": query.encode("latin-1"),
            "headers": [(name.encode(), value.encode("latin-1")) for name, value in names.items()],
            "client": ("127.0.0.1", 1),
            "server": ("localhost", 80),
        }
        sent: list[dict[str, Any]] = []
        waiting: Iterator[bytes] = iter(parts)
        held = next(waiting, b"")

        async def receive() -> dict[str, Any]:
            nonlocal held
            now, held = held, next(waiting, None)  # type: ignore[assignment]
            if now is None:
                return {"type": "http.disconnect"}
            return {"type": "http.request", "body": now, "more_body": held is not None}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.app(scope, receive, send)  # type: ignore[arg-type]
        headers_ = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], headers_, b"".join(m.get("body", b"") for m in sent[1:]), address)


@contextmanager
def client(policies: str | None = None, rate: float = 1e9, **settings: Any) -> Iterator[Client]:
    """A client of an application over the policies of the repository."""
    told: list[str] = []
    made = Settings(load=lambda: engine.load(policies), calendar=lambda: DAY, tell=told.append, **settings)
    yield Client(make_app(made, Buckets(rate=rate, burst=rate)), told)


@contextmanager
def running(*options: str, before: str = "") -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A service of its own, with the port that it says it listens on; stopped gracefully and without a traceback.

    ``before`` is Python that its process runs first.
    """
    start = [sys.executable, "-c", f"{before}; from engine.cli import main; main()"]
    command = [*(start if before else [str(Path(sys.executable).parent / "avenant")]), "serve", "--port", "0", *options]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as service:
        assert service.stdout is not None
        assert service.stderr is not None
        try:
            told = re.search(r"http://[^ ]*:(\d+)/", service.stdout.readline())
            assert told is not None, service.stderr.read()
            yield service, int(told[1])
        finally:
            service.terminate()
        assert service.wait(60) in (0, -15)
        assert "Traceback" not in service.stderr.read()
