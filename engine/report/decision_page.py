"""Decisions for who reads them: the page of a case officer, verdict first, then amounts, reasons and gaps; and data.

The shape of the data is schemas/decision.schema.json.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

from engine.evaluation.decision import Decision
from engine.language.facts import BENEFICIARY, YEAR
from engine.report import outside_page, parts, reasons
from engine.report.decided import Decided, Decisions, Undecided, decisions_csv, of_what_is_shown
from engine.report.formats import as_html, formats
from engine.report.objects import by_place, decision_object
from engine.report.otherwise_page import possible_blocks, possible_objects, sensitivity_blocks, sensitivity_object
from engine.report.outside_page import outside_blocks
from engine.report.page import Block, Heading, Page, Paragraph, Table, Tree
from engine.report.parts import ended, grades_blocks
from engine.report.readings import reading_otherwise, readings_blocks, supposed_blocks, unsaid_objects
from engine.report.remarks import duties_blocks, remark_blocks, remarks
from engine.report.say import Say
from engine.report.values import lowered


def page(decisions: Decisions, say: Say) -> Page:
    """A line for each case where there are many, then each decision in full, then the texts behind."""
    say = say.noting(decisions.full)
    blocks: list[Block] = []
    if len(decisions.cases) > 1:
        blocks.extend(_summary(decisions.cases, say))
    for case in decisions.cases:
        if isinstance(case, Undecided):
            blocks.extend(outside_blocks(case.outside, say, case.title))
        else:
            blocks.extend(chain.from_iterable(part for _, part in decision_parts(case, say)))
    page = ended(blocks, say)
    if not say.ids:
        return page
    registry = say.registry
    origin = say("rules_from", place=registry.root, origin=say(f"origin.{registry.origin}"))
    return (*page, Paragraph(f"{origin}."))


def data(decisions: Decisions, say: Say) -> Any:
    """One object, or a list of them where several cases were asked for."""
    objects = [
        outside_page.data(case.outside, say) if isinstance(case, Undecided) else case_object(case, say)
        for case in decisions.cases
    ]
    return objects[0] if decisions.alone else objects


def _figure(decisions: Decisions, say: Say) -> str:
    """The chart of the amounts where one case is shown and not refused."""
    first, *others = decisions.cases
    if others or isinstance(first, Undecided) or first.decision.refused:
        return ""
    from engine.report.charts import decision_figure  # only for files

    return decision_figure(first.decision, say)


FORMATS = formats(page, data, html=as_html(page, _figure), csv=lambda told, say: decisions_csv(told.cases, say))


def _summary(cases: Sequence[Decided | Undecided], say: Say) -> Iterator[Block]:
    """A line for each case: the verdict, and unless it is refused the four amounts."""
    rows: list[tuple[str, ...]] = []
    for case in cases:
        if isinstance(case, Undecided):
            rows.append((case.title, "—", say.label(case.outside.window), "", "", "", ""))
            continue
        decision = case.decision
        verdict = "—" if decision.verdict is None else say.result(decision.verdict)
        money = ("—",) * 4 if decision.refused else reasons.money_cells(decision, say)
        rows.append((case.title, say.name(decision.convention), verdict, *money))
    yield Heading(say("summary"), 1)
    as_of = next((case.decision.as_of for case in cases if isinstance(case, Decided)), None)
    yield Table((*say.heads("case", "convention", "verdict"), *reasons.money_columns(as_of, say)), tuple(rows))
    yield from reasons.reasons_block(say)


def decision_parts(case: Decided, say: Say) -> Iterator[tuple[str, Iterator[Block]]]:
    """One decision, made to fit a screen: verdict, what is missing and amounts first; of a refused case no amount.

    In parts with their names, each to be read before the next: as they are read, their notes are numbered.
    """
    decision, say = case.decision, reading_otherwise(case.readings, say)
    refused = decision.refused
    yield "head", _head(case, say)
    if not refused:
        yield "amounts", reasons.amounts_blocks(decision, say)
    yield "warnings", parts.warnings_of(((0, result) for result in decision.results.values()), say)
    if not refused:
        yield "results", _results(decision, say)
        yield "payments", reasons.payments_blocks(decision, say)
        yield "overlays", _overlays(decision, say)
    yield "criteria", parts.criteria_blocks(decision, say)
    if case.unread and case.read_by is None:
        yield "unread", iter([Paragraph(say.pair(say("facts_unread"), f"{say.facts(case.unread)}."))])
    if not refused:
        yield "missing", _where(decision, say)
        yield "possible", possible_blocks(case.outlooks or (), say)
        yield "supposed", supposed_blocks(case.supposed, say)
    yield "readings", readings_blocks(of_what_is_shown(case), say)
    if not refused:
        yield "duties", duties_blocks(decision.obligations, say)
    if case.sensitivity is not None:
        yield "sensitivity", sensitivity_blocks(case.sensitivity, say)
    yield "grades", grades_blocks([decision], say)
    if say.ids:
        yield "digest", iter([Paragraph(say.pair(say("digest"), decision.digest))])


def _head(case: Decided, say: Say) -> Iterator[Block]:
    decision = case.decision
    yield from parts.verdict_heading(decision, say, case.title)
    if case.read_by is not None:
        who, facts = say.fact(BENEFICIARY, case.read_by.beneficiary), reasons.first_facts(case.unread, say)
        yield Paragraph(say("facts_read_by", who=who, text=say.label(case.read_by), facts=facts), "heed")
    yield from remark_blocks(remarks([decision], decision.obligations, say), say)
    if not decision.refused:
        if decision.asked_for:
            yield Paragraph(f"{say.capital(reasons.lacking(decision.asked_for, say))}.", "open")
        hoped = decision.headline.hoped
        if decision.tone == "open" and hoped is not None:
            yield Paragraph(say("if_eligible", verdict=lowered(parts.verdict_word(hoped, [decision.convention], say))))


def _where(decision: Decision, say: Say) -> Iterator[Block]:
    """Where the missing facts are found, those of one place together; of many, in full alone."""
    names = say.registry.vocabulary.usual(decision.asked_for)
    named = names if say.full else reasons.named_first(names)
    places: dict[str, list[str]] = {}
    for name in named:
        fact = say.registry.vocabulary.facts[name]
        places.setdefault(fact.where[say.lang], []).append(say.named(say.label(fact), name))
    if places:
        yield Heading(say("where"), tone="open")
        yield Tree(tuple((0, say.pair(where, say.listed(told))) for where, told in places.items()))
        if len(names) > len(named):
            yield Paragraph(say("ask_tells"))


def _overlays(decision: Decision, say: Say) -> Iterator[Block]:
    """The later texts behind what this page shows."""
    told = [
        say.named(say.label(use), f"{use.convention}/{use.id} → {', '.join(changes)}") + f" {say.noted(use.cite)}"
        for use, changes in decision.overlays_shown
    ]
    if told:
        yield Paragraph(say.pair(say("overlay"), f"{say.listed(told)}."))


def _results(decision: Decision, say: Say) -> Iterator[Block]:
    """The headline results but the verdict and the money; none of a year that an ended contract does not open."""
    rows = []
    for result in (decision.results[id_] for id_ in decision.headline.others if not decision.closed):
        waits_for_year = YEAR not in decision.facts and result.missing == (YEAR,)
        if result.status != "not_applicable" and not waits_for_year:
            reason = reasons.why(result, decision, say) if result.status == "known" else ""
            rows.append((say.name(result), reasons.marked(result, decision, say), reason))
    yield from reasons.lettered(say("results"), say.heads("result", "value", "why"), rows, say)


def case_object(case: Decided, say: Say) -> dict[str, Any]:
    """The decision with the readings that matter, and what several of them would change where that was asked."""
    data = decision_object(case.decision, say)
    data |= unsaid_objects(by_place(data), case.readings, case.supposed, say)
    data["unread"] = [*case.unread]
    if case.sensitivity is not None:
        data["sensitivity"] = sensitivity_object(case.sensitivity, say)
    if case.outlooks is not None:
        data["possible"] = possible_objects(case.outlooks, say)
    return data
