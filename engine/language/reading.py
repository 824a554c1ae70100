"""Reads rules: data that the schema has accepted comes in, condition, expression and cell nodes go out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from engine.errors import Location
from engine.language import expressions as tree
from engine.language.operators import COMPARISONS, CONNECTIVES, EXPRESSIONS
from engine.records import dataclass

_Node = TypeVar("_Node")
Path = tuple[str | int, ...]
BODIES = ("value", "cases", "scale", "by_outcome", *EXPRESSIONS)


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


def condition(data: dict[str, Any], reader: Reader) -> tree.Condition:
    """The condition written as ``data`` (one form of section 2 of the language reference)."""
    at = reader.at
    if "interpretation" in data:
        return tree.Chosen(data["interpretation"], data["is"], at)
    for name in CONNECTIVES:
        if name in data:
            inner = reader.below(name)
            if CONNECTIVES[name].operands == "one":
                return tree.Connect(name, (condition(data[name], inner),), at)
            return tree.Connect(name, tuple(condition(part, inner.below(i)) for i, part in enumerate(data[name])), at)
    left = tree.FactRef(data["fact"], at) if "fact" in data else tree.ItemRef(data["ref"], at)
    operator = next(name for name in COMPARISONS if name in data)
    return tree.Compare(operator, left, _operand(data[operator], operator, reader.below(operator)), at)


def _operand(data: Any, operator: str, reader: Reader) -> Any:
    if COMPARISONS[operator].operands in ("one", "flag"):
        return expression(data, reader)
    return tuple(expression(part, reader.below(i)) for i, part in enumerate(data))


def literals(data: list[Any], reader: Reader) -> tuple[tree.Literal, ...]:
    """A list of literals."""
    return tuple(tree.Literal(value, reader.below(i).at) for i, value in enumerate(data))


def cell(data: Any, reader: Reader) -> tree.Cell:
    """What a table row asks of one input: a literal, a list, ``{not_in: […]}`` or ``{from, before}``."""
    at = reader.at
    if isinstance(data, list):
        return tree.Cell(literals(data, reader), None, None, None, at)
    if not isinstance(data, dict):
        return tree.Cell((tree.Literal(data, at),), None, None, None, at)
    if "not_in" in data:
        return tree.Cell(None, literals(data["not_in"], reader.below("not_in")), None, None, at)
    low, high = (expression(data[key], reader.below(key)) if key in data else None for key in ("from", "before"))
    return tree.Cell(None, None, low, high, at)


def expression(data: Any, reader: Reader) -> tree.Expression:
    """The expression written as ``data``: a literal, a reference, ``unpublished``, or one operator."""
    at = reader.at
    if not isinstance(data, dict):
        return tree.Literal(data, at)
    if "fact" in data:
        return tree.FactRef(data["fact"], at)
    if "ref" in data:
        return tree.ItemRef(data["ref"], at)
    if "unpublished" in data:
        return unpublished(data["unpublished"], reader.below("unpublished"))
    return body(data, reader)


def unpublished(data: dict[str, Any], reader: Reader) -> tree.Unpublished:
    """A value that the sources do not give, with the facts that supply it."""
    supplied = data.get("supplied_by", [])
    names = [supplied] if isinstance(supplied, str) else supplied
    at = reader.below("supplied_by").at if names else reader.at
    return tree.Unpublished(data["reason"], tuple(tree.FactRef(name, at) for name in names), reader.at)


def body(data: dict[str, Any], reader: Reader) -> tree.Expression:
    """The one body of ``data``; other keys (id, label, unit, …) are the item's and are passed over."""
    name = next(key for key in BODIES if key in data)
    inner = reader.below(name)
    content = data[name]
    if name == "value":
        return expression(content, inner)
    if name == "cases":
        return _cases(data, reader)
    if name == "scale":
        return tree.Scale(tuple(_step(step, inner.below(i)) for i, step in enumerate(content)), reader.at)
    if name == "by_outcome":
        values = reader.below("values")
        pairs = tuple((key, expression(value, values.below(key))) for key, value in data["values"].items())
        return tree.ByOutcome(tree.ItemRef(content, inner.at), pairs, reader.at)
    operands, options = _operands(name, content, inner)
    return tree.Apply(name, operands, options, inner.at)


def _cases(data: dict[str, Any], reader: Reader) -> tree.Cases:
    inner = reader.below("cases")
    branches = tuple(
        (
            condition(branch["when"], inner.below(i, "when")),
            expression(branch["then"], inner.below(i, "then")),
        )
        for i, branch in enumerate(data["cases"])
    )
    otherwise = expression(data["otherwise"], reader.below("otherwise")) if "otherwise" in data else None
    return tree.Cases(branches, otherwise, reader.at)


def _step(data: dict[str, Any], reader: Reader) -> tree.Step:
    reached = data.get("reached_when")
    when = None if reached is None else condition(reached, reader.below("reached_when"))
    return tree.Step(data["then"], when, cited(data, reader), reader.at)


def _operands(name: str, content: Any, reader: Reader) -> tuple[tuple[tree.Expression, ...], tuple[Any, ...]]:
    row = EXPRESSIONS[name]
    if row.keys:
        operands = tuple(expression(content[key], reader.below(key)) for key in row.keys)
        return operands, tuple(content[option] for option in row.options)
    if row.tags:
        start, step = content
        tag = next(key for key in row.tags if key in step)
        return (expression(start, reader.below(0)), expression(step[tag], reader.below(1, tag))), (tag,)
    return tuple(expression(part, reader.below(i)) for i, part in enumerate(content)), ()


def cited(data: Mapping[str, Any], reader: Reader) -> tuple[tree.Citation, ...]:
    """The citations of an entry that may carry ``cite``."""
    return tuple(
        tree.Citation(entry["source"], entry.get("at"), reader.convention, reader.below("cite", i).at)
        for i, entry in enumerate(data.get("cite", ()))
    )


def optional(data: Mapping[str, Any], key: str, reader: Reader, read: Callable[[Any, Reader], _Node]) -> _Node | None:
    """What stands under a key that may be left out."""
    return read(data[key], reader.below(key)) if key in data else None
