"""The smallest case that shows a difference: one that was seen comes in, one that both versions confirm goes out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.comparison.effects.attribution import Cause
from engine.comparison.effects.describe import Box, Restriction
from engine.comparison.effects.study import Kind, Study
from engine.comparison.effects.twins import STOPPED, Both, Side, Twins
from engine.errors import InputFault
from engine.evaluation.decision import Decision
from engine.evaluation.facts import Facts, nested, read_case
from engine.evaluation.inference import EngineFault
from engine.language.facts import BENEFICIARY, SIGNATURE
from engine.language.values import Absent, Scalar, Value, exact
from engine.review.backtracking import in_order
from engine.review.enumeration import STATUS_VALUES
from engine.review.ordinary import fact_range

KEPT = (SIGNATURE, BENEFICIARY)


@dataclass(frozen=True, slots=True)
class Witness:
    """A case that can be run: what each version says of the result, and the fault where a version stops.

    ``before`` and ``after`` are values of the result, absences among them, or the code of a fault.
    """

    facts: Mapping[str, Scalar]
    interpret: Mapping[str, str]
    result: str
    before: Value
    after: Value
    overlays: tuple[str, ...]


def witness_of(study: Study, kind: Kind, base: Facts) -> Witness | None:
    """The case of a kind of difference without what it does not need, as ``Session.decide`` confirms it on both sides.

    None where the decisions do not say what the comparison saw.
    """
    facts = _shrunk(study, kind, base)
    for candidate in (facts, kind.both.facts):
        found = confirmed(study.pair, candidate, study.interpret, kind.result)
        if found is not None and (found.before, found.after) == _claimed(study, kind, candidate):
            return found
    return None


def confirmed(pair: Twins, facts: Facts, interpret: Mapping[str, str], result: str) -> Witness | None:
    """What both versions decide of a case, None where they decide the same."""
    try:
        typed = read_case(nested(facts), pair.b.session.registry.vocabulary)
    except InputFault:
        return None
    (before, _), (after, overlays) = (
        _decided(side, pair.forced, typed, interpret, result) for side in (pair.a, pair.b)
    )
    return None if before == after else Witness(typed, dict(interpret), result, before, after, overlays)


def _decided(
    side: Side, forced: bool, facts: Facts, interpret: Mapping[str, str], result: str
) -> tuple[Value, tuple[str, ...]]:
    try:
        decision = side.session.decide(facts, side.convention.id if forced else None, _known(side, interpret))
    except InputFault as error:
        return (error.problems[0].code, ())
    except EngineFault:
        return ("engine-fault", ())
    return (value_of(decision, result), tuple(use.id for use in decision.overlays))


def _known(side: Side, interpret: Mapping[str, str]) -> dict[str, str]:
    """The readings that this version has a question for."""
    known = {id_ for each in side.session.registry.conventions.values() for id_ in each.interpretations}
    return {id_: choice for id_, choice in interpret.items() if id_ in known}


def value_of(decision: Decision, id_: str) -> Value:
    """A result of a decision as a value; that a decision could be made where a defect is looked for."""
    if id_ == STOPPED:
        return "decided"
    result = decision.results.get(id_)
    if result is None:
        return Absent.NOT_APPLICABLE
    if result.status in STATUS_VALUES:
        return STATUS_VALUES[result.status]
    assert result.value is not None
    return result.value


def _claimed(study: Study, kind: Kind, facts: Facts) -> tuple[Value, Value]:
    both = study.pair.run(facts, study.interpret)
    if kind.result == STOPPED:
        before, after = both.stopped
        return (before[0] if before else "decided", after[0] if after else "decided")
    return both.result(kind.result)


def _shrunk(study: Study, kind: Kind, base: Facts) -> Facts:
    """First what is unlike an ordinary case is made ordinary, then what is not needed goes, then limits are met."""
    facts = kind.both.facts
    for name in sorted(facts.keys() | base.keys()):
        if name not in KEPT and facts.get(name) != base.get(name):
            changed = {**facts, name: base[name]} if name in base else _without(facts, name)
            facts = _better(study, kind, facts, changed)
    for name in sorted(facts, reverse=True):
        if name not in KEPT:
            facts = _better(study, kind, facts, _without(facts, name))
    for name, value in _limits(kind):
        if name in facts and facts[name] != value:
            candidate = _better(study, kind, facts, {**facts, name: value})
            if candidate is not facts:
                return candidate
    return facts


def _limits(kind: Kind) -> Iterator[tuple[str, Any]]:
    """The ends of the ranges that the difference has, the upper first."""
    for each in kind.box.restrictions if kind.box is not None else ():
        if each.kind == "fact" and each.ranged and each.exact:
            yield from ((each.name, end) for end in (each.high, each.low) if end is not None)


def ascertained(study: Study, box: Box, both: Both) -> Box:
    """The box with the ranges whose very ends a case confirms: the answers hold at an end and not one step beyond."""
    return replace(box, restrictions=tuple(_checked(study, box, both, each) for each in box.restrictions))


def _checked(study: Study, box: Box, both: Both, each: Restriction) -> Restriction:
    if each.kind == "fact" and len(each.pairs) > 1 and any(other.kind == "item" for other in box.restrictions):
        # Items that the box names may hang on this very fact: what they rule out is left out.
        return replace(each, pairs=tuple(p for p in each.pairs if _answers(study, box, both, each.name, p[0])))
    if each.exact or not each.ranged or each.kind != "fact":
        return each
    fact = both.ground.b.program.plan.vocabulary.facts[each.name]
    step: Any = dt.timedelta(days=1) if fact.type.kind == "date" else Fraction(1, 10 ** (fact.type.scale or 0))
    bounds = fact_range(both.ground.b.program, each.name)
    for end, bound, away in ((each.low, bounds[0], -step), (each.high, bounds[1], step)):
        inner: Any = bound if end is None else end
        if inner is None or not _answers(study, box, both, each.name, inner):
            return each
        if end is not None and _answers(study, box, both, each.name, inner + away):
            return each
    return replace(each, exact=True)


def _answers(study: Study, box: Box, both: Both, name: str, value: Any) -> bool:
    number = exact(value) if isinstance(value, Fraction | Decimal) else value
    return study.pair.run({**both.facts, name: number}, study.interpret).values(box.item) == box.pair


def _better(study: Study, kind: Kind, facts: Facts, changed: Facts) -> Facts:
    return changed if _same(study, kind, changed) else facts


def _same(study: Study, kind: Kind, facts: Facts) -> bool:
    """Whether a case shows this very kind of difference, for the same causes."""
    if not in_order(facts, kind.both.ground.b):
        return False
    both = study.pair.run(facts, study.interpret)
    if both.ground.key != kind.both.ground.key:
        return False
    if kind.result == STOPPED:
        return both.stopped == kind.both.stopped
    if both.stopped != (None, None):
        return False
    step = study.step(both.ground, kind.result, *both.result(kind.result))
    if step != study.step(both.ground, kind.result, kind.before, kind.after):
        return False
    return _names(study.causes(both, kind.result)) == _names(kind.causes)


def _names(causes: tuple[Cause, ...]) -> set[tuple[str, str]]:
    return {(cause.kind, cause.id) for cause in causes}


def _without(facts: Facts, name: str) -> Facts:
    return {other: value for other, value in facts.items() if other != name}
