"""What an item tells apart: a compiled program and an item's id come in, its direct inputs with their classes go out.

Facts are enums, booleans, or numbers and dates compared with bounds, so finitely many values stand for all of them.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from engine.evaluation.program import Compiled, Program
from engine.evaluation.slots import Slots
from engine.language.facts import BENEFICIARY
from engine.language.types import Type
from engine.language.values import UNDETERMINED, Absent, Value, add_months, exact
from engine.review.ordinary import DAY, fact_range, ordinary_values
from engine.review.possible import ALWAYS_GIVEN, Possible, possible
from engine.review.reads import Read, reads

MAX_BOUND_VALUES = 64

# Slots that have no value but these.
Pinned = Mapping[int, tuple[Value, ...]]


@dataclass(frozen=True, slots=True)
class ValueClass:
    """Values that an item does not tell apart; the first one stands for all."""

    values: tuple[Value, ...]

    @property
    def value(self) -> Value:
        return self.values[0]


@dataclass(frozen=True, slots=True)
class Input:
    """A fact, item or interpretation that an item reads directly, and its classes.

    ``exact``: every value that it can have behaves like one of the classes. It is false where a number is an operand or
    meets another open number, so that the classes realise each single relation but not every order of them all.
    """

    kind: str
    name: str
    slot: int
    classes: tuple[ValueClass, ...]
    exact: bool


@dataclass(frozen=True, slots=True)
class Survey:
    """A program whose items are looked at; what was read of an item is kept."""

    program: Program
    steps: Mapping[str, Compiled]
    possible: Mapping[str, Possible]
    ordinary: Mapping[int, Value]
    _reads: dict[str, Mapping[int, Read]] = field(default_factory=dict)
    _inputs: dict[str, tuple[Input, ...]] = field(default_factory=dict)

    def reads(self, item_id: str) -> Mapping[int, Read]:
        """How the item reads each of its direct inputs, by slot."""
        if item_id not in self._reads:
            self._reads[item_id] = reads(self.program, self.steps[item_id].step.item)
        return self._reads[item_id]


def surveyed(program: Program) -> Survey:
    steps = {compiled.step.item.id: compiled for compiled in program.steps}
    most = possible(program)
    return Survey(program, steps, most, ordinary_values(program, most))


def inputs(
    survey: Survey, item_id: str, pinned: Pinned | None = None, wanted: tuple[Value, ...] = ()
) -> tuple[Input, ...]:
    """The direct inputs of an item with their classes.

    A ``pinned`` slot has no value but those, and bounds count from them; ``wanted`` results of the item join the values
    of the numbers and dates that go into it.
    """
    if pinned or wanted:
        return _inputs(survey, item_id, pinned or {}, wanted)
    if item_id not in survey._inputs:
        survey._inputs[item_id] = _inputs(survey, item_id, {}, ())
    return survey._inputs[item_id]


def classes(survey: Survey, item_id: str, name: str) -> tuple[ValueClass, ...]:
    """The classes of one direct input of an item, by its name.

    Raises:
        KeyError: the item does not read it directly.
    """
    for each in inputs(survey, item_id):
        if each.name == name:
            return each.classes
    raise KeyError(name)


def fact_classes(survey: Survey, item_ids: Iterable[str]) -> dict[str, tuple[Value, ...]]:
    """The values of every fact that these items read directly: one for each class that some of them has."""
    found: dict[str, dict[Value, None]] = {}
    for item_id in item_ids:
        for each in inputs(survey, item_id):
            if each.kind == "fact":
                found.setdefault(each.name, {}).update(dict.fromkeys(class_.value for class_ in each.classes))
    return {name: tuple(values) for name, values in found.items()}


def alike(survey: Survey, item_id: str, name: str, first: Value, second: Value) -> bool:
    """Whether no comparison of an item with a literal tells two values of an input apart.

    Of an exact input that is compared with literals only, such values are in one class.
    """
    if isinstance(first, Absent) or isinstance(second, Absent):
        return first is second
    read = next(read for read in survey.reads(item_id).values() if read.name == name)
    return all(bool(test(first)) == bool(test(second)) for test in read.tests)


def _inputs(survey: Survey, item_id: str, pinned: Pinned, wanted: tuple[Value, ...]) -> tuple[Input, ...]:
    by_slot = survey.reads(item_id)
    return tuple(
        Input(
            read.kind,
            read.name,
            slot,
            _classes(survey, read, by_slot, pinned, wanted),
            _exact(survey, read, by_slot, pinned),
        )
        for slot, read in by_slot.items()
    )


def _classes(
    survey: Survey, read: Read, by_slot: Mapping[int, Read], pinned: Pinned, wanted: tuple[Value, ...]
) -> tuple[ValueClass, ...]:
    values = _enumerable(survey, read, pinned)
    if values is None:
        values = tuple(_representatives(survey, read, by_slot, pinned, wanted))
        groups: Iterable[tuple[Value, ...]] = ((value,) for value in values)
    elif read.whole or read.bounds or read.bound_of:
        groups = ((value,) for value in values)
    else:
        alike: dict[tuple[bool, ...], list[Value]] = {}
        for value in values:
            alike.setdefault(tuple(bool(test(value)) for test in read.tests), []).append(value)
        groups = (tuple(group) for group in alike.values())
    return tuple(ValueClass(group) for group in (*groups, *((absent,) for absent in _absences(survey, read, pinned))))


def _absences(survey: Survey, read: Read, pinned: Pinned) -> tuple[Absent, ...]:
    """The ways in which an input can have no value."""
    if read.slot in pinned:
        return tuple(value for value in pinned[read.slot] if isinstance(value, Absent))
    if read.kind == "item":
        return survey.possible[read.name].absent
    always_given = read.kind == "interpretation" or read.name in ALWAYS_GIVEN
    return () if always_given else (UNDETERMINED,)


def _enumerable(survey: Survey, read: Read, pinned: Pinned) -> tuple[Value, ...] | None:
    """Every value that an input can have, or None for a number or date that is open."""
    program = survey.program
    if read.slot in pinned:
        return tuple(value for value in pinned[read.slot] if not isinstance(value, Absent))
    if read.kind == "interpretation":
        return tuple(program.plan.interpretations[read.name].choices)
    if read.kind == "item":
        return survey.possible[read.name].values
    if read.name == BENEFICIARY:
        return (program.plan.convention.beneficiary,)
    return enumerated(program.plan.vocabulary.facts[read.name].type)


def enumerated(type_: Type) -> tuple[Value, ...] | None:
    """The values of an enum or boolean, or None for numbers and dates."""
    if type_.kind == "boolean":
        return (True, False)
    return type_.values if type_.kind == "enum" else None


def _representatives(
    survey: Survey, read: Read, by_slot: Mapping[int, Read], pinned: Pinned, wanted: tuple[Value, ...]
) -> list[Value]:
    """Each bound of a number or date, one step below and one above, within its range."""
    type_ = _type(survey, read)
    points: set[Any] = set()
    for bound in (*read.literals, *_bound_values(survey, read, by_slot, pinned)):
        points.update(around(bound, type_))
    if not points or ((read.bound_of or read.whole) and not read.literals):
        points.add(survey.ordinary[read.slot])
    if read.whole:
        points.update(value for value in wanted if _of_kind(value, type_))
        points.update(_distant(survey, read, by_slot, pinned, wanted))
    low, high = fact_range(survey.program, read.name) if read.kind == "fact" else (None, None)
    return sorted(point for point in points if (low is None or point >= low) and (high is None or point <= high))


def _distant(
    survey: Survey, read: Read, by_slot: Mapping[int, Read], pinned: Pinned, wanted: tuple[Value, ...]
) -> Iterator[dt.date]:
    """For dates: those that lie a wanted number of years before or after another date that goes into the result."""
    years = [value for value in wanted if isinstance(value, int)]
    if not years or _type(survey, read).kind != "date":
        return
    for other in by_slot.values():
        if other is read or not other.whole or other.kind == "interpretation" or _type(survey, other).kind != "date":
            continue
        for base, count, sign in itertools.product(_base(survey, other, pinned), years, (-1, 1)):
            if isinstance(base, dt.date):
                with contextlib.suppress(OverflowError):
                    yield add_months(base, sign * 12 * count)


def _of_kind(value: Value, type_: Type) -> bool:
    if type_.kind == "date":
        return isinstance(value, dt.date)
    return isinstance(value, int | Fraction) and (type_.scale is None or (value * 10**type_.scale).denominator == 1)


def around(bound: Any, type_: Type) -> Iterable[Any]:
    """A bound of a number or date, one step of its scale below and one above."""
    if isinstance(bound, dt.date):
        return (bound - DAY, bound, bound + DAY)
    step = Fraction(1, 10 ** (2 if type_.scale is None else type_.scale))
    on_scale = bound if type_.scale is None else math.floor(bound / step) * step
    # A computed bound between two values of the scale has no equal: its neighbours are one below and one above.
    near = (on_scale - step, on_scale, on_scale + step) if on_scale == bound else (on_scale, on_scale + step)
    return (exact(value) for value in near)


def _bound_values(survey: Survey, read: Read, by_slot: Mapping[int, Read], pinned: Pinned) -> set[Any]:
    """What the bounds that are not literals come to, for the base values of the inputs they are made of."""
    constants = [_enumerable(survey, by_slot[slot], pinned) for slot in read.bound_of]
    values: set[Any] = {value for known in constants for value in known or ()}
    for bound in read.bounds:
        bases = [_base(survey, by_slot[slot], pinned) for slot in bound.slots]
        slots: Slots = list(survey.program.blank)
        for chosen in itertools.islice(itertools.product(*bases), MAX_BOUND_VALUES):
            for slot, value in zip(bound.slots, chosen, strict=True):
                slots[slot] = (value, 0, 0)
            result = bound.closure(slots)[0]
            if not isinstance(result, Absent):
                values.add(result)
    return values


def _base(survey: Survey, read: Read, pinned: Pinned) -> Sequence[Value]:
    """The values of an input that bounds are computed from: its own literals, or an ordinary value."""
    values = _enumerable(survey, read, pinned)
    if values is not None:
        return values or (UNDETERMINED,)
    return read.literals or (survey.ordinary[read.slot],)


def _type(survey: Survey, read: Read) -> Type:
    if read.kind == "fact":
        return survey.program.plan.vocabulary.facts[read.name].type
    return survey.possible[read.name].type or Type("number")


def _exact(survey: Survey, read: Read, by_slot: Mapping[int, Read], pinned: Pinned) -> bool:
    """For enumerable inputs, numbers compared with constants only, and two compared with each other only."""
    known = [[_enumerable(survey, by_slot[slot], pinned) for slot in bound.slots] for bound in read.bounds]
    # Where constants make more bounds than are computed, some are left out.
    if any(math.prod(len(values or ()) for values in bases) > MAX_BOUND_VALUES for bases in known):
        return False
    if all(values is not None for bases in known for values in bases):
        return _enumerable(survey, read, pinned) is not None or not (read.whole or read.bound_of)
    return _paired(read, by_slot)


def _paired(read: Read, by_slot: Mapping[int, Read]) -> bool:
    others = {slot for bound in read.bounds for slot in bound.slots} | read.bound_of
    if len(others) != 1:
        return False
    other = by_slot[next(iter(others))]
    both = (read, other)
    plain = all(not each.whole and not each.literals and all(b.bare for b in each.bounds) for each in both)
    return plain and {slot for bound in other.bounds for slot in bound.slots} | other.bound_of == {read.slot}
