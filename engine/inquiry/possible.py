"""Possible values: a decision with open results comes in, every value that each can still take goes out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from engine.evaluation.decision import Decision, Result
from engine.evaluation.facts import Facts
from engine.evaluation.session import Session
from engine.language.facts import YEAR
from engine.proof.encoding import Encoding
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
    chosen: Mapping[str, str],
    effort: int | None = None,
    ranged: Callable[[Result], bool] = lambda result: True,
) -> tuple[Outlook, ...]:
    """The values that the open headline results can still take, and the open yearly amounts, under ``chosen`` readings.

    Any fact that is not given may still be, also one that nothing waits for yet; but where its absence is an answer it
    stays so, unless the result waits for it. ``effort`` bounds each question to the solver. A result that is not
    ``ranged`` is left out where it can be more than a few values: its ends, which take longest, are not looked for.

    Raises:
        UsageFault: the solver is missing or is another version.
        InputFault: the evaluator does not confirm a case (proof-unconfirmed).
    """
    spent, facts = effort or DEFAULT_EFFORT, dict(decision.facts)
    yearly = YEAR not in facts
    own = [result for result in decision.main if not (yearly and result.missing == (YEAR,))]
    found = list(_of(session, decision, facts, own, chosen, spent, ranged))
    for line in decision.years:
        found += _of(session, decision, {**facts, YEAR: line.year}, [line.amount], chosen, spent, ranged)
    return tuple(each for each in found if each.possible.complete or ranged(each.result))


def outlooks_of(
    session: Session, decision: Decision, items: Iterable[str], chosen: Mapping[str, str]
) -> tuple[Outlook, ...]:
    """The values that those of some items which are open, duties apart, can still take; raises as :func:`outlooks`."""
    asked = [decision.results[id_] for id_ in items if decision.results[id_].kind != "obligation"]
    return tuple(_of(session, decision, dict(decision.facts), asked, chosen))


def _of(
    session: Session,
    decision: Decision,
    facts: Facts,
    results: list[Result],
    chosen: Mapping[str, str],
    effort: int = DEFAULT_EFFORT,
    ranged: Callable[[Result], bool] = lambda result: True,
) -> Iterator[Outlook]:
    year = 0 if YEAR in decision.facts else facts.get(YEAR, 0)
    assert isinstance(year, int)
    convention, asked = decision.convention, dict[frozenset[str], tuple[Encoding, Prover]]()
    for result in results:
        if result.status == "undetermined":
            opened = open_facts(session, convention, facts, [result.id], chosen)
            if opened not in asked:  # most results wait for nothing that may not be given anyway
                encoding = encode_case(session, convention, facts, opened, chosen, effort=effort)
                asked[opened] = (encoding, Prover(encoding.space, encoding.base, effort))
            encoding, prover = asked[opened]
            yield Outlook(result, year, possible_values(encoding, result.id, prover, ends=ranged(result)))
