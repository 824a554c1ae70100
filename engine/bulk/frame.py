"""Evaluates a frame of cases: a frame with a column per fact comes in, the same with result columns goes out.

A Polars frame gives a Polars frame, a lazy one a lazy one; any other that speaks Arrow gives a Polars frame.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from engine.bulk.kernel import Kernel
from engine.bulk.outputs import output_kinds
from engine.bulk.rows import read_facts
from engine.errors import InputFault, Location, Problem
from engine.evaluation.session import Session
from engine.language.algebra import Column
from engine.language.facts import Fact

PLACE = Location("frame")
WORDS: Mapping[Any, Any] = {pl.Enum: pl.String, pl.Categorical: pl.String}  # what a column of either is, written out
CELLS = 50_000_000  # of facts and items, computed at once: what they need on the way takes more room than the frame


def evaluate_frame(
    frame: Any,
    rules: Session,
    *,
    interpret: Mapping[str, str] | None = None,
    criteria: bool = False,
    items: Sequence[str] = (),
) -> Any:
    """``frame`` with columns for the convention, its digest, and value and status of each fixed result.

    Facts are columns named ``group.fact``; null is missing, other columns are kept, and so is the order. Money is in
    whole cents (``aide.montant_du.centimes``), ratios are floats. ``criteria`` adds the verdict of each criterion,
    ``items`` the value and status of more items. pandas, pyarrow and DuckDB come in through Arrow.

    Raises:
        InputFault: a column is of a type that cannot hold its fact, or holds a value that is none of it, or is called
            like one of results.
    """
    asked: dict[str, Any] = {"interpret": interpret, "criteria": criteria, "items": items}
    if isinstance(frame, pl.LazyFrame):
        schema = evaluate_frame(pl.DataFrame(schema=frame.collect_schema()), rules, **asked).schema
        whole = {"predicate_pushdown": False, "projection_pushdown": False, "schema": schema}
        return frame.map_batches(lambda table: evaluate_frame(table, rules, **asked), **whole)
    table = frame if isinstance(frame, pl.DataFrame) else pl.DataFrame(frame)
    results = results_of(read_facts(table, rules.registry.vocabulary, PLACE), rules, **asked)
    if taken := [name for name in results.columns if name in table.columns]:
        raise InputFault(Problem(PLACE, "column-taken", {"name": name}) for name in taken)
    return pl.concat([table, results], how="horizontal")


def results_of(
    table: pl.DataFrame,
    rules: Session,
    interpret: Mapping[str, str] | None,
    criteria: bool,
    items: Sequence[str] = (),
    coded: bool = False,
) -> pl.DataFrame:
    """The results of facts that were read; ``coded`` makes enumerations of what are words of a closed list."""
    vocabulary = rules.registry.vocabulary
    facts = [fact for name, fact in vocabulary.facts.items() if name in table.columns]
    lacking = [fact for fact in vocabulary.by_cases if facts and fact not in facts]  # given where it is tried
    kernel = _kernel(rules, [*facts, *lacking], interpret or {}, criteria, items, coded)
    typed = table.select(_in_units(fact) for fact in facts)
    typed = typed.with_columns(pl.lit(None, pl.String).alias(fact.name) for fact in lacking)
    rows = CELLS // (len(facts) + max(len(each.items) for each in rules.registry.conventions.values()) + 1)
    parts = [kernel.results(typed.slice(start, rows)) for start in range(0, max(1, len(typed)), rows)]
    return pl.concat(parts)


def _kernel(
    rules: Session,
    facts: Sequence[Fact],
    interpret: Mapping[str, str],
    criteria: bool,
    items: Sequence[str],
    coded: bool,
) -> Kernel:
    """The expressions for this request, kept with the rules."""
    given = {fact.name for fact in facts}
    key = (frozenset(given), frozenset(interpret.items()), criteria, tuple(items), coded)
    if key not in rules.kernels:
        columns = {}
        for name, fact in rules.registry.vocabulary.facts.items():
            below = 10 ** (fact.type.scale or 0) if fact.type.kind == "number" else 1
            columns[name] = Column(pl.col(name) if name in given else fact.default, below)
        rules.kernels[key] = Kernel(rules.registry, interpret, output_kinds(rules, criteria, items), columns, coded)
    kernel: Kernel = rules.kernels[key]
    return kernel


def _in_units(fact: Fact) -> pl.Expr:
    """A fact that was read: its number in units of its last decimal, and what it is where it is not stated."""
    value: pl.Expr = pl.col(fact.name)
    if fact.type.kind == "number" and fact.type.scale:
        value = (value * 10**fact.type.scale).round(0).cast(pl.Int64)
    return value if fact.default is None else value.fill_null(fact.default)
