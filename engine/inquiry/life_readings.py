"""Readings that matter to a life: a timeline comes in, each open question whose answer shows on its page goes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from engine.evaluation.facts import Facts
from engine.evaluation.life import lived
from engine.evaluation.session import Session
from engine.evaluation.timeline import Timeline, timeline
from engine.inquiry.dependence import Dependences
from engine.inquiry.readings import Place, Reading, Seen, duties, readings, warnings
from engine.policy.overlays import named_items


def readings_of_life(session: Session, life: Timeline, chosen: Mapping[str, str]) -> tuple[Reading, ...]:
    """The readings that matter to the life of a contract, which was followed with ``chosen``."""
    convention = life.rows[0].decision.convention
    dependences, choices = Dependences(session, convention), session.choices(convention, chosen)
    whole = lived(session, life.dossier, convention.id, chosen)
    cases: list[Facts] = [whole.known_facts(row.year) for row in life.rows]
    cases += [dict(row.decision.facts) for row in life.rows]
    told = {place.id for place, _ in _of_life(life)}
    told |= {event.type.criterion for event in life.dossier.events if event.type.criterion is not None}
    open_: set[str] = set()
    for facts in cases:
        run, dependence = dependences.of(facts, choices)
        open_ |= dependence.shown(run, told)

    def seen(other: Mapping[str, str]) -> Mapping[Place, Seen]:
        return dict(_of_life(timeline(session, life.dossier, convention.id, other, life.as_of)))

    return readings(session, convention, choices, open_, dict(_of_life(life)), seen)


def _of_life(life: Timeline) -> Iterator[tuple[Place, Seen]]:
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
