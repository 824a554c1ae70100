"""Composes the page of a contract's life: a timeline comes in; years, changes, payments, end and duties go out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from engine.evaluation.decision import Result
from engine.evaluation.dossier import Event
from engine.evaluation.timeline import END, Change, Paid, Timeline, Total, YearRow
from engine.language.facts import YEAR
from engine.language.types import number
from engine.policy.registry import Registry
from engine.report.decision_page import (
    ELIGIBILITY,
    assumed_blocks,
    because_text,
    cited_text,
    due_text,
    obligation_blocks,
    why_not_blocks,
)
from engine.report.messages import words
from engine.report.page import Block, Heading, Page, Paragraph, Table, Tree
from engine.report.values import result_text, scalar_text

EUROS = number("EUR", 2)
_TONE = {"eligible": "good", "ineligible": "bad"}


def timeline_page(timeline: Timeline, registry: Registry, lang: str, title: str, full: bool = False) -> Page:
    """The page of one contract; ``full`` adds duties without a date."""
    return tuple(_blocks(timeline, registry, lang, title, full))


def _blocks(timeline: Timeline, registry: Registry, lang: str, title: str, full: bool) -> Iterator[Block]:
    text = words(lang)
    first = timeline.rows[0].decision
    eligible = first.results[ELIGIBILITY]
    verdict = f"{eligible.label[lang]}{text['colon']}{result_text(eligible, lang)}"
    yield Heading(f"{title} — {verdict}", 1, _TONE.get(str(eligible.value), "open"))
    label = f"{first.convention.label[lang]} ({first.convention.id})"
    yield Paragraph(f"{label}{text['colon']}{first.selected_because[lang]}.")
    yield from why_not_blocks(first, registry, lang)
    yield from _years(timeline, lang)
    yield from _changes(timeline, registry, lang)
    yield from _payments(timeline, registry, lang)
    yield from _ending(timeline, registry, lang)
    yield from _totals(timeline, lang)
    yield from _open(timeline, registry, lang)
    yield from assumed_blocks([row.decision for row in timeline.rows], registry, lang)
    yield from obligation_blocks(timeline.obligations, lang, full)


def _years(timeline: Timeline, lang: str) -> Iterator[Block]:
    text = words(lang)
    keys = ("year", "life_from", "band", "objective", "verification", "rate", "maximum", "amount_due")
    yield Heading(text["contract_years"])
    yield Table(tuple(text[key] for key in keys), tuple(_year(row, lang) for row in timeline.rows))


def _year(row: YearRow, lang: str) -> tuple[str, ...]:
    results = row.decision.results
    shown = ("verification.resultat", "verification.taux", "aide.montant_annuel", "aide.montant_du")
    return (
        str(row.year),
        scalar_text(row.start, None, lang),
        result_text(results["tranche_activite"], lang),
        objective_text(row, lang),
        *(result_text(results[id_], lang) for id_ in shown),
    )


def objective_text(row: YearRow, lang: str) -> str:
    """Both objectives in short: attending-doctor patients, then active file."""
    parts = []
    for id_ in ("objectif.mt", "objectif.fa"):
        result = row.decision.results[id_]
        missing = "—" if result.status == "not_applicable" else "?"
        parts.append(scalar_text(result.value, None, lang) if result.status == "known" else missing)
    return " / ".join(parts)


def _changes(timeline: Timeline, registry: Registry, lang: str) -> Iterator[Block]:
    text = words(lang)
    lines: list[tuple[int, str]] = []
    laid: list[str] = []
    for row in timeline.rows:
        told = [event for event in row.counting if not event.type.whole]
        later = [use for use in row.overlays if use.id not in laid]
        laid = [use.id for use in row.overlays]
        if not (told or later or row.changes):
            continue
        lines.append((0, text["year_of"].format(year=row.year, start=scalar_text(row.start, None, lang))))
        if told:
            lines.append((1, text["counts"].format(events=events_text(told, lang))))
        lines.extend(
            (1, f"{text['overlay']}{text['colon']}{use.label[lang]} [{cited_text(use.cite, registry, lang)}]")
            for use in later
        )
        lines.extend((1, change_text(change, registry, lang)) for change in row.changes)
    if lines:
        yield Heading(text["what_changes"])
        yield Tree(tuple(lines))
    if timeline.idle:
        yield Paragraph(text["idle"].format(events=events_text(timeline.idle, lang)), "open")
    if timeline.unruled:
        yield Paragraph(text["unruled"].format(events=events_text(timeline.unruled, lang)), "open")


def change_text(change: Change, registry: Registry, lang: str) -> str:
    """A result before and after, with what brought the change, or the text behind the new value."""
    text = words(lang)
    before, after = result_text(change.before, lang), result_text(change.after, lang)
    told = text["changed"].format(label=change.after.label[lang], colon=text["colon"], before=before, after=after)
    causes = [event_text(event, lang) for event in change.events]
    causes += [use.label[lang] for use in change.overlays]
    causes.append(f"[{because_text(change.after, registry, lang)}]")
    return f"{told} — {text['semicolon'].join(causes)}"


def event_text(event: Event, lang: str) -> str:
    """An event with its day."""
    text = words(lang)
    told = text["event_on"].format(label=event.type.label[lang], day=scalar_text(event.day, None, lang))
    return told + (text["judges"].format(year=event.year) if event.year is not None else "")


def events_text(events: Sequence[Event], lang: str) -> str:
    """Events on one line."""
    return words(lang)["semicolon"].join(event_text(event, lang) for event in events)


def _payments(timeline: Timeline, registry: Registry, lang: str) -> Iterator[Block]:
    text = words(lang)
    rows = [
        (
            str(row.year),
            line.result.label[lang],
            due_text(line, lang),
            result_text(line.result, lang),
            cited_text(line.result.cite, registry, lang),
        )
        for row in timeline.rows
        for line in row.decision.payments
    ]
    if rows:
        yield Heading(text["all_payments"])
        yield Table(tuple(text[key] for key in ("year", "payment", "due", "amount", "article")), tuple(rows))


def _ending(timeline: Timeline, registry: Registry, lang: str) -> Iterator[Block]:
    text = words(lang)
    rows = [
        (result.label[lang], ending_text(result, lang), because_text(result, registry, lang))
        for result in timeline.ending
        if result.status != "not_applicable" or result.id == END
    ]
    if rows:
        yield Heading(text["ending"])
        yield Table((text["result"], text["value"], text["article"]), tuple(rows))


def ending_text(result: Result, lang: str) -> str:
    """A day or verdict of the end of a contract; a contract without an end is renewed tacitly."""
    if result.id == END and result.status == "not_applicable":
        return words(lang)["no_end"]
    return result_text(result, lang)


def _totals(timeline: Timeline, lang: str) -> Iterator[Block]:
    text = words(lang)
    yield Heading(text["totals"])
    rows = [
        (text["total_maximum"], total_text(timeline.maximum, lang)),
        (text["total_due"], total_text(timeline.due, lang)),
    ]
    if timeline.paid is not None:
        day = scalar_text(timeline.as_of, None, lang)
        rows.append((text["total_paid"].format(day=day), paid_text(timeline.paid, lang)))
    yield Table(("", text["amount"]), tuple(rows))


def paid_text(paid: Paid, lang: str) -> str:
    """What was due by a day, and how many payments it leaves out because their day or amount is open."""
    text = scalar_text(paid.amount, EUROS, lang)
    if not paid.open_payments:
        return text
    key = "open_payments" if paid.open_payments > 1 else "open_payment"
    return text + words(lang)[key].format(count=paid.open_payments)


def total_text(total: Total, lang: str) -> str:
    """A sum, and the years that it leaves out because they are open."""
    text = scalar_text(total.amount, EUROS, lang)
    if not total.open_years:
        return text
    key = "open_years" if len(total.open_years) > 1 else "open_year"
    return text + words(lang)[key].format(years=", ".join(map(str, total.open_years)))


def _open(timeline: Timeline, registry: Registry, lang: str) -> Iterator[Block]:
    """Warnings, and the facts that open years wait for."""
    text = words(lang)
    warnings = dict.fromkeys(
        warning[lang]
        for row in timeline.rows
        for result in row.decision.results.values()
        for warning in result.warnings
    )
    if warnings:
        yield Heading(text["warnings"], tone="open")
        for warning in warnings:
            yield Paragraph(warning)
    waiting: dict[str, list[str]] = {}
    for row in timeline.rows:
        for name in row.decision.missing:
            if name != YEAR:
                waiting.setdefault(name, []).append(str(row.year))
    if waiting:
        facts = registry.vocabulary.facts
        yield Heading(text["missing"], tone="open")
        rows = [
            (
                text["in_years" if len(years) > 1 else "in_year"].format(
                    fact=facts[name].label[lang], years=", ".join(years)
                ),
                name,
                facts[name].where[lang],
            )
            for name, years in waiting.items()
        ]
        yield Table((text["fact"], "", text["where"]), tuple(rows))
