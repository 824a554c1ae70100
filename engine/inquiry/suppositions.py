"""Rights and assumptions of a case: a decided case or life comes in, what it leaves unsaid and would change goes out.

Each supposition of the policies is tried alone, with the first of its values that changes a result on the page.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from engine.errors import InputFault, Location
from engine.evaluation.closures import condition, expression
from engine.evaluation.decision import Decision, Result
from engine.evaluation.dossier import Dossier, Event
from engine.evaluation.session import Session
from engine.evaluation.timeline import Timeline, timeline
from engine.inquiry.life_readings import shown_in_life
from engine.inquiry.readings import Effect, Place, Seen, effects, shown_in_case
from engine.language.events import event_types
from engine.language.facts import SIGNATURE
from engine.language.values import Absent, Scalar
from engine.policy.model import ASSUMED
from engine.policy.reading import load_schema
from engine.policy.suppositions import ASSUMPTION, Supposition
from engine.records import dataclass

RESULT = "result"


@dataclass(frozen=True, slots=True)
class Supposed:
    """A supposition with the value supposed, and what it would change; ``dated`` where that is the first value."""

    supposition: Supposition
    value: Scalar
    effects: tuple[Effect, ...]
    dated: bool

    @property
    def assumption(self) -> bool:
        return self.supposition.kind == ASSUMPTION


def supposed_of_case(session: Session, decision: Decision, chosen: Mapping[str, str]) -> tuple[Supposed, ...]:
    """What a case leaves unsaid and would change what its page shows, in the order of the policies."""
    convention, facts = decision.convention, dict(decision.facts)
    before = functools.cache(lambda: dict(shown_in_case(decision)))

    def seen(name: str, value: Scalar) -> Mapping[Place, Seen]:
        other = session.decide({**facts, name: value}, convention.id, chosen, decision.as_of)
        return dict(shown_in_case(other))

    return tuple(_supposed(session, decision, chosen, before, seen))


def resting(decision: Decision, supposed: Sequence[Supposed], year: int = 0) -> Decision:
    """The decision with the confidence of what rests on an assumption: another one would have changed it."""
    places = {(e.place.id, e.place.year) for each in supposed if each.assumption for e in each.effects}
    ids = [id_ for id_ in decision.results if (id_, year) in places]
    if not places:
        return decision
    return replace(
        decision,
        results={**decision.results, **{id_: _resting(decision.results[id_]) for id_ in ids}},
        payments=tuple(replace(p, result=_resting(p.result)) if p.result.id in ids else p for p in decision.payments),
        years=tuple(
            replace(line, amount=_resting(line.amount)) if (line.amount.id, line.year) in places else line
            for line in decision.years
        ),
    )


def _resting(result: Result) -> Result:
    return replace(result, confidence=ASSUMED)


def supposed_of_life(session: Session, life: Timeline, chosen: Mapping[str, str]) -> tuple[Supposed, ...]:
    """As :func:`supposed_of_case` for a life, year by year: an amendment is an event of its day."""
    before = functools.cache(lambda: dict(shown_in_life(life)))
    convention = life.rows[0].decision.convention.id

    def seen(name: str, value: Scalar) -> Mapping[Place, Seen]:
        other = timeline(session, with_event(life.dossier, name, value), convention, chosen, life.as_of)
        return dict(shown_in_life(other))

    found: dict[str, Supposed] = {}
    for row in life.rows:
        for each in _supposed(session, row.decision, chosen, before, seen):
            found.setdefault(each.supposition.id, each)
    return tuple(found.values())


def life_resting(life: Timeline, supposed: Sequence[Supposed]) -> Timeline:
    """As :func:`resting`, for each year of a life."""
    rows = tuple(replace(row, decision=resting(row.decision, supposed, row.year)) for row in life.rows)
    return replace(life, rows=rows)


def with_event(dossier: Dossier, name: str, value: Scalar) -> Dossier:
    """A dossier in which something more happened, or was so from the beginning where no amendment says it."""
    types = event_types(load_schema("dossier")[0]).values()
    type_ = next((each for each in types if each.date_fact == name and each.amendment), None)
    if type_ is None or not isinstance(value, dt.date):
        return replace(dossier, facts={**dossier.facts, name: value})
    event = Event(type_, value, None, {name: value}, Location(name))
    return replace(dossier, events=tuple(sorted((*dossier.events, event), key=lambda each: each.day)))


def _supposed(
    session: Session,
    decision: Decision,
    chosen: Mapping[str, str],
    before: Callable[[], Mapping[Place, Seen]],
    seen: Callable[[str, Scalar], Mapping[Place, Seen]],
) -> Iterator[Supposed]:
    signed = decision.facts[SIGNATURE]
    assert isinstance(signed, dt.date)
    asked = session.registry.suppositions(decision.convention, signed)
    unsaid = [each for each in asked if each.fact.name not in decision.facts]
    if not unsaid:
        return
    case = session.settled(dict(decision.facts), chosen, decision.convention.id)
    names, slots = case.program.names, case.run().slots
    for each in unsaid:
        if each.when is not None and not condition(each.when, names)(slots)[0]:
            continue
        wanted = session.registry.vocabulary.facts[each.fact.name].type
        for number, node in enumerate(each.be):
            value = expression(node, names, wanted)(slots)[0]
            if isinstance(value, Absent):
                continue
            try:
                changed = tuple(e for e in effects(before(), seen(each.fact.name, value)) if e.place.kind == RESULT)
            except InputFault:
                continue  # the value contradicts another fact of the case
            if changed:
                yield Supposed(each, value, changed, number == 0)
                break
