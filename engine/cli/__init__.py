"""The command line: arguments come in, the rooms do the work, text and an exit status go out.

0 done (an ineligible doctor is an answer), 1 the input is at fault, 2 wrong usage.
"""

from __future__ import annotations

import atexit
import gc
import sys

OBJECTS = 400_000  # made before garbage is looked for: those of a start, even of the first, all stay


def main() -> None:
    """Runs the command that the arguments name, which is loaded once the process is set up."""
    gc.set_threshold(OBJECTS)
    atexit.register(gc.freeze)  # nor is it looked for at the end
    from engine.cli.commands import cli

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    cli()
