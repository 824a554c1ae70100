"""Numbers written twice: a convention comes in, comparisons with the value of one of its parameters go out."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from engine.errors import Problem, warning
from engine.language.expressions import Compare, FactRef, Literal, find
from engine.policy.model import Convention, Parameter
from engine.policy.registry import Registry

UNITLESS = (None, "none")  # counts of whatever: two of them say nothing of each other
TELLING = 2  # a number from which on two that are alike are seldom so by chance


def restated_problems(registry: Registry, convention: Convention) -> Iterator[Problem]:
    """Comparisons with a number that is, in the same unit, a parameter's: a change of that would not reach them."""
    named: dict[tuple[str | None, object], str] = {
        (item.unit, value.value.value): item.id
        for item in convention.items.values()
        if isinstance(item.body, Parameter) and item.unit not in UNITLESS
        for value in item.body.values
        if isinstance(value.value, Literal)
    }
    units = {name: fact.type.unit for name, fact in registry.vocabulary.facts.items()}
    units |= {item.id: item.unit or "" for item in convention.items.values()}
    for compared in find(Compare, *convention.items.values()):
        unit = units.get(compared.left.name if isinstance(compared.left, FactRef) else compared.left.id)
        for operand in compared.operands:
            if isinstance(operand, Literal) and isinstance(operand.value, int | Decimal) and operand.value >= TELLING:
                id_ = named.get((unit, operand.value))
                if id_ is not None:
                    yield warning(operand.at, "literal-restated", value=operand.value, id=id_)
