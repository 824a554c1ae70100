"""Whether two tables give the same value wherever a row of either decides: rows come in, yes or no goes out.

A table may be cut into rows in many ways; what counts is the value that each combination of inputs meets.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise, product
from math import prod

from engine.comparison.edits.same import Key, key, members, normal
from engine.language.expressions import (
    Apply,
    Cases,
    Cell,
    Expression,
    FactRef,
    ItemRef,
    Literal,
    Scale,
    Unpublished,
)
from engine.language.facts import Fact, Vocabulary
from engine.language.operators import EXPRESSIONS
from engine.policy.model import Item, Parameter, Quantity, Row, Table

MAX_TRIED = 1_000_000  # combinations of inputs times rows; a larger table is compared row by row
NOT_APPLICABLE, OTHER = object(), object()  # an input that does not apply; a value that no cell names


@dataclass(frozen=True, slots=True)
class Setting:
    """The items and facts that the tables of both sides read; without facts no two cuts are known to be the same."""

    old: Mapping[str, Item]
    new: Mapping[str, Item]
    vocabulary: Vocabulary | None


Inputs = tuple[object, ...]


def differing(a: Table, b: Table, setting: Setting) -> list[Inputs] | None:
    """The combinations of inputs for which the tables give different values, one of each class.

    None where that is not known: other inputs, bounds that are items, too many combinations.
    """
    if {n: key(ref) for n, ref in a.inputs.items()} != {n: key(ref) for n, ref in b.inputs.items()}:
        return None
    domains = []
    for name, ref in a.inputs.items():
        domain = _domain(ref, [row.cells[name] for row in (*a.rows, *b.rows) if name in row.cells], setting)
        if domain is None:
            return None
        domains.append(domain)
    if prod(map(len, domains)) * (len(a.rows) + len(b.rows)) > MAX_TRIED:
        return None
    names = list(a.inputs)
    return [values for values in product(*domains) if _value(a.rows, names, values) != _value(b.rows, names, values)]


def same_values(table: Table, rows: Iterable[Row], different: Sequence[Inputs] | None) -> bool:
    """Whether none of ``rows`` matches inputs for which the values differ; False where those are not known."""
    names = list(table.inputs)
    return different is not None and not any(_matches(row, names, values) for row in rows for values in different)


def _value(rows: Sequence[Row], names: Sequence[str], values: Sequence[object]) -> frozenset[Key]:
    return frozenset((key(row.then), _reason(row)) for row in rows if _matches(row, names, values))


def _reason(row: Row) -> Key:
    return tuple(sorted(row.then.reason.items())) if isinstance(row.then, Unpublished) else ()


def _matches(row: Row, names: Sequence[str], values: Sequence[object]) -> bool:
    return all(_within(row.cells[name], value) for name, value in zip(names, values, strict=True) if name in row.cells)


def _within(cell: Cell, value: object) -> bool:
    if value is NOT_APPLICABLE:
        return False
    if cell.values is not None:
        return any(literal.value == value for literal in cell.values)
    if cell.excluded is not None:
        return all(literal.value != value for literal in cell.excluded)
    return not _before(value, cell.low) and (cell.high is None or _before(value, cell.high))


def _before(value: object, bound: Expression | None) -> bool:
    return isinstance(bound, Literal) and value < bound.value  # type: ignore[operator]


def _domain(ref: FactRef | ItemRef, cells: Sequence[Cell], setting: Setting) -> list[object] | None:
    """Values of an input, one of each class that the cells can tell apart; None where a bound is not a literal."""
    bounds = [bound for cell in cells for bound in (cell.low, cell.high) if bound is not None]
    named = [literal for cell in cells for literal in (*(cell.values or ()), *(cell.excluded or ()))]
    literals = [bound for bound in (*bounds, *named) if isinstance(bound, Literal)]
    values = [literal.value for literal in literals]
    if len(literals) < len(bounds) + len(named) or setting.vocabulary is None:
        return None
    fact = setting.vocabulary.facts.get(ref.name) if isinstance(ref, FactRef) else None
    if fact is not None and fact.type.kind == "enum":
        return list(fact.type.values)
    if fact is not None and fact.type.kind == "boolean":
        return [True, False]
    numbers = [value for value in values if not isinstance(value, bool | str)]
    if len(numbers) == len(values) and values:
        points: list[object] = list(_points([Fraction(number) for number in numbers], fact))
    elif bounds:
        return None  # days: between two of them lies another
    else:
        points = [*dict.fromkeys(values), OTHER]
    applies = isinstance(ref, FactRef) or all(
        _always_applies(ref, items, frozenset()) for items in (setting.old, setting.new)
    )
    return points if applies else [*points, NOT_APPLICABLE]


def _points(numbers: Sequence[Fraction], fact: Fact | None) -> Iterator[Fraction]:
    """Each number, and one between each two, below all and above all, as far as the fact goes."""
    ordered = sorted(set(numbers))
    whole = fact is not None and fact.type.scale == 0
    near = {each + step for each in ordered for step in (-1, 0, 1)}
    between = set() if whole else {(low + high) / 2 for low, high in pairwise(ordered)}
    low, high = (None, None) if fact is None else (fact.minimum, fact.maximum)
    for point in sorted(near | between):
        if (low is None or point >= Fraction(low)) and (high is None or point <= Fraction(high)):
            yield point


def _always_applies(node: Expression, items: Mapping[str, Item], assumed: frozenset[Key]) -> bool:
    """Whether a value can be proved never to be not applicable, where the ``assumed`` conditions hold."""
    match node:
        case Literal() | FactRef() | Unpublished() | Scale():
            return True
        case ItemRef(id_):
            item = items.get(id_)
            if item is None or item.unless is not None:
                return False
            gate = None if item.applies_when is None else key(normal(item.applies_when))
            if gate is not None and gate not in assumed:
                return False
            if isinstance(item.body, Quantity):
                return _always_applies(item.body.expression, items, assumed)
            return isinstance(item.body, Parameter)
        case Cases(branches, otherwise):
            held = [assumed | {key(part) for part in members(normal(when), "all")} for when, _ in branches]
            return (
                otherwise is not None
                and _always_applies(otherwise, items, assumed)
                and all(_always_applies(then, items, h) for (_, then), h in zip(branches, held, strict=True))
            )
        case Apply(operator, operands):
            found = [_always_applies(part, items, assumed) and not isinstance(part, Literal) for part in operands]
            row = EXPRESSIONS[operator]
            if row.absence != "propagate":
                return any(found)  # one operand that is given is enough
            return not row.partial and all(
                isinstance(part, Literal) or held for part, held in zip(operands, found, strict=True)
            )
        case _:
            return False
