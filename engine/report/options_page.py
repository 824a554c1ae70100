"""A case decided in several ways, side by side: decisions under the facts that differ come in, one page goes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.evaluation.decision import Decision
from engine.inquiry.suppositions import by_kind
from engine.language.values import Scalar
from engine.records import dataclass
from engine.report.decided import Decided
from engine.report.decision_page import case_object
from engine.report.formats import as_html, formats
from engine.report.objects import facts_object
from engine.report.page import DIFFERENT, Block, Heading, Paragraph, Table
from engine.report.parts import noted
from engine.report.readings import reading_otherwise, supposed_head
from engine.report.reasons import marked, reasons_block
from engine.report.remarks import REMARKS, remarks
from engine.report.say import Say


@dataclass(frozen=True, slots=True)
class Way:
    """The facts of one column that differ from column to column, None where one is left out, and the case decided.

    ``head`` is that of the column, where its facts do not tell it. ``left_out`` are facts of the case that were written
    for another of these ways.
    """

    facts: Mapping[str, Scalar | None]
    case: Decided
    head: str = ""
    left_out: tuple[str, ...] = ()

    @property
    def decision(self) -> Decision:
        return self.case.decision


@dataclass(frozen=True, slots=True)
class Options:
    """A case in several ways under its title."""

    title: str
    ways: Sequence[Way]


@noted
def page(options: Options, say: Say) -> Iterator[Block]:
    """A column for each way; a row that is not the same in all is marked."""
    heads = [way.head or say.listed(_facts(way, say)) for way in options.ways]
    rows = [(say("convention"), *(say.label(way.decision.convention) for way in options.ways))]
    rows += [(label, *cells) for label, cells in _results(options.ways, say)]
    beside = [dict(_beside(way.case, say)) for way in options.ways]
    for key in (*REMARKS, "missing", "warning", "rights", "assumptions"):
        if any(key in told for told in beside):
            rows.append((say(key), *(told.get(key, "—") for told in beside)))
    told = tuple((f"{row[0]} {DIFFERENT}" if len(set(row[1:])) > 1 else row[0], *row[1:]) for row in rows)
    yield Heading(say("options_title", title=options.title), 1)
    yield Paragraph(say("options_mark", mark=DIFFERENT))
    yield Table(("", *heads), told)
    for way, head in zip(options.ways, heads, strict=True):
        if way.left_out:
            yield Paragraph(say("options_left_out", head=head, facts=say.facts(way.left_out)))
    yield from reasons_block(say)


def data(options: Options, say: Say) -> Any:
    """A decision for each way, with its facts."""
    return [
        {
            "facts": {
                **dict.fromkeys((*way.facts, *way.left_out)),
                **facts_object({name: value for name, value in way.facts.items() if value is not None}, say),
            },
            "decision": case_object(way.case, say),
        }
        for way in options.ways
    ]


FORMATS = formats(page, data, html=as_html(page))


def _facts(way: Way, say: Say) -> Iterator[str]:
    for name, value in way.facts.items():
        yield say.told(name, value) if value is not None else say.pair(say.facts([name]), say("options_without"))


def _results(ways: Sequence[Way], say: Say) -> list[tuple[str, tuple[str, ...]]]:
    """The headline results of any way, the most of each year apart; a refused way shows its verdict alone."""
    found: dict[str, dict[int, str]] = {}
    for column, way in enumerate(ways):
        decision, read = way.decision, reading_otherwise(way.case.readings, say)
        for line, result in decision.lines:
            if result.id in decision.convention.items and not (line is None and decision.years and result.yearly):
                label, year = say.label(result), 0 if line is None else line.year
                named = say.pair(label, f"{say('year').lower()} {year}") if year else label
                found.setdefault(named, {})[column] = marked(result, decision, read, year=year)
    return [(label, tuple(cells.get(column, "—") for column in range(len(ways)))) for label, cells in found.items()]


def _beside(case: Decided, say: Say) -> Iterator[tuple[str, str]]:
    """What a page of a way alone would tell beside the results, by the word that heads it; of a refused one less."""
    decision = case.decision
    found: dict[str, list[str]] = {}
    for remark in remarks([decision], decision.obligations, reading_otherwise(case.readings, say)):
        found.setdefault(remark.key, []).append(remark.text)
    yield from ((key, " ".join(texts)) for key, texts in found.items())
    warned = dict.fromkeys(text[say.lang] for result in decision.results.values() for text in result.warnings)
    if warned:
        yield "warning", say.listed(warned)
    if decision.refused:
        return
    if decision.asked_for:
        yield "missing", say.facts(say.registry.vocabulary.usual(decision.asked_for))
    supposed = by_kind(case.supposed).items()
    yield from ((kind, say.listed(supposed_head(each, say) for each in found)) for kind, found in supposed if found)
