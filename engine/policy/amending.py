"""A text that amends another: the documents of both come in, those of the text as it then stands go out.

Plain data is put together before any convention is built, and each value keeps the place where it is written; what
comes after knows nothing of it. Of the base all is kept but what the text replaces, changes or removes, and what
reaches contracts older than the base itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import Any

from engine.errors import Problem, nearest, unknown, wrong
from engine.language.pieces import Piece, texts_under
from engine.policy.changing import REMOVED, Grounds, changed, kept
from engine.policy.items import KINDS
from engine.policy.overlays import KNOWS
from engine.policy.places import HEAD
from engine.records import dataclass

AMENDS, KEPT, CHANGE, WHOSE = "amends", "kept", "change", "beneficiary"
STILL_READ, EARLY = "removed-read", "amends-early"
_LISTS = (*KINDS, "properties", "suppositions")
_READS = ("ref", "criterion", "interpretation", "by_outcome", "never_less", "never_more")
_NAMES = ("id", "best", "between", "term", "end", "then")  # of items, in the results and the life of a text
_NOT_INHERITED = frozenset({"id", "label", "note", "signed", "without_rules", AMENDS, KEPT})

_Item = tuple[str, str, Piece]  # with its file and kind
_Changes = Mapping[tuple[str, str], Sequence[Piece]]  # by kind and id


@dataclass(frozen=True, slots=True)
class Written:
    """A text as it is written: its head, its rule files by name, and the ids of what is left out for its faults."""

    head: Piece
    files: Mapping[str, Piece] = field(repr=False)
    digest: str
    unread: frozenset[str] = frozenset()

    @property
    def amends(self) -> str | None:
        """The text that this one amends."""
        base: str | None = self.head.get(AMENDS)
        return base

    @property
    def alone(self) -> dict[str, Any]:
        """The data of every file by name, as a text would hold it that amends none."""
        head = {key: value for key, value in self.head.data.items() if key not in (AMENDS, KEPT)}
        return {HEAD: head, **{name: file.data for name, file in self.files.items()}}


def standing(texts: Mapping[str, Written], folders: Collection[str]) -> tuple[list[Written], list[Problem]]:
    """The texts as they stand: one that amends another with all of it, one that another follows with an end.

    ``folders`` names also those that could not be read: what amends them is left out, and their own faults are told.
    """
    found: dict[str, Written] = {}
    problems: list[Problem] = []
    chains = {id_: _chain(id_, texts) for id_ in texts}
    for id_ in sorted(texts, key=lambda name: (len(chains[name]), name)):
        text, base = texts[id_], found.get(str(texts[id_].amends))
        if text.amends is None:
            found[id_] = text
        elif base is None:
            problems += _baseless(text, chains[id_], texts, folders)
        else:
            stands, faults = amended(base, text)
            first, before = _first(text), _first(base).value
            if first.value <= before:
                days = {"start": first.value, "base_start": before}
                faults.append(wrong(first.at, EARLY, id=id_, base=text.amends, **days))
            problems += faults
            if not any(fault.code in (STILL_READ, EARLY) for fault in faults):  # lines of the base are not at fault
                found[id_] = stands
    return [_closed(found[id_], found.values()) for id_ in texts if id_ in found], problems


def _chain(id_: str, texts: Mapping[str, Written]) -> list[str]:
    """A text, the one that it amends, and so on, until one amends none or is met before."""
    chain = [id_]
    while chain[-1] in texts and (base := texts[chain[-1]].amends) is not None:
        chain.append(base)
        if base in chain[:-1]:
            break
    return chain


def _baseless(
    text: Written, chain: list[str], texts: Mapping[str, Written], folders: Collection[str]
) -> Iterator[Problem]:
    at = text.head[AMENDS].at
    if text.amends not in folders:
        yield from unknown(at, "unknown-convention", str(text.amends), texts, known=", ".join(texts))
    elif chain[-1] == chain[0]:
        yield wrong(at, "cycle", chain=" → ".join(chain))


def _first(text: Written) -> Piece:
    """The first day of a text."""
    return text.head["signed"]["from"]


@dataclass(frozen=True, slots=True)
class _Said:
    """What a text says of its base: whole items, changes of items by kind and id, what is removed, and the grounds."""

    items: Mapping[str, list[_Item]]
    changes: _Changes
    removed: Mapping[str, Piece]
    grounds: Grounds


def amended(base: Written, own: Written) -> tuple[Written, list[Problem]]:
    """What ``own`` makes of ``base``, and the names in it that ``base`` does not have."""
    said = _said(own)
    running = {name: file for name, file in base.files.items() if not _reaches_back(file)}
    files = {name: file for name, file in own.files.items() if _reaches_back(file)}
    problems = list(_misnamed(said, [*_items(running)], base.head.members("interpretations")))
    said = replace(said, changes=_as_meant(said.changes, problems))
    found: dict[str, dict[str, list[Piece]]] = {}
    for name, kind, piece in _standing_items([*_items(running)], said, problems):
        found.setdefault(name, {}).setdefault(kind, []).append(piece)
    for name, lists in found.items():
        top = running[name] if name in running else own.files[name]
        files[name] = top.of({kind: top.of(lists[kind]) for kind in _LISTS if kind in lists})
    files = {name: files[name] for name in sorted(files)}
    head = _head(base.head, own.head, said, files.values())
    problems += _still_read(said.removed, files, head)
    problems += _other_sources(base.head.entries("sources"), own.head.entries("sources"))
    digest = hashlib.sha256(f"{own.digest}\n{base.digest}".encode()).hexdigest()
    return Written(head, files, digest), problems


def _closed(text: Written, others: Iterable[Written]) -> Written:
    """``text``, whose window ends where one that amends it begins, or if it names no end, the next of its kind."""
    head, own = text.head, _first(text)
    signed = head["signed"]
    firsts = [
        _first(other)
        for other in others
        if other.amends == head["id"].value or ("before" not in signed and other.head.get(WHOSE) == head.get(WHOSE))
    ]
    later = [first for first in firsts if first.value > own.value]
    first = min(later, key=lambda piece: str(piece.value), default=None)
    if first is None or signed.get("before", first.value) < first.value:
        return text
    return replace(text, head=head.of({**head.value, "signed": signed.of({**signed.value, "before": first})}))


def misplaced(text: Written) -> Iterator[Problem]:
    """Changes in a text that amends none."""
    for file in text.files.values():
        if CHANGE in file:
            yield wrong(file[CHANGE].key_at, "change-of-nothing")


def _said(own: Written) -> _Said:
    items: dict[str, list[_Item]] = {}
    changes: dict[tuple[str, str], list[Piece]] = {}
    for entry in _items({name: file for name, file in own.files.items() if not _reaches_back(file)}):
        items.setdefault(entry[2]["id"].value, []).append(entry)
    for file in own.files.values():
        for kind, piece in _entries(file[CHANGE]) if CHANGE in file else ():
            changes.setdefault((kind, piece["id"].value), []).append(piece)
    removed = {piece.value: piece for piece in own.head.members(REMOVED)}
    ground = own.head[KEPT].members("cite") if KEPT in own.head else []
    return _Said(items, changes, removed, Grounds(ground, _first(own)))


def _reaches_back(file: Piece) -> bool:
    """Whether a rule file only reaches contracts older than its text."""
    return "overlays" in file


def _items(files: Mapping[str, Piece]) -> Iterator[_Item]:
    return ((name, kind, piece) for name, file in files.items() for kind, piece in _entries(file))


def _entries(top: Piece) -> Iterator[tuple[str, Piece]]:
    return ((kind, piece) for kind in _LISTS for piece in top.members(kind))


def _standing_items(before: Sequence[_Item], said: _Said, problems: list[Problem]) -> Iterator[_Item]:
    """The items as they then stand: those of the base in their places, then those that it does not have."""
    for name, kind, piece in before:
        id_ = piece["id"].value
        if id_ in said.items:
            yield from ((name, other, new) for _, other, new in said.items[id_])
        elif (kind, id_) in said.changes:
            item, faults = changed(kind, piece, said.changes[kind, id_][0], said.grounds)
            problems += faults
            yield name, kind, item
        elif id_ not in said.removed:
            yield name, kind, kept(kind, piece, said.grounds)
    known = {piece["id"].value for _, _, piece in before}
    yield from (entry for id_, entries in said.items.items() if id_ not in known for entry in entries)


def _head(base: Piece, head: Piece, said: _Said, files: Iterable[Piece]) -> Piece:
    """The card of the text: what it says itself, and the rest as the base has it where something still uses it."""
    rules = [file.data for file in files]
    parts = {key: part for key, part in head.value.items() if key != REMOVED}
    parts |= {key: part for key, part in base.value.items() if key not in {*_NOT_INHERITED, *parts}}
    offered = {fact: kept(KNOWS, each, said.grounds) for fact, each in base.entries(KNOWS).items()}
    parts |= {KNOWS: head.of(offered | head.entries(KNOWS))} if offered else {}
    asked, own = texts_under("interpretation", rules) - said.removed.keys(), "interpretations"
    questions = {each["id"].value: each for each in base.members(own) if each["id"].value in asked}
    questions |= {each["id"].value: each for each in head.members(own)}
    parts.pop(own, None)
    parts |= {own: head.of([*questions.values()])} if questions else {}
    cited = texts_under("source", [*rules, *(part.data for part in parts.values())])
    sources = {id_: each for id_, each in base.entries("sources").items() if id_ in cited}
    parts["sources"] = head.of(sources | head.entries("sources"))
    return head.of(parts)


def _still_read(removed: Mapping[str, Piece], files: Mapping[str, Piece], head: Piece) -> Iterator[Problem]:
    """What is removed although what stays reads it, with the first that does."""
    entries = [(piece["id"].value, piece, _READS) for _, _, piece in _items(files)] if removed else []
    entries += ((key, head[key], _NAMES) for key in ("results", "life") if key in head)
    for id_, piece in removed.items():
        read = (each for each in entries if any(id_ in texts_under(key, each[1].data) for key in each[2]))
        reader = next(read, None)
        if reader is not None:
            yield wrong(piece.at, STILL_READ, id=id_, reader=reader[0], place=str(reader[1].at))


def _other_sources(base: Mapping[str, Piece], own: Mapping[str, Piece]) -> Iterator[Problem]:
    """Sources under the id of another one of the base, which what is kept would then cite."""
    for id_ in own.keys() & base.keys():
        if own[id_].data != base[id_].data:
            yield wrong(own[id_].key_at, "duplicate-id", id=id_, place=str(base[id_].key_at))


def _misnamed(said: _Said, before: Sequence[_Item], questions: Sequence[Piece]) -> Iterator[Problem]:
    """Ids that the base does not have, and ids of which two things are said."""
    known = {(kind, piece["id"].value) for _, kind, piece in before}
    ids = {id_ for _, id_ in known} | {question["id"].value for question in questions}
    for id_, piece in said.removed.items():
        if id_ not in ids:
            yield wrong(piece.at, "unknown-item", nearest(id_, ids), id=id_)
        elif id_ in said.items:
            yield _twice(id_, piece, said.items[id_][0][2])
    for (kind, id_), (piece, *again) in said.changes.items():
        at = piece["id"]
        if (kind, id_) not in known:
            elsewhere = next((f"{other}: {id_}" for other, name in known if name == id_), None)
            names = [name for other, name in known if other == kind]
            yield wrong(at.at, "unknown-item", elsewhere or nearest(id_, names), id=id_)
        others = [said.removed[id_]] if id_ in said.removed else [each for *_, each in said.items.get(id_, ())]
        yield from (_twice(id_, at, each) for each in others[:1])
        yield from (_twice(id_, each["id"], at) for each in again)


def _as_meant(changes: _Changes, problems: Sequence[Problem]) -> _Changes:
    """Changes under the names that they are likely to mean, so that what they change is not taken as unchanged."""
    meant = {problem.location: problem.nearest for problem in problems if problem.nearest is not None}
    named: dict[tuple[str, str], list[Piece]] = {}
    for (kind, _), pieces in changes.items():
        for piece in pieces:
            id_ = piece["id"].of(meant.get(piece["id"].at, piece["id"].value))
            named.setdefault((kind, id_.value), []).append(piece.of({**piece.value, "id": id_}))
    return named


def _twice(id_: str, piece: Piece, first: Piece) -> Problem:
    return wrong(piece.at, "said-twice", id=id_, place=str(first.at))
