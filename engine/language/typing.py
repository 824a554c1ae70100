"""Gives every expression and condition its type: nodes and a scope come in, a type and every misfit found go out."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from typing import Any

from engine.errors import MAX_FAULTS, Location, Problem, nearest
from engine.language import expressions as tree
from engine.language.facts import Vocabulary
from engine.language.operators import COMPARISONS, EXPRESSIONS
from engine.language.types import ANY_UNIT, BOOLEAN, DATE, Type, joined, named, number, same
from engine.language.values import as_written, exact
from engine.records import dataclass

STATUSES = ("undetermined", "not_applicable")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")
_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
_NUMBER = r"\s*(-?[0-9]+(?:\s[0-9]{3})*(?:[.,][0-9]+)?)\s*(?:€|%|[A-Za-z]{2,})?\s*"


@dataclass(slots=True)
class Scope:
    """The names that are visible: facts, items with their types so far, interpretations with their choices.

    Problems are collected, never raised, so that all are reported at once.
    """

    vocabulary: Vocabulary
    items: Mapping[str, Type | None]
    interpretations: Mapping[str, Mapping[str, object]]
    problems: list[Problem] = field(default_factory=list)

    def report(self, at: Location, code: str, close: str | None = None, **values: object) -> None:
        self.problems.append(Problem(at, code, values, close))

    def unknown_value(self, at: Location, value: str, allowed: Collection[str], code: str = "unknown-value") -> None:
        """Reports a value that is none of those allowed."""
        facts = self.vocabulary.facts.values()
        said = {
            each: v for fact in facts for v, text in fact.value_labels.items() if v in allowed for each in text.values()
        }
        close = nearest(value, allowed, self.problems, said)
        self.report(at, code, close, value=value, allowed=", ".join(allowed))


def type_of(node: tree.Expression, scope: Scope, expected: Type | None = None) -> Type | None:
    """The type of ``node``, or None where it has none (unpublished, or a fault that was reported)."""
    match node:
        case tree.Literal():
            return literal_type(node, scope, expected)
        case tree.FactRef():
            return fact_type(node, scope)
        case tree.ItemRef():
            return item_type(node, scope)
        case tree.Unpublished():
            for ref in node.supplied_by:
                fact_type(ref, scope)
            return None
        case tree.Apply():
            return _apply(node, scope, expected)
        case tree.Cases():
            for when, _ in node.branches:
                check_condition(when, scope)
            parts = [then for _, then in node.branches] + ([node.otherwise] if node.otherwise is not None else [])
            return _together([type_of(part, scope, expected) for part in parts], scope, node.at)
        case tree.Scale():
            first: dict[str, Location] = {}
            for step in node.steps:
                if step.name in first:
                    scope.report(step.at, "duplicate-id", id=step.name, place=str(first[step.name]))
                first.setdefault(step.name, step.at)
                if step.reached_when is not None:
                    check_condition(step.reached_when, scope)
            return Type("enum", values=tuple(step.name for step in node.steps), ordered=True)
        case tree.ByOutcome():
            return _by_outcome(node, scope, expected)


def literal_type(node: tree.Literal, scope: Scope, expected: Type | None) -> Type | None:
    """The type of a literal where ``expected`` is wanted; reports a value that cannot stand there."""
    value = node.value
    wanted = expected.kind if expected is not None else None
    if wanted == "boolean" and not isinstance(value, bool):
        scope.report(node.at, "boolean-form", value=value)
        return None
    if wanted == "number" and isinstance(value, bool | str):
        told = as_written(value)
        keys = (key for key, names in (("ref", scope.items), ("fact", scope.vocabulary.facts)) if told in names)
        close = next((f"{{{key}: {told}}}" for key in keys), None)
        scope.report(node.at, "number-form", close, value=told, form=plain_number(told))
        return None
    if isinstance(value, bool):
        return BOOLEAN
    if not isinstance(value, str):
        unit = expected.unit if expected and expected.kind == "number" else ANY_UNIT
        return number(unit, max(0, -int(value.as_tuple().exponent)) if not isinstance(value, int) else 0)
    if expected is not None and expected.kind == "date":
        if not is_date(value):
            scope.report(node.at, date_fault(value), meant_day(value), value=value)
        return DATE
    if expected is not None and expected.values and value not in expected.values:
        scope.unknown_value(node.at, value, expected.values, "never-holds" if value in STATUSES else "unknown-value")
        return None
    if expected is not None and expected.kind == "verdict":
        return expected
    return Type("enum", values=(value,))


def plain_number(told: str) -> str:
    """The number that is meant by digits with spaces, a comma or a unit, or else what numbers look like."""
    found = re.fullmatch(_NUMBER, told)
    return "775, 12.5" if found is None else re.sub(r"\s", "", found[1]).replace(",", ".")


def literal_value(node: tree.Literal, wanted: Type | None) -> Any:
    """The literal as a value of the type it stands beside: text becomes a date beside a date, decimals exact."""
    value = node.value
    if isinstance(value, str):
        return dt.date.fromisoformat(value) if wanted is not None and wanted.kind == "date" else value
    return value if isinstance(value, bool) else exact(value)


def is_date(text: str) -> bool:
    """Whether ``text`` is a day written 2024-06-22; Python alone would take 20240622 and 2024-W25-6 too."""
    if not _DAY.fullmatch(text):
        return False
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


def date_fault(text: str) -> str:
    """The code for a text that is no date: a day that no calendar has, or another form."""
    return "day-missing" if _DAY.fullmatch(text) else "wrong-date"


def meant_day(text: str) -> str | None:
    """The day that a text in another form was perhaps meant for: the day first, or other signs around."""
    bare = text.strip("“”«» \u00a0")
    found = _DAY_FIRST.fullmatch(bare)
    day = "-".join(part.zfill(2) for part in (reversed(found.groups()) if found else bare.split("-")))
    return day if is_date(day) else None


def fact_type(node: tree.FactRef, scope: Scope) -> Type | None:
    fact = scope.vocabulary.facts.get(node.name)
    if fact is None:
        item = f"{{ref: {node.name}}}" if node.name in scope.items else None
        close = item or nearest_fact(node.name, scope.vocabulary, scope.problems)
        scope.report(node.at, "unknown-fact", close, name=node.name)
        return None
    return fact.type


def nearest_fact(name: str, vocabulary: Vocabulary, before: Sequence[Problem]) -> str | None:
    """The fact of that label, the same key in another group, or else the name that looks most like it."""
    key = name.rpartition(".")[2]
    for fact in vocabulary.facts.values() if len(before) <= MAX_FAULTS else ():
        if key in fact.label.values() or key == fact.name.rpartition(".")[2]:
            return fact.name
    return nearest(name, vocabulary.facts, before)


def item_type(node: tree.ItemRef, scope: Scope) -> Type | None:
    if node.id not in scope.items:
        fact = f"{{fact: {node.id}}}" if node.id in scope.vocabulary.facts else None
        scope.report(node.at, "unknown-item", fact or nearest(node.id, scope.items, scope.problems), id=node.id)
        return None
    return scope.items[node.id]


def operand_hints(node: tree.Apply, expected: Type | None) -> list[Type | None]:
    """What the bare literals of each operand are to be read as: dates in date arithmetic, but a count is a count."""
    row, plain = EXPRESSIONS[node.operator], number(ANY_UNIT)
    hint = {"date": DATE, "choice": expected}.get(row.family, None if row.ranked else plain)
    last = len(node.operands) - 1
    return [plain if row.tags and i == last else hint for i in range(len(node.operands))]


def told_options(node: tree.Apply, scope: Scope) -> Sequence[Any]:
    """What an operator is told beside its operands: the steps of their scale, which are bare, or what is written."""
    row = EXPRESSIONS[node.operator]
    if row.ranked:
        return scale_of(node, scope)
    return [isinstance(part, tree.Literal) for part in node.operands] if row.absence == "skip" else node.options


def scale_of(node: tree.Expression, scope: Scope) -> tuple[str, ...]:
    """The steps of the scale that an expression is on, from low to high; none where it is on none."""
    type_ = type_of(node, scope)
    return type_.values if type_ is not None and type_.ordered else ()


def _apply(node: tree.Apply, scope: Scope, expected: Type | None) -> Type | None:
    row = EXPRESSIONS[node.operator]
    hints = operand_hints(node, expected)
    types = [type_of(part, scope, hint) for part, hint in zip(node.operands, hints, strict=True)]
    given = [t for t in types if t is not None]
    if len(given) < len(types) and (not given or row.operands != "list"):
        return None  # operands of a list must agree, however many are typed
    result = row.typing(given, node.options) if row.typing else None
    if result is None:
        found = [declared(part, t) for part, t in zip(node.operands, types, strict=True) if t is not None]
        scope.report(node.at, "type-mismatch", operator=node.operator, types=named(*found))
    return result


def declared(node: tree.Expression, type_: Type | None) -> Type | tuple[str, Type] | None:
    """A type, and the item that declares it."""
    return (node.id, type_) if isinstance(node, tree.ItemRef) and type_ is not None else type_


def _together(types: list[Type | None], scope: Scope, at: Location) -> Type | None:
    given = [t for t in types if t is not None]
    result = same(given, ()) if given else None
    if given and result is None:
        scope.report(at, "type-mismatch", operator="cases", types=named(*given))
    return result


def _by_outcome(node: tree.ByOutcome, scope: Scope, expected: Type | None) -> Type | None:
    outcome = item_type(node.outcome, scope)
    named = [name for name, _ in node.values]
    if outcome is not None:
        others = {name: value.at for name, value in node.values if name not in outcome.values}
        for name, at in others.items():
            scope.unknown_value(at, name, outcome.values)
        meant = {nearest(name, outcome.values) for name in others}  # and said by another name
        for name in outcome.values:
            if name not in named and name not in meant:
                scope.report(node.at, "missing-value", value=name)
    return _together([type_of(value, scope, expected) for _, value in node.values], scope, node.at)


def check_condition(node: tree.Condition, scope: Scope) -> None:
    """Reports every name and type in ``node`` that does not fit."""
    match node:
        case tree.Connect():
            for part in node.parts:
                check_condition(part, scope)
        case tree.Chosen():
            choices = scope.interpretations.get(node.interpretation)
            if choices is None:
                close = nearest(node.interpretation, scope.interpretations, scope.problems)
                scope.report(node.at, "unknown-interpretation", close, id=node.interpretation)
            elif node.choice not in choices:
                scope.unknown_value(node.at, node.choice, choices)
        case tree.VerdictIs():
            found = item_type(node.criterion, scope)
            if found is not None and found.kind != "verdict":
                scope.report(node.at, "not-a-criterion", id=node.criterion.id)
        case tree.Compare():
            _check_comparison(node, scope)


def _check_comparison(node: tree.Compare, scope: Scope) -> None:
    left, row = type_of(node.left, scope), COMPARISONS[node.operator]
    if row.operands == "flag":
        fact = scope.vocabulary.facts.get(node.left.name) if isinstance(node.left, tree.FactRef) else None
        if left is not None and (fact is None or not fact.absence_answers):
            scope.report(node.at, "known-not-allowed")
        return
    for part in node.operands:
        other = type_of(part, scope, left)
        if left is not None and other is not None and row.typing and row.typing((left, other), ()) is None:
            fitting = [row.name for row in COMPARISONS.values() if row.typing and row.typing((left, other), ())]
            if fitting:
                listed = ", ".join(fitting)
                scope.report(node.at, "wrong-operator", operator=node.operator, type=named(left), operators=listed)
            else:
                types = named(declared(node.left, left), declared(part, other))
                scope.report(node.at, "type-mismatch", operator=node.operator, types=types)


def check_cell(cell: tree.Cell, wanted: Type | None, scope: Scope) -> None:
    """Reports literals and bounds of a table cell that the input's type cannot have."""
    for literal in cell.literals:
        found = literal_type(literal, scope, wanted)
        if wanted and found and joined(found, wanted) is None:
            scope.report(literal.at, "type-mismatch", operator="cell", types=named(wanted, found))
    for _, bound in cell.bounds:
        found = type_of(bound, scope, wanted)
        ordered = wanted is None or wanted.kind in ("number", "date")
        if not ordered or (wanted and found and joined(found, wanted) is None):
            scope.report(cell.at, "type-mismatch", operator="from/before", types=named(wanted, found))
