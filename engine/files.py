"""Replaces whole files: a path to write to is given, and the old file gives way only to a finished new one.

What is written stands beside its target under another name and is then renamed. A killed run leaves the old file and a
``.partial`` one, which the next run writes over.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from engine.errors import InputFault, Location, fault


def unwritable(target: Path, error: object) -> InputFault:
    """The fault of an output that cannot be written, because of an error of the system or for a reason in words."""
    reason = error.strerror or type(error).__name__ if isinstance(error, OSError) else error
    return fault(Location(str(target)), "output-unwritable", reason=reason)


@contextlib.contextmanager
def replacing(target: Path, empty: bool = True) -> Iterator[Path]:
    """A path to write to, which becomes ``target`` when the block ends well and vanishes when it does not.

    Where ``target`` is a link, the file that it leads to is replaced; an old file passes on its mode.
    Without ``empty``, a path left empty means that there is to be no ``target``.

    Raises:
        InputFault: the folder does not exist or is full, or another run is writing the same file.
    """
    real = Path(os.path.realpath(target))
    partial = real.with_name(real.name + ".partial")
    locks: list[int] = []
    try:
        if real.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        _lock(partial, target, locks)
        yield partial
        os.fsync(locks[0])
        if empty or os.fstat(locks[0]).st_size:
            if real.exists():
                partial.chmod(stat.S_IMODE(real.stat().st_mode))
            partial.replace(real)
        else:
            real.unlink(missing_ok=True)
            partial.unlink()
        _sync_folder(real)
    except BaseException as error:
        if locks:
            partial.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise unwritable(target, error) from None
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
