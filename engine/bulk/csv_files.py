"""CSV as programs and as spreadsheets write it: a file comes in, its separator, dialect, encoding and columns go out.

What French Excel saves (`;`, a byte order mark or Windows-1252, ``sep=`` lines, Windows line ends) is read as it means
it; its text of whatever encoding goes on as UTF-8.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import BinaryIO, Protocol

import polars as pl

from engine.bulk.headers import BELOW, checked_columns, columns_of, refuse_title
from engine.bulk.job import Form, Source
from engine.errors import Location, decoded, fault
from engine.files import HEAD, check_kind
from engine.language.facts import Vocabulary
from engine.language.spoken import FRENCH, PLAIN

SEPARATORS = ",;\t|"
DIALECTS: Mapping[str, str] = {",": PLAIN, "|": PLAIN, ";": FRENCH, "\t": FRENCH}
HEADER = 1 << 20  # bytes in which the first line of a CSV file must end
LONGEST_FIELD = 128 << 20  # characters: more than is read of a file at once
BOM = codecs.BOM_UTF8
_MARKS = {codecs.BOM_UTF8: "utf-8", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_SEP = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
_LEAST = 1 << 12  # bytes that are decoded at once


class Bytes(Protocol):
    """A file as UTF-8."""

    def read(self, size: int, /) -> bytes: ...

    def tell(self) -> int: ...


def open_csv(name: str, size: int, form: Form, vocabulary: Vocabulary) -> Source:
    """The file with its columns by their ids.

    Raises:
        InputFault: no header, columns that name a fact twice, bytes of another encoding, several separators.
    """
    with Path(name).open("rb") as stream:
        mark = stream.read(HEAD)
    check_kind(name, mark, "csv")
    encoding = next((found for bom, found in _MARKS.items() if mark.startswith(bom)), form.encoding or "utf-8")
    if encoding == "utf-8" and 0 in mark.partition(b"\n")[0]:  # two or four bytes for each letter, without a mark
        raise fault(Location(name, 1, 1), "wrong-encoding", byte="0x00")
    with utf8(name, encoding) as text:
        lines = plain_ends(text.read(HEADER)).removeprefix(BOM).split(b"\n", BELOW)
    if len(lines) == 1 and size > HEADER:
        raise fault(Location(name, 1, 1), "file-damaged", format="csv", reason=f"> {HEADER} bytes")
    told = _SEP.fullmatch(decoded(lines[0], name, 1))
    skipped = 2 if told else 1
    line = decoded(lines[skipped - 1], name, skipped) if len(lines) >= skipped else ""
    place = Location(name, skipped, 1)
    separator = told[1] if told else _separator(line, vocabulary, place)
    below = ((number, each.decode(errors="replace")) for number, each in enumerate(lines[skipped - 1 : BELOW], skipped))
    parted = ((number, next(records(each, _most(each, vocabulary)[0]), [])) for number, each in below)
    refuse_title(name, parted, vocabulary)
    headers = [column.strip() for column in next(records(line, separator), [])]
    if not any(headers):
        raise fault(place, "header-missing")
    columns = checked_columns(headers, vocabulary, place)
    return Source(
        name=name,
        format="csv",
        columns=dict.fromkeys(columns, pl.String),
        size=size,
        separator=separator,
        dialect=form.dialect or DIALECTS.get(separator, PLAIN),
        encoding=encoding,
        headers=columns,
        lines=skipped,
    )


def _separator(line: str, vocabulary: Vocabulary, place: Location) -> str:
    """The separator under which the header names the most facts, or else that stands there most."""
    best = _most(line, vocabulary)
    if len(best) > 1:
        raise fault(place, "separator-unclear", found=" ".join("tab" if each == "\t" else each for each in best))
    return best[0]


def _most(line: str, vocabulary: Vocabulary) -> list[str]:
    """The separators under which a line names the most facts, or the one that stands there most where it names none."""
    found = {}
    for separator in filter(line.__contains__, SEPARATORS):
        names = [name.strip() for name in next(records(line, separator), [])]
        found[separator] = sum(column in vocabulary.facts for column in columns_of(names, vocabulary))
    most = max(found.values(), default=0)
    return [each for each in found if found[each] == most] if most else [max(SEPARATORS, key=line.count)]


def utf8(name: str, encoding: str) -> AbstractContextManager[Bytes]:
    """The file as UTF-8, whatever it is written in; one that is so already is given as it is."""
    stream = Path(name).open("rb")  # noqa: SIM115 - who reads it closes it
    return stream if encoding == "utf-8" else _Recoded(stream, name, encoding)


class _Recoded:
    """A file of another encoding, given back as UTF-8."""

    def __init__(self, stream: BinaryIO, name: str, encoding: str) -> None:
        self.stream, self.name, self.encoding = stream, name, encoding
        self.decoder = codecs.getincrementaldecoder(encoding)()
        self.lines = 1

    def __enter__(self) -> Bytes:
        return self

    def __exit__(self, *_: object) -> None:
        self.stream.close()

    def read(self, size: int, /) -> bytes:
        raw = self.stream.read(max(size, _LEAST))
        try:
            text = self.decoder.decode(raw, final=not raw)
        except UnicodeDecodeError as error:
            byte = f"0x{error.object[error.start]:02x}"
            raise fault(Location(self.name, self.lines), "table-encoding", byte=byte, encoding=self.encoding) from None
        self.lines += text.count("\n")
        return text.encode()

    def tell(self) -> int:
        return self.stream.tell()


def plain_ends(block: bytes) -> bytes:
    """Windows' and old Macintosh' line ends as those of everyone else."""
    return block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def records(text: str, separator: str) -> Iterator[list[str]]:
    """The records of a CSV text."""
    csv.field_size_limit(LONGEST_FIELD)
    yield from csv.reader(io.StringIO(text, newline=""), delimiter=separator)
