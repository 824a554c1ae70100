"""Evaluates a Spark frame: its batches come in as Arrow, and each worker runs the kernel of one machine on them.

The workers need this package (docs/batch.md; why batches: docs/adr/0012-arrow-batches-on-spark.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
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
