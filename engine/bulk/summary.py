"""Counts what a run over files gave: cases and cents come in piece by piece, totals and refused rows go out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Summary:
    """``cases``, ``cents`` due and ``over``paid, amounts left ``open``, by convention and verdict; ``refused`` rows.

    ``codes`` counts the faults of the refused rows, ``examples`` tells the first of each.
    """

    cases: Counter[Key] = field(default_factory=Counter)
    cents: Counter[Key] = field(default_factory=Counter)
    over: Counter[Key] = field(default_factory=Counter)
    open: Counter[Key] = field(default_factory=Counter)
    codes: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    examples: dict[str, str] = field(default_factory=dict)

    def count(self, convention: str, verdict: str, cases: int, cents: int, over: int, open_: int) -> None:
        key = (convention, verdict)
        self.cases[key] += cases
        self.cents[key] += cents
        self.over[key] += over
        self.open[key] += open_

    @property
    def commonest(self) -> list[tuple[str, int]]:
        """The codes of the faults, the most frequent first."""
        return sorted(self.codes.items(), key=lambda item: (-item[1], item[0]))

    def refuse(self, file: str, faults: Iterable[tuple[str, str]]) -> None:
        """One row of ``file`` is refused, for these faults: their codes, and what was said of each."""
        self.refused[file] += 1
        for code, message in faults:
            self.codes[code] += 1
            self.examples.setdefault(code, message)

    def add(self, other: Summary) -> None:
        """What another part of the same run gave."""
        for each in fields(self):
            getattr(self, each.name).update(getattr(other, each.name))
