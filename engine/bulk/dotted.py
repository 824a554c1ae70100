"""Gives Spark names that it can address: a native frame comes in, the same frame and its names to read it by go out.

Spark reads ``contrat.annee`` as a field of a structure, so its columns are numbered while expressions refer to them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def addressable(frame: Any) -> tuple[Any, Mapping[str, str]]:
    """The frame, and for each column's name the one that expressions use; only Spark needs another."""
    if not type(frame).__module__.startswith("pyspark."):
        import narwhals as nw

        names = nw.from_native(frame).collect_schema().names()
        return frame, {name: name for name in names}
    numbered = {name: f"avenant_c{number}" for number, name in enumerate(frame.columns)}
    return frame.toDF(*numbered.values()), numbered
