"""What an evaluation says: the result of every item with its reasons, payments, obligations and the trace.

:mod:`engine.evaluation.evaluator` makes it; :mod:`engine.report` writes it out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from engine.errors import Location
from engine.language.expressions import Citation, Text
from engine.language.facts import YEAR
from engine.language.types import Type
from engine.language.values import Absent, Scalar, Value, as_written
from engine.policy.model import Convention
from engine.policy.overlays import named_items
from engine.policy.results import Results
from engine.records import dataclass

BY_CASES = "by_cases"  # the kind of reason of what is known without a fact, whatever it is
NONE: Mapping[str, Any] = {}  # a proxy, which nobody could write, could not be sent to another process either


@dataclass(frozen=True, slots=True)
class Reason:
    """What decided a result: a ``row``, ``rule``, ``step``, ``derogation`` or ``value``, or why it is unpublished.

    ``by_cases`` names a fact that the case lacks and whose every value gives the same.
    """

    kind: str
    id: str
    cite: tuple[Citation, ...]
    text: Text | None
    at: Location


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that a case does not reach: the ``value`` of a fact or item would have to be ``operator`` ``bound``.

    ``named`` is the fact or item that the bound comes from, None where the rule writes it.
    """

    of: str
    value: Scalar
    operator: str
    bound: Scalar
    type: Type
    named: str | None


class Result(NamedTuple):  # made by the dozen in every decision, and a tuple costs a tenth of a dataclass
    """One item's result. ``status`` is known, undetermined or not_applicable; ``value`` is None unless known.

    ``facts`` are those it rests on, through other results too; ``uses`` the items it reads directly; ``confidence``
    the weakest source kind among all that it used, or that it rests on what was assumed; ``refusal`` the sentence of a
    criterion that is not met; ``can_be`` the values that are left of an undetermined one, from the lowest step that is
    left upwards, where they are few; ``between`` its least and greatest value, where the text bounds it; ``limits``
    what a criterion that is not met asks for, where numbers or days alone decided it.
    """

    id: str
    kind: str
    label: Text
    type: Type | None
    status: str
    value: Scalar | None
    cite: tuple[Citation, ...] = ()
    confidence: str | None = None
    facts: Mapping[str, Scalar] = NONE
    choices: Mapping[str, str] = NONE
    missing: tuple[str, ...] = ()
    because: tuple[Reason, ...] = ()
    warnings: tuple[Text, ...] = ()
    uses: tuple[str, ...] = ()
    value_labels: Mapping[str, Text] = NONE
    yearly: bool = False
    refusal: Text | None = None
    limits: tuple[Limit, ...] = ()
    can_be: tuple[Scalar, ...] = ()
    between: tuple[Scalar, ...] = ()

    @property
    def derogation(self) -> str | None:
        """The derogation that makes a criterion met, if one does."""
        return next((reason.id for reason in self.because if reason.kind == "derogation"), None)

    @property
    def number(self) -> Fraction | None:
        """The value of a number; None where it is not known, and of any other result."""
        return Fraction(self.value) if isinstance(self.value, int | Fraction) else None

    @property
    def verdict(self) -> str:
        """A criterion's verdict; for other items, the value or status as text."""
        return str(self.value) if self.status == "known" else self.status


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """A payment of the contract year: amount in euros and due day, each None where not known."""

    result: Result
    due: dt.date | None
    due_missing: tuple[str, ...]
    due_reason: Text | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObligationLine:
    """A duty of a contract and its day.

    ``status``: done, unmet (as the facts say), pending, overdue, to_check or closed (on the day asked about),
    not_applicable or undetermined.
    ``judged``: a day was given to compare with; without it a duty that is pending has its own day and no more.
    ``done``: the day that shows it as done; ``facts`` are those that the status rests on.
    ``if_unmet`` is what follows where it is not met, one of :data:`engine.policy.model.IF_UNMET`, or None.
    """

    id: str
    label: Text
    status: str
    due: dt.date | None
    done: dt.date | None
    facts: Mapping[str, Scalar]
    due_reason: Text | None
    cite: tuple[Citation, ...]
    missing: tuple[str, ...]
    at: Location
    if_unmet: str | None
    judged: bool


@dataclass(frozen=True, slots=True)
class Doubt:
    """A consistency that the facts of a case do not meet: ``result`` names them; ``severity`` is error or warning."""

    severity: str
    result: Result
    at: Location


@dataclass(frozen=True, slots=True)
class TraceLine:
    """A production rule that fired, with the verdicts that made it fire."""

    outcome: str
    rule: str
    value: str | None
    because: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class OverlayUse:
    """An overlay in force: the later convention it comes from, and the ids of the results it changes."""

    id: str
    convention: str
    label: Text
    cite: tuple[Citation, ...]
    changes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class YearLine:
    """The yearly amount of one contract year under its own overlays."""

    year: int
    start: dt.date | None
    amount: Result
    overlays: tuple[OverlayUse, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """All results of one case under one convention; ``headline`` are those that every answer of its folder states.

    ``chosen`` are the readings and ``forced`` the convention that it was asked for under.
    """

    convention: Convention
    headline: Results
    digest: str
    selected_because: Text
    overlays: tuple[OverlayUse, ...]
    facts: Mapping[str, Scalar]
    results: Mapping[str, Result]
    payments: tuple[PaymentLine, ...]
    obligations: tuple[ObligationLine, ...]
    interpretations: Mapping[str, str]
    trace: tuple[TraceLine, ...]
    years: tuple[YearLine, ...]
    as_of: dt.date | None
    doubts: tuple[Doubt, ...]
    chosen: Mapping[str, str]
    forced: str | None

    @property
    def verdict(self) -> Result | None:
        """The result that heads the answer, where some convention of the folder names one."""
        return None if self.headline.verdict is None else self.results[self.headline.verdict]

    @property
    def main(self) -> tuple[Result, ...]:
        """The headline results in order, as far as they were asked for."""
        return tuple(self.results[id_] for id_ in self.headline.ids if id_ in self.results)

    @property
    def closed(self) -> bool:
        """Whether the case asks about a year of an eligible contract that its end leaves without an amount."""
        most = self.stated(self.headline.maximum)
        return not self.refused and most is not None and most.status == "not_applicable"

    @property
    def criteria(self) -> tuple[str, ...]:
        """The items that the rules of the verdict read; none where the convention has no such outcome."""
        outcome = self.convention.items.get(self.headline.verdict or "")
        return () if outcome is None else tuple(dict.fromkeys(named_items(outcome)))

    @property
    def verdict_criteria(self) -> tuple[Result, ...]:
        """The criteria among them, as they came out."""
        found = (self.results[id_] for id_ in self.criteria if id_ in self.results)
        return tuple(each for each in found if each.kind == "criterion")

    @property
    def tone(self) -> str:
        """Whether the verdict is what who applies hopes for: good, bad, or open where that is not said."""
        verdict = self.verdict
        if verdict is None or verdict.value not in (shown := self.headline.headline[verdict.id]).words:
            return "open"
        return "good" if verdict.value == shown.hoped else "bad"

    @property
    def refused(self) -> bool:
        return self.tone == "bad"

    @property
    def lines(self) -> Iterator[tuple[YearLine | None, Result]]:
        """The headline results, the most of each contract year apart with its year; of a refusal the verdict alone."""
        for result in self.main:
            if self.years and result.id == self.headline.maximum and not self.refused:
                yield from ((line, line.amount) for line in self.years)
            elif not self.refused or result.id == self.headline.verdict:
                yield None, result

    def obligation(self, id_: str) -> ObligationLine | None:
        """The line of a duty; None of any other item."""
        return next((line for line in self.obligations if line.id == id_), None)

    def answer(self, id_: str) -> Value:
        """What an item comes to; not applicable where the rules of the case do not have it."""
        result = self.results.get(id_)
        if result is None:
            return Absent.NOT_APPLICABLE
        return Absent(result.status) if result.value is None else result.value

    def stated(self, id_: str | None) -> Result | None:
        """A headline result, where the folder has it."""
        return None if id_ is None else self.results[id_]

    @property
    def missing(self) -> tuple[str, ...]:
        """The facts that the undetermined headline results wait for, in the order of the results."""
        return tuple(dict.fromkeys(fact for result in self.main for fact in result.missing))

    @property
    def asked_for(self) -> tuple[str, ...]:
        """The missing facts, but for the contract year where each year is told."""
        return tuple(name for name in self.missing if name != YEAR or not self.years)

    @property
    def overlays_shown(self) -> tuple[tuple[OverlayUse, tuple[str, ...]], ...]:
        """The overlays that the headline results and the payments rest on, with what each changes of that."""
        shown = (*self.headline.ids, *(line.result.id for line in self.payments))
        behind = {result.id for id_ in shown for result in self.below(id_, applying=True)}
        found = ((use, tuple(id_ for id_ in use.changes if id_ in behind)) for use in self.overlays)
        return tuple((use, changes) for use, changes in found if changes)

    def below(self, id_: str, *, applying: bool = False) -> Iterator[Result]:
        """A result and all that it rests on, each before those below it; through those that apply alone, if asked."""
        seen: set[str] = set()
        waiting = [id_]
        while waiting:
            result = self.results.get(waiting.pop())
            if result is None or result.id in seen or (applying and result.status == "not_applicable"):
                continue
            seen.add(result.id)
            yield result
            waiting.extend(result.uses)


def left_values(decision: Decision) -> tuple[str, ...]:
    """The open headline results with the few values left, as ``id=value|value``, or the ends, as ``id=least..most``."""
    left = ((each.id, "|" if each.can_be else "..", each.can_be or each.between) for each in decision.main)
    return tuple(f"{id_}={mark.join(map(as_written, values))}" for id_, mark, values in left if values)
