"""The slots that closures read: every fact, interpretation and item of a plan has one, and a bit of its own.

A closure takes the slots and gives ``(value, used, missing)``: the value (True, False or None for a condition), and two
bit sets over slots: what the value rests on, and which missing facts it still waits for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.language.expressions import FactRef, ItemRef, Literal, Unpublished
from engine.language.types import Type
from engine.language.typing import Scope
from engine.language.values import UNDETERMINED, exact

Answer = tuple[Any, int, int]
Slots = list[Answer]
Closure = Callable[[Slots], Answer]


@dataclass(frozen=True, slots=True)
class Names:
    """Where every fact, item and interpretation has its slot; a slot's bit is ``1 << slot``.

    Each unpublished value met while compiling has a bit too, above those of the slots, so that a result can say why
    it is open.
    """

    facts: Mapping[str, int]
    items: Mapping[str, int]
    choices: Mapping[str, int]
    scope: Scope
    unpublished: list[Unpublished] = field(default_factory=list)

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


def unpublished(node: Unpublished, names: Names) -> Answer:
    """The answer of an unpublished value: undetermined, for its own reason, waiting for the facts that supply it."""
    missing = 0
    for ref in node.supplied_by:
        missing |= 1 << names.facts[ref.name]
    first = len(names.facts) + len(names.choices) + len(names.items)
    names.unpublished.append(node)
    return (UNDETERMINED, 1 << (first + len(names.unpublished) - 1), missing)


def union(answers: Sequence[Answer], index: int) -> int:
    mask = 0
    for answer in answers:
        mask |= answer[index]
    return mask
