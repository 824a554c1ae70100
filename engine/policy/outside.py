"""A window of signature dates for which the policies hold no rules, as frozen data, and what is known of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import field
from typing import ClassVar

from engine.errors import Location
from engine.language.expressions import Citation, Text
from engine.records import dataclass


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
        return self.signed_from <= day and (self.signed_before is None or day < self.signed_before)
