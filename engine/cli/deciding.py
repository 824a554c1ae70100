"""The command that decides cases: case files come in, decisions go out."""

from __future__ import annotations

from dataclasses import replace

import click

from engine.cli.common import Given, answer_options, decide_file, given
from engine.cli.tongue import flag, option, tell
from engine.errors import InputFault, Location, Problem, fault
from engine.policy.registry import Outside
from engine.report.decided import Decided, Decisions, Undecided
from engine.report.decision_page import FORMATS


@click.command()
@click.argument("cases", nargs=-1, required=True, metavar="CASE...")
@given(*answer_options, formats=FORMATS)
@option("--expect-digest", "DIGEST", "Refuse to answer under other rules than these.")
@flag("--possible", "Also every value that an open result can still take.")
@option(
    "--effort",
    "N",
    "With --possible: steps of the solver for each question; what they leave open is said.",
    type=click.IntRange(1),
)
@flag("--full", "Also all duties, the conditions met with their facts, and all sources.")
def evaluate(
    rules: Given,
    cases: tuple[str, ...],
    expect_digest: str | None,
    sensitivity: bool,
    possible: bool,
    effort: int | None,
    full: bool,
) -> None:
    """Decide one or many case files (YAML or JSON; - reads standard input)."""
    if effort is not None and not possible:
        raise click.UsageError(tell("--effort goes with --possible"))
    if possible:
        from engine.inquiry.questions import outlooks  # rarely asked for, and needs the solver
    shown: list[Decided | Undecided] = []
    problems: list[Problem] = []
    for name in cases:
        try:
            found = decide_file(rules, name)
            if expect_digest not in (None, found.digest):
                raise fault(Location(name), "digest-mismatch", actual=found.digest, wanted=expect_digest)
        except Outside as outside:
            shown.append(Undecided(title=rules.title(name), outside=outside))
            continue
        except InputFault as error:
            problems.extend(error.problems)
            continue
        told = rules.told(found, name)
        told = _with_readings(rules, told, problems) if sensitivity else told
        shown.append(replace(told, outlooks=outlooks(rules.session, found, effort=effort)) if possible else told)
    if shown:
        rules.put(FORMATS, Decisions(cases=shown, alone=len(cases) == 1, full=full), cases)
    if problems:
        raise InputFault(problems)


def _with_readings(rules: Given, told: Decided, problems: list[Problem]) -> Decided:
    """With what other readings would change, unless one of them meets a defect of the policies."""
    from engine.inquiry import inquiries, sensitivity  # rarely asked for

    try:
        asked = inquiries.inquiry_of_case(rules.session, told.decision, told.supposed)
        return replace(told, sensitivity=sensitivity.sensitivity(asked))
    except InputFault as error:
        problems.extend(error.problems)
        return told
