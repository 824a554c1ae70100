"""Times fresh processes: `avenant evaluate` on an example, and a Python that only imports yaml and click.

They take turns; our cache is a folder of the benchmark's own. What counts is the processor time of a process, user and
system, which others on the machine change least.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.peak import ROOT, processor
from benchmarks.table import Row
from benchmarks.turns import Run, in_turn, median, spread

BARS = {
    "cold start (ms of the processor; peer: a Python that imports yaml and click)": 2.5,
    "first start ever, nothing remembered (ms of the processor; same peer)": 6.0,
}


def measure_cold_start(runs: int) -> Iterator[Row | str]:
    """The rows of the table, and notes on the spread."""
    case = min((ROOT / "examples").glob("*.yaml")).relative_to(ROOT)
    ours = [str(Path(sys.executable).parent / "avenant"), "evaluate", str(case)]
    peer = [sys.executable, "-c", "import yaml, click"]
    with tempfile.TemporaryDirectory(prefix="avenant-bench-") as folder:
        new, kept = (f"{folder}/{number}" for number in itertools.count()), f"{folder}/kept"
        ways = {
            **dict(zip(BARS, (lambda: _run(ours, kept), lambda: _run(ours, next(new))), strict=True)),
            "peer": lambda: _run(peer, kept),
        }
        found = in_turn(ways, runs)
    yield from (Row(name, median(found[name]), median(found["peer"]), bar) for name, bar in BARS.items())
    yield from (spread(name.partition(" (")[0], times, "ms") for name, times in found.items())


def _run(command: Sequence[str], cache: str) -> Run:
    return Run(processor(command, XDG_CACHE_HOME=cache) * 1e3)
