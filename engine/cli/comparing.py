"""The command that compares rules: two conventions or folders come in, the edits between them and their effects go out.

Each effect has a witness, which is written as a file where that is asked for.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import click

from engine.cli.common import Given, given, output
from engine.cli.proving import effort_option, progress, write_witnesses
from engine.cli.tongue import flag, option, tell
from engine.comparison.edits.structure import compared
from engine.comparison.effects.behaviour import Behaviour, Version, behaviours
from engine.comparison.sides import Side, open_sides, paired
from engine.errors import needing
from engine.evaluation.session import Session
from engine.report.behaviour_page import Effects
from engine.report.diff_data import FORMATS
from engine.report.diff_page import Diff
from engine.report.say import Say
from engine.report.whom import SUITE, Whom, commands_of, place_of, suite_text, witness_text

FAILING = {"structural": ("rule",), "citation": ("citation",), "any": ("rule", "citation", "label")}


@click.command()
@click.argument("a", metavar="[A", required=False)
@click.argument("b", metavar="B]", required=False)
@click.argument("others", metavar="", nargs=-1)
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
    others: tuple[str, ...],
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
    if others:
        steps = (f"avenant diff {old} {new}" for old, new in pairwise((a, b, *others)))
        raise click.UsageError(tell("Two texts are compared at a time: {commands}", commands=", ".join(steps)))
    if not behaviour and (witness or portfolio or "behavioural" in fail_on):
        raise click.UsageError(tell("--witness, --portfolio, --fail-on behavioural: go with --behaviour"))
    sides = old, new = open_sides(a, b, git, rules.policies)
    say = Say(new.registry, rules.lang)
    pairs = paired(old, new)
    found = compared(old.registry, new.registry, pairs)
    effects = effects_of(sides, pairs, say, witness, portfolio, effort) if behaviour else None
    subject = Diff(sides=sides, found=found, effects=effects, full=full)
    rules.put(FORMATS, subject, [portfolio] if portfolio else (), say)
    weights = [weight for name in fail_on for weight in FAILING.get(name, ())]
    behaves_otherwise = effects is not None and effects.some and not {"any", "behavioural"}.isdisjoint(fail_on)
    if behaves_otherwise or any(comparison.of_weight(weights) for comparison in found):
        sys.exit(1)


def effects_of(
    sides: tuple[Side, Side],
    pairs: Sequence[tuple[str, str]],
    say: Say,
    witness: str | None,
    portfolio: str | None,
    effort: int,
) -> Effects:
    """The effects of a change between the conventions that both sides have, paired.

    Witnesses are written into a folder and a portfolio is measured where they are named. ``effort`` bounds each
    question to the solver.

    Raises:
        InputFault: witnesses cannot be written, or the portfolio cannot be read.
        UsageFault: the solver is missing or is another version, or a plan is too hard for ``effort``.
    """
    opened = Session(sides[0].registry)
    sessions = (opened, opened if sides[1].registry is sides[0].registry else Session(sides[1].registry))
    first, second = (side.registry.conventions for side in sides)
    versions = [
        (Version(sessions[0], first[old]), Version(sessions[1], second[new]))
        for old, new in pairs
        if old in first and new in second
    ]
    # The file first: what is wrong with it is told before the comparison takes its time.
    measures = None
    if portfolio is not None:
        with needing("bulk"):
            from engine.comparison.effects.portfolio import measured
        forced = [sides for sides in versions if sides[0].convention.id != sides[1].convention.id]
        measures = measured(portfolio, *sessions, forced[0] if forced else None)  # forced on every row
    with progress(say("doing.behaviour")) as told:
        found = behaviours(versions, effort, told)
    told_in = found if witness is None else _write_witnesses(found, sessions, Path(witness), say)
    return Effects(found=told_in, portfolio=measures)


def _write_witnesses(
    found: Sequence[Behaviour], sessions: tuple[Session, Session], folder: Path, say: Say
) -> list[Behaviour]:
    """The same effects, each with a case file, beside one suite; files that others wrote stay as they are."""
    places = (place_of(sessions[0].registry), place_of(sessions[1].registry))
    texts: dict[str, str] = {}
    told = []
    for each in found:
        whom, versions, counts, effects = Whom(each, say), commands_of(each, places), Counter[str](), []
        prefix = f"{each.meeting.newer.convention.id}_" if len(found) > 1 else ""
        if each.meeting.moved:
            prefix = f"{prefix}{each.meeting.first}_"
        for effect in each.effects:  # each after its result, numbered
            counts[effect.result] += 1
            name = f"{prefix}{effect.result.replace('.', '_')}_{counts[effect.result]:02}.yaml"
            effects.append(replace(effect, file=(folder / name).as_posix()))
            texts[name] = witness_text(effects[-1], whom, versions)
        told.append(replace(each, effects=tuple(effects)))
    if texts:
        texts[SUITE] = suite_text(found, say)
    write_witnesses(folder, texts)
    return told
