"""The command that gives reasons: a case and an item come in, why it came out so, or what would change it, goes out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from engine.cli.common import (
    FORMATS,
    as_of_option,
    choices_of,
    convention_option,
    day_of,
    decide_files,
    engine_faults,
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

if TYPE_CHECKING:
    from engine.evaluation.decision import Decision
    from engine.evaluation.session import Session

FAVOURABLE = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the command line asks of a case."""

    case: str
    item: str
    convention: str | None
    choices: dict[str, str]
    as_of: dt.date | None


@click.command()
@click.argument("case", metavar="CASE")
@click.argument("item", metavar="ITEM")
@click.option(
    "--what-if",
    metavar="[VALUE]",
    is_flag=False,
    flag_value=FAVOURABLE,
    help="The smallest changes of facts, one or two, that give ITEM this value: a name, a number (11000, at least"
    " 11000+, at most 11000-), a date, more, less or not_applicable. Without VALUE, written last: in the"
    " applicant's favour.",
)
@click.option(
    "--any-fact", is_flag=True, help="With --what-if: change facts too that a person cannot (age, specialty)."
)
@format_option(*FORMATS)
@lang_option
@as_of_option
@convention_option
@interpret_option
@policies_option
@guarded
def explain(
    case: str,
    item: str,
    what_if: str | None,
    any_fact: bool,
    format_: str,
    lang: str | None,
    as_of: str | None,
    convention: str | None,
    interpret: tuple[str, ...],
    policies: str | None,
) -> None:
    """Say why an item of a case came out as it did: the chain down to facts and articles; or what would change it."""
    lang = lang or locale_language()
    asked = Asked(case, item, convention, choices_of(interpret), day_of(as_of))
    if what_if is None and any_fact:
        raise click.UsageError("--any-fact goes with --what-if")
    session = open_session(policies)
    decided, problems = decide_files(session, [case], convention, asked.choices, asked.as_of, None)
    if problems:
        raise InputFault(problems)
    ((_, decision),) = decided
    if what_if is None:
        write(_why(session, decision, asked, format_, lang), None)
    else:
        write(_what_if(session, decision, asked, what_if, any_fact, format_, lang), None)


def _why(session: Session, decision: Decision, asked: Asked, format_: str, lang: str) -> str:
    from engine.report.explain_page import behind, explain_page

    page = explain_page(decision, session.registry, asked.item, lang)
    if format_ == "json":
        from engine.report.json import result_object

        results = {
            id_: result_object(decision.results[id_], session.registry, lang) for id_ in behind(decision, asked.item)
        }
        return json_text({"item": asked.item, "results": results})
    return laid_out(page, format_, None)


def _what_if(
    session: Session, decision: Decision, asked: Asked, wished: str, any_fact: bool, format_: str, lang: str
) -> str:
    from engine.inquiry.what_if import alternatives
    from engine.report.alternatives_page import alternatives_object, alternatives_page
    from engine.report.explain_page import known_item

    known_item(decision, asked.item)
    with engine_faults(asked.case):
        found = alternatives(
            session,
            dict(decision.facts),
            asked.item,
            wished or None,
            convention=asked.convention,
            interpret=asked.choices,
            as_of=asked.as_of,
            any_fact=any_fact,
        )
    if format_ == "json":
        return json_text(alternatives_object(found, decision, session.registry, lang))
    return laid_out(alternatives_page(found, decision, session.registry, lang), format_, None)
