"""The command that decides cases: case files come in, decisions go out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.cli.common import (
    FORMATS,
    STANDARD_INPUT,
    as_of_option,
    choices_of,
    convention_option,
    day_of,
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
from engine.errors import InputFault, Problem

if TYPE_CHECKING:
    from engine.evaluation.decision import Decision
    from engine.evaluation.session import Session
    from engine.inquiry.sensitivity import Sensitivity
    from engine.report.page import Block, Page


@click.command()
@click.argument("cases", nargs=-1, required=True, metavar="CASE...")
@format_option(*FORMATS)
@lang_option
@as_of_option
@convention_option
@interpret_option
@policies_option
@click.option("--expect-digest", metavar="DIGEST", help="Refuse to answer under other rules than these.")
@click.option(
    "--sensitivity", is_flag=True, help="Also which results another reading of an open question would change."
)
@click.option("--full", is_flag=True, help="Also duties without a date, and the titles of sources.")
@click.option("-o", "--output", metavar="FILE", help="Write to a file instead of standard output.")
@guarded
def evaluate(
    cases: tuple[str, ...],
    format_: str,
    lang: str | None,
    as_of: str | None,
    convention: str | None,
    interpret: tuple[str, ...],
    policies: str | None,
    expect_digest: str | None,
    sensitivity: bool,
    full: bool,
    output: str | None,
) -> None:
    """Decide one or many case files (YAML or JSON; - reads standard input)."""
    lang = lang or locale_language()
    session = open_session(policies)
    choices = choices_of(interpret)
    decided, problems = decide_files(session, cases, convention, choices, day_of(as_of), expect_digest)
    found = [_sensitivity(session, decision, choices, problems) if sensitivity else None for _, decision in decided]
    if decided and format_ == "json":
        objects = [_object(decision, other, session, lang) for (_, decision), other in zip(decided, found, strict=True)]
        write(json_text(objects[0] if len(cases) == 1 else objects), output, cases)
    elif decided:
        write(laid_out(_pages(decided, found, session, lang, full), format_, output), output, cases)
    if problems:
        raise InputFault(problems)


def _sensitivity(
    session: Session, decision: Decision, choices: dict[str, str], problems: list[Problem]
) -> Sensitivity | None:
    """What other readings would change, or None where one of them meets a defect of the policies."""
    from engine.inquiry.inquiries import inquiry_of_case
    from engine.inquiry.sensitivity import sensitivity

    try:
        return sensitivity(inquiry_of_case(session, decision, choices))
    except InputFault as error:
        problems.extend(error.problems)
        return None


def _object(decision: Decision, found: Sensitivity | None, session: Session, lang: str) -> dict[str, Any]:
    from engine.report.json import decision_object

    data = decision_object(decision, session.registry, lang)
    if found is not None:
        from engine.report.sensitivity_page import sensitivity_object

        data["sensitivity"] = sensitivity_object(found, session.registry, lang)
    return data


def _pages(
    decided: Sequence[tuple[str, Decision]],
    found: Sequence[Sensitivity | None],
    session: Session,
    lang: str,
    full: bool,
) -> Page:
    """A line for each case where there are many, then each decision in full, then where the rules came from."""
    from engine.report.decision_page import decision_page, rules_line, summary
    from engine.report.messages import word

    page: list[Block] = []
    titled = [(word("standard_input", lang) if n == STANDARD_INPUT else Path(n).stem, d) for n, d in decided]
    if len(titled) > 1:
        page.extend(summary(titled, lang))
    for (title, decision), other in zip(titled, found, strict=True):
        page.extend(decision_page(decision, session.registry, lang, title, full))
        if other is not None:
            from engine.report.sensitivity_page import sensitivity_page

            page.extend(sensitivity_page(other, session.registry, lang))
    return [*page, rules_line(session.registry, lang)]
