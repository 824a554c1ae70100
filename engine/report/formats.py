"""Output formats: the page and the data of a subject come in, text, markdown, HTML, JSON or CSV goes out.

Each subject's module lists the formats it has, and the command declares its ``--format`` from that list, so that no
format is offered that nothing writes. In text no word is broken that fits on a line: a table that does not fit the
width is laid out as entries, one below the other.
"""

from __future__ import annotations

import io
import json
import re
import textwrap
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar, assert_never

from engine.escaping import flowing, in_json, in_markdown, in_summary, on_markdown_line
from engine.report.page import Block, Fold, Heading, Page, Paragraph, Plain, Table, Tree, with_texts
from engine.report.say import Say

GAP = "  "
_SPACES = re.compile(r"[ \t\n]+")  # not the narrow ones, which keep an amount and its sign together
_SIGN = re.compile(r" (?=[?!;:»](?!\w))|(?<=«) ")  # French signs stay on the line of their word
_KEPT = "\ue000"
_ODD_WIDTHS = re.compile(r"[^\x00-\u02ff]")  # where a character may take no column of a terminal, or two
_TONES = {"good": "1;32", "bad": "1;31", "heed": "1;33", "open": "1;33", "": "1"}
_SECTION, _HEAD = "1;36", "2"


def plain(page: Page, width: int = 100) -> str:
    """The page without colours, wrapped to ``width`` columns."""
    return _joined(line for block in page for inner in _open(block) for _, line in _block(inner, width))


def coloured(page: Page, width: int) -> str:
    """The page for a terminal, with the colours of headings and heads of columns."""
    lines = (line for block in page for inner in _open(block) for line in _block(inner, width))
    return _joined(f"\x1b[{style}m{line}\x1b[0m" if style and line else line for style, line in lines)


def _joined(lines: Iterator[str]) -> str:
    return "\n".join(lines).strip("\n") + "\n"


def _open(block: Block) -> Iterator[Plain]:
    """The block, or the summary of a fold and what it holds."""
    block = with_texts(block, flowing)
    if isinstance(block, Fold):
        yield Heading(block.summary)
        for inner in block.blocks:
            yield from _open(inner)
    else:
        yield block


def _block(block: Plain, width: int) -> Iterator[tuple[str, str]]:
    """The lines of a block, each with its style."""
    match block:
        case Heading(text, level, tone):
            style = _TONES[tone] if level == 1 or tone else _SECTION
            lines = _wrapped(text, width)
            yield "", ""
            yield from ((style, line) for line in lines)
            if level == 1:
                yield style, "=" * min(width, max(display_width(line) for line in lines))
        case Paragraph(text, tone):
            yield from ((_TONES[tone] if tone else "", line) for line in _wrapped(text, width))
        case Table():
            yield from _table(block, width)
        case Tree(tree):
            for depth, text in tree:
                indent = "  " * depth
                room = max(width, 20 + len(indent))
                yield from (("", line) for line in _wrapped(text, room, indent, indent + "  "))
        case _:
            assert_never(block)


def _wrapped(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """Lines of whole words; a word is broken only where it is longer than a line."""
    text = _SIGN.sub(_KEPT, text)
    broken = max(map(display_width, _SPACES.split(text))) + len(rest) > width
    lines = textwrap.wrap(
        text, width, initial_indent=first, subsequent_indent=rest, break_long_words=broken, break_on_hyphens=False
    )
    return [line.replace(_KEPT, " ") for line in lines] or [""]


def _table(table: Table, width: int) -> Iterator[tuple[str, str]]:
    named = any(table.columns)
    grid = [table.columns, *table.rows] if named else list(table.rows)
    widths = _widths(grid, width - len(GAP))
    if widths is None:
        yield from _entries(table, width)
        return
    for place, row in enumerate(grid):
        cells = [_wrapped(cell, size) for cell, size in zip(row, widths, strict=True)]
        for index in range(max(map(len, cells), default=0)):
            parts = [cell[index] if index < len(cell) else "" for cell in cells]
            line = GAP.join(part + " " * (size - display_width(part)) for part, size in zip(parts, widths, strict=True))
            yield _HEAD if named and not place else "", (GAP + line).rstrip()


def _entries(table: Table, width: int) -> Iterator[tuple[str, str]]:
    """Each row as an entry: its first cell, a bare number with its head, then the others below, each beside its own."""
    for first, *others in table.rows:
        name = first if re.search("[a-z]", first, re.IGNORECASE) else f"{table.columns[0]} {first}".strip()
        yield from (("", line) for line in _wrapped(name, width, GAP, GAP * 2))
        for head, cell in zip(table.columns[1:], others, strict=True):
            if cell:
                text = f"{head}{GAP}{cell}" if head else cell
                yield from (("", line) for line in _wrapped(text, width, GAP * 2, GAP * 3))


def _widths(grid: Sequence[Sequence[str]], width: int) -> list[int] | None:
    """The width of each column, the widest giving way as far as its longest word, or None where all do not fit."""
    columns = list(zip(*grid, strict=True))
    widths = [max(1, *map(display_width, column)) for column in columns]
    least = [
        max(display_width(word) for cell in column for word in _SPACES.split(_SIGN.sub(_KEPT, cell)))
        for column in columns
    ]
    room = width - len(GAP) * (len(widths) - 1)
    if sum(least) > room:
        return None
    while sum(widths) > room:
        _, widest = max((size, place) for place, size in enumerate(widths) if size > least[place])
        widths[widest] -= 1
    return widths


def display_width(text: str) -> int:
    """Terminal columns that the text takes."""
    odd = _ODD_WIDTHS.findall(text)
    return len(text) + sum(-1 if unicodedata.combining(c) else unicodedata.east_asian_width(c) in "WF" for c in odd)


def markdown(page: Page) -> str:
    return "\n".join(line for block in page for line in _marked(block)).strip("\n") + "\n"


def _marked(block: Block) -> Iterator[str]:
    show = in_summary if isinstance(block, Fold) else in_markdown
    block = with_texts(block, on_markdown_line if isinstance(block, Paragraph | Tree) else show)
    match block:
        case Heading(text, level, _):
            yield from ("", "#" * level + " " + text, "")
        case Paragraph(text, _):
            yield from (text, "")
        case Table(columns, rows):
            yield _cells(columns)
            yield "|" + " --- |" * len(columns)
            yield from (_cells(row) for row in rows)
            yield ""
        case Tree(lines):
            yield from ("  " * depth + "- " + text for depth, text in lines)
            yield ""
        case Fold(summary, blocks):
            yield from ("<details>", f"<summary>{summary}</summary>", "")
            for inner in blocks:
                yield from _marked(inner)
            yield from ("</details>", "")
        case _:
            assert_never(block)


def _cells(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cells) + " |"


Subject = TypeVar("Subject")


Formats = Mapping[str, Callable[[Subject, Say], str | Page]]


def formats(
    page: Callable[[Subject, Say], Page],
    data: Callable[[Subject, Say], Any] | None = None,
    **others: Callable[[Subject, Say], str],
) -> Formats[Subject]:
    """Text, markdown of the page, JSON of the data if there are any, and the formats that a subject adds.

    As text the page itself is given: who shows it knows how wide, and whether in colours.
    """
    of_data = {} if data is None else {"json": lambda subject, say: json_text(data(subject, say))}
    return {"text": page, "markdown": lambda subject, say: markdown(page(subject, say)), **of_data, **others}


def as_html(
    page: Callable[[Subject, Say], Page], figure: Callable[[Subject, Say], str] | None = None
) -> Callable[[Subject, Say], str]:
    """HTML of the page, with a figure before its first section; what writes it is loaded for the first file."""

    def write(subject: Subject, say: Say) -> str:
        from engine.report.html import html

        return html(page(subject, say), say.lang, "" if figure is None else figure(subject, say))

    return write


def json_text(data: Any) -> str:
    return in_json(json.dumps(data, ensure_ascii=False, indent=2)) + "\n"


def rows_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """Rows by the names of their columns, all of which stand in the head."""
    head = list(dict.fromkeys(name for row in rows for name in row))
    return csv_text([head, *([row.get(name, "") for name in head] for row in rows)])


def csv_text(rows: Iterable[Iterable[Any]], separator: str = ",", ends: str = "\n") -> str:
    import csv  # only for files

    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=ends).writerows(rows)
    return out.getvalue()
