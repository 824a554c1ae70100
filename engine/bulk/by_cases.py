"""Decides rows by cases: results that wait for a fact which rows lack come in, and go out with what each value gives.

As :mod:`engine.evaluation.by_cases` does for one case.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

import polars as pl

from engine.evaluation.by_cases import taken_away, told_apart, value_to_try
from engine.language.facts import Fact
from engine.policy.model import Convention

ROW, REFUSED = "avenant:row", "avenant:refused"
OPEN = "undetermined"
AT_ONCE = 100_000  # rows times values that are decided together: to ask again costs as much as thousands of rows


@dataclass(frozen=True, slots=True)
class Text:
    """What decides the rows: a convention and those that lay overlays on it.

    ``shown`` are the columns of each result, the last of which says whether it is known; ``named`` keeps for each fact
    the values that the rules tell apart.
    """

    conventions: Sequence[Convention]
    shown: Mapping[str, Sequence[str]]
    named: dict[str, set[frozenset[str]]]


def by_cases(
    found: pl.DataFrame,
    rows: pl.LazyFrame,
    fact: Fact,
    text: Text,
    again: Callable[[pl.LazyFrame], Iterator[pl.DataFrame]],
) -> pl.DataFrame:
    """The results ``found``, with what is alike whatever the fact is in the rows that lack it; ``again`` decides."""
    states = [names[-1] for names in text.shown.values()]
    waiting = found.lazy().filter(pl.any_horizontal(pl.col(name) == OPEN for name in states)).select(ROW)
    left = rows.filter(pl.col(fact.name).is_null()).join(waiting, on=ROW, how="semi").collect()
    if not len(left):
        return found
    if fact.name not in text.named:
        rules = chain.from_iterable((*each.items.values(), *each.overlays) for each in text.conventions)
        text.named[fact.name] = told_apart(fact.name, rules)
    named, tried, branches = text.named[fact.name], list[str](), list[pl.DataFrame]()
    refusing = (
        pl.col(id_).is_in(words).fill_null(False) for id_, words in text.conventions[0].results.refusals.items()
    )
    refused = pl.any_horizontal(pl.lit(False), *refusing).alias(REFUSED)
    while named and (value := value_to_try(fact, tried, named)) is not None:
        tried.append(value)
    waits = pl.Series(fact.name, tried, rows.collect_schema()[fact.name])
    size = max(1, AT_ONCE // len(left))
    for start in range(0, len(waits), size):
        told = left.drop(fact.name).join(waits[start : start + size].to_frame(), how="cross")
        branch = pl.concat(again(told.drop(ROW).with_row_index(ROW).lazy()))
        branches.append(branch.with_columns(told[ROW].gather(branch[ROW]).alias(ROW), refused))
    return _joined(found, branches, len(tried), text) if branches else found


def _joined(found: pl.DataFrame, branches: Sequence[pl.DataFrame], values: int, text: Text) -> pl.DataFrame:
    """The results found; an undetermined one as all ``values`` have it, where these are alike.

    What ``unless`` takes away holds of who is not refused.
    """
    same, aside = [], taken_away(text.conventions[0])
    for id_, names in text.shown.items():
        told = pl.struct(names).filter(~pl.col(REFUSED)) if id_ in aside else pl.struct(names)
        alike = (told.n_unique() == 1) & (pl.len() == values)
        same.append(pl.when(alike).then(told.first()).alias(f"{id_}:alike"))
    both = found.join(pl.concat(branches).group_by(ROW).agg(same), on=ROW, how="left", maintain_order="left")
    taken = []
    for id_, names in text.shown.items():
        alike = pl.col(f"{id_}:alike")
        takes = (pl.col(names[-1]) == OPEN) & alike.is_not_null()
        taken += [pl.when(takes).then(alike.struct.field(name)).otherwise(pl.col(name)).alias(name) for name in names]
    return both.with_columns(taken).select(found.columns)
