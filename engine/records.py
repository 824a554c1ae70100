"""Frozen records: the standard library's ``dataclass``, made at a fraction of its cost.

The library writes six methods for each frozen class and compiles them at every start, which was a third of the time of
``avenant evaluate``. Here they are shared functions over the slots of a class, and nothing is compiled. ``fields``,
``replace``, ``match`` and type checkers see the dataclass that they know. For the modules that a decision loads;
the others take the library's own.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass as dataclass
else:

    def dataclass(cls: type | None = None, /, *, frozen: bool = False, slots: bool = False, **options: bool) -> Any:
        """As in the library; classes that are not frozen or have no slots, which are few, are left to it."""
        if not (frozen and slots):
            return dataclasses.dataclass(cls, frozen=frozen, slots=slots, **options)
        return _frozen(cls, options) if cls is not None else lambda each: _frozen(each, options)


def _frozen(cls: type, options: Mapping[str, bool]) -> Any:
    kept = {**options, "slots": True, "order": False}
    cls.__doc__ = cls.__doc__ or cls.__name__  # or else the library makes one of the signature, which takes its time
    made: Any = dataclasses.dataclass(init=False, repr=False, eq=False, **kept)(cls)
    fields = dataclasses.fields(made)
    methods = {
        "__init__": _init(made, fields),
        "__repr__": _repr([field.name for field in fields if field.repr]),
        "__setattr__": _refuse,
        "__delattr__": _refuse,
        **_state([field.name for field in fields], made),
    }
    if options.get("eq", True):
        methods |= _comparing([field.name for field in fields if field.compare], options.get("order", False))
    for name, method in methods.items():
        if name not in cls.__dict__:
            setattr(made, name, method)
    return made


def _refuse(self: object, name: str, *value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot change field {name!r}")


def _init(made: Any, fields: tuple[dataclasses.Field[Any], ...]) -> Callable[..., None]:
    """Puts what is given into the slots, in order or by name, and makes what is left out."""
    put = {field.name: made.__dict__[field.name].__set__ for field in fields}
    taken = [field for field in fields if field.init]
    in_order = tuple(field.name for field in taken if not field.kw_only)
    every = tuple(field.name for field in taken) if len(taken) == len(fields) else ()
    names = frozenset(field.name for field in taken)
    places = tuple(put[name] for name in in_order)
    left_out = {field.name: _default(field) for field in (*taken, *(field for field in fields if not field.init))}
    rest = [(name, put[name], left_out[name]) for name in (*in_order, *(n for n in left_out if n not in in_order))]
    finish = getattr(made, "__post_init__", None)

    def init(self: object, *values: object, **named: object) -> None:
        for place, value in zip(places, values, strict=False):
            place(self, value)
        if not values and tuple(named) == every:  # the usual way to name them all, and as quick as not naming any
            for place, value in zip(put.values(), named.values(), strict=True):
                place(self, value)
        elif named or len(values) > len(places):
            given = {*in_order[: len(values)], *named}
            if len(values) > len(places) or len(given) != len(values) + len(named) or not names >= given:
                raise TypeError(f"{made.__name__} takes each field once, {len(places)} of them in order: {[*named]}")
            for name, value in named.items():
                put[name](self, value)
        if len(values) + len(named) != len(put):
            for name, place, make in rest[len(values) :]:
                if make is not None and name not in named:
                    place(self, make())
                elif name in names and name not in named:
                    raise TypeError(f"{made.__name__} lacks {name!r}")
        if finish is not None:
            finish(self)

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


def _comparing(names: list[str], ordered: bool) -> dict[str, Callable[..., Any]]:
    """Equality and hash by the fields that count, and the order of their tuples."""
    values: Callable[[object], Any] = attrgetter(*names) if names else lambda self: ()

    def compared(holds: Callable[[Any, Any], bool]) -> Callable[[object, object], Any]:
        return lambda self, other: holds(values(self), values(other)) if type(other) is type(self) else NotImplemented

    methods: dict[str, Callable[..., Any]] = {
        "__eq__": compared(lambda own, other: own == other),
        "__hash__": lambda self: hash(values(self)),
    }
    if ordered:
        methods["__lt__"] = compared(lambda own, other: own < other)
        methods["__le__"] = compared(lambda own, other: own <= other)
        methods["__gt__"] = compared(lambda own, other: own > other)
        methods["__ge__"] = compared(lambda own, other: own >= other)
    return methods


def _state(names: list[str], made: Any) -> dict[str, Callable[..., Any]]:
    """What ``copy`` and ``pickle`` take and put back, since fields cannot be set."""

    def state_of(self: object) -> list[object]:
        return [getattr(self, name) for name in names]

    def put_back(self: object, state: list[object]) -> None:
        for name, value in zip(names, state, strict=True):
            made.__dict__[name].__set__(self, value)

    return {"__getstate__": state_of, "__setstate__": put_back}
