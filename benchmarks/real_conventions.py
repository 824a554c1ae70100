"""Times the real conventions over a portfolio of invented contracts: few rows, and many from Parquet to Parquet.

Each measure is a process of its own (this module as a command), so that its peak memory is its own too. The portfolio
has a column for every fact of the case schema, is drawn with a fixed seed in whole columns, and spreads over all
conventions and both beneficiaries. A sample of the rows is compared with the evaluator of single cases.
"""

from __future__ import annotations

import datetime as dt
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from benchmarks.peak import load, peak_mib, processor
from benchmarks.table import Row, figure

ROOT = Path(__file__).resolve().parent.parent
SEED = 11
GROUP = 100_000  # rows in a row group of the Parquet file
SAMPLE = 200  # rows compared with the evaluator of single cases
FEW: Mapping[int, float] = {10: 0.25, 10_000: 0.6}  # rows of a first frame, and seconds of the processor allowed
MICROS = 6.0  # of the processor, for a row from file to file
LIMIT = 1024.0  # MiB
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
AFTER_SIGNATURE = (
    *("avenant_65_ans", "avenant_prorogation", "changement_option", "resiliation", "p50_atteint"),
    *("passage_regles_posterieures", "nouvel_objectif"),
)
DATES: Mapping[str, tuple[dt.date, dt.date]] = {  # each in the order that the case schema asks for
    "medecin.date_naissance": (dt.date(1950, 1, 1), dt.date(1994, 12, 31)),
    "centre.date_creation": (dt.date(2000, 1, 1), dt.date(2019, 12, 31)),
    "assistant.date_debut_formation": (dt.date(2016, 1, 1), dt.date(2020, 12, 31)),
    "contrat.date_signature": (dt.date(2020, 2, 4), dt.date(2025, 10, 14)),  # every convention has some
    **{f"contrat.date_{name}": (dt.date(2025, 10, 15), dt.date(2026, 12, 31)) for name in AFTER_SIGNATURE},
}
USUAL_DATES = dt.date(2021, 1, 1), dt.date(2025, 12, 31)
SHARE_GIVEN: Mapping[str, int] = {"contrat.date_signature": 100, "beneficiaire": 100, "seuils": 10, "centre": 40}
USUALLY_GIVEN = 95  # percent of the rows


def measure_real(sizes: Sequence[int]) -> Iterator[Row | str]:
    """The rows of the table, the largest size last, and notes."""
    with tempfile.TemporaryDirectory(prefix="avenant-bench-") as folder:
        source, target = f"{folder}/portfolio.parquet", f"{folder}/decided.parquet"
        _child("draw", source, str(max(FEW)))
        for size, bar in FEW.items():
            seconds = _child("few", source, str(size))["user"]
            yield Row(f"real, first frame of {figure(size)} rows, s of the processor (peer: {bar})", seconds, bar, 1.0)
        _child("head", source, f"{folder}/few.parquet")
        batch = [str(Path(sys.executable).parent / "avenant"), "batch", f"{folder}/few.parquet", "-o", target]
        seconds = min(processor(batch) for _ in range(3))  # the first writes bytecode and remembers the policies
        yield Row(f"real, avenant batch of {min(FEW)} rows, s of the processor (peer: 1)", seconds, 1.0, 1.0)
        for size in sorted(sizes):
            _child("draw", source, str(size))
            found, name = _child("files", source, target), f"real, Parquet to Parquet, {figure(size)} rows"
            micros, wrong = found["user"] / size * 1e6, found["wrong"]
            yield Row(f"{name}, µs of the processor a row (peer: {MICROS:g})", micros, MICROS, 1.0, wrong)
            yield Row(f"{name}, peak MiB (peer: 1 GiB)", found["peak"], LIMIT, 1.0)
            size_mb = Path(source).stat().st_size / 1e6
            yield f"real, {figure(size)} rows ({size_mb:.0f} MB): {found['seconds']:.2f} s, {found['load']}"


def _child(*arguments: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.real_conventions", *arguments]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def draw(target: str, rows: int) -> dict[str, Any]:
    """Writes a portfolio."""
    portfolio(rows).sink_parquet(target, row_group_size=GROUP)
    return {"peak": peak_mib()}


def portfolio(rows: int, seed: int = SEED) -> Any:
    """A lazy frame of ``rows`` invented contracts, the same for the same seed and version of Polars."""
    import polars as pl

    vocabulary = _registry().vocabulary
    row = pl.col("row")
    columns: dict[str, Any] = {}
    for number, (name, fact) in enumerate(vocabulary.facts.items()):
        chance = row.hash(seed + 2 * number)
        given = SHARE_GIVEN.get(name, SHARE_GIVEN.get(name.split(".")[0], USUALLY_GIVEN))
        columns[name] = pl.when(row.hash(seed + 2 * number + 1) % 100 < given).then(_drawn(name, fact, chance))
    for kind in ("mt", "fa"):
        share = (row.hash(seed - 1) % 60).cast(pl.Int64) + 80
        columns[f"patientele.{kind}_actuelle"] = columns[f"patientele.{kind}_depart"] * share // 100
    born, signed = columns["medecin.date_naissance"], columns["contrat.date_signature"]
    to_come = signed.dt.month().cast(int) * 100 + signed.dt.day() < born.dt.month().cast(int) * 100 + born.dt.day()
    columns["medecin.age"] = pl.coalesce(signed.dt.year() - born.dt.year() - to_come, columns["medecin.age"])
    for first, *later in vocabulary.orders:  # what would be refused costs less than what is decided
        so_far = columns[first]
        for name in later:
            columns[name] = pl.when(columns[name].is_not_null()).then(pl.max_horizontal(columns[name], so_far))
            so_far = pl.max_horizontal(so_far, columns[name])
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


def few(source: str, rows: int) -> dict[str, Any]:
    """The processor time of the first frame that a session evaluates, its expressions built on the way."""
    import polars as pl

    from engine.bulk.frame import evaluate_frame

    rules, frame = _rules(), pl.read_parquet(source, n_rows=rows)
    before = _user()
    evaluate_frame(frame, rules)
    return {"user": _user() - before}


def head(source: str, target: str) -> dict[str, Any]:
    """Writes a few rows of a portfolio."""
    import polars as pl

    pl.read_parquet(source, n_rows=min(FEW)).write_parquet(target)
    return {}


def _user() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_utime


def from_file_to_file(source: str, target: str) -> dict[str, Any]:
    """Times the whole way, once: the rules are read and the libraries loaded on the clock too."""
    start, before = time.perf_counter(), _user()
    rules = _rules()
    convert(source, target, rules)
    seconds, user, peak = time.perf_counter() - start, _user() - before, peak_mib()
    import polars as pl

    result = pl.scan_parquet(target)
    rows = result.select(pl.len()).collect().item()
    return {"seconds": seconds, "user": user, "peak": peak, "wrong": _wrong(result, rows, rules), "load": load()}


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
    "few": lambda source, rows: few(source, int(rows)),
    "head": head,
    "files": from_file_to_file,
}

if __name__ == "__main__":
    print(json.dumps(COMMANDS[sys.argv[1]](*sys.argv[2:4])))
