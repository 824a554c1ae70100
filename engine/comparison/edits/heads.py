"""How two conventions differ outside their items: window, sources, open questions, overlays and their derogations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.comparison.edits.bodies import derogation_difference
from engine.comparison.edits.conditions import condition_differences
from engine.comparison.edits.formulas import expression_differences
from engine.comparison.edits.matching import matched
from engine.comparison.edits.pieces import Difference, citation_differences, text_differences
from engine.policy.model import Convention, Derogation, Interpretation, Overlay, Source

Named = tuple[str, str, Difference]  # id, kind, and the difference


def head_differences(a: Convention, b: Convention) -> Iterator[Named]:
    """Everything that convention.yaml and the overlays of two conventions say otherwise."""
    yield from ((b.id, "convention", each) for each in _convention(a, b))
    for kind, old, new, differences in (
        ("interpretation", a.interpretations, b.interpretations, _interpretation),
        ("overlay", _by_id(a.overlays), _by_id(b.overlays), _overlay),
        ("derogation", a.derogations, b.derogations, _derogation),
        ("source", a.sources, b.sources, _source),
    ):
        yield from _paired(kind, old, new, differences)
    yield from ((each.id, "overlay", _order(each, later)) for each, later in _overtaken(a.overlays, b.overlays))


def _overtaken(old: Sequence[Overlay], new: Sequence[Overlay]) -> Iterator[tuple[Overlay, Overlay]]:
    """Overlays that another one of the same items now comes before or after: of two, the later wins."""
    found = matched([each.id for each in old], [each.id for each in new], lambda i, j: 0.0, ordered=True)
    for i, j in found.moved:
        crossed = [new[q] for p, q in found.same if (p - i) * (q - j) < 0]
        if any(set(other.replace) & set(new[j].replace) for other in crossed):
            yield old[i], new[j]


def _order(before: Overlay, after: Overlay) -> Difference:
    return Difference("moved", "order", (), before.id, after.id, before.at, after.at)


def _by_id(overlays: tuple[Overlay, ...]) -> Mapping[str, Overlay]:
    return {overlay.id: overlay for overlay in overlays}


def _paired(kind: str, old: Mapping[str, Any], new: Mapping[str, Any], differences: Any) -> Iterator[Named]:
    weight = "citation" if kind == "source" else "rule"
    for id_ in dict.fromkeys((*new, *old)):
        before, after = old.get(id_), new.get(id_)
        if before is not None and after is not None:
            yield from ((id_, kind, each) for each in differences(before, after))
        elif after is not None:
            yield id_, kind, Difference("added", "item", (), None, after, None, after.at, weight)
        elif before is not None:
            yield id_, kind, Difference("removed", "item", (), before, None, before.at, None, weight)


def _convention(a: Convention, b: Convention) -> Iterator[Difference]:
    for part in ("beneficiary", "signed_from", "signed_before"):
        before, after = getattr(a, part), getattr(b, part)
        if before != after:
            change = "added" if before is None else "removed" if after is None else "changed"
            yield Difference(change, part, (), before, after, a.at, b.at)
    yield from expression_differences(a.years_from, b.years_from, (("years_from", ""),))
    yield from text_differences(a.label, b.label, "label", (), a.at, b.at)
    yield from text_differences(a.note, b.note, "note", (), a.at, b.at)


def _interpretation(a: Interpretation, b: Interpretation) -> Iterator[Difference]:
    if a.default != b.default:
        yield Difference("changed", "default", (), a.default, b.default, a.at, b.at)
    for choice in dict.fromkeys((*b.choices, *a.choices)):
        path = (("choice", choice),)
        if choice not in a.choices:
            yield Difference("added", "choice", path, None, b.choices[choice], None, b.at)
        elif choice not in b.choices:
            yield Difference("removed", "choice", path, a.choices[choice], None, a.at, None)
        else:
            yield from text_differences(a.choices[choice], b.choices[choice], "label", path, a.at, b.at)
    yield from citation_differences(a.cite, b.cite, (), a.at, b.at)
    yield from text_differences(a.question, b.question, "question", (), a.at, b.at)


def _overlay(a: Overlay, b: Overlay) -> Iterator[Difference]:
    for part in ("signed_from", "signed_before", "first_anniversary"):
        before, after = getattr(a, part), getattr(b, part)
        if before != after:
            change = "added" if before is None else "removed" if after is None else "changed"
            yield Difference(change, part, (), before, after, a.at, b.at)
    yield from condition_differences(a.when, b.when, (("when", ""),))
    for id_ in dict.fromkeys((*b.replace, *a.replace)):
        old, new = a.replace.get(id_), b.replace.get(id_)
        if old != new:
            change = "added" if old is None else "removed" if new is None else "changed"
            yield Difference(change, "replace", (("replace", id_),), old, new, a.at, b.at)
    for id_ in dict.fromkeys((*b.add_derogations, *a.add_derogations)):
        gone, came = (tuple(sorted(side.add_derogations.get(id_, ()))) for side in (a, b))
        if gone != came:
            change = "added" if not gone else "removed" if not came else "changed"
            yield Difference(change, "add_derogations", (("add_derogations", id_),), gone, came, a.at, b.at)
    yield from citation_differences(a.cite, b.cite, (), a.at, b.at)
    yield from text_differences(a.label, b.label, "label", (), a.at, b.at)
    yield from text_differences(a.note, b.note, "note", (), a.at, b.at)


def _derogation(a: Derogation, b: Derogation) -> Iterator[Difference]:
    yield from derogation_difference(a, b, ())


def _source(a: Source, b: Source) -> Iterator[Difference]:
    for part in ("title", "publisher", "kind", "url", "date"):
        before, after = getattr(a, part), getattr(b, part)
        if before != after:
            change = "added" if before is None else "removed" if after is None else "changed"
            yield Difference(change, part, (), before, after, a.at, b.at, "citation")
    yield from text_differences(a.note, b.note, "note", (), a.at, b.at)
