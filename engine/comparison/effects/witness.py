"""Confirms a difference: the symbols of a case come in, what both versions decide of it and what that means go out.

Which value is better is what the conventions declare (:mod:`engine.policy.results`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.comparison.effects.definitions import Cause, Versions
from engine.comparison.effects.mixture import ComparedResult
from engine.comparison.effects.situations import Situation
from engine.language.logic import Term
from engine.language.symbolic import is_value, known
from engine.language.term_bank import TermBank
from engine.language.terms import less_than, more_than
from engine.language.values import NOT_APPLICABLE, UNDETERMINED, Scalar, Value
from engine.policy.results import MORE, Results
from engine.proof.prover import Symbols, decided, unconfirmed, value_of

# Where the evaluation itself stops on a defect, which no result of the case survives; else it decides.
STOPPED, DECIDED = "evaluation", "decided"


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """A result that changes, for what causes and for whom, with a case that shows it and can be run.

    ``before`` and ``after`` are what each version says of the result, absences among them, or the code of a fault;
    ``overlays`` those in force in each. ``kind`` is gain, loss, opened (no longer known), settled (now known) or other.
    ``edits`` are the edited items and defaults behind the causes. ``situation`` tells whom, where one edit is the cause
    and its inputs tell. ``follows`` is the result of which this one is the consequence. ``file`` is the case file,
    where one was written.
    """

    facts: Mapping[str, Scalar]
    interpret: Mapping[str, str]
    result: str
    before: Value
    after: Value
    overlays: tuple[tuple[str, ...], tuple[str, ...]]
    kind: str
    causes: tuple[Cause, ...] = ()
    edits: tuple[Cause, ...] = ()
    situation: Situation | None = None
    follows: str | None = None
    file: str | None = None


def confirmed(both: Versions, results: Results, symbols: Symbols, result: str) -> Effect:
    """The case that the symbols stand for, decided by both versions; its causes are still to be said.

    Raises:
        InputFault: a version decides otherwise than its terms say (proof-unconfirmed).
    """
    sides = [decided(each, symbols, () if result == STOPPED else (result,)) for each in both.encodings]
    before, after = (each.fault or each.values.get(result, DECIDED) for each in sides)
    expected = tuple(value_of(each, symbols) for each in both.answers(result))
    if result == STOPPED:
        expected = (before, after) if (before == DECIDED) != (after == DECIDED) else (DECIDED, "a fault")
    for encoding, found, said, value in zip(both.encodings, sides, (before, after), expected, strict=True):
        if said != value:
            raise unconfirmed(encoding, found, {result: value})
    older, newer = sides
    return Effect(
        facts=newer.facts,
        interpret={**older.interpret, **newer.interpret},
        result=result,
        before=before,
        after=after,
        overlays=(older.overlays, newer.overlays),
        kind=effect_of(results, result, before, after),
    )


GAIN, LOSS, OPENED, SETTLED, OTHER = "gain", "loss", "opened", "settled", "other"
KINDS = (LOSS, GAIN, OPENED, SETTLED, OTHER)


def effect_of(results: Results, id_: str, before: Value, after: Value) -> str:
    """Whether a change of a result is a gain or a loss for who applies, or of knowledge only."""
    if after is UNDETERMINED or before is UNDETERMINED:
        return OPENED if after is UNDETERMINED else SETTLED
    return {1: GAIN, -1: LOSS, 0: OTHER}[results.gain(id_, before, after)]


def kind_terms(bank: TermBank, results: Results, result: ComparedResult, words: Sequence[str]) -> dict[str, Term]:
    """Where a result changes in each way that has a name; ``words`` are what it can be, none for a number."""
    older, newer = result.older, result.newer
    terms = {
        OPENED: bank.both(newer.undetermined, bank.negate(older.undetermined)),
        SETTLED: bank.both(older.undetermined, bank.negate(newer.undetermined)),
    }
    better = results.headline[result.id].better if result.id in results.headline else None
    if isinstance(better, str):
        both, ends = bank.both(known(bank, older), known(bank, newer)), results.gain(result.id, 0, NOT_APPLICABLE)
        fewer, more = (bank.both(both, test(bank, newer.value, older.value)) for test in (less_than, more_than))
        ended = bank.both(known(bank, older), newer.absent, bank.truth(bool(ends)))
        gain, loss = (more, fewer) if better == MORE else (fewer, more)
        return {**terms, GAIN: gain, LOSS: bank.either(loss, ended)}
    values: tuple[Value, ...] = (*words, NOT_APPLICABLE)
    for kind in (GAIN, LOSS):
        pairs = [
            bank.both(is_value(bank, older, one), is_value(bank, newer, other))
            for one in values
            for other in values
            if effect_of(results, result.id, one, other) == kind
        ]
        terms[kind] = bank.either(*pairs)
    return terms
