"""Reasons and money: from a result to the words for why it is so, and from a decision to its four amounts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from engine.evaluation.decision import BY_CASES, Decision, Limit, ObligationLine, PaymentLine, Result
from engine.evaluation.limits import comparisons
from engine.language.expressions import Citation, FactRef, ItemRef, find
from engine.language.facts import YEAR
from engine.policy.model import Criterion
from engine.report.page import Block, Heading, Paragraph, Table, Tree, in_runs, section
from engine.report.say import Say
from engine.report.values import NAMING_UNITS, lowered

MOST_FACTS = 2  # so many missing facts are named in a reason, the others counted


def why(result: Result, decision: Decision, say: Say) -> str:
    """Why a result is open or does not apply; of a known one the exceptions that made it so, and the text behind it."""
    if result.status == "undetermined":
        return waiting(result, decision, say)
    if result.status == "not_applicable":
        return say.listed(dict.fromkeys(_shut(result, decision, say))) or say("no_such_rule")
    behind = (*failing(result, decision, say), *_exceptions(result, decision, say), *whatever(result, say))
    text, cited = say.listed(behind), say.noted(result.cite[:1])
    return text if text.endswith(cited or " ") else f"{text} {cited}".strip()


def whatever(result: Result, say: Say) -> Iterator[str]:
    """The fact without which a result is known, since all its values give the same."""
    yield from (say("whatever", names=say.facts([each.id])) for each in result.because if each.kind == BY_CASES)


def failing(result: Result, decision: Decision, say: Say) -> Iterator[str]:
    """The criteria by which an outcome is not the one hoped for, and the figures of the case that they look at."""
    shown = decision.headline.headline.get(result.id)
    if shown is None or result.value not in shown.words[:-1]:
        return
    fired = {id_: None for line in decision.trace if line.outcome == result.id for id_, _ in line.because}
    for criterion in (decision.results[id_] for id_ in fired):
        figures = dict.fromkeys(_figures(criterion, decision)) if criterion.verdict == "not_met" else {}
        if figures:
            told = say.listed(say.fact(name, decision.facts[name]) for name in figures)
            yield f"{say.pair(say.label(criterion), say.result(criterion))} ({told})"


def _figures(criterion: Result, decision: Decision) -> Iterator[str]:
    """The numbers of the case that a criterion sets against others of the case or of the rules, not against a limit."""
    items = decision.convention.items
    for node in comparisons(items[criterion.id].body, items):
        figure, other = node.left, node.right
        name = figure.name if isinstance(figure, FactRef) and isinstance(other, FactRef | ItemRef) else ""
        if isinstance(decision.facts.get(name), int | Fraction):
            yield name


def waiting(result: Result, decision: Decision, say: Say) -> str:
    """What an open result waits for, or what is unpublished behind it or behind a number that it reads."""
    if not result.missing:
        return ". ".join(dict.fromkeys(reason.text[say.lang].rstrip(".") for reason in result.because if reason.text))
    read = (decision.results[id_] for id_ in result.uses if id_ in decision.results)
    shut = (each for each in read if each.kind == "quantity" and each.status == "undetermined" and not each.missing)
    return ". ".join(dict.fromkeys((lacking(result.missing, say), *(waiting(each, decision, say) for each in shut))))


def lacking(names: tuple[str, ...], say: Say) -> str:
    """Missing facts by their labels as people know them, the first of many."""
    return say("missing_count", names=first_facts(say.registry.vocabulary.usual(names), say))


def first_facts(names: Sequence[str], say: Say) -> str:
    """The labels of facts, the first of many with the count of the others."""
    named = named_first(names)
    return say.facts(named) + (say("and_more", count=len(names) - len(named)) if len(names) > len(named) else "")


def named_first(names: Sequence[str]) -> Sequence[str]:
    """The first of many facts; one that alone would be left out takes no more room by its name than as another."""
    return names if len(names) == MOST_FACTS + 1 else names[:MOST_FACTS]


def facts_behind(result: Result, decision: Decision, say: Say) -> str:
    """The values a verdict rests on and the limits it sets them, the derogation that made it met, what it waits for."""
    parts = []
    if result.derogation:
        parts.append(by_derogation(result, say))
    asked = {limit.of: _asked(limit, decision, say) for limit in result.limits}
    named = {limit.named for limit in result.limits}
    for name, value in result.facts.items():
        if name in asked or name not in named:
            parts.append(say.told(name, value) + asked.pop(name, ""))
    computed = ((decision.results[id_], limit) for id_, limit in asked.items() if id_ in decision.results)
    parts += (say.pair(say.label(each), say.result(each)) + limit for each, limit in computed)
    if result.status == "undetermined":
        parts.append(waiting(result, decision, say))
    return say.listed(filter(None, parts))


def by_derogation(result: Result, say: Say) -> str:
    """The exception that made a criterion met."""
    text = next(reason.text for reason in result.because if reason.kind == "derogation")
    return say("derogation", label=text[say.lang] if text else result.derogation)


def _asked(limit: Limit, decision: Decision, say: Say) -> str:
    """What a limit asks for, and the fact or item that it comes from; nothing where no words say it."""
    day = isinstance(limit.bound, dt.date)
    words = say.find("limit_day" if day else "limit", limit.operator)
    if words is None:
        return ""
    named = limit.named or ""
    label = say.label(decision.results[named]) if named in decision.results else say.facts([named] if named else ())
    bound = say.scalar(limit.bound, None if limit.type.unit in NAMING_UNITS else limit.type)
    return words.format(bound=f"{bound} ({lowered(label)})" if label else bound)


def _shut(result: Result, decision: Decision, say: Say) -> Iterator[str]:
    """What a result does not apply for: the criteria that are not met, else the known results read, or the facts."""
    read = list(_read(result, decision))
    broken = [each for each in read if each.verdict == "not_met"]
    yield from (say.pair(say.label(each), say.result(each)) for each in broken or read if each.status == "known")
    if not broken:
        shut = (each for each in read if each.status == "not_applicable")
        yield from (say.stated(name, value) for each in shut for name, value in each.facts.items())


def _read(result: Result, decision: Decision) -> Iterator[Result]:
    """The results read by one that does not apply, and by those among them that do not apply either; or itself."""
    used = [decision.results[id_] for id_ in result.uses if id_ in decision.results]
    for other in used:
        if other.status == "not_applicable" and other.id != result.id:
            yield from _read(other, decision)
        elif other.status == "known":
            yield other
    if not used:
        yield result


def _exceptions(result: Result, decision: Decision, say: Say) -> Iterator[str]:
    """The derogations by which the criteria that an outcome reads are met, each once."""
    if result.kind != "outcome":
        return
    cites: dict[str, tuple[Citation, ...]] = {}
    limits: dict[str, None] = {}
    for other in (decision.results[id_] for id_ in result.uses):
        for reason in other.because:
            if reason.kind == "derogation" and reason.text and other.kind == "criterion":
                cites[reason.text[say.lang]] = reason.cite
                limits.update(dict.fromkeys(_limits(other.id, reason.id, decision, say)))
    yield from (f"{text} {say.noted(cite)}" for text, cite in cites.items())
    yield from limits


def _limits(criterion: str, derogation: str, decision: Decision, say: Say) -> Iterator[str]:
    """The numbers that a derogation alone reads of the rules: how far it reaches."""
    item = decision.convention.items.get(criterion)
    if item is None or not isinstance(item.body, Criterion):
        return
    usual = {ref.id for ref in find(ItemRef, item.body.met_when)}
    for when in (each.when for each in item.body.derogations if each.id == derogation):
        for id_ in dict.fromkeys(ref.id for ref in find(ItemRef, when)):
            result = decision.results[id_]
            if id_ not in usual and result.kind == "quantity" and result.number is not None:
                yield say.pair(say.label(result), say.result(result))


def marked(result: Result, decision: Decision, say: Say, short: str = "", year: int | None = None) -> str:
    """A result in a table, where it is not known ``short``, or its status, with the letter of its reason.

    What it would be under other readings has a letter too, where a ``year`` is given, 0 for that of the case.
    """
    text = say.result(result)
    if result.status != "known" and len(result.can_be) != 1:
        text = _lettered(short or text, why(result, decision, say), say)
    return _lettered(text, "" if year is None else say.otherwise("result", result.id, year), say)


def marked_day(line: PaymentLine, say: Say) -> str:
    """The due day of a payment, or that there is none with the letter of the reason."""
    if line.due:
        return say.scalar(line.due)
    if line.due_reason:
        return _lettered(say("day_unpublished"), line.due_reason[say.lang].rstrip("."), say)
    return _lettered(say("day_open"), lacking(line.due_missing, say) if line.due_missing else "", say)


def marked_duty(line: ObligationLine, say: Say) -> str:
    """The status of a duty, with the letter of what it waits for; none where no day tells whether it is to come."""
    text = "" if line.status == "pending" and not line.judged else duty_status(line, say)
    return _lettered(text, lacking(line.missing, say) if line.missing else "", say)


def duty_status(line: ObligationLine, say: Say) -> str:
    """The status of a duty, with the day on which it was done."""
    return say.value(line.status) if line.done is None else say("done_on", day=say.scalar(line.done))


def _lettered(text: str, reason: str, say: Say) -> str:
    if not reason:
        return text
    return f"{text} ({reason if say.notes is None else say.notes.letter(reason)})"


def reasons_block(say: Say) -> Iterator[Block]:
    """The reasons behind the letters of a table, below it; each is told once on a page."""
    told = () if say.notes is None else say.notes.take()
    if told:
        yield Tree(tuple((0, f"({letter}) {say.capital(reason)}.") for letter, reason in told))


def lettered(heading: str, columns: tuple[str, ...], rows: Iterable[tuple[str, ...]], say: Say) -> Iterator[Block]:
    """A table under its heading, nothing where it has no rows; and the reasons behind its letters."""
    yield from section(Heading(heading), Table(columns, tuple(rows)))
    yield from reasons_block(say)


def money_columns(as_of: dt.date | None, say: Say) -> tuple[str, ...]:
    """The heads of the four amounts; without a day that says what is paid, the third is what the year pays in all."""
    paid = "amount_paid" if as_of else "amount_payments"
    return say.heads("maximum", "amount_due", paid, "amount_recover")


def money_cells(decision: Decision, say: Say, year: int = 0) -> tuple[str, ...]:
    """The four amounts in the order of :func:`money_columns`; of a case without a contract year the most of year 1.

    ``year`` is that of a life.
    """
    headline = decision.headline
    most = decision.years[0].amount if decision.years else decision.stated(headline.maximum)
    due, recover = decision.stated(headline.due), decision.stated(headline.recover)
    over = recover if recover is not None and is_told(recover) else None
    maximum, owed, back = (
        "—" if each is None else marked(each, decision, say, year=year) for each in (most, due, over)
    )
    return maximum, owed, _paid(decision, say), back


def is_told(result: Result) -> bool:
    """Whether a result is known, or few values or bounds of it are."""
    return result.status == "known" or bool(result.can_be or result.between)


def _paid(decision: Decision, say: Say) -> str:
    """The payments of the year, by the day asked about where there is one; at least that where some are open."""
    day = decision.as_of
    lines = [line for line in decision.payments if day is None or (line.due is not None and line.due <= day)]
    amounts = [line.result.number for line in lines if line.result.number is not None]
    total, whole = say.euros(sum(amounts, Fraction(0))), len(amounts) == len(lines)
    if not any(amounts):
        return total if lines and whole else "—"
    return total if whole else say("amount_at_least", amount=total)


def amounts_blocks(decision: Decision, say: Say) -> Iterator[Block]:
    """Money: of the year of the case the four amounts, or else the most that each year pays and what that rests on."""
    if decision.years:
        rows: list[tuple[int, str, tuple[str, ...]]] = []
        for line in decision.years:
            behind, known = {line.amount.id, *line.amount.uses}, line.amount.status == "known"
            labels = ", ".join(say.label(use) for use in line.overlays if not behind.isdisjoint(use.changes))
            amount = marked(line.amount, decision, say, year=line.year)
            rests = f"{labels} {say.noted(line.amount.cite[:1])}".strip() if known else ""
            rows.append((line.year, say.scalar(line.start), (amount, rests)))
        yield from lettered(say("amounts"), say.heads("year", "start", "maximum", "why"), in_runs(rows), say)
    elif decision.stated(decision.headline.maximum) is not None:
        cells = (str(decision.facts.get(YEAR, "—")), *money_cells(decision, say))
        yield from lettered(say("amounts"), (say("year"), *money_columns(decision.as_of, say)), [cells], say)


def payments_blocks(decision: Decision, say: Say) -> Iterator[Block]:
    """The payments of the year, a single one on a line, unless neither its day nor its amount is known."""
    rows = tuple(
        payment_row(line, decision, say)
        for line in decision.payments
        if len(decision.payments) > 1 or line.due is not None or line.result.status == "known"
    )
    if len(rows) == 1:
        name, day, amount, cited = rows[0]
        yield Paragraph(say.pair(name, say("payment_on", day=day, amount=amount, cited=cited)))
        yield from reasons_block(say)
    else:
        yield from lettered(say("payments"), say.heads("payment", "due", "payable", "article"), rows, say)


def payment_row(line: PaymentLine, decision: Decision, say: Say) -> tuple[str, str, str, str]:
    """A payment, its day, its amount and the text behind it."""
    name = say.name(line.result)
    return name, marked_day(line, say), marked(line.result, decision, say), say.noted(line.result.cite)
