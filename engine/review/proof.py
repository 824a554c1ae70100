"""What an item can answer at all: a survey and an item's id come in, every answer that some case may have goes out.

Each item is exhausted over its direct inputs, which take only the answers that were found for them before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.language.values import UNDETERMINED, Value
from engine.review.classes import Survey
from engine.review.enumeration import exhaustive

# A product beyond this is not exhausted for a proof: its item counts as one that may answer anything.
MAX_PROVED = 50_000


@dataclass(frozen=True, slots=True)
class Answers:
    """``values`` holds every answer of an item, and maybe more; ``combinations`` is how many were evaluated for it."""

    values: tuple[Value, ...]
    combinations: int

    def lack(self, wanted: tuple[Value, ...]) -> bool:
        return not any(value in self.values for value in wanted)


@dataclass(slots=True)
class Proofs:
    """The answers of items under one reading of the interpretations, found at the first need."""

    survey: Survey
    choices: Mapping[str, str]
    _found: dict[str, Answers | None] = field(default_factory=dict)

    def answers(self, item_id: str) -> Answers | None:
        """Every answer of an item, or None where its classes do not stand for all its inputs."""
        if item_id not in self._found:
            self._found[item_id] = self._exhausted(item_id)
        return self._found[item_id]

    def _exhausted(self, item_id: str) -> Answers | None:
        pinned: dict[int, tuple[Value, ...]] = {}
        combinations = 0
        for slot, read in self.survey.reads(item_id).items():
            below = self.answers(read.name) if read.kind == "item" else None
            if below is not None:
                pinned[slot] = below.values
                combinations += below.combinations
        enumeration = exhaustive(self.survey, item_id, self.choices, MAX_PROVED, pinned=pinned)
        if not enumeration.proves:
            return None
        values: dict[Value, None] = {}
        for combination in enumeration:
            if combination.answer.fault is None and combination.answer.value is not None:
                values[combination.answer.value] = None
        # Without the year an item of the year is undetermined, which its own combinations need not show.
        if self.survey.steps[item_id].step.yearly:
            values[UNDETERMINED] = None
        return Answers(tuple(values), combinations + enumeration.size)
