"""Times calls over HTTP on loopback: our API and openfisca-core's web API decide the same doctors by the same rules.

Every answer is compared with the oracle. Calls are bounded in number, four at a time; after a first turn the memory of
our server is read, and again at the end.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks.openfisca_peer import BOOLEANS, NUMBERS, PERIOD, PYTHON, WORDS
from benchmarks.synthetic import Answer, Case, answer, draw_cases, grouped
from benchmarks.table import Row, figure
from benchmarks.turns import Run, in_turn, median, spread, wrong

ROOT = Path(__file__).resolve().parent.parent
CONNECTIONS, CASES = 4, 200
PORT, PEER_PORT = 8981, 8982
TURNS = 10
PEER_SHARE = 10  # of our calls, one in so many is made to the peer
FASTER = 3.0
GROWTH = 1.1  # the memory at the end over that after warming up
START_SECONDS = 60
OURS, PEER = "web: ours", "web: peer openfisca-core"

Body = tuple[bytes, Answer]


def measure_web(calls: int) -> Iterator[Row | str]:
    """The rows of the table, and notes."""
    cases, share = draw_cases(CASES), calls // TURNS
    slow: list[float] = []
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(_served([sys.executable, "-m", "benchmarks.web_ours", str(PORT)], PORT))
        ours = [(json.dumps({"case": grouped(case)}).encode(), answer(case)) for case in cases]
        ways = {OURS: lambda: _calls(PORT, "/api/v1/evaluate", ours, share, _read_ours, slow)}
        if PYTHON.exists():
            stack.enter_context(_served([str(PYTHON), "-m", "benchmarks.web_peer", str(PEER_PORT)], PEER_PORT))
            theirs = [(_asked_of_peer(case), answer(case)) for case in cases]
            ways[PEER] = lambda: _calls(PEER_PORT, "/calculate", theirs, share // PEER_SHARE, _read_peer, [])
        in_turn(ways, 0)  # for warming up
        before = _resident(server.pid)
        found = in_turn(ways, TURNS)
        after = _resident(server.pid)
    missed = wrong(*found.values())
    rate = "web: decisions a second over HTTP, 4 connections"
    yield Row(rate, median(found[OURS]), median(found.get(PEER, ())), FASTER, missed, least=True)
    yield Row(f"web: memory of the server after {calls} calls (MiB)", after, before, GROWTH)
    yield from (spread(name, runs, "calls a second") for name, runs in found.items())
    yield f"web: 19 of 20 of our calls within {figure(sorted(slow)[int(len(slow) * 0.95)] * 1e3)} ms"


def _asked_of_peer(case: Case) -> bytes:
    inputs = {name: {PERIOD: getattr(case, name)} for name in (*NUMBERS, *BOOLEANS, *WORDS)}
    wanted = {"eligible": {PERIOD: None}, "payment": {PERIOD: None}}
    return json.dumps({"doctors": {"one": inputs | wanted}}).encode()


def _read_ours(data: Any) -> Answer:
    found = data["results"]
    return Answer(found["eligibilite"]["value"] == "eligible", float(found["aide.montant_du"]["value"] or 0))


def _read_peer(data: Any) -> Answer:
    found = data["doctors"]["one"]
    return Answer(found["eligible"][PERIOD], found["payment"][PERIOD])


def _calls(
    port: int, path: str, bodies: Sequence[Body], calls: int, read: Callable[[Any], Answer], times: list[float]
) -> Run:
    """So many calls, and how many a second; one without an answer counts as wrong. ``times`` gets that of each."""

    def call(share: int) -> int:
        connection, missed = http.client.HTTPConnection("127.0.0.1", port, timeout=30), 0
        for turn in range(share):
            body, expected = bodies[turn % len(bodies)]
            start = time.perf_counter()
            try:
                connection.request("POST", path, body, {"Content-Type": "application/json"})
                missed += not read(json.loads(connection.getresponse().read())).agrees(expected)
                times.append(time.perf_counter() - start)
            except (OSError, KeyError, ValueError, http.client.HTTPException):
                missed += 1
                connection.close()
        return missed

    shares = [calls // CONNECTIONS] * CONNECTIONS
    start = time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as threads:
        missed = sum(threads.map(call, shares))
    return Run(sum(shares) / (time.perf_counter() - start), missed)


@contextlib.contextmanager
def _served(command: list[str], port: int) -> Iterator[subprocess.Popen[bytes]]:
    """A server in a process of its own, once it takes connections."""
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            for _ in range(START_SECONDS * 10):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                time.sleep(0.1)
            yield process
        finally:
            process.terminate()


def _resident(pid: int) -> float:
    """MiB that a process holds in memory."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096 // 2**20
