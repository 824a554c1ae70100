"""What a change does to a portfolio: counts and cents of the rows that both versions decide."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Portfolio:
    """What a change does to the rows of a file.

    ``refused`` rows cannot be decided; rows ``apart`` have no rules in one version, or none that are compared.
    ``verdicts`` counts rows by eligibility before and after. Money is in cents, over the ``known`` rows whose amount
    due both versions know; ``deciles`` are those of the differences that are not zero, from lowest to highest.
    ``causes`` counts, over ``sampled`` changed rows, the items that make the difference.
    """

    rows: int
    refused: int
    apart: int
    changed: int
    verdicts: Mapping[tuple[str, str], int]
    known: int
    before: int
    after: int
    gained: int
    lost: int
    open_before: int
    open_after: int
    deciles: tuple[int, ...]
    causes: Mapping[str, int]
    sampled: int
