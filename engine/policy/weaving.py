"""Puts plain data together from several documents: pieces come in, one document whose every place is kept goes out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import Any, Protocol

from engine.errors import Location
from engine.policy.document import Keys
from engine.records import dataclass


class Placed(Protocol):
    """Plain data, and the place of every path in it: of one file (:class:`Document`), or put together from several."""

    @property
    def data(self) -> Any:
        """Mappings, lists and literals."""

    def at(self, path: Keys) -> Location:
        """The place of the value at ``path``, or of its nearest parent that has one."""

    def key_at(self, path: Keys) -> Location:
        """The place of the key that ends ``path``."""


@dataclass(frozen=True, slots=True)
class Piece:
    """What stands at a path of a document."""

    document: Placed
    path: Keys
    data: Any

    @property
    def at(self) -> Location:
        return self.document.at(self.path)

    def below(self, key: str | int) -> Piece:
        """What stands under a key, or at a place of a list."""
        return Piece(self.document, (*self.path, key), self.data[key])

    def listed(self, key: str) -> list[Tree]:
        """The members of the list under a key; none where the key is not given."""
        return [self.below(key).below(i) for i in range(len(self.data.get(key, ())))]

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


Tree = Piece | Bundle


@dataclass(frozen=True, slots=True)
class Woven:
    """A document put together; ``threads`` say which path of which document stands at a path, and below it."""

    data: Any
    threads: Mapping[Keys, tuple[Placed, Keys]] = field(repr=False)

    def at(self, path: Keys) -> Location:
        """The place of the value at ``path``, or of its nearest parent that has one."""
        document, source = self._source(path)
        return document.at(source)

    def key_at(self, path: Keys) -> Location:
        """The place of the key that ends ``path``."""
        document, source = self._source(path)
        return document.key_at(source)

    def _source(self, path: Keys) -> tuple[Placed, Keys]:
        length = next(n for n in range(len(path), -1, -1) if path[:n] in self.threads)
        document, start = self.threads[path[:length]]
        return document, (*start, *path[length:])


def whole(document: Placed) -> Piece:
    """A document as one piece."""
    return Piece(document, (), document.data)


def woven(tree: Tree) -> Woven:
    """The document made of a tree of pieces."""
    threads: dict[Keys, tuple[Placed, Keys]] = {}

    def laid(node: Tree, path: Keys) -> Any:
        piece = node if isinstance(node, Piece) else node.of
        threads[path] = (piece.document, piece.path)
        if isinstance(node, Piece):
            return node.data
        if isinstance(node.parts, Mapping):
            return {key: laid(part, (*path, key)) for key, part in node.parts.items()}
        return [laid(part, (*path, i)) for i, part in enumerate(node.parts)]

    return Woven(laid(tree, ()), threads)
