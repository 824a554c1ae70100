"""The nodes that rules are made of: conditions, expressions and table cells, as frozen data with their place in a file.

:mod:`engine.language.reading` reads them from YAML data; the plan, both
evaluators, the checks and the reports walk them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.errors import Location

Text = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, text, date (still text) or boolean written in the rule."""

    value: int | Decimal | str | bool
    at: Location


@dataclass(frozen=True, slots=True)
class FactRef:
    name: str
    at: Location


@dataclass(frozen=True, slots=True)
class ItemRef:
    id: str
    at: Location


@dataclass(frozen=True, slots=True)
class Unpublished:
    """A value that exists in law but not in the sources; ``supplied_by`` names the facts that would give it."""

    reason: Text
    supplied_by: tuple[FactRef, ...]
    at: Location


@dataclass(frozen=True, slots=True)
class Apply:
    """An operator row of the arithmetic or date family over its operands, with the row's fixed options."""

    operator: str
    operands: tuple[Expression, ...]
    options: tuple[Any, ...]
    at: Location


@dataclass(frozen=True, slots=True)
class Cases:
    branches: tuple[tuple[Condition, Expression], ...]
    otherwise: Expression | None
    at: Location


@dataclass(frozen=True, slots=True)
class Step:
    name: str
    reached_when: Condition | None
    cite: tuple[Citation, ...]
    at: Location


@dataclass(frozen=True, slots=True)
class Scale:
    steps: tuple[Step, ...]
    at: Location


@dataclass(frozen=True, slots=True)
class ByOutcome:
    outcome: ItemRef
    values: tuple[tuple[str, Expression], ...]
    at: Location


Expression = Literal | FactRef | ItemRef | Unpublished | Apply | Cases | Scale | ByOutcome


@dataclass(frozen=True, slots=True)
class Compare:
    """``left OP right``; ``right`` is a tuple of literals for ``in`` and ``not_in``."""

    operator: str
    left: FactRef | ItemRef
    right: Expression | tuple[Literal, ...]
    at: Location


@dataclass(frozen=True, slots=True)
class Chosen:
    """True where the interpretation is read this way."""

    interpretation: str
    choice: str
    at: Location


@dataclass(frozen=True, slots=True)
class Connect:
    """``all``, ``any``, ``not`` or ``first_known`` over conditions."""

    operator: str
    parts: tuple[Condition, ...]
    at: Location


@dataclass(frozen=True, slots=True)
class VerdictIs:
    """True where the criterion's verdict is one of ``verdicts``; only in the rules of an outcome."""

    criterion: ItemRef
    verdicts: tuple[str, ...]
    at: Location


Condition = Compare | Chosen | Connect | VerdictIs


@dataclass(frozen=True, slots=True)
class Cell:
    """What one input must be in a table row: one of ``values``, none of ``excluded``, or within [low, high)."""

    values: tuple[Literal, ...] | None
    excluded: tuple[Literal, ...] | None
    low: Expression | None
    high: Expression | None
    at: Location


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a statement stands: a source of the convention and the place in it."""

    source: str
    locator: str | None
    convention: str
    at: Location


Node = Expression | Condition


def children(node: Node) -> Iterator[Node]:
    """The conditions and expressions directly inside ``node``."""
    match node:
        case Apply():
            yield from node.operands
        case Cases():
            for when, then in node.branches:
                yield when
                yield then
            if node.otherwise is not None:
                yield node.otherwise
        case Scale():
            yield from (step.reached_when for step in node.steps if step.reached_when is not None)
        case ByOutcome():
            yield node.outcome
            yield from (value for _, value in node.values)
        case Compare():
            yield node.left
            yield from node.right if isinstance(node.right, tuple) else (node.right,)
        case Connect():
            yield from node.parts
        case VerdictIs():
            yield node.criterion
        case _:
            return


def walk(node: Node) -> Iterator[Node]:
    """``node`` and everything below it, parents first."""
    yield node
    for child in children(node):
        yield from walk(child)
