"""Readings that matter to a life: a timeline comes in, each open question whose answer shows on its page goes out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

from engine.evaluation.facts import Facts
from engine.evaluation.life import lived
from engine.evaluation.session import Session
from engine.evaluation.timeline import Timeline, timeline
from engine.inquiry.dependence import Dependences
from engine.inquiry.readings import Glimpse, Place, Reading, Seen, duties, readings, warnings
from engine.policy.model import YEAR_START
from engine.policy.overlays import named_items


def readings_of_life(session: Session, life: Timeline, chosen: Mapping[str, str]) -> tuple[Reading, ...]:
    """The readings that matter to the life of a contract, which was followed with ``chosen``."""
    convention, headline = life.rows[0].decision.convention, life.rows[0].decision.headline
    dependences, choices = Dependences(session, convention), session.choices(convention, chosen)
    whole = lived(session, life.dossier, convention.id, chosen)
    counting = {event.type.criterion for event in life.dossier.events if event.type.criterion is not None}
    told = {place.id for place, _ in shown_in_life(life)} | {YEAR_START, *headline.life.ids}
    ids = (*told, *filter(None, (headline.life.term,)))
    last = life.rows[-1].year + 1  # a year more, which could follow
    facts: list[tuple[Facts, dt.date | None]] = [(whole.known_facts(year), None) for year in range(1, last + 1)]
    facts += [(dict(row.decision.facts), None) for row in life.rows]
    facts += [(whole.known_facts(row.year, life.as_of), life.as_of) for row in life.rows]
    cases, moving = [], set()
    for each, day in facts:
        run, dependence = dependences.of(each, choices)
        found = dependence.found(run) if counting else {}
        moving |= {id_ for criterion in counting for id_ in found.get(criterion, ())}
        cases.append(Glimpse(each, ids, dependence.shown(run, ids), day))

    def seen(other: Mapping[str, str]) -> Mapping[Place, Seen]:
        return dict(shown_in_life(timeline(session, life.dossier, convention.id, other, life.as_of)))

    return readings(session, convention, choices, cases, dict(shown_in_life(life)), seen, moving)


def shown_in_life(life: Timeline) -> Iterator[tuple[Place, Seen]]:
    """What the page of a life shows: the verdict of its first year, then each year's results and payments."""
    for row in life.rows:
        headline, results = row.decision.headline, row.decision.results
        if row is life.rows[0] and row.decision.verdict is not None:
            yield Place("result", row.decision.verdict.id), row.decision.verdict
            criteria = row.decision.convention.items.get(headline.verdict or "")
            for id_ in () if criteria is None else named_items(criteria):
                yield Place("result", id_), results[id_]
        for id_ in headline.ids:
            if id_ != headline.verdict:
                yield Place("result", id_, row.year), results[id_]
        for line in row.decision.payments:
            yield Place("payment", line.result.id, row.year), line
    for result in life.ending:
        yield Place("result", result.id), result
    yield from duties(life.obligations)
    yield from warnings(row.decision for row in life.rows)
