"""A document: what a file or a body says as plain data, and where each part of it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Any

from engine.errors import Location
from engine.records import dataclass

Keys = tuple[str | int, ...]
Marks = dict[Keys, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Document:
    """A file as plain data; ``places`` tells line and column of the value at each path, and of the key that ends it."""

    name: str
    data: Any
    places: Callable[[], tuple[Marks, Marks]] = field(repr=False, compare=False)

    def at(self, path: Keys) -> Location:
        """The place of the value at ``path``, or of its nearest parent that has one."""
        return self._place(self.places()[0], path)

    def key_at(self, path: Keys) -> Location:
        """The place of the key that ends ``path``."""
        keys = self.places()[1]
        return self._place(keys, path) if path in keys else self.at(path)

    def part(self, key: str) -> Document:
        """What stands under a key, as a document of its own that knows its places in this one."""

        def below(marks: Marks) -> Marks:
            return {path[1:]: mark for path, mark in marks.items() if path[:1] == (key,)}

        return Document(self.name, self.data[key], lambda: (below(self.places()[0]), below(self.places()[1])))

    def _place(self, marks: Marks, path: Keys) -> Location:
        for length in range(len(path), -1, -1):
            place = marks.get(path[:length])
            if place:
                return Location(self.name, *place)
        return Location(self.name)
