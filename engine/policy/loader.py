"""Strict reading of YAML and JSON text: bytes come in, plain data with a line and column for every node goes out.

The only module that reads policy and case files. Bounds are met on the parser's event stream, before anything is
composed, so that no file can exhaust the machine; every fault that YAML lets pass silently is an error here.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import yaml
from yaml.reader import Reader

from engine.errors import MAX_FAULTS, InputFault, Location, Problem, bounded, decoded, fault, unreadable, wrong
from engine.escaping import UNSAFE, shortened
from engine.language.pieces import Piece
from engine.policy.document import Document
from engine.policy.syntax import character_problems, cut_short, decimal_comma, plain_json, syntax_fault
from engine.words import LANGUAGES

MAX_BYTES = 4_000_000
MAX_DEPTH = 40
MAX_NODES = 200_000
MAX_DIGITS = 18
MAX_SHOWN = 40

_PARSER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_SCALAR, _MAPPING = yaml.ScalarEvent, yaml.MappingStartEvent  # no event is of a kind below these
_LIST_END, _MAPPING_END = yaml.SequenceEndEvent, yaml.MappingEndEvent
_INTEGER = re.compile(r"-?(0|[1-9][0-9]*)\Z")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]+\Z")
_NUMERIC = frozenset("+-.0123456789")  # how anything begins that could be a number
_ODD_NUMBER = (  # compiled where something begins so and is no plain number
    r"[-+]?(0[0-7_]+|0[xob][0-9a-fA-F_]+|[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9]*)?|[0-9][0-9_]*\.?[0-9_]*([eE][-+]?[0-9]+)?"
    r"|\.[0-9][0-9_]*([eE][-+]?[0-9]+)?|\.(inf|Inf|INF)|\.(nan|NaN|NAN))\Z"
)
_ODD_BOOLEANS = frozenset({"yes", "no", "on", "off", "true", "false"})
_ODD_BREAKS = "\r\x85\u2028\u2029"  # what else ends a line for YAML, whose count the places follow
_CURLY = frozenset({"“”", "«»", "‘’", "„“", "””"})  # which stay in the text
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_as_tuple = tuple.__new__
_NULL = object()  # what they are read as


def read_bytes(path: Path, name: str | None = None) -> bytes:
    """The bytes of a file no larger than the bound.

    Raises:
        InputFault: the file is missing, unreadable, a folder, or too large.
    """
    try:
        with path.open("rb") as stream:
            size = os.fstat(stream.fileno()).st_size or MAX_BYTES  # a pipe tells none
            content = stream.read(min(size, MAX_BYTES) + 1)  # room for more is room to clear
    except OSError as error:
        raise unreadable(name or path, error) from None
    if len(content) > MAX_BYTES:
        raise fault(Location(name or str(path)), "file-too-large", limit=MAX_BYTES)
    return content


def load(path: Path, name: str | None = None) -> Document:
    """The document in a file; raises as :func:`parse`."""
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
            return Document(name, data, cache(lambda: _Reader(name, is_json).read(text)))
    reader = _Reader(name, is_json)
    root = reader.read(text)
    if reader.problems:
        raise InputFault(reader.problems)
    return Document(name, root.data, lambda: root)


class _Reader:
    """Builds pieces from the events of the parser."""

    def __init__(self, name: str, is_json: bool) -> None:
        self.name = name
        self.is_json = is_json
        self.problems: list[Problem] = []
        self.root = Piece(None, Location(name), Location(name))
        self.lines: list[str] = []
        self.events: Iterator[yaml.Event] = iter(())  # as many as a file may have

    def read(self, text: str) -> Piece:
        odd = any(sign in text for sign in _ODD_BREAKS)
        lines = re.split(f"\r\n|[\n{_ODD_BREAKS}]", text) if odd else text.split("\n")
        self.lines = [*lines, ""]  # an end may stand after the last
        if "\t" in text and not self.is_json:
            self.problems += bounded(character_problems(self.lines, self.name, "\t", "yaml-tab"))
        if not self.problems:
            try:
                self._read(text)
            except InputFault as error:
                self.problems.extend(error.problems)
        return self.root

    def _read(self, text: str) -> None:
        """Reads on after most faults; raises the one after which nothing can be read."""
        documents = 0
        try:
            every = iter(_PARSER(text).get_event, None)
            self.events = islice(every, MAX_NODES)
            while not isinstance(event := next(self.events), yaml.StreamEndEvent):
                if isinstance(event, yaml.DocumentStartEvent):
                    documents += 1
                    if documents > 1:
                        raise fault(self._place(event), "yaml-several-documents")
                elif isinstance(event, yaml.NodeEvent):
                    self.root = self._value(event, None, 0)
                    if self.root.value is _NULL:
                        self.root = self.root.of(self._empty(event))
        except StopIteration:
            raise fault(self._place(next(every)), "too-many-nodes", limit=MAX_NODES) from None
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            place = Location(self.name, mark.line + 1, mark.column + 1) if mark else Location(self.name)
            raise InputFault([syntax_fault(error.problem or "?", self.lines, place)]) from None
        except yaml.YAMLError:
            odd = character_problems(self.lines, self.name, Reader.NON_PRINTABLE.pattern, "yaml-character")
            raise InputFault([next(odd, wrong(Location(self.name), "yaml-character"))]) from None
        if not documents and not self.problems:
            raise fault(Location(self.name, 1, 1), "file-empty")

    def _value(self, event: Any, key: Location | None, depth: int, said: bool = False) -> Piece:
        """What an event begins, under a ``key`` at its place; ``said`` are words that people read."""
        if event.anchor or event.tag:
            self._named(event)
        value: Any = ""  # of an alias, which has been told: what follows is read as what it is
        kind = type(event)
        if kind is _SCALAR:
            value = self._scalar(event, said)
        elif kind is not yaml.AliasEvent:
            if depth >= MAX_DEPTH:
                raise fault(self._place(event), "too-deep", limit=MAX_DEPTH)
            value = (self._mapping if kind is _MAPPING else self._list)(depth + 1)
        place = self._place(event)
        return Piece(value, place, place if key is None else key)

    def _named(self, event: Any) -> None:
        """Tells an anchor or a tag; what takes an anchor up, not where that has been told."""
        takes_up = (not event.anchor and not event.tag) or isinstance(event, yaml.AliasEvent)
        if not (takes_up and any(problem.code == "yaml-anchor" for problem in self.problems)):
            self._problem(event, "yaml-anchor" if event.anchor or takes_up else "yaml-tag")

    def _list(self, depth: int) -> list[Piece]:
        found: list[Piece] = []
        while type(event := next(self.events)) is not _LIST_END:
            piece = self._value(event, None, depth)
            found.append(piece.of(self._empty(event)) if piece.value is _NULL else piece)
        return found

    def _mapping(self, depth: int) -> dict[str, Piece]:
        found: dict[str, Piece] = {}
        taken: dict[str, Location] = {}
        twice = False
        while type(named := next(self.events)) is not _MAPPING_END:
            key = self._key(named)
            if key in taken and not twice:  # told once: after a forgotten dash, every key comes again
                self._problem(named, "yaml-duplicate-key", key=key, line=taken[key].line)
            twice = twice or key in taken
            event = next(self.events)
            piece = self._value(event, taken.setdefault(key, self._place(named)), depth, key in LANGUAGES)
            if piece.value is _NULL and not self.is_json and not self._after_comma(key, found):
                piece = piece.of(self._empty(event))
            if piece.value is not _NULL:
                found[key] = piece
        return found

    def _key(self, event: Any) -> str:
        if event.anchor or event.tag:
            self._named(event)
        if type(event) is not _SCALAR:
            if isinstance(event, yaml.AliasEvent):
                return f"*{event.anchor}"
            raise fault(self._place(event), "yaml-key")
        key: str = event.value
        if key == "<<" and not self.is_json:
            self._named(event)
        if not key.isprintable() and re.search(UNSAFE, key):
            self._problem(event, "yaml-character")
        return key

    def _scalar(self, event: yaml.ScalarEvent, said: bool) -> Any:
        text: str = event.value
        if not text.isprintable() and re.search(UNSAFE, text.replace("\n", "")):
            self._problem(event, "yaml-character")
        if event.style:
            return text
        if said and text[:1] + text[-1:] in _CURLY:
            self._problem(event, "yaml-curly", text=shortened(text[1:-1].strip(), MAX_SHOWN))
        end = event.end_mark
        if end is not None and cut_short(self.lines[end.line], end.column, said):
            self._report(Location(self.name, end.line + 1, end.column + 2), "yaml-comment")
        return _NULL if text in _NULLS else self._resolved(event)

    def _empty(self, event: Any) -> Any:
        """What stands for a value that is not there."""
        self._problem(event, "yaml-empty-value")
        return event.value

    def _after_comma(self, key: str, found: Mapping[str, Piece]) -> bool:
        """Whether a key without a value is what follows a decimal comma: the number is told, the key left out."""
        before = list(found.values())[-1] if found else None
        values = None if before is None else decimal_comma(before.data, key)
        if before is not None and values is not None:
            self._report(before.at, "number-form", **values)
        return values is not None

    def _problem(self, event: yaml.Event, code: str, **values: object) -> None:
        self._report(self._place(event), code, **values)

    def _report(self, place: Location, code: str, **values: object) -> None:
        """Notes a fault, and reads no further after as many as are told."""
        self.problems.append(Problem(place, code, values))
        if len(self.problems) > MAX_FAULTS:
            raise InputFault(())

    def _place(self, event: yaml.Event) -> Location:
        mark = event.start_mark
        place = (self.name, mark.line + 1, mark.column + 1) if mark else (self.name, 1, 1)
        return _as_tuple(Location, place)  # as :class:`Location` does, in half the time: a file has thousands

    def _resolved(self, event: yaml.ScalarEvent) -> Any:
        text = event.value
        if text in ("true", "false"):
            return text == "true"
        if text[:1] not in _NUMERIC:
            if text.lower() in _ODD_BOOLEANS:
                self._problem(event, "yaml-boolean", text=text)
            return text
        if len(text) > MAX_DIGITS and (_INTEGER.match(text) or _DECIMAL.match(text)):
            self._problem(event, "yaml-number", text=shortened(text, MAX_SHOWN))
            return 0
        if _INTEGER.match(text):
            return int(text)
        if _DECIMAL.match(text):
            return Decimal(text)
        if re.match(_ODD_NUMBER, text):
            self._problem(event, "yaml-number", text=shortened(text, MAX_SHOWN))
            return 0
        return text
