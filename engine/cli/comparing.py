"""The command that compares rules: two conventions or folders come in, the edits between them go out."""

from __future__ import annotations

import sys

import click

from engine.cli.common import Given, given, output
from engine.cli.proving import effort_option
from engine.cli.tongue import flag, option, tell
from engine.comparison.edits.structure import compared
from engine.comparison.sides import open_sides, paired
from engine.report.diff_data import FORMATS
from engine.report.diff_page import Diff
from engine.report.say import Say

FAILING = {"structural": ("rule",), "citation": ("citation",), "any": ("rule", "citation", "label")}


@click.command()
@click.argument("a", metavar="[A", required=False)
@click.argument("b", metavar="B]", required=False)
@option(
    "--git",
    "REVISIONS",
    "Compare a revision with the working tree (REV), or two (REV1..REV2; REV1...REV2 from where they part).",
)
@flag("--behaviour", "Say for whom the result changes, each with a case that shows it.")
@option("--witness", "DIR", "With --behaviour: write a case file for each change into this folder.")
@option("--portfolio", "FILE", "With --behaviour: also measure the change on rows of cases.")
@flag("--full", "Also the citations and labels that differ between two conventions.")
@option(
    "--fail-on fail_on",
    ["any", "structural", "behavioural", "citation"],
    "Exit with 1 if there is such a change (repeatable).",
    multiple=True,
)
@effort_option
@given(output, formats=FORMATS)
def diff(
    rules: Given,
    a: str | None,
    b: str | None,
    git: str | None,
    behaviour: bool,
    witness: str | None,
    portfolio: str | None,
    full: bool,
    fail_on: tuple[str, ...],
    effort: int,
) -> None:
    """Say what changed from A to B: two conventions, two folders of them, or two revisions.

    A convention alone is compared with the one before it, and so is one that only the newer side has.

    Comments, layout and the order of keys and rows are no change.
    """
    if not behaviour and (witness or portfolio or "behavioural" in fail_on):
        raise click.UsageError(tell("--witness, --portfolio, --fail-on behavioural: go with --behaviour"))
    sides = old, new = open_sides(a, b, git, rules.policies)
    say = Say(new.registry, rules.lang)
    pairs = paired(old, new)
    found = compared(old.registry, new.registry, pairs)
    effects = None
    if behaviour:
        from engine.cli.behaviour import effects_of  # brings the proofs with it

        effects = effects_of(sides, pairs, say, witness, portfolio, effort)
    subject = Diff(sides=sides, found=found, effects=effects, full=full)
    rules.put(FORMATS, subject, [portfolio] if portfolio else (), say)
    weights = [weight for name in fail_on for weight in FAILING.get(name, ())]
    behaves_otherwise = effects is not None and effects.some and not {"any", "behavioural"}.isdisjoint(fail_on)
    if behaves_otherwise or any(comparison.of_weight(weights) for comparison in found):
        sys.exit(1)
