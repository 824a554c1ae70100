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
    uvicorn.Server(_config(app, host, port)).run()


def run_several(make: Callable[[], ASGIApp], host: str, port: int, workers: int) -> None:
    """Serves from several processes on one address, each with an application of its own, until interrupted."""
    shared = _config(None, host, port).bind_socket()
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=_serve, args=(make, host, port, shared)) for _ in range(workers)]
    for process in processes:
        process.start()

    def stop(*_: object) -> None:
        for process in processes:
            process.terminate()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    for process in processes:
        process.join()


def _serve(make: Callable[[], ASGIApp], host: str, port: int, shared: socket.socket) -> None:
    uvicorn.Server(_config(make(), host, port)).run([shared])


def _config(app: Any, host: str, port: int) -> uvicorn.Config:
    return uvicorn.Config(
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
