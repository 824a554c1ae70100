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
@click.option("--deep", is_flag=True, help="Also search all cases for gaps, overlaps and whatever never decides.")
@click.option("--witness", metavar="DIR", help="With --deep: write a case file for each finding into this folder.")
@lang_option
@policies_option
@guarded
def check(deep: bool, witness: str | None, lang: str | None, policies: str | None) -> None:
    """Check the policies: form, names, types, citations, gaps, overlaps, overlays, windows. Silent when all is well."""
    from engine.policy.checks import check_folder
    from engine.policy.places import policies_place

    if witness is not None and not deep:
        raise click.UsageError("--witness: goes with --deep")
    place = policies_place(policies, Path.cwd())
    problems = check_folder(place.path, place.origin)
    if problems and not deep:
        raise InputFault(problems)
    if not deep:
        return
    from engine.cli.reviewing import deep_check

    faulty = deep_check(policies, witness, lang or locale_language(), problems)
    if faulty:
        sys.exit(1)


@click.command()
@click.option("-k", "wanted", metavar="TEXT", help="Only cases whose file, suite or name contains this.")
@click.option("--coverage", "covering", is_flag=True, help="Also say what the tests reach of the rules.")
@click.option("--mutation", is_flag=True, help="Also change the rules, one place at a time: do the tests notice?")
@click.option("--sample", type=click.IntRange(1), metavar="N", help="With --mutation: draw so many changes.")
@click.option("-o", "--output", metavar="FILE", help="Write to a file instead of standard output.")
@format_option("text", "markdown", "json", "html")
@lang_option
@policies_option
@guarded
def test(
    wanted: str | None,
    covering: bool,
    mutation: bool,
    sample: int | None,
    output: str | None,
    format_: str,
    lang: str | None,
    policies: str | None,
) -> None:
    """Run the policies' own test suites and show every difference."""
    from engine.cli.reviewing import Asked, review_tests

    if sample is not None and not mutation:
        raise click.UsageError("--sample: goes with --mutation")
    if format_ in ("json", "html") and not (covering or mutation):
        raise click.UsageError(f"--format {format_}: goes with --coverage or --mutation")
    asked = Asked(wanted, covering or format_ == "html", mutation, sample)
    said, passed = review_tests(open_session(policies), asked, format_, lang or locale_language(), output)
    write(said, output)
    if not passed:
        sys.exit(1)
