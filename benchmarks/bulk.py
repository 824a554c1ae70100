"""Times the synthetic policy over a frame in memory, beside peers that take turns with us on the same cases.

The peers: openfisca-core vectorised, and the same rules by hand in Polars. Every answer of
every round is compared with the oracle. Larger frames repeat the drawn cases.
"""

from __future__ import annotations

import datetime as dt
import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchmarks.openfisca_peer import OpenFisca
from benchmarks.ours import Ours, load_ours
from benchmarks.peak import load, peak_mib
from benchmarks.synthetic import TOLERANCE, Case, answer, draw_cases, grouped
from benchmarks.table import Row, figure

DRAWN = 100_000
SIZES = (100_000, 1_000_000)
OURS, HAND, FISCA = "ours", "by hand", "openfisca-core"


@dataclass(slots=True)
class Engine:
    """A way to answer all cases: ``run`` gives seconds and the number of wrong answers."""

    name: str
    cases: int
    run: Callable[[], tuple[float, int]]
    seconds: list[float] = field(default_factory=list)
    wrong: int = 0

    @property
    def speed(self) -> float:
        """Cases per second in the median round."""
        return self.cases / self.milliseconds * 1e3

    @property
    def milliseconds(self) -> float:
        """The median round."""
        return statistics.median(self.seconds) * 1e3


@dataclass(frozen=True, slots=True)
class Cases:
    """The drawn cases, ``repeat`` times: as a frame of facts, with the right answers beside."""

    drawn: Sequence[Case]
    repeat: int
    frame: Any
    expected: Any

    def __len__(self) -> int:
        return len(self.drawn) * self.repeat


def measure_bulk(rounds: int, sizes: Sequence[int] = SIZES) -> tuple[list[Row], list[str]]:
    """The rows of the table for each size, and notes on spread, memory and whatever is missing."""
    rows: list[Row] = []
    notes: list[str] = []
    ours = load_ours()
    for size in sizes:
        cases = _cases(size)
        engines, missing = _measured(cases, ours, rounds)
        rows.extend(_rows(size, engines))
        notes.extend(dict.fromkeys([*missing, *(_note(size, engine) for engine in engines.values())]))
    ours.session.close()
    return rows, [*notes, f"this process held {figure(peak_mib())} MiB at most, with all frames and answers"]


def _measured(cases: Cases, ours: Ours, rounds: int) -> tuple[dict[str, Engine], list[str]]:
    engines = [_ours(cases, ours), _by_hand(cases)]
    notes = []
    fisca = None
    try:
        fisca = OpenFisca(len(cases.drawn), cases.repeat)
        engines.append(_fisca(fisca, cases))
    except ImportError as error:
        notes.append(str(error))
    for number in range(rounds + 1):  # the first round is for warming up
        for engine in engines if number % 2 else reversed(engines):
            seconds, wrong = engine.run()
            engine.wrong += wrong
            if number:
                engine.seconds.append(seconds)
    if fisca:
        fisca.close()
    return {engine.name: engine for engine in engines}, notes


def _cases(size: int) -> Cases:
    import polars as pl

    drawn = draw_cases(min(DRAWN, size))
    repeat = max(1, size // DRAWN)
    facts = [grouped(case) for case in drawn]
    names = [(group, name) for group, values in facts[0].items() for name in values]
    columns = {f"{group}.{name}": [case[group][name] for case in facts] for group, name in names}
    columns["contrat.date_signature"] = [dt.date.fromisoformat(day) for day in columns["contrat.date_signature"]]
    answers = [answer(case) for case in drawn]
    expected = {"eligible": [each.eligible for each in answers], "payment": [each.payment for each in answers]}
    frames = [pl.concat([pl.DataFrame(data)] * repeat).rechunk() for data in (columns, expected)]
    return Cases(drawn, repeat, *frames)


def _ours(cases: Cases, ours: Ours) -> Engine:
    import polars as pl

    from engine.bulk.frame import evaluate_frame

    def run() -> tuple[float, int]:
        start = time.perf_counter()
        result = evaluate_frame(cases.frame, ours.session)
        seconds = time.perf_counter() - start
        paid = pl.col("aide.montant_du.centimes") / 100
        return seconds, _wrong(cases, result.select(eligible=pl.col("eligibilite") == "eligible", payment=paid))

    return Engine(OURS, len(cases), run)


def _by_hand(cases: Cases) -> Engine:
    from benchmarks.by_hand_polars import by_hand

    def run() -> tuple[float, int]:
        start = time.perf_counter()
        result = by_hand(cases.frame)
        seconds = time.perf_counter() - start
        return seconds, _wrong(cases, result.select("eligible", "payment"))

    return Engine(HAND, len(cases), run)


def _fisca(fisca: OpenFisca, cases: Cases) -> Engine:
    def run() -> tuple[float, int]:
        found = fisca.run()
        return found["seconds"], found["wrong"]

    return Engine(FISCA, len(cases), run)


def _wrong(cases: Cases, result: Any) -> int:
    """Answers that differ from the oracle's; a missing one does."""
    import polars as pl

    right = pl.concat([result, cases.expected.select(pl.all().name.prefix("right_"))], how="horizontal")
    same = (pl.col("eligible") == pl.col("right_eligible")) & (
        (pl.col("payment") - pl.col("right_payment")).abs() <= TOLERANCE
    )
    wrong: int = right.select((~same.fill_null(False)).sum()).item()
    return wrong


def _rows(size: int, engines: dict[str, Engine]) -> list[Row]:
    ours = engines[OURS]
    bars: dict[str, tuple[str, float | None]] = {
        FISCA: ("openfisca-core vectorised, its conversion counted", 10.0),
        HAND: ("by hand in Polars, the limit", 0.5),
    }
    rows = []
    for name, (label, bar) in bars.items():
        peer = engines.get(name)
        wrong = ours.wrong + (peer.wrong if peer else 0)
        measure = f"in memory, {figure(size)} rows, cases/s (peer: {label})"
        failed = f"{wrong} wrong" if wrong else None
        rows.append(Row(measure, ours.speed, peer.speed if peer else None, bar, failed, least=True))
    return rows


def _note(size: int, engine: Engine) -> str:
    low, high = min(engine.seconds) * 1e3, max(engine.seconds) * 1e3
    spread = f"{len(engine.seconds)} rounds of {figure(engine.cases)} cases in {low:.1f} to {high:.1f} ms"
    return f"{engine.name}, frame of {figure(size)} rows: {spread}, {engine.wrong} wrong, {load()}"
