"""Makes a convention out of its documents: data that the schemas have accepted comes in, frozen items go out.

The schemas come before (:mod:`engine.policy.schema`); names and types are checked after (:mod:`engine.policy.checks`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from engine.errors import Location, Problem, wrong
from engine.language.facts import FIRST_DAY
from engine.language.reading import Reader, cited, condition, day, every, expression, optional
from engine.policy import model
from engine.policy.document import Document
from engine.policy.entries import Known, Property, Supposition, WithoutRules, law_property, supposition
from engine.policy.items import derogation, items
from engine.policy.offers import KNOWS, offers
from engine.policy.results import declared

_Entry = TypeVar("_Entry")
_Named = TypeVar("_Named", model.Item, model.Derogation, model.Interpretation, Property, Supposition)


def build(head: Document, rules: Sequence[Document], digest: str) -> tuple[model.Convention, list[Problem]]:
    """The convention of a folder, and the ids that could not be kept."""
    data, id_ = head.data, head.data["id"]
    top = Reader((), head.at, id_)
    problems: list[Problem] = []
    own = [*offers(head, id_), *(item for file in rules for item in items(file, id_))]
    entries = {key: [e for file in rules for e in _entries(file, id_, key, read)] for key, read in _READERS.items()}
    taken: dict[str, Location] = {model.YEAR_START: head.at(("years_from",))}
    named = [each for item in own for each in ((item.id, item.at), *_inner_ids(item))]
    named += [(entry.id, entry.at) for key in _READERS for entry in entries[key]]
    for name, at in sorted(named, key=lambda each: each[1]):
        _claim(name, at, taken, problems)
    kept = _first_of_each(own)
    convention = model.Convention(
        id=id_,
        label=data["label"],
        beneficiary=data["beneficiary"],
        signed_from=dt.date.fromisoformat(data["signed"]["from"]),
        signed_before=day(data["signed"], "before"),
        years_from=expression(data["years_from"], top.below("years_from")),
        sources={key: _source(key, entry, top.below("sources", key)) for key, entry in data["sources"].items()},
        interpretations=_interpretations(_entries(head, id_, "interpretations", _interpretation), head, problems),
        items=kept,
        overlays=tuple(entries["overlays"]),
        derogations=_first_of_each(entries["derogations"]),
        properties=_first_of_each(entries["properties"]),
        suppositions=_first_of_each(entries["suppositions"]),
        results=declared(data, top, ((item.id, item.at) for item in kept.values() if item.kind == "outcome")),
        digest=digest,
        at=head.key_at(("id",)),
        note=data.get("note"),
        without_rules=tuple(_windows(head, id_, taken, problems)),
        amends=data.get("amends"),
        kept=cited(data.get("kept", {}), top.below("kept")),
        knows={fact: tuple(entry["in"]) for fact, entry in data.get(KNOWS, {}).items()},
        overtaken="before" in data["signed"] and head.at(("signed", "before")).file != head.at(("id",)).file,
    )
    return convention, problems


def _entries(document: Document, convention: str, key: str, read: Callable[[Any, Reader], _Entry]) -> list[_Entry]:
    return [*every(document.data, key, Reader((), document.at, convention), read)]


def _first_of_each(entries: Iterable[_Named]) -> dict[str, _Named]:
    """Entries by id; of two with one id the first stays, and the other is told as a problem."""
    kept: dict[str, _Named] = {}
    for entry in entries:
        kept.setdefault(entry.id, entry)
    return kept


def _claim(id_: str, at: Location, taken: dict[str, Location], problems: list[Problem]) -> None:
    """Takes an id in a namespace, or reports who has it."""
    if id_ in taken:
        problems.append(wrong(at, "duplicate-id", id=id_, place=str(taken[id_])))
    taken.setdefault(id_, at)


def _source(key: str, data: Mapping[str, Any], reader: Reader) -> model.Source:
    described = (data["title"], data["publisher"], data["kind"], data.get("url"), data.get("date"))
    return model.Source(key, *described, reader.at, data.get("note"))


def _interpretations(
    found: Sequence[model.Interpretation], head: Document, problems: list[Problem]
) -> dict[str, model.Interpretation]:
    """Questions by id; ids of questions, and of the choices of each, are namespaces of their own."""
    asked: dict[str, Location] = {}
    for i, question in enumerate(found):
        offered: dict[str, Location] = {}
        for j, choice in enumerate(head.data["interpretations"][i]["choices"]):
            _claim(choice["id"], head.at(("interpretations", i, "choices", j, "id")), offered, problems)
        _claim(question.id, question.at, asked, problems)
    return _first_of_each(found)


def _interpretation(data: Mapping[str, Any], reader: Reader) -> model.Interpretation:
    choices = {choice["id"]: choice["label"] for choice in data["choices"]}
    asked = (data["id"], data["question"], choices, data["default"], cited(data, reader))
    return model.Interpretation(*asked, reader.at, data.get("note"))


def _overlay(data: Mapping[str, Any], reader: Reader) -> model.Overlay:
    signed = data["signed"]
    return model.Overlay(
        id=data["id"],
        label=data["label"],
        cite=cited(data, reader),
        signed_from=day(signed, "from"),
        signed_before=dt.date.fromisoformat(signed["before"]),
        first_anniversary=day(data, "from_first_anniversary_on_or_after"),
        when=optional(data, "when", reader, condition),
        replace=data.get("replace", {}),
        add_derogations={key: tuple(ids) for key, ids in data.get("add_derogations", {}).items()},
        at=reader.at,
        note=data.get("note"),
    )


def _windows(head: Document, id_: str, taken: dict[str, Location], problems: list[Problem]) -> Iterator[WithoutRules]:
    for window in _entries(head, id_, "without_rules", _window):
        _claim(window.id, window.at, taken, problems)
        yield replace(window, beneficiary=window.beneficiary or head.data["beneficiary"])


def _window(data: Mapping[str, Any], reader: Reader) -> WithoutRules:
    return WithoutRules(
        id=data["id"],
        beneficiary=data.get("beneficiary", ""),
        signed_from=day(data["signed"], "from") or FIRST_DAY,
        signed_before=day(data["signed"], "before"),
        aid=data["aid"],
        label=data["label"],
        known=every(data, "known", reader, lambda entry, inner: Known(entry["text"], cited(entry, inner))),
        ask=data["ask"],
        cite=cited(data, reader),
        at=reader.below("id").at,
    )


def _inner_ids(item: model.Item) -> list[tuple[str, Location]]:
    """The other ids that an item takes: those it had before, and those of its derogations or rules."""
    taken = [(alias, item.at) for alias in item.aliases]
    match item.body:
        case model.Criterion():
            taken.extend((derogation.id, derogation.at) for derogation in item.body.derogations)
        case model.Outcome():
            taken.extend((rule.id, rule.at) for rule in item.body.rules)
    return taken


# What the lists of a rule file hold beside items.
_READERS: Mapping[str, Callable[[Any, Reader], Any]] = {
    "overlays": _overlay,
    "derogations": derogation,
    "properties": law_property,
    "suppositions": supposition,
}
