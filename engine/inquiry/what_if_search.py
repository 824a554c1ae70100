"""Searches for changes that give a wish: a case that was run comes in, changed facts that reach it go out.

A number or date is brought as near to today's as may be, by halving the way between what fails and what does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from engine.evaluation.facts import Facts
from engine.inquiry.what_if_goal import Wish
from engine.inquiry.what_if_trial import Trial, Trials
from engine.inquiry.what_if_values import COARSE, FINE, ORDERED, distance, nearest_value, reference, values_to_try
from engine.language.facts import Fact
from engine.language.values import UNDETERMINED, Absent, Scalar, Value, exact
from engine.review.backtracking import Spent

# Starts from which two numbers are brought nearer to today's values, and the rounds of doing so.
STARTS = 4
ROUNDS = 6


@dataclass(slots=True)
class Search:
    """One search: ``kept`` facts stay as they are; ``found`` are the cases that have what is wished."""

    trials: Trials
    wish: Wish
    start: Trial
    kept: frozenset[str]
    found: list[Facts] = field(default_factory=list)
    _settled: set[str] = field(default_factory=set)
    _working: dict[tuple[str, str], dict[tuple[Value, Value], None]] = field(default_factory=dict)

    def all(self, bound: int) -> bool:
        """Looks for everything; false where the limit of the trials, then ``bound``, was met before the end."""
        whole = False
        try:
            self.singles()
            self.pairs()
            whole = True
        except Spent:
            pass
        self.trials.limit = bound
        try:
            self.close()
        except Spent:
            whole = False
        return whole

    def singles(self) -> None:
        """Changes of one fact; a fact that alone does is in no larger change."""
        for name, readers in self._movable(self.start).items():
            for value in self._one(name, readers):
                self._settled.add(name)
                self.found.append(with_changes(self.start.facts, {name: value}))

    def _movable(self, trial: Trial) -> dict[str, tuple[str, ...]]:
        hanging = self.trials.support(trial)
        return {name: ids for name, ids in hanging.items() if name not in self.kept and name not in self._settled}

    def _fact(self, name: str) -> Fact:
        return self.start.ground.survey.program.plan.vocabulary.facts[name]

    def value(self, changes: Mapping[str, Value]) -> Value | None:
        trial = self.trials.of(with_changes(self.start.facts, changes))
        return None if trial is None else trial.value

    def _one(self, name: str, readers: Sequence[str]) -> Iterator[Value]:
        """The values of one fact that alone do: every choice of an enum, the nearest number or date."""
        tried = values_to_try(self.trials, self.start, name, readers, FINE)
        answers = {value: self.value({name: value}) for value in tried}
        if self._fact(name).type.kind not in ORDERED:
            yield from (value for value in tried if self.wish.met(answers[value]))
            return
        start = reference(self.start, self._fact(name))
        given = [value for value in tried if not isinstance(value, Absent)]
        sides = [close for side in (_below, _above) for close in self._on(name, [v for v in given if side(v, start)])]
        reached = [value for value in given if self.wish.met(answers[value])]
        if reached and not sides:
            sides = [self._near(name, reached[0], {})]
        if sides:
            yield min(sides, key=lambda value: distance(start, value))
        elif self.wish.met(answers.get(UNDETERMINED)):
            yield UNDETERMINED

    def _on(self, name: str, side: Sequence[Scalar]) -> Iterator[Scalar]:
        """The nearest value on one side of today's: where the wish is reached or passed, if there it is reached."""
        passing = next((value for value in side if self._passes({name: value})), None)
        if passing is not None:
            fact = self._fact(name)

            def works(value: Scalar) -> bool:
                return self._passes({name: value})

            close = nearest_value(fact.type, self._from(fact, works), passing, works)
            if self.wish.met(self.value({name: close})):
                yield close

    def _passes(self, changes: Mapping[str, Value]) -> bool:
        return self.wish.passed(self.value(changes), self.start.value)

    def pairs(self) -> None:
        """Changes of two facts of which neither alone does, not yet brought near."""
        order = {name: i for i, name in enumerate(self.start.ground.survey.program.names.facts)}
        for name, readers in self._movable(self.start).items():
            for value in values_to_try(self.trials, self.start, name, readers, COARSE):
                changed = self.trials.of(with_changes(self.start.facts, {name: value}))
                if changed is None:
                    continue
                for other, value_2 in self._second(name, changed):
                    pair, values = ((name, other), (value, value_2))
                    if order[other] < order[name]:
                        pair, values = (pair[1], pair[0]), (values[1], values[0])
                    self._working.setdefault(pair, {})[values] = None

    def close(self) -> None:
        """Brings the pairs as near to today's values as may be; one of them may turn out to do alone."""
        pairs: list[dict[str, Value]] = []
        try:
            for (first, second), combinations in self._working.items():
                for changes in self._nearest(first, second, combinations):
                    alone = [name for name, value in changes.items() if self.wish.met(self.value({name: value}))]
                    for name in alone:
                        self._does_alone(name, changes[name])
                    pairs.append(changes)
        finally:
            kept = (changes for changes in pairs if not self._settled & changes.keys())
            self.found.extend(with_changes(self.start.facts, changes) for changes in kept)

    def _does_alone(self, name: str, value: Value) -> None:
        if name not in self._settled:
            self._settled.add(name)
            if self._moves(name, value):
                value = self._near(name, value, {})
            self.found.append(with_changes(self.start.facts, {name: value}))

    def _near(self, name: str, value: Value, rest: Mapping[str, Value]) -> Scalar:
        """A number or date that reaches the wish, as near to today's as may be, beside the ``rest`` of the changes."""
        assert not isinstance(value, Absent)
        fact = self._fact(name)

        def works(tried: Scalar) -> bool:
            return self.wish.met(self.value({**rest, name: tried}))

        return nearest_value(fact.type, self._from(fact, works), value, works)

    def _from(self, fact: Fact, works: Callable[[Scalar], bool]) -> Scalar:
        """Where the way to a value begins; for a number that is not stated, the end of its range that does not do."""
        start: Scalar = reference(self.start, fact)
        if fact.name in self.start.facts or fact.maximum is None:
            return start
        return exact(fact.maximum) if works(start) and not works(exact(fact.maximum)) else start

    def _second(self, first: str, changed: Trial) -> Iterator[tuple[str, Value]]:
        """Further changes after a first one that reach the wish."""
        for other, readers in self._movable(changed).items():
            if other == first:
                continue
            for value in values_to_try(self.trials, changed, other, readers, COARSE):
                trial = self.trials.of(with_changes(changed.facts, {other: value}))
                if trial is not None and self.wish.met(trial.value):
                    yield other, value

    def _nearest(
        self, first: str, second: str, combinations: Mapping[tuple[Value, Value], None]
    ) -> Iterator[dict[str, Value]]:
        """Every combination of choices; of numbers and dates, one for each choice beside them, as near as may be."""
        groups: dict[tuple[Value | None, Value | None], list[dict[str, Value]]] = {}
        for values in combinations:
            changes = dict(zip((first, second), values, strict=True))
            key = tuple(None if self._moves(name, value) else value for name, value in changes.items())
            groups.setdefault((key[0], key[1]), []).append(changes)
        for group in groups.values():
            starts = sorted(group, key=self._far)[:STARTS]
            yield min((self._closer(changes) for changes in starts), key=self._far)

    def _moves(self, name: str, value: Value) -> bool:
        return self._fact(name).type.kind in ORDERED and not isinstance(value, Absent)

    def _far(self, changes: Mapping[str, Value]) -> Fraction:
        moved = [(name, value) for name, value in changes.items() if self._moves(name, value)]
        return sum((distance(reference(self.start, self._fact(n)), v) for n, v in moved), Fraction(0))

    def _closer(self, changes: dict[str, Value]) -> dict[str, Value]:
        """Each number or date brought nearer to today's beside the other, until neither can be."""
        for _ in range(ROUNDS):
            before = changes
            for name, value in changes.items():
                if self._moves(name, value):
                    changes = {**changes, name: self._near(name, value, changes)}
            if changes == before:
                break
        return changes


def _below(value: Scalar, start: Scalar) -> bool:
    return value <= start  # type: ignore[operator]


def _above(value: Scalar, start: Scalar) -> bool:
    return value > start  # type: ignore[operator]


def with_changes(facts: Facts, changes: Mapping[str, Value]) -> Facts:
    """The facts of a case once changed; UNDETERMINED takes a fact away."""
    changed = {**facts, **changes}
    return {name: value for name, value in changed.items() if not isinstance(value, Absent)}
