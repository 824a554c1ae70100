"""What gives an answer of an item alone: a goal and what is fixed come in, the smallest moves towards it go out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.evaluation.slots import Slots
from engine.language.values import UNDETERMINED, Absent, Value
from engine.policy.model import Outcome
from engine.review.classes import Input, Pinned, Survey, ValueClass
from engine.review.enumeration import Combination, Enumeration, evaluator, exhaustive, slot_content

# Combinations that are tried for moves: outcomes have few inputs and rare answers, other items many and frequent ones.
MAX_TRIED = 3_000
MAX_TRIED_OF_OUTCOME = 20_000
MAX_SHRUNK = 120


@dataclass(frozen=True, slots=True)
class Goal:
    """A fact or item and the values wanted of it; None: any known value."""

    kind: str
    name: str
    allowed: tuple[Value, ...] | None

    def met(self, value: Value | None) -> bool:
        if self.allowed is None:
            return value is not None and not isinstance(value, Absent)
        return value in self.allowed


@dataclass(frozen=True, slots=True)
class Move:
    """Facts to state and items to reach so that, all else blank, an item gives its goal."""

    facts: tuple[tuple[str, tuple[Value, ...]], ...]
    goals: tuple[Goal, ...]


@dataclass(slots=True)
class Moves:
    """The moves under some reading of the interpretations, kept for each goal and what is pinned."""

    survey: Survey
    choices: Mapping[str, str]
    _known: dict[tuple[object, ...], tuple[Move, ...]] = field(default_factory=dict)
    _answered: dict[tuple[object, ...], tuple[Enumeration, list[Combination]]] = field(default_factory=dict)

    def towards(self, goal: Goal, pinned: Pinned) -> tuple[Move, ...]:
        """The moves that reach ``goal``, those with the fewest items and then facts first."""
        read = self.survey.reads(goal.name)
        mine = {slot: values for slot, values in pinned.items() if slot in read}
        key = (goal, tuple(sorted((slot, values) for slot, values in mine.items())))
        if key not in self._known:
            self._known[key] = self._found(goal, mine)
        return self._known[key]

    def _found(self, goal: Goal, pinned: Pinned) -> tuple[Move, ...]:
        enumeration, answered = self._enumerated(goal, pinned)
        hits = [each for each in answered if each.answer.fault is None and goal.met(each.answer.value)]
        # Of many hits every n-th is shrunk, so that the moves differ.
        spread = hits[:: max(1, len(hits) // MAX_SHRUNK)]
        shrunk = dict.fromkeys(
            self._shrunk(goal, enumeration.inputs, each.classes, bool(i % 2)) for i, each in enumerate(spread)
        )
        moves = dict.fromkeys(self._move(goal.name, enumeration.inputs, classes) for classes in shrunk)
        return tuple(sorted(moves, key=lambda move: (len(move.goals), len(move.facts))))

    def _enumerated(self, goal: Goal, pinned: Pinned) -> tuple[Enumeration, list[Combination]]:
        numbers = () if goal.allowed is None else tuple(v for v in goal.allowed if not isinstance(v, str | Absent))
        key = (goal.name, numbers, tuple(sorted(pinned.items())))
        if key in self._answered:
            return self._answered[key]
        outcome = isinstance(self.survey.steps[goal.name].step.item.body, Outcome)
        bound = MAX_TRIED_OF_OUTCOME if outcome else MAX_TRIED
        found = exhaustive(self.survey, goal.name, self.choices, bound, pinned=pinned, wanted=numbers)
        answered = list(found)
        # What hangs on facts that one search fixed is not worth keeping for the next.
        if not pinned:
            self._answered[key] = (found, answered)
        return found, answered

    def _shrunk(
        self, goal: Goal, direct: Sequence[Input], chosen: tuple[ValueClass, ...], backwards: bool
    ) -> tuple[ValueClass, ...]:
        """``chosen`` with every input blank that the goal does not need; items before facts, as they are harder."""
        evaluate = evaluator(self.survey, goal.name)
        slots: Slots = list(self.survey.program.blank)
        for each, class_ in zip(direct, chosen, strict=True):
            slots[each.slot] = slot_content(self.survey, each.slot, class_.value)
        kept = list(chosen)
        places = sorted(range(len(direct)), reverse=backwards)
        for i in sorted(places, key=lambda i: direct[i].kind != "item"):
            blank = next((class_ for class_ in direct[i].classes if class_.value is UNDETERMINED), None)
            if blank is None or kept[i] == blank:
                continue
            before = slots[direct[i].slot]
            slots[direct[i].slot] = slot_content(self.survey, direct[i].slot, UNDETERMINED)
            answer = evaluate(slots)
            if answer.fault is None and goal.met(answer.value):
                kept[i] = blank
            else:
                slots[direct[i].slot] = before
        return tuple(kept)

    def _move(self, item_id: str, direct: Sequence[Input], chosen: Sequence[ValueClass]) -> Move:
        facts: dict[int, tuple[str, tuple[Value, ...]]] = {}
        goals: list[Goal] = []
        related: set[int] = set()
        for each, class_ in zip(direct, chosen, strict=True):
            if class_.value is UNDETERMINED or len(each.classes) == 1 or each.kind == "interpretation":
                continue
            if each.kind == "fact":
                facts[each.slot] = (each.name, class_.values)
            elif self._floats(item_id, each) and not isinstance(class_.value, Absent):
                goals.append(Goal("item", each.name, None))
                related |= self._related(item_id, each.slot)
            else:
                goals.append(Goal("item", each.name, class_.values))
        # What is compared with a number to come is chosen once that number is there.
        return Move(tuple(fact for slot, fact in facts.items() if slot not in related), tuple(goals))

    def _floats(self, item_id: str, each: Input) -> bool:
        """Whether an input is a number or date that the item compares with no literal: any value of it may do."""
        return self.survey.possible[each.name].values is None and not self.survey.reads(item_id)[each.slot].literals

    def _related(self, item_id: str, slot: int) -> set[int]:
        """The inputs that the item compares with the one in ``slot``."""
        by_slot = self.survey.reads(item_id)
        mine = {other for bound in by_slot[slot].bounds for other in bound.slots} | by_slot[slot].bound_of
        return mine | {other for other, read in by_slot.items() if any(slot in bound.slots for bound in read.bounds)}
