"""Says an edit of a rule in words: the edit and the labels of both sides come in, its place and both values go out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

from engine.comparison.edits.edit import Comparison, Edit, Value
from engine.comparison.edits.same import ranging
from engine.errors import Location
from engine.language.expressions import Cell, Citation, Compare, Connect, FactRef, ItemRef, Literal
from engine.language.operators import EXPRESSIONS
from engine.language.types import number
from engine.language.typing import is_date
from engine.policy.model import (
    YEAR_START,
    Convention,
    DatedValue,
    Derogation,
    Interpretation,
    Item,
    Overlay,
    Row,
    Rule,
    Source,
    Table,
)
from engine.policy.overlays import year_start_item
from engine.policy.registry import Registry
from engine.report.decision_page import cited_text
from engine.report.messages import word
from engine.report.phrases import Phrases
from engine.report.values import scalar_text

INNER = ("reached_when", "comparison", "not")
CONDITIONS = (Compare, Connect)
_Side = TypeVar("_Side")
Lines = tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Said:
    """An edit in words: the part, both values as indented lines (none where there is nothing), texts and places."""

    where: str
    before: Lines
    after: Lines
    cite: str
    place: str


@dataclass(frozen=True, slots=True)
class Speaker:
    """What is needed to say the edits of one comparison: the phrases and the registry of each side."""

    comparison: Comparison
    registries: tuple[Registry, Registry]
    phrases: tuple[Phrases, Phrases]
    lang: str

    def said(self, edit: Edit) -> Said:
        """The edit in words."""
        return Said(
            where=self._where(edit),
            before=self._side(edit, edit.before, 0),
            after=self._side(edit, edit.after, 1),
            cite=self.cited(edit),
            place=_arrow(*(_place(at) for at in _sides(edit, edit.at_before, edit.at_after))),
        )

    def cited(self, edit: Edit) -> str:
        """The citations of both sides; an edit of citations says them itself."""
        if edit.weight == "citation":
            return ""
        sides = _sides(edit, edit.cite_before, edit.cite_after)
        return _arrow(*(cited_text(cite or (), self.registries[i], self.lang) for i, cite in enumerate(sides)))

    def name(self, edit: Edit) -> str:
        """The item of an edit: its label, its id and its kind."""
        kind = word(f"diff_kind_{edit.kind}", self.lang)
        label = self._label(edit)
        return f"{label} ({edit.item}), {kind}" if label else f"{edit.item}, {kind}"

    def _label(self, edit: Edit) -> str | None:
        for convention in (self.comparison.after, self.comparison.before):
            if convention is None:
                continue
            if edit.kind == "convention":
                return convention.label[self.lang]
            found: Any = convention.items.get(edit.item) or convention.derogations.get(edit.item)
            found = found or next((overlay for overlay in convention.overlays if overlay.id == edit.item), None)
            if found is not None:
                return str(found.label[self.lang])
            if edit.kind == "interpretation" and edit.item in convention.interpretations:
                return convention.interpretations[edit.item].question[self.lang]
            if edit.kind == "source" and edit.item in convention.sources:
                return convention.sources[edit.item].title
        return None

    def _where(self, edit: Edit) -> str:
        """The path in words, then what the change is, where both values do not say it."""
        parts = [text for kind, name in edit.path if (text := self._step(edit, kind, name))]
        key = f"diff_part_{edit.part}"
        own = word(key, self.lang)
        last = edit.path[-1][0] if edit.path else ""
        if own != key and own not in parts and last != edit.part:
            parts.append(own)
        if edit.change != "changed":
            listed = last if edit.part == "condition" else ""
            special = f"diff_{edit.change}_{listed}"
            said = word(special, self.lang)
            if said != special and parts[-1:] == [word("diff_at_when", self.lang)]:
                parts.pop()  # what is added is a condition already
            parts.append(word(f"diff_{edit.change}", self.lang) if said == special else said)
        return ", ".join(parts)

    def _step(self, edit: Edit, kind: str, name: str) -> str:
        if kind == "row" and edit.cells:
            return self._row(edit)
        if kind == "value" and is_date(name):
            day = scalar_text(dt.date.fromisoformat(name), None, self.lang)
            return word("diff_at_value", self.lang).format(name=day)
        if kind == "value":
            return word("diff_at_outcome_value", self.lang).format(name=name)
        row = EXPRESSIONS.get(kind)
        if row is not None and not row.chain and not row.tags:
            return row.phrase[self.lang]
        key = f"diff_at_{kind}"
        text = word(key, self.lang)
        return "" if text == key else text.format(name=name)

    def _row(self, edit: Edit) -> str:
        """What the row asks, with the labels of facts and values."""
        side = 1 if self.comparison.after and edit.change != "removed" else 0
        convention = (self.comparison.before, self.comparison.after)[side]
        item = convention.items.get(edit.item) if convention else None
        if item is None or not isinstance(item.body, Table):
            return word("diff_at_row", self.lang)
        inputs = item.body.inputs
        said = (self._cell(self.phrases[side], inputs.get(name), name, cell) for name, cell in edit.cells.items())
        return word("semicolon", self.lang).join(said)

    def _cell(self, phrases: Phrases, ref: FactRef | ItemRef | None, name: str, cell: Cell) -> str:
        label = name if ref is None else phrases.operand(ref).strip("«»\u00a0 ")
        sign = word("colon", self.lang) if cell.values is not None else " "
        return label + sign + _within(phrases, ref, cell)

    def _asked(self, edit: Edit, cell: Cell | None, side: int) -> str:
        """What a row asks of one input on one side."""
        convention = (self.comparison.before, self.comparison.after)[side]
        item = convention.items.get(edit.item) if convention else None
        inputs = item.body.inputs if item and isinstance(item.body, Table) else {}
        if cell is None:
            return word("any_value", self.lang)
        return _within(self.phrases[side], inputs.get(edit.path[-1][1]), cell)

    def _side(self, edit: Edit, value: Value, side: int) -> Lines:
        if edit.part == "cell":
            return ((0, self._asked(edit, value if isinstance(value, Cell) else None, side)),)
        return () if value is None else self._value(edit, value, side)

    def _value(self, edit: Edit, value: Value, side: int) -> Lines:
        phrases = self.phrases[side]
        match value:
            case bool() | int() | Decimal() | str() | dt.date():
                return ((0, self._scalar(edit, value, side)),)
            case Connect() if ranging(value) is not None:
                key = "diff_every" if value.operator == "all" else "diff_some"
                verdicts = ", ".join(word(verdict, self.lang) for verdict in sorted(ranging(value) or ()))
                return ((0, word(key, self.lang).format(colon=word("colon", self.lang), verdicts=verdicts)),)
            case Literal():
                return ((0, self._literal(edit, value, side)),)
            case Row() | DatedValue():
                return self._value(edit, value.then if isinstance(value, Row) else value.value, side)
            case Rule():
                then = ((0, f"→ {self._then(edit, value, side)}"),)
                return (*phrases.condition(value.when), *then)
            case Derogation():
                return ((0, value.label[self.lang]), *phrases.condition(value.when, 1))
            case Item() | Overlay() | Source():
                return ()  # its name says it
            case Interpretation():
                return ((0, self._choice(value, value.default)),)
            case Mapping():
                return ((0, str(value[self.lang])),)
            case tuple():
                return ((0, self._several(value, side)),)
        return tuple(phrases.condition(value) if isinstance(value, CONDITIONS) else _either(phrases, value))

    def _several(self, values: Sequence[str | Citation], side: int) -> str:
        cites = [each for each in values if isinstance(each, Citation)]
        text = cited_text(cites, self.registries[side], self.lang) if cites else ", ".join(map(str, values))
        return text or word("diff_nothing_there", self.lang)

    def _then(self, edit: Edit, rule: Rule, side: int) -> str:
        return (
            self._named(edit, rule.then, side) if isinstance(rule.then, str) else self.phrases[side].operand(rule.then)
        )

    def _scalar(self, edit: Edit, value: bool | int | Decimal | str | dt.date, side: int) -> str:
        if edit.part == "default" and isinstance(value, str):
            convention = (self.comparison.before, self.comparison.after)[side]
            question = convention.interpretations.get(edit.item) if convention else None
            return self._choice(question, value) if question else value
        if isinstance(value, str):
            return self._named(edit, value, side)
        return scalar_text(Fraction(value) if isinstance(value, Decimal) else value, None, self.lang)

    def _choice(self, question: Interpretation, choice: str) -> str:
        return f"{question.choices[choice][self.lang]} ({choice})" if choice in question.choices else choice

    def _literal(self, edit: Edit, literal: Literal, side: int) -> str:
        value = literal.value
        kind, unit = edit.path[-1] if edit.path else ("", "")
        if kind in EXPRESSIONS and EXPRESSIONS[kind].tags and isinstance(value, int):
            return word(f"diff_{unit}_{'one' if value == 1 else 'many'}", self.lang).format(count=value)
        if isinstance(value, str | bool) or edit.value_unit is None:
            return self._named(edit, value, side) if isinstance(value, str) else self.phrases[side].operand(literal)
        exact = value if isinstance(value, int) else Fraction(value)
        return scalar_text(exact, number(edit.value_unit, None), self.lang)

    def _named(self, edit: Edit, value: str, side: int) -> str:
        """A value of an item by its label."""
        convention = (self.comparison.before, self.comparison.after)[side]
        item = convention.items.get(edit.item) if convention else None
        labels = {} if item is None or edit.part in ("id", "file", "kind", "unit") else item.value_labels
        return labels[value][self.lang] if value in labels else word(value, self.lang)


def _within(phrases: Phrases, ref: FactRef | ItemRef | None, cell: Cell) -> str:
    """What a cell asks, values by the labels of the fact or item beside it."""
    if ref is not None and cell.values is not None:
        return phrases.beside(cell.values, ref)
    if ref is not None and cell.excluded is not None:
        return f"≠ {phrases.beside(cell.excluded, ref)}"
    return phrases.cell(cell)


def speaker(comparison: Comparison, a: Registry, b: Registry, lang: str) -> Speaker:
    """The speaker of one comparison between two registries."""
    sides = ((comparison.before, a), (comparison.after, b))
    first, second = (Phrases(_items(convention), registry.vocabulary, lang) for convention, registry in sides)
    return Speaker(comparison, (a, b), (first, second), lang)


def _items(convention: Convention | None) -> Mapping[str, Item]:
    if convention is None:
        return {}
    return {**convention.items, YEAR_START: year_start_item(convention)}


def inline(lines: Iterable[tuple[int, str]], lang: str) -> str:
    """Indented lines on one line: what stands below a line goes into brackets behind it."""
    text, depth = "", None
    opened = 0
    for level, line in lines:
        if depth is None:
            text, depth = line, level
            continue
        if level > depth:
            text += " (" + line
            opened += 1
        else:
            closing = min(opened, depth - level)
            opened -= closing
            text += ")" * closing + word("semicolon", lang) + line
        depth = level
    return text + ")" * opened


def _either(phrases: Phrases, value: Any) -> Iterable[tuple[int, str]]:
    """A condition or an expression, as its kind has it."""
    as_condition = tuple(phrases.condition(value))
    return as_condition or phrases.expression(value)


def _sides(edit: Edit, before: _Side, after: _Side) -> tuple[_Side | None, _Side | None]:
    """What stands behind both sides of an edit; of what is new or gone, the side that has it says enough."""
    return (None if edit.change == "added" else before, None if edit.change == "removed" else after)


def _place(at: Location | None) -> str:
    return "" if at is None else f"{at.file}:{at.line}" if at.line else at.file


def _arrow(before: str, after: str) -> str:
    if before == after or not before or not after:
        return before or after
    return f"{before} → {after}"
