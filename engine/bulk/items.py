"""Turns whole items into columns: an item's body and gates come in, its value, denominator and absence go out."""

from __future__ import annotations

import operator as op
from collections.abc import Sequence
from dataclasses import replace
from functools import partial, reduce

import polars as pl

from engine.bulk.expressions import Names, bare, condition, expression, literal_column
from engine.evaluation.plan import Step
from engine.evaluation.slots import literal_value
from engine.language import algebra
from engine.language.algebra import Column, Operand
from engine.language.expressions import Cell, FactRef, ItemRef, Literal, Unpublished
from engine.language.facts import SIGNATURE, YEAR
from engine.language.operators import COMPARISONS
from engine.language.types import Type
from engine.language.typing import type_of
from engine.policy.model import Criterion, Item, Obligation, Outcome, Parameter, Payment, Quantity, Row, Table

WORD = 62  # rows of a table, or duties, that are bits of one whole number


def item_column(step: Step, names: Names) -> Column:
    """The column of a step: its body behind its gates, over the denominator of its type."""
    item, type_ = step.item, step.type
    if isinstance(item.body, Quantity) and type_ is not None and type_.ordered:
        return _on_scale(step, type_.values, names)
    column = _gated(item, _body(item, type_, names), names)
    if step.yearly:
        given = algebra.opposite(algebra.is_null(names.facts[YEAR].value))
        asked = partial(algebra.picked, pl, given, otherwise=None)
        column = Column(
            asked(column.value), column.below, algebra.all_of(pl, [given, column.absent]),
            gate=column.gate and (asked(column.gate[0]), asked(column.gate[1])),
        )  # fmt: skip
    if type_ is not None and type_.kind == "number" and type_.scale is not None and isinstance(column.below, int):
        return algebra.over(column, 10**type_.scale) if 10**type_.scale % column.below == 0 else column
    return column


def _on_scale(step: Step, scale: tuple[str, ...], names: Names) -> Column:
    """What is left of an item on a scale: anything without the year it needs, nothing where it does not arise."""
    item, keep = step.item, names.stages.keep
    left = keep(algebra.scaled(pl, names.stages.column(_body(item, step.type, names)), scale))
    applies: Operand = True if item.applies_when is None else keep(condition(item.applies_when, names))
    lifted: Operand = False if item.unless is None else algebra.truth(condition(item.unless, names))
    refused = algebra.any_of(pl, [algebra.truth(algebra.opposite(applies)), lifted])
    left = algebra.either(
        pl, refused, 1, algebra.either(pl, algebra.is_null(applies), algebra.lift(pl, left) | 1, left)
    )
    if step.yearly:
        left = algebra.either(pl, algebra.is_null(names.facts[YEAR].value), (2 << len(scale)) - 1, left)
    return algebra.on_scale(pl, left, scale)


def _gated(item: Item, body: Column, names: Names) -> Column:
    """Not applicable where ``applies_when`` is false or ``unless`` is true; undetermined where it is unknown."""
    keep = names.stages.keep
    applies: Operand = True if item.applies_when is None else keep(condition(item.applies_when, names))
    lifted: Operand = False if item.unless is None else keep(algebra.truth(condition(item.unless, names)))
    open_ = algebra.all_of(pl, [algebra.truth(applies), algebra.opposite(lifted)])
    gate = None
    if isinstance(item.body, Criterion):
        body = Column(body.value if open_ is True else keep(body.value))
        gate = (algebra.all_of(pl, [applies, algebra.opposite(lifted)]), body.value)
    refused = algebra.truth(algebra.opposite(applies))
    return Column(
        algebra.picked(pl, open_, body.value, None),
        body.below,
        algebra.any_of(pl, [refused, lifted, algebra.all_of(pl, [open_, body.absent])]),
        gate=gate,
    )


def _body(item: Item, type_: Type | None, names: Names) -> Column:
    match item.body:
        case Parameter():
            return _parameter(item.body, type_, names)
        case Table():
            return _table(item.body, type_, names)
        case Quantity(inner):
            return expression(inner, names, type_)
        case Criterion():
            tests = [item.body.met_when, *(derogation.when for derogation in item.body.derogations)]
            return Column(algebra.any_of(pl, [condition(test, names) for test in tests]))
        case Outcome():
            return _outcome(item.body, names)
        case Payment(amount, _):
            return expression(amount, names, type_)
        case Obligation():
            unmet = False if item.body.unmet_when is None else condition(item.body.unmet_when, names)
            return Column(algebra.opposite(algebra.truth(unmet)))


def _published(value: Literal | Unpublished, type_: Type | None) -> Column:
    return Column(None) if isinstance(value, Unpublished) else literal_column(literal_value(value, type_), type_)


def _parameter(parameter: Parameter, type_: Type | None, names: Names) -> Column:
    """The value in force at the signature date."""
    first, *later = parameter.values
    result = _published(first.value, type_)
    for value in later:
        since = names.facts[SIGNATURE].value >= value.start
        result = algebra.chosen(pl, since, _published(value.value, type_), result, algebra.either)
    return result


def _table(table: Table, type_: Type | None, names: Names) -> Column:
    """Rows by Kleene logic: known where all rows that can match give the published value of the first of them."""
    keys = [None if isinstance(row.then, Unpublished) else literal_value(row.then, type_) for row in table.rows]
    starts = range(0, len(keys), WORD)
    words = [
        names.stages.keep(algebra.lift(pl, _possible(table, table.rows[start : start + WORD], names)))
        for start in starts
    ]
    first: Operand = None
    for start, word in reversed([*zip(starts, words, strict=True)]):
        first = algebra.either(pl, word != 0, word.bitwise_trailing_zeros().cast(pl.Int64) + start, first)
    first = names.stages.keep(first)
    alone = []
    for start, word in zip(starts, words, strict=True):
        part = keys[start : start + WORD]
        others = [sum(1 << place for place, other in enumerate(part) if other != key) for key in keys]
        alone.append(word & pl.lit(pl.Series(others, dtype=pl.Int64)).gather(first) == 0)
    absent = algebra.any_of(pl, [names.column(ref).absent for ref in table.inputs.values()])
    none = algebra.all_of(pl, [absent, first.is_null()])
    given = algebra.level([literal_column(key, type_) for key in keys if key is not None])
    if not given:
        return Column(None, 1, none)
    published = iter(given)
    values = pl.lit(pl.Series([None if key is None else next(published).value for key in keys])).gather(first)
    return Column(algebra.when(pl, algebra.all_of(pl, alone), values), given[0].below, none)


def _possible(table: Table, rows: Sequence[Row], names: Names) -> Operand:
    """The rows that can match, as bits: those of all inputs."""
    return reduce(op.and_, [_of_input(name, ref, rows, names) for name, ref in table.inputs.items()])


def _of_input(name: str, ref: FactRef | ItemRef, rows: Sequence[Row], names: Names) -> Operand:
    """The rows, as bits, whose cell an input can be in: any for the unknown, those without a cell for the absent."""
    column, type_ = names.column(ref), type_of(ref, names.scope)
    places: dict[Cell | None, int] = {}
    for place, row in enumerate(rows):
        cell = row.cells.get(name)
        places[cell] = places.get(cell, 0) | 1 << place
    free = places.pop(None, 0)
    given = column if column.scale else replace(column, absent=False)
    found: Operand = free
    for cell, bits in places.items():
        holds: Operand = _cell(cell, given, type_, names) if cell is not None else True
        can: Operand = holds is not False if algebra.is_constant(holds) else holds.fill_null(True)
        found = algebra.plus(found, algebra.either(pl, can, bits, 0))
    return algebra.either(pl, column.absent, free, found)


def _cell(cell: Cell, column: Column, type_: Type | None, names: Names) -> Operand:
    """A cell's test; a single literal is an equality, which engines compute fastest."""
    if cell.listed is not None:
        row, values = COMPARISONS[cell.listed[0]], [literal_value(part, type_) for part in cell.literals]
        if row.alone is not None and len(values) == 1:
            return COMPARISONS[row.alone].column(pl, column, literal_column(values[0], type_))
        return row.column(pl, column, [bare(value, type_, column) for value in values])
    bounds = ((COMPARISONS[name], expression(bound, names, type_)) for name, bound in cell.bounds)
    return algebra.all_of(pl, [row.column(pl, column, bound) for row, bound in bounds])


def _outcome(outcome: Outcome, names: Names) -> Column:
    """The value of the rule that fires; none fires where a verdict that matters is undetermined."""
    value: Operand = None
    for rule in outcome.rules:
        if isinstance(rule.then, str):
            value = algebra.either(pl, condition(rule.when, names), rule.then, value)
    return Column(value)
