"""What an answer says around its amounts: decisions on a contract come in, remarks at its head and duties go out.

Every page that tells of a case takes them from here: what is doubtful, why it is refused or open, why nothing is due,
which duties were not met, and which are still to be done.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Iterator, Sequence

from engine.evaluation.decision import Decision, ObligationLine, Result
from engine.language.expressions import Compare, FactRef, ItemRef, find
from engine.policy.model import WITHHELD
from engine.records import dataclass
from engine.report.page import Block, Fold, Heading, Paragraph, Table, Tree
from engine.report.reasons import facts_behind, marked_duty, reasons_block
from engine.report.say import Say

DOUBTFUL, REFUSED, OPEN, NOT_DUE, DUE_IF, DUTY_UNMET = REMARKS = (
    *("doubtful", "refused_because", "open_because", "not_due", "due_if", "duty_unmet"),
)
MOST_OPEN = 2  # so many open criteria are told with their facts at the head; the table of the criteria tells all
TONES = {REFUSED: "bad", NOT_DUE: "bad", OPEN: "open"}

Saying = tuple[str, Result, Decision]  # a key of the words, and what it is about


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence of the head; ``key`` is the word of the reports that begins it."""

    key: str
    text: str


def remarks(
    decisions: Sequence[Decision], obligations: Sequence[ObligationLine], say: Say, keys: Collection[str] = REMARKS
) -> Iterator[Remark]:
    """What heads the answer on a case, or on the years of a life; of a refused one only why it is refused.

    Nothing is said, or noted, but of ``keys``.
    """
    first, last = decisions[0], decisions[-1]
    unmet = () if first.refused else unmet_conditions(last)
    not_due = ((NOT_DUE if result.verdict == "not_met" else DUE_IF, result, last) for result in unmet)
    doubts = {doubt.result.id: (DOUBTFUL, doubt.result, each) for each in decisions for doubt in each.doubts}
    found = [*doubts.values(), *_why_not(first), *not_due]
    yield from (Remark(key, _because(key, result, decision, say)) for key, result, decision in found if key in keys)
    for line in obligations if DUTY_UNMET in keys and not first.refused else ():
        if line.status == "unmet":
            follows = say("what_follows", unmet=say(f"if_unmet.{line.if_unmet or 'unpublished'}"))
            told = (say.name(line), f"{follows} {say.noted(line.cite)}".rstrip(), say.otherwise("duty", line.id))
            yield Remark(DUTY_UNMET, f"{say.listed(filter(None, told))}.")


def remark_blocks(found: Iterable[Remark], say: Say) -> Iterator[Block]:
    """A paragraph for each remark; unless in full, of many open criteria for the first, and how many others are."""
    told = list(found)
    waiting = [each for each in told if each.key == OPEN]
    left_out = [] if say.full else waiting[MOST_OPEN:]
    for each in told:
        if each not in left_out:
            yield Paragraph(said(each, say), TONES.get(each.key, "heed"))
        if left_out and each is waiting[-1]:
            yield Paragraph(say.count("open_more", len(left_out)), TONES[OPEN])


def said(remark: Remark, say: Say) -> str:
    return say.pair(say(remark.key), remark.text)


def _why_not(decision: Decision) -> Iterator[Saying]:
    """Each criterion that refuses, or else each that is open.

    A verdict that is open although every criterion is decided is told with what is unpublished behind it.
    """
    refusing = [result for result in decision.verdict_criteria if result.verdict == "not_met"]
    open_ = [result for result in decision.verdict_criteria if result.verdict == "undetermined"]
    if not open_ and (verdict := decision.verdict) is not None and verdict.status == "undetermined":
        open_ = [verdict]
    yield from ((REFUSED if refusing else OPEN, result, decision) for result in refusing or open_)


def _because(key: str, result: Result, decision: Decision, say: Say) -> str:
    """What is so with the facts behind it and the text; of the verdict also what it would be under other readings."""
    of_verdict = key in (REFUSED, OPEN)
    label = say.label(result) if result.refusal is None or not of_verdict else result.refusal[say.lang]
    named, behind = label if key == DOUBTFUL else say.named(label, result.id), facts_behind(result, decision, say)
    cited = say.noted(result.cite[:1] if of_verdict else result.cite)
    told = " ".join(filter(None, (named, f"({behind})" if behind else "", cited))) + "."
    other = say.otherwise("result", result.id) if of_verdict else ""
    return f"{told} {say.capital(other)}." if other else told


def unmet_conditions(decision: Decision) -> Iterator[Result]:
    """The conditions of the amount due that the case breaks, or begins to answer and leaves open."""
    due = decision.convention.items.get(decision.headline.due or "")
    if due is None or due.unless is None:
        return
    named = (node.left.id for node in find(Compare, due.unless) if isinstance(node.left, ItemRef))
    for result in (decision.results[id_] for id_ in dict.fromkeys(named)):
        asked = {ref.name for ref in find(FactRef, decision.convention.items[result.id].applies_when)}
        applies = bool(asked & set(result.facts)) and asked.isdisjoint(result.missing)
        if result.verdict == "not_met" or (result.verdict == "undetermined" and applies):
            yield result


MOST_DUTIES = 1  # so many are told where fewer are overdue or decide the payment


def duties_blocks(obligations: Sequence[ObligationLine], say: Say, kept: Container[str] = ()) -> Iterator[Block]:
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
    rows = []
    for line in lines:
        status = say.listed(filter(None, (marked_duty(line, say), say.otherwise("duty", line.id))))
        rows.append((say.name(line), say.scalar(line.due), status or ("" if line.due else "—"), _follows(line, say)))
    yield Table(say.heads("obligation", "due", "status", "unmet"), tuple(rows))
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
    return line.if_unmet in WITHHELD
