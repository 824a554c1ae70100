"""Plain data with its places: a piece is a value of a document and where it stands, and so is all that it holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.errors import Location

Keys = tuple[str | int, ...]


class Piece:
    """A scalar, or pieces under keys or in a list; ``key_at`` is the place of its key, of a member its own."""

    __slots__ = ("at", "key_at", "value")

    def __init__(self, value: Any, at: Location, key_at: Location) -> None:
        self.value, self.at, self.key_at = value, at, key_at

    @property
    def data(self) -> Any:
        """The plain data."""
        return _plain(self.value)

    def of(self, value: Any) -> Piece:
        """Another value in its place."""
        return Piece(value, self.at, self.key_at)

    def __getitem__(self, key: str) -> Piece:
        part: Piece = self.value[key]
        return part

    def __contains__(self, key: str) -> bool:
        return key in self.value

    def get(self, key: str, otherwise: Any = None) -> Any:
        """The plain data under a key that may be left out."""
        return self.value[key].data if key in self.value else otherwise

    def members(self, key: str) -> list[Piece]:
        """The members of the list under a key that may be left out."""
        return self.value[key].value if key in self.value else []

    def entries(self, key: str) -> dict[str, Piece]:
        """What the mapping under a key holds, which may be left out."""
        return self.value[key].value if key in self.value else {}

    def below(self, step: str | int) -> Piece | None:
        """What stands at one step of a path, if anything does."""
        value = self.value
        if isinstance(value, dict):
            return value.get(step)
        return value[step] if isinstance(value, list) and isinstance(step, int) and step < len(value) else None


def _plain(value: Any) -> Any:
    if type(value) is dict:
        return {key: _plain(part.value) for key, part in value.items()}
    return [_plain(part.value) for part in value] if type(value) is list else value


def placed(data: Any, at: Location) -> Piece:
    """Plain data of which all stands at one place."""
    if isinstance(data, Mapping):
        return Piece({key: placed(part, at) for key, part in data.items()}, at, at)
    return Piece([placed(part, at) for part in data] if isinstance(data, list) else data, at, at)


def texts_under(key: str, data: Any) -> set[str]:
    """Every text under ``key``, however deep."""
    if isinstance(data, list):
        return {name for each in data for name in texts_under(key, each)}
    if not isinstance(data, dict):
        return set()
    listed = data[key] if isinstance(data.get(key), list) else [data.get(key)]
    own = {name for name in listed if isinstance(name, str)}
    return own.union(*(texts_under(key, each) for each in data.values()))
