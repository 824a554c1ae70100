"""What an item is made of: an item comes in, the condition and expression nodes of its every part go out."""

from __future__ import annotations

from collections.abc import Iterator

from engine.language.expressions import Citation, Node, below, parts
from engine.policy.model import Entry, Item


def nodes(item: Item) -> Iterator[Node]:
    """Every top node of ``item``: gates, body and warnings."""
    return parts(item)


def deciding_nodes(item: Item) -> Iterator[Node]:
    """The top nodes that the result of ``item`` depends on: gates and body."""
    yield from (node for node in (item.applies_when, item.unless) if node is not None)
    yield from parts(item.body)


def citations(whole: Item | Entry) -> Iterator[Citation]:
    """Every citation inside an item or an entry."""
    for part in below(whole):
        yield from getattr(part, "cite", ())
