"""Readings that matter: a decided case comes in, each open question whose answer shows on its page goes out.

What an answer could depend on is told first, so that no reading is tried that changes nothing: while these questions
and the facts stay, so does the answer, however all else is read. The interpretations that an evaluation used are mostly
enough. They are too few where an answer is open, or rests on another one being open: such an answer could depend on all
that its item reads, each as its own answer could.

Every question is answered otherwise alone, the others as taken. Answers changed together are asked about by
:mod:`.sensitivity` alone. Shown are results, payments, criteria of the verdict, duties and warnings; what an open
result waits for and the sources of a known one are not compared.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from engine.errors import InputFault
from engine.evaluation.decision import Decision, ObligationLine, PaymentLine, Result
from engine.evaluation.evaluator import obligation_status
from engine.evaluation.facts import Facts
from engine.evaluation.plan import PlanKey
from engine.evaluation.program import Compiled, Program, Run, bits_of
from engine.evaluation.session import Session, Settled
from engine.language.expressions import Chosen, Text, find
from engine.language.facts import YEAR
from engine.language.values import UNDETERMINED
from engine.policy.model import Convention, Interpretation, Obligation, Outcome, Payment
from engine.policy.overlays import Laid, laid_names
from engine.records import dataclass

Choices = Mapping[str, str]  # the side taken in open questions
Seen = Result | PaymentLine | ObligationLine | Text


@dataclass(frozen=True, slots=True)
class Dependence:
    """What the answers of a program's items could depend on; which interpretations is told as bits.

    ``overlaid`` are those of overlays that may change an item. A known answer of an ``exact`` item rests on no more
    than its evaluation used. What is ``told`` in any case are payments and duties, which have days, and what warns.
    """

    program: Program
    overlaid: Mapping[str, int]
    exact: frozenset[str]
    told: frozenset[str]

    @classmethod
    def of(cls, program: Program, gates: Sequence[Laid]) -> Dependence:
        """``gates`` are the overlays whose dates hold, whatever their condition says."""
        overlaid: dict[str, int] = {}
        for _, overlay in gates:
            if overlay.when is not None:
                bits = bits_of(program.names.choices, (node.interpretation for node in find(Chosen, overlay.when)))
                for id_ in (*overlay.replace, *overlay.add_derogations):
                    overlaid[id_] = overlaid.get(id_, 0) | bits
        told, exact = set[str](), set[str]()
        for step in (compiled.step for compiled in program.steps):
            item = step.item
            if isinstance(item.body, Obligation | Payment) or item.warnings:
                told.add(item.id)
            elif item.unless is None and not isinstance(item.body, Outcome) and not step.reads.whether_open:
                exact.add(item.id)
        return cls(program, overlaid, frozenset(exact), frozenset(told))

    def found(self, run: Run, ids: Iterable[str], steady: Container[str] = ()) -> Mapping[str, frozenset[str]]:
        """Every interpretation that the answers of some items in a run could depend on.

        What is ``steady`` has the same answer under all of them.
        """
        wanted = tuple(id_ for id_ in ids if id_ in run.answers)
        behind: dict[int, int] = {}
        for compiled in self.program.below(wanted):
            behind[compiled.slot] = 0 if compiled.step.item.id in steady else self._behind(compiled, run, behind)
        slots = self.program.names.items
        return {id_: frozenset(self.program.names_in(behind[slots[id_]])) for id_ in wanted}

    def shown(self, run: Run, ids: Iterable[str]) -> frozenset[str]:
        """Every interpretation that one of the items ``ids``, a payment, a duty or a warning could depend on."""
        return frozenset().union(*self.found(run, (*ids, *self.told)).values())

    def _behind(self, compiled: Compiled, run: Run, behind: Mapping[int, int]) -> int:
        program, id_ = self.program, compiled.step.item.id
        value, used, _, _ = run.answers[id_]
        found = self.overlaid.get(id_, 0)
        if compiled.step.yearly and used == program.year_bit:
            return found
        rests = used if id_ in self.exact and value is not UNDETERMINED else compiled.reads
        found |= rests & program.choice_bits
        for slot in program.slots_in(rests & program.item_bits):
            found |= behind[slot]
        return found


def run_of(session: Session, convention: Convention, facts: Facts, choices: Choices) -> tuple[Settled, Run, Dependence]:
    """A case, its run, and what the answers could depend on: what is open in the run may be known by cases.

    What items read is worked out once for each laying, and kept by the session.
    """
    settled = session.settled(facts, choices, convention.id)
    run = settled.run()
    known: dict[PlanKey, Dependence] = session.kernels.setdefault(Dependence, {})
    key = (convention.id, laid_names((*settled.laid, *settled.dated)))
    if key not in known:
        known[key] = Dependence.of(settled.program, settled.dated)
    return settled, run, known[key]


@dataclass(frozen=True, slots=True, order=True)
class PagePlace:
    """A place of the page: a ``result``, ``payment``, ``duty``, ``undated`` duty or ``warning``; ``year`` 0 for all."""

    kind: str
    id: str
    year: int = 0


SeenPage = Mapping[PagePlace, Seen]


@dataclass(frozen=True, slots=True)
class PageChange:
    """What stands at a place as things are taken, and under another choice; None where nothing does."""

    place: PagePlace
    before: Seen | None
    after: Seen | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A question with the choice taken, and what each other choice that has an effect would change."""

    question: Interpretation
    taken: str
    others: Mapping[str, tuple[PageChange, ...]]


@dataclass(frozen=True, slots=True)
class Glimpse:
    """A case that a page shows: its facts, the results shown of it, and the questions that these could depend on."""

    facts: Facts
    ids: tuple[str, ...]
    open_: frozenset[str]
    as_of: dt.date | None = None


def readings_of_case(session: Session, decision: Decision) -> tuple[Reading, ...]:
    """The readings that matter to a decision."""
    convention, facts = decision.convention, dict(decision.facts)
    if not session.questions(convention):
        return ()
    choices = session.choices(convention, decision.chosen)
    ids = tuple(place.id for place, _ in shown_in_case(decision))
    _, run, dependence = run_of(session, convention, facts, choices)
    cases = [Glimpse(facts, ids, dependence.shown(run, ids), decision.as_of)]
    for line in decision.years:
        year: Facts = {**facts, YEAR: line.year}
        _, run, dependence = run_of(session, convention, year, choices)
        cases.append(Glimpse(year, (line.amount.id,), dependence.found(run, [line.amount.id])[line.amount.id]))

    def seen(other: Mapping[str, str]) -> SeenPage:
        return dict(shown_in_case(session.decide(facts, convention.id, other, decision.as_of)))

    return readings(session, convention, choices, cases, dict(shown_in_case(decision)), seen)


def readings(
    session: Session,
    convention: Convention,
    choices: Mapping[str, str],
    cases: Sequence[Glimpse],
    before: SeenPage,
    seen: Callable[[Mapping[str, str]], SeenPage],
    moving: Container[str] = (),
) -> tuple[Reading, ...]:
    """The open questions of which another choice changes the page: ``before`` it, and as ``seen`` under that choice.

    A choice under which no raw answer of the ``cases`` differs is not looked at, but for questions that are ``moving``.
    """
    questions = session.questions(convention)
    ways = {(id_, choice): {**choices, id_: choice} for id_, each in questions.items() for choice in each.choices}
    differ, faulty = {way for way in ways if way[0] in moving}, set[tuple[str, str]]()
    for case in cases:  # all of one before the next: a run takes over what the last one of the same case answered
        asked = [way for way in ways if way[0] in case.open_ and way[1] != choices[way[0]] and way not in differ]
        first = _glanced(session.settled(case.facts, choices, convention.id), case) if asked else None
        for way in asked:
            try:
                if _glanced(session.settled(case.facts, ways[way], convention.id), case) != first:
                    differ.add(way)
            except InputFault:
                faulty.add(way)
    found = []
    for id_, question in questions.items():
        others = {}
        for choice in question.choices:
            if choice != choices[id_] and (id_, choice) in differ - faulty:
                try:
                    changed = tuple(page_changes(before, seen(ways[id_, choice])))
                except InputFault:
                    continue  # a defect of the rules under a reading that was not taken: `check` tells of it
                others.update({choice: changed} if changed else {})
        if others:
            found.append(Reading(question, choices[id_], others))
    return tuple(found)


def readings_on(found: Iterable[Reading], ids: Container[str], years: Collection[int] = ()) -> Iterator[Reading]:
    """The readings of which another choice would change one of these results, with those changes alone."""
    for reading in found:
        others = {choice: changes_on(each, ids, years) for choice, each in reading.others.items()}
        if kept := {choice: each for choice, each in others.items() if each}:
            yield replace(reading, others=kept)


def changes_on(found: Iterable[PageChange], ids: Container[str], years: Collection[int] = ()) -> tuple[PageChange, ...]:
    """The effects on some results, in some contract years where they are named."""
    return tuple(each for each in found if each.place.id in ids and (not years or each.place.year in (0, *years)))


def _glanced(settled: Settled, case: Glimpse) -> object:
    """The raw answers that decide what a page shows of a case: where they are equal, so are the pages."""
    program, run = settled.program, settled.decided()
    paid = {(each.step.item.id, None if each.due is None else each.due(run.slots)[0]) for each in program.payments}
    told = {(each.step.item.id, *obligation_status(each, run, case.as_of)[:2]) for each in program.obligations}
    warned = {text["fr"] for each in program.steps for when, text in each.warnings if when(run.slots)[0]}
    shown = (*case.ids, *(each.step.item.id for each in program.payments))
    headline = settled.convention.results.headline
    bounds = [id_ for each in headline.values() for id_ in each.between if isinstance(id_, str)]
    replaced = {id_ for _, overlay in settled.laid for id_ in overlay.replace if id_ in headline}
    raw = [run.answers[id_][0] if id_ in run.answers else None for id_ in (*shown, *bounds)]
    left = settled.can_be(run) if UNDETERMINED in raw else {}
    return raw, [left.get(id_) for id_ in shown], replaced, paid, told, warned


_DAYS = {"duty": "undated", "undated": "duty"}


def page_changes(before: SeenPage, after: SeenPage) -> Iterator[PageChange]:
    """Every place at which two pages show something else; a duty that loses or gains its day is told once."""
    for place in dict.fromkeys((*before, *after)):
        other = PagePlace(_DAYS.get(place.kind, ""), place.id)
        if place not in before and other in before:
            continue
        old, new = before.get(place), after.get(place, after.get(other))
        if _compared(old) != _compared(new):
            yield PageChange(place, old, new)


def _compared(seen: Seen | None) -> object:
    """What of a thing on the page is compared: none is as one that is not applicable, a duty done has no day."""
    match seen:
        case Result():
            return None if seen.status == "not_applicable" else (seen.status, seen.value, seen.can_be, seen.between)
        case PaymentLine():
            return (seen.result.status, seen.result.value, seen.result.can_be, seen.due)
        case ObligationLine():
            return (seen.status, None if seen.status == "done" else seen.due)
    return seen


def shown_in_case(decision: Decision, year: int = 0) -> Iterator[tuple[PagePlace, Seen]]:
    """What the page of a decision shows, by its places and in their order."""
    for id_ in dict.fromkeys((*decision.headline.ids, *decision.criteria)):
        if id_ in decision.results:
            yield PagePlace("result", id_, year), decision.results[id_]
    for shown in decision.years:
        yield PagePlace("result", shown.amount.id, shown.year), shown.amount
    for line in decision.payments:
        yield PagePlace("payment", line.result.id, year), line
    yield from shown_duties(decision.obligations)
    yield from shown_warnings([decision])


def shown_duties(obligations: Iterable[ObligationLine]) -> Iterator[tuple[PagePlace, Seen]]:
    """The duties that apply; one that has no day, and is not done, unmet or overdue, is told on demand only."""
    for line in obligations:
        if line.status != "not_applicable":
            dated = line.due is not None or line.status in ("unmet", "overdue", "done")
            yield PagePlace("duty" if dated else "undated", line.id), line


def shown_warnings(decisions: Iterable[Decision]) -> Iterator[tuple[PagePlace, Seen]]:
    """What the rules warn of."""
    for decision in decisions:
        for result in decision.results.values():
            for text in result.warnings:
                yield PagePlace("warning", text["fr"]), text
