"""What types each operator takes: operand types and options come in, the result's type goes out, or None.

Named in the rows of :mod:`engine.language.operators`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.language.types import DATE, Type, comparable, joined, number, product


def same(types: Sequence[Type], options: Sequence[Any]) -> Type | None:
    result: Type | None = types[0]
    for other in types[1:]:
        result = joined(result, other) if result else None
    return result


def numbers(types: Sequence[Type], options: Sequence[Any]) -> Type | None:
    return same(types, options) if all(t.kind == "number" for t in types) else None


def multiplied(types: Sequence[Type], options: Sequence[Any]) -> Type | None:
    return product(*types) if all(t.kind == "number" for t in types) else None


def percent_of(types: Sequence[Type], options: Sequence[Any]) -> Type | None:
    rate, whole = types
    if rate.kind != "number" or whole.kind != "number" or rate.unit not in ("percent", "any"):
        return None
    scale = None if rate.scale is None or whole.scale is None else rate.scale + whole.scale + 2
    return number(whole.unit, scale)


def ratio(types: Sequence[Type], options: Sequence[Any]) -> Type | None:
    return number("ratio", None) if numbers(types, options) else None


def rounded(types: Sequence[Type], options: Sequence[Any]) -> Type | None:
    if types[0].kind != "number":
        return None
    return number(types[0].unit, max(0, len(str(options[0]).partition(".")[2])))


def ordered(types: Sequence[Type], options: Sequence[Any]) -> Type | None:
    result = same(types, options)
    return result if result and result.kind == "enum" and result.ordered else None


def moved(types: Sequence[Type], options: Sequence[Any]) -> Type | None:
    start, count = types
    return DATE if start.kind == "date" and count.kind == "number" and count.scale == 0 else None


def years(types: Sequence[Type], options: Sequence[Any]) -> Type | None:
    return number("years") if all(t.kind == "date" for t in types) else None


def equal(types: Sequence[Type], options: Sequence[Any]) -> Type | None:
    return types[0] if comparable(types[0], types[1]) else None


def order(types: Sequence[Type], options: Sequence[Any]) -> Type | None:
    return types[0] if types[0].kind in ("number", "date") and joined(types[0], types[1]) else None
