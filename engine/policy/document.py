"""A document: what a file or a body says as plain data, and where each part of it stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any

from engine.errors import Location
from engine.records import dataclass

Keys = tuple[str | int, ...]
Marks = tuple[Any, Any, "Mapping[str | int, Marks] | None"]  # the marks of a value and of its key, and what it holds
NOWHERE: Marks = (None, None, None)
Locate = Callable[[Keys, bool], Location]


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data of a file, or put together from several.

    ``locate`` tells the place of the value at a path, or of its nearest parent that has one, and of the key at its end.
    """

    name: str
    data: Any
    locate: Locate = field(repr=False, compare=False)

    def at(self, path: Keys) -> Location:
        """The place of the value at ``path``."""
        return self.locate(path, False)

    def key_at(self, path: Keys) -> Location:
        """The place of the key that ends ``path``."""
        return self.locate(path, True)

    def part(self, key: str) -> Document:
        """What stands under a key, as a document of its own that knows its places in this one."""
        return Document(self.name, self.data[key], lambda path, is_key: self.locate((key, *path), is_key))


def marked(name: str, marks: Callable[[], Marks]) -> Locate:
    """Where values and keys stand in a file, from its marks, which are made once, where a fault is told."""
    made: list[Marks] = []

    def locate(path: Keys, is_key: bool) -> Location:
        if not made:
            made.append(marks())
        nearest, key, inside = made[0]
        for step in path:
            if inside is None or step not in inside:
                key = None
                break
            mark, key, inside = inside[step]
            nearest = nearest if mark is None else mark
        place = key if is_key and key is not None else nearest
        return Location(name) if place is None else Location(name, place.line + 1, place.column + 1)

    return locate
