"""Cases as every format tells them: decided, with what that leaves open, or without rules; and as rows of CSV."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from engine.escaping import in_cell
from engine.evaluation.decision import Decision, Result, left_values
from engine.evaluation.session import YEARS_SHOWN, Session
from engine.inquiry.readings import Reading, readings_of_case, readings_on
from engine.inquiry.suppositions import Supposed, by_kind, resting, supposed_of_case
from engine.language.expressions import FactRef, Unpublished, find
from engine.language.facts import BENEFICIARY, SIGNATURE, YEAR
from engine.policy.model import CONSISTENCY, UNMET, WARNED, Convention
from engine.policy.overlays import laid_items
from engine.policy.registry import Outside, Registry
from engine.records import dataclass
from engine.report.formats import rows_csv
from engine.report.reasons import why
from engine.report.say import Say
from engine.report.values import to_json

if TYPE_CHECKING:
    from engine.inquiry.questions import Outlook
    from engine.inquiry.sensitivity import Sensitivity

READ = "facts that a text reads"  # what a session keeps of the cases before


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision under its title, with the readings that matter, and what several would change where that was asked.

    ``unread`` are the facts of the case that its text does not read, ``read_by`` a text of that day which reads them
    all, of another beneficiary.
    """

    title: str
    decision: Decision
    readings: Sequence[Reading] = ()
    supposed: Sequence[Supposed] = ()
    sensitivity: Sensitivity | None = None
    outlooks: Sequence[Outlook] | None = None
    unread: Sequence[str] = ()
    read_by: Convention | None = None


def told_case(session: Session, decision: Decision, title: str = "") -> Decided:
    """A decision with the readings, rights and assumptions that matter to it."""
    supposed = supposed_of_case(session, decision)
    readings = readings_of_case(session, decision)
    told, unread = resting(decision, supposed), tuple(_unread(session, decision))
    read_by = _reader(session, decision, frozenset(unread)) if unread else None
    return Decided(title=title, decision=told, readings=readings, supposed=supposed, unread=unread, read_by=read_by)


def _reader(session: Session, decision: Decision, unread: frozenset[str]) -> Convention | None:
    """The text that reads all these facts on the day of signature, for who signs is the usual where nobody is named."""
    signed, usual = decision.facts[SIGNATURE], session.registry.vocabulary.beneficiary
    assert isinstance(signed, dt.date)
    for text in session.registry.in_time if decision.convention.beneficiary == usual else ():
        other = text.beneficiary != usual and text.covers(signed)
        if other and unread <= {ref.name for ref in find(FactRef, *text.items.values())}:
            return text
    return None


def _unread(session: Session, decision: Decision) -> Iterator[str]:
    """The facts of a case that its text reads in no year, nor any later text for its contracts."""
    registry, text, signed = session.registry, decision.convention, decision.facts[SIGNATURE]
    assert isinstance(signed, dt.date)
    met: set[str] = session.kernels.setdefault((READ, text.id), {BENEFICIARY, SIGNATURE, YEAR})
    if decision.facts.keys() <= met:
        return  # as in the cases before
    plan = session.settled(dict(decision.facts), decision.chosen, text.id).program.plan
    met.update(*(step.reads.facts + step.reads.supplied for step in plan.steps if step.item.severity is None))
    if decision.facts.keys() <= met:
        return  # mostly, and the rest is a walk through all rules
    known = met | facts_read(registry, text, signed)
    yield from (name for name in decision.facts if name not in known)


def facts_read(registry: Registry, text: Convention, signed: dt.date) -> set[str]:
    """The facts that a text reads in some year of contracts signed that day, or a later text for these."""
    covering = registry.covering(text)
    every = (*text.items.values(), *laid_items(text, covering).values())
    items = [item for item in every if item.severity is None]  # a consistency decides nothing
    roots = (*(overlay.when for _, overlay in covering), *items, *registry.suppositions(text, signed))
    supplied = (ref.name for node in find(Unpublished, *roots) for ref in node.supplied_by)
    return {BENEFICIARY, SIGNATURE, YEAR, *(ref.name for ref in find(FactRef, *roots)), *supplied}


def of_the_verdict(decision: Decision, readings: Sequence[Reading]) -> list[Reading]:
    """The readings that change the verdict or what it asks about, with that change alone: what a refusal shows."""
    shown = {decision.headline.verdict or "", *(result.id for result in decision.verdict_criteria)}
    return list(readings_on(readings, shown))


def of_what_is_shown(case: Decided) -> Sequence[Reading]:
    """The readings that change what the page shows of the decision."""
    decision, readings = case.decision, case.readings
    if decision.refused:
        return of_the_verdict(decision, readings)
    if not decision.closed:
        return readings
    places = {each.place.id for reading in readings for effects in reading.others.values() for each in effects}
    return list(readings_on(readings, places - {*decision.headline.others}))


def unsaid_ids(case: Decided) -> dict[str, tuple[str, ...]]:
    """The readings on which the verdict or another result depends, the rights and assumptions; of a refusal less."""
    refused, headline = case.decision.refused, case.decision.headline
    stated = {headline.verdict or ""} if refused else {*headline.ids}
    readings = tuple(reading.question.id for reading in readings_on(case.readings, stated))
    supposed = by_kind(() if refused else case.supposed).items()
    return {"readings": readings, **{kind: tuple(each.supposition.id for each in found) for kind, found in supposed}}


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


def decisions_csv(cases: Iterable[Decided | Undecided], say: Say) -> str:
    """One row a case under item ids: amounts in euros, ``undetermined`` written out, beside it the reason.

    ``ID.1`` to ``ID.5`` hold the most that each contract year pays, where the case has no year of its own;
    of a refused case the verdict alone is told. What heads a page stands in columns of ids, named as in a batch;
    a case outside the texts has the id of what is known of it.
    """
    return rows_csv([_row(case, say) for case in cases])


def _row(case: Decided | Undecided, say: Say) -> dict[str, Any]:
    if isinstance(case, Undecided):
        return {"case": in_cell(case.title), "convention": case.outside.window.id}
    decision = case.decision
    row: dict[str, Any] = {"case": in_cell(case.title), "convention": decision.convention.id, "digest": decision.digest}
    row |= remark_cells(decision)
    maximum, refused = decision.headline.maximum, decision.refused
    for id_ in decision.headline.ids:
        if refused and id_ != decision.headline.verdict:
            row[id_] = ""  # no amount of a refused case
        elif decision.years and id_ == maximum:
            amounts = {line.year: csv_cell(line.amount) for line in decision.years}
            row |= {f"{id_}.{year}": amounts.get(year, "") for year in YEARS_SHOWN}
        else:
            row |= result_cells(decision.results[id_], decision, say)
    row |= {"missing": " ".join(decision.missing), "can_be": "" if refused else " ".join(left_values(decision))}
    return row | {name: " ".join(ids) for name, ids in unsaid_ids(case).items()}


def remark_cells(decision: Decision) -> dict[str, str]:
    """The facts that do not agree, the duties that were not met and the results that the rules warn of, by ids."""
    return {
        CONSISTENCY: " ".join(doubt.result.id for doubt in decision.doubts),
        UNMET: " ".join(line.id for line in decision.obligations if line.status == UNMET),
        WARNED: " ".join(sorted(id_ for id_, each in decision.results.items() if each.warnings)),
    }


def result_cells(result: Result, decision: Decision, say: Say) -> dict[str, Any]:
    """A result under its id, and beside it why it is open or does not apply."""
    reason = "" if result.status == "known" else in_cell(why(result, decision, say))
    return {result.id: csv_cell(result), f"{result.id}.why": reason}


def csv_cell(result: Result) -> Any:
    if result.status == "known":
        return to_json(result.value, result.type)
    return "" if result.status == "not_applicable" else "undetermined"
