"""The smallest differences between two expressions: a pair of expressions comes in, differences go out."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

from engine.comparison.edits import conditions
from engine.comparison.edits.matching import ALIKE, matched
from engine.comparison.edits.pieces import Difference, Path, citation_differences, cost, likeness, whole, wording
from engine.comparison.edits.same import key, members, normal
from engine.language.expressions import (
    Apply,
    ByOutcome,
    Cases,
    Chosen,
    Compare,
    Condition,
    Expression,
    Literal,
    Scale,
    Step,
    Unpublished,
)
from engine.language.operators import EXPRESSIONS


def expression_differences(before: Expression | None, after: Expression | None, path: Path) -> list[Difference]:
    """How two expressions differ, at the smallest place."""
    if before is None or after is None:
        return whole(before, after, path[-1][0], path[:-1])
    a, b = normal(before), normal(after)
    if key(a) == key(b):
        return list(wording(a, b, path))
    return min((list(smallest(before, after, path)), list(smallest(a, b, path))), key=cost)


def smallest(a: Expression, b: Expression, path: Path) -> Iterator[Difference]:
    """The differences of two normal expressions."""
    if key(a) == key(b):
        yield from wording(a, b, path)
        return
    match a, b:
        case Unpublished(), Unpublished():
            names = [tuple(ref.name for ref in each.supplied_by) for each in (a, b)]
            yield Difference("changed", "supplied_by", path, names[0], names[1], a.at, b.at)
            yield from wording(a, b, path)
        case Apply(), Apply() if a.operator == b.operator and a.options == b.options:
            yield from _operands(a, b, path)
        case Cases(), Cases():
            yield from _cases(a, b, path)
        case (Cases(), _) | (_, Cases()):
            yield from _wrapped(a, b, path)
        case Scale(), Scale():
            yield from _scale(a, b, path)
        case ByOutcome(), ByOutcome() if a.outcome.id == b.outcome.id:
            values = dict(b.values)
            for name, value in a.values:
                inner = (*path, ("value", name))
                yield from (
                    smallest(value, values[name], inner) if name in values else whole(value, None, "expression", inner)
                )
            for name in [name for name, _ in b.values if name not in dict(a.values)]:
                yield from whole(None, values[name], "expression", (*path, ("value", name)))
        case _:
            yield from whole(a, b, "expression", path)


def _operands(a: Apply, b: Apply, path: Path) -> Iterator[Difference]:
    row = EXPRESSIONS[a.operator]
    inner = (*path, (row.name, str(a.options[0]) if row.tags else ""))
    if not row.unordered and not row.chain and len(a.operands) == len(b.operands):
        for left, right in zip(a.operands, b.operands, strict=True):
            yield from smallest(left, right, inner)
        return
    keys = [[key(operand) for operand in each.operands] for each in (a, b)]
    found = matched(keys[0], keys[1], lambda i, j: likeness(a.operands[i], b.operands[j]), ordered=row.chain)
    for i, j in (*found.same, *found.changed):
        yield from smallest(a.operands[i], b.operands[j], inner)
    for i, j in found.moved:
        moved = (a.operands[i], b.operands[j])
        yield Difference("moved", "expression", inner, *moved, moved[0].at, moved[1].at)
    for i in found.gone:
        yield Difference("removed", "expression", inner, a.operands[i], None, a.operands[i].at, b.at)
    for j in found.new:
        yield Difference("added", "expression", inner, None, b.operands[j], a.at, b.operands[j].at)


def _cases(a: Cases, b: Cases, path: Path) -> Iterator[Difference]:
    left, right = a.branches, b.branches
    keys = [[(key(when), key(then)) for when, then in branches] for branches in (left, right)]

    def alike(i: int, j: int) -> float:
        return 0.5 * likeness(left[i][0], right[j][0]) + 0.5 * likeness(left[i][1], right[j][1])

    found = matched(keys[0], keys[1], alike, ordered=True)
    for i, j in (*found.same, *found.changed):
        inner = (*path, ("case", str(j + 1)))
        yield from conditions.condition_differences(left[i][0], right[j][0], (*inner, ("when", "")))
        yield from smallest(left[i][1], right[j][1], inner)
    pairs = (*found.same, *found.changed)
    for i, j in found.moved:
        crossed = [other for other in pairs if (other[0] - i) * (other[1] - j) < 0]
        if all(_exclusive(left[i][0], left[p][0]) and _exclusive(right[j][0], right[q][0]) for p, q in crossed):
            continue
        moved = (_branch(a, i), _branch(b, j))
        yield Difference("moved", "case", (*path, ("case", str(j + 1))), *moved, left[i][0].at, right[j][0].at)
    for i in found.gone:
        inner = (*path, ("case", str(i + 1)))
        yield Difference("removed", "case", inner, _branch(a, i), None, left[i][0].at, b.at)
    for j in found.new:
        inner = (*path, ("case", str(j + 1)))
        yield Difference("added", "case", inner, None, _branch(b, j), a.at, right[j][0].at)
    if a.otherwise is not None and b.otherwise is not None:
        yield from smallest(a.otherwise, b.otherwise, (*path, ("otherwise", "")))
    else:
        yield from whole(a.otherwise, b.otherwise, "otherwise", path)


def _exclusive(a: Condition, b: Condition) -> bool:
    """Whether two conditions never hold together, so that either may come first: they want another choice or value."""
    for one, other in product(members(normal(a), "all"), members(normal(b), "all")):
        match one, other:
            case Chosen(), Chosen() if one.interpretation == other.interpretation and one.choice != other.choice:
                return True
            case Compare("is", left, Literal()), Compare("is", right, Literal()) if key(left) == key(right):
                if key(one) != key(other):
                    return True
    return False


def _branch(node: Cases, number: int) -> Cases:
    return Cases((node.branches[number],), None, node.branches[number][0].at)


def _wrapped(a: Expression, b: Expression, path: Path) -> Iterator[Difference]:
    """A formula that becomes, or was, what ``cases`` give otherwise; its branches alone are new or gone."""
    outer, inner, added = (b, a, True) if isinstance(b, Cases) else (a, b, False)
    assert isinstance(outer, Cases), "one of the two has cases"
    if outer.otherwise is None or likeness(outer.otherwise, inner) < ALIKE:
        yield from whole(a, b, "expression", path)
        return
    for number, (when, _) in enumerate(outer.branches):
        place, branch = (*path, ("case", str(number + 1))), _branch(outer, number)
        if added:
            yield Difference("added", "case", place, None, branch, inner.at, when.at)
        else:
            yield Difference("removed", "case", place, branch, None, when.at, inner.at)
    pair = (inner, outer.otherwise) if added else (outer.otherwise, inner)
    yield from smallest(*pair, (*path, ("otherwise", "")))


def _scale(a: Scale, b: Scale, path: Path) -> Iterator[Difference]:
    old, new = ({step.name: step for step in each.steps} for each in (a, b))
    found = matched(list(old), list(new), lambda i, j: 0.0, ordered=True)
    steps = (a.steps, b.steps)
    for i, j in found.same:
        yield from _step(steps[0][i], steps[1][j], (*path, ("step", steps[1][j].name)))
    for i, j in found.moved:
        name = steps[1][j].name
        yield Difference("moved", "step", (*path, ("step", name)), name, name, steps[0][i].at, steps[1][j].at)
    for i in found.gone:
        gone = steps[0][i]
        inner = (*path, ("step", gone.name))
        yield Difference(
            "removed", "step", inner, gone.reached_when, None, gone.at, b.at, cite_before=gone.cite or None
        )
    for j in found.new:
        came = steps[1][j]
        inner = (*path, ("step", came.name))
        yield Difference("added", "step", inner, None, came.reached_when, a.at, came.at, cite_after=came.cite or None)


def _step(a: Step, b: Step, path: Path) -> Iterator[Difference]:
    if a.reached_when is not None or b.reached_when is not None:
        inner = (*path, ("reached_when", ""))
        yield from conditions.condition_differences(a.reached_when, b.reached_when, inner)
    yield from citation_differences(a.cite, b.cite, path, a.at, b.at)
