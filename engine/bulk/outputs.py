"""The results of a row as columns: what is given back of each kind, and what the facts of a row break."""

from __future__ import annotations

import operator as op
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

import polars as pl

from engine.bulk.expressions import WORD
from engine.evaluation.session import Session
from engine.language.algebra import Column, Operand, either, is_null, lift, over, picked
from engine.language.types import UNIT_SCALE, VERDICT, VERDICTS, Type, joined
from engine.policy.model import CONSISTENCY, UNMET, WARNED, Item, Obligation

REMARKS = (CONSISTENCY, UNMET, WARNED)
CENTS = ".centimes"
STATUS = pl.Enum((*VERDICTS, "known", "undetermined", "not_applicable"))  # or verdict


@dataclass(frozen=True, slots=True)
class Told:
    """A remark on some rows: the column that names the item, and where it does."""

    column: str
    item: Item
    test: Operand


def breakable(item: Item) -> str | None:
    """Which column tells that the facts of a row break the item: one that must hold between them, or a duty."""
    duty = isinstance(item.body, Obligation) and item.body.unmet_when is not None
    return UNMET if duty else CONSISTENCY if item.kind == CONSISTENCY else None


def output_kinds(rules: Session, criteria: bool, items: Sequence[str]) -> dict[str, Type]:
    """The results to give back and their types: the headline results, criteria if asked for, ``items``."""
    registry = rules.registry
    kinds: dict[str, Type | None] = dict.fromkeys(registry.results.ids)
    for convention in registry.conventions.values():
        types = rules.plan(convention, ()).types if items else {}
        for id_ in convention.items:
            if not (criteria or id_ in items or id_ in registry.results.ids):
                continue  # an item is read back from its store when it is first looked at
            item = convention.items[id_]
            if criteria and item.kind == "criterion" and not item.transitional:
                kinds.setdefault(item.id, VERDICT)
            if item.id in registry.results.ids:
                # What has no unit is a named value.
                kinds[item.id] = Type("number", item.unit, UNIT_SCALE.get(item.unit)) if item.unit else Type("enum")
            elif item.id in items and item.id in types:
                kinds[item.id] = _widest(kinds.get(item.id), types[item.id])
    return {id_: kind or Type("number") for id_, kind in kinds.items()}


def _widest(known: Type | None, found: Type | None) -> Type | None:
    """The type that holds an item in every convention; a ratio may be any number."""
    both = (known and found and joined(known, found)) or known or found
    return replace(both, scale=None) if both and both.unit == "ratio" else both


def output_columns(id_: str, kind: Type, column: Column, coded: bool) -> Iterator[pl.Expr]:
    """Value and status of a result; a criterion's verdict in one column."""
    words = STATUS if coded else pl.String

    def word(text: str) -> pl.Expr:
        return pl.lit(text, words)

    known = picked(pl, column.value, word("met"), word("not_met")) if kind.kind == "verdict" else word("known")
    unless_absent = either(pl, is_null(column.value), word("undetermined"), known)
    status = either(pl, column.absent, word("not_applicable"), unless_absent)
    *value, shown = names_of(id_, kind)
    yield from (_value(column, kind, coded).alias(name) for name in value)
    yield status.alias(shown)


def names_of(id_: str, kind: Type) -> list[str]:
    """The columns of a result; the last says whether it is known. Money is in whole cents, and says so."""
    value = id_ + CENTS if kind.unit == "EUR" else id_
    return [id_] if kind.kind == "verdict" else [value, f"{id_}.status"]


def stated(id_: str | None) -> pl.Expr:
    """A headline result by its value, or why it has none."""
    return pl.lit("") if id_ is None else pl.coalesce(id_, status_of(id_))


def status_of(id_: str | None) -> pl.Expr:
    return pl.lit("") if id_ is None else pl.col(f"{id_}.status")


def cents_of(id_: str | None) -> pl.Expr:
    return pl.lit(0) if id_ is None else pl.col(id_ + CENTS)


def told_column(name: str, told: Sequence[Told]) -> pl.Expr:
    """What is told of a row in a column, by id: what its facts break, what the rules warn of; null for nothing."""
    own = [each for each in told if each.column == name]
    own.sort(key=lambda each: each.item.id if name == WARNED else (each.item.at, each.item.id))
    named = [(each.item.id, each.test) for each in own if each.test is not False and each.test is not None]
    words = [_listed(named[start : start + WORD]) for start in range(0, len(named), WORD)] or [pl.lit(None, pl.String)]
    if len(words) > 1:
        words = [pl.concat_str(words, separator=" ", ignore_nulls=True).replace("", None)]
    return words[0].alias(name)


def _listed(named: Sequence[tuple[str, Operand]]) -> pl.Expr:
    """The ids of what is told of a row: its bits make a number, and each different number is written out once."""
    ids = [id_ for id_, _ in named]

    def written(bits: pl.Series) -> pl.Series:
        sets = bits.unique()
        texts = [" ".join(id_ for place, id_ in enumerate(ids) if each >> place & 1) or None for each in sets]
        return bits.replace_strict(sets, pl.Series(texts, dtype=pl.String))

    made = (lift(pl, either(pl, test, 1 << place, 0)) for place, (_, test) in enumerate(named))
    bits = reduce(op.add, made, lift(pl, 0))
    texts: pl.Expr = bits.map_batches(written, return_dtype=pl.String, is_elementwise=True)
    return texts


def _value(column: Column, kind: Type, coded: bool) -> Any:
    fractional = kind.kind == "number" and kind.unit != "EUR" and kind.scale != 0
    if column.value is None:
        whole = {"number": pl.Int64, "date": pl.Date, "boolean": pl.Boolean}.get(kind.kind, pl.String)
        return pl.lit(None, pl.Float64 if fractional else whole)
    if fractional:
        quotient = lift(pl, column.value).cast(pl.Float64) / lift(pl, column.below).cast(pl.Float64)
        # Polars divides by a literal through its reciprocal, which is one bit off: a declared scale sets that right.
        return quotient if kind.scale is None else quotient.round(kind.scale)
    value = lift(pl, over(column, 100).value if kind.unit == "EUR" else column.value)
    return value.cast(pl.String) if kind.kind == "enum" and not coded else value  # which may be that of a fact
