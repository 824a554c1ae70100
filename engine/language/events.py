"""What can happen to a contract: the dossier schema comes in as plain data, the types of events go out.

Nothing here is law: a type says which facts it may state and in what order events make sense; what they change, and
from when, is in the policies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any

from engine.language.values import Scalar
from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class EventType:
    """One type of event.

    ``date_fact`` takes the day of the event; ``facts`` may be stated with it, ``needs`` must be, ``needs_any`` asks for
    at least one; ``clears`` are forgotten unless stated anew. ``whole``: it holds for every year of the contract;
    ``yearly``: for the one year that it names; otherwise from the years that start on or after it, or those in which
    ``criterion`` is met where the contract's rules have one. ``once``, ``last`` (nothing follows), ``amendment`` (never
    before the signature) and ``after`` (types that it cannot precede) say in what order events make sense.

    A further event of the type is read as one of the type ``again``. ``sets`` are facts that it states by itself, and
    ``before`` facts that keep, under another name, what held until then. It lasts until the next event of the types of
    ``until``, whose day goes into the fact of ``until``; an event that ``closes`` a type asks that one is under way.
    """

    name: str
    label: Mapping[str, str]
    date_fact: str | None = None
    facts: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    needs_any: bool = False
    clears: tuple[str, ...] = ()
    whole: bool = False
    yearly: bool = False
    once: bool = False
    last: bool = False
    amendment: bool = False
    after: tuple[str, ...] = ()
    criterion: str | None = None
    again: str | None = None
    sets: Mapping[str, Scalar] = field(default_factory=dict)
    before: Mapping[str, str] = field(default_factory=dict)
    until: tuple[str, tuple[str, ...]] | None = None
    closes: str | None = None


def event_types(schema: Mapping[str, Any]) -> dict[str, EventType]:
    """The types of events of a dossier schema, from its ``x-events``."""
    return {name: _event_type(name, entry) for name, entry in schema["x-events"].items()}


def _event_type(name: str, entry: Mapping[str, Any]) -> EventType:
    told = {"date_fact" if key == "date" else key: value for key, value in entry.items()}
    lists: dict[str, Any] = {key: tuple(value) if isinstance(value, list) else value for key, value in told.items()}
    if "until" in entry:
        lists["until"] = (entry["until"]["fact"], tuple(entry["until"]["types"]))
    return EventType(name=name, **lists)
