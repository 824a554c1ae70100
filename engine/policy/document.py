"""A document: what a file or a body says as plain data, and where each part of it stands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import field
from typing import Any

from engine.errors import Location
from engine.language.pieces import Keys, Piece, placed
from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class Document:
    """Plain data of a file, and the pieces that it was read from, which of plain JSON are only looked for on demand."""

    name: str
    data: Any
    root: Callable[[], Piece] = field(repr=False, compare=False)

    def at(self, path: Keys) -> Location:
        """The place of the value at ``path``, or of its nearest parent that has one."""
        return self._nearest(path)[0].at

    def key_at(self, path: Keys) -> Location:
        """The place of the key that ends ``path``, or of its nearest parent."""
        piece, found = self._nearest(path)
        return piece.key_at if found else piece.at

    def part(self, *path: str | int) -> Document:
        """What stands at ``path``, as a document of its own that knows its places in this one."""
        data = self.data
        for step in path:
            data = data[step]
        return Document(self.name, data, lambda: self._nearest(path)[0])

    def _nearest(self, path: Keys) -> tuple[Piece, bool]:
        piece = self.root()
        for step in path:
            part = piece.below(step)
            if part is None:
                return piece, False
            piece = part
        return piece, True


def unplaced(data: Any, at: Location) -> Document:
    """Data that stands in no file, of which all is told at one place."""
    return Document(at.file, data, lambda: placed({}, at))


def document_of(piece: Piece) -> Document:
    """A piece as a document."""
    return Document(piece.at.file, piece.data, lambda: piece)
