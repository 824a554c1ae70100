"""Says rules in words: condition and expression nodes come in, a French or English phrase goes out.

The words of each operator are in its row of the operator table; labels come from items and facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from engine.language.expressions import (
    Apply,
    ByOutcome,
    Cases,
    Cell,
    Chosen,
    Compare,
    Condition,
    Connect,
    Expression,
    FactRef,
    ItemRef,
    Literal,
    Scale,
    Unpublished,
    VerdictIs,
)
from engine.language.facts import Vocabulary
from engine.language.operators import COMPARISONS, CONNECTIVES, EXPRESSIONS
from engine.policy.model import Item
from engine.report.messages import word

Lines = Iterator[tuple[int, str]]


class Phrases:
    """Phrases in one language, with the labels of a convention's items and of the facts."""

    def __init__(self, items: Mapping[str, Item], vocabulary: Vocabulary, lang: str) -> None:
        self.items = items
        self.vocabulary = vocabulary
        self.lang = lang

    def condition(self, node: Condition, depth: int = 0) -> Lines:
        """A condition as indented lines, one per atom or connective."""
        match node:
            case Connect(operator, parts):
                yield depth, CONNECTIVES[operator].phrase[self.lang] + word("colon", self.lang).rstrip()
                for part in parts:
                    yield from self.condition(part, depth + 1)
            case Chosen(interpretation, choice):
                yield depth, f"{interpretation} = {choice}"
            case VerdictIs(criterion, verdicts):
                names = ", ".join(word(verdict, self.lang) for verdict in verdicts)
                yield depth, f"{self._item(criterion)} : {names}"
            case Compare():
                yield depth, self._comparison(node)

    def expression(self, node: Expression, depth: int = 0) -> Lines:
        """An expression as indented lines."""
        match node:
            case Apply(operator, operands, options):
                tail = f" ({', '.join(map(str, options))})" if options else ""
                yield depth, EXPRESSIONS[operator].phrase[self.lang] + tail + word("colon", self.lang).rstrip()
                for part in operands:
                    yield from self.expression(part, depth + 1)
            case Cases(branches, otherwise):
                for when, then in branches:
                    yield from self.condition(when, depth)
                    yield from ((d, f"→ {text}") for d, text in self.expression(then, depth + 1))
                if otherwise is not None:
                    yield from (
                        (d, f"{word('otherwise', self.lang)} → {t}") for d, t in self.expression(otherwise, depth)
                    )
            case Scale(steps):
                for step in steps:
                    yield depth, step.name
                    if step.reached_when is not None:
                        yield from self.condition(step.reached_when, depth + 1)
            case ByOutcome(outcome, values):
                for name, value in values:
                    for d, text in self.expression(value, depth):
                        yield d, f"{self._item(outcome)} = {name} → {text}"
            case _:
                yield depth, self.operand(node)

    def operand(self, node: Expression) -> str:
        """A literal or reference in words; other expressions on one line."""
        match node:
            case Literal(value):
                return self._literal(value)
            case FactRef():
                return self._fact(node)
            case ItemRef():
                return self._item(node)
            case Unpublished(reason):
                return f"{word('unpublished', self.lang)} ({reason[self.lang]})"
            case _:
                return " ".join(text for _, text in self.expression(node))

    def cell(self, cell: Cell) -> str:
        """A table cell in words."""
        if cell.values is not None:
            return ", ".join(self._literal(part.value) for part in cell.values)
        if cell.excluded is not None:
            excluded = [self._literal(part.value) for part in cell.excluded]
            return COMPARISONS["not_in"].said(self.lang, "", excluded).strip()
        low = "" if cell.low is None else f"≥ {self.operand(cell.low)}"
        high = "" if cell.high is None else f"< {self.operand(cell.high)}"
        return " ".join(part for part in (low, high) if part)

    def beside(self, literals: tuple[Literal, ...], ref: FactRef | ItemRef) -> str:
        """Values of a fact or item, by their labels."""
        return ", ".join(self._value(part, ref) for part in literals)

    def _comparison(self, node: Compare) -> str:
        left = self._fact(node.left) if isinstance(node.left, FactRef) else self._item(node.left)
        operands = [
            self._value(part, node.left) if isinstance(part, Literal) else self.operand(part) for part in node.operands
        ]
        return COMPARISONS[node.operator].said(self.lang, left, operands)

    def _value(self, literal: Literal, beside: FactRef | ItemRef) -> str:
        labels: Mapping[str, Mapping[str, str]] = {}
        if isinstance(beside, FactRef) and beside.name in self.vocabulary.facts:
            labels = self.vocabulary.facts[beside.name].value_labels
        elif isinstance(beside, ItemRef) and beside.id in self.items:
            labels = self.items[beside.id].value_labels
        key = str(literal.value)
        return labels[key][self.lang] if key in labels else self._literal(literal.value)

    def _literal(self, value: int | Decimal | str | bool) -> str:
        if isinstance(value, bool):
            return word("true" if value else "false", self.lang)
        return word(str(value), self.lang)

    def _fact(self, node: FactRef) -> str:
        fact = self.vocabulary.facts.get(node.name)
        return f"« {fact.label[self.lang]} »" if fact else node.name

    def _item(self, node: ItemRef) -> str:
        item = self.items.get(node.id)
        return f"« {item.label[self.lang]} »" if item else node.id
