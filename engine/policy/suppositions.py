"""Suppositions: entries of a rule file come in, what a case leaves unsaid and what it could say instead go out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import field
from typing import Any, ClassVar

from engine.errors import Location
from engine.language.expressions import Citation, Condition, Expression, FactRef, Text
from engine.language.reading import Reader, cited, condition, day, every, expression, optional
from engine.records import dataclass

RIGHT, ASSUMPTION = "right", "assumption"
FROM = "from"


@dataclass(frozen=True, slots=True, kw_only=True)
class Supposition:
    """A fact that a case leaves out and that would change it.

    Of a ``right`` it is the day of an amendment that the doctor may still ask for; of an ``assumption`` an event whose
    absence is read in one way. ``be`` are the values to suppose, tried in order; the first of a right is the ``day``
    from which it is open, or the last on which it is. What is ``following`` shows in the year after that of the case.
    ``signed_from`` and ``signed_before`` bound the contracts that it speaks of; without them, those of its convention.
    """

    PARTS: ClassVar = ("when", "be")
    id: str
    kind: str
    label: Text
    cite: tuple[Citation, ...]
    signed_from: dt.date | None
    signed_before: dt.date | None
    when: Condition | None
    fact: FactRef
    be: tuple[Expression, ...]
    day: str
    following: bool
    at: Location = field(compare=False)

    def speaks_of(self, signed: dt.date) -> bool:
        """Whether it speaks of contracts signed on a day, where it says which."""
        after = self.signed_from is None or signed >= self.signed_from
        return after and (self.signed_before is None or signed < self.signed_before)


def supposition(data: Mapping[str, Any], reader: Reader) -> Supposition:
    """The supposition written as ``data``, which the schema has accepted."""
    signed: Mapping[str, str] = data.get("signed", {})
    kind = RIGHT if RIGHT in data else ASSUMPTION
    return Supposition(
        id=data["id"],
        kind=kind,
        label=data["label"],
        cite=cited(data, reader),
        signed_from=day(signed, "from"),
        signed_before=day(signed, "before"),
        when=optional(data, "when", reader, condition),
        fact=FactRef(data[kind], reader.below(kind).at),
        be=every(data, "be", reader, expression),
        day=data.get("day", FROM),
        following="year" in data,
        at=reader.below("id").at,
    )
