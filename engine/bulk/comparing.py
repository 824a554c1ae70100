"""Evaluates a file of cases under two versions of the rules: a file and two sessions come in, both results go out.

Each row keeps its number, so that results of the two versions stand side by side.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import polars as pl

from engine.bulk.files import cents_of, stated, status_of
from engine.bulk.frame import evaluate_frame
from engine.bulk.inputs import open_sources
from engine.bulk.readers import FILE, ROW, pieces
from engine.bulk.rows import ACCEPTED, checked
from engine.evaluation.session import Session
from engine.policy.model import Convention
from engine.policy.results import Results

AFTER = "avenant_after:"
OPEN, KNOWN = "undetermined", "known"
FAR = 400  # years, beyond every signature


def compared_rows(name: str, a: Session, b: Session) -> Iterator[tuple[pl.DataFrame, int]]:
    """Pieces of a file with the results of both versions, and how many rows of each were refused.

    Results of the second version carry :data:`AFTER` before their name; rows that a version does not decide have no
    convention.

    Raises:
        InputFault: the file or its columns are at fault.
        UsageFault: the file is of no known format.
    """
    vocabulary = b.registry.vocabulary
    sources = open_sources([name], vocabulary, (), ())
    for piece in pieces(sources, vocabulary):
        typed = checked(piece.frame, _both(a, b))
        accepted = typed.filter(pl.col(ACCEPTED)).drop(ACCEPTED)
        refused = len(piece.refused) + len(typed) - len(accepted)
        before: pl.DataFrame = evaluate_frame(accepted, a)
        after: pl.DataFrame = evaluate_frame(accepted, b)
        results = [column for column in after.columns if column not in accepted.columns]
        before = before.with_columns(pl.lit(None, after.schema[n]).alias(n) for n in results if n not in before.columns)
        renamed = after.select(pl.col(column).alias(AFTER + column) for column in results)
        yield pl.concat([before, renamed], how="horizontal").drop(FILE, ROW), refused


def _both(a: Session, b: Session) -> Any:
    """A registry whose windows hold the rows of either version."""
    conventions = {f"{side}/{id_}": c for side, s in enumerate((a, b)) for id_, c in s.registry.conventions.items()}
    return replace(b.registry, conventions=conventions)


def forced(session: Session, convention: Convention) -> Session:
    """A session in which a convention decides every row of its beneficiary, whatever the date, and no other does."""
    others = {
        id_: replace(
            other, signed_from=other.signed_from.replace(year=other.signed_from.year + FAR, day=1), signed_before=None
        )
        for id_, other in session.registry.conventions.items()
    }
    own = replace(convention, signed_from=convention.signed_from.replace(year=1900, month=1, day=1), signed_before=None)
    return Session(replace(session.registry, conventions={**others, convention.id: own}))


def counted(frame: pl.DataFrame, results: Results) -> dict[str, Any]:
    """What a piece says: rows by verdict, cents before and after where both are known, and which rows changed."""
    sides = ("", AFTER)
    own = frame.filter(pl.all_horizontal(pl.col(side + "convention").is_not_null() for side in sides))
    told = own.with_columns(stated(results.verdict, side).alias(f"{side}verdict") for side in sides)
    verdicts = told.select(f"{side}verdict" for side in sides).rows()
    known = pl.all_horizontal(status_of(results.due, side) == KNOWN for side in sides)
    cents = own.filter(known).select(cents_of(results.due, side).alias(f"{side}cents") for side in sides)
    before, after = cents.get_columns()
    differences = after - before
    open_ = own.select((status_of(results.due, side) == OPEN).sum().alias(f"{side}open") for side in sides).row(0)
    compared = ((stated, results.verdict), (cents_of, results.due), (status_of, results.due))
    changed = own.filter(pl.any_horizontal(of(id_, "").ne_missing(of(id_, AFTER)) for of, id_ in compared))
    return {
        "rows": len(own),
        "apart": len(frame) - len(own),
        "verdicts": verdicts,
        "known": len(cents),
        "before": int(before.sum()),
        "after": int(after.sum()),
        "differences": differences.filter(differences != 0).to_list(),
        "open_before": int(open_[0]),
        "open_after": int(open_[1]),
        "changed": changed.rows(named=True),
    }
