"""What matters to a life: a timeline comes in; open questions, rights and assumptions that its page shows go out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from engine.errors import Location
from engine.evaluation.dossier import Dossier, Event
from engine.evaluation.facts import Facts
from engine.evaluation.life import lived
from engine.evaluation.session import Session
from engine.evaluation.timeline import Timeline, timeline
from engine.inquiry.dependence import run_of
from engine.inquiry.readings import Glimpse, PagePlace, Reading, Seen, SeenPage, readings, shown_duties, shown_warnings
from engine.inquiry.suppositions import Supposed, resting, supposed_by
from engine.language.facts import event_types
from engine.language.values import Scalar
from engine.policy.model import YEAR_START
from engine.policy.reading import load_schema


def readings_of_life(session: Session, life: Timeline) -> tuple[Reading, ...]:
    """The readings that matter to the life of a contract."""
    first = life.rows[0].decision
    convention, headline = first.convention, first.headline
    choices = session.choices(convention, first.chosen)
    whole = lived(session, life.dossier, convention.id, first.chosen)
    counting = {event.type.criterion for event in life.dossier.events if event.type.criterion is not None}
    told = {place.id for place, _ in shown_in_life(life)} | {YEAR_START, *headline.life.ids}
    ids = (*told, *filter(None, (headline.life.term,)))
    last = life.rows[-1].year + 1  # a year more, which could follow
    facts: list[tuple[Facts, dt.date | None]] = [(whole.known_facts(year), None) for year in range(1, last + 1)]
    facts += [(dict(row.decision.facts), None) for row in life.rows]
    facts += [(whole.known_facts(row.year, life.as_of), life.as_of) for row in life.rows]
    apart = {(frozenset(each.items()), day): (each, day) for each, day in facts}
    cases, moving = [], set[str]()
    for each, day in apart.values():
        _, run, dependence = run_of(session, convention, each, choices)
        moving = moving.union(*dependence.found(run, counting).values())
        cases.append(Glimpse(each, ids, dependence.shown(run, ids), day))

    def seen(other: Mapping[str, str]) -> SeenPage:
        return dict(shown_in_life(timeline(session, life.dossier, convention.id, other, life.as_of)))

    return readings(session, convention, choices, cases, dict(shown_in_life(life)), seen, moving)


def shown_in_life(life: Timeline) -> Iterator[tuple[PagePlace, Seen]]:
    """What the page of a life shows: the verdict of its first year, then each year's results and payments."""
    for row in life.rows:
        headline, results = row.decision.headline, row.decision.results
        if row is life.rows[0] and row.decision.verdict is not None:
            yield PagePlace("result", row.decision.verdict.id), row.decision.verdict
            yield from ((PagePlace("result", id_), results[id_]) for id_ in row.decision.criteria)
        for id_ in headline.ids:
            if id_ != headline.verdict:
                yield PagePlace("result", id_, row.year), results[id_]
        for line in row.decision.payments:
            yield PagePlace("payment", line.result.id, row.year), line
    for result in life.ending:
        yield PagePlace("result", result.id), result
    yield from shown_duties(life.obligations)
    yield from shown_warnings(row.decision for row in life.rows)


def supposed_of_life(session: Session, life: Timeline) -> tuple[Supposed, ...]:
    """As :func:`supposed_of_case` for a life, year by year: an amendment is an event of its day.

    One that changes more than its day is supposed at the end of the year under way, where a day says which that is.
    What two suppositions say of one day, one for the year of a case and one for the next, is told once.
    """
    convention, chosen = life.rows[0].decision.convention.id, life.rows[0].decision.chosen
    day, dated = life.as_of, ((row, row.start, row.end) for row in life.rows)
    now = next((row for row, start, end in dated if start and end and day and start <= day < end), None)
    told = {name for event in life.dossier.events for name in event.facts}

    def seen(more: Facts, following: bool) -> SeenPage:
        until = now.end if following and now else None
        if len(more) > 1 and now is not None and now.end is not None:
            more = {name: now.end if isinstance(value, dt.date) else value for name, value in more.items()}
        dossier = told_otherwise(life.dossier, more.items())
        same = not more and until is None
        return dict(shown_in_life(life if same else timeline(session, dossier, convention, chosen, day, until)))

    found: dict[str, Supposed] = {}
    for row in life.rows:
        for each in supposed_by(session, row.decision, seen, day, row is now, told):
            if all((one.supposition.fact, one.value) != (each.supposition.fact, each.value) for one in found.values()):
                found.setdefault(each.supposition.id, each)
    return tuple(found.values())


def life_resting(life: Timeline, supposed: Sequence[Supposed]) -> Timeline:
    """As :func:`resting`, for each year of a life."""
    rows = tuple(replace(row, decision=resting(row.decision, supposed, row.year)) for row in life.rows)
    return replace(life, rows=rows)


def told_otherwise(dossier: Dossier, more: Iterable[tuple[str, Scalar]]) -> Dossier:
    """A dossier that also states some facts."""
    facts, types = dict(more), event_types(load_schema("dossier")).values()
    for type_ in (each for each in types if each.amendment and each.date_fact in facts):
        name, day = str(type_.date_fact), facts.pop(str(type_.date_fact))
        if isinstance(day, dt.date):
            own = {name: day, **{other: facts.pop(other) for other in type_.facts if other in facts}}
            events = sorted((*dossier.events, Event(type_, day, None, own, Location(name))), key=lambda each: each.day)
            dossier = replace(dossier, events=tuple(events))
    return replace(dossier, facts={**dossier.facts, **facts})
