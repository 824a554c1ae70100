"""Puts plain data together from several documents: pieces come in, one document whose every place is kept goes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engine.errors import Location
from engine.policy.document import Document, Keys
from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """What stands at a path of a document."""

    document: Document
    path: Keys
    data: Any

    @property
    def at(self) -> Location:
        return self.document.at(self.path)

    def below(self, key: str | int) -> Piece:
        """What stands under a key, or at a place of a list."""
        return Piece(self.document, (*self.path, key), self.data[key])

    @property
    def of(self) -> Piece:
        """Itself: where it stands."""
        return self

    def listed(self, key: str) -> list[Tree]:
        """The members of the list under a key; none where the key is not given."""
        return self.below(key).members() if key in self.data else []

    def members(self) -> list[Tree]:
        """The members of a list."""
        return [self.below(i) for i in range(len(self.data))]

    def entries(self) -> dict[str, Tree]:
        """The values of a mapping."""
        return {key: self.below(key) for key in self.data}


@dataclass(frozen=True, slots=True)
class Bundle:
    """Pieces under keys, or in a list; it stands where the piece ``of`` does."""

    of: Piece
    parts: Mapping[str, Tree] | Sequence[Tree]

    @property
    def data(self) -> Any:
        """What it comes to."""
        if isinstance(self.parts, Mapping):
            return {key: part.data for key, part in self.parts.items()}
        return [part.data for part in self.parts]

    @property
    def at(self) -> Location:
        return self.of.at

    def members(self) -> list[Tree]:
        """The members of a list."""
        assert isinstance(self.parts, Sequence), "only lists have members"
        return list(self.parts)

    def entries(self) -> dict[str, Tree]:
        """The values of a mapping."""
        assert isinstance(self.parts, Mapping), "only mappings have keys"
        return dict(self.parts)


Tree = Piece | Bundle


def whole(document: Document) -> Piece:
    """A document as one piece."""
    return Piece(document, (), document.data)


def woven(tree: Tree) -> Document:
    """The document made of a tree of pieces."""
    threads: dict[Keys, Piece] = {}  # which piece stands at a path, and below it

    def laid(node: Tree, path: Keys) -> Any:
        threads[path] = node.of
        if isinstance(node, Piece):
            return node.data
        if isinstance(node.parts, Mapping):
            return {key: laid(part, (*path, key)) for key, part in node.parts.items()}
        return [laid(part, (*path, i)) for i, part in enumerate(node.parts)]

    def locate(path: Keys, is_key: bool) -> Location:
        length = next(n for n in range(len(path), -1, -1) if path[:n] in threads)
        piece = threads[path[:length]]
        return piece.document.locate((*piece.path, *path[length:]), is_key)

    data = laid(tree, ())
    return Document(threads[()].document.name, data, locate)
