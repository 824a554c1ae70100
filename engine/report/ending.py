"""The end of a page: the words of the trade that it uses, as the case schema explains them, and the texts it cites."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.report.page import Block, Fold, Heading, Page, Paragraph, Table, Tree
from engine.report.say import Say
from engine.report.sources import texts_blocks


def ended(page: Page, say: Say, full: bool = False) -> Page:
    """The page with what ends it: the words that it uses, and the texts that its notes cite."""
    texts = tuple(texts_blocks(say, full))
    return (*page, *_glossary((*page, *texts), say), *texts)


def _glossary(page: Page, say: Say) -> Iterator[Block]:
    text = "\n".join(_texts(page))
    told = []
    for term in say.registry.vocabulary.glossary:
        used = [word for word in term.words[say.lang] if _stands_in(word, text)]
        if used:
            told.append(f"{', '.join(used)} = {term.means[say.lang]}")
    if told:
        yield Paragraph(f"{say.pair(say('glossary'), say.listed(told))}.")


def _stands_in(word: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text, re.IGNORECASE) is not None


def _texts(page: Page) -> Iterator[str]:
    for block in page:
        match block:
            case Heading() | Paragraph():
                yield block.text
            case Table(columns, rows):
                yield from (*columns, *(cell for row in rows for cell in row))
            case Tree(lines):
                yield from (text for _, text in lines)
            case Fold(_, blocks):
                yield from _texts(blocks)
