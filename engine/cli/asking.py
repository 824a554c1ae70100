"""The command that asks: a case file with missing facts comes in, the questions worth asking next go out."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from engine.cli.common import (
    FORMATS,
    STANDARD_INPUT,
    choices_of,
    convention_option,
    decide_files,
    format_option,
    guarded,
    interpret_option,
    json_text,
    laid_out,
    lang_option,
    locale_language,
    open_session,
    policies_option,
    write,
)
from engine.errors import InputFault

DEFAULT = "eligibilite"


@click.command()
@click.argument("case", metavar="CASE")
@click.option(
    "--for", "wanted", metavar="ITEM", default=DEFAULT, show_default=True, help="The result to decide, or all."
)
@format_option(*FORMATS)
@lang_option
@convention_option
@interpret_option
@policies_option
@guarded
def ask(
    case: str,
    wanted: str,
    format_: str,
    lang: str | None,
    convention: str | None,
    interpret: tuple[str, ...],
    policies: str | None,
) -> None:
    """Say which missing facts to ask for, those that decide most first, and where each is found."""
    from engine.inquiry.questions import ALL, Asker
    from engine.report.messages import word
    from engine.report.questions_page import Commands, questions_object, questions_page

    session = open_session(policies)
    choices = choices_of(interpret)
    decided, problems = decide_files(session, [case], convention, choices, None, None)
    if problems:
        raise InputFault(problems)
    ((_, decision),) = decided
    asked = Asker(session).ask(decision, wanted, choices)
    given = (("--lang", lang), ("--convention", convention), ("--policies", policies))
    lang = lang or locale_language()
    if format_ == "json":
        write(json_text(questions_object(asked, lang)), None)
        return
    options = [part for name, value in given if value for part in (name, value)]
    options += [part for pair in interpret for part in ("--interpret", pair)]
    aim = () if wanted == DEFAULT else ("--for", wanted)
    commands = Commands(
        again=shlex.join(["avenant", "ask", case, *aim, *options]),
        others=shlex.join(["avenant", "ask", case, "--for", ALL, *options]),
        evaluate=shlex.join(["avenant", "evaluate", case, *options]),
    )
    title = word("standard_input", lang) if case == STANDARD_INPUT else Path(case).stem
    write(laid_out(questions_page(asked, session.registry, commands, title, lang), format_, None), None)
