"""CSV as programs and as spreadsheets write it: a file comes in, its separator, dialect, encoding and columns go out.

What French Excel saves (`;`, a byte order mark or Windows-1252, ``sep=`` lines, Windows line ends) is read as it means
it.
"""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator, Mapping
from io import BufferedReader, TextIOWrapper
from itertools import chain, islice
from pathlib import Path

import polars as pl

from engine.bulk.headers import BELOW, checked_columns, columns_of, refuse_title
from engine.bulk.job import Form, InputFile
from engine.errors import Location, fault
from engine.files import HEAD, check_kind
from engine.language.facts import Vocabulary
from engine.language.spoken import FRENCH, PLAIN

SEPARATORS = ",;\t|"
BLANK = f'{SEPARATORS} "'  # what a line that says nothing is made of
DIALECTS: Mapping[str, str] = {",": PLAIN, "|": PLAIN, ";": FRENCH, "\t": FRENCH}
HEADER = 1 << 20  # characters in which the first line of a CSV file must end
LONGEST = 64 << 20  # characters of quoted text, or of one line
_MARKS = {  # a mark of four bytes may begin with one of two
    **dict.fromkeys((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE), "utf-32"),
    **dict.fromkeys((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE), "utf-16"),
    codecs.BOM_UTF8: "utf-8",
}
_SEP = re.compile(r'"?sep=(.)"?', re.IGNORECASE)
csv.field_size_limit(2 * LONGEST)


def open_csv(name: str, size: int, form: Form, vocabulary: Vocabulary) -> InputFile:
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
    with open_text(name, encoding) as stream:
        lines = [line.removesuffix("\n") for line in islice(lines_of(stream, name, HEADER), BELOW)]
    told = _SEP.fullmatch(lines[0]) if lines else None
    unseen = 1 if told else 0
    filled = [(number, each) for number, each in enumerate(lines, 1) if number > unseen and each.strip(BLANK)]
    skipped, line = filled[0] if filled else (unseen + 1, "")
    place = Location(name, skipped, 1)
    if len(line) == HEADER:
        raise fault(place, "file-damaged", format="csv", reason=f"> {HEADER} characters")
    separator = told[1] if told else _separator(line, vocabulary, place)
    refuse_title(name, ((n, _fields(each, _most(each, vocabulary)[0])) for n, each in filled), vocabulary)
    headers = _fields(line, separator)
    if not any(headers):
        raise fault(place, "header-missing")
    named = max(number for number, header in enumerate(headers, 1) if header)
    spare, headers = len(headers) - named, headers[:named]
    columns = checked_columns(headers, vocabulary, place)
    return InputFile(
        name=name,
        format="csv",
        columns=dict.fromkeys(columns, pl.String),
        size=size,
        separator=separator,
        dialect=form.dialect or DIALECTS.get(separator, PLAIN),
        encoding=encoding,
        headers=columns,
        lines=skipped,
        unseen=unseen,
        spare=spare,
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
        named = columns_of(_fields(line, separator), vocabulary)
        found[separator] = sum(column in vocabulary.facts for column in named)
    most = max(found.values(), default=0)
    return [each for each in found if found[each] == most] if most else [max(SEPARATORS, key=line.count)]


def _fields(line: str, separator: str) -> list[str]:
    return [field.strip() for field in next(csv.reader([line], delimiter=separator), ())]


def open_text(name: str, encoding: str) -> TextIOWrapper[BufferedReader]:
    """A text whose lines all end alike, without the mark that may stand before them."""
    return TextIOWrapper(Path(name).open("rb"), "utf-8-sig" if encoding == "utf-8" else encoding)


def lines_of(stream: TextIOWrapper[BufferedReader], name: str, longest: int = LONGEST) -> Iterator[str]:
    """The lines of a text, cut where they are longer.

    Raises:
        InputFault: bytes of another encoding, at their line.
    """
    number = 0
    try:
        while line := stream.readline(longest):
            number += 1
            yield line
    except UnicodeDecodeError as error:
        place = Location(name, number + len((error.object[: error.start] + b".").splitlines()), 1)
        byte = f"0x{error.object[error.start]:02x}"
        if stream.encoding == "utf-8-sig":
            raise fault(place, "wrong-encoding", byte=byte) from None
        raise fault(place, "table-encoding", byte=byte, encoding=stream.encoding) from None


def records(lines: Iterator[str], separator: str) -> Iterator[list[str] | str | None]:
    """The records of CSV lines: a line without quotes as it is; None for one that opens quotes that nothing closes."""
    for line in lines:
        if '"' in line:
            yield from _quoted(line, lines, separator)
        else:
            yield line.removesuffix("\n")


def _quoted(first: str, lines: Iterator[str], separator: str) -> Iterator[list[str] | None]:
    """The records from a line with quotes on, to where all are closed; else each of these lines for itself."""
    taken, found = list[str](), list[list[str]]()
    seen = quotes = length = 0

    def told() -> Iterator[str]:
        nonlocal length
        for line in chain([first], lines):
            taken.append(line)
            length += len(line)
            yield line
            if length > LONGEST:  # before one field of all that follows is longer than the reader allows
                return

    for record in csv.reader(told(), delimiter=separator):
        found.append(record)
        quotes += sum(line.count('"') for line in taken[seen:])
        seen = len(taken)
        if quotes % 2 == 0:
            yield from found
            return
    yield from (None if line.count('"') % 2 else next(csv.reader([line], delimiter=separator), []) for line in taken)
