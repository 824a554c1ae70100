"""The one engine thread of a process: work comes in from an async route, its answer goes out.

A session refuses other threads than its own, so that all work queues for this one; the queue is bounded.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from engine.evaluation.session import Session

MAX_WAITING = 32  # calls in the queue; one more is refused, to be tried again

_Answer = TypeVar("_Answer")


class Busy(Exception):
    """The queue is full: the call was not taken, and may be made again in a moment."""


@dataclass(slots=True)
class Worker:
    """Runs work with one session, in the thread that made it, one call after the other."""

    session: Session
    _pool: ThreadPoolExecutor
    waiting: int = 0

    @classmethod
    def start(cls, load: Callable[[], Session]) -> Worker:
        """A worker whose thread has read the rules.

        Raises:
            InputFault: with every fault of the policies folder.
        """
        pool = ThreadPoolExecutor(1, "engine")
        return cls(pool.submit(load).result(), pool)

    @property
    def ready(self) -> bool:
        """Whether a call would be taken."""
        return self.waiting < MAX_WAITING

    async def run(self, work: Callable[[Session], _Answer]) -> _Answer:
        """The answer of ``work``, and whatever it raises.

        Raises:
            Busy: the queue is full.
        """
        if not self.ready:
            raise Busy
        self.waiting += 1
        future = self._pool.submit(work, self.session)
        future.add_done_callback(self._done)  # also of a call whose caller has gone
        return await asyncio.wrap_future(future)

    def _done(self, future: Future[_Answer]) -> None:
        self.waiting -= 1

    def stop(self) -> None:
        """Waits for the call under way; what still queues is dropped."""
        self._pool.shutdown(wait=True, cancel_futures=True)
