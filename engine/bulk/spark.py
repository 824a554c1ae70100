"""Evaluates cases on Spark: a frame comes in and has results beside its columns, or a job does and part files go out.

The batches of a frame come in as Arrow, and each worker runs the kernel of one machine on them. A task of a job is a
file or a part of a Parquet file, with which a worker does what one machine does, its part of the output included; the
files must be seen under the same path by the machine that drives and by the workers. These need this package
(docs/batch.md; why batches: docs/adr/0012).
"""

from __future__ import annotations

import errno
import os
import pickle
import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
from py4j.protocol import Py4JError
from pyspark import TaskContext
from pyspark.errors import PySparkException, PythonException
from pyspark.sql import SparkSession, types
from pyspark.sql.pandas.types import to_arrow_schema

from engine.bulk.files import Work, prepared, write_decided
from engine.bulk.frame import evaluate_frame
from engine.bulk.inputs import format_of
from engine.bulk.job import InputFile, Job, Summary
from engine.bulk.readers import ROWS, batches
from engine.errors import Location, fault, misuse
from engine.evaluation.session import Session
from engine.files import replacing, unwritable

FORMATS = (".csv", ".parquet", ".jsonl")
TASK = 2 * ROWS  # rows of a Parquet file: a task makes its own expressions, which takes as long as a hundred thousand
TYPES: Mapping[Any, Any] = {
    pl.String: types.StringType(),
    pl.Int64: types.LongType(),
    pl.Float64: types.DoubleType(),
    pl.Boolean: types.BooleanType(),
    pl.Date: types.DateType(),
    pl.Decimal(18, 2): types.DecimalType(18, 2),
}


def evaluate_on_spark(
    frame: Any, rules: Session, *, interpret: Mapping[str, str] | None = None, criteria: bool = False
) -> Any:
    """A Spark frame with the results beside its columns, computed by :func:`evaluate_frame` on the workers."""
    registry, names = rules.registry, frame.columns
    asked: dict[str, Any] = {"interpret": dict(interpret or {}), "criteria": criteria}
    own = {field.name: field for field in frame.schema.fields}
    made = evaluate_frame(to_arrow_schema(frame.schema).empty_table(), rules, **asked).schema
    fields = (own.get(name) or types.StructField(name, TYPES[dtype]) for name, dtype in made.items())
    schema = types.StructType(list(fields))
    wanted = to_arrow_schema(schema)

    def on_worker(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        session = Session(registry)
        for batch in batches:
            table = evaluate_frame(pa.RecordBatch.from_arrays(batch.columns, names), session, **asked)
            yield from table.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(wanted).to_batches()

    numbered = frame.toDF(*(f"c{number}" for number in range(len(names))))  # Spark splits names at dots
    return numbered.mapInArrow(on_worker, schema)


def run_on_spark(job: Job, rules: Session, told: Callable[[int, int], None]) -> Summary:
    """Evaluates every row of the inputs into a folder of part files in their order; Spark shows its own progress.

    Raises:
        InputFault: a file or its columns are at fault, Spark stopped, or the output cannot be written.
        UsageFault: a file is of no format that is read or written here, or an unknown interpretation.
    """
    work, format_ = prepared(job, rules), format_of(job.output)
    for name, found in ((job.output, format_), *((source.name, source.format) for source in work.sources)):
        if f".{found}" not in FORMATS:
            raise misuse(Location(name), "file-format", allowed=", ".join(FORMATS))
    try:
        return _run(work, format_, session())
    except (PySparkException, Py4JError) as error:
        raise fault(Location("spark"), "spark-failed", reason=_reason(error)) from None


def _reason(error: Exception) -> str:
    """The line that says why: the first, or the last of what went wrong in a worker's Python."""
    lines = str(error).splitlines() or [type(error).__name__]
    return lines[-1 if isinstance(error, PythonException) else 0]


def session() -> SparkSession:
    """The session of the machine or cluster that spark-submit named; of this machine alone where nothing did."""
    spark = SparkSession.getActiveSession()
    if spark is None:
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # what runs the workers, where nothing else is said
        spark = SparkSession.builder.appName("avenant").getOrCreate()
        spark.sparkContext.setLogLevel("ERROR")
    return spark


def _run(work: Work, format_: str, spark: SparkSession) -> Summary:
    target = Path(work.job.output)
    partial = target.with_name(target.name + ".partial")
    if not target.parent.is_dir():
        raise unwritable(target, os.strerror(errno.ENOENT))
    with replacing(work.job.rejected, empty=False) as rejected:
        try:
            _remove(partial)
            partial.mkdir()
            told = _done(work, partial.resolve(), format_, spark)
            for summary in reversed(told):  # so that the first example of a fault stays
                work.summary.add(summary)
            _gather(partial, rejected)
            _replace(partial, target)
        except OSError as error:
            raise unwritable(target, error) from None
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return work.summary


def _done(work: Work, partial: Path, format_: str, spark: SparkSession) -> list[Summary]:
    """What each task counted, in their order, once all have written their parts."""
    job, registry, sources = work.job, work.rules.registry, work.sources
    tasks = [(number, part) for number, source in enumerate(sources) for part in _parts(source)]

    def decide(number: int) -> Summary:
        one = Work(job, Session(registry), sources, Summary())
        task = TaskContext.get()
        assert task is not None
        path, rejected = (partial / f".{task.taskAttemptId()}.{end}" for end in (format_, "rejected"))
        for each in (path, rejected):
            each.touch()
        write_decided(one, batches(sources, registry.vocabulary, [tasks[number]]), path, rejected)
        # Whole from its first moment on, and the same whichever of two attempts is the last.
        path.replace(partial / f"part-{number:06}.{format_}")
        rejected.replace(partial / f".{number:06}")
        return one.summary

    def on_worker(given: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in given:
            told = [pickle.dumps(decide(number)) for number in batch.column(0).to_pylist()]
            yield pa.RecordBatch.from_pydict({"id": batch.column(0), "summary": pa.array(told, pa.binary())})

    numbered = spark.range(0, len(tasks), 1, len(tasks))
    told = numbered.mapInArrow(on_worker, "id long, summary binary").collect()
    return [pickle.loads(summary) for _, summary in sorted(told)]


def _parts(source: InputFile) -> Iterator[InputFile]:
    """The tasks of a file."""
    if source.format != "parquet":
        yield source
        return
    total = pl.scan_parquet(source.name, glob=False).select(pl.len()).collect().item()
    for start in range(0, max(1, total), TASK):
        yield replace(source, rows=range(start, max(1, min(total, start + TASK))))


def _gather(partial: Path, rejected: Path) -> None:
    """One file of what the tasks told of refused rows; nothing but their parts stays."""
    with rejected.open("wb") as stream:
        for path in sorted(partial.glob(".*")):
            if not path.suffix:  # else of an attempt that did not end
                with path.open("rb") as part:
                    if stream.tell():
                        part.readline()  # each has the header
                    shutil.copyfileobj(part, stream)
            path.unlink()


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
