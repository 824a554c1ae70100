"""What has a day is of its time: a convention comes in, values never in force and sources too old go out."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator

from engine.errors import Problem, warning
from engine.language.expressions import Citation
from engine.policy.model import Convention, Item, Parameter
from engine.policy.nodes import citations
from engine.policy.registry import Registry

LONGEST_WAIT = 25  # years from the first day of a text; a value from a later day is a slip of the pen
LEAD = dt.timedelta(days=365)  # by which a source may announce what it is cited for


def date_problems(registry: Registry, convention: Convention) -> Iterator[Problem]:
    """Dated values outside the time of the text, and citations of sources older than the value or the text."""
    for item in convention.items.values():
        if isinstance(item.body, Parameter):
            yield from _never_in_force(item.id, item.body, convention)
            yield from _older_sources(item, item.body, convention)
        yield from _all_older(item, convention)


def _never_in_force(id_: str, parameter: Parameter, convention: Convention) -> Iterator[Problem]:
    """Values replaced before the text begins, or from a day before it, or that come after its time."""
    first = convention.signed_from
    last = first.replace(year=min(first.year + LONGEST_WAIT, dt.MAXYEAR), day=min(first.day, 28))
    for value in parameter.values:
        if not first <= value.start < last:
            values = {"id": id_, "date": value.start.isoformat(), "start": first.isoformat()}
            yield warning(value.at, "value-never", **values)


def _older_sources(item: Item, parameter: Parameter, convention: Convention) -> Iterator[Problem]:
    """Values that begin after the last of the sources that they cite was published."""
    for value in parameter.values[1:]:
        day = _latest(value.cite or item.cite, convention)
        if day is not None and day + LEAD < value.start:
            values = {"id": item.id, "source": day.isoformat(), "start": value.start.isoformat()}
            yield warning(value.at, "citation-older", **values)


def _all_older(item: Item, convention: Convention) -> Iterator[Problem]:
    """Items of which every source was published before the text begins."""
    day = _latest(list(citations(item)), convention)
    if day is not None and day + LEAD < convention.signed_from:
        values = {"id": item.id, "source": day.isoformat(), "start": convention.signed_from.isoformat()}
        yield warning(item.at, "citation-older", **values)


def _latest(cite: Iterable[Citation], convention: Convention) -> dt.date | None:
    """The last day on which one of the sources can have been published; None where one does not say."""
    sources = [convention.sources.get(citation.source) for citation in cite]
    days = [_last_day(source.date) if source is not None and source.date else None for source in sources]
    known = [day for day in days if day is not None]
    return max(known) if known and len(known) == len(days) else None


def _last_day(written: str) -> dt.date:
    """Of a year, a month or a day."""
    year, month, day = ([int(part) for part in written.split("-")] + [0, 0])[:3]
    month = month or 12
    return dt.date(year, month, day or calendar.monthrange(year, month)[1])
