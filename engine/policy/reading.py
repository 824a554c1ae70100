"""Reads a policies folder: its files come in, a registry goes out, remembered where nothing has changed since.

What is read before any plan is made is checked here: a session needs the start of the contract year and the conditions
of overlays to know which items a case has at all; so these can read facts, interpretations, and no item but that start.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import InputFault, Location, Problem, fault, quoted, reason_of, wrong
from engine.language.expressions import Compare, Condition, FactRef, ItemRef, walk
from engine.language.facts import Vocabulary, vocabulary
from engine.language.operators import COMPARISONS
from engine.language.types import DATE
from engine.language.typing import Scope, check_condition, type_of
from engine.policy.loader import parse, read_bytes
from engine.policy.model import YEAR_START, Convention
from engine.policy.overlays import covers
from engine.policy.places import HEAD, SUITE, TESTS, shipped
from engine.policy.registry import Registry
from engine.policy.remembered import recall, remember
from engine.words import in_each_language

if TYPE_CHECKING:
    from engine.language.pieces import Piece
    from engine.policy.amending import Written
    from engine.policy.schema import Shape


READERS = ("language", "policy")  # the rooms whose change asks for another reading
Files = Mapping[str, bytes | InputFault]  # of a folder by name, the head first; why one cannot be read
_OTHERS = {frozenset({"id", "signed"}): HEAD, frozenset({"suite", "cases"}): f"{TESTS}/{SUITE}"}  # no rule files
_OF_A_NAME = frozenset({"unknown-fact", "unknown-interpretation", "unknown-value"})


@cache  # a page, a life and a folder that is read ask for the same ones again
def load_schema(name: str) -> dict[str, Any]:
    """A JSON Schema of the project, which is not to be changed."""
    schema: dict[str, Any] = json.loads((shipped("schemas") / f"{name}.schema.json").read_bytes())
    return schema


@cache
def load_shape(name: str) -> Shape:
    """A JSON Schema of the project, made ready for the documents that are to fit it."""
    from engine.policy.schema import shape

    return shape(load_schema(name))


def load_vocabulary(case_schema: Path | None = None) -> tuple[Vocabulary, str]:
    """The facts of the case schema, and the schema's digest."""
    content = (case_schema or shipped("schemas") / "case.schema.json").read_bytes()
    return _vocabulary(content), hashlib.sha256(content).hexdigest()


@cache
def _vocabulary(content: bytes) -> Vocabulary:
    return vocabulary(json.loads(content))


def _readers_age() -> str:
    """Size and time of every module that reads or checks, so that a changed check is applied again."""
    here = Path(__file__).resolve().parent.parent
    folders = [folder for room in READERS for folder, _, _ in sorted(os.walk(here / room))]
    stats = [module.stat() for folder in folders for module in _entries(folder, ".py")]
    return ",".join(f"{stat.st_size}/{stat.st_mtime_ns}" for stat in stats)


def _content_digest(found: Mapping[str, Files], case_digest: str, shown: Path) -> str:
    """What everything read depends on: the engine, the schemas, the place shown, and the files of every folder."""
    schemas = {entry.name: Path(entry).read_bytes() for entry in _entries(shipped("schemas"), ".json")}
    digests = [_digest(files) for files in found.values()]
    parts = [case_digest, os.fsencode(shown).hex(), _readers_age(), _digest(schemas), *found, *digests]
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def _contents(root: Path, shown: Path) -> dict[str, Files]:
    """What the folder of each convention holds, which is hashed and read as it is here, whoever writes meanwhile."""
    try:
        folders = sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError as error:
        raise fault(Location(str(root)), "file-unreadable", reason=reason_of(error)) from None
    return {each.name: _files(each, shown / each.name) for each in folders}


def _files(folder: Path, shown: Path) -> Files:
    """The YAML files of a convention, the head first; tests are elsewhere, and one here is told as not read."""
    found: dict[str, bytes | InputFault] = {}
    for path in sorted((Path(each) for each in _entries(folder, ".yaml")), key=lambda path: path.name != HEAD):
        try:
            found |= {} if path.match(SUITE) else {path.name: read_bytes(path, (shown / path.name).as_posix())}
        except InputFault as error:
            found[path.name] = error
    return found


def _digest(files: Files) -> str:
    digest = hashlib.sha256()
    for name, content in files.items():
        told = b"unreadable" if isinstance(content, InputFault) else content
        digest.update(os.fsencode(name) + b"\0" + hashlib.sha256(told).digest())
    return digest.hexdigest()


def read_registry(
    root: Path,
    origin: str = "option",
    case_schema: Path | None = None,
    shown: Path | None = None,
    contents: Mapping[str, Files] | None = None,
) -> tuple[Registry, list[Problem]]:
    """Every convention under ``root``, and every fault of text, shape and ids; what is faulty is left out.

    ``case_schema`` replaces the project's own facts (a synthetic policy has facts of its own). ``shown`` is what
    places call the folder, where it is only a copy of what the reader knows by another name; ``contents`` is what it
    holds, where that has been read.

    Raises:
        InputFault: the folder itself cannot be read.
    """
    facts, case_digest = load_vocabulary(case_schema)
    folders = _contents(root, shown or root) if contents is None else contents
    conventions, problems, unread = _read(folders, shown or root)
    if not conventions and not problems:
        problems.append(wrong(Location(str(shown or root)), "no-conventions"))
    registry = Registry(conventions, facts, case_digest, shown or root, origin, unread)
    problems.extend(gate_problems(registry))
    return registry, problems


def _read(folders: Mapping[str, Files], shown: Path) -> tuple[dict[str, Convention], list[Problem], frozenset[str]]:
    """The convention of each folder, all of what it amends in it, what is wrong, and the ids of what is left out."""
    from engine.policy.build import built, dated_numbers

    texts, problems, unread = _texts(folders, shown)
    conventions: dict[str, Convention] = {}
    numbers = {text.digest: dated_numbers([*text.files.values()]) for text in texts}
    for text in texts:
        convention, found = built(text, {})
        problems.extend(found)
        conventions.setdefault(convention.id, convention)  # a folder with the id of another has been told of
    for text in texts:
        own = numbers[text.digest]
        convention = conventions[text.head["id"].value]
        later = {
            old: [value for value in numbers[other.digest][new] if value.data not in [each.data for each in own[old]]]
            for other in conventions.values()
            for overlay in other.overlays
            if covers(other, overlay, convention)
            for old, new in overlay.replace.items()
            if old in own and new in numbers[other.digest]
        }
        if any(later.values()):
            conventions[convention.id], _ = built(text, later)
    return conventions, problems, unread


def _texts(folders: Mapping[str, Files], shown: Path) -> tuple[list[Written], list[Problem], frozenset[str]]:
    """The text of each folder as it stands, what is wrong, and the ids of what is left out for it."""
    from engine.policy.amending import standing
    from engine.policy.document import document_of
    from engine.policy.schema import shape_problems

    shapes = {name: load_shape(name) for name in ("convention", "ruleset")}
    read = {name: _read_text(files, shown / name, shapes) for name, files in folders.items()}
    texts, faults = standing({name: text for name, (text, _) in read.items() if text is not None}, read)
    problems = [*(problem for _, found in read.values() for problem in found), *faults]
    for text in texts if not faults else ():
        if text.amends is not None:
            standing_files = (document_of(file) for file in text.files.values())
            problems.extend(p for file in standing_files for p in shape_problems(file, shapes["ruleset"]))
    return texts, problems, frozenset[str]().union(*(text.unread for text, _ in read.values() if text is not None))


def standing_text(registry: Registry, id_: str) -> Written:
    """The text of a convention that has been read, as it stands: all of what it amends in it.

    Raises:
        InputFault: the folder was changed since, and has faults now.
    """
    texts, problems, _ = _texts(_contents(registry.root, registry.root), registry.root)
    if problems:
        raise InputFault(problems)
    return next(text for text in texts if text.head["id"].value == id_)


def load_registry(
    root: Path, origin: str = "option", case_schema: Path | None = None, shown: Path | None = None
) -> Registry:
    """The conventions under ``root``; read again only where a file or the engine changed since the last time.

    ``case_schema`` and ``shown`` are those of :func:`read_registry`.

    Raises:
        InputFault: with every fault of text, shape and ids.
    """
    facts, case_digest = load_vocabulary(case_schema)
    contents = _contents(root, shown or root)
    digest = _content_digest(contents, case_digest, shown or root)
    remembered = recall(digest)
    if remembered is not None:
        return Registry(remembered, facts, case_digest, shown or root, origin)
    registry, problems = read_registry(root, origin, case_schema, shown, contents)
    if problems:
        raise InputFault(problems)
    remember(digest, registry.conventions)
    return registry


def _entries(folder: str | Path, ending: str) -> list[os.DirEntry[str]]:
    """What a folder holds with names that end so, in order of name; nothing of one that cannot be looked into."""
    try:
        with os.scandir(folder) as entries:
            return sorted((entry for entry in entries if entry.name.endswith(ending)), key=lambda entry: entry.name)
    except OSError:
        return []


def _read_text(files: Files, shown: Path, shapes: Mapping[str, Shape]) -> tuple[Written | None, list[Problem]]:
    """The text of a folder as it is written, none where a file of it cannot be read, and what is wrong with it."""
    from engine.policy.amending import Written, misplaced
    from engine.policy.schema import as_meant

    if HEAD not in files:
        return None, [wrong(Location(shown.as_posix()), "no-convention-file")] if files else []
    read: dict[str, Piece] = {}
    problems: list[Problem] = []
    unread: set[str] = set()
    for name, content in files.items():
        try:
            if isinstance(content, InputFault):
                raise content
            parsed = parse(content, (shown / name).as_posix())
            for keys, wanted in _OTHERS.items() if name != HEAD and isinstance(parsed.data, dict) else ():
                if keys <= parsed.data.keys():
                    raise fault(Location(parsed.name), "file-unread", name=name, wanted=wanted)
            meant, found, lost = as_meant(parsed, shapes["convention" if name == HEAD else "ruleset"])
            read |= {} if meant is None else {name: meant.root()}
        except InputFault as error:
            found, lost = [*error.problems], frozenset()
        problems.extend(found)
        unread |= lost
    if len(read) < len(files):
        return None, problems
    text = Written(read.pop(HEAD), read, _digest(files), frozenset(unread))
    id_ = text.head["id"]
    if id_.value != shown.name:
        named = in_each_language("name_of_the_folder", name=shown.name)
        problems.append(wrong(id_.key_at, "wrong-value", value=quoted(id_.value), wanted=named))
    return text, [*problems, *(() if text.amends else misplaced(text))]


def gate_problems(registry: Registry) -> Iterator[Problem]:
    """Names that do not exist, and conditions of overlays that read what is not yet known."""
    for convention in registry.conventions.values():
        for when in (overlay.when for overlay in convention.overlays if overlay.when is not None):
            yield from _reads_too_much(when, registry.vocabulary)
        scope = Scope(registry.vocabulary, {YEAR_START: DATE}, registry.choices(convention))
        type_of(convention.years_from, scope, DATE)
        for when in (overlay.when for _, overlay in registry.covering(convention) if overlay.when is not None):
            check_condition(when, scope)
        yield from (problem for problem in scope.problems if problem.code in _OF_A_NAME)


def _reads_too_much(when: Condition, vocabulary: Vocabulary) -> Iterator[Problem]:
    facts, opening = vocabulary.facts, ItemRef(YEAR_START, when.at)
    for node in walk(when):
        reads_fact = isinstance(node, FactRef) and node.name in facts and not facts[node.name].absence_answers
        reads_item = isinstance(node, ItemRef) and node != opening
        compares = isinstance(node, Compare) and COMPARISONS[node.operator].operands != "flag" and node.right != opening
        if reads_fact or reads_item or compares:
            yield wrong(node.at, "overlay-when")
