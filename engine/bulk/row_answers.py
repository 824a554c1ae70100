"""What the evaluator of one case adds to rows: a frame with results comes in, columns with what it tells go out.

Each such row is decided a second time, alone, which takes longer than all that the columns do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import polars as pl

from engine.bulk.job import Job
from engine.bulk.outputs import status_of
from engine.bulk.rows import facts_alone, facts_of
from engine.errors import InputFault
from engine.evaluation.decision import Decision, left_values
from engine.evaluation.session import Session

MISSING, CAN_BE = "missing", "can_be"
READINGS, RIGHTS, ASSUMPTIONS = UNSAID = ("readings", "rights", "assumptions")


def told_columns(job: Job) -> list[str]:
    """The columns that :func:`told_rows` adds."""
    return [*([MISSING, CAN_BE] if job.missing else []), *(UNSAID if job.unsaid else [])]


def told_rows(frame: pl.DataFrame, rules: Session, job: Job, as_text: bool) -> Iterator[pl.Series]:
    """What undetermined rows wait for and can still be; what each row leaves unsaid and would change it.

    Each cell is a list of texts; ``as_text`` puts them into one, with blanks between.
    """
    found: dict[str, list[Sequence[str] | None]] = {name: [None] * len(frame) for name in told_columns(job)}
    open_ = pl.any_horizontal(status_of(id_) == "undetermined" for id_ in rules.registry.results.ids)
    waiting = set(frame.select(open_).to_series().arg_true()) if job.missing else set()
    facts = facts_alone(frame, rules.registry.vocabulary)
    for number, row in enumerate(facts.iter_rows(named=True)) if found else ():
        if number not in waiting and not job.unsaid:
            continue
        try:
            decision = decided(row, rules, job.interpret)
        except InputFault:
            continue
        if number in waiting:
            found[MISSING][number] = decision.missing
            found[CAN_BE][number] = left_values(decision) or None
        if job.unsaid is not None:
            for name, ids in job.unsaid(decision).items():
                found[name][number] = ids or None
    for name, cells in found.items():
        texts: list[Any] = [None if cell is None else " ".join(cell) if as_text else list(cell) for cell in cells]
        yield pl.Series(name, texts, pl.String if as_text else pl.List(pl.String))


def decided(row: Mapping[str, Any], rules: Session, interpret: Mapping[str, str]) -> Decision:
    """The decision of the one-case evaluator on an accepted row.

    Raises:
        InputFault: the facts of the row contradict each other, or no convention has rules for it.
    """
    return rules.decide(facts_of(row, rules.registry.vocabulary), None, interpret)
