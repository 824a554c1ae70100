"""What a command that takes its time is doing, and how far it is: on a terminal, and nothing elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

_T = TypeVar("_T")
Told = Callable[[int, int], None]  # how many are done, of how many


@contextmanager
def progress(doing: str) -> Iterator[Told]:
    """Shows on the error stream, if that is a terminal, what is being done, and for how long."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    from rich.console import Console  # only for who looks on
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        task = shown.add_task(doing, total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)


def counted(entries: Iterable[_T], total: int, told: Told) -> Iterator[_T]:
    """The same entries, each told once what was asked of it is done."""
    for number, entry in enumerate(entries, 1):
        yield entry
        told(number, total)
