"""Chooses the overlays of a case: a convention and the facts come in, the overlays in force and why go out.

The stage before is :mod:`engine.policy.registry`, which picks the convention; the stage after is the plan.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.evaluation.closures import condition, expression
from engine.evaluation.facts import Facts
from engine.evaluation.slots import Answer, Closure, Layout
from engine.language.facts import SIGNATURE
from engine.language.types import DATE
from engine.policy.model import YEAR_START, Convention, Interpretation
from engine.policy.overlays import Laid, dated_when, open_questions, year_start
from engine.policy.registry import Registry
from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class Reach:
    """What a convention needs to find the overlays of a case: who covers it, and when a contract year starts.

    ``dated`` and ``gates`` are the dates and the condition of each overlay. Facts and interpretations have the slots
    that they have in every program of the convention.
    """

    covering: tuple[Laid, ...]
    dated: tuple[Closure, ...]
    gates: tuple[Closure | None, ...]
    start: Closure
    names: Layout
    blank: tuple[Answer, ...]
    digest: str
    questions: Mapping[str, Interpretation]
    defaults: Mapping[str, str]


def reach_of(registry: Registry, convention: Convention) -> Reach:
    """The overlays that may ever change a contract of ``convention``, compiled once."""
    covering = registry.covering(convention)
    questions = open_questions(convention, covering)
    names, start = Layout.of(registry.vocabulary, questions, {YEAR_START: DATE}), year_start(convention)
    return Reach(
        covering,
        tuple(condition(dated_when(overlay), names) for _, overlay in covering),
        tuple(None if overlay.when is None else condition(overlay.when, names) for _, overlay in covering),
        expression(start, names, DATE),
        names,
        names.blank(),
        registry.digest(convention),
        questions,
        {id_: question.default for id_, question in questions.items()},
    )


def overlays_in_force(
    reach: Reach, facts: Facts, choices: Mapping[str, str]
) -> tuple[tuple[Laid, ...], tuple[Laid, ...], Mapping[str, int]]:
    """The overlays whose dates hold for the contract year of the case, and those whose condition does, too.

    Beside them, for each item that an overlay changes or could change, the bits that decided it.
    """
    if not reach.covering:
        return (), (), {}
    slots, given = reach.names.filled(reach.blank, facts, choices)
    slots[reach.names.items[YEAR_START]] = reach.start(slots)
    reached, laid = [], []
    behind: dict[str, int] = {}
    for (later, overlay), dated, gate in zip(reach.covering, reach.dated, reach.gates, strict=True):
        if not dated(slots)[0]:
            continue
        reached.append((later, overlay))
        holds, used, missing = (True, 0, 0) if gate is None else gate(slots)
        if holds:
            laid.append((later, overlay))
            used |= 1 << reach.names.facts[SIGNATURE]
        elif holds is None and not missing:  # for want of an event that did not come, whatever the facts are
            used &= ~given
        for id_ in (*overlay.replace, *overlay.add_derogations):
            behind[id_] = behind.get(id_, 0) | used
    return tuple(reached), tuple(laid), behind
