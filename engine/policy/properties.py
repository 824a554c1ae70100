"""Properties of the law: entries of a rule file come in, what they promise and the order that they speak of go out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.language.expressions import FactRef, ItemRef
from engine.language.reading import Reader, cited, condition, optional
from engine.language.types import Type
from engine.policy.model import Convention, Property

RISES, FALLS = "never_less", "never_more"
_VERDICTS = ("not_met", "met")


def law_property(data: Mapping[str, Any], reader: Reader) -> Property:
    """The property written as ``data``, which the schema has accepted."""
    way = next((key for key in (RISES, FALLS) if key in data), None)
    return Property(
        id=data["id"],
        label=data["label"],
        cite=cited(data, reader),
        note=data.get("note"),
        when=optional(data, "when", reader, condition),
        never=optional(data, "never", reader, condition),
        more=FactRef(data["more"], reader.below("more").at) if "more" in data else None,
        result=None if way is None else ItemRef(data[way], reader.below(way).at),
        falls=way == FALLS,
        at=reader.below("id").at,
    )


def steps_of(convention: Convention, id_: str, type_: Type) -> tuple[str, ...] | None:
    """The words of an item from less to more; empty where it is a number or a date, None where it has no order.

    Of an outcome they are those that the convention's ``results`` call better, from the worst to the best.
    """
    if type_.kind in ("number", "date"):
        return ()
    if type_.kind == "verdict":
        return _VERDICTS
    if type_.ordered:
        return type_.values
    shown = convention.results.headline.get(id_)
    return shown.better if shown is not None and isinstance(shown.better, tuple) else None
