"""JSON with nothing unusual in it, read by the library's quick reader: text comes in, its data or nothing goes out.

What is not taken here goes the way of YAML, which says what is wrong and where. What is taken reads the same there.
"""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

MOST = 262_144  # characters; in more there may be more nodes than a file may have
_LAID_OUT = str.maketrans("\n\r", "  ")


def plain_json(text: str, depth: int, digits: int) -> Any:
    """The data, or None for text with escapes, nulls, odd characters or numbers, a key twice, or that is no JSON."""
    if len(text) > MOST or "\\" in text or "null" in text or not text.translate(_LAID_OUT).isprintable():
        return None

    def number(written: str) -> int | Decimal:
        if len(written) > digits or "e" in written or "E" in written:
            raise ValueError(written)
        return Decimal(written) if "." in written else int(written)

    reader = json.JSONDecoder(parse_float=number, parse_int=number, parse_constant=_refused, object_pairs_hook=_mapping)
    try:
        data = reader.decode(text)
    except (ValueError, RecursionError):
        return None
    shallow = text.count("{") + text.count("[") <= depth
    return data if shallow or _within(data, depth) else None


def _refused(written: str) -> None:
    raise ValueError(written)


def _mapping(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key twice")
    return found


def _within(data: Any, depth: int) -> bool:
    """Whether containers stand in each other at most so deep."""
    inner = data.values() if isinstance(data, dict) else data if isinstance(data, list) else None
    return inner is None or (depth > 0 and all(_within(each, depth - 1) for each in inner))
