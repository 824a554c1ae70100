"""Writers of frames and of refused rows: pieces come in one after the other, and one file goes out."""

from __future__ import annotations

import contextlib
import csv
import io
import queue
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import polars as pl
from polars.io.plugins import register_io_source

from engine.bulk.frame import WORDS
from engine.bulk.job import Refusal
from engine.escaping import in_cell
from engine.files import unwritable
from engine.language.spoken import FRENCH

# How French Excel saves what it calls CSV UTF-8.
_AS_EXCEL: dict[str, Any] = {"separator": ";", "line_terminator": "\r\n"}
_AS_EXCEL |= {"date_format": "%d/%m/%Y", "decimal_comma": True}
FORMULA = r"^\s*[=@+-]|^[\t\r]"  # how a text begins that a spreadsheet runs, also where it drops what stands before
NUMBER = r"^[+-]?[0-9 .,]*([eE][+-]?[0-9]+)?$"
PATIENCE = 0.2  # seconds between two looks at whether the writing thread still lives
ROW_GROUP = 200_000  # rows that the writer of Parquet holds


def write_frames(frames: Iterator[pl.DataFrame], path: Path, format_: str, target: Path, dialect: str) -> None:
    """Writes frames of one schema to ``path``, one after the other; ``target`` is for messages."""
    if format_ == "parquet":
        _write_parquet(frames, path, target)
        return
    try:
        with path.open("r+b") as stream:
            for frame in frames:
                header = not stream.tell()
                stream.write(_csv(frame, dialect, header) if format_ == "csv" else _written(frame.write_ndjson))
                del frame  # before the next one is made
    except OSError as error:
        raise unwritable(target, error) from None


def _written(write: Callable[..., Any], **how: Any) -> memoryview:
    buffer = io.BytesIO()
    write(buffer, **how)
    return buffer.getbuffer()


def _csv(frame: pl.DataFrame, dialect: str, header: bool) -> memoryview:
    """The rows of a frame, under their header if asked for."""
    safe = frame.with_columns(_harmless(pl.col(pl.String)))
    if header:
        names = pl.DataFrame({"name": safe.columns}).select(_harmless(pl.col("name")))
        safe.columns = names["name"].to_list()
    if dialect != FRENCH:
        return _written(safe.write_csv, include_header=header)
    safe = safe.with_columns(pl.col(pl.Boolean).replace_strict({True: "VRAI", False: "FAUX", None: None}))
    return _written(safe.write_csv, include_header=header, include_bom=header, **_AS_EXCEL)


def _harmless(text: pl.Expr) -> pl.Expr:
    """Text that no spreadsheet takes for a formula; a number stays one."""
    runs = text.str.contains(FORMULA) & ~text.str.contains(NUMBER)
    return pl.when(~runs).then(text).otherwise("'" + text)


def _write_parquet(frames: Iterator[pl.DataFrame], path: Path, target: Path) -> None:
    """Polars writes Parquet from a lazy source only: a thread runs it and takes the frames from a short queue.

    It would make them in threads of its own, and rows are explained in the one that loaded the rules.
    """
    waiting: queue.Queue[pl.DataFrame | None] = queue.Queue(1)
    first = next(frames)
    schema = first.schema

    def source(*_: Any) -> Iterator[pl.DataFrame]:
        while (frame := waiting.get()) is not None:
            yield frame

    def sink() -> None:
        how: dict[str, Any] = {"row_group_size": ROW_GROUP, "compression_level": 1, "metadata": _as_words(schema)}
        register_io_source(source, schema=schema).sink_parquet(path, **how)

    def hand(frame: pl.DataFrame | None) -> None:
        while not written.done():
            with contextlib.suppress(queue.Full):
                return waiting.put(frame, timeout=PATIENCE)
        return end()

    def end() -> None:
        error = written.exception()
        if isinstance(error, pl.exceptions.PolarsError | OSError):
            raise unwritable(target, str(error).rpartition("underlying IO error: ")[2]) from None
        if error is not None:
            raise error

    with ThreadPoolExecutor(1) as pool:
        written = pool.submit(sink)
        try:
            hand(first)
            del first
            for frame in frames:
                hand(frame)
                del frame  # before the next one is made
        finally:
            hand(None)
    end()


def _as_words(schema: pl.Schema) -> dict[str, str]:
    """What makes words of the enumerations of a file, which are written in a third of the time that words take."""
    words = io.BytesIO()
    pl.DataFrame(schema=schema).cast(WORDS).write_parquet(words)
    words.seek(0)
    return pl.read_parquet_metadata(words)


HEADERS: Mapping[str, Sequence[str]] = {
    "en": ("file", "row", "column", "code", "message", "cell"),
    "fr": ("fichier", "ligne", "colonne", "code", "message", "cellule"),
}


def write_refused(path: Path, lang: str, dialect: str, refusals: Iterable[Refusal]) -> None:
    """The faults of refused rows below those that the file has, which begins with a header once there are some."""
    french = dialect == FRENCH
    with path.open("a", encoding="utf-8", newline="") as stream:
        rows = csv.writer(stream, delimiter=";" if french else ",")
        for each in refusals:
            if not stream.tell():
                stream.write("\ufeff" if french else "")
                rows.writerow(HEADERS[lang if french else "en"])
            code, message = each.problem.code, each.problem.message(lang)
            line = (each.source.name, each.row, each.column, code, message, each.cell)
            rows.writerow(in_cell(part) if isinstance(part, str) else part for part in line)
