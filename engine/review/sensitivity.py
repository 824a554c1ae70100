"""What other readings would change: a way to decide under given readings comes in, changed and safe results go out.

It knows of no case: :func:`inquiry_of_case` asks about one case, and any other set of named results may be asked about
in the same way.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.evaluation.decision import FIXED_RESULTS, Decision, Result
from engine.evaluation.evaluator import Run
from engine.evaluation.facts import Facts
from engine.evaluation.program import Program
from engine.evaluation.session import YEARLY_AMOUNT, YEARS_SHOWN, Session
from engine.language.expressions import Chosen, walk
from engine.language.facts import SIGNATURE, YEAR
from engine.language.values import Value
from engine.policy.model import YEAR_START, Interpretation
from engine.policy.nodes import deciding_nodes
from engine.policy.overlays import Laid, named_items, reaches

# Combinations that are decided at most; changes of one or two answers are decided even beyond.
MAX_COMBINATIONS = 4096
PAIRS = 2
ELIGIBILITY = "eligibilite"

Choices = Mapping[str, str]
Way = tuple[tuple[str, str], ...]  # the answers that differ from those taken, in the order of the questions


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """A result that is asked about: an item's, and the contract year where that is not the case's own."""

    item: str
    year: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """What a subject comes to, and every interpretation that its value could depend on while the others stay."""

    value: Value
    depends: frozenset[str]


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What to ask about. Both callables take the choice of every question.

    ``decide`` is quick and is called for every combination; ``tell`` gives whole results, for those that are shown.
    ``minor`` subjects are named only where they change.
    """

    decide: Callable[[Choices], Mapping[Subject, Answer]]
    tell: Callable[[Choices], Mapping[Subject, Result]]
    questions: Mapping[str, Interpretation]
    fixed: Choices
    minor: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another result of a subject, and each smallest set of other answers that brings it."""

    result: Result
    ways: tuple[Choices, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """A subject that some reading changes: its result under the answers taken, and the others."""

    subject: Subject
    taken: Result
    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What other answers would change.

    ``taken`` is the choice of every question that has an effect, in the order of the convention; ``without_effect``
    are questions that results rest on and that change none; ``fixed`` those that were not opened. ``depth`` is None
    where every combination was decided, else the number of answers that were changed together.
    """

    changes: tuple[Change, ...]
    safe: tuple[tuple[Subject, Result], ...]
    questions: Mapping[str, Interpretation]
    taken: Choices
    without_effect: tuple[str, ...]
    fixed: tuple[str, ...]
    combinations: int
    bound: int
    depth: int | None


@dataclass(frozen=True, slots=True)
class _Explored:
    """``answers`` to every combination decided; ``ways`` are those that a subject was asked under."""

    answers: Mapping[Way, Mapping[Subject, Answer]]
    ways: Mapping[Subject, Sequence[Way]]
    depth: int | None

    def value(self, subject: Subject, way: Way) -> Value:
        return self.answers[way][subject].value


def sensitivity(inquiry: Inquiry, bound: int = MAX_COMBINATIONS) -> Sensitivity:
    """Every result that a subject of ``inquiry`` has under some combination of answers.

    From the answers taken, each question that a subject depends on there is answered otherwise, and so on. That meets
    every result: what a subject comes to under any combination, it comes to under the part of it that matters.

    Raises:
        InputFault: some combination meets a defect of the policies.
    """
    taken = {id_: inquiry.fixed.get(id_, question.default) for id_, question in inquiry.questions.items()}
    explored = _explore(inquiry, taken, bound)
    told: dict[Way, Mapping[Subject, Result]] = {(): inquiry.tell(taken)}
    changes = []
    for subject, ways in explored.ways.items():
        alternatives = []
        for least in _alternatives(explored, subject, ways):
            if least[0] not in told:
                told[least[0]] = inquiry.tell({**taken, **dict(least[0])})
            alternatives.append(Alternative(told[least[0]][subject], tuple(dict(way) for way in least)))
        if alternatives:
            changes.append(Change(subject, told[()][subject], tuple(alternatives)))
    changed = {change.subject for change in changes}
    effect = {id_ for subject, ways in explored.ways.items() for id_ in _effects(explored, subject, ways)}
    used = {id_ for results in told.values() for result in results.values() for id_ in result.choices}
    return Sensitivity(
        changes=tuple(changes),
        safe=tuple(
            (subject, result)
            for subject, result in told[()].items()
            if subject not in changed and subject.item not in inquiry.minor
        ),
        questions=inquiry.questions,
        taken={id_: choice for id_, choice in taken.items() if id_ in effect},
        without_effect=tuple(id_ for id_ in taken if id_ in used - effect and id_ not in inquiry.fixed),
        fixed=tuple(id_ for id_ in taken if id_ in inquiry.fixed),
        combinations=len(explored.answers),
        bound=bound,
        depth=explored.depth,
    )


def _explore(inquiry: Inquiry, taken: Choices, bound: int) -> _Explored:
    """One more answer is changed at each turn, so that the smallest changes come first."""
    order = {id_: i for i, id_ in enumerate(taken)}
    answers: dict[Way, Mapping[Subject, Answer]] = {(): inquiry.decide(taken)}
    ways: dict[Subject, list[Way]] = {subject: [()] for subject in answers[()]}
    last: Mapping[Way, Sequence[Subject]] = {(): tuple(ways)}
    depth = 0
    while last:
        following: dict[Way, dict[Subject, None]] = {}
        for way, subjects in last.items():
            for subject in subjects:
                for further in _further(way, answers[way][subject].depends, inquiry, taken, order):
                    following.setdefault(further, {})[subject] = None
        new = [way for way in following if way not in answers]
        if depth >= PAIRS and len(answers) + len(new) > bound:
            return _Explored(answers, ways, depth)
        for way in new:
            answers[way] = inquiry.decide({**taken, **dict(way)})
        for way in sorted(following, key=lambda way: [order[id_] for id_, _ in way]):
            for subject in following[way]:
                ways[subject].append(way)
        last = {way: tuple(subjects) for way, subjects in following.items()}
        depth += 1
    return _Explored(answers, ways, None)


def _further(
    way: Way, depends: frozenset[str], inquiry: Inquiry, taken: Choices, order: Mapping[str, int]
) -> Iterator[Way]:
    """``way`` with one more question answered otherwise."""
    changed = {id_ for id_, _ in way}
    for id_ in sorted(depends - changed - set(inquiry.fixed), key=order.__getitem__):
        for choice in inquiry.questions[id_].choices:
            if choice != taken[id_]:
                yield tuple(sorted((*way, (id_, choice)), key=lambda pair: order[pair[0]]))


def _alternatives(explored: _Explored, subject: Subject, ways: Sequence[Way]) -> list[list[Way]]:
    """For each value other than the one taken, the smallest ways to it; few changes come first."""
    taken = explored.value(subject, ())
    found: dict[Value, list[Way]] = {}
    for way in ways:
        value = explored.value(subject, way)
        known = found.setdefault(value, [])
        if value != taken and (not known or len(known[0]) == len(way)):
            known.append(way)
    return [known for value, known in found.items() if value != taken]


def _effects(explored: _Explored, subject: Subject, ways: Sequence[Way]) -> Iterator[str]:
    """The questions whose answer makes a difference to the subject under some answers to the others."""
    asked = set(ways)
    for way in ways:
        for changed in way:
            back = _settled(explored, subject, asked, dict(pair for pair in way if pair != changed))
            if back is not None and explored.value(subject, back) != explored.value(subject, way):
                yield changed[0]


def _settled(explored: _Explored, subject: Subject, asked: set[Way], wanted: Choices) -> Way | None:
    """The explored way on which the subject comes to what it comes to under ``wanted``, None if it was not explored."""
    order = list(wanted)
    way: Way = ()
    while True:
        changed = dict(way)
        depends = explored.answers[way][subject].depends
        open_ = next((id_ for id_ in order if id_ in depends and id_ not in changed), None)
        if open_ is None:
            return way
        way = tuple((id_, wanted[id_]) for id_ in order if id_ in changed or id_ == open_)
        if way not in asked:
            return None


def inquiry_of_case(session: Session, decision: Decision, fixed: Choices) -> Inquiry:
    """An inquiry about the fixed results, payments or yearly amounts, and criteria of eligibility of one decision.

    ``fixed`` are the choices that it was decided with and that are not opened.
    """
    convention, facts = decision.convention, decision.facts
    covering = session.registry.covering(convention)
    plan = session.program(convention, ()).plan
    depends: dict[tuple[str, ...], Mapping[str, frozenset[str]]] = {}
    outcome = convention.items.get(ELIGIBILITY)
    criteria = () if outcome is None else tuple(dict.fromkeys(named_items(outcome)))
    paid = tuple(id_ for id_, item in convention.items.items() if item.kind == "payment") if YEAR in facts else ()
    wanted = (*FIXED_RESULTS, *paid, *criteria)

    def run(of_year: Facts, choices: Choices, ids: Sequence[str], year: int) -> Iterator[tuple[Subject, Answer]]:
        laid = session.laid(convention, of_year, choices)
        program, ran = session.run(convention, laid, of_year, choices)
        gates = _gates(covering, of_year, ran)
        key = tuple(f"{later.id}/{overlay.id}" for later, overlay in (*laid, *gates))
        if key not in depends:
            depends[key] = dependencies(program, gates)
        for id_ in ids:
            if id_ in ran.answers:
                yield Subject(id_, year), Answer(ran.answers[id_][0], depends[key][id_])

    def decide(choices: Choices) -> Mapping[Subject, Answer]:
        answers = dict(run(dict(facts), choices, wanted, 0))
        for year in () if YEAR in facts or YEARLY_AMOUNT not in convention.items else YEARS_SHOWN:
            answers.update(run({**facts, YEAR: year}, choices, (YEARLY_AMOUNT,), year))
        return answers

    def tell(choices: Choices) -> Mapping[Subject, Result]:
        told = session.decide(dict(facts), convention.id, choices, decision.as_of)
        whole = {Subject(id_): told.results[id_] for id_ in wanted if id_ in told.results}
        return whole | {Subject(line.amount.id, line.year): line.amount for line in told.years}

    own = {id_: choice for id_, choice in fixed.items() if id_ in plan.interpretations}
    return Inquiry(decide, tell, plan.interpretations, own, frozenset(criteria))


def dependencies(program: Program, gates: Sequence[Laid]) -> Mapping[str, frozenset[str]]:
    """Every interpretation that each item could depend on, through what it reads and the overlays that may change it.

    The interpretations that an evaluation used would be too few: a result that is open, or the first known of several,
    may rest on the others as soon as one of them is read otherwise.
    """
    found: dict[str, frozenset[str]] = {}
    for step in program.plan.steps:
        item = step.item
        named = {
            node.interpretation for root in deciding_nodes(item) for node in walk(root) if isinstance(node, Chosen)
        }
        for _, overlay in gates:
            if overlay.when is not None and (item.id in overlay.replace or item.id in overlay.add_derogations):
                named |= {node.interpretation for node in walk(overlay.when) if isinstance(node, Chosen)}
        below = (found.get(id_, frozenset()) for id_ in named_items(item))
        found[item.id] = frozenset(named).union(*below)
    return found


def _gates(covering: Sequence[Laid], facts: Facts, run: Run) -> tuple[Laid, ...]:
    """The overlays whose dates hold for the contract year, whatever their condition says."""
    signature, year = facts[SIGNATURE], facts.get(YEAR)
    start = run.answers[YEAR_START][0]
    assert isinstance(signature, dt.date)
    dated = (year if isinstance(year, int) else None, start if isinstance(start, dt.date) else None)
    return tuple((later, overlay) for later, overlay in covering if reaches(overlay, signature, *dated))
