"""Goal of a what-if: an item's result today and a text come in, the values that will do go out.

Without a text it is the first value that differs from today's in the applicant's favour.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.errors import Location, UsageFault, misuse, nearest
from engine.evaluation.decision import Decision, Result
from engine.language.logic import Term
from engine.language.operators import COMPARISONS
from engine.language.spoken import Unread, fold, read_day
from engine.language.symbolic import Truth, certain, constant, is_value, known
from engine.language.term_days import Day
from engine.language.types import VERDICTS
from engine.language.typing import STATUSES
from engine.language.values import NOT_APPLICABLE, Absent, Value, exact
from engine.proof.encoding import Encoding
from engine.proof.expressions import aspects

WISHED = ("done", "unmet")  # of an obligation
MORE, LESS = "more", "less"
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?(?:/[1-9]\d*)?)(%?)([+-]?)")
_KINDS = {"": "is", "+": "at_least", "-": "at_most"}
_OPERATORS = {"at_least": "at_least", "at_most": "at_most", MORE: "more_than", LESS: "less_than"}  # of kinds of a wish


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
        if isinstance(value, str | Absent | bool | None):
            return False
        if self.value is None:
            return isinstance(value, dt.date) or value > 0
        return bool(COMPARISONS[_OPERATORS[self.kind]].scalar(value, self.value))


def answer_of(decision: Decision, item: str) -> Value:
    """What an item answers in a decision: a value, the status of an obligation, or why there is none."""
    line = decision.obligation(item)
    if line is None:
        return decision.answer(item)
    return Absent(line.status) if line.status in STATUSES else line.status


def wished_term(encoding: Encoding, item: str, wish: Wish) -> Term:
    """Where an item answers what is wished."""
    bank, answer = encoding.bank, encoding.answer(item)
    if wish.value in WISHED and any(step.item.kind == "obligation" for step in encoding.steps(item)):
        told = (
            bank.both(when, known(bank, encoding.defined_as(each)), is_value(bank, seen, True))
            for when, each in encoding.defined(item)
            for name, seen in aspects(each.step.item, encoding.names(each))
            if name == wish.value
        )
        return bank.either(*told)
    if wish.kind == "is":
        assert wish.value is not None
        return is_value(bank, answer, wish.value)
    if wish.value is None and isinstance(answer.value, Day):
        return known(bank, answer)
    limit = certain(bank, constant(bank, 0 if wish.value is None else wish.value))
    compared: Truth = COMPARISONS[_OPERATORS[wish.kind]].term(bank, answer, limit)
    return compared.true


def wish_of(decision: Decision, item: str, text: str | None) -> Wish:
    """What ``text`` wishes of an item of a decision; raises UsageFault: the item has no such value."""
    result = decision.results[item]
    known = result.type.values if result.type is not None and result.type.kind == "enum" else ()
    if result.kind == "obligation":
        known = WISHED
    elif result.kind == "criterion":
        known = VERDICTS
    if not text:
        return _default(decision, result, known)
    if text == NOT_APPLICABLE.value:
        return Wish("is", NOT_APPLICABLE)
    if known:
        said = {fold(label): value for value, told in result.value_labels.items() for label in told.values()}
        text = said.get(fold(text), text)
        if text not in known:
            raise _unknown(text, "", (*known, NOT_APPLICABLE.value), said)
        return Wish("is", text)
    return _open(result, text)


def _open(result: Result, text: str) -> Wish:
    """A wish for a number or a date."""
    today = None if isinstance(result.value, str | bool) else result.value
    words = (MORE, *(() if today is None else (LESS,)))
    if text in words:
        return Wish(text, today)
    words = (*words, NOT_APPLICABLE.value)
    if result.type is not None and result.type.kind == "date":
        try:
            return Wish("is", read_day(text))
        except Unread:
            raise _unknown(text, "2026-01-31, ", words) from None
    found = _NUMBER.fullmatch(re.sub(r"[\s€]", "", text))  # as people write an amount: 12 000 €
    unit, scale = (result.type.unit, result.type.scale) if result.type is not None else ("none", None)
    number, percent, side = found.groups() if found is not None else ("0", "", "")
    whole, _, below = number.partition("/")
    value = Fraction(whole) / Fraction(below or 1)
    fits = scale is None or (value * 10**scale).denominator == 1  # a cent has no parts
    if found is None or not fits or (percent and unit not in ("ratio", "percent")):
        raise _unknown(text, "50%, 5/13, 50%+, " if unit == "ratio" else "11000, 11000+, 11000-, ", words)
    return Wish(_KINDS[side], exact(value / 100 if percent and unit == "ratio" else value))


def _unknown(text: str, examples: str, words: Sequence[str], said: Mapping[str, str] | None = None) -> UsageFault:
    """That a text is no wish, with the word that it looks most like."""
    near, allowed = nearest(text, words, said=said), examples + ", ".join(words)
    return misuse(Location("--what-if"), "unknown-value", near, value=text, allowed=allowed)


def _default(decision: Decision, result: Result, known: Sequence[str]) -> Wish:
    today = answer_of(decision, result.id)
    if result.kind == "criterion":
        return Wish("is", "met")
    if result.kind == "obligation":
        return Wish("is", "done")
    shown = decision.convention.results.headline.get(result.id)
    if shown is not None and shown.hoped in known:
        return Wish("is", shown.hoped)
    best = None if shown is None else shown.best
    whole = decision.results[best].value if isinstance(best, str) else best
    if isinstance(whole, int | Fraction) and (not isinstance(today, int | Fraction) or whole > today):
        return Wish("at_least", whole)
    if known:
        return Wish("is", _next(result, known, today))
    return Wish(MORE, None if isinstance(today, Absent | str | bool) else today)


def _next(result: Result, known: Sequence[str], today: Value) -> str:
    """Of a scale the step above today's, the top where that is open or reached; else the first other value."""
    if result.type is not None and result.type.ordered:
        place = known.index(today) + 1 if today in known else len(known)
        return known[min(place, len(known) - 1)]
    return next((value for value in known if value != today), known[0])
