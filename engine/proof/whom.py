"""Whom it concerns: a goal, inputs and one case that has it come in, a region of cases that all have it goes out.

The case is made general: inputs that do not matter are dropped, then numbers, days and words are widened, and each step
is proved.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.language.logic import Plain, Term
from engine.language.symbolic import Symbolic, is_value, known
from engine.language.term_days import code, day_code
from engine.language.types import Type
from engine.language.values import Absent, Number, Value
from engine.proof.prover import Prover
from engine.proof.solving import Status
from engine.proof.witness import value_of

WIDEST = 10**7  # numbers further than this from a witness count as without a bound


@dataclass(frozen=True, slots=True)
class Input:
    """A fact or item that a region may speak of, and its type."""

    name: str
    answer: Symbolic
    type: Type


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """What an input of a region is: ``values`` it may have, or a number or day from ``low`` to ``high`` (both in).

    ``low`` or ``high`` is None where the region goes as far as there are cases.
    """

    values: tuple[Value, ...] = ()
    low: Number | dt.date | None = None
    high: Number | dt.date | None = None


@dataclass(frozen=True, slots=True)
class Region:
    """Every case whose inputs are within ``extents`` has the goal: proved. An input without an extent is free."""

    extents: Mapping[str, Extent]


def region_of(prover: Prover, goal: Term, inputs: Sequence[Input], symbols: Mapping[str, Plain]) -> Region | None:
    """The region around the case of ``symbols``, which has the goal; None where the inputs do not decide it.

    The prover's base says which cases there are at all.

    Raises:
        UsageFault: the solver is missing or is another version.
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
        return Region({name: self.extents[name] for name in self.inputs if name in self.extents})

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
        each = self.inputs[name]
        if isinstance(value, Absent | bool):
            return
        if isinstance(value, str):
            for word in each.type.values:
                if word != value:
                    self._try(name, Extent(values=(*self.extents[name].values, word)))
        elif self._try(name, Extent(low=value, high=value)):
            self._reach(name, value, upwards=False)
            self._reach(name, value, upwards=True)

    def _try(self, name: str, extent: Extent) -> bool:
        wider = {**self.extents, name: extent}
        if not self._proved(wider):
            return False
        self.extents = wider
        return True

    def _reach(self, name: str, value: Number | dt.date, *, upwards: bool) -> None:
        """The furthest bound on one side that is proved, by doubling steps and then halving them."""
        if self._try(name, self._bounded(name, None, upwards)):
            return
        step, unit = 1, self._unit(name)
        while step < WIDEST and self._try(name, self._bounded(name, _moved(value, step, unit, upwards), upwards)):
            step *= 2
        good = step // 2
        while step - good > 1:
            middle = (good + step) // 2
            if self._try(name, self._bounded(name, _moved(value, middle, unit, upwards), upwards)):
                good = middle
            else:
                step = middle

    def _bounded(self, name: str, bound: Number | dt.date | None, upwards: bool) -> Extent:
        extent = self.extents[name]
        return Extent(low=extent.low, high=bound) if upwards else Extent(low=bound, high=extent.high)

    def _unit(self, name: str) -> Fraction:
        """The step between two numbers of an input: its last decimal; a ratio is told by thousandths."""
        scale = self.inputs[name].type.scale
        return Fraction(1, 10 ** (3 if scale is None else scale))


def _moved(value: Number | dt.date, steps: int, unit: Fraction, upwards: bool) -> Number | dt.date:
    signed = steps if upwards else -steps
    if isinstance(value, dt.date):
        return dt.date.fromordinal(min(max(value.toordinal() + signed, 1), dt.date.max.toordinal()))
    return value + signed * unit
