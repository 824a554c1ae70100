"""The commands that decide cases: case files come in, decisions and their reasons go out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from engine.cli.common import (
    FORMATS,
    as_of_option,
    choices_of,
    convention_option,
    day_of,
    decide,
    format_option,
    guarded,
    interpret_option,
    json_text,
    laid_out,
    lang_option,
    locale_language,
    open_session,
    policies_option,
    read_facts,
    write,
)
from engine.errors import InputFault, Location, Problem, fault

if TYPE_CHECKING:
    from engine.report.page import Page


@click.command()
@click.argument("cases", nargs=-1, required=True, metavar="CASE...")
@format_option(*FORMATS)
@lang_option
@as_of_option
@convention_option
@interpret_option
@policies_option
@click.option("--expect-digest", metavar="DIGEST", help="Refuse to answer under other rules than these.")
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
    full: bool,
    output: str | None,
) -> None:
    """Decide one or many case files (YAML or JSON; - reads standard input)."""
    from engine.report import json as report_json
    from engine.report.decision_page import decision_page, rules_line

    lang = lang or locale_language()
    day, choices = day_of(as_of), choices_of(interpret)
    session = open_session(policies)
    pages: list[Page] = []
    objects: list[dict[str, Any]] = []
    problems: list[Problem] = []
    for name in cases:
        try:
            decision = decide(session, read_facts(session, name), convention, choices, day)
            if expect_digest is not None and decision.digest != expect_digest:
                raise fault(Location(name), "digest-mismatch", actual=decision.digest, wanted=expect_digest)
        except InputFault as error:
            problems.extend(error.problems)
            continue
        if format_ == "json":
            objects.append(report_json.decision_object(decision, session.registry, lang))
        else:
            pages.append(decision_page(decision, session.registry, lang, Path(name).stem, full))
    if format_ == "json":
        if objects:
            write(json_text(objects[0] if len(cases) == 1 else objects), output)
    elif pages:
        page = [block for page in pages for block in page]
        write(laid_out([*page, rules_line(session.registry, lang)], format_, output), output)
    if problems:
        raise InputFault(problems)


@click.command()
@click.argument("case", metavar="CASE")
@click.argument("item", metavar="ITEM")
@format_option("text", "markdown")
@lang_option
@as_of_option
@convention_option
@interpret_option
@policies_option
@guarded
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
    day, choices = day_of(as_of), choices_of(interpret)
    session = open_session(policies)
    decision = decide(session, read_facts(session, case), convention, choices, day)
    write(laid_out(explain_page(decision, session.registry, item, lang), format_, None), None)
