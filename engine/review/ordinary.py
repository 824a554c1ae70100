"""Ordinary values: a compiled program comes in, a value for each number and date to start from goes out.

The values differ from one input to the next and are odd, so that a swapped operand, a rounding or a month end shows.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from engine.evaluation.program import Program
from engine.language.facts import SIGNATURE
from engine.language.types import Type
from engine.language.values import Value, add_months, exact
from engine.policy.model import Convention
from engine.review.possible import Possible

ORDINARY: Mapping[str, int | Fraction] = {
    "patients": 1009,
    "patients_par_etp": 1009,
    "percent": 50,
    "percentile": 50,
    "ETP": 2,
    "years": 40,
    "ratio": Fraction(1, 2),
    "EUR": 10007,
}
OTHERWISE = 3
CALENDAR = (dt.date(1900, 1, 1), dt.date(2100, 12, 31))
DAY = dt.timedelta(days=1)
# Before the signature come births and foundations, after it what a contract lives through.
MONTHS_BEFORE, MONTHS_AFTER = 480, 24


def ordinary_values(program: Program, possible: Mapping[str, Possible]) -> dict[int, Value]:
    """A value of each number and date by slot: facts first, then items, each above the one before."""
    names = program.names
    types: dict[int, Type | None] = {
        slot: program.plan.vocabulary.facts[name].type for name, slot in names.facts.items()
    }
    types.update({slot: possible[id_].type for id_, slot in names.items.items()})
    fact_names = {slot: name for name, slot in names.facts.items()}
    ranks: dict[str, int] = {}
    found: dict[int, Value] = {}
    for slot, type_ in types.items():
        if type_ is None or type_.kind not in ("number", "date"):
            continue
        family = "date" if type_.kind == "date" else type_.unit
        rank = ranks[family] = ranks.get(family, -1) + 1
        name = fact_names.get(slot)
        if type_.kind == "date":
            found[slot] = _day(program, name, rank)
        else:
            usual = ORDINARY.get(type_.unit, OTHERWISE)
            found[slot] = _within(program, name, usual + Fraction(usual) / 20 * rank, type_)
    return found


def _within(program: Program, name: str | None, value: Fraction, type_: Type) -> Value:
    """``value`` on the scale of its type and in the range of its fact."""
    low, high = (None, None) if name is None else fact_range(program, name)
    capped = min(max(value, value if low is None else Fraction(low)), value if high is None else Fraction(high))
    step = Fraction(1, 10 ** (2 if type_.scale is None else type_.scale))
    return exact(math.floor(capped / step) * step)


def _day(program: Program, name: str | None, rank: int) -> dt.date:
    start = signature_day(program.plan.convention)
    if name == SIGNATURE:
        return start
    chains = program.plan.vocabulary.orders
    chain = next((chain for chain in chains if name in chain and SIGNATURE in chain), None)
    place = 0 if chain is None or name is None else chain.index(name) - chain.index(SIGNATURE)
    return add_months(start, 2 * rank + place * (MONTHS_BEFORE if place < 0 else MONTHS_AFTER))


def signature_day(convention: Convention) -> dt.date:
    """The first 31st of a month in the convention's window, so that shorter months show."""
    day = convention.signed_from
    while day.day != 31:
        day += DAY
    return day


def fact_range(program: Program, name: str) -> tuple[Any, Any]:
    """The lowest and highest value of a number or date; a signature lies within the convention's window."""
    fact = program.plan.vocabulary.facts[name]
    if fact.type.kind != "date":
        return (fact.minimum, fact.maximum)
    if name != SIGNATURE:
        return CALENDAR
    convention = program.plan.convention
    end = convention.signed_before
    return (convention.signed_from, CALENDAR[1] if end is None else end - DAY)
