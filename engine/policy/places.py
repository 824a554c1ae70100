"""Finds the policies and schemas to use: an explicit folder, the folder one works in, the package, or its checkout."""

from __future__ import annotations

import os
from pathlib import Path

from engine.errors import Location, fault
from engine.records import dataclass

HEAD = "convention.yaml"
TESTS, SUITE = "tests", "*_test.yaml"  # the folder of a convention's own tests, and the files read there
TO_FILL = "À REMPLIR"  # what a new text leaves to its author, and check refuses
DIFFERENCES = "differences.yaml"  # among the tests of an amending text
_PACKAGE = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class PoliciesPlace:
    """A policies folder; ``origin`` is option, folder, package or checkout."""

    path: Path
    origin: str


def shipped(name: str) -> Path:
    """The folder of this name that came with the program: in the package, or beside it in a checkout."""
    packaged = _PACKAGE / "data" / name
    return packaged if packaged.is_dir() else _PACKAGE.parent / name


def policies_place(explicit: str | None, working: Path) -> PoliciesPlace:
    """Which policies folder to read.

    Raises:
        InputFault: the folder named does not exist or holds no convention.
    """
    if explicit is not None:
        path = Path(explicit)
        if not path.is_dir():
            raise fault(Location(explicit), "folder-missing")
        return PoliciesPlace(path, "option")
    for folder in (working, *working.parents):
        if any((folder / "policies").glob(f"*/{HEAD}")):
            return PoliciesPlace(Path(os.path.relpath(folder / "policies", working)), "folder")
    found = shipped("policies")
    return PoliciesPlace(found, "checkout" if found.parent == _PACKAGE.parent else "package")
