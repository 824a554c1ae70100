"""Turns faults into messages: exceptions come in, lines on standard error and an exit status go out."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Iterator, Sequence

import click

from engine.errors import InputFault, Location, Problem, UsageFault
from engine.evaluation.inference import EngineFault


def locale_language() -> str:
    """French where the locale is French, else English."""
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "fr" if next((name for name in names if name), "").lower().startswith("fr") else "en"


@contextlib.contextmanager
def faults_told(lang: str) -> Iterator[None]:
    """Turns faults into messages on standard error and an exit status."""
    try:
        yield
    except InputFault as error:
        complain(error.problems, lang)
        sys.exit(1)
    except UsageFault as error:
        raise click.UsageError(f"{error.problem.location}: {error.problem.message(lang)}") from None
    except EngineFault as error:  # outside the decision of one case, which is told with its file
        complain([Problem(Location("avenant"), "engine-fault", {"reason": error})], lang)
        sys.exit(1)
    except RecursionError:
        complain([Problem(Location("avenant"), "too-deep", {"limit": "…"})], lang)
        sys.exit(1)
    except OSError as error:
        if error.errno == errno.EPIPE:  # who reads the output has gone; click ends quietly
            raise
        reason = error.strerror or type(error).__name__
        complain([Problem(Location(str(error.filename or "avenant")), "file-unreadable", {"reason": reason})], lang)
        sys.exit(1)


def complain(problems: Sequence[Problem], lang: str) -> None:
    """Tells problems on standard error."""
    for problem in problems:
        click.echo(problem.line(lang), err=True)
