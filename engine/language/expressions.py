"""The nodes that rules are made of: conditions, expressions and table cells, as frozen data with their place in a file.

:mod:`engine.language.reading` reads them from YAML data; the plan, both evaluators, the checks and the reports
walk them. Two nodes are equal wherever they stand, as the places take no part. Each class names in ``PARTS`` the fields
that hold others, and so do those of :mod:`engine.policy.model`: that is all that walking and rebuilding need.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import field, replace
from decimal import Decimal
from itertools import count
from typing import Any, ClassVar, TypeVar, get_args

from engine.errors import Location
from engine.records import dataclass

Text = Mapping[str, str]
_Kind = TypeVar("_Kind")


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, text, date (still text) or boolean written in the rule."""

    value: int | Decimal | str | bool
    at: Location = field(compare=False)

    def __eq__(self, other: object) -> bool:
        """Whether the same is written; ``true`` is not 1."""
        return isinstance(other, Literal) and self._said == other._said

    def __hash__(self) -> int:
        return hash(self._said)

    @property
    def _said(self) -> tuple[object, bool]:
        return self.value, isinstance(self.value, bool)


@dataclass(frozen=True, slots=True)
class FactRef:
    name: str
    at: Location = field(compare=False)


@dataclass(frozen=True, slots=True)
class ItemRef:
    id: str
    at: Location = field(compare=False)


@dataclass(frozen=True, slots=True)
class Unpublished:
    """A value that exists in law but not in the sources; ``supplied_by`` names the facts that would give it."""

    reason: Text
    supplied_by: tuple[FactRef, ...]
    at: Location = field(compare=False)


@dataclass(frozen=True, slots=True)
class Apply:
    """An operator row of the arithmetic or date family over its operands, with the row's fixed options."""

    PARTS: ClassVar = ("operands",)
    operator: str
    operands: tuple[Expression, ...]
    options: tuple[Any, ...]
    at: Location = field(compare=False)


@dataclass(frozen=True, slots=True)
class Cases:
    PARTS: ClassVar = ("branches", "otherwise")
    branches: tuple[tuple[Condition, Expression], ...]
    otherwise: Expression | None
    at: Location = field(compare=False)


@dataclass(frozen=True, slots=True)
class ScaleStep:
    PARTS: ClassVar = ("reached_when",)
    name: str
    reached_when: Condition | None
    cite: tuple[Citation, ...]
    at: Location = field(compare=False)


@dataclass(frozen=True, slots=True)
class Scale:
    PARTS: ClassVar = ("steps",)
    steps: tuple[ScaleStep, ...]
    at: Location = field(compare=False)


@dataclass(frozen=True, slots=True)
class ByOutcome:
    PARTS: ClassVar = ("outcome", "values")
    outcome: ItemRef
    values: tuple[tuple[str, Expression], ...]
    at: Location = field(compare=False)

    @property
    def cases(self) -> Cases:
        """The same as cases of what the outcome is."""
        tests = (Compare("is", self.outcome, Literal(name, self.at), self.at) for name, _ in self.values)
        return Cases(tuple((test, value) for test, (_, value) in zip(tests, self.values, strict=True)), None, self.at)


Expression = Literal | FactRef | ItemRef | Unpublished | Apply | Cases | Scale | ByOutcome
Bound = Literal | ItemRef  # of a cell of a table


@dataclass(frozen=True, slots=True)
class Compare:
    """``left OP right``; ``right`` is a tuple where the operator takes a list of literals or a pair."""

    PARTS: ClassVar = ("left", "right")
    operator: str
    left: FactRef | ItemRef
    right: Expression | tuple[Expression, ...]
    at: Location = field(compare=False)

    @property
    def operands(self) -> tuple[Expression, ...]:
        """What ``left`` is compared with, one or several."""
        return self.right if isinstance(self.right, tuple) else (self.right,)


@dataclass(frozen=True, slots=True)
class Chosen:
    """True where the interpretation is read this way."""

    interpretation: str
    choice: str
    at: Location = field(compare=False)


@dataclass(frozen=True, slots=True)
class Connect:
    """``all``, ``any``, ``not`` or ``first_known`` over conditions.

    ``ranges`` where it stands for ``any_criterion`` or ``every_criterion``: a part for each criterion of the file.
    """

    PARTS: ClassVar = ("parts",)
    operator: str
    parts: tuple[Condition, ...]
    at: Location = field(compare=False)
    ranges: bool = False


@dataclass(frozen=True, slots=True)
class VerdictIs:
    """True where the criterion's verdict is one of ``verdicts``; only in the rules of an outcome."""

    PARTS: ClassVar = ("criterion",)
    criterion: ItemRef
    verdicts: tuple[str, ...]
    at: Location = field(compare=False)


Condition = Compare | Chosen | Connect | VerdictIs


@dataclass(frozen=True, slots=True)
class Cell:
    """What one input must be in a table row: one of ``values``, none of ``excluded``, or within [low, high)."""

    PARTS: ClassVar = ("low", "high")
    values: tuple[Literal, ...] | None
    excluded: tuple[Literal, ...] | None
    low: Bound | None
    high: Bound | None
    at: Location = field(compare=False)

    @property
    def listed(self) -> tuple[str, tuple[Literal, ...]] | None:
        """The comparison with a list, and its literals, where the cell has one."""
        if self.values is not None:
            return "in", self.values
        return None if self.excluded is None else ("not_in", self.excluded)

    @property
    def literals(self) -> tuple[Literal, ...]:
        """The members of a list; none where the cell has bounds."""
        return () if self.listed is None else self.listed[1]

    @property
    def bounds(self) -> tuple[tuple[str, Bound], ...]:
        """The comparisons with bounds; none where the cell has a list."""
        pairs = (("at_least", self.low), ("less_than", self.high))
        return tuple((name, bound) for name, bound in pairs if bound is not None)

    def asks(self, ref: FactRef | ItemRef) -> Condition:
        """What the cell asks of an input."""
        asked = self.bounds if self.listed is None else (self.listed,)
        parts = tuple(Compare(name, ref, right, self.at) for name, right in asked)
        return parts[0] if len(parts) == 1 else Connect("all", parts, self.at)

    def data(self, written: Callable[[Bound], Any]) -> Any:
        """The cell as a rule file has it, with each literal and bound as ``written`` gives it."""
        if self.listed is None:
            bounds = {"from": self.low, "before": self.high}
            return {key: written(bound) for key, bound in bounds.items() if bound is not None}
        values = [written(each) for each in self.literals]
        if self.excluded is not None:
            return {"not_in": values}
        return values[0] if len(values) == 1 else values


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a statement stands: a source of the convention and the place in it."""

    source: str
    locator: str | None
    convention: str
    at: Location = field(compare=False)


Node = Expression | Condition
_KINDS = frozenset(get_args(Expression) + get_args(Condition))  # quicker to look into than a union to ask
_LEAVES = frozenset(kind for kind in _KINDS if not hasattr(kind, "PARTS"))  # more than half of all that is walked


def members(whole: Any) -> list[Any]:
    """What stands directly in the ``PARTS`` of a node, an item or a part of one, in their order."""
    found: list[Any] = []  # walked more often than anything else: lists take half the time of generators
    for name in getattr(whole, "PARTS", ()):
        value = getattr(whole, name)
        if type(value) is tuple:
            _list(value, found)
        elif type(value) is dict:
            found += value.values()
        elif value is not None and type(value) is not str:
            found.append(value)
    return found


def _list(values: Iterable[Any], found: list[Any]) -> None:
    for value in values:
        if type(value) is tuple:
            _list(value, found)
        elif value is not None and type(value) is not str:
            found.append(value)


def parts(whole: Any) -> Iterator[Node]:
    """The conditions and expressions directly inside a node, an item or a part of one, such as a row."""
    for member in members(whole):
        yield from (member,) if isinstance(member, Node) else parts(member)


def rebuilt(whole: Any, change: Callable[[Node], Node]) -> Any:
    """The same node, item or part of one with each of its :func:`parts` given to ``change``, in the same order."""
    return _changed(whole, lambda member: change(member) if isinstance(member, Node) else rebuilt(member, change))


def with_member(whole: Any, number: int, new: Any) -> Any:
    """``whole`` with another one in the place of its member of that number."""
    numbers = count()
    return _changed(whole, lambda old: new if next(numbers) == number else old)


def _changed(whole: Any, change: Callable[[Any], Any]) -> Any:
    """``whole`` with each of its :func:`members` changed."""

    def put(value: Any) -> Any:
        if isinstance(value, tuple):
            return tuple(map(put, value))
        if isinstance(value, dict):
            return {name: put(each) for name, each in value.items()}
        return value if value is None or isinstance(value, str) else change(value)

    names = getattr(whole, "PARTS", ())
    return replace(whole, **{name: put(getattr(whole, name)) for name in names}) if names else whole


def walk(*wholes: object) -> Iterator[Node]:
    """Every condition and expression in nodes, items or parts of one, parents first; nothing in None."""
    return (part for whole in wholes for part in below(whole) if type(part) in _KINDS)


def find(kind: type[_Kind], *wholes: object) -> Iterator[_Kind]:
    """The nodes of one kind in nodes, items or parts of one."""
    return (node for node in walk(*wholes) if isinstance(node, kind))


def below(whole: Any) -> Iterator[Any]:
    """``whole`` and everything it is made of: nodes, and what holds them, such as rows and steps."""
    waiting: list[Any] = [whole]
    while waiting:
        part = waiting.pop()
        yield part
        if type(part) not in _LEAVES:
            waiting += reversed(members(part))
