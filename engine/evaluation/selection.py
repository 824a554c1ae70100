"""Chooses the overlays of a case: a convention and the facts come in, the overlays in force and why go out.

The stage before is :mod:`engine.policy.registry`, which picks the convention; the stage after is the plan.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from engine.evaluation.closures import condition, expression
from engine.evaluation.facts import Facts, signed_on, year_of
from engine.evaluation.slots import Answer, Closure, Names
from engine.language.facts import SIGNATURE, YEAR
from engine.language.types import DATE
from engine.language.values import UNDETERMINED, add_months
from engine.policy.model import YEAR_START, Convention, Interpretation
from engine.policy.overlays import Laid, open_questions, reaches
from engine.policy.registry import Registry
from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class Reach:
    """What a convention needs to find the overlays of a case: who covers it, and when a contract year starts.

    Facts and interpretations have the slots that they have in every program of the convention.
    """

    covering: tuple[Laid, ...]
    gates: tuple[Closure | None, ...]
    years_from: Closure
    names: Names
    blank: tuple[Answer, ...]
    digest: str
    questions: Mapping[str, Interpretation]
    defaults: Mapping[str, str]


def reach_of(registry: Registry, convention: Convention) -> Reach:
    """The overlays that may ever change a contract of ``convention``, compiled once."""
    covering = registry.covering(convention)
    questions = open_questions(convention, covering)
    names = Names.of(registry.vocabulary, questions, {YEAR_START: DATE})
    return Reach(
        covering,
        tuple(None if overlay.when is None else condition(overlay.when, names) for _, overlay in covering),
        expression(convention.years_from, names, DATE),
        names,
        names.blank(),
        registry.digest(convention),
        questions,
        {id_: question.default for id_, question in questions.items()},
    )


def overlays_in_force(
    reach: Reach, facts: Facts, choices: Mapping[str, str]
) -> tuple[tuple[Laid, ...], Mapping[str, int]]:
    """The overlays whose dates and condition hold for the contract year of the case.

    Beside them, for each item that an overlay changes or could change, the bits that decided it.
    """
    if not reach.covering:
        return (), {}
    slots, _ = reach.names.filled(reach.blank, facts, choices)
    signature, year = signed_on(facts), year_of(facts)
    first, counted, _ = reach.years_from(slots)
    start = add_months(first, 12 * (year - 1)) if year is not None and isinstance(first, dt.date) else None
    slots[reach.names.items[YEAR_START]] = (start or UNDETERMINED, counted | 1 << reach.names.facts[YEAR], 0)
    laid = []
    behind: dict[str, int] = {}
    for (later, overlay), gate in zip(reach.covering, reach.gates, strict=True):
        if not reaches(overlay, signature, year, start):
            continue
        holds, used, _ = (True, 0, 0) if gate is None else gate(slots)
        if holds:
            laid.append((later, overlay))
            used |= 1 << reach.names.facts[SIGNATURE]
        for id_ in (*overlay.replace, *overlay.add_derogations):
            behind[id_] = behind.get(id_, 0) | used
    return tuple(laid), behind
