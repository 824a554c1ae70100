"""The one engine thread of a process: work comes in from an async route, its answer goes out.

A session refuses other threads than its own, so that all work queues for this one; the queue is bounded.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from engine.evaluation.session import Session
from engine.policy.registry import Registry

MAX_WAITING = 32  # calls in the queue; one more is refused, to be tried again

_Answer = TypeVar("_Answer")


def prepare(session: Session) -> None:
    """Plans every convention, so that who starts the service is told its faults, and not who asks it.

    Raises InputFault: a convention has faults.
    """
    for convention in session.registry.conventions.values():
        session.plan(convention, ())


class Busy(Exception):
    """The queue is full: the call was not taken, and may be made again in a moment."""


class Worker:
    """Runs work with one session, in the thread that made it, one call after the other.

    A thread pool would do the same at twice the price: its futures and their locks are for any number of threads.
    """

    def __init__(self, load: Callable[[], Session]) -> None:
        """Has the rules read by its thread; raises InputFault: with every fault of the policies folder."""
        self.waiting = 0
        self._calls = SimpleQueue[Any]()
        loaded = Future[Session]()
        self._thread = Thread(target=self._serve, args=(load, loaded), name="engine", daemon=True)
        self._thread.start()
        self.registry: Registry = loaded.result().registry  # which any thread may read

    @property
    def ready(self) -> bool:
        """Whether a call would be taken."""
        return self.waiting < MAX_WAITING

    async def run(self, work: Callable[[Session], _Answer]) -> _Answer:
        """The answer of ``work``, and whatever it raises; raises Busy: the queue is full."""
        if not self.ready:
            raise Busy
        self.waiting += 1
        loop = asyncio.get_running_loop()
        told: asyncio.Future[tuple[_Answer, BaseException | None]] = loop.create_future()
        self._calls.put((work, loop, told))
        answer, fault = await told  # of which one says nothing: no future takes each exception there is
        if fault is not None:
            raise fault
        return answer

    def stop(self) -> None:
        """Waits for the call under way; what still queues is dropped."""
        with contextlib.suppress(Empty):
            while True:
                self._calls.get_nowait()
        self._calls.put(None)
        self._thread.join()

    def _serve(self, load: Callable[[], Session], loaded: Future[Session]) -> None:
        try:
            session = load()
            prepare(session)
        except BaseException as error:
            loaded.set_exception(error)
            return
        loaded.set_result(session)
        for work, loop, told in iter(self._calls.get, None):
            found: tuple[Any, BaseException | None]
            try:
                found = work(session), None
            except BaseException as error:
                found = None, error
            with contextlib.suppress(RuntimeError):  # the loop is closed: the service was ended at once
                loop.call_soon_threadsafe(self._tell, told, found)

    def _tell(self, told: asyncio.Future[Any], found: tuple[Any, BaseException | None]) -> None:
        self.waiting -= 1
        if not told.cancelled():  # its caller has not gone
            told.set_result(found)
