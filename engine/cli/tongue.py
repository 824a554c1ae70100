"""Language and faults of the command line: help, usage errors and messages, in French where that is asked for.

The texts stand in English where they are declared; ``words/fr/commands.json`` has the French of each.
"""

from __future__ import annotations

import contextlib
import copy
import errno
import inspect
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

import click
from click import core, decorators, exceptions, formatting, parser, types

from engine.errors import InputFault, Location, Problem, UsageFault, reason_of, wrong
from engine.escaping import on_one_line
from engine.evaluation.inference import EngineFault
from engine.words import LANGUAGES, read_words


def locale_language() -> str:
    """French where the locale is French, else English."""
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "fr" if next((name for name in names if name), "").lower().startswith("fr") else "en"


@contextlib.contextmanager
def faults_told(lang: str) -> Iterator[None]:
    """Turns faults into messages on standard error and an exit status."""
    try:
        yield
        return
    except InputFault as error:
        problems = error.problems
    except UsageFault as error:
        raise click.UsageError("\n".join(f"{each.location}: {each.message(lang)}" for each in error.problems)) from None
    except EngineFault as error:  # outside the decision of one case, which is told with its file
        problems = (wrong(Location("avenant"), "engine-fault", reason=error),)
    except RecursionError:
        problems = (wrong(Location("avenant"), "too-deep", limit="…"),)
    except OSError as error:
        if error.errno == errno.EPIPE:  # who reads the output has gone; click ends quietly
            raise
        place = Location(str(error.filename or "avenant"))
        problems = (wrong(place, "file-unreadable", reason=reason_of(error)),)
    complain(problems, lang)
    sys.exit(1)


def complain(problems: Sequence[Problem], lang: str) -> None:
    for problem in problems:
        click.echo(problem.line(lang), err=True)


def option(names: str, value: str | Sequence[str], text: str, **more: Any) -> Callable[[Any], Any]:
    """An option by its names: what stands for its value, or the words to choose from, and what it is for."""
    kind = {"metavar": value} if isinstance(value, str) else {"type": click.Choice(value)}
    return click.option(*names.split(), **{**kind, **more}, help=text)


def flag(names: str, text: str) -> Callable[[Any], Any]:
    """An option without a value."""
    return click.option(*names.split(), is_flag=True, help=text)


# Of a group, which has no answer of its own: read by language() before anything runs.
group_lang_option = option("--lang", LANGUAGES, "Language (default: from the locale).", expose_value=False)
_Command = TypeVar("_Command", bound=click.Command)
_LANG: ContextVar[str] = ContextVar("lang", default="en")  # of the run that is under way
_MODULES = (core, decorators, exceptions, formatting, parser, types)  # of click, which has English alone


def language(args: Sequence[str]) -> str:
    """The language that the arguments ask for, or else that of the locale."""
    for place, arg in enumerate(args):
        name, sign, value = arg.partition("=")
        asked = value if sign else args[place + 1] if place + 1 < len(args) else ""
        if name == "--lang" and asked in LANGUAGES:
            return asked
    return locale_language()


def current() -> str:
    return _LANG.get()


@contextmanager
def spoken(lang: str) -> Iterator[None]:
    """Within it the command line speaks a language; click looks its words up in each module under two names."""
    names = {"_": tell, "ngettext": lambda one, other, count: tell(one if count == 1 else other)}
    before = [(module, name, getattr(module, name)) for module in _MODULES for name in names if hasattr(module, name)]
    token = _LANG.set(lang)
    try:
        for module, name, _ in before:
            setattr(module, name, names[name])
        yield
    finally:
        _LANG.reset(token)
        for module, name, own in before:
            setattr(module, name, own)


def tell(text: str, /, **values: object) -> str:
    """A text of the command line in the language of this run, with its blanks filled in."""
    told: str = _words().get(text, text)
    shown = {name: on_one_line(value) if isinstance(value, str) else value for name, value in values.items()}
    return told.format(**shown) if values else told


def _words() -> Mapping[str, str]:
    """The texts of this run's language by their English, which is what stands in the code."""
    return {} if _LANG.get() == "en" else read_words("commands", _LANG.get())


def translated(command: _Command) -> _Command:
    """A command whose help is in the language of this run."""
    if not _words():
        return command
    told = copy.copy(command)
    told._help_option = None  # click keeps the one that it made, in the language of that run
    told.help = None if command.help is None else tell(inspect.cleandoc(command.help))
    told.params = [copy.copy(param) for param in command.params]
    for param in told.params:
        if isinstance(param, click.Option) and param.help is not None:
            param.help = tell(param.help)
    if isinstance(told, click.Group):
        told.commands = {name: translated(each) for name, each in told.commands.items()}
    return told
