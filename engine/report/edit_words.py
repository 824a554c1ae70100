"""Says an edit of a rule in words: the edit and the labels of both sides come in, its place and both values go out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

from engine.comparison.edits.edit import Comparison, Edit, Value, Whole
from engine.comparison.edits.same import ranging
from engine.comparison.sides import Side
from engine.errors import Location
from engine.language import expressions as tree
from engine.language.operators import EXPRESSIONS
from engine.language.typing import is_date
from engine.policy import model
from engine.policy.overlays import year_start_item
from engine.policy.results import Property, Supposition, WithoutRules
from engine.report.phrases import Phrases, content, in_time, row_words
from engine.report.say import Say

_Side = TypeVar("_Side")
SaidLines = tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class Said:
    """An edit in words: the part, both values as indented lines (none where there is nothing), texts and places."""

    where: str
    before: SaidLines
    after: SaidLines
    cite: str
    place: str


@dataclass(frozen=True, slots=True)
class Speaker:
    """What is needed to say the edits of one comparison: the phrases of each side.

    What is new or gone in a text, or in one that amends it, is said with what it holds; between two texts that stand
    alone, where nearly all is, by its name.
    """

    comparison: Comparison
    phrases: tuple[Phrases, Phrases]
    say: Say

    @property
    def in_full(self) -> bool:
        """Whether what is new or gone is said with what it holds."""
        before, after = self.comparison.before, self.comparison.after
        return before is None or after is None or before.id in (after.id, after.amends)

    def said(self, edit: Edit) -> Said:
        return Said(
            where=self._where(edit),
            before=self._side(edit, edit.before, 0),
            after=self._side(edit, edit.after, 1),
            cite=self.cited(edit),
            place=_arrow(*(_place(at) for at in _sides(edit, edit.at_before, edit.at_after))),
        )

    def beside(self, edit: Edit) -> tuple[str, ...]:
        """The other places of a number that changes alike wherever it stands, part by part."""
        places: dict[str, list[str]] = {}
        for each in edit.also:
            named = self.say.written(self._label(each) or each.item, each.item)
            part = ", ".join(filter(None, (named, self._where(each))))
            places.setdefault(part, []).append(_place(each.at_after))
        return tuple(self.say.pair(part, ", ".join(found)) for part, found in places.items())

    def cited(self, edit: Edit) -> str:
        """The citations of both sides; an edit of citations says them itself."""
        if edit.weight == "citation":
            return ""
        sides = _sides(edit, edit.cite_before, edit.cite_after)
        return _arrow(*(self.say.sourced(cite or ()) for cite in sides))

    def name(self, edit: Edit) -> str:
        """The item of an edit: its label, its id and its kind."""
        kind = self.say(f"diff_kind.{edit.kind}")
        label = self._label(edit)
        return f"{self.say.written(label, edit.item)}, {kind}" if label else f"{edit.item}, {kind}"

    def _label(self, edit: Edit) -> str | None:
        for text in filter(None, (self.comparison.after, self.comparison.before)):
            if edit.kind == "convention":
                return self.say.label(text)
            if edit.kind == "source" and edit.item in text.sources:
                return text.sources[edit.item].title
            things: Iterable[Any] = () if edit.kind == "source" else (*text.items.values(), *text.entries)
            for thing in things:
                if thing.id == edit.item:
                    asked = isinstance(thing, model.Interpretation)
                    return thing.question[self.say.lang] if asked else self.say.label(thing)
        return None

    def _where(self, edit: Edit) -> str:
        """The path in words, then what the change is, where both values do not say it."""
        parts = [text for kind, name in edit.path if (text := self._step(edit, kind, name))]
        own = self.say.find("diff_part", edit.part)
        last = edit.path[-1][0] if edit.path else ""
        if own and own not in parts and last != edit.part:
            parts.append(own)
        if edit.change != "changed" and edit.part != "id":
            special = self.say.find("diff_change", f"{edit.change}_{last}") if edit.part == "condition" else None
            if special and parts[-1:] == [self.say("diff_at.when")]:
                parts.pop()  # what is added is a condition already
            parts.append(special or self.say(f"diff_change.{edit.change}"))
        return ", ".join(parts)

    def _step(self, edit: Edit, kind: str, name: str) -> str:
        if kind == "row" and edit.cells:
            side = 1 if self.comparison.after and edit.change != "removed" else 0
            table = self._table(edit, side)
            return self.say("diff_at.row") if table is None else row_words(table, edit.cells, self.phrases[side])
        if kind == "value" and is_date(name):
            return self.say("diff_at.value", name=self.say.scalar(dt.date.fromisoformat(name)))
        if kind == "value":
            return self.say("diff_at.outcome_value", name=name)
        row = EXPRESSIONS.get(kind)
        if row is not None and not row.chain and not row.tags:
            return row.phrase[self.say.lang]
        return (self.say.find("diff_at", kind) or "").format(name=name)

    def _table(self, edit: Edit, side: int) -> model.DecisionTable | None:
        """The table that an edit is in, on one side."""
        item = self.phrases[side].items.get(edit.item)
        body = None if item is None else item.body
        return body if isinstance(body, model.DecisionTable) and body.inputs else None

    def _side(self, edit: Edit, value: Value, side: int) -> SaidLines:
        if edit.part == "kind" and self.in_full:
            body = content(self.phrases[side].items.get(edit.item), self.phrases[side])
            return (*self._value(edit, value, side), *((depth + 1, text) for depth, text in body))
        if edit.part != "cell":
            return self._value(edit, value, side)
        table, any_ = self._table(edit, side), self.say("any_value")
        ref = None if table is None else table.inputs.get(edit.path[-1][1])
        return ((0, self.phrases[side].cell(value, ref) if isinstance(value, tree.Cell) else any_),)

    def _value(self, edit: Edit, value: Value, side: int) -> SaidLines:
        phrases = self.phrases[side]
        match value:
            case bool() | int() | Decimal() | str() | dt.date():
                return ((0, self._scalar(edit, value, side)),)
            case tree.Connect() if ranging(value) is not None:
                key = "diff_every" if value.operator == "all" else "diff_some"
                verdicts = ", ".join(self.say.value(verdict) for verdict in sorted(ranging(value) or ()))
                return ((0, self.say(key, colon=self.say("colon"), verdicts=verdicts)),)
            case tree.Literal():
                return ((0, self._literal(edit, value, side)),)
            case model.Row() if (value.start or value.end) and (table := self._table(edit, side)):
                shown = in_time(value, table, self.say, lambda then: self._value(edit, then, side)[0][1])
                return ((0, shown),)
            case model.Row():
                return self._value(edit, value.then, side)
            case model.Rule():
                then = value.then
                told = self._named(edit, then, side) if isinstance(then, str) else phrases.operand(then)
                return (*phrases.lines(value.when), (0, f"→ {told}"))
            case model.Derogation():
                return ((0, value.label[self.say.lang]), *phrases.lines(value.when, 1))
            case model.Item() | model.Overlay() | model.Interpretation() | Property() | Supposition() | WithoutRules():
                return self._whole(value, phrases)
            case model.Source():
                return ()  # its name says it
            case Mapping():
                return ((0, str(value[self.say.lang])),)
            case tuple():
                cites = [each for each in value if isinstance(each, tree.Citation)]
                text = self._cites(cites, side) if cites else ", ".join(map(str, value))
                return ((0, text or self.say("diff_nothing_there")),)
            case tree.Cell():
                return ((0, phrases.cell(value)),)
            case None:
                return ()
            case _:
                return tuple(phrases.lines(value))

    def _cites(self, cites: Iterable[tree.Citation], side: int) -> str:
        """Citations that are what changes: each source by its title, as that side has it."""
        text = (self.comparison.before, self.comparison.after)[side]
        titles = {} if text is None or self.say.notes is not None else text.sources
        known = ((cite, titles.get(cite.source)) for cite in cites)
        named = (c if s is None else replace(c, source=self.say.written(s.title, c.source)) for c, s in known)
        return self.say.sourced(named)

    def _whole(self, value: Whole, phrases: Phrases) -> SaidLines:
        """What is new or gone as a whole."""
        if self.in_full:
            return tuple(content(value, phrases))
        return ((0, self._choice(value, value.default)),) if isinstance(value, model.Interpretation) else ()

    def _scalar(self, edit: Edit, value: bool | int | Decimal | str | dt.date, side: int) -> str:
        if edit.part == "default" and isinstance(value, str):
            convention = (self.comparison.before, self.comparison.after)[side]
            question = convention.interpretations.get(edit.item) if convention else None
            return self._choice(question, value) if question else value
        if isinstance(value, str):
            return self.say.find(edit.part, value) or self._named(edit, value, side)
        return self.say.scalar(Fraction(value) if isinstance(value, Decimal) else value)

    def _choice(self, question: model.Interpretation, choice: str) -> str:
        known = question.choices.get(choice)
        return choice if known is None else self.say.written(known[self.say.lang], choice)

    def _literal(self, edit: Edit, literal: tree.Literal, side: int) -> str:
        value = literal.value
        kind, unit = edit.path[-1] if edit.path else ("", "")
        if kind in EXPRESSIONS and EXPRESSIONS[kind].tags and isinstance(value, int):
            return self.say.count(f"diff_duration.{unit}", value)
        if isinstance(value, str | bool) or edit.value_unit is None:
            return self._named(edit, value, side) if isinstance(value, str) else self.phrases[side].operand(literal)
        return self.say.numbered(value, edit.value_unit)

    def _named(self, edit: Edit, value: str, side: int) -> str:
        """A value of an item by its label, the day of a source as a page writes it."""
        if edit.kind == "source" and edit.part == "date":
            return self.say.written_day(value)
        item = self.phrases[side].items.get(edit.item)
        labels = {} if item is None or edit.part in ("id", "file", "kind", "unit") else item.value_labels
        return self.say.value(value, labels)


def speaker(comparison: Comparison, sides: tuple[Side, Side], say: Say) -> Speaker:
    """The speaker of one comparison between two sides; ``say`` knows the facts of the second."""
    first = Phrases(_items(comparison.before), replace(say, registry=sides[0].registry))
    return Speaker(comparison, (first, Phrases(_items(comparison.after), say)), say)


def _items(convention: model.Convention | None) -> Mapping[str, model.Item]:
    if convention is None:
        return {}
    return {**convention.items, model.YEAR_START: year_start_item(convention)}


def inline(lines: Iterable[tuple[int, str]], say: Say) -> str:
    """Indented lines on one line: those below a line follow it in brackets."""
    text, above = "", list[int]()  # the levels of the lines that this one stands below
    for level, line in lines:
        closed = [each for each in above if each < level]
        shut = ")" * (len(above) - len(closed) - 1) + say("semicolon") if len(closed) < len(above) else " ("
        text, above = text + (shut if text else "") + line, [*closed, level]
    return text + ")" * (len(above) - 1)


def _sides(edit: Edit, before: _Side, after: _Side) -> tuple[_Side | None, _Side | None]:
    """What stands behind both sides of an edit; of what is new or gone, the side that has it says enough."""
    return (None if edit.change == "added" else before, None if edit.change == "removed" else after)


def _place(at: Location | None) -> str:
    return "" if at is None else f"{at.file}:{at.line}" if at.line else at.file


def _arrow(before: str, after: str) -> str:
    if before == after or not before or not after:
        return before or after
    return f"{before} → {after}"
