"""What two versions say of every item: both encodings come in, the definitions of each and what is edited go out."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.comparison.edits.changed import meaning
from engine.comparison.edits.same import ranged, ranging
from engine.evaluation.plan import Step
from engine.language.expressions import Chosen, Connect, ItemRef, Node, VerdictIs, rebuilt, walk
from engine.language.logic import Term
from engine.language.symbolic import is_value
from engine.language.term_bank import TermBank
from engine.policy.model import CONSISTENCY, ERROR, Criterion, Item, Outcome
from engine.policy.nodes import deciding_nodes, nodes
from engine.policy.overlays import named_items
from engine.proof.encoding import Encoding, Layer

OLDER, NEWER = 0, 1
SIDES = (OLDER, NEWER)
ITEM, READING, OVERLAY, WINDOW = "item", "reading", "overlay", "window"


@dataclass(frozen=True, slots=True, order=True)
class Cause:
    """A changed item, an overlay of one version only, a question whose default differs, or a moved window."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class Definition:
    """How one version defines an item under some sets of overlays, and which contracts have those."""

    step: Step
    layer: Layer
    when: Term
    meaning: object


@dataclass(frozen=True, slots=True)
class Versions:
    """What both versions say of every item: its definitions on each side, and which items and defaults differ.

    ``added`` are criteria of one version alone that an outcome counts; other items of one version alone only serve
    what reads them.
    """

    older: Encoding
    newer: Encoding
    definitions: tuple[Mapping[str, tuple[Definition, ...]], Mapping[str, tuple[Definition, ...]]]
    edited: tuple[str, ...]
    alone: frozenset[str]
    retyped: frozenset[str]
    defaults: tuple[str, ...]

    @property
    def bank(self) -> TermBank:
        return self.newer.bank

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

    def reads(self, id_: str) -> tuple[str, ...]:
        """The items that an item reads in either version."""
        return tuple(dict.fromkeys(name for item in self.items(id_) for name in named_items(item)))

    def below(self, ids: Iterable[str], stops: Container[str] = ()) -> set[str]:
        """These items and all that they rest on in either version, but not through the ``stops``."""
        met: set[str] = set()
        waiting = list(ids)
        while waiting:
            id_ = waiting.pop()
            if id_ not in met and id_ not in stops and self._known(id_):
                met.add(id_)
                waiting.extend(self.reads(id_))
        return met

    def above(self, ids: Iterable[str]) -> set[str]:
        """These items and all that rest on them in either version."""
        met = set(ids)
        readers: dict[str, set[str]] = {}
        for id_ in self.ids:
            for read in self.reads(id_):
                readers.setdefault(read, set()).add(id_)
        waiting = list(met)
        while waiting:
            for reader in readers.get(waiting.pop(), set()) - met:
                met.add(reader)
                waiting.append(reader)
        return met

    def items_of(self, cause: Cause) -> tuple[str, ...]:
        """Where an edit enters: the item itself, or those that ask the question."""
        if cause.kind != READING:
            return (cause.id,)
        return tuple(id_ for id_ in self.ids if any(cause.id in _asked(item) for item in self.items(id_)))

    def _known(self, id_: str) -> bool:
        return any(id_ in side for side in self.definitions)


def _asked(item: Item) -> set[str]:
    return {n.interpretation for root in deciding_nodes(item) for n in walk(root) if isinstance(n, Chosen)}


def versions(older: Encoding, newer: Encoding) -> Versions:
    """Compares the definitions of every item in both encodings."""
    have = [{step.item.id: step.item for layer in each.layers for step in layer.plan.steps} for each in (older, newer)]
    counted = [_counted(items.values()) for items in have]
    lent = [counted[NEWER] - set(have[OLDER]), counted[OLDER] - set(have[NEWER])]
    sides = tuple(_definitions(each, added) for each, added in zip((older, newer), lent, strict=True))
    alone = frozenset(have[OLDER].keys() ^ have[NEWER].keys())
    shared = have[OLDER].keys() & have[NEWER].keys()
    retyped = frozenset(id_ for id_ in shared if _form(older, id_) != _form(newer, id_))
    edited = []
    for id_ in dict.fromkeys((*sides[NEWER], *sides[OLDER])):
        one, other = (_when_of(side.get(id_, ())) for side in sides)
        reads_retyped = any(set(named_items(items[id_])) & retyped for items in have if id_ in items)
        if id_ in lent[OLDER] | lent[NEWER] or (id_ in shared - retyped and (one != other or reads_retyped)):
            edited.append(id_)
    asked = [each.space.taken for each in (older, newer)]
    defaults = tuple(id_ for id_ in asked[OLDER].keys() & asked[NEWER].keys() if asked[OLDER][id_] != asked[NEWER][id_])
    own = tuple(id_ for id_ in sorted(defaults) if id_ in older.questions and id_ in newer.questions)
    return Versions(older, newer, (sides[OLDER], sides[NEWER]), tuple(edited), alone, retyped, own)


def _form(encoding: Encoding, id_: str) -> object:
    type_ = encoding.type_of(id_)
    return None if type_ is None else {"verdict": "enum"}.get(type_.kind, type_.kind)


def _counted(items: Iterable[Item]) -> set[str]:
    """The criteria that outcomes range over."""
    outcomes = (item for item in items if isinstance(item.body, Outcome))
    return {id_ for item in outcomes for root in nodes(item) for id_ in ranged(root)}


def _when_of(found: tuple[Definition, ...]) -> dict[object, Term]:
    return {each.meaning: each.when for each in found}


def _definitions(encoding: Encoding, lent: Iterable[str]) -> dict[str, tuple[Definition, ...]]:
    """The definitions of every item, in the order of the plans; those that mean the same are one."""
    bank = encoding.bank
    groups: dict[str, dict[object, list[tuple[Step, Layer]]]] = {}
    meanings: dict[object, tuple[Step, object]] = {}
    for layer in encoding.layers:
        for step in layer.plan.steps:
            item = step.item
            added = tuple(d.id for d in item.body.derogations) if isinstance(item.body, Criterion) else ()
            key = (item.id, item.kind, item.at, added, step.yearly)
            if key not in meanings:
                step = replace(step, item=_counting(item, lent))
                meanings[key] = (step, (step.yearly, meaning(step.item)))
            found, said = meanings[key]
            groups.setdefault(item.id, {}).setdefault(said, []).append((found, layer))
    always = len(encoding.layers)
    return {
        id_: tuple(
            Definition(*each[0], bank.true if len(each) == always else bank.either(*(x.when for _, x in each)), said)
            for said, each in found.items()
        )
        for id_, found in groups.items()
    }


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


def refused(both: Versions) -> list[Term]:
    """Where a version refuses a case, since its facts contradict each other."""
    found = []
    for encoding in (both.older, both.newer):
        items = {step.item.id: step.item for layer in encoding.layers for step in layer.plan.steps}
        for id_, item in items.items():
            if item.kind == CONSISTENCY and item.severity == ERROR:
                found.append(is_value(both.bank, encoding.answer(id_), "not_met"))
    return found


def faults_of(encoding: Encoding) -> dict[str, Term]:
    """Where each item has no answer or two, in the order of the plans."""
    bank = encoding.bank
    found: dict[str, Term] = {}
    for layer in encoding.layers:
        for step in layer.plan.steps:
            for fault in layer.item(step.item.id).faults:
                known_so_far = found.get(step.item.id, bank.false)
                found[step.item.id] = bank.either(known_so_far, bank.both(layer.when, fault.when))
    return found
