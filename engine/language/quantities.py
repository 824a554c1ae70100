"""Reads expressions and quantity bodies: data that the schema has accepted comes in, expression nodes go out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.errors import Location
from engine.language import conditions
from engine.language.expressions import (
    Apply,
    ByOutcome,
    Cases,
    Citation,
    Expression,
    FactRef,
    ItemRef,
    Literal,
    Scale,
    Step,
    Unpublished,
)
from engine.language.operators import EXPRESSIONS

Path = tuple[str | int, ...]
BODIES = ("value", "cases", "scale", "by_outcome", *EXPRESSIONS)
DATE_UNITS = ("years", "months", "days")


@dataclass(frozen=True, slots=True)
class Reader:
    """Where the reader is: the path so far, how a path becomes a location, and whose sources are cited."""

    path: Path
    locate: Callable[[Path], Location]
    convention: str

    @property
    def at(self) -> Location:
        return self.locate(self.path)

    def below(self, *keys: str | int) -> Reader:
        return Reader((*self.path, *keys), self.locate, self.convention)


def expression(data: Any, reader: Reader) -> Expression:
    """The expression written as ``data``: a literal, a reference, ``unpublished``, or one operator."""
    at = reader.at
    if not isinstance(data, dict):
        return Literal(data, at)
    if "fact" in data:
        return FactRef(data["fact"], at)
    if "ref" in data:
        return ItemRef(data["ref"], at)
    if "unpublished" in data:
        return unpublished(data["unpublished"], reader.below("unpublished"))
    return body(data, reader)


def unpublished(data: dict[str, Any], reader: Reader) -> Unpublished:
    """A value that the sources do not give, with the facts that supply it."""
    supplied = data.get("supplied_by", [])
    names = [supplied] if isinstance(supplied, str) else supplied
    at = reader.below("supplied_by").at if names else reader.at
    return Unpublished(data["reason"], tuple(FactRef(name, at) for name in names), reader.at)


def body(data: dict[str, Any], reader: Reader) -> Expression:
    """The one body of ``data``; other keys (id, label, unit, …) are the item's and are passed over."""
    name = next(key for key in BODIES if key in data)
    inner = reader.below(name)
    content = data[name]
    if name == "value":
        return expression(content, inner)
    if name == "cases":
        return _cases(data, reader)
    if name == "scale":
        return Scale(tuple(_step(step, inner.below(i)) for i, step in enumerate(content)), reader.at)
    if name == "by_outcome":
        values = reader.below("values")
        pairs = tuple((key, expression(value, values.below(key))) for key, value in data["values"].items())
        return ByOutcome(ItemRef(content, inner.at), pairs, reader.at)
    operands, options = _operands(name, content, inner)
    return Apply(name, operands, options, inner.at)


def _cases(data: dict[str, Any], reader: Reader) -> Cases:
    inner = reader.below("cases")
    branches = tuple(
        (
            conditions.condition(branch["when"], inner.below(i, "when")),
            expression(branch["then"], inner.below(i, "then")),
        )
        for i, branch in enumerate(data["cases"])
    )
    otherwise = expression(data["otherwise"], reader.below("otherwise")) if "otherwise" in data else None
    return Cases(branches, otherwise, reader.at)


def _step(data: dict[str, Any], reader: Reader) -> Step:
    reached = data.get("reached_when")
    when = None if reached is None else conditions.condition(reached, reader.below("reached_when"))
    return Step(data["then"], when, citations(data.get("cite", ()), reader.below("cite")), reader.at)


def _operands(name: str, content: Any, reader: Reader) -> tuple[tuple[Expression, ...], tuple[Any, ...]]:
    if name == "round":
        return (expression(content["of"], reader.below("of")),), (content["to"], content["mode"])
    if name == "share":
        keys = ("of", "numerator", "denominator")
        return tuple(expression(content[key], reader.below(key)) for key in keys), ()
    if name == "date_plus":
        start, step = content
        unit = next(key for key in DATE_UNITS if key in step)
        return (expression(start, reader.below(0)), expression(step[unit], reader.below(1, unit))), (unit,)
    return tuple(expression(part, reader.below(i)) for i, part in enumerate(content)), ()


def citations(data: Any, reader: Reader) -> tuple[Citation, ...]:
    """The citations of a ``cite`` list."""
    return tuple(
        Citation(entry["source"], entry.get("at"), reader.convention, reader.below(i).at)
        for i, entry in enumerate(data)
    )
