"""What an interview asks next: a decision so far comes in, the facts that it still waits for go out, the best first.

First the facts of the verdict while it is open, then those of the amounts, then what settles more. Left to who knows
them: figures that are only notified and events that may not have happened, whose absence is an answer, and what is
sensitive.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from engine.evaluation.decision import Decision
from engine.evaluation.session import Session
from engine.inquiry.questions import ALL, Asker
from engine.language.facts import YEAR


def to_ask(
    session: Session, decision: Decision, choices: Mapping[str, str], declined: Collection[str] = ()
) -> list[str]:
    """The facts to ask for, by name; none of those ``declined``.

    Raises:
        InputFault: an answer meets a policy defect.
    """
    facts, asker = session.registry.vocabulary.facts, Asker(session)
    left_out = {*declined, *(name for name, fact in facts.items() if fact.absence_answers or fact.sensitive)}
    for wanted, without in ((decision.headline.verdict or ALL, left_out), (ALL, left_out | {YEAR})):
        questions = asker.ask(decision, wanted, choices, frozenset(without)).questions
        if questions:
            return [question.fact.name for question in questions]
    waiting = set(decision.missing).union(*(line.amount.missing for line in decision.years)) - decision.facts.keys()
    return [
        name
        for name, fact in facts.items()
        if waiting & set(fact.instead_of) and name not in decision.facts and name not in declined
    ]
