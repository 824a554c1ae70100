"""Timelines of contracts as people read them: years, changes, payments, end, totals and duties; a page, and a chart."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING

from engine.evaluation.decision import Result
from engine.evaluation.dossier import Event
from engine.evaluation.session import Session
from engine.evaluation.timeline import Timeline, Total, YearChange, YearRow
from engine.inquiry.inquiries import life_resting, readings_of_life, supposed_of_life
from engine.language.facts import YEAR
from engine.report import parts, reasons
from engine.report.decided import of_the_verdict
from engine.report.otherwise_page import sensitivity_blocks
from engine.report.page import Block, Heading, Page, Paragraph, Table, Tree, by_years, in_runs, section
from engine.report.readings import reading_otherwise, readings_blocks, supposed_blocks
from engine.report.remarks import duties_blocks, remark_blocks, remarks
from engine.report.say import Say

if TYPE_CHECKING:
    from engine.inquiry.readings import Reading
    from engine.inquiry.sensitivity import Sensitivity
    from engine.inquiry.suppositions import Supposed


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldLife:
    """A timeline under its title, with the readings that matter, and what several would change where that was asked."""

    title: str
    timeline: Timeline
    readings: Sequence[Reading] = ()
    supposed: Sequence[Supposed] = ()
    sensitivity: Sensitivity | None = None
    full: bool = False


def told_life(session: Session, life: Timeline, title: str = "") -> ToldLife:
    """The life of a contract with the readings, rights and assumptions that matter to it."""
    readings, supposed = readings_of_life(session, life), supposed_of_life(session, life)
    return ToldLife(title=title, timeline=life_resting(life, supposed), readings=readings, supposed=supposed)


def page(life: ToldLife, say: Say) -> Page:
    """The page of one contract, of a refused one only why."""
    say = say.noting(life.full)
    return parts.ended(_told(life, reading_otherwise(life.readings, say)), say)


def _told(life: ToldLife, say: Say) -> Iterator[Block]:
    timeline = life.timeline
    first = timeline.rows[0].decision
    yield from parts.verdict_heading(first, say, life.title)
    decisions = [*(row.decision for row in timeline.rows), timeline.last]
    yield from remark_blocks(remarks(decisions, timeline.obligations, say), say.in_full())
    yield from readings_blocks(of_the_verdict(first, life.readings), say) if first.refused else _lived(life, say)
    if life.sensitivity is not None:
        yield from sensitivity_blocks(life.sensitivity, say)
    yield from parts.grades_blocks(decisions, say)


def _lived(life: ToldLife, say: Say) -> Iterator[Block]:
    """Years, amounts, warnings, sums, changes, payments and the end; then what it hangs on, and its duties."""
    timeline, first = life.timeline, life.timeline.rows[0].decision
    yield from _years(timeline, say)
    today = ((row.year, replace(row.decision, as_of=timeline.as_of)) for row in timeline.rows)
    amounts = ((str(year), *reasons.money_cells(decision, say, year)) for year, decision in today)
    heads = (say("year"), *reasons.money_columns(timeline.as_of, say))
    yield from reasons.lettered(say("amounts"), heads, amounts, say)
    end = first.headline.life.end  # how the contract ends is read with every event
    lived = ((row.year, each) for row in timeline.rows for each in row.decision.results.values() if each.id != end)
    yield from parts.warnings_of(chain(lived, ((0, each) for each in timeline.ending)), say, len(timeline.rows))
    yield from _totals(timeline, say)
    yield from _changes(timeline, say)
    paid = ((row, line) for row in timeline.rows for line in row.decision.payments)
    payments = ((str(row.year), *reasons.payment_row(line, row.decision, say)) for row, line in paid)
    heads = say.heads("year", "payment", "due", "payable", "article")
    yield from reasons.lettered(say("all_payments"), heads, payments, say)
    yield from _ending(timeline, say)
    yield from parts.criteria_blocks(first, say)
    yield from _waiting(timeline, say)
    yield from supposed_blocks(life.supposed, say)
    yield from readings_blocks(life.readings, say)
    yield from duties_blocks(timeline.obligations, say, timeline.renewed)
    renewed = [event for event in timeline.dossier.events if event in timeline.renewed.values()]
    if renewed:
        yield Paragraph(say("renewed", events=events_text(renewed, say)))


def _years(timeline: Timeline, say: Say) -> Iterator[Block]:
    """What the law says of each contract year; years that say the same are told together."""
    decision, columns = timeline.rows[0].decision, dict[str, list[str]]()
    for shown in decision.headline.headline.values():  # but the verdict and the money; those of one title together
        if shown.role is None and shown.id in decision.convention.items:
            title = shown.short[say.lang] if shown.short else say.label(decision.results[shown.id])
            columns.setdefault(title, []).append(shown.id)
    rows = (
        (
            row.year,
            say.scalar(row.start),
            tuple(_cell([row.decision.results[id_] for id_ in ids], row, say) for ids in columns.values()),
        )
        for row in timeline.rows
    )
    heads = (say("year"), say("life_from"), *columns)
    yield from reasons.lettered(say("contract_years"), heads, in_runs(rows), say)


def _cell(results: Sequence[Result], row: YearRow, say: Say) -> str:
    """A result, or several in short: one that is open or does not apply has the letter of its reason."""
    if len(results) == 1:
        return reasons.marked(results[0], row.decision, say)
    short = {"not_applicable": "—", "undetermined": "?"}
    return " / ".join(
        reasons.marked(each, row.decision, say, "" if each.between else short[each.status])
        if each.status in short
        else say.scalar(each.value)
        for each in results
    )


def _changes(timeline: Timeline, say: Say) -> Iterator[Block]:
    lines: list[tuple[int, str]] = []
    laid: list[str] = []
    for row in timeline.rows:
        told = [event for event in row.counting if not event.type.whole and event not in timeline.silent]
        later = [use for use in row.overlays if use.id not in laid]
        laid = [use.id for use in row.overlays]
        if not (told or later or row.changes):
            continue
        lines.append((0, say("year_of", year=row.year, start=say.scalar(row.start))))
        if told:
            lines.append((1, say("counts", events=events_text(told, say, row.start))))
        lines.extend((1, say.pair(say("overlay"), f"{say.label(use)} {say.noted(use.cite)}")) for use in later)
        lines.extend((1, change_text(change, row, say)) for change in row.changes)
    yield from section(Heading(say("what_changes")), Tree(tuple(lines)))
    for key, events in (("idle", timeline.idle), ("unruled", timeline.unruled), ("silent", timeline.silent)):
        if events:
            yield Paragraph(say(key, events=events_text(events, say)), "open")


def change_text(change: YearChange, row: YearRow, say: Say) -> str:
    """A result before and after, with what brought the change, or the text behind the new value."""
    told = say.pair(say.label(change.after), f"{say.result(change.before)} → {say.result(change.after)}")
    causes = [event_text(event, say) for event in change.events]
    causes += [say.label(use) for use in change.overlays]
    reason = reasons.why(change.after, row.decision, say)
    cited = reason.startswith("[")  # a text alone, which is no cause beside the others
    listed = say.listed([*causes, *([reason] if reason and not cited else [])])
    return " ".join(filter(None, (told, "—" if causes or reason else "", listed, reason if cited else "")))


def event_text(event: Event, say: Say, start: dt.date | None = None) -> str:
    """An event, its day and the year that it judges, which may ``start`` only later: its balance is due by then."""
    told = say("event_on", label=say.label(event.type), day=say.scalar(event.day))
    if event.year is None:
        return told
    return told + say("judges" if start is None or event.day >= start else "judges_later", year=event.year)


def events_text(events: Sequence[Event], say: Say, start: dt.date | None = None) -> str:
    return say.listed(event_text(event, say, start) for event in events)


def _ending(timeline: Timeline, say: Say) -> Iterator[Block]:
    last = timeline.rows[-1].decision
    life = last.headline.life
    end, term = (None if each is None else each.value for each in map(last.stated, (life.end, life.term)))
    cut_short = isinstance(end, dt.date) and isinstance(term, dt.date) and end < term
    rows = []
    for result in timeline.ending:
        open_end = result.status == "not_applicable"
        if (open_end and result.id != life.end) or (cut_short and result.id == life.term):
            continue  # where nothing ends the contract, the text that says so is told
        reason = say.noted(last.convention.items[result.id].cite[:1]) if open_end else reasons.why(result, last, say)
        told = say.listed(filter(None, (reason, say.otherwise("result", result.id))))
        rows.append((say.name(result), say("no_end") if open_end else say.result(result), told))
    yield from section(Heading(say("ending")), Table(say.heads("result", "value", "why"), tuple(rows)))


def _totals(timeline: Timeline, say: Say) -> Iterator[Block]:
    """The sums of all years, what is to be recovered by the years that were overpaid, and where matters stand today."""
    yield Heading(say("totals"))
    rows = [(say("maximum"), total_text(timeline.maximum, say)), (say("amount_due"), total_text(timeline.due, say))]
    recover = {row.year: row.decision.stated(row.decision.headline.recover) for row in timeline.rows}
    each_year = {y: f"{say.result(each)} ({say('year').lower()} {y})" for y, each in recover.items() if each}
    over = say.listed(each_year[y] for y, each in recover.items() if each and (each.value or each.can_be))
    if over:
        sure = timeline.recover.amount > 0
        rows.append((say("amount_recover"), say.pair(total_text(timeline.recover, say), over) if sure else over))
    yield Table(("", say("amount")), tuple(rows))
    if timeline.paid is not None:
        paid = timeline.paid
        yield Heading(say("position", day=say.scalar(timeline.as_of)))
        columns = say.heads("amount_due", "amount_paid", "amount_later", "amount_recover")
        sums = ((paid.amount, paid.open_payments), (paid.later, paid.open_later))
        left_out = (_sum(amount, say.count("open_payments", left) if left else "", say) for amount, left in sums)
        cells = (total_text(paid.due, say), *left_out)
        back = "—" if paid.recover is None else total_text(paid.recover, say)
        if paid.recover is not None and not paid.recover.amount:  # the ends of a year say more than that it is open
            back = say.listed(each_year[year] for year in paid.recover.open_years) or back
        yield Table(columns, ((*cells, back),))
        if paid.ahead:
            yield Paragraph(say("ahead", events=events_text(paid.ahead, say)), "heed")


def total_text(total: Total, say: Say) -> str:
    """A sum, and the years that it leaves out because they are open."""
    years = parts.years_text(total.open_years)
    return _sum(total.amount, say.count("open_years", len(total.open_years), years=years) if years else "", say)


def _sum(amount: Fraction, left_out: str, say: Say) -> str:
    """An amount with what it leaves out, where that is something."""
    return say.euros(amount) + left_out if amount or not left_out else say.value("undetermined")


def _waiting(timeline: Timeline, say: Say) -> Iterator[Block]:
    """The facts that open years wait for, and how the contract ends."""
    usual = say.registry.vocabulary.usual
    waiting = by_years(
        (name, row.year) for row in timeline.rows for name in usual(row.decision.missing) if name != YEAR
    )
    for name in usual(tuple(name for result in timeline.ending for name in result.missing)):
        waiting.setdefault(name, [0])
    facts = ((say.registry.vocabulary.facts[name], years) for name, years in waiting.items())
    rows = tuple(
        (parts.named_years(say.named(say.label(fact), fact.name), years, say), fact.where[say.lang])
        for fact, years in facts
    )
    yield from section(Heading(say("missing"), tone="open"), Table(say.heads("fact", "where"), rows))
