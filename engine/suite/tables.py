"""Tables over all inputs that cases can have: a ground comes in, inputs that no row or two rows match go out.

Unlike ``avenant check`` this follows bounds that are items, and shows a case.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from engine.errors import InputFault, Location
from engine.evaluation.facts import Facts
from engine.evaluation.session import Session
from engine.language.expressions import Literal, Unpublished
from engine.language.facts import BENEFICIARY, SIGNATURE
from engine.language.values import NOT_APPLICABLE, UNDETERMINED, Absent, Value
from engine.policy.model import Item, Quantity, Table
from engine.review.enumeration import Combination, Enumeration, exhaustive
from engine.review.grounds import Ground
from engine.review.proof import MAX_PROVED
from engine.review.search import Found, reach
from engine.suite.running import shown

MAX_DEFECTS = 3
MAX_TRIED = 6
RUNS = 1_500
GAP, OVERLAP = "gap", "overlap"


@dataclass(frozen=True, slots=True)
class Witness:
    """A case that can be run, and what evaluating it says: values of items, or the code of a fault."""

    facts: Facts
    interpret: Mapping[str, str]
    claims: Mapping[str, str]
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class Defect:
    """Inputs of a table that no row matches, or that two rows match."""

    code: str
    item: Item
    name: str
    at: Location
    inputs: Mapping[str, str]
    witness: Witness | None


def table_defects(session: Session, ground: Ground) -> Iterator[Defect]:
    """The gaps and overlaps of the tables of a ground; of many, those that a case was found for come first."""
    for compiled in ground.survey.program.steps:
        item = compiled.step.item
        if not isinstance(item.body, Table):
            continue
        enumeration = exhaustive(ground.survey, item.id, {}, MAX_PROVED, pinned=ground.pinned(item.id))
        for code in (GAP, OVERLAP):
            hits = [each for each in enumeration if _defective(each, code)]
            yield from _shown(session, ground, item, enumeration, hits, code)


def _defective(each: Combination, code: str) -> bool:
    """With all inputs known, a table that applies names the row that decides, unless several match."""
    answer = each.answer
    if code == GAP:
        return answer.fault == "no-row"
    known = all(not isinstance(class_.value, Absent) for class_ in each.classes)
    return known and answer.fault is None and answer.decided is None and answer.value is not NOT_APPLICABLE


def _shown(
    session: Session, ground: Ground, item: Item, enumeration: Enumeration, hits: list[Combination], code: str
) -> Iterator[Defect]:
    spread = hits[:: max(1, len(hits) // MAX_TRIED)][:MAX_TRIED]
    found: list[Defect] = []
    for combination in spread:
        witness = _witness(session, ground, item, enumeration, combination, code)
        inputs = {n: shown_inputs(class_.value) for n, class_ in enumeration.wanted(combination).items()}
        found.append(Defect(code, item, item.id, item.at, inputs, witness))
    with_witness = [defect for defect in found if defect.witness is not None]
    yield from (with_witness or found[:1])[:MAX_DEFECTS]


def _witness(
    session: Session, ground: Ground, item: Item, enumeration: Enumeration, combination: Combination, code: str
) -> Witness | None:
    """A case with these inputs: searched for where the table gives a single value, confirmed where it is as written."""
    registry = session.registry
    origin = next((c.id, i.id) for c in registry.conventions.values() for i in c.items.values() if i.at == item.at)
    convention = registry.conventions[origin[0]]
    calm = replace(convention.items[origin[1]], body=Quantity(_some_value(item)))
    calmed = replace(convention, items={**convention.items, origin[1]: calm})
    other = Session(replace(registry, conventions={**registry.conventions, origin[0]: calmed}))
    wanted = {n: class_ for n, class_ in enumeration.wanted(combination).items() if class_.value is not UNDETERMINED}
    try:
        by_name = {
            (later.id, overlay.id): (later, overlay)
            for later, overlay in other.registry.covering(other.registry.conventions[ground.convention.id])
        }
        laid = tuple(by_name[later.id, overlay.id] for later, overlay in ground.setting.overlays)
        under = other.registry.conventions[ground.convention.id]
        found = reach(other, under, wanted, ground.interpret, laid, RUNS)
    except (InputFault, KeyError):
        return None
    finally:
        other.close()
    return witness_of(session, found.facts, found.interpret, item.id, code == GAP) if isinstance(found, Found) else None


def _some_value(item: Item) -> Literal | Unpublished:
    assert isinstance(item.body, Table)
    return next((row.then for row in item.body.rows if isinstance(row.then, Literal)), item.body.rows[0].then)


def witness_of(
    session: Session, facts: Facts, interpret: Mapping[str, str], item_id: str, faulty: bool = False
) -> Witness | None:
    """The case without the facts that change nothing, and what it says of an item; None where it says otherwise."""
    said = _said(session, facts, interpret, item_id)
    if said is None or faulty != (said[1] is not None):
        return None
    kept = dict(facts)
    for name in reversed(list(facts)):
        fewer = {other: value for other, value in kept.items() if other != name}
        if name not in (SIGNATURE, BENEFICIARY) and _said(session, fewer, interpret, item_id) == said:
            kept = fewer
    claims = {} if said[1] is not None else {item_id: said[0]}
    return Witness(kept, dict(interpret), claims, said[1])


def _said(session: Session, facts: Facts, interpret: Mapping[str, str], item_id: str) -> tuple[str, str | None] | None:
    try:
        decision = session.decide(facts, interpret=interpret)
    except InputFault as error:
        return (item_id, error.problems[0].code)
    result = decision.results.get(item_id)
    return None if result is None else (shown(result.value) if result.status == "known" else result.status, None)


def shown_inputs(value: Value) -> str:
    """A value of an input, as text."""
    if isinstance(value, Absent):
        return value.value
    return value.isoformat() if isinstance(value, dt.date) else shown(value)
