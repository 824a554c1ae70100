"""Evaluates files of cases on Spark: the same job as on one machine comes in, a folder of part files goes out.

The checks and the plan are the same expressions, which Spark runs without any Python on its workers; reading, writing
and counting are its own. The files must be seen under the same path by the machine that drives and by the workers.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import narwhals as nw
from py4j.protocol import Py4JError
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession, functions
from pyspark.sql.types import StringType, StructField, StructType

from engine.bulk.files import CENTS, DUE, VERDICT, added_columns, check_output
from engine.bulk.frame import evaluate_frame
from engine.bulk.inputs import Source, check_choices, format_of, open_sources
from engine.bulk.job import Job
from engine.bulk.rows import ACCEPTED, Refusal, checked, refusals
from engine.bulk.summary import Summary
from engine.bulk.writing import RefusedRows
from engine.errors import Location, Problem, UsageFault, fault
from engine.evaluation.session import Session
from engine.files import replacing, unwritable

READABLE = {"csv", "parquet"}
BROKEN, PLACE, BLOCK, SERIAL = "avenant_broken", "avenant_place", "avenant_block", "avenant_serial"
# Plans of hundreds of steps: compiled to Java they pass its limit of 64 KiB for a method, and joined into single steps
# they repeat each other's expressions.
SETTINGS = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.optimizer.excludedRules": "org.apache.spark.sql.catalyst.optimizer.CollapseProject",
}


def run_on_spark(job: Job, rules: Session, told: Callable[[int, int], None]) -> Summary:
    """Evaluates every row of the inputs into a folder of part files, in no set order; Spark shows its own progress.

    Raises:
        InputFault: a file or its columns are at fault, Spark stopped, or the output cannot be written.
        UsageFault: a file is of no format that Spark reads here, or an unknown interpretation.
    """
    format_ = format_of(job.output)
    check_choices(rules, job.interpret)
    vocabulary = rules.registry.vocabulary
    sources = open_sources(job.inputs, vocabulary, added_columns(job, rules), job.keep)
    for source in sources:
        if source.format not in READABLE:
            raise UsageFault(Problem(Location(source.name), "file-format", {"allowed": ".csv, .parquet"}))
    check_output(job, sources, format_)
    try:
        return _run(job, rules, sources, format_, session())
    except (PySparkException, Py4JError) as error:
        raise fault(Location("spark"), "spark-failed", reason=str(error).partition("\n")[0]) from None


def session() -> SparkSession:
    """The session of the machine or cluster that spark-submit named; this machine alone where nothing did."""
    spark = SparkSession.getActiveSession()
    if spark is None:
        spark = SparkSession.builder.appName("avenant").getOrCreate()
        spark.sparkContext.setLogLevel("ERROR")
    for name, value in SETTINGS.items():
        spark.conf.set(name, value)
    return spark


def _run(job: Job, rules: Session, sources: Sequence[Source], format_: str, spark: SparkSession) -> Summary:
    summary = Summary()
    names = {name: f"avenant_c{number}" for number, name in enumerate(sources[0].columns)}
    rows = checked(nw.from_native(_read(spark, sources, names, rules)), names, rules.registry).to_native()
    accepted = rows.filter(f"{ACCEPTED} and {BROKEN} is null").select(*names.values()).toDF(*names)
    results = _with_euros(evaluate_frame(accepted, rules, interpret=job.interpret, criteria=job.criteria))
    target = Path(job.output)
    partial = target.with_name(target.name + ".partial")
    with replacing(job.rejected, empty=False) as rejected:
        refused = RefusedRows(rejected, job.lang)
        for refusal in _refusals(spark, sources, names, rules):
            refused.write(refusal)
            summary.refuse(refusal[0].file, Counter(r.problem.code for r in refusal))
        try:
            _write(results, partial, format_, target)
            _count(spark, partial, format_, summary)
            _replace(partial, target)
        finally:
            shutil.rmtree(partial, ignore_errors=True)
    return summary


def _read(spark: SparkSession, sources: Sequence[Source], names: Mapping[str, str], rules: Session) -> Any:
    """All rows as one frame of raw columns, with the place in a file that each comes from."""
    table: Any = None
    for number, source in enumerate(sources):
        found = _file(spark, source, rules).select(
            *(functions.col(f"avenant_c{list(source.columns).index(name)}").alias(names[name]) for name in names),
            BROKEN,
            functions.lit(number).alias(PLACE),
            functions.expr("input_file_block_start()").alias(BLOCK),
            functions.monotonically_increasing_id().alias(SERIAL),
        )
        table = found if table is None else table.union(found)
    return table


def _file(spark: SparkSession, source: Source, rules: Session) -> Any:
    """The columns of one file by number, since Spark takes a dot for a field of a structure; CSV is read as text."""
    if source.format == "parquet":
        table = spark.read.parquet(str(Path(source.name).resolve()))
        numbered = table.toDF(*(f"avenant_c{i}" for i in range(len(source.columns))))
        return numbered.withColumn(BROKEN, functions.lit(None).cast(StringType()))
    fields = [StructField(f"avenant_c{i}", StringType()) for i in range(len(source.columns))]
    table = spark.read.csv(
        str(Path(source.name).resolve()),
        schema=StructType([*fields, StructField(BROKEN, StringType())]),
        header=True,
        sep=source.separator,
        escape='"',
        columnNameOfCorruptRecord=BROKEN,
    )
    for i, name in enumerate(source.columns):
        if name in rules.registry.vocabulary.facts:
            trimmed = functions.trim(functions.col(f"avenant_c{i}"))
            table = table.withColumn(f"avenant_c{i}", functions.when(trimmed != "", trimmed))
    return table


def _refusals(
    spark: SparkSession, sources: Sequence[Source], names: Mapping[str, str], rules: Session
) -> Iterator[list[Refusal]]:
    """What is wrong with each row that is not accepted, told by the machine that drives."""
    raw = _read(spark, sources, names, rules)
    kept = raw.select("*", *(functions.col(column).alias(f"raw_{column}") for column in names.values()))
    flagged = checked(nw.from_native(kept), names, rules.registry).to_native()
    wrong = flagged.filter(f"not {ACCEPTED} or {BROKEN} is not null").orderBy(PLACE, BLOCK, SERIAL)
    starts: dict[tuple[int, int], int] | None = None
    for row in wrong.toLocalIterator():
        starts = _starts(raw) if starts is None else starts
        source = sources[row[PLACE]]
        number = starts[row[PLACE], row[BLOCK]] + row[SERIAL]
        if row[BROKEN] is not None:
            values = {"found": row[BROKEN].count(source.separator) + 1, "wanted": len(source.columns)}
            problem = Problem(Location(source.name), "row-fields", values)
            yield [Refusal(source.name, number, "", problem)]
        else:
            values = {name: row[f"raw_{column}"] for name, column in names.items()}
            yield refusals(source.name, number, values, rules.registry)


def _starts(raw: Any) -> dict[tuple[int, int], int]:
    """For each block of each file, what to add to a row's serial number to have its number in the file."""
    counted = raw.groupBy(PLACE, BLOCK).agg(functions.count("*").alias("rows"), functions.min(SERIAL).alias("first"))
    starts: dict[tuple[int, int], int] = {}
    before: Counter[int] = Counter()
    for block in counted.orderBy(PLACE, BLOCK).collect():
        starts[block[PLACE], block[BLOCK]] = before[block[PLACE]] - block["first"] + 1
        before[block[PLACE]] += block["rows"]
    return starts


def _with_euros(results: Any) -> Any:
    """Money as exact euros under the name of its result, in place of whole cents."""
    names = results.columns
    numbered = results.toDF(*(f"c{i}" for i in range(len(names))))
    columns = []
    for i, name in enumerate(names):
        column = functions.col(f"c{i}")
        if name.endswith(CENTS):
            euros = (column.cast("decimal(18,0)") * functions.lit(Decimal("0.01"))).cast("decimal(18,2)")
            columns.append(euros.alias(name.removesuffix(CENTS)))
        else:
            columns.append(column.alias(name))
    return numbered.select(columns)


def _write(results: Any, partial: Path, format_: str, target: Path) -> None:
    if not target.parent.is_dir():
        raise unwritable(target, os.strerror(errno.ENOENT))
    writer = results.write.mode("overwrite")
    path = str(partial.resolve())
    if format_ == "csv":
        writer.csv(path, header=True)
    elif format_ == "parquet":
        writer.parquet(path)
    else:
        writer.option("ignoreNullFields", "false").json(path)


def _count(spark: SparkSession, partial: Path, format_: str, summary: Summary) -> None:
    """Counts in the written rows, which costs less than evaluating them twice."""
    reader = spark.read.option("header", True)
    path = str(partial.resolve())
    table = reader.format("json" if format_ == "jsonl" else format_).load(path)
    names = list(table.columns)
    table = table.toDF(*(f"c{number}" for number in range(len(names))))
    place = {name: functions.col(f"c{number}") for number, name in enumerate(names)}
    cents = functions.sum((place[DUE].cast("decimal(18,2)") * 100).cast("long"))
    open_ = functions.sum((place[f"{DUE}.status"] == "undetermined").cast("long"))
    verdict = functions.coalesce(place[VERDICT], place[f"{VERDICT}.status"])
    for row in table.groupBy(place["convention"], verdict).agg(functions.count("*"), cents, open_).collect():
        summary.count(row[0], row[1], row[2], row[3] or 0, row[4] or 0)


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
