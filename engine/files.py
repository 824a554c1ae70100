"""Replaces whole files: a path to write to is given, and the old file gives way only to a finished new one.

What is written stands beside its target under another name and is then renamed. A killed run leaves the old file and a
``.partial`` one, which the next run writes over.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import stat
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path

from engine.errors import InputFault, Location, fault, reason_of

HEAD = 512  # first bytes that show what a table is
_KINDS = {
    "ods": rb"PK\x03\x04.{26}mimetypeapplication/vnd\.oasis\.",
    "xlsx": rb"PK\x03\x04",
    "xls": rb"\xd0\xcf\x11\xe0",
    "parquet": b"PAR1",
    "gz": rb"\x1f\x8b",
    "pdf": b"%PDF-",
}
PERMISSIONS = 0o777  # what of a mode passes on to the new file; never the right to run as its owner


def unwritable(target: Path, error: object) -> InputFault:
    """The fault of an output that cannot be written, because of an error of the system or for a reason in words."""
    reason = reason_of(error) if isinstance(error, OSError) else error
    return fault(Location(str(target)), "output-unwritable", reason=reason)


def refuse_input(target: Path, inputs: Iterable[Path]) -> None:
    """Stops before an input is overwritten, by whatever name it goes.

    Raises:
        InputFault: the file to write is one of those to read.
    """
    real = os.path.realpath(target)
    for path in inputs:
        with contextlib.suppress(OSError):
            if os.path.realpath(path) == real or path.samefile(target):
                raise fault(Location(str(target)), "output-is-input")


@contextlib.contextmanager
def replacing(target: Path, empty: bool = True) -> Iterator[Path]:
    """A path to write to, which becomes ``target`` when the block ends well and vanishes when it does not.

    Where ``target`` is a link, the file that it leads to is replaced; an old file passes on its mode, to the unfinished
    one too. Without ``empty``, a path left empty means that there is to be no ``target``.

    Raises:
        InputFault: the folder does not exist or is full, the target is no plain file, another run is writing the same
            file, or what is not ours stands where the unfinished file would.
    """
    real = Path(os.path.realpath(target))
    partial = real.with_name(real.name + ".partial")
    locks: list[int] = []
    try:
        mode = _mode(real, target)
        with _uninterrupted():  # a name whose lock is not yet known would stay behind
            _lock(partial, target, locks)
        if mode is not None:
            os.fchmod(locks[0], mode | stat.S_IWUSR)  # who could not read the old file cannot read the new one
        yield partial
        os.fsync(locks[0])
        if empty or os.fstat(locks[0]).st_size:
            if mode is not None:
                os.fchmod(locks[0], mode)
            partial.replace(real)
        else:
            real.unlink(missing_ok=True)
            partial.unlink()
        _sync_folder(real)
    except BaseException as error:
        if locks:
            with contextlib.suppress(OSError):
                partial.unlink()
        if isinstance(error, OSError):
            raise unwritable(target, error) from None
        raise
    finally:
        for lock in locks:
            os.close(lock)


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Lets an interrupt wait until the block is over; in other threads than the main one none comes."""
    import signal  # only where a file is written

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    before = signal.signal(signal.SIGINT, lambda number, frame: came.append(number))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before or signal.SIG_DFL)
    if came:
        signal.raise_signal(signal.SIGINT)


def _mode(real: Path, target: Path) -> int | None:
    """The mode of the file to replace; None where there is none.

    Raises:
        InputFault: a device, pipe or socket has that name; a run as root would put a file in its place.
    """
    try:
        found = real.stat().st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(found):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(found):
        raise fault(Location(str(target)), "output-special")
    return found & PERMISSIONS


def _lock(partial: Path, target: Path, locks: list[int]) -> None:
    """Adds an open file that holds the right to write ``partial``; the system lets go of it when the process ends."""
    while True:
        lock = _opened(partial, target)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            raise fault(Location(str(target)), "output-busy") from None
        with contextlib.suppress(FileNotFoundError):
            if os.fstat(lock).st_ino == os.lstat(partial).st_ino:
                locks.append(lock)
                os.truncate(lock, 0)
                return
        os.close(lock)  # another run finished in between, and took the name with it


def _opened(partial: Path, target: Path) -> int:
    """The unfinished file, new or left by a killed run.

    Raises:
        InputFault: a link, a device or the file of another user has its name; what it leads to is not touched.
    """
    # Without O_NONBLOCK, a pipe put there would hold the run for good.
    flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    in_the_way = fault(Location(str(target)), "output-in-the-way", name=str(partial))
    try:
        lock = os.open(partial, flags, 0o666)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.EISDIR, errno.ENXIO):
            raise in_the_way from None
        raise
    found = os.fstat(lock)
    if not stat.S_ISREG(found.st_mode) or found.st_nlink > 1 or found.st_uid != os.geteuid():
        os.close(lock)
        raise in_the_way
    return lock


def _sync_folder(target: Path) -> None:
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def check_kind(name: str, head: bytes, kind: str) -> None:
    """Refuses a table that begins as one of another kind than its name says: a workbook, another's or locked, a text.

    Raises:
        InputFault: it does.
    """
    text = any(mark in head for mark in b";,\t|") and min(head) > 8  # no control characters: a table of text
    found = next((each for each, start in _KINDS.items() if re.match(start, head, re.DOTALL)), "csv" if text else kind)
    if found != kind:
        raise fault(Location(name), "file-kind", format=kind, found=f".{found}")
