"""Decided cases as every format tells them: a decision comes in, the same goes out with what it leaves open."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from engine.evaluation.decision import Decision
from engine.evaluation.session import Session
from engine.inquiry.readings import Reading, readings_of_case, readings_on
from engine.inquiry.suppositions import Supposed, resting, supposed_of_case
from engine.language.expressions import FactRef, Unpublished, find
from engine.language.facts import BENEFICIARY, SIGNATURE, YEAR
from engine.policy.overlays import laid_items
from engine.policy.registry import Outside
from engine.records import dataclass

if TYPE_CHECKING:
    from engine.inquiry.possible import Outlook
    from engine.inquiry.sensitivity import Sensitivity

READ = "facts that a text reads"  # what a session keeps of the cases before


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision under its title, with the readings that matter, and what several would change where that was asked.

    ``unread`` are the facts of the case that its text does not read.
    """

    title: str
    decision: Decision
    readings: Sequence[Reading] = ()
    supposed: Sequence[Supposed] = ()
    sensitivity: Sensitivity | None = None
    outlooks: Sequence[Outlook] | None = None
    unread: Sequence[str] = ()


def told_case(session: Session, decision: Decision, title: str, chosen: Mapping[str, str]) -> Decided:
    """A decision that was made with ``chosen``, with the readings, rights and assumptions that matter to it."""
    supposed = supposed_of_case(session, decision, chosen)
    readings = readings_of_case(session, decision, chosen)
    told, unread = resting(decision, supposed), tuple(_unread(session, decision, chosen))
    return Decided(title=title, decision=told, readings=readings, supposed=supposed, unread=unread)


def _unread(session: Session, decision: Decision, chosen: Mapping[str, str]) -> Iterator[str]:
    """The facts of a case that its text reads in no year, nor any later text for its contracts."""
    registry, text, signed = session.registry, decision.convention, decision.facts[SIGNATURE]
    assert isinstance(signed, dt.date)
    met: set[str] = session.kernels.setdefault((READ, text.id), {BENEFICIARY, SIGNATURE, YEAR})
    if decision.facts.keys() <= met:
        return  # as in the cases before
    plan = session.settled(dict(decision.facts), chosen, text.id).program.plan
    met.update(*(step.reads.facts + step.reads.supplied for step in plan.steps if step.item.severity is None))
    if decision.facts.keys() <= met:
        return  # mostly, and the rest is a walk through all rules
    known = {*met}
    covering = registry.covering(text)
    every = (*text.items.values(), *laid_items(text, covering).values())
    items = [item for item in every if item.severity is None]  # a consistency decides nothing
    roots = (*(overlay.when for _, overlay in covering), *items, *registry.suppositions(text, signed))
    known.update(ref.name for ref in find(FactRef, *roots))
    known.update(ref.name for node in find(Unpublished, *roots) for ref in node.supplied_by)
    yield from (name for name in decision.facts if name not in known)


def of_the_verdict(decision: Decision, readings: Sequence[Reading]) -> list[Reading]:
    """The readings that change the verdict or what it asks about, with that change alone: what a refusal shows."""
    shown = {decision.headline.verdict or "", *(result.id for result in decision.verdict_criteria)}
    return list(readings_on(readings, shown))


def unsaid_ids(case: Decided) -> dict[str, tuple[str, ...]]:
    """The readings on which the verdict or another result depends, the rights and assumptions; of a refusal less."""
    refused, headline = case.decision.refused, case.decision.headline
    stated = {headline.verdict or ""} if refused else {*headline.ids}
    readings = tuple(reading.question.id for reading in readings_on(case.readings, stated))
    rights = tuple(each.supposition.id for each in case.supposed if not each.assumption and not refused)
    assumptions = tuple(each.supposition.id for each in case.supposed if each.assumption and not refused)
    return {"readings": readings, "rights": rights, "assumptions": assumptions}


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """A case outside the texts under its title."""

    title: str
    outside: Outside


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """Decided cases; ``alone`` where one was asked for, ``full`` with duties without a date and titles of sources."""

    cases: Sequence[Decided | Undecided]
    alone: bool = True
    full: bool = False
