"""What is wished of an item: its result today and a text come in, the values that will do go out.

Without a text it is the first value that differs from today's in the applicant's favour.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.errors import Location, Problem, UsageFault, nearest
from engine.evaluation.decision import Decision, Result
from engine.language.types import VERDICTS
from engine.language.typing import is_date
from engine.language.values import NOT_APPLICABLE, UNDETERMINED, Absent, Value, exact

# The value of an outcome that its applicant hopes for; of any other outcome, the first that differs from today's.
HOPED = {"eligibilite": "eligible", "verification.resultat": "plein"}
# What is at most due, which a full rate gives.
WHOLE = {"aide.montant_du": "aide.montant_annuel"}
FULL_RATE = "verification.taux"
STATUSES = ("done", "pending", "overdue")
MORE, LESS = "more", "less"
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?(?:/[1-9]\d*)?)(%?)([+-]?)")
_KINDS = {"": "is", "+": "at_least", "-": "at_most"}


@dataclass(frozen=True, slots=True)
class Wish:
    """``kind`` is ``is``, ``at_least``, ``at_most``, ``more`` or ``less``, than ``value``.

    ``more`` than None is any known number or date (a number above 0).
    """

    kind: str
    value: Value | None

    def met(self, value: Value | None) -> bool:
        """Whether an answer of the item is what is wished."""
        if self.kind == "is":
            return value is not None and value == self.value
        return not isinstance(value, str | Absent | bool | None) and self._compared(value)

    def passed(self, value: Value | None, today: Value) -> bool:
        """Whether an answer is what is wished, or lies beyond it from where it stands today."""
        if self.met(value):
            return True
        if self.kind != "is" or any(isinstance(each, str | Absent | bool | None) for each in (value, today)):
            return False
        assert not isinstance(self.value, str | Absent | bool | None)
        upwards = self.value > today  # type: ignore[operator]
        return bool(value > self.value if upwards else value < self.value)  # type: ignore[operator]

    def _compared(self, value: int | Fraction | dt.date) -> bool:
        if self.value is None:
            return isinstance(value, dt.date) or value > 0
        limit: int | Fraction | dt.date = self.value  # type: ignore[assignment]
        match self.kind:
            case "at_least":
                return value >= limit  # type: ignore[operator]
            case "at_most":
                return value <= limit  # type: ignore[operator]
            case "more":
                return value > limit  # type: ignore[operator]
            case _:
                return value < limit  # type: ignore[operator]


def answer_of(decision: Decision, item: str) -> Value:
    """What an item answers in a decision: a value, the status of an obligation, or why there is none."""
    result = decision.results[item]
    if result.kind == "obligation":
        status = next(line.status for line in decision.obligations if line.id == item)
        return {"undetermined": UNDETERMINED, "not_applicable": NOT_APPLICABLE}.get(status, status)
    return {"undetermined": UNDETERMINED, "not_applicable": NOT_APPLICABLE}.get(result.status) or result.value  # type: ignore[return-value]


def wish_of(decision: Decision, item: str, text: str | None, values: Sequence[Value] | None) -> Wish:
    """What ``text`` wishes of an item of a decision; ``values`` are those it can take, None for open numbers and dates.

    Raises:
        UsageFault: the item has no such value.
    """
    result = decision.results[item]
    known = tuple(value for value in values or () if isinstance(value, str))
    if result.kind == "obligation":
        known = STATUSES
    elif result.kind == "criterion":
        known = VERDICTS
    if not text:
        return _default(decision, result, known)
    if text == NOT_APPLICABLE.value:
        return Wish("is", NOT_APPLICABLE)
    if known:
        if text not in known:
            raise _unknown(text, ", ".join((*known, NOT_APPLICABLE.value)), nearest(text, known))
        return Wish("is", text)
    return _open(result, text)


def _open(result: Result, text: str) -> Wish:
    """A wish for a number or a date."""
    today = None if isinstance(result.value, str | bool) else result.value
    if text in (MORE, LESS) and (text == MORE or today is not None):
        return Wish(text, today)
    if result.type is not None and result.type.kind == "date":
        if is_date(text):
            return Wish("is", dt.date.fromisoformat(text))
        raise _unknown(text, f"2026-01-31, {MORE}, {LESS}, {NOT_APPLICABLE.value}", None)
    found = _NUMBER.fullmatch(text)
    if found is None:
        raise _unknown(text, f"11000, 11000+, 11000-, 5/13, {MORE}, {LESS}, {NOT_APPLICABLE.value}", None)
    number, percent, side = found.groups()
    whole, _, below = number.partition("/")
    value = Fraction(whole) / Fraction(below or 1)
    ratio = percent and result.type is not None and result.type.unit == "ratio"
    return Wish(_KINDS[side], exact(value / 100 if ratio else value))


def _unknown(text: str, allowed: str, close: str | None) -> UsageFault:
    return UsageFault(Problem(Location("--what-if"), "unknown-value", {"value": text, "allowed": allowed}, close))


def _default(decision: Decision, result: Result, known: Sequence[str]) -> Wish:
    today = answer_of(decision, result.id)
    if result.kind == "criterion":
        return Wish("is", "met")
    if result.kind == "obligation":
        return Wish("is", "done")
    if result.id in HOPED and HOPED[result.id] in known:
        return Wish("is", HOPED[result.id])
    if result.id in WHOLE:
        whole = decision.results[WHOLE[result.id]].value
        if isinstance(whole, int | Fraction) and (not isinstance(today, int | Fraction) or whole > today):
            return Wish("at_least", whole)
    if result.id == FULL_RATE:
        return Wish("at_least", 1)
    if known:
        return Wish("is", _next(result, known, today))
    return Wish(MORE, None if isinstance(today, Absent | str | bool) else today)


def _next(result: Result, known: Sequence[str], today: Value) -> str:
    """Of a scale the step above today's, the top where that is open or reached; else the first other value."""
    if result.type is not None and result.type.ordered:
        place = known.index(today) + 1 if today in known else len(known)
        return known[min(place, len(known) - 1)]
    return next((value for value in known if value != today), known[0])
