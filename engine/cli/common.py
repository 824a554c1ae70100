"""What the commands share: options, reading and deciding cases, and writing subjects in their formats."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

import click

import engine
from engine.cli.tongue import current, faults_told, flag, option, tell
from engine.errors import Location, Problem, fault
from engine.evaluation.decision import Decision
from engine.evaluation.facts import Facts, at_its_places, read_case
from engine.evaluation.inference import EngineFault
from engine.evaluation.session import Session
from engine.files import refuse_input, replacing, unwritable
from engine.language.spoken import Unread, read_day
from engine.policy import loader
from engine.policy.document import Document
from engine.policy.registry import Outside
from engine.records import dataclass
from engine.report.decided import Decided, told_case
from engine.report.formats import Formats, coloured, plain
from engine.report.outside_page import FORMATS as OUTSIDE
from engine.report.page import Page
from engine.report.say import Say
from engine.words import LANGUAGES

STANDARD_INPUT = "-"
TABLES = (".csv", ".xlsx", ".parquet", ".jsonl")  # that hold a case in each row
NARROWEST = 20  # columns; no page is laid out for fewer

_F = TypeVar("_F", bound=Callable[..., Any])
_P = ParamSpec("_P")
_Subject = TypeVar("_Subject")
_TAKEN = ("lang", "convention", "policies", "interpret", "as_of", "ids", "format", "output", "opened")  # by Given


def day_of(context: click.Context, option: click.Parameter, text: str | None) -> dt.date | None:
    """The day that an option names."""
    try:
        return None if text is None else read_day(text)
    except Unread as unread:
        told = Problem(Location(""), unread.code, unread.values).message(current())
        raise click.UsageError(tell("{option}: {fault}", option=option.opts[0], fault=told)) from None


_convention = option("--convention", "ID", "Decide under this convention, whatever the date.")
interpreting = option(
    "--interpret interpret", "ID=CHOICE", "Take a side in an open question (repeatable).", multiple=True
)
_as_of = option("--as-of", "DATE", "Today's date; without it nothing is overdue.", callback=day_of)
_ids = flag("--ids", "Also the ids behind the labels, for --interpret, explain and the rules' files.")
_sensitivity = flag("--sensitivity", "Also which results another reading of an open question would change.")
_open = flag("--open opened", "Show the HTML page (written to -o or a new file).")
output = option("-o --output", "FILE", "Write to a file instead of standard output.")
_lang = option("--lang", LANGUAGES, "Language (default: from the locale).")
_policies = option("--policies", "DIR", "Folder of conventions (default: ./policies or above, else the packaged ones).")
# How a case is decided, the ids behind the labels, and where a page goes.
deciding_options = (_as_of, _convention, interpreting)
page_options = (*deciding_options, _ids)
shown_options = (_open, output)
answer_options = (*page_options, *shown_options, _sensitivity)


@dataclass(frozen=True)
class Given:
    """What most commands are given: the rules, the language, how cases are to be decided and where answers go."""

    lang: str
    choices: Mapping[str, str]
    typed: Mapping[str, Any]
    as_of: dt.date | None = None
    policies: str | None = None
    convention: str | None = None
    ids: bool = False
    format: str = "text"
    output: str | None = None
    opened: bool = False

    @functools.cached_property
    def session(self) -> Session:
        return engine.load(self.policies)

    @functools.cached_property
    def say(self) -> Say:
        return Say(self.session.registry, self.lang, self.ids)

    def title(self, name: str) -> str:
        """What a report calls the case of a file."""
        return self.say("standard_input") if name == STANDARD_INPUT else Path(name).stem

    def decide(self, facts: Facts, document: Document) -> Decision:
        """The decision on the facts of a document; raises InputFault: at their places."""
        with deciding(document):
            return self.session.decide(facts, self.convention, self.choices, self.as_of)

    def told(self, decision: Decision, name: str) -> Decided:
        """The decision on the case of a file, with the readings, rights and assumptions that matter to it."""
        return told_case(self.session, decision, self.title(name))

    def again(self) -> list[str]:
        """The options as they were typed, for a command to run next."""
        given = {name: str(each) for name, each in self.typed.items() if isinstance(each, str | dt.date)}
        words = [part for name, text in given.items() for part in (f"--{name.replace('_', '-')}", text)]
        return words + [part for pair in self.typed.get("interpret", ()) for part in ("--interpret", pair)]

    def put(
        self, formats: Formats[_Subject], subject: _Subject, inputs: Iterable[str] = (), say: Say | None = None
    ) -> None:
        """Writes a subject in the format asked for, or as HTML to a file that is then shown."""
        told = formats["html" if self.opened else self.format](subject, say or self.say)
        text = told if isinstance(told, str) else _laid_out(told, self.output)
        (_show if self.opened else write)(text, self.output, inputs)


def given(
    *options: Callable[[Any], Any], formats: Formats[Any] | None = None
) -> Callable[[Callable[Concatenate[Given, _P], None]], Callable[..., None]]:
    """Declares these options, the language and the rules, and hands all to the command as one :class:`Given`.

    ``formats`` are those of its subject, which become ``--format``. Faults become messages and an exit status; no
    traceback reaches a user.
    """
    names = list(formats or ())
    shown = [click.option("--format", type=click.Choice(names), default=names[0], show_default=True)] if names else []

    def declare(command: Callable[Concatenate[Given, _P], None]) -> Callable[..., None]:
        @functools.wraps(command)
        def run(*args: _P.args, **kwargs: _P.kwargs) -> None:
            lang = str(kwargs.get("lang") or current())
            with faults_told(lang):
                taken: dict[str, Any] = {name: kwargs.pop(name) for name in _TAKEN if name in kwargs}
                typed = {name: taken[name] for name in _TAKEN[:5] if name in taken}
                choices = _choices(taken.pop("interpret", ()))
                rules = Given(**{**taken, "lang": lang}, choices=choices, typed=typed)
                try:
                    command(rules, *args, **kwargs)
                except Outside as outside:
                    if formats is None:
                        raise
                    rules.put(OUTSIDE, outside)

        declared: Callable[..., None] = run
        for each in reversed((*shown, _lang, *options, _policies)):
            declared = each(declared)
        return declared

    return declare


def _choices(pairs: Sequence[str]) -> dict[str, str]:
    """The sides of ``--interpret``."""
    choices = {}
    for pair in pairs:
        id_, sign, choice = pair.partition("=")
        if not sign:
            raise click.UsageError(tell("--interpret: '{pair}' is not of the form id=choice", pair=pair))
        choices[id_] = choice
    return choices


def read_document(name: str) -> Document:
    """A case file, or standard input for ``-``."""
    if name == STANDARD_INPUT:
        return loader.parse(sys.stdin.buffer.read(loader.MAX_BYTES + 1), name)
    if Path(name).suffix.lower() in TABLES:
        raise fault(Location(name), "case-is-table")
    return loader.load(Path(name), name)


def decide_file(rules: Given, name: str) -> Decision:
    """The decision on one case file; raises InputFault: it has none."""
    document = read_document(name)
    return rules.decide(read_case(document, rules.session.registry.vocabulary), document)


@contextlib.contextmanager
def deciding(document: Document) -> Iterator[None]:
    """Turns faults met while a case is decided into faults of the document that states it."""
    try:
        with at_its_places(document):
            yield
    except EngineFault as error:
        raise fault(Location(document.name), "engine-fault", reason=error) from None


def _show(text: str, output: str | None, inputs: Iterable[str]) -> None:
    """Writes a page to a file and shows it with the program that the machine has for it."""
    import tempfile  # only where a page is shown

    if output is None:
        descriptor, output = tempfile.mkstemp(".html", "avenant-")
        os.close(descriptor)
    write(text, output, inputs)
    click.echo(output)
    click.launch(output)


def _laid_out(page: Page, output: str | None) -> str:
    """As wide as the terminal, or as ``COLUMNS`` where set; with colours on a terminal that takes them."""
    terminal = sys.stdout.isatty()
    if not terminal and not os.environ.get("COLUMNS", "").isdecimal():
        return plain(page)
    import shutil  # only where a width is known

    columns = max(NARROWEST, shutil.get_terminal_size().columns)
    return (coloured if terminal and output is None and "NO_COLOR" not in os.environ else plain)(page, columns)


def write_all(folder: Path, texts: Mapping[str, str]) -> None:
    """Writes files into a folder, which is made if need be; raises InputFault: one of them cannot be."""
    try:
        for parent in {folder, *((folder / name).parent for name in texts)}:
            parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(folder, error) from None
    for name, text in texts.items():
        write(text, str(folder / name))


def write(text: str, output: str | None, inputs: Iterable[str] = ()) -> None:
    """To standard output, or to a file that is replaced only once the new one is whole, and is none of ``inputs``."""
    if output is None:
        click.echo(text, nl=False)
        return
    refuse_input(Path(output), (Path(name) for name in inputs if name != STANDARD_INPUT))
    with replacing(Path(output)) as partial:
        partial.write_text(text, encoding="utf-8")
