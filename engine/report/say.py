"""Locale of a page: words, labels, numbers and dates in one language, over one set of rules."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Protocol

from engine.evaluation.decision import Result
from engine.language.expressions import Citation, Text
from engine.language.types import Type
from engine.language.values import Scalar
from engine.policy.registry import Registry
from engine.records import dataclass
from engine.report.notes import Notes
from engine.report.values import scalar_text
from engine.words import read_words

MOST_LEFT = 3  # so many values of an open result are told in its place


class Labelled(Protocol):
    """What has a name in each language: an item, a result, a convention, a fact, an event type."""

    @property
    def label(self) -> Text: ...


@dataclass(frozen=True, slots=True)
class Say:
    """Says things in ``lang``, with the labels of the facts of ``registry``; ``ids`` names ids beside labels.

    ``notes`` are those of one page, which :meth:`noting` opens; without them citations stand in full where they are
    made. A key of the words that does not exist is an error of ours (KeyError), which tests/test_words.py rules out.
    """

    registry: Registry
    lang: str
    ids: bool = False
    notes: Notes | None = None

    def noting(self) -> Say:
        """The same with the notes of a new page."""
        return replace(self, notes=Notes({}, {}, []))

    def __call__(self, key: str, **values: object) -> str:
        """A word of the reports, with its blanks filled in."""
        text: str = read_words("reports", self.lang)[key]
        return text.format_map(values) if values else text

    def count(self, key: str, number: int | Fraction, **values: object) -> str:
        """A word in the form that goes with a number, which it may show as ``{count}``."""
        forms: Mapping[str, str] = read_words("reports", self.lang)[key]
        single = -2 < number < 2 if self.lang == "fr" else number in (-1, 1)
        form = "zero" if not number and "zero" in forms else "one" if single else "other"
        return forms[form].format_map({"count": self.scalar(number), **values})

    def find(self, family: str, member: str) -> str | None:
        """The word of a family of keys for a member, or None where it has none."""
        found: str | None = read_words("reports", self.lang).get(f"{family}.{member}")
        return found

    def value(self, value: str, labels: Mapping[str, Text] | None = None) -> str:
        """A named value by its label, by the word of the engine for it, or as it is."""
        if labels and value in labels:
            return labels[value][self.lang]
        return self.find("values", value) or value

    def scalar(self, value: Scalar | None, type_: Type | None = None) -> str:
        """A number, date or boolean as people write it."""
        if isinstance(value, bool):
            return self.value("true" if value else "false")
        return self.value(value) if isinstance(value, str) else scalar_text(value, type_, self.lang)

    def result(self, result: Result) -> str:
        """A result's value, verdict or status in words; of an open one the values that are left, if they are few."""
        if result.status != "known":
            few = 0 < len(result.can_be) <= MOST_LEFT
            return (
                self("or_value").join(self._of(v, result) for v in result.can_be) if few else self.value(result.status)
            )
        return self._of(result.value, result)

    def _of(self, value: Scalar | None, result: Result) -> str:
        if isinstance(value, str):
            return self.value(value, result.value_labels)
        return self.scalar(value, result.type)

    def fact(self, name: str, value: Scalar) -> str:
        """A fact's value in words."""
        fact = self.registry.vocabulary.facts[name]
        return self.value(value, fact.value_labels) if isinstance(value, str) else self.scalar(value, fact.type)

    def label(self, thing: Labelled) -> str:
        return thing.label[self.lang]

    def facts(self, names: Iterable[str]) -> str:
        """Facts by their labels, on one line."""
        return ", ".join(self.label(self.registry.vocabulary.facts[name]) for name in names)

    def written_day(self, text: str) -> str:
        """A day, month or year as a source states it, in the form of the language."""
        return "/".join(reversed(text.split("-"))) if self.lang == "fr" else text

    def capital(self, text: str) -> str:
        """A text that begins a sentence."""
        return text[:1].upper() + text[1:]

    def pair(self, name: str, text: str) -> str:
        """A name and what is said of it."""
        return f"{name}{self('colon')}{text}"

    def head(self, name: str) -> str:
        """A name before what stands on the lines below."""
        return name + self("colon").rstrip()

    def listed(self, texts: Iterable[str]) -> str:
        """Several things on one line."""
        return self("semicolon").join(texts)

    def named(self, label: str, id_: str) -> str:
        """A label, with its id where ids are asked for."""
        return f"{label} ({id_})" if self.ids else label

    def cited(self, cite: Iterable[Citation]) -> str:
        """Citations as one line for who writes rules: the id of each source, and the place in it."""
        named = (f"{each.source}, {each.locator}" if each.locator else each.source for each in cite)
        return self.listed(dict.fromkeys(named))

    def noted(self, cite: Iterable[Citation]) -> str:
        """Citations as numbers of notes in brackets, nothing where there are none."""
        cite = tuple(cite)
        if not cite:
            return ""
        return f"[{self.cited(cite) if self.notes is None else self.notes.number(cite)}]"
