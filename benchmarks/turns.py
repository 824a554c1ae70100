"""Turns: several ways to do the same come in; each runs in turn with the others, and what every run gave goes out."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.table import figure


@dataclass(frozen=True, slots=True)
class Run:
    """What one run measured, and how many of its answers were wrong."""

    value: float
    wrong: int = 0


def in_turn(ways: Mapping[str, Callable[[], Run]], rounds: int) -> dict[str, list[Run]]:
    """The runs of each way, so that what the machine does meanwhile falls on all.

    Each round turns the order of the one before round. A first one, for warming up, does not count.
    """
    found: dict[str, list[Run]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name in [*ways][:: 1 if number % 2 else -1]:
            run = ways[name]()
            if number:
                found[name].append(run)
    return found


def median(runs: Sequence[Run]) -> float | None:
    """The median of what runs measured; None without any."""
    return statistics.median(run.value for run in runs) if runs else None


def wrong(*several: Sequence[Run]) -> int:
    return sum(run.wrong for runs in several for run in runs)


def spread(name: str, runs: Sequence[Run], unit: str) -> str:
    """A note on the runs of one way."""
    low, high = (figure(end(run.value for run in runs)) for end in (min, max))
    return f"{name}: {len(runs)} runs, {low} to {high} {unit}, {wrong(runs)} wrong"
