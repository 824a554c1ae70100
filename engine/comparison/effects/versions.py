"""Two versions side by side: sessions and conventions come in, the days on which both decide a contract go out.

The versions are two conventions of one registry, each forced on a case, or what two registries decide on the same day.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from engine.comparison.edits.same import meaning
from engine.errors import InputFault
from engine.evaluation.session import Session
from engine.policy.model import Convention
from engine.policy.overlays import laid_items, open_questions


@dataclass(frozen=True, slots=True)
class Version:
    """One version of the rules: a convention, and the session that decides under it.

    Where it does not ``decide``, no convention of the session is in force, and it refuses every case.
    """

    session: Session
    convention: Convention
    decides: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """Two versions and the signature days, from ``first`` to ``before`` (left out), on which they are compared.

    ``forced``: each convention is asked for by name. ``moved``: the windows of signature have changed, so that other
    conventions decide on these days, or none.
    """

    older: Version
    newer: Version
    first: dt.date
    before: dt.date | None
    forced: bool = False
    moved: bool = False

    @property
    def sides(self) -> tuple[Version, Version]:
        """The older version, then the newer."""
        return self.older, self.newer

    @property
    def last(self) -> dt.date | None:
        return None if self.before is None else self.before - dt.timedelta(days=1)


def forced(older: Version, newer: Version) -> Meeting:
    """Two conventions on the signature days of the later one."""
    later = max(older.convention, newer.convention, key=lambda c: (c.signed_from, c.id))
    return Meeting(older=older, newer=newer, first=later.signed_from, before=later.signed_before, forced=True)


def meetings(older: Version, newer: Version) -> Iterator[Meeting]:
    """One convention in two registries: the days that both windows hold, then those that one alone holds."""
    sides = (older.convention, newer.convention)
    days = sorted({each.signed_from for each in sides} | {each.signed_before or dt.date.max for each in sides})
    spans = [(first, before) for first, before in pairwise(days)]
    spans.sort(key=lambda span: sum(each.covers(span[0]) for each in sides), reverse=True)
    for first, before in spans:
        held = [each.covers(first) for each in sides]
        until = None if before == dt.date.max else before
        if all(held):
            yield Meeting(older=older, newer=newer, first=first, before=until)
        elif any(held):
            yield from _moved(older, newer, first, before)


def _moved(older: Version, newer: Version, first: dt.date, before: dt.date) -> Iterator[Meeting]:
    """What decides in each registry on days that only one of the windows holds, stretch by stretch."""
    beneficiary = newer.convention.beneficiary
    texts = (each for side in (older, newer) for each in side.session.registry.in_time)
    own = [each for each in texts if each.beneficiary == beneficiary]
    starts = {day for each in own for day in (each.signed_from, each.signed_before) if day and first < day < before}
    for day, end in pairwise([first, *sorted(starts), before]):
        until = None if end == dt.date.max else end
        sides = (_deciding(side, beneficiary, day) for side in (older, newer))
        yield Meeting(older=next(sides), newer=next(sides), first=day, before=until, moved=True)


def _deciding(version: Version, beneficiary: str, day: dt.date) -> Version:
    try:
        return replace(version, convention=version.session.registry.select(beneficiary, day)[0])
    except InputFault:
        return replace(version, decides=False)


def rules_of(version: Version) -> object:
    """Every item, question and later text of a convention: two versions that have them alike can never differ."""
    convention, registry = version.convention, version.session.registry
    covering = registry.covering(convention)
    parts: list[object] = [convention.years_from, convention.beneficiary, registry.vocabulary]
    for laid in ((), *((each,) for each in covering)):
        parts.append({id_: meaning(item) for id_, item in laid_items(convention, laid).items()})
    parts += [(o.id, o.signed_from, o.signed_before, o.first_anniversary, o.when) for _, o in covering]
    questions = open_questions(convention, covering)
    return [*parts, {id_: (each.default, tuple(each.choices)) for id_, each in questions.items()}]
