"""Times the synthetic policy over a frame in memory, beside peers that take turns with us on the same cases.

The peers: openfisca-core vectorised, and the same rules by hand in Polars. Every answer of
every round is compared with the oracle. Larger frames repeat the drawn cases.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from typing import Any

from benchmarks.openfisca_peer import openfisca
from benchmarks.ours import Ours, load_ours
from benchmarks.peak import load, peak_mib
from benchmarks.synthetic import TOLERANCE, Case, answer, draw_cases, grouped
from benchmarks.table import Row, figure
from benchmarks.turns import Run, in_turn, median, spread, wrong

DRAWN = 100_000
SIZES = (100_000, 1_000_000)
OURS, FISCA, HAND = "ours", "openfisca-core vectorised, its conversion counted", "by hand in Polars, the limit"
BARS = {FISCA: 10.0, HAND: 0.5}


def measure_bulk(rounds: int) -> Iterator[Row | str]:
    """The rows of the table for each size, and notes on spread, memory and whatever is missing."""
    ours = load_ours()
    for size in SIZES:
        yield from _measured(size, ours, rounds)
    ours.session.close()
    yield f"this process held {figure(peak_mib())} MiB at most, with all frames and answers"


def _measured(size: int, ours: Ours, rounds: int) -> Iterator[Row | str]:
    drawn = draw_cases(min(DRAWN, size))
    with ExitStack() as stack:
        ways = _frames(drawn, size // len(drawn), ours)
        try:
            ways[FISCA] = stack.enter_context(openfisca(len(drawn), size // len(drawn)))
        except ImportError as error:
            yield str(error)
        found = in_turn(ways, rounds)
    for peer, bar in BARS.items():
        measure, runs = f"in memory, {figure(size)} rows, cases/s (peer: {peer})", found.get(peer, ())
        yield Row(measure, median(found[OURS]), median(runs), bar, wrong(found[OURS], runs), least=True)
    yield from (spread(f"{name}, {figure(size)} rows", runs, f"cases/s, {load()}") for name, runs in found.items())


def _frames(drawn: Sequence[Case], repeat: int, ours: Ours) -> dict[str, Callable[[], Run]]:
    """Ours and the rules by hand, over a frame of the cases."""
    import polars as pl

    from benchmarks.by_hand_polars import by_hand
    from engine.bulk.frame import evaluate_frame

    facts = [grouped(case) for case in drawn]
    names = [(group, name) for group, values in facts[0].items() for name in values]
    columns = {f"{group}.{name}": [case[group][name] for case in facts] for group, name in names}
    columns["contrat.date_signature"] = [dt.date.fromisoformat(day) for day in columns["contrat.date_signature"]]
    answers = [answer(case) for case in drawn]
    right = {"eligible": [each.eligible for each in answers], "payment": [each.payment for each in answers]}
    frame, expected = (pl.concat([pl.DataFrame(data)] * repeat).rechunk() for data in (columns, right))
    own = {"eligible": pl.col("eligibilite") == "eligible", "payment": pl.col("aide.montant_du.centimes") / 100}

    def way(evaluate: Callable[[Any], Any], **shown: Any) -> Callable[[], Run]:
        def run() -> Run:
            start = time.perf_counter()
            found = evaluate(frame)
            seconds = time.perf_counter() - start
            return Run(len(frame) / seconds, _wrong(found.select(**shown), expected))

        return run

    hand = {"eligible": pl.col("eligible"), "payment": pl.col("payment")}
    return {OURS: way(lambda frame: evaluate_frame(frame, ours.session), **own), HAND: way(by_hand, **hand)}


def _wrong(found: Any, expected: Any) -> int:
    """Answers that differ from the oracle's; a missing one does."""
    import polars as pl

    right = pl.concat([found, expected.select(pl.all().name.prefix("right_"))], how="horizontal")
    near = (pl.col("payment") - pl.col("right_payment")).abs() <= TOLERANCE
    same = (pl.col("eligible") == pl.col("right_eligible")) & near
    wrong: int = right.select((~same.fill_null(False)).sum()).item()
    return wrong
