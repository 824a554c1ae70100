"""All conventions of a policies folder, and which of them decides a case.

A folder comes in once; then a beneficiary and a signature date, and the convention of that day goes out.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.errors import InputFault, Location, Problem, UsageFault, fault, nearest
from engine.language.expressions import Text
from engine.language.facts import Vocabulary, vocabulary
from engine.policy.model import Convention
from engine.policy.overlays import Laid, covers
from engine.policy.places import HEAD, schemas_folder
from engine.policy.remembered import recall, remember
from engine.policy.results import Results, joined

READERS = ("language", "policy")  # the rooms whose change asks for another reading
HASHED = 5_000_000  # bytes of a file; more than any file that can be read, and so remembered


@dataclass(frozen=True, slots=True)
class Registry:
    """The conventions by id, the facts they speak of, and the folder they came from."""

    conventions: Mapping[str, Convention] = field(repr=False)
    vocabulary: Vocabulary = field(repr=False)
    case_digest: str
    root: Path
    origin: str
    results: Results = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "results", joined(c.results for c in self.conventions.values()))

    def covering(self, convention: Convention) -> tuple[Laid, ...]:
        """The overlays of other conventions that may ever change a contract of ``convention``, oldest first."""
        others = sorted(self.conventions.values(), key=lambda c: (c.signed_from, c.id))
        return tuple(
            (later, overlay)
            for later in others
            if later.id != convention.id and later.beneficiary == convention.beneficiary
            for overlay in later.overlays
            if covers(overlay, convention)
        )

    def digest(self, convention: Convention) -> str:
        """``sha256:…`` over the convention, the conventions whose overlays may change it, and the case schema."""
        digests = dict.fromkeys([convention.digest, *(later.digest for later, _ in self.covering(convention))])
        joined = "\n".join([*digests, self.case_digest])
        return "sha256:" + hashlib.sha256(joined.encode()).hexdigest()

    def by_id(self, id_: str) -> Convention:
        """The convention called ``id_``.

        Raises:
            UsageFault: there is none.
        """
        if id_ not in self.conventions:
            close = nearest(id_, self.conventions)
            known = ", ".join(self.conventions)
            raise UsageFault(
                Problem(Location(str(self.root)), "unknown-convention", {"id": id_, "known": known}, close)
            )
        return self.conventions[id_]

    def select(self, beneficiary: str, signature: dt.date) -> tuple[Convention, Text]:
        """The one convention whose window holds the signature date, and why.

        Raises:
            InputFault: the date falls before the first window, in a gap, or after the last one.
        """
        own = sorted((c for c in self.conventions.values() if c.beneficiary == beneficiary), key=_start)
        for convention in own:
            if convention.covers(signature):
                return convention, _because(convention, signature)
        before = [c for c in own if c.signed_from <= signature]
        after = [c for c in own if c.signed_from > signature]
        raise fault(
            Location(str(self.root)),
            "no-convention",
            date=signature.isoformat(),
            beneficiary=beneficiary,
            before=_window(before[-1]) if before else "—",
            after=_window(after[0]) if after else "—",
        )


def _start(convention: Convention) -> dt.date:
    return convention.signed_from


def _window(convention: Convention) -> str:
    end = convention.signed_before.isoformat() if convention.signed_before else "…"
    return f"{convention.id} [{convention.signed_from.isoformat()}, {end})"


def _because(convention: Convention, signature: dt.date) -> Text:
    start, end = convention.signed_from, convention.signed_before
    fr = f"contrat signé le {signature:%d/%m/%Y}, à compter du {start:%d/%m/%Y}"
    en = f"contract signed on {signature}, from {start} on"
    if end is not None:
        fr, en = f"{fr} et avant le {end:%d/%m/%Y}", f"{en} and before {end}"
    return {"fr": fr, "en": en}


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


def _content_digest(root: Path, case_digest: str, shown: Path) -> str:
    """What everything read depends on: the engine, the schemas, the place shown, and the bytes of every file."""
    digest = hashlib.sha256(f"{case_digest}\n{shown}\n{_readers_age()}\n".encode())
    for path in (*sorted(schemas_folder().glob("*.json")), *sorted(root.glob("*/*.yaml"))):
        try:
            with path.open("rb") as stream:
                content = stream.read(HASHED)
        except OSError:
            content = b"unreadable"
        digest.update(f"{path.name}\n{path.parent.name}\n{len(content)}\n".encode() + content)
    return digest.hexdigest()


def read_registry(
    root: Path, origin: str = "option", case_schema: Path | None = None, shown: Path | None = None
) -> tuple[Registry, list[Problem]]:
    """Every convention under ``root``, and every fault of text, shape and ids; what is faulty is left out.

    ``case_schema`` replaces the project's own facts (a synthetic policy has facts of its own). ``shown`` is what
    places call the folder, where it is only a copy of what the reader knows by another name.

    Raises:
        InputFault: the folder itself cannot be read.
    """
    from engine.policy.gates import gate_problems

    facts, case_digest = load_vocabulary(case_schema)
    problems: list[Problem] = []
    conventions: dict[str, Convention] = {}
    try:
        folders = sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))
    except OSError as error:
        raise fault(Location(str(root)), "file-unreadable", reason=error.strerror or type(error).__name__) from None
    schemas = {name: load_schema(name)[0] for name in ("convention", "ruleset")}
    for folder in folders:
        convention, found = _read_convention(folder, (shown or root) / folder.name, schemas)
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
    digest = _content_digest(root, case_digest, shown or root)
    remembered = recall(digest)
    if remembered is not None:
        return Registry(remembered, facts, case_digest, shown or root, origin)
    registry, problems = read_registry(root, origin, case_schema, shown)
    if problems:
        raise InputFault(problems)
    remember(digest, registry.conventions)
    return registry


def rule_files(folder: Path) -> list[Path]:
    """The YAML files of a convention besides its head, in order of name; tests are elsewhere."""
    return sorted(path for path in folder.glob("*.yaml") if path.name != HEAD)


def _read_convention(folder: Path, shown: Path, schemas: Mapping[str, Any]) -> tuple[Convention | None, list[Problem]]:
    from engine.policy.build import build  # what follows is needed only where a folder is not remembered
    from engine.policy.loader import Document, parse, read_bytes
    from engine.policy.schema import shape_problems

    head_path = folder / HEAD
    if not head_path.exists():
        files = list(folder.glob("*.yaml"))
        return None, [Problem(Location(shown.as_posix()), "no-convention-file")] if files else []
    documents: list[Document] = []
    problems: list[Problem] = []
    digest = hashlib.sha256()
    for path in (head_path, *rule_files(folder)):
        try:
            name = (shown / path.name).as_posix()
            content = read_bytes(path, name)
            digest.update(path.name.encode() + b"\0" + hashlib.sha256(content).digest())
            document = parse(content, name)
        except InputFault as error:
            problems.extend(error.problems)
            continue
        schema = schemas["convention" if path == head_path else "ruleset"]
        problems.extend(shape_problems(document, schema))
        documents.append(document)
    if problems:
        return None, problems
    convention, found = build(documents[0], documents[1:], digest.hexdigest())
    if convention.id != folder.name:
        values = {"value": repr(convention.id), "wanted": folder.name}
        found.append(Problem(convention.at, "wrong-value", values))
    return convention, found
