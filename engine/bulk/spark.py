"""Evaluates a Spark frame: its batches come in as Arrow, and each worker runs the kernel of one machine on them.

The workers need this package (docs/batch.md; why batches: docs/adr/0012-arrow-batches-on-spark.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import polars as pl
import pyarrow as pa
from pyspark.sql import types
from pyspark.sql.pandas.types import to_arrow_schema

from engine.bulk.frame import evaluate_frame
from engine.evaluation.session import Session

TYPES: Mapping[Any, Any] = {
    pl.String: types.StringType(),
    pl.Int64: types.LongType(),
    pl.Float64: types.DoubleType(),
    pl.Boolean: types.BooleanType(),
    pl.Date: types.DateType(),
    pl.Decimal(18, 2): types.DecimalType(18, 2),
}
Tables = Iterator[pl.DataFrame]


def evaluate_on_spark(
    frame: Any, rules: Session, *, interpret: Mapping[str, str] | None = None, criteria: bool = False
) -> Any:
    """A Spark frame with the results beside its columns, computed by :func:`evaluate_frame` on the workers."""
    registry = rules.registry
    asked: dict[str, Any] = {"interpret": dict(interpret or {}), "criteria": criteria}
    schema = spark_schema(evaluate_frame(empty_of(frame), rules, **asked), frame.schema)

    def work(tables: Tables) -> Tables:
        session = Session(registry)
        for table in tables:
            yield evaluate_frame(table, session, **asked)

    return mapped(frame, work, schema)


def mapped(frame: Any, work: Callable[[Tables], Tables], schema: types.StructType) -> Any:
    """A Spark frame of what ``work`` makes of its batches; columns come numbered, for Spark splits names at dots."""
    names, wanted = frame.columns, to_arrow_schema(schema)

    def tables(batches: Iterator[pa.RecordBatch]) -> Tables:
        for batch in batches:
            yield _polars(pa.RecordBatch.from_arrays(batch.columns, names))

    def on_worker(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for table in work(tables(batches)):
            yield from table.to_arrow(compat_level=pl.CompatLevel.oldest()).cast(wanted).to_batches()

    return frame.toDF(*(f"c{i}" for i in range(len(names)))).mapInArrow(on_worker, schema)


def empty_of(frame: Any) -> pl.DataFrame:
    return _polars(to_arrow_schema(frame.schema).empty_table())


def _polars(batch: Any) -> pl.DataFrame:
    frame = pl.from_arrow(batch)
    assert isinstance(frame, pl.DataFrame)
    return frame


def spark_schema(frame: pl.DataFrame, given: types.StructType) -> types.StructType:
    """The columns of a frame for Spark: its own as they were given."""
    own = {field.name: field for field in given.fields}
    fields = (own.get(name) or types.StructField(name, TYPES[dtype]) for name, dtype in frame.schema.items())
    return types.StructType(list(fields))
