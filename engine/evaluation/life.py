"""Makes the case of each contract year: a dossier and readings come in, the facts that count in a year go out.

Which events count in a year is asked of the contract's rules where they say so, and follows the anniversaries otherwise
(docs/adr/0009).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import field, replace

from engine.evaluation.decision import Decision, Result
from engine.evaluation.dossier import Dossier, Event, with_event
from engine.evaluation.facts import Facts
from engine.evaluation.session import Session
from engine.language.facts import YEAR
from engine.language.values import add_months
from engine.policy.model import YEAR_START
from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class Life:
    """A dossier with the session and the readings under which its years are decided.

    ``first`` is the first day of the first contract year, None where it is not known; ``decided`` and
    ``glanced`` keep what was decided, since years ask the same of their neighbours.
    """

    session: Session
    dossier: Dossier
    convention: str | None
    interpret: Mapping[str, str]
    first: dt.date | None = None
    decided: dict[object, Decision] = field(default_factory=dict, init=False, repr=False, compare=False)
    glanced: dict[object, Mapping[str, Result]] = field(default_factory=dict, init=False, repr=False, compare=False)

    def decide(self, facts: Facts, as_of: dt.date | None = None) -> Decision:
        key = (frozenset(facts.items()), as_of)
        if key not in self.decided:
            self.decided[key] = self.session.decide(facts, self.convention, self.interpret, as_of)
        return self.decided[key]

    def glance(self, facts: Facts) -> Mapping[str, Result]:
        """As :meth:`decide`, what says when years begin, when the contract ends and which events count."""
        key = frozenset(facts.items())
        if (key, None) in self.decided:
            return self.decided[key, None].results
        if key not in self.glanced:
            counting = (event.type.criterion for event in self.dossier.events)
            asked = (YEAR_START, *self.session.registry.results.life.ids, *filter(None, counting))
            self.glanced[key] = self.session.found(asked, facts, self.convention, self.interpret)
        return self.glanced[key]

    def facts(self, year: int) -> tuple[Facts, tuple[Event, ...]]:
        """The facts of a contract year, and the events that count in it."""
        facts: Facts = {**self.dossier.facts, YEAR: year}
        counting = []
        for event in self.dossier.events:
            if event.type.whole:
                facts |= event.facts
        for event in self.dossier.events:
            if event.type.whole or self._counts(event, facts, year):
                counting.append(event)
                facts = with_event(facts, event)
        return facts, tuple(counting)

    def known_facts(self, year: int, as_of: dt.date | None = None) -> Facts:
        """The facts of a year with every event up to ``as_of``, whether it counts in that year or not."""
        facts: Facts = {**self.dossier.facts, YEAR: year}
        for event in self.dossier.events:
            if (as_of is None or event.day <= as_of) and not (event.type.yearly and event.year != year):
                facts = with_event(facts, event)
                end = event.type.until
                if end is not None and as_of is not None and facts.get(end[0], as_of) > as_of:  # type: ignore[operator]
                    del facts[end[0]]
        return facts

    def _counts(self, event: Event, facts: Facts, year: int) -> bool:
        if event.type.yearly:
            return event.year == year
        if event.type.criterion is not None:
            criterion = self.glance(with_event(facts, event)).get(event.type.criterion)
            if criterion is not None:
                return criterion.verdict == "met"
        start = self.start(year)
        return start is not None and event.day <= start

    def start(self, year: int) -> dt.date | None:
        """The first day of a contract year: anniversaries count from the original date."""
        return None if self.first is None else add_months(self.first, 12 * (year - 1))


def lived(
    session: Session, dossier: Dossier, convention: str | None = None, interpret: Mapping[str, str] | None = None
) -> Life:
    """The life of a dossier under given readings; raises as :meth:`Session.decide`."""
    life = Life(session, dossier, convention, interpret or {})
    return replace(life, first=day_in(life.glance(life.known_facts(1)), YEAR_START))


def day_in(results: Mapping[str, Result], id_: str | None) -> dt.date | None:
    """The day that a result is, None where it is not known."""
    result = None if id_ is None else results.get(id_)
    return result.value if result is not None and isinstance(result.value, dt.date) else None
