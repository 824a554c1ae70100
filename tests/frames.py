"""Makes a Polars frame out of flat facts, with the types that the vocabulary declares."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import polars as pl

from engine.evaluation.facts import Facts
from engine.language.facts import Fact, Vocabulary


def frame_of(rows: Sequence[Facts], vocabulary: Vocabulary) -> pl.DataFrame:
    """A column per fact; a fact that a case does not give is null."""
    return pl.DataFrame(
        [
            pl.Series(name, [_cell(row.get(name), fact) for row in rows], dtype=_dtype(fact))
            for name, fact in vocabulary.facts.items()
        ]
    )


def _dtype(fact: Fact) -> Any:
    if fact.type.kind == "number":
        return pl.Float64 if fact.type.scale else pl.Int64
    return {"date": pl.Date, "boolean": pl.Boolean}.get(fact.type.kind, pl.String)


def _cell(value: Any, fact: Fact) -> Any:
    if isinstance(value, Fraction) or (value is not None and fact.type.kind == "number" and fact.type.scale):
        return float(value)
    return value
