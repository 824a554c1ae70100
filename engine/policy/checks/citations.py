"""Every statement of law rests on a declared source of its time, and what is declared or written is used.

A convention comes in; missing and dangling citations, values never in force, sources too old, and declarations that
nothing reads go out; of a folder the files that are not read, and of all conventions windows with gaps or overlaps.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Iterator
from itertools import groupby, pairwise
from pathlib import Path

from engine.errors import ERROR, InputFault, Location, Problem, unknown, warning, wrong
from engine.language.expressions import Chosen, Citation, ItemRef, Literal, Node, below, parts, walk
from engine.policy.loader import read_bytes
from engine.policy.model import CONSISTENCY, SOURCE_KINDS, Convention, Criterion, DecisionTable, Item, Quantity, Window
from engine.policy.places import DIFFERENCES, HEAD, SUITE, TESTS, TO_FILL
from engine.policy.registry import Registry

_NEUTRAL_NUMBERS = (0, 1, 100)  # they state no law: a floor, a whole, a percentage of everything
LONGEST_WAIT = 25  # years from the first day of a text; a value or a source from beyond is a slip of the pen
LEAD = dt.timedelta(days=365)  # by which a source may announce what it is cited for
_ONLY_READ = frozenset({"criterion", "parameter"})  # they state nothing to who asks, unless something reads them
_RULES = frozenset({".yaml", ".yml", ".json"})  # what is written to be read
_READ = f"{HEAD}, *.yaml, {TESTS}/{SUITE}"


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


def unused_problems(registry: Registry, convention: Convention) -> Iterator[Problem]:
    """Sources, questions, parameters, criteria and derogations that nothing cites, asks, reads or adds."""
    if is_empty(convention):
        yield wrong(convention.at, "empty-convention", id=convention.id)
    cited = {citation.source for citation in citations(*convention.items.values(), *convention.entries)}
    for source in convention.sources.values():
        if source.id not in cited:
            yield warning(source.at, "unused-source", id=source.id)
    asked, read = _named(registry, convention)
    for question in convention.interpretations.values():
        if question.id not in asked:
            yield warning(question.at, "unused-interpretation", id=question.id)
    for item in convention.items.values():
        informs = isinstance(item.body, Criterion) and item.body.informs
        if item.kind in _ONLY_READ and item.id not in read and not informs:
            yield warning(item.at, f"unused-{item.kind}", id=item.id)
    added = {id_ for overlay in convention.overlays for ids in overlay.add_derogations.values() for id_ in ids}
    for derogation in convention.derogations.values():
        if derogation.id not in added:
            yield warning(derogation.at, "unused-derogation", id=derogation.id)


def unread_items(registry: Registry, convention: Convention) -> list[Item]:
    """Items with a value that nothing reads: most are told as results, so that this alone is no fault."""
    _, read = _named(registry, convention)
    valued = (item for item in convention.items.values() if item.kind not in (CONSISTENCY, "obligation"))
    return [item for item in valued if item.id not in read]


def is_empty(convention: Convention) -> bool:
    """Whether a convention has no rules, and does not stand only for its windows without rules."""
    rules = convention.overlays or any(item.kind != CONSISTENCY for item in convention.items.values())
    return not rules and bool(convention.results.headline or not convention.without_rules)


def _named(registry: Registry, convention: Convention) -> tuple[set[str], set[str]]:
    """The questions and the items that anything asks or reads, also what is laid over a running contract."""
    covering = registry.covering(convention)
    later = [item for other, _ in covering for item in other.items.values()]
    roots = [*convention.items.values(), *convention.entries, *later, *(overlay for _, overlay in covering)]
    asked: set[str] = set()
    read = {*convention.results.ids, *convention.results.life.ids}
    for overlay in (*convention.overlays, *(overlay for _, overlay in covering)):
        read.update((*overlay.replace.values(), *overlay.replace, *overlay.add_derogations))
    for part in (part for root in roots for part in below(root)):
        if isinstance(part, Chosen):
            asked.add(part.interpretation)
        elif isinstance(part, ItemRef):
            read.add(part.id)
    return asked, read


def file_problems(root: Path, shown: Path) -> Iterator[Problem]:
    """Files beside the rules and tests of each convention that are not read, and conventions without a test."""
    yield from _unread(root, (path for path in root.iterdir() if path.suffix.lower() in _RULES), shown)
    written: dict[bytes, str] = {}  # rule files by what they say
    for folder in sorted({path.parent for path in root.glob(f"[!.]*/{Path(HEAD).stem}*")}):
        headless = not (folder / HEAD).exists()
        others = (path for path in folder.glob("*.yaml") if not path.match(SUITE))
        rules = (path for path in others if not (headless and path.match(f"{Path(HEAD).stem}*")))
        read = {*rules, *(folder / TESTS).glob(SUITE), folder / TESTS / DIFFERENCES}
        yield from _unread(root, sorted(path for path in folder.rglob("*") if path not in read), shown)
        for path in sorted((*read, *folder.glob("*.md"))):
            content, place = _content(path), Location((shown / path.relative_to(root)).as_posix())
            for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
                if TO_FILL in line:  # which a new text leaves to its author
                    yield wrong(Location(place.file, number, line.index(TO_FILL) + 1), "to-fill", mark=TO_FILL)
            first = written.setdefault(content, place.file) if path.parent == folder and content else place.file
            if first != place.file:
                yield warning(place, "file-repeated", first=first)
        if not any((folder / TESTS).glob(SUITE)):
            place = Location((shown / folder.name).as_posix())
            yield warning(place, "no-tests", id=folder.name, wanted=f"{TESTS}/{SUITE}")


def unread_suites(root: Path) -> list[Problem]:
    """Files beside the test suites that look like one and are not read: their cases would be missed by nobody."""
    read = {*root.glob(f"*/{TESTS}/{SUITE}"), *root.glob(f"*/{TESTS}/{DIFFERENCES}")}
    beside = {*root.glob(f"[!.]*/{TESTS}/**/*"), *root.glob(f"[!.]*/{SUITE}")} - read
    return [problem for problem in _unread(root, sorted(beside), root) if problem.severity == ERROR]


def _unread(root: Path, paths: Iterator[Path] | list[Path], shown: Path) -> Iterator[Problem]:
    """Those of some paths that look like rules, which is a fault, or like nothing known, which may be meant."""
    for path in paths:
        parts = path.relative_to(root).parts
        if path.is_dir() or path.suffix.lower() == ".md" or any(part.startswith(".") for part in parts):
            continue
        place = Location((shown / Path(*parts)).as_posix())
        rules = re.match(r"(.+?)\.(ya?ml|json)", path.name, re.IGNORECASE)  # to which editors add something
        if rules and (path.suffix.lower() in _RULES or not path.with_name(f"{rules[1]}.yaml").exists()):
            yield wrong(place, "file-unread", name=path.name, wanted=_READ)
        else:
            yield warning(place, "file-unread", name=path.name, wanted=_READ)


def ids_in(path: Path) -> list[str]:
    """The ids that a file would give, were it read."""
    return re.findall(r"\bid: *([\w.]+)", _content(path).decode("utf-8", "replace"))


def _content(path: Path) -> bytes:
    """The bytes of a file; none of one that is told where it is read, or that is not there at all."""
    try:
        return read_bytes(path)
    except InputFault:
        return b""
