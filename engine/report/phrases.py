"""Says rules in words: conditions, expressions, rows and whole items come in, French or English lines go out.

The words of each operator are in its row of the operator table; labels come from items and facts. A review shows what
is new or gone by these lines, where the page of an item has tables and citations.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from typing import Any

from engine.language import expressions as tree
from engine.language.expressions import Citation, Expression, Literal, Unpublished
from engine.language.facts import FIRST_DAY
from engine.language.operators import COMPARISONS, CONNECTIVES, EXPRESSIONS
from engine.language.row import beside
from engine.policy import model
from engine.policy.model import DecisionTable, Item, Row
from engine.policy.overlays import until
from engine.policy.results import Property, Supposition, WithoutRules
from engine.report.say import Say

Lines = Iterator[tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Phrases:
    """Phrases with the labels of items and facts, or with what is ``told``; ``own`` label the values of the item."""

    items: Mapping[str, Item]
    say: Say
    told: Callable[[tree.FactRef | tree.ItemRef], str] | None = None
    own: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def _chosen(self, id_: str, choice: str) -> str:
        """A reading that is taken: the question and the answer, by their ids where no text has them."""
        known = (each.interpretations.get(id_) for each in self.say.registry.conventions.values())
        question = next(filter(None, known), None)
        if question is None:
            return f"{id_} = {choice}"
        told = question.choices[choice][self.say.lang] if choice in question.choices else choice
        return self.say.pair(self.say("quoted", text=question.question[self.say.lang]), told)

    def lines(self, node: tree.Node, depth: int = 0) -> Lines:
        """A condition or an expression as indented lines, one for each atom or operator."""
        match node:
            case tree.Connect(operator, parts):
                yield depth, self.say.head(CONNECTIVES[operator].phrase[self.say.lang])
                for part in parts:
                    yield from self.lines(part, depth + 1)
            case tree.Chosen(interpretation, choice):
                yield depth, self._chosen(interpretation, choice)
            case tree.VerdictIs(criterion, verdicts):
                names = ", ".join(self.say.value(verdict) for verdict in verdicts)
                yield depth, self.say.pair(self._named(criterion), names)
            case tree.Compare(operator, left):
                told = [
                    self._value(part, left) if isinstance(part, tree.Literal) else self.operand(part)
                    for part in node.operands
                ]
                yield depth, COMPARISONS[operator].said(self.say.lang, self._named(left), told)
            case tree.Apply(operator, operands) if not (EXPRESSIONS[operator].between and _on_one_line(node)):
                yield depth, self.say.head(EXPRESSIONS[operator].phrase[self.say.lang] + self._options(node))
                for operand in operands:
                    yield from self.lines(operand, depth + 1)
            case tree.Cases(branches, otherwise):
                for when, then in branches:
                    yield from self.lines(when, depth)
                    yield from self._given("→", then, depth + 1)
                if otherwise is not None:
                    yield from self._given(f"{self.say('otherwise')} →", otherwise, depth)
            case tree.Scale(steps):
                for step in steps:
                    yield depth, self.say.value(step.name, self.own)
                    if step.reached_when is not None:
                        yield from self.lines(step.reached_when, depth + 1)
            case tree.ByOutcome(of, values):
                for id_, then in values:
                    yield from self._given(f"{self._named(of)} = {self._value(Literal(id_, of.at), of)} →", then, depth)
            case _:
                yield depth, self.operand(node)

    def _given(self, sign: str, node: tree.Expression, depth: int) -> Lines:
        """An expression behind a sign; where it has branches of its own they stand below the sign."""
        (_, first), *others = self.lines(node, depth)
        if any(inner == depth for inner, _ in others):
            yield depth, sign
            yield from ((inner + 1, text) for inner, text in [(depth, first), *others])
        else:
            yield depth, f"{sign} {first}"
            yield from others

    def _options(self, node: tree.Apply) -> str:
        told = (self.say.find("options", str(each)) or self._literal(each) for each in node.options)
        return f" ({', '.join(told)})" if node.options else ""

    def operand(self, node: tree.Expression) -> str:
        """A literal, a reference or a formula on one line; other expressions word after word."""
        match node:
            case tree.Apply(operator, operands) if _on_one_line(node):
                row, texts = EXPRESSIONS[operator], [self.operand(each) for each in operands]
                said = row.phrase[self.say.lang] + self._options(node)
                if row.operands == "one":
                    return f"{texts[0]}, {said}"
                if not row.between:
                    return f"{said} ({self.say.listed(texts)})"
                inner = (isinstance(each, tree.Apply) and EXPRESSIONS[each.operator].between for each in operands)
                told = (f"({text})" if bracketed else text for text, bracketed in zip(texts, inner, strict=True))
                return row.between[self.say.lang].join(told) + self._options(node)
            case tree.Literal(value):
                return self._literal(value)
            case tree.FactRef() | tree.ItemRef():
                return self._named(node)
            case tree.Unpublished(reason):
                return f"{self.say('unpublished')} ({reason[self.say.lang]})"
            case _:
                return " ".join(text for _, text in self.lines(node))

    def valued(self, value: Literal | Unpublished, unit: str | None) -> str:
        """A value of a table or parameter as people write it, with its unit."""
        match value:
            case Literal(int() | Decimal() as found) if not isinstance(found, bool):
                return self.say.numbered(found, unit)
        return self.operand(value)

    def cell(self, cell: tree.Cell, ref: tree.FactRef | tree.ItemRef | None = None) -> str:
        """What a cell asks, values by the labels of the fact or item beside it where one is given."""
        if cell.listed is not None:
            values = beside([self._value(part, ref) for part in cell.literals])
            return values if cell.excluded is None else f"≠ {values}"
        low = "" if cell.low is None else f"≥ {self.operand(cell.low)}"
        high = "" if cell.high is None else f"< {self.operand(cell.high)}"
        return " ".join(part for part in (low, high) if part)

    def _value(self, literal: tree.Literal, beside: tree.FactRef | tree.ItemRef | None) -> str:
        labels: Mapping[str, Mapping[str, str]] = {}
        if isinstance(beside, tree.FactRef) and beside.name in self.say.registry.vocabulary.facts:
            labels = self.say.registry.vocabulary.facts[beside.name].value_labels
        elif isinstance(beside, tree.ItemRef) and beside.id in self.items:
            labels = self.items[beside.id].value_labels
        key = str(literal.value)
        return self.say.value(key, labels) if key in labels else self._literal(literal.value)

    def _literal(self, value: int | Decimal | str | bool) -> str:
        if isinstance(value, str):
            return self.say.value(value, self.own)
        return self.say.scalar(value) if isinstance(value, bool) else self.say.numbered(value, None)

    def label(self, ref: tree.FactRef | tree.ItemRef) -> str | None:
        """The label of a fact or an item; None of one that there is not."""
        facts = self.say.registry.vocabulary.facts
        known = facts.get(ref.name) if isinstance(ref, tree.FactRef) else self.items.get(ref.id)
        return None if known is None else self.say.label(known)

    def _named(self, ref: tree.FactRef | tree.ItemRef) -> str:
        if self.told is not None:
            return self.told(ref)
        label = self.label(ref)
        bare = ref.name if isinstance(ref, tree.FactRef) else ref.id
        return bare if label is None else self.say("quoted", text=label)


def _on_one_line(node: tree.Expression) -> bool:
    """Whether an expression is a formula without branches."""
    if isinstance(node, tree.Apply):
        return all(map(_on_one_line, node.operands))
    return isinstance(node, tree.Literal | tree.FactRef | tree.ItemRef)


Shown = Callable[[Literal | Unpublished], str]
Cited = Callable[[tuple[Citation, ...]], str]  # what is said of a text behind a part of an item


def in_time(row: Row, table: DecisionTable, say: Say, shown: Shown) -> str:
    """The values of all rows of the same cells, each with its days."""
    told: list[str] = []
    before: dt.date | None = None
    for each in alike(row, table):
        end = until(each, table)
        follows = each.start is None or each.start == before
        last = "" if end is None else say.scalar(end - dt.timedelta(days=1))
        value, start = shown(each.then), "" if each.start is None else say.scalar(each.start)
        if end is not None:
            value = say("in_time_until" if follows else "in_time_within", value=value, start=start, day=last)
        elif each.start is not None:
            value = say("in_time_then" if follows else "in_time_from", value=value, start=start)
        told.append(value)
        before = end
    return ", ".join(told)


def alike(row: Row, table: DecisionTable) -> list[Row]:
    """The rows of the same cells, the oldest first."""
    return sorted((each for each in table.rows if each.cells == row.cells), key=lambda each: each.start or dt.date.min)


def content(thing: Any, phrases: Phrases) -> Lines:
    """What a part of the rules says; nothing of a source, which its name says."""
    say = phrases.say
    match thing:
        case Item():
            yield from held(thing, "applies_when", phrases)
            yield from body_lines(thing, phrases)
            yield from closing(thing, phrases)
        case model.Overlay():
            yield from held(thing, "signed_from signed_before first_anniversary when", phrases)
            for old, new in thing.replace.items():
                yield 0, f"{_named(old, phrases)} → {_named(new, phrases)}"
            for criterion, ids in thing.add_derogations.items():
                yield 0, say.head(say("diff_at.add_derogations", name=_named(criterion, phrases)))
                yield from ((1, _named(id_, phrases)) for id_ in ids)
        case model.Interpretation():
            for choice, label in thing.choices.items():
                yield 0, label[say.lang] + (f" ({say('diff_part.default')})" if choice == thing.default else "")
        case Property():
            yield from held(thing, "when never more result", phrases)
        case Supposition():
            yield from chain.from_iterable(held(each, "when fact be", phrases) for each in (thing, *thing.along))
        case WithoutRules():
            yield from held(thing, "signed_from signed_before", phrases)
            yield from ((0, text[say.lang]) for text in (*(each.text for each in thing.known), thing.ask))


def closing(item: Item, phrases: Phrases) -> Lines:
    """What an item says after its body: when it does not apply, what follows, and of what it warns."""
    yield from held(item, "unless severity", phrases)
    yield from held(item.body, "if_unmet", phrases)
    for caution in item.warnings:
        yield 0, phrases.say.pair(phrases.say("diff_part.warning"), caution.text[phrases.say.lang])
        yield from phrases.lines(caution.when, 1)


def held(thing: object, names: str, phrases: Phrases) -> Lines:
    """Each part of these names that there is: days, words and expressions of one line beside it, others below."""
    say = phrases.say
    for name in names.split():
        value, part = getattr(thing, name, None), say.find("diff_part", name)
        for each in value if isinstance(value, tuple) else () if value in (None, FIRST_DAY) else (value,):
            match each:
                case str() | dt.date():
                    yield 0, say.pair(str(part), say.find(name, str(each)) or say.scalar(each))
                case {"fr": _, "en": _}:
                    yield 0, say.pair(str(part), each[say.lang])
                case _:
                    below = [*phrases.lines(each, 1)]
                    beside = part is not None and isinstance(each, Expression) and len(below) == 1
                    named = part or str(say.find("diff_at", name))
                    yield from [(0, say.pair(named, below[0][1]))] if beside else [(0, say.head(named)), *below]


def body_lines(item: Item, phrases: Phrases, cited: Cited = lambda _: "") -> Lines:
    """The body of an item, each part that has texts of its own with what ``cited`` says of them."""
    say = phrases.say
    match item.body:
        case DecisionTable(_, values) if item.kind == "parameter":
            for dated in values:
                start = say("diff_at.value", name=say.scalar(dated.start))
                yield 0, say.pair(start, phrases.valued(dated.then, item.unit))
        case DecisionTable(_, rows):
            for row in rows:
                if row is alike(row, item.body)[0]:
                    then = in_time(row, item.body, say, lambda then: phrases.valued(then, item.unit))
                    yield 0, say.pair(row_words(item.body, row.cells, phrases), then)
        case model.Quantity(expression):
            yield from phrases.lines(expression)
        case model.Criterion(derogations=derogations):
            yield from held(item.body, "refusal met_when", phrases)
            for each in derogations:
                yield 0, f"{say('derogation', label=say.written(say.label(each), each.id))} {cited(each.cite)}".rstrip()
                yield from phrases.lines(each.when, 1)
        case model.Outcome(_, rules):
            for rule in rules:
                then = phrases.operand(rule.then) if isinstance(rule.then, Unpublished) else rule.then
                yield 0, f"{say.written(say.value(then, item.value_labels), rule.id)} {cited(rule.cite)}".rstrip()
                yield from phrases.lines(rule.when, 1)
        case model.Payment() | model.Obligation():
            yield from held(item.body, "amount due done_when unmet_when", phrases)


def row_words(table: DecisionTable, cells: Any, phrases: Phrases) -> str:
    """What a row asks of each input, with the labels of facts and values."""

    def cell(name: str) -> str:
        ref = table.inputs.get(name)
        sign = phrases.say("colon") if cells[name].values is not None else " "
        return ((None if ref is None else phrases.label(ref)) or name) + sign + phrases.cell(cells[name], ref)

    return phrases.say.listed(map(cell, cells)) or phrases.say("any_value")


def _named(id_: str, phrases: Phrases) -> str:
    """An item, or a derogation that an overlay adds, by the label that some text gives it."""
    texts = phrases.say.registry.conventions.values()
    known: Iterator[Any] = (some[id_] for text in texts for some in (text.items, text.derogations) if id_ in some)
    found = phrases.items.get(id_) or next(known, None)
    return id_ if found is None else phrases.say("quoted", text=phrases.say.label(found))
