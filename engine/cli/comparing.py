"""The command that compares rules: two conventions or folders come in, the edits between them go out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from engine.cli.behaviour import Wanted
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
    from engine.cli.behaviour import Said
    from engine.comparison.edits.edit import Comparison
    from engine.comparison.sides import Side

FAILING = {"structural": ("rule",), "citation": ("citation",), "any": ("rule", "citation", "label")}


@click.command()
@click.argument("a", metavar="[A", required=False)
@click.argument("b", metavar="B]", required=False)
@click.option(
    "--git",
    metavar="REVISIONS",
    help="Compare a revision with the working tree (REV), or two (REV1..REV2; REV1...REV2 from where they part).",
)
@click.option("--behaviour", is_flag=True, help="Say for whom the result changes, each with a case that shows it.")
@click.option("--witness", metavar="DIR", help="With --behaviour: write a case file for each change into this folder.")
@click.option("--portfolio", metavar="FILE", help="With --behaviour: also measure the change on rows of cases.")
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
    behaviour: bool,
    witness: str | None,
    portfolio: str | None,
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
    from engine.comparison.edits.structure import compared, pairs
    from engine.comparison.sides import open_sides

    if not behaviour and (witness or portfolio or "behavioural" in fail_on):
        raise click.UsageError("--witness, --portfolio, --fail-on behavioural: go with --behaviour")
    lang = lang or locale_language()
    sides = old, new = open_sides(a, b, git, policies)
    paired = pairs(old.conventions, new.conventions)
    found = compared(old.registry, new.registry, paired)
    effects = _effects(sides, paired, Wanted(witness, portfolio, lang)) if behaviour else None
    write(_said(sides, found, effects, format_, lang, full, output), output, [portfolio] if portfolio else ())
    if _failing(found, effects, fail_on):
        sys.exit(1)


def _effects(sides: tuple[Side, Side], paired: Sequence[tuple[str, str]], wanted: Wanted) -> Said:
    """For whom results change, in the conventions that both sides have."""
    from engine.cli.behaviour import behaviour_of

    first, second = (side.registry.conventions for side in sides)
    return behaviour_of(sides, [(old, new) for old, new in paired if old in first and new in second], wanted)


def _said(
    sides: tuple[Side, Side],
    found: Sequence[Comparison],
    effects: Said | None,
    format_: str,
    lang: str,
    full: bool,
    output: str | None,
) -> str:
    """What to write in a format."""
    from engine.report import diff_json, diff_page

    if format_ == "json":
        return json_text({**diff_json.diff_object(*sides, found, lang), **(effects.data if effects else {})})
    if format_ == "github":
        lines = diff_json.annotation_lines(*sides, found, lang, full)
        return lines + (diff_json.effect_lines(*sides, found, effects.found, lang) if effects else "")
    compose = diff_page.diff_tables if format_ == "markdown" else diff_page.diff_page
    page = compose(*sides, found, lang, full)
    return laid_out((*page, *(effects.blocks if effects else ())), format_, output)


def _failing(found: Sequence[Comparison], effects: Said | None, fail_on: Sequence[str]) -> bool:
    if effects is not None and effects.changes and not {"any", "behavioural"}.isdisjoint(fail_on):
        return True
    weights = [weight for name in fail_on for weight in FAILING.get(name, ())]
    return any(comparison.of_weight(weights) for comparison in found)
