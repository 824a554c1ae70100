"""Explanations: one item of a decision with the chain down to facts and articles, as a page and as data.

A number or a day is told with the formula that it comes from, in the values that this reads.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from engine.errors import Location, refuse_unknown
from engine.evaluation.decision import BY_CASES, Decision, Result
from engine.inquiry.readings import Reading, readings_on
from engine.inquiry.suppositions import Supposed, supposed_on
from engine.language import expressions as tree
from engine.language.operators import EXPRESSIONS
from engine.language.values import NOT_APPLICABLE, UNDETERMINED, Absent, Value, exact
from engine.policy.model import Payment, Quantity
from engine.report.decided import Decided
from engine.report.formats import as_html, formats
from engine.report.objects import as_json, doubt_objects, result_object
from engine.report.otherwise_page import possible_blocks, possible_objects
from engine.report.page import Block, Heading, Table, Tree, section
from engine.report.parts import item_heading, noted
from engine.report.phrases import Phrases
from engine.report.readings import readings_blocks, supposed_blocks, unsaid_objects
from engine.report.reasons import whatever
from engine.report.remarks import DOUBTFUL, DUE_IF, DUTY_UNMET, NOT_DUE, remark_blocks, remarks
from engine.report.say import Say

MAX_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Explained:
    """An item of a decided case. UsageFault is raised where the decision has none of this name."""

    case: Decided
    item: str

    @property
    def decision(self) -> Decision:
        return self.case.decision

    @property
    def readings(self) -> list[Reading]:
        """The readings that change the item."""
        return list(readings_on(self.case.readings, {self.item}))

    @property
    def supposed(self) -> list[Supposed]:
        """The rights and assumptions that change the item."""
        return list(supposed_on(self.case.supposed, {self.item}))

    def __post_init__(self) -> None:
        known = [*self.decision.results, *(line.id for line in self.decision.obligations)]
        refuse_unknown(Location(self.decision.convention.id), "unknown-item", self.item, known)


@noted
def page(explained: Explained, say: Say) -> Iterator[Block]:
    """What the item came out as, the chain behind it, what it waits for, and what it would be otherwise."""
    result = explained.decision.results[explained.item]
    waits = (explained.decision.obligation(explained.item) or result).missing
    yield from item_heading(explained.decision, explained.item, say)
    decision, headline = explained.decision, explained.decision.headline
    keys = {DOUBTFUL, *({NOT_DUE, DUE_IF, DUTY_UNMET} if explained.item in (headline.due, headline.recover) else ())}
    yield from remark_blocks(remarks([decision], decision.obligations, say, keys=keys), say.in_full())
    yield Tree(tuple(_chain(explained.decision, say, result, 0, set())))
    facts = [say.registry.vocabulary.facts[name] for name in waits]
    rows = tuple((say.named(fact.question[say.lang], fact.name), fact.where[say.lang]) for fact in facts)
    yield from section(Heading(say("missing"), tone="open"), Table(say.heads("question", "where"), rows))
    yield from supposed_blocks(explained.supposed, say.in_full())
    yield from readings_blocks(explained.readings, say.in_full())
    yield from possible_blocks(explained.case.outlooks or (), say)


def data(explained: Explained, say: Say) -> Any:
    """The item and all results that it rests on."""
    results = explained.decision.below(explained.item)
    duty = explained.decision.obligation(explained.item)
    found: dict[str, Any] = {
        "item": explained.item,
        **({} if duty is None else {"obligation": as_json(duty, say)}),
        "consistency": doubt_objects([explained.decision], say),
        "results": {result.id: result_object(result, say) for result in results},
        **unsaid_objects({}, explained.readings, explained.supposed, say),
    }
    if explained.case.outlooks:
        found["possible"] = possible_objects(explained.case.outlooks, say)
    return found


FORMATS = formats(page, data, html=as_html(page))


def _chain(decision: Decision, say: Say, result: Result, depth: int, seen: set[str]) -> Iterator[tuple[int, str]]:
    """A result, what decided it, the facts it reads itself, then each result below it."""
    if result.kind != "obligation" or depth:
        yield depth, say.pair(say.name(result), say.result(result))
    yield from ((depth + 1, line) for line in _decided_by(decision, say, result))
    if result.id in seen or depth >= MAX_DEPTH:
        return
    seen.add(result.id)
    facts = say.registry.vocabulary.facts
    above = {name for id_ in result.uses for name in decision.results[id_].facts}
    rests = decision.obligation(result.id) or result  # a duty on what shows it as done, too
    for name, value in rests.facts.items():
        if name not in above or not result.uses:
            yield depth + 1, say.pair(say.named(say.label(facts[name]), name), say.fact(name, value))
    lacking = {name for id_ in result.uses for name in decision.results[id_].missing}
    for name in rests.missing:
        if name not in lacking:
            yield depth + 1, say("missing_count", names=say.named(say.label(facts[name]), name))
    for below in (decision.results[id_] for id_ in result.uses):
        if result.kind != "quantity" or below.status != "not_applicable" or below.facts or below.uses:
            yield from _chain(decision, say, below, depth + 1, seen)  # else an event that did not come decides a branch


def _decided_by(decision: Decision, say: Say, result: Result) -> Iterator[str]:
    """The formula, later texts, the rule or row that decided, the text behind it, and warnings."""
    worked = formula(result, decision, say)
    if worked:
        yield say.pair(say("worked_out"), worked)
    for use in decision.overlays:
        if result.id in use.changes:
            yield say.pair(say("overlay"), f"{say.named(say.label(use), use.convention)} {say.noted(use.cite)}")
    yield from whatever(result, say)
    for reason in (reason for reason in result.because if reason.kind != BY_CASES):
        kind, cited = say(f"reason.{reason.kind}"), say.noted(reason.cite)
        told = reason.text[say.lang] if reason.text else ""
        if say.ids:
            told = say.pair(f"{kind} {reason.id} ({reason.at})", told) if told else f"{kind} {reason.id} ({reason.at})"
        elif told:
            told = say.pair(kind, told)
        if told or cited:
            yield f"{told or say('article')} {cited}".rstrip()
    if result.cite and not any(reason.cite for reason in result.because):
        yield f"{say('article')} {say.noted(result.cite)}"
    for warning in result.warnings:
        yield say.pair(say("warnings"), warning[say.lang])


class _Worked(NamedTuple):
    """What an expression comes to, and the part of it that decides this."""

    value: Value
    by: tree.Expression


def formula(result: Result, decision: Decision, say: Say) -> str:
    """The formula of a known result with its values; nothing where it has none, or more than one may be the one."""
    item = decision.convention.items.get(result.id)
    if result.value is None or item is None or not isinstance(item.body, Quantity | Payment):
        return ""
    whole = item.body.expression if isinstance(item.body, Quantity) else item.body.amount
    branches = (then for _, then in whole.branches) if isinstance(whole, tree.Cases) else (whole,)
    last = (whole.otherwise,) if isinstance(whole, tree.Cases) and whole.otherwise is not None else ()
    worked = [_worked(each, decision) for each in (*branches, *last)]
    found = [each.by for each in worked if each is not None and each.value == result.value]
    if None in worked or len(found) != 1 or not isinstance(found[0], tree.Apply):
        return ""
    return Phrases(decision.convention.items, say, partial(_told, decision=decision, say=say)).operand(found[0])


def _worked(node: tree.Expression, decision: Decision) -> _Worked | None:
    """None of what only a condition could decide."""
    match node:
        case tree.Literal(value):
            return _Worked(value if isinstance(value, bool | str) else exact(value), node)
        case tree.Unpublished():
            return _Worked(UNDETERMINED, node)
        case tree.FactRef(name):
            return _Worked(decision.facts.get(name, UNDETERMINED), node)
        case tree.ItemRef(id_) if id_ in decision.results:
            result = decision.results[id_]
            absent = NOT_APPLICABLE if result.status == "not_applicable" else UNDETERMINED
            return _Worked(absent if result.value is None else result.value, node)
        case tree.ByOutcome(outcome, values):
            then = dict(values).get(decision.results[outcome.id].verdict)
            return None if then is None else _worked(then, decision)
        case tree.Apply(operator, operands) if not EXPRESSIONS[operator].ranked:
            parts = [_worked(each, decision) for each in operands]
            return None if None in parts else _applied(node, [each for each in parts if each is not None])
    return None


def _applied(node: tree.Apply, parts: list[_Worked]) -> _Worked:
    """An operator on values; of a choice, or a rounding that changes nothing, the formula that it takes."""
    row = EXPRESSIONS[node.operator]
    given = [each for each in parts if not isinstance(each.value, Absent)]
    if row.chain or not given:
        return given[0] if given else parts[0]
    if row.absence == "skip":
        parts = given
    elif len(given) < len(parts):
        return _Worked(next(each.value for each in parts if isinstance(each.value, Absent)), node)
    value = row.scalar([each.value for each in parts], node.options)
    same = [each for each in parts if each.value == value and isinstance(each.by, tree.Apply)]
    if same and not row.between:
        return same[0]
    return _Worked(value, tree.Apply(node.operator, tuple(each.by for each in parts), node.options, node.at))


def _told(ref: tree.FactRef | tree.ItemRef, decision: Decision, say: Say) -> str:
    """What a fact or item is in a decision; a number bare, unless money or a rate: all of a formula are of one unit."""
    if isinstance(ref, tree.ItemRef):
        value, type_ = decision.results[ref.id].value, decision.results[ref.id].type
    else:
        value, type_ = decision.facts[ref.name], say.registry.vocabulary.facts[ref.name].type
    bare = type_ is not None and type_.kind == "number" and type_.unit not in ("EUR", "ratio")
    return say.scalar(value, None if bare else type_)
