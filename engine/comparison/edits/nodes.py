"""Tree diff of conditions and expressions: two nodes come in, the edits between them go out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from engine.comparison.edits.edit import ALIKE, Edit, Spot, citation_edits, listed
from engine.comparison.edits.same import key, members, normal, ranged, ranging
from engine.language import expressions as tree
from engine.language.operators import COMPARISONS, CONNECTIVES, EXPRESSIONS

ATOMS = (tree.Compare, tree.Chosen, tree.VerdictIs, tree.FactRef, tree.ItemRef)


def node_edits(before: tree.Node, after: tree.Node, spot: Spot) -> Iterator[Edit]:
    """How two nodes differ."""
    if before == after:
        return
    a, b = normal(before), normal(after)
    if key(a) == key(b):
        yield from _wording(a, b, spot)
    else:
        yield from smallest(before, after, spot)
    yield from _range(a, b, spot)


def optional_edits(
    before: tree.Node | None, after: tree.Node | None, part: str, spot: Spot, inner: Spot
) -> Iterator[Edit]:
    """The differences ``inner`` a part that either side may lack."""
    if before is not None and after is not None:
        yield from node_edits(before, after, inner)
    elif before is not None or after is not None:
        yield spot.on(before, after).edit(part, before, after, apart=True)


def smallest(a: tree.Node, b: tree.Node, spot: Spot) -> Iterator[Edit]:
    """The differences of two nodes as they are written."""
    here = spot.on(a, b)
    match a, b:
        case _ if key(a) == key(b):
            yield from _wording(a, b, spot)
        case tree.Compare(), tree.Compare() if a.left == b.left:
            yield from _comparison(a, b, here)
        case tree.Connect(), tree.Connect() if a.operator == b.operator and not (ranging(a) and ranging(b)):
            if CONNECTIVES[a.operator].operands == "one":
                yield from smallest(a.parts[0], b.parts[0], spot.inside((a.operator, "")))
            else:
                yield from _members(a.parts, b.parts, a.operator, here, chain=CONNECTIVES[a.operator].chain)
        case tree.Connect(), tree.Connect() if key(a)[1:] == key(b)[1:]:
            yield here.edit("operator", a, b)
        case (tree.Chosen(one), tree.Chosen(two)) | (tree.VerdictIs(one), tree.VerdictIs(two)) if one == two:
            yield here.edit("operand", a, b)
        case _ if not (isinstance(a, tree.Condition) and isinstance(b, tree.Condition)):
            yield from _formula(a, b, here)
        case _ if (operator := _wraps(a, b)) is not None:
            yield from _members(members(a, operator), members(b, operator), operator, here)
        case _:
            yield here.edit("condition", a, b)


def _formula(a: Any, b: Any, spot: Spot) -> Iterator[Edit]:
    """The differences of two expressions that do not mean the same."""
    match a, b:
        case tree.Unpublished(), tree.Unpublished():
            yield spot.edit("supplied_by", *(tuple(ref.name for ref in each.supplied_by) for each in (a, b)))
            yield from _wording(a, b, spot)
        case tree.Apply(), tree.Apply() if a.operator == b.operator and a.options == b.options:
            yield from _operands(a, b, spot)
        case tree.Cases(), tree.Cases():
            yield from _cases(a, b, spot)
        case (tree.Cases(_, inner), other) | (other, tree.Cases(_, inner)) if inner and likeness(inner, other) >= ALIKE:
            old, new = (each if isinstance(each, tree.Cases) else tree.Cases((), each, each.at) for each in (a, b))
            yield from _cases(old, new, spot)
        case tree.Scale(), tree.Scale():
            yield from _steps(a, b, spot)
        case tree.ByOutcome(), tree.ByOutcome() if a.outcome == b.outcome:
            values = dict(a.values), dict(b.values)
            for name in dict.fromkeys((*values[0], *values[1])):
                inside = spot.inside(("value", name))
                yield from optional_edits(values[0].get(name), values[1].get(name), "expression", inside, inside)
        case _:
            yield spot.edit("expression", a, b)


def _comparison(a: tree.Compare, b: tree.Compare, spot: Spot) -> Iterator[Edit]:
    inner = spot.inside(("comparison", a.left.name if isinstance(a.left, tree.FactRef) else a.left.id))
    row, other = COMPARISONS[a.operator], COMPARISONS[b.operator]
    listing = row.alone == b.operator or other.alone == a.operator  # two ways to say which values
    if a.operator != b.operator and not listing:
        one = not isinstance(a.right, tuple) and not isinstance(b.right, tuple) and key(a.right) == key(b.right)
        yield inner.edit("operator" if one else "condition", a, b)
        return
    match a.right, b.right:
        case (tree.Apply(operator), tree.Apply(same)) if operator == same:
            yield from smallest(a.right, b.right, inner)
        case _:
            yield inner.on(a.right, b.right).edit("bound" if row.threshold else "operand", a, b)


def _members(
    old: Sequence[Any], new: Sequence[Any], operator: str, spot: Spot, part: str = "condition", *, chain: bool = False
) -> Iterator[Edit]:
    """The members of a list of conditions or operands; in a chain, one decides before another."""
    return listed(
        old, new, spot, part=part, keys=key, alike=likeness, ordered=chain, replaces=True,
        step=lambda member, number: (operator, ""),
        both=lambda one, other, inner: smallest(one, other, spot if part == "condition" else inner),
    )  # fmt: skip


def _operands(a: tree.Apply, b: tree.Apply, spot: Spot) -> Iterator[Edit]:
    row = EXPRESSIONS[a.operator]
    if row.unordered or row.chain or len(a.operands) != len(b.operands):
        yield from _members(a.operands, b.operands, row.name, spot, "expression", chain=row.chain)
        return
    inner = spot.inside((row.name, str(a.options[0]) if row.tags else ""))
    for left, right in zip(a.operands, b.operands, strict=True):
        yield from smallest(left, right, inner)


def _cases(a: tree.Cases, b: tree.Cases, spot: Spot) -> Iterator[Edit]:
    """Cases by their conditions and values; of those that moved, the ones that no other may come before."""
    old, new = ([tree.Cases((branch,), None, branch[0].at) for branch in each.branches] for each in (a, b))

    def both(one: tree.Cases, other: tree.Cases, inner: Spot) -> Iterator[Edit]:
        (left,), (right,) = one.branches, other.branches
        yield from node_edits(left[0], right[0], inner.inside(("when", "")))
        yield from smallest(left[1], right[1], inner)

    def alike(one: tree.Cases, other: tree.Cases) -> float:
        return sum(0.5 * likeness(*pair) for pair in zip(one.branches[0], other.branches[0], strict=True))

    yield from listed(
        old, new, spot, part="case", keys=key, alike=alike, ordered=True,
        step=lambda member, number: ("case", str(number + 1)), both=both,
        crossing=lambda one, other: not _exclusive(one.branches[0][0], other.branches[0][0]),
    )  # fmt: skip
    yield from optional_edits(a.otherwise, b.otherwise, "otherwise", spot, spot.inside(("otherwise", "")))


def _exclusive(a: tree.Condition, b: tree.Condition) -> bool:
    """Whether two conditions never hold together, so that either may come first: they want another choice or value."""
    for one, other in product(members(normal(a), "all"), members(normal(b), "all")):
        match one, other:
            case tree.Chosen(asked, choice), tree.Chosen(same, way) if asked == same and choice != way:
                return True
            case tree.Compare("is", left, tree.Literal()), tree.Compare("is", right, tree.Literal()) if left == right:
                if key(one) != key(other):
                    return True
    return False


def _steps(a: tree.Scale, b: tree.Scale, spot: Spot) -> Iterator[Edit]:
    def both(one: tree.ScaleStep, other: tree.ScaleStep, inner: Spot) -> Iterator[Edit]:
        reached = inner.inside(("reached_when", ""))
        yield from optional_edits(one.reached_when, other.reached_when, "reached_when", inner, reached)
        yield from citation_edits(one.cite, other.cite, inner)

    return listed(
        a.steps, b.steps, spot, part="step", keys=lambda step: step.name, ordered=True,
        step=lambda step, number: ("step", step.name), both=both, shown=lambda step: step.reached_when,
    )  # fmt: skip


def _wraps(a: tree.Node, b: tree.Node) -> str | None:
    """The connective under which one of two conditions is a part of the other."""
    for inner, outer in ((a, b), (b, a)):
        listing = isinstance(outer, tree.Connect) and outer.operator in ("all", "any") and ranging(outer) is None
        if listing and isinstance(outer, tree.Connect) and any(likeness(inner, part) >= ALIKE for part in outer.parts):
            return outer.operator
    return None


def _range(a: tree.Node, b: tree.Node, spot: Spot) -> Iterator[Edit]:
    """A criterion that enters or leaves the range of ``any_criterion`` or ``every_criterion``.

    One that is new or gone says so itself.
    """
    old, new, here = ranged(a), ranged(b), spot.on(a, b)
    if old and new:
        for id_ in sorted((old ^ new) & spot.setting.old.keys() & spot.setting.new.keys()):
            yield here.edit("range", None, id_) if id_ in new else here.edit("range", id_, None)


def _wording(a: tree.Node, b: tree.Node, spot: Spot) -> Iterator[Edit]:
    """What differs in two nodes that mean the same: reasons of unpublished values, citations of steps."""
    here = spot.on(a, b)
    reasons = [
        Counter(tuple(sorted(n.reason.items())) for n in tree.walk(each) if isinstance(n, tree.Unpublished))
        for each in (a, b)
    ]
    gone, new = reasons[0] - reasons[1], reasons[1] - reasons[0]
    for before, after in zip(gone.elements(), new.elements(), strict=False):
        yield here.edit("reason", dict(before), dict(after), weight="label")
    steps = [[step for n in tree.walk(each) if isinstance(n, tree.Scale) for step in n.steps] for each in (a, b)]
    for old, step in zip(*steps, strict=True):
        yield from citation_edits(old.cite, step.cite, spot.inside(("step", step.name)).on(old, step))


def likeness(a: tree.Node, b: tree.Node) -> float:
    """How much of two nodes is the same, 0 to 1; half and more is one node that changed."""
    if key(a) == key(b):
        return 1.0
    match a, b:
        case tree.Compare(), tree.Compare():
            right = key(a.right) == key(b.right)
            return 0.5 + 0.2 * (a.operator == b.operator) + 0.2 * right if a.left == b.left else 0.0
        case (tree.Literal() | tree.Unpublished(), tree.Literal() | tree.Unpublished()):
            return 0.6
        case tree.Connect(), tree.Connect():
            return 0.8 * _overlap(a, b) + 0.15 * (a.operator == b.operator)
        case tree.Apply(), tree.Apply():
            return max(0.5 * (a.operator == b.operator), 0.9 * _overlap(a, b))
        case _:
            return _overlap(a, b)


def _overlap(a: tree.Node, b: tree.Node) -> float:
    """The share of comparisons, facts and items that two nodes have in common; a part is half of the whole and more."""
    counts = [Counter(key(n) for n in tree.walk(node) if isinstance(n, ATOMS)) for node in (a, b)]
    common, fewest = (counts[0] & counts[1]).total(), min(count.total() for count in counts)
    if not common:
        return 0.0
    return max(common / (counts[0] | counts[1]).total(), 0.65 * (common == fewest))
