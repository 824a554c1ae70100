"""Looks for cases of one changed item: a study and an item come in, cases that its own differences ask for are run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from engine.comparison.effects.cases import Stock, climbed, ordinary_score
from engine.comparison.effects.describe import Box, Restriction, cover
from engine.comparison.effects.joint import Compared, Pair, compare, dims_of
from engine.comparison.effects.moved import signed_on, with_fact
from engine.comparison.effects.study import Kind, Study
from engine.comparison.effects.twins import NOT_RESULTS, STOPPED, Both, Ground
from engine.evaluation.decision import FIXED_RESULTS
from engine.evaluation.facts import Facts
from engine.language.facts import SIGNATURE
from engine.language.values import UNDETERMINED, Value
from engine.review.backtracking import in_order
from engine.review.classes import Survey

MAX_BOXES = 6
# Results from which others follow, how many cases of them are put in order, and what keeps their difference.
LIFTED = (
    "eligibilite",
    "verification.resultat",
    "aide.montant_annuel",
    "tranche_activite",
    "objectif.mt",
    "objectif.fa",
)
MAX_LIFTED = 12
MAX_CLOSER = 3
MAX_FOLLOWED = 2
OUTWEIGHS = 1_000
MAX_BASES = 2
MAX_BUILT = 6
MAX_COMPOSED = 8
MAX_LOOKED_AROUND = 3


def definition(ground: Ground, id_: str, taken: Mapping[str, Pair]) -> Compared:
    """A changed item in both versions for inputs that are the same in both."""
    return compare(ground, id_, dims_of(ground, id_, {}, frozenset(), taken))


def reached(study: Study, found: Stock, item: str) -> None:
    """Runs cases that have the inputs for which an item's own answers differ, and cases next to them."""
    looked: set[tuple[object, object]] = set()
    built = 0
    for ground in study.pair.grounds:
        if item not in ground.changes.changed:
            continue
        for box in cover(definition(ground, item, study.taken()), MAX_BOXES):
            if (box.restrictions, box.pair) in looked or built >= MAX_BUILT:
                continue
            looked.add((box.restrictions, box.pair))
            for facts in _built(study, found, ground, box):
                built += 1
                study.look(facts)
                if built <= MAX_LOOKED_AROUND:
                    study.look_around(facts, found, tuple(found.values))


def composed(study: Study, found: Stock, item: str) -> None:
    """Runs cases in which what reads a changed item differs too, and what reads that, up to the results."""
    built = 0
    for ground in study.pair.grounds:
        if item not in ground.changes.changed:
            continue
        for reader in readers(ground, item):
            for box in cover(study.compared(ground, reader), MAX_BOXES):
                if built >= MAX_COMPOSED or not any(each.differs for each in box.restrictions):
                    continue
                for facts in _built(study, found, ground, box):
                    built += 1
                    study.look(facts)
                    if built <= MAX_LOOKED_AROUND:
                        study.look_around(facts, found, tuple(found.values))


def readers(ground: Ground, item: str) -> list[str]:
    """The affected items that read an item, or a reader of it, in the order of the plan."""
    above = {item}
    found = []
    for id_ in ground.changes.affected:
        surveys = [survey for survey in (ground.a, ground.b) if id_ in survey.steps]
        if any(read.name in above for survey in surveys for read in survey.reads(id_).values()):
            above.add(id_)
            if surveys[0].steps[id_].step.item.kind not in NOT_RESULTS:
                found.append(id_)
    return found


def _built(study: Study, found: Stock, ground: Ground, box: Box) -> Iterator[Facts]:
    """Ordinary cases with the facts of a box, and other facts moved until its items are as it asks."""
    names = names_below(ground, box.item)
    movable = [name for name in names if name in found.values]

    def score(both: Both) -> int:
        return sum(_holds(each, both) for each in box.restrictions)

    built = 0
    for base in found.bases:
        facts = dict(base)
        for each in box.restrictions:
            if each.kind == "fact":
                facts = with_fact(facts, each.name, each.some)
        moved = next(
            (f for f in _signed(facts, found, ground.b) if in_order(f, ground.b) and _under(study, ground, f)), None
        )
        if moved is None or built >= MAX_BASES:
            continue
        built += 1
        if score(study.pair.run(moved, study.interpret)) < len(box.restrictions):
            moved = climbed(study.pair, moved, found.values, study.interpret, movable, score)
        yield moved


def _signed(facts: Facts, found: Stock, survey: Survey) -> Iterator[Facts]:
    """The case as it is, then signed on other days, as another day may bring other overlays."""
    yield facts
    for day in found.values.get(SIGNATURE, ()):
        if isinstance(day, dt.date):
            yield signed_on(facts, day, survey)


def _under(study: Study, ground: Ground, facts: Facts) -> bool:
    return study.pair.ground(facts, study.interpret).key == ground.key


def _holds(each: Restriction, both: Both) -> bool:
    if each.kind == "interpretation":
        return True
    value: tuple[Value | None, Value | None]
    if each.kind == "fact":
        known: Value = both.facts.get(each.name, UNDETERMINED)
        value = (known, known)
    else:
        value = both.values(each.name)
    return each.holds(value)


def lifted(study: Study, found: Stock) -> None:
    """Runs cases that showed a difference with all else in order, so that what follows from it shows too.

    A cause that is only seen in criteria yet is looked at more closely, for the result that it may reach.
    """
    plain = [name for name in found.values if name != SIGNATURE]
    reaching = {kind.causes for kind in study.kinds.values() if kind.result in FIXED_RESULTS}
    done: dict[tuple[object, ...], int] = {}
    closer = 0
    for kind in list(study.kinds.values()):
        only_criteria = kind.causes not in reaching and kind.result != STOPPED
        key = (kind.result, kind.causes)
        most = MAX_CLOSER if only_criteria else 1
        if not (only_criteria or kind.result in LIFTED) or done.get(key, 0) >= most or sum(done.values()) >= MAX_LIFTED:
            continue
        done[key] = done.get(key, 0) + 1
        wanted = kind.both.result(kind.result)

        def score(both: Both, result: str = kind.result, wanted: Pair = wanted) -> int:
            kept = OUTWEIGHS if both.result(result) == wanted else 0
            return ordinary_score(both) + kept + OUTWEIGHS * any(a != b for a, b in map(both.result, FIXED_RESULTS))

        facts = climbed(study.pair, kind.both.facts, found.values, study.interpret, plain, score)
        study.look(facts)
        if only_criteria:
            study.look_around(facts, found, plain)
        elif closer < MAX_FOLLOWED and _to_follow(study, kind):
            closer += 1
            study.look_around(_bare(study, kind, facts), found, plain)


def _to_follow(study: Study, kind: Kind) -> bool:
    """Whether a result that may differ for the same causes has not been seen to."""
    ground = kind.both.ground
    seen = {each.result for each in study.kinds.values() if each.causes == kind.causes}
    open_ = (id_ for id_ in FIXED_RESULTS if id_ in ground.changes.touched and id_ not in seen)
    return any(study.compared(ground, id_).differing for id_ in open_)


def _bare(study: Study, kind: Kind, facts: Facts) -> Facts:
    """The case without what is notified or agreed for it alone, as far as its difference stays."""
    vocabulary = kind.both.ground.b.program.plan.vocabulary
    wanted = kind.both.result(kind.result)
    for name in [name for name in facts if vocabulary.facts[name].absence_answers]:
        fewer = with_fact(facts, name, UNDETERMINED)
        if study.pair.run(fewer, study.interpret).result(kind.result) == wanted:
            facts = fewer
    return facts


def names_below(ground: Ground, item: str) -> list[str]:
    """The facts that an item rests on in either version."""
    names: set[str] = set()
    for survey in (ground.a, ground.b):
        if item in survey.steps:
            names |= facts_below(survey, [item])
    return sorted(names)


def facts_below(survey: Survey, ids: Sequence[str]) -> set[str]:
    """The facts that items rest on."""
    found: set[str] = set()
    waiting = list(ids)
    met = set(ids)
    while waiting:
        for read in survey.reads(waiting.pop()).values():
            if read.kind == "fact":
                found.add(read.name)
            elif read.kind == "item" and read.name not in met:
                met.add(read.name)
                waiting.append(read.name)
    return found


def readings(study: Study, item: str) -> Iterator[dict[str, str]]:
    """Readings, other than the default ones, under which an item's own answers differ."""
    seen: list[dict[str, str]] = []
    for ground in study.pair.grounds:
        if item not in ground.changes.changed:
            continue
        for box in cover(definition(ground, item, {}), MAX_BOXES):
            asked = {
                each.name: str(each.pairs[0][0])
                for each in box.restrictions
                if each.kind == "interpretation" and each.pairs
            }
            if asked and asked not in seen:
                seen.append(asked)
                yield asked
