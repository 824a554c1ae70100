"""The smallest differences between two conditions: a pair of conditions comes in, differences go out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.comparison.edits import formulas
from engine.comparison.edits.matching import ALIKE, matched
from engine.comparison.edits.pieces import Difference, Path, cost, likeness, whole, wording
from engine.comparison.edits.same import Key, key, members, normal, ranged, ranging, terms
from engine.errors import Location
from engine.language.expressions import (
    Apply,
    Chosen,
    Compare,
    Condition,
    Connect,
    FactRef,
    Unpublished,
    VerdictIs,
)
from engine.language.operators import COMPARISONS, CONNECTIVES


def condition_differences(before: Condition | None, after: Condition | None, path: Path) -> list[Difference]:
    """How two conditions differ: part by part, or alternative by alternative, whichever says it in fewer words."""
    if before is None or after is None:
        return whole(before, after, path[-1][0], path[:-1])
    a, b = normal(before), normal(after)
    if key(a) == key(b):
        return [*wording(a, b, path), *_range(a, b, path)]
    as_written = list(smallest(before, after, path)), list(smallest(a, b, path))
    by_terms = _by_terms(a, b, path)
    found = min((each for each in (*as_written, by_terms) if each is not None), key=cost)
    return [*found, *_range(a, b, path)]


def _range(a: Condition, b: Condition, path: Path) -> Iterator[Difference]:
    """A criterion that enters or leaves the range of ``any_criterion`` or ``every_criterion``.

    Whether it is new or gone altogether is for the caller to see; then the item itself says it.
    """
    old, new = ranged(a), ranged(b)
    if old and new:
        for id_ in sorted(new - old):
            yield Difference("added", "range", path, None, id_, a.at, b.at)
        for id_ in sorted(old - new):
            yield Difference("removed", "range", path, id_, None, a.at, b.at)


def _by_terms(a: Condition, b: Condition, path: Path) -> list[Difference] | None:
    """The difference of two lists of alternatives, those of one list that the other writes elsewhere left out."""
    both = (terms(a), terms(b))
    if both[0] is None or both[1] is None:
        return None
    common = {frozenset(term) for term in both[0]} & {frozenset(term) for term in both[1]}
    left, right = (_unmatched(node, common) for node in (a, b))
    return list(_members(left, right, "any", path, a.at, b.at))


def _unmatched(node: Condition, common: set[frozenset[Key]]) -> list[Condition]:
    """What is left of the alternatives of ``node`` without the ``common`` ones, as written where nothing is common."""
    rest: list[Condition] = []
    for part in members(node, "any"):
        own = terms(part) or []
        lacking = [term for term in own if frozenset(term) not in common]
        if len(lacking) == len(own):
            rest.append(part)
            continue
        for term in lacking:
            atoms = tuple(term.values())
            rest.append(atoms[0] if len(atoms) == 1 else Connect("all", atoms, atoms[0].at))
    return rest


def smallest(a: Condition, b: Condition, path: Path) -> Iterator[Difference]:
    """The differences of two normal conditions."""
    if key(a) == key(b):
        yield from wording(a, b, path)
        return
    match a, b:
        case Compare(), Compare() if key(a.left) == key(b.left):
            yield from _comparison(a, b, path)
        case Connect(), Connect() if a.operator == b.operator and not (ranging(a) and ranging(b)):
            if CONNECTIVES[a.operator].operands == "one":
                yield from smallest(a.parts[0], b.parts[0], (*path, (a.operator, "")))
            else:
                yield from _members(a.parts, b.parts, a.operator, path, a.at, b.at)
        case Connect(), Connect() if key(a)[1:] == key(b)[1:]:
            yield Difference("changed", "operator", path, a, b, a.at, b.at)
        case Chosen(), Chosen() if a.interpretation == b.interpretation:
            yield Difference("changed", "operand", path, a, b, a.at, b.at)
        case VerdictIs(), VerdictIs() if a.criterion.id == b.criterion.id:
            yield Difference("changed", "operand", path, a, b, a.at, b.at)
        case _:
            operator = _wraps(a, b)
            if operator is not None:
                yield from _members(members(a, operator), members(b, operator), operator, path, a.at, b.at)
            else:
                yield from whole(a, b, "condition", path)


def _wraps(a: Condition, b: Condition) -> str | None:
    """The connective under which one of two conditions is a part of the other."""
    for inner, outer in ((a, b), (b, a)):
        listing = isinstance(outer, Connect) and outer.operator in ("all", "any") and ranging(outer) is None
        if listing and isinstance(outer, Connect) and any(likeness(inner, part) >= ALIKE for part in outer.parts):
            return outer.operator
    return None


def _comparison(a: Compare, b: Compare, path: Path) -> Iterator[Difference]:
    inner = (*path, ("comparison", a.left.name if isinstance(a.left, FactRef) else a.left.id))
    rows = [COMPARISONS[each.operator] for each in (a, b)]
    listing = rows[0].alone == b.operator or rows[1].alone == a.operator  # two ways to say which values
    if a.operator != b.operator and not listing:
        same_right = not isinstance(a.right, tuple) and not isinstance(b.right, tuple) and key(a.right) == key(b.right)
        part = "operator" if same_right else "condition"
        yield Difference("changed", part, inner, a, b, a.at, b.at)
        return
    ends = [each.at if isinstance(each.right, tuple) else each.right.at for each in (a, b)]
    if _recursive(a, b) and not isinstance(a.right, tuple) and not isinstance(b.right, tuple):
        yield from formulas.smallest(a.right, b.right, inner)
    else:
        yield Difference("changed", "bound" if rows[0].threshold else "operand", inner, a, b, ends[0], ends[1])


def _recursive(a: Compare, b: Compare) -> bool:
    """Whether the difference of two operands lies deeper inside them."""
    if isinstance(a.right, Apply) and isinstance(b.right, Apply):
        return a.right.operator == b.right.operator
    return isinstance(a.right, Unpublished) and isinstance(b.right, Unpublished)


def _members(
    left: Iterable[Condition], right: Iterable[Condition], operator: str, path: Path, at_a: Location, at_b: Location
) -> Iterator[Difference]:
    a, b = list(left), list(right)
    ordered = CONNECTIVES[operator].chain
    found = matched([key(n) for n in a], [key(n) for n in b], lambda i, j: likeness(a[i], b[j]), ordered=ordered)
    for i, j in found.same:
        yield from wording(a[i], b[j], path)
    for i, j in found.changed:
        yield from smallest(a[i], b[j], path)
    inner = (*path, (operator, ""))
    for i, j in found.moved:
        yield Difference("moved", "condition", inner, a[i], b[j], a[i].at, b[j].at)
    for i in found.gone:
        yield Difference("removed", "condition", inner, a[i], None, a[i].at, at_b)
    for j in found.new:
        yield Difference("added", "condition", inner, None, b[j], at_a, b[j].at)
