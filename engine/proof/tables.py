"""Encodes decision tables: a table and its inputs as terms come in, its answer, rows, gap and overlaps go out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from engine.evaluation.slots import literal_value
from engine.language.expressions import Cell, FactRef, ItemRef, Unpublished
from engine.language.logic import Term
from engine.language.operators import COMPARISONS
from engine.language.symbolic import Symbolic, Truth, constant, mixed
from engine.language.types import Type
from engine.language.typing import type_of
from engine.policy.model import Row, Table
from engine.proof.expressions import Names, expression, no_value, open_value, possible, published


@dataclass(frozen=True, slots=True)
class TableTerms:
    """``alone`` says for each row where no other can match; ``overlaps`` are pairs of rows by place."""

    answer: Symbolic
    alone: tuple[Term, ...]
    gap: Term
    overlaps: tuple[tuple[int, int, Term], ...]


def table(body: Table, type_: Type | None, names: Names) -> TableTerms:
    """The row that matches; known too where every row that can match gives the same published value."""
    bank = names.bank
    matches = [_matches(body, row, names) for row in body.rows]
    can = [possible(bank, match) for match in matches]
    inputs = [names.read(ref) for ref in body.inputs.values()]
    undetermined = bank.either(*(value.undetermined for value in inputs))
    absent = bank.either(*(value.absent for value in inputs))
    some = bank.either(*can)
    unmatched = mixed(bank, absent, no_value(bank), open_value(bank))
    alone = [
        bank.both(here, *(bank.negate(other) for j, other in enumerate(can) if j != i)) for i, here in enumerate(can)
    ]
    return TableTerms(
        mixed(bank, some, _settled(body.rows, can, type_, names), unmatched),
        tuple(alone),
        bank.both(bank.negate(some), bank.negate(undetermined), bank.negate(absent)),
        tuple(
            (i, j, bank.both(matches[i].true, matches[j].true))
            for i, j in combinations(range(len(body.rows)), 2)
            if _differ(body.rows[i], body.rows[j])
        ),
    )


def _differ(row: Row, other: Row) -> bool:
    mine, theirs = row.then, other.then
    return isinstance(mine, Unpublished) or isinstance(theirs, Unpublished) or mine.value != theirs.value


def _settled(rows: Sequence[Row], can: Sequence[Term], type_: Type | None, names: Names) -> Symbolic:
    bank = names.bank
    groups: dict[object, list[int]] = {}
    for i, row in enumerate(rows):
        key = None if isinstance(row.then, Unpublished) else literal_value(row.then, type_)
        groups.setdefault(key, []).append(i)
    reached = {key: bank.either(*(can[i] for i in members)) for key, members in groups.items()}
    value = open_value(bank)
    for key, members in groups.items():
        if key is not None:
            only = bank.both(reached[key], *(bank.negate(other) for k, other in reached.items() if k != key))
            value = mixed(bank, only, published(rows[members[0]].then, names, type_), value)
    return value


def _matches(body: Table, row: Row, names: Names) -> Truth:
    """Where the row surely matches, and where it surely does not."""
    bank = names.bank
    tests = [_cell(cell, body.inputs[name], names) for name, cell in row.cells.items()]
    return Truth(bank.both(*(test.true for test in tests)), bank.either(*(test.false for test in tests)))


def _cell(cell: Cell, ref: FactRef | ItemRef, names: Names) -> Truth:
    """A cell as a condition on its input; an input that is not applicable matches none."""
    bank, left = names.bank, names.read(ref)
    type_ = type_of(ref, names.scope)
    if cell.listed is not None:
        members = [constant(bank, literal_value(part, type_)) for part in cell.literals]
        truth: Truth = COMPARISONS[cell.listed[0]].term(bank, left, members)
        return truth
    tests = [COMPARISONS[name].term(bank, left, expression(bound, names, type_)) for name, bound in cell.bounds]
    determined = bank.negate(left.undetermined)
    return Truth(
        bank.both(bank.negate(left.absent), determined, *(test.true for test in tests)),
        bank.either(left.absent, bank.both(determined, bank.either(*(test.false for test in tests)))),
    )
