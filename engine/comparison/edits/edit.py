"""The model of a difference between two conventions: each edit says which part of which item changed, and how.

:mod:`engine.comparison.edits.structure` makes edits out of two built conventions, and
:mod:`engine.report.diff_page` says them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from engine.errors import Location
from engine.language.expressions import Cell, Citation, Node, Text
from engine.policy.entries import Property, Supposition, WithoutRules
from engine.policy.model import Convention, DatedValue, Derogation, Interpretation, Item, Overlay, Row, Rule, Source

KINDS = (
    *("convention", "source", "interpretation", "parameter", "table", "quantity", "criterion"),
    *("outcome", "payment", "obligation", "consistency", "derogation", "property", "supposition", "overlay"),
    "window",
)
WEIGHTS = ("rule", "citation", "label")  # what a result depends on; what it rests on; the words around it

OWN_UNIT = frozenset({"value", "row", "case", "otherwise", "first_known"})  # places whose value has the item's unit

Path = tuple[tuple[str, str], ...]
Named = Item | Overlay | Property | Supposition | Interpretation | Source | WithoutRules
Whole = Named | Row | DatedValue | Rule | Derogation
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
