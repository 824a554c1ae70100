"""Duties of a contract on a page: lines with their days and states come in, sentences or a table go out."""

from __future__ import annotations

from collections.abc import Container, Iterator, Sequence

from engine.evaluation.decision import ObligationLine
from engine.report.page import Block, Fold, Heading, Paragraph, Table, Tree
from engine.report.reasons import marked_duty, reasons_block
from engine.report.say import Say

MOST_DUTIES = 1  # so many are told where fewer are overdue or decide the payment


def duties(obligations: Sequence[ObligationLine], say: Say, kept: Container[str] = ()) -> Iterator[Block]:
    """The duties that apply and what follows where they are not met, overdue ones first.

    Those that are done, without a known day, or the last of many are told only on demand, unless the aid depends on
    them, they hang on a reading or are ``kept``; those that are unmet stand at the head of the page.
    """
    order = {"unmet": 0, "overdue": 0, "closed": 0, "to_check": 1, "pending": 2, "undetermined": 3, "done": 4}
    lines = [line for line in obligations if line.status != "not_applicable" and (say.full or line.status != "unmet")]
    lines.sort(key=lambda line: (order[line.status], not _decisive(line), line.due is None, str(line.due)))
    open_ = [line for line in lines if line.status == "overdue" or (_decisive(line) and line.status != "done")]
    urgent = [line for line in lines if line in open_ or line.id in kept or say.otherwise("duty", line.id)]
    dated = [line for line in lines if line not in urgent and line.due is not None and line.status != "done"]
    shown = lines if say.full else [*urgent, *dated[: max(0, MOST_DUTIES - len(urgent))]]
    if len(shown) > 1 or (say.full and shown):
        yield Heading(say("obligations"))
    if say.full:
        first = [line for line in lines if line in urgent or line.due is not None or line.status in ("unmet", "done")]
        rest = [line for line in lines if line not in first]
        if first:
            yield from _duties_table(first, say)
        if rest:
            yield Fold(say.count("undated_duties", len(rest)), tuple(_duties_table(rest, say)))
    elif len(shown) == 1:
        yield Paragraph(say.pair(say("obligation"), _sentence(shown[0], say)))
    else:
        yield Tree(tuple((0, _sentence(line, say)) for line in shown))
    yield from reasons_block(say)
    if len(lines) > len(shown):
        yield Paragraph(say.count("other_duties" if shown else "hidden_duties", len(lines) - len(shown)))


def _duties_table(lines: Sequence[ObligationLine], say: Say) -> Iterator[Block]:
    heads = (say("obligation"), say("due"), say("status"), say("unmet"))
    beside = [say.listed(filter(None, (_follows(line, say), say.otherwise("duty", line.id)))) for line in lines]
    cells = ((say.name(line), say.scalar(line.due), marked_duty(line, say)) for line in lines)
    yield Table(heads, tuple((*row, told) for row, told in zip(cells, beside, strict=True)))
    yield from reasons_block(say)


def _sentence(line: ObligationLine, say: Say) -> str:
    """A duty, its status and day, if it is not done, and what follows where it is not met or is read otherwise."""
    follows = _follows(line, say)
    day = say.scalar(line.due) if line.due and line.status != "done" else ""
    dated = ", ".join(filter(None, (marked_duty(line, say), day)))
    told = (dated, follows and say("otherwise_follows", unmet=follows), say.otherwise("duty", line.id))
    return f"{say.pair(say.name(line), say.listed(filter(None, told)))}."


def _follows(line: ObligationLine, say: Say) -> str:
    return "" if line.if_unmet is None or line.status == "done" else say(f"if_unmet.{line.if_unmet}")


def _decisive(line: ObligationLine) -> bool:
    return line.if_unmet == "payment_withheld"
