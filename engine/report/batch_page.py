"""Composes the page that ends a run over files, of cases and euros, and what its workbook says of why a row is so."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.bulk.job import Explained, Summary
from engine.evaluation.decision import Decision, Result
from engine.report.decided import facts_read
from engine.report.formats import formats
from engine.report.page import Block, Heading, Paragraph, Table
from engine.report.parts import verdict_word
from engine.report.reasons import facts_behind, failing, waiting, whatever
from engine.report.say import Say
from engine.report.values import lowered

UNDECIDED = "undetermined"
TOLD = 8  # columns that the rules do not read, by name


@dataclass(frozen=True, slots=True)
class Batch:
    """The summary of a run over files; ``rejected`` is the file that tells of refused rows."""

    summary: Summary
    rejected: str


def page(batch: Batch, say: Say) -> Iterator[Block]:
    """Cases by convention and verdict with the euros due, then how many rows were refused and for what."""
    summary = batch.summary
    refused = summary.refused.total()
    if not refused and not summary.cases:
        yield Paragraph(say("no_rows"))
        return
    if not summary.cases:
        code, count = summary.commonest[0]
        yield Paragraph(say("none_decided", count=say.scalar(count), message=summary.examples[code]), tone="bad")
    else:
        yield from _decided(summary, say)
    yield from _unread(summary, say)
    for left, read in summary.sheets.items():
        yield Paragraph(say("sheet_read", read=read, left=left))
    if summary.own:
        headers = [*summary.own.values()]
        told = say.listed((*headers[:TOLD], *(["…"] if len(headers) > TOLD else ())))
        yield Paragraph(say.count("own_columns", len(headers), headers=told))
    if not refused:
        yield Paragraph(say("none_refused"))
        return
    yield Paragraph(say.count("refused", refused, file=batch.rejected), tone="bad")
    rows = tuple((code, say.scalar(count), summary.examples[code]) for code, count in summary.commonest)
    yield Table(say.heads("code", "faults", "first_example"), rows)


FORMATS = formats(page)


def _decided(summary: Summary, say: Say) -> Iterator[Block]:
    """A table of cases by verdict and one of euros, so that each fits a narrow screen; without rules none are due."""
    met = {id_ for id_, _ in summary.cases}
    ruled = {each.id: say.label(each) for each in say.registry.conventions.values() if each.id in met}
    outside = {each.id: say.label(each) for each in say.registry.without_rules if each.id in met}
    results = say.registry.results  # the best verdict first, then what stands for none
    named = () if results.verdict is None else results.headline[results.verdict].words
    verdicts = [*reversed(named), UNDECIDED, "not_applicable"]
    shown = [verdict for verdict in verdicts if any(v == verdict and c in ruled for c, v in summary.cases)]
    texts = [each for id_, each in say.registry.conventions.items() if id_ in ruled]
    called = (verdict_word(value, texts, say) for value in shown)
    head = (say("convention"), say("cases"), *called, *([say("without_rules")] if outside else ()))
    groups = [((id_,), label) for id_, label in (ruled | outside).items()] + [((*ruled, *outside), say("total"))]
    yield Heading(say("cases"))
    yield Table(head, tuple((label, *_cases(summary, ids, shown, outside, say)) for ids, label in groups))
    paying = [((id_,), label) for id_, label in ruled.items()] + [((*ruled,), say("total"))]
    hoped = "" if results.hoped is None else verdict_word(results.hoped, texts, say)
    owed = (say("due_certain"), say("due_open", verdict=lowered(hoped)))
    money = (*owed, *map(say, ("amount_recover", "amount_open")))
    if ruled:
        yield Heading(say("amounts"))
        yield Table((say("convention"), *money), tuple((label, *_euros(summary, ids, say)) for ids, label in paying))


def _unread(summary: Summary, say: Say) -> Iterator[Block]:
    """The facts that cases state although their text reads them in no year."""
    for text in say.registry.conventions.values():
        stated = {name: n for (id_, name), n in summary.given.items() if id_ == text.id}
        known = facts_read(say.registry, text, text.signed_from) if stated else ()
        told = [f"{say.facts([name])} ({say.count('in_cases', n)})" for name, n in stated.items() if name not in known]
        if told:
            yield Paragraph(say.pair(f"{say.label(text)}, {say('facts_unread').lower()}", f"{say.listed(told)}."))


def _cases(
    summary: Summary, ids: Sequence[str], verdicts: Sequence[str], outside: Collection[str], say: Say
) -> Iterator[str]:
    """All cases, those of each verdict, and where there are some those that no rules decide."""
    told = [(id_, verdict, n) for (id_, verdict), n in summary.cases.items() if id_ in ids]
    yield say.scalar(sum(n for _, _, n in told))
    for wanted in verdicts:
        yield say.scalar(sum(n for id_, verdict, n in told if verdict == wanted and id_ not in outside))
    if outside:
        yield say.scalar(sum(n for id_, _, n in told if id_ in outside))


def _euros(summary: Summary, ids: Sequence[str], say: Say) -> Iterator[str]:
    """What is due for sure, and what would be if the verdict were good; overpaid; how many amounts are not known."""
    keys = [key for key in summary.cases if key[0] in ids]
    certain = sum(summary.cents[key] for key in keys if key[1] != UNDECIDED)
    conditional = sum(summary.cents[key] for key in keys if key[1] == UNDECIDED)
    over = sum(summary.over[key] for key in keys)
    yield from (say.euros(Fraction(cents, 100)) for cents in (certain, conditional, over))
    yield say.scalar(sum(summary.open[key] for key in keys))


def explained(decision: Decision, say: Say) -> Iterator[Explained]:
    """The results that a row is explained by; where a condition is not met, the verdict and the conditions alone."""
    for result in _told(decision):
        number = None if result.value_labels else result.number
        value = say.result(result) if number is None else float(number)
        cited = ((say.registry.source(each).title, each.locator) for each in result.cite)
        behind = say.listed(dict.fromkeys(", ".join(filter(None, each)) for each in cited))
        unit = result.type.unit if result.type else None
        yield say.label(result), value, unit, _why(result, decision, say), behind


def _told(decision: Decision) -> Iterator[Result]:
    verdict = decision.verdict
    below = () if verdict is None else decision.below(verdict.id, applying=True)
    criteria = [each for each in below if each.kind == "criterion" and each.verdict in ("not_met", "undetermined")]
    if verdict is not None and any(each.verdict == "not_met" for each in criteria):
        yield verdict
    else:
        yield from (result for result in decision.main if result.status != "not_applicable")
    yield from criteria


def _why(result: Result, decision: Decision, say: Say) -> str:
    """Why a result is so, with all that an open one waits for: a cell has the room that a line of a page lacks."""
    if result.missing:
        return say("missing_count", names=say.facts(say.registry.vocabulary.usual(result.missing)))
    if result.kind == "criterion":
        return facts_behind(result, decision, say)
    if result.status == "undetermined":
        return waiting(result, decision, say)
    return say.listed((*failing(result, decision, say), *whatever(result, say)))
