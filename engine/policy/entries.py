"""What a convention says that decides no case: properties, suppositions, and windows without rules."""

from __future__ import annotations

import datetime as dt
from dataclasses import field
from typing import ClassVar

from engine.errors import Location
from engine.language.expressions import Citation, Condition, Expression, FactRef, ItemRef, Text
from engine.records import dataclass

RISES, FALLS = "never_less", "never_more"
RIGHT, ASSUMPTION = "right", "assumption"
FROM = "from"
UNTIL = "until"


def within(day: dt.date, start: dt.date | None, before: dt.date | None) -> bool:
    """Whether a day falls in a window of signature dates, which may be open on either side."""
    return (start is None or start <= day) and (before is None or day < before)


@dataclass(frozen=True, slots=True, kw_only=True)
class Property:
    """What the texts promise of every contract; it decides no case, and ``avenant check --deep`` proves it.

    Either no case has ``never``; or of two cases that both have ``when`` and differ in the fact ``more`` alone, the one
    with more of it never has less of ``result`` (with ``falls``, never more).
    """

    PARTS: ClassVar = ("when", "never", "more", "result")
    id: str
    label: Text
    cite: tuple[Citation, ...]
    note: Text | None
    when: Condition | None
    never: Condition | None
    more: FactRef | None
    result: ItemRef | None
    falls: bool
    at: Location = field(compare=False)

    @property
    def conditions(self) -> list[Condition]:
        """What it says of cases: all of it holds where it is broken, but for a comparison."""
        return [node for node in (self.when, self.never) if node is not None]


@dataclass(frozen=True, slots=True)
class Along:
    """Another fact that an amendment changes, and what it is then."""

    PARTS: ClassVar = ("be",)
    fact: FactRef
    be: Expression


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposition:
    """A fact that a case leaves out and that would change it.

    Of a ``right`` it is the day of an amendment that the doctor may still ask for; of an ``assumption`` an event whose
    absence is read in one way. ``be`` are the values to suppose, tried in order; the first of a right is the ``day``
    from which it is open, or the last on which it is. ``along`` are facts that change with it. What is ``following``
    shows in the year after that of the case.
    ``signed_from`` and ``signed_before`` bound the contracts that it speaks of; without them, those of its convention.
    """

    PARTS: ClassVar = ("when", "be", "along")
    id: str
    kind: str
    label: Text
    cite: tuple[Citation, ...]
    signed_from: dt.date | None
    signed_before: dt.date | None
    when: Condition | None
    fact: FactRef
    be: tuple[Expression, ...]
    along: tuple[Along, ...]
    day: str
    following: bool
    at: Location = field(compare=False)

    def speaks_of(self, signed: dt.date) -> bool:
        """Whether it speaks of contracts signed on a day, where it says which."""
        return within(signed, self.signed_from, self.signed_before)


@dataclass(frozen=True, slots=True)
class Known:
    """One thing that is known of a window without rules."""

    text: Text
    cite: tuple[Citation, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class WithoutRules:
    """Signature dates of a beneficiary for which the policies hold no rules, and what is known of them all the same.

    ``aid`` is ``none`` where no aid existed, ``unpublished`` where a text applies that our sources do not give;
    ``ask`` says who knows more.
    """

    PARTS: ClassVar = ("known",)
    id: str
    beneficiary: str
    signed_from: dt.date
    signed_before: dt.date | None
    aid: str
    label: Text
    known: tuple[Known, ...]
    ask: Text
    cite: tuple[Citation, ...]
    at: Location = field(compare=False)

    def covers(self, day: dt.date) -> bool:
        """Whether a contract signed on ``day`` falls in this window."""
        return within(day, self.signed_from, self.signed_before)
