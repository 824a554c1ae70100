"""The server: an application comes in and is served until interrupted; connections are bounded in number and time."""

from __future__ import annotations

import asyncio
import multiprocessing
import signal
import socket
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from engine.errors import Location, fault

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


def bound(host: str, port: int) -> socket.socket:
    """A socket on an address; port 0 takes one that is free.

    Raises:
        InputFault: the address is another's, or not of this machine.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise fault(Location(f"{host}:{port}"), "address-taken", reason=error.strerror) from None


def run(app: ASGIApp, listening: socket.socket) -> None:
    """Serves until interrupted; the calls under way are answered first."""
    config = uvicorn.Config(
        app,
        http=Hurried,
        access_log=False,
        log_level="critical",
        server_header=False,
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=GRACE,
    )
    uvicorn.Server(config).run([listening])


def run_several(make: Callable[[], ASGIApp], listening: socket.socket, workers: int) -> None:
    """Serves from several processes on one address, each with an application of its own, until interrupted."""
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=lambda: run(make(), listening)) for _ in range(workers)]
    for process in processes:
        process.start()

    def stop(*_: object) -> None:
        for process in processes:
            process.terminate()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    for process in processes:
        process.join()
