"""What the differences of conditions and of expressions share: one difference, and how alike two nodes are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from engine.comparison.edits.edit import Value
from engine.comparison.edits.same import key
from engine.errors import Location
from engine.language.expressions import (
    Apply,
    ByOutcome,
    Cases,
    Cell,
    Chosen,
    Citation,
    Compare,
    Connect,
    FactRef,
    ItemRef,
    Literal,
    Node,
    Scale,
    Text,
    Unpublished,
    VerdictIs,
    walk,
)

Path = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference inside an item; citations are None where those of the item hold."""

    change: str
    part: str
    path: Path
    before: Value
    after: Value
    at_before: Location | None
    at_after: Location | None
    weight: str = "rule"
    cite_before: tuple[Citation, ...] | None = None
    cite_after: tuple[Citation, ...] | None = None
    cells: Mapping[str, Cell] = field(default_factory=dict)
    unit: str | None = None


def whole(before: Node | None, after: Node | None, part: str, path: Path) -> list[Difference]:
    """A part that only one side has, or that is another altogether."""
    if before is None and after is None:
        return []
    change = "added" if before is None else "removed" if after is None else "changed"
    at_before, at_after = (None if node is None else node.at for node in (before, after))
    return [Difference(change, part, path, before, after, at_before, at_after)]


def wording(a: Node, b: Node, path: Path) -> Iterator[Difference]:
    """What differs in two nodes that mean the same: reasons of unpublished values, citations of steps."""
    reasons = [
        Counter(tuple(sorted(n.reason.items())) for n in walk(each) if isinstance(n, Unpublished)) for each in (a, b)
    ]
    gone, new = reasons[0] - reasons[1], reasons[1] - reasons[0]
    for before, after in zip(gone.elements(), new.elements(), strict=False):
        yield Difference("changed", "reason", path, dict(before), dict(after), a.at, b.at, "label")
    steps = [[step for n in walk(each) if isinstance(n, Scale) for step in n.steps] for each in (a, b)]
    for old, step in zip(*steps, strict=True):
        yield from citation_differences(old.cite, step.cite, (*path, ("step", step.name)), old.at, step.at)


def likeness(a: Node, b: Node) -> float:
    """How much of two nodes is the same, 0 to 1; half and more is one node that changed."""
    if key(a) == key(b):
        return 1.0
    match a, b:
        case Compare(), Compare():
            same = key(a.left) == key(b.left)
            return 0.5 + 0.2 * (a.operator == b.operator) + 0.2 * (key(a)[3] == key(b)[3]) if same else 0.0
        case Chosen(), Chosen():
            return 0.8 * (a.interpretation == b.interpretation)
        case VerdictIs(), VerdictIs():
            return 0.8 * (a.criterion.id == b.criterion.id)
        case (Literal() | Unpublished(), Literal() | Unpublished()):
            return 0.6
        case Connect(), Connect():
            return 0.8 * _overlap(a, b) + 0.15 * (a.operator == b.operator)
        case Apply(), Apply():
            return max(0.5 * (a.operator == b.operator), 0.9 * _overlap(a, b))
        case (Cases(), Cases()) | (Scale(), Scale()) | (ByOutcome(), ByOutcome()):
            return max(0.5, _overlap(a, b))
        case (Cases(otherwise=inner), other) | (other, Cases(otherwise=inner)):
            return 0.0 if inner is None else 0.9 * likeness(inner, other)
        case _:
            return _overlap(a, b)


def _overlap(a: Node, b: Node) -> float:
    """The share of comparisons, facts and items that two nodes have in common; a part is half of the whole and more."""
    atoms = [
        [n for n in walk(node) if isinstance(n, Compare | Chosen | VerdictIs | FactRef | ItemRef)] for node in (a, b)
    ]
    counts = [Counter(key(n) for n in each) for each in atoms]
    common, fewest = (counts[0] & counts[1]).total(), min(map(len, atoms))
    if not common:
        return 0.0
    return max(common / (counts[0] | counts[1]).total(), 0.65 * (common == fewest))


def cost(found: Sequence[Difference]) -> int:
    """How much there is to read: nodes, and a little for each difference; of a changed operator, the operator alone."""
    sides = [node for each in found for node in (each.before, each.after) if each.part != "operator"]
    return sum(sum(1 for _ in walk(node)) for node in sides if isinstance(node, Node)) + 2 * len(found)


def cited(
    found: Iterable[Difference], before: tuple[Citation, ...], after: tuple[Citation, ...]
) -> Iterator[Difference]:
    """The differences of a part that cites for itself, with what it cites; the item's citations hold elsewhere."""
    for each in found:
        yield each if each.weight == "citation" else replace(each, cite_before=before or None, cite_after=after or None)


def citation_differences(
    before: tuple[Citation, ...], after: tuple[Citation, ...], path: Path, at_before: Location, at_after: Location
) -> Iterator[Difference]:
    """The citations that only one side has, as one difference."""
    old, new = ([(cite.source, cite.locator) for cite in side] for side in (before, after))
    gone = tuple(cite for cite in before if (cite.source, cite.locator) not in new)
    came = tuple(cite for cite in after if (cite.source, cite.locator) not in old)
    if gone or came:
        change = "added" if not gone else "removed" if not came else "changed"
        places = (gone[0].at if gone else at_before, came[0].at if came else at_after)
        yield Difference(change, "citation", path, gone, came, *places, "citation", before, after)


def text_differences(
    before: Text | None, after: Text | None, part: str, path: Path, at_before: Location, at_after: Location
) -> Iterator[Difference]:
    """A text (label, note, question) that reads differently in some language."""
    if dict(before or {}) != dict(after or {}):
        change = "added" if before is None else "removed" if after is None else "changed"
        yield Difference(change, part, path, before, after, at_before, at_after, "label")
