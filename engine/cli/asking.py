"""The command that asks: a case file with missing facts comes in, the questions worth asking next go out."""

from __future__ import annotations

import shlex

import click

from engine.cli.common import (
    Given,
    convention_option,
    decide_file,
    format_option,
    given,
    ids_option,
    interpret_option,
    put,
)
from engine.inquiry.questions import ALL, Asker
from engine.report.questions_page import FORMATS, Commands, Questions


@click.command()
@click.argument("case", metavar="CASE")
@click.option("--for", "wanted", metavar="ITEM", help="The result to decide, or all (default: the verdict).")
@format_option(FORMATS)
@given(convention_option, interpret_option, ids_option)
def ask(rules: Given, case: str, wanted: str | None, format_: str) -> None:
    """Say which missing facts to ask for, those that decide most first, and where each is found."""
    decision = decide_file(rules, case)
    asked = Asker(rules.session).ask(decision, wanted or decision.headline.verdict or ALL, dict(rules.choices))
    aim = ("--for", wanted) if wanted and wanted != decision.headline.verdict else ()
    commands = Commands(
        again=shlex.join(["avenant", "ask", case, *aim, *rules.again()]),
        others=shlex.join(["avenant", "ask", case, "--for", ALL, *rules.again()]),
        evaluate=shlex.join(["avenant", "evaluate", case, *rules.again()]),
    )
    put(FORMATS, format_, Questions(asked, commands, rules.title(case)), rules.say)
