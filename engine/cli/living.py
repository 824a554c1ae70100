"""The command that follows a contract through its life: a dossier comes in, its timeline goes out."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from engine.cli.common import (
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

TIMELINE_FORMATS = ("text", "markdown", "json", "csv", "html")


@click.command()
@click.argument("dossier", metavar="DOSSIER")
@format_option(*TIMELINE_FORMATS)
@lang_option
@as_of_option
@convention_option
@interpret_option
@policies_option
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
    full: bool,
    output: str | None,
) -> None:
    """Follow a contract through its years: what is due in each, why it changes, and how the contract ends."""
    from engine.evaluation import timeline as living
    from engine.evaluation.dossier import read_dossier

    lang = lang or locale_language()
    day, choices = day_of(as_of), choices_of(interpret)
    session = open_session(policies)
    document = read_document(dossier)
    read = read_dossier(document, session.registry.vocabulary)
    with deciding(document, "case"):
        life = living.timeline(session, read, convention, choices, day)
    write(_written(life, session, format_, lang, Path(dossier).stem, full, output), output)


def _written(
    life: Timeline, session: Session, format_: str, lang: str, title: str, full: bool, output: str | None
) -> str:
    from engine.report.html import html
    from engine.report.timeline_chart import timeline_figure
    from engine.report.timeline_data import timeline_csv, timeline_object
    from engine.report.timeline_page import timeline_page

    if format_ == "json":
        return json_text(timeline_object(life, session.registry, lang))
    if format_ == "csv":
        return timeline_csv(life)
    page = timeline_page(life, session.registry, lang, title, full)
    if format_ == "html":
        return html(page, lang, timeline_figure(life, lang))
    return laid_out(page, format_, output)
