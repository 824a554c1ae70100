"""What commands that take their time share: how far they are, the effort of proofs, the files of witnesses."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import click

from engine.cli.common import write_all
from engine.cli.tongue import option
from engine.files import unwritable
from engine.proof.solving import DEFAULT_EFFORT
from engine.words import in_each_language

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


def counted(entries: Iterable[_T], told: Told, of: tuple[int, int]) -> Iterator[_T]:
    """The same entries; after each, ``told`` hears how many are done, counted from ``of[0]``, of ``of[1]`` in all."""
    for number, entry in enumerate(entries, of[0] + 1):
        yield entry
        told(number, of[1])


effort_option = option(
    "--effort",
    "N",
    "Steps of the solver for each question; what they leave open is said.",
    type=click.IntRange(1),
    default=DEFAULT_EFFORT,
    show_default=True,
)


FILE_MARK = b"# avenant "  # the first words of every such file, by which the commands know their own


def write_witnesses(folder: Path, texts: Mapping[str, str]) -> None:
    """Writes files into a folder; raises InputFault, and writes none, where one is not the command's own."""
    for path in (folder / name for name in texts):
        try:
            with path.open("rb") as stream:
                start = stream.read(len(FILE_MARK))
        except (FileNotFoundError, NotADirectoryError):  # told of the folder, when it is made
            continue
        except OSError as error:
            raise unwritable(path, error) from None
        if start != FILE_MARK:
            raise unwritable(path, in_each_language("file_is_foreign"))
    write_all(folder, texts)
