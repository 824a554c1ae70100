"""Follows a contract through its life: a dossier comes in, a decision for each contract year and its end go out.

The engine knows days, years, events and overlays only: what an event changes and from when, when the contract ends and
what is owed at the end are items of the policies, named here by their ids.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction

from engine.errors import InputFault, wrong
from engine.evaluation.decision import Decision, ObligationLine, OverlayUse, Result
from engine.evaluation.dossier import Dossier, Event
from engine.evaluation.life import Life, day_in, lived
from engine.evaluation.plan import Step
from engine.evaluation.session import YEARS_SHOWN, Session
from engine.language.expressions import FactRef, find
from engine.language.facts import YEAR
from engine.language.values import add_months
from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class YearChange:
    """A result that is not what it was the year before, and what brought it: events and overlays that now count."""

    before: Result
    after: Result
    events: tuple[Event, ...]
    overlays: tuple[OverlayUse, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class YearRow:
    """One contract year: its decision, what happened in it, and what changed since the year before.

    ``end`` is the first day after it; ``overlays`` are those that change what the year pays or asks; ``counting`` are
    the events that count from this year on.
    """

    year: int
    start: dt.date | None
    end: dt.date | None
    decision: Decision
    overlays: tuple[OverlayUse, ...]
    happened: tuple[Event, ...]
    counting: tuple[Event, ...]
    changes: tuple[YearChange, ...]

    @property
    def last_day(self) -> dt.date | None:
        return None if self.end is None else self.end - dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Total:
    """A sum in euros over the years that are known, and the years that are not."""

    amount: Fraction
    open_years: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """What was paid by a day, in euros, and the payments of the years begun whose day or amount is not known.

    ``due``, ``later`` and ``recover`` are of the years begun: the aid due, payments after the day, what is overpaid,
    None where the text says it of no year told. ``open_later`` are the payments that ``later`` leaves out, or may;
    ``ahead`` the events after the day that count in a year begun.
    """

    amount: Fraction
    open_payments: int
    open_later: int
    ahead: tuple[Event, ...]
    due: Total
    later: Fraction
    recover: Total | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """A contract year by year, its duties on the day asked about, how it ends, and its totals.

    ``last`` decides the last year with every event, whether it counts in a year or not. ``paid`` sums the payments due
    by ``as_of``. ``idle`` are events that count in no year shown; ``unruled`` those of which the rules of the contract
    do not say from when they count, although other conventions do; ``silent`` those of which they say nothing.
    ``renewed`` are the duties that count anew from an event that follows one of its kind.
    """

    dossier: Dossier
    rows: tuple[YearRow, ...]
    obligations: tuple[ObligationLine, ...]
    last: Decision
    maximum: Total
    due: Total
    recover: Total
    paid: Paid | None
    idle: tuple[Event, ...]
    unruled: tuple[Event, ...]
    silent: tuple[Event, ...]
    renewed: Mapping[str, Event]
    as_of: dt.date | None

    @property
    def ending(self) -> tuple[Result, ...]:
        """What is known of the end of the contract."""
        return tuple(self.last.results[id_] for id_ in self.last.headline.life.ids if id_ in self.last.results)


def timeline(
    session: Session,
    dossier: Dossier,
    convention: str | None = None,
    interpret: Mapping[str, str] | None = None,
    as_of: dt.date | None = None,
    until: dt.date | None = None,
) -> Timeline:
    """The life of a contract; ``as_of`` says which day it is, ``convention`` and ``interpret`` are as for a case.

    One that goes on without a term is followed to the year of the last day told, or of ``until``.

    Raises:
        InputFault: no convention on the signature date, figures that judge a year too early, or a policy defect.
        UsageFault: an unknown convention, interpretation or choice.
    """
    life = lived(session, dossier, convention, interpret)
    _refuse_early(life)
    rows = tuple(_rows(life, as_of, until))
    last = life.decide(life.known_facts(rows[-1].year))
    today = life.decide(life.known_facts(_year_of(rows, as_of), as_of), as_of)
    counted = [event for row in rows for event in row.counting]
    read = _facts_read(life, rows)
    silent = tuple(each for each in dossier.events if each.facts and read.isdisjoint(each.facts))
    effective = (each for each in dossier.events if each.facts and not each.type.whole)  # there to change a year
    without = tuple(each for each in dossier.events if each.type.criterion not in (None, *last.results))
    return Timeline(
        dossier=dossier,
        rows=rows,
        obligations=tuple(_within(line, day_in(today.results, today.headline.life.end)) for line in today.obligations),
        last=last,
        maximum=_total(rows, last.headline.maximum),
        due=_total(rows, last.headline.due),
        recover=_total(rows, last.headline.recover),
        paid=_paid(rows, as_of),
        idle=tuple(each for each in effective if each not in (*counted, *silent)),
        unruled=tuple(each for each in without if each not in silent),
        silent=silent,
        renewed=_renewed(life, today),
        as_of=as_of,
    )


def _within(line: ObligationLine, end: dt.date | None) -> ObligationLine:
    """A duty; one whose day came after the end of the contract is not late."""
    over = line.status == "overdue" and end is not None and line.due is not None and line.due > end
    return replace(line, status="not_applicable") if over else line


def _renewed(life: Life, today: Decision) -> dict[str, Event]:
    """The duties that read the day of an event that follows one of its kind, each with the latest such event."""
    follow = {event.type.again for event in life.dossier.events}
    days = {event.type.date_fact: event for event in life.dossier.events if event.type.name in follow}
    applying = {line.id for line in today.obligations if line.status != "not_applicable"}
    items = [step.item for step in _steps(life, today) if step.item.id in applying] if days else []
    read = ((item.id, part.name) for item in items for part in find(FactRef, item))
    return {id_: days[name] for id_, name in read if name in days}


def _steps(life: Life, *decisions: Decision) -> Iterator[Step]:
    """The steps that decided some years, once for each laying of overlays, consistencies apart."""
    settled = (life.session.settled(dict(each.facts), life.interpret, life.convention) for each in decisions)
    programs = {each.key: each for each in settled}
    return (step for each in programs.values() for step in each.program.plan.steps if step.item.severity is None)


def _facts_read(life: Life, rows: tuple[YearRow, ...]) -> frozenset[str]:
    """The facts that the rules of some year read, or the conditions of later texts."""
    covering = life.session.registry.covering(rows[0].decision.convention)
    asked = (ref.name for ref in find(FactRef, *(overlay.when for _, overlay in covering)))
    steps = _steps(life, *(row.decision for row in rows))
    return frozenset((*asked, *(name for each in steps for name in (*each.reads.facts, *each.reads.supplied))))


def _rows(life: Life, *days: dt.date | None) -> Iterator[YearRow]:
    before: YearRow | None = None
    counted: tuple[Event, ...] = ()
    highest = life.session.registry.vocabulary.facts[YEAR].maximum or YEARS_SHOWN[-1]
    for year in range(1, int(highest) + 1):
        if before is not None and not _runs(life, year, days):
            return
        facts, counting = life.facts(year)
        decision = life.decide(facts)
        start, end = life.start(year), _end(life, year)
        happened = tuple(event for event in life.dossier.events if start and end and start <= event.day < end)
        fresh = tuple(event for event in counting if event not in counted)
        laid = tuple(use for use, _ in decision.overlays_shown)
        row = YearRow(
            year=year,
            start=start,
            end=end,
            decision=decision,
            overlays=laid,
            happened=happened,
            counting=fresh,
            changes=_changes(before, decision, laid, fresh),
        )
        counted = (*counted, *fresh)
        before = row
        yield row


def _runs(life: Life, year: int, days: tuple[dt.date | None, ...]) -> bool:
    """Whether a contract year belongs to the contract, with all that the dossier tells."""
    found, ending = life.glance(life.known_facts(year)), life.session.registry.results.life
    start, end = life.start(year), found.get(ending.end or "")
    if start is None or end is None or end.status == "undetermined":
        return year <= YEARS_SHOWN[-1]
    if isinstance(end.value, dt.date):
        return start < end.value
    term = day_in(found, ending.term)
    told = (*days, *(event.day for event in life.dossier.events))
    return (term is not None and start < term) or any(day is not None and start <= day for day in told)


def _changes(
    before: YearRow | None, decision: Decision, laid: tuple[OverlayUse, ...], fresh: tuple[Event, ...]
) -> tuple[YearChange, ...]:
    """What is not as it was the year before, with the events and overlays that the new result rests on."""
    if before is None:
        return ()
    known = {use.id for use in before.overlays}
    later = [use for use in laid if use.id not in known]
    found = []
    for id_ in decision.headline.followed:
        old, new = before.decision.results[id_], decision.results[id_]
        if (old.status, old.value) != (new.status, new.value):
            below = {result.id for result in decision.below(id_)}
            events = tuple(each for each in fresh if not set(each.facts).isdisjoint({*new.facts, *new.missing}))
            found.append(YearChange(old, new, events, tuple(use for use in later if not below.isdisjoint(use.changes))))
    return tuple(found)


def _end(life: Life, year: int) -> dt.date | None:
    """The first day after a contract year."""
    found = life.glance(life.known_facts(year))
    days = (life.start(year + 1), day_in(found, life.session.registry.results.life.end))
    return min((day for day in days if day is not None), default=None)


def _refuse_early(life: Life) -> None:
    """Figures can judge a contract year from the day the year before it began."""
    problems = []
    for event in life.dossier.events:
        start = None if event.year is None else life.start(event.year)
        if start is not None and event.day < (first := add_months(start, -12)):
            told = {"type": event.type.name, "day": event.day, "year": event.year}
            problems.append(wrong(event.at, "event-year-early", start=start, first=first, **told))
    if problems:
        raise InputFault(problems)


def _year_of(rows: tuple[YearRow, ...], as_of: dt.date | None) -> int:
    """The contract year of a day, or the nearest one; the last without a day."""
    begun = [row.year for row in rows if as_of is None or (row.start is not None and row.start <= as_of)]
    return begun[-1] if begun else rows[0].year


def _total(rows: tuple[YearRow, ...], id_: str | None) -> Total:
    results = [(row.year, row.decision.results[id_]) for row in rows if id_ is not None]
    known = [result.number for _, result in results if result.number is not None]
    return Total(sum(known, Fraction(0)), tuple(y for y, r in results if r.status == "undetermined"))


def _paid(rows: tuple[YearRow, ...], as_of: dt.date | None) -> Paid | None:
    """The payments due by a day, as far as they are known."""
    if as_of is None:
        return None
    begun = tuple(row for row in rows if row.start is not None and row.start <= as_of)
    lines = [line for row in begun for line in row.decision.payments]
    past = [line for line in lines if line.due is None or line.due <= as_of]
    known = [line.result.number for line in past if line.due is not None and line.result.number is not None]
    future = [line for line in lines if line.due is None or line.due > as_of]
    later = [line.result.number for line in future if line.due is not None and line.result.number is not None]
    headline = rows[0].decision.headline
    over = [row.decision.stated(headline.recover) for row in rows]
    silent = all(each is None or each.status == "not_applicable" for each in over)
    return Paid(
        amount=sum(known, Fraction(0)),
        open_payments=len(past) - len(known),
        open_later=len(future) - len(later),
        ahead=tuple(event for row in begun for event in row.counting if event.day > as_of),
        due=_total(begun, headline.due),
        later=sum(later, Fraction(0)),
        recover=None if silent else _total(begun, headline.recover),
    )
