"""What to ask of other readings: a decided case or a life comes in, an inquiry into its results goes out.

What each result could depend on is told by :mod:`.dependence`, so that no combination is decided that changes nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace

from engine.evaluation.decision import Decision, Result
from engine.evaluation.facts import Facts
from engine.evaluation.life import lived
from engine.evaluation.session import YEARS_SHOWN, Session
from engine.evaluation.timeline import Timeline
from engine.inquiry.dependence import Dependences
from engine.inquiry.life_readings import told_otherwise
from engine.inquiry.sensitivity import Answer, Choices, Inquiry, Subject
from engine.inquiry.suppositions import Supposed
from engine.language.facts import YEAR
from engine.policy.model import Convention, Interpretation

TAKEN, OTHER = "taken", "other"  # what is assumed, and what could be so instead


def _questions(
    session: Session, convention: Convention, supposed: Sequence[Supposed]
) -> tuple[dict[str, Interpretation], dict[str, Supposed]]:
    """The open questions of a contract, then its assumptions as questions of their own, which come second."""
    assumed = {each.supposition.id: each for each in supposed if each.assumption}
    asked = {
        id_: Interpretation(id_, s.label, {TAKEN: s.label, OTHER: s.label}, TAKEN, s.cite, s.at)
        for id_, s in ((id_, each.supposition) for id_, each in assumed.items())
    }
    return {**session.questions(convention), **asked}, assumed


def _read(choices: Choices, assumed: Mapping[str, Supposed]) -> tuple[Choices, Facts]:
    """The readings among ``choices``, and the facts that stand in the place of what was assumed."""
    others = [each for id_, each in assumed.items() if choices.get(id_) == OTHER]
    readings = {id_: choice for id_, choice in choices.items() if id_ not in assumed}
    return readings, {each.supposition.fact.name: each.value for each in others}


Under = Callable[[Choices, Facts], Iterator[tuple[int, Facts, Sequence[str]]]]


def _inquiry(
    session: Session,
    asked: Decision,
    under: Under,
    fixed: Choices,
    supposed: Sequence[Supposed],
    *,
    counting: Sequence[str] = (),
    minor: frozenset[str] = frozenset(),
) -> Inquiry:
    """An inquiry about a contract, of which ``asked`` is one decision.

    ``under`` some readings, and facts in the place of what was assumed, it gives the years, 0 for the whole, with the
    facts of each and the items asked about. Any answer could depend on the criteria ``counting``, and on what is
    assumed.
    """
    convention = asked.convention
    questions, assumed = _questions(session, convention, supposed)
    dependences = Dependences(session, convention)

    def decide(choices: Choices, wanted: Collection[Subject] | None) -> Mapping[Subject, Answer]:
        readings, instead = _read(choices, assumed)
        found: dict[Subject, Answer] = {}
        years = None if wanted is None else {subject.year for subject in wanted}
        for year, facts, ids in under(readings, instead):
            if years is not None and year not in years:
                continue
            case, run, dependence = dependences.of(facts, readings)
            answers, depends = case.decided(run).answers, dependence.found(run, (*ids, *counting))
            beside = frozenset(assumed).union(*(depends[id_] for id_ in counting))
            known = [id_ for id_ in ids if id_ in answers]
            found.update({Subject(id_, year): Answer(answers[id_][0], depends[id_] | beside) for id_ in known})
        return found

    def tell(choices: Choices) -> Mapping[Subject, Result]:
        readings, instead = _read(choices, assumed)
        told: dict[Subject, Result] = {}
        for year, facts, ids in under(readings, instead):
            results = session.decide(facts, convention.id, readings, asked.as_of).results
            told.update({Subject(id_, year): results[id_] for id_ in ids if id_ in results})
        return told

    return Inquiry(decide, tell, questions, fixed, minor, assumed)


def inquiry_of_case(session: Session, decision: Decision, fixed: Choices, supposed: Sequence[Supposed] = ()) -> Inquiry:
    """An inquiry about the fixed results, payments or yearly amounts, and criteria of eligibility of one decision.

    ``fixed`` are the choices that it was decided with and that are not opened; what is ``supposed`` where the case is
    silent is opened, too.
    """
    items, headline, criteria = decision.convention.items, decision.headline, decision.criteria
    of_year = _payments(decision.convention) if YEAR in decision.facts else ()

    def under(readings: Choices, instead: Facts) -> Iterator[tuple[int, Facts, Sequence[str]]]:
        facts = {**decision.facts, **instead}
        yield 0, facts, (*headline.ids, *of_year, *criteria)
        if headline.maximum and headline.maximum in items and YEAR not in facts:
            yield from ((year, {**facts, YEAR: year}, (headline.maximum,)) for year in YEARS_SHOWN)

    return _inquiry(session, decision, under, fixed, supposed, minor=frozenset(criteria))


def inquiry_of_life(session: Session, life: Timeline, fixed: Choices, supposed: Sequence[Supposed] = ()) -> Inquiry:
    """An inquiry about the eligibility and the end of a contract, and each year's fixed results and payments.

    The years are those shown; events count in each as they do under the readings tried.
    """
    first = replace(life.rows[0].decision, as_of=life.as_of)
    convention, headline = first.convention, session.registry.results
    counting = (event.type.criterion for event in life.dossier.events)
    criteria = [id_ for id_ in counting if id_ is not None and id_ in convention.items]
    of_a_year = (*(id_ for id_ in headline.ids if id_ != headline.verdict), *_payments(convention))
    whole = (*filter(None, (headline.verdict,)), *headline.life.ids)
    base = functools.cache(lambda instead: lived(session, told_otherwise(life.dossier, instead), convention.id))

    def under(readings: Choices, instead: Facts) -> Iterator[tuple[int, Facts, Sequence[str]]]:
        read = replace(base(tuple(instead.items())), interpret=readings)
        yield 0, read.known_facts(life.rows[-1].year), whole
        yield from ((row.year, read.facts(row.year)[0], of_a_year) for row in life.rows)

    return _inquiry(session, first, under, fixed, supposed, counting=criteria)


def _payments(convention: Convention) -> tuple[str, ...]:
    return tuple(id_ for id_, item in convention.items.items() if item.kind == "payment")
