"""For whom the result changes between two versions, and why: two sides come in, witnessed differences go out.

Changed items are exhausted over their inputs, which proves what has no effect; cases then show what has one. What
neither settles is told with its bound.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from engine.comparison.effects.attribution import Cause
from engine.comparison.effects.cases import Stock, neighbours, sampled, stock
from engine.comparison.effects.describe import Box
from engine.comparison.effects.effects import Status, statuses, unseen, unsettled
from engine.comparison.effects.joint import Pair
from engine.comparison.effects.reaching import composed, facts_below, lifted, reached, readings
from engine.comparison.effects.seeking import sought
from engine.comparison.effects.study import Kind, Study
from engine.comparison.effects.twins import STOPPED, Side, Twins, twins
from engine.comparison.effects.witness import Witness, ascertained, witness_of
from engine.evaluation.decision import FIXED_RESULTS
from engine.evaluation.facts import Facts
from engine.evaluation.session import Session
from engine.language.values import UNDETERMINED, Absent, Value
from engine.review.enumeration import SEED

SAMPLES = 2_000
# Of one result, from one value to one other, for the same causes: how many groups of cases are kept with a witness.
MAX_GROUPS = 6
# Readings other than the default ones that are looked at, for changes that show under no other.
MAX_READINGS = 4
# Changed items that are followed up to the results where no case has shown them there.
MAX_ITEMS = 6

GAIN, LOSS, OPENED, SETTLED, OTHER = "gain", "loss", "opened", "settled", "other"
WORTH: Mapping[str, Mapping[str, int]] = {
    "eligibilite": {"ineligible": 0, "eligible": 1},
    "verification.resultat": {"nul": 0, "prorata": 1, "plein": 2},
}
MONEY = ("aide.montant_annuel", "aide.montant_du", "verification.taux")


@dataclass(frozen=True, slots=True)
class Effect:
    """A result that changes: from what to what, for what causes, for whom, and the case that shows it.

    ``kind`` is gain, loss, opened (no longer known), settled (now known) or other. ``box`` tells whom where few words
    can, and ``inputs`` are those of its item in the case; ``seen`` counts the cases of the comparison. ``follows`` is
    the result of which this one is the consequence.
    """

    result: str
    before: Value
    after: Value
    kind: str
    causes: tuple[Cause, ...]
    box: Box | None
    inputs: Mapping[str, Pair]
    witness: Witness
    seen: int
    follows: str | None


@dataclass(frozen=True, slots=True)
class Behaviour:
    """What the comparison of two versions found. ``more`` counts the groups of cases left out, by result.

    ``unconfirmed`` counts kinds of differences that the decisions did not bear out: there should be none. ``first`` to
    ``last`` are the signature days of the comparison, None where the versions share none, or it has no end.
    """

    a: Side
    b: Side
    effects: tuple[Effect, ...]
    more: Mapping[str, int]
    statuses: tuple[Status, ...]
    cases: int
    seed: int
    unconfirmed: int
    first: dt.date | None = None
    last: dt.date | None = None

    @property
    def forced(self) -> bool:
        return self.a.convention.id != self.b.convention.id


def behaviour(a: Side, b: Side, samples: int = SAMPLES) -> Behaviour:
    """The differences between two versions; two conventions are compared on the signature days of the later one."""
    pair = twins(a, b)
    if pair is None:
        return Behaviour(a, b, (), {}, (), 0, SEED, 0)
    found = stock(pair, {})
    study = Study(pair, {})
    if not any(ground.changes.affected for ground in pair.grounds):
        return Behaviour(a, b, (), {}, (), 0, SEED, 0, *_days(pair))
    names = _names(pair, found)
    for facts in _cases(found, names, pair, samples):
        study.look(facts)
    for item in unsettled(study):
        reached(study, found, item)
    lifted(study, found)
    for item in unseen(study)[:MAX_ITEMS]:
        composed(study, found, item)
    if not pair.forced:  # two conventions differ in so much that no few cases are missing
        for item in unseen(study)[:MAX_ITEMS]:
            sought(study, found, item)
    others = [] if pair.forced else list(_other_readings(study, found))
    studies = [study, *others]
    effects, more, unconfirmed = _effects(studies, found)
    runs = sum(each.runs for each in studies)
    return Behaviour(a, b, effects, more, statuses(studies, effects, runs), runs, SEED, unconfirmed, *_days(pair))


def _days(pair: Twins) -> tuple[dt.date, dt.date | None]:
    return (pair.first, None if pair.before is None else pair.last)


def behaviours(a: Session, b: Session, samples: int = SAMPLES) -> tuple[Behaviour, ...]:
    """Every convention that two registries share, one after the other."""
    first, second = a.registry.conventions, b.registry.conventions
    shared = [id_ for id_ in first if id_ in second]
    return tuple(behaviour(Side(a, first[id_]), Side(b, second[id_]), samples) for id_ in shared)


def _cases(found: Stock, names: Sequence[str], pair: Twins, samples: int) -> Iterator[Facts]:
    survey = pair.grounds[0].b
    yield from neighbours(found, names, survey)
    yield from sampled(found, names, survey, samples)


def _names(pair: Twins, found: Stock) -> list[str]:
    """The facts that a changed result may rest on: those below any item that a change touches."""
    names: dict[str, None] = {}
    for ground in pair.grounds:
        for survey in (ground.a, ground.b):
            ids = [id_ for id_ in ground.changes.affected if id_ in survey.steps]
            names.update(dict.fromkeys(name for name in facts_below(survey, ids) if name in found.values))
    return sorted(names) or list(found.values)


def _other_readings(study: Study, found: Stock) -> Iterator[Study]:
    """Studies under readings other than the default ones, where only those show a change."""
    asked = [interpret for item in unsettled(study) for interpret in readings(study, item)]
    for interpret in [each for i, each in enumerate(asked) if each not in asked[:i]][:MAX_READINGS]:
        other = Study(study.pair, interpret)
        for item in unsettled(study):
            if interpret in list(readings(study, item)):
                reached(other, found, item)
        if other.kinds:
            yield other


def _effects(studies: Sequence[Study], found: Stock) -> tuple[tuple[Effect, ...], dict[str, int], int]:
    """The witnessed kinds, the most consequential first; how many more there are, and how many are not confirmed."""
    effects: list[Effect] = []
    more: dict[str, int] = {}
    unconfirmed = 0
    for study in studies:
        for kind in _kept(study, more):
            if kind.box is not None:
                kind.box = ascertained(study, kind.box, kind.both)
            witness = witness_of(study, kind, found.bases[0])
            if witness is None:
                unconfirmed += 1
            else:
                effects.append(_effect(kind, witness))
    effects.sort(key=_rank)
    return tuple(effects), more, unconfirmed


def _kept(study: Study, more: dict[str, int]) -> Iterator[Kind]:
    """The plainest groups of each step; differences of several causes only where one of them shows in no other way.

    Where complete cases show a change, cases that lack a fact show the same one to or from undetermined: left out.
    """
    complete = {_whom(kind) for kind in study.kinds.values() if UNDETERMINED not in (kind.before, kind.after)}
    single = {(kind.result, kind.causes[0]) for kind in study.kinds.values() if len(kind.causes) == 1}
    groups: dict[object, int] = {}
    for kind in sorted(study.kinds.values(), key=_plainness):
        if kind.box is not None and UNDETERMINED in (kind.before, kind.after) and _whom(kind) in complete:
            continue
        joint = len(kind.causes) > 1 and all((kind.result, cause) in single for cause in kind.causes)
        key = (kind.result, str(kind.before), str(kind.after), kind.causes)
        groups[key] = groups.get(key, 0) + 1
        if not joint and groups[key] <= (MAX_GROUPS if kind.follows is None else 1):
            yield kind
        elif kind.follows is None:
            more[kind.result] = more.get(kind.result, 0) + 1


def _whom(kind: Kind) -> tuple[object, ...]:
    return (kind.result, kind.causes, None if kind.box is None else kind.box.restrictions)


def _effect(kind: Kind, witness: Witness) -> Effect:
    return Effect(
        result=kind.result,
        before=witness.before,
        after=witness.after,
        kind=effect_of(kind.result, witness.before, witness.after),
        causes=kind.causes,
        box=kind.box,
        inputs=_inputs(kind),
        witness=witness,
        seen=kind.seen,
        follows=kind.follows,
    )


def _inputs(kind: Kind) -> dict[str, Pair]:
    asked = () if kind.box is None else kind.box.restrictions
    return {each.name: kind.both.values(each.name) for each in asked if each.kind == "item"}


def _plainness(kind: Kind) -> tuple[int, int, int]:
    """Few causes first, then groups in few words, then those that many cases showed."""
    return (len(kind.causes), 99 if kind.box is None else len(kind.box.restrictions), -kind.seen)


def _rank(effect: Effect) -> tuple[int, int, int]:
    order = (STOPPED, "eligibilite", *MONEY, *FIXED_RESULTS)
    place = order.index(effect.result) if effect.result in order else len(order)
    kinds = (LOSS, GAIN, OPENED, SETTLED, OTHER)
    return (place, len(effect.causes) > 1, kinds.index(effect.kind))


def effect_of(result: str, before: Value, after: Value) -> str:
    """Whether a change of a result is a gain or a loss for the doctor, or of knowledge only."""
    if after is UNDETERMINED or before is UNDETERMINED:
        return OPENED if after is UNDETERMINED else SETTLED
    worth = WORTH.get(result, {"met": 1, "not_met": 0})
    ranks = (worth.get(str(before)), worth.get(str(after)))
    if ranks[0] is not None and ranks[1] is not None:
        return GAIN if ranks[1] > ranks[0] else LOSS
    if result in MONEY and not isinstance(before, str | Absent) and not isinstance(after, str | Absent):
        return GAIN if after > before else LOSS  # type: ignore[operator]
    return LOSS if result in MONEY and after is Absent.NOT_APPLICABLE else OTHER
