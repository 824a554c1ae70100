"""What to ask of other readings: a decided case or a life comes in, an inquiry into its results goes out.

What each result could depend on is told by :mod:`.dependence`, so that no combination is decided that changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from engine.evaluation.decision import Decision, Result
from engine.evaluation.facts import Facts
from engine.evaluation.life import lived
from engine.evaluation.session import YEARS_SHOWN, Session
from engine.evaluation.timeline import Timeline
from engine.inquiry.dependence import Dependences
from engine.inquiry.sensitivity import Answer, Choices, Inquiry, Subject
from engine.language.facts import YEAR
from engine.policy.model import Convention
from engine.policy.overlays import named_items


def _answers(
    dependences: Dependences, facts: Facts, choices: Choices, ids: Sequence[str], year: int
) -> Iterator[tuple[Subject, Answer]]:
    """The answers of the items ``ids`` that the convention has."""
    ran, dependence = dependences.of(facts, choices)
    depends = dependence.found(ran)
    for id_ in ids:
        if id_ in ran.answers:
            yield Subject(id_, year), Answer(ran.answers[id_][0], depends[id_])


def inquiry_of_case(session: Session, decision: Decision, fixed: Choices) -> Inquiry:
    """An inquiry about the fixed results, payments or yearly amounts, and criteria of eligibility of one decision.

    ``fixed`` are the choices that it was decided with and that are not opened.
    """
    convention, facts = decision.convention, decision.facts
    questions = session.program(convention, ()).plan.interpretations
    headline = decision.headline
    outcome = convention.items.get(headline.verdict or "")
    criteria = () if outcome is None else tuple(dict.fromkeys(named_items(outcome)))
    wanted = (*headline.ids, *(_payments(convention) if YEAR in facts else ()), *criteria)
    dependences = Dependences(session, convention)

    def decide(choices: Choices) -> Mapping[Subject, Answer]:
        found = dict(_answers(dependences, dict(facts), choices, wanted, 0))
        for year in () if YEAR in facts or headline.maximum not in convention.items else YEARS_SHOWN:
            found.update(_answers(dependences, {**facts, YEAR: year}, choices, (headline.maximum or "",), year))
        return found

    def tell(choices: Choices) -> Mapping[Subject, Result]:
        told = session.decide(dict(facts), convention.id, choices, decision.as_of)
        whole = {Subject(id_): told.results[id_] for id_ in wanted if id_ in told.results}
        return whole | {Subject(line.amount.id, line.year): line.amount for line in told.years}

    own = {id_: choice for id_, choice in fixed.items() if id_ in questions}
    return Inquiry(decide, tell, questions, own, frozenset(criteria))


def inquiry_of_life(session: Session, life: Timeline, fixed: Choices) -> Inquiry:
    """An inquiry about the eligibility and the end of a contract, and each year's fixed results and payments.

    The years are those shown; events count in each as they do under the readings tried.
    """
    convention = life.rows[0].decision.convention
    questions = session.program(convention, ()).plan.interpretations
    dependences = Dependences(session, convention)
    criteria = [event.type.criterion for event in life.dossier.events if event.type.criterion in convention.items]
    headline = session.registry.results
    verdict = () if headline.verdict is None else (headline.verdict,)
    of_a_year = (*(id_ for id_ in headline.ids if id_ not in verdict), *_payments(convention))
    whole = (*verdict, *headline.life.ids)
    base = lived(session, life.dossier, convention.id)
    last = life.rows[-1].year

    def facts_of(choices: Choices) -> Iterator[tuple[int, Facts, Sequence[str]]]:
        read = replace(base, interpret=choices)
        yield 0, read.known_facts(last), whole
        for row in life.rows:
            yield row.year, read.facts(row.year)[0], of_a_year

    def decide(choices: Choices) -> Mapping[Subject, Answer]:
        found: dict[Subject, Answer] = {}
        for year, facts, ids in facts_of(choices):
            told = dict(_answers(dependences, facts, choices, (*ids, *filter(None, criteria)), year))
            counting = [told[Subject(id_, year)].depends for id_ in criteria if id_ is not None]
            for subject, answer in told.items():
                if subject.item in ids:
                    found[subject] = Answer(answer.value, answer.depends.union(*counting))
        return found

    def tell(choices: Choices) -> Mapping[Subject, Result]:
        told: dict[Subject, Result] = {}
        for year, facts, ids in facts_of(choices):
            results = session.decide(facts, convention.id, choices, life.as_of).results
            told.update({Subject(id_, year): results[id_] for id_ in ids if id_ in results})
        return told

    own = {id_: choice for id_, choice in fixed.items() if id_ in questions}
    return Inquiry(decide, tell, questions, own)


def _payments(convention: Convention) -> tuple[str, ...]:
    return tuple(id_ for id_, item in convention.items.items() if item.kind == "payment")
