"""Records: the standard library's ``dataclass`` with slots, made at a fraction of its cost.

The library writes six methods for each class and compiles them at every start, which was a third of the time of
``avenant evaluate``. Here they are shared functions over the slots of a class, nothing is compiled, and the library
makes its fields once something looks at them. ``fields``, ``replace``, ``match`` and type checkers see the dataclass
that they know. For the modules that a decision loads; the others take the library's own.
"""

from __future__ import annotations

import dataclasses
import operator
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

_OF_INSTANCES = ("__dict__", "__weakref__")  # what a class with slots does not take over
_BARE: dataclasses.Field[Any] = dataclasses.field()  # one of which nothing is said, as of most

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls: type | None = None, /, **options: bool) -> Any:
        """As in the library; without ``slots`` a record has some all the same, and room for what is cached."""
        return _record(cls, **options) if cls is not None else lambda each: _record(each, **options)


def _record(cls: type, frozen: bool = False, slots: bool = False, **options: bool) -> Any:
    """A class of the same content, with slots and the shared methods."""
    fields = {name: _field(cls, name) for name, kind in cls.__annotations__.items() if not kind.startswith("ClassVar")}
    by_name = {name for name, field in fields.items() if field.kw_only is True or options.get("kw_only", False)}
    in_order = tuple(name for name, field in fields.items() if field.init and name not in by_name)
    content = {name: value for name, value in cls.__dict__.items() if name not in fields and name not in _OF_INSTANCES}
    places = (*fields,) if slots else (*fields, "__dict__")
    told = {"__slots__": places, "__match_args__": in_order, "__doc__": cls.__doc__ or cls.__name__}
    shared: dict[str, Any] = {"__repr__": _repr([name for name, field in fields.items() if field.repr])}
    if frozen:
        shared |= {"__setattr__": _refuse, "__delattr__": _refuse}
    if options.get("eq", True):
        compared = [name for name, field in fields.items() if field.compare]
        shared |= _comparing(compared, frozen, options.get("order", False))
    made: Any = type(cls)(cls.__name__, cls.__bases__, {**shared, **content, **told, "__qualname__": cls.__qualname__})
    made.__dataclass_fields__ = _LibraryFields(cls, options)
    for name, method in {"__init__": _init(made, fields, in_order), **_stored([*fields], in_order, made)}.items():
        if name not in content:
            setattr(made, name, method)
    return made


class _LibraryFields:
    """The fields of a class as the library makes them, once something asks for them, which few do at a start."""

    def __init__(self, cls: type, options: Mapping[str, bool]) -> None:
        self._cls, self._options = cls, options

    def __get__(self, record: object, owner: Any) -> Any:
        kept = {**self._options, "init": False, "repr": False, "eq": False, "order": False}
        content = {name: value for name, value in self._cls.__dict__.items() if name not in _OF_INSTANCES}
        content["__doc__"] = owner.__doc__  # else the library writes one, from a signature that it takes apart
        again: Any = type(self._cls)(owner.__name__, owner.__bases__, content)
        owner.__dataclass_fields__ = dataclasses.dataclass(**kept)(again).__dataclass_fields__
        return owner.__dataclass_fields__


def _field(cls: type, name: str) -> dataclasses.Field[Any]:
    """What a class says of a field: in the library's words, or its default alone."""
    said = cls.__dict__.get(name, _BARE)
    return said if isinstance(said, dataclasses.Field) else dataclasses.field(default=said)


def _refuse(self: object, name: str, *value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot change field {name!r}")


def _init(made: Any, fields: Mapping[str, dataclasses.Field[Any]], in_order: tuple[str, ...]) -> Callable[..., None]:
    """Puts what is given into the slots, in order or by name, and makes what is left out."""
    put = {name: made.__dict__[name].__set__ for name in fields}
    places = tuple(put[name] for name in in_order)
    taken = {name for name, field in fields.items() if field.init}
    left_out = {name: _default(field) for name, field in fields.items()}
    finish = getattr(made, "__post_init__", None)
    whole = len(put) if len(places) == len(put) else -1

    def init(self: object, *values: object, **named: object) -> None:
        for place, value in zip(places, values):  # noqa: B905 - the word alone would take as long as a field
            place(self, value)
        if named or len(values) != whole:  # all in order is most of what a start makes, since it is what is read back
            others(self, len(values), named)
        if finish is not None:
            finish(self)

    def others(self: object, count: int, named: Mapping[str, object]) -> None:
        given = {*in_order[:count], *named}
        if count > len(places) or len(given) != count + len(named) or not taken >= given:
            raise TypeError(f"{made.__name__} takes each field once, {len(places)} of them in order: {[*named]}")
        for name, value in named.items():
            put[name](self, value)
        for name in put if len(given) < len(put) else ():
            make = left_out[name]
            if name not in given and make is not None:
                put[name](self, make())
            elif name not in given and name in taken:
                raise TypeError(f"{made.__name__} lacks {name!r}")

    return init


def _default(field: dataclasses.Field[Any]) -> Callable[[], Any] | None:
    if field.default is not dataclasses.MISSING:
        default = field.default
        return lambda: default
    return None if field.default_factory is dataclasses.MISSING else field.default_factory


def _repr(names: list[str]) -> Callable[[object], str]:
    def shown(self: object) -> str:
        return f"{type(self).__qualname__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    return shown


def _comparing(names: list[str], frozen: bool, ordered: bool) -> dict[str, Callable[..., Any] | None]:
    """Equality and hash by the fields that count, and the order of their tuples."""
    values = _values_of(names)

    def compared(holds: Callable[[Any, Any], bool]) -> Callable[[object, object], Any]:
        return lambda self, other: holds(values(self), values(other)) if type(other) is type(self) else NotImplemented

    relations = [operator.eq, *((operator.lt, operator.le, operator.gt, operator.ge) if ordered else ())]
    methods = {f"__{holds.__name__}__": compared(holds) for holds in relations}
    return {**methods, "__hash__": (lambda self: hash(values(self))) if frozen else None}


def _values_of(names: list[str]) -> Callable[[object], tuple[object, ...]]:
    return operator.attrgetter(*names) if len(names) > 1 else lambda self: tuple(getattr(self, name) for name in names)


def _stored(names: list[str], in_order: tuple[str, ...], made: Any) -> dict[str, Callable[..., Any]]:
    """What ``copy`` and ``pickle`` take and put back: all in order, or else each field, since none can be set."""
    values_of = _values_of(names)

    def put_back(self: object, values: tuple[object, ...]) -> None:
        for name, value in zip(names, values, strict=True):
            made.__dict__[name].__set__(self, value)

    if in_order == (*names,):  # read back in a third of the time
        return {"__reduce__": lambda self: (made, values_of(self))}
    return {"__getstate__": lambda self: values_of(self), "__setstate__": put_back}
