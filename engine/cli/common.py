"""What the commands share: options, reading cases, laying out pages, and turning faults into messages.

Faults come in as exceptions; a message on standard error and an exit status go out, and never a traceback.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import functools
import gc
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

from engine.errors import InputFault, Location, Problem, UsageFault, fault
from engine.escaping import in_json
from engine.language.facts import SIGNATURE

if TYPE_CHECKING:
    from engine.evaluation.decision import Decision
    from engine.evaluation.session import Session
    from engine.policy.loader import Document
    from engine.report.page import Page

FORMATS = ("text", "markdown", "json")
STANDARD_INPUT = "-"
PLAIN_WIDTH = 100


def locale_language() -> str:
    """French where the locale is French, else English."""
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "fr" if next((name for name in names if name), "").lower().startswith("fr") else "en"


_P = ParamSpec("_P")


def guarded(command: Callable[_P, None]) -> Callable[_P, None]:
    """Turns faults into messages on standard error and an exit status; no traceback reaches a user."""

    @functools.wraps(command)
    def run(*args: _P.args, **kwargs: _P.kwargs) -> None:
        lang = str(kwargs.get("lang") or locale_language())
        try:
            command(*args, **kwargs)
        except InputFault as error:
            _complain(error.problems, lang)
            sys.exit(1)
        except UsageFault as error:
            raise click.UsageError(f"{error.problem.location}: {error.problem.message(lang)}") from None
        except RecursionError:
            _complain([Problem(Location("avenant"), "too-deep", {"limit": "…"})], lang)
            sys.exit(1)
        except OSError as error:
            if error.errno == errno.EPIPE:  # who reads the output has gone; click ends quietly
                raise
            reason = error.strerror or type(error).__name__
            _complain(
                [Problem(Location(str(error.filename or "avenant")), "file-unreadable", {"reason": reason})], lang
            )
            sys.exit(1)

    return run


def _complain(problems: Sequence[Problem], lang: str) -> None:
    for problem in problems:
        click.echo(problem.line(lang), err=True)


policies_option = click.option(
    "--policies", metavar="DIR", help="Folder of conventions (default: ./policies or above, else the packaged ones)."
)
lang_option = click.option("--lang", type=click.Choice(["fr", "en"]), help="Language (default: from the locale).")
convention_option = click.option("--convention", metavar="ID", help="Decide under this convention, whatever the date.")
interpret_option = click.option(
    "--interpret", "interpret", metavar="ID=CHOICE", multiple=True, help="Take a side in an open question (repeatable)."
)
as_of_option = click.option("--as-of", metavar="DATE", help="Today's date; without it nothing is overdue.")


_F = TypeVar("_F", bound=Callable[..., Any])


def format_option(*names: str) -> Callable[[_F], _F]:
    return click.option("--format", "format_", type=click.Choice(names), default=names[0], show_default=True)


def open_session(policies: str | None) -> Session:
    """The rules, read while nothing is thrown away yet: collecting garbage meanwhile costs a tenth of the start."""
    gc.disable()
    try:
        import engine

        return engine.load(policies)
    finally:
        gc.freeze()
        gc.enable()


def read_document(name: str) -> Document:
    """A case file, or standard input for ``-``."""
    from engine.policy import loader

    if name == STANDARD_INPUT:
        return loader.parse(sys.stdin.buffer.read(loader.MAX_BYTES + 1), name)
    return loader.load(Path(name), name)


def decide_files(
    session: Session,
    names: Sequence[str],
    convention: str | None,
    choices: dict[str, str],
    as_of: dt.date | None,
    digest: str | None,
) -> tuple[list[tuple[str, Decision]], list[Problem]]:
    """The decision on each case file that has one, by name, and the problems of the others."""
    decided: list[tuple[str, Decision]] = []
    problems: list[Problem] = []
    for name in names:
        try:
            decision = _decide(session, read_document(name), convention, choices, as_of)
            if digest is not None and decision.digest != digest:
                raise fault(Location(name), "digest-mismatch", actual=decision.digest, wanted=digest)
            decided.append((name, decision))
        except InputFault as error:
            problems.extend(error.problems)
    return decided, problems


def _decide(
    session: Session, document: Document, convention: str | None, choices: dict[str, str], as_of: dt.date | None
) -> Decision:
    from engine.evaluation.facts import read_case

    facts = read_case(document.data, session.registry.vocabulary, document)
    with deciding(document):
        return session.decide(facts, convention, choices, as_of)


@contextlib.contextmanager
def deciding(document: Document, *under: str) -> Iterator[None]:
    """Turns faults met while a case is decided into faults of the document, which holds it ``under`` these keys."""
    try:
        with engine_faults(document.name):
            yield
    except InputFault as error:
        signed = document.at((*under, *SIGNATURE.split(".")))  # a date without rules is a fault of the case
        raise InputFault(
            replace(problem, location=signed) if problem.code == "no-convention" else problem
            for problem in error.problems
        ) from None


@contextlib.contextmanager
def engine_faults(name: str) -> Iterator[None]:
    """Turns a fault of the inference engine into one of the case that it stops."""
    from engine.evaluation.inference import EngineFault

    try:
        yield
    except EngineFault as error:
        raise fault(Location(name), "engine-fault", reason=error) from None


def day_of(text: str | None) -> dt.date | None:
    """The day of ``--as-of``."""
    from engine.language.typing import is_date

    if text is None:
        return None
    if not is_date(text):
        raise click.UsageError(f"--as-of: '{text}' is not a date such as 2025-01-31")
    return dt.date.fromisoformat(text)


def choices_of(pairs: Sequence[str]) -> dict[str, str]:
    choices = {}
    for pair in pairs:
        id_, sign, choice = pair.partition("=")
        if not sign:
            raise click.UsageError(f"--interpret: '{pair}' is not of the form id=choice")
        choices[id_] = choice
    return choices


def laid_out(page: Page, format_: str, output: str | None) -> str:
    if format_ == "markdown":
        from engine.report.markdown import markdown

        return markdown(page)
    from engine.report import text

    if not sys.stdout.isatty():
        return text.plain(page, PLAIN_WIDTH)
    import shutil

    width = shutil.get_terminal_size().columns
    return text.coloured(page, width) if output is None and "NO_COLOR" not in os.environ else text.plain(page, width)


def json_text(data: Any) -> str:
    import json

    return in_json(json.dumps(data, ensure_ascii=False, indent=2)) + "\n"


def write(text: str, output: str | None, inputs: Iterable[str] = ()) -> None:
    """To standard output, or to a file that is replaced only once the new one is whole, and is none of ``inputs``."""
    if output is None:
        click.echo(text, nl=False)
        return
    from engine.files import refuse_input, replacing

    refuse_input(Path(output), (Path(name) for name in inputs if name != STANDARD_INPUT))
    with replacing(Path(output)) as partial:
        partial.write_text(text, encoding="utf-8")
