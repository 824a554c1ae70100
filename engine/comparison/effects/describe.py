"""Whom a change concerns, in few words: an item in both versions comes in, boxes of its inputs go out.

A box is a set of values for each input; inputs that do not matter are left out of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.comparison.effects.joint import Compared, Dim, Leaf, Pair
from engine.evaluation.program import bits
from engine.language.values import UNDETERMINED, Absent, Value

Masks = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Restriction:
    """What one input must be: the ``pairs`` of values, or for numbers and dates a range, open where None.

    ``absent`` tells the ways in which it may have no value. ``differs`` where the input is not the same in both
    versions; ``exact`` where the limits of the range are the very limits. ``some`` is one of the values, and the end of
    a range that is nearest to the change.
    """

    kind: str
    name: str
    pairs: tuple[Pair, ...]
    low: Value | None
    high: Value | None
    ranged: bool
    absent: tuple[Absent, ...]
    exact: bool
    some: Value

    @property
    def only_absent(self) -> bool:
        return not self.pairs and not self.ranged

    def holds(self, pair: Pair) -> bool:
        """Whether a pair of values is allowed."""
        if isinstance(pair[0], Absent) and pair[0] == pair[1]:
            return pair[0] in self.absent
        if not self.ranged:
            return pair in self.pairs
        value: Any = pair[0]
        if pair[0] != pair[1] or isinstance(value, str | bool) or value is None:
            return False
        return (self.low is None or value >= self.low) and (self.high is None or value <= self.high)

    @property
    def differs(self) -> bool:
        return any(a != b for a, b in self.pairs)


@dataclass(frozen=True, slots=True)
class Box:
    """Restrictions of the inputs of an item, under which it answers ``pair``."""

    item: str
    masks: Masks
    pair: Pair
    restrictions: tuple[Restriction, ...]


@dataclass(frozen=True, slots=True)
class Index:
    """The leaves of a comparison by class: for each class of each input the set of leaves that hold it, as bits.

    The boxes that the bound left unlooked at come after the leaves, and agree with none.
    """

    compared: Compared
    holders: tuple[tuple[int, ...], ...]
    pairs: Mapping[Pair, int]
    count: int

    @classmethod
    def of(cls, compared: Compared) -> Index:
        boxes = [leaf.box for leaf in compared.leaves] + list(compared.unknown)
        holders = [[0] * len(dim.classes) for dim in compared.dims]
        pairs: dict[Pair, int] = {}
        for number, box in enumerate(boxes):
            bit = 1 << number
            if number < len(compared.leaves):
                pair = compared.leaves[number].pair
                pairs[pair] = pairs.get(pair, 0) | bit
            for place, mask in enumerate(box):
                for i in bits(mask):
                    holders[place][i] |= bit
        return cls(compared, tuple(tuple(each) for each in holders), pairs, len(boxes))

    def meeting(self, masks: Masks, besides: int | None = None) -> int:
        """The leaves that a box meets, one input aside."""
        found = (1 << self.count) - 1
        for place, mask in enumerate(masks):
            if place != besides and mask != self.compared.dims[place].full:
                found &= self._held(place, mask)
        return found

    def _held(self, place: int, mask: int) -> int:
        held = 0
        for i in bits(mask):
            held |= self.holders[place][i]
        return held

    def grown(self, leaf: Leaf) -> Box:
        """The box of a leaf, widened input by input while every case in it has the same two answers."""
        others = (1 << self.count) - 1 & ~self.pairs[leaf.pair]
        masks = list(leaf.box)
        for place, dim in enumerate(self.compared.dims):
            if masks[place] == dim.full:
                continue
            against = others & self.meeting(tuple(masks), place)
            for i, held in enumerate(self.holders[place]):
                if not held & against:
                    masks[place] |= 1 << i
        box = tuple(masks)
        return Box(self.compared.id, box, leaf.pair, restrictions(self.compared.dims, box))


def box_around(index: Index, values: Mapping[tuple[str, str], Pair], pair: Pair, known: Sequence[Box]) -> Box | None:
    """A wide box around a case in which the item answers ``pair``: a ``known`` one, or one made for it.

    None where no class stands for the inputs of the case.
    """
    compared = index.compared
    point = []
    for dim in compared.dims:
        place = _place(dim, values.get((dim.kind, dim.name)))
        if place is None:
            return None
        point.append(1 << place)
    masks = tuple(point)
    inside = next((box for box in known if box.pair == pair and _meet(box.masks, masks)), None)
    if inside is not None:
        return inside
    found = index.meeting(masks)
    number = (found & -found).bit_length() - 1
    if not 0 <= number < len(compared.leaves) or compared.leaves[number].pair != pair:
        return None
    return index.grown(compared.leaves[number])


def cover(compared: Compared, bound: int) -> tuple[Box, ...]:
    """Boxes that hold every case in which the answers differ, the widest first; no more than ``bound``."""
    waiting = list(compared.differing)
    index = Index.of(compared)
    found: list[Box] = []
    while waiting and len(found) < bound:
        box = index.grown(waiting[0])
        found.append(box)
        waiting = [leaf for leaf in waiting[1:] if leaf.pair != box.pair or not _inside(leaf.box, box.masks)]
    return tuple(sorted(found, key=lambda box: len(box.restrictions)))


def restrictions(dims: Sequence[Dim], masks: Masks) -> tuple[Restriction, ...]:
    """What a box asks of each input that it does not leave free."""
    return tuple(_restriction(dim, mask) for dim, mask in zip(dims, masks, strict=True) if mask != dim.full)


def _restriction(dim: Dim, mask: int) -> Restriction:
    kept = [pair for i, pairs in enumerate(dim.classes) if mask >> i & 1 for pair in pairs]
    absent = tuple(a for a, b in kept if isinstance(a, Absent) and a == b)
    known = tuple(pair for pair in kept if not (isinstance(pair[0], Absent) and pair[0] == pair[1]))
    if known and all(a == b and not isinstance(a, str | bool) for a, b in known):
        ranged = _range(dim, {a for a, _ in known})
        if ranged is not None:
            low, high = ranged
            some = high if high is not None else low if low is not None else known[0][0]
            return Restriction(
                dim.kind, dim.name, (), low, high, True, absent, dim.exact, UNDETERMINED if some is None else some
            )
    first = next((a for a, b in known if a is not None and a == b), UNDETERMINED)
    return Restriction(dim.kind, dim.name, known, None, None, False, absent, dim.exact, first)


def _range(dim: Dim, kept: set[Value | None]) -> tuple[Value | None, Value | None] | None:
    """The lowest and highest of values that follow each other without a gap, None at an open end."""
    ordered = [a for pairs in dim.classes for a, b in pairs if a == b and not isinstance(a, Absent)]
    places = [i for i, value in enumerate(ordered) if value in kept]
    if places != list(range(places[0], places[-1] + 1)):
        return None
    low = None if places[0] == 0 else ordered[places[0]]
    high = None if places[-1] == len(ordered) - 1 else ordered[places[-1]]
    return (low, high)


def _place(dim: Dim, pair: Pair | None) -> int | None:
    """The class of a pair of values; between two compared numbers every number is like the lower one."""
    if pair is None:
        return 0 if len(dim.classes) == 1 else None
    for same in (pair, (pair[0], pair[0]), (pair[1], pair[1])):  # what one version alone reads is the same in both
        index = dim.class_of(same)
        if index is not None and None not in same:
            return index
    number: Any = pair[0]
    if pair[0] != pair[1] or number is None or isinstance(number, Absent | str | bool):
        return None
    known: list[Any] = [a for (a, b), *_ in dim.classes if a == b and not isinstance(a, Absent)]
    below = [a for a in known if a <= number] or known[:1]
    return dim.class_of((below[-1], below[-1])) if below else None


def _meet(first: Masks, second: Masks) -> bool:
    return all(a & b for a, b in zip(first, second, strict=True))


def _inside(inner: Masks, outer: Masks) -> bool:
    return all(a & ~b == 0 for a, b in zip(inner, outer, strict=True))
