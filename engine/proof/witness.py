"""Witnesses: the values of all symbols come in, the case that they stand for goes out, confirmed by the evaluator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from engine.errors import InputFault, fault
from engine.evaluation.facts import Facts
from engine.evaluation.inference import EngineFault
from engine.language.logic import Plain, Term, evaluate
from engine.language.symbolic import Symbolic
from engine.language.term_days import Day
from engine.language.values import NOT_APPLICABLE, UNDETERMINED, Value, exact
from engine.proof.encoding import Encoding


@dataclass(frozen=True, slots=True)
class Witness:
    """A case as the evaluator decides it: its facts, the readings taken, and what it gave for the items asked.

    ``interpret`` holds only readings other than the default ones, ``overlays`` those in force; ``fault`` is the code of
    the defect of the policy that the evaluator meets instead of an answer.
    """

    facts: Facts
    interpret: Mapping[str, str]
    values: Mapping[str, Value] = field(default_factory=dict)
    fault: str | None = None
    overlays: tuple[str, ...] = ()


def decided(encoding: Encoding, symbols: Mapping[str, Plain], ids: Collection[str]) -> Witness:
    """What the evaluator makes of the case that the symbols stand for."""
    facts, choices = encoding.space.case_of(symbols)
    taken = other_readings(encoding, choices)
    known = encoding.session.registry.vocabulary.facts
    own = {name: value for name, value in facts.items() if name in known}
    try:
        decision = encoding.session.decide(own, encoding.convention.id, taken, years=False, only=ids, by_cases=False)
    except InputFault as error:
        return Witness(facts, taken, fault=error.problems[0].code)
    except EngineFault:
        return Witness(facts, taken, fault="engine-fault")
    values = {id_: decision.answer(id_) for id_ in ids}
    return Witness(facts, taken, values, overlays=tuple(use.id for use in decision.overlays))


def unconfirmed(encoding: Encoding, found: Witness, expected: Mapping[str, Value]) -> InputFault:
    """That the evaluator decides otherwise than the terms say: an error of the encoding."""
    id_ = next((each for each in expected if found.values.get(each) != expected[each]), "")
    said = {"id": id_, "expected": str(expected.get(id_)), "found": str(found.fault or found.values.get(id_))}
    case, readings = str(found.facts), str(found.interpret)
    return fault(encoding.convention.at, "proof-unconfirmed", **said, case=case, readings=readings)


def confirmed(encoding: Encoding, symbols: Mapping[str, Plain], ids: Iterable[str] = ()) -> Witness:
    """The case that the symbols stand for, once the evaluator has given the same answers for the items ``ids``.

    Raises:
        InputFault: the evaluator gives another answer, or none (proof-unconfirmed).
    """
    expected = {id_: value_of(encoding.answer(id_), symbols) for id_ in ids}
    found = decided(encoding, symbols, expected)
    if found.fault is not None or found.values != expected:
        raise unconfirmed(encoding, found, expected)
    return found


def confirmed_fault(encoding: Encoding, symbols: Mapping[str, Plain], id_: str) -> Witness:
    """The case that the symbols stand for, once the evaluator has met the gap or overlap of an item in it.

    Rows of a table that contradict each other leave it undetermined, which is no fault of the evaluation.

    Raises:
        InputFault: the evaluator has an answer (proof-unconfirmed).
    """
    found = decided(encoding, symbols, [id_])
    if found.fault is None and found.values[id_] is not UNDETERMINED:
        raise unconfirmed(encoding, found, {id_: UNDETERMINED})
    return found


def other_readings(encoding: Encoding, choices: Mapping[str, str]) -> dict[str, str]:
    """The readings taken that are not the default ones of the convention."""
    own = encoding.questions
    return {id_: choice for id_, choice in choices.items() if id_ in own and choice != own[id_].default}


def value_of(answer: Symbolic, symbols: Mapping[str, Plain], known: Mapping[Term, Any] | None = None) -> Value:
    """The value of the language that a symbolic one comes to where every symbol has a value.

    ``known`` holds what its terms come to, if that was worked out before.
    """
    parts = answer.value if isinstance(answer.value, Day) else (answer.value,)
    found = known or evaluate((answer.undetermined, answer.absent, *parts), symbols)
    if found[answer.undetermined]:
        return UNDETERMINED
    if found[answer.absent]:
        return NOT_APPLICABLE
    if isinstance(answer.value, Day):
        return dt.date(*(found[part] for part in parts))
    value: Value = found[answer.value]
    return exact(value) if isinstance(value, Fraction) else value
