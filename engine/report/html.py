"""HTML of a page: blocks come in, a document or a part of one goes out; it needs no script, font or other file."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import assert_never

from engine.escaping import in_html
from engine.report.page import DIFFERENT, Block, Fold, Heading, Page, Paragraph, Table, Tree

_LONG = 20  # letters of a first cell that is words: where there is little room it stands over the others
_SUM = re.compile(r"€?[-−]?\d[\d,.\s\u202f\u00a0]*(€)?( \([a-z]+\))?")
_MARKUP = re.compile(r"(<(textarea|pre|style)\b.*?</\2>|<[^>]*>)", re.DOTALL)
_SIGN = re.compile(r" (?=[?!;:](?!\w)|[»%])|(?<=«) ")  # French signs stay on the line of their word

Links = Mapping[str, str]  # addresses by the text of a cell, a head of a column or an entry that leads there


def html(page: Page, lang: str, figure: str = "") -> str:
    """The page as HTML; ``figure`` is markup that stands before the first section."""
    page = tuple(page)
    title = next((block.text for block in page if isinstance(block, Heading)), "Avenant")
    parts, waiting = ["<main>"], figure
    for block in page:
        if waiting and isinstance(block, Heading) and block.level > 1:
            parts.append(waiting)
            waiting = ""
        parts.extend(_tagged(block, 0, {}))
    return html_document(title, lang, "page.css", [*parts, waiting, "</main>"])


def html_document(title: str, lang: str, style: str, body: Iterable[str]) -> str:
    """A page that needs nothing but itself; ``style`` names a style sheet of this room, which stands in it."""
    head = [
        f'<!doctype html>\n<html lang="{lang}">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{in_html(title)}</title>\n<style>",
        f"{Path(__file__).with_name(style).read_text(encoding='utf-8')}</style>\n</head>\n<body>",
    ]
    return spaced("\n".join([*head, *body, "</body>\n</html>\n"]), lang)


def spaced(html: str, lang: str) -> str:
    """HTML whose French signs stay on the line of their word: in texts alone, none that a reader edits or copies."""
    if lang != "fr":
        return html
    parts = _MARKUP.split(html)  # a text, markup and the name of what it encloses, in turn
    return "".join(
        _SIGN.sub("\u00a0", each) if not place % 3 else each if place % 3 == 1 else ""
        for place, each in enumerate(parts)
    )


def fragment(page: Page, deeper: int = 0, links: Links | None = None) -> str:
    """The blocks as HTML for a page that has a head of its own, headings so many levels ``deeper``."""
    return "\n".join(part for block in page for part in _tagged(block, deeper, links or {}))


def _tagged(block: Block, deeper: int, links: Links) -> Iterator[str]:
    match block:
        case Heading(text, level, tone):
            yield f"<h{level + deeper}{_class(tone)}>{in_html(text)}</h{level + deeper}>"
        case Paragraph(text, tone):
            yield f"<p{_class(tone)}>{in_html(text)}</p>"
        case Table(columns, rows, lang):
            head = "".join(f'<th scope="col">{_linked(name, links)}</th>' if name else "<td></td>" for name in columns)
            kinds = [f"n{place}" for place, cells in enumerate(zip(*rows, strict=True), 1) if _sums(cells)]
            kinds += ["w"] if len(columns) > 2 and any(len(row[0]) > _LONG for row in rows) else []
            yield f'<div class="wide"><table{_class(" ".join(kinds))}>\n<thead><tr>{head}</tr></thead>\n<tbody>'
            for row in rows:
                yield f"<tr>{''.join(_row(row, links, lang))}</tr>"
            yield "</tbody>\n</table></div>"
        case Tree(lines, lang):
            yield f'<div lang="{lang}">' if lang else ""
            yield from _nested(lines, links)
            yield "</div>" if lang else ""
        case Fold(summary, blocks):
            yield f"<details>\n<summary>{in_html(summary)}</summary>"
            for inner in blocks:
                yield from _tagged(inner, deeper, links)
            yield "</details>"
        case _:
            assert_never(block)


def _row(row: Sequence[str], links: Links, lang: str) -> Iterator[str]:
    """The cells of a row; where they are not all the same, those that differ from the first in bold."""
    first = row[1] if row[0].endswith(DIFFERENT) else None
    for place, cell in enumerate(row):
        told = _linked(cell, links)
        other = f' lang="{lang}"' if lang and not place else ""
        yield f"<td><b>{told}</b></td>" if place > 1 and first not in (None, cell) else f"<td{other}>{told}</td>"


def _sums(cells: Sequence[str]) -> bool:
    """Whether a column holds sums of money, which are set under each other."""
    return any(map(_SUM.fullmatch, cells)) and all(cell == "—" or _SUM.fullmatch(cell) for cell in cells)


def _linked(text: str, links: Links) -> str:
    """A text, as a link where it leads somewhere."""
    return f'<a href="{in_html(links[text])}">{in_html(text)}</a>' if text in links else in_html(text)


def _nested(lines: tuple[tuple[int, str], ...], links: Links) -> Iterator[str]:
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
