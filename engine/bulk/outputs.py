"""The columns that a frame gets: a result and its computed column come in, named value and status columns go out."""

from __future__ import annotations

import operator as op
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import narwhals as nw

from engine.bulk.backend import NarwhalsFrames
from engine.evaluation.decision import FIXED_RESULTS
from engine.evaluation.session import Session
from engine.language.algebra import Column, either, is_null, over, picked, tested
from engine.language.types import VERDICT, Type, joined

FIXED_KINDS: Mapping[str, Type] = {
    "eligibilite": Type("enum"),
    "tranche_activite": Type("enum"),
    "verification.resultat": Type("enum"),
    "objectif.mt": Type("number", "patients"),
    "objectif.fa": Type("number", "patients"),
    "aide.montant_annuel": Type("number", "EUR"),
    "aide.montant_du": Type("number", "EUR"),
    "verification.taux": Type("number", "ratio", None),
}


def output_kinds(rules: Session, criteria: bool, items: Sequence[str]) -> dict[str, Type]:
    """The results to give back and their types: the fixed ones, the criteria where asked for, and ``items``."""
    kinds: dict[str, Type] = {id_: FIXED_KINDS[id_] for id_ in FIXED_RESULTS}
    for convention in rules.registry.conventions.values():
        types = rules.program(convention, ()).plan.types
        for item in convention.items.values():
            if criteria and item.kind == "criterion" and not item.transitional:
                kinds.setdefault(item.id, VERDICT)
            if item.id in items and item.id not in FIXED_KINDS:
                kinds[item.id] = _widest(kinds.get(item.id), types.get(item.id) or Type("number"))
    return kinds


def _widest(known: Type | None, found: Type) -> Type:
    """The type that holds an item in every convention; a ratio may be any number."""
    both = found if known is None else joined(known, found) or known
    return replace(both, scale=None) if both.unit == "ratio" else both


def output_columns(id_: str, kind: Type, column: Column, frames: NarwhalsFrames) -> list[Any]:
    """Value and status of a result; a criterion's verdict in one column."""
    unknown = either(frames, is_null(column.value), "undetermined", "known")
    status = either(frames, column.absent, "not_applicable", unknown)
    if kind.kind == "verdict":
        verdict = picked(frames, column.value, "met", "not_met")
        known = tested(op.eq, status, "known")
        return [frames.lift(either(frames, known, verdict, status)).alias(id_)]
    return [_value(column, kind, frames).alias(column_name(id_, kind)), frames.lift(status).alias(f"{id_}.status")]


def column_name(id_: str, kind: Type) -> str:
    """Money is in whole cents, and its column says so."""
    return f"{id_}.centimes" if kind.unit == "EUR" else id_


def _value(column: Column, kind: Type, frames: NarwhalsFrames) -> Any:
    fractional = kind.kind == "number" and kind.unit != "EUR" and kind.scale != 0
    if column.value is None:
        whole = {"number": nw.Int64, "date": nw.Int64, "boolean": nw.Boolean}.get(kind.kind, nw.String)
        return frames.nothing(nw.Float64 if fractional else whole)
    if fractional:
        quotient = frames.lift(column.value).cast(nw.Float64) / frames.lift(column.below).cast(nw.Float64)
        # Polars divides by a literal through its reciprocal, which is one bit off: a declared scale sets that right.
        return quotient if kind.scale is None else quotient.round(kind.scale)
    return frames.lift(over(column, 100).value if kind.unit == "EUR" else column.value)
