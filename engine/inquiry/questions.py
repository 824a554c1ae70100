"""What is open in a case: the missing facts in the best order to ask for, and every value that a result can still take.

Each missing fact is tried with one value of every class that the rules tell apart, so the order is exact about the next
answer. How often a fact is needed once no single answer has settled the case is counted over completions of it.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.errors import Location, refuse_unknown
from engine.evaluation.decision import Decision, Result
from engine.evaluation.evaluator import obligation_status
from engine.evaluation.facts import Facts, misordered
from engine.evaluation.program import Compiled, Run
from engine.evaluation.results import results
from engine.evaluation.session import Session
from engine.inquiry.readings import Choices
from engine.inquiry.suppositions import supposed_of_case, supposed_on
from engine.language.facts import YEAR, Fact
from engine.language.values import UNDETERMINED, Absent, Scalar, Value
from engine.policy.model import Convention
from engine.proof.encoding import Encoding
from engine.proof.possible import Possible, encode_case, mattering, open_facts, possible_values, values_apart
from engine.proof.prover import Prover
from engine.proof.solving import DEFAULT_EFFORT

ALL = "all"
OBLIGATION = "obligation"
# Completions of a case that are looked at; where there are no more than that, all of them.
MAX_COMPLETIONS = 48
SEED = 20240622


@dataclass(frozen=True, slots=True)
class Question:
    """A fact to ask for.

    ``decides`` is the share of its answers that settle a waiting result at once, over all of these; ``serves`` the
    share of completions in which one of them rests on it, among completions that no single answer settles.
    """

    fact: Fact
    decides: Fraction
    serves: Fraction


@dataclass(frozen=True, slots=True)
class Asked:
    """The questions of a case in their order, and the state of what was asked for.

    Of the ``wanted`` results, ``waiting`` wait for facts; ``open`` are undetermined and wait for none, since a value is
    unpublished. ``others`` are fixed results that wait for facts and were not asked for.
    """

    decision: Decision
    wanted: tuple[Result, ...]
    questions: tuple[Question, ...]

    @property
    def waiting(self) -> tuple[Result, ...]:
        return tuple(result for result in self.wanted if result.status == "undetermined" and result.missing)

    @property
    def open(self) -> tuple[Result, ...]:
        return tuple(result for result in self.wanted if result.status == "undetermined" and not result.missing)

    @property
    def others(self) -> tuple[Result, ...]:
        asked = {result.id for result in self.wanted}
        fixed = (result for result in self.decision.main if result.id not in asked)
        return tuple(result for result in fixed if result.status == "undetermined" and result.missing)


def ask(session: Session, decision: Decision, wanted: str, declined: Collection[str] = frozenset()) -> Asked:
    """The questions that a decision waits for, those that decide most first.

    ``wanted`` is the id of an item, or ``all`` for the fixed results; ``declined`` facts are not asked for.

    Raises:
        InputFault: an answer meets a policy defect.
        UsageFault: an unknown item.
    """
    found, known = _wanted(decision, wanted), session.registry.vocabulary
    open_ = [result for result in found if result.status == "undetermined" and result.missing]
    missing = [name for result in open_ for name in result.missing if name not in declined]
    names = set(known.usual(missing, {*declined, *decision.facts}))
    told = supposed_on(supposed_of_case(session, decision), {result.id for result in found})
    assumed = [each.supposition.fact.name for each in told if each.assumption]  # another answer would change a result
    unsure = tuple(
        Question(known.facts[each], Fraction(0), Fraction(0)) for each in assumed if each not in {*declined, *names}
    )
    if not names:
        return Asked(decision, found, unsure)
    untold = [name for name in known.facts if name not in decision.facts and name not in declined]
    choices = session.choices(decision.convention, decision.chosen)
    encoding = encode_case(session, decision.convention, dict(decision.facts), untold, choices)
    ids = tuple(result.id for result in open_)
    trial = _Trial(session, decision.convention, dict(decision.facts), choices, ids)
    proved = all(result.kind != OBLIGATION for result in open_)
    asked = _best_first(encoding, trial, [name for name in known.facts if name in names], proved=proved)
    return Asked(decision, found, (*asked, *unsure))


def _best_first(encoding: Encoding, trial: _Trial, names: Sequence[str], *, proved: bool) -> list[Question]:
    """The questions for facts, without those that are ``proved`` to neither change nor settle an open result."""
    known = encoding.space.vocabulary.facts
    # The answers to try for a fact, each with how many it stands for; no answer where that is one.
    absent = {name: {UNDETERMINED: 1} if known[name].absence_answers else {} for name in names}
    answers = {name: {**values_apart(encoding, name, trial.open), **absent[name]} for name in names}
    tried = {name: trial.tried(name, answers[name]) for name in names}
    completions = list(trial.completed({name: kept or tuple(answers[name]) for name, (_, kept) in tried.items()}))
    idle = [name for name in names if not tried[name][0] and not trial.settled_by(name, completions)]
    left = {*idle} - mattering(encoding, idle, trial.open) if idle and proved else ()
    questions = []
    for name in names:
        if name not in left:
            served = sum(name in each.behind for each in completions)
            questions.append(Question(known[name], tried[name][0], Fraction(served, max(1, len(completions)))))
    # Sorting is stable: what is equally good stays in the order of the schema.
    return sorted(questions, key=lambda each: (-each.decides, -each.serves))


@dataclass(frozen=True, slots=True)
class _Trial:
    """A case that is completed in several ways, to see which of its ``open`` results become known."""

    session: Session
    convention: Convention
    facts: Facts
    choices: Choices
    open: tuple[str, ...]

    def tried(self, name: str, answers: Mapping[Value, int]) -> tuple[Fraction, tuple[Value, ...]]:
        """The share of answers that settle an open result, over all of these; and the answers that leave some open."""
        known = {
            value: 0 if isinstance(value, Absent) else self.known({**self.facts, name: value}) for value in answers
        }
        settled = sum(known[value] * count for value, count in answers.items())
        leaving = tuple(value for value in answers if known[value] < len(self.open))
        return Fraction(settled, max(1, sum(answers.values())) * len(self.open)), leaving

    def known(self, facts: Facts) -> int:
        """How many of the open results are known with these facts, or arise no longer under other overlays."""
        return self._count(self.session.settled(facts, self.choices, self.convention.id).decided())

    def _count(self, run: Run) -> int:
        still = [compiled for compiled in run.program.steps if compiled.step.item.id in self.open]
        return len(self.open) - sum(_undetermined(compiled, run) for compiled in still)

    def completed(self, values: Mapping[str, Sequence[Value]]) -> Iterator[_Completed]:
        """The case completed with these answers, where dates and thresholds are in order."""
        for completion in _completions(values):
            case = {**self.facts, **completion}
            if not any(misordered(case, self.session.registry.vocabulary)):
                run = self.session.settled(case, self.choices, self.convention.id).decided()
                found = results(run, {}, self.open)
                behind = frozenset(name for id_ in self.open if id_ in found for name in found[id_].facts)
                yield _Completed(case, self._count(run), behind)

    def settled_by(self, name: str, completions: Sequence[_Completed]) -> bool:
        """Whether in one of the completed cases that rest on a fact more of the open results are known than without."""
        several = (each for each in completions if name in each.behind)
        return any(each.known > self.known({n: v for n, v in each.facts.items() if n != name}) for each in several)


@dataclass(frozen=True, slots=True)
class _Completed:
    """A case completed: how many open results are known then, and the facts behind them."""

    facts: Facts
    known: int
    behind: frozenset[str]


def _undetermined(compiled: Compiled, run: Run) -> bool:
    item = compiled.step.item
    if item.kind == OBLIGATION:
        return obligation_status(compiled, run, None)[0] == UNDETERMINED.value
    return run.answers[item.id][0] is UNDETERMINED


def _completions(values: Mapping[str, Sequence[Value]]) -> Iterator[dict[str, Scalar]]:
    """Every combination of answers, or as many as are looked at, drawn with a fixed seed."""
    tried = {name: known for name, known in values.items() if known}
    if math.prod(len(known) for known in tried.values()) <= MAX_COMPLETIONS:
        combinations: Iterator[tuple[Value, ...]] = itertools.product(*tried.values())
    else:
        rng = random.Random(SEED)
        combinations = (tuple(rng.choice(known) for known in tried.values()) for _ in range(MAX_COMPLETIONS))
    for chosen in combinations:
        yield {name: value for name, value in zip(tried, chosen, strict=True) if not isinstance(value, Absent)}


def _wanted(decision: Decision, wanted: str) -> tuple[Result, ...]:
    if wanted == ALL:
        return decision.main
    refuse_unknown(Location(decision.convention.id), "unknown-item", wanted, [*decision.results, ALL])
    line = decision.obligation(wanted)
    result = decision.results[wanted]
    if line is None:
        return (result,)
    # The answer of an obligation is its status; one that only lacks its due day is pending and waits for nothing.
    status = line.status if line.status in ("undetermined", "not_applicable") else "known"
    missing = line.missing if status == "undetermined" else ()
    return (
        result._replace(status=status, type=None, value=line.status if status == "known" else None, missing=missing),
    )


def to_ask(session: Session, decision: Decision, declined: Collection[str] = ()) -> list[str]:
    """The facts to ask for, none of those ``declined`` and none once the aid is refused; raises as :func:`ask`."""
    if decision.refused:
        return []
    facts = session.registry.vocabulary.facts
    left_out = {*declined, *(name for name, fact in facts.items() if fact.absence_answers or fact.sensitive)}
    for wanted, without in ((decision.headline.verdict or ALL, left_out), (ALL, left_out | {YEAR})):
        questions = ask(session, decision, wanted, without).questions
        if questions:
            return [question.fact.name for question in questions]
    waiting = set(decision.missing).union(*(line.amount.missing for line in decision.years)) - decision.facts.keys()
    return [
        name
        for name, fact in facts.items()
        if waiting & set(fact.instead_of) and name not in decision.facts and name not in declined
    ]


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
    for year, told in asked.items():
        given = {**facts, YEAR: year} if year else facts
        waiting = [result for result in told if result.status == "undetermined"]
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
