"""Evaluates a file of cases under two versions of the rules: a file and two sessions go in, what both say comes out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import polars as pl

from engine.bulk.files import agreeing, check_columns, error_ids
from engine.bulk.frame import evaluate_frame
from engine.bulk.inputs import open_sources
from engine.bulk.outputs import cents_of, stated, status_of
from engine.bulk.readers import batches
from engine.bulk.rows import ACCEPTED, checked
from engine.evaluation.session import Session
from engine.language.values import NOT_APPLICABLE
from engine.policy.model import Convention

SIDES = BEFORE, AFTER = "avenant_before:", "avenant_after:"
OPEN = "undetermined"
FAR = 400  # years, beyond every signature


def compared_rows(name: str, a: Session, b: Session) -> tuple[pl.DataFrame, int]:
    """The facts of each row of a file with what both versions say of it, and how many rows were refused.

    What the first version says is named after :data:`BEFORE`, the second after :data:`AFTER`: the convention, the
    verdict, the amount due, 0 where nothing is, and its status; rows that a version does not decide have no convention.

    Raises:
        InputFault: the file or its columns are at fault.
        UsageFault: the file is of no known format.
    """
    vocabulary, results = b.registry.vocabulary, b.registry.results
    said = {"convention": pl.col("convention"), "verdict": stated(results.verdict)}
    said |= {"due": _due(results.due, a, b), "status": status_of(results.due)}
    windows = (*a.registry.windows, *b.registry.windows)
    parts, refused = [], 0
    sources = open_sources([name], vocabulary, (), ())
    check_columns(sources, vocabulary)
    for batch in batches(sources, vocabulary):
        typed = checked(batch.frame, vocabulary, windows, batch.dialect)
        accepted = typed.filter(pl.col(ACCEPTED)).select(name for name in vocabulary.facts if name in typed.columns)
        found = [evaluate_frame(accepted, each) for each in (a, b)]
        holds = agreeing(found[0], error_ids(a)) & agreeing(found[1], error_ids(b))
        accepted, before, after = (each.filter(holds) for each in (accepted, *found))
        refused += len(batch.refused) + len(typed) - len(accepted)
        lacking = (pl.lit(None, dtype).alias(n) for n, dtype in after.schema.items() if n not in before.columns)
        sides = zip(SIDES, (before.with_columns(lacking), after), strict=True)
        told = [each.select(found.alias(side + key) for key, found in said.items()) for side, each in sides]
        parts.append(pl.concat([accepted, *told], how="horizontal"))
    return pl.concat(parts), refused


def _due(item: str | None, a: Session, b: Session) -> pl.Expr:
    """Cents due, 0 where a text that has an amount due gives none; null where it is open, or no text has one."""
    every = (text for side in (a, b) for text in side.registry.conventions.values())
    paying = pl.col("convention").is_in([text.id for text in every if item in text.items])
    nothing = paying & (status_of(item) == NOT_APPLICABLE.value)
    return pl.when(nothing).then(pl.lit(0, pl.Int64)).otherwise(cents_of(item))


def forced(session: Session, convention: Convention) -> Session:
    """A session in which a convention decides every row of its beneficiary, whatever the date, and no other does."""
    others = dict(session.registry.conventions)
    for id_, other in others.items():
        far = other.signed_from.replace(year=other.signed_from.year + FAR, day=1)
        others[id_] = replace(other, signed_from=far, signed_before=None)
    own = replace(convention, signed_from=convention.signed_from.replace(year=1900, month=1, day=1), signed_before=None)
    return Session(replace(session.registry, conventions={**others, convention.id: own}))


def counted(frame: pl.DataFrame) -> dict[str, Any]:
    """What compared rows say: those by verdict, cents before and after where nothing is open, and which changed."""
    own = frame.filter(pl.all_horizontal(pl.col(side + "convention").is_not_null() for side in SIDES))
    is_open = [(pl.col(side + "status") == OPEN) | (pl.col(side + "verdict") == OPEN) for side in SIDES]
    decided = (pl.col(side + "due").is_not_null() for side in SIDES)
    known = own.filter(pl.all_horizontal(*decided, *(~each for each in is_open)))
    before, after = (known[side + "due"] for side in SIDES)
    open_before, open_after = (len(own.filter(each)) for each in is_open)
    differ = (pl.col(BEFORE + key).ne_missing(pl.col(AFTER + key)) for key in ("verdict", "due", "status"))
    return {
        "rows": len(own),
        "apart": len(frame) - len(own),
        "verdicts": own.select(side + "verdict" for side in SIDES).rows(),
        "known": len(known),
        "before": int(before.sum()),
        "after": int(after.sum()),
        "differences": (after - before).filter(after != before).to_list(),
        "open_before": open_before,
        "open_after": open_after,
        "changed": own.filter(pl.any_horizontal(differ)).rows(named=True),
    }
