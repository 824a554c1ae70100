"""Remembers policies that were read and found well formed: the digest of a folder comes in, its conventions go out.

Reading and validating YAML takes most of a cold start, so conventions whose files have not changed since are taken
from the user's cache. What is stored is data: only the classes of the model can be made from it, and nothing runs.
"""

from __future__ import annotations

import contextlib
import io
import os
import pickle
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from engine.errors import InputFault
from engine.files import replacing
from engine.policy.model import Convention

FORMAT = 4
_MODULES = ("engine.policy.model", "engine.policy.results", "engine.language.expressions", "engine.errors")
_OTHERS = {("datetime", "date"), ("decimal", "Decimal")}


class _DataOnly(pickle.Unpickler):
    """Makes the frozen dataclasses of the model, dates and decimals, and refuses every other name."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in _OTHERS or (module in _MODULES and name.isidentifier() and name[0].isupper()):
            found = getattr(import_module(module), name)
            if isinstance(found, type):
                return found
        raise pickle.UnpicklingError(f"{module}.{name}")


class _ByFields(pickle.Pickler):
    """Stores a dataclass as its class and field values, which load three times as fast as its state."""

    def reducer_override(self, value: Any) -> Any:
        if is_dataclass(value) and not isinstance(value, type):
            return type(value), tuple(getattr(value, field.name) for field in fields(value))
        return NotImplemented


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
        content = (folder / _name(digest)).read_bytes()
        found = _DataOnly(io.BytesIO(content)).load()
    except Exception:  # a damaged or foreign file is as good as none
        return None
    whole = isinstance(found, dict) and all(isinstance(c, Convention) for c in found.values())
    return found if whole else None


def remember(digest: str, conventions: Mapping[str, Convention]) -> None:
    """Stores conventions under ``digest``; a folder that cannot be written leaves the next start slower, no more."""
    folder = cache_folder()
    if folder is None:
        return
    with contextlib.suppress(OSError, InputFault):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with replacing(folder / _name(digest)) as partial, partial.open("wb") as stream:
            _ByFields(stream, protocol=pickle.HIGHEST_PROTOCOL).dump(dict(conventions))


def _name(digest: str) -> str:
    return f"{digest}-{FORMAT}.{sys.version_info[0]}{sys.version_info[1]}"
