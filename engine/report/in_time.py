"""What a row of a table gives over time: a row and its table come in, « 19 000 € jusqu'au 31/12/2025, … » goes out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from engine.language.expressions import Literal, Unpublished
from engine.policy.dated import until
from engine.policy.model import Row, Table
from engine.report.say import Say

Shown = Callable[[Literal | Unpublished], str]


def in_time(row: Row, table: Table, say: Say, shown: Shown) -> str:
    """The values of all rows of the same cells, each with its days."""
    return ", ".join(_stretches(alike(row, table), table, say, shown))


def alike(row: Row, table: Table) -> list[Row]:
    """The rows of the same cells, the oldest first."""
    return sorted((each for each in table.rows if each.cells == row.cells), key=lambda each: each.start or dt.date.min)


def _stretches(rows: list[Row], table: Table, say: Say, shown: Shown) -> Iterator[str]:
    before: dt.date | None = None
    for row in rows:
        literal = until(row, table)
        end = None if literal is None else dt.date.fromisoformat(str(literal.value))
        follows = row.start is None or row.start == before
        last = "" if end is None else say.scalar(end - dt.timedelta(days=1))
        value, start = shown(row.then), "" if row.start is None else say.scalar(row.start)
        if end is not None:
            yield say("in_time_until" if follows else "in_time_within", value=value, start=start, day=last)
        elif row.start is not None:
            yield say("in_time_then" if follows else "in_time_from", value=value, start=start)
        else:
            yield value
        before = end
