"""Reads conditions and table cells: data that the schema has accepted comes in, condition nodes go out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.language import quantities
from engine.language.expressions import Cell, Chosen, Compare, Condition, Connect, FactRef, ItemRef, Literal
from engine.language.operators import COMPARISONS, CONNECTIVES

if TYPE_CHECKING:
    from engine.language.quantities import Reader

LIST_OPERATORS = ("in", "not_in")


def condition(data: dict[str, Any], reader: Reader) -> Condition:
    """The condition written as ``data`` (one form of section 2 of the language reference)."""
    at = reader.at
    if "interpretation" in data:
        return Chosen(data["interpretation"], data["is"], at)
    for name in CONNECTIVES:
        if name in data:
            inner = reader.below(name)
            if name == "not":
                return Connect(name, (condition(data[name], inner),), at)
            return Connect(name, tuple(condition(part, inner.below(i)) for i, part in enumerate(data[name])), at)
    left = FactRef(data["fact"], at) if "fact" in data else ItemRef(data["ref"], at)
    operator = next(name for name in COMPARISONS if name in data)
    return Compare(operator, left, _operand(data[operator], operator, reader.below(operator)), at)


def _operand(data: Any, operator: str, reader: Reader) -> Any:
    if operator in LIST_OPERATORS:
        return literals(data, reader)
    return quantities.expression(data, reader)


def literals(data: list[Any], reader: Reader) -> tuple[Literal, ...]:
    """A list of literals."""
    return tuple(Literal(value, reader.below(i).at) for i, value in enumerate(data))


def cell(data: Any, reader: Reader) -> Cell:
    """What a table row asks of one input: a literal, a list, ``{not_in: […]}`` or ``{from, before}``."""
    at = reader.at
    if isinstance(data, list):
        return Cell(literals(data, reader), None, None, None, at)
    if not isinstance(data, dict):
        return Cell((Literal(data, at),), None, None, None, at)
    if "not_in" in data:
        return Cell(None, literals(data["not_in"], reader.below("not_in")), None, None, at)
    low, high = (
        quantities.expression(data[key], reader.below(key)) if key in data else None for key in ("from", "before")
    )
    return Cell(None, None, low, high, at)
