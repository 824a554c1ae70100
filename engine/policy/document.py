"""A document: what a file or a body says as plain data, and where each part of it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Any

from engine.errors import Location
from engine.records import dataclass

Keys = tuple[str | int, ...]
Marks = dict[Keys, tuple[int, int]]  # lines and columns
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


def marked(name: str, marks: Callable[[], tuple[Marks, Marks]]) -> Locate:
    """Where values and keys stand in a file, from the marks of both, which are made where a fault is told."""

    def locate(path: Keys, is_key: bool) -> Location:
        values, keys = marks()
        nearest = (values[path[:length]] for length in range(len(path), -1, -1) if path[:length] in values)
        return Location(name, *(keys[path] if is_key and path in keys else next(nearest, ())))

    return locate
