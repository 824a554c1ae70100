"""The command that compares rules: two conventions or folders come in, the edits between them go out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from engine.cli.common import (
    format_option,
    guarded,
    json_text,
    laid_out,
    lang_option,
    locale_language,
    policies_option,
    write,
)

if TYPE_CHECKING:
    from engine.review.diff.edits import Comparison
    from engine.review.diff.sides import Side

FAILING = {"structural": ("rule",), "citation": ("citation",), "any": ("rule", "citation", "label")}


@click.command()
@click.argument("a", metavar="[A", required=False)
@click.argument("b", metavar="B]", required=False)
@click.option(
    "--git",
    metavar="REVISIONS",
    help="Compare a revision with the working tree (REV), or two (REV1..REV2; REV1...REV2 from where they part).",
)
@click.option("--full", is_flag=True, help="Also the citations and labels that differ between two conventions.")
@click.option(
    "--fail-on",
    "fail_on",
    type=click.Choice(["any", "structural", "behavioural", "citation"]),
    multiple=True,
    help="Exit with 1 if there is such a change (repeatable).",
)
@click.option("-o", "--output", metavar="FILE", help="Write to a file instead of standard output.")
@format_option("text", "markdown", "json", "github")
@lang_option
@policies_option
@guarded
def diff(
    a: str | None,
    b: str | None,
    git: str | None,
    full: bool,
    fail_on: tuple[str, ...],
    output: str | None,
    format_: str,
    lang: str | None,
    policies: str | None,
) -> None:
    """Say what changed from A to B: two conventions, two folders of them, or two revisions.

    Comments, layout and the order of keys and rows are no change.
    """
    from engine.review.diff.sides import open_sides
    from engine.review.diff.structure import compared, pairs

    if "behavioural" in fail_on:
        raise click.UsageError("--fail-on behavioural: goes with --behaviour")
    old, new = open_sides(a, b, git, policies)
    found = compared(old.registry, new.registry, pairs(old.conventions, new.conventions))
    write(_said((old, new), found, format_, lang or locale_language(), full, output), output)
    if _failing(found, fail_on):
        sys.exit(1)


def _said(
    sides: tuple[Side, Side], found: Sequence[Comparison], format_: str, lang: str, full: bool, output: str | None
) -> str:
    """What to write in a format."""
    from engine.report import diff_json, diff_page

    if format_ == "json":
        return json_text(diff_json.diff_object(*sides, found, lang))
    if format_ == "github":
        return diff_json.annotation_lines(*sides, found, lang, full)
    compose = diff_page.diff_tables if format_ == "markdown" else diff_page.diff_page
    return laid_out(compose(*sides, found, lang, full), format_, output)


def _failing(found: Sequence[Comparison], fail_on: Sequence[str]) -> bool:
    weights = [weight for name in fail_on for weight in FAILING[name]]
    return any(comparison.of_weight(weights) for comparison in found)
