"""Finds the input files of a run and checks their columns: names and patterns come in, readable sources go out.

Every fault of every file is told at once, before a row is read.
"""

from __future__ import annotations

import glob
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from engine.bulk.csv_files import lines_of, open_csv, open_text
from engine.bulk.headers import near
from engine.bulk.job import AS_SEEN, Form, InputFile
from engine.bulk.rows import holds, type_problem
from engine.errors import InputFault, Location, Problem, bounded, fault, in_order, misuse, needing, unreadable
from engine.language.facts import SIGNATURE, Vocabulary
from engine.language.spoken import fold

FORMATS = {".csv": "csv", ".xlsx": "xlsx", ".parquet": "parquet", ".jsonl": "jsonl", ".ndjson": "jsonl"}
LOOKED_AT = 1_000  # columns of a file that may be misspelt facts; how like a fact a name is takes a millisecond to see
RESERVED = "avenant_"


def format_of(name: str) -> str:
    """``csv``, ``xlsx``, ``parquet`` or ``jsonl``, by the end of the name.

    Raises:
        UsageFault: it ends in none of those.
    """
    format_ = FORMATS.get(Path(name).suffix.lower())
    if format_ is None:
        raise misuse(Location(name), "file-format", allowed=", ".join(FORMATS))
    return format_


def expanded(patterns: Sequence[str]) -> list[str]:
    """The files that names and patterns stand for, each once; a name without a file stays, to be told of."""
    names: dict[str, None] = {}
    for pattern in patterns:
        found = [] if Path(pattern).exists() else sorted(glob.glob(pattern, recursive=True))  # noqa: PTH207 - Path.glob refuses absolute patterns
        names.update(dict.fromkeys(found or [pattern]))
    return list(names)


def open_sources(
    patterns: Sequence[str], vocabulary: Vocabulary, added: Iterable[str], keep: Sequence[str], form: Form = AS_SEEN
) -> tuple[InputFile, ...]:
    """The input files, once their columns are known to fit; ``added`` are the columns that results will have.

    Raises:
        InputFault: with every fault of every file.
        UsageFault: a file is of no known format.
    """
    sources: list[InputFile] = []
    problems: list[Problem] = []
    taken = set(added)
    for name in expanded(patterns):
        format_ = format_of(name)
        try:
            source = _opened(name, format_, form, vocabulary)
        except InputFault as error:
            problems.extend(error.problems)
            continue
        problems.extend(bounded(_column_problems(source, vocabulary, taken, keep)))
        if sources:
            problems.extend(_differences(sources[0], source, vocabulary))
        sources.append(source)
    if problems:
        raise InputFault(in_order(problems))
    return tuple(sources)


def _opened(name: str, format_: str, form: Form, vocabulary: Vocabulary) -> InputFile:
    try:
        size = Path(name).stat().st_size
        if size == 0:
            raise fault(Location(name), "file-empty")
        if format_ == "csv":
            return open_csv(name, size, form, vocabulary)
        if format_ == "xlsx":
            with needing("sheets"):
                from engine.bulk.xlsx_files import open_xlsx  # an extra of its own
            return open_xlsx(name, size, form, vocabulary)
        if format_ == "parquet":
            schema = dict(pl.read_parquet_schema(name))
            columns = {n: pl.String if (t in (pl.Categorical, pl.Enum)) else t for n, t in schema.items()}
            return InputFile(name=name, format=format_, columns=columns, size=size)
        return InputFile(name=name, format=format_, columns=dict.fromkeys(_json_names(name), pl.String), size=size)
    except OSError as error:
        raise unreadable(name, error) from None
    except pl.exceptions.PolarsError as error:
        raise damaged(name, format_, error) from None


def damaged(name: str, format_: str, error: BaseException) -> InputFault:
    return fault(Location(name), "file-damaged", format=format_, reason=str(error).partition("\n")[0])


def _json_names(name: str) -> Iterator[str]:
    """The columns of a file of JSON lines: every key of every line, ``group.fact`` for what is nested in a group."""
    seen: dict[str, None] = {}
    with open_text(name, "utf-8") as stream:
        for entry in map(json_entry, lines_of(stream, name)):
            if not isinstance(entry, Problem):
                seen.update(dict.fromkeys(entry))
    return iter(seen)


def json_entry(line: str) -> Mapping[str, Any] | Problem:
    """The facts of a line, or what is wrong with it."""
    try:
        entry = json.loads(line, object_pairs_hook=_once)
        if "\\u" in line:
            json.dumps(entry, ensure_ascii=False).encode()  # half a character is no text
        return flat(entry) if isinstance(entry, dict) else Problem(Location(""), "case-not-a-mapping")
    except RecursionError:
        return Problem(Location(""), "row-json", {"reason": "…"})
    except ValueError as error:
        return Problem(Location(""), "row-json", {"reason": error})


def own_columns(sources: Sequence[InputFile], vocabulary: Vocabulary, keep: Sequence[str]) -> dict[str, str]:
    """The columns that no fact names and that nobody has called their own, with their header in the file."""
    named = {*vocabulary.facts, *keep}
    return {each: source.header(each) for source in sources for each in source.columns if each not in named}


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    entry = dict(pairs)
    if len(entry) != len(pairs):
        twice = next(key for key, count in Counter(key for key, _ in pairs).items() if count > 1)
        raise ValueError(f"{twice}: 2 ×")
    return entry


def flat(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Nested groups as ``group.fact``; what lies deeper stays as it is. Raises ValueError: one is given twice."""
    parts = (
        {f"{key}.{inner}": each for inner, each in value.items()} if isinstance(value, dict) else {key: value}
        for key, value in entry.items()
    )
    return _once([pair for part in parts for pair in part.items()])


def _column_problems(
    source: InputFile, vocabulary: Vocabulary, taken: set[str], keep: Sequence[str]
) -> Iterator[Problem]:
    place = Location(source.place, source.lines, 1) if source.lines else Location(source.name)
    labels = {fold(label): label for fact in vocabulary.facts.values() for label in fact.label.values()}
    for number, (column, dtype) in enumerate(source.columns.items()):
        fact = vocabulary.facts.get(column)
        if fact is not None:
            if source.format == "parquet" and not holds(fact, dtype):
                yield type_problem(place, fact, dtype)
        elif column in taken or column.startswith(RESERVED):
            yield Problem(place, "column-taken", {"name": column})
        elif column not in keep:
            like = near(column, vocabulary, labels) if number < LOOKED_AT else None
            if like is not None or column.partition(".")[0] in vocabulary.groups:
                yield Problem(place, "column-unknown", {"name": column}, like)
    if SIGNATURE not in source.columns:
        yield Problem(place, "column-missing", {"name": SIGNATURE})


def _differences(first: InputFile, source: InputFile, vocabulary: Vocabulary) -> Iterator[Problem]:
    """What a file has not in common with the first; JSON lines leave out what they do not know."""
    if source.format == first.format == "jsonl":
        return
    place = Location(source.name)
    mine, other = set(source.columns), set(first.columns)
    if mine != other:
        values = {"first": first.name, "lacking": _listed(other - mine), "extra": _listed(mine - other)}
        yield Problem(place, "columns-differ", values)
    for column in sorted((mine & other) - set(vocabulary.facts)):
        if source.columns[column] != first.columns[column]:
            found, wanted = str(source.columns[column]), f"{first.columns[column]} ({first.name})"
            yield Problem(place, "column-type", {"name": column, "found": found, "wanted": wanted})


def _listed(names: set[str]) -> str:
    shown = sorted(names)
    return ", ".join(shown[:8]) + (" …" if len(shown) > 8 else "") if shown else "—"
