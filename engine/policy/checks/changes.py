"""Whether numbers look meant: a convention comes in, those that look mistyped or are written twice go out.

Nothing here is forbidden: a text may multiply an amount by ten. It is told, so that a person looks at it once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

from engine.errors import Problem, warning
from engine.language import expressions as tree
from engine.language.expressions import Apply, Compare, Expression, FactRef, ItemRef, Literal, below, find, walk
from engine.language.facts import Vocabulary
from engine.language.operators import COMPARISONS
from engine.language.types import SHARES
from engine.policy.model import Convention, DecisionTable, Item, Row
from engine.policy.overlays import covers, is_offer
from engine.policy.registry import Registry, earlier
from engine.words import LANGUAGES

UNITLESS = (None, "none")  # counts of whatever: two of them say nothing of each other
TELLING = 2  # a number from which on two that are alike are seldom so by chance
LEAP = 8  # times by which a number may grow or shrink before it looks like one with a digit too many
BEYOND = Decimal(10) ** 18  # further than any number that a case can give
_READ = (FactRef, ItemRef)
_MUCH = 10  # a ratio from here on is likely a percentage
_LOWER, _UPPER = ("at_least", "more_than"), ("at_most", "less_than")
_OPPOSITE = dict.fromkeys(_LOWER, _UPPER) | dict.fromkeys(_UPPER, _LOWER)


def restated_problems(registry: Registry, convention: Convention) -> Iterator[Problem]:
    """Comparisons with a number that is, in the same unit, a parameter's: a change of that would not reach them."""
    named: dict[tuple[str | None, object], str] = {
        (item.unit, row.then.value): item.id
        for item in convention.items.values()
        if isinstance(item.body, DecisionTable) and item.kind == "parameter" and item.unit not in UNITLESS
        for row in item.body.rows
        if isinstance(row.then, Literal)
    }
    units = {name: fact.type.unit for name, fact in registry.vocabulary.facts.items()}
    units |= {item.id: item.unit or "" for item in convention.items.values()}
    for compared in find(Compare, *convention.items.values()):
        unit = units.get(compared.left.name if isinstance(compared.left, FactRef) else compared.left.id)
        for operand in compared.operands:
            if isinstance(operand, Literal) and isinstance(operand.value, int | Decimal) and operand.value >= TELLING:
                id_ = named.get((unit, operand.value))
                if id_ is not None:
                    yield warning(operand.at, "literal-restated", value=operand.value, id=id_)


def change_problems(registry: Registry, convention: Convention) -> Iterator[Problem]:
    """Numbers that look mistyped by themselves, and numbers, bounds and units unlike those of the text before."""
    before = next(iter(earlier(convention, registry.conventions.values())), None)
    for item in convention.items.values():
        for part in below(item):
            if isinstance(part, Compare) and not is_offer(item):
                yield from _compared(part, item.id, registry.vocabulary)
            elif isinstance(part, Apply) and part.operator == "percent_of":
                yield from _small(item.id, part.operands[0])
            elif isinstance(part, Row) and isinstance(part.then, Literal):
                yield from _value(item, part.then)
            elif isinstance(part, tree.ByOutcome):
                yield from (p for _, each in part.values if isinstance(each, Literal) for p in _value(item, each))
        if isinstance(item.body, DecisionTable) and item.kind == "parameter":
            for old, new in pairwise(item.body.rows):
                yield from _number(item.id, old.then, new.then)
    for old_item, item in _pairs(registry, convention, before):
        if old_item.kind == item.kind:
            yield from _against(old_item, item)


def number_problems(item: Item, old: Literal | None, new: Literal) -> Iterator[Problem]:
    """Why the number of an item looks mistyped, by itself and beside the one whose place it takes, if any."""
    yield from _value(item, new)
    yield from _number(item.id, old, new)


def _pairs(registry: Registry, convention: Convention, before: Convention | None) -> Iterator[tuple[Item, Item]]:
    """An item of an older text and what stands for it in this one: under its id, or where an overlay replaces it."""
    if before is not None:
        yield from ((before.items[id_], item) for id_, item in convention.items.items() if id_ in before.items)
    for overlay in convention.overlays:
        covered = [older for older in registry.conventions.values() if covers(convention, overlay, older)]
        for old, new in overlay.replace.items():
            if new in convention.items:
                yield from ((older.items[old], convention.items[new]) for older in covered if old in older.items)


def _value(item: Item, literal: Literal) -> Iterator[Problem]:
    """Negative amounts, shares written where percents are meant, and percents where ratios are."""
    if item.unit in SHARES:
        yield from _small(item.id, literal)
    number = _of(literal)
    if number is not None and number < 0:
        yield warning(literal.at, "number-negative", id=item.id, value=number)
    if item.unit == "ratio" and number is not None and number >= _MUCH:
        yield warning(literal.at, "ratio-large", id=item.id, value=number, meant=f"{(number / 100).normalize():f}")


def _small(id_: str, node: Expression) -> Iterator[Problem]:
    number = _of(node)
    if number is not None and 0 < number < 1:
        yield warning(node.at, "percent-small", id=id_, value=number, meant=f"{(number * 100).normalize():f}")


def _against(old: Item, new: Item) -> Iterator[Problem]:
    """What is unlike in two items of one id: their unit, their rows and values, their comparisons."""
    if old.unit != new.unit:
        yield warning(new.at, "unit-changed", id=new.id, before=old.unit or "—", after=new.unit or "—")
        return
    if isinstance(old.body, DecisionTable) and isinstance(new.body, DecisionTable):
        if new.kind == "parameter":
            yield from _number(new.id, old.body.rows[-1].then, new.body.rows[0].then)
        for row in new.body.rows if new.kind == "table" else ():
            same = next((other for other in old.body.rows if other.cells == row.cells), row)
            yield from _number(new.id, same.then, row.then)
    former, latter = _written(old), _written(new)
    for place, nodes in latter.items():
        olds = former[place]
        for index, node in enumerate(nodes):
            among = [olds[index]] if len(olds) == len(nodes) else olds
            told = [list(_unlike(new.id, other, node)) for other in among]
            if all(told):
                yield from (told[0] if told else ())


def _written(item: Item) -> defaultdict[tuple[str, ...], list[Compare | Apply]]:
    """Where an item compares or computes, by what is compared or computed, in order."""
    found: defaultdict[tuple[str, ...], list[Compare | Apply]] = defaultdict(list)
    for part in below(item):
        if isinstance(part, Compare):
            found[_names(part.left)].append(part)
        elif isinstance(part, Apply):
            found[part.operator, *(name for each in part.operands for name in _names(each))].append(part)
    return found


def _names(node: Expression) -> tuple[str, ...]:
    """The facts and items that an expression reads, in order."""
    return tuple(each.name if isinstance(each, FactRef) else each.id for each in walk(node) if isinstance(each, _READ))


def _unlike(id_: str, old: Compare | Apply, new: Compare | Apply) -> Iterator[Problem]:
    if new.operator in _OPPOSITE.get(old.operator, ()):
        yield warning(new.at, "comparison-reversed", id=id_, before=_phrase(old), after=_phrase(new))
    if len(old.operands) == len(new.operands):
        for before, after in zip(old.operands, new.operands, strict=True):
            yield from _number(id_, before, after)
    if isinstance(old, Apply) and isinstance(new, Apply) and old.operator == new.operator:
        for former, latter in zip(old.options, new.options, strict=False):
            yield from _number(id_, Literal(former, old.at), Literal(latter, new.at))


def _phrase(node: Compare | Apply) -> Mapping[str, str]:
    """A comparison in words, without what is compared."""
    shown = [str(part.value) if isinstance(part, Literal) else "…" for part in node.operands]
    return {lang: COMPARISONS[node.operator].said(lang, "…", shown) for lang in LANGUAGES}


def _compared(node: Compare, id_: str, vocabulary: Vocabulary) -> Iterator[Problem]:
    """A share for a percentage, and a comparison that every value which the fact can have decides in the same way."""
    fact = vocabulary.facts.get(node.left.name) if isinstance(node.left, FactRef) else None
    literal = node.operands[0] if len(node.operands) == 1 else None
    number = _of(literal)
    if fact is not None and not fact.type.ordered and node.operator in ("in", "not_in"):
        every = fact.type.values or (True, False)
        if {part.value for part in node.operands if isinstance(part, Literal)} >= set(every):
            code = "comparison-always" if node.operator == "in" else "comparison-never"
            yield warning(node.at, code, fact=fact.label)
    if fact is None or number is None or fact.type.kind != "number" or not isinstance(literal, Literal):
        return
    if fact.type.unit in SHARES:
        yield from _small(id_, literal)
    low = -BEYOND if fact.minimum is None else fact.minimum
    high = BEYOND if fact.maximum is None else fact.maximum
    row = COMPARISONS[node.operator]
    if row.threshold and row.scalar(low, number) == row.scalar(high, number):
        yield warning(node.at, "comparison-always" if row.scalar(low, number) else "comparison-never", fact=fact.label)


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
