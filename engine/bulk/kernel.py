"""The expressions of a registry's Plans: a frame of facts comes in, a frame of results in the same order goes out.

What a convention needs is built when a row first meets it, and kept: a second frame finds every expression made.
"""

from __future__ import annotations

import operator as op
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import chain
from typing import Any

import polars as pl

from engine.bulk.expressions import Names, Stages, condition
from engine.bulk.items import item_column
from engine.evaluation.plan import Plan, Step, make_plan
from engine.evaluation.session import Session
from engine.language.algebra import Column, Operand, all_of, either, is_null, lift, over, picked, tested, truth, when
from engine.language.expressions import ItemRef, find
from engine.language.facts import BENEFICIARY, SIGNATURE, YEAR
from engine.language.types import UNIT_SCALE, VERDICT, Type, joined
from engine.policy.model import CONSISTENCY, UNMET, YEAR_START, Convention, Item, Obligation, Overlay, Window
from engine.policy.overlays import Laid
from engine.policy.registry import Registry

ROW, WINDOW, LAID = "avenant:row", "avenant:window", "avenant:laid"
PLAIN = pl.QueryOptFlags(comm_subexpr_elim=False)  # what repeats is a column of its own already


@dataclass(frozen=True, slots=True)
class Branch:
    """What is left of a Plan under some overlays, and its results; other overlays may come to the same."""

    steps: Sequence[Step]
    stages: Stages
    results: Sequence[pl.Expr]


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one convention: what no overlay changes, which overlays a row meets, and a branch for each such set.

    ``laid`` holds the overlays of a row as bits, by their place in ``covering``.
    """

    convention: Convention
    covering: tuple[Laid, ...]
    choices: Mapping[str, str]
    items: Mapping[str, Column]
    stages: Stages
    branches: dict[int, Branch] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Kernel:
    """The expressions for one set of readings and results, over frames with the same ``facts``."""

    registry: Registry
    interpret: Mapping[str, str]
    kinds: Mapping[str, Type]
    facts: Mapping[str, Column]
    parts: dict[str, Part] = field(default_factory=dict)

    def results(self, facts: pl.DataFrame) -> pl.DataFrame:
        """The results of every row: the convention and its digest, then value and status of each kind."""
        conventions = list(self.registry.conventions.values())
        windows = self.registry.windows
        window: Operand = None
        for number, each in enumerate(windows):
            window = when(pl, decides(each, self.facts), number, window)
        rows = facts.with_row_index(ROW).with_columns(window.alias(WINDOW))
        made = []
        for number in rows[WINDOW].unique():
            own = rows.filter(pl.col(WINDOW).eq_missing(number))
            if number is None or number >= len(conventions):
                made.append(own.select(ROW, *self._undecided(None if number is None else windows[number].id)))
            else:
                made.extend(self._of_convention(conventions[number], own))
        found = pl.concat(made) if made else rows.select(ROW, *self._undecided())
        return (found if len(made) < 2 else found.sort(ROW)).drop(ROW)

    def _of_convention(self, convention: Convention, rows: pl.DataFrame) -> list[pl.DataFrame]:
        """The results of rows of one convention, by the overlays that they meet."""
        if convention.id not in self.parts:
            self.parts[convention.id] = self._part(convention)
        part = self.parts[convention.id]
        rows = part.stages.run(rows.lazy()).collect(optimizations=PLAIN)
        for laid in rows[LAID].unique():
            if laid not in part.branches:
                part.branches[laid] = self._branch(part, laid)
        made = []
        for branch in {id(branch): branch for branch in part.branches.values()}.values():
            of_branch = [laid for laid, other in part.branches.items() if other is branch]
            own = branch.stages.run(rows.lazy().filter(pl.col(LAID).is_in(of_branch)))
            made.append(own.select(ROW, *branch.results).collect(optimizations=PLAIN))
        return made

    def _part(self, convention: Convention) -> Part:
        covering = self.registry.covering(convention)
        plan = make_plan(convention, covering, (), self.registry.vocabulary)
        defaults = {id_: question.default for id_, question in plan.interpretations.items()}
        choices = defaults | {id_: choice for id_, choice in self.interpret.items() if id_ in defaults}
        names = Names(self.facts, {}, choices, plan.scope)
        ids = _needed(plan, {YEAR_START, *self.kinds, *chain(*_broken(plan).values())}) & _untouched(plan, covering)
        _make_items([step for step in plan.steps if step.item.id in ids], names)
        bits = [when(pl, _in_force(overlay, names), 1 << i, 0) for i, (_, overlay) in enumerate(covering)]
        names.stages.keep(reduce(op.add, bits, lift(pl, 0)), LAID)
        return Part(convention, covering, choices, names.items, names.stages)

    def _branch(self, part: Part, laid: int) -> Branch:
        overlays = [overlay for i, overlay in enumerate(part.covering) if laid >> i & 1]
        plan = make_plan(part.convention, part.covering, overlays, self.registry.vocabulary)
        ids = _needed(plan, {*self.kinds, *chain(*_broken(plan).values())}) - part.items.keys()
        steps = [step for step in plan.steps if step.item.id in ids]
        for known in part.branches.values():
            if known.steps == steps:
                return known
        names = Names(self.facts, dict(part.items), part.choices, plan.scope)
        _make_items(steps, names)
        results = [
            pl.lit(part.convention.id).alias("convention"),
            pl.lit(self.registry.digest(part.convention)).alias("digest"),
            *(broken_column(name, {id_: names.items[id_] for id_ in ids}) for name, ids in _broken(plan).items()),
        ]
        for id_, kind in self.kinds.items():
            results.extend(output_columns(id_, kind, names.items.get(id_, Column(None, 1, True))))
        return Branch(steps, names.stages, results)

    def _undecided(self, window: str | None = None) -> list[pl.Expr]:
        """What is said of a row that no convention decides, or a window without rules: every result is undetermined."""
        names = (("convention", window), ("digest", None), (CONSISTENCY, None), (UNMET, None))
        results = [pl.lit(value, pl.String).alias(name) for name, value in names]
        for id_, kind in self.kinds.items():
            results.extend(output_columns(id_, kind, Column(None)))
        return results


def decides(convention: Window, facts: Mapping[str, Column]) -> Operand:
    """Whether the convention decides a row."""
    signature = facts[SIGNATURE].value
    parts = [tested(op.eq, facts[BENEFICIARY].value, convention.beneficiary)]
    parts.append(tested(op.ge, signature, convention.signed_from))
    if convention.signed_before is not None:
        parts.append(tested(op.lt, signature, convention.signed_before))
    return truth(all_of(pl, parts))


def _in_force(overlay: Overlay, names: Names) -> Operand:
    """Whether the overlay holds for a row; never null."""
    signature = names.facts[SIGNATURE].value
    parts = [tested(op.lt, signature, overlay.signed_before)]
    if overlay.signed_from is not None:
        parts.append(tested(op.ge, signature, overlay.signed_from))
    if overlay.first_anniversary is not None:
        parts.append(tested(op.ge, names.facts[YEAR].value, 2))
        parts.append(tested(op.ge, names.items[YEAR_START].value, overlay.first_anniversary))
    if overlay.when is not None:
        parts.append(condition(overlay.when, names))
    return truth(all_of(pl, parts))


def _broken(plan: Plan) -> dict[str, list[str]]:
    """What the facts of a row can break, by column: what must hold between them, and duties, as declared."""
    items = sorted((step.item for step in plan.steps), key=lambda item: item.at)
    duties = [item.id for item in items if isinstance(item.body, Obligation) and item.body.unmet_when is not None]
    return {CONSISTENCY: [item.id for item in items if item.kind == CONSISTENCY], UNMET: duties}


def _untouched(plan: Plan, covering: Sequence[Laid]) -> set[str]:
    """The items that are the same under all overlays, and so is all that they read: computed before rows are split."""
    touched = {id_ for _, overlay in covering for id_ in (*overlay.replace, *overlay.add_derogations)}
    untouched: set[str] = set()
    for step in plan.steps:
        if step.item.id not in touched and _reads(step) <= untouched:
            untouched.add(step.item.id)
    return untouched


def _needed(plan: Plan, wanted: Set[str]) -> set[str]:
    """The items that the wanted results rest on."""
    reads = {step.item.id: _reads(step) for step in plan.steps}
    needed: set[str] = set()
    waiting = [id_ for id_ in wanted if id_ in reads]
    while waiting:
        id_ = waiting.pop()
        if id_ not in needed:
            needed.add(id_)
            waiting.extend(reads[id_])
    return needed


def _make_items(steps: Sequence[Step], names: Names) -> None:
    """Adds the columns of these items to ``names``, in the order of the plan."""
    for step in steps:
        names.items[step.item.id] = names.stages.column(item_column(step, names), f"avenant:{step.item.id}")


def _reads(step: Step) -> set[str]:
    return {ref.id for ref in find(ItemRef, *step.item.deciding)}


def output_kinds(rules: Session, criteria: bool, items: Sequence[str]) -> dict[str, Type]:
    """The results to give back and their types: the headline results, criteria if asked for, ``items``."""
    registry = rules.registry
    kinds: dict[str, Type | None] = dict.fromkeys(registry.results.ids)
    for convention in registry.conventions.values():
        covering = registry.covering(convention)
        types = make_plan(convention, covering, (), registry.vocabulary).types if items else {}
        for item in convention.items.values():
            if criteria and item.kind == "criterion" and not item.transitional:
                kinds.setdefault(item.id, VERDICT)
            if item.id in registry.results.ids:
                kinds[item.id] = _headline(item)
            elif item.id in items and item.id in types:
                kinds[item.id] = _widest(kinds.get(item.id), types[item.id])
    return {id_: kind or Type("number") for id_, kind in kinds.items()}


def _headline(item: Item) -> Type:
    """The type of a headline result, by its unit; what has none is a named value."""
    return Type("number", item.unit, UNIT_SCALE.get(item.unit)) if item.unit else Type("enum")


def _widest(known: Type | None, found: Type | None) -> Type | None:
    """The type that holds an item in every convention; a ratio may be any number."""
    both = (known and found and joined(known, found)) or known or found
    return replace(both, scale=None) if both and both.unit == "ratio" else both


def output_columns(id_: str, kind: Type, column: Column) -> Iterator[pl.Expr]:
    """Value and status of a result; a criterion's verdict in one column."""
    unknown = either(pl, is_null(column.value), "undetermined", "known")
    status = either(pl, column.absent, "not_applicable", unknown)
    if kind.kind == "verdict":
        verdict = picked(pl, column.value, "met", "not_met")
        yield lift(pl, either(pl, tested(op.eq, status, "known"), verdict, status)).alias(id_)
    else:
        yield _value(column, kind).alias(column_name(id_, kind))
        yield lift(pl, status).alias(f"{id_}.status")


def broken_column(name: str, items: Mapping[str, Column]) -> pl.Expr:
    """What a row does not meet of these, by id: consistencies or duties; null where it breaks none."""
    told = []
    for id_, column in items.items():
        broken = lift(pl, either(pl, column.absent, False, tested(op.eq, column.value, False)))
        told.append(pl.when(broken.cast(pl.Boolean)).then(pl.lit(id_)))
    unmet = pl.concat_str(told, separator=" ", ignore_nulls=True) if told else pl.lit("")
    return pl.when(unmet != "").then(unmet).alias(name)


def column_name(id_: str, kind: Type) -> str:
    """Money is in whole cents, and its column says so."""
    return f"{id_}.centimes" if kind.unit == "EUR" else id_


def _value(column: Column, kind: Type) -> Any:
    fractional = kind.kind == "number" and kind.unit != "EUR" and kind.scale != 0
    if column.value is None:
        whole = {"number": pl.Int64, "date": pl.Date, "boolean": pl.Boolean}.get(kind.kind, pl.String)
        return pl.lit(None, pl.Float64 if fractional else whole)
    if fractional:
        quotient = lift(pl, column.value).cast(pl.Float64) / lift(pl, column.below).cast(pl.Float64)
        # Polars divides by a literal through its reciprocal, which is one bit off: a declared scale sets that right.
        return quotient if kind.scale is None else quotient.round(kind.scale)
    return lift(pl, over(column, 100).value if kind.unit == "EUR" else column.value)
