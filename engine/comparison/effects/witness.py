"""Confirms a difference: the symbols of a case come in, what both versions decide of it goes out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.comparison.effects.definitions import NEWER, OLDER, SIDES, Cause, Versions
from engine.comparison.effects.situations import Situation
from engine.errors import InputFault, fault
from engine.evaluation.facts import Facts
from engine.evaluation.inference import EngineFault
from engine.language.values import Scalar, Value
from engine.proof.encoding import Encoding
from engine.proof.prover import Symbols
from engine.proof.witness import other_readings, value_of

# Where the evaluation itself stops on a defect, which no result of the case survives; else it decides.
STOPPED, DECIDED = "evaluation", "decided"


@dataclass(frozen=True, slots=True)
class Witness:
    """A case that can be run: what each version says of the result, and the overlays in force in each.

    ``before`` and ``after`` are values of the result, absences among them, or the code of a fault.
    """

    facts: Mapping[str, Scalar]
    interpret: Mapping[str, str]
    result: str
    before: Value
    after: Value
    overlays: tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Effect:
    """A result that changes, for what causes and for whom; ``witness`` is the case that shows it.

    ``kind`` is gain, loss, opened (no longer known), settled (now known) or other. ``edits`` are the edited items and
    defaults behind the causes. ``situation`` tells whom, where one edit is the cause and its inputs tell. ``follows``
    is the result of which this one is the consequence. ``file`` is the case file, where one was written.
    """

    witness: Witness
    kind: str
    causes: tuple[Cause, ...]
    edits: tuple[Cause, ...] = ()
    situation: Situation | None = None
    follows: str | None = None
    file: str | None = None

    @property
    def result(self) -> str:
        return self.witness.result

    @property
    def before(self) -> Value:
        return self.witness.before

    @property
    def after(self) -> Value:
        return self.witness.after


def confirmed(both: Versions, symbols: Symbols, result: str) -> Witness:
    """The case that the symbols stand for, decided by both versions.

    Raises:
        InputFault: a version decides otherwise than its terms say (proof-unconfirmed).
    """
    encodings = both.encodings
    facts, _ = both.newer.space.case_of(symbols)
    taken = [other_readings(each, each.space.case_of(symbols)[1]) for each in encodings]
    found = [_decided(encodings[side], facts, taken[side], result) for side in SIDES]
    values = tuple(value for value, _ in found)
    if result == STOPPED:
        expected = values if (values[OLDER] == DECIDED) != (values[NEWER] == DECIDED) else (DECIDED, "a fault")
    else:
        expected = tuple(value_of(each.answer_or_none(result), symbols) for each in encodings)
    if values != expected:
        said = {"id": result, "expected": str(expected), "found": str(values), "case": str(facts)}
        raise fault(both.newer.convention.at, "proof-unconfirmed", **said, readings=str(taken))
    interpret = {**taken[OLDER], **taken[NEWER]}
    return Witness(facts, interpret, result, values[OLDER], values[NEWER], (found[OLDER][1], found[NEWER][1]))


def _decided(
    encoding: Encoding, facts: Facts, interpret: Mapping[str, str], result: str
) -> tuple[Value, tuple[str, ...]]:
    known = encoding.session.registry.vocabulary.facts
    own = {name: value for name, value in facts.items() if name in known}
    try:
        decision = encoding.session.decide(own, encoding.convention.id, interpret, years=False, by_cases=False)
    except InputFault as error:
        return (error.problems[0].code, ())
    except EngineFault:
        return ("engine-fault", ())
    return (DECIDED if result == STOPPED else decision.answer(result), tuple(use.id for use in decision.overlays))
