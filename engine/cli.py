"""The command line: arguments come in, the rooms do the work, text and an exit status go out.

0 done (an ineligible doctor is an answer), 1 the input is at fault, 2 wrong usage.
"""

from __future__ import annotations

import datetime as dt
import functools
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import click

from engine.errors import InputFault, Location, Problem, UsageFault, fault

if TYPE_CHECKING:
    from engine.evaluation.decision import Decision
    from engine.evaluation.facts import Facts
    from engine.evaluation.session import Session
    from engine.report.page import Page

FORMATS = ("text", "markdown", "json")
STANDARD_INPUT = "-"
PLAIN_WIDTH = 100


def locale_language() -> str:
    """French where the locale is French, else English."""
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "fr" if next((name for name in names if name), "").lower().startswith("fr") else "en"


@click.group(context_settings={"help_option_names": ["-h", "--help"], "auto_envvar_prefix": "AVENANT"})
@click.version_option(package_name="avenant", prog_name="avenant")
def cli() -> None:
    """Decide medical-assistant aid contracts under the rules of their signature date, with reasons and citations."""


def main() -> None:
    """The entry point of the command ``avenant``."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    cli()


_P = ParamSpec("_P")


def _guarded(command: Callable[_P, None]) -> Callable[_P, None]:
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

    return run


def _complain(problems: Sequence[Problem], lang: str) -> None:
    for problem in problems:
        click.echo(problem.line(lang), err=True)


_policies = click.option(
    "--policies", metavar="DIR", help="Folder of conventions (default: ./policies or above, else the packaged ones)."
)
_lang = click.option("--lang", type=click.Choice(["fr", "en"]), help="Language (default: from the locale).")
_convention = click.option("--convention", metavar="ID", help="Decide under this convention, whatever the date.")
_interpret = click.option(
    "--interpret", "interpret", metavar="ID=CHOICE", multiple=True, help="Take a side in an open question (repeatable)."
)
_as_of = click.option("--as-of", metavar="DATE", help="Today's date; without it nothing is overdue.")


_F = TypeVar("_F", bound=Callable[..., Any])


def _format(*names: str) -> Callable[[_F], _F]:
    return click.option("--format", "format_", type=click.Choice(names), default=names[0], show_default=True)


@cli.command()
@click.argument("cases", nargs=-1, required=True, metavar="CASE...")
@_format(*FORMATS)
@_lang
@_as_of
@_convention
@_interpret
@_policies
@click.option("--expect-digest", metavar="DIGEST", help="Refuse to answer under other rules than these.")
@click.option("-o", "--output", metavar="FILE", help="Write to a file instead of standard output.")
@_guarded
def evaluate(
    cases: tuple[str, ...],
    format_: str,
    lang: str | None,
    as_of: str | None,
    convention: str | None,
    interpret: tuple[str, ...],
    policies: str | None,
    expect_digest: str | None,
    output: str | None,
) -> None:
    """Decide one or many case files (YAML or JSON; - reads standard input)."""
    from engine.report import json as report_json
    from engine.report.decision_page import decision_page, rules_line

    lang = lang or locale_language()
    day, choices = _day(as_of), _choices(interpret)
    session = _session(policies)
    pages: list[Page] = []
    objects: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for name in cases:
        try:
            decision = _decide(session, _facts(session, name), convention, choices, day)
            if expect_digest is not None and decision.digest != expect_digest:
                raise fault(Location(name), "digest-mismatch", actual=decision.digest, wanted=expect_digest)
        except InputFault as error:
            problems.extend(error.problems)
            continue
        if format_ == "json":
            objects.append(report_json.decision_object(decision, session.registry, lang))
        else:
            pages.append(decision_page(decision, session.registry, lang, Path(name).stem if name != "-" else "-"))
    if format_ == "json":
        if objects:
            _write(_json(objects[0] if len(cases) == 1 else objects), output)
    elif pages:
        page = [block for page in pages for block in page]
        _write(_laid_out([*page, rules_line(session.registry, lang)], format_, output), output)
    if problems:
        raise InputFault(problems)


@cli.command()
@click.argument("case", metavar="CASE")
@click.argument("item", metavar="ITEM")
@_format("text", "markdown")
@_lang
@_as_of
@_convention
@_interpret
@_policies
@_guarded
def explain(
    case: str,
    item: str,
    format_: str,
    lang: str | None,
    as_of: str | None,
    convention: str | None,
    interpret: tuple[str, ...],
    policies: str | None,
) -> None:
    """Say why an item of a case came out as it did: the chain down to facts and articles."""
    from engine.report.explain_page import explain_page

    lang = lang or locale_language()
    day, choices = _day(as_of), _choices(interpret)
    session = _session(policies)
    decision = _decide(session, _facts(session, case), convention, choices, day)
    _write(_laid_out(explain_page(decision, session.registry, item, lang), format_, None), None)


@cli.command("list")
@_lang
@_policies
@_guarded
def list_(lang: str | None, policies: str | None) -> None:
    """List the conventions, their windows of signature dates and their items."""
    from engine.report.catalogue_page import list_page

    lang = lang or locale_language()
    session = _session(policies)
    _write(_laid_out(list_page(session.registry, lang), "text", None), None)


@cli.command()
@click.argument("item", metavar="ITEM")
@_format("text", "markdown")
@_lang
@_policies
@_guarded
def show(item: str, format_: str, lang: str | None, policies: str | None) -> None:
    """Show an item in each convention: its text, values over time, citations and who uses it."""
    from engine.report.catalogue_page import show_page

    lang = lang or locale_language()
    session = _session(policies)
    _write(_laid_out(show_page(session.registry, item, lang), format_, None), None)


@cli.command()
@_lang
@_policies
@_guarded
def check(lang: str | None, policies: str | None) -> None:
    """Check the policies: form, names, types, citations, gaps, overlaps, overlays, windows. Silent when all is well."""
    from engine.policy.checks import check_folder
    from engine.policy.places import policies_place

    place = policies_place(policies, Path.cwd())
    problems = check_folder(place.path, place.origin)
    if problems:
        raise InputFault(problems)


@cli.command()
@click.option("-k", "wanted", metavar="TEXT", help="Only cases whose file, suite or name contains this.")
@_lang
@_policies
@_guarded
def test(wanted: str | None, lang: str | None, policies: str | None) -> None:
    """Run the policies' own test suites and show every difference."""
    from engine.report.suite_page import suite_page
    from engine.review.suite import read_cases, run_case

    lang = lang or locale_language()
    session = _session(policies)
    outcomes = [run_case(session, case) for case in read_cases(session, wanted)]
    _write(_laid_out(suite_page(outcomes, lang), "text", None), None)
    if not all(outcome.passed for outcome in outcomes):
        sys.exit(1)


def _session(policies: str | None) -> Session:
    from engine.evaluation.session import Session
    from engine.policy.places import policies_place
    from engine.policy.registry import load_registry

    place = policies_place(policies, Path.cwd())
    return Session(load_registry(place.path, place.origin))


def _facts(session: Session, name: str) -> Facts:
    from engine.evaluation.facts import read_case
    from engine.policy import loader

    if name == STANDARD_INPUT:
        content = sys.stdin.buffer.read(loader.MAX_BYTES + 1)
        document = loader.parse(content, name)
    else:
        document = loader.load(Path(name), name)
    return read_case(document.data, session.registry.vocabulary, document)


def _decide(
    session: Session, facts: Facts, convention: str | None, choices: dict[str, str], as_of: dt.date | None
) -> Decision:
    from engine.evaluation.inference import EngineFault

    try:
        return session.decide(facts, convention, choices, as_of)
    except EngineFault as error:
        raise fault(Location("avenant"), "engine-fault", reason=error) from None


def _day(text: str | None) -> dt.date | None:
    try:
        return None if text is None else dt.date.fromisoformat(text)
    except ValueError:
        raise click.UsageError(f"--as-of: '{text}' is not a date such as 2025-01-31") from None


def _choices(pairs: Sequence[str]) -> dict[str, str]:
    choices = {}
    for pair in pairs:
        id_, sign, choice = pair.partition("=")
        if not sign:
            raise click.UsageError(f"--interpret: '{pair}' is not of the form id=choice")
        choices[id_] = choice
    return choices


def _laid_out(page: Page, format_: str, output: str | None) -> str:
    from engine.report import text
    from engine.report.markdown import markdown

    if format_ == "markdown":
        return markdown(page)
    if output is None and sys.stdout.isatty() and "NO_COLOR" not in os.environ:
        return text.coloured(page, shutil.get_terminal_size().columns)
    return text.plain(page, PLAIN_WIDTH if not sys.stdout.isatty() else shutil.get_terminal_size().columns)


def _json(data: Any) -> str:
    import json

    return json.dumps(data, ensure_ascii=False, indent=2) + "\n"


def _write(text: str, output: str | None) -> None:
    """To standard output, or to a file that is replaced only once the new one is whole."""
    if output is None:
        click.echo(text, nl=False)
        return
    target = Path(output)
    partial = target.with_name(target.name + ".partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(target)
    except OSError as error:
        partial.unlink(missing_ok=True)
        raise fault(Location(output), "output-unwritable", reason=error.strerror or type(error).__name__) from None
