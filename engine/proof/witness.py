"""Witnesses: the values of all symbols come in, the case that they stand for goes out, confirmed by the evaluator."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from engine.errors import InputFault, fault
from engine.evaluation.facts import Facts
from engine.language.logic import Plain, Term, evaluate
from engine.language.symbolic import Symbolic
from engine.language.term_days import Day
from engine.language.values import NOT_APPLICABLE, UNDETERMINED, Value, exact
from engine.proof.encoding import Encoding


@dataclass(frozen=True, slots=True)
class Witness:
    """A case that the evaluator has confirmed: its facts, the readings taken, and what it gave for the items asked.

    ``interpret`` holds only readings other than the default ones; ``fault`` is the code of the defect of the policy
    that the evaluator meets instead of an answer.
    """

    facts: Facts
    interpret: Mapping[str, str]
    values: Mapping[str, Value] = field(default_factory=dict)
    fault: str | None = None


def confirmed(encoding: Encoding, symbols: Mapping[str, Plain], ids: Iterable[str] = ()) -> Witness:
    """The case that the symbols stand for, once the evaluator has given the same answers for the items ``ids``.

    Raises:
        InputFault: the evaluator gives another answer, or none: an error of the encoding (proof-unconfirmed).
    """
    facts, choices = encoding.space.case_of(symbols)
    taken = other_readings(encoding, choices)
    expected = {id_: value_of(encoding.answer(id_), symbols) for id_ in ids}
    decision = encoding.session.decide(facts, encoding.convention.id, taken, years=False, by_cases=False)
    for id_, value in expected.items():
        if (found := decision.answer(id_)) != value:
            said = {"id": id_, "expected": str(value), "found": str(found), "case": str(facts), "readings": str(taken)}
            raise fault(encoding.convention.at, "proof-unconfirmed", **said)
    return Witness(facts, taken, expected)


def confirmed_fault(encoding: Encoding, symbols: Mapping[str, Plain], id_: str) -> Witness:
    """The case that the symbols stand for, once the evaluator has met the gap or overlap of an item in it.

    Rows of a table that contradict each other leave it undetermined, which is no fault of the evaluation.

    Raises:
        InputFault: the evaluator has an answer (proof-unconfirmed).
    """
    facts, choices = encoding.space.case_of(symbols)
    taken = other_readings(encoding, choices)
    try:
        results = encoding.session.decide(facts, encoding.convention.id, taken, years=False, by_cases=False).results
    except InputFault as found:
        return Witness(facts, taken, fault=found.problems[0].code)
    if results[id_].status != "undetermined":
        said = {"id": id_, "expected": "undetermined", "found": str(results[id_].value), "case": str(facts)}
        raise fault(encoding.convention.at, "proof-unconfirmed", **said, readings=str(taken))
    return Witness(facts, taken, {id_: UNDETERMINED})


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
