"""What rules never do over all cases: a session comes in, gaps, overlaps and whatever can never decide goes out.

Tests and random cases show first what lives; for the rest a case is searched, or the exhausted inputs prove that there
is none. What neither settles is undecided, never silently passed.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from engine.errors import InputFault, Location
from engine.evaluation.evaluator import Run
from engine.evaluation.facts import Facts
from engine.evaluation.program import Program
from engine.evaluation.session import Session
from engine.language.facts import BENEFICIARY
from engine.language.values import UNDETERMINED, Absent, Value
from engine.policy.model import Convention, Criterion, Item, Table
from engine.review.backtracking import in_order
from engine.review.classes import fact_classes
from engine.review.enumeration import SEED, Combination, Enumeration, exhaustive
from engine.review.grounds import Ground, grounds
from engine.review.proof import MAX_PROVED
from engine.review.search import Finder, Found
from engine.review.settings import settings
from engine.suite.coverage import Probes, places
from engine.suite.observed import observe
from engine.suite.running import PolicyCase
from engine.suite.tables import Defect, Witness, table_defects, witness_of

RANDOM_CASES = 400
MAX_HITS = 8
RUNS_PER_HIT = 600
LIVING = ("row", "step", "rule", "derogation")
VERDICTS = ("met", "not_met")
SHOWN, PROVED, SUPERSEDED, UNDECIDED = "shown", "proved", "superseded", "undecided"
# A condition that every case meets does no harm: it is told, and no fault.
HARMLESS = "verdict-not-met"

Place = tuple[str, Location, str]  # kind, where, side (a verdict of a criterion, else "yes")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that the rules never do, or do and should not.

    ``code``: gap, overlap, or the kind of what never decides. ``status``: ``shown`` by the witness, ``proved`` (then
    the witness is a case that shows what happens instead), ``superseded`` (only a later convention's overlays, which
    every contract concerned has, keep it from deciding) or ``undecided``.
    """

    code: str
    convention: str
    item: str
    name: str
    at: Location
    status: str
    witness: Witness | None
    inputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def faulty(self) -> bool:
        """Whether the rules are at fault; what a later text explains, or what is undecided, is only told."""
        return self.status in (SHOWN, PROVED) and self.code != HARMLESS


@dataclass(slots=True)
class _Pool:
    """What cases were seen to do: the places that decided, and for each item a case that knows its answer."""

    session: Session
    reached: set[Place] = field(default_factory=set)
    known: dict[Location, tuple[str, Facts, Mapping[str, str]]] = field(default_factory=dict)
    _probes: dict[int, Probes] = field(default_factory=dict)

    def add(self, program: Program, run: Run, facts: Facts, choices: Mapping[str, str]) -> None:
        probe = self._probes.setdefault(id(program), Probes(program))
        self.reached.update(probe.reached(run, program.names.items))
        for compiled in program.steps:
            item = compiled.step.item
            value = run.answers[item.id][0]
            if isinstance(value, Absent):
                continue
            if isinstance(item.body, Criterion):
                self.reached.add(("verdict", item.at, str(value)))
            before = self.known.get(item.at)
            if before is None or len(before[1]) > len(facts):
                self.known[item.at] = (item.id, facts, choices)

    def try_case(self, facts: Facts, interpret: Mapping[str, str]) -> None:
        try:
            settled = self.session.settled(facts, interpret)
            self.add(settled.program, settled.run(), facts, interpret)
        except InputFault:
            return


def deep_findings(session: Session, cases: Sequence[PolicyCase] = ()) -> list[Finding]:
    """Every finding, in the order of the files; ``cases`` are tests, which spare searches."""
    pool = _Pool(session)
    for each in observe(session, cases):
        pool.add(each.program, each.run, each.case.facts, each.case.entry.get("interpret") or {})
    rng = random.Random(SEED)
    found: list[Finding] = []
    every = [ground for convention in session.registry.conventions.values() for ground in grounds(session, convention)]
    for ground in every:
        for facts in _random_cases(ground, rng):
            pool.try_case(facts, ground.interpret)
        found.extend(_finding(defect, ground) for defect in table_defects(session, ground))
    finder = Finder(session)
    for convention in session.registry.conventions.values():
        for item, name, place in _questions(convention):
            if place not in pool.reached:
                finding = _searched(pool, finder, every, convention, item, name, place)
                if finding is not None:
                    found.append(finding)
    unique = {(finding.code, finding.at, finding.name, tuple(finding.inputs.items())): finding for finding in found}
    return sorted(unique.values(), key=lambda finding: (finding.at, finding.code, finding.name))


def _finding(defect: Defect, ground: Ground) -> Finding:
    status = UNDECIDED if defect.witness is None else SHOWN
    item = defect.item
    return Finding(defect.code, item.convention, item.id, defect.name, defect.at, status, defect.witness, defect.inputs)


def _random_cases(ground: Ground, rng: random.Random) -> Iterator[Facts]:
    """Cases that start as the ground asks and draw the rest from the classes that items tell apart."""
    values = {
        name: [value for value in found if not isinstance(value, Absent)]
        for name, found in fact_classes(ground.survey, ground.survey.steps).items()
    }
    beneficiary = ground.convention.beneficiary
    for _ in range(RANDOM_CASES):
        facts: Facts = {name: rng.choice(found) for name, found in values.items() if found and rng.random() < 0.8}
        facts.update(rng.choice(ground.setting.starts))
        facts[BENEFICIARY] = beneficiary
        if in_order(facts, ground.survey):
            yield facts


def _questions(convention: Convention) -> Iterator[tuple[str, str, Place]]:
    """Everything that should decide in some case: the item's id, a name, and the place."""
    for place in places(convention):
        if place.kind in LIVING:
            yield place.item, place.name, (place.kind, place.at, "yes")
    for item in convention.items.values():
        if isinstance(item.body, Criterion):
            for verdict in VERDICTS:
                yield item.id, verdict, ("verdict", item.at, verdict)


def _searched(
    pool: _Pool,
    finder: Finder,
    every: Sequence[Ground],
    convention: Convention,
    item_id: str,
    name: str,
    place: Place,
) -> Finding | None:
    """None where a case is found in which the place decides."""
    statuses: dict[str, Witness | None] = {}
    for ground in every:
        for item in _carriers(ground, place):
            found = _under(pool, finder, ground, item, place)
            if found is None:
                return None
            statuses.setdefault(found[0], found[1])
    status = next((each for each in (UNDECIDED, SUPERSEDED, PROVED) if each in statuses), UNDECIDED)
    code = f"{place[0]}-{name.replace('_', '-')}" if place[0] == "verdict" else place[0]
    witness = statuses.get(status)
    at = convention.items[item_id].at if item_id in convention.items else place[1]
    if witness is None and status != UNDECIDED and at in pool.known:
        id_, facts, interpret = pool.known[at]
        witness = witness_of(pool.session, facts, interpret, id_)
    return Finding(code, convention.id, item_id, name, place[1], status, witness)


def _carriers(ground: Ground, place: Place) -> Iterator[Item]:
    """The items of a program in which the place may decide; overlays lend derogations to other items."""
    for compiled in ground.survey.program.steps:
        item = compiled.step.item
        inner = item.body.derogations if isinstance(item.body, Criterion) else ()
        if place[0] == "derogation":
            if any(derogation.at == place[1] for derogation in inner):
                yield item
        elif item.at == place[1] or any(at == place[1] for at in _inner_places(item)):
            yield item


def _inner_places(item: Item) -> Iterator[Location]:
    for name in ("rows", "rules"):
        yield from (part.at for part in getattr(item.body, name, ()))
    yield from (step.at for step in getattr(getattr(item.body, "expression", None), "steps", ()))


def _under(pool: _Pool, finder: Finder, ground: Ground, item: Item, place: Place) -> tuple[str, Witness | None] | None:
    """None where a case is found, else why there is none under this ground, and what comes instead."""
    survey, session = ground.survey, pool.session
    pinned = ground.pinned(item.id)
    enumeration = exhaustive(survey, item.id, {}, MAX_PROVED, pinned=pinned)
    hits = [combination for combination in enumeration if not combination.excluded and _shows(combination, item, place)]
    if not hits:
        return (PROVED if enumeration.proves else UNDECIDED, None)
    spread = hits[:: max(1, len(hits) // MAX_HITS)][:MAX_HITS]
    startless = 0
    for combination in spread:
        wanted = {n: c for n, c in enumeration.wanted(combination).items() if not _open(c.value, ground, n)}
        if not _startable(session, ground, enumeration, combination):
            startless += 1
            continue
        reached = finder.reach(ground.convention, wanted, ground.interpret, ground.setting.overlays, RUNS_PER_HIT)
        if isinstance(reached, Found):
            pool.try_case(reached.facts, reached.interpret)
            if place in pool.reached:
                return None
    if startless < len(spread) or any(_startable(session, ground, enumeration, each) for each in hits):
        return (UNDECIDED, None)
    wanted = {n: c for n, c in enumeration.wanted(hits[0]).items() if not _open(c.value, ground, n)}
    reached = finder.reach(ground.convention, wanted)
    if not isinstance(reached, Found):
        return (SUPERSEDED, None)
    return (SUPERSEDED, witness_of(session, reached.facts, reached.interpret, item.id))


def _open(value: Value, ground: Ground, name: str) -> bool:
    """Whether an input may be anything: absent items are left to the search."""
    return value is UNDETERMINED and name in ground.survey.steps


def _startable(session: Session, ground: Ground, enumeration: Enumeration, combination: Combination) -> bool:
    """Whether some contract has the facts of a combination under exactly these overlays."""
    facts: dict[str, tuple[Value, ...]] = {
        each.name: class_.values
        for each, class_ in zip(enumeration.inputs, combination.classes, strict=True)
        if each.kind == "fact"
    }
    possible = settings(session, ground.plain, ground.choices, facts)
    return any(setting.overlays == ground.setting.overlays for setting in possible)


def _shows(combination: Combination, item: Item, place: Place) -> bool:
    """Whether the place decides in a combination."""
    kind, at, side = place
    answer = combination.answer
    if kind == "verdict":
        return answer.value == side
    if kind == "rule":
        return any(rule.id in answer.rules and rule.at == at for rule in getattr(item.body, "rules", ()))
    if answer.decided is None:
        return False
    if isinstance(item.body, Criterion):
        return item.body.derogations[answer.decided].at == at
    if isinstance(item.body, Table):
        return item.body.rows[answer.decided].at == at
    steps = getattr(getattr(item.body, "expression", None), "steps", ())
    return bool(steps) and steps[answer.decided].at == at
