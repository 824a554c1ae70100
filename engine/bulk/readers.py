"""Reads input files piece by piece: sources come in, raw frames of bounded size and formless rows go out.

CSV is read as text, and JSON lines as the text that a CSV file would hold, so that one set of checks serves all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl

from engine.bulk.csv_files import BOM, Bytes, plain_ends, records, utf8
from engine.bulk.inputs import damaged, json_entry
from engine.bulk.job import Source
from engine.bulk.rows import Refusal, marked, strict
from engine.errors import Location, Problem, decoded
from engine.language.facts import SIGNATURE, Vocabulary

FILE, ROW = "avenant_file", "avenant_number"
ROWS = 200_000
BYTES = 256 << 20  # of a frame in memory, for files of very many columns
BLOCK = 16 << 20  # of a text file, read at once
LONGEST = 4 * BLOCK  # of quoted text; then each line is read for itself
LINES = 20_000  # of JSON, read at once


@dataclass(frozen=True, slots=True)
class Piece:
    """Rows of one file, numbered as a spreadsheet does, those refused for their form, and the bytes read so far."""

    frame: pl.DataFrame
    refused: list[Refusal] = field(default_factory=list)
    done: int = 0
    dialect: str | None = None


def pieces(sources: Sequence[Source], vocabulary: Vocabulary) -> Iterator[Piece]:
    """Every row of every source in order, in frames of about :data:`ROWS` rows.

    Raises:
        InputFault: a file turns out to be damaged or not UTF-8.
    """
    names = list(dict.fromkeys(name for source in sources for name in source.columns))
    waiting: list[Piece] = []
    before = 0
    for number, source in enumerate(sources):
        for piece in _READERS[source.format](source, names, vocabulary):
            frame = piece.frame.with_columns(pl.lit(number, pl.UInt32).alias(FILE))
            given = set(frame.columns)
            frame = frame.select(*(name for name in names if name in given), FILE, ROW)
            piece = Piece(frame, piece.refused, before + piece.done, source.dialect)
            alike = not waiting or (waiting[0].frame.schema, waiting[0].dialect) == (frame.schema, piece.dialect)
            if waiting and (not alike or _large([*waiting, piece])):
                yield from _joined(waiting)
                waiting = []
            waiting.append(piece)
        before += source.size
    yield from _joined(waiting)


def _large(parts: list[Piece]) -> bool:
    rows = sum(len(part.frame) + len(part.refused) for part in parts)
    return rows > ROWS or sum(part.frame.estimated_size() for part in parts) > BYTES


def _joined(parts: list[Piece]) -> Iterator[Piece]:
    """The parts as one frame, cut where it is longer than a piece may be."""
    if not parts:
        return
    frame = pl.concat([part.frame for part in parts])
    refused = [refusal for part in parts for refusal in part.refused]
    for start in range(0, max(1, len(frame)), ROWS):
        yield Piece(frame.slice(start, ROWS), refused if start == 0 else [], parts[-1].done, parts[0].dialect)


def _parquet(source: Source, names: Sequence[str], vocabulary: Vocabulary) -> Iterator[Piece]:
    try:
        lazy = pl.scan_parquet(source.name, glob=False).cast({pl.Categorical: pl.String, pl.Enum: pl.String})
        total = int(lazy.select(pl.len()).collect().item())
        for start in range(0, max(1, total), ROWS):  # batches would be read ahead of whoever takes them, half a file
            frame = lazy.slice(start, ROWS).collect().with_row_index(ROW, offset=start + 1).cast({ROW: pl.Int64})
            yield Piece(frame, done=source.size * (start + len(frame)) // max(1, total))
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:  # pages may be cut or mangled
        raise damaged(source.name, source.format, error) from None


def _csv(source: Source, names: Sequence[str], vocabulary: Vocabulary) -> Iterator[Piece]:
    columns = list(source.columns)
    trimmed = pl.col(*(name for name in columns if name in vocabulary.facts)).str.strip_chars()
    with utf8(source.name, source.encoding) as stream:
        row, line = 2, source.lines + 1
        yield Piece(_texts([[] for _ in columns], columns, []))
        for block, whole in _blocks(_chunks(stream, source.lines)):
            text = decoded(block, source.name, line)
            line += block.count(b"\n")
            if b'"' in block:
                frame, refused, row = _by_record(_quoted(text, source.separator, whole), source, columns, row)
            else:
                frame, refused, row = _by_line(text, source, columns, row)
            frame = frame.with_columns(trimmed).with_columns(pl.col(*columns).replace("", None))
            if frame[SIGNATURE].has_nulls():
                frame = frame.filter(~pl.all_horizontal(pl.col(*columns).is_null()))  # ghost rows of a spreadsheet
            yield Piece(frame, refused, stream.tell())


def _chunks(stream: Bytes, header: int) -> Iterator[bytes]:
    """What follows the lines of the header, with plain line ends; no line end is cut in two."""
    while chunk := stream.read(BLOCK):
        while chunk.endswith(b"\r") and (more := stream.read(1)):
            chunk += more
        chunk = plain_ends(chunk)
        for _ in range(header):
            chunk = chunk.partition(b"\n")[2]
        yield chunk
        header = 0


def _blocks(chunks: Iterator[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Blocks that end with a record, quoted line ends included; False where no such end was in sight."""
    rest = b""
    for chunk in chunks:
        block = rest + chunk
        cut = _end_of_records(block)
        if cut or len(block) <= LONGEST:
            if cut:
                yield block[:cut], True
            rest = block[cut:]
            continue
        cut = block.rfind(b"\n") + 1 or len(block)
        yield block[:cut], False
        rest = block[cut:]
    if rest:
        yield rest, rest.count(b'"') % 2 == 0


def _end_of_records(block: bytes) -> int:
    """Where the last line ends that is not inside quotes: each quote is counted once, from the end."""
    cut = block.rfind(b"\n") + 1
    open_ = block.count(b'"', 0, cut) % 2
    while cut and open_:
        before = block.rfind(b"\n", 0, block.rfind(b'"', 0, cut)) + 1
        open_ = (open_ + block.count(b'"', before, cut)) % 2
        cut = before
    return cut


def _by_line(text: str, source: Source, columns: list[str], row: int) -> tuple[pl.DataFrame, list[Refusal], int]:
    """Lines without any quotes: a line is a row, and its separators tell whether it has every field."""
    lines = pl.Series("line", text.removesuffix("\n").split("\n"))
    table = pl.DataFrame([lines]).with_row_index(ROW, offset=row).cast({ROW: pl.Int64})
    table = table.filter(pl.col("line") != "")
    found = pl.col("line").str.count_matches(source.separator, literal=True) + 1
    wrong = table.with_columns(found.alias("found")).filter(pl.col("found") != len(columns))
    if len(wrong):
        table = table.filter(found == len(columns))
    refused = [_fields(source, number, count, columns) for number, count in wrong.select(ROW, "found").iter_rows()]
    fields = table["line"].str.split_exact(source.separator, len(columns) - 1).struct.unnest()
    fields.columns = columns
    return fields.with_columns(table[ROW]), refused, row + len(lines)


def _fields(source: Source, row: int, found: int, columns: list[str]) -> Refusal:
    values = {"found": found, "wanted": len(columns)}
    return Refusal(source.name, row, "", Problem(Location(source.name), "row-fields", values))


def _quoted(text: str, separator: str, whole: bool) -> Iterator[list[str] | None]:
    """The records of a block; None for a line that opens quotes and does not close them."""
    if whole:
        yield from records(text, separator)
        return
    for line in text.splitlines():
        yield None if line.count('"') % 2 else next(records(line, separator), [])


def _by_record(
    records: Iterator[list[str] | None], source: Source, columns: list[str], row: int
) -> tuple[pl.DataFrame, list[Refusal], int]:
    rows: list[list[str]] = []
    numbers: list[int] = []
    refused: list[Refusal] = []
    for number, record in enumerate(records, row):
        row = number + 1
        if record is None:
            refused.append(Refusal(source.name, number, "", Problem(Location(source.name), "row-quotes")))
        elif len(record) == len(columns):
            rows.append(record)
            numbers.append(number)
        elif record:
            refused.append(_fields(source, number, len(record), columns))
    return _texts(_turned(rows, columns), columns, numbers), refused, row


def _turned(rows: Sequence[Sequence[Any]], columns: Sequence[str]) -> list[Sequence[Any]]:
    return list(zip(*rows, strict=True)) if rows else [[] for _ in columns]


def _texts(values: Sequence[Sequence[Any]], columns: Sequence[str], numbers: list[int]) -> pl.DataFrame:
    made = {name: pl.Series(cells, dtype=pl.String) for name, cells in zip(columns, values, strict=True)}
    return pl.DataFrame({**made, ROW: pl.Series(numbers, dtype=pl.Int64)})


def _json(source: Source, names: Sequence[str], vocabulary: Vocabulary) -> Iterator[Piece]:
    no_text = {name for name, fact in vocabulary.facts.items() if strict(fact)}
    done, row = 0, 1
    yield Piece(_texts([[] for _ in names], names, []))
    with Path(source.name).open("rb") as stream:
        while lines := list(islice(stream, LINES)):
            rows: list[list[str | None]] = []
            numbers: list[int] = []
            refused: list[Refusal] = []
            for number, line in enumerate(lines, row):
                done += len(line)
                if not line.strip():
                    continue
                entry = json_entry(decoded(line.removeprefix(BOM) if number == 1 else line, source.name, number))
                if isinstance(entry, Problem):
                    refused.append(Refusal(source.name, number, "", entry))
                else:
                    rows.append([marked(entry.get(name), name in no_text) for name in names])
                    numbers.append(number)
            row += len(lines)
            yield Piece(_texts(_turned(rows, names), names, numbers), refused, done)


def _xlsx(source: Source, names: Sequence[str], vocabulary: Vocabulary) -> Iterator[Piece]:
    from engine.bulk.xlsx_files import rows_of  # an extra of its own

    columns = list(source.columns)
    found = list(rows_of(source))
    frame = _texts(_turned([texts for _, texts in found], columns), columns, [number for number, _ in found])
    yield Piece(frame, done=source.size)


_READERS = {"csv": _csv, "xlsx": _xlsx, "parquet": _parquet, "jsonl": _json}
