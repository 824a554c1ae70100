"""The command line: arguments come in, the rooms do the work, text and an exit status go out.

0 done (an ineligible doctor is an answer), 1 the input is at fault, 2 wrong usage.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import sys
from collections.abc import Sequence

OBJECTS = 400_000  # made before garbage is looked for: those of a start, even of the first, all stay
AGAIN = 0.01  # seconds


def main() -> None:
    """Runs the command that the arguments name, which is loaded once the process is set up."""
    gc.set_threshold(OBJECTS)
    sys.unraisablehook = _unraised
    ended: list[SystemExit] = []
    atexit.register(_leave, ended)  # registered first, so called last
    from engine.cli.commands import cli

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    try:
        cli()
    except SystemExit as exit_:
        ended.append(exit_)  # which holds all that was made
        raise


def _unraised(ignored: sys.UnraisableHookArgs) -> None:
    """Brings an interrupt again that came while an object was taken apart, where Python lets nothing be raised."""
    if ignored.exc_type is not KeyboardInterrupt:
        sys.__unraisablehook__(ignored)
        return
    import signal  # only where it is needed
    import threading

    threading.Timer(AGAIN, os.kill, (os.getpid(), signal.SIGINT)).start()


def _leave(ended: Sequence[SystemExit]) -> None:
    """Ends a process without taking apart what it made, which takes as long as its page; after a crash, as usual."""
    for code in (each.code for each in ended):
        with contextlib.suppress(OSError, ValueError):  # who reads has gone
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code if isinstance(code, int) else int(code is not None))
