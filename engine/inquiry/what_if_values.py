"""The values worth trying for a fact: a case that was run comes in, values that its items may tell apart go out.

Bounds are taken where they stand in that case, so that a computed threshold is met exactly.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any

from engine.inquiry.what_if_trial import Trial, Trials
from engine.language.facts import SIGNATURE, Fact
from engine.language.types import Type
from engine.language.values import UNDETERMINED, Absent, Scalar, Value, exact
from engine.review.classes import around, enumerated
from engine.review.ordinary import CALENDAR, DAY, fact_range

# Steps away from a value, each this many times the one before: beyond any count of patients, and over 45 years.
FINE, COARSE = 2, 4
FARTHEST = 2**17
DAYS_IN_YEAR = 365
ORDERED = ("number", "date")


def values_to_try(trials: Trials, trial: Trial, name: str, readers: Sequence[str], factor: int) -> list[Value]:
    """Values of a fact other than the one it has in ``trial``; of numbers and dates, the nearest to that one first.

    Where a value goes into results as it is, values ever farther away, by ``factor``, join those that bounds give.
    UNDETERMINED takes an event away that the case tells of.
    """
    fact = trial.ground.survey.program.plan.vocabulary.facts[name]
    now = trial.facts.get(name)
    choices = enumerated(fact.type)
    if choices is not None:
        return [value for value in choices if value != now]
    start = reference(trial, fact)
    low, high = _range(trials, trial, fact)
    points = {point for point in _points(trials, trial, fact, readers, start, factor) if low <= point <= high}
    near: list[Value] = sorted(points - {now}, key=lambda point: (abs(point - start), point))
    # An event may not have happened; a figure that was notified stays notified.
    return [*near, UNDETERMINED] if now is not None and fact.absence_answers and fact.type.kind == "date" else near


def reference(trial: Trial, fact: Fact) -> Any:
    """What nearness is measured from: the value in the case, else the day of signature or the lowest number."""
    given = trial.facts.get(fact.name)
    if given is not None:
        return given
    return trial.facts[SIGNATURE] if fact.type.kind == "date" else exact(fact.minimum or 0)


def _range(trials: Trials, trial: Trial, fact: Fact) -> tuple[Any, Any]:
    if fact.name == SIGNATURE and trials.question.forced is None:
        return CALENDAR
    return fact_range(trial.ground.survey.program, fact.name)


def _points(trials: Trials, trial: Trial, fact: Fact, readers: Sequence[str], start: Any, factor: int) -> Iterator[Any]:
    survey = trial.ground.survey
    slot = survey.program.names.facts[fact.name]
    if fact.name not in trial.facts:
        yield start
        yield survey.ordinary[slot]
    if fact.name == SIGNATURE and trials.question.forced is None:
        yield from _windows(trials, trial)
    whole = fact.name in trial.ground.selecting
    for id_ in readers:
        read = survey.reads(id_)[slot]
        whole = whole or read.whole
        bounds: list[Any] = [*read.literals, *(bound.closure(trial.run.slots)[0] for bound in read.bounds)]
        bounds.extend(trial.run.slots[other][0] for other in read.bound_of)
        for bound in bounds:
            if not isinstance(bound, Absent | str | bool):
                yield from around(bound, fact.type)
    if whole:
        yield from _farther(start, fact.type, factor)


def _windows(trials: Trials, trial: Trial) -> Iterator[dt.date]:
    """The first and last days of signature under the other conventions of the beneficiary."""
    mine = trial.ground.convention
    for other in trials.question.session.registry.conventions.values():
        if other.id != mine.id and other.beneficiary == mine.beneficiary:
            yield other.signed_from
            if other.signed_before is not None:
                yield other.signed_before - DAY


def _farther(start: Any, type_: Type, factor: int) -> Iterator[Any]:
    place, back = grid(type_)
    step = 1
    while step < FARTHEST:
        for point in (place(start) + step, place(start) - step):
            if type_.kind != "date" or dt.date.min.toordinal() <= point <= dt.date.max.toordinal():
                yield back(point)
        step *= factor


def grid(type_: Type) -> tuple[Callable[[Any], int], Callable[[int], Any]]:
    """Numbers on the scale of a type, or days, as whole numbers one apart; and the way back."""
    if type_.kind == "date":
        return (lambda day: day.toordinal(), dt.date.fromordinal)
    steps = 10 ** (2 if type_.scale is None else type_.scale)
    return (lambda number: math.floor(number * steps), lambda index: exact(Fraction(index, steps)))


def nearest_value(type_: Type, start: Any, found: Scalar, works: Callable[[Scalar], bool]) -> Scalar:
    """The value nearest to ``start`` from which on, towards ``found``, ``works`` was seen to hold.

    ``found`` works; one step from the result towards ``start`` does not, or is ``start`` where that works itself.
    """
    place, back = grid(type_)
    fails, holds = place(start), place(found)
    if fails == holds:
        return found
    if works(back(fails)):
        return back(fails)  # type: ignore[no-any-return]
    while abs(holds - fails) > 1:
        middle = (fails + holds) // 2
        if works(back(middle)):
            holds = middle
        else:
            fails = middle
    return back(holds)  # type: ignore[no-any-return]


def distance(start: Value, value: Value) -> Fraction:
    """How far a number has moved beside what it was; a date, in years."""
    if isinstance(start, dt.date) and isinstance(value, dt.date):
        return Fraction(abs((value - start).days), DAYS_IN_YEAR)
    if isinstance(start, int | Fraction) and isinstance(value, int | Fraction):
        moved, size = abs(Fraction(value) - Fraction(start)), abs(Fraction(start))
        return moved / max(size, Fraction(1))
    raise TypeError(f"no distance from {start} to {value}")
