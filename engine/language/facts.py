"""What a case and a dossier can state: their schemas come in as plain data, facts and types of events go out.

:class:`Vocabulary` holds the facts that rules may name and cases may state: type, range, labels, question. Of events
nothing here is law: a type says which facts it may state and in what order events make sense; what they change, and
from when, is in the policies.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable, Mapping
from dataclasses import field
from decimal import Decimal
from typing import Any

from engine.errors import Location
from engine.language.expressions import Condition, Text
from engine.language.pieces import placed
from engine.language.reading import Home, condition
from engine.language.types import BOOLEAN, DATE, Type, number
from engine.language.values import Scalar
from engine.records import dataclass

BENEFICIARY = "beneficiaire"
SIGNATURE = "contrat.date_signature"
YEAR = "contrat.annee"
FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1), dt.date(2100, 12, 31)  # of any date in a case


@dataclass(frozen=True, slots=True)
class Fact:
    """One input of a case. ``absence_answers``: its absence says that the event did not happen, or was not notified.

    ``sensitive``: about a person's health or birth: it never stands in an address.
    ``instead_of``: facts that need not be asked for where this one is known, and which people seldom know; ``either``:
    one that some people know in its place, to be asked for beside it.
    ``fixed``: a person cannot change it; where ``fixed_with`` names a fact or the start of the year, not once that is
    given or, of a day, has come. ``default``: what a case that does not state it means. ``said``: other names by which
    people call each value. ``written_for`` names a fact whose value it was written for: with another value of that it
    says nothing. ``by_cases``: where it is not told, what comes out alike for each of its values is known.
    """

    name: str
    type: Type
    label: Mapping[str, str]
    question: Mapping[str, str]
    where: Mapping[str, str]
    minimum: Decimal | None
    maximum: Decimal | None
    absence_answers: bool
    fixed: bool
    fixed_with: str | None
    sensitive: bool
    instead_of: tuple[str, ...]
    either: str | None
    default: str | None
    written_for: str | None
    by_cases: bool
    value_labels: Mapping[str, Mapping[str, str]]
    said: Mapping[str, tuple[str, ...]]

    def is_fixed(self, given: Mapping[str, object], as_of: dt.date = FIRST_DAY) -> bool:
        """Whether a person cannot change it on a day in a case that gives these facts."""
        along = given.get(self.fixed_with or "")
        return self.fixed or (along is not None and (not isinstance(along, dt.date) or along <= as_of))


@dataclass(frozen=True, slots=True)
class Agreement:
    """What must hold between facts whatever the text; ``severity`` as of a consistency of a convention."""

    id: str
    label: Text
    severity: str
    holds_when: Condition
    at: Location


@dataclass(frozen=True, slots=True)
class Gloss:
    """A word of the trade that a page explains where it uses it, in each of its forms."""

    words: Mapping[str, tuple[str, ...]]
    means: Text


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Every fact by its full name, the group names, the chains of facts that must not decrease, other agreements.

    ``glossary`` explains the words that their labels use. ``by_cases`` are the facts that say so.
    """

    facts: Mapping[str, Fact]
    groups: tuple[str, ...]
    orders: tuple[tuple[str, ...], ...]
    agreements: tuple[Agreement, ...]
    glossary: tuple[Gloss, ...] = ()
    by_cases: tuple[Fact, ...] = ()

    @property
    def beneficiary(self) -> str:
        """Who signs the contract where a case does not say."""
        default = self.facts[BENEFICIARY].default
        assert default is not None, "the case schema says who signs where a case does not"
        return default

    def usual(self, names: Iterable[str], apart: Container[str] = ()) -> tuple[str, ...]:
        """Missing facts as people know them: one instead of several that it stands for, those ``apart`` left out."""
        found = list(dict.fromkeys(names))
        for fact in self.facts.values():
            several = [name for name in found if name in fact.instead_of]
            if len(several) > 1 and fact.name not in apart:
                found = [name for name in found if name == several[0] or name not in (*several, fact.name)]
                found[found.index(several[0])] = fact.name
        return tuple(found)


def vocabulary(schema: Mapping[str, Any]) -> Vocabulary:
    """The facts of a case schema (draft-07 with the ``x-`` keys that docs/language.md describes)."""
    facts: dict[str, Fact] = {}
    groups = []
    for name, entry in schema["properties"].items():
        if entry.get("type") == "object":
            groups.append(name)
            for key, sub in entry["properties"].items():
                facts[f"{name}.{key}"] = _fact(f"{name}.{key}", sub)
        else:
            facts[name] = _fact(name, entry)
    orders = tuple(tuple(chain) for chain in schema.get("x-order", ()))
    agreements = tuple(_agreement(entry, i) for i, entry in enumerate(schema.get("x-consistency", ())))
    glossary = [
        Gloss({lang: tuple(words) for lang, words in entry["words"].items()}, entry["means"])
        for entry in schema.get("x-glossary", ())
    ]
    by_cases = tuple(fact for fact in facts.values() if fact.by_cases)
    return Vocabulary(facts, tuple(groups), orders, agreements, tuple(glossary), by_cases)


def _agreement(entry: Mapping[str, Any], index: int) -> Agreement:
    at = Location(f"case.schema.json#/x-consistency/{index}")
    holds = condition(placed(entry["holds_when"], at), Home(""))
    return Agreement(entry["id"], entry["label"], entry["severity"], holds, at)


def _fact(name: str, entry: Mapping[str, Any]) -> Fact:
    label = entry.get("x-label") or {"fr": name, "en": name}
    return Fact(
        name=name,
        type=_type(entry),
        label=label,
        question=entry.get("x-question") or label,
        where=entry.get("x-where") or {"fr": "", "en": ""},
        minimum=_bound(entry.get("minimum")),
        maximum=_bound(entry.get("maximum")),
        absence_answers=entry.get("x-absence") == "answer",
        fixed=bool(entry.get("x-fixed")),
        fixed_with=entry.get("x-fixed-with"),
        sensitive=bool(entry.get("x-sensitive")),
        instead_of=tuple(entry.get("x-instead-of", ())),
        either=entry.get("x-or"),
        default=entry.get("default"),
        written_for=entry.get("x-written-for"),
        by_cases=bool(entry.get("x-by-cases")),
        value_labels=entry.get("x-labels") or {},
        said={value: tuple(names) for value, names in entry.get("x-said", {}).items()},
    )


def _bound(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _type(entry: Mapping[str, Any]) -> Type:
    kind = entry["type"]
    if kind == "boolean":
        return BOOLEAN
    if kind in ("integer", "number"):
        return number(entry.get("x-unit", "none"), entry.get("x-scale", 0))
    if entry.get("format") == "date":
        return DATE
    return Type("enum", values=tuple(entry["enum"]))


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
