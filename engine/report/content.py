"""What a part of the rules says: an item, an overlay or the like comes in, indented lines go out.

A review shows what is new or gone by these lines, where the page of an item has tables and citations.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from engine.language.expressions import Expression, Node, Unpublished
from engine.language.facts import FIRST_DAY
from engine.policy import model
from engine.policy.entries import Property, Supposition, WithoutRules
from engine.report.phrases import Lines, Phrases, alike, in_time


def content(thing: Any, phrases: Phrases) -> Lines:
    """What a part of the rules says; nothing of a source, which its name says."""
    say = phrases.say
    match thing:
        case model.Item():
            yield from _parts(phrases, applies_when=thing.applies_when)
            yield from body_lines(thing, phrases)
            yield from _parts(phrases, unless=thing.unless)
            for key, word in (("severity", thing.severity), ("if_unmet", getattr(thing.body, "if_unmet", None))):
                if word is not None:
                    yield 0, say.pair(str(say.find("diff_part", key)), str(say.find(key, word)))
            for caution in thing.warnings:
                yield 0, say.pair(say("diff_part.warning"), caution.text[say.lang])
                yield from phrases.lines(caution.when, 1)
        case model.Overlay():
            yield from _days(thing, phrases)
            yield from _parts(phrases, when=thing.when)
            for old, new in thing.replace.items():
                yield 0, f"{_named(old, phrases)} → {_named(new, phrases)}"
            for criterion, ids in thing.add_derogations.items():
                yield 0, say.head(say("diff_at.add_derogations", name=_named(criterion, phrases)))
                yield from ((1, _named(id_, phrases)) for id_ in ids)
        case model.Interpretation():
            for choice, label in thing.choices.items():
                yield 0, label[say.lang] + (f" ({say('diff_part.default')})" if choice == thing.default else "")
        case Property() | Supposition():
            yield from _entry(thing, phrases)
        case WithoutRules():
            yield from _days(thing, phrases)
            yield from ((0, text[say.lang]) for text in (*(each.text for each in thing.known), thing.ask))


def body_lines(item: model.Item, phrases: Phrases) -> Lines:
    """The body of an item."""
    say = phrases.say
    match item.body:
        case model.Parameter(values):
            for dated in values:
                start = say("diff_at.value", name=say.scalar(dated.start))
                yield 0, say.pair(start, phrases.valued(dated.value, item.unit))
        case model.Table(_, rows):
            for row in rows:
                if row is alike(row, item.body)[0]:
                    then = in_time(row, item.body, say, lambda then: phrases.valued(then, item.unit))
                    yield 0, say.pair(row_words(item.body, row.cells, phrases), then)
        case model.Quantity(expression):
            yield from phrases.lines(expression)
        case model.Criterion(met_when, derogations):
            yield from phrases.lines(met_when)
            for each in derogations:
                yield 0, say("derogation", label=say.label(each))
                yield from phrases.lines(each.when, 1)
        case model.Outcome(_, rules):
            for rule in rules:
                then = phrases.operand(rule.then) if isinstance(rule.then, Unpublished) else rule.then
                yield 0, say.value(then, item.value_labels)
                yield from phrases.lines(rule.when, 1)
        case model.Payment(amount, due):
            yield from _parts(phrases, amount=amount, due=due)
        case model.Obligation(due, done_when, unmet_when):
            yield from _parts(phrases, due=due, done_when=done_when, unmet_when=unmet_when)


def row_words(table: model.Table, cells: Any, phrases: Phrases) -> str:
    """What a row asks of each input, with the labels of facts and values."""

    def cell(name: str) -> str:
        ref = table.inputs.get(name)
        sign = phrases.say("colon") if cells[name].values is not None else " "
        return ((None if ref is None else phrases.label(ref)) or name) + sign + phrases.cell(cells[name], ref)

    return phrases.say.listed(map(cell, cells)) or phrases.say("any_value")


def _entry(thing: Property | Supposition, phrases: Phrases) -> Lines:
    say = phrases.say
    yield from _parts(phrases, when=thing.when)
    named: list[tuple[str, Expression | None]]
    if isinstance(thing, Supposition):
        named = [("fact", thing.fact), *(("be", each) for each in (*thing.be, *(one.be for one in thing.along)))]
    else:
        named = [("more", thing.more), ("result", thing.result)]
        if thing.never is not None:
            yield 0, say.head(say("diff_part.never"))
            yield from phrases.lines(thing.never, 1)
    for key, part in named:
        if part is not None:
            yield 0, say.pair(str(say.find("diff_part", key)), phrases.operand(part))


def _parts(phrases: Phrases, **nodes: Node | None) -> Lines:
    """Each part that there is, below its name."""
    for key, node in nodes.items():
        if node is not None:
            yield 0, phrases.say.head(str(phrases.say.find("diff_at", key)))
            yield from phrases.lines(node, 1)


def _days(thing: model.Overlay | WithoutRules, phrases: Phrases) -> Lines:
    for key in ("signed_from", "signed_before", "first_anniversary"):
        if (day := getattr(thing, key, None)) is not None and day != FIRST_DAY:
            yield 0, phrases.say.pair(str(phrases.say.find("diff_part", key)), phrases.say.scalar(day))


def _named(id_: str, phrases: Phrases) -> str:
    """An item, or a derogation that an overlay adds, by the label that some text gives it."""
    texts = phrases.say.registry.conventions.values()
    known: Iterator[Any] = (some[id_] for text in texts for some in (text.items, text.derogations) if id_ in some)
    found = phrases.items.get(id_) or next(known, None)
    return id_ if found is None else phrases.say("quoted", text=phrases.say.label(found))
