"""Reads rules: pieces that the schema has accepted come in, condition, expression and cell nodes go out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any, NamedTuple, TypeVar

from engine.language import expressions as tree
from engine.language.operators import COMPARISONS, CONNECTIVES, EXPRESSIONS
from engine.language.pieces import Piece

_Node = TypeVar("_Node")
BODIES = ("value", "cases", "scale", "by_outcome", *EXPRESSIONS)
_RANGES = {"any_criterion": "any", "every_criterion": "all"}


class Home(NamedTuple):
    """Whose sources are cited, and the criteria of the file, over which an outcome may range."""

    convention: str
    criteria: tuple[str, ...] = ()


def condition(piece: Piece, home: Home) -> tree.Condition:
    """The condition that is written, in one of the forms that docs/language.md lists."""
    at = piece.at
    if "interpretation" in piece:
        return tree.Chosen(piece["interpretation"].value, piece["is"].value, at)
    if "criterion" in piece:
        return tree.VerdictIs(item_ref(piece["criterion"], home), _verdicts(piece["verdict"]), at)
    for name, connective in _RANGES.items():
        if name in piece:
            wanted = _verdicts(piece[name])
            atoms = tuple(tree.VerdictIs(tree.ItemRef(id_, at), wanted, at) for id_ in home.criteria)
            return tree.Connect(connective, atoms, at, ranges=True)
    for name in CONNECTIVES:
        if name in piece:
            one = CONNECTIVES[name].operands == "one"
            parts = (condition(piece[name], home),) if one else every(piece, name, home, condition)
            return tree.Connect(name, parts, at)
    left = tree.FactRef(piece["fact"].value, at) if "fact" in piece else tree.ItemRef(piece["ref"].value, at)
    operator = next(name for name in COMPARISONS if name in piece)
    if COMPARISONS[operator].operands in ("one", "flag"):
        return tree.Compare(operator, left, expression(piece[operator], home), at)
    return tree.Compare(operator, left, every(piece, operator, home, expression), at)


def _verdicts(piece: Piece) -> tuple[str, ...]:
    return (piece.value,) if isinstance(piece.value, str) else tuple(piece.data)


def literal(piece: Piece, home: Home) -> tree.Literal:
    return tree.Literal(piece.value, piece.at)


def fact_ref(piece: Piece, home: Home) -> tree.FactRef:
    return tree.FactRef(piece.value, piece.at)


def item_ref(piece: Piece, home: Home) -> tree.ItemRef:
    return tree.ItemRef(piece.value, piece.at)


def cell(piece: Piece, home: Home) -> tree.Cell:
    """What a table row asks of one input: a literal, a list, ``{not_in: […]}`` or ``{from, before}``."""
    at = piece.at
    if not isinstance(piece.value, dict):
        values = piece.value if isinstance(piece.value, list) else [piece]
        return tree.Cell(tuple(literal(each, home) for each in values), None, None, None, at)
    if "not_in" in piece:
        return tree.Cell(None, every(piece, "not_in", home, literal), None, None, at)
    low, high = (optional(piece, key, home, _bound) for key in ("from", "before"))
    return tree.Cell(None, None, low, high, at)


def _bound(piece: Piece, home: Home) -> tree.Bound:
    return tree.ItemRef(piece["ref"].value, piece.at) if isinstance(piece.value, dict) else literal(piece, home)


def expression(piece: Piece, home: Home) -> tree.Expression:
    """The expression that is written: a literal, a reference, ``unpublished``, or one operator."""
    if not isinstance(piece.value, dict):
        return tree.Literal(piece.value, piece.at)
    if "fact" in piece:
        return tree.FactRef(piece["fact"].value, piece.at)
    if "ref" in piece:
        return tree.ItemRef(piece["ref"].value, piece.at)
    return unpublished(piece["unpublished"], home) if "unpublished" in piece else body(piece, home)


def unpublished(piece: Piece, home: Home) -> tree.Unpublished:
    """A value that the sources do not give, with the facts that supply it."""
    supplied = piece.get("supplied_by", [])
    names = [supplied] if isinstance(supplied, str) else supplied
    at = piece["supplied_by"].at if names else piece.at
    return tree.Unpublished(piece["reason"].data, tuple(tree.FactRef(name, at) for name in names), piece.at)


def body(piece: Piece, home: Home) -> tree.Expression:
    """The one body of an item or expression; other keys (id, label, unit, …) are the item's and are passed over."""
    name = next(key for key in BODIES if key in piece)
    content = piece[name]
    if name == "value":
        return expression(content, home)
    if name == "cases":
        otherwise = optional(piece, "otherwise", home, expression)
        return tree.Cases(every(piece, name, home, _branch), otherwise, piece.at)
    if name == "scale":
        return tree.Scale(every(piece, name, home, _step), piece.at)
    if name == "by_outcome":
        pairs = tuple((key, expression(value, home)) for key, value in piece.entries("values").items())
        return tree.ByOutcome(item_ref(content, home), pairs, piece.at)
    row = EXPRESSIONS[name]
    options: tuple[Any, ...] = tuple(content[option].value for option in row.options)
    if row.keys:
        operands = tuple(expression(content[key], home) for key in row.keys)
    elif row.tags:
        start, step = content.value
        options = (tag := next(key for key in row.tags if key in step),)
        operands = (expression(start, home), expression(step[tag], home))
    else:
        operands = every(piece, name, home, expression)
    return tree.Apply(name, operands, options, content.at)


def _branch(piece: Piece, home: Home) -> tuple[tree.Condition, tree.Expression]:
    return condition(piece["when"], home), expression(piece["then"], home)


def _step(piece: Piece, home: Home) -> tree.ScaleStep:
    when = optional(piece, "reached_when", home, condition)
    return tree.ScaleStep(piece["then"].value, when, cited(piece, home), piece.at)


def cited(piece: Piece, home: Home) -> tuple[tree.Citation, ...]:
    """The citations of an entry that may carry ``cite``."""
    return every(piece, "cite", home, citation)


def citation(piece: Piece, home: Home) -> tree.Citation:
    return tree.Citation(piece["source"].value, piece.get("at"), home.convention, piece.at)


def day(piece: Piece, home: Home) -> dt.date:
    """A date; the schema has refused what is none."""
    return dt.date.fromisoformat(piece.value)


def every(piece: Piece, key: str, home: Home, read: Callable[[Piece, Home], _Node]) -> tuple[_Node, ...]:
    """What is read of each member of a list that may be left out."""
    return tuple([read(each, home) for each in piece.members(key)])


def optional(piece: Piece, key: str, home: Home, read: Callable[[Piece, Home], _Node]) -> _Node | None:
    """What stands under a key that may be left out."""
    return read(piece[key], home) if key in piece else None
