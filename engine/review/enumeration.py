"""Exhausts an item over its direct inputs: a surveyed item comes in, combinations of classes with their answers go out.

The item is evaluated alone, by its own compiled closure or ruleset, with the inputs put directly into its slots.
"""

from __future__ import annotations

import itertools
import math
import random
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from engine.errors import InputFault
from engine.evaluation.alone import answer, holding, shut
from engine.evaluation.closures import condition
from engine.evaluation.evaluator import Run, obligation_status
from engine.evaluation.program import Compiled
from engine.evaluation.slots import Closure, Slots
from engine.language.facts import YEAR
from engine.language.values import NOT_APPLICABLE, UNDETERMINED, Value
from engine.policy.model import Obligation, Outcome
from engine.review.classes import Input, Pinned, Survey, ValueClass, inputs

# A product beyond this is sampled: about four seconds of evaluation for the largest items.
MAX_COMBINATIONS = 200_000
SEED = 20190901
STATUS_VALUES: Mapping[str, Value] = {"undetermined": UNDETERMINED, "not_applicable": NOT_APPLICABLE}


@dataclass(frozen=True, slots=True)
class Answer:
    """What an item gives; an obligation gives its status, and ``due`` is the day of a payment or obligation.

    ``decided`` is the row, step, derogation or dated value behind it; ``rules`` the production rules that fired;
    ``used`` and ``missing`` are bit sets over slots; ``fault`` is the code of a defect (no-row, no-rule, conflict).
    """

    value: Value | None
    decided: int | None = None
    due: Value | None = None
    rules: tuple[str, ...] = ()
    used: int = 0
    missing: int = 0
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Combination:
    """One class of each direct input, in their order, and what the item answers.

    ``excluded``: the outcome declares that these verdicts cannot occur together.
    """

    classes: tuple[ValueClass, ...]
    answer: Answer
    excluded: bool


@dataclass(frozen=True, slots=True)
class Enumeration:
    """The combinations of an item's direct inputs, evaluated while they are iterated.

    ``size`` counts the whole product; ``complete`` is false where only ``bound`` of them are drawn, with a fixed seed.
    Combinations of facts that no case can state, since their order is wrong, are left out.
    """

    survey: Survey
    item: str
    inputs: tuple[Input, ...]
    size: int
    bound: int
    seed: int

    @property
    def complete(self) -> bool:
        return self.size <= self.bound

    @property
    def proves(self) -> bool:
        """Whether an answer that no combination gives is one that the item never gives."""
        return self.complete and all(each.exact for each in self.inputs)

    def __iter__(self) -> Iterator[Combination]:
        evaluate = evaluator(self.survey, self.item)
        slots: Slots = list(self.survey.program.blank)
        ordered = _order_pairs(self.survey, self.inputs)
        excluded = _excluded(self.survey, self.item)
        for chosen in self._chosen():
            if any(_decreases(chosen[i].value, chosen[j].value) for i, j in ordered):
                continue
            for each, class_ in zip(self.inputs, chosen, strict=True):
                slots[each.slot] = slot_content(self.survey, each.slot, class_.value)
            yield Combination(chosen, evaluate(slots), any(impossible(slots)[0] for impossible in excluded))

    def wanted(self, combination: Combination) -> dict[str, ValueClass]:
        """The classes of a combination by the names of the inputs, as a search for a case wants them."""
        return {each.name: class_ for each, class_ in zip(self.inputs, combination.classes, strict=True)}

    def _chosen(self) -> Iterator[tuple[ValueClass, ...]]:
        if self.complete:
            yield from itertools.product(*(each.classes for each in self.inputs))
            return
        rng = random.Random(self.seed)
        small = self.size <= sys.maxsize
        drawn = (
            rng.sample(range(self.size), self.bound) if small else (rng.randrange(self.size) for _ in range(self.bound))
        )
        for number in drawn:
            yield tuple(_digits(number, self.inputs))


def exhaustive(
    survey: Survey,
    item_id: str,
    interpret: Mapping[str, str] | None = None,
    bound: int = MAX_COMBINATIONS,
    seed: int = SEED,
    pinned: Pinned | None = None,
    wanted: tuple[Value, ...] = (),
) -> Enumeration:
    """Every combination of the classes of an item's direct inputs.

    ``interpret`` fixes interpretations that the item reads; ``pinned`` and ``wanted`` are those of :func:`inputs`.
    """
    choices = survey.program.names.choices
    fixed: dict[int, tuple[Value, ...]] = {
        choices[id_]: (choice,) for id_, choice in (interpret or {}).items() if id_ in choices
    }
    fixed.update(pinned or {})
    direct = inputs(survey, item_id, fixed, wanted)
    return Enumeration(survey, item_id, direct, math.prod(len(each.classes) for each in direct), bound, seed)


def _digits(number: int, direct: tuple[Input, ...]) -> Iterator[ValueClass]:
    """The combination of this number, as digits whose bases are the numbers of classes."""
    for each in direct:
        number, digit = divmod(number, len(each.classes))
        yield each.classes[digit]


def _order_pairs(survey: Survey, direct: tuple[Input, ...]) -> list[tuple[int, int]]:
    """Positions of inputs whose values must not decrease from the one to the other in any case."""
    places = {each.name: i for i, each in enumerate(direct) if each.kind == "fact"}
    return [
        (places[first], places[second])
        for chain in survey.program.plan.vocabulary.orders
        for first, second in itertools.combinations(chain, 2)
        if first in places and second in places
    ]


def _excluded(survey: Survey, item_id: str) -> list[Closure]:
    body = survey.steps[item_id].step.item.body
    excluded = body.excluded if isinstance(body, Outcome) else ()
    return [condition(each.when, survey.program.names) for each in excluded]


def _decreases(first: Value, second: Value) -> bool:
    return first is not UNDETERMINED and second is not UNDETERMINED and first > second  # type: ignore[operator]


def slot_content(survey: Survey, slot: int, value: Value) -> tuple[Value, int, int]:
    """What a slot holds for a value; an undetermined item waits for itself, as a missing fact does."""
    program = survey.program
    bit = 1 << slot
    if value is not UNDETERMINED:
        return (value, bit, 0)
    leaf = bit & (program.fact_bits | program.choice_bits)
    return program.blank[slot] if leaf else (UNDETERMINED, bit, bit)


def evaluator(survey: Survey, item_id: str) -> Callable[[Slots], Answer]:
    """Evaluates the item alone on slots that hold its direct inputs."""
    compiled = survey.steps[item_id]
    alone = _closure(compiled)
    year_slot = survey.program.names.facts[YEAR]
    needs_year = compiled.step.yearly and year_slot in survey.reads(item_id)

    def run(slots: Slots) -> Answer:
        # A result of the year is undetermined without the year, whatever its closure says.
        if needs_year and slots[year_slot][0] is UNDETERMINED:
            return Answer(UNDETERMINED, used=1 << year_slot, missing=1 << year_slot)
        return alone(slots)

    return run


def _closure(compiled: Compiled) -> Callable[[Slots], Answer]:
    obligation = isinstance(compiled.step.item.body, Obligation)

    def run(slots: Slots) -> Answer:
        try:
            value, used, missing, decided = answer(compiled, slots)
        except InputFault as error:
            return Answer(None, fault=error.problems[0].code)
        if obligation:
            state = Run(slots, {compiled.step.item.id: (value, used, missing, decided)})
            status, day, missing = status_of(compiled, state)
            return Answer(status, None, day, used=used, missing=missing)
        due = None if compiled.due is None else compiled.due(slots)[0]
        outcome = compiled.outcome
        rules = () if outcome is None or shut(outcome, slots) else holding(outcome, slots)
        return Answer(value, decided, due, rules, used, missing)

    return run


def status_of(compiled: Compiled, run: Run) -> tuple[Value, Value | None, int]:
    """The status of an obligation as a value, its due day, and what it waits for; without a day nothing is overdue."""
    status, due, missing = obligation_status(compiled, run, None)
    return (STATUS_VALUES.get(status, status), due, missing)
