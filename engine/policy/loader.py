"""Strict reading of YAML and JSON text: bytes come in, plain data with a line and column for every node goes out.

The only module that reads policy and case files. Bounds are met on the parser's event stream, before anything is
composed, so that no file can exhaust the machine; every fault that YAML lets pass silently is an error here.
"""

from __future__ import annotations

import functools
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from yaml.reader import Reader

from engine.errors import MAX_FAULTS, InputFault, Location, Problem, bounded, decoded, fault, unreadable
from engine.escaping import UNSAFE
from engine.policy.document import Document, Keys, Marks, marked
from engine.policy.syntax import character_problems, cut_short, decimal_comma, plain_json, syntax_fault
from engine.words import LANGUAGES

MAX_BYTES = 4_000_000
MAX_DEPTH = 40
MAX_NODES = 200_000
MAX_DIGITS = 18
MAX_SHOWN = 40

_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)\Z")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+\Z")
_NUMERIC = frozenset("+-.0123456789")  # how anything begins that could be a number
_ODD_NUMBER = (  # compiled where something begins so and is no plain number
    r"[-+]?(0[0-7_]+|0[xob][0-9a-fA-F_]+|[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9]*)?|[0-9][0-9_]*\.?[0-9_]*([eE][-+]?[0-9]+)?"
    r"|\.[0-9][0-9_]*([eE][-+]?[0-9]+)?|\.(inf|Inf|INF)|\.(nan|NaN|NAN))\Z"
)
_ODD_BOOLEANS = frozenset({"yes", "no", "on", "off", "true", "false"})
_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # what ends a line for YAML, whose count the places follow
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})


def read_bytes(path: Path, name: str | None = None) -> bytes:
    """The bytes of a file no larger than the bound.

    Raises:
        InputFault: the file is missing, unreadable, a folder, or too large.
    """
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise unreadable(name or path, error) from None
    if len(content) > MAX_BYTES:
        raise fault(Location(name or str(path)), "file-too-large", limit=MAX_BYTES)
    return content


def load(path: Path, name: str | None = None) -> Document:
    """The document in a file.

    Raises:
        InputFault: with every fault of the text.
    """
    return parse(read_bytes(path, name), name or str(path))


def parse(content: bytes, name: str) -> Document:
    """The document written in ``content`` (YAML, or JSON, whose nulls are left out as missing).

    Raises:
        InputFault: with every fault of the text.
    """
    if len(content) > MAX_BYTES:
        raise fault(Location(name), "file-too-large", limit=MAX_BYTES)
    text = decoded(content, name).removeprefix("\ufeff")
    is_json = text.lstrip()[:1] in ("{", "[") and (name.endswith(".json") or name == "-")
    if is_json:
        text = text.replace("\t", " ")
        data = plain_json(text, MAX_DEPTH, MAX_DIGITS)
        if data is not None:  # its places are looked up when a fault is told
            marks = functools.cache(lambda: _marks(_read(text, name, is_json)))
            return Document(name, data, marked(name, marks))
    reader = _read(text, name, is_json)
    if reader.problems:
        raise InputFault(reader.problems)
    return Document(name, reader.root, marked(name, lambda: _marks(reader)))


def _read(text: str, name: str, is_json: bool) -> _Reader:
    reader = _Reader(name, is_json)
    reader.read(text)
    return reader


def _marks(reader: _Reader) -> tuple[Marks, Marks]:
    return reader.values, reader.keys


class _Reader:
    """Builds plain data from parser events, with a stack of its own instead of recursion."""

    def __init__(self, name: str, is_json: bool) -> None:
        self.name = name
        self.is_json = is_json
        self.problems: list[Problem] = []
        self.values: Marks = {}
        self.keys: Marks = {}
        self.root: Any = None
        self.stack: list[tuple[Any, Keys]] = []  # open containers, outermost first
        self.pending: list[str | None] = []  # the key that waits for its value, per open container
        self.taken: list[dict[str, int]] = []  # the keys given and their lines, also of nulls, per open container
        self.documents = 0
        self.lines: list[str] = []

    def read(self, text: str) -> None:
        self.lines = [*_BREAK.split(text), ""]  # an end may stand after the last
        if not self.is_json:
            self.problems += bounded(character_problems(self.lines, self.name, "\t", "yaml-tab"))
        if not self.problems:
            try:
                self._read(text)
            except InputFault as error:
                self.problems.extend(error.problems)

    def _read(self, text: str) -> None:
        """Reads on after most faults; raises the one after which nothing can be read."""
        try:
            for count, event in enumerate(yaml.parse(text, Loader=_PARSER), 1):
                if count > MAX_NODES:
                    raise fault(self._mark(event), "too-many-nodes", limit=MAX_NODES)
                self._event(event)
                if len(self.problems) > MAX_FAULTS:
                    return
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = Location(self.name, mark.line + 1, mark.column + 1) if mark else Location(self.name)
            raise InputFault([syntax_fault(error.problem or "?", self.lines, place)]) from None
        except yaml.YAMLError:
            odd = character_problems(self.lines, self.name, Reader.NON_PRINTABLE.pattern, "yaml-character")
            raise InputFault([next(odd, Problem(Location(self.name), "yaml-character"))]) from None
        if not self.documents and not self.problems:
            raise fault(Location(self.name, 1, 1), "file-empty")

    def _mark(self, event: yaml.Event) -> Location:
        return Location(self.name, *_place(event))

    def _event(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.NodeEvent) and (event.anchor or getattr(event, "tag", None)):
            self.problems.append(Problem(self._mark(event), "yaml-anchor" if event.anchor else "yaml-tag"))
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise fault(self._mark(event), "yaml-several-documents")
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._open({} if isinstance(event, yaml.MappingStartEvent) else [], event)
        elif isinstance(event, yaml.CollectionEndEvent):
            for level in (self.stack, self.pending, self.taken):
                level.pop()

    def _open(self, container: Any, event: yaml.Event) -> None:
        if len(self.stack) >= MAX_DEPTH:
            raise fault(self._mark(event), "too-deep", limit=MAX_DEPTH)
        if self._expects_key():
            raise fault(self._mark(event), "yaml-key")
        path = self._place(container, event)
        self.stack.append((container, path))
        self.pending.append(None)
        self.taken.append({})

    def _expects_key(self) -> bool:
        return bool(self.stack) and isinstance(self.stack[-1][0], dict) and self.pending[-1] is None

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        is_key = self._expects_key()
        if not event.value.isprintable() and UNSAFE.search(event.value if is_key else event.value.replace("\n", "")):
            self._problem(event, "yaml-character")
        if is_key:
            self._key(event)
            return
        plain = event.style is None or event.style == ""
        end = event.end_mark
        said = bool(self.pending) and self.pending[-1] in LANGUAGES  # what people read, where a sign of number is meant
        if plain and end is not None and cut_short(self.lines[end.line][end.column :], said):
            self.problems.append(Problem(Location(self.name, end.line + 1, end.column + 2), "yaml-comment"))
        if plain and event.value in _NULLS:
            if self.is_json:
                self.pending[-1] = None
                return
            if self._after_comma():
                return
            self._problem(event, "yaml-empty-value")
        self._place(self._resolved(event) if plain else event.value, event)

    def _after_comma(self) -> bool:
        """Whether a key without a value is what follows a decimal comma: the number is told, the key skipped."""
        container, path = self.stack[-1] if self.stack else (None, ())
        before, whole = next(reversed(container.items()), ("", "")) if isinstance(container, dict) else ("", "")
        values = decimal_comma(whole, (self.pending[-1] if self.pending else None) or "")
        if values is not None:
            self.problems.append(Problem(Location(self.name, *self.values[(*path, before)]), "number-form", values))
            self.pending[-1] = None
        return values is not None

    def _alias(self, event: yaml.AliasEvent) -> None:
        """An alias has been reported; its place is taken, so that what follows is read as what it is."""
        if self._expects_key():
            self.pending[-1] = f"*{event.anchor}"
        else:
            self._place("", event)

    def _key(self, event: yaml.ScalarEvent) -> None:
        _, path = self.stack[-1]
        key = event.value
        if key in self.taken[-1]:
            self._problem(event, "yaml-duplicate-key", key=key, line=self.taken[-1][key])
        self.keys[(*path, key)] = place = _place(event)
        self.taken[-1].setdefault(key, place[0])
        self.pending[-1] = key

    def _place(self, value: Any, event: yaml.Event) -> Keys:
        """Puts a value into its container (or makes it the root) and notes where it stands."""
        path: Keys = ()
        if self.stack:
            container, parent = self.stack[-1]
            if isinstance(container, dict):
                key = self.pending[-1] or ""
                self.pending[-1] = None
                container[key] = value
                path = (*parent, key)
            else:
                container.append(value)
                path = (*parent, len(container) - 1)
        else:
            self.root = value
        self.values[path] = _place(event)
        return path

    def _problem(self, event: yaml.Event, code: str, **values: object) -> None:
        self.problems.append(Problem(self._mark(event), code, values))

    def _resolved(self, event: yaml.ScalarEvent) -> Any:
        text = event.value
        if text in ("true", "false"):
            return text == "true"
        if text[:1] not in _NUMERIC:
            if text.lower() in _ODD_BOOLEANS:
                self._problem(event, "yaml-boolean", text=text)
            return text
        if len(text) > MAX_DIGITS and (_INTEGER.match(text) or _DECIMAL.match(text)):
            self._problem(event, "yaml-number", text=_shortened(text))
            return 0
        if _INTEGER.match(text):
            return int(text)
        if _DECIMAL.match(text):
            return Decimal(text)
        if re.match(_ODD_NUMBER, text):
            self._problem(event, "yaml-number", text=_shortened(text))
            return 0
        return text


def _place(event: yaml.Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


def _shortened(text: str) -> str:
    return text if len(text) <= MAX_SHOWN else text[:MAX_SHOWN] + "…"
