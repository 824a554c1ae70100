"""Times fresh processes: `avenant evaluate` on an example, and a Python that only imports yaml and click.

They take turns, so that what the machine does meanwhile falls on all; our cache is a folder of the benchmark's own.
What counts is the processor time of a process, user and system, which others on the machine change least.
"""

from __future__ import annotations

import importlib.util
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.table import Row

ROOT = Path(__file__).resolve().parent.parent
BAR, FIRST_BAR = 2.5, 6.0
PEER = "import yaml, click"
ENTRY = "from engine.cli import main; main()"  # what the console script does, where it is not installed
MEASURES = (
    f'cold start (ms of the processor; peer: python -c "{PEER}")',
    "first start ever, nothing remembered (ms of the processor; same peer)",
)


@dataclass(frozen=True, slots=True)
class Skipped(Exception):
    """Why there is nothing to time."""

    reason: str


def measure_cold_start(runs: int) -> tuple[list[Row], list[str]]:
    """The rows of the table, and notes on the spread or on why there are no figures."""
    peer = [sys.executable, "-c", PEER]
    try:
        ours = [*_avenant(), "evaluate", str(_example().relative_to(ROOT))]
        found = _in_turn(ours, peer, runs)
    except Skipped as skipped:
        rows = [Row(measure, None, None, None, failed="skipped") for measure in MEASURES]
        return rows, [f"cold start skipped: {skipped.reason}"]
    started, first, theirs = (statistics.median(times) for times in found)
    rows = [Row(MEASURES[0], started, theirs, BAR), Row(MEASURES[1], first, theirs, FIRST_BAR)]
    names = (f"avenant {' '.join(ours[-2:])}", "the same, nothing remembered", f'python -c "{PEER}"')
    return rows, [_note(name, times) for name, times in zip(names, found, strict=True)]


def _in_turn(ours: Sequence[str], peer: Sequence[str], runs: int) -> tuple[list[float], list[float], list[float]]:
    """Ours with its cache filled, ours with an empty one, the peer; the first of each goes untimed, for bytecode."""
    times: tuple[list[float], list[float], list[float]] = ([], [], [])
    with tempfile.TemporaryDirectory(prefix="avenant-bench-") as folder:
        for number in range(runs + 1):
            each = (_run(ours, f"{folder}/kept"), _run(ours, f"{folder}/{number}"), _run(peer, f"{folder}/kept"))
            if number:
                for found, elapsed in zip(times, each, strict=True):
                    found.append(elapsed)
    return times


def _avenant() -> list[str]:
    """The command as installed beside this Python, else its entry point."""
    script = Path(sys.executable).parent / "avenant"
    if script.exists():
        return [str(script)]
    if importlib.util.find_spec("engine.cli") is None:
        raise Skipped("there is no avenant command")
    return [sys.executable, "-c", ENTRY]


def _example() -> Path:
    found = sorted((ROOT / "examples").glob("*.yaml"))
    if not found:
        raise Skipped("there is no examples/*.yaml")
    return found[0]


def _run(command: Sequence[str], cache: str) -> float:
    """Processor time in milliseconds of one process; it must succeed."""
    environment = {**os.environ, "XDG_CACHE_HOME": cache}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    if done.returncode:
        raise Skipped(f"{Path(command[0]).name} ended with status {done.returncode}: {_last(done.stderr)}")
    return spent * 1e3


def _last(text: str) -> str:
    return next((line for line in reversed(text.splitlines()) if line.strip()), "no message")


def _note(name: str, times: Sequence[float]) -> str:
    return f"{name}: {len(times)} processes, {min(times):.0f} to {max(times):.0f} ms"
