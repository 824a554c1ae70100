"""What a part of the rules says: an item, an overlay or the like comes in, indented lines go out.

A review shows what is new or gone by these lines, where the page of an item has tables and citations.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from engine.language.expressions import Condition, Expression, Literal, Unpublished
from engine.language.facts import FIRST_DAY
from engine.policy import model
from engine.policy.entries import Property, Supposition, WithoutRules
from engine.report.phrases import Lines, Phrases, alike, in_time


def content(thing: Any, phrases: Phrases) -> Lines:
    """What a part of the rules says; nothing of a source, which its name says."""
    match thing:
        case model.Item():
            yield from _when("applies_when", thing.applies_when, phrases)
            yield from body_lines(thing, phrases)
            yield from _when("unless", thing.unless, phrases)
            for key, word in (("severity", thing.severity), ("if_unmet", getattr(thing.body, "if_unmet", None))):
                if word is not None:
                    yield 0, phrases.say.pair(str(phrases.say.find("diff_part", key)), str(phrases.say.find(key, word)))
            for caution in thing.warnings:
                yield 0, phrases.say.pair(phrases.say("diff_part.warning"), caution.text[phrases.say.lang])
                yield from phrases.condition(caution.when, 1)
        case model.Overlay():
            yield from _days(phrases, thing.signed_from, thing.signed_before, thing.first_anniversary)
            yield from _when("when", thing.when, phrases)
            for old, new in thing.replace.items():
                yield 0, f"{_named(old, phrases)} → {_named(new, phrases)}"
            for criterion, ids in thing.add_derogations.items():
                yield 0, phrases.say.head(phrases.say("diff_at.add_derogations", name=_named(criterion, phrases)))
                yield from ((1, _named(id_, phrases)) for id_ in ids)
        case model.Interpretation():
            for choice, label in thing.choices.items():
                default = f" ({phrases.say('diff_part.default')})" if choice == thing.default else ""
                yield 0, label[phrases.say.lang] + default
        case Property() | Supposition():
            yield from _entry(thing, phrases)
        case WithoutRules():
            yield from _days(phrases, thing.signed_from, thing.signed_before, None)
            for text in (*(each.text for each in thing.known), thing.ask):
                yield 0, text[phrases.say.lang]


def body_lines(item: model.Item, phrases: Phrases) -> Lines:
    """The body of an item."""
    match item.body:
        case model.Parameter(values):
            for dated in values:
                start = phrases.say("diff_at.value", name=phrases.say.scalar(dated.start))
                yield 0, phrases.say.pair(start, valued(dated.value, item.unit, phrases))
        case model.Table():
            yield from _rows(item.body, lambda then: valued(then, item.unit, phrases), phrases)
        case model.Quantity(expression):
            yield from phrases.expression(expression)
        case model.Criterion(met_when, derogations):
            yield from phrases.condition(met_when)
            for each in derogations:
                yield 0, phrases.say("derogation", label=phrases.say.label(each))
                yield from phrases.condition(each.when, 1)
        case model.Outcome(_, rules):
            for rule in rules:
                then = phrases.operand(rule.then) if isinstance(rule.then, Unpublished) else rule.then
                yield 0, phrases.say.value(then, item.value_labels)
                yield from phrases.condition(rule.when, 1)
        case model.Payment(amount, due):
            yield from _valued("amount", amount, phrases)
            yield from _valued("due", due, phrases)
        case model.Obligation(due, done_when, unmet_when):
            yield from () if due is None else _valued("due", due, phrases)
            yield from _when("done_when", done_when, phrases)
            yield from _when("unmet_when", unmet_when, phrases)


def row_words(table: model.Table, cells: Any, phrases: Phrases) -> str:
    """What a row asks of each input, with the labels of facts and values."""

    def cell(name: str) -> str:
        ref = table.inputs.get(name)
        sign = phrases.say("colon") if cells[name].values is not None else " "
        return ((None if ref is None else phrases.label(ref)) or name) + sign + phrases.cell(cells[name], ref)

    return phrases.say.listed(map(cell, cells)) or phrases.say("any_value")


def valued(value: Literal | Unpublished, unit: str | None, phrases: Phrases) -> str:
    """A value of a table or parameter as people write it, with its unit."""
    match value:
        case Literal(int() | Decimal() as found) if not isinstance(found, bool):
            return phrases.say.numbered(found, unit)
        case _:
            return phrases.operand(value)


def _rows(table: model.Table, shown: Callable[[Literal | Unpublished], str], phrases: Phrases) -> Lines:
    for row in table.rows:
        if row is alike(row, table)[0]:
            then = in_time(row, table, phrases.say, shown)
            yield 0, phrases.say.pair(row_words(table, row.cells, phrases), then)


def _entry(thing: Property | Supposition, phrases: Phrases) -> Lines:
    yield from _when("when", thing.when, phrases)
    if isinstance(thing, Supposition):
        named: Sequence[tuple[str, Expression]] = [("fact", thing.fact), *(("be", each) for each in thing.be)]
        named = [*named, *(("be", each.be) for each in thing.along)]
    else:
        named = [(key, part) for key, part in (("more", thing.more), ("result", thing.result)) if part is not None]
        if thing.never is not None:
            yield 0, phrases.say.head(phrases.say("diff_part.never"))
            yield from phrases.condition(thing.never, 1)
    for key, part in named:
        yield 0, phrases.say.pair(str(phrases.say.find("diff_part", key)), phrases.operand(part))


def _when(key: str, node: Condition | None, phrases: Phrases) -> Lines:
    if node is not None:
        yield 0, phrases.say.head(str(phrases.say.find("diff_at", key)))
        yield from phrases.condition(node, 1)


def _valued(key: str, node: Expression, phrases: Phrases) -> Lines:
    yield 0, phrases.say.head(str(phrases.say.find("diff_at", key)))
    yield from phrases.expression(node, 1)


def _days(phrases: Phrases, start: dt.date | None, before: dt.date | None, anniversary: dt.date | None) -> Lines:
    for key, day in (("signed_from", start), ("signed_before", before), ("first_anniversary", anniversary)):
        if day is not None and day != FIRST_DAY:
            yield 0, phrases.say.pair(str(phrases.say.find("diff_part", key)), phrases.say.scalar(day))


def _named(id_: str, phrases: Phrases) -> str:
    """An item, or a derogation that an overlay adds, by the label that some text gives it."""
    texts = phrases.say.registry.conventions.values()
    known: Iterator[Any] = (some[id_] for text in texts for some in (text.items, text.derogations) if id_ in some)
    found = phrases.items.get(id_) or next(known, None)
    return id_ if found is None else phrases.say("quoted", text=phrases.say.label(found))
