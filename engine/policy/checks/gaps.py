"""Says what a decision table leaves out in few words: points that no row covers come in, ranges of inputs go out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from engine.errors import Problem
from engine.policy.model import Item
from engine.words import LANGUAGES, read_words

MAX_GAPS = 10  # ranges told of one table
Indices = tuple[int, ...]
Point = Mapping[str, int]  # which of the classes of each input


def gap_problems(item: Item, points: Sequence[Point], classes: Mapping[str, Sequence[Any]]) -> Iterator[Problem]:
    """The points as few ranges, each a problem; of the last that is told, how many more there are."""
    found = _boxes(points, tuple(classes))
    for number, box in enumerate(found[:MAX_GAPS], 1):
        more = len(found) - MAX_GAPS if number == MAX_GAPS else 0
        yield Problem(item.at, "row-gap", {"inputs": {lang: _said(box, classes, more, lang) for lang in LANGUAGES}})


def _boxes(points: Sequence[Point], names: Sequence[str]) -> list[dict[str, Indices]]:
    """Points merged along one input after the other, where all others are the same."""
    boxes: list[dict[str, Indices]] = [{name: (point[name],) for name in names} for point in points]
    for name in reversed(names):
        merged: dict[tuple[Indices, ...], dict[str, Indices]] = {}
        for box in boxes:
            kept = merged.setdefault(tuple(box[other] for other in names if other != name), {**box, name: ()})
            kept[name] = (*kept[name], *box[name])
        boxes = list(merged.values())
    return boxes


def _said(box: Mapping[str, Indices], classes: Mapping[str, Sequence[Any]], more: int, lang: str) -> str:
    words = read_words("reports", lang)
    parts = [
        f"{name} {_range(indices, classes[name], words)}"
        for name, indices in box.items()
        if len(indices) < len(classes[name])
    ]
    text = ", ".join(parts) or words["gap_any"]
    return text + (words["gap_more"].format(count=more) if more else "")


def _range(indices: Indices, classes: Sequence[Any], words: Mapping[str, str]) -> str:
    """Some classes of one input: named values one by one, numbers and days from one to the other."""
    low, high = classes[min(indices)], classes[max(indices)]
    runs = len(indices) == max(indices) - min(indices) + 1
    if len(indices) == 1 or not runs or isinstance(low, str | bool):
        return "= " + ", ".join(str(classes[index]) for index in indices)
    if max(indices) == len(classes) - 1:
        return words["gap_from"].format(low=low)
    return words["gap_to" if min(indices) == 0 else "gap_between"].format(low=low, high=high)
