"""What an item tells apart: a compiled program and an item's id come in, its direct inputs with their classes go out.

Facts are enums, booleans, or numbers and dates compared with bounds, so finitely many values stand for all of them.
"""

from __future__ import annotations

import datetime as dt
import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from engine.evaluation.program import Compiled, Program
from engine.evaluation.slots import Slots
from engine.language.facts import BENEFICIARY
from engine.language.types import Type
from engine.language.values import UNDETERMINED, Absent, Value, exact
from engine.review.ordinary import DAY, fact_range, ordinary_values
from engine.review.possible import ALWAYS_GIVEN, Possible, possible
from engine.review.reads import Read, reads

MAX_BOUND_VALUES = 64

Pinned = Mapping[int, Value]


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
    """A program whose items are looked at, with what was found so far."""

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


def survey(program: Program) -> Survey:
    steps = {compiled.step.item.id: compiled for compiled in program.steps}
    found = possible(program)
    return Survey(program, steps, found, ordinary_values(program, found))


def inputs(found: Survey, item_id: str, pinned: Pinned | None = None) -> tuple[Input, ...]:
    """The direct inputs of an item with their classes; a ``pinned`` slot has one value, and bounds count from it."""
    if pinned:
        return _inputs(found, item_id, pinned)
    if item_id not in found._inputs:
        found._inputs[item_id] = _inputs(found, item_id, {})
    return found._inputs[item_id]


def classes(found: Survey, item_id: str, name: str) -> tuple[ValueClass, ...]:
    """The classes of one direct input of an item, by its name.

    Raises:
        KeyError: the item does not read it directly.
    """
    for each in inputs(found, item_id):
        if each.name == name:
            return each.classes
    raise KeyError(name)


def _inputs(found: Survey, item_id: str, pinned: Pinned) -> tuple[Input, ...]:
    by_slot = found.reads(item_id)
    return tuple(
        Input(
            read.kind,
            read.name,
            slot,
            (ValueClass((pinned[slot],)),) if slot in pinned else _classes(found, read, by_slot, pinned),
            _exact(found, read, by_slot),
        )
        for slot, read in by_slot.items()
    )


def _classes(found: Survey, read: Read, by_slot: Mapping[int, Read], pinned: Pinned) -> tuple[ValueClass, ...]:
    values = _enumerable(found, read)
    if values is None:
        known = [ValueClass((value,)) for value in _representatives(found, read, by_slot, pinned)]
    elif read.whole or read.bounds or read.bound_of:
        known = [ValueClass((value,)) for value in values]
    else:
        alike: dict[tuple[bool, ...], list[Value]] = {}
        for value in values:
            alike.setdefault(tuple(bool(test(value)) for test in read.tests), []).append(value)
        known = [ValueClass(tuple(group)) for group in alike.values()]
    return (*known, *(ValueClass((absent,)) for absent in _absences(found, read)))


def _absences(found: Survey, read: Read) -> tuple[Absent, ...]:
    """The ways in which an input can have no value."""
    if read.kind == "item":
        return found.possible[read.name].absent
    always_given = read.kind == "interpretation" or read.name in ALWAYS_GIVEN
    return () if always_given else (UNDETERMINED,)


def _enumerable(found: Survey, read: Read) -> tuple[Value, ...] | None:
    """Every value that an input can have, or None for a number or date that is open."""
    program = found.program
    if read.kind == "interpretation":
        return tuple(program.plan.interpretations[read.name].choices)
    if read.kind == "item":
        return found.possible[read.name].values
    if read.name == BENEFICIARY:
        return (program.plan.convention.beneficiary,)
    return enumerated(program.plan.vocabulary.facts[read.name].type)


def enumerated(type_: Type) -> tuple[Value, ...] | None:
    """The values of an enum or boolean, or None for numbers and dates."""
    if type_.kind == "boolean":
        return (True, False)
    return type_.values if type_.kind == "enum" else None


def _representatives(found: Survey, read: Read, by_slot: Mapping[int, Read], pinned: Pinned) -> list[Value]:
    """Each bound of a number or date, one step below and one above, within its range."""
    type_ = _type(found, read)
    points: set[Any] = set()
    for bound in (*read.literals, *_bound_values(found, read, by_slot, pinned)):
        points.update(_around(bound, type_))
    if not points or (read.bound_of and not read.literals) or (read.whole and not read.literals):
        points.add(found.ordinary[read.slot])
    low, high = fact_range(found.program, read.name) if read.kind == "fact" else (None, None)
    return sorted(point for point in points if (low is None or point >= low) and (high is None or point <= high))


def _around(bound: Any, type_: Type) -> Iterable[Any]:
    if isinstance(bound, dt.date):
        return (bound - DAY, bound, bound + DAY)
    step = Fraction(1, 10 ** (2 if type_.scale is None else type_.scale))
    on_scale = bound if type_.scale is None else math.floor(bound / step) * step
    # A computed bound between two values of the scale has no equal: its neighbours are one below and one above.
    near = (on_scale - step, on_scale, on_scale + step) if on_scale == bound else (on_scale, on_scale + step)
    return (exact(value) for value in near)


def _bound_values(found: Survey, read: Read, by_slot: Mapping[int, Read], pinned: Pinned) -> set[Any]:
    """What the bounds that are not literals come to, for the base values of the inputs they are made of."""
    values: set[Any] = set()
    for bound in read.bounds:
        bases = [_base(found, by_slot[slot], pinned) for slot in bound.slots]
        slots: Slots = list(found.program.blank)
        for chosen in itertools.islice(itertools.product(*bases), MAX_BOUND_VALUES):
            for slot, value in zip(bound.slots, chosen, strict=True):
                slots[slot] = (value, 0, 0)
            result = bound.closure(slots)[0]
            if not isinstance(result, Absent):
                values.add(result)
    return values


def _base(found: Survey, read: Read, pinned: Pinned) -> Sequence[Value]:
    """The values of an input that bounds are computed from: its own literals, or an ordinary value."""
    if read.slot in pinned:
        return (pinned[read.slot],)
    values = _enumerable(found, read)
    if values is not None:
        return values or (UNDETERMINED,)
    return read.literals or (found.ordinary[read.slot],)


def _type(found: Survey, read: Read) -> Type:
    if read.kind == "fact":
        return found.program.plan.vocabulary.facts[read.name].type
    return found.possible[read.name].type or Type("number")


def _exact(found: Survey, read: Read, by_slot: Mapping[int, Read]) -> bool:
    """For enumerable inputs, numbers compared with constants only, and two compared with each other only."""
    if all(_enumerable(found, by_slot[slot]) is not None for bound in read.bounds for slot in bound.slots):
        return _enumerable(found, read) is not None or not (read.whole or read.bound_of)
    return _paired(read, by_slot)


def _paired(read: Read, by_slot: Mapping[int, Read]) -> bool:
    others = {slot for bound in read.bounds for slot in bound.slots} | read.bound_of
    if len(others) != 1:
        return False
    other = by_slot[next(iter(others))]
    both = (read, other)
    plain = all(not each.whole and not each.literals and all(b.bare for b in each.bounds) for each in both)
    return plain and {slot for bound in other.bounds for slot in bound.slots} | other.bound_of == {read.slot}
