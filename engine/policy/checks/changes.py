"""What changes against the text before looks meant: two conventions come in, numbers that look mistyped go out.

Nothing here is forbidden: a text may multiply an amount by ten. It is told, so that a person looks at it once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Decimal

from engine.errors import Problem, warning
from engine.language.expressions import Apply, Compare, FactRef, Literal, below
from engine.policy.model import Convention, DatedValue, Item, Parameter, Row, Table
from engine.policy.registry import Registry

LEAP = 8  # times by which a number may grow or shrink before it looks like one with a digit too many
_OPPOSITE = {
    "at_least": ("at_most", "less_than"),
    "more_than": ("at_most", "less_than"),
    "at_most": ("at_least", "more_than"),
    "less_than": ("at_least", "more_than"),
}


def change_problems(registry: Registry, convention: Convention) -> Iterator[Problem]:
    """Numbers that look mistyped by themselves, and numbers, bounds and units unlike those of the text before."""
    before = _before(registry, convention)
    for item in convention.items.values():
        yield from _doubtful(item)
        if isinstance(item.body, Parameter):
            for old, new in zip(item.body.values, item.body.values[1:], strict=False):
                yield from _number(item.id, old.value, new.value)
        old_item = before.items.get(item.id) if before is not None else None
        if old_item is not None and old_item.kind == item.kind:
            yield from _against(old_item, item)


def _before(registry: Registry, convention: Convention) -> Convention | None:
    """The text of the same beneficiary whose time comes just before."""
    older = [
        other
        for other in registry.conventions.values()
        if other.beneficiary == convention.beneficiary and other.signed_from < convention.signed_from
    ]
    return max(older, key=lambda other: other.signed_from, default=None)


def _doubtful(item: Item) -> Iterator[Problem]:
    """Negative amounts, and shares written where percents are meant."""
    for part in below(item.body):
        if isinstance(part, Apply) and part.operator == "percent_of" and isinstance(part.operands[0], Literal):
            yield from _small(item.id, part.operands[0])
        elif isinstance(part, DatedValue) and isinstance(part.value, Literal):
            yield from _value(item, part.value)
        elif isinstance(part, Row) and isinstance(part.then, Literal):
            yield from _value(item, part.then)


def _value(item: Item, literal: Literal) -> Iterator[Problem]:
    if item.unit == "percent":
        yield from _small(item.id, literal)
    number = _of(literal)
    if number is not None and number < 0:
        yield warning(literal.at, "number-negative", id=item.id, value=number)


def _small(id_: str, literal: Literal) -> Iterator[Problem]:
    number = _of(literal)
    if number is not None and 0 < number < 1:
        yield warning(literal.at, "percent-small", id=id_, value=number, meant=f"{(number * 100).normalize():f}")


def _against(old: Item, new: Item) -> Iterator[Problem]:
    """What is unlike in two items of one id: their unit, their rows and values, their comparisons."""
    if old.unit != new.unit:
        yield warning(new.at, "unit-changed", id=new.id, before=old.unit or "—", after=new.unit or "—")
        return
    if isinstance(old.body, Table) and isinstance(new.body, Table):
        for row in new.body.rows:
            same = next((other for other in old.body.rows if other.cells == row.cells), row)
            yield from _number(new.id, same.then, row.then)
    if isinstance(old.body, Parameter) and isinstance(new.body, Parameter):
        yield from _number(new.id, old.body.values[-1].value, new.body.values[0].value)
    former, latter = _comparisons(old), _comparisons(new)
    for left in latter:
        if len(former[left]) == len(latter[left]):
            for a, b in zip(former[left], latter[left], strict=True):
                yield from _comparison(new.id, a, b)


def _comparisons(item: Item) -> defaultdict[str, list[Compare]]:
    """The comparisons of an item, by what is compared, in order."""
    found: defaultdict[str, list[Compare]] = defaultdict(list)
    for part in below(item):
        if isinstance(part, Compare):
            found[part.left.name if isinstance(part.left, FactRef) else part.left.id].append(part)
    return found


def _comparison(id_: str, old: Compare, new: Compare) -> Iterator[Problem]:
    if new.operator in _OPPOSITE.get(old.operator, ()):
        yield warning(new.at, "comparison-reversed", id=id_, before=old.operator, after=new.operator)
    if len(old.operands) == len(new.operands) == 1:
        yield from _number(id_, old.operands[0], new.operands[0])


def _number(id_: str, old: object, new: object) -> Iterator[Problem]:
    """A number that is nothing like the one before it, or has its digits in another order."""
    before, after = _of(old), _of(new)
    if before is None or after is None or before == after or not isinstance(new, Literal):
        return
    low, high = sorted((abs(before), abs(after)))
    if high >= LEAP and high >= LEAP * low:
        yield warning(new.at, "number-leap", id=id_, before=before, after=after)
    elif _digits(before) == _digits(after):
        yield warning(new.at, "number-digits", id=id_, before=before, after=after)


def _of(node: object) -> Decimal | None:
    value = node.value if isinstance(node, Literal) else None
    return None if isinstance(value, bool | str) or value is None else Decimal(value)


def _digits(number: Decimal) -> Sequence[str]:
    return sorted(str(number))
