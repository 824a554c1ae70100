"""Times decisions one by one, ours and the peer's in turn, and compares every answer with the oracle.

Only the call from plain data to the whole decision is timed; drawing, reading and comparing are outside the clock.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.ours import load_ours
from benchmarks.synthetic import Answer, answer, draw_cases, flat, grouped
from benchmarks.table import Row
from benchmarks.zen_peer import load_zen

MEASURE = "decision, one by one (µs a case; peer: zen-engine)"
BAR = 0.7
BLOCK = 500  # cases in a row for one engine before it is the other's turn
WARM_UP = 1000
BUSY = 1.3  # a mean so far above the median says that something else was running


@dataclass(frozen=True, slots=True)
class Contestant:
    """An engine with the cases in the form that it takes."""

    name: str
    decide: Callable[[Any], Any]
    read: Callable[[Any], Answer]
    cases: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Measured:
    """An engine's rounds: the median and the mean time of a case in each, in microseconds; all wrong answers.

    The median counts. The mean is also what other processes make of it: the peer hands each case to a thread of its
    own and waits, which on a busy machine takes several times as long.
    """

    name: str
    medians: tuple[float, ...]
    means: tuple[float, ...]
    wrong: int

    @property
    def median(self) -> float:
        return statistics.median(self.medians)

    @property
    def mean(self) -> float:
        return statistics.median(self.means)


def measure_decisions(count: int, rounds: int) -> tuple[Row, list[str]]:
    """The row of the table, and notes on the spread."""
    drawn = draw_cases(count)
    expected = [answer(case) for case in drawn]
    ours = load_ours()
    contestants = [Contestant("ours", ours.decide, ours.read, [grouped(case) for case in drawn])]
    notes = []
    try:
        peer = load_zen()
        contestants.append(Contestant("zen-engine", peer.decide, peer.read, [flat(case) for case in drawn]))
    except ImportError:
        notes.append("zen-engine is not installed (pip install -r locks/bench.lock): no peer beside us")
    measured = _all_rounds(contestants, expected, rounds)
    ours.session.close()
    notes.extend(_note(each, count) for each in measured)
    if any(each.mean > BUSY * each.median for each in measured):
        notes.append("the machine was busy: measure again when it is idle")
    return _row(measured), notes


def _all_rounds(contestants: Sequence[Contestant], expected: Sequence[Answer], rounds: int) -> list[Measured]:
    for contestant in contestants:
        _block(contestant, expected, range(min(WARM_UP, len(expected))), [])
    gc.collect()
    gc.freeze()  # the cases that wait their turn would otherwise be walked by every collection
    found = [_round(contestants, expected) for _ in range(rounds)]
    gc.unfreeze()
    measured = []
    for index, contestant in enumerate(contestants):
        times = [each[index][0] for each in found]
        medians = tuple(statistics.median(each) * 1e6 for each in times)
        means = tuple(statistics.fmean(each) * 1e6 for each in times)
        measured.append(Measured(contestant.name, medians, means, sum(each[index][1] for each in found)))
    return measured


def _round(contestants: Sequence[Contestant], expected: Sequence[Answer]) -> list[tuple[list[float], int]]:
    """Every engine on every case, block by block in turn: the times of each, and how many answers were wrong."""
    times: list[list[float]] = [[] for _ in contestants]
    wrong = [0] * len(contestants)
    for number, start in enumerate(range(0, len(expected), BLOCK)):
        block = range(start, min(start + BLOCK, len(expected)))
        order = range(len(contestants))
        for index in order if number % 2 == 0 else reversed(order):
            wrong[index] += _block(contestants[index], expected, block, times[index])
    return list(zip(times, wrong, strict=True))


def _block(contestant: Contestant, expected: Sequence[Answer], block: range, times: list[float]) -> int:
    """Times a block, one case after the other; gives the number of wrong answers."""
    clock = time.perf_counter
    decide, read, cases = contestant.decide, contestant.read, contestant.cases
    wrong = 0
    decision: Any = None
    for index in block:
        case = cases[index]
        start = clock()
        decision = decide(case)  # the decision before it is let go within the time, as in a service
        times.append(clock() - start)
        wrong += not read(decision).agrees(expected[index])
    return wrong


def _row(measured: Sequence[Measured]) -> Row:
    ours, *others = measured
    peer = others[0].median if others else None
    wrong = sum(each.wrong for each in measured)
    return Row(MEASURE, ours.median, peer, BAR, failed=f"{wrong} wrong" if wrong else None)


def _note(measured: Measured, count: int) -> str:
    low, high = min(measured.medians), max(measured.medians)
    spread = f"{len(measured.medians)} rounds of {count} cases, medians {low:.1f} to {high:.1f} µs"
    return f"{measured.name}: {spread}, mean {measured.mean:.1f} µs, {measured.wrong} wrong"
