"""The end of a page: the words of the trade that it uses, the texts that its notes cite, the grades of its sources."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from engine.evaluation.decision import Decision
from engine.policy.model import SOURCE_KINDS, Source
from engine.report.page import Block, Fold, Heading, Page, Paragraph, Table, Tree
from engine.report.say import Say


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


def texts_blocks(say: Say, full: bool = False) -> Iterator[Block]:
    """The texts that the notes of this page cite, one entry for each source with the places in it."""
    if say.notes is None or not say.notes.texts:
        return
    found: dict[str, list[tuple[int, str]]] = {}
    for (convention, id_, locator), number in say.notes.texts.items():
        source = say.registry.conventions[convention].sources.get(id_)
        if source is not None:
            found.setdefault(source_text(source, say, full), []).append((number, locator))
    yield Heading(say("texts"))
    yield Tree(tuple((0, say.pair(title, say.listed(_places(places)))) for title, places in found.items()))


def _places(places: Iterable[tuple[int, str]]) -> Iterator[str]:
    """The places in a source, what one has in common with the one before left out."""
    before = ""
    for number, locator in places:
        head, _, tail = locator.rpartition(", ")
        yield f"[{number}] {tail if head and head == before else locator}".rstrip()
        before = head


def source_text(source: Source, say: Say, full: bool) -> str:
    """A source by title and date, with its id where ids are asked for; in full with publisher and grade."""
    day = say.written_day(source.date) if source.date else None
    publisher = source.publisher if full or day is None else None
    told = ", ".join(part for part in (say.named(source.title, source.id), publisher, day) if part)
    return f"{told} ({say.value(source.kind)})" if full else told


def grades_blocks(decision: Decision, say: Say, full: bool) -> Iterator[Block]:
    """How many sources of each grade stand behind the main results; in full their titles."""
    used: dict[str, dict[str, None]] = {kind: {} for kind in SOURCE_KINDS}
    for id_ in decision.headline.ids:
        for citation in (each for result in decision.below(id_, applying=True) for each in result.cite):
            source = say.registry.conventions[citation.convention].sources.get(citation.source)
            if source is not None:
                used[source.kind][source_text(source, say, full)] = None
    counts = ", ".join(f"{say.value(kind)} {len(found)}" for kind, found in used.items() if found)
    if counts:
        yield Paragraph(say.pair(say("grades"), f"{counts}."))
    if full:
        yield Tree(tuple((1, title) for found in used.values() for title in found))
