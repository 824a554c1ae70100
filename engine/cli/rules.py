"""The commands about the rules themselves: a policies folder comes in, its content, faults and test results go out."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from engine.cli.common import (
    format_option,
    guarded,
    laid_out,
    lang_option,
    locale_language,
    open_session,
    policies_option,
    write,
)
from engine.errors import InputFault


@click.command("list")
@lang_option
@policies_option
@guarded
def list_(lang: str | None, policies: str | None) -> None:
    """List the conventions, their windows of signature dates and their items."""
    from engine.report.catalogue_page import list_page

    lang = lang or locale_language()
    session = open_session(policies)
    write(laid_out(list_page(session.registry, lang), "text", None), None)


@click.command()
@click.argument("item", metavar="ITEM")
@format_option("text", "markdown")
@lang_option
@policies_option
@guarded
def show(item: str, format_: str, lang: str | None, policies: str | None) -> None:
    """Show an item in each convention: its text, values over time, citations and who uses it."""
    from engine.report.catalogue_page import show_page

    lang = lang or locale_language()
    session = open_session(policies)
    write(laid_out(show_page(session.registry, item, lang), format_, None), None)


@click.command()
@lang_option
@policies_option
@guarded
def check(lang: str | None, policies: str | None) -> None:
    """Check the policies: form, names, types, citations, gaps, overlaps, overlays, windows. Silent when all is well."""
    from engine.policy.checks import check_folder
    from engine.policy.places import policies_place

    place = policies_place(policies, Path.cwd())
    problems = check_folder(place.path, place.origin)
    if problems:
        raise InputFault(problems)


@click.command()
@click.option("-k", "wanted", metavar="TEXT", help="Only cases whose file, suite or name contains this.")
@lang_option
@policies_option
@guarded
def test(wanted: str | None, lang: str | None, policies: str | None) -> None:
    """Run the policies' own test suites and show every difference."""
    from engine.report.suite_page import suite_page
    from engine.review.suite import read_cases, run_case

    lang = lang or locale_language()
    session = open_session(policies)
    outcomes = [run_case(session, case) for case in read_cases(session, wanted)]
    write(laid_out(suite_page(outcomes, lang), "text", None), None)
    if not all(outcome.passed for outcome in outcomes):
        sys.exit(1)
