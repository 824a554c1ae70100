"""A text that amends another: the documents of both come in, those of the text as it then stands go out.

Plain data is put together before any convention is built, and each value keeps the place where it is written; what
comes after knows nothing of it. Of the base all is kept but what the text replaces, changes or removes, and what
reaches contracts older than the base itself.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field
from typing import Any

from engine.errors import Problem, nearest
from engine.policy.changing import REMOVED, Grounds, also, changed, kept
from engine.policy.document import Document
from engine.policy.items import KINDS
from engine.policy.offers import KNOWS
from engine.policy.places import HEAD
from engine.policy.weaving import Bundle, Piece, Tree, whole, woven
from engine.records import dataclass

AMENDS, KEPT, CHANGE, WHOSE = "amends", "kept", "change", "beneficiary"
STILL_READ = "removed-read"
_LISTS = (*KINDS, "properties", "suppositions")
_NOT_INHERITED = frozenset({"id", "label", "note", "signed", "without_rules", AMENDS, KEPT})

Lists = dict[str, list[Tree]]  # by kind


@dataclass(frozen=True, slots=True)
class Written:
    """A text as it is written: its head, its rule files by name, and the ids of what is left out for its faults."""

    head: Document
    files: Mapping[str, Document] = field(repr=False)
    digest: str
    unread: frozenset[str] = frozenset()

    @property
    def amends(self) -> str | None:
        """The text that this one amends."""
        base: str | None = self.head.data.get(AMENDS)
        return base

    @property
    def alone(self) -> dict[str, Any]:
        """The data of every file by name, as a text would hold it that amends none."""
        head = {key: value for key, value in self.head.data.items() if key not in (AMENDS, KEPT)}
        return {HEAD: head, **{name: document.data for name, document in self.files.items()}}


def standing(texts: Mapping[str, Written], folders: Collection[str]) -> tuple[list[Written], list[Problem]]:
    """The texts as they stand: one that amends another with all of it, one that another follows with an end.

    ``folders`` names also those that could not be read: what amends them is left out, and their own faults are told.
    """
    found: dict[str, Written] = {}
    problems: list[Problem] = []
    chains = {id_: _chain(id_, texts) for id_ in texts}
    for id_ in sorted(texts, key=lambda name: (len(chains[name]), name)):
        text, base = texts[id_], texts[id_].amends
        if base is None:
            found[id_] = text
        elif base in found:
            stands, faults = amended(found[base], text)
            problems += faults
            if not any(fault.code == STILL_READ for fault in faults):  # the base's own lines are not at fault
                found[id_] = stands
        else:
            problems += _baseless(text, chains[id_], texts, folders)
    for id_, text in list(found.items()):
        if text.amends in found:
            first, before = _first(text), _first(found[text.amends])
            if first.data <= before.data:
                values = {"id": id_, "base": text.amends, "start": first.data, "base_start": before.data}
                problems.append(Problem(first.at, "amends-early", values))
                del found[id_]  # its values would begin after it, each at its own place in the base
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
    at = text.head.at((AMENDS,))
    if text.amends not in folders:
        known = ", ".join(texts)
        close = nearest(str(text.amends), texts)
        yield Problem(at, "unknown-convention", {"id": text.amends, "known": known}, close)
    elif chain[-1] == chain[0]:
        yield Problem(at, "cycle", {"chain": " → ".join(chain)})


def _first(text: Written) -> Piece:
    """The first day of a text."""
    return whole(text.head).below("signed").below("from")


@dataclass(frozen=True, slots=True)
class _Said:
    """What a text says of its base: whole items with the file and kind of each, changes of items, what is removed."""

    items: Mapping[str, list[tuple[str, str, Piece]]]
    changes: Mapping[tuple[str, str], Sequence[Piece]]
    removed: Mapping[str, Tree]
    grounds: Grounds


def amended(base: Written, own: Written) -> tuple[Written, list[Problem]]:
    """What ``own`` makes of ``base``, and the names in it that ``base`` does not have."""
    said = _said(own)
    running = {name: document for name, document in base.files.items() if not _reaches_back(document)}
    known = {(kind, piece.data["id"]) for document in running.values() for kind, piece in _entries(whole(document))}
    asked = [question.data["id"] for question in whole(base.head).listed("interpretations")]
    problems = list(_misnamed(said, known, asked))
    found: dict[str, Lists] = {}
    for name, document in running.items():
        found[name] = _file(whole(document), said, problems)
    ids = {id_ for _, id_ in known}
    for id_, entries in said.items.items():
        for name, kind, piece in entries if id_ not in ids else ():
            found.setdefault(name, {}).setdefault(kind, []).append(piece)
    files: dict[str, Document] = {name: document for name, document in own.files.items() if _reaches_back(document)}
    for name, lists in found.items():
        of = whole(running[name] if name in running else own.files[name])
        files[name] = woven(Bundle(of, {kind: Bundle(of, members) for kind, members in lists.items() if members}))
    files = {name: files[name] for name in sorted(files) if files[name].data}
    problems += _still_read(said.removed, files.values())
    digest = chained([own.digest, base.digest])
    return Written(_head(base.head, own.head, said, files.values()), files, digest), problems


def chained(digests: Sequence[str]) -> str:
    """The digest of a text from its own and those of the texts that it rests on, the nearest first."""
    *own, last = digests
    for digest in reversed(own):
        last = hashlib.sha256(f"{digest}\n{last}".encode()).hexdigest()
    return last


def _closed(text: Written, others: Iterable[Written]) -> Written:
    """``text``, whose window ends where one that amends it begins, or if it names no end, the next of its kind."""
    head, own = whole(text.head), _first(text)
    signed = head.below("signed")
    open_ = "before" not in signed.data
    firsts = [
        _first(other)
        for other in others
        if other.amends == head.data["id"] or (open_ and other.head.data.get(WHOSE) == head.data.get(WHOSE))
    ]
    later = [first for first in firsts if first.data > own.data]
    first = min(later, key=lambda piece: str(piece.data), default=None)
    if first is None or signed.data.get("before", first.data) < first.data:
        return text
    parts = {**head.entries(), "signed": Bundle(signed, {**signed.entries(), "before": first})}
    return Written(woven(Bundle(head, parts)), text.files, text.digest)


def misplaced(text: Written) -> Iterator[Problem]:
    """Changes in a text that amends none."""
    for document in text.files.values():
        if CHANGE in document.data:
            yield Problem(document.key_at((CHANGE,)), "change-of-nothing")


def _said(own: Written) -> _Said:
    items: dict[str, list[tuple[str, str, Piece]]] = {}
    changes: dict[tuple[str, str], list[Piece]] = {}
    for name, document in own.files.items():
        top = whole(document)
        for kind, piece in () if _reaches_back(document) else _entries(top):
            items.setdefault(piece.data["id"], []).append((name, kind, piece))
        for kind, piece in _entries(top.below(CHANGE)) if CHANGE in document.data else ():
            changes.setdefault((kind, piece.data["id"]), []).append(piece)
    head = whole(own.head)
    removed = {piece.data: piece for piece in head.listed(REMOVED)}
    return _Said(items, changes, removed, Grounds(head.below(KEPT).listed("cite"), _first(own)))


def _reaches_back(document: Document) -> bool:
    """Whether a rule file only reaches contracts older than its text."""
    return "overlays" in document.data


def _entries(top: Piece) -> Iterator[tuple[str, Piece]]:
    for kind in _LISTS:
        for i in range(len(top.data.get(kind, ()))):
            yield kind, top.below(kind).below(i)


def _file(top: Piece, said: _Said, problems: list[Problem]) -> Lists:
    """What becomes of the items of a rule file; a replaced one of another kind comes last."""
    lists: Lists = {kind: [] for kind in _LISTS}
    for kind, piece in _entries(top):
        id_ = piece.data["id"]
        if id_ in said.items:
            for _, other, new in said.items[id_]:
                lists[other].append(new)
        elif (kind, id_) in said.changes:
            item, faults = changed(kind, piece, said.changes[kind, id_][0], said.grounds)
            lists[kind].append(item)
            problems += faults
        elif id_ not in said.removed:
            lists[kind].append(kept(kind, piece, said.grounds))
    return lists


def _head(base: Document, head: Document, said: _Said, files: Iterable[Document]) -> Document:
    """The card of the text: what it says itself, and the rest as the base has it where something still uses it."""
    before, after = whole(base), whole(head)
    inherited = {key: part for key, part in before.entries().items() if key not in {*_NOT_INHERITED, *after.data}}
    parts = {key: part for key, part in after.entries().items() if key != REMOVED} | inherited
    own = after.below(KNOWS).entries() if KNOWS in after.data else {}
    offered = before.below(KNOWS) if KNOWS in before.data else None
    if offered is not None:
        maintained = {fact: also(offered.below(fact), said.grounds) for fact in offered.data}
        parts[KNOWS] = Bundle(after, maintained | own)
    own_questions = {question.data["id"]: question for question in after.listed("interpretations")}
    asked = texts_under("interpretation", [file.data for file in files])
    questions = {question.data["id"]: question for question in before.listed("interpretations")}
    questions = {id_: each for id_, each in questions.items() if id_ in asked - said.removed.keys()} | own_questions
    parts.pop("interpretations", None)
    if questions:
        parts["interpretations"] = Bundle(after, list(questions.values()))
    cited = texts_under("source", [*(file.data for file in files), *(part.data for part in parts.values())])
    sources = {id_: each for id_, each in before.below("sources").entries().items() if id_ in cited}
    parts["sources"] = Bundle(after, sources | (after.below("sources").entries() if "sources" in after.data else {}))
    return woven(Bundle(after, parts))


def texts_under(key: str, data: Any) -> set[str]:
    """Every text under ``key``, however deep."""
    if isinstance(data, list):
        return {name for each in data for name in texts_under(key, each)}
    if not isinstance(data, dict):
        return set()
    own = {data[key]} if isinstance(data.get(key), str) else set()
    return own.union(*(texts_under(key, each) for each in data.values()))


def _still_read(removed: Mapping[str, Tree], files: Iterable[Document]) -> Iterator[Problem]:
    """What is removed although an item that stays reads it, with the first that does."""
    entries = [piece for document in files for _, piece in _entries(whole(document))] if removed else []
    for id_, piece in removed.items():
        read = (each for each in entries if any(id_ in texts_under(key, each.data) for key in ("ref", "criterion")))
        reader = next(read, None)
        if reader is not None:
            yield Problem(piece.at, STILL_READ, {"id": id_, "reader": reader.data["id"], "place": str(reader.at)})


def _misnamed(said: _Said, known: set[tuple[str, str]], asked: list[str]) -> Iterator[Problem]:
    """Ids that the base does not have, and ids of which two things are said."""
    ids = {id_ for _, id_ in known} | set(asked)
    for id_, piece in said.removed.items():
        if id_ not in ids:
            yield Problem(piece.at, "unknown-item", {"id": id_}, nearest(id_, ids))
        elif id_ in said.items:
            yield Problem(piece.at, "duplicate-id", {"id": id_, "place": str(said.items[id_][0][2].at)})
    for (kind, id_), (piece, *again) in said.changes.items():
        at = piece.below("id").at
        if (kind, id_) not in known:
            elsewhere = next((f"{other}: {id_}" for other, name in known if name == id_), None)
            names = [name for other, name in known if other == kind]
            yield Problem(at, "unknown-item", {"id": id_}, elsewhere or nearest(id_, names))
        others = [said.removed[id_]] if id_ in said.removed else [each for *_, each in said.items.get(id_, ())]
        if others:
            yield Problem(at, "duplicate-id", {"id": id_, "place": str(others[0].at)})
        for each in again:
            yield Problem(each.below("id").at, "duplicate-id", {"id": id_, "place": str(at)})
