"""A page as data: headings, paragraphs and tables that the text and markdown writers lay out in their own way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Heading:
    """``level`` 1 opens the page, 2 a section; ``tone`` (good, bad, open) colours it on a terminal."""

    text: str
    level: int = 2
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under named columns; the widest text columns wrap on a narrow terminal."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Tree:
    """Indented lines: depth and text."""

    lines: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Fold:
    """Blocks that a reader may open; markdown folds them under ``summary``, text shows them under it."""

    summary: str
    blocks: tuple[Block, ...]


Block = Heading | Paragraph | Table | Tree | Fold
Page = Sequence[Block]


def shown(block: Block, show: Callable[[str], str]) -> Block:
    """The block with each of its texts as ``show`` gives it; the texts inside a fold are left to their turn."""
    match block:
        case Heading(text, level, tone):
            return Heading(show(text), level, tone)
        case Paragraph(text, tone):
            return Paragraph(show(text), tone)
        case Table(columns, rows):
            return Table(tuple(map(show, columns)), tuple(tuple(map(show, row)) for row in rows))
        case Tree(lines):
            return Tree(tuple((depth, show(text)) for depth, text in lines))
        case Fold(summary, blocks):
            return Fold(show(summary), blocks)
