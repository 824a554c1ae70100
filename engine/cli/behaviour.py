"""What the comparison of rules says of their effects: two sides come in, effects and the files of witnesses go out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from engine.cli.proving import progress, write_witnesses
from engine.comparison.effects.behaviour import Behaviour, behaviours
from engine.comparison.effects.versions import Version
from engine.comparison.sides import Side
from engine.errors import needing
from engine.evaluation.session import Session
from engine.report.behaviour_page import Effects
from engine.report.say import Say
from engine.report.whom import SUITE, Whom, commands_of, place_of, suite_text, witness_text


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
