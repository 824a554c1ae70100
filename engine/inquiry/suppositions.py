"""Rights and assumptions of a case: a decided case comes in, what it leaves unsaid and would change goes out.

Each supposition of the policies is tried alone, with the first of its values that changes a result on the page.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from engine.errors import InputFault
from engine.evaluation.closures import condition, expression
from engine.evaluation.decision import Decision, Result
from engine.evaluation.facts import Facts, signed_on
from engine.evaluation.session import Session, Settled
from engine.evaluation.slots import Answer
from engine.inquiry.readings import PageChange, SeenPage, changes_on, page_changes, shown_in_case
from engine.language.expressions import Expression
from engine.language.facts import YEAR, event_types
from engine.language.values import Absent, Scalar
from engine.policy.model import ASSUMED
from engine.policy.reading import load_schema
from engine.policy.results import ASSUMPTION, UNTIL, Supposition
from engine.records import dataclass

RESULT = "result"
Looked = Callable[[Facts, bool], SeenPage]  # what a page shows with some facts more, in its year or the following one


@dataclass(frozen=True, slots=True)
class Supposed:
    """A supposition with the value supposed, and what it would change; ``dated`` where that is the first value.

    ``past`` is a right whose last day was before the day asked about.
    """

    supposition: Supposition
    value: Scalar
    effects: tuple[PageChange, ...]
    dated: bool
    past: bool

    @property
    def assumption(self) -> bool:
        return self.supposition.kind == ASSUMPTION


def by_kind(found: Iterable[Supposed]) -> dict[str, list[Supposed]]:
    """The ``rights`` that are open, then the ``assumptions`` made."""
    kinds, several = {"rights": False, "assumptions": True}, [*found]
    return {kind: [each for each in several if each.assumption is told] for kind, told in kinds.items()}


def supposed_of_case(session: Session, decision: Decision) -> tuple[Supposed, ...]:
    """What a case leaves unsaid and would change what its page shows, in the order of the policies."""

    def seen(more: Facts, following: bool) -> SeenPage:
        """The page, of the following year without what was counted for the year that the case names."""
        facts, year = dict(decision.facts), 0
        if following and isinstance(named := facts.get(YEAR), int):
            yearly = (each for each in event_types(load_schema("dossier")).values() if each.yearly)
            counted, year = {name for each in yearly for name in each.facts}, named + 1
            facts = {name: value for name, value in facts.items() if name not in counted} | {YEAR: year}
        if not more and not year:
            return dict(shown_in_case(decision))
        other = session.decide({**facts, **more}, decision.convention.id, decision.chosen, decision.as_of)
        return dict(shown_in_case(other, year))

    return tuple(supposed_by(session, decision, seen, decision.as_of))


def supposed_on(found: Iterable[Supposed], ids: Container[str], years: Collection[int] = ()) -> Iterator[Supposed]:
    """The rights and assumptions that would change one of these results, with those changes alone."""
    for each in found:
        if kept := changes_on(each.effects, ids, years):
            yield replace(each, effects=kept)


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
    return result._replace(confidence=ASSUMED)


def supposed_by(
    session: Session,
    decision: Decision,
    seen: Looked,
    as_of: dt.date | None,
    changing: bool = True,
    told: Container[str] = (),
) -> Iterator[Supposed]:
    """What a case leaves unsaid and would change; without ``changing``, no amendment that changes more than its day.

    ``told`` are facts that are said of another year.
    """
    asked = session.registry.suppositions(decision.convention, signed_on(decision.facts))
    silent = (each for each in asked if each.fact.name not in decision.facts and each.fact.name not in told)
    unsaid = [each for each in silent if changing or not each.along]
    if not unsaid:
        return
    case = session.settled(dict(decision.facts), decision.chosen, decision.convention.id)
    slots = case.run().slots
    before = functools.cache(functools.partial(seen, {}))
    for each in unsaid:
        if each.when is None or condition(each.when, case.program.names)(slots)[0]:
            along = _known({one.fact.name: one.be for one in each.along}, case, slots)
            for number, node in enumerate(each.be):
                supposed = _known({each.fact.name: node}, case, slots)
                changed = _changed({**supposed, **along}, each.following, before, seen) if supposed else ()
                if changed:
                    value = supposed[each.fact.name]
                    past = each.day == UNTIL and isinstance(value, dt.date) and as_of is not None and value < as_of
                    yield Supposed(each, value, changed, number == 0, past)
                    break


def _changed(more: Facts, following: bool, before: Callable[[bool], SeenPage], seen: Looked) -> tuple[PageChange, ...]:
    """What some facts more change of the results on a page; nothing where they contradict another fact of the case."""
    try:
        after = seen(more, following)
    except InputFault:
        return ()
    return tuple(each for each in page_changes(before(following), after) if each.place.kind == RESULT)


def _known(wanted: Mapping[str, Expression], case: Settled, slots: list[Answer]) -> dict[str, Scalar]:
    """The wanted values of facts, of those that have one in a case."""
    names, facts = case.program.names, case.session.registry.vocabulary.facts
    found = {name: expression(node, names, facts[name].type)(slots)[0] for name, node in wanted.items()}
    return {name: value for name, value in found.items() if not isinstance(value, Absent)}
