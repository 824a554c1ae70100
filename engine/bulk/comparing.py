"""Evaluates a file of cases under two versions of the rules: a file and two sessions come in, both results go out.

Each row keeps its number, so that results of the two versions stand side by side.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import polars as pl

from engine.bulk.files import CENTS, DUE, VERDICT
from engine.bulk.frame import evaluate_frame
from engine.bulk.inputs import open_sources
from engine.bulk.readers import FILE, ROW, pieces
from engine.bulk.rows import ACCEPTED, checked
from engine.evaluation.session import Session
from engine.policy.model import Convention

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
            other,
            signed_from=other.signed_from.replace(year=other.signed_from.year + FAR, day=1),
            signed_before=None,
        )
        for id_, other in session.registry.conventions.items()
    }
    own = replace(convention, signed_from=convention.signed_from.replace(year=1900, month=1, day=1), signed_before=None)
    return Session(replace(session.registry, conventions={**others, convention.id: own}))


def counted(frame: pl.DataFrame) -> dict[str, Any]:
    """What a piece says: rows by verdict, cents before and after where both are known, and which rows changed."""
    own = frame.filter(pl.col("convention").is_not_null() & pl.col(AFTER + "convention").is_not_null())
    verdicts = own.select(_verdict(""), _verdict(AFTER)).rows()
    due, status = DUE + CENTS, f"{DUE}.status"
    both = own.filter((pl.col(status) == KNOWN) & (pl.col(AFTER + status) == KNOWN))
    differences = both.select((pl.col(AFTER + due) - pl.col(due)).alias("difference"))["difference"]
    changed = own.filter(_changed(own))
    return {
        "rows": len(own),
        "apart": len(frame) - len(own),
        "verdicts": verdicts,
        "known": len(both),
        "before": int(both[due].sum()),
        "after": int(both[AFTER + due].sum()),
        "differences": differences.filter(differences != 0).to_list(),
        "open_before": int((own[status] == OPEN).sum()),
        "open_after": int((own[AFTER + status] == OPEN).sum()),
        "changed": changed.rows(named=True),
    }


def _verdict(prefix: str) -> Any:
    return pl.coalesce(prefix + VERDICT, f"{prefix}{VERDICT}.status").alias(f"{prefix}verdict")


def _changed(frame: pl.DataFrame) -> Any:
    """True where eligibility or the amount due is another."""
    columns = (VERDICT, f"{VERDICT}.status", DUE + CENTS, f"{DUE}.status")
    return pl.any_horizontal(pl.col(column).ne_missing(pl.col(AFTER + column)) for column in columns)
