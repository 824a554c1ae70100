"""Times calls over HTTP on loopback: our API and openfisca-core's web API decide the same doctors by the same rules.

Every answer is compared with the oracle. Calls are bounded in number, four at a time; after a tenth of them the memory
of our server is read, and again at the end.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.openfisca_peer import BOOLEANS, NUMBERS, PERIOD, PYTHON, WORDS
from benchmarks.synthetic import TOLERANCE, Case, answer, draw_cases, grouped
from benchmarks.table import Row
from benchmarks.web_page import measure_page

ROOT = Path(__file__).resolve().parent.parent
CONNECTIONS, CASES = 4, 200
PORT, PEER_PORT = 8981, 8982
TURNS = 10
PEER_SHARE = 10  # of our calls, one in so many is made to the peer
FASTER = 3.0
GROWTH = 1.1  # the memory at the end over that after warming up
START_SECONDS = 60

Body = tuple[bytes, bool, float]
Read = Callable[[Any], tuple[bool, float]]


@dataclass(frozen=True, slots=True)
class Timed:
    """Calls a second, the slowest but one in twenty in ms, and how many answers were wrong or missing."""

    rate: float
    slow: float
    wrong: int


def measure_web(calls: int) -> tuple[list[Row], list[str]]:
    """The rows of the table, and notes. Ours and theirs take turns, so that both meet the same moments of a machine."""
    cases = draw_cases(CASES)
    ours, theirs = [_ours(case) for case in cases], [_peer(case) for case in cases]
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(_served([sys.executable, "-m", "benchmarks.web_ours", str(PORT)], PORT))
        peer = PYTHON.exists()
        if peer:
            stack.enter_context(_served([str(PYTHON), "-m", "benchmarks.web_peer", str(PEER_PORT)], PEER_PORT))
            _timed(PEER_PORT, "/calculate", theirs, CASES, _read_peer)
        _timed(PORT, "/api/v1/evaluate", ours, calls // 10, _read_ours)
        before, found, beside = _resident(server.pid), list[Timed](), list[Timed]()
        for _ in range(TURNS):
            found.append(_timed(PORT, "/api/v1/evaluate", ours, calls // TURNS, _read_ours))
            if peer:
                beside.append(_timed(PEER_PORT, "/calculate", theirs, calls // TURNS // PEER_SHARE, _read_peer))
        after = _resident(server.pid)
    notes = [f"web: {calls} calls of ours, {_told(found)}; memory {before} to {after} MiB"]
    notes += [f"web: peer openfisca-core, {_told(beside)}"] if beside else []
    failed = "wrong answers" if any(each.wrong for each in found) else None
    rate = Row(
        "web: decisions a second over HTTP, 4 connections",
        statistics.median(each.rate for each in found),
        statistics.median(each.rate for each in beside) if beside else None,
        FASTER,
        failed,
        least=True,
    )
    memory = Row(f"web: memory of the server after {calls} calls (MiB)", after, before, GROWTH, failed)
    rows, more = measure_page()
    return [rate, memory, *rows], [*notes, *more]


def _told(found: Sequence[Timed]) -> str:
    return f"p95 {statistics.median(each.slow for each in found):.0f} ms, {sum(each.wrong for each in found)} wrong"


def _ours(case: Case) -> Body:
    said = answer(case)
    return json.dumps({"case": grouped(case)}).encode(), said.eligible, said.payment


def _peer(case: Case) -> Body:
    said = answer(case)
    names = (*NUMBERS, *BOOLEANS, *WORDS)
    inputs = {name: {PERIOD: getattr(case, name)} for name in names}
    asked = {"eligible": {PERIOD: None}, "payment": {PERIOD: None}}
    return json.dumps({"doctors": {"one": {**inputs, **asked}}}).encode(), said.eligible, said.payment


def _read_ours(data: Any) -> tuple[bool, float]:
    found = data["results"]
    return found["eligibilite"]["value"] == "eligible", float(found["aide.montant_du"]["value"] or 0)


def _read_peer(data: Any) -> tuple[bool, float]:
    found = data["doctors"]["one"]
    return found["eligible"][PERIOD], found["payment"][PERIOD]


def _timed(port: int, path: str, bodies: Sequence[Body], calls: int, read: Read) -> Timed:
    times: list[float] = []
    wrong: list[int] = []

    def call(share: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        for turn in range(share):
            body, eligible, payment = bodies[turn % len(bodies)]
            start = time.perf_counter()
            try:
                connection.request("POST", path, body, {"Content-Type": "application/json"})
                found = read(json.loads(connection.getresponse().read()))
            except (OSError, KeyError, ValueError, http.client.HTTPException):
                wrong.append(turn)
                connection.close()
                continue
            times.append(time.perf_counter() - start)
            if found[0] != eligible or abs(found[1] - payment) > TOLERANCE:
                wrong.append(turn)

    threads = [threading.Thread(target=call, args=(calls // CONNECTIONS,)) for _ in range(CONNECTIONS)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.perf_counter() - start
    slow = sorted(times)[int(len(times) * 0.95)] * 1000 if times else 0.0
    return Timed(len(times) / seconds, slow, len(wrong))


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
