"""Unused declarations and unread files: a convention or a folder comes in, what nothing reads goes out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from engine.errors import ERROR, InputFault, Location, Problem, warning, wrong
from engine.language.expressions import Chosen, ItemRef, below
from engine.policy.checks.citations import citations
from engine.policy.loader import read_bytes
from engine.policy.model import CONSISTENCY, Convention, Criterion, Item
from engine.policy.places import DIFFERENCES, HEAD, SUITE, TESTS, TO_FILL
from engine.policy.registry import Registry

_ONLY_READ = frozenset({"criterion", "parameter"})  # they state nothing to who asks, unless something reads them
_RULES = frozenset({".yaml", ".yml", ".json"})  # what is written to be read
_READ = f"{HEAD}, *.yaml, {TESTS}/{SUITE}"


def unused_problems(registry: Registry, convention: Convention) -> Iterator[Problem]:
    """Sources, questions, parameters, criteria and derogations that nothing cites, asks, reads or adds."""
    if is_empty(convention):
        yield wrong(convention.at, "empty-convention", id=convention.id)
    cited = {citation.source for citation in citations(*convention.items.values(), *convention.entries)}
    for source in convention.sources.values():
        if source.id not in cited:
            yield warning(source.at, "unused-source", id=source.id)
    asked, read = _named(registry, convention)
    for question in convention.interpretations.values():
        if question.id not in asked:
            yield warning(question.at, "unused-interpretation", id=question.id)
    for item in convention.items.values():
        informs = isinstance(item.body, Criterion) and item.body.informs
        if item.kind in _ONLY_READ and item.id not in read and not informs:
            yield warning(item.at, f"unused-{item.kind}", id=item.id)
    added = {id_ for overlay in convention.overlays for ids in overlay.add_derogations.values() for id_ in ids}
    for derogation in convention.derogations.values():
        if derogation.id not in added:
            yield warning(derogation.at, "unused-derogation", id=derogation.id)


def unread_items(registry: Registry, convention: Convention) -> list[Item]:
    """Items with a value that nothing reads: most are told as results, so that this alone is no fault."""
    _, read = _named(registry, convention)
    valued = (item for item in convention.items.values() if item.kind not in (CONSISTENCY, "obligation"))
    return [item for item in valued if item.id not in read]


def is_empty(convention: Convention) -> bool:
    """Whether a convention has no rules, and does not stand only for its windows without rules."""
    rules = convention.overlays or any(item.kind != CONSISTENCY for item in convention.items.values())
    return not rules and bool(convention.results.headline or not convention.without_rules)


def _named(registry: Registry, convention: Convention) -> tuple[set[str], set[str]]:
    """The questions and the items that anything asks or reads, also what is laid over a running contract."""
    covering = registry.covering(convention)
    later = [item for other, _ in covering for item in other.items.values()]
    roots = [*convention.items.values(), *convention.entries, *later, *(overlay for _, overlay in covering)]
    asked: set[str] = set()
    read = {*convention.results.ids, *convention.results.life.ids}
    for overlay in (*convention.overlays, *(overlay for _, overlay in covering)):
        read.update((*overlay.replace.values(), *overlay.replace, *overlay.add_derogations))
    for part in (part for root in roots for part in below(root)):
        if isinstance(part, Chosen):
            asked.add(part.interpretation)
        elif isinstance(part, ItemRef):
            read.add(part.id)
    return asked, read


def file_problems(root: Path, shown: Path) -> Iterator[Problem]:
    """Files beside the rules and tests of each convention that are not read, and conventions without a test."""
    yield from _unread(root, (path for path in root.iterdir() if path.suffix.lower() in _RULES), shown)
    written: dict[bytes, str] = {}  # rule files by what they say
    for folder in sorted({path.parent for path in root.glob(f"[!.]*/{Path(HEAD).stem}*")}):
        headless = not (folder / HEAD).exists()
        others = (path for path in folder.glob("*.yaml") if not path.match(SUITE))
        rules = (path for path in others if not (headless and path.match(f"{Path(HEAD).stem}*")))
        read = {*rules, *(folder / TESTS).glob(SUITE), folder / TESTS / DIFFERENCES}
        yield from _unread(root, sorted(path for path in folder.rglob("*") if path not in read), shown)
        for path in sorted((*read, *folder.glob("*.md"))):
            content, place = _content(path), Location((shown / path.relative_to(root)).as_posix())
            for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
                if TO_FILL in line:  # which a new text leaves to its author
                    yield wrong(Location(place.file, number, line.index(TO_FILL) + 1), "to-fill", mark=TO_FILL)
            first = written.setdefault(content, place.file) if path.parent == folder and content else place.file
            if first != place.file:
                yield warning(place, "file-repeated", first=first)
        if not any((folder / TESTS).glob(SUITE)):
            place = Location((shown / folder.name).as_posix())
            yield warning(place, "no-tests", id=folder.name, wanted=f"{TESTS}/{SUITE}")


def unread_suites(root: Path) -> list[Problem]:
    """Files beside the test suites that look like one and are not read: their cases would be missed by nobody."""
    read = {*root.glob(f"*/{TESTS}/{SUITE}"), *root.glob(f"*/{TESTS}/{DIFFERENCES}")}
    beside = {*root.glob(f"[!.]*/{TESTS}/**/*"), *root.glob(f"[!.]*/{SUITE}")} - read
    return [problem for problem in _unread(root, sorted(beside), root) if problem.severity == ERROR]


def _unread(root: Path, paths: Iterator[Path] | list[Path], shown: Path) -> Iterator[Problem]:
    """Those of some paths that look like rules, which is a fault, or like nothing known, which may be meant."""
    for path in paths:
        parts = path.relative_to(root).parts
        if path.is_dir() or path.suffix.lower() == ".md" or any(part.startswith(".") for part in parts):
            continue
        place = Location((shown / Path(*parts)).as_posix())
        rules = re.match(r"(.+?)\.(ya?ml|json)", path.name, re.IGNORECASE)  # to which editors add something
        if rules and (path.suffix.lower() in _RULES or not path.with_name(f"{rules[1]}.yaml").exists()):
            yield wrong(place, "file-unread", name=path.name, wanted=_READ)
        else:
            yield warning(place, "file-unread", name=path.name, wanted=_READ)


def ids_in(path: Path) -> list[str]:
    """The ids that a file would give, were it read."""
    return re.findall(r"\bid: *([\w.]+)", _content(path).decode("utf-8", "replace"))


def _content(path: Path) -> bytes:
    """The bytes of a file; none of one that is told where it is read, or that is not there at all."""
    try:
        return read_bytes(path)
    except InputFault:
        return b""
