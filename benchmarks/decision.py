"""Times decisions one by one, ours and the peer's in turn, and compares every answer with the oracle.

Only the call from plain data to the whole decision is timed; drawing, reading and comparing are outside the clock.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import cycle
from typing import Any

from benchmarks.ours import Ours, load_ours
from benchmarks.synthetic import answer, draw_cases, grouped
from benchmarks.table import Row
from benchmarks.turns import Run, in_turn, median, spread, wrong
from benchmarks.zen_peer import Zen, load_zen

BAR = 0.7
BLOCK = 500  # cases in a row for one engine before it is the other's turn
OURS, PEER = "ours", "zen-engine"


def measure_decisions(count: int, rounds: int) -> Iterator[Row | str]:
    """The row of the table, and notes on the spread."""
    drawn = draw_cases(count)
    ours = load_ours()
    ways = {OURS: _blocks(ours, drawn, [grouped(case) for case in drawn])}
    try:
        ways[PEER] = _blocks(load_zen(), drawn, [asdict(case) for case in drawn])
    except ImportError:
        yield "zen-engine is not installed (pip install -r locks/bench.lock): no peer beside us"
    gc.collect()
    gc.freeze()  # the cases that wait their turn would otherwise be walked by every collection
    found = in_turn(ways, rounds * len(range(0, count, BLOCK)))
    gc.unfreeze()
    ours.session.close()
    measure = "decision, one by one (µs a case; peer: zen-engine)"
    yield Row(measure, median(found[OURS]), median(found.get(PEER, ())), BAR, wrong(*found.values()))
    yield from (spread(name, runs, "µs, median of a block") for name, runs in found.items())


def _blocks(engine: Ours | Zen, drawn: Sequence[Any], told: Sequence[Mapping[str, Any]]) -> Callable[[], Run]:
    """One block of cases after the other, from the first again after the last; what counts of each is its median."""
    pairs = [(case, answer(each)) for case, each in zip(told, drawn, strict=True)]
    blocks = cycle([pairs[start : start + BLOCK] for start in range(0, len(pairs), BLOCK)])
    clock, decide = time.perf_counter, engine.decide

    def run() -> Run:
        times, missed = [], 0
        decision: Any = None
        for case, expected in next(blocks):
            start = clock()
            decision = decide(case)  # the decision before it is let go within the time, as in a service
            times.append(clock() - start)
            missed += not engine.read(decision).agrees(expected)
        return Run(statistics.median(times) * 1e6, missed)

    return run
