"""Lays a page out as GitHub-flavoured markdown: a page comes in, text goes out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from engine.escaping import in_markdown, in_summary, on_markdown_line
from engine.report.page import Block, Fold, Heading, Page, Paragraph, Table, Tree, shown


def markdown(page: Page) -> str:
    """The page as markdown."""
    return "\n".join(line for block in page for line in _block(block)).strip("\n") + "\n"


def _block(block: Block) -> Iterator[str]:
    show = in_summary if isinstance(block, Fold) else in_markdown
    block = shown(block, on_markdown_line if isinstance(block, Paragraph | Tree) else show)
    match block:
        case Heading(text, level, _):
            yield from ("", "#" * level + " " + text, "")
        case Paragraph(text, _):
            yield from (text, "")
        case Table(columns, rows):
            yield _row(columns)
            yield "|" + " --- |" * len(columns)
            yield from (_row(row) for row in rows)
            yield ""
        case Tree(lines):
            yield from ("  " * depth + "- " + text for depth, text in lines)
            yield ""
        case Fold(summary, blocks):
            yield from ("<details>", f"<summary>{summary}</summary>", "")
            for inner in blocks:
                yield from _block(inner)
            yield from ("</details>", "")
        case _:
            assert_never(block)


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cells) + " |"
