"""Locale of a page: words, labels, values and notes in one language, over one set of rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field, replace
from decimal import Decimal
from fractions import Fraction
from typing import Protocol

from engine.evaluation.decision import Result
from engine.language.expressions import Citation, Text
from engine.language.types import Type, number
from engine.language.values import Absent, Scalar, Value, exact
from engine.policy.registry import Registry
from engine.records import dataclass
from engine.report.values import NAMING_UNITS, lowered, scalar_text, single
from engine.words import LANGUAGES, either, read_words


@dataclass(frozen=True, slots=True)
class Notes:
    """Citations with their numbers and reasons with their letters, in the order in which a page makes them.

    ``waiting`` are the reasons that the page has not told yet, ``behind`` the sources that it rests on without a note.
    """

    texts: dict[Citation, int]
    reasons: dict[str, str]
    waiting: list[str]
    behind: dict[str, None]

    def number(self, cite: Iterable[Citation]) -> str:
        """The numbers of citations, in order."""
        numbers = {self.texts.setdefault(each, len(self.texts) + 1) for each in cite}
        return ", ".join(map(str, sorted(numbers)))

    def letter(self, reason: str) -> str:
        """The letter of a reason: a to z, then aa, ab and so on."""
        if reason not in self.reasons:
            count = len(self.reasons)
            first = chr(ord("a") + count // 26 - 1) if count >= 26 else ""
            self.reasons[reason] = first + chr(ord("a") + count % 26)
            self.waiting.append(reason)
        return self.reasons[reason]

    def take(self) -> list[tuple[str, str]]:
        """The letters and reasons that the page has not told yet, which it tells now."""
        told = [(self.reasons[reason], reason) for reason in self.waiting]
        self.waiting.clear()
        return told


_EUROS = number("EUR", 2)
MOST_LEFT = 3  # so many values of an open result are told in its place


class Labelled(Protocol):
    """What has a name in each language: an item, a result, a convention, a fact, an event type."""

    @property
    def label(self) -> Text: ...


class Identified(Labelled, Protocol):
    """What has an id as well."""

    @property
    def id(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Say:
    """Says things in ``lang``, with the labels of the facts of ``registry``; ``ids`` names ids beside labels.

    ``full`` leaves out nothing of what a page shortens; ``read`` are the words for what other readings would give, by
    the kind, the id and the contract year of a place.
    ``notes`` are those of one page, which :meth:`noting` opens; without them citations stand in full where they are
    made. A key of the words that does not exist is an error of ours (KeyError), which tests/test_words.py rules out.
    """

    registry: Registry
    lang: str
    ids: bool = False
    notes: Notes | None = None
    full: bool = False
    read: Mapping[tuple[str, str, int], str] = field(default_factory=dict)

    def otherwise(self, kind: str, id_: str, year: int = 0) -> str:
        """What would stand at a place of the page under other readings; nothing where none changes it."""
        return self.read.get((kind, id_, year), "")

    def noting(self, full: bool = False) -> Say:
        """The same with the notes of a new page."""
        return replace(self, notes=Notes({}, {}, [], {}), full=full)

    def in_full(self, full: bool = True) -> Say:
        return replace(self, full=full)

    def __call__(self, key: str, **values: object) -> str:
        """A word of the reports, with its blanks filled in."""
        text: str = read_words("reports", self.lang)[key]
        return text.format_map(values) if values else text

    def heads(self, *keys: str) -> tuple[str, ...]:
        """Words as the heads of columns."""
        return tuple(map(self, keys))

    def count(self, key: str, number: int | Fraction, **values: object) -> str:
        """A word in the form that goes with a number, which it may show as ``{count}``."""
        forms: Mapping[str, str] = read_words("reports", self.lang)[key]
        form = "zero" if not number and "zero" in forms else "one" if single(number, self.lang) else "other"
        return forms[form].format_map({"count": self.scalar(number), **values})

    def find(self, family: str, member: str) -> str | None:
        """The word of a family of keys for a member, or None where it has none."""
        found: str | None = read_words("reports", self.lang).get(f"{family}.{member}")
        return found

    @property
    def foreign(self) -> str:
        """The language of sources and of tests, which stand as they are written; nothing where the page has it too."""
        return "" if self.lang == LANGUAGES[0] else LANGUAGES[0]

    def value(self, value: str, labels: Mapping[str, Text] | None = None) -> str:
        """A named value by its label, by the word of the engine for it, or as it is."""
        if labels and value in labels:
            return labels[value][self.lang]
        return self.find("values", value) or value

    def scalar(self, value: Value | None, type_: Type | None = None, labels: Mapping[str, Text] | None = None) -> str:
        """A number, date or boolean as people write it, a named value by its label, or why there is no value."""
        if isinstance(value, bool):
            return self.value("true" if value else "false")
        if isinstance(value, Absent):
            return self.value(value.value)
        return self.value(value, labels) if isinstance(value, str) else scalar_text(value, type_, self.lang)

    def euros(self, amount: int | Fraction) -> str:
        return self.scalar(amount, _EUROS)

    def numbered(self, value: int | Decimal, unit: str | None) -> str:
        return self.scalar(exact(value), number(unit or "none", None))

    def result(self, result: Result) -> str:
        """A result's value, verdict or status in words; of an open one the values that are left, if they are few."""
        if result.status != "known":
            if 0 < len(result.can_be) <= MOST_LEFT:
                return self.either(self.scalar(value, result.type, result.value_labels) for value in result.can_be)
            if not result.between:
                return self.value(result.status)
            return self("bounded", **self.ends(result.between, result.type))
        return self.scalar(result.value, result.type, result.value_labels)

    def ends(self, values: Sequence[Value], type_: Type | None) -> dict[str, str]:
        """The least and the greatest in words; a unit that a number is read with stands after the second alone."""
        apart = None if type_ is not None and type_.unit in NAMING_UNITS else type_
        return {"least": self.scalar(values[0], apart), "most": self.scalar(values[-1], type_)}

    def fact(self, name: str, value: Scalar) -> str:
        fact = self.registry.vocabulary.facts[name]
        return self.scalar(value, fact.type, fact.value_labels)

    def stated(self, name: str, value: Scalar) -> str:
        """A fact with its value."""
        return self.pair(self.facts([name]), self.fact(name, value))

    def told(self, name: str, value: Scalar) -> str:
        """The same, without the fact where the value says what it is of: a yes or a no does not."""
        kind, words = self.registry.vocabulary.facts[name].type.kind, self.fact(name, value)
        bare = words.partition(",")[0].lower() in (self.value("true"), self.value("false"))
        return self.stated(name, value) if bare or kind in ("boolean", "number", "date") else words

    def label(self, thing: Labelled) -> str:
        return thing.label[self.lang]

    def facts(self, names: Iterable[str]) -> str:
        return ", ".join(self.label(self.registry.vocabulary.facts[name]) for name in names)

    def written_day(self, text: str) -> str:
        """A day, month or year as a source states it, in the form of the language."""
        return "/".join(reversed(text.split("-"))) if self.lang == "fr" else text

    def capital(self, text: str) -> str:
        return text[:1].upper() + text[1:]

    def pair(self, name: str, text: str) -> str:
        """A name and what is said of it."""
        return f"{name}{self('colon')}{text}"

    def head(self, name: str) -> str:
        """A name before what stands on the lines below."""
        return name + self("colon").rstrip()

    def listed(self, texts: Iterable[str]) -> str:
        return self("semicolon").join(texts)

    def either(self, texts: Iterable[str]) -> str:
        first, *others = texts
        return either((first, *map(lowered, others)), self.lang)

    def named(self, label: str, id_: str) -> str:
        """A label, with its id where ids are asked for."""
        return f"{label} ({id_})" if self.ids else label

    def name(self, thing: Identified) -> str:
        """A thing by its label, with its id where ids are asked for."""
        return self.named(self.label(thing), thing.id)

    def cited(self, cite: Iterable[Citation]) -> str:
        """Citations as one line for who writes rules: the id of each source, and the place in it."""
        named = (f"{each.source}, {each.locator}" if each.locator else each.source for each in cite)
        return self.listed(dict.fromkeys(named))

    def sourced(self, cite: Iterable[Citation]) -> str:
        """Citations as numbers of notes, or where a page makes none as for who writes rules."""
        return self.cited(cite) if self.notes is None else self.notes.number(cite)

    def noted(self, cite: Iterable[Citation]) -> str:
        """Citations as numbers of notes in brackets, nothing where there are none."""
        cite = tuple(cite)
        return f"[{self.sourced(cite)}]" if cite else ""

    def written(self, label: str, id_: str) -> str:
        """A label, with its id for who writes rules: where a page makes no notes."""
        return label if self.notes is not None else f"{label} ({id_})"
