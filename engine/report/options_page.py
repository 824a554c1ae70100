"""A case decided in several ways, side by side: decisions under the facts that differ come in, one page goes out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.evaluation.decision import Decision
from engine.language.values import Scalar
from engine.records import dataclass
from engine.report.formats import formats, html
from engine.report.objects import decision_object, facts_object
from engine.report.page import Heading, Page, Paragraph, Table
from engine.report.parts import eligibility_criteria, texts_blocks, tone_of
from engine.report.reasons import facts_behind, marked, reasons_block
from engine.report.say import Say

DIFFERENT = "≠"


@dataclass(frozen=True, slots=True)
class Way:
    """The facts of one column that differ from column to column, None where one is left out, and its decision.

    ``head`` is that of the column, where its facts do not tell it.
    """

    facts: Mapping[str, Scalar | None]
    decision: Decision
    head: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    """A case in several ways under its title."""

    title: str
    ways: Sequence[Way]


def page(options: Options, say: Say) -> Page:
    """A column for each way; a row that is not the same in all is marked."""
    say = say.noting()
    heads = tuple(way.head or _head(way, say) for way in options.ways)
    rows = [(say("convention"), *(say.label(way.decision.convention) for way in options.ways))]
    rows += [(label, *cells) for label, cells in _results(options.ways, say)]
    for key, behind in (("refused_because", _refusing), ("duty_unmet", _unmet)):
        reasons = [say.listed(behind(way.decision, say)) for way in options.ways]
        rows += [(say(key), *(reason or "—" for reason in reasons))] if any(reasons) else []
    told = tuple((f"{row[0]} {DIFFERENT}" if len(set(row[1:])) > 1 else row[0], *row[1:]) for row in rows)
    blocks = (
        Heading(say("options_title", title=options.title), 1),
        Paragraph(say("options_mark", mark=DIFFERENT)),
        Table(("", *heads), told),
    )
    return (*blocks, *reasons_block(say), *texts_blocks(say))


def data(options: Options, say: Say) -> Any:
    """A decision for each way, with its facts."""
    return [{"facts": _facts(way, say), "decision": decision_object(way.decision, say)} for way in options.ways]


FORMATS = formats(page, data, html=lambda options, say: html(page(options, say), say.lang))


def _facts(way: Way, say: Say) -> dict[str, Any]:
    given = {name: value for name, value in way.facts.items() if value is not None}
    return {**dict.fromkeys(way.facts), **facts_object(given, say)}


def _head(way: Way, say: Say) -> str:
    return say.listed(
        say.pair(say.facts([name]), say("options_without")) if value is None else say.told(name, value)
        for name, value in way.facts.items()
    )


def _results(ways: Sequence[Way], say: Say) -> list[tuple[str, tuple[str, ...]]]:
    """The headline results of any way, the most of each year apart; a refused way shows its verdict alone."""
    found: dict[str, dict[int, str]] = {}
    for column, way in enumerate(ways):
        for label, cell in _cells(way.decision, say):
            found.setdefault(label, {})[column] = cell
    return [(label, tuple(cells.get(column, "—") for column in range(len(ways)))) for label, cells in found.items()]


def _refusing(decision: Decision, say: Say) -> Iterator[str]:
    """The conditions that refuse."""
    for result in eligibility_criteria(decision):
        if result.verdict == "not_met":
            yield f"{say.label(result)} ({facts_behind(result, decision, say)}) {say.noted(result.cite[:1])}"


def _unmet(decision: Decision, say: Say) -> Iterator[str]:
    """The duties that the facts say were not met; of a refused way none counts."""
    for line in decision.obligations if tone_of(decision) != "bad" else ():
        if line.status == "unmet":
            yield f"{say.label(line)} {say.noted(line.cite[:1])}"


def _cells(decision: Decision, say: Say) -> list[tuple[str, str]]:
    cells = []
    for id_ in decision.headline.ids:
        result = decision.results[id_]
        if id_ not in decision.convention.items or (tone_of(decision) == "bad" and id_ != decision.headline.verdict):
            continue
        if id_ == decision.headline.maximum and decision.years:
            for line in decision.years:
                label = say.pair(say.label(line.amount), f"{say('year').lower()} {line.year}")
                cells.append((label, marked(line.amount, decision, say)))
        elif not (decision.years and result.yearly):
            cells.append((say.label(result), marked(result, decision, say)))
    return cells
