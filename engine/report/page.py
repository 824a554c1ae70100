"""A page as data: headings, paragraphs and tables that the text and markdown writers lay out in their own way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeVar, assert_never

from engine.records import dataclass

Told = TypeVar("Told")
DIFFERENT = "≠"  # ends the first cell of a row whose cells are not all the same


@dataclass(frozen=True, slots=True)
class Heading:
    """``level`` 1 opens the page, 2 a section; ``tone`` (good, bad, heed, open) colours it on a terminal."""

    text: str
    level: int = 2
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells under named columns; the widest text columns wrap on a narrow terminal.

    ``lang`` is that of the first cells where it is not that of the page.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Tree:
    """Indented lines: depth and text; ``lang`` is theirs where it is not that of the page."""

    lines: tuple[tuple[int, str], ...]
    lang: str = ""


@dataclass(frozen=True, slots=True)
class Fold:
    """Blocks that a reader may open; markdown folds them under ``summary``, text shows them under it."""

    summary: str
    blocks: tuple[Block, ...]


Plain = Heading | Paragraph | Table | Tree
Block = Plain | Fold
Page = Iterable[Block]


def with_texts(block: Block, show: Callable[[str], str]) -> Block:
    """The block with each of its texts as ``show`` gives it; the texts inside a fold are left to their turn."""
    match block:
        case Heading() | Paragraph():
            return replace(block, text=show(block.text))
        case Table(columns, rows):
            return replace(block, columns=tuple(map(show, columns)), rows=tuple(tuple(map(show, row)) for row in rows))
        case Tree(lines):
            return replace(block, lines=tuple((depth, show(text)) for depth, text in lines))
        case Fold(summary):
            return replace(block, summary=show(summary))
        case _:
            assert_never(block)


def section(heading: Heading, body: Table | Tree) -> Page:
    """A table or tree under its heading; nothing where it has no rows."""
    rows = body.rows if isinstance(body, Table) else body.lines
    return (heading, body) if rows else ()


def by_years(told: Iterable[tuple[Told, int]]) -> dict[Told, list[int]]:
    """What is told of contract years, each once with the years that say the same."""
    found: dict[Told, list[int]] = {}
    for text, year in told:
        found.setdefault(text, []).append(year)
    return found


def in_runs(rows: Iterable[tuple[int, str, tuple[str, ...]]]) -> tuple[tuple[str, ...], ...]:
    """Rows of a table of years: year, its start and cells, those that follow with the same cells as one."""
    found: list[tuple[str, ...]] = []
    for year, start, cells in rows:
        if found and found[-1][2:] == cells:
            first = found[-1][0].partition("–")[0]
            found[-1] = (f"{first}–{year}", *found[-1][1:])
        else:
            found.append((str(year), start, *cells))
    return tuple(found)
