"""Reads a case: nested plain data comes in, typed exact facts go out, or every fault at once.

The convention is chosen next (:mod:`engine.policy.registry`), from the beneficiary and the signature date.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import field
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from engine.errors import InputFault, Location, Problem, nearest
from engine.language.facts import BENEFICIARY, FIRST_DAY, LAST_DAY, SIGNATURE, Fact, Vocabulary
from engine.language.spoken import FRENCH, PLAIN, Unread, read_spoken
from engine.language.typing import date_fault, is_date, nearest_fact
from engine.language.values import Scalar, as_written, exact
from engine.policy.document import Document
from engine.records import dataclass

CASE = "case"  # the part of a dossier that states the facts at signature
MAX_SHOWN = 40

Facts = dict[str, Scalar]


def read_case(
    data: Any,
    vocabulary: Vocabulary,
    document: Document | None = None,
    name: str = "case",
    under: tuple[str | int, ...] = (),
    spoken: bool = True,
) -> Facts:
    """The facts that ``data`` states, by full name; dates as dates, decimals exact, None left out as missing.

    ``document`` tells the places for messages, ``under`` where in it the case stands. ``spoken`` takes texts as people
    write them (``oui``, ``Mi-temps``, ``02/09/2024``, ``79,99``).

    Raises:
        InputFault: unknown facts, wrong types, values out of range, dates in the wrong order, no signature date.
    """
    reader = _CaseReader(vocabulary, document, name, under, spoken)
    facts = reader.read(data)
    if reader.problems:
        raise InputFault(reader.problems)
    return facts


def read_named(
    entries: Mapping[str, Any], vocabulary: Vocabulary, document: Document, under: tuple[str | int, ...]
) -> tuple[Facts, list[Problem]]:
    """The facts stated by full name in a part of a document, and every fault of theirs."""
    reader = _CaseReader(vocabulary, document, document.name, under)
    facts: Facts = {}
    for name, value in entries.items():
        reader.add(facts, name, value, (name,))
    return facts, reader.problems


def misordered(facts: Mapping[str, Scalar], vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    """Pairs of facts that follow each other in a chain that must not decrease, of which the first is the greater."""
    for chain in vocabulary.orders:
        for first, second in pairwise(name for name in chain if name in facts):
            if facts[first] > facts[second]:  # type: ignore[operator]
                yield first, second


@dataclass(frozen=True, slots=True)
class _CaseReader:
    """Collects the problems of one case while it is read."""

    vocabulary: Vocabulary
    document: Document | None
    name: str
    under: tuple[str | int, ...]
    spoken: bool = True
    problems: list[Problem] = field(default_factory=list)

    def read(self, data: Any) -> Facts:
        if not isinstance(data, Mapping):
            self._report((), "case-not-a-mapping")
            return {}
        if CASE in data and not self.under:
            self._report((CASE,), "case-is-dossier", is_key=True)
            return {}
        facts: Facts = {BENEFICIARY: self.vocabulary.beneficiary}
        known = self.vocabulary.facts
        for key, entry in data.items():
            if key in self.vocabulary.groups:
                if isinstance(entry, Mapping):
                    for inner, value in entry.items():
                        self.add(facts, f"{key}.{inner}", value, (key, inner))
                elif entry is not None:
                    self._report((key,), "case-group", name=key)
            elif key in known:
                self.add(facts, key, entry, (key,))
            else:
                names = [*self.vocabulary.groups, BENEFICIARY, *known]
                self._report((key,), "unknown-fact", nearest(str(key), names, self.problems), is_key=True, name=key)
        for first, second in misordered(facts, self.vocabulary):
            order: dict[str, Any] = {"first": first, "second": second, "a": facts[first], "b": facts[second]}
            self._report(tuple(second.split(".")), "fact-order", **order)
        if SIGNATURE not in facts and not self._told_of_signature():
            self._report((), "missing-signature", name=SIGNATURE)
        return facts

    def _told_of_signature(self) -> bool:
        """Whether a fault already told explains why there is no signature date: its value, name or group is wrong."""
        group = SIGNATURE.partition(".")[0]
        return any(
            problem.values.get("name") in (SIGNATURE, group) or problem.nearest in (SIGNATURE, group)
            for problem in self.problems
        )

    def add(self, facts: Facts, name: str, value: Any, path: tuple[Any, ...]) -> None:
        fact = self.vocabulary.facts.get(name)
        if fact is None:
            close = nearest_fact(name, self.vocabulary, self.problems)
            self._report(path, "unknown-fact", close, is_key=True, name=name)
        elif value is not None:
            if self.spoken and fact.type.kind == "enum" and isinstance(value, bool | int | Decimal):
                value = str(value).lower()  # as it stands in the file, such as an option said as 0.5
            value = self._understood(fact, value, path) if self.spoken and isinstance(value, str) else value
            typed = None if value is None else self._typed(fact, value, path)
            if typed is not None:
                facts[name] = typed

    def _understood(self, fact: Fact, text: str, path: tuple[Any, ...]) -> Any:
        """What a text states as people write it; a point in a number stands for decimals, as elsewhere in a case."""
        dialect = PLAIN if fact.type.kind == "number" and "." in text else FRENCH
        try:
            return read_spoken(text, fact, dialect)
        except Unread as unread:
            self.problems.append(unread.problem(self._place(path), fact))
            return None

    def _typed(self, fact: Fact, value: Any, path: tuple[Any, ...]) -> Scalar | None:
        match fact.type.kind:
            case "boolean":
                if isinstance(value, bool):
                    return value
                self._wrong(fact, value, path, "true, false")
                return None
            case "number":
                return self._number(fact, value, path)
            case "date":
                return self._date(fact, value, path)
            case _:
                if isinstance(value, str) and value in fact.type.values:
                    return value
                close = nearest(str(value), fact.type.values, self.problems)
                allowed = ", ".join(fact.type.values)
                self._report(path, "fact-value", close, name=fact.name, value=_shown(value), allowed=allowed)
                return None

    def _number(self, fact: Fact, value: Any, path: tuple[Any, ...]) -> Scalar | None:
        if isinstance(value, float):
            value = Decimal(repr(value))
        if isinstance(value, bool) or not isinstance(value, int | Decimal | Fraction):
            self._wrong(fact, value, path, "775" if fact.type.scale == 0 else "12.5")
            return None
        if isinstance(value, Decimal) and not value.is_finite():
            self._wrong(fact, value, path, "775")
            return None
        low, high = fact.minimum, fact.maximum
        if (low is not None and value < low) or (high is not None and value > high):
            self._report(path, "fact-range", name=fact.name, value=_shown(value), low=low, high=high)
            return None
        number = exact(value)
        if isinstance(number, Fraction) and (number * 10 ** (fact.type.scale or 0)).denominator != 1:
            self._report(path, "fact-decimals", name=fact.name, value=_shown(value), scale=fact.type.scale)
            return None
        return number

    def _date(self, fact: Fact, value: Any, path: tuple[Any, ...]) -> Scalar | None:
        day = _day(value)
        if day is None and isinstance(value, str) and date_fault(value) == "day-missing":
            self._report(path, "day-missing", name=fact.name, value=value)
            return None
        if day is None:
            self._wrong(fact, value, path, "2024-06-22")
            return None
        if not FIRST_DAY <= day <= LAST_DAY:
            self._report(path, "fact-range", name=fact.name, value=_shown(value), low=FIRST_DAY, high=LAST_DAY)
            return None
        return day

    def _wrong(self, fact: Fact, value: Any, path: tuple[Any, ...], example: str) -> None:
        self._report(path, "fact-type", name=fact.name, value=_shown(value), kind=fact.type.kind, example=example)

    def _report(
        self, path: tuple[Any, ...], code: str, close: str | None = None, is_key: bool = False, **values: object
    ) -> None:
        self.problems.append(Problem(self._place(path, is_key), code, values, close))

    def _place(self, path: tuple[Any, ...], is_key: bool = False) -> Location:
        if self.document is None:
            return Location(self.name)
        path = (*self.under, *path)
        return self.document.key_at(path) if is_key else self.document.at(path)


def nested(facts: Mapping[str, Any], base: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Facts by groups, as a case file holds them, laid over those of ``base`` if there is one."""
    data = {key: dict(value) if isinstance(value, Mapping) else value for key, value in (base or {}).items()}
    for name, value in facts.items():
        group, _, key = name.rpartition(".")
        (data.setdefault(group, {}) if group else data)[key] = value
    return data


def _day(value: Any) -> dt.date | None:
    """A date, or the text of one in the form 2024-06-22."""
    if isinstance(value, str):
        return dt.date.fromisoformat(value) if is_date(value) else None
    return value if isinstance(value, dt.date) and not isinstance(value, dt.datetime) else None


def _shown(value: Any) -> str:
    if isinstance(value, int) and abs(value) >= 10**MAX_SHOWN:
        return "…"  # Python refuses to write thousands of digits
    text = repr(value) if isinstance(value, str) else as_written(value)
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…"
