"""Seeks a case where one step at a time found none: a study and a changed item come in, cases that reach it are run.

The search of :mod:`engine.review.search` keeps several goals in sight at once, which climbing cannot.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from engine.comparison.effects.cases import Stock
from engine.comparison.effects.describe import Box, cover
from engine.comparison.effects.effects import unseen
from engine.comparison.effects.reaching import MAX_BOXES, definition, names_below, readers
from engine.comparison.effects.study import Study
from engine.comparison.effects.twins import Ground
from engine.evaluation.facts import Facts
from engine.language.values import UNDETERMINED, Value
from engine.review.classes import ValueClass
from engine.review.search import Finder, Found

MAX_SOUGHT = 8
RUNS = 1_500

Wanted = dict[str, Value | ValueClass]


def sought(study: Study, found: Stock, item: str) -> None:
    """Runs cases with the inputs for which an item, or what reads it, answers otherwise, until a result shows it."""
    finders = (Finder(study.pair.a.session), Finder(study.pair.b.session))
    asked: list[object] = []
    for ground, wanted in _wishes(study, item):
        names = names_below(ground, item)
        for version, finder in enumerate(finders):
            wish = (version, ground.key, wanted[version])
            if len(asked) >= MAX_SOUGHT or item not in unseen(study):
                return
            if wish not in asked:
                asked.append(wish)
                facts = _case(study, finder, ground, wanted[version], version)
                if facts is not None and not study.look(facts):
                    study.look_around(facts, found, names)


def _wishes(study: Study, item: str) -> Iterator[tuple[Ground, tuple[Wanted, Wanted]]]:
    """What both versions must have: where the item's own answers differ, then where those of its readers do."""
    grounds = [ground for ground in study.pair.grounds if item in ground.changes.changed and item in ground.b.steps]
    for ground in grounds:
        for box in cover(definition(ground, item, study.taken()), MAX_BOXES):
            yield ground, (_wanted(box, 0), _wanted(box, 1))
    for ground in grounds:
        for reader in readers(ground, item):
            for box in cover(study.compared(ground, reader), MAX_BOXES):
                if any(each.differs for each in box.restrictions):
                    yield ground, (_wanted(box, 0), _wanted(box, 1))


def _case(study: Study, finder: Finder, ground: Ground, wanted: Wanted, version: int) -> Facts | None:
    """A case of one version, under its overlays of ``ground``, that has what is wanted; the other may stop on it."""
    side, survey = ((study.pair.a, ground.a), (study.pair.b, ground.b))[version]
    if not wanted or not wanted.keys() <= {*survey.program.names.facts, *survey.steps}:
        return None
    covering = side.session.registry.covering(side.convention)
    laid = tuple((later, o) for later, o in covering if f"{later.id}/{o.id}" in ground.key[version])
    reached = finder.reach(side.convention, wanted, dict(study.interpret), laid, RUNS)
    return reached.facts if isinstance(reached, Found) else None


def _wanted(box: Box, version: int) -> Wanted:
    """What one version must have of the inputs of a box.

    Numbers that items give are left open: a comparison knows them by a few examples, which no case need have.
    """
    wanted: Wanted = {}
    for each in box.restrictions:
        if each.kind == "interpretation":
            continue
        if each.ranged:
            if each.kind == "fact":
                wanted[each.name] = each.some
            continue
        values = dict.fromkeys(pair[version] for pair in each.pairs)
        known = tuple(value for value in values if value is not None)
        if each.kind == "fact" or not any(isinstance(v, int | Fraction) and not isinstance(v, bool) for v in known):
            wanted[each.name] = ValueClass(known or each.absent or (UNDETERMINED,))
    return wanted
