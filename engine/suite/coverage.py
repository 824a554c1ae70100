"""Coverage of the rules: observed tests come in, every place that can decide goes out with the sides that they reach.

A place counts as reached only by a test that looks at its item: one that expects it, or something that is made of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from engine.errors import Location
from engine.evaluation.closures import condition
from engine.evaluation.program import Program, Run
from engine.evaluation.slots import Closure
from engine.language.expressions import Compare, Condition, FactRef, ItemRef, Literal, Unpublished, below, find, walk
from engine.language.operators import COMPARISONS
from engine.language.values import NOT_APPLICABLE, UNDETERMINED, Absent
from engine.policy.model import Convention, DecisionTable, Derogation, Item, Member, Outcome, Payment, Quantity
from engine.policy.registry import Registry
from engine.suite.observed import Observed

KINDS = ("item", "row", "step", "value", "rule", "derogation", "threshold")
BOTH = ("yes", "no")
ONE = ("yes",)

ReachedSide = tuple[str, Location, str]  # kind, place, side


@dataclass(frozen=True, slots=True)
class CoveragePoint:
    """Something that can decide: its kind, item, a name, where it is written, and the sides that it has.

    A threshold has two sides, ``yes`` and ``no``, or none where the sources do not publish it; all else has one.
    ``reads`` are the items that a threshold compares with.
    """

    kind: str
    convention: str
    item: str
    name: str
    at: Location
    sides: tuple[str, ...]
    reads: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Coverage:
    """Every place in the order of the files, and the sides that tests reach."""

    places: tuple[CoveragePoint, ...]
    reached: frozenset[ReachedSide]
    tests: int

    def sides(self, place: CoveragePoint) -> tuple[str, ...]:
        """The sides of a place that some test reaches."""
        return tuple(side for side in place.sides if (place.kind, place.at, side) in self.reached)

    def count(self, kind: str | None = None, convention: str | None = None) -> tuple[int, int]:
        """The sides reached and the sides that there are."""
        chosen = [p for p in self.places if kind in (None, p.kind) and convention in (None, p.convention)]
        return sum(len(self.sides(place)) for place in chosen), sum(len(place.sides) for place in chosen)

    @property
    def missed(self) -> tuple[CoveragePoint, ...]:
        return tuple(place for place in self.places if len(self.sides(place)) < len(place.sides))


def coverage(registry: Registry, observed: Sequence[Observed]) -> Coverage:
    """What the observed tests reach of the rules in ``registry``."""
    reached: set[ReachedSide] = set()
    probes: dict[int, Probes] = {}
    for each in observed:
        probe = probes.setdefault(id(each.run.program), Probes(each.run.program))
        reached.update(probe.reached(each.run, each.looked_at))
    found = tuple(place for convention in registry.conventions.values() for place in places(convention))
    return Coverage(found, frozenset(reached), len(observed))


def places(convention: Convention) -> Iterator[CoveragePoint]:
    """Every place of a convention that can decide, item by item, then in the derogations that overlays bring."""
    silent = unpublished(convention)
    wholes: tuple[Item | Derogation, ...] = (*convention.items.values(), *convention.derogations.values())
    for whole in wholes:
        own = "item" if isinstance(whole, Item) else "derogation"
        yield CoveragePoint(own, convention.id, whole.id, whole.id, whole.at, ONE)
        for kind, name, member in _inner(whole):
            yield CoveragePoint(kind, convention.id, whole.id, name, member.at, ONE)
        for name, _, asked in _thresholds(whole):
            nodes = [*walk(asked)]
            named = frozenset(node.id for node in nodes if isinstance(node, ItemRef))
            open_ = bool({*named, whole.id} & silent) or any(isinstance(node, Unpublished) for node in nodes)
            yield CoveragePoint("threshold", convention.id, whole.id, name, asked.at, () if open_ else BOTH, named)


def unpublished(convention: Convention) -> frozenset[str]:
    """The items to which the sources give no value at all: they are reached where they are undetermined."""
    return frozenset(id_ for id_, item in convention.items.items() if _silent(item))


def _silent(item: Item) -> bool:
    match item.body:
        case DecisionTable(_, rows):
            return all(isinstance(row.then, Unpublished) for row in rows)
        case Quantity(Unpublished()) | Payment(Unpublished(), _):
            return True
        case _:
            return False


def _inner(whole: Item | Derogation) -> Sequence[tuple[str, str, Member]]:
    """The parts of an item that can decide; of a parameter with one value the item says it all."""
    if isinstance(whole, Derogation) or (whole.kind == "parameter" and len(whole.members) < 2):
        return ()
    return whole.members


def _thresholds(whole: Item | Derogation) -> Iterator[tuple[str, FactRef | ItemRef, Condition]]:
    """Comparisons that order numbers or dates, and the bounds of cells: a name, what is compared, and what is asked."""
    for node in find(Compare, whole):
        if COMPARISONS[node.operator].threshold:
            yield _name(node), node.left, node
    for table in (part for part in below(whole) if isinstance(part, DecisionTable)):
        bounded = [(name, cell) for row in table.rows for name, cell in row.cells.items() if cell.bounds]
        yield from ((name, table.inputs[name], cell.asks(table.inputs[name])) for name, cell in bounded)


def _name(node: Compare) -> str:
    left = node.left.name if isinstance(node.left, FactRef) else node.left.id
    literals = [str(part.value) for part in node.operands if isinstance(part, Literal)]
    return " ".join((left, node.operator, *literals))


class Probes:
    """The thresholds of a program, compiled to be asked about each run."""

    def __init__(self, program: Program) -> None:
        self.program = program
        items, names = (step.step.item for step in program.steps), program.names
        self._asked: dict[str, list[tuple[Location, int, Closure]]] = {
            item.id: [(asked.at, names.slot(ref), condition(asked, names)) for _, ref, asked in _thresholds(item)]
            for item in items
        }

    def reached(self, run: Run, looked_at: Iterable[str]) -> Iterator[ReachedSide]:
        """The sides of the places that decide in a run, among the items looked at."""
        wanted = set(looked_at)
        for item in (compiled.step.item for compiled in self.program.steps if compiled.step.item.id in wanted):
            value, _, _, decided = run.answers[item.id]
            if _silent(item) if value is UNDETERMINED else value is not NOT_APPLICABLE:
                yield ("item", item.at, "yes")
            yield from _deciding(item, decided, run)
            for at, slot, closure in self._asked[item.id]:
                holds = None if isinstance(run.slots[slot][0], Absent) else closure(run.slots)[0]
                if holds is not None:
                    yield ("threshold", at, BOTH[0] if holds else BOTH[1])


def _deciding(item: Item, decided: int | None, run: Run) -> Iterator[ReachedSide]:
    """The rules, or the member of a body, that made an answer."""
    fired, members = run.rules(item.id), _inner(item)
    if isinstance(item.body, Outcome):
        yield from ((kind, member.at, "yes") for kind, id_, member in members if id_ in fired)
    elif decided is not None and members:
        kind, _, member = members[decided]
        yield (kind, member.at, "yes")
