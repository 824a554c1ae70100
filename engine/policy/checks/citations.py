"""Every statement of law rests on a declared source: a convention comes in, missing and dangling citations go out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.errors import Location, Problem, unknown, wrong
from engine.language.expressions import Citation, Literal, Node, below, parts, walk
from engine.policy.model import CONSISTENCY, Convention, Criterion, DecisionTable, Item, Quantity
from engine.policy.registry import Registry

_NEUTRAL_NUMBERS = (0, 1, 100)  # they state no law: a floor, a whole, a percentage of everything


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
            for row in rows:
                yield from _required(item.id, row.cite or item.cite, row.at)
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
