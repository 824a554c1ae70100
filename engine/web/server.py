"""The server: an application comes in and is served until interrupted; connections are bounded in number and time."""

from __future__ import annotations

import asyncio
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

GRACE = 10  # seconds for the calls under way when the service is stopped
MOST_CONNECTIONS = 128
IDLE_SECONDS = 5  # between two calls on one connection
HEAD_SECONDS = 5.0  # for the head of the first call


class Hurried(H11Protocol):
    """Gives up a connection whose first request does not begin in time."""

    def connection_made(self, transport: Any) -> None:
        """Starts the clock of a new connection."""
        super().connection_made(transport)
        asyncio.get_running_loop().call_later(HEAD_SECONDS, self._give_up)

    def _give_up(self) -> None:
        if getattr(self, "cycle", None) is None and not self.transport.is_closing():
            self.transport.close()


def run(app: ASGIApp, host: str, port: int) -> None:
    """Serves until interrupted; the calls under way are answered first."""
    uvicorn.run(
        app,
        host=host,
        port=port,
        http=Hurried,
        access_log=False,
        log_level="critical",
        server_header=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=GRACE,
    )
