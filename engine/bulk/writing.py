"""Writes files that are whole or not there: frames or rows come in, and the old file gives way only to a finished one.

Everything is written beside its target under another name, and then renamed. A killed run leaves the old file and a
``.partial`` one, which the next run writes over.
"""

from __future__ import annotations

import contextlib
import csv
import errno
import fcntl
import io
import os
import queue
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Protocol

import polars as pl
from polars.io.plugins import register_io_source

from engine.bulk.rows import Refusal
from engine.errors import InputFault, Location, fault

PATIENCE = 0.2  # seconds between two looks at whether the writing thread still lives
ROW_GROUP = 50_000  # rows that the writer of Parquet holds


class Frames(Protocol):
    """What takes the frames of an output, one after the other."""

    def write(self, frame: pl.DataFrame) -> None: ...


def unwritable(target: Path, reason: object) -> InputFault:
    return fault(Location(str(target)), "output-unwritable", reason=reason)


@contextlib.contextmanager
def replacing(target: Path, empty: bool = True) -> Iterator[Path]:
    """A path to write to, which becomes ``target`` when the block ends well and vanishes when it does not.

    Without ``empty``, a path left empty means that there is to be no ``target``.

    Raises:
        InputFault: the folder does not exist or is full, or another run is writing the same file.
    """
    partial = target.with_name(target.name + ".partial")
    locks: list[int] = []
    try:
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        _lock(partial, target, locks)
        yield partial
        os.fsync(locks[0])
        if empty or os.fstat(locks[0]).st_size:
            partial.replace(target)
        else:
            target.unlink(missing_ok=True)
            partial.unlink()
        _sync_folder(target)
    except BaseException as error:
        if locks:
            partial.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise unwritable(target, error.strerror or type(error).__name__) from None
        raise
    finally:
        for lock in locks:
            os.close(lock)


def _lock(partial: Path, target: Path, locks: list[int]) -> None:
    """Adds an open file that holds the right to write ``partial``; the system lets go of it when the process ends."""
    while True:
        lock = os.open(partial, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise fault(Location(str(target)), "output-busy") from None
        with contextlib.suppress(FileNotFoundError):
            if os.fstat(lock).st_ino == partial.stat().st_ino:
                locks.append(lock)
                os.truncate(lock, 0)
                return
        os.close(lock)  # another run finished in between, and took the name with it


def _sync_folder(target: Path) -> None:
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextlib.contextmanager
def frames_to(path: Path, format_: str, target: Path, schema: pl.Schema) -> Iterator[Frames]:
    """What writes frames of ``schema`` to ``path``, complete once the block ends; ``target`` is for messages."""
    if format_ == "parquet":
        sink = _ParquetThread(path, target, schema)
        try:
            sink.thread.start()
            yield sink
        except BaseException:
            sink.stop()
            raise
        sink.finish()
        return
    try:
        with path.open("r+b") as stream:
            yield _Text(stream, format_, schema)
    except OSError as error:
        raise unwritable(target, error.strerror) from None


class _Text:
    """CSV with one header, or JSON lines."""

    def __init__(self, stream: IO[bytes], format_: str, schema: pl.Schema) -> None:
        self.stream = stream
        self.format = format_
        if format_ == "csv":
            self.write_csv(pl.DataFrame(schema=schema), header=True)

    def write(self, frame: pl.DataFrame) -> None:
        if self.format == "csv":
            self.write_csv(frame, header=False)
        else:
            buffer = io.BytesIO()
            frame.write_ndjson(buffer)
            self.stream.write(buffer.getbuffer())

    def write_csv(self, frame: pl.DataFrame, header: bool) -> None:
        buffer = io.BytesIO()
        frame.write_csv(buffer, include_header=header)
        self.stream.write(buffer.getbuffer())


class _Stopped(Exception):
    pass


class _ParquetThread:
    """Polars writes Parquet from a lazy source only: a thread runs it and takes the frames from a short queue."""

    def __init__(self, path: Path, target: Path, schema: pl.Schema) -> None:
        self.target = target
        self.frames: queue.Queue[pl.DataFrame | None] = queue.Queue(1)
        self.ended = threading.Event()
        self.error: BaseException | None = None
        self.thread = threading.Thread(target=self._run, args=(path, schema), daemon=True)

    def _run(self, path: Path, schema: pl.Schema) -> None:
        def source(*_: Any) -> Iterator[pl.DataFrame]:
            yield pl.DataFrame(schema=schema)
            while (frame := self._next()) is not None:
                yield frame

        try:
            register_io_source(source, schema=schema).sink_parquet(path, row_group_size=ROW_GROUP)
        except BaseException as error:
            self.error = error

    def _next(self) -> pl.DataFrame | None:
        while True:
            if self.ended.is_set():
                raise _Stopped
            with contextlib.suppress(queue.Empty):
                return self.frames.get(timeout=PATIENCE)

    def write(self, frame: pl.DataFrame | None) -> None:
        while self.thread.is_alive():
            with contextlib.suppress(queue.Full):
                self.frames.put(frame, timeout=PATIENCE)
                return
        self._tell()

    def finish(self) -> None:
        self.write(None)
        self.thread.join()
        self._tell()

    def stop(self) -> None:
        self.ended.set()
        if self.thread.ident is not None:
            self.thread.join()

    def _tell(self) -> None:
        if isinstance(self.error, pl.exceptions.PolarsError | OSError):
            raise unwritable(self.target, str(self.error).rpartition("underlying IO error: ")[2]) from None
        if self.error is not None:
            raise self.error


class RefusedRows:
    """The file of refused rows, there only when a row is refused."""

    HEADER = ("file", "row", "column", "code", "message")

    def __init__(self, path: Path, lang: str) -> None:
        self.path = path
        self.lang = lang
        self.count = 0

    def write(self, refusals: list[Refusal]) -> None:
        if not refusals:
            return
        with self.path.open("a", encoding="utf-8", newline="") as stream:
            rows = csv.writer(stream)
            if not self.count:
                rows.writerow(self.HEADER)
            for refusal in refusals:
                problem = refusal.problem
                line = (refusal.file, refusal.row, refusal.column, problem.code, problem.message(self.lang))
                rows.writerow(line)
                self.count += 1
