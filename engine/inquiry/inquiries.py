"""What to ask of other readings: a decided case or a life comes in, an inquiry into its results goes out.

What each result could depend on is told by :mod:`.dependence`, so that no combination is decided that changes nothing.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
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


def _answers(
    dependences: Dependences, facts: Facts, choices: Choices, ids: Sequence[str], year: int
) -> Iterator[tuple[Subject, Answer]]:
    """The answers of the items ``ids`` that the convention has."""
    ran, dependence = dependences.of(facts, choices)
    depends = dependence.found(ran)
    for id_ in ids:
        if id_ in ran.answers:
            yield Subject(id_, year), Answer(ran.answers[id_][0], depends[id_])


def inquiry_of_case(session: Session, decision: Decision, fixed: Choices, supposed: Sequence[Supposed] = ()) -> Inquiry:
    """An inquiry about the fixed results, payments or yearly amounts, and criteria of eligibility of one decision.

    ``fixed`` are the choices that it was decided with and that are not opened; what is ``supposed`` where the case is
    silent is opened, too.
    """
    convention = decision.convention
    questions, assumed = _questions(session, convention, supposed)
    headline = decision.headline
    criteria = decision.criteria
    wanted = (*headline.ids, *(_payments(convention) if YEAR in decision.facts else ()), *criteria)
    dependences = Dependences(session, convention)

    def decide(choices: Choices) -> Mapping[Subject, Answer]:
        readings, instead = _read(choices, assumed)
        facts = {**decision.facts, **instead}
        found = dict(_answers(dependences, facts, readings, wanted, 0))
        for year in () if YEAR in facts or headline.maximum not in convention.items else YEARS_SHOWN:
            found.update(_answers(dependences, {**facts, YEAR: year}, readings, (headline.maximum or "",), year))
        return _opened(found, assumed)

    def tell(choices: Choices) -> Mapping[Subject, Result]:
        readings, instead = _read(choices, assumed)
        told = session.decide({**decision.facts, **instead}, convention.id, readings, decision.as_of)
        whole = {Subject(id_): told.results[id_] for id_ in wanted if id_ in told.results}
        return whole | {Subject(line.amount.id, line.year): line.amount for line in told.years}

    return Inquiry(decide, tell, questions, fixed, frozenset(criteria), assumed)


def _opened(found: Mapping[Subject, Answer], assumed: Mapping[str, Supposed]) -> Mapping[Subject, Answer]:
    """Any answer could depend on what is assumed."""
    if not assumed:
        return found
    return {subject: Answer(answer.value, answer.depends.union(assumed)) for subject, answer in found.items()}


def inquiry_of_life(session: Session, life: Timeline, fixed: Choices, supposed: Sequence[Supposed] = ()) -> Inquiry:
    """An inquiry about the eligibility and the end of a contract, and each year's fixed results and payments.

    The years are those shown; events count in each as they do under the readings tried.
    """
    convention = life.rows[0].decision.convention
    questions, assumed = _questions(session, convention, supposed)
    dependences = Dependences(session, convention)
    counting = (event.type.criterion for event in life.dossier.events)
    criteria = [id_ for id_ in counting if id_ is not None and id_ in convention.items]
    headline = session.registry.results
    of_a_year = (*(id_ for id_ in headline.ids if id_ != headline.verdict), *_payments(convention))
    whole = (*filter(None, (headline.verdict,)), *headline.life.ids)

    base = functools.cache(lambda instead: lived(session, told_otherwise(life.dossier, instead), convention.id))

    def under(choices: Choices) -> Iterator[tuple[int, Facts, Choices, Sequence[str]]]:
        readings, instead = _read(choices, assumed)
        read = replace(base(tuple(instead.items())), interpret=readings)
        yield 0, read.known_facts(life.rows[-1].year), readings, whole
        for row in life.rows:
            yield row.year, read.facts(row.year)[0], readings, of_a_year

    def decide(choices: Choices) -> Mapping[Subject, Answer]:
        found: dict[Subject, Answer] = {}
        for year, facts, readings, ids in under(choices):
            told = dict(_answers(dependences, facts, readings, (*ids, *criteria), year))
            counting = [told[Subject(id_, year)].depends for id_ in criteria]
            found.update((s, Answer(a.value, a.depends.union(*counting))) for s, a in told.items() if s.item in ids)
        return _opened(found, assumed)

    def tell(choices: Choices) -> Mapping[Subject, Result]:
        told: dict[Subject, Result] = {}
        for year, facts, readings, ids in under(choices):
            results = session.decide(facts, convention.id, readings, life.as_of).results
            told.update({Subject(id_, year): results[id_] for id_ in ids if id_ in results})
        return told

    return Inquiry(decide, tell, questions, fixed, assumed=assumed)


def _payments(convention: Convention) -> tuple[str, ...]:
    return tuple(id_ for id_, item in convention.items.items() if item.kind == "payment")
