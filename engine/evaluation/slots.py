"""The slots that closures read: every fact, interpretation and item of a plan has one, and a bit of its own.

A closure takes the slots and gives ``(value, used, missing)``: the value (True, False or None for a condition), and two
bit sets over slots: what the value rests on, and which missing facts it still waits for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.language.expressions import FactRef, ItemRef, Literal, Unpublished
from engine.language.types import Type
from engine.language.typing import Scope
from engine.language.values import exact

Answer = tuple[Any, int, int]
Slots = list[Answer]
Closure = Callable[[Slots], Answer]


@dataclass(frozen=True, slots=True)
class Names:
    """Where every fact, item and interpretation has its slot; a slot's bit is ``1 << slot``."""

    facts: Mapping[str, int]
    items: Mapping[str, int]
    choices: Mapping[str, int]
    scope: Scope

    def slot(self, node: FactRef | ItemRef) -> int:
        return self.facts[node.name] if isinstance(node, FactRef) else self.items[node.id]


def constant(value: Any) -> Closure:
    answer = (value, 0, 0)
    return lambda slots: answer


def read(slot: int) -> Closure:
    return lambda slots: slots[slot]


def literal_value(node: Literal, wanted: Type | None) -> Any:
    """The literal as a value of the type it stands beside: text becomes a date beside a date, decimals exact."""
    value = node.value
    if isinstance(value, str):
        return dt.date.fromisoformat(value) if wanted is not None and wanted.kind == "date" else value
    return value if isinstance(value, bool) else exact(value)


def supplied(node: Unpublished, names: Names) -> int:
    """The bits of the facts that would supply an unpublished value."""
    mask = 0
    for ref in node.supplied_by:
        mask |= 1 << names.facts[ref.name]
    return mask


def union(answers: Sequence[Answer], index: int) -> int:
    mask = 0
    for answer in answers:
        mask |= answer[index]
    return mask
