"""Nothing in a policies folder is passed over in silence: its files come in, those that no reader takes go out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from engine.errors import InputFault, Location, Problem, warning
from engine.policy.loader import read_bytes
from engine.policy.places import DIFFERENCES, HEAD, SUITE, TESTS, TO_FILL

_RULES = frozenset({".yaml", ".yml", ".json"})  # what is written to be read
_READ = f"{HEAD}, *.yaml, {TESTS}/{SUITE}"


def file_problems(root: Path, shown: Path) -> Iterator[Problem]:
    """Files beside the rules and tests of each convention that are not read, and conventions without a test."""
    yield from _unread(root, (path for path in root.iterdir() if path.suffix.lower() in _RULES), shown)
    written: dict[bytes, str] = {}  # rule files by what they say
    for head in sorted(root.glob(f"[!.]*/{HEAD}")):
        folder = head.parent
        read = {*folder.glob("*.yaml"), *(folder / TESTS).glob(SUITE), folder / TESTS / DIFFERENCES}
        yield from _unread(root, sorted(path for path in folder.rglob("*") if path not in read), shown)
        for path in sorted((*read, *folder.glob("*.md"))):
            content, place = _content(path), Location((shown / path.relative_to(root)).as_posix())
            yield from _to_fill(content, place)
            first = written.setdefault(content, place.file) if path.parent == folder and content else place.file
            if first != place.file:
                yield warning(place, "file-repeated", first=first)
        if not any((folder / TESTS).glob(SUITE)):
            place = Location((shown / folder.name).as_posix())
            yield warning(place, "no-tests", id=folder.name, wanted=f"{TESTS}/{SUITE}")


def _unread(root: Path, paths: Iterator[Path] | list[Path], shown: Path) -> Iterator[Problem]:
    """Those of some paths that look like rules, which is a fault, or like nothing known, which may be meant."""
    for path in paths:
        parts = path.relative_to(root).parts
        if path.is_dir() or path.suffix.lower() == ".md" or any(part.startswith(".") for part in parts):
            continue
        place = Location((shown / Path(*parts)).as_posix())
        if path.suffix.lower() in _RULES:
            yield Problem(place, "file-unread", {"name": path.name, "wanted": _READ})
        else:
            yield warning(place, "file-unread", name=path.name, wanted=_READ)


def _content(path: Path) -> bytes:
    """The bytes of a file; none of one that is told where it is read, or that is not there at all."""
    try:
        return read_bytes(path)
    except InputFault:
        return b""


def _to_fill(content: bytes, place: Location) -> Iterator[Problem]:
    """The places that a new text leaves to its author."""
    for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), 1):
        if TO_FILL in line:
            yield Problem(Location(place.file, number, line.index(TO_FILL) + 1), "to-fill", {"mark": TO_FILL})
