"""Writes the witnesses of a comparison: effects come in, runnable case files and a suite of policy tests go out."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.comparison.effects.behaviour import Behaviour, Effect
from engine.comparison.effects.witness import STOPPED
from engine.escaping import flowing
from engine.exchange.rules_text import case_lines, comment, lines_of
from engine.language.values import Absent
from engine.policy.registry import Registry
from engine.report.say import Say
from engine.report.whom import Whom

MARK = "avenant diff"
SUITE = "witnesses_test.yaml"


def witness_names(effects: Sequence[Effect]) -> list[str]:
    """A file name for each witness, after its result, numbered."""
    counts: dict[str, int] = {}
    names = []
    for effect in effects:
        counts[effect.result] = counts.get(effect.result, 0) + 1
        names.append(f"{effect.result.replace('.', '_')}_{counts[effect.result]:02}.yaml")
    return names


def witness_text(effect: Effect, whom: Whom, places: tuple[Place, Place], name: str) -> str:
    """A case file that ``avenant evaluate`` takes, with what it shows, why, and the two commands, as comments."""
    say = whom.say
    said = say(
        "case_shows",
        result=whom.item(effect.result),
        before=whom.value(effect.result, effect.before),
        after=whom.value(effect.result, effect.after),
    )
    lines = [comment(say.pair(MARK, said))]
    lines.extend(comment(say.pair(say.count("causes", 1), whom.cause(cause))) for cause in effect.causes)
    readings = "".join(f" --interpret {id_}={choice}" for id_, choice in effect.witness.interpret.items())
    for key, place in zip(("witness_file_before", "witness_file_after"), places, strict=True):
        made = "" if place.made_by is None else f"{place.made_by} && "
        command = f"{made}avenant evaluate {shlex.quote(name)} {place.option}{readings}"
        lines.append(comment(say.pair(say(key), command)))
    return "\n".join([*lines, *case_lines(effect.witness.facts)]) + "\n"


def suite_text(behaviours: Iterable[Behaviour], say: Say) -> str:
    """A suite of policy tests: what the later version says of each witness, by which the change is kept in mind."""
    title, cases = "", []
    for behaviour in behaviours:
        whom = Whom(behaviour, say)
        ids = dict.fromkeys((behaviour.a.convention.id, behaviour.b.convention.id))
        if behaviour.effects and not title:
            title = say("suite_of_witnesses", what=" → ".join(ids))
        for number, effect in enumerate(behaviour.effects, 1):
            if effect.result != STOPPED:
                cases.append(_test(effect, behaviour.b.convention.id, number, whom))
    lines = lines_of({"suite": flowing(title), "base": {}, "cases": cases})
    return "\n".join([comment(say.pair(MARK, title)), *lines]) + "\n"


def _test(effect: Effect, convention: str, number: int, whom: Whom) -> dict[str, Any]:
    name = f"{whom.label(effect.result)}, {whom.say.pair(whom.who(effect), whom.step(effect))} ({number})"
    interpret = dict(effect.witness.interpret)
    expected = effect.after.value if isinstance(effect.after, Absent) else effect.after
    return {
        "name": flowing(name),
        "convention": convention,
        "given": dict(effect.witness.facts),
        **({"interpret": interpret} if interpret else {}),
        "expect": {effect.result: expected},
    }


@dataclass(frozen=True, slots=True)
class Place:
    """Where to find a version: the option that reads it, and the command that first makes it, if one must."""

    option: str
    made_by: str | None = None


def place_of(registry: Registry) -> Place:
    """The policies folder that was read; a revision has to be checked out beside the repository first."""
    revision, sign, folder = registry.root.as_posix().partition(":")
    if registry.origin != "revision" or not sign:
        return Place(f"--policies {shlex.quote(registry.root.as_posix())}")
    beside = f"../rules-{revision.replace('/', '-')}"
    made = f"git worktree add {shlex.quote(beside)} {shlex.quote(revision)}"
    return Place(f"--policies {shlex.quote(f'{beside}/{folder}')}", made)


def commands_of(behaviour: Behaviour, places: tuple[Place, Place]) -> tuple[Place, Place]:
    """How to see each version: by forcing the convention, or by reading its folder."""
    if behaviour.meeting.forced:
        first, second = (f"--convention {side.convention.id}" for side in (behaviour.a, behaviour.b))
        return Place(first), Place(second)
    return places
