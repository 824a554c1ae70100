"""What a comparison has seen: cases run under both versions come in, each new kind of difference is kept with its case.

A kind is a result, from what to what, for what causes, and for whom.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.comparison.edits.changed import meaning
from engine.comparison.effects.attribution import ITEM, Attribution, Cause
from engine.comparison.effects.cases import Stock
from engine.comparison.effects.describe import Box, Index, box_around
from engine.comparison.effects.joint import MAX_NODES, Compared, Dim, Pair, compare, dims_of
from engine.comparison.effects.moved import near, with_fact
from engine.comparison.effects.twins import STOPPED, Both, Ground, Twins
from engine.evaluation.decision import FIXED_RESULTS
from engine.evaluation.facts import Facts
from engine.language.values import UNDETERMINED, Absent, Value
from engine.policy.model import Criterion
from engine.review.backtracking import in_order

# What only follows from another result that differs in the same case for the same causes.
FOLLOWS: Mapping[str, tuple[str, ...]] = {
    "aide.montant_du": ("eligibilite", "aide.montant_annuel", "verification.resultat", "verification.taux"),
    "verification.taux": ("verification.resultat",),
}
MORE, LESS = "more", "less"
MAX_KINDS = 400
# Evaluations of items in both versions that a study may spend, and that each item is given at least.
ALL_NODES = 120_000
LEAST_NODES = 800

Key = tuple[str, object, object, tuple[Cause, ...], object]


@dataclass(slots=True)
class Kind:
    """A kind of difference: how many cases showed it, and the plainest of them."""

    result: str
    before: Value | None
    after: Value | None
    causes: tuple[Cause, ...]
    box: Box | None
    both: Both
    follows: str | None
    seen: int = 1


@dataclass(slots=True)
class Study:
    """The differences seen so far under one reading of the open questions."""

    pair: Twins
    interpret: Mapping[str, str]
    kinds: dict[Key, Kind] = field(default_factory=dict)
    runs: int = 0
    _targets: dict[object, tuple[str, ...]] = field(default_factory=dict)
    nodes: int = ALL_NODES
    _shared: dict[object, Compared] = field(default_factory=dict)
    _compared: dict[object, Compared] = field(default_factory=dict)
    _indexes: dict[int, Index] = field(default_factory=dict)
    _open: list[object] = field(default_factory=list)
    _boxes: dict[tuple[object, str], list[Box]] = field(default_factory=dict)

    def compared(self, ground: Ground, id_: str) -> Compared:
        """An item in both versions, over all that its inputs may be.

        Two items may read each other in turn, each in one version: then what is not yet known of one counts as open.
        """
        key = (ground.key, id_)
        if key not in self._compared:
            affected = ground.changes.touched
            self._open.append(key)
            below = {
                read.name: self.compared(ground, read.name)
                for survey in (ground.a, ground.b)
                if id_ in survey.steps
                for read in survey.reads(id_).values()
                if read.kind == "item" and read.name in affected and (ground.key, read.name) not in self._open
            }
            self._open.pop()
            self._compared[key] = self._made(ground, id_, dims_of(ground, id_, below, affected, self.taken()))
        return self._compared[key]

    def _made(self, ground: Ground, id_: str, dims: tuple[Dim, ...]) -> Compared:
        """The comparison of an item, shared by the grounds that have the same two definitions and inputs."""
        items = tuple(s.steps[id_].step if id_ in s.steps else None for s in (ground.a, ground.b))
        key = (id_, dims, *(None if step is None else (meaning(step.item), step.type) for step in items))
        if key not in self._shared:
            bound = min(MAX_NODES, max(LEAST_NODES, self.nodes // 8))
            self._shared[key] = compare(ground, id_, dims, bound)
            self.nodes -= self._shared[key].nodes
        return self._shared[key]

    def taken(self) -> dict[str, Pair]:
        """The side taken in each question, in both versions."""
        a, b = self.pair.choices(self.interpret)
        return {id_: (a.get(id_, b.get(id_)), b.get(id_, a.get(id_))) for id_ in {**a, **b}}

    def targets(self, ground: Ground) -> tuple[str, ...]:
        """The results that are compared: the fixed ones, and the criteria that both versions have."""
        if ground.key not in self._targets:
            criteria = (
                id_
                for id_, compiled in ground.b.steps.items()
                if isinstance(compiled.step.item.body, Criterion) and id_ in ground.a.steps
            )
            self._targets[ground.key] = (*FIXED_RESULTS, *criteria)
        return self._targets[ground.key]

    def look(self, facts: Facts) -> bool:
        """Runs a case in both versions and keeps what is new; whether anything differs."""
        self.runs += 1
        both = self.pair.run(facts, self.interpret)
        if not both.ground.changes.affected:
            return False
        stopped = [each for each in both.stopped if each is not None]
        if stopped:
            return len(stopped) == 1 and self._stopped(both, stopped[0])
        differing = [(id_, *both.result(id_)) for id_ in self.targets(both.ground)]
        differing = [(id_, a, b) for id_, a, b in differing if a != b]
        if not differing:
            return False
        attribution = self._attribution(both)
        causes: dict[str, tuple[Cause, ...]] = {}
        for id_, a, b in differing:
            causes[id_] = tuple(sorted(attribution.causes(id_)))
            origin = _origin(id_, causes)
            self._keep(both, id_, a, b, causes[id_], origin)
        return True

    def look_around(self, facts: Facts, found: Stock, names: Sequence[str]) -> None:
        """Looks at a case with each fact in turn at each other value."""
        for name in names:
            survey = self.pair.grounds[0].b
            for value in (*found.values.get(name, ()), *near(facts, name, survey)):
                changed = with_fact(facts, name, value)
                if changed != facts and in_order(changed, survey):
                    self.look(changed)

    def causes(self, both: Both, id_: str) -> tuple[Cause, ...]:
        """Why a result differs in a case."""
        return tuple(sorted(self._attribution(both).causes(id_)))

    def _attribution(self, both: Both) -> Attribution:
        return Attribution(both, both.ground.changes.changed, self._overlays(both.ground))

    def _stopped(self, both: Both, why: tuple[str, str]) -> bool:
        code, id_ = why
        before, after = (code, None) if both.stopped[0] else (None, code)
        self._keep(both, STOPPED, before, after, (Cause(ITEM, id_, id_),), None)
        return True

    def _keep(
        self,
        both: Both,
        id_: str,
        before: Value | None,
        after: Value | None,
        causes: tuple[Cause, ...],
        follows: str | None,
    ) -> None:
        box = self._box(both, causes[0].seen_at) if len(causes) == 1 else None
        where = None if box is None else (box.item, box.restrictions)
        key = (id_, *self.step(both.ground, id_, before, after), causes, where)
        known = self.kinds.get(key)
        if known is not None:
            known.seen += 1
            if known.follows is not None:
                known.follows = follows
        elif len(self.kinds) < MAX_KINDS:
            self.kinds[key] = Kind(id_, before, after, causes, box, both, follows)

    def step(self, ground: Ground, id_: str, before: Value | None, after: Value | None) -> tuple[object, object]:
        """From what to what, where open numbers are only more or less."""
        known = [survey.possible[id_].values for survey in (ground.a, ground.b) if id_ in survey.possible]
        if None not in known or isinstance(before, Absent | None) or isinstance(after, Absent | None):
            return tuple("known" if None in known and not isinstance(v, Absent | None) else v for v in (before, after))  # type: ignore[return-value]
        return ("known", MORE if after > before else LESS)  # type: ignore[operator]

    def _box(self, both: Both, item: str) -> Box | None:
        pair = both.values(item)
        values = self._values(both, item)
        kept = self._boxes.setdefault((both.ground.key, item), [])
        index = self._index(self.compared(both.ground, item))
        box = box_around(index, values, pair, kept)
        if box is not None and box not in kept:
            kept.append(box)
        return box

    def _index(self, compared: Compared) -> Index:
        if id(compared) not in self._indexes:
            self._indexes[id(compared)] = Index.of(compared)
        return self._indexes[id(compared)]

    def _values(self, both: Both, item: str) -> dict[tuple[str, str], Pair]:
        found: dict[tuple[str, str], Pair] = {}
        for dim in self.compared(both.ground, item).dims:
            if dim.kind == "fact":
                value: Value = both.facts.get(dim.name, UNDETERMINED)
                found[dim.kind, dim.name] = (value, value)
            elif dim.kind == "item":
                found[dim.kind, dim.name] = both.values(dim.name)
            else:
                found[dim.kind, dim.name] = (both.choices_a.get(dim.name), both.choices_b.get(dim.name))
        return found

    def _overlays(self, ground: Ground) -> dict[str, str]:
        """The items that an overlay of one version only changes."""
        found: dict[str, str] = {}
        for side, names in ((self.pair.a, ground.key[0]), (self.pair.b, ground.key[1])):
            for later, overlay in side.session.registry.covering(side.convention):
                if f"{later.id}/{overlay.id}" in set(ground.key[0]) ^ set(ground.key[1]) and names:
                    found.update(dict.fromkeys((*overlay.replace, *overlay.add_derogations), overlay.id))
        return found


def _origin(id_: str, causes: Mapping[str, tuple[Cause, ...]]) -> str | None:
    """The result of which another is only the consequence: no cause of its own stands beside those of its origins."""
    known = [result for result in FOLLOWS.get(id_, ()) if causes.get(result)]
    above = {(cause.kind, cause.id) for result in known for cause in causes[result]}
    return known[0] if known and {(cause.kind, cause.id) for cause in causes[id_]} <= above else None
