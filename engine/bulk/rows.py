"""Checks the rows of a frame against the case schema: raw columns come in, typed facts and a flag for each row go out.

The flag is computed for whole columns. What is wrong with the few rows that fail is told by the reader of
one case, so that both speak with one voice.
"""

from __future__ import annotations

import datetime as dt
import json
import operator as op
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from itertools import combinations
from typing import Any

import polars as pl

from engine.bulk.expressions import Stages
from engine.bulk.job import InputFile, Refusal
from engine.bulk.kernel import decides
from engine.errors import InputFault, Location, Problem
from engine.evaluation.facts import Facts, nested, read_case, text_for
from engine.evaluation.session import Session
from engine.language.algebra import Column
from engine.language.facts import BENEFICIARY, FIRST_DAY, LAST_DAY, SIGNATURE, Fact, Vocabulary
from engine.language.spoken import FRENCH, PLAIN, Unread, read_spoken
from engine.language.values import as_written
from engine.policy.document import unplaced
from engine.policy.model import Window

FILE, ROW, ACCEPTED = "avenant_file", "avenant_number", "avenant_accepted"
NUMBER = r"[+-]?[0-9]+(\.[0-9]+)?"
DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
TRUTHS = ("true", "false")
UNREAD = "?"  # a text that is no value of any fact
FEW = 8  # words of a closed list
# What needs no second look: no sign in it can mean anything else.
_PLAIN: Mapping[str, Mapping[str, str]] = {
    FRENCH: {"number": "^[0-9]{1,18}$", "boolean": "^(true|false)$", "date": DAY},
    PLAIN: {"number": r"^[0-9]{1,18}(\.[0-9]{1,2})?$", "boolean": "^(true|false)$", "date": DAY},
}
TEXTS = (pl.String, pl.Categorical, pl.Enum, pl.Null)


def facts_alone(frame: pl.DataFrame, vocabulary: Vocabulary) -> pl.DataFrame:
    """The columns of facts and where their rows stand, which is what is looked at row by row."""
    return frame[[name for name in (*vocabulary.facts, FILE, ROW) if name in frame.columns]]


def with_far_days_as_texts(frame: pl.DataFrame) -> pl.DataFrame:
    """The frame with texts in the columns that have a day which Python does not hold, beyond the year 9999 mostly."""
    days = (series for series in frame if series.dtype in (pl.Date, pl.Datetime))
    far = (series for series in days if not series.dt.year().is_between(dt.MINYEAR, dt.MAXYEAR).all())
    return frame.with_columns(each.cast(pl.String).str.replace(r" 00:00:00(\.0+)?$", "") for each in far)


def facts_of(row: Mapping[str, Any], vocabulary: Vocabulary) -> Facts:
    """The facts of an accepted row."""
    return read_case(nested({name: row[name] for name in vocabulary.facts if row.get(name) is not None}), vocabulary)


def holds(fact: Fact, dtype: pl.DataType) -> bool:
    """Whether a column of this type can hold the fact; text is read where a date or a choice is expected."""
    if dtype == pl.Null:
        return True
    match fact.type.kind:
        case "number":
            return dtype.is_numeric()
        case "boolean":
            return dtype == pl.Boolean
        case "date":
            return dtype in (pl.String, pl.Date, pl.Datetime) and getattr(dtype, "time_zone", None) is None
        case _:
            return dtype in TEXTS


def type_problem(place: Location, fact: Fact, dtype: pl.DataType) -> Problem:
    """That a whole column is of a type that cannot hold its fact."""
    type_ = fact.type
    number = f"number ({type_.scale or 0} decimals)"
    wanted = number if type_.kind == "number" else ", ".join(type_.values) or type_.kind
    return Problem(place, "column-type", {"name": fact.name, "found": str(dtype), "wanted": wanted})


def read_facts(table: pl.DataFrame, vocabulary: Vocabulary, place: Location) -> pl.DataFrame:
    """The columns of facts, each in its own type.

    Raises:
        InputFault: with each column that cannot hold its fact, else with the first value of each that its fact cannot
            have, at its row.
    """
    types = table.schema
    facts = {name: fact for name, fact in vocabulary.facts.items() if name in types}
    wrong = [type_problem(place, fact, types[name]) for name, fact in facts.items() if not holds(fact, types[name])]
    if wrong:
        raise InputFault(wrong)
    reading = Stages([[_reading(fact, types[name]) for name, fact in facts.items()]])
    read = reading.collected(table.lazy(), len(table), *facts)
    for name, fact in facts.items():
        if read[name].null_count() > table[name].null_count():
            row = (read[name].is_null() & table[name].is_not_null()).arg_max() or 0
            case = nested({name: plain_value(fact, table[name][row])})
            try:
                read_case(unplaced(case, place._replace(line=row + 1, column=1)), vocabulary, spoken=False)
            except InputFault as error:
                wrong += (each for each in error.problems if each.code != "missing-signature")
    if wrong:
        raise InputFault(wrong)
    return read


def checked(
    table: pl.DataFrame, vocabulary: Vocabulary, windows: Sequence[Window], dialect: str | None
) -> pl.DataFrame:
    """The frame with each fact in its own type (null where wrong) and whether each row can be decided.

    Text is read as people write values in ``dialect``, or as programs do. Contracts are signed in one of ``windows``.
    """
    facts = {name: fact for name, fact in vocabulary.facts.items() if name in table.columns}
    if dialect is not None:
        table = table.with_columns(plainly(table[name], fact, dialect) for name, fact in facts.items())
    types = table.schema
    read = (_reading(fact, types[name]) for name, fact in facts.items())
    typed = table.lazy().with_columns(read).collect()
    wrong = [name for name in facts if typed[name].null_count() != table[name].null_count()]
    passed = (pl.lit(table[name].is_null() | typed[name].is_not_null()) for name in wrong)
    flags = [*passed, *_ordered(set(facts), vocabulary), _in_some_window(set(facts), vocabulary, windows)]
    return typed.with_columns(pl.all_horizontal(flags).fill_null(False).alias(ACCEPTED))


def plainly(texts: pl.Series, fact: Fact, dialect: str) -> pl.Series:
    """What people wrote as programs would write it, where it can be read; each different text is read once."""
    texts = texts.cast(pl.String)
    plain = texts.str.contains(_PLAIN[dialect].get(fact.type.kind, "^$")) | texts.is_in(list(fact.type.values))
    read = {text: _plain_text(text, fact, dialect) for text in texts.filter(~plain).unique().drop_nulls()}
    return texts.replace(list(read), list(read.values())) if read else texts


def _plain_text(text: str, fact: Fact, dialect: str) -> str:
    try:
        value = read_spoken(text, fact, dialect)
    except Unread:
        return UNREAD
    return f"{value:f}" if isinstance(value, Decimal) else as_written(value)


def _reading(fact: Fact, dtype: pl.DataType) -> pl.Expr:
    """The fact as its own type, null where the column's value is none."""
    text = dtype in TEXTS or dtype.is_decimal()
    column: pl.Expr = pl.col(fact.name).cast(pl.String) if text else pl.col(fact.name)
    match fact.type.kind:
        case "number":
            typed, valid = _number_text(column, fact) if text else _number(column, fact, dtype)
            return _only(valid, typed).cast(pl.Float64 if fact.type.scale else pl.Int64)
        case "boolean" if text:
            lowered = column.str.to_lowercase()
            return _only(lowered.is_in(TRUTHS), lowered == TRUTHS[0])
        case "boolean":
            return column
        case "date" if text:
            day = _only(column.str.contains(DAY), column).str.to_date("%Y-%m-%d", strict=False)
            return _only(day.is_between(FIRST_DAY, LAST_DAY), day)
        case "date":
            day = column.cast(pl.Date)
            return _only((day.cast(dtype) == column) & day.is_between(FIRST_DAY, LAST_DAY), day)
        case _:
            return _word(fact.name, fact.type.values)


@cache
def _word(name: str, words: tuple[str, ...]) -> pl.Expr:
    """The word as a number: one of few is sooner compared with each than looked up."""
    column, kind = pl.col(name).cast(pl.String), pl.Enum(words)
    if len(words) > FEW:
        return column.cast(kind, strict=False)
    cases: Any = pl
    for word in words:
        cases = cases.when(column == word).then(pl.lit(word, kind))
    return cases.otherwise(None).alias(name)  # type: ignore[no-any-return]


def _only(condition: pl.Expr, value: pl.Expr) -> pl.Expr:
    return pl.when(condition).then(value)


def _number_text(column: pl.Expr, fact: Fact) -> tuple[pl.Expr, pl.Expr]:
    """A number written in digits, with no more decimals than the fact's, apart from closing zeros."""
    decimals = rf"[0-9]{{1,{fact.type.scale}}}0*" if fact.type.scale else "0+"
    written = column.str.contains(rf"^[+-]?0*[0-9]{{1,18}}(\.{decimals})?$")
    value = _only(written, column).cast(pl.Float64)
    return value, _within(value, fact)


def _number(column: pl.Expr, fact: Fact, dtype: pl.DataType) -> tuple[pl.Expr, pl.Expr]:
    within = _within(column, fact)
    if dtype.is_integer():
        return column, within
    value = column.cast(pl.Float64)
    # Divided by a column, because Polars multiplies by the reciprocal of a literal, which is one bit off.
    below = _only(column.is_not_null(), pl.lit(float(10 ** (fact.type.scale or 0))))
    return value, within & value.is_finite() & ((value * below).round(0) / below == value)


def _within(value: pl.Expr, fact: Fact) -> pl.Expr:
    """Bounds are whole where they can be: a column of whole numbers is not made into fractions for them."""
    tests = [(test, bound) for test, bound in ((op.ge, fact.minimum), (op.le, fact.maximum)) if bound is not None]
    flags = (test(value, int(bound) if bound == int(bound) else float(bound)) for test, bound in tests)
    return pl.all_horizontal(value.is_not_null(), *flags)


def _ordered(given: set[str], vocabulary: Vocabulary) -> Iterator[pl.Expr]:
    """For each two facts of a chain: false where both are given and the first is the greater."""
    for chain in vocabulary.orders:
        for first, second in combinations([name for name in chain if name in given], 2):
            yield (pl.col(first) <= pl.col(second)).fill_null(True)


def _in_some_window(given: set[str], vocabulary: Vocabulary, windows: Sequence[Window]) -> pl.Expr:
    """True where some convention decides contracts signed on that day, or the policies say that they have no rules."""
    own = pl.col(BENEFICIARY) if BENEFICIARY in given else pl.lit(None, pl.String)
    facts = {BENEFICIARY: Column(own.fill_null(vocabulary.beneficiary)), SIGNATURE: Column(pl.col(SIGNATURE))}
    return pl.any_horizontal(decides(window, facts, vocabulary) for window in windows)


def refusals(
    source: InputFile, row: Mapping[str, Any], rules: Session, interpret: Mapping[str, str]
) -> Iterator[Refusal]:
    """What is wrong with a row as its file holds it, in the words of the reader and of the evaluator of one case."""
    place, registry = Location(source.name), rules.registry
    given, problems = _given(place, row, registry.vocabulary, source.dialect)
    unread = {problem.values["name"] for problem in problems}
    try:
        facts = read_case(nested(given), registry.vocabulary, spoken=False)
        if problems:
            text_for(registry, facts)
        else:
            rules.decide(facts, None, interpret)
    except InputFault as error:
        problems += (p for p in error.problems if not (p.code == "missing-signature" and SIGNATURE in unread))
    for problem in problems or [Problem(place, "row-unread")]:
        named = problem.values.get("name") or problem.values.get("second") or SIGNATURE
        yield Refusal(source, row[ROW], problem, "" if problem.code == "row-unread" else str(named))


def _given(
    place: Location, values: Mapping[str, Any], vocabulary: Vocabulary, dialect: str | None
) -> tuple[dict[str, Any], list[Problem]]:
    """The facts of a row as a case file would hold them, and why others cannot be read."""
    given, problems = dict[str, Any](), list[Problem]()
    for name, fact in vocabulary.facts.items():
        value = values.get(name)
        if value is None:
            continue
        try:
            text = isinstance(value, str) and dialect is not None
            given[name] = read_spoken(value, fact, dialect or FRENCH) if text else plain_value(fact, value)
        except Unread as unread:
            problems.append(unread.problem(place, fact))
    return given, problems


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
    return unmarked(value, strict(fact))


def strict(fact: Fact) -> bool:
    """Whether text has no place in the fact, so that :func:`marked` must tell it from what else is written there."""
    return fact.type.kind in ("number", "boolean")


def marked(value: Any, strict: bool) -> str | None:
    """A value of a JSON line as a CSV file would hold it; ``strict`` keeps the quotes, where text has no place."""
    if value is None or (isinstance(value, str) and not strict):
        return value
    if isinstance(value, float) and value == value and abs(value) != float("inf"):
        return format(Decimal(repr(value)), "f")
    return json.dumps(value, ensure_ascii=False)


def unmarked(text: str, strict: bool) -> Any:
    """The value that :func:`marked` wrote down."""
    if not text.startswith(("{", "[", '"') if strict else ("{", "[")):
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
