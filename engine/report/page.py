"""A page as data: headings, paragraphs and tables that the text and markdown writers lay out in their own way."""

from __future__ import annotations

from collections.abc import Sequence
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
