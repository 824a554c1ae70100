"""Puts plain data together from several documents: pieces come in, one document whose every place is kept goes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.errors import Location
from engine.policy.document import Document, Keys
from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """What stands at a path of a document: its own plain data, or ``made`` of other pieces under keys or in a list."""

    document: Document
    path: Keys
    parts: Any
    made: bool = False

    def of(self, parts: Mapping[str, Piece] | Sequence[Piece]) -> Piece:
        """Other parts in its place."""
        return Piece(self.document, self.path, parts, made=True)

    @property
    def data(self) -> Any:
        """What it comes to."""
        if not self.made:
            return self.parts
        if isinstance(self.parts, Mapping):
            return {key: part.data for key, part in self.parts.items()}
        return [part.data for part in self.parts]

    @property
    def at(self) -> Location:
        return self.document.at(self.path)

    def below(self, key: str | int) -> Piece:
        """What stands under a key, or at a place of a list."""
        part = self.parts[key]
        return part if self.made else Piece(self.document, (*self.path, key), part)

    def under(self, key: str) -> Piece:
        """What stands under a key; nothing where the key is not given."""
        return self.below(key) if key in self.parts else self.of(())

    def members(self) -> list[Piece]:
        """The members of a list."""
        return [self.below(i) for i in range(len(self.parts))]

    def entries(self) -> dict[str, Piece]:
        """The values of a mapping."""
        return {key: self.below(key) for key in self.parts}


def whole(document: Document) -> Piece:
    """A document as one piece."""
    return Piece(document, (), document.data)


def woven(tree: Piece) -> Document:
    """The document made of a tree of pieces."""
    threads: dict[Keys, Piece] = {}  # which piece stands at a path, and below it

    def laid(piece: Piece, path: Keys) -> Any:
        threads[path] = piece
        if not piece.made:
            return piece.parts
        if isinstance(piece.parts, Mapping):
            return {key: laid(part, (*path, key)) for key, part in piece.parts.items()}
        return [laid(part, (*path, i)) for i, part in enumerate(piece.parts)]

    def locate(path: Keys, is_key: bool) -> Location:
        length = next(n for n in range(len(path), -1, -1) if path[:n] in threads)
        piece = threads[path[:length]]
        return piece.document.locate((*piece.path, *path[length:]), is_key)

    return Document(tree.document.name, laid(tree, ()), locate)
