"""Terms of logic and exact arithmetic over symbols, and what they come to where every symbol has a value.

Terms are made by a :class:`engine.language.term_bank.TermBank`. Nothing here knows a solver:
:mod:`engine.proof.solving` hands terms to one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction
from typing import Any

Plain = bool | int | Fraction | str


class Sort(Enum):
    """What a term stands for: a truth, a whole number, an exact number or a word; ``NOTHING`` is no value at all."""

    TRUTH = "truth"
    WHOLE = "whole"
    NUMBER = "number"
    WORD = "word"
    NOTHING = "nothing"

    __hash__ = object.__hash__  # that of the library is written in Python, and every term is looked up by its sort


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A constant (its ``value``), a symbol (``value`` is its name), or an operator over ``parts``.

    ``number`` counts the terms of a bank: parts come before what they are part of.
    """

    number: int
    operator: str
    sort: Sort
    parts: tuple[Term, ...] = field(repr=False)
    value: Any = None

    @property
    def constant(self) -> bool:
        return self.operator == "constant"


MEANING: Mapping[str, Callable[[Sequence[Any]], Any]] = {  # of each operator, over the values of its parts
    "not": lambda parts: not parts[0],
    "and": all,
    "or": any,
    "if": lambda parts: parts[1] if parts[0] else parts[2],
    "same": lambda parts: parts[0] == parts[1],
    "at_most": lambda parts: parts[0] <= parts[1],
    "plus": sum,
    "times": lambda parts: parts[0] * parts[1],
    "over": lambda parts: Fraction(parts[0]) / parts[1] if parts[1] else 0,
    "number": lambda parts: parts[0],
    "floor": lambda parts: math.floor(parts[0]),
    "div": lambda parts: parts[0] // parts[1],
    "mod": lambda parts: parts[0] % parts[1],
}


def evaluate(roots: Iterable[Term], symbols: Mapping[str, Plain]) -> dict[Term, Any]:
    """The value of each root and of all below it, where ``symbols`` gives every symbol a value.

    Raises:
        KeyError: a symbol without a value.
    """
    return evaluate_in_order(cone(roots), symbols)


def evaluate_in_order(terms: Iterable[Term], symbols: Mapping[str, Plain]) -> dict[Term, Any]:
    """As :func:`evaluate`, for terms that come after all that they are made of."""
    values: dict[Term, Any] = {}
    for term in terms:
        operator = term.operator
        if operator == "constant":
            values[term] = term.value
        elif operator == "symbol":
            values[term] = symbols[term.value]
        elif operator != "nothing":
            values[term] = MEANING[operator]([values[part] for part in term.parts])
    return values


def cone(roots: Iterable[Term]) -> list[Term]:
    """The roots and all that they are made of, parts first."""
    found: set[Term] = set()
    waiting = list(roots)
    while waiting:
        term = waiting.pop()
        if term not in found:
            found.add(term)
            waiting.extend(term.parts)
    return sorted(found, key=lambda term: term.number)
