"""The names that a suite gives: the texts come in; what a case names, expects or takes and no text has goes out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from engine.errors import Problem, nearest, wrong
from engine.language.typing import plain_number
from engine.language.values import NOT_APPLICABLE, UNDETERMINED, as_written
from engine.policy.document import Document
from engine.policy.model import YEAR_START
from engine.policy.registry import Registry
from engine.records import dataclass
from engine.words import called

MISSING = "missing"
DUTY_STATUSES = ("done", "unmet", "pending", "overdue", "to_check", "closed")  # of an obligation
_NUMBER = re.compile(r"-?\d+(\.\d+|/\d+)?")
_OPEN = (NOT_APPLICABLE.value, UNDETERMINED.value)  # may come out of any item


@dataclass(frozen=True, slots=True)
class SuiteNames:
    """The facts, items and questions of all texts, with the words that may come out of each item.

    An item has none where numbers or days come out of it; ``numbers`` are those of numbers.
    """

    facts: Collection[str]
    words: Mapping[str, Collection[str]]
    choices: Mapping[str, Collection[str]]
    numbers: Collection[str]


def names_of(registry: Registry) -> SuiteNames:
    """What a suite may name: an item or a question of several texts has the words and choices of each."""
    words: dict[str, dict[str, None]] = {YEAR_START: {}}
    choices: dict[str, dict[str, None]] = {}
    numbers: set[str] = set()
    for text in registry.conventions.values():
        types = registry.resolved(text).types
        for id_, item in text.items.items():
            type_ = types.get(id_)
            own = DUTY_STATUSES if item.kind == "obligation" else type_.values if type_ is not None else ()
            words.setdefault(id_, {}).update(dict.fromkeys(own))
            numbers |= {id_} if type_ is not None and type_.kind == "number" else set()
        for question in text.interpretations.values():
            choices.setdefault(question.id, {}).update(dict.fromkeys(question.choices))
    return SuiteNames(registry.vocabulary.facts.keys(), words, choices, numbers)


def unknown_names(known: SuiteNames, document: Document, index: int) -> Iterator[Problem]:
    """What one case of a suite names, expects or takes that no text has, with what is near it."""
    entry, told = document.data["cases"][index], list[Problem]()
    groups = {name.partition(".")[0] for name in known.facts}
    for key in ("expect", "derogation", "due", "warnings", "no_warnings", MISSING, "without"):
        code, field, names = "unknown-item", "id", {*known.words}
        if key in (MISSING, "without"):
            code, field, names = "unknown-fact", "name", {*known.facts} | (groups if key == "without" else set())
        for number, id_ in enumerate(entry.get(key, ())):
            if id_ not in names:
                path = ("cases", index, key)
                is_key = isinstance(entry[key], dict)
                place = document.key_at((*path, id_)) if is_key else document.at((*path, number))
                told.append(Problem(place, code, {field: id_}, nearest(id_, names, told)))
    for id_ in (each for each in entry.get("interpret", {}) if each not in known.choices):
        place, close = document.key_at(("cases", index, "interpret", id_)), nearest(id_, known.choices, told)
        told.append(wrong(place, "unknown-interpretation", close, id=id_))
    for key, possible, always in (("interpret", known.choices, ()), ("expect", known.words, _OPEN)):
        for id_, value in entry.get(key, {}).items():
            allowed = (*possible.get(id_, ()), *always)
            if possible.get(id_) and str(value) not in allowed:
                place = document.at(("cases", index, key, id_))
                close = nearest(str(value), allowed, told, called(allowed))
                told.append(wrong(place, "unknown-value", close, value=as_written(value), allowed=", ".join(allowed)))
    for id_, value in entry.get("expect", {}).items():
        if id_ in known.numbers and not known.words[id_] and value not in _OPEN and not _NUMBER.fullmatch(str(value)):
            place, text = document.at(("cases", index, "expect", id_)), as_written(value)
            told.append(wrong(place, "number-form", value=text, form=plain_number(text)))
    return iter(told)
