"""Parts of pages that several subjects share: headings, reasons for a refusal, readings taken, duties, warnings."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from engine.evaluation.decision import Decision, ObligationLine, PaymentLine, Result
from engine.language.expressions import Compare, FactRef, ItemRef, VerdictIs, walk
from engine.policy.model import Outcome
from engine.report.page import Block, Heading, Paragraph, Table
from engine.report.say import Say


def verdict_heading(decision: Decision, say: Say, title: str) -> Iterator[Block]:
    """What the verdict on a case is, and under which convention, and why under that one."""
    verdict = decision.verdict
    said = "" if verdict is None else f" — {say.pair(say.label(verdict), say.result(verdict))}"
    yield Heading(f"{title}{said}", 1, tone_of(decision))
    yield convention_line(decision, say)


def tone_of(decision: Decision) -> str:
    """Whether the verdict is what who applies hopes for: good, bad, or open where that is not said."""
    verdict = decision.verdict
    better = None if verdict is None else decision.headline.headline[verdict.id].better
    if verdict is None or not isinstance(better, tuple) or verdict.value not in better:
        return "open"
    return "good" if verdict.value == better[-1] else "bad"


def convention_line(decision: Decision, say: Say) -> Block:
    """The convention of a decision with its id, and why it was selected."""
    convention = f"{say.label(decision.convention)} ({decision.convention.id})"
    return Paragraph(say.pair(convention, f"{decision.selected_because[say.lang]}."))


def item_heading(decision: Decision, item: str, say: Say) -> Iterator[Block]:
    """What an item came out as, and under which convention."""
    result = decision.results[item]
    if result.kind == "obligation":
        line = next(line for line in decision.obligations if line.id == item)
        due = f", {say('due').lower()} {line.due.isoformat()}" if line.due else ""
        yield Heading(say.pair(say.label(result), say.value(line.status) + due), 1)
    else:
        yield Heading(say.pair(say.label(result), say.result(result)), 1)
    yield Paragraph(say.pair(say.label(decision.convention), f"{decision.selected_because[say.lang]}."))


def why_not(decision: Decision, say: Say, hanging: Callable[[Result], str]) -> Iterator[Block]:
    """One sentence for each criterion that refuses, or else for each that is open; ``hanging`` ends it."""
    criteria = eligibility_criteria(decision)
    refusing = [result for result in criteria if result.verdict == "not_met"]
    key, tone = ("refused_because", "bad") if refusing else ("open_because", "open")
    for result in refusing or [result for result in criteria if result.verdict == "undetermined"]:
        reason = f"{say.label(result)} ({facts_behind(result, say)}) [{say.cited(result.cite[:1])}].{hanging(result)}"
        yield Paragraph(say.pair(say(key), reason), tone)


def why_not_due(decision: Decision, say: Say) -> Iterator[Block]:
    """One sentence for each condition of the amount due that the case breaks, or begins to answer and leaves open."""
    due = decision.convention.items.get(decision.headline.due or "")
    if due is None or due.unless is None:
        return
    named = (node.left.id for node in walk(due.unless) if isinstance(node, Compare) and isinstance(node.left, ItemRef))
    for result in (decision.results[id_] for id_ in dict.fromkeys(named)):
        if result.kind == "criterion" and (result.verdict == "not_met" or _half_answered(decision, result)):
            key, tone = ("not_due", "bad") if result.verdict == "not_met" else ("due_if", "open")
            reason = f"{say.label(result)} ({facts_behind(result, say)}) [{say.cited(result.cite)}]."
            yield Paragraph(say.pair(say(key), reason), tone)


def _half_answered(decision: Decision, result: Result) -> bool:
    """Whether a criterion is known to apply, and not whether it is met."""
    gate = decision.convention.items[result.id].applies_when
    asked = {node.name for node in walk(gate) if isinstance(node, FactRef)} if gate is not None else set()
    return result.verdict == "undetermined" and bool(asked & set(result.facts)) and asked.isdisjoint(result.missing)


def eligibility_criteria(decision: Decision) -> list[Result]:
    """The criteria that the verdict of this convention asks about."""
    item = decision.convention.items.get(decision.headline.verdict or "")
    if item is None or not isinstance(item.body, Outcome):
        return []
    named = (node.criterion.id for rule in item.body.rules for node in walk(rule.when) if isinstance(node, VerdictIs))
    return [decision.results[id_] for id_ in dict.fromkeys(named)]


def facts_behind(result: Result, say: Say) -> str:
    """The values a verdict rests on, the derogation that made it met, and what it waits for."""
    parts = []
    if result.derogation:
        label = next(reason.text for reason in result.because if reason.kind == "derogation")
        parts.append(say("derogation", label=label[say.lang] if label else result.derogation))
    for name, value in result.facts.items():
        fact = say.registry.vocabulary.facts[name]
        label_needed = fact.type.kind in ("boolean", "number", "date")
        parts.append(say.pair(say.label(fact), say.fact(name, value)) if label_needed else say.fact(name, value))
    if result.missing:
        parts.append(say("missing_count", names=say.facts(result.missing)))
    return say.listed(parts)


def due_text(line: PaymentLine, say: Say) -> str:
    """The due day of a payment, or why there is none."""
    if line.due:
        return say.scalar(line.due)
    return say("unpublished") if line.due_reason else say.value("undetermined")


def doubts_of(decisions: Iterable[Decision], say: Say) -> Iterator[Block]:
    """Facts that do not agree, each once, with what they are."""
    found = {doubt.result.id: doubt.result for decision in decisions for doubt in decision.doubts}
    for result in found.values():
        cited = f" [{say.cited(result.cite)}]" if result.cite else ""
        said = f"{say.label(result)} ({facts_behind(result, say)}){cited}."
        yield Paragraph(say.pair(say("doubtful"), said), "open")


def warnings_of(results: Iterable[Result], say: Say) -> Iterator[Block]:
    """What the rules warn of, each once."""
    found = dict.fromkeys(warning[say.lang] for result in results for warning in result.warnings)
    if found:
        yield Heading(say("warnings"), tone="open")
        yield from (Paragraph(warning) for warning in found)


def named_years(label: str, years: Sequence[int], say: Say) -> str:
    """A result's name, with its contract years where it has them; 0 stands for the contract."""
    if not any(years):
        return label
    runs: list[list[int]] = []
    for year in years:
        if runs and year == runs[-1][-1] + 1:
            runs[-1].append(year)
        else:
            runs.append([year])
    shown = ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
    return say.count("sensitivity_years", len(years), label=label, year=shown)


def duties(obligations: Sequence[ObligationLine], say: Say, full: bool) -> Iterator[Block]:
    """The duties that apply and what follows where they are not met, overdue ones first.

    Those without a known day are told only on demand, unless the aid depends on them.
    """
    order = {"overdue": 0, "pending": 1, "undetermined": 2, "done": 3}
    lines = [line for line in obligations if line.status != "not_applicable"]
    dated = [line for line in lines if line.due is not None or line.status in ("overdue", "done") or _decisive(line)]
    others = [line for line in lines if line not in dated]
    if lines:
        yield Heading(say("obligations"))
    if dated:
        rows = tuple(
            (say.label(line), say.scalar(line.due), say.value(line.status), _otherwise(line, say))
            for line in sorted(dated, key=lambda line: (order[line.status], str(line.due)))
        )
        yield Table((say("obligation"), say("due"), say("status"), say("unmet")), rows)
    if others and full:
        rest = tuple((say.label(line), say.value(line.status), _otherwise(line, say)) for line in others)
        yield Table(("", "", say("unmet")), rest)
    elif others:
        yield Paragraph(say.count("undated", len(others)))


def _decisive(line: ObligationLine) -> bool:
    return line.if_unmet == "payment_withheld"


def _otherwise(line: ObligationLine, say: Say) -> str:
    """What follows a duty that is not met; nothing of one that is done."""
    return "" if line.if_unmet is None or line.status == "done" else say(f"if_unmet.{line.if_unmet}")
