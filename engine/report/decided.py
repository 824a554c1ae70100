"""Decided cases as every format tells them: a decision comes in, the same goes out with what it leaves open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from engine.evaluation.decision import Decision
from engine.evaluation.session import Session
from engine.inquiry.readings import Reading, readings_of_case, readings_on
from engine.inquiry.suppositions import Supposed, resting, supposed_of_case
from engine.policy.registry import Outside
from engine.records import dataclass
from engine.report.remarks import eligibility_criteria, tone_of

if TYPE_CHECKING:
    from engine.inquiry.possible import Outlook
    from engine.inquiry.sensitivity import Sensitivity


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision under its title, with the readings that matter, and what several would change where that was asked."""

    title: str
    decision: Decision
    readings: Sequence[Reading] = ()
    supposed: Sequence[Supposed] = ()
    sensitivity: Sensitivity | None = None
    outlooks: Sequence[Outlook] | None = None


def told_case(session: Session, decision: Decision, title: str, chosen: Mapping[str, str]) -> Decided:
    """A decision that was made with ``chosen``, with the readings, rights and assumptions that matter to it."""
    supposed = supposed_of_case(session, decision, chosen)
    readings = readings_of_case(session, decision, chosen)
    return Decided(title=title, decision=resting(decision, supposed), readings=readings, supposed=supposed)


def of_the_verdict(decision: Decision, readings: Sequence[Reading]) -> list[Reading]:
    """The readings that change the verdict or what it asks about, with that change alone: what a refusal shows."""
    shown = {decision.headline.verdict or "", *(result.id for result in eligibility_criteria(decision))}
    return list(readings_on(readings, shown))


def unsaid_ids(case: Decided) -> dict[str, tuple[str, ...]]:
    """The readings on which the verdict or another result depends, the rights and assumptions; of a refusal less."""
    refused, headline = tone_of(case.decision) == "bad", case.decision.headline
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
