"""Remembers policies that were read and found well formed: the digest of a folder comes in, its conventions go out.

Reading and validating YAML takes most of a cold start, so conventions whose files have not changed since are taken
from the user's cache. What is stored is data: only the classes of the model can be made from it, and nothing runs. It
is taken only from a folder of the user's own, and with its checksum; a cache that cannot be used makes a start slower
and changes no answer.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import pickle
import stat
import sys
from collections import UserDict
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from engine.errors import InputFault
from engine.files import replacing
from engine.policy.model import Convention

FORMAT = 11
MAX_STORED = 64_000_000  # bytes; the conventions of a folder take a hundredth of it
_OTHERS_MAY_WRITE = stat.S_IWGRP | stat.S_IWOTH
_ROOMS = ("policy.model", "policy.results", "language.expressions", "errors")
_MODULES = tuple(f"engine.{name}" for name in _ROOMS)
_Apart = dict[str, bytes]  # what few cases need all of, stored one by one
_OTHERS = {("datetime", "date"), ("decimal", "Decimal")}


class _DataOnly(pickle.Unpickler):
    """Makes the frozen dataclasses of the model, dates and decimals, and refuses every other name."""

    def find_class(self, module: str, name: str) -> Any:
        return _class_of_data(module, name)


@cache
def _class_of_data(module: str, name: str) -> type:
    if (module, name) in _OTHERS or (module in _MODULES and name.isidentifier() and name[0].isupper()):
        found = getattr(import_module(module), name)
        if isinstance(found, type):
            return found
    raise pickle.UnpicklingError(f"{module}.{name}")


class _Stored(UserDict[str, Any]):
    """Entries of a convention, each read back at the first look at it: a case needs few but items of its own text."""

    def __init__(self, contents: dict[str, Any]) -> None:
        self.data = contents

    def __getitem__(self, id_: str) -> Any:
        if isinstance(self.data[id_], bytes):
            self.data[id_] = _DataOnly(io.BytesIO(self.data[id_])).load()
        return self.data[id_]


def cache_folder() -> Path | None:
    """The user's cache folder for Avenant, or None where there is no home."""
    base = os.environ.get("XDG_CACHE_HOME") or os.environ.get("LOCALAPPDATA")
    try:
        return (Path(base) if base else Path.home() / ".cache") / "avenant"
    except RuntimeError:
        return None


def recall(digest: str) -> dict[str, Convention] | None:
    """The conventions stored under ``digest``, or None where there are none or the file is not ours."""
    folder = cache_folder()
    if folder is None:
        return None
    try:
        content = _own_content(folder, _name(digest))
        if content is None:
            return None
        parted: dict[str, tuple[Convention, _Apart, _Apart]] = _DataOnly(io.BytesIO(content)).load()
        return {
            id_: replace(convention, items=_Stored(items), properties=_Stored(properties))
            for id_, (convention, items, properties) in parted.items()
        }
    except Exception:  # a damaged or foreign file is as good as none
        return None


def _own_content(folder: Path, name: str) -> bytes | None:
    """What is stored in a file, if it and its folder are the user's own and it is as it was written."""
    with (folder / name).open("rb") as stream:
        if not (_own(folder.stat()) and _own(os.fstat(stream.fileno()))):
            return None
        checksum, content = stream.read(hashlib.sha256().digest_size), stream.read(MAX_STORED)
    return content if checksum == _checksum(name, content) else None


def _own(found: os.stat_result) -> bool:
    """Whether a file or folder belongs to the user, who alone may write it."""
    return found.st_uid == os.geteuid() and not found.st_mode & _OTHERS_MAY_WRITE


def _checksum(name: str, content: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + content).digest()


def remember(digest: str, conventions: Mapping[str, Convention]) -> None:
    """Stores conventions under ``digest``; a folder that cannot be written leaves the next start slower, no more."""
    folder = cache_folder()
    if folder is None:
        return
    name = _name(digest)
    parted: dict[str, tuple[Convention, _Apart, _Apart]] = {
        each.id: (replace(each, items={}, properties={}), _apart(each.items), _apart(each.properties))
        for each in conventions.values()
    }
    content = _bytes(parted)
    with contextlib.suppress(OSError, InputFault):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if _own(folder.stat()):
            with replacing(folder / name) as partial:
                partial.write_bytes(_checksum(name, content) + content)
                partial.chmod(0o600)


def _apart(entries: Mapping[str, object]) -> _Apart:
    return {id_: _bytes(entry) for id_, entry in entries.items()}


def _bytes(value: object) -> bytes:
    return pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


def _name(digest: str) -> str:
    return f"{digest}-{FORMAT}.{sys.version_info[0]}{sys.version_info[1]}"
