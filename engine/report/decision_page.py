"""Decisions for who reads them: the page of a case officer, verdict first, then amounts, reasons and gaps; and data.

The shape of the data is schemas/decision.schema.json.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from engine.evaluation.decision import Decision
from engine.language.facts import YEAR
from engine.policy.model import SOURCE_KINDS
from engine.policy.registry import Outside
from engine.records import dataclass
from engine.report import outside_page
from engine.report.decision_data import decision_object
from engine.report.formats import formats
from engine.report.outside_page import outside_blocks
from engine.report.page import Block, Heading, Page, Paragraph, Table
from engine.report.parts import (
    doubts_of,
    due_text,
    duties,
    eligibility_criteria,
    facts_behind,
    tone_of,
    verdict_heading,
    warnings_of,
    why_not,
    why_not_due,
)
from engine.report.readings import hanging, reading_objects, readings_blocks
from engine.report.say import Say

if TYPE_CHECKING:
    from engine.inquiry.possible import Outlook
    from engine.inquiry.readings import Reading
    from engine.inquiry.sensitivity import Sensitivity


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision under its title, with the readings that matter, and what several would change where that was asked."""

    title: str
    decision: Decision
    readings: Sequence[Reading] = ()
    sensitivity: Sensitivity | None = None
    outlooks: Sequence[Outlook] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Undecided:
    """A case outside the texts under its title."""

    title: str
    outside: Outside


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """Decided cases; ``alone`` where one was asked for, ``full`` with duties without a date and titles of sources."""

    cases: Sequence[Decided | Undecided]
    alone: bool = True
    full: bool = False


def page(decisions: Decisions, say: Say) -> Page:
    """A line for each case where there are many, then each decision in full, then where the rules came from."""
    blocks: list[Block] = []
    if len(decisions.cases) > 1:
        blocks.extend(_summary(decisions.cases, say))
    for case in decisions.cases:
        if isinstance(case, Undecided):
            blocks.extend(outside_blocks(case.outside, say, case.title))
        else:
            blocks.extend(decision_blocks(case, say, decisions.full))
    registry = say.registry
    origin = say("rules_from", place=registry.root, origin=say(f"origin.{registry.origin}"))
    return [*blocks, Paragraph(f"{origin}.")]


def data(decisions: Decisions, say: Say) -> Any:
    """One object, or a list of them where several cases were asked for."""
    objects = [
        outside_page.data(case.outside, say)
        if isinstance(case, Undecided)
        else {**decision_object(case.decision, say), **_readings(case, say)}
        for case in decisions.cases
    ]
    return objects[0] if decisions.alone else objects


FORMATS = formats(page, data)


def _summary(cases: Sequence[Decided | Undecided], say: Say) -> Iterator[Block]:
    rows: list[tuple[str, ...]] = []
    for case in cases:
        if isinstance(case, Undecided):
            rows.append((case.title, "—", say.label(case.outside.window), ""))
            continue
        decision = case.decision
        shown = [
            decision.verdict,
            decision.years[0].amount if decision.years else decision.stated(decision.headline.maximum),
        ]
        shown.append(decision.stated(decision.headline.due))
        if tone_of(decision) == "bad":
            shown[1:] = [None, None]
        cells = ("—" if each is None else say.result(each) for each in shown)
        rows.append((case.title, decision.convention.id, *cells))
    yield Heading(say("summary"), 1)
    yield Table((say("case"), say("convention"), say("verdict"), say("maximum"), say("amount_due")), tuple(rows))


def decision_blocks(case: Decided, say: Say, full: bool) -> Iterator[Block]:
    """One decision, made to fit a screen; of a refused case what refuses it, and no amount or duty."""
    decision = case.decision
    yield from verdict_heading(decision, say, case.title)
    yield from doubts_of([decision], say)
    yield from why_not(decision, say, lambda result: hanging(result, case.readings, say))
    yield from why_not_due(decision, say)
    refused = tone_of(decision) == "bad"
    if not refused:
        yield from _overlays(decision, say)
        if tone_of(decision) != "good":
            yield Paragraph(say("if_eligible"))
        yield from _results(decision, say)
        yield from _amounts(decision, say)
    yield from _criteria(decision, say)
    yield from warnings_of(decision.results.values(), say)
    if not refused:
        yield from _missing(decision, say)
        yield from _outlooks(case, say)
    yield from readings_blocks(_of_the_verdict(case) if refused else case.readings, say, full)
    if not refused:
        yield from duties(decision.obligations, say, full)
    yield from _grades(decision, say, full)
    if case.sensitivity is not None:
        from engine.report.sensitivity_page import sensitivity_blocks  # rarely asked for

        yield from sensitivity_blocks(case.sensitivity, say)


def _of_the_verdict(case: Decided) -> list[Reading]:
    """The readings that change the verdict or what it asks about, with that change alone: what a refusal shows."""
    decision = case.decision
    shown = {decision.headline.verdict, *(result.id for result in eligibility_criteria(decision))}
    found = []
    for reading in case.readings:
        effects = ((choice, tuple(e for e in each if e.place.id in shown)) for choice, each in reading.others.items())
        others = {choice: kept for choice, kept in effects if kept}
        if others:
            found.append(replace(reading, others=others))
    return found


def _outlooks(case: Decided, say: Say) -> Iterator[Block]:
    """What open results can still be, where that was asked."""
    if case.outlooks is not None:
        from engine.report.possible_page import possible_blocks  # rarely asked for

        yield from possible_blocks(case.outlooks, say)


def _overlays(decision: Decision, say: Say) -> Iterator[Block]:
    """The later texts that change a result of this case."""
    for use in decision.overlays:
        changes = [id_ for id_ in use.changes if decision.results[id_].status != "not_applicable"]
        if changes:
            source = f"{say.label(use)} ({use.convention}/{use.id}, {say.cited(use.cite)})"
            yield Paragraph(say.pair(say("overlay"), f"{source}, {say('changes')} {', '.join(changes)}."))


def _results(decision: Decision, say: Say) -> Iterator[Block]:
    rows = []
    for result in (decision.results[id_] for id_ in decision.headline.ids if id_ != decision.headline.verdict):
        waits_for_year = YEAR not in decision.facts and result.missing == (YEAR,)
        nothing = result.id == decision.headline.recover and not result.value
        if result.status != "not_applicable" and not waits_for_year and not nothing:
            rows.append((say.label(result), say.result(result), say.because(result)))
    if rows:
        yield Heading(say("results"))
        yield Table((say("result"), say("value"), say("why")), tuple(rows))


def _amounts(decision: Decision, say: Say) -> Iterator[Block]:
    if decision.years:
        yield Heading(say("amounts"))
        yield Table((say("year"), say("start"), say("maximum"), say("why")), _year_rows(decision, say))
    if decision.payments:
        rows = tuple(
            (say.label(line.result), due_text(line, say), say.result(line.result), say.cited(line.result.cite))
            for line in decision.payments
        )
        yield Heading(say("payments"))
        yield Table((say("payment"), say("due"), say("amount"), say("article")), rows)


def _year_rows(decision: Decision, say: Say) -> tuple[tuple[str, ...], ...]:
    """A row for each run of years with the same amount for the same reason."""
    rows: list[tuple[str, ...]] = []
    for line in decision.years:
        behind = {line.amount.id, *line.amount.uses}
        labels = ", ".join(say.label(use) for use in line.overlays if not behind.isdisjoint(use.changes))
        amount, why = say.result(line.amount), say.because(line.amount)
        why = f"{labels} [{why}]" if labels and line.amount.status == "known" else why
        if rows and rows[-1][2:] == (amount, why):
            first = rows[-1][0].partition("–")[0]
            rows[-1] = (f"{first}–{line.year}", *rows[-1][1:])
        else:
            rows.append((str(line.year), say.scalar(line.start), amount, why))
    return tuple(rows)


def _criteria(decision: Decision, say: Say) -> Iterator[Block]:
    """The criteria of the eligibility, the ones that refuse or are open first."""
    ranks = {"not_met": 0, "undetermined": 1, "met": 2, "not_applicable": 3}
    criteria = sorted(eligibility_criteria(decision), key=lambda result: ranks[result.verdict])
    rows = tuple(
        (say.label(result), say.result(result), facts_behind(result, say), say.cited(result.cite[:1]))
        for result in criteria
        if result.verdict != "not_applicable"
    )
    if rows:
        yield Heading(say("criteria"))
        yield Table((say("criterion"), say("verdict"), say("why"), say("article")), rows)


def _missing(decision: Decision, say: Say) -> Iterator[Block]:
    missing = [name for name in decision.missing if name != YEAR or not decision.years]
    if missing:
        facts = [say.registry.vocabulary.facts[name] for name in missing]
        yield Heading(say("missing"), tone="open")
        rows = tuple((say.label(fact), fact.name, fact.where[say.lang]) for fact in facts)
        yield Table((say("fact"), "", say("where")), rows)


def _grades(decision: Decision, say: Say, full: bool) -> Iterator[Block]:
    """The sources behind the main results, by grade."""
    used: dict[str, dict[str, None]] = {kind: {} for kind in SOURCE_KINDS}
    for id_ in decision.headline.ids:
        for citation in (each for result in decision.below(id_, applying=True) for each in result.cite):
            source = say.registry.conventions[citation.convention].sources.get(citation.source)
            if source is not None:
                named = f"{source.id} ({source.title}, {source.publisher})" if full else source.id
                used[source.kind][named] = None
    listed = say.listed if full else ", ".join
    yield Heading(say("grades"))
    yield Table(("", ""), tuple((say.value(kind), listed(found)) for kind, found in used.items() if found))
    yield Paragraph(say.pair(say("digest"), decision.digest))


def _readings(case: Decided, say: Say) -> dict[str, Any]:
    """The readings that matter, and what several of them would change where that was asked."""
    data: dict[str, Any] = {"readings": reading_objects(case.readings, say)}
    if case.sensitivity is not None:
        from engine.report.sensitivity_page import sensitivity_object  # rarely asked for

        data["sensitivity"] = sensitivity_object(case.sensitivity, say)
    if case.outlooks is not None:
        from engine.report.possible_page import possible_objects  # rarely asked for

        data["possible"] = possible_objects(case.outlooks, say)
    return data
