"""What a convention says that decides no case: headline results, properties, suppositions, and windows without rules.

Headline results are what an answer says first, and which value is better. The engine knows roles, never the ids of a
policy; :attr:`Registry.results` is what the answers of a folder share.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import ClassVar

from engine.errors import Location
from engine.language.expressions import Citation, Condition, Expression, FactRef, ItemRef, Text
from engine.language.types import Type
from engine.language.values import NOT_APPLICABLE, UNDETERMINED, Absent, Value, interleaved
from engine.records import dataclass

RISES, FALLS = "never_less", "never_more"
RIGHT, ASSUMPTION = "right", "assumption"
FROM = "from"
UNTIL = "until"
VERDICT, MAXIMUM, DUE, RECOVER = "verdict", "maximum", "due", "recover"
MORE, LESS = "more", "less"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Headline:
    """A result that every answer states.

    ``better`` names its values from the worst to the best for who applies, or is ``more`` or ``less`` for a number;
    ``best`` is the number, or the id of the item, that cannot be bettered. ``between`` are the numbers or ids of items
    that bound it while it is open. ``follow`` tells its change from one contract year to the next. ``short`` heads a
    column; results with the same one share it.
    """

    id: str
    role: str | None = None
    better: tuple[str, ...] | str | None = None
    best: int | str | None = None
    between: tuple[int | str, ...] = ()
    follow: bool = False
    short: Text | None = None
    at: Location = field(compare=False)

    @property
    def hoped(self) -> str | None:
        """The value that who applies hopes for, where values are named from the worst to the best."""
        return self.words[-1] if self.words else None

    @property
    def words(self) -> tuple[str, ...]:
        """The values that are named from the worst to the best; none of a number."""
        return self.better if isinstance(self.better, tuple) else ()

    def gain(self, before: Value, after: Value) -> int:
        """1 where ``after`` is better for who applies, -1 where it is worse, 0 where neither is said."""
        if before is UNDETERMINED or after is UNDETERMINED or before == after:
            return 0
        if self.words:
            if before not in self.words or after not in self.words:
                return 0
            return 1 if self.words.index(str(after)) > self.words.index(str(before)) else -1
        if self.better is None:
            return 0
        if after is NOT_APPLICABLE or before is NOT_APPLICABLE:
            return -1 if after is NOT_APPLICABLE and self.better == MORE else 0
        if isinstance(before, str | Absent) or isinstance(after, str | Absent):
            return 0
        return 1 if (after > before) == (self.better == MORE) else -1  # type: ignore[operator]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """How a contract ends: the items of its last day under each reading of the end, and what comes then."""

    term: str | None = None
    end: str | None = None
    then: tuple[str, ...] = ()
    places: Mapping[str, Location] = field(default_factory=dict, compare=False)

    @property
    def ids(self) -> tuple[str, ...]:
        """Every item about the end, in order."""
        return (*(id_ for id_ in (self.term, self.end) if id_ is not None), *self.then)


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """The headline results in order, and the life of a contract."""

    headline: Mapping[str, Headline]
    life: Ending
    at: Location = field(compare=False)

    @property
    def ids(self) -> tuple[str, ...]:
        """The headline results, in order."""
        return tuple(self.headline)

    @property
    def others(self) -> tuple[str, ...]:
        """The headline results that are neither the verdict nor one of the amounts."""
        return tuple(id_ for id_, shown in self.headline.items() if shown.role is None)

    @property
    def verdict(self) -> str | None:
        """The outcome that heads an answer."""
        return self.player(VERDICT)

    @property
    def hoped(self) -> str | None:
        """The value of the verdict that who applies hopes for, where that is said."""
        return None if self.verdict is None else self.headline[self.verdict].hoped

    @property
    def maximum(self) -> str | None:
        """The amount of each contract year, in euros."""
        return self.player(MAXIMUM)

    @property
    def due(self) -> str | None:
        """The amount due for a contract year, in euros, which is added up over years and cases."""
        return self.player(DUE)

    @property
    def recover(self) -> str | None:
        """The amount paid above what is due for a contract year, in euros."""
        return self.player(RECOVER)

    @property
    def followed(self) -> tuple[str, ...]:
        """The results whose change from one contract year to the next is told."""
        return tuple(id_ for id_, shown in self.headline.items() if shown.follow)

    @property
    def refusals(self) -> Mapping[str, tuple[str, ...]]:
        """The verdict, with its values that are not what who applies hopes for; nothing where these are not said."""
        words = () if self.verdict is None else self.headline[self.verdict].words
        return {str(self.verdict): words[:-1]} if words else {}

    def gain(self, id_: str, before: Value, after: Value) -> int:
        """As :meth:`Headline.gain`; of any other item, a criterion that is met is better than one that is not."""
        if id_ in self.headline:
            return self.headline[id_].gain(before, after)
        return _CRITERION.gain(before, after)

    def steps(self, id_: str, type_: Type) -> tuple[str, ...] | None:
        """The words of an item from less to more; empty where it is a number or a date, None where it has no order.

        Of an outcome they are those that are called better, from the worst to the best.
        """
        if type_.kind in ("number", "date"):
            return ()
        if type_.kind == "verdict":
            return _VERDICTS
        shown = self.headline.get(id_)
        return type_.values if type_.ordered else (shown.words or None) if shown is not None else None

    def player(self, role: str) -> str | None:
        """The result that plays a role."""
        return next((id_ for id_, shown in self.headline.items() if shown.role == role), None)


_VERDICTS = ("not_met", "met")
_CRITERION = Headline(id="", better=_VERDICTS, at=Location("avenant"))


def joined(parts: Iterable[Results]) -> Results:
    """The headline results of several conventions as one list, each where the first that declares it has it."""
    several, headline = [*parts], dict[str, Headline]()
    for part in several:
        order = interleaved(headline, part.headline)
        headline = {id_: headline.get(id_) or part.headline[id_] for id_ in order}
    lives = [part.life for part in several]
    then = tuple(dict.fromkeys(id_ for life in lives for id_ in life.then))
    term = next((life.term for life in lives if life.term is not None), None)
    end = next((life.end for life in lives if life.end is not None), None)
    return Results(at=Location("policies"), headline=headline, life=Ending(term=term, end=end, then=then))
