"""The operators of the language as tests take them: the table that holds each, and what a test on it is called."""

from __future__ import annotations

from engine.language import operators
from engine.language.operators import Operator

TABLES = {
    "comparison": operators.COMPARISONS,
    "connective": operators.CONNECTIVES,
    "arithmetic": operators.EXPRESSIONS,
    "date": operators.EXPRESSIONS,
    "choice": operators.EXPRESSIONS,
}


def ids(row: Operator) -> str:
    return f"{row.family}-{row.name}"
