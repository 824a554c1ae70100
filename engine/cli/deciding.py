"""The command that decides cases: case files come in, decisions go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from engine.cli.common import Given, decide_files, given, page_options, sensitivity_option, shown_options
from engine.cli.tongue import tell
from engine.errors import InputFault, Problem
from engine.evaluation.decision import Decision
from engine.inquiry.suppositions import Supposed
from engine.policy.registry import Outside
from engine.report.decided import Decided, Decisions, Undecided, told_case
from engine.report.decision_page import FORMATS

if TYPE_CHECKING:
    from engine.inquiry.sensitivity import Sensitivity


@click.command()
@click.argument("cases", nargs=-1, required=True, metavar="CASE...")
@given(*page_options, *shown_options, formats=FORMATS)
@click.option("--expect-digest", metavar="DIGEST", help="Refuse to answer under other rules than these.")
@sensitivity_option
@click.option("--possible", is_flag=True, help="Also every value that an open result can still take.")
@click.option(
    "--effort",
    type=click.IntRange(1),
    metavar="N",
    help="With --possible: steps of the solver for each question; what they leave open is said.",
)
@click.option("--full", is_flag=True, help="Also duties without a date, and the titles of sources.")
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
        from engine.inquiry.possible import outlooks  # rarely asked for, and needs the solver
    decided, problems = decide_files(rules, cases, expect_digest)
    shown: list[Decided | Undecided] = []
    for name, found in decided:
        if isinstance(found, Outside):
            shown.append(Undecided(title=rules.title(name), outside=found))
            continue
        told = told_case(rules.session, found, rules.title(name), rules.choices)
        shown.append(
            replace(
                told,
                sensitivity=_sensitivity(rules, found, told.supposed, problems) if sensitivity else None,
                outlooks=outlooks(rules.session, found, rules.choices, effort) if possible else None,
            )
        )
    if shown:
        rules.put(FORMATS, Decisions(cases=shown, alone=len(cases) == 1, full=full), cases)
    if problems:
        raise InputFault(problems)


def _sensitivity(
    rules: Given, decision: Decision, supposed: Sequence[Supposed], problems: list[Problem]
) -> Sensitivity | None:
    """What other readings would change, or None where one of them meets a defect of the policies."""
    from engine.inquiry.inquiries import inquiry_of_case  # rarely asked for
    from engine.inquiry.sensitivity import sensitivity

    try:
        return sensitivity(inquiry_of_case(rules.session, decision, dict(rules.choices), supposed))
    except InputFault as error:
        problems.extend(error.problems)
        return None
