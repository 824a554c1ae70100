"""Reads a policies folder: its files come in, a registry goes out, remembered where nothing has changed since.

What is read before any plan is made is checked here: a session needs the start of the contract year and the conditions
of overlays to know which items a case has at all; so these can read facts, interpretations, and no item but that start.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import InputFault, Location, Problem, fault, reason_of, wrong
from engine.language.expressions import Compare, Condition, FactRef, ItemRef, walk
from engine.language.facts import Vocabulary, vocabulary
from engine.language.operators import COMPARISONS
from engine.language.types import DATE
from engine.language.typing import Scope, check_condition, type_of
from engine.policy.model import YEAR_START, Convention
from engine.policy.overlays import interpretations
from engine.policy.places import HEAD, shipped
from engine.policy.registry import Registry
from engine.policy.remembered import recall, remember

if TYPE_CHECKING:
    from engine.policy.amending import Written
    from engine.policy.schema import Shape


READERS = ("language", "policy")  # the rooms whose change asks for another reading
HASHED = 5_000_000  # bytes of a file; more than any file that can be read, and so remembered
_OF_A_NAME = frozenset({"unknown-fact", "unknown-interpretation", "unknown-value"})


def load_schema(name: str) -> dict[str, Any]:
    """A JSON Schema of the project, which is not to be changed."""
    return _schema((shipped("schemas") / f"{name}.schema.json").read_bytes())


@cache  # a page, a life and a folder that is read ask for the same ones again
def _schema(content: bytes) -> dict[str, Any]:
    schema: dict[str, Any] = json.loads(content)
    return schema


def load_shape(name: str) -> Shape:
    """A JSON Schema of the project, made ready for the documents that are to fit it."""
    return _shape((shipped("schemas") / f"{name}.schema.json").read_bytes())


@cache
def _shape(content: bytes) -> Shape:
    from engine.policy.schema import shape

    return shape(_schema(content))


def load_vocabulary(case_schema: Path | None = None) -> tuple[Vocabulary, str]:
    """The facts of the case schema, and the schema's digest."""
    content = (case_schema or shipped("schemas") / "case.schema.json").read_bytes()
    return _vocabulary(content), hashlib.sha256(content).hexdigest()


@cache
def _vocabulary(content: bytes) -> Vocabulary:
    return vocabulary(_schema(content))


def _readers_age() -> str:
    """Size and time of every module that reads or checks, so that a changed check is applied again."""
    here = Path(__file__).resolve().parent.parent
    folders = [folder for room in READERS for folder, _, _ in sorted(os.walk(here / room))]
    stats = [module.stat() for folder in folders for module in _entries(folder, ".py")]
    return ",".join(f"{stat.st_size}/{stat.st_mtime_ns}" for stat in stats)


def _content_digest(found: Mapping[str, str], case_digest: str, shown: Path) -> str:
    """What everything read depends on: the engine, the schemas, the place shown, and the digest of every folder."""
    schemas = [(entry.name, _some_bytes(entry)) for entry in _entries(shipped("schemas"), ".json")]
    parts = [case_digest, os.fsencode(shown).hex(), _readers_age(), _digest(schemas), *found, *found.values()]
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def _folder_digests(root: Path) -> dict[str, str]:
    """The digest of the files of each convention, as the convention itself holds it once it is read."""
    found = {}
    for folder in _folders(root):
        files = sorted(_entries(folder, ".yaml"), key=lambda entry: entry.name != HEAD)  # the head first, as it is read
        if files:
            found[folder.name] = _digest((entry.name, _some_bytes(entry)) for entry in files)
    return found


def _digest(contents: Iterable[tuple[str, bytes]]) -> str:
    """Of named files, in order."""
    digest = hashlib.sha256()
    for name, content in contents:
        digest.update(os.fsencode(name) + b"\0" + hashlib.sha256(content).digest())
    return digest.hexdigest()


def _some_bytes(path: os.PathLike[str]) -> bytes:
    try:
        with Path(path).open("rb") as stream:
            return stream.read(min(HASHED, os.fstat(stream.fileno()).st_size))  # room for more is room to clear
    except OSError:  # told when it is read
        return b"unreadable"


def read_registry(
    root: Path, origin: str = "option", case_schema: Path | None = None, shown: Path | None = None
) -> tuple[Registry, list[Problem]]:
    """Every convention under ``root``, and every fault of text, shape and ids; what is faulty is left out.

    ``case_schema`` replaces the project's own facts (a synthetic policy has facts of its own). ``shown`` is what
    places call the folder, where it is only a copy of what the reader knows by another name.

    Raises:
        InputFault: the folder itself cannot be read.
    """
    facts, case_digest = load_vocabulary(case_schema)
    conventions, problems, unread = _read(_folders(root), shown or root)
    if not conventions and not problems:
        problems.append(wrong(Location(str(shown or root)), "no-conventions"))
    registry = Registry(conventions, facts, case_digest, shown or root, origin, unread)
    problems.extend(gate_problems(registry))
    return registry, problems


def _read(folders: Sequence[Path], shown: Path) -> tuple[dict[str, Convention], list[Problem], frozenset[str]]:
    """The convention of each folder, all of what it amends in it, what is wrong, and the ids of what is left out."""
    from engine.policy.build import build
    from engine.policy.wording import worded

    texts, problems, unread = _texts(folders, shown)
    conventions: dict[str, Convention] = {}
    for text in texts:
        (head, *files), unnamed = worded([text.head, *text.files.values()])
        convention, found = build(head, files, text.digest)
        problems.extend((*unnamed, *found))
        conventions.setdefault(convention.id, convention)  # a folder with the id of another has been told of
    return conventions, problems, unread


def _texts(folders: Sequence[Path], shown: Path) -> tuple[list[Written], list[Problem], frozenset[str]]:
    """The text of each folder as it stands, what is wrong, and the ids of what is left out for it."""
    from engine.policy.amending import standing
    from engine.policy.schema import shape_problems

    shapes = {name: load_shape(name) for name in ("convention", "ruleset")}
    read = {folder.name: _read_text(folder, shown / folder.name, shapes) for folder in folders}
    texts, faults = standing({name: text for name, (text, _) in read.items() if text is not None}, read)
    problems = [*(problem for _, found in read.values() for problem in found), *faults]
    for text in texts if not faults else ():
        if text.amends is not None:
            problems.extend(p for file in text.files.values() for p in shape_problems(file, shapes["ruleset"]))
    return texts, problems, frozenset[str]().union(*(text.unread for text, _ in read.values() if text is not None))


def standing_text(registry: Registry, id_: str) -> Written:
    """The text of a convention that has been read, as it stands: all of what it amends in it.

    Raises:
        InputFault: the folder was changed since, and has faults now.
    """
    texts, problems, _ = _texts(_folders(registry.root), registry.root)
    if problems:
        raise InputFault(problems)
    return next(text for text in texts if text.head.data["id"] == id_)


def _folders(root: Path) -> list[Path]:
    """Those that may hold a convention."""
    try:
        return sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError as error:
        raise fault(Location(str(root)), "file-unreadable", reason=reason_of(error)) from None


def load_registry(
    root: Path, origin: str = "option", case_schema: Path | None = None, shown: Path | None = None
) -> Registry:
    """The conventions under ``root``; read again only where a file or the engine changed since the last time.

    ``case_schema`` and ``shown`` are those of :func:`read_registry`.

    Raises:
        InputFault: with every fault of text, shape and ids.
    """
    facts, case_digest = load_vocabulary(case_schema)
    before = _folder_digests(root)
    digest = _content_digest(before, case_digest, shown or root)
    remembered = recall(digest)
    if remembered is not None:
        return Registry(remembered, facts, case_digest, shown or root, origin)
    registry, problems = read_registry(root, origin, case_schema, shown)
    if problems:
        raise InputFault(problems)
    if all(_as_hashed(convention, before, registry) for convention in registry.conventions.values()):
        remember(digest, registry.conventions)
    return registry


def _as_hashed(convention: Convention, before: Mapping[str, str], registry: Registry) -> bool:
    """Whether what was read is what was hashed: nobody wrote meanwhile."""
    from engine.policy.amending import chained

    return convention.digest == chained([before.get(each.id, "") for each in registry.chain(convention)])


def rule_files(folder: Path) -> list[Path]:
    """The YAML files of a convention besides its head, in order of name; tests are elsewhere."""
    return [folder / entry.name for entry in _entries(folder, ".yaml") if entry.name != HEAD]


def _entries(folder: str | Path, ending: str) -> list[os.DirEntry[str]]:
    """What a folder holds with names that end so, in order of name; nothing of one that cannot be looked into."""
    try:
        with os.scandir(folder) as entries:
            return sorted((entry for entry in entries if entry.name.endswith(ending)), key=lambda entry: entry.name)
    except OSError:
        return []


def _read_text(folder: Path, shown: Path, shapes: Mapping[str, Shape]) -> tuple[Written | None, list[Problem]]:
    from engine.policy.amending import Written, misplaced
    from engine.policy.document import Document
    from engine.policy.loader import parse, read_bytes
    from engine.policy.mending import as_meant

    head_path = folder / HEAD
    if not head_path.exists():
        files = list(folder.glob("*.yaml"))
        return None, [wrong(Location(shown.as_posix()), "no-convention-file")] if files else []
    documents: dict[str, Document | None] = {}
    problems: list[Problem] = []
    contents: list[tuple[str, bytes]] = []
    unread: set[str] = set()
    for path in (head_path, *rule_files(folder)):
        documents[path.name] = None
        try:
            name = (shown / path.name).as_posix()
            content = read_bytes(path, name)
            contents.append((path.name, content))
            wanted = shapes["convention" if path == head_path else "ruleset"]
            documents[path.name], found, lost = as_meant(parse(content, name), wanted)
        except InputFault as error:
            found, lost = [*error.problems], frozenset()
        problems.extend(found)
        unread |= lost
    read = {name: document for name, document in documents.items() if document is not None}
    if len(read) < len(documents):
        return None, problems
    text = Written(read.pop(HEAD), read, _digest(contents), frozenset(unread))
    if text.head.data["id"] != folder.name:
        named = {"fr": f"{folder.name}, le nom du dossier", "en": f"{folder.name}, the name of the folder"}
        problems.append(wrong(text.head.key_at(("id",)), "wrong-value", value=repr(text.head.data["id"]), wanted=named))
    return text, [*problems, *(() if text.amends else misplaced(text))]


def gate_problems(registry: Registry) -> Iterator[Problem]:
    """Names that do not exist, and conditions of overlays that read what is not yet known."""
    for convention in registry.conventions.values():
        for overlay in convention.overlays:
            if overlay.when is not None:
                yield from _reads_too_much(overlay.when, registry.vocabulary)
        yield from _unknown_names(registry, convention)


def _unknown_names(registry: Registry, convention: Convention) -> Iterator[Problem]:
    """Unknown names where a contract of ``convention`` is decided, under whatever overlays."""
    covering = registry.covering(convention)
    scope = Scope(registry.vocabulary, {YEAR_START: DATE}, interpretations(convention, covering))
    type_of(convention.years_from, scope, DATE)
    for _, overlay in covering:
        if overlay.when is not None:
            check_condition(overlay.when, scope)
    yield from (problem for problem in scope.problems if problem.code in _OF_A_NAME)


def _reads_too_much(when: Condition, vocabulary: Vocabulary) -> Iterator[Problem]:
    facts, opening = vocabulary.facts, ItemRef(YEAR_START, when.at)
    for node in walk(when):
        reads_fact = isinstance(node, FactRef) and node.name in facts and not facts[node.name].absence_answers
        reads_item = isinstance(node, ItemRef) and node != opening
        compares = isinstance(node, Compare) and COMPARISONS[node.operator].operands != "flag" and node.right != opening
        if reads_fact or reads_item or compares:
            yield wrong(node.at, "overlay-when")
