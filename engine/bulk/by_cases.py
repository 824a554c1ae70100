"""Decides rows by cases: results that wait for a fact which rows lack come in, and go out with what each value gives.

As :mod:`engine.evaluation.by_cases` does for one case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

import polars as pl

from engine.bulk.expressions import PLAIN
from engine.evaluation.by_cases import told_apart, value_to_try
from engine.language.facts import Fact
from engine.policy.model import Convention

ROW, OFFSET, FIRST = "avenant:row", "avenant:offset", ":first"
OPEN = "undetermined"
AT_ONCE = 100_000  # rows times values that are decided together: to ask again costs as much as thousands of rows


@dataclass(frozen=True, slots=True)
class Text:
    """What decides the rows: a convention, and the rules that were met so far, with those that overlays lay on it.

    ``aside`` is what ``unless`` takes away; ``shown`` are the columns of each result, the last of which says whether it
    is known; ``named`` keeps for each fact and number of rules the values that these tell apart.
    """

    convention: Convention
    aside: Set[str]
    rules: Callable[[], Sequence[object]]
    shown: Mapping[str, Sequence[str]]
    named: dict[tuple[str, int], set[frozenset[str]]]


@dataclass(frozen=True, slots=True)
class Values:
    """Values of a fact, which are tried for each row of a frame, and what is added to the number of a row for each."""

    fact: str
    each: pl.DataFrame

    def spread(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Each row once for each value."""
        told = rows.drop(self.fact).join(self.each.lazy(), how="cross")
        return told.with_columns(pl.col(ROW) + pl.col(OFFSET)).drop(OFFSET)


def by_cases(
    found: pl.DataFrame,
    rows: pl.LazyFrame,
    fact: Fact,
    text: Text,
    again: Callable[[pl.LazyFrame, Values], Iterator[pl.DataFrame]],
) -> pl.DataFrame:
    """The results ``found``, with what is alike whatever the fact is in the rows that lack it; ``again`` decides.

    In both frames the number of a row is its place in ``rows``.
    """
    lack = rows.select(pl.col(fact.name).is_null()).collect().to_series()
    open_ = pl.any_horizontal(pl.col(names[-1]) == OPEN for names in text.shown.values())
    waiting = found.filter(lack.gather(found[ROW]) & found.select(open_).to_series())
    left = rows.select(pl.exclude(ROW).gather(waiting[ROW])).with_row_index(ROW)
    refusals = text.convention.results.refusals.items()
    refused = pl.any_horizontal(pl.lit(False), *(pl.col(id_).is_in(words).fill_null(False) for id_, words in refusals))
    aside = [name for id_, names in text.shown.items() if id_ in text.aside for name in names]
    tried, branches = list[str](), list[pl.DataFrame]()
    while len(waiting) and (new := _to_try(fact, tried, text)):
        tried += new
        size = max(1, AT_ONCE // len(waiting))
        for start in range(0, len(new), size):
            values = pl.Series(fact.name, new[start : start + size], rows.collect_schema()[fact.name])
            offsets = pl.int_range(0, len(values) * len(waiting), len(waiting), dtype=pl.UInt32, eager=True)
            branch = pl.concat(again(left, Values(fact.name, pl.DataFrame([values, offsets.alias(OFFSET)]))))
            branch = branch.sort(ROW).with_columns(pl.when(~refused).then(pl.col(name)) for name in aside)
            branches += (branch.slice(first, len(waiting)) for first in offsets)
    return found.update(_alike(waiting, branches, text), on=ROW) if branches else found


def _to_try(fact: Fact, tried: Sequence[str], text: Text) -> list[str]:
    """The values that the rules tell from each that was tried, and from each other."""
    rules = text.rules()
    key = fact.name, len(rules)
    if key not in text.named:
        text.named[key] = told_apart(fact.name, rules)
    named, new = text.named[key], list[str]()
    while named and (value := value_to_try(fact, [*tried, *new], named)) is not None:
        new.append(value)
    return new


def _alike(waiting: pl.DataFrame, branches: Sequence[pl.DataFrame], text: Text) -> pl.DataFrame:
    """What results that are undetermined in the rows that wait are in all branches, where these are alike; else null.

    What ``unless`` takes away holds of who is not refused: of others it is null in ``branches``.
    """
    columns = [branch.select(pl.all().name.suffix(f":{n}")) for n, branch in enumerate(branches)]
    firsts, alike = list[pl.Expr](), list[pl.Expr]()
    for names in text.shown.values():
        each = {name: [pl.col(f"{name}:{n}") for n in range(len(branches))] for name in names}
        firsts += [pl.coalesce(own).alias(name + FIRST) for name, own in each.items()]
        other = pl.any_horizontal(column != pl.col(name + FIRST) for name, own in each.items() for column in own)
        takes = (pl.col(names[-1]) == OPEN) & ~other.fill_null(False)
        alike += [pl.when(takes).then(pl.col(name + FIRST)).alias(name) for name in names]
    both = pl.concat([waiting, *columns], how="horizontal").lazy()
    return both.with_columns(firsts).select(ROW, *alike).collect(optimizations=PLAIN)
