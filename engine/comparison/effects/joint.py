"""One item in two programs over the classes of all that either reads: leaves with both answers go out.

The product is never listed. An evaluation is watched, and only inputs that it looks at are split further, so that each
leaf stands for every combination of the inputs that neither version looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.comparison.effects.twins import FAULTS, Ground, answer_of
from engine.evaluation.slots import Answer
from engine.language.facts import YEAR
from engine.language.values import UNDETERMINED, Absent, Value
from engine.review.classes import Input, Survey, inputs
from engine.review.enumeration import slot_content

# Evaluations of one item in both versions; beyond, its leaves are not all known.
MAX_NODES = 12_000

Pair = tuple[Value | None, Value | None]


@dataclass(frozen=True, slots=True)
class Dim:
    """An input of either version: classes of pairs of values, the same in both unless the input itself differs.

    ``exact``: every value that the input can have behaves like one of the classes.
    """

    kind: str
    name: str
    classes: tuple[tuple[Pair, ...], ...]
    exact: bool

    @property
    def full(self) -> int:
        return (1 << len(self.classes)) - 1

    def class_of(self, pair: Pair) -> int | None:
        """The class that holds a pair of values."""
        return next((i for i, pairs in enumerate(self.classes) if pair in pairs), None)


@dataclass(frozen=True, slots=True)
class Leaf:
    """A box of classes (a bit set for each dim) in which both versions answer ``pair``."""

    box: tuple[int, ...]
    pair: Pair


@dataclass(frozen=True, slots=True)
class Compared:
    """An item in both versions; ``unknown`` are the boxes that the bound left unlooked at."""

    id: str
    dims: tuple[Dim, ...]
    leaves: tuple[Leaf, ...]
    unknown: tuple[tuple[int, ...], ...]
    nodes: int

    @property
    def exact(self) -> bool:
        """Whether a difference that no leaf shows does not exist."""
        return not self.unknown and all(dim.exact for dim in self.dims)

    @property
    def differing(self) -> tuple[Leaf, ...]:
        return tuple(leaf for leaf in self.leaves if leaf.pair[0] != leaf.pair[1])

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """The pairs of different answers, each once."""
        return tuple(dict.fromkeys(leaf.pair for leaf in self.differing))


class _Watched(list[Answer]):
    """Slots that remember which of them were looked at."""

    __slots__ = ("seen",)

    def __init__(self, content: Sequence[Answer]) -> None:
        super().__init__(content)
        self.seen: list[int] = []

    def __getitem__(self, index: Any) -> Any:  # only single slots are ever read
        self.seen.append(index)
        return super().__getitem__(index)


def compare(ground: Ground, id_: str, dims: tuple[Dim, ...], bound: int = MAX_NODES) -> Compared:
    """The item in both versions over its inputs, in at most ``bound`` evaluations."""
    runs = [_Half(survey, id_, dims, side) for side, survey in enumerate((ground.a, ground.b)) if id_ in survey.steps]
    orders = _orders(ground.b, dims)
    leaves: list[Leaf] = []
    waiting: list[tuple[int | None, ...]] = [(None,) * len(dims)]
    nodes = 0
    while waiting and nodes < bound:
        fixed = waiting.pop()
        if _disordered(fixed, dims, orders):
            continue
        nodes += 1
        answers: list[Value | None] = [None, None]
        following = None
        for run in runs:
            answers[run.side], seen = run(fixed)
            following = seen if following is None else following
        if following is None:
            leaves.append(Leaf(_box(fixed, dims), (answers[0], answers[1])))
            continue
        for i in reversed(range(len(dims[following].classes))):
            waiting.append((*fixed[:following], i, *fixed[following + 1 :]))
    return Compared(id_, dims, tuple(leaves), tuple(_box(fixed, dims) for fixed in waiting), nodes)


def _box(fixed: Sequence[int | None], dims: Sequence[Dim]) -> tuple[int, ...]:
    return tuple(dim.full if i is None else 1 << i for i, dim in zip(fixed, dims, strict=True))


class _Half:
    """One version of the item: evaluates it for chosen classes and tells the first other input that it looked at."""

    def __init__(self, survey: Survey, id_: str, dims: Sequence[Dim], side: int) -> None:
        self.side = side
        self.survey = survey
        self.compiled = survey.steps[id_]
        by_name = {(read.kind, read.name): slot for slot, read in survey.reads(id_).items()}
        self.places = [by_name.get((dim.kind, dim.name)) for dim in dims]
        self.dim_of = {slot: i for i, slot in enumerate(self.places) if slot is not None}
        self.content = [
            [] if slot is None else [slot_content(survey, slot, _known(pairs[0][side])) for pairs in dim.classes]
            for slot, dim in zip(self.places, dims, strict=True)
        ]
        self.slots = _Watched(survey.program.blank)
        year = survey.program.names.facts[YEAR]
        self.year = year if self.compiled.step.yearly and year in survey.reads(id_) else None

    def __call__(self, fixed: Sequence[int | None]) -> tuple[Value | None, int | None]:
        slots = self.slots
        for slot, content, i in zip(self.places, self.content, fixed, strict=True):
            if slot is not None and content:
                slots[slot] = content[i or 0]
        slots.seen.clear()
        value = self._answer()
        for slot in slots.seen:
            dim = self.dim_of.get(slot)
            if dim is not None and fixed[dim] is None:
                return value, dim
        return value, None

    def _answer(self) -> Value:
        """A result of the year is undetermined without the year, whatever its closure says."""
        if self.year is not None and self.slots[self.year][0] is UNDETERMINED:
            return Absent.UNDETERMINED
        return answer_of(self.compiled, self.slots)


def _known(value: Value | None) -> Value:
    return UNDETERMINED if value is None else value


def dims_of(
    ground: Ground, id_: str, below: Mapping[str, Compared], affected: frozenset[str], taken: Mapping[str, Pair]
) -> tuple[Dim, ...]:
    """Every input of either version, those of the first in their order, then what only the second reads.

    ``below`` are the affected items that it reads, ``taken`` the readings to go by.
    """
    sides = [inputs(survey, id_) if id_ in survey.steps else () for survey in (ground.a, ground.b)]
    known: dict[tuple[str, str], list[Input | None]] = {}
    for side, found in enumerate(sides):
        for each in found:
            known.setdefault((each.kind, each.name), [None, None])[side] = each
    return tuple(_dim(ground, kind, name, each, below, affected, taken) for (kind, name), each in known.items())


def _dim(
    ground: Ground,
    kind: str,
    name: str,
    each: Sequence[Input | None],
    below: Mapping[str, Compared],
    affected: frozenset[str],
    taken: Mapping[str, Pair],
) -> Dim:
    exact = all(one is None or one.exact for one in each)
    if kind == "interpretation" and name in taken:
        return Dim(kind, name, ((taken[name],),), True)
    groups: dict[tuple[int | None, ...], list[Pair]] = {}
    places = [{value: i for i, c in enumerate(one.classes) for value in c.values} if one else {} for one in each]
    merged = dict.fromkeys(value for place in places for value in place)
    split = each[0] is not None and each[1] is not None
    for value in _sorted(merged):
        at = tuple(place.get(value) for place in places)
        if kind == "item" and split and name in affected and None in at:
            continue  # one version alone can answer this, and so only in a pair that differs
        groups.setdefault(at if None not in at or not split else (*at, len(groups)), []).append((value, value))
    classes = [tuple(pairs) for pairs in groups.values()]
    if kind == "item" and name in below:
        classes.extend((pair,) for pair in below[name].pairs if not set(pair) & set(FAULTS))
        exact = exact and below[name].exact
    elif kind == "item" and name in affected:
        exact = False
    return Dim(kind, name, tuple(classes), exact)


def _sorted(values: Mapping[Value, None]) -> Iterator[Value]:
    """Numbers and dates in their order, what is absent last; other values as they came."""
    present = [value for value in values if not isinstance(value, Absent)]
    if all(not isinstance(value, str | bool) for value in present):
        present.sort(key=lambda value: value)
    yield from present
    yield from (value for value in values if isinstance(value, Absent))


def _orders(survey: Survey, dims: Sequence[Dim]) -> list[tuple[int, int]]:
    """Positions of facts whose values must not decrease from the one to the other."""
    places = {dim.name: i for i, dim in enumerate(dims) if dim.kind == "fact"}
    chains = survey.program.plan.vocabulary.orders
    return [
        (places[first], places[second])
        for chain in chains
        for i, first in enumerate(chain)
        for second in chain[i + 1 :]
        if first in places and second in places
    ]


def _disordered(fixed: Sequence[int | None], dims: Sequence[Dim], orders: Sequence[tuple[int, int]]) -> bool:
    for first, second in orders:
        i, j = fixed[first], fixed[second]
        if i is None or j is None:
            continue
        low: Any = dims[first].classes[i][0][0]
        high: Any = dims[second].classes[j][0][0]
        if not isinstance(low, Absent) and not isinstance(high, Absent) and low > high:
            return True
    return False
