"""Lays a page out as text: a page and a width come in, plain lines or coloured ones (through rich) go out."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterator, Sequence
from typing import assert_never

from engine.escaping import flowing
from engine.report.page import Block, Fold, Heading, Page, Paragraph, Plain, Table, Tree, shown

GAP = "  "
NARROWEST = 8
_TONES = {"good": "bold green", "bad": "bold red", "open": "bold yellow", "": "bold"}


def plain(page: Page, width: int = 100) -> str:
    """The page without colours, wrapped to ``width`` columns."""
    return (
        "\n".join(line for block in page for inner in _open(block) for line in _block(inner, width)).strip("\n") + "\n"
    )


def coloured(page: Page, width: int) -> str:
    """The page for a terminal, with rich's tables and colours."""
    from rich.console import Console  # slow to import, and only for terminals
    from rich.table import Table as RichTable
    from rich.text import Text

    console = Console(width=width, force_terminal=True, highlight=False)
    with console.capture() as capture:
        for block in (inner for each in page for inner in _open(each)):
            match block:
                case Heading(text, level, tone):
                    console.print()
                    console.print(Text(text, style=_TONES[tone] if level == 1 or tone else "bold cyan"))
                case Paragraph(text, tone):
                    console.print(Text(text, style=_TONES[tone] if tone else ""))
                case Table(columns, rows):
                    table = RichTable(box=None, pad_edge=False, header_style="dim")
                    for column in columns:
                        table.add_column(Text(column), overflow="fold")
                    for row in rows:
                        table.add_row(*(Text(cell) for cell in row))
                    console.print(table)
                case Tree():
                    for line in _tree(block, width):
                        console.print(Text(line))
                case _:
                    assert_never(block)
    return capture.get().strip("\n") + "\n"


def _open(block: Block) -> Iterator[Plain]:
    """The block, or the summary of a fold and what it holds."""
    block = shown(block, flowing)
    if isinstance(block, Fold):
        yield Heading(block.summary)
        for inner in block.blocks:
            yield from _open(inner)
    else:
        yield block


def _block(block: Plain, width: int) -> Iterator[str]:
    match block:
        case Heading(text, level, _):
            yield ""
            lines = textwrap.wrap(text, width) or [""]
            yield from lines
            if level == 1:
                yield "=" * min(width, max(display_width(line) for line in lines))
        case Paragraph(text, _):
            yield from textwrap.wrap(text, width) or [""]
        case Table():
            yield from _table(block, width)
        case Tree():
            yield from _tree(block, width)
        case _:
            assert_never(block)


def _tree(tree: Tree, width: int) -> Iterator[str]:
    for depth, text in tree.lines:
        indent = "  " * depth
        yield from textwrap.wrap(
            text, max(width, 20 + len(indent)), initial_indent=indent, subsequent_indent=indent + "  "
        )


def _table(table: Table, width: int) -> Iterator[str]:
    grid = [table.columns, *table.rows] if any(table.columns) else list(table.rows)
    widths = _widths(grid, width)
    for row in grid:
        cells = [textwrap.wrap(cell, size) or [""] for cell, size in zip(row, widths, strict=True)]
        for index in range(max(len(cell) for cell in cells)):
            parts = [cell[index] if index < len(cell) else "" for cell in cells]
            line = GAP.join(part + " " * (size - display_width(part)) for part, size in zip(parts, widths, strict=True))
            yield ("  " + line).rstrip()


def _widths(grid: Sequence[Sequence[str]], width: int) -> list[int]:
    """Natural widths, the widest column giving way until the table fits."""
    widths = [max(1, *(display_width(row[i]) for row in grid)) for i in range(len(grid[0]))] if grid else []
    room = width - 2 - len(GAP) * (len(widths) - 1)
    while sum(widths) > room and max(widths) > NARROWEST:
        widest = widths.index(max(widths))
        others = sum(widths) - widths[widest]
        second = max([w for i, w in enumerate(widths) if i != widest], default=0)
        widths[widest] = max(NARROWEST, min(widths[widest] - 1, max(second, room - others)))
    return widths


def display_width(text: str) -> int:
    """Terminal columns that the text takes."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text
    )
