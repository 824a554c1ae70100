"""Every statement of law rests on a declared source, and what has a day is of its time.

A convention comes in; missing and dangling citations go out, values never in force and sources too old, and of all
conventions the windows that leave gaps or overlap.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise

from engine.errors import Location, Problem, unknown, warning, wrong
from engine.language.expressions import Citation, Literal, Node, below, parts, walk
from engine.policy.model import CONSISTENCY, SOURCE_KINDS, Convention, Criterion, DecisionTable, Item, Quantity, Window
from engine.policy.registry import Registry

_NEUTRAL_NUMBERS = (0, 1, 100)  # they state no law: a floor, a whole, a percentage of everything
LONGEST_WAIT = 25  # years from the first day of a text; a value or a source from beyond is a slip of the pen
LEAD = dt.timedelta(days=365)  # by which a source may announce what it is cited for


def citation_problems(registry: Registry, convention: Convention) -> Iterator[Problem]:
    """Citations of undeclared sources, and items, rows, values and interpretations that cite nothing."""
    for item in convention.items.values():
        yield from _dangling(citations(item), convention)
        yield from _uncited(item)
    for entry in convention.entries:
        yield from _dangling(citations(entry), convention)
        yield from _required(entry.id, entry.cite, entry.at)


def citations(*wholes: object) -> Iterator[Citation]:
    """Every citation in items, entries or parts of one."""
    return (cite for whole in wholes for part in below(whole) for cite in getattr(part, "cite", ()))


def _dangling(cite: Iterable[Citation], convention: Convention) -> Iterator[Problem]:
    for citation in cite:
        yield from unknown(citation.at, "unknown-source", citation.source, convention.sources)


def _required(id_: str, cite: tuple[Citation, ...], at: Location) -> Iterator[Problem]:
    if not cite:
        yield wrong(at, "missing-citation", id=id_)


def _uncited(item: Item) -> Iterator[Problem]:
    match item.body:
        case DecisionTable(_, rows):
            uncited = [row for row in rows if not (row.cite or item.cite)]
            places = [item.at] if len(uncited) == len(rows) else [row.at for row in uncited]
            yield from (found for place in places if uncited for found in _required(item.id, (), place))
        case Criterion(met_when, derogations):
            if item.kind != CONSISTENCY or _numbers([met_when]):  # of facts alone, it is no law
                yield from _required(item.id, item.cite, item.at)
            for derogation in derogations:
                yield from _required(derogation.id, derogation.cite, derogation.at)
        case Quantity() if not list(citations(item)) and _numbers(parts(item.body)):
            yield from _required(item.id, (), item.at)
        case _ if item.kind in ("payment", "obligation"):
            yield from _required(item.id, item.cite, item.at)


def _numbers(roots: Iterable[Node]) -> bool:
    """Whether conditions or expressions hold a number that must come from a text."""
    return any(
        isinstance(node, Literal) and not isinstance(node.value, bool | str) and node.value not in _NEUTRAL_NUMBERS
        for node in walk(*roots)
    )


def date_problems(registry: Registry, convention: Convention) -> Iterator[Problem]:
    """Dated values and rows out of order or outside the time of the text, and citations of sources older than those."""
    first = convention.signed_from
    last = first.replace(year=min(first.year + LONGEST_WAIT, dt.MAXYEAR), day=min(first.day, 28))
    for item in convention.items.values():
        rows = item.body.rows if isinstance(item.body, DecisionTable) else ()
        dated = [(row.start, row) for row in rows if row.start is not None]  # as all values of a parameter
        if item.kind == "parameter":
            for (before, _), (start, value) in pairwise(dated):
                if start <= before:
                    yield wrong(value.at, "value-order", id=item.id)
            if min((start for start, _ in dated), default=first) > first:
                yield wrong(dated[0][1].at, "value-late", id=item.id)
        for index, (start, value) in enumerate(dated):
            if not first <= start < last:
                values = {"id": item.id, "date": start.isoformat(), "start": first.isoformat()}
                yield warning(value.at, "value-never", **values)
            cite = value.cite or item.cite
            if (index or item.kind == "table") and not _sets_days(cite, convention):
                yield from _older(item.id, _latest(cite, convention), start, value.at)
        if convention.writes(item.at):
            yield from _older(item.id, _latest(list(citations(item)), convention), first, item.at)
    for ground in convention.kept[:1]:  # of all that it takes over, told once
        yield from _older(str(convention.amends), _latest(convention.kept, convention), first, ground.at)
    for source in convention.sources.values():
        year = int(source.date[:4]) if source.date else first.year
        if source.date and _last_day(source.date) is None:
            yield wrong(source.at, "day-missing", value=source.date)
        if abs(year - first.year) > LONGEST_WAIT:
            yield warning(source.at, "source-never", id=source.id, date=source.date, start=first.isoformat())


def _older(id_: str, day: dt.date | None, start: dt.date, at: Location) -> Iterator[Problem]:
    """What begins long after the last of its sources was published."""
    if day is not None and day + LEAD < start:
        yield warning(at, "citation-older", id=id_, source=day.isoformat(), start=start.isoformat())


def _sets_days(cite: Iterable[Citation], convention: Convention) -> bool:
    """Whether one is of a legal text of the convention's own time, which may set days to come as no page can."""
    sources = {id_ for id_, source in convention.sources.items() if source.kind == SOURCE_KINDS[0]}
    day = _latest([citation for citation in cite if citation.source in sources], convention)
    return day is not None and day + LEAD >= convention.signed_from


def _latest(cite: Iterable[Citation], convention: Convention) -> dt.date | None:
    """The last day on which one of the sources can have been published; None where one does not say."""
    sources = [convention.sources.get(citation.source) for citation in cite]
    days = [_last_day(source.date) if source is not None and source.date else None for source in sources]
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None


def _last_day(written: str) -> dt.date | None:
    """Of a year, a month or a day; None where the calendar has no such day."""
    year, *rest = map(int, written.split("-"))
    month, *day = rest or [12]
    try:
        return dt.date(year, month, *day or [calendar.monthrange(year, month)[1]])
    except ValueError:
        return None


def window_problems(registry: Registry) -> Iterator[Problem]:
    """Gaps, overlaps and empty windows between the conventions of each beneficiary."""
    ordered = sorted(
        registry.windows, key=lambda convention: (convention.beneficiary, convention.signed_from, convention.id)
    )
    for beneficiary, group in groupby(ordered, key=lambda window: window.beneficiary):
        own: list[Window] = []
        for convention in group:
            if convention.signed_before is not None and convention.signed_before <= convention.signed_from:
                yield wrong(convention.at, "window-empty")
            else:
                own.append(convention)
        yield from _side_by_side(beneficiary, own)


def _side_by_side(beneficiary: str, own: list[Window]) -> Iterator[Problem]:
    """Each window against the one before it that ends last: a short one does not hide a long one."""
    last = own[0] if own else None
    for second in own[1:]:
        assert last is not None, "there is one before the second"
        end, start = last.signed_before, second.signed_from
        if end is None or end > start:
            yield wrong(second.at, "window-overlap", first=last.id, second=second.id, start=start.isoformat())
        elif end < start:
            yield wrong(second.at, "window-gap", beneficiary=beneficiary, start=end.isoformat(), end=start.isoformat())
        if end is not None and (second.signed_before is None or second.signed_before > end):
            last = second
