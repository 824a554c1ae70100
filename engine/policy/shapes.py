"""Says quickly whether data fits a JSON Schema (draft-07): a schema comes in, a test of plain data goes out.

Nearly every file that is read fits its schema, and the library that tells what does not takes most of a first start to
say so. So a schema is compiled to closures that answer yes or no; what they do not accept is left to the library
(:mod:`engine.policy.schema`), and so is everything where a schema holds a keyword that they do not know.
"""

from __future__ import annotations

import datetime as dt
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

Test = Callable[[Any], bool]
Schema = Mapping[str, Any]
Compile = Callable[[Any], Test]

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_SAYS_NOTHING = frozenset(
    {"$schema", "$id", "$comment", "title", "description", "default", "examples", "definitions", "additionalProperties"}
    | {"additionalItems", "then", "else"}
)  # or belongs to another keyword
_TYPES: Mapping[str, Test] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | Decimal) and not isinstance(value, bool),
}
_NAMED: Mapping[type, str] = {dict: "object", list: "array", str: "string"}


def pattern(written: str) -> re.Pattern[str]:
    """The pattern of a schema, where ``$`` is the end of the text; Python lets a line break follow."""
    return re.compile(re.sub(r"(?<!\\)\$", r"\\Z", written))


class _Unknown(Exception):
    """A keyword that is not known here, or another schema."""


def fitting(schema: Schema) -> Test:
    """A test that is true only of plain data which fits ``schema``."""
    known: dict[str, Test] = {}

    def compiled(part: Any) -> Test:
        if isinstance(part, bool):
            return lambda value: part
        if "$ref" in part:  # its neighbours count for nothing in draft-07
            return referred(part["$ref"])
        tests = []
        for keyword, wanted in sorted(part.items(), key=lambda each: each[0] != "type"):
            if keyword in _SAYS_NOTHING or keyword.startswith("x-"):
                continue
            if keyword not in _KEYWORDS:
                raise _Unknown
            tests.append(_KEYWORDS[keyword](wanted, part, compiled))
        if "additionalProperties" in part and "properties" not in part:
            tests.append(_properties({}, part, compiled))
        return _every(tests)

    def referred(name: str) -> Test:
        if not name.startswith("#/"):
            raise _Unknown
        if name not in known:
            known[name] = lambda value: known[name](value)  # a definition may hold itself
            target: Any = schema
            for key in name.removeprefix("#/").split("/"):
                target = target[key]
            known[name] = compiled(target)
        return known[name]

    try:
        return compiled(schema)
    except _Unknown:
        return lambda value: False


def _every(tests: Sequence[Test]) -> Test:
    """All of some tests, in a loop: everything that is read passes here, and a generator takes as long again."""

    def run(value: Any) -> bool:
        for test in tests:  # noqa: SIM110
            if not test(value):
                return False
        return True

    return tests[0] if len(tests) == 1 else run


def _some(tests: Sequence[Test]) -> Test:
    """One of some tests, likewise."""

    def run(value: Any) -> bool:
        for test in tests:  # noqa: SIM110
            if test(value):
                return True
        return False

    return tests[0] if len(tests) == 1 else run


def _only(kind: type, part: Schema, test: Test) -> Test:
    """A keyword that says something of values of one kind, which ``part`` may have asked for before."""
    return test if part.get("type") == _NAMED[kind] else lambda value: not isinstance(value, kind) or test(value)


def _type(wanted: Any, part: Schema, compiled: Compile) -> Test:
    return _some([_TYPES[name] for name in ([wanted] if isinstance(wanted, str) else wanted)])


def _enum(wanted: Any, part: Schema, compiled: Compile) -> Test:
    if all(isinstance(each, str) for each in wanted):
        words = frozenset(wanted)
        return lambda value: isinstance(value, str) and value in words

    def run(value: Any) -> bool:  # true is not 1
        return any(value == each and isinstance(value, bool) == isinstance(each, bool) for each in wanted)

    return run


def _number(holds: Callable[[Any, Any], bool]) -> Callable[[Any, Schema, Compile], Test]:
    def make(wanted: Any, part: Schema, compiled: Compile) -> Test:
        limit = Decimal(str(wanted))
        return lambda value: not _TYPES["number"](value) or holds(value, limit)

    return make


def _size(kind: type, holds: Callable[[int, int], bool]) -> Callable[[Any, Schema, Compile], Test]:
    return lambda wanted, part, compiled: _only(kind, part, lambda value: holds(len(value), wanted))


def _properties(wanted: Schema, part: Schema, compiled: Compile) -> Test:
    tests = {name: compiled(each) for name, each in wanted.items()}
    others = compiled(part.get("additionalProperties", True))

    def run(value: Any) -> bool:
        for key, each in value.items():  # noqa: SIM110
            if not tests.get(key, others)(each):
                return False
        return True

    return _only(dict, part, run)


def _items(wanted: Any, part: Schema, compiled: Compile) -> Test:
    if not isinstance(wanted, list):
        test = compiled(wanted)
        return _only(list, part, lambda value: all(map(test, value)))
    tests = [compiled(each) for each in wanted]
    others = compiled(part.get("additionalItems", True))

    def run(value: list[Any]) -> bool:
        return all((tests[i] if i < len(tests) else others)(each) for i, each in enumerate(value))

    return _only(list, part, run)


def _dependencies(wanted: Schema, part: Schema, compiled: Compile) -> Test:
    tests = {
        key: _required(each, part, compiled) if isinstance(each, list) else compiled(each)
        for key, each in wanted.items()
    }
    return _only(dict, part, lambda value: all(test(value) for key, test in tests.items() if key in value))


def _required(wanted: Any, part: Schema, compiled: Compile) -> Test:
    needed = frozenset(wanted)
    return _only(dict, part, lambda value: needed <= value.keys())


def _if(wanted: Any, part: Schema, compiled: Compile) -> Test:
    when, then, otherwise = compiled(wanted), compiled(part.get("then", True)), compiled(part.get("else", True))
    return lambda value: then(value) if when(value) else otherwise(value)


def _format(wanted: Any, part: Schema, compiled: Compile) -> Test:
    def run(value: str) -> bool:
        try:
            return bool(_DATE.match(value) and dt.date.fromisoformat(value))
        except ValueError:
            return False

    return _only(str, part, run) if wanted == "date" else lambda value: True


def _unique(wanted: Any, part: Schema, compiled: Compile) -> Test:
    def run(value: list[Any]) -> bool:
        if all(isinstance(each, str) for each in value):
            return len(set(value)) == len(value)
        return not any(each == other for i, each in enumerate(value) for other in value[:i])

    return _only(list, part, run) if wanted else lambda value: True


def _combined(combine: Callable[[list[Test]], Test]) -> Callable[[Any, Schema, Compile], Test]:
    """A keyword that holds one schema or several."""
    return lambda wanted, part, compiled: combine(
        [compiled(each) for each in (wanted if isinstance(wanted, list) else [wanted])]
    )


def _any_of(wanted: Any, part: Schema, compiled: Compile) -> Test:
    """One of some forms: of those that ask for a key, only such as find it are looked at."""
    forms = [(_key_of(form), compiled(form)) for form in wanted]
    every = _some([test for _, test in forms])

    def run(value: Any) -> bool:
        if not isinstance(value, dict):
            return every(value)
        for key, test in forms:  # noqa: SIM110
            if (key is None or key in value) and test(value):
                return True
        return False

    return run


def _key_of(form: Any) -> str | None:
    """The first of the keys that a form asks for, if it asks for any."""
    return next(iter(form.get("required", ())), None) if isinstance(form, dict) and "$ref" not in form else None


def _names(wanted: Any, part: Schema, compiled: Compile) -> Test:
    test = compiled(wanted)
    return _only(dict, part, lambda value: all(map(test, value)))


def _pattern(wanted: Any, part: Schema, compiled: Compile) -> Test:
    search = pattern(wanted).search
    return _only(str, part, lambda value: search(value) is not None)


_KEYWORDS: Mapping[str, Callable[[Any, Schema, Compile], Test]] = {
    "type": _type,
    "enum": _enum,
    "minimum": _number(operator.ge),
    "maximum": _number(operator.le),
    "const": lambda wanted, part, compiled: _enum([wanted], part, compiled),
    "exclusiveMinimum": _number(operator.gt),
    "exclusiveMaximum": _number(operator.lt),
    "minLength": _size(str, operator.ge),
    "maxLength": _size(str, operator.le),
    "minItems": _size(list, operator.ge),
    "maxItems": _size(list, operator.le),
    "minProperties": _size(dict, operator.ge),
    "maxProperties": _size(dict, operator.le),
    "pattern": _pattern,
    "format": _format,
    "properties": _properties,
    "required": _required,
    "dependencies": _dependencies,
    "propertyNames": _names,
    "items": _items,
    "uniqueItems": _unique,
    "allOf": _combined(_every),
    "anyOf": _any_of,
    "oneOf": _combined(lambda tests: lambda value: sum(test(value) for test in tests) == 1),
    "not": _combined(lambda tests: lambda value: not tests[0](value)),
    "if": _if,
}
