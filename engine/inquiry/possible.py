"""Possible values: a decision with open results comes in, every value that each can still take goes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from engine.evaluation.decision import Decision, Result
from engine.evaluation.session import Session
from engine.language.facts import YEAR
from engine.proof.possible import Possible, encode_case, open_facts, possible_values
from engine.proof.prover import Prover
from engine.proof.solving import DEFAULT_EFFORT


@dataclass(frozen=True, slots=True)
class Outlook:
    """An open result, its contract year (0 for the case's own), and what it can still be."""

    result: Result
    year: int
    possible: Possible


def outlooks(
    session: Session,
    decision: Decision,
    items: Iterable[str] | None = None,
    *,
    effort: int | None = None,
    ranged: Callable[[Result], bool] = lambda result: True,
) -> tuple[Outlook, ...]:
    """The values that what is open of ``items``, duties apart, can still take.

    Without ``items`` these are the headline results and the yearly amounts. Any fact that is not given may still be,
    also one that nothing waits for yet; but where its absence is an answer it stays so, unless the result waits for it.
    ``effort`` bounds each question to the solver. A result that is not ``ranged`` is left out where it can be more than
    a few values: its ends, which take longest, are not looked for.

    Raises:
        UsageFault: the solver is missing or is another version.
        InputFault: the evaluator does not confirm a case (proof-unconfirmed).
    """
    spent, facts = effort or DEFAULT_EFFORT, dict(decision.facts)
    convention, chosen = decision.convention, decision.chosen
    if items is None:
        asked = {0: [result for result in decision.main if YEAR in facts or result.missing != (YEAR,)]}
        asked |= {line.year: [line.amount] for line in decision.years}
    else:
        asked = {0: [decision.results[id_] for id_ in items if decision.results[id_].kind != "obligation"]}
    found: list[Outlook] = []
    for year, results in asked.items():
        given = {**facts, YEAR: year} if year else facts
        waiting = [result for result in results if result.status == "undetermined"]
        if not waiting:
            continue
        opened = {result.id: open_facts(session, convention, given, [result.id], chosen) for result in waiting}
        every = frozenset[str]().union(*opened.values())  # in one encoding: what a result leaves shut is missing
        encoding = encode_case(session, convention, given, every, chosen, effort=spent)
        space, prover = encoding.space, Prover(encoding.space, encoding.base, spent)
        for result in waiting:
            shut = sorted(every - opened[result.id])
            with prover.supposing(*(space.bank.negate(space.present[name]) for name in shut)):
                possible = possible_values(encoding, result.id, prover, ends=ranged(result))
            if possible.complete or ranged(result):
                found.append(Outlook(result, year, possible))
    return tuple(found)
