"""What two versions say of every item: both encodings come in, the definitions of each and what is edited go out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.comparison.edits.same import meaning, ranged, ranging
from engine.evaluation.at_once import Definition
from engine.evaluation.plan import step_of
from engine.language.expressions import Connect, ItemRef, Node, VerdictIs, rebuilt
from engine.language.symbolic import Symbolic
from engine.language.term_bank import TermBank
from engine.language.types import Type
from engine.policy.model import Item, Outcome
from engine.policy.overlays import named_items, reached
from engine.policy.resolve import named_in
from engine.proof.encoding import Encoding

OLDER, NEWER = 0, 1
SIDES = (OLDER, NEWER)
ITEM, READING, OVERLAY, WINDOW = "item", "reading", "overlay", "window"


@dataclass(frozen=True, slots=True, order=True)
class Cause:
    """A changed item, an overlay of one version only, a question whose default differs, or a moved window."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Versions:
    """What both versions say of every item: its definitions on each side, and which items and defaults differ.

    ``added`` are criteria of one version alone that an outcome counts; other items of one version alone only serve
    what reads them.
    """

    older: Encoding
    newer: Encoding
    definitions: Sequence[Mapping[str, tuple[Definition, ...]]]
    edited: tuple[str, ...]
    alone: frozenset[str]
    retyped: frozenset[str]
    defaults: tuple[str, ...]
    _reads: Mapping[str, tuple[str, ...]]
    _readers: Mapping[str, tuple[str, ...]]

    @property
    def bank(self) -> TermBank:
        return self.newer.bank

    @property
    def encodings(self) -> tuple[Encoding, Encoding]:
        return self.older, self.newer

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys((*self.definitions[NEWER], *self.definitions[OLDER])))

    def of(self, side: int, id_: str) -> tuple[Definition, ...]:
        return self.definitions[side].get(id_, ())

    def items(self, id_: str) -> Iterator[Item]:
        """The item in each of its definitions."""
        for side in SIDES:
            for each in self.of(side, id_):
                yield each.step.item

    def type_of(self, id_: str) -> Type | None:
        """The type of an item, that of the newer version if it has one."""
        return self.newer.type_of(id_) or self.older.type_of(id_)

    def answers(self, id_: str) -> tuple[Symbolic, Symbolic]:
        """The answers of an item on both sides; not applicable in a version without it."""
        return self.older.answer_or_none(id_), self.newer.answer_or_none(id_)

    def reads(self, id_: str) -> tuple[str, ...]:
        """The items that an item reads in either version."""
        return self._reads.get(id_, ())

    def below(self, ids: Iterable[str], stops: Iterable[str] = ()) -> set[str]:
        """These items and all that they rest on in either version, but not through the ``stops``."""
        known = {*self.definitions[NEWER], *self.definitions[OLDER]}
        own = known.difference(stops)
        return {*reached(own.intersection(ids), self.reads, own.__contains__)}

    @property
    def offered_alone(self) -> frozenset[str]:
        """The facts of which one version offers a value that the other does not: it refuses cases with that value."""
        older, newer = self.older.convention.knows, self.newer.convention.knows
        return frozenset(name for name in older.keys() | newer.keys() if older.get(name) != newer.get(name))

    def facts_below(self, id_: str) -> frozenset[str]:
        """The facts that an item rests on in either version."""
        found = (
            each.step.reads.facts for below in self.below([id_]) for side in SIDES for each in self.of(side, below)
        )
        return frozenset().union(*found)

    def above(self, ids: Iterable[str]) -> set[str]:
        """These items and all that rest on them in either version."""
        return {*reached(ids, lambda id_: self._readers.get(id_, ()))}

    def items_of(self, cause: Cause) -> tuple[str, ...]:
        """Where an edit enters: the item itself, or those that ask the question."""
        if cause.kind != READING:
            return (cause.id,)
        return tuple(id_ for id_ in self.ids if cause.id in self.asked(id_))

    def asked(self, id_: str) -> frozenset[str]:
        """The questions that an item asks in either version."""
        return frozenset().union(*(each.step.reads.questions for side in SIDES for each in self.of(side, id_)))


def versions(older: Encoding, newer: Encoding) -> Versions:
    """Compares the definitions of every item in both encodings."""
    have = [{id_: [step.item for step in each.steps(id_)] for id_ in each.definitions} for each in (older, newer)]
    outcomes = ([one for items in each.values() for one in items if isinstance(one.body, Outcome)] for each in have)
    counted = [{id_ for item in each for id_ in ranged(item)} for each in outcomes]  # the criteria that they range over
    lent = [counted[NEWER] - set(have[OLDER]), counted[OLDER] - set(have[NEWER])]
    said = [_definitions(each, added) for each, added in zip((older, newer), lent, strict=True)]
    alone = frozenset(have[OLDER].keys() ^ have[NEWER].keys())
    shared = have[OLDER].keys() & have[NEWER].keys()
    retyped = frozenset(id_ for id_ in shared if _form(older, id_) != _form(newer, id_))
    edited = []
    for id_ in dict.fromkeys((*said[NEWER], *said[OLDER])):
        one, other = (
            {meant: encoding.under(each.within) for meant, each in side.get(id_, {}).items()}
            for encoding, side in zip((older, newer), said, strict=True)
        )
        reads_retyped = any(set(named_items(item)) & retyped for each in have for item in each.get(id_, ()))
        if id_ in lent[OLDER] | lent[NEWER] or (id_ in shared - retyped and (one != other or reads_retyped)):
            edited.append(id_)
    asked = [each.space.taken for each in (older, newer)]
    defaults = tuple(id_ for id_ in asked[OLDER].keys() & asked[NEWER].keys() if asked[OLDER][id_] != asked[NEWER][id_])
    own = tuple(id_ for id_ in sorted(defaults) if id_ in older.questions and id_ in newer.questions)
    reads: dict[str, dict[str, None]] = {}
    readers: dict[str, dict[str, None]] = {}
    for side in said:
        for id_, found in side.items():
            for read in (name for each in found.values() for name in each.step.reads.items):
                reads.setdefault(id_, {})[read] = None
                readers.setdefault(read, {})[id_] = None
    return Versions(
        older=older,
        newer=newer,
        definitions=tuple({id_: (*found.values(),) for id_, found in side.items()} for side in said),
        edited=tuple(edited),
        alone=alone,
        retyped=retyped,
        defaults=own,
        _reads={id_: tuple(found) for id_, found in reads.items()},
        _readers={id_: tuple(found) for id_, found in readers.items()},
    )


def _form(encoding: Encoding, id_: str) -> object:
    type_ = encoding.type_of(id_)
    return None if type_ is None else {"verdict": "enum"}.get(type_.kind, type_.kind)


def _definitions(encoding: Encoding, lent: Iterable[str]) -> dict[str, dict[object, Definition]]:
    """The definitions of every item by what they mean, in the order of the plans."""
    found: dict[str, dict[object, Definition]] = {}
    for id_, definitions in encoding.definitions.items():
        alike = found.setdefault(id_, {})
        for each in definitions:
            step, item = each.step, _counting(each.step.item, lent)
            if item is not step.item:
                step = step_of(item, step.type, step.yearly, named_in(item))
            said = (step.yearly, meaning(item))
            first = alike.get(said) or replace(each, step=step)
            alike[said] = replace(first, within=first.within | each.within)
    return found


def _counting(item: Item, lent: Iterable[str]) -> Item:
    """An outcome that ranges over criteria, ranging over those of the other version too."""
    if not isinstance(item.body, Outcome) or not lent:
        return item

    def change(node: Node) -> Any:
        inner = rebuilt(node, change)
        verdicts = ranging(inner)
        if verdicts is None or not isinstance(inner, Connect):
            return inner
        more = (VerdictIs(ItemRef(id_, inner.at), tuple(sorted(verdicts)), inner.at) for id_ in sorted(lent))
        return replace(inner, parts=(*inner.parts, *more))

    return replace(item, body=rebuilt(item.body, change))
