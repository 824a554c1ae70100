"""Counts what a run over files gave: cases and cents come in piece by piece, totals and refused rows go out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Summary:
    """``cases``, ``cents`` due and amounts left ``open`` by convention and verdict; ``refused`` rows by file.

    ``codes`` counts the faults of the refused rows.
    """

    cases: Counter[Key] = field(default_factory=Counter)
    cents: Counter[Key] = field(default_factory=Counter)
    open: Counter[Key] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)

    def count(self, convention: str, verdict: str, cases: int, cents: int, open_: int) -> None:
        key = (convention, verdict)
        self.cases[key] += cases
        self.cents[key] += cents
        self.open[key] += open_

    def refuse(self, file: str, codes: Mapping[str, int]) -> None:
        """One row of ``file`` is refused, for these faults."""
        self.refused[file] += 1
        self.codes.update(codes)

    def add(self, other: Summary) -> None:
        """What another part of the same run gave."""
        for each in fields(self):
            getattr(self, each.name).update(getattr(other, each.name))
