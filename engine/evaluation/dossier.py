"""Reads a dossier: a document comes in, the facts at signature and the dated events go out, or every fault at once.

What events change in a contract is decided by the policies (:mod:`engine.evaluation.timeline`); here they only have to
be possible beside one another.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from engine.errors import InputFault, Location, Problem, fault, nearest, wrong
from engine.evaluation.facts import CASE, Facts, misordered, order_problem, read_case, read_named, signed_on
from engine.language.facts import FIRST_DAY, SIGNATURE, YEAR, EventType, Vocabulary, event_types
from engine.language.spoken import Unread, in_words, read_day
from engine.language.typing import is_date
from engine.language.values import Scalar
from engine.policy.document import Document, unplaced
from engine.policy.reading import load_schema
from engine.policy.schema import Shape, shape, shape_problems
from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: ``facts`` are those stated, and the one of its day; ``year`` is the one it judges."""

    type: EventType
    day: dt.date
    year: int | None
    facts: Mapping[str, Scalar]
    at: Location


@dataclass(frozen=True, slots=True)
class Dossier:
    """A contract through its life: the facts at its signature, and what happened, in the order of the days."""

    facts: Mapping[str, Scalar]
    events: tuple[Event, ...]


def read_dossier(document: Document, vocabulary: Vocabulary) -> Dossier:
    """The dossier that a document states.

    Raises:
        InputFault: a wrong shape, faults of the case, unknown facts, events that contradict each other or the case.
    """
    schema = load_schema("dossier")
    types = event_types(schema)
    data = document.data if isinstance(document.data, Mapping) else {}
    if CASE not in data and any(name in data for name in vocabulary.groups):
        raise fault(document.at(()), "dossier-is-case")
    document, unread = _understood(document)
    problems = [*unread.values(), *shape_problems(document, _shape())]
    data = document.data if isinstance(document.data, Mapping) else {}
    facts: Facts = {}
    if isinstance(data.get("case"), Mapping):
        try:
            facts = read_case(document.part(CASE), vocabulary)
        except InputFault as error:
            problems.extend(error.problems)
    problems.extend(_not_for_case(facts, types, document))
    listed = data.get("events")
    events: dict[int, Event] = {}
    for index, entry in enumerate(listed if isinstance(listed, list) else ()):
        if not _is_event(entry, types):
            continue
        type_ = types[entry["type"]]
        if type_.again is not None and any(event.type is type_ for event in events.values()):
            type_ = types[type_.again]
        events[index], found = _event(document.part("events", index), type_, types.values(), vocabulary)
        problems.extend(found)
    if not problems:
        problems.extend(_out_of_turn(facts, [*events.values()], vocabulary))
    dated = [event for index, event in events.items() if index not in unread]
    problems.extend(_impossible(facts, dated, document))
    if problems:
        raise InputFault(problems)
    return Dossier(facts, tuple(_joined(facts, [*events.values()])))


def _joined(facts: Facts, events: Sequence[Event]) -> Iterator[Event]:
    """Each event with the day on which it ends, and with what held before it."""
    held = dict(facts)
    for place, event in enumerate(events):
        told = dict(event.facts)
        told |= {kept: held[name] for name, kept in event.type.before.items() if name in held}
        end = _end(event, events[place + 1 :])
        if event.type.until is not None and end is not None:
            told[event.type.until[0]] = end.day
        joined = replace(event, facts=told)
        held = with_event(held, joined)
        yield joined


def _end(event: Event, later: Sequence[Event]) -> Event | None:
    """The event that ends another one."""
    types = () if event.type.until is None else event.type.until[1]
    return next((each for each in later if each.type.name in types), None)


def with_event(facts: Facts, event: Event) -> Facts:
    """The facts once an event is told: those that it clears are forgotten unless it states them anew."""
    return {**{name: value for name, value in facts.items() if name not in event.type.clears}, **event.facts}


def _understood(document: Document) -> tuple[Document, dict[int, Problem]]:
    """The document with the days of its events as ISO text, read as people write them; by event, what is none."""
    data, problems = copy.deepcopy(document.data), dict[int, Problem]()
    events = data.get("events") if isinstance(data, Mapping) else None
    for index, entry in enumerate(events if isinstance(events, list) else ()):
        text = entry.get("date") if isinstance(entry, Mapping) else None
        if isinstance(text, str) and not is_date(text):
            try:
                entry["date"] = read_day(text).isoformat()
            except Unread as unread:
                problems[index] = Problem(document.at(("events", index, "date")), unread.code, unread.values)
                entry["date"] = FIRST_DAY.isoformat()
    return replace(document, data=data), problems


def _is_event(entry: Any, types: Mapping[str, EventType]) -> bool:
    """Whether an entry has the shape of an event, whatever it states."""
    if not isinstance(entry, Mapping):
        return False
    type_, day, year, stated = entry.get("type"), entry.get("date"), entry.get("annee"), entry.get("facts", {})
    dated = isinstance(day, str) and is_date(day) and isinstance(year, int | None)
    return dated and isinstance(type_, str) and type_ in types and isinstance(stated, Mapping)


@cache  # making it ready takes longer than reading a dossier
def _shape() -> Shape:
    """The schema without its references to facts, which are read and checked one by one."""
    schema = copy.deepcopy(load_schema("dossier"))
    schema["properties"]["case"] = {"type": "object"}
    schema["properties"]["events"]["items"]["properties"]["facts"] = {"type": "object"}
    return shape(schema)


def _event(
    event: Document, type_: EventType, types: Iterable[EventType], vocabulary: Vocabulary
) -> tuple[Event, list[Problem]]:
    entry, at = event.data, event.at(())
    day = dt.date.fromisoformat(entry["date"])
    told = event.part("facts") if "facts" in entry else unplaced({}, at)
    stated = told.data
    own = replace(told, data={name: value for name, value in stated.items() if name in type_.facts})
    facts, problems = read_named(own, vocabulary)
    for name in stated:
        if name not in type_.facts:
            place = told.key_at((name,))
            # What the event may state; of one that states nothing, the events that state this fact.
            others = (each.name for each in types if name in each.facts)
            allowed = ", ".join(type_.facts) or f"type: {' | '.join(others) or '—'}"
            close = nearest(name, type_.facts, problems)
            problems.append(wrong(place, "event-fact", close, name=name, type=type_.name, allowed=allowed))
    lacking = [name for name in type_.needs if name not in stated]
    if lacking or (type_.needs_any and not stated):
        needed = ", ".join(lacking or type_.facts)
        problems.append(wrong(at, "event-needs", type=type_.name, needed=needed))
    year = entry.get("annee")
    if type_.yearly != (year is not None):
        code = "event-year-needed" if type_.yearly else "event-year-unused"
        problems.append(wrong(at, code, type=type_.name))
    if type_.date_fact is not None:
        facts[type_.date_fact] = day
    facts = {**type_.sets, **facts}
    return Event(type_, day, year, facts, at), problems


def _not_for_case(facts: Facts, types: Mapping[str, EventType], document: Document) -> Iterator[Problem]:
    """Facts of a single year, which a dossier says in its events."""
    yearly = {name for type_ in types.values() if type_.yearly for name in type_.facts} | {YEAR}
    for name in facts:
        if name in yearly:
            yield wrong(document.key_at(("case", *name.split("."))), "dossier-fact", name=name)


def _impossible(facts: Facts, events: Sequence[Event], document: Document) -> Iterator[Problem]:
    """Events that cannot be beside one another, or beside the case, whatever else happened; each message names both."""
    for place, event in enumerate(events):
        if event.type.amendment and SIGNATURE in facts and event.day < signed_on(facts):
            signed = {"signature": signed_on(facts), "place": document.at(("case", *SIGNATURE.split(".")))}
            yield _between(event, "event-before-signature", **signed)
        for earlier in events[:place]:
            yield from _pair(earlier, event)
        if place and event.day < (last := events[place - 1]).day:
            yield _between(event, "event-order", other=last.type.name, other_day=last.day, place=last.at)
    yield from _contradicted(facts, events, document)


def _out_of_turn(facts: Facts, events: Sequence[Event], vocabulary: Vocabulary) -> Iterator[Problem]:
    """Events that do not follow from those before them; all must be known for that."""
    merged = dict(facts)
    for place, event in enumerate(events):
        yield from _under_way(event, events[:place])
        merged = with_event(merged, event)
        for first, second in misordered(merged, vocabulary):
            told = first == SIGNATURE and event.type.amendment
            if not told and (second in event.facts or first in event.facts):
                yield order_problem(event.at, first, second, merged)


def _under_way(event: Event, earlier: Sequence[Event]) -> Iterator[Problem]:
    """An event that begins what is under way already, or that ends what is not."""
    begun = event.type.name if event.type.until is not None else event.type.closes
    last = next((place for place in reversed(range(len(earlier))) if earlier[place].type.name == begun), None)
    open_ = None if last is None or _end(earlier[last], earlier[last + 1 :]) is not None else earlier[last]
    if event.type.until is not None and open_ is not None:
        yield _between(event, "event-still-open", other=open_.type.name, other_day=open_.day, place=open_.at)
    if event.type.closes is not None and open_ is None:
        yield _between(event, "event-not-open", other=event.type.closes)


def _pair(earlier: Event, later: Event) -> Iterator[Problem]:
    """What is wrong between an event and one listed before it."""
    other = {"other": earlier.type.name, "other_day": earlier.day, "place": earlier.at}
    same = later.type is earlier.type
    if same and later.type.once:
        yield _between(later, "event-twice", **other)
    elif same and later.type.yearly and later.year is not None and earlier.year is not None:
        if later.year == earlier.year:
            yield _between(later, "event-year-twice", year=later.year, **other)
        elif later.year < earlier.year and later.day >= earlier.day:
            yield _between(later, "event-year-order", year=later.year, other_year=earlier.year, **other)
    elif same and later.day == earlier.day:
        yield _between(later, "event-twice", **other)
    if earlier.type.last and later.day >= earlier.day:
        yield _between(later, "event-after-end", **other)
    if later.type.name in earlier.type.after and later.day >= earlier.day:
        yield _between(earlier, "event-sequence", other=later.type.name, other_day=later.day, place=later.at)


def _contradicted(facts: Facts, events: Sequence[Event], document: Document) -> Iterator[Problem]:
    """Facts of the whole contract, and days of events, that the case states otherwise."""
    for event in events:
        fixed = tuple(event.facts) if event.type.whole else (event.type.date_fact,)
        for name in fixed:
            if name is not None and name in facts and facts[name] != event.facts[name]:
                place = document.at(("case", *name.split(".")))
                yield _between(event, "event-contradicts", name=name, a=facts[name], b=event.facts[name], place=place)


def _between(event: Event, code: str, **values: object) -> Problem:
    told = {"type": event.type.name, "day": event.day, **values}
    return Problem(event.at, code, {k: in_words(v) if isinstance(v, dt.date) else v for k, v in told.items()})
