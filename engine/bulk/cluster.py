"""Evaluates files of cases on Spark: the same job as on one machine comes in, a folder of part files goes out.

Reading, splitting and writing are Spark's; checking and deciding are what one machine runs, on each batch of a worker.
The files must be seen under the same path by the machine that drives and by the workers.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
from py4j.protocol import Py4JError
from pyspark import TaskContext
from pyspark.accumulators import AccumulatorParam
from pyspark.errors import PySparkException, PythonException
from pyspark.sql import SparkSession, functions, types

from engine.bulk import files
from engine.bulk.frame import WORDS, evaluate_frame
from engine.bulk.inputs import format_of, open_sources, own_columns
from engine.bulk.job import Job, Source, Summary
from engine.bulk.rows import ACCEPTED, Refusal, checked, refusals
from engine.bulk.spark import TYPES, Tables, empty_of, mapped, spark_schema
from engine.bulk.writing import RefusedRows
from engine.errors import Location, Problem, fault, misuse
from engine.evaluation.session import Session
from engine.files import replacing, unwritable
from engine.policy.registry import Registry

READABLE = {"csv", "parquet"}
MARKS = BROKEN, PLACE, BLOCK, SERIAL = "avenant_broken", "avenant_place", "avenant_block", "avenant_serial"
SETTINGS = {
    # Rows: the expressions of a convention cost the same for a few as for many.
    "spark.sql.execution.arrow.maxRecordsPerBatch": "50000",
    # Bytes: with any lower bound, Spark adds up the sizes of all columns again for each row.
    "spark.sql.execution.arrow.maxBytesPerBatch": str(2**31 - 1),
    # Java code for whole stages: with as many columns, its methods are too long for Java to compile them well.
    "spark.sql.codegen.wholeStage": "false",
}
TOLD = {
    PLACE: pl.Int64,
    BLOCK: pl.Int64,
    SERIAL: pl.Int64,
    "column": pl.String,
    "code": pl.String,
    "message": pl.String,
}
REFUSED = types.StructType([types.StructField(name, TYPES[dtype]) for name, dtype in TOLD.items()])


def run_on_spark(job: Job, rules: Session, told: Callable[[int, int], None]) -> Summary:
    """Evaluates every row of the inputs into a folder of part files, in no set order; Spark shows its own progress.

    Raises:
        InputFault: a file or its columns are at fault, Spark stopped, or the output cannot be written.
        UsageFault: a file is of no format that Spark reads here, or an unknown interpretation.
    """
    format_ = format_of(job.output)
    rules.check_choices(job.interpret)
    sources = open_sources(job.inputs, rules.registry.vocabulary, files.added_columns(job, rules), job.keep, job.form)
    for source in sources:
        if source.format not in READABLE:
            raise misuse(Location(source.name), "file-format", allowed=".csv, .parquet")
        if (source.dialect, source.encoding, source.lines) != (sources[0].dialect, "utf-8", min(source.lines, 1)):
            raise misuse(Location(source.name), "spark-form")
    files.check_output(job, sources, format_)
    try:
        return _run(job, rules, sources, format_, session())
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


def _run(job: Job, rules: Session, sources: Sequence[Source], format_: str, spark: SparkSession) -> Summary:
    rows = _read(spark, sources, rules.registry)
    counted = spark.sparkContext.accumulator({}, _ByPartition())
    target = Path(job.output)
    partial = target.with_name(target.name + ".partial")
    summary = Summary(own=own_columns(sources, rules.registry.vocabulary, job.keep))
    with replacing(job.rejected, empty=False) as rejected:
        try:
            _write(_decided(rows, job, rules.registry, sources[0].dialect, counted), partial, format_, target)
            for part in counted.value.values():
                summary.add(part)
            if summary.refused.pop("", 0):
                told = _tell(rows, sources, job, rules.registry, RefusedRows(rejected, job.lang))
                for (file, _), codes in told.items():
                    summary.refuse(file, codes)
            _replace(partial, target)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return summary


def _decided(rows: Any, job: Job, registry: Registry, dialect: str | None, counted: Any) -> Any:
    """The accepted rows with their results; what each partition counts goes to ``counted``."""

    def evaluated(table: pl.DataFrame, session: Session, summary: Summary) -> pl.DataFrame:
        typed = _checked(table, registry, dialect)
        accepted = typed.filter(ACCEPTED).drop(ACCEPTED, BROKEN)
        frame = evaluate_frame(accepted, session, interpret=job.interpret, criteria=job.criteria)
        frame = frame.filter(files.agreeing(frame, errors))
        summary.refused[""] += len(typed) - len(frame)
        files.count_results(frame, summary, registry.results)
        return files.with_euros(frame).cast(WORDS)

    rows, errors = rows.drop(*MARKS[1:]), files.error_ids(Session(registry))
    empty = evaluated(empty_of(rows), Session(registry), Summary())
    schema = spark_schema(empty, rows.schema, registry.vocabulary.facts)

    def work(tables: Tables) -> Tables:
        session, summary = Session(registry), Summary()
        for table in tables:
            yield evaluated(table, session, summary)
        task = TaskContext.get()
        assert task is not None
        counted.add({task.partitionId(): summary})

    return mapped(rows, work, schema)


def _tell(
    rows: Any, sources: Sequence[Source], job: Job, registry: Registry, refused: RefusedRows
) -> dict[tuple[str, int], list[tuple[str, str]]]:
    """Writes what is wrong with each refused row, in the order of the files: a second look, if there are any."""

    def work(tables: Tables) -> Tables:
        session = Session(registry)
        errors = files.error_ids(session)
        for table in tables:
            typed = _checked(table, registry, dialect)
            frame = evaluate_frame(typed.filter(ACCEPTED), session, interpret=job.interpret)
            told = [(row, _faults(row, sources, registry)) for row in _rows(table, ~typed[ACCEPTED])]
            for row in _rows(frame, ~files.agreeing(frame, errors)):
                told.append((row, files.contradictions(sources[row[PLACE]].name, 0, row, session, job.interpret)))
            lines = [_line(row, each, job.lang) for row, found in told for each in found]
            yield pl.DataFrame(lines, TOLD, orient="row")

    def lines() -> Iterator[tuple[Any, ...]]:
        for line in mapped(rows, work, REFUSED).orderBy(*MARKS[1:]).toLocalIterator():
            source, number = sources[line[PLACE]], starts[line[PLACE], line[BLOCK]] + line[SERIAL]
            codes.setdefault((source.name, number), []).append((line["code"], line["message"]))
            column, cell = source.header(line["column"]), source.cell(line["column"], number)
            yield source.name, number, column, line["code"], line["message"], cell

    starts, dialect = _starts(rows, 1 if sources[0].lines == 0 else 2), sources[0].dialect
    codes: dict[tuple[str, int], list[tuple[str, str]]] = {}
    refused.write_lines(lines())
    return codes


def _rows(frame: pl.DataFrame, which: pl.Series) -> Iterator[Mapping[str, Any]]:
    return frame.filter(which).iter_rows(named=True)


def _faults(row: Mapping[str, Any], sources: Sequence[Source], registry: Registry) -> list[Refusal]:
    """What is wrong with a row that was not accepted."""
    source = sources[row[PLACE]]
    if row[BROKEN] is None:
        return refusals(source.name, 0, row, registry, source.dialect)
    values = {"found": row[BROKEN].count(source.separator) + 1, "wanted": len(source.columns)}
    return [Refusal(source.name, 0, "", Problem(Location(source.name), "row-fields", values))]


def _line(row: Mapping[str, Any], refusal: Refusal, lang: str) -> tuple[Any, ...]:
    """A fault of a row as a line of :data:`TOLD`."""
    place = (row[name] for name in MARKS[1:])
    return (*place, refusal.column, refusal.problem.code, refusal.problem.message(lang))


def _checked(table: pl.DataFrame, registry: Registry, dialect: str | None) -> pl.DataFrame:
    """The rows with the facts in their own types, and whether each can be decided."""
    return checked(table, registry, dialect).with_columns(pl.col(ACCEPTED) & pl.col(BROKEN).is_null())


def _read(spark: SparkSession, sources: Sequence[Source], registry: Registry) -> Any:
    """All rows as one frame of raw columns, with the place in a file that each comes from."""
    table: Any = None
    for number, source in enumerate(sources):
        found = _file(spark, source, registry).select(
            *(functions.col(f"`{name}`") for name in (*sources[0].columns, BROKEN)),
            functions.lit(number).cast("long").alias(PLACE),
            functions.expr("input_file_block_start()").alias(BLOCK),
            functions.monotonically_increasing_id().alias(SERIAL),
        )
        table = found if table is None else table.union(found)
    return table


def _file(spark: SparkSession, source: Source, registry: Registry) -> Any:
    """The columns of one file; CSV is read as text."""
    path = str(Path(source.name).resolve())
    if source.format == "parquet":
        return spark.read.parquet(path).withColumn(BROKEN, functions.lit(None).cast("string"))
    fields = [types.StructField(name, types.StringType()) for name in (*source.columns, BROKEN)]
    table = spark.read.csv(
        path,
        schema=types.StructType(fields),
        header=True,
        enforceSchema=True,
        sep=source.separator,
        escape='"',
        columnNameOfCorruptRecord=BROKEN,
    )
    trimmed = {
        name: functions.trim(functions.col(f"`{name}`")) for name in source.columns if name in registry.vocabulary.facts
    }
    return table.withColumns({name: functions.when(text != "", text) for name, text in trimmed.items()})


def _starts(rows: Any, first: int) -> dict[tuple[int, int], int]:
    """For each block of each file, what to add to a row's serial number to have its number in the file."""
    counted = rows.groupBy(PLACE, BLOCK).agg(functions.count("*").alias("rows"), functions.min(SERIAL).alias("first"))
    starts: dict[tuple[int, int], int] = {}
    before: Counter[int] = Counter()
    for block in counted.orderBy(PLACE, BLOCK).collect():
        starts[block[PLACE], block[BLOCK]] = before[block[PLACE]] - block["first"] + first
        before[block[PLACE]] += block["rows"]
    return starts


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
