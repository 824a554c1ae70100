"""A record is the library's frozen dataclass in all that can be seen of it."""

from __future__ import annotations

import copy
import dataclasses
import functools
import inspect
import pickle
from collections.abc import Callable
from dataclasses import FrozenInstanceError, field, fields, is_dataclass, replace
from typing import Any

import pytest

from engine import records

Maker = Callable[..., Any]


def made(maker: Maker) -> tuple[type, type, type]:
    @maker(frozen=True, slots=True)
    class Plain:
        a: int
        b: str = "b"
        c: list[int] = field(default_factory=list, repr=False)
        at: int = field(default=0, compare=False)

    @maker(frozen=True, slots=True, kw_only=True)
    class Named:
        a: int
        twice: int = field(init=False)

        def __post_init__(self) -> None:
            object.__setattr__(self, "twice", 2 * self.a)

    @maker(frozen=True, slots=True, order=True)
    class Ordered:
        a: int
        b: int = 0

        def __str__(self) -> str:
            return f"{self.a}/{self.b}"

    return Plain, Named, Ordered


OURS, THEIRS = made(records.dataclass), made(dataclasses.dataclass)
PLAIN, NAMED, ORDERED = OURS  # pickle finds them here
for one in OURS:
    one.__qualname__ = one.__name__.upper()

TRIED: dict[str, Callable[[type, type, type], Any]] = {
    "repr": lambda plain, named, ordered: [repr(x).partition("(")[2] for x in (plain(1), named(a=2), ordered(3))],
    "defaults": lambda plain, named, ordered: [(x.a, x.b, x.c, x.at) for x in (plain(1), plain(1, "x", [1], at=5))],
    "a list of its own": lambda plain, named, ordered: plain(1).c is plain(1).c,
    "equal": lambda plain, named, ordered: (plain(1) == plain(1, at=7), plain(1) == plain(2), plain(1) == 1),
    "unlike kinds": lambda plain, named, ordered: plain(1) == ordered(1),
    "hash": lambda plain, named, ordered: len({ordered(1), ordered(1), ordered(2)}),
    "order": lambda plain, named, ordered: [x.b for x in sorted([ordered(2), ordered(1, 5), ordered(1)])],
    "at least": lambda plain, named, ordered: (
        ordered(1) <= ordered(1),
        ordered(2) > ordered(1),
        ordered(1) >= ordered(2),
    ),
    "own str": lambda plain, named, ordered: str(ordered(1)),
    "after": lambda plain, named, ordered: named(a=3).twice,
    "replace": lambda plain, named, ordered: (replace(plain(1), a=5).a, replace(named(a=1), a=4).twice),
    "fields": lambda plain, named, ordered: [(f.name, f.kw_only, f.init) for x in (plain, named) for f in fields(x)],
    "is a dataclass": lambda plain, named, ordered: is_dataclass(plain) and is_dataclass(named(a=1)),
    "match": lambda plain, named, ordered: (plain.__match_args__, named.__match_args__),
    "copy": lambda plain, named, ordered: (copy.copy(plain(1, c=[2])).c, copy.deepcopy(named(a=2)).twice),
    "slots": lambda plain, named, ordered: hasattr(plain(1), "__dict__"),
}


@pytest.mark.parametrize("what", TRIED)
def test_a_record_does_as_a_dataclass(what: str) -> None:
    assert TRIED[what](*OURS) == TRIED[what](*THEIRS)


@pytest.mark.parametrize(
    "wrong",
    [
        lambda plain, named, ordered: plain(),
        lambda plain, named, ordered: plain(1, "b", [], 0, 5),
        lambda plain, named, ordered: plain(1, a=2),
        lambda plain, named, ordered: plain(1, nothing=2),
        lambda plain, named, ordered: named(1),
        lambda plain, named, ordered: named(a=1, twice=2),
        lambda plain, named, ordered: ordered(1) < plain(1),
        lambda plain, named, ordered: setattr(plain(1), "a", 2),
        lambda plain, named, ordered: delattr(plain(1), "a"),
        lambda plain, named, ordered: setattr(plain(1), "new", 2),
    ],
    ids=lambda wrong: inspect.getsource(wrong).strip().partition(": ")[2],
)
def test_a_record_refuses_what_a_dataclass_refuses(wrong: Callable[..., Any]) -> None:
    with pytest.raises((TypeError, FrozenInstanceError)):
        wrong(*THEIRS)
    with pytest.raises((TypeError, FrozenInstanceError)):
        wrong(*OURS)


def test_a_record_can_be_stored() -> None:
    for whole in (PLAIN(1, "x", [1]), NAMED(a=2), ORDERED(3)):
        assert pickle.loads(pickle.dumps(whole)) == whole


def test_a_record_that_can_change_does_as_a_dataclass() -> None:
    def of(maker: Maker) -> tuple[object, ...]:
        @maker(slots=True)
        class Kept:
            a: int
            seen: list[int] = field(default_factory=list)

        one, two = Kept(1), Kept(a=1, seen=[2])
        two.seen = []
        equal = one == two
        two.a = 3
        return (
            equal,
            one == two,
            two.a,
            Kept.__hash__,
            [f.name for f in fields(one)],
            copy.copy(two).a,
            hasattr(one, "__dict__"),
        )

    assert of(records.dataclass) == of(dataclasses.dataclass)


def test_a_record_without_slots_keeps_what_is_cached() -> None:
    def of(maker: Maker) -> tuple[object, ...]:
        @maker(frozen=True)
        class Caching:
            a: int
            b: int = 2

            @functools.cached_property
            def both(self) -> list[int]:
                return [self.a, self.b]

        one = Caching(a=1)
        return one.both is one.both, one.both, one == Caching(1), replace(one, a=5).both, hash(one) == hash(Caching(1))

    assert of(records.dataclass) == of(dataclasses.dataclass)
