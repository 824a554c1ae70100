"""Reads a case: nested plain data comes in, typed exact facts go out, or every fault at once.

The convention is chosen next (:mod:`engine.policy.registry`), from the beneficiary and the signature date.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import field, replace
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from engine.errors import InputFault, Location, Problem, nearest, quoted, wrong
from engine.escaping import shortened
from engine.language.expressions import Text
from engine.language.facts import BENEFICIARY, FIRST_DAY, LAST_DAY, SIGNATURE, Fact, Vocabulary
from engine.language.spoken import FRENCH, PLAIN, Unread, check_mark, in_words, read_spoken, wrong_type
from engine.language.typing import date_fault, is_date, nearest_fact
from engine.language.values import Scalar, as_written, exact
from engine.policy.document import Document, unplaced
from engine.policy.model import Convention
from engine.policy.overlays import NOT_OFFERED
from engine.policy.registry import Outside, Registry
from engine.records import dataclass

CONTRADICTION = "facts-contradict"
CASE = "case"  # the part of a dossier that states the facts at signature
MAX_SHOWN = 40
_WRITTEN = (bool, int, Decimal)
_NUMBERS = (int, Decimal, Fraction)

Facts = dict[str, Scalar]


def read_case(case: Any, vocabulary: Vocabulary, spoken: bool = True) -> Facts:
    """The facts that a document or plain data state, by full name; dates as dates, decimals exact, None left out.

    ``spoken`` takes texts as people write them (``oui``, ``Mi-temps``, ``02/09/2024``, ``79,99``).

    Raises:
        InputFault: unknown facts, wrong types, values out of range, dates in the wrong order, no signature date.
    """
    document = case if isinstance(case, Document) else unplaced(case, Location(CASE))
    reader = _CaseReader(vocabulary, document, spoken)
    facts = reader.read(document.data)
    if reader.problems:
        raise InputFault(reader.problems)
    return facts


def read_named(document: Document, vocabulary: Vocabulary) -> tuple[Facts, list[Problem]]:
    """The facts that a document states by full name, and every fault of theirs."""
    reader = _CaseReader(vocabulary, document)
    facts: Facts = {}
    for name, value in document.data.items():
        reader.add(facts, name, value, (name,))
    return facts, reader.problems


def misordered(facts: Mapping[str, Scalar], vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    """Pairs of facts that follow each other in a chain that must not decrease, of which the first is the greater."""
    for chain in vocabulary.orders:
        for first, second in pairwise(name for name in chain if name in facts):
            if facts[first] > facts[second]:  # type: ignore[operator]
                yield first, second


def written_elsewhere(own: Facts, facts: Facts, vocabulary: Vocabulary) -> tuple[str, ...]:
    """The facts that were written for another value of a fact than that which now holds: the contract's, mostly."""
    bound = ((name, vocabulary.facts[name].written_for) for name in facts)
    return tuple(name for name, by in bound if by in own and own[by] != facts.get(by) and facts[name] == own.get(name))


def order_problem(place: Location, first: str, second: str, facts: Mapping[str, Scalar]) -> Problem:
    """That two facts of a chain do not follow each other: days, or numbers."""
    days = isinstance(facts[first], dt.date)
    a, b = in_words(facts[first]), in_words(facts[second])
    return wrong(place, "fact-order" if days else "count-order", first=first, second=second, a=a, b=b)


def signed_on(facts: Mapping[str, Scalar]) -> dt.date:
    """The day of signature, without which no case is read."""
    day = facts[SIGNATURE]
    assert isinstance(day, dt.date)
    return day


def text_for(registry: Registry, facts: Mapping[str, Scalar]) -> tuple[Convention, Text]:
    """The convention of a case by its beneficiary and day of signature, and why; raises as :meth:`Registry.select`."""
    return registry.select(str(facts[BENEFICIARY]), signed_on(facts))


@contextlib.contextmanager
def at_its_places(document: Document) -> Iterator[None]:
    """Turns faults met while a case is decided into faults of the document that states it."""
    try:
        yield
    except Outside:
        raise
    except InputFault as error:
        raise InputFault(_of_case(problem, document) for problem in error.problems) from None


def _of_case(problem: Problem, document: Document) -> Problem:
    """A date without rules, and facts that contradict each other, are faults of the case."""
    named = str(problem.values.get("name"))
    at_fault = {"no-convention": SIGNATURE, CONTRADICTION: named, NOT_OFFERED: named}.get(problem.code)
    return problem if at_fault is None else replace(problem, location=document.at((*at_fault.split("."),)))


@dataclass(frozen=True, slots=True)
class _CaseReader:
    """Collects the problems of one case while it is read."""

    vocabulary: Vocabulary
    document: Document
    spoken: bool = True
    problems: list[Problem] = field(default_factory=list)

    def read(self, data: Any) -> Facts:
        if not isinstance(data, Mapping):
            self._report((), "case-not-a-mapping")
            return {}
        if CASE in data:
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
            elif key in known or "." in str(key):
                self.add(facts, key, entry, (key,))
            else:
                groups = nearest(str(key), [*self.vocabulary.groups, BENEFICIARY], self.problems)
                close = groups or nearest_fact(str(key), self.vocabulary, self.problems)
                self._report((key,), "unknown-fact", close, is_key=True, name=key)
        for first, second in misordered(facts, self.vocabulary):
            self.problems.append(order_problem(self._place(tuple(second.split("."))), first, second, facts))
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
        elif name in facts and name != BENEFICIARY:  # which stands there from the first
            self._report(path, "fact-twice", is_key=True, name=name)
        elif value is not None:
            try:
                read = _EXACT.get(fact.type.kind, _choice)
                facts[name] = read(fact, _understood(fact, value) if self.spoken else value)
            except Unread as unread:
                self.problems.append(unread.problem(self._place(path), fact))

    def _report(
        self, path: tuple[Any, ...], code: str, close: str | None = None, is_key: bool = False, **values: object
    ) -> None:
        self.problems.append(Problem(self._place(path, is_key), code, values, close))

    def _place(self, path: tuple[Any, ...], is_key: bool = False) -> Location:
        return self.document.key_at(path) if is_key else self.document.at(path)


def _understood(fact: Fact, value: Any) -> Any:
    """What a text states as people write it; a point in a number stands for decimals, as elsewhere in a case."""
    if not isinstance(value, str):  # a choice as it stands in the file, such as an option said as 0.5
        if fact.type.kind != "enum" or not isinstance(value, _WRITTEN):
            return value
        value = as_written(value)
    return read_spoken(value, fact, PLAIN if fact.type.kind == "number" and "." in value else FRENCH)


def _truth(fact: Fact, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _wrong(fact, value)
    return value


def _choice(fact: Fact, value: Any) -> str:
    if not isinstance(value, str) or value not in fact.type.values:
        told = {"value": _shown(value), "allowed": ", ".join(fact.type.values)}
        raise Unread("fact-value", told, nearest(str(value), fact.type.values))
    return value


def _number(fact: Fact, value: Any) -> Scalar:
    if isinstance(value, float):
        value = Decimal(repr(value))
    if isinstance(value, bool) or not isinstance(value, _NUMBERS):
        raise _wrong(fact, value)
    if isinstance(value, Decimal) and not value.is_finite():
        raise _wrong(fact, value)
    whole, mark, decimals = f"{value:f}".partition(".") if isinstance(value, Decimal) else ("", "", "")
    if mark and not fact.type.scale:
        check_mark(f"{value:f}", whole, mark, decimals, PLAIN)
    low, high = fact.minimum, fact.maximum
    if (low is not None and value < low) or (high is not None and value > high):
        raise Unread("fact-range", {"value": in_words(_shown(value)), "low": in_words(low), "high": in_words(high)})
    number = exact(value)
    if not isinstance(number, int) and (number * 10 ** (fact.type.scale or 0)).denominator != 1:
        raise Unread("fact-decimals", {"value": in_words(_shown(value)), "scale": fact.type.scale})
    return number


def _date(fact: Fact, value: Any) -> Scalar:
    day = _day(value)
    if day is None and isinstance(value, str) and date_fault(value) == "day-missing":
        raise Unread("day-missing", {"value": value})
    if day is None:
        raise _wrong(fact, value)
    if not FIRST_DAY <= day <= LAST_DAY:
        bounds = {"low": in_words(FIRST_DAY), "high": in_words(LAST_DAY)}
        raise Unread("fact-range", {"value": _shown(value), **bounds})
    return day


_EXACT: Mapping[str, Callable[[Fact, Any], Scalar]] = {"boolean": _truth, "number": _number, "date": _date}


def _wrong(fact: Fact, value: Any) -> Unread:
    return wrong_type(_shown(value), fact, PLAIN)


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


def _shown(value: Any) -> object:
    if isinstance(value, int) and abs(value) >= 10**MAX_SHOWN:
        return "…"  # Python refuses to write thousands of digits
    return quoted(shortened(value, MAX_SHOWN)) if isinstance(value, str) else shortened(as_written(value), MAX_SHOWN)
