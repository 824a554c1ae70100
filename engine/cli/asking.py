"""The command that asks: a case file with missing facts comes in, the questions worth asking next go out."""

from __future__ import annotations

import shlex
from typing import Any

import click

from engine.cli.common import Given, decide_file, given, page_options, read_document
from engine.cli.tongue import tell
from engine.evaluation.facts import read_case
from engine.inquiry.questions import ALL, Asker
from engine.language.facts import BENEFICIARY
from engine.report.questions_page import FORMATS, Commands, Questions


@click.command()
@click.argument("case", metavar="CASE", required=False)
@click.option("-i", "interactive", is_flag=True, help="Ask on the terminal, one question after another, from CASE on.")
@click.option("-o", "--output", metavar="FILE", help="With -i: the case file to write.")
@click.option("--for", "wanted", metavar="ITEM", help="The result to decide, or all (default: the verdict).")
@given(*page_options, formats=FORMATS)
def ask(rules: Given, case: str | None, interactive: bool, wanted: str | None) -> None:
    """Say which missing facts to ask for, those that decide most first, and where each is found."""
    if interactive:
        from engine.cli.interview import interview  # only where people answer

        interview(rules, {} if case is None else _given(rules, case))
        return
    if case is None or rules.output is not None:
        raise click.UsageError(tell("CASE, or -i [CASE] [-o FILE]"))
    decision = decide_file(rules, case)
    asked = Asker(rules.session).ask(decision, wanted or decision.headline.verdict or ALL, dict(rules.choices))
    aim = ("--for", wanted) if wanted and wanted != decision.headline.verdict else ()
    commands = Commands(
        again=shlex.join(["avenant", "ask", case, *aim, *rules.again()]),
        others=shlex.join(["avenant", "ask", case, "--for", ALL, *rules.again()]),
        evaluate=shlex.join(["avenant", "evaluate", case, *rules.again()]),
    )
    rules.put(FORMATS, Questions(asked, commands, rules.title(case)))


def _given(rules: Given, case: str) -> dict[str, Any]:
    """The facts of a case file as it holds them, by full name."""
    document = read_document(case)
    facts = read_case(document.data, rules.session.registry.vocabulary, document)
    return {name: value for name, value in facts.items() if name != BENEFICIARY or BENEFICIARY in document.data}
