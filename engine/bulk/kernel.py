"""The expressions of a registry's Plans: a frame of facts comes in, a frame of results in the same order goes out.

What a convention needs is built when a row first meets it, and kept: a second frame finds every expression made.
"""

from __future__ import annotations

import operator as op
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import partial, reduce
from graphlib import CycleError, TopologicalSorter
from itertools import chain
from typing import Any

import polars as pl

from engine.bulk.by_cases import ROW, Text, Values, by_cases
from engine.bulk.expressions import ColumnAlgebra, Stages, item_column
from engine.bulk.outputs import REMARKS, Told, breakable, names_of, output_columns, told_column
from engine.evaluation.at_once import Definition, condition, definitions_of
from engine.evaluation.by_cases import taken_away
from engine.evaluation.plan import Plan, Step, make_plan
from engine.language.algebra import Column, Operand, all_of, any_of, chosen, either, lift, opposite, truth, when
from engine.language.expressions import ItemRef, find
from engine.language.facts import Fact, Vocabulary
from engine.language.types import Type
from engine.language.typing import Scope
from engine.policy.model import WARNED, YEAR_START, Convention, Item, Obligation, Payment, Window
from engine.policy.overlays import Laid, in_force_when, reached, signed_under
from engine.policy.registry import Registry

WINDOW, LAID = "avenant:window", "avenant:laid"


@dataclass(frozen=True, slots=True)
class Made:
    """The expressions of a convention for rows that meet one of these sets of overlays."""

    laid: Set[int]
    stages: Stages
    remarks: Sequence[pl.Expr]
    results: Sequence[pl.Expr]
    items: Sequence[Item]


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one convention: the overlays that a row meets, and what was made for those met so far.

    ``gates`` give the overlays of a row as bits, by their place in ``covering``; ``plan`` is that without any.
    """

    covering: tuple[Laid, ...]
    plan: Plan
    choices: Mapping[str, str]
    gates: Stages
    aside: Set[str]
    made: dict[Set[int], Sequence[Made]] = field(default_factory=dict)
    named: dict[tuple[str, int], set[frozenset[str]]] = field(default_factory=dict)

    def rules(self) -> list[object]:
        """All that rows met so far: items, and the overlays that may be laid."""
        items = (item for each in self.made.values() for made in each for item in made.items)
        return [*items, *(overlay for _, overlay in self.covering)]


@dataclass(frozen=True, slots=True)
class Kernel:
    """The expressions for one set of readings and results, over frames with the same ``facts``.

    Where they are ``coded``, what are words of a closed list are enumerations.
    """

    registry: Registry
    interpret: Mapping[str, str]
    kinds: Mapping[str, Type]
    facts: Mapping[str, Column]
    coded: bool
    parts: dict[str, Part] = field(default_factory=dict)

    @property
    def _words(self) -> Any:
        return pl.Categorical if self.coded else pl.String

    def results(self, facts: pl.DataFrame) -> pl.DataFrame:
        """The results of every row: the convention and its digest, then value and status of each kind."""
        conventions, windows = list(self.registry.conventions.values()), self.registry.windows
        window: Operand = None
        for number, each in enumerate(windows):
            window = when(pl, decides(each, self.facts, self.registry.vocabulary), number, window)
        rows = facts.with_columns(window.alias(WINDOW)).with_row_index(ROW)
        asked = self.registry.vocabulary.by_cases
        lacking = [fact for fact in asked if fact.name in rows and rows[fact.name].has_nulls()]
        made = []
        for number, size in rows[WINDOW].value_counts().iter_rows():
            own = rows.lazy().filter(pl.col(WINDOW).eq_missing(number))
            if number is None or number >= len(conventions):
                undecided = self._undecided(None if number is None else windows[number].id)
                made.append(own.select(ROW, *undecided).collect())
            else:
                made.extend(self._whole(conventions[number], rows.lazy(), own, lacking, size))
        found = pl.concat(made) if made else rows.select(ROW, *self._undecided())
        return (found if len(made) < 2 else found.sort(ROW)).drop(ROW)

    def _whole(
        self,
        convention: Convention,
        rows: pl.LazyFrame,
        own: pl.LazyFrame,
        lacking: Sequence[Fact],
        size: int = 0,
        values: Values | None = None,
    ) -> Iterator[pl.DataFrame]:
        """The results of ``own`` rows of a convention; what is alike by cases of the facts that some lack is known."""
        shown = {id_: names_of(id_, kind) for id_, kind in self.kinds.items()}
        for found in self._of_convention(convention, own, size, values):
            part = self.parts[convention.id]
            told = Text(convention, part.aside, part.rules, shown, part.named)
            for number, fact in enumerate(lacking):
                again = partial(self._told, convention, lacking[number + 1 :])
                found = by_cases(found, rows, fact, told, again)
            yield found

    def _told(
        self, convention: Convention, lacking: Sequence[Fact], rows: pl.LazyFrame, values: Values
    ) -> Iterator[pl.DataFrame]:
        """The results of rows of a convention for each of the values of a fact that they lack."""
        return self._whole(convention, values.spread(rows).sort(ROW), rows, lacking, values=values)

    def _of_convention(
        self, convention: Convention, rows: pl.LazyFrame, size: int, values: Values | None
    ) -> Iterator[pl.DataFrame]:
        """The results of rows of one convention, whatever overlays they meet.

        For each of the ``values`` of a fact they have no remarks, and what does not rest on that fact is made once.
        """
        if convention.id not in self.parts:
            self.parts[convention.id] = self._part(convention)
        part = self.parts[convention.id]
        if values is not None and any(part.gates.split(values.fact)[1].made):
            rows, values = values.spread(rows), None
        met = frozenset({0})
        if part.covering:
            laid = part.gates.collected(rows, size, LAID)[LAID]
            met, rows = frozenset(laid.unique()), rows.with_columns(pl.lit(laid))
        known = next((each for each in part.made if met <= each), None)
        if known is None:
            known = met.union(*part.made)
            part.made[known] = self._made(part, known)
        for made in part.made[known]:
            own = rows if met <= made.laid else rows.filter(pl.col(LAID).is_in(made.laid))
            if values is None:
                yield made.stages.collected(own, size, ROW, *made.remarks, *made.results)
            else:
                once, each = made.stages.split(values.fact)
                yield each.collected(values.spread(once.run(own)), size, ROW, *made.results)

    def _part(self, convention: Convention) -> Part:
        covering = self.registry.covering(convention)
        plan = make_plan(convention, covering, (), self.registry.vocabulary)
        defaults = {id_: question.default for id_, question in plan.interpretations.items()}
        choices = defaults | {id_: choice for id_, choice in self.interpret.items() if id_ in defaults}
        names = ColumnAlgebra(self.facts, {}, choices, plan.scope)
        _add_items(_defined({0: plan}, [YEAR_START]), {0}, names)
        tests = (truth(condition(in_force_when(overlay), names)) for _, overlay in covering)
        bits = [when(pl, test, 1 << i, 0) for i, test in enumerate(tests)]
        names.stages.keep(reduce(op.add, bits, lift(pl, 0)), LAID)
        return Part(covering, plan, choices, names.stages, taken_away(convention))

    def _made(self, part: Part, laid: Set[int]) -> Sequence[Made]:
        """The expressions for these sets of overlays at once; for each alone where no order of the items serves all."""
        plans, before = {}, part.plan
        for each in sorted(laid):
            overlays = [overlay for i, overlay in enumerate(part.covering) if each >> i & 1]
            convention, vocabulary = part.plan.convention, self.registry.vocabulary
            before = plans[each] = make_plan(convention, part.covering, overlays, vocabulary, before)
        try:
            return [self._together(part, plans)]
        except CycleError:
            return [self._together(part, {each: plan}) for each, plan in plans.items()]

    def _together(self, part: Part, plans: Mapping[int, Plan]) -> Made:
        names = ColumnAlgebra(self.facts, {}, part.choices, Scope(self.registry.vocabulary, {}, {}))
        steps = chain.from_iterable(plan.steps for plan in plans.values())
        wanted = [*self.kinds, *(step.item.id for step in steps if breakable(step.item) or step.item.warnings)]
        definitions = _defined(plans, wanted)
        told = _add_items(definitions, plans.keys(), names)
        remarks = [
            pl.lit(part.plan.convention.id, self._words).alias("convention"),
            pl.lit(self.registry.digest(part.plan.convention), self._words).alias("digest"),
            *(told_column(name, told) for name in REMARKS),
        ]
        results = list[pl.Expr]()
        for id_, kind in self.kinds.items():
            results.extend(output_columns(id_, kind, names.items.get(id_, Column(None, 1, True)), self.coded))
        items = [each.step.item for each in chain.from_iterable(definitions.values())]
        return Made(plans.keys(), names.stages, remarks, results, items)

    def _undecided(self, window: str | None = None) -> list[pl.Expr]:
        """What is said of a row that no convention decides, or a window without rules: every result is undetermined."""
        results = [pl.lit(window, self._words).alias("convention"), pl.lit(None, self._words).alias("digest")]
        results += [pl.lit(None, pl.String).alias(name) for name in REMARKS]
        for id_, kind in self.kinds.items():
            results.extend(output_columns(id_, kind, Column(None), self.coded))
        return results


def decides(window: Window, facts: Mapping[str, Column], vocabulary: Vocabulary) -> Operand:
    """Whether a convention, or a window without rules, decides a row; never null."""
    return truth(condition(signed_under(window), ColumnAlgebra(facts, {}, {}, Scope(vocabulary, {}, {}))))


def _defined(plans: Mapping[int, Plan], wanted: Collection[str]) -> dict[str, tuple[Definition, ...]]:
    """What the wanted results rest on, as each set of overlays leaves it: all that columns and warnings read."""
    items = {id(step.item): step.item for plan in plans.values() for step in plan.steps}  # most are in every plan
    reads = {place: _reads(item) | {ref.id for ref in find(ItemRef, *item.warnings)} for place, item in items.items()}
    layers = dict[int, tuple[Mapping[str, Step], Scope]]()
    for laid, plan in plans.items():
        steps = {step.item.id: step for step in plan.steps}
        own = {id_: reads[id(step.item)] for id_, step in steps.items()}
        below = {*reached(steps.keys() & wanted, own.__getitem__)}
        layers[laid] = {id_: step for id_, step in steps.items() if id_ in below}, plan.scope
    return definitions_of(layers)


def _reads(item: Item) -> set[str]:
    """The items that the column of an item reads."""
    body: object = item.body
    if isinstance(body, Payment):
        body = body.amount
    elif isinstance(body, Obligation):
        body = body.unmet_when
    return {ref.id for ref in find(ItemRef, item.applies_when, item.unless, body)}


def _add_items(definitions: Mapping[str, Sequence[Definition]], laid: Set[int], names: ColumnAlgebra) -> list[Told]:
    """Adds the columns of items to ``names``, each after those that it reads; gives what is told of which rows.

    Raises:
        CycleError: under one set of overlays an item follows another, and under a second that other the first.
    """
    told, gates = list[Told](), dict[Set[int], Operand]({frozenset(laid): True})
    reads = {id_: {ref for each in own for ref in _reads(each.step.item)} for id_, own in definitions.items()}
    for id_ in TopologicalSorter(reads).static_order():
        column = Column(None, 1, True)
        for each in definitions[id_]:
            own_names, item = replace(names, scope=each.scope), each.step.item
            own = names.stages.column(item_column(each.step, own_names))
            if each.within not in gates:
                gates[each.within] = names.stages.keep(pl.col(LAID).is_in(each.within))
            column = chosen(pl, gates[each.within], own, column, either)
            if (name := breakable(item)) is not None:
                duty = item.body.unmet_when if isinstance(item.body, Obligation) else None
                broken = opposite(own.value) if duty is None else all_of(pl, [own.value, condition(duty, own_names)])
                told.append(Told(name, item, all_of(pl, [gates[each.within], broken])))
        names.items[id_] = names.stages.column(column)
    for each in chain.from_iterable(definitions.values()):  # a warning may read what reads its item
        if (item := each.step.item).warnings:
            own_names = replace(names, scope=each.scope)
            warned = any_of(pl, [truth(condition(caution.when, own_names)) for caution in item.warnings])
            told.append(Told(WARNED, item, all_of(pl, [gates[each.within], warned])))
    return told
