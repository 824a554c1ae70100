"""Sensitivity to readings: a way to decide under given readings comes in, changed and safe results go out.

It knows of no case: :mod:`engine.inquiry.inquiries` says what to ask about a case or about the life of a contract.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from engine.evaluation.decision import Result
from engine.inquiry.readings import Choices
from engine.inquiry.suppositions import Supposed
from engine.language.values import Value
from engine.policy.model import Interpretation

# Combinations that are decided at most; changes of one or two answers are decided even beyond.
MAX_COMBINATIONS = 4096
PAIRS = 2

Departure = tuple[tuple[str, str], ...]  # the answers that differ from those taken, in the order of the questions


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """A result that is asked about: an item's, and the contract year where that is not the case's own."""

    item: str
    year: int = 0


@dataclass(frozen=True, slots=True)
class SubjectAnswer:
    """What a subject comes to, and every interpretation that its value could depend on while the others stay."""

    value: Value
    depends: frozenset[str]


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What to ask about. Both callables take the choice of every question.

    ``decide`` is quick and is called for every combination, for some subjects or all; ``tell`` gives whole results, for
    those that are shown. ``fixed`` are choices that are not opened, of these questions or of others. ``minor`` subjects
    are named only where they change. ``assumed`` are the questions that are assumptions.
    """

    decide: Callable[[Choices, Collection[Subject] | None], Mapping[Subject, SubjectAnswer]]
    tell: Callable[[Choices], Mapping[Subject, Result]]
    questions: Mapping[str, Interpretation]
    fixed: Choices
    minor: frozenset[str] = frozenset()
    assumed: Mapping[str, Supposed] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OtherResult:
    """Another result of a subject, and each smallest set of other answers that brings it."""

    result: Result
    ways: tuple[Choices, ...]


@dataclass(frozen=True, slots=True)
class ReadingChange:
    """A subject that some reading changes: its result under the answers taken, and the others."""

    subject: Subject
    taken: Result
    alternatives: tuple[OtherResult, ...]


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """What other answers would change.

    ``taken`` is the choice of every question that has an effect, in the order of the convention; ``without_effect``
    are questions that results rest on and that change none; ``fixed`` those that were not opened. ``depth`` is None
    where every combination was decided, else the number of answers that were changed together. ``assumed`` are the
    questions that are assumptions.
    """

    changes: tuple[ReadingChange, ...]
    safe: tuple[tuple[Subject, Result], ...]
    questions: Mapping[str, Interpretation]
    taken: Choices
    without_effect: tuple[str, ...]
    fixed: tuple[str, ...]
    combinations: int
    bound: int
    depth: int | None
    assumed: Mapping[str, Supposed]


@dataclass(frozen=True, slots=True)
class _Explored:
    """``answers`` to every combination decided; ``ways`` are those that a subject was asked under."""

    answers: Mapping[Departure, Mapping[Subject, SubjectAnswer]]
    ways: Mapping[Subject, Sequence[Departure]]
    depth: int | None

    def value(self, subject: Subject, way: Departure) -> Value:
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
    told: dict[Departure, Mapping[Subject, Result]] = {(): inquiry.tell(taken)}
    changes = []
    for subject, ways in explored.ways.items():
        alternatives = []
        for least in _alternatives(explored, subject, ways):
            if least[0] not in told:
                told[least[0]] = inquiry.tell({**taken, **dict(least[0])})
            alternatives.append(OtherResult(told[least[0]][subject], tuple(dict(way) for way in least)))
        if alternatives:
            changes.append(ReadingChange(subject, told[()][subject], tuple(alternatives)))
    changed = {change.subject for change in changes}
    effect = _effects(explored)
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
        assumed=inquiry.assumed,
    )


def _explore(inquiry: Inquiry, taken: Choices, bound: int) -> _Explored:
    """One more answer is changed at each turn, so that the smallest changes come first."""
    order = {id_: i for i, id_ in enumerate(taken)}
    answers: dict[Departure, Mapping[Subject, SubjectAnswer]] = {(): inquiry.decide(taken, None)}
    ways: dict[Subject, list[Departure]] = {subject: [()] for subject in answers[()]}
    last: Mapping[Departure, Sequence[Subject]] = {(): tuple(ways)}
    depth = 0
    while last:
        following: dict[Departure, dict[Subject, None]] = {}
        for way, subjects in last.items():
            for subject in subjects:
                for further in _further(way, answers[way][subject].depends, inquiry, taken, order):
                    following.setdefault(further, {})[subject] = None
        new = [way for way in following if way not in answers]
        if depth >= PAIRS and len(answers) + len(new) > bound:
            return _Explored(answers, ways, depth)
        for way in new:
            answers[way] = inquiry.decide({**taken, **dict(way)}, following[way])
        for way in sorted(following, key=lambda way: [order[id_] for id_, _ in way]):
            for subject in following[way]:
                ways[subject].append(way)
        last = {way: tuple(subjects) for way, subjects in following.items()}
        depth += 1
    return _Explored(answers, ways, None)


def _further(
    way: Departure, depends: frozenset[str], inquiry: Inquiry, taken: Choices, order: Mapping[str, int]
) -> Iterator[Departure]:
    """``way`` with one more question answered otherwise."""
    changed = {id_ for id_, _ in way}
    for id_ in sorted(depends - changed - set(inquiry.fixed), key=order.__getitem__):
        for choice in inquiry.questions[id_].choices:
            if choice != taken[id_]:
                yield tuple(sorted((*way, (id_, choice)), key=lambda pair: order[pair[0]]))


def _alternatives(explored: _Explored, subject: Subject, ways: Sequence[Departure]) -> list[list[Departure]]:
    """For each value other than the one taken, the smallest ways to it; few changes come first."""
    taken = explored.value(subject, ())
    found: dict[Value, list[Departure]] = {}
    for way in ways:
        value = explored.value(subject, way)
        known = found.setdefault(value, [])
        if value != taken and (not known or len(known[0]) == len(way)):
            known.append(way)
    return [known for value, known in found.items() if value != taken]


def _effects(explored: _Explored) -> set[str]:
    """The questions whose answer makes a difference to some subject under some answers to the others."""
    effect = set[str]()
    for subject, ways in explored.ways.items():
        asked = set(ways)
        for way in ways:
            for changed in way:
                if changed[0] in effect:
                    continue
                back = _settled(explored, subject, asked, dict(pair for pair in way if pair != changed))
                if back is not None and explored.value(subject, back) != explored.value(subject, way):
                    effect.add(changed[0])
    return effect


def _settled(explored: _Explored, subject: Subject, asked: set[Departure], wanted: Choices) -> Departure | None:
    """The explored way on which the subject comes to what it comes to under ``wanted``, None if it was not explored."""
    order = list(wanted)
    way: Departure = ()
    while True:
        changed = dict(way)
        depends = explored.answers[way][subject].depends
        open_ = next((id_ for id_ in order if id_ in depends and id_ not in changed), None)
        if open_ is None:
            return way
        way = tuple((id_, wanted[id_]) for id_ in order if id_ in changed or id_ == open_)
        if way not in asked:
            return None
