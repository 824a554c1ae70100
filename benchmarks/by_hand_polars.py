"""The synthetic policy written by hand in Polars: the limit that evaluate_frame is measured against.

A frame of facts comes in, the same frame with eligibility and payment goes out. No statuses, no missing facts, no
digest: only what somebody would write who needs these two columns. Of several ways tried (a join with the table of
amounts, ``replace_strict``, one ``when`` for each row of a table) the last is the fastest.
"""

from __future__ import annotations

import operator as op
from collections.abc import Iterable, Sequence
from functools import reduce
from typing import Any

import polars as pl

from benchmarks.synthetic import AMOUNT, CLOSED, COORDINATED, MINIMUM, OTHER_MINIMUM, RISE

ELIGIBLE, PAYMENT = "eligible", "payment"


def by_hand(frame: Any) -> Any:
    """``frame`` with the two columns."""
    return (
        frame.lazy()
        .with_columns(
            _eligible().alias(ELIGIBLE),
            _row_of(AMOUNT, ("contrat.option", "contrat.annee", "contrat.tranche")).alias("amount"),
            (pl.col("patientele.depart") * (100 + _row_of(RISE, ("contrat.option", "contrat.tranche")))).alias("goal"),
        )
        .with_columns(_payment().alias(PAYMENT))
        .drop("amount", "goal")
        .collect()
    )


def _eligible() -> Any:
    specialty, sector = pl.col("medecin.specialite"), pl.col("medecin.secteur")
    minimum = _first([(specialty == name, count) for name, count in MINIMUM.items()], pl.lit(OTHER_MINIMUM))
    return (
        ((sector == 1) | ((sector == 2) & pl.col("medecin.optam")))
        & ~specialty.is_in(CLOSED)
        & (pl.col("medecin.groupe") | pl.col("medecin.zone_sous_dense"))
        & pl.col("medecin.coordination").is_in(COORDINATED)
        & (pl.col("patientele.suivie") >= minimum)
        & pl.col("medecin.logiciel_partage")
        & ~pl.col("medecin.autre_aide")
    )


def _payment() -> Any:
    """In euros; the objective is in hundredths of a patient."""
    now, amount, goal = pl.col("patientele.actuelle"), pl.col("amount"), pl.col("goal")
    return (
        pl.when(~pl.col(ELIGIBLE) | (now < pl.col("patientele.depart")))
        .then(0.0)
        .when(now * 100 >= goal)
        .then(amount.cast(pl.Float64))
        .otherwise(amount * now * 100 / goal)
    )


def _row_of(table: dict[Any, int], columns: Sequence[str]) -> Any:
    rows = []
    for cells, value in table.items():
        tests = (pl.col(name) == cell for name, cell in zip(columns, cells, strict=True))
        rows.append((reduce(op.and_, tests), value))
    return _first(rows, pl.lit(None, dtype=pl.Int64))


def _first(cases: Iterable[tuple[Any, int]], otherwise: Any) -> Any:
    found: Any = pl
    for condition, value in cases:
        found = found.when(condition).then(value)
    return found.otherwise(otherwise)
