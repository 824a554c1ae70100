"""The server: an application comes in and is served until interrupted; connections are bounded in number and time."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import multiprocessing
import os
import signal
import socket
import threading
from collections.abc import Callable
from typing import Any

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from engine.errors import Location, fault

GRACE = 10  # seconds for the calls under way when the service is stopped
MOST_CONNECTIONS = 128
IDLE_SECONDS = 5  # between two calls on one connection
HEAD_SECONDS = 5.0  # for the head of a call
MOST_HEAD = 65_536  # bytes of a head, and of what comes between parts of a body


class Guarded(HttpToolsProtocol):
    """Gives up a connection whose next request does not begin in time, or has a head without end."""

    _unread = 0  # bytes since the last head or part of a body
    _clock: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Starts the clock of the first head."""
        super().connection_made(transport)
        self._start_clock()

    def on_message_begin(self) -> None:
        """Starts the clock of a further head."""
        super().on_message_begin()
        self._start_clock()

    def on_headers_complete(self) -> None:
        """Stops the clock: the head is there."""
        self._stop_clock()
        self._unread = 0
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Goes on counting from here: the limits of the service bound a body."""
        self._unread = 0
        super().on_body(body)

    def data_received(self, data: bytes) -> None:
        """Counts what is neither a whole head nor a body yet."""
        self._unread += len(data)
        super().data_received(data)
        if self._unread > MOST_HEAD:
            self.transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stops the clock."""
        self._stop_clock()
        super().connection_lost(exc)

    def _start_clock(self) -> None:
        self._stop_clock()
        self._clock = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()


def bound(host: str, port: int) -> socket.socket:
    """A socket on an address, for port 0 a free one; raises InputFault: it is taken, or not of this machine."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise fault(Location(f"{host}:{port}"), "address-taken", reason=error.strerror) from None


def run(app: ASGIApp, listening: socket.socket, number: int = 0) -> None:
    """Serves until interrupted; the calls under way are answered first. ``number`` is its own among several."""
    gc.collect()
    gc.freeze()  # what was read stays: garbage is looked for among what calls make alone
    with contextlib.suppress(AttributeError, OSError):  # not on every system
        cores = sorted(os.sched_getaffinity(0))
        for thread in threading.enumerate():  # one runs at a time: handed from core to core a call takes twice as long
            os.sched_setaffinity(thread.native_id or 0, {cores[(os.getpgrp() + number) % len(cores)]})
    config = uvicorn.Config(
        app,
        http=Guarded,
        ws="none",
        access_log=False,
        log_level="critical",
        server_header=False,
        proxy_headers=False,  # which proxies are believed is said by our own setting
        limit_concurrency=MOST_CONNECTIONS,
        timeout_keep_alive=IDLE_SECONDS,
        timeout_graceful_shutdown=GRACE,
    )
    uvicorn.Server(config).run([listening])


def run_several(make: Callable[[], ASGIApp], listening: socket.socket, workers: int) -> None:
    """Serves from several processes on one address, each with an application of its own, until interrupted."""
    context = multiprocessing.get_context("fork")
    processes = [context.Process(target=lambda i: run(make(), listening, i), args=(i,)) for i in range(workers)]
    for process in processes:
        process.start()

    def stop(*_: object) -> None:
        for process in processes:
            process.terminate()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    for process in processes:
        process.join()
