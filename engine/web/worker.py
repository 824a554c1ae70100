"""The one engine thread of a process: work comes in from an async route, its answer goes out.

A session refuses other threads than its own, so that all work queues for this one; the queue is bounded.
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, TypeVar

from engine.evaluation.session import Session
from engine.policy.registry import Registry

MAX_WAITING = 32  # calls in the queue; one more is refused, to be tried again

_Answer = TypeVar("_Answer")
_Calls = SimpleQueue[tuple[Callable[[Session], Any], Callable[[Any, BaseException | None], object]] | None]


class Busy(Exception):
    """The queue is full: the call was not taken, and may be made again in a moment."""


@dataclass(slots=True)
class Worker:
    """Runs work with one session, in the thread that made it, one call after the other.

    A thread pool would do the same at twice the price: its futures and their locks are for any number of threads.
    """

    session: Session
    _calls: _Calls
    _thread: Thread
    waiting: int = 0

    @classmethod
    def start(cls, load: Callable[[], Session]) -> Worker:
        """A worker whose thread has read the rules; raises InputFault: with every fault of the policies folder."""
        loaded, calls = Future[Session](), _Calls()
        thread = Thread(target=_serve, args=(load, loaded, calls), name="engine", daemon=True)
        thread.start()
        return cls(loaded.result(), calls, thread)

    @property
    def registry(self) -> Registry:
        """The rules, which any thread may read."""
        return self.session.registry

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
        self._calls.put((work, functools.partial(loop.call_soon_threadsafe, self._tell, told)))
        answer, error = await told
        if error is not None:
            raise error
        return answer

    def _tell(self, told: asyncio.Future[tuple[Any, BaseException | None]], *answer: Any) -> None:
        self.waiting -= 1
        if not told.cancelled():  # its caller has not gone
            told.set_result(answer)

    def stop(self) -> None:
        """Waits for the call under way; what still queues is dropped."""
        with contextlib.suppress(Empty):
            while True:
                self._calls.get_nowait()
        self._calls.put(None)
        self._thread.join()


def _serve(load: Callable[[], Session], loaded: Future[Session], calls: _Calls) -> None:
    try:
        session = load()
    except BaseException as error:
        loaded.set_exception(error)
        return
    loaded.set_result(session)
    for work, tell in iter(calls.get, None):
        answer: Any = None
        fault: BaseException | None = None
        try:
            answer = work(session)
        except BaseException as error:
            fault = error
        with contextlib.suppress(RuntimeError):  # the loop is closed: the service was ended at once
            tell(answer, fault)
