"""Lays a page out as one self-contained HTML file: a page and an optional figure come in, text goes out.

It needs nothing but itself: no script, no font and no file from elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import assert_never

from engine.escaping import in_html
from engine.report.page import Block, Fold, Heading, Page, Paragraph, Table, Tree

Links = Mapping[str, str]  # addresses by the text of a cell, a head of a column or an entry that leads there


def html(page: Page, lang: str, figure: str = "") -> str:
    """The page as HTML; ``figure`` is markup that stands before the first section."""
    page = tuple(page)
    title = next((block.text for block in page if isinstance(block, Heading)), "Avenant")
    parts = [
        f'<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{in_html(title)}</title>\n<style>\n{style('page.css')}</style>\n</head>\n<body>\n<main>",
    ]
    waiting = figure
    for block in page:
        if waiting and isinstance(block, Heading) and block.level > 1:
            parts.append(waiting)
            waiting = ""
        parts.extend(_block(block, 0, {}))
    return "\n".join([*parts, waiting, "</main>\n</body>\n</html>\n"])


def style(name: str) -> str:
    """A style sheet of this room, to stand in the page itself."""
    return Path(__file__).with_name(name).read_text(encoding="utf-8")


def fragment(page: Page, deeper: int = 0, links: Links | None = None) -> str:
    """The blocks as HTML for a page that has a head of its own, headings so many levels ``deeper``."""
    return "\n".join(part for block in page for part in _block(block, deeper, links or {}))


def _block(block: Block, deeper: int, links: Links) -> Iterator[str]:
    match block:
        case Heading(text, level, tone):
            yield f"<h{level + deeper}{_class(tone)}>{in_html(text)}</h{level + deeper}>"
        case Paragraph(text, tone):
            yield f"<p{_class(tone)}>{in_html(text)}</p>"
        case Table(columns, rows):
            head = "".join(f'<th scope="col">{_linked(name, links)}</th>' if name else "<td></td>" for name in columns)
            yield f'<div class="wide"><table>\n<thead><tr>{head}</tr></thead>\n<tbody>'
            for row in rows:
                yield "<tr>" + "".join(f"<td>{_linked(cell, links)}</td>" for cell in row) + "</tr>"
            yield "</tbody>\n</table></div>"
        case Tree(lines):
            yield from _tree(lines, links)
        case Fold(summary, blocks):
            yield f"<details>\n<summary>{in_html(summary)}</summary>"
            for inner in blocks:
                yield from _block(inner, deeper, links)
            yield "</details>"
        case _:
            assert_never(block)


def _linked(text: str, links: Links) -> str:
    """A text, as a link where it leads somewhere."""
    return f'<a href="{in_html(links[text])}">{in_html(text)}</a>' if text in links else in_html(text)


def _tree(lines: tuple[tuple[int, str], ...], links: Links) -> Iterator[str]:
    """Nested lists; a line and what stands below it are one entry, however far in it stands."""
    open_: list[int] = []
    for level, text in lines:
        while open_ and open_[-1] > level:
            yield "</li></ul>"
            open_.pop()
        if open_ and open_[-1] == level:
            yield "</li>"
        else:
            yield "<ul>"
            open_.append(level)
        yield f"<li>{_linked(text, links)}"
    yield "</li></ul>" * len(open_)


def _class(tone: str) -> str:
    return f' class="{tone}"' if tone else ""
