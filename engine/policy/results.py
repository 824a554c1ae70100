"""Headline results: what an answer says first, and which value is better, as each convention declares it.

The engine knows roles, never the ids of a policy; :attr:`Registry.results` is what the answers of a folder share.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field

from engine.errors import Location
from engine.language.expressions import Text
from engine.language.types import Type
from engine.language.values import NOT_APPLICABLE, UNDETERMINED, Absent, Value
from engine.records import dataclass

VERDICT, MAXIMUM, DUE, RECOVER = "verdict", "maximum", "due", "recover"
MORE, LESS = "more", "less"


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
        headline = _merged(headline, part.headline)
    lives = [part.life for part in several]
    then = tuple(dict.fromkeys(id_ for life in lives for id_ in life.then))
    term = next((life.term for life in lives if life.term is not None), None)
    end = next((life.end for life in lives if life.end is not None), None)
    return Results(at=Location("policies"), headline=headline, life=Ending(term=term, end=end, then=then))


def _merged(before: Mapping[str, Headline], new: Mapping[str, Headline]) -> dict[str, Headline]:
    """A list with another's entries in it, each of those after the one that it follows there."""
    order = list(before)
    place = 0
    for id_ in new:
        if id_ not in before:
            order.insert(place, id_)
        place = order.index(id_) + 1
    return {id_: before.get(id_) or new[id_] for id_ in order}
