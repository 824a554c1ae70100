"""Evaluates files of cases on Spark: the same job as on one machine comes in, a folder of part files goes out.

A task is a CSV file or a part of a Parquet file, with which a worker does what one machine does; Spark's own writer
commits what comes out (docs/adr/0012). The files must be seen under the same path by the machine that drives and by the
workers, which write beside the output what is wrong with refused rows.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import polars.selectors as kinds
from py4j.protocol import Py4JError
from pyspark.accumulators import AccumulatorParam
from pyspark.errors import PySparkException, PythonException
from pyspark.sql import SparkSession
from pyspark.sql.pandas.types import from_arrow_schema

from engine.bulk.files import Work, prepared
from engine.bulk.frame import WORDS
from engine.bulk.inputs import format_of
from engine.bulk.job import Job, Source, Summary
from engine.bulk.readers import FILE, ROW, ROWS, Piece, pieces
from engine.bulk.spark import Tables, mapped
from engine.bulk.writing import RefusedRows
from engine.errors import Location, fault, misuse
from engine.evaluation.session import Session
from engine.files import replacing, unwritable

READABLE, WRITABLE = (".csv", ".parquet"), (".csv", ".parquet", ".jsonl")
TASK = 2 * ROWS  # rows of a Parquet file: a task makes its own expressions, which takes as long as a hundred thousand
BATCH = 50_000  # rows that are handed to Spark at once
SETTINGS = {
    # Java code for whole stages: with as many columns, its methods are too long for Java to compile them well.
    "spark.sql.codegen.wholeStage": "false",
}


def run_on_spark(job: Job, rules: Session, told: Callable[[int, int], None]) -> Summary:
    """Evaluates every row of the inputs into a folder of part files, in no set order; Spark shows its own progress.

    Raises:
        InputFault: a file or its columns are at fault, Spark stopped, or the output cannot be written.
        UsageFault: a file is of no format that Spark reads or writes here, or an unknown interpretation.
    """
    format_ = format_of(job.output)
    if f".{format_}" not in WRITABLE:
        raise misuse(Location(job.output), "file-format", allowed=", ".join(WRITABLE))
    work = prepared(replace(job, codes=True), rules)
    for source in work.sources:
        if f".{source.format}" not in READABLE:
            raise misuse(Location(source.name), "file-format", allowed=", ".join(READABLE))
    try:
        return _run(work, format_, session())
    except (PySparkException, Py4JError) as error:
        raise fault(Location("spark"), "spark-failed", reason=_reason(error)) from None


def _reason(error: Exception) -> str:
    """The line that says why: the first, or the last of what went wrong in a worker's Python."""
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[-1 if isinstance(error, PythonException) else 0]


def session() -> SparkSession:
    """A session of its own on the machine or cluster that spark-submit named; this machine alone where nothing did."""
    spark = SparkSession.getActiveSession()
    if spark is None:
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # what runs the workers, where nothing else is said
        spark = SparkSession.builder.appName("avenant").getOrCreate()
        spark.sparkContext.setLogLevel("ERROR")
    own = spark.newSession()
    for name, value in SETTINGS.items():
        own.conf.set(name, value)
    return own


class _ByPartition(AccumulatorParam[dict[int, Summary]]):  # type: ignore[misc,unused-ignore]  # without Spark it is Any
    """What each partition counted: one that Spark runs again counts once."""

    def zero(self, value: dict[int, Summary]) -> dict[int, Summary]:
        return {}

    def addInPlace(self, value1: dict[int, Summary], value2: dict[int, Summary]) -> dict[int, Summary]:  # noqa: N802 - the name that Spark calls
        return {**value1, **value2}


def _run(work: Work, format_: str, spark: SparkSession) -> Summary:
    target = Path(work.job.output)
    partial, refused = (target.with_name(target.name + end) for end in (".partial", ".refused"))
    tasks = [part for source in work.sources for part in _parts(source)]
    counted = spark.sparkContext.accumulator({}, _ByPartition())
    with replacing(work.job.rejected, empty=False) as rejected:
        try:
            _remove(refused)
            refused.mkdir()
            _write(_decided(work, tasks, refused, counted, spark), partial, format_, target)
            for _, summary in sorted(counted.value.items(), reverse=True):  # the first example of a fault stays
                work.summary.add(summary)
            with rejected.open("wb") as stream:
                for path in sorted(refused.iterdir()):
                    with path.open("rb") as part:
                        if stream.tell():
                            part.readline()  # each has the header
                        shutil.copyfileobj(part, stream)
            _replace(partial, target)
        except OSError as error:
            raise unwritable(target, error) from None
        finally:
            shutil.rmtree(partial, ignore_errors=True)
            shutil.rmtree(refused, ignore_errors=True)
    return work.summary


def _parts(source: Source) -> Iterator[Source]:
    """The tasks of a file."""
    if source.format == "csv":
        yield source
        return
    total = pl.scan_parquet(source.name, glob=False).select(pl.len()).collect().item()
    for start in range(0, max(1, total), TASK):
        yield replace(source, rows=range(start, max(1, min(total, start + TASK))))


def _decided(work: Work, tasks: list[Source], refused: Path, counted: Any, spark: SparkSession) -> Any:
    """The accepted rows with their results; what each task counts goes to ``counted``, what is wrong to ``refused``."""
    job, registry, first = work.job, work.rules.registry, work.sources[0]

    def decided(source: Source, given: Iterator[Piece], part: Path) -> Iterator[pl.DataFrame]:
        one = Work(job, Session(registry), [source], Summary())
        part.unlink(missing_ok=True)  # of a task that is run again
        for piece in given:
            frame = one.evaluated(piece, RefusedRows(part, job.lang, one.dialect))
            yield frame.cast({**WORDS, kinds.unsigned_integer(): pl.Int64})
        summaries.append(one.summary)

    summaries = list[Summary]()
    none = Piece(pl.DataFrame(schema={**first.columns, FILE: pl.UInt32, ROW: pl.Int64}))
    empty = next(decided(first, iter([none]), refused / "none"))
    names, schema = empty.columns, from_arrow_schema(empty.to_arrow(compat_level=pl.CompatLevel.oldest()).schema)

    def done(tables: Tables) -> Tables:
        for number in (number for table in tables for number in table["id"]):
            given = pieces([tasks[number]], registry.vocabulary)
            for frame in decided(tasks[number], given, refused / f"{number:09}.csv"):
                yield from frame.select(names).iter_slices(BATCH)
            counted.add({number: summaries.pop()})

    return mapped(spark.range(0, len(tasks), 1, len(tasks)), done, schema)


def _write(results: Any, partial: Path, format_: str, target: Path) -> None:
    """Spark's own writer, which commits the part files of all tasks at once."""
    if not target.parent.is_dir():
        raise unwritable(target, os.strerror(errno.ENOENT))
    writer = results.write.mode("overwrite").option("header", True).option("ignoreNullFields", "false")
    writer.format("json" if format_ == "jsonl" else format_).save(str(partial.resolve()))


def _replace(partial: Path, target: Path) -> None:
    """The new folder in place of the old output, which is there under one name or another until the end."""
    old = target.with_name(target.name + ".old")
    try:
        _remove(old)
        if target.exists():
            target.rename(old)
        partial.rename(target)
        _remove(old)
    except OSError as error:
        raise unwritable(target, error) from None


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
