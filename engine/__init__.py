"""Avenant: which rules apply to a medical-assistant aid contract, and what they give, with reasons and citations.

>>> import engine
>>> rules = engine.load()
>>> decision = engine.evaluate(rules, {"contrat": {"date_signature": "2024-09-02"}})
>>> decision.convention.id
'2024_convention'
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.comparison.edits.edit import Comparison
    from engine.evaluation.decision import Decision
    from engine.evaluation.session import Session
    from engine.policy.model import Convention

__all__ = ["diff", "evaluate", "evaluate_frame", "load", "select"]

# Rooms are imported by the functions that need them: a command that only reads rules need not load the evaluator.


def load(policies: str | None = None) -> Session:
    """The conventions of a policies folder, ready to decide cases (default: as the command line finds them).

    Raises:
        InputFault: with every fault of the folder.
    """
    from engine.evaluation.session import Session
    from engine.policy.places import policies_place
    from engine.policy.reading import load_registry

    place = policies_place(policies, Path.cwd())
    return Session(load_registry(place.path, place.origin))


def select(rules: Session, beneficiary: str, signature: dt.date) -> Convention:
    """The convention that decides a contract signed on ``signature``.

    Raises:
        InputFault: no convention holds that date.
    """
    return rules.registry.select(beneficiary, signature)[0]


def evaluate(
    rules: Session,
    case: Mapping[str, Any],
    *,
    convention: str | None = None,
    interpret: Mapping[str, str] | None = None,
    as_of: dt.date | None = None,
) -> Decision:
    """The decision on a case given as nested plain data, as in a case file.

    Raises:
        InputFault: the case is at fault, or no convention holds its signature date.
        UsageFault: an unknown convention, interpretation or choice.
    """
    from engine.evaluation.facts import read_case

    facts = read_case(case, rules.registry.vocabulary)
    return rules.decide(facts, convention, interpret, as_of)


def evaluate_frame(
    frame: Any, rules: Session | None = None, *, interpret: Mapping[str, str] | None = None, criteria: bool = False
) -> Any:
    """A dataframe of cases with a column for each result: Polars stays Polars, lazy stays lazy, Spark stays Spark.

    Any other frame that speaks Arrow (pandas, pyarrow, a DuckDB relation) comes back as a Polars frame. ``rules`` are
    those that :func:`load` finds unless given. Needs the extra ``avenant[bulk]``, for Spark ``avenant[spark]``; see
    :func:`engine.bulk.frame.evaluate_frame` for the columns.
    """
    if type(frame).__module__.startswith("pyspark."):
        from engine.bulk.spark import evaluate_on_spark as evaluate_columns
    else:
        from engine.bulk.frame import evaluate_frame as evaluate_columns
    return evaluate_columns(frame, rules or load(), interpret=interpret, criteria=criteria)


def diff(
    a: str | None = None, b: str | None = None, *, git: str | None = None, policies: str | None = None
) -> tuple[Comparison, ...]:
    """The edits from ``a`` to ``b`` (ids of conventions, or folders), or between revisions of ``git``.

    One comparison for each pair of conventions; its edits say which part of which item changed, and how.

    Raises:
        InputFault: with every fault of both sides.
        UsageFault: an unknown convention.
    """
    from engine.comparison.edits.structure import compared
    from engine.comparison.sides import open_sides, paired

    old, new = open_sides(a, b, git, policies)
    return compared(old.registry, new.registry, paired(old, new))
