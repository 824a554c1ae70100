"""Reads a policies folder: its files come in, a registry goes out, remembered where nothing has changed since."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.errors import InputFault, Location, Problem, fault
from engine.language.facts import Vocabulary, vocabulary
from engine.policy.model import Convention
from engine.policy.places import HEAD, schemas_folder
from engine.policy.registry import Registry
from engine.policy.remembered import recall, remember

if TYPE_CHECKING:
    from engine.policy.schema import Shape

READERS = ("language", "policy")  # the rooms whose change asks for another reading
HASHED = 5_000_000  # bytes of a file; more than any file that can be read, and so remembered


def load_schema(name: str, path: Path | None = None) -> tuple[dict[str, Any], str]:
    """A JSON Schema of the project (or the one at ``path``) and its digest."""
    content = (path or schemas_folder() / f"{name}.schema.json").read_bytes()
    return json.loads(content), hashlib.sha256(content).hexdigest()


def load_vocabulary(case_schema: Path | None = None) -> tuple[Vocabulary, str]:
    """The facts of the case schema, and the schema's digest."""
    schema, digest = load_schema("case", case_schema)
    return vocabulary(schema), digest


def _readers_age() -> str:
    """Size and time of every module that reads or checks, so that a changed check is applied again."""
    here = Path(__file__).resolve().parent.parent
    stats = [path.stat() for room in READERS for path in sorted((here / room).rglob("*.py"))]
    return ",".join(f"{stat.st_size}/{stat.st_mtime_ns}" for stat in stats)


def _content_digest(found: Mapping[str, str], case_digest: str, shown: Path) -> str:
    """What everything read depends on: the engine, the schemas, the place shown, and the digest of every folder."""
    schemas = [(path.name, path.read_bytes()) for path in sorted(schemas_folder().glob("*.json"))]
    parts = [case_digest, os.fsencode(shown).hex(), _readers_age(), _digest(schemas), *found, *found.values()]
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogateescape")).hexdigest()


def _folder_digests(root: Path) -> dict[str, str]:
    """The digest of the files of each convention, as the convention itself holds it once it is read."""
    found = {}
    for folder in sorted({path.parent for path in root.glob("[!.]*/*.yaml")}):
        heads = [folder / HEAD] if (folder / HEAD).exists() else []
        found[folder.name] = _digest((path.name, _some_bytes(path)) for path in (*heads, *rule_files(folder)))
    return found


def _digest(contents: Iterable[tuple[str, bytes]]) -> str:
    """Of named files, in order."""
    digest = hashlib.sha256()
    for name, content in contents:
        digest.update(os.fsencode(name) + b"\0" + hashlib.sha256(content).digest())
    return digest.hexdigest()


def _some_bytes(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(HASHED)
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
    from engine.policy.gates import gate_problems  # what reads is needed only where a folder is not remembered
    from engine.policy.schema import shape

    facts, case_digest = load_vocabulary(case_schema)
    problems: list[Problem] = []
    conventions: dict[str, Convention] = {}
    try:
        folders = sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError as error:
        raise fault(Location(str(root)), "file-unreadable", reason=error.strerror or type(error).__name__) from None
    shapes = {name: shape(load_schema(name)[0]) for name in ("convention", "ruleset")}
    for folder in folders:
        convention, found = _read_convention(folder, (shown or root) / folder.name, shapes)
        problems.extend(found)
        if convention is None:
            continue
        if convention.id in conventions:
            problems.append(
                Problem(
                    convention.at, "duplicate-id", {"id": convention.id, "place": str(conventions[convention.id].at)}
                )
            )
        conventions.setdefault(convention.id, convention)
    if not conventions and not problems:
        problems.append(Problem(Location(str(shown or root)), "no-conventions"))
    registry = Registry(conventions, facts, case_digest, shown or root, origin)
    problems.extend(gate_problems(registry))
    return registry, problems


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
    if {id_: convention.digest for id_, convention in registry.conventions.items()} == before:  # nobody wrote meanwhile
        remember(digest, registry.conventions)
    return registry


def rule_files(folder: Path) -> list[Path]:
    """The YAML files of a convention besides its head, in order of name; tests are elsewhere."""
    return sorted(path for path in folder.glob("*.yaml") if path.name != HEAD)


def _read_convention(folder: Path, shown: Path, shapes: Mapping[str, Shape]) -> tuple[Convention | None, list[Problem]]:
    from engine.policy.build import build  # what follows is needed only where a folder is not remembered
    from engine.policy.loader import Document, parse, read_bytes
    from engine.policy.schema import shape_problems

    head_path = folder / HEAD
    if not head_path.exists():
        files = list(folder.glob("*.yaml"))
        return None, [Problem(Location(shown.as_posix()), "no-convention-file")] if files else []
    documents: list[Document] = []
    problems: list[Problem] = []
    contents: list[tuple[str, bytes]] = []
    for path in (head_path, *rule_files(folder)):
        try:
            name = (shown / path.name).as_posix()
            content = read_bytes(path, name)
            contents.append((path.name, content))
            document = parse(content, name)
        except InputFault as error:
            problems.extend(error.problems)
            continue
        wanted = shapes["convention" if path == head_path else "ruleset"]
        problems.extend(shape_problems(document, wanted))
        documents.append(document)
    if problems:
        return None, problems
    convention, found = build(documents[0], documents[1:], _digest(contents))
    if convention.id != folder.name:
        values = {"value": repr(convention.id), "wanted": folder.name}
        found.append(Problem(convention.at, "wrong-value", values))
    return convention, found
