"""A convention as frozen data: sources, interpretations, items, overlays; :mod:`engine.policy.build` makes it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import field
from pathlib import PurePath
from typing import ClassVar

from engine.errors import Location
from engine.language import expressions as tree
from engine.policy.results import Property, Results, Supposition, WithoutRules, within
from engine.records import dataclass

SOURCE_KINDS = ("official_text", "official_site", "secondary", "derived")  # from the most to the least sure
ASSUMED = "assumed"  # the confidence of what would be another value if an assumption did not hold
CONTRACT_ENDS = "contract_ends"
WITHHELD = ("payment_withheld", "payment_withheld_by_reading")  # where the payment depends on a duty
IF_UNMET = ("none", *WITHHELD, "contract_may_end", CONTRACT_ENDS, "unpublished")  # of an obligation
YEAR_START = "annee.debut"
CONSISTENCY = "consistency"
UNMET = "unmet"  # of a duty: the facts say that it was not met
WARNED = "warned"  # of a result: the rules warn of it
ERROR, WARNING = "error", "warning"  # two facts cannot both hold; one is doubtful


@dataclass(frozen=True, slots=True)
class Source:
    id: str
    title: str
    publisher: str
    kind: str
    url: str | None
    date: str | None
    at: Location = field(compare=False)
    note: tree.Text | None = None


@dataclass(frozen=True, slots=True)
class Interpretation:
    """A question that the texts leave open, its choices (id to label) and the one taken by default."""

    id: str
    question: tree.Text
    choices: Mapping[str, tree.Text]
    default: str
    cite: tuple[tree.Citation, ...]
    at: Location = field(compare=False)
    note: tree.Text | None = None


@dataclass(frozen=True, slots=True)
class Caution:
    PARTS: ClassVar = ("when",)
    when: tree.Condition
    text: tree.Text
    at: Location = field(compare=False)


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table; ``start`` and ``end`` are the days from which, and before which, it holds."""

    PARTS: ClassVar = ("then", "cells")
    cells: Mapping[str, tree.Cell]
    then: tree.Literal | tree.Unpublished
    cite: tuple[tree.Citation, ...]
    at: Location = field(compare=False)
    label: tree.Text | None = None
    start: dt.date | None = None
    end: dt.date | None = None


@dataclass(frozen=True, slots=True)
class DecisionTable:
    """A decision table with a unique hit policy: no two rows may match the same inputs with different results.

    A parameter is one without inputs: its rows are its dated values, of which the first holds before its day, too.
    """

    PARTS: ClassVar = ("inputs", "rows")
    inputs: Mapping[str, tree.FactRef | tree.ItemRef]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Quantity:
    PARTS: ClassVar = ("expression",)
    expression: tree.Expression


@dataclass(frozen=True, slots=True)
class Derogation:
    PARTS: ClassVar = ("when",)
    id: str
    label: tree.Text
    cite: tuple[tree.Citation, ...]
    when: tree.Condition
    at: Location = field(compare=False)


@dataclass(frozen=True, slots=True)
class Criterion:
    """A condition with a verdict; one that ``informs`` is told, and belongs to no outcome.

    ``refusal`` says in a sentence what is not met.
    """

    PARTS: ClassVar = ("met_when", "derogations")
    met_when: tree.Condition
    derogations: tuple[Derogation, ...]
    informs: bool = False
    refusal: tree.Text | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    PARTS: ClassVar = ("when", "then")
    id: str
    when: tree.Condition
    then: str | tree.Unpublished
    cite: tuple[tree.Citation, ...]
    at: Location = field(compare=False)


@dataclass(frozen=True, slots=True)
class Excluded:
    """A combination of verdicts that cannot occur, and why."""

    PARTS: ClassVar = ("when",)
    when: tree.Condition
    because: tree.Text
    at: Location = field(compare=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    PARTS: ClassVar = ("rules",)
    values: tuple[str, ...]
    rules: tuple[Rule, ...]
    excluded: tuple[Excluded, ...]


@dataclass(frozen=True, slots=True)
class Payment:
    PARTS: ClassVar = ("amount", "due")
    amount: tree.Expression
    due: tree.Expression


@dataclass(frozen=True, slots=True)
class Obligation:
    """A duty; ``if_unmet`` is one of :data:`IF_UNMET`, or None where the convention does not say what follows.

    ``unmet_when`` is where the facts say that it was not met, or not in time.
    """

    PARTS: ClassVar = ("due", "done_when", "unmet_when")
    due: tree.Expression | None
    done_when: tree.Condition | None
    unmet_when: tree.Condition | None = None
    if_unmet: str | None = None


Body = DecisionTable | Quantity | Criterion | Outcome | Payment | Obligation
Member = Row | Derogation | Rule | tree.ScaleStep  # of a body


@dataclass(frozen=True, slots=True)
class Item:
    """Anything with an id inside a convention; ``transitional`` ones live only through overlays.

    ``aliases`` are ids that the item had before.
    """

    PARTS: ClassVar = ("applies_when", "unless", "body", "warnings")
    id: str
    kind: str
    label: tree.Text
    body: Body
    convention: str
    at: Location = field(compare=False)
    unit: str | None = None
    value_labels: Mapping[str, tree.Text] = field(default_factory=dict)
    cite: tuple[tree.Citation, ...] = ()
    note: tree.Text | None = None
    applies_when: tree.Condition | None = None
    unless: tree.Condition | None = None
    warnings: tuple[Caution, ...] = ()
    transitional: bool = False
    aliases: tuple[str, ...] = ()
    severity: str | None = None  # of a consistency: ERROR or WARNING
    places: Mapping[str, Location] = field(default_factory=dict, compare=False)  # of the value labels

    @property
    def deciding(self) -> tuple[object, ...]:
        """What the result depends on: gates and body."""
        return self.applies_when, self.unless, self.body

    @property
    def members(self) -> Sequence[tuple[str, str, Member]]:
        """The parts of the body of which one decides, or more of an outcome, each after its kind and its name."""
        match self.body:
            case DecisionTable(_, rows) if self.kind == "parameter":
                return [("value", str(each.start), each) for each in rows]
            case DecisionTable(_, rows):
                return [("row", f"{self.id}[{number}]", each) for number, each in enumerate(rows, 1)]
            case Criterion(_, derogations):
                return [("derogation", each.id, each) for each in derogations]
            case Outcome(_, rules):
                return [("rule", each.id, each) for each in rules]
            case Quantity(tree.Scale(steps)):
                return [("step", each.name, each) for each in steps]
        return ()


@dataclass(frozen=True, slots=True)
class Overlay:
    """What a later convention changes in contracts that are already running."""

    PARTS: ClassVar = ("when",)
    id: str
    label: tree.Text
    cite: tuple[tree.Citation, ...]
    signed_from: dt.date | None
    signed_before: dt.date
    first_anniversary: dt.date | None
    when: tree.Condition | None
    replace: Mapping[str, str]
    add_derogations: Mapping[str, tuple[str, ...]]
    at: Location = field(compare=False)
    note: tree.Text | None = None
    places: Mapping[str, Location] = field(default_factory=dict, compare=False)  # of the names in both mappings


Entry = Interpretation | Overlay | Derogation | Property | Supposition | WithoutRules


@dataclass(frozen=True, slots=True)
class Convention:
    """One version of the rules, for signature dates from ``signed_from`` (in) to ``signed_before`` (out).

    One that ``amends`` another holds all of it already; ``kept`` says on what ground it maintains what it does not
    change. ``overtaken``: its window ends because another text begins, and not by its own words.
    """

    id: str
    label: tree.Text
    beneficiary: str
    signed_from: dt.date
    signed_before: dt.date | None
    years_from: tree.Expression
    sources: Mapping[str, Source]
    interpretations: Mapping[str, Interpretation]
    items: Mapping[str, Item]
    overlays: tuple[Overlay, ...]
    derogations: Mapping[str, Derogation]
    properties: Mapping[str, Property]
    results: Results
    digest: str
    at: Location = field(compare=False)
    note: tree.Text | None = None
    without_rules: tuple[WithoutRules, ...] = ()
    suppositions: Mapping[str, Supposition] = field(default_factory=dict)
    amends: str | None = None
    kept: tuple[tree.Citation, ...] = ()
    knows: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    overtaken: bool = False

    @property
    def entries(self) -> tuple[Entry, ...]:
        """What has an id and cites its ground beside the items."""
        by_id = (self.interpretations, self.derogations, self.properties, self.suppositions)
        return (*self.overlays, *self.without_rules, *(entry for each in by_id for entry in each.values()))

    def writes(self, at: Location) -> bool:
        """Whether a place is in its own folder, not in that of a text which it amends."""
        return PurePath(at.file).parent == PurePath(self.at.file).parent

    def covers(self, day: dt.date) -> bool:
        """Whether a contract signed on ``day`` falls in this convention's window."""
        return within(day, self.signed_from, self.signed_before)


Window = Convention | WithoutRules  # of signature dates
