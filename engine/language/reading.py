"""Reads rules: data that the schema has accepted comes in, condition, expression and cell nodes go out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, TypeVar

from engine.errors import Location
from engine.language import expressions as tree
from engine.language.operators import COMPARISONS, CONNECTIVES, EXPRESSIONS

_Node = TypeVar("_Node")
Path = tuple[str | int, ...]
BODIES = ("value", "cases", "scale", "by_outcome", *EXPRESSIONS)


class Reader(NamedTuple):  # one for each node that is read, and a tuple is made in a third of the time
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
    """The condition written as ``data``, in one of the forms that docs/language.md lists."""
    at = reader.at
    if "interpretation" in data:
        return tree.Chosen(data["interpretation"], data["is"], at)
    for name in CONNECTIVES:
        if name in data:
            one = CONNECTIVES[name].operands == "one"
            parts = (condition(data[name], reader.below(name)),) if one else every(data, name, reader, condition)
            return tree.Connect(name, parts, at)
    left = tree.FactRef(data["fact"], at) if "fact" in data else tree.ItemRef(data["ref"], at)
    operator = next(name for name in COMPARISONS if name in data)
    if COMPARISONS[operator].operands in ("one", "flag"):
        return tree.Compare(operator, left, expression(data[operator], reader.below(operator)), at)
    return tree.Compare(operator, left, every(data, operator, reader, expression), at)


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
    low, high = (optional(data, key, reader, _bound) for key in ("from", "before"))
    return tree.Cell(None, None, low, high, at)


def _bound(data: Any, reader: Reader) -> tree.Bound:
    return tree.ItemRef(data["ref"], reader.at) if isinstance(data, dict) else tree.Literal(data, reader.at)


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
        otherwise = optional(data, "otherwise", reader, expression)
        return tree.Cases(every(data, name, reader, _branch), otherwise, reader.at)
    if name == "scale":
        return tree.Scale(every(data, name, reader, _step), reader.at)
    if name == "by_outcome":
        values = reader.below("values")
        pairs = tuple((key, expression(value, values.below(key))) for key, value in data["values"].items())
        return tree.ByOutcome(tree.ItemRef(content, inner.at), pairs, reader.at)
    row = EXPRESSIONS[name]
    options: tuple[Any, ...] = tuple(content[option] for option in row.options)
    if row.keys:
        operands = tuple(expression(content[key], inner.below(key)) for key in row.keys)
    elif row.tags:
        start, step = content
        options = (tag := next(key for key in row.tags if key in step),)
        operands = (expression(start, inner.below(0)), expression(step[tag], inner.below(1, tag)))
    else:
        operands = every(data, name, reader, expression)
    return tree.Apply(name, operands, options, inner.at)


def _branch(data: dict[str, Any], reader: Reader) -> tuple[tree.Condition, tree.Expression]:
    return condition(data["when"], reader.below("when")), expression(data["then"], reader.below("then"))


def _step(data: dict[str, Any], reader: Reader) -> tree.Step:
    when = optional(data, "reached_when", reader, condition)
    return tree.Step(data["then"], when, cited(data, reader), reader.at)


def cited(data: Mapping[str, Any], reader: Reader) -> tuple[tree.Citation, ...]:
    """The citations of an entry that may carry ``cite``."""
    return every(data, "cite", reader, _citation)


def _citation(data: Mapping[str, Any], reader: Reader) -> tree.Citation:
    return tree.Citation(data["source"], data.get("at"), reader.convention, reader.at)


def day(data: Mapping[str, Any], key: str) -> dt.date | None:
    """A date that may be left out; the schema has refused what is none."""
    return dt.date.fromisoformat(data[key]) if key in data else None


def every(data: Mapping[str, Any], key: str, reader: Reader, read: Callable[[Any, Reader], _Node]) -> tuple[_Node, ...]:
    """What is read of each entry of a list that may be left out."""
    return tuple([read(entry, reader.below(key, i)) for i, entry in enumerate(data[key])]) if key in data else ()


def optional(data: Mapping[str, Any], key: str, reader: Reader, read: Callable[[Any, Reader], _Node]) -> _Node | None:
    """What stands under a key that may be left out."""
    return read(data[key], reader.below(key)) if key in data else None
