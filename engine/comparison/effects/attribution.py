"""Why a case comes out otherwise: both runs come in, the items whose change makes the difference go out.

An item is asked in its own version with the inputs of the other one. If that gives the other answer, the inputs are the
cause, and are followed in turn; if it does not, the item's own definition is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.comparison.effects.twins import Both, answer_of
from engine.evaluation.evaluator import Run
from engine.evaluation.slots import Slots
from engine.language.facts import YEAR
from engine.language.values import UNDETERMINED, Value
from engine.policy.model import Outcome
from engine.review.classes import Survey
from engine.review.enumeration import slot_content

# What a criterion says that the other version does not have: it stands in no one's way.
NEUTRAL = "met"
READING, ITEM, OVERLAY = "reading", "item", "overlay"


@dataclass(frozen=True, slots=True, order=True)
class Cause:
    """A changed item, an overlay of one version only, or a question whose default differs.

    ``seen_at`` is the item whose inputs tell whom the change concerns: the item itself, or the one that reads it where
    it has no inputs of its own.
    """

    kind: str
    id: str
    seen_at: str


@dataclass(slots=True)
class Attribution:
    """Finds the causes of the differences of one case."""

    both: Both
    changed: frozenset[str]
    overlays: Mapping[str, str]
    _known: dict[tuple[str, str], frozenset[Cause]] = field(default_factory=dict)

    def causes(self, id_: str) -> frozenset[Cause]:
        """The causes of a difference in an item: none where it does not differ."""
        return self._of(id_, id_)

    def _of(self, id_: str, reader: str) -> frozenset[Cause]:
        key = (id_, reader)
        if key not in self._known:
            self._known[key] = self._found(id_, reader)
        return self._known[key]

    def _found(self, id_: str, reader: str) -> frozenset[Cause]:
        a, b = self.both.values(id_)
        if a == b:
            return frozenset()
        if a is None or b is None:
            return frozenset({self._own(id_, reader)})
        for side, (mine, other) in enumerate(((a, b), (b, a))):
            names = self._differing(id_, side)
            if names and self._asked(id_, side, names) == other:
                return self._inputs(id_, self._seen(id_, reader), side, names, mine, other)
        names = self._differing(id_, 0)
        own = frozenset({self._own(id_, reader)})
        if not names or id_ in self.changed:
            return own
        return self._inputs(id_, self._seen(id_, reader), 0, names, a, b)

    def _seen(self, id_: str, reader: str) -> str:
        """Where a difference that comes from below shows: numbers pass it on, what judges them tells whom it is."""
        compiled = next(s.steps[id_] for s in (self.both.ground.b, self.both.ground.a) if id_ in s.steps)
        type_ = compiled.step.type
        passes = compiled.step.item.kind == "quantity" and (type_ is None or type_.kind in ("number", "date"))
        return reader if passes else id_

    def _inputs(
        self, id_: str, seen: str, side: int, names: tuple[Named, ...], mine: Value, other: Value
    ) -> frozenset[Cause]:
        """The causes of those inputs that make the difference, and of no more of them than that takes."""
        alone = {read: self._asked(id_, side, (read,)) for read in names}
        wanted = [read for read in names if alone[read] == other]
        if not wanted and self._asked(id_, side, names) == other:
            wanted = list(names)
            for read in names:
                fewer = tuple(each for each in wanted if each != read)
                if fewer and self._asked(id_, side, fewer) == other:
                    wanted.remove(read)
        if not wanted:
            wanted = [read for read in names if alone[read] != mine] or list(names)
        return frozenset(cause for read in wanted for cause in self._of_input(read, seen))

    def _of_input(self, read: Named, reader: str) -> frozenset[Cause]:
        if read.kind == "interpretation":
            return frozenset({Cause(READING, read.name, reader)})
        return self._of(read.name, reader)

    def _own(self, id_: str, reader: str) -> Cause:
        surveys = (self.both.ground.a, self.both.ground.b)
        seen = any(
            read.kind != "interpretation"
            for survey in surveys
            if id_ in survey.steps
            for read in survey.reads(id_).values()
        )
        kind = OVERLAY if id_ in self.overlays else ITEM
        return Cause(kind, self.overlays.get(id_, id_), id_ if seen else reader)

    def _differing(self, id_: str, side: int) -> tuple[Named, ...]:
        """The items and questions that one version reads and that are otherwise in the other version."""
        return tuple(self._looked(id_, side))

    def _looked(self, id_: str, side: int) -> Iterator[Named]:
        survey, _ = self._side(side)
        outcome = isinstance(survey.steps[id_].step.item.body, Outcome)
        for slot, read in survey.reads(id_).items():
            if read.kind == "interpretation":
                choices = (self.both.choices_a, self.both.choices_b)
                if choices[0].get(read.name) != choices[1].get(read.name) and read.name in choices[1 - side]:
                    yield Named(read.kind, read.name, slot)
            elif read.kind == "item":
                values = self.both.values(read.name)
                mine, other = values[side], values[1 - side]
                if other is None and outcome:
                    other = NEUTRAL if mine != "not_applicable" else mine
                if other is not None and mine != other:
                    yield Named(read.kind, read.name, slot)

    def _asked(self, id_: str, side: int, names: tuple[Named, ...]) -> Value | None:
        """What an item answers in its version with these inputs as the other version has them.

        None where its version has no such value of an input.
        """
        survey, run = self._side(side)
        slots: Slots = list(run.slots)
        for read in names:
            if read.kind == "interpretation":
                choices = self.both.choices_b if side == 0 else self.both.choices_a
                other: Value = choices[read.name]
            else:
                found = self.both.values(read.name)[1 - side]
                other = NEUTRAL if found is None else found
                type_ = survey.possible[read.name].type
                if isinstance(other, str) and type_ is not None and type_.values and other not in type_.values:
                    return None
            slots[read.slot] = slot_content(survey, read.slot, other)
        compiled = survey.steps[id_]
        if compiled.step.yearly and YEAR not in self.both.facts:
            return UNDETERMINED
        return answer_of(compiled, slots)

    def _side(self, side: int) -> tuple[Survey, Run]:
        both = self.both
        return (both.ground.a, both.a) if side == 0 else (both.ground.b, both.b)


@dataclass(frozen=True, slots=True)
class Named:
    kind: str
    name: str
    slot: int
