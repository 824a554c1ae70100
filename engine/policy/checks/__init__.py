"""Checks what policies mean: a policies folder comes in, every problem at once goes out, sorted by place.

Form is checked while reading (:mod:`engine.policy.registry`); each module here looks at one kind of meaning.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path, PurePath

from engine.errors import ERROR, Location, Problem, bounded, in_order, wrong
from engine.policy.checks import changes, citations, declared, labels, outcomes, overlays, tables
from engine.policy.model import Convention
from engine.policy.places import HEAD
from engine.policy.reading import read_registry
from engine.policy.registry import Registry

Check = Callable[[Registry, Convention], Iterator[Problem]]


_CHECKS: tuple[Check, ...] = (
    lambda registry, convention: iter(registry.resolved(convention).problems),  # of names and types
    citations.citation_problems,
    labels.label_problems,
    declared.result_problems,
    tables.table_problems,
    outcomes.outcome_problems,
    overlays.overlay_problems,
    declared.property_problems,
    citations.unused_problems,
    citations.date_problems,
    labels.refusal_problems,
    declared.offer_problems,
    changes.change_problems,
    changes.restated_problems,
)


# What may only lack because something could not be read, of this convention or of another.
_OF_WINDOWS = ("window-gap", "window-overlap", "overlay-covers-nothing", "overlay-mismatch")
_UNUSED = {  # what is said of a name without a use, and of one that is used and not declared
    "unused-source": "unknown-source",
    "unused-interpretation": "unknown-interpretation",
    "unused-derogation": "unknown-derogation",
}
_NO_ITEM, _TWICE = "unknown-item", "duplicate-id"
_LACKING = frozenset((*_OF_WINDOWS, "empty-convention", "unreachable-rule"))


def check_folder(root: Path, origin: str = "option") -> tuple[Problem, ...]:
    """Every error of the policies under ``root``, or where there is none every warning; empty when all is well.

    What rules lack or contradict makes other things look unused or unlike those before; so errors are mended first.
    """
    registry, problems = read_registry(root, origin)
    files = [*citations.file_problems(root, root)]
    lost = {p.location.file for p in files if (p.code, p.severity) == ("file-unread", ERROR)}
    unread = registry.unread | {id_ for file in lost for id_ in citations.ids_in(Path(file))}
    lost |= {PurePath(file).parent.as_posix() for file in lost}  # which lack their head for it
    complete = not (lost or unread) and len(registry.conventions) == len(list(root.glob(f"[!.]*/{HEAD}")))
    found = [p for p in check_registry(registry) if complete or p.code not in _LACKING]
    known = (p for p in (*problems, *found) if p.values.get("id") not in unread and p.location.file not in lost)
    known = (_aside(registry, problem) for problem in known)
    told = in_order(_declared_otherwise(registry, [*_of_copies([*known]), *files]))
    errors = tuple(problem for problem in told if problem.severity == ERROR)
    return errors or told


def _declared_otherwise(registry: Registry, problems: Sequence[Problem]) -> Iterator[Problem]:
    """Of a name that several places give and nothing declares, one line with what is likely declared for it.

    That is the near one without a use, or else the only one without, or under the id of another source.
    """
    texts = registry.conventions.values() if any(problem.code == _NO_ITEM for problem in problems) else ()
    unread = (item for text in texts for item in citations.unread_items(registry, text))
    read = {_of_text(item.at, item.id): (item.at, _NO_ITEM) for item in unread}
    sources = {id_ for text in registry.conventions.values() for id_ in text.sources}
    again = (p for p in problems if p.code == _TWICE and p.values["id"] in sources)  # under the id of another source
    taken = {_of_text(p.location, p.values["id"]): (p.location, "unknown-source") for p in again}
    known = (problem for problem in problems if problem.code in _UNUSED)
    free = taken | {_of_text(p.location, p.values["id"]): (p.location, _UNUSED[p.code]) for p in known}
    unused, kinds = read | free, [(folder, code) for (folder, _), (_, code) in free.items()]
    alone = {kind: name for kind, name in zip(kinds, free, strict=True) if kinds.count(kind) == 1}
    slips: dict[tuple[str, str], list[Problem]] = {}
    for problem in problems:
        near = _of_text(problem.location, problem.nearest)
        declared = near if near in unused else alone.get((near[0], problem.code), near)
        if declared in unused and problem.code == unused[declared][1]:
            slips.setdefault(declared, []).append(problem)
    for declared, told in slips.items():
        places, names = sorted({each.location for each in told}), {str(each.values["id"]) for each in told}
        if len(places) > 1 and len(names) == 1:  # at a single place, that may be the slip
            values = {"id": declared[1], "count": len(places), "place": places[0]}
            if declared not in taken:
                yield wrong(unused[declared][0], "names-apart", *names, **values)
            problems = [p for p in problems if p.code != told[0].code or p.location not in places]
    yield from problems


def _of_copies(problems: list[Problem]) -> Iterator[Problem]:
    """Of a file that gives several ids of another of its text, which is likely a copy, that alone."""
    twice = [(each, str(each.values["place"]).rsplit(":", 2)[0]) for each in problems if each.code == _TWICE]
    pairs = [(problem.location.file, other) for problem, other in twice if problem.location.file != other]
    for pair in sorted({pair for pair in pairs if pairs.count(pair) > 1}):
        first, copy = sorted(pair, key=lambda name: (len(name), name))  # what is added to a name makes it longer
        problems = [each for each in problems if (each, pair[1]) not in twice or each.location.file != pair[0]]
        yield wrong(Location(copy), "file-copied", count=pairs.count(pair), first=first)
    yield from problems


def _of_text(place: Location, name: object) -> tuple[str, str]:
    """A name beside the folder of a text."""
    return PurePath(place.file).parent.as_posix(), str(name)


def _aside(registry: Registry, problem: Problem) -> Problem:
    """That an item lives through the overlays of its file only, where another file reads it."""
    items = (text.items.get(str(problem.values.get("id"))) for text in registry.conventions.values())
    found = next((item for item in items if item is not None and item.transitional), None)
    if found is None or problem.code != _NO_ITEM:
        return problem
    return wrong(problem.location, "item-aside", id=found.id, file=found.at.file)


def check_registry(registry: Registry) -> Iterator[Problem]:
    """Every problem of meaning in the conventions that could be read."""
    for convention in registry.conventions.values():
        yield from check_convention(registry, convention)
    yield from citations.window_problems(registry)


def check_convention(registry: Registry, convention: Convention) -> Iterator[Problem]:
    """Every problem of meaning in one convention."""
    for check in (citations.unused_problems,) if citations.is_empty(convention) else _CHECKS:
        yield from bounded(check(registry, convention))
