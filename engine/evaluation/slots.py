"""The slots that closures read: every fact, interpretation and item of a plan has one, and a bit of its own.

A closure takes the slots and gives ``(value, used, missing)``: the value (True, False or None for a condition), and two
bit sets over slots: what the value rests on, and which missing facts it still waits for.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any

from engine.language.expressions import FactRef, ItemRef, Unpublished
from engine.language.facts import Vocabulary
from engine.language.types import Type
from engine.language.typing import Scope
from engine.language.values import NOT_APPLICABLE, UNDETERMINED, Scalar
from engine.policy.model import Interpretation
from engine.records import dataclass

MEMO = 4096  # what is kept of what comes back in case after case

Answer = tuple[Any, int, int]
Slots = list[Answer]
Closure = Callable[[Slots], Answer]
DecidedAnswer = tuple[Any, int, int, int | None]
BodyClosure = Callable[[Slots], DecidedAnswer]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where every fact, item and interpretation has its slot; a slot's bit is ``1 << slot``.

    An item on a scale and a criterion have a slot in ``steps`` besides: what they can still be while undetermined.

    Each unpublished value met while compiling has a bit too, above those of the slots, so that a result can say why
    it is open.
    """

    facts: Mapping[str, int]
    items: Mapping[str, int]
    choices: Mapping[str, int]
    scope: Scope
    steps: Mapping[str, int] = field(default_factory=dict)
    unpublished: list[Unpublished] = field(default_factory=list)

    @classmethod
    def of(
        cls, vocabulary: Vocabulary, questions: Mapping[str, Interpretation], types: Mapping[str, Type | None]
    ) -> Layout:
        """Slots for every fact, then every question, then every item of ``types``.

        So facts and questions have the same slots in all programs of a convention.
        """
        numbers = itertools.count()
        ranked = [
            id_ for id_, type_ in types.items() if type_ is not None and (type_.ordered or type_.kind == "verdict")
        ]
        facts, choices, items, steps = (
            {name: next(numbers) for name in names} for names in (vocabulary.facts, questions, types, ranked)
        )
        read = {id_: question.choices for id_, question in questions.items()}
        return cls(facts, items, choices, Scope(vocabulary, types, read), steps)

    def alike(self, other: Layout) -> bool:
        """Whether all has the same slots under ``other``, with the same types."""
        own, others = ([*each.facts, *each.choices, *each.scope.items.items()] for each in (self, other))
        return own == others

    def slot(self, node: FactRef | ItemRef) -> int:
        return self.facts[node.name] if isinstance(node, FactRef) else self.items[node.id]

    def blank(self) -> tuple[Answer, ...]:
        """The slots of a case of which nothing is told; an absence that is an answer waits for nothing."""
        known = self.scope.vocabulary.facts
        facts = ((1 << slot, 0 if known[name].absence_answers else 1 << slot) for name, slot in self.facts.items())
        others = ((1 << slot, 0) for slot in (*self.choices.values(), *self.items.values()))
        ranked = (self.scope.items[id_] for id_ in self.steps)
        left = ((frozenset((*type_.values, NOT_APPLICABLE)), 0, 0) for type_ in ranked if type_ is not None)
        return (*((UNDETERMINED, bit, missing) for bit, missing in (*facts, *others)), *left)

    def filled(
        self, blank: Sequence[Answer], facts: Mapping[str, Scalar], choices: Mapping[str, str]
    ) -> tuple[Slots, int]:
        """The slots of a case, and the bits of its facts; ``blank`` comes from :meth:`blank`."""
        slots = list(blank)
        given = 0
        for name, value in facts.items():
            slot = self.facts[name]
            bit = 1 << slot
            slots[slot] = (value, bit, 0)
            given |= bit
        for id_, choice in choices.items():
            slot = self.choices[id_]
            slots[slot] = (choice, 1 << slot, 0)
        return slots, given


def constant(value: Any) -> Closure:
    answer = (value, 0, 0)
    return lambda slots: answer


def read(slot: int) -> Closure:
    return lambda slots: slots[slot]


def unpublished(node: Unpublished, names: Layout) -> Answer:
    """The answer of an unpublished value: undetermined, for its own reason, waiting for the facts that supply it."""
    missing = 0
    for ref in node.supplied_by:
        missing |= 1 << names.facts[ref.name]
    first = len(names.facts) + len(names.choices) + len(names.items) + len(names.steps)
    names.unpublished.append(node)
    return (UNDETERMINED, 1 << (first + len(names.unpublished) - 1), missing)


def union(answers: Sequence[Answer], index: int) -> int:
    mask = 0
    for answer in answers:
        mask |= answer[index]
    return mask
