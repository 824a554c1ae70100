"""What is known of each changed item: the studies and their effects come in, a status for each item goes out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.comparison.effects.attribution import Cause
from engine.comparison.effects.joint import MAX_NODES
from engine.comparison.effects.reaching import definition
from engine.comparison.effects.study import Study
from engine.comparison.effects.twins import NOT_RESULTS, Ground
from engine.evaluation.decision import FIXED_RESULTS
from engine.review.classes import Survey
from engine.review.enumeration import SEED

FOUND, PROVED, APART, SEARCHED, UNDECIDED = "found", "proved", "apart", "searched", "undecided"
THROUGH = "through"


class Caused(Protocol):
    """Something that has causes."""

    @property
    def causes(self) -> tuple[Cause, ...]: ...


@dataclass(frozen=True, slots=True)
class Status:
    """``status`` of a changed item.

    ``found``: a witness shows an effect. ``proved``: its answers are the same for every combination of its inputs, or
    nothing that rests on it can differ. ``through``: one version alone has it, and what reads it tells its effect.
    ``apart``: no result rests on it, only payments, obligations or nothing. ``searched``: no difference in ``bound``
    cases, which are not all. ``undecided``: its answers differ for inputs that none of ``bound`` cases has.
    """

    item: str
    change: str
    status: str
    bound: int
    seed: int


def unsettled(study: Study) -> list[str]:
    """The changed items of which neither an effect is seen nor its absence proved."""
    seen = {cause.id for kind in study.kinds.values() for cause in kind.causes}
    return [
        item
        for item in changed_items(study)
        if item not in seen and not _passing(study, item) and _settled(study, item) not in (PROVED, APART)
    ]


def unseen(study: Study) -> list[str]:
    """The changed items that no fixed result shows yet, unless nothing that rests on them can differ."""
    seen = {cause.id for kind in study.kinds.values() if kind.result not in _criteria(study) for cause in kind.causes}
    return [
        item
        for item in changed_items(study)
        if item not in seen and not _passing(study, item) and _settled(study, item) not in (PROVED, APART)
    ]


def _criteria(study: Study) -> set[str]:
    return {id_ for ground in study.pair.grounds for id_ in study.targets(ground) if id_ not in FIXED_RESULTS}


def statuses(studies: Sequence[Study], effects: Iterable[Caused], runs: int) -> tuple[Status, ...]:
    """The status of each changed item, in the order of the plans."""
    study = studies[0]
    seen = {cause.id for effect in effects for cause in effect.causes}
    found = []
    for item in changed_items(study):
        status = FOUND if item in seen else _settled(study, item)
        if status in (SEARCHED, UNDECIDED) and _passing(study, item):
            status = THROUGH
        bound = runs if status in (SEARCHED, UNDECIDED) else MAX_NODES
        found.append(Status(item, _change(study, item), status, bound, SEED))
    return tuple(found)


def changed_items(study: Study) -> list[str]:
    """The items whose definition differs in some program of the comparison."""
    found: dict[str, None] = {}
    for ground in study.pair.grounds:
        found.update(dict.fromkeys(id_ for id_ in ground.changes.affected if id_ in ground.changes.changed))
    return list(found)


def _change(study: Study, item: str) -> str:
    ground = _grounds_of(study, item)[0]
    if item in ground.changes.only_a:
        return "removed"
    return "added" if item in ground.changes.only_b else "changed"


def _grounds_of(study: Study, item: str) -> list[Ground]:
    return [ground for ground in study.pair.grounds if item in ground.changes.changed]


def _passing(study: Study, item: str) -> bool:
    """Whether an item of one version only serves others: what reads it has changed too, and tells its effect."""
    return _change(study, item) != "changed"


def _settled(study: Study, item: str) -> str:
    grounds = _grounds_of(study, item)
    if all(not _carries(study, ground, item) for ground in grounds):
        return APART
    worst = PROVED
    for ground in grounds:
        if _passing(study, item) or all(_unmoved(study, ground, target) for target in _above(study, ground, item)):
            status = PROVED if not _passing(study, item) else SEARCHED
        else:
            status = _own(study, ground, item)
        worst = max(worst, status, key=(PROVED, SEARCHED, UNDECIDED).index)
    return worst


def _own(study: Study, ground: Ground, item: str) -> str:
    compared = definition(ground, item, {})
    if compared.differing:
        return UNDECIDED
    return PROVED if compared.exact else SEARCHED


def _unmoved(study: Study, ground: Ground, target: str) -> bool:
    """Whether a result is proved to be the same in both versions."""
    compared = study.compared(ground, target)
    return compared.exact and not compared.differing


def _carries(study: Study, ground: Ground, item: str) -> bool:
    return bool(_above(study, ground, item))


def _above(study: Study, ground: Ground, item: str) -> list[str]:
    """The compared results that rest on an item in either version, itself among them."""
    return [target for target in study.targets(ground) if any(_rests(s, target, item) for s in (ground.a, ground.b))]


def _rests(survey: Survey, target: str, item: str) -> bool:
    waiting, met = [target] if target in survey.steps else [], {target}
    while waiting:
        current = waiting.pop()
        if current == item:
            return True
        for read in survey.reads(current).values():
            if (
                read.kind == "item"
                and read.name not in met
                and survey.steps[read.name].step.item.kind not in NOT_RESULTS
            ):
                met.add(read.name)
                waiting.append(read.name)
    return False
