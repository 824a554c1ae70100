"""Parts of pages that several subjects share: headings, warnings, and their end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import wraps
from itertools import groupby
from operator import itemgetter
from typing import TypeVar

from engine.evaluation.decision import Decision, Result
from engine.policy.model import SOURCE_KINDS, Convention, Source
from engine.report.page import Block, Fold, Heading, Page, Paragraph, Table, Tree, by_years, section
from engine.report.reasons import by_derogation, duty_status, facts_behind
from engine.report.say import Say

Subject = TypeVar("Subject")


def verdict_heading(decision: Decision, say: Say, title: str) -> Iterator[Block]:
    """What the verdict on a case is, and under which convention, and why under that one."""
    verdict = decision.verdict
    said = "" if verdict is None else f" — {say.pair(say.label(verdict), say.result(verdict))}"
    yield Heading(f"{title}{said}", 1, decision.tone)
    yield convention_line(decision, say)


def convention_line(decision: Decision, say: Say) -> Block:
    """The convention of a decision with its id, and why it was selected."""
    convention = say.name(decision.convention)
    return Paragraph(say.pair(convention, f"{decision.selected_because[say.lang]}."))


def item_heading(decision: Decision, item: str, say: Say) -> Iterator[Block]:
    result, line = decision.results[item], decision.obligation(item)
    due = f", {say('due').lower()} {say.scalar(line.due)}" if line and line.due and line.status != "done" else ""
    said = say.result(result) if line is None else duty_status(line, say) + due
    yield Heading(say.pair(say.label(result), said), 1)
    yield convention_line(decision, say)


def warnings_of(results: Iterable[tuple[int, Result]], say: Say, of: int = 1) -> Iterator[Paragraph]:
    """What the rules warn of, each once, with the years in which they do where these are not all ``of`` them."""
    told = dict.fromkeys((warning[say.lang], year) for year, result in results for warning in result.warnings)
    for text, found in by_years(told).items():
        years = [year for year in found if year]  # 0 stands for the contract
        yield Paragraph(say.pair(named_years(say("warning"), years if len(years) < of else (), say), text), "heed")


def named_years(label: str, years: Sequence[int], say: Say) -> str:
    """A result's name, with its contract years where it has them; 0 stands for the contract."""
    return say.count("sensitivity_years", len(years), label=label, year=years_text(years)) if any(years) else label


def years_text(years: Sequence[int]) -> str:
    """Contract years in runs: 3–5, 8."""
    runs = ([*map(itemgetter(1), run)] for _, run in groupby(enumerate(years), lambda each: each[1] - each[0]))
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def noted(blocks: Callable[[Subject, Say], Page]) -> Callable[[Subject, Say], tuple[Block, ...]]:
    """A page with notes: its blocks, then what ends them."""

    @wraps(blocks)
    def page(subject: Subject, say: Say) -> tuple[Block, ...]:
        say = say.noting()
        return ended(blocks(subject, say), say)

    return page


def ended(blocks: Page, say: Say) -> tuple[Block, ...]:
    """A page with what ends it: the words that it uses, and the texts that its notes cite."""
    page, texts = tuple(blocks), tuple(_texts_cited(say))
    return (*page, *glossary((*page, *texts), say), *texts)


_ID = r"(?:« |')?\b([a-z0-9]+(?:[._][a-z0-9]+)+)\b(?: »|')?"  # quoted or bare


def labelled(text: str, labels: Mapping[str, str], say: Say) -> str:
    """A text with ``labels`` in the place of ids."""
    return re.sub(_ID, lambda id_: say("quoted", text=labels[id_[1]]) if id_[1] in labels else id_[0], text)


def glossary(page: Page, say: Say) -> Iterator[Block]:
    """The words of a page that not everyone knows, with what each means."""
    text = "\n".join(_texts(page)).casefold()
    told = []
    for term in say.registry.vocabulary.glossary:
        words = [word for word in term.words[say.lang] if word.casefold() in text]  # few are on a page at all
        used = [word for word in words if re.search(rf"(?<!\w){re.escape(word.casefold())}(?!\w)", text)]
        if used:
            told.append(f"{', '.join(used)} = {term.means[say.lang]}")
    if told:
        yield Paragraph(f"{say.pair(say('glossary'), say.listed(told))}.")


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


def _texts_cited(say: Say) -> Iterator[Block]:
    """The texts that the notes of this page cite, an entry for each source with the places in it; then those behind."""
    if say.notes is None or not (say.notes.texts or say.notes.behind):
        return
    found: dict[str, list[tuple[int, str]]] = {}
    for cite, number in say.notes.texts.items():
        found.setdefault(source_text(say.registry.source(cite), say), []).append((number, cite.locator or ""))
    for title in say.notes.behind:
        found.setdefault(title, [])
    told = ((title, say.listed(_places(places))) for title, places in found.items())
    yield Heading(say("texts"))
    yield Tree(tuple((0, say.pair(title, places) if places else title) for title, places in told), say.foreign)


def _places(places: Iterable[tuple[int, str]]) -> Iterator[str]:
    """The places in a source, what one has in common with the one before left out."""
    before = ""
    for number, locator in places:
        head, _, tail = locator.rpartition(", ")
        yield f"[{number}] {tail if head and head == before else locator}".rstrip()
        before = head


def source_text(source: Source, say: Say) -> str:
    """A source by title and date, with its id where ids are asked for; in full with publisher and grade."""
    day = say.written_day(source.date) if source.date else None
    publisher = source.publisher if say.full or day is None else None
    told = ", ".join(part for part in (say.named(source.title, source.id), publisher, day) if part)
    return f"{told} ({say.value(source.kind)})" if say.full else told


def criteria_blocks(decision: Decision, say: Say) -> Iterator[Block]:
    """The criteria of the eligibility: those that refuse or are open with their facts, the others by name.

    Where all of several are met, their number is told, and by name those that an exception made so.
    """
    ranks = {"not_met": 0, "undetermined": 1, "met": 2}
    applying = [result for result in decision.verdict_criteria if result.verdict in ranks]
    applying.sort(key=lambda each: ranks[each.verdict])
    told = [each for each in applying if say.full or each.verdict != "met"]
    met = {
        f"{say.label(each)} ({by_derogation(each, say)})" if each.derogation else say.label(each): each
        for each in applying
        if each not in told
    }
    rows = tuple(
        (say.name(each), say.result(each), facts_behind(each, decision, say), say.noted(each.cite[:1])) for each in told
    )
    yield from section(Heading(say("criteria")), Table(say.heads("criterion", "verdict", "why", "article"), rows))
    if met:
        counted = (say("criteria_all", count=len(met)), *(name for name, each in met.items() if each.derogation))
        yield Paragraph(say.pair(say("criteria_met"), f"{say.listed(met if told or len(met) == 1 else counted)}."))


def grades_blocks(decisions: Iterable[Decision], say: Say) -> Iterator[Block]:
    """How many sources of each grade stand behind the main results; in full they stand among the texts instead."""
    used: dict[str, dict[str, None]] = {kind: {} for kind in SOURCE_KINDS}
    for decision, id_ in ((each, id_) for each in decisions for id_ in each.headline.ids):
        for citation in (each for result in decision.below(id_, applying=True) for each in result.cite):
            source = say.registry.source(citation)
            used[source.kind][source_text(source, say)] = None
    if say.full and say.notes is not None:
        say.notes.behind.update({title: None for found in used.values() for title in found})
        return
    counts = ", ".join(f"{say.value(kind)} {len(found)}" for kind, found in used.items() if found)
    if counts:
        yield Paragraph(say.pair(say("grades"), f"{counts}."))


def verdict_word(value: str, texts: Iterable[Convention], say: Say) -> str:
    """A value of the verdict as the first of these texts that has a label for it calls it."""
    items = (text.items.get(say.registry.results.verdict or "") for text in texts)
    labels = next((item.value_labels for item in items if item is not None and item.value_labels), None)
    return say.value(value, labels)
