"""Reads input files batch by batch: sources come in, raw frames of bounded size and formless rows go out.

CSV is read as text, and JSON lines as the text that a CSV file would hold, so that one set of checks serves all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import TypeVar

import polars as pl

from engine.bulk.csv_files import lines_of, open_text, records
from engine.bulk.inputs import damaged, json_entry
from engine.bulk.job import InputFile, Refusal
from engine.bulk.rows import FILE, ROW, marked, strict
from engine.errors import Location, Problem
from engine.language.facts import SIGNATURE, Vocabulary

ROWS = 200_000
BYTES = 256 << 20  # of a frame in memory, for files of very many columns
CELLS = 1_000_000  # of texts, made a frame at once
BETWEEN = "\uffff"  # no letter: the fields of a record are parted by it

_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class RowBatch:
    """Rows of one file, numbered as a spreadsheet does, those refused for their form, and the bytes read so far."""

    frame: pl.DataFrame
    refused: list[Refusal] = field(default_factory=list)
    done: int = 0
    dialect: str | None = None


def batches(
    sources: Sequence[InputFile], vocabulary: Vocabulary, parts: Iterable[tuple[int, InputFile]] | None = None
) -> Iterator[RowBatch]:
    """Every row of every source in order, in frames of about :data:`ROWS` rows; or of parts, each of a numbered source.

    Raises:
        InputFault: a file turns out to be damaged or not UTF-8.
    """
    names = list(dict.fromkeys(name for source in sources for name in source.columns))
    waiting: list[RowBatch] = []
    before = 0
    for number, source in enumerate(sources) if parts is None else parts:
        for batch in _READERS[source.format](source, names, vocabulary):
            frame = batch.frame.with_columns(pl.lit(number, pl.UInt32).alias(FILE))
            given = set(frame.columns)
            frame = frame[[*(name for name in names if name in given), FILE, ROW]]  # an expression would take * for all
            batch = RowBatch(frame, batch.refused, before + batch.done, source.dialect)
            alike = not waiting or (waiting[0].frame.schema, waiting[0].dialect) == (frame.schema, batch.dialect)
            if waiting and (not alike or _large([*waiting, batch])):
                yield from _joined(waiting)
                waiting = []
            waiting.append(batch)
        before += source.size
    yield from _joined(waiting)


def _large(parts: list[RowBatch]) -> bool:
    rows = sum(len(part.frame) + len(part.refused) for part in parts)
    return rows > ROWS or sum(part.frame.estimated_size() for part in parts) > BYTES


def _joined(parts: list[RowBatch]) -> Iterator[RowBatch]:
    """The parts as one frame, cut where it is longer than a batch may be."""
    frame = pl.concat([part.frame for part in parts])
    refused = [refusal for part in parts for refusal in part.refused]
    for start in range(0, max(1, len(frame)), ROWS):
        yield RowBatch(frame.slice(start, ROWS), refused if start == 0 else [], parts[-1].done, parts[0].dialect)


def _parquet(source: InputFile, names: Sequence[str], vocabulary: Vocabulary) -> Iterator[RowBatch]:
    try:
        lazy = pl.scan_parquet(source.name, glob=False).cast({pl.Categorical: pl.String, pl.Enum: pl.String})
        total = int(lazy.select(pl.len()).collect().item())
        rows = source.rows or range(max(1, total))
        for start in rows[::ROWS]:  # batches would be read ahead of whoever takes them, half a file
            part = lazy.slice(start, min(ROWS, rows.stop - start))
            frame = part.collect().with_row_index(ROW, offset=start + 1).cast({ROW: pl.Int64})
            yield RowBatch(frame, done=source.size * (start + len(frame)) // max(1, total))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:  # pages may be cut or mangled
        raise damaged(source.name, source.format, error) from None


def _csv(source: InputFile, names: Sequence[str], vocabulary: Vocabulary) -> Iterator[RowBatch]:
    columns = list(source.columns)
    trimmed = pl.col(*(name for name in columns if name in vocabulary.facts)).str.strip_chars()

    def parted(rows: Sequence[str]) -> pl.DataFrame:
        frame = pl.Series(rows, dtype=pl.String).str.split_exact(BETWEEN, len(columns) - 1).struct.unnest()
        frame.columns = columns
        return frame.with_columns(trimmed).with_columns(pl.all().replace("", None))

    with open_text(source.name, source.encoding) as stream:
        lines = islice(lines_of(stream, source.name), source.lines, None)
        rows = (_record(each, source) for each in records(lines, source.separator))
        for batch in _filled(enumerate(rows, source.lines - source.unseen + 1), source, columns, parted):
            frame = batch.frame
            if frame[SIGNATURE].has_nulls():
                frame = frame.filter(~pl.all_horizontal(pl.exclude(ROW).is_null()))  # ghost rows of a spreadsheet
            yield replace(batch, frame=frame, done=stream.buffer.tell())


def _record(record: str | list[str] | None, source: InputFile) -> str | Problem:
    """A record with its fields in one text, or what is wrong with its form."""
    if record is None:
        return Problem(Location(source.name), "row-quotes")
    text = record.replace(source.separator, BETWEEN) if isinstance(record, str) else BETWEEN.join(record)
    if source.spare:  # a row that has something there has too many fields
        text = text.removesuffix(BETWEEN * source.spare)
    if text and text.count(BETWEEN) != len(source.columns) - 1:
        values = {"found": text.count(BETWEEN) + 1, "wanted": len(source.columns)}
        return Problem(Location(source.name), "row-fields", values)
    return text


def _json(source: InputFile, names: Sequence[str], vocabulary: Vocabulary) -> Iterator[RowBatch]:
    no_text = {name for name, fact in vocabulary.facts.items() if strict(fact)}

    def cells(line: str) -> list[str | None] | Problem:
        if not line.strip():
            return []
        entry = json_entry(line)
        return entry if isinstance(entry, Problem) else [marked(entry.get(name), name in no_text) for name in names]

    with open_text(source.name, source.encoding) as stream:
        rows = enumerate(map(cells, lines_of(stream, source.name)), 1)
        for batch in _filled(rows, source, names, partial(_turned, columns=names)):
            yield replace(batch, done=stream.buffer.tell())


def _xlsx(source: InputFile, names: Sequence[str], vocabulary: Vocabulary) -> Iterator[RowBatch]:
    from engine.bulk.xlsx_files import rows_of  # an extra of its own

    return _filled(rows_of(source), source, [*source.columns], partial(_turned, columns=[*source.columns]))


def _turned(rows: Sequence[Sequence[str | None]], columns: Sequence[str]) -> pl.DataFrame:
    texts = zip(*rows, strict=True) if rows else [[] for _ in columns]
    return pl.DataFrame([pl.Series(name, each, pl.String) for name, each in zip(columns, texts, strict=True)])


def _filled(
    rows: Iterator[tuple[int, _Row | Problem]],
    source: InputFile,
    columns: Sequence[str],
    made: Callable[[Sequence[_Row]], pl.DataFrame],
) -> Iterator[RowBatch]:
    """Numbered rows as frames, one at least; empty ones are left out, and those with a problem refused."""
    size, more = min(ROWS, max(1, CELLS // len(columns))), True
    while more:
        taken = [*islice(rows, size)]
        more = len(taken) == size
        refused = [Refusal(source, row, each) for row, each in taken if isinstance(each, Problem)]
        kept = {row: each for row, each in taken if each and not isinstance(each, Problem)}
        numbers = pl.Series(ROW, [*kept], pl.Int64)
        yield RowBatch(made([*kept.values()]).with_columns(numbers), refused, source.size)


_READERS = {"csv": _csv, "xlsx": _xlsx, "parquet": _parquet, "jsonl": _json}
