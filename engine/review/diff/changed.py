"""Which parts of a convention changed, and how much that weighs: two conventions come in, changed parts go out.

Only as much as a commit is asked about: what a result depends on, what it rests on, or the words around it. Positions,
comments, layout and the order of what has none are no change, and neither are notes, which are for staff.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from decimal import Decimal
from typing import Any

from engine.errors import Location
from engine.language.expressions import Cell, Citation
from engine.policy.model import Convention, Item, Parameter, Source, Table
from engine.policy.nodes import citations

WEIGHTS = ("rule", "citation", "label")

_ALWAYS_LEFT_OUT = frozenset({"at", "note", "digest"})
_WORDS = frozenset(
    {"label", "value_labels", "text", "because", "reason", "question", "title", "publisher", "url", "date"}
)
_CITING = frozenset({"cite"})
_LEFT_OUT: Mapping[str, frozenset[str]] = {
    "rule": _ALWAYS_LEFT_OUT | _WORDS | _CITING,
    "citation": _ALWAYS_LEFT_OUT | _WORDS,
    "label": _ALWAYS_LEFT_OUT,
}
_UNORDERED = frozenset({"rows", "rules", "derogations", "warnings", "excluded", "cite", "verdicts", "supplied_by"})
_OPERATORS_WITHOUT_ORDER = ("all", "any", "in", "not_in")


@dataclass(frozen=True, slots=True)
class Changed:
    """A part that differs: ``part`` is item, row or dated_value, ``cite_after`` what the newer one rests on."""

    item: str
    kind: str
    change: str
    part: str
    weight: str
    cite_after: tuple[Citation, ...]
    at_before: Location | None
    at_after: Location | None


def changed_parts(before: Convention | None, after: Convention) -> tuple[Changed, ...]:
    """Every part of ``after`` that ``before`` has otherwise or not at all, and every item that is gone."""
    old, new = _parts(before) if before else {}, _parts(after)
    found = [_removed(key[1], part) for key, part in old.items() if key not in new]
    for key, part in new.items():
        found.extend(_between(key[1], old.get(key), part))
    if before is None or _head(before) != _head(after):
        at = None if before is None else before.at
        found.append(Changed(after.id, "convention", "changed", "item", "rule", (), at, after.at))
    elif before.label != after.label:
        found.append(Changed(after.id, "convention", "changed", "item", "label", (), before.at, after.at))
    return tuple(found)


def _removed(id_: str, part: Any) -> Changed:
    weight = "citation" if isinstance(part, Source) else "rule"
    return Changed(id_, _kind(part), "removed", "item", weight, (), part.at, None)


def _parts(convention: Convention) -> dict[tuple[str, str], Any]:
    """Everything with an id, by the name of its collection and the id."""
    return {
        **{("item", id_): item for id_, item in convention.items.items()},
        **{("overlay", overlay.id): overlay for overlay in convention.overlays},
        **{("derogation", id_): derogation for id_, derogation in convention.derogations.items()},
        **{("interpretation", id_): question for id_, question in convention.interpretations.items()},
        **{("source", id_): source for id_, source in convention.sources.items()},
    }


def _kind(part: Any) -> str:
    return part.kind if isinstance(part, Item) else type(part).__name__.lower()


def _head(convention: Convention) -> Any:
    """What the convention itself decides: to whom and when it applies."""
    window = (convention.signed_from, convention.signed_before)
    return (convention.beneficiary, window, _plain(convention.years_from, "rule"))


def _between(id_: str, old: Any, new: Any) -> Iterator[Changed]:
    weight = _weight(old, new)
    if weight is None:
        return
    kind, at = _kind(new), old.at if old is not None else None
    change = "added" if old is None else "changed"
    if kind == "source":  # what it is called is words; which it is, and how sure, is what results rest on
        yield Changed(id_, kind, change, "item", "label" if weight == "label" else "citation", (), at, new.at)
    elif weight == "rule" and isinstance(new, Item) and isinstance(new.body, Parameter | Table):
        yield from _pieces(id_, old, new)
    else:
        cite = tuple(citations(new)) if isinstance(new, Item) else new.cite
        yield Changed(id_, kind, change, "item", weight, cite, at, new.at)


def _weight(old: Any, new: Any) -> str | None:
    """The heaviest way in which two parts differ; None where they do not."""
    if old is None:
        return "rule"
    if old is new:
        return None
    return next((weight for weight in WEIGHTS if _plain(old, weight) != _plain(new, weight)), None)


def _pieces(id_: str, old: Item | None, new: Item) -> Iterator[Changed]:
    """The rows or dated values that are new or changed; the item itself where something else of it changed."""
    part, pieces = _pieces_of(new)
    _, before = _pieces_of(old) if old is not None else (part, ())
    known = [_plain(piece, "rule") for piece in before]
    at = old.at if old is not None else None
    fresh = [piece for piece in pieces if _plain(piece, "rule") not in known]
    change = "changed" if old is not None else "added"
    for piece in fresh:
        yield Changed(id_, new.kind, change, part, "rule", (*piece.cite, *new.cite), at, piece.at)
    if not fresh:
        yield Changed(id_, new.kind, change, "item", "rule", tuple(citations(new)), at, new.at)


def _pieces_of(item: Item) -> tuple[str, tuple[Any, ...]]:
    match item.body:
        case Parameter(values):
            return "dated_value", values
        case Table(_, rows):
            return "row", rows
        case _:
            return "item", ()


def _plain(value: Any, weight: str, unordered: bool = False) -> Any:
    """A value without places and without what weighs less; in one order where the order says nothing."""
    match value:
        case bool() | str() | None:
            return (type(value).__name__, value)
        case int() | Decimal():
            return ("number", f"{Decimal(value).normalize():f}")
        case tuple():
            parts = [_plain(part, weight) for part in value]
            return tuple(sorted(parts, key=repr)) if unordered else tuple(parts)
        case Mapping():
            return tuple((key, _plain(value[key], weight)) for key in sorted(value))
        case _ if is_dataclass(value):
            return (type(value).__name__, *_fields(value, weight))
        case _:
            return value


def _fields(value: Any, weight: str) -> Iterator[tuple[str, Any]]:
    loose = isinstance(value, Cell) or getattr(value, "operator", None) in _OPERATORS_WITHOUT_ORDER
    for name in (field.name for field in fields(value) if field.name not in _LEFT_OUT[weight]):
        part = getattr(value, name)
        if name == "choices" and weight != "label":
            part = tuple(sorted(part))  # which they are, not what they are called
        yield name, _plain(part, weight, loose or name in _UNORDERED)
