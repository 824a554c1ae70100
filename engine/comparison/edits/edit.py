"""The model of a difference between two conventions, and where in a comparison it stands.

Each edit says which part of which item changed, and how. :mod:`engine.comparison.edits.structure` makes edits out of
two built conventions, and :mod:`engine.report.diff_page` says them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from engine.errors import Location
from engine.language.expressions import Cell, Citation, Node, Text
from engine.language.facts import Vocabulary
from engine.policy.model import Convention, Derogation, Interpretation, Item, Overlay, Row, Rule, Source
from engine.policy.results import Property, Supposition, WithoutRules

KINDS = (
    *("convention", "source", "interpretation", "parameter", "table", "quantity", "criterion"),
    *("outcome", "payment", "obligation", "consistency", "derogation", "property", "supposition", "overlay"),
    "window",
)
WEIGHTS = ("rule", "citation", "label")  # what a result depends on; what it rests on; the words around it

OWN_UNIT = frozenset({"value", "row", "case", "otherwise", "first_known"})  # places whose value has the item's unit

Path = tuple[tuple[str, str], ...]
Named = Item | Overlay | Property | Supposition | Interpretation | Source | WithoutRules
Whole = Named | Row | Rule | Derogation
Value = (
    str | int | Decimal | bool | dt.date | Text | tuple[str, ...] | tuple[Citation, ...] | Node | Cell | Whole | None
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change of one part of an item.

    ``item`` is the permanent id that the newer side uses. ``path`` leads to the part inside the item, as pairs of a
    kind of place and its name, such as ``("row", "option = demi_etp, annee = 1")``; it is empty for the item itself.
    ``before`` and ``after`` are plain values or nodes of the language, None where there is nothing; numbers are exact.
    Citations are those of the nearest thing that cites: the row, else the item. A place is None on the side that lacks
    the item. ``cells`` are those of the table row that the edit is about, if it is about one. ``also`` are the other
    places of a number that changes alike wherever it stands: one change of law.
    """

    item: str
    kind: str
    change: str
    part: str
    path: Path = ()
    before: Value
    after: Value
    cite_before: tuple[Citation, ...] = ()
    cite_after: tuple[Citation, ...] = ()
    at_before: Location | None
    at_after: Location | None
    weight: str = "rule"
    unit: str | None = None
    cells: Mapping[str, Cell] = field(default_factory=dict)
    also: tuple[Edit, ...] = ()

    @property
    def everywhere(self) -> tuple[Edit, ...]:
        """The edit at each of its places."""
        return (self, *self.also)

    @property
    def where(self) -> str:
        """The path as one line: ``row option = demi_etp, annee = 1``."""
        return ", ".join(f"{kind} {name}".strip() for kind, name in self.path)

    @property
    def value_unit(self) -> str | None:
        """The unit of the values: the item's, unless they stand inside a formula."""
        return self.unit if {kind for kind, _ in self.path} <= OWN_UNIT else None


@dataclass(frozen=True, slots=True)
class Comparison:
    """The edits between two conventions; a side is None where the convention is new or gone."""

    before: Convention | None
    after: Convention | None
    edits: tuple[Edit, ...]

    def of_weight(self, weights: Iterable[str]) -> tuple[Edit, ...]:
        """The edits of these weights, in order."""
        wanted = frozenset(weights)
        return tuple(edit for edit in self.edits if edit.weight in wanted)


ALIKE = 0.5  # from here on two members are one that changed, and not one gone and one new


@dataclass(frozen=True, slots=True)
class Setting:
    """The items and facts that both sides read, the first days of their windows, and the grounds of what they keep."""

    old: Mapping[str, Item]
    new: Mapping[str, Item]
    starts: tuple[dt.date, dt.date]
    vocabulary: Vocabulary
    kept: frozenset[tuple[str, str | None]] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """The part of an item that is compared: ``at`` and ``cite`` are those of both sides."""

    item: str
    kind: str
    at: tuple[Location, Location]
    cite: tuple[tuple[Citation, ...], tuple[Citation, ...]]
    setting: Setting
    path: Path = ()
    weight: str = "rule"
    unit: str | None = None
    cells: Mapping[str, Cell] = field(default_factory=dict)

    def inside(self, *steps: tuple[str, str]) -> Spot:
        """A part of this part."""
        return replace(self, path=(*self.path, *steps))

    def on(self, before: Any, after: Any) -> Spot:
        """The same path, with the places of two parts and what they cite, if they do."""
        at = getattr(before, "at", self.at[0]), getattr(after, "at", self.at[1])
        cite = getattr(before, "cite", None) or self.cite[0], getattr(after, "cite", None) or self.cite[1]
        return replace(self, at=at, cite=cite, cells=getattr(after or before, "cells", self.cells))

    def edit(
        self, part: str, before: Value, after: Value, *, change: str = "", weight: str = "", apart: bool = False
    ) -> Edit:
        """An edit of this part; with ``apart``, a side without the value has no place in a file either."""
        lacking = [apart and value is None for value in (before, after)]
        return Edit(
            item=self.item,
            kind=self.kind,
            change=change or _change(before, after),
            part=part,
            path=self.path,
            before=before,
            after=after,
            cite_before=self.cite[0],
            cite_after=self.cite[1],
            at_before=None if lacking[0] else self.at[0],
            at_after=None if lacking[1] else self.at[1],
            weight=weight or self.weight,
            unit=self.unit,
            cells=self.cells,
        )


def _change(before: Value, after: Value) -> str:
    if before is None or before == ():
        return "added"
    return "removed" if after is None or after == () else "changed"


def citation_edits(before: tuple[Citation, ...], after: tuple[Citation, ...], spot: Spot) -> Iterator[Edit]:
    """The citations that only one side has, as one edit; on what a text keeps its base is no part of each item."""
    names = [{(cite.source, cite.locator) for cite in side} | spot.setting.kept for side in (before, after)]
    gone = tuple(cite for cite in before if (cite.source, cite.locator) not in names[1])
    came = tuple(cite for cite in after if (cite.source, cite.locator) not in names[0])
    if gone or came:
        ends = spot.on(gone[0] if gone else None, came[0] if came else None)
        yield replace(ends, cite=(before, after)).edit("citation", gone, came, weight="citation")


def listed(
    old: Sequence[Any],
    new: Sequence[Any],
    spot: Spot,
    *,
    part: str,
    keys: Callable[[Any], Hashable],
    step: Callable[[Any, int], tuple[str, str]],
    both: Callable[[Any, Any, Spot], Iterator[Edit]],
    alike: Callable[[Any, Any], float] = lambda a, b: 0.0,
    ordered: bool = False,
    shown: Callable[[Any], Value] = lambda member: member,
    crossing: Callable[[Any, Any], bool] = lambda member, other: True,
    apart: bool = False,
    replaces: bool = False,
) -> Iterator[Edit]:
    """The edits of two lists: members that belong together by ``both``, moved ones, and those of one side alone.

    ``keys``, ``alike`` and ``ordered`` say which belong together (:func:`matched`), ``step`` how the path names one,
    ``shown`` what stands for one that moved, is new or gone, and ``crossing`` whether the order of two matters. Where
    one ``replaces`` another, the only one that is gone and the only one that is new are one edit.
    """
    left, right = [keys(each) for each in old], [keys(each) for each in new]
    found = matched(left, right, lambda i, j: alike(old[i], new[j]), ordered=ordered)

    def of_both(i: int, j: int) -> Spot:
        return spot.inside(step(new[j], j)).on(old[i], new[j])

    for i, j in found.pairs:
        yield from both(old[i], new[j], of_both(i, j))
    for i, j in found.moved:
        if any(crossing(old[i], old[p]) or crossing(new[j], new[q]) for p, q in found.crossed(i, j)):
            yield of_both(i, j).edit(part, shown(old[i]), shown(new[j]), change="moved")
    if replaces and len(found.gone) == len(found.new) == 1:
        i, j = found.gone[0], found.new[0]
        yield of_both(i, j).edit(part, shown(old[i]), shown(new[j]))
        return
    for i in found.gone:
        yield (
            spot.inside(step(old[i], i)).on(old[i], None).edit(part, shown(old[i]), None, change="removed", apart=apart)
        )
    for j in found.new:
        yield spot.inside(step(new[j], j)).on(None, new[j]).edit(part, None, shown(new[j]), change="added", apart=apart)


@dataclass(frozen=True, slots=True)
class Matching:
    """Indexes into both lists.

    ``pairs`` are members of both, in the order of the second, ``moved`` those of them that changed places; ``gone`` and
    ``new`` are in one list only.
    """

    pairs: Sequence[tuple[int, int]]
    moved: tuple[tuple[int, int], ...]
    gone: tuple[int, ...]
    new: tuple[int, ...]

    def crossed(self, i: int, j: int) -> Iterator[tuple[int, int]]:
        """The pairs that stand on another side of a pair in the second list than in the first."""
        return ((p, q) for p, q in self.pairs if (p - i) * (q - j) < 0)


def matched(
    left: Sequence[Hashable], right: Sequence[Hashable], likeness: Callable[[int, int], float], *, ordered: bool
) -> Matching:
    """Pairs the members of two lists, given as keys: equal ones first, then the most alike (0 to 1)."""
    waiting: dict[Hashable, list[int]] = {}
    for j, name in enumerate(right):
        waiting.setdefault(name, []).append(j)
    pairs = [(i, waiting[name].pop(0)) for i, name in enumerate(left) if waiting.get(name)]
    rest, free = set(range(len(left))) - {i for i, _ in pairs}, set(range(len(right))) - {j for _, j in pairs}
    scored = ((-likeness(i, j), i, j) for i in sorted(rest) for j in sorted(free))
    for _, i, j in sorted(each for each in scored if -each[0] >= ALIKE):
        if i in rest and j in free:
            pairs.append((i, j))
            rest.remove(i)
            free.remove(j)
    moved = _out_of_order(sorted(pairs)) if ordered else ()
    pairs.sort(key=lambda pair: pair[1])
    return Matching(pairs, moved, tuple(sorted(rest)), tuple(sorted(free)))


def _out_of_order(pairs: Sequence[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The fewest pairs without which the others stand in the same order on both sides."""
    chains: list[list[tuple[int, int]]] = []
    for pair in pairs:
        longest = max((chain for chain in chains if chain[-1][1] < pair[1]), key=len, default=[])
        chains.append([*longest, pair])
    kept = max(chains, key=len, default=[])
    return tuple(pair for pair in pairs if pair not in kept)
