"""Checks the rows of a frame against the case schema: raw columns come in, typed facts and a flag for each row go out.

The flag is computed for whole columns on any engine. What is wrong with the few rows that fail is told by the reader of
one case, so that both speak with one voice.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import reduce
from itertools import combinations
from typing import Any

import narwhals as nw

from engine.errors import InputFault, Problem
from engine.evaluation.facts import DEFAULT_BENEFICIARY, read_case
from engine.language.facts import BENEFICIARY, SIGNATURE, Fact
from engine.policy.registry import Registry

ACCEPTED = "avenant_accepted"
NUMBER = r"[+-]?[0-9]+(\.[0-9]+)?"
_SHORT = r"(0[1-9]|1[0-9]|2[0-8])"
_MONTH_DAY = rf"(02-{_SHORT}|(0[469]|11)-({_SHORT}|29|30)|(0[13578]|1[02])-({_SHORT}|29|3[01]))"
_LEAP = r"(19(0[48]|[2468][048]|[13579][26])|20([02468][048]|[13579][26]))"
DAY = rf"((19|20)[0-9]{{2}}-{_MONTH_DAY}|2100-{_MONTH_DAY}|{_LEAP}-02-29)"  # of the calendar, from 1900 to 2100
TRUTHS = ("true", "false")
FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1), dt.date(2100, 12, 31)


@dataclass(frozen=True, slots=True)
class Refusal:
    """One fault of a row: its file, its number from 1 in that file, the column, and what is wrong."""

    file: str
    row: int
    column: str
    problem: Problem


def holds(fact: Fact, dtype: Any) -> bool:
    """Whether a column of this Narwhals type can hold the fact; text is read where a date or a choice is expected."""
    if dtype == nw.String or dtype == nw.Unknown:
        return fact.type.kind not in ("number", "boolean") or dtype == nw.Unknown
    match fact.type.kind:
        case "number":
            return bool(dtype.is_numeric())
        case "boolean":
            return bool(dtype == nw.Boolean)
        case "date":
            return bool(dtype == nw.Date or (dtype == nw.Datetime and dtype.time_zone is None))
        case _:
            return dtype in (nw.Categorical, nw.Enum)


def checked(table: Any, names: Mapping[str, str], registry: Registry) -> Any:
    """The Narwhals frame with each fact in its own type (null where wrong) and whether each row can be decided.

    ``names`` gives the column that holds each name; text is read as a CSV file writes values.
    """
    schema = table.collect_schema()
    made, passed = [], []
    for name, fact in registry.vocabulary.facts.items():
        if name in names:
            column = nw.col(names[name])
            typed, valid = _reading(column, fact, schema[names[name]])
            made.append(typed.alias(names[name]))
            passed.append(column.is_null() | valid)
    table = table.with_columns(*made, _all(passed).alias(ACCEPTED))
    facts = {name: nw.col(names[name]) for name in registry.vocabulary.facts if name in names}
    flags = [nw.col(ACCEPTED), *_ordered(facts, registry), _in_some_window(facts, registry)]
    return table.with_columns(_all(flags).fill_null(False).alias(ACCEPTED))


def _all(flags: Sequence[Any]) -> Any:
    return reduce(lambda a, b: a & b, flags)


def _reading(column: Any, fact: Fact, dtype: Any) -> tuple[Any, Any]:
    """The fact as its own type, and whether the column's value is one; both null where the column is."""
    text = dtype == nw.String or dtype == nw.Decimal
    if dtype == nw.Decimal or dtype in (nw.Categorical, nw.Enum, nw.Unknown):
        column = column.cast(nw.String)
    match fact.type.kind:
        case "number":
            typed, valid = _number_text(column, fact) if text else _number(column, fact, dtype)
            return _only(valid, typed).cast(nw.Float64 if fact.type.scale else nw.Int64), valid
        case "boolean" if text:
            lowered = column.str.to_lowercase()
            return lowered == TRUTHS[0], lowered.is_in(TRUTHS)
        case "boolean":
            return column.cast(nw.Boolean), ~column.is_null()
        case "date" if text:
            valid = column.str.contains(rf"^{DAY}\z")
            return _only(valid, column).str.to_date(format="%Y-%m-%d"), valid
        case "date":
            day = column.cast(nw.Date)
            whole = day.cast(dtype) == column if dtype == nw.Datetime else ~column.is_null()
            return day, whole & (day >= nw.lit(FIRST_DAY)) & (day <= nw.lit(LAST_DAY))
        case _:
            return column, column.is_in(list(fact.type.values))


def _only(condition: Any, value: Any) -> Any:
    return nw.when(condition).then(value)


def _number_text(column: Any, fact: Fact) -> tuple[Any, Any]:
    """A number written in digits, with no more decimals than the fact's, apart from closing zeros."""
    decimals = rf"[0-9]{{1,{fact.type.scale}}}0*" if fact.type.scale else "0+"
    written = column.str.contains(rf"^[+-]?[0-9]{{1,18}}(\.{decimals})?\z")
    value = _only(written, column).cast(nw.Float64)
    return value, _within(value, fact)


def _number(column: Any, fact: Fact, dtype: Any) -> tuple[Any, Any]:
    within = _within(column, fact)
    if dtype.is_integer():
        return column, within
    value = _only(within, column).cast(nw.Float64)
    value = _only(value.is_finite(), value)
    # Divided by a column, because Polars multiplies by the reciprocal of a literal, which is one bit off.
    below = _only(~value.is_null(), nw.lit(float(10 ** (fact.type.scale or 0))))
    return value, ((value * below).round(0) / below == value).fill_null(False)


def _within(value: Any, fact: Fact) -> Any:
    bounds = [(value >= float(fact.minimum))] if fact.minimum is not None else []
    bounds += [(value <= float(fact.maximum))] if fact.maximum is not None else []
    return _all([~value.is_null(), *bounds])


def _ordered(typed: Mapping[str, Any], registry: Registry) -> Iterator[Any]:
    """For each two facts of a chain: false where both are given and the first is the greater."""
    for chain in registry.vocabulary.orders:
        for first, second in combinations([name for name in chain if name in typed], 2):
            yield ~(typed[first] > typed[second]).fill_null(False)


def _in_some_window(typed: Mapping[str, Any], registry: Registry) -> Any:
    """True where some convention decides contracts signed on that day."""
    signature, found = typed[SIGNATURE], []
    for convention in registry.conventions.values():
        inside = signature >= nw.lit(convention.signed_from)
        if convention.signed_before is not None:
            inside = inside & (signature < nw.lit(convention.signed_before))
        if BENEFICIARY in typed:
            inside = inside & (typed[BENEFICIARY].fill_null(DEFAULT_BENEFICIARY) == convention.beneficiary)
        elif convention.beneficiary != DEFAULT_BENEFICIARY:
            continue
        found.append(inside)
    return reduce(lambda a, b: a | b, found)


def refusals(file: str, row: int, values: Mapping[str, Any], registry: Registry) -> list[Refusal]:
    """What is wrong with a row that was not accepted, in the words of the reader of one case."""
    case: dict[str, Any] = {}
    for name, fact in registry.vocabulary.facts.items():
        value = values.get(name)
        if value is not None:
            group, _, key = name.rpartition(".")
            (case.setdefault(group, {}) if group else case)[key] = plain_value(fact, value)
    try:
        facts = read_case(case, registry.vocabulary)
        signature = facts[SIGNATURE]
        assert isinstance(signature, dt.date)
        registry.select(str(facts[BENEFICIARY]), signature)
    except InputFault as error:
        return [Refusal(file, row, _column(problem), problem) for problem in error.problems]
    raise AssertionError(f"{file}, row {row}: refused by columns and not by the case reader: {case}")


def _column(problem: Problem) -> str:
    return str(problem.values.get("name") or problem.values.get("second") or SIGNATURE)


def plain_value(fact: Fact, value: Any) -> Any:
    """A value as a case file would hold it; text that is no number or truth stays text, so that it is refused."""
    if isinstance(value, dt.datetime):
        return value.date() if value.time() == dt.time() else value
    if not isinstance(value, str):
        return value
    if fact.type.kind == "number" and re.fullmatch(NUMBER, value):
        return Decimal(value)
    if fact.type.kind == "boolean" and value.lower() in TRUTHS:
        return value.lower() == TRUTHS[0]
    return unmarked(value)


def marked(value: Any, strict: bool) -> str | None:
    """A value of a JSON line as a CSV file would hold it; ``strict`` keeps the quotes, where text has no place."""
    if value is None or (isinstance(value, str) and not strict):
        return value
    if isinstance(value, float) and value == value and abs(value) != float("inf"):
        return format(Decimal(repr(value)), "f")
    return json.dumps(value, ensure_ascii=False)


def unmarked(text: str) -> Any:
    """The value that :func:`marked` wrote down."""
    if not text.startswith(("{", "[", '"')):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
