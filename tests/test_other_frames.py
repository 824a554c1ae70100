"""Frames that come in through Arrow or run on Spark give what Polars gives, cell by cell, from the same rows."""

from __future__ import annotations

import csv
import datetime as dt
import os
import random
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from command import ROOT, avenant
from conftest import Effort
from frames import frame_of
from random_cases import random_facts

from engine import evaluate_frame
from engine.errors import InputFault
from engine.evaluation.session import Session

SEED = 7
SAMPLE = 2000
ROWS = 10_000  # of the portfolio
PORTFOLIO = ROOT / "examples" / "portfolio.csv"


@pytest.fixture(scope="module")
def sample(session: Session, effort: Effort) -> pl.DataFrame:
    """Seeded cases of every convention, with missing facts, numbered."""
    conventions = list(session.registry.conventions.values())
    rows = []
    for number in range(effort.of(SAMPLE)):
        rng = random.Random(SEED * 1_000_003 + number)
        convention = conventions[number % len(conventions)]
        last = convention.signed_before or dt.date(2026, 12, 31)
        rows.append(
            random_facts(rng, session.registry.vocabulary, convention.beneficiary, convention.signed_from, last)
        )
    return frame_of(rows, session.registry.vocabulary).with_row_index("number").cast({"number": pl.Int64})


@pytest.fixture(scope="module")
def by_polars(sample: pl.DataFrame, session: Session) -> pl.DataFrame:
    return evaluate_frame(sample, session, criteria=True)


@pytest.fixture(scope="module")
def portfolio(tmp_path_factory: pytest.TempPathFactory) -> pl.DataFrame:
    """What the command makes of the portfolio."""
    output = tmp_path_factory.mktemp("portfolio") / "out.parquet"
    assert avenant("batch", str(PORTFOLIO), "-o", str(output)).exit_code == 0
    return pl.read_parquet(output)


def same(left: pl.DataFrame, right: pl.DataFrame, key: str) -> None:
    """Fails with the first cells that differ."""
    assert left.columns == right.columns
    assert left.schema == right.schema
    left, right = left.sort(key), right.sort(key)
    for name in left.columns:
        wrong = ~left[name].eq_missing(right[name])
        shown = [frame.filter(wrong).select(pl.col(key).alias("key"), name).head(3).rows() for frame in (left, right)]
        assert not wrong.any(), f"{name}: {shown}"


def test_a_frame_that_speaks_arrow_gives_the_frame_of_polars(
    sample: pl.DataFrame, by_polars: pl.DataFrame, session: Session, small: Session, tmp_path: Path, effort: Effort
) -> None:
    sample.write_parquet(tmp_path / "in.parquet")
    with duckdb.connect() as database:
        relation = database.read_parquet(str(tmp_path / "in.parquet"))
        same(evaluate_frame(relation, session, criteria=True), by_polars, "number")
        read = evaluate_frame(database.read_csv(str(PORTFOLIO)).limit(rows := effort.of(ROWS)), small)
    facts = {name: dtype for name, dtype in sample.schema.items() if name in session.registry.vocabulary.facts}
    typed = pl.read_csv(PORTFOLIO, n_rows=rows, schema_overrides={n: t for n, t in facts.items() if n in read.columns})
    same(read.drop(facts, strict=False), evaluate_frame(typed, small).drop(facts, strict=False), "dossier")


@pytest.mark.spark
def test_pandas_and_pyarrow_give_the_frame_of_polars(
    sample: pl.DataFrame, by_polars: pl.DataFrame, session: Session
) -> None:
    for frame in (sample.to_arrow(), sample.to_pandas(use_pyarrow_extension_array=True)):
        same(evaluate_frame(frame, session, criteria=True), by_polars, "number")


def test_a_column_called_like_one_of_results_is_refused(session: Session) -> None:
    own = pl.DataFrame({"contrat.date_signature": [dt.date(2025, 1, 10)], "eligibilite": ["?"], "note": [""]})
    with pytest.raises(InputFault) as told:
        evaluate_frame(own, session)
    assert [(each.code, each.values["name"]) for each in told.value.problems] == [("column-taken", "eligibilite")]


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    sql = pytest.importorskip("pyspark.sql")
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = sql.SparkSession.builder.master("local[2]").appName("avenant-tests")
    settings = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
    for name, value in settings.items():
        builder = builder.config(name, value)
    opened = builder.getOrCreate()
    opened.sparkContext.setLogLevel("ERROR")
    yield opened
    opened.stop()


@pytest.mark.spark
def test_spark_gives_the_frame_of_polars(
    sample: pl.DataFrame, by_polars: pl.DataFrame, session: Session, spark: Any, tmp_path: Path
) -> None:
    sample.write_parquet(tmp_path / "in.parquet")
    frame = spark.read.parquet(str(tmp_path / "in.parquet"))
    evaluate_frame(frame, session, criteria=True).write.parquet(str(tmp_path / "out"))
    same(pl.read_parquet(tmp_path / "out" / "*.parquet"), by_polars, "number")


@pytest.mark.spark
def test_spark_gives_the_rows_of_the_command_from_the_same_file(
    portfolio: pl.DataFrame, spark: Any, tmp_path: Path
) -> None:
    output = tmp_path / "out.parquet"
    output.write_text("old", encoding="utf-8")
    result = avenant("batch", str(PORTFOLIO), "-o", str(output), "--engine", "spark", "--lang", "en")
    assert result.exit_code == 0, result.output
    same(pl.read_parquet(output / "*.parquet"), portfolio, "dossier")
    plain = avenant("batch", str(PORTFOLIO), "-o", str(tmp_path / "polars.parquet"), "--lang", "en")
    assert result.stdout == plain.stdout
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out.parquet", "polars.parquet"]


@pytest.mark.spark
def test_spark_refuses_the_rows_that_the_command_refuses(spark: Any, tmp_path: Path) -> None:
    lines = [f"{line}," for line in PORTFOLIO.read_text(encoding="utf-8").splitlines()[:60]]
    lines[0] += "medecin.age"
    lines[1] += "60"  # born in 1984, signed in 2022
    lines[3] = lines[3].replace("20", "19", 1)
    lines[10] += ",too,many"
    lines[20] = lines[20].replace("secteur_", "zone_").replace("centre_de_sante", "clinique")
    source = tmp_path / "in.csv"
    source.write_text("\n".join(lines) + "\n", encoding="utf-8")
    told = {}
    for engine in ("polars", "spark"):
        output = tmp_path / f"{engine}.parquet"
        assert avenant("batch", str(source), "-o", str(output), "--engine", engine, "--lang", "en").exit_code == 0
        with Path(f"{output}.rejected.csv").open(encoding="utf-8", newline="") as stream:
            told[engine] = list(csv.DictReader(stream))
    assert told["spark"] == told["polars"]
    assert len({line["row"] for line in told["spark"]}) == 4


@pytest.mark.spark
def test_a_file_that_stops_spark_leaves_the_old_output(spark: Any, tmp_path: Path) -> None:
    source, output = tmp_path / "in.parquet", tmp_path / "out.parquet"
    pl.read_csv(PORTFOLIO, n_rows=5000, try_parse_dates=True, infer_schema_length=None).write_parquet(source)
    content = bytearray(source.read_bytes())
    content[1000:9000] = bytes(8000)
    source.write_bytes(content)
    output.write_text("old", encoding="utf-8")
    result = avenant("batch", str(source), "-o", str(output), "--engine", "spark", "--lang", "en")
    assert result.exit_code == 1
    assert result.stderr.split(": ")[1] == "spark-failed"
    assert output.read_text(encoding="utf-8") == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.parquet", "out.parquet"]


@pytest.mark.spark
def test_what_spark_cannot_do_is_told(spark: Any, tmp_path: Path) -> None:
    assert avenant("batch", str(PORTFOLIO), "-o", str(tmp_path / "out"), "--engine", "spark").exit_code == 2
    assert avenant("batch", str(PORTFOLIO), "-o", "out.csv", "--engine", "spark", "--unsaid").exit_code == 2
    assert avenant("batch", str(PORTFOLIO), "-o", str(tmp_path / "out.xlsx"), "--engine", "spark").exit_code == 2


@pytest.mark.spark
def test_spark_reads_what_the_command_reads(spark: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files as French spreadsheets save them, lines of JSON, and parts of a Parquet file; ``--missing``, too."""
    french, cut = tmp_path / "in.csv", tmp_path / "in.parquet"
    french.write_text(
        "sep=;\nDate de signature du contrat;medecin.age\n\n02/09/2024;50\n09.09.2024;x\n", encoding="utf-8"
    )
    rows = pl.read_csv(PORTFOLIO, n_rows=300, try_parse_dates=True, infer_schema_length=None)
    pl.concat([rows] * 4).write_parquet(cut)
    lines = tmp_path / "in.jsonl"
    lines.write_text('{"contrat.date_signature": "2024-09-02", "medecin.age": 60}\n', encoding="utf-8")
    monkeypatch.setattr("engine.bulk.spark.TASK", 500)
    for source, options in (([french, lines], ["--missing"]), ([cut], [])):
        told = {}
        for engine in ("polars", "spark"):
            output = tmp_path / f"{engine}.parquet"
            assert avenant("batch", *map(str, source), "-o", str(output), "--engine", engine, *options).exit_code == 0
            refused = Path(f"{output}.rejected.csv")
            found = pl.read_parquet(output / "*.parquet" if output.is_dir() else output)
            told[engine] = found.rows(), found.columns, refused.exists() and refused.read_text()
        assert told["spark"] == told["polars"]


@pytest.mark.spark
def test_spark_writes_csv_for_people_as_the_command_does(spark: Any, tmp_path: Path) -> None:
    source = tmp_path / "in.csv"
    source.write_text("Date de signature du contrat;contrat.option\n02/09/2024;Mi-temps\n", encoding="utf-8")
    told = []
    for engine in ("polars", "spark"):
        output = tmp_path / f"{engine}.csv"
        assert avenant("batch", str(source), "-o", str(output), "--engine", engine, "--lang", "fr").exit_code == 0
        told.append([path.read_bytes() for path in (output.iterdir() if output.is_dir() else [output])])
    assert told[0] == told[1]
