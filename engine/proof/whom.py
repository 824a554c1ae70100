"""Whom it concerns: a goal, inputs and one case that has it come in, a region of cases that all have it goes out.

The case is made general: inputs that do not matter are dropped, then numbers, days and words are widened, and each step
is proved.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from engine.language.logic import Plain, Term, cone
from engine.language.symbolic import Symbolic, is_value, known
from engine.language.term_days import Day, code, day_code
from engine.language.types import Type
from engine.language.values import Absent, Number, Value, exact
from engine.proof.lowering import constant
from engine.proof.prover import Prover, value_of
from engine.proof.solving import Status
from engine.proof.space import parts_of


@dataclass(frozen=True, slots=True)
class Input:
    """A fact or item that a region may speak of, and its type."""

    name: str
    answer: Symbolic
    type: Type

    def symbols_of(self, value: Any) -> dict[str, Plain]:
        """What its symbols are where it has a value."""
        parts = self.answer.value if isinstance(self.answer.value, Day) else cone((self.answer.value,))
        names = (str(part.value) for part in parts if part.operator == "symbol")
        return dict(zip(names, parts_of(self.type, value), strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """What an input of a region is: ``values`` it may have, or a number or day from ``low`` to ``high`` (both in).

    ``low`` or ``high`` is None where the region goes as far as there are cases.
    """

    values: tuple[Value, ...] = ()
    low: Number | dt.date | None = None
    high: Number | dt.date | None = None


Region = Mapping[str, Extent]  # by input; one without an extent is free


def region_of(prover: Prover, goal: Term, inputs: Sequence[Input], symbols: Mapping[str, Plain]) -> Region | None:
    """The region around the case of ``symbols``, all of which is proved to have the goal, as that case has.

    None where the inputs do not decide it. The prover's base says which cases there are at all.
    """
    return _Widening(prover, goal, inputs, symbols).region()


class _Widening:
    """The extents so far and the terms that say them."""

    def __init__(self, prover: Prover, goal: Term, inputs: Sequence[Input], symbols: Mapping[str, Plain]) -> None:
        self.bank = prover.space.bank
        self.prover = prover
        self.without = self.bank.negate(goal)
        self.inputs = {each.name: each for each in inputs}
        values = {each.name: value_of(each.answer, symbols) for each in inputs}
        self.extents = {name: Extent(values=(value,)) for name, value in values.items()}

    def region(self) -> Region | None:
        if not self._proved(self.extents):
            return None
        for name in reversed(list(self.inputs)):
            fewer = {other: extent for other, extent in self.extents.items() if other != name}
            if self._proved(fewer):
                self.extents = fewer
        for name in list(self.extents):
            self._widen(name)
        return {name: self.extents[name] for name in self.inputs if name in self.extents}

    def _proved(self, extents: Mapping[str, Extent]) -> bool:
        """Whether every case within the extents has the goal."""
        terms = [self._term(name, extent) for name, extent in extents.items()]
        return self.prover.ask(self.without, *terms) is Status.EXCLUDED

    def _term(self, name: str, extent: Extent) -> Term:
        bank, answer = self.bank, self.inputs[name].answer
        if extent.values:
            return bank.either(*(is_value(bank, answer, value) for value in extent.values))
        scalar = code(bank, answer.value)
        parts = [known(bank, answer)]
        if extent.low is not None:
            parts.append(bank.at_most(self._constant(extent.low), scalar))
        if extent.high is not None:
            parts.append(bank.at_most(scalar, self._constant(extent.high)))
        return bank.both(*parts)

    def _constant(self, value: Number | dt.date) -> Term:
        if isinstance(value, dt.date):
            return self.bank.whole(day_code(value))
        return self.bank.exact(value)

    def _widen(self, name: str) -> None:
        (value,) = self.extents[name].values
        if isinstance(value, Absent | bool):
            return
        if isinstance(value, str):
            for word in self.inputs[name].type.values:
                if word != value:
                    self._try(name, Extent(values=(*self.extents[name].values, word)))
        else:
            self.extents[name] = Extent(low=value, high=value)
            self._reach(name, value, -1)
            self._reach(name, value, 1)

    def _try(self, name: str, extent: Extent) -> bool:
        wider = {**self.extents, name: extent}
        if not self._proved(wider):
            return False
        self.extents = wider
        return True

    def _reach(self, name: str, value: Number | dt.date, sign: int) -> None:
        """The furthest bound on one side that is proved: just before the nearest case without the goal."""
        extent, bank, unit = self.extents[name], self.bank, self._unit(name)

        def bounded(bound: Number | dt.date | None) -> Extent:
            return Extent(low=extent.low, high=bound) if sign > 0 else Extent(low=bound, high=extent.high)

        if self._try(name, bounded(None)):
            return
        within = [self._term(other, each) for other, each in {**self.extents, name: bounded(None)}.items()]
        ends = (code(bank, self.inputs[name].answer.value), self._constant(value))
        far = bank.minus(*ends[::sign])
        if self.prover.ask(self.without, *within, bank.at_most(far, constant(bank, far, unit))) is not Status.EXCLUDED:
            return
        status, nearest = self.prover.least(far, self.without, *within, unit=unit, floor=2)
        if status is Status.SHOWN:
            self.extents[name] = bounded(_before(value, sign, nearest.value, unit))

    def _unit(self, name: str) -> Fraction:
        """The step between two values of an input: a day, or its last decimal; a ratio is told by thousandths."""
        type_ = self.inputs[name].type
        places = 0 if type_.kind == "date" else 3 if type_.scale is None else type_.scale
        return Fraction(1, 10**places)


def _before(value: Number | dt.date, sign: int, far: Number, unit: Fraction) -> Number | dt.date:
    """Just before what is so far from a value on one side; the code of a day says how far it is."""
    if not isinstance(value, dt.date):
        return exact(Fraction(value) + sign * (far - unit))
    day = day_code(value) + sign * int(far)
    return dt.date(day // 10_000, day // 100 % 100, day % 100) - dt.timedelta(days=sign)
