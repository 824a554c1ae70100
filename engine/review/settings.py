"""Where a search may start: a surveyed convention comes in, facts to start from under each set of overlays go out."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.evaluation.facts import Facts
from engine.evaluation.plan import Key
from engine.evaluation.session import Session
from engine.language.expressions import FactRef, walk
from engine.language.facts import BENEFICIARY, SIGNATURE, YEAR
from engine.language.values import UNDETERMINED, Absent, Value
from engine.policy.model import Convention
from engine.policy.overlays import Laid
from engine.review.classes import Survey, fact_classes
from engine.review.ordinary import DAY, fact_range, signature_day

# Starts that are kept under one set of overlays, and facts of overlays that are both stated and left out.
MAX_STARTS = 12
MAX_GATES = 4


@dataclass(frozen=True, slots=True)
class Setting:
    """A set of overlays, and the facts of cases under it to start from."""

    overlays: tuple[Laid, ...]
    starts: tuple[Facts, ...]


def settings(
    session: Session, survey: Survey, choices: Mapping[str, str], wanted: Mapping[str, tuple[Value, ...]]
) -> tuple[Setting, ...]:
    """The sets of overlays that contracts of the surveyed convention may have, first the one of a plain contract.

    Facts that are ``wanted`` are in every start.
    """
    convention = survey.program.plan.convention
    found: dict[Key, tuple[tuple[Laid, ...], list[Facts]]] = {}
    for facts in _starts(session, survey, wanted):
        settled = session.settled(facts, choices, convention.id)
        _, starts = found.setdefault(settled.key, (settled.laid, []))
        starts.append(facts)
    return tuple(Setting(laid, tuple(starts[:MAX_STARTS])) for laid, starts in found.values())


def _starts(session: Session, survey: Survey, wanted: Mapping[str, tuple[Value, ...]]) -> Iterator[Facts]:
    """Cases of a signature, a contract year and the facts that overlays ask for, in their plainest form first."""
    options: dict[str, Sequence[Value]] = {
        name: (UNDETERMINED, survey.ordinary[survey.program.names.facts[name]])
        for name in _gates(session, survey.program.plan.convention)[:MAX_GATES]
    }
    options[SIGNATURE] = _signatures(session, survey)
    options[YEAR] = (UNDETERMINED, *_years(survey))
    options.update({name: wanted[name] for name in options if name in wanted})
    for values in itertools.product(*options.values()):
        stated = {name: value for name, value in zip(options, values, strict=True) if not isinstance(value, Absent)}
        if SIGNATURE in stated:
            yield {BENEFICIARY: survey.program.plan.convention.beneficiary, **stated}


def _years(survey: Survey) -> list[int]:
    """One contract year of each class that some item tells apart."""
    return sorted(value for value in fact_classes(survey, survey.steps).get(YEAR, ()) if isinstance(value, int))


def _gates(session: Session, convention: Convention) -> list[str]:
    """The facts that overlays of later conventions ask for: absence-as-answer facts, which are numbers or dates."""
    conditions = (overlay.when for _, overlay in session.registry.covering(convention) if overlay.when is not None)
    return list(dict.fromkeys(n.name for when in conditions for n in walk(when) if isinstance(n, FactRef)))


def _signatures(session: Session, survey: Survey) -> list[dt.date]:
    """An ordinary day, the ends of the convention's window, and both sides of the edges of overlays in it."""
    convention = survey.program.plan.convention
    low, high = fact_range(survey.program, SIGNATURE)
    days: list[dt.date] = [signature_day(convention), low]
    if convention.signed_before is not None:
        days.append(high)
    for _, overlay in session.registry.covering(convention):
        edges = [edge for edge in (overlay.signed_from, overlay.signed_before) if edge is not None]
        days.extend(day for edge in edges for day in (edge - DAY, edge) if low <= day <= high)
    return list(dict.fromkeys(days))
