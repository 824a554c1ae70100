"""Duties of a contract on a page: lines with their days and states come in, sentences or a table go out."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence

from engine.evaluation.decision import ObligationLine
from engine.report.page import Block, Fold, Heading, Paragraph, Table, Tree
from engine.report.reasons import ReadOtherwise, marked_duty, reasons_block
from engine.report.say import Say

MOST_DUTIES = 1  # so many are told where fewer are overdue or decide the payment


def duties(
    obligations: Sequence[ObligationLine], say: Say, full: bool, otherwise: ReadOtherwise, kept: Container[str] = ()
) -> Iterator[Block]:
    """The duties that apply and what follows where they are not met, overdue ones first.

    Those that are done, without a known day, or the last of many are told only on demand, unless the aid depends on
    them, they hang on a reading or are ``kept``; those that are unmet stand at the head of the page.
    """
    order = {"unmet": 0, "overdue": 0, "closed": 0, "to_check": 1, "pending": 2, "undetermined": 3, "done": 4}
    lines = [line for line in obligations if line.status != "not_applicable" and (full or line.status != "unmet")]
    lines.sort(key=lambda line: (order[line.status], not _decisive(line), line.due is None, str(line.due)))
    others = {line.id: otherwise("duty", line.id) for line in lines}
    urgent = [
        line
        for line in lines
        if line.status == "overdue" or (_decisive(line) and line.status != "done") or others[line.id] or line.id in kept
    ]
    dated = [line for line in lines if line not in urgent and line.due is not None and line.status != "done"]
    shown = lines if full else [*urgent, *dated[: max(0, MOST_DUTIES - len(urgent))]]
    if len(shown) > 1 or (full and shown):
        yield Heading(say("obligations"))
    if full:
        first = [line for line in lines if line in urgent or line.due is not None or line.status in ("unmet", "done")]
        rest = [line for line in lines if line not in first]
        if first:
            yield from _duties_table(first, say, others)
        if rest:
            yield Fold(say.count("undated_duties", len(rest)), tuple(_duties_table(rest, say, others)))
    elif len(shown) == 1:
        yield Paragraph(say.pair(say("obligation"), _told(_duty(shown[0], say, others[shown[0].id], False), say)))
    else:
        yield Tree(tuple((0, _told(_duty(line, say, others[line.id], False), say)) for line in shown))
    yield from reasons_block(say)
    if len(lines) > len(shown):
        yield Paragraph(say.count("other_duties", len(lines) - len(shown)))


def _duties_table(lines: Iterable[ObligationLine], say: Say, others: Mapping[str, str]) -> Iterator[Block]:
    heads = (say("obligation"), say("due"), say("status"), say("unmet"))
    yield Table(heads, tuple(_duty(line, say, others[line.id], True) for line in lines))
    yield from reasons_block(say)


def _duty(line: ObligationLine, say: Say, other: str, table: bool) -> tuple[str, str, str, str]:
    """A duty, its day, its status, and what follows where it is not met or is read otherwise."""
    otherwise = "" if line.if_unmet is None or line.status == "done" else say(f"if_unmet.{line.if_unmet}")
    if otherwise and not table:
        otherwise = say("otherwise_follows", unmet=otherwise)
    name = say.name(line)
    return name, say.scalar(line.due), marked_duty(line, say), say.listed(filter(None, (otherwise, other)))


def _told(duty: tuple[str, str, str, str], say: Say) -> str:
    """The same as a sentence."""
    label, due, status, otherwise = duty
    dated = ", ".join(filter(None, (status, "" if due == say.scalar(None) else due)))
    return f"{say.pair(label, say.listed(filter(None, (dated, otherwise))))}."


def _decisive(line: ObligationLine) -> bool:
    return line.if_unmet == "payment_withheld"
