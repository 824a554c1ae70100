"""The operator table: one row for each operator, which says all that is known of it (:mod:`engine.language.row`).

Everything that knows operators reads this table: readers, type checks, all evaluators, mutants, coverage, comparisons,
reports, docs and the generator of schemas/ruleset.schema.json. Adding an operator is adding a row (CONTRIBUTING.md).
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.language.arithmetic import EXPRESSION_ROWS
from engine.language.comparisons import COMPARISON_ROWS, CONNECTIVE_ROWS
from engine.language.row import Operator

__all__ = ["COMPARISONS", "CONDITIONS", "CONNECTIVES", "EXPRESSIONS", "OPERATORS", "Operator"]

COMPARISONS: Mapping[str, Operator] = {row.name: row for row in COMPARISON_ROWS}
CONNECTIVES: Mapping[str, Operator] = {row.name: row for row in CONNECTIVE_ROWS}
EXPRESSIONS: Mapping[str, Operator] = {row.name: row for row in EXPRESSION_ROWS}
CONDITIONS: Mapping[str, Operator] = {**COMPARISONS, **CONNECTIVES}
OPERATORS: tuple[Operator, ...] = (*COMPARISON_ROWS, *CONNECTIVE_ROWS, *EXPRESSION_ROWS)
