"""What an item is made of: an item comes in, what its result depends on and all that it cites go out."""

from __future__ import annotations

from collections.abc import Iterator

from engine.language.expressions import Citation, below
from engine.policy.model import Entry, Item


def deciding(item: Item) -> tuple[object, ...]:
    """What the result of ``item`` depends on: gates and body."""
    return item.applies_when, item.unless, item.body


def citations(whole: Item | Entry) -> Iterator[Citation]:
    """Every citation inside an item or an entry."""
    for part in below(whole):
        yield from getattr(part, "cite", ())
