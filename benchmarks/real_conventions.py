"""Times the real conventions over a portfolio of invented contracts: from a frame in memory, and Parquet to Parquet.

Each measure is a process of its own (this module as a command), so that its peak memory is its own too. The portfolio
has a column for every fact of the case schema, is drawn with a fixed seed in whole columns, and spreads over all
conventions and both beneficiaries. A sample of the rows is compared with the evaluator of single cases.
"""

from __future__ import annotations

import datetime as dt
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from benchmarks.peak import load, peak_mib
from benchmarks.table import Row, figure

ROOT = Path(__file__).resolve().parent.parent
SEED = 11
GROUP = 100_000  # rows in a row group of the Parquet file
SAMPLE = 200  # rows compared with the evaluator of single cases
IN_MEMORY = 1_000_000  # more would measure how much memory the machine has
LIMIT = 1024.0  # MiB
GROWTH: Mapping[str, float | None] = {"seconds": 1.1, "cpu": None}  # per row, against the size before, noise included
CLOCKS = {"seconds": "the clock", "cpu": "the processor"}  # the second is less changed by what else the machine does
NUMBERS: Mapping[str, tuple[int, int]] = {  # by unit or the end of the name; thresholds do not overlap
    "patients": (300, 3000),
    "ETP": (1, 9),
    "patients_par_etp": (300, 1500),
    "p30": (300, 600),
    "p50": (600, 900),
    "p70": (900, 1200),
    "p90": (1200, 1700),
    "p95": (1700, 2400),
}
DATES: Mapping[str, tuple[dt.date, dt.date]] = {  # each in the order that the case schema asks for
    "medecin.date_naissance": (dt.date(1950, 1, 1), dt.date(1994, 12, 31)),
    "centre.date_creation": (dt.date(2000, 1, 1), dt.date(2019, 12, 31)),
    "assistant.date_debut_formation": (dt.date(2016, 1, 1), dt.date(2020, 12, 31)),
    "contrat.date_signature": (dt.date(2020, 2, 4), dt.date(2025, 10, 14)),  # every convention has some
    "contrat.date_avenant_65_ans": (dt.date(2025, 10, 15), dt.date(2026, 12, 31)),
    "contrat.date_avenant_prorogation": (dt.date(2025, 10, 15), dt.date(2026, 12, 31)),
    "contrat.date_changement_option": (dt.date(2025, 10, 15), dt.date(2026, 12, 31)),
    "contrat.date_resiliation": (dt.date(2025, 10, 15), dt.date(2026, 12, 31)),
    "contrat.date_p50_atteint": (dt.date(2025, 10, 15), dt.date(2026, 12, 31)),
    "contrat.date_passage_regles_posterieures": (dt.date(2025, 10, 15), dt.date(2026, 12, 31)),
}
USUAL_DATES = dt.date(2021, 1, 1), dt.date(2025, 12, 31)
SHARE_GIVEN: Mapping[str, int] = {"contrat.date_signature": 100, "beneficiaire": 100, "seuils": 10, "centre": 40}
USUALLY_GIVEN = 95  # percent of the rows


def measure_real(sizes: Sequence[int], rounds: int) -> tuple[list[Row], list[str]]:
    """The rows of the table, the largest size last, and notes."""
    rows: list[Row] = []
    notes = []
    before: tuple[int, dict[str, float]] | None = None
    for size in sorted(sizes):
        found = _measured(size, rounds)
        rows.extend(_size_rows(size, found))
        micros = {clock: found["files"][clock] / size * 1e6 for clock in GROWTH}
        if before is not None:
            for clock, bar in GROWTH.items():
                label = f"{figure(size)} rows, µs a row by {CLOCKS[clock]} (peer: {figure(before[0])} rows)"
                rows.append(Row(f"real, Parquet to Parquet, {label}", micros[clock], before[1][clock], bar))
        before = size, micros
        notes.append(_note(size, found))
    return rows, notes


def _measured(size: int, rounds: int) -> dict[str, dict[str, Any]]:
    """A portfolio of ``size`` rows, measured in memory where it fits, and from file to file."""
    with tempfile.TemporaryDirectory(prefix="avenant-bench-") as folder:
        source, target = f"{folder}/portfolio.parquet", f"{folder}/decided.parquet"
        found = {"drawn": _child("draw", source, str(size))}
        if size <= IN_MEMORY:
            found["memory"] = _child("memory", source, str(rounds))
        found["files"] = _child("files", source, target)
        found["copy"] = _child("copy", source, target)
        found["files"]["megabytes"] = Path(source).stat().st_size / 1e6
        return found


def _child(*arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.real_conventions", *arguments]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _size_rows(size: int, found: Mapping[str, Mapping[str, Any]]) -> list[Row]:
    rows = []
    for kind, label in (("memory", "from a frame in memory"), ("files", "Parquet to Parquet")):
        if kind in found:
            wrong = found[kind]["wrong"]
            failed = f"{wrong} wrong" if wrong else None
            name = f"real, {label}, {figure(size)} rows"
            rows.append(Row(f"{name}, cases/s", size / found[kind]["seconds"], None, None, failed))
            if kind == "files":
                rows.append(Row(f"{name}, peak MiB (peer: 1 GiB)", found[kind]["peak"], LIMIT, 1.0))
    return rows


def _note(size: int, found: Mapping[str, Mapping[str, Any]]) -> str:
    files, memory = found["files"], found.get("memory")
    text = f"real, {figure(size)} rows ({files['megabytes']:.0f} MB): file to file {files['seconds']:.2f} s"
    text += f" ({found['copy']['seconds']:.2f} s to read and write it undecided), {files['load']}"
    if memory:
        spread = f"{min(memory['all']):.2f} to {max(memory['all']):.2f} s in {len(memory['all'])} rounds"
        text += f"; in memory {spread}, peak {memory['peak']:.0f} MiB with the frame, {memory['load']}"
    return text


def draw(target: str, rows: int) -> dict[str, Any]:
    """Writes a portfolio."""
    portfolio(rows).sink_parquet(target, row_group_size=GROUP)
    return {"peak": peak_mib()}


def portfolio(rows: int, seed: int = SEED) -> Any:
    """A lazy frame of ``rows`` invented contracts, the same for the same seed and version of Polars."""
    import polars as pl

    facts = _registry().vocabulary.facts
    row = pl.col("row")
    columns: dict[str, Any] = {}
    for number, (name, fact) in enumerate(facts.items()):
        chance = row.hash(seed + 2 * number)
        given = SHARE_GIVEN.get(name, SHARE_GIVEN.get(name.split(".")[0], USUALLY_GIVEN))
        columns[name] = pl.when(row.hash(seed + 2 * number + 1) % 100 < given).then(_drawn(name, fact, chance))
    for kind in ("mt", "fa"):
        share = (row.hash(seed - 1) % 60).cast(pl.Int64) + 80
        columns[f"patientele.{kind}_actuelle"] = columns[f"patientele.{kind}_depart"] * share // 100
    return pl.LazyFrame().select(pl.int_range(rows).alias("row")).select(**columns)


def _drawn(name: str, fact: Any, chance: Any) -> Any:
    import polars as pl

    def between(low: int, high: int) -> Any:
        return (chance % (high - low + 1)).cast(pl.Int64) + low

    type_ = fact.type
    if name == "beneficiaire":
        return pl.when(chance % 10 == 0).then(pl.lit("centre_de_sante")).otherwise(pl.lit("medecin_liberal"))
    if type_.kind == "boolean":
        return chance % 2 == 0
    if type_.kind == "enum":
        values = pl.lit(pl.Series(type_.values, dtype=pl.String))
        count = len(type_.values)
        return values.gather(chance % count * (chance // count % count) // count)  # the first ones more often
    if type_.kind == "date":
        first, last = DATES.get(name, USUAL_DATES)
        return pl.lit(first) + pl.duration(days=between(0, (last - first).days))
    if name.startswith("contrat.annee"):
        return between(1, 6)
    low, high = NUMBERS.get(name.rpartition("_")[2]) or NUMBERS.get(type_.unit) or (fact.minimum, fact.maximum)
    scale = 10 ** (type_.scale or 0)
    whole = between(int(low * scale), int(high * scale))
    return (whole / scale).round(type_.scale) if type_.scale else whole


def in_memory(source: str, rounds: int) -> dict[str, Any]:
    """Times evaluate_frame on the whole file in memory; the first call goes untimed."""
    import polars as pl

    from engine.bulk.frame import evaluate_frame

    rules, frame = _rules(), pl.read_parquet(source)
    evaluate_frame(frame.head(1000), rules)
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        result = evaluate_frame(frame, rules)
        times.append(time.perf_counter() - start)
    seconds, peak = statistics.median(times), peak_mib()
    return {"seconds": seconds, "all": times, "peak": peak, "wrong": _wrong(result, len(frame), rules), "load": load()}


def from_file_to_file(source: str, target: str) -> dict[str, Any]:
    """Times the whole way, once: the rules are read and the libraries loaded on the clock too."""
    start, before = time.perf_counter(), time.process_time()
    rules = _rules()
    convert(source, target, rules)
    seconds, cpu, peak = time.perf_counter() - start, time.process_time() - before, peak_mib()
    import polars as pl

    result = pl.scan_parquet(target)
    rows = result.select(pl.len()).collect().item()
    return {"seconds": seconds, "cpu": cpu, "peak": peak, "wrong": _wrong(result, rows, rules), "load": load()}


def copied(source: str, target: str) -> dict[str, Any]:
    """Times reading and writing the same file with nothing decided: what no evaluation can do without."""
    import polars as pl

    start = time.perf_counter()
    pl.scan_parquet(source).sink_parquet(target)
    return {"seconds": time.perf_counter() - start, "peak": peak_mib()}


def convert(source: str, target: str, rules: Any) -> None:
    """As ``avenant batch`` does: every row is checked, evaluated and written."""
    from engine.bulk.files import run_batch
    from engine.bulk.job import Job

    refused = run_batch(Job((source,), target, {}), rules).refused
    if refused:
        raise ValueError(f"rows of the portfolio were refused: {dict(refused)}")


def _wrong(result: Any, rows: int, rules: Any) -> int:
    """How many of a sample of rows the evaluator of single cases sees differently; it refuses what no rules decide."""
    facts = rules.registry.vocabulary.facts
    sample = result.lazy().gather_every(max(1, rows // SAMPLE)).collect()
    wrong = 0
    for row in sample.iter_rows(named=True):
        given = {name: _fact(row[name]) for name in facts if row[name] is not None}
        if row["convention"] is None:
            wrong += row["aide.montant_du.status"] != "undetermined"
            continue
        results = rules.decide(given).results
        wrong += any(not _same(row, id_, results[id_]) for id_ in ("eligibilite", "aide.montant_du"))
    return wrong


def _fact(value: Any) -> Any:
    return Fraction(round(value * 100), 100) if isinstance(value, float) else value


def _same(row: Mapping[str, Any], id_: str, result: Any) -> bool:
    money = f"{id_}.centimes" in row
    value = row[f"{id_}.centimes" if money else id_]
    expected = result.value * 100 if money and result.value is not None else result.value
    return bool(row[f"{id_}.status"] == result.status and value == expected)


def _registry() -> Any:
    from engine.policy.reading import load_registry

    return load_registry(ROOT / "policies")


def _rules() -> Any:
    from engine.evaluation.session import Session

    return Session(_registry())


COMMANDS: Mapping[str, Callable[[str, str], dict[str, Any]]] = {
    "draw": lambda target, rows: draw(target, int(rows)),
    "memory": lambda source, rounds: in_memory(source, int(rounds)),
    "files": from_file_to_file,
    "copy": copied,
}

if __name__ == "__main__":
    print(json.dumps(COMMANDS[sys.argv[1]](*sys.argv[2:4])))
