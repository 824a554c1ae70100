"""The command that follows a contract through its life: a dossier comes in, its timeline goes out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.common import (
    STANDARD_INPUT,
    as_of_option,
    choices_of,
    convention_option,
    day_of,
    deciding,
    format_option,
    guarded,
    interpret_option,
    json_text,
    laid_out,
    lang_option,
    locale_language,
    open_session,
    policies_option,
    read_document,
    write,
)

if TYPE_CHECKING:
    from engine.evaluation.session import Session
    from engine.evaluation.timeline import Timeline
    from engine.inquiry.sensitivity import Sensitivity

TIMELINE_FORMATS = ("text", "markdown", "json", "csv", "html")


@click.command()
@click.argument("dossier", metavar="DOSSIER")
@format_option(*TIMELINE_FORMATS)
@lang_option
@as_of_option
@convention_option
@interpret_option
@policies_option
@click.option(
    "--sensitivity", is_flag=True, help="Also which results another reading of an open question would change."
)
@click.option("--full", is_flag=True, help="Also duties without a date.")
@click.option("-o", "--output", metavar="FILE", help="Write to a file instead of standard output.")
@guarded
def timeline(
    dossier: str,
    format_: str,
    lang: str | None,
    as_of: str | None,
    convention: str | None,
    interpret: tuple[str, ...],
    policies: str | None,
    sensitivity: bool,
    full: bool,
    output: str | None,
) -> None:
    """Follow a contract through its years: what is due in each, why it changes, and how the contract ends."""
    from engine.evaluation import timeline as living
    from engine.evaluation.dossier import read_dossier
    from engine.report.messages import word

    lang = lang or locale_language()
    day, choices = day_of(as_of), choices_of(interpret)
    session = open_session(policies)
    document = read_document(dossier)
    read = read_dossier(document, session.registry.vocabulary)
    with deciding(document, "case"):
        life = living.timeline(session, read, convention, choices, day)
        found = _sensitivity(session, life, choices) if sensitivity else None
    title = word("standard_input", lang) if dossier == STANDARD_INPUT else Path(dossier).stem
    write(_written(life, found, session, format_, lang, title, full, output), output, [dossier])


def _sensitivity(session: Session, life: Timeline, choices: dict[str, str]) -> Sensitivity:
    from engine.inquiry.inquiries import inquiry_of_life
    from engine.inquiry.sensitivity import sensitivity

    return sensitivity(inquiry_of_life(session, life, choices))


def _written(
    life: Timeline,
    found: Sensitivity | None,
    session: Session,
    format_: str,
    lang: str,
    title: str,
    full: bool,
    output: str | None,
) -> str:
    from engine.report.sensitivity_page import sensitivity_object, sensitivity_page
    from engine.report.timeline_data import timeline_csv, timeline_object
    from engine.report.timeline_page import timeline_page

    registry = session.registry
    if format_ == "json":
        other = {} if found is None else {"sensitivity": sensitivity_object(found, registry, lang)}
        return json_text({**timeline_object(life, registry, lang), **other})
    if format_ == "csv":
        return timeline_csv(life)
    page = timeline_page(life, registry, lang, title, full)
    if found is not None:
        page = (*page, *sensitivity_page(found, registry, lang))
    if format_ == "html":
        from engine.report.html import html
        from engine.report.timeline_chart import timeline_figure

        return html(page, lang, timeline_figure(life, lang))
    return laid_out(page, format_, output)
