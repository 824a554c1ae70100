"""The slots that closures read, and closures made of closures: absent operands count as the row of the operator says.

Every fact, interpretation and item of a plan has a slot, and a bit of its own. A closure takes the slots and gives
``(value, used, missing)``: the value (True, False or None for a condition), and two bit sets over slots: what the value
rests on, and which missing facts it still waits for.

Of a value on a scale a closure gives the set of what is left while it is undetermined: the steps still possible, and
``NOT_APPLICABLE`` where it may not arise at all. An item on a scale keeps its set in its second slot, and so does a
criterion that of its verdicts, so that what reads it is known where all that is left gives the same.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any

from engine.language.expressions import FactRef, ItemRef, Unpublished
from engine.language.facts import Vocabulary
from engine.language.operators import Operator
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
Branch = tuple[Closure, Closure]


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


def gathered(parts: Sequence[Closure], row: Operator) -> Closure:
    """The operands of a comparison as one value: not applicable where one is, else undetermined where one is."""
    if len(parts) == 1:
        return parts[0]

    def run(slots: Slots) -> Answer:
        answers = [part(slots) for part in parts]
        values = [answer[0] for answer in answers]
        used = union(answers, 1)
        if NOT_APPLICABLE in values:
            return (NOT_APPLICABLE, used, 0)
        if UNDETERMINED in values:
            return (UNDETERMINED, used, union([answer for answer in answers if answer[0] is UNDETERMINED], 2))
        return (row.gathered(values), used, 0)

    return run


def propagate(
    parts: Sequence[Closure], scalar: Callable[..., Any], options: Sequence[Any], settling: Sequence[Any]
) -> Closure:
    """Undetermined where an operand is, else not applicable where one is; a ``settling`` operand is the result."""

    def run(slots: Slots) -> Answer:
        used = missing = 0
        values = []
        absent = None
        for part in parts:
            value, mine, lacks = part(slots)
            if value in settling:
                return (value, mine, 0)
            used |= mine
            if value is UNDETERMINED:
                absent = UNDETERMINED
                missing |= lacks
            elif value is NOT_APPLICABLE:
                absent = absent or NOT_APPLICABLE
            else:
                values.append(value)
        return (scalar(values, options) if absent is None else absent, used, missing)

    return run


def skip(parts: Sequence[Closure], bare: Sequence[bool], scalar: Callable[..., Any], options: Sequence[Any]) -> Closure:
    """Not applicable operands are left out; when nothing but literals is left the result is not applicable."""

    def run(slots: Slots) -> Answer:
        used = missing = 0
        values = []
        open_ = substance = False
        for part, is_literal in zip(parts, bare, strict=True):
            value, mine, lacks = part(slots)
            used |= mine
            if value is UNDETERMINED:
                open_ = True
                missing |= lacks
            elif value is not NOT_APPLICABLE:
                values.append(value)
                substance = substance or not is_literal
        if open_:
            return (UNDETERMINED, used, missing)
        return (scalar(values, options) if substance else NOT_APPLICABLE, used, 0)

    return run


def own(parts: Sequence[Closure], scalar: Callable[..., Any]) -> Closure:
    """``first_known``: a value that one operand gives rests on that operand alone."""

    def run(slots: Slots) -> Answer:
        answers = [part(slots) for part in parts]
        value = scalar([answer[0] for answer in answers], ())
        if value is UNDETERMINED:
            return (value, union(answers, 1), union(answers, 2))
        if value is not NOT_APPLICABLE:
            return (value, next(answer[1] for answer in answers if answer[0] == value), 0)
        return (value, union(answers, 1), 0)

    return run


def settled(left: Closure) -> Closure:
    """The value that is left alone, and undetermined where several are."""

    def run(slots: Slots) -> Answer:
        found, used, missing = left(slots)
        return (UNDETERMINED, used, missing) if len(found) > 1 else (*found, used, 0)

    return run


def of_scale(steps: Sequence[str], tests: Sequence[Closure | None]) -> Closure:
    """The highest step surely reached, and those right above it of which it is unknown.

    Steps are monotone: where one is not reached, none above it is, and what they wait for no longer matters.
    """
    downwards = list(zip(reversed(steps), reversed(tests), strict=True))

    def run(slots: Slots) -> Answer:
        found: list[str] = []
        used = missing = 0
        for step, test in downwards:
            holds, mine, lacks = (True, 0, 0) if test is None else test(slots)
            if holds is False:
                found, used, missing = [], mine, 0
                continue
            found.append(step)
            used |= mine
            if holds:
                break
            missing |= lacks
        return (frozenset(found), used, missing)

    return run


def of_cases(branches: Sequence[Branch], otherwise: Closure) -> Closure:
    """What is left of every branch that may decide."""
    every = (*branches, (constant(True), otherwise))

    def run(slots: Slots) -> Answer:
        found: frozenset[Any] = frozenset()
        used = behind = lacking = 0
        open_ = False
        for when, then in every:
            holds, mine, lacks = when(slots)
            used |= mine
            if holds is not False:
                more, mine, missing = then(slots)
                found, behind = found | more, behind | mine
            if holds:
                break
            if holds is None:
                open_, lacking = True, lacking | lacks
        if open_:
            return (found, used, lacking) if len(found) > 1 else (found, used | behind, 0)
        return (found, used | behind, missing)

    return run


def of_operands(parts: Sequence[Closure], row: Operator, steps: Sequence[str]) -> Closure:
    """What a row of the operator table leaves; an operand that can no longer raise it is waited for no more.

    A result that one operand settles rests on that operand alone.
    """

    def run(slots: Slots) -> Answer:
        answers = [part(slots) for part in parts]
        found: frozenset[Any] = row.scalar([left for left, _, _ in answers], steps)
        if found == {steps[-1]}:
            return (found, next(used for left, used, _ in answers if left == found), 0)
        used = missing = 0
        for left, mine, lacks in answers:
            used |= mine
            if len(left & found) > 1:
                missing |= lacks
        return (found, used, missing)

    return run
