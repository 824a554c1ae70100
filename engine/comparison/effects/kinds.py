"""What a change of a result means for who applies: values come in, gain, loss or another kind goes out.

Which value is better is what the conventions declare (:mod:`engine.policy.results`).
"""

from __future__ import annotations

from collections.abc import Sequence

from engine.comparison.effects.mixture import Result
from engine.language.logic import Term
from engine.language.symbolic import Symbolic, is_value, known
from engine.language.term_bank import TermBank
from engine.language.term_days import code
from engine.language.values import NOT_APPLICABLE, UNDETERMINED, Value
from engine.policy.results import MORE, Results

GAIN, LOSS, OPENED, SETTLED, OTHER = "gain", "loss", "opened", "settled", "other"
KINDS = (LOSS, GAIN, OPENED, SETTLED, OTHER)


def effect_of(results: Results, id_: str, before: Value, after: Value) -> str:
    """Whether a change of a result is a gain or a loss for who applies, or of knowledge only."""
    if after is UNDETERMINED or before is UNDETERMINED:
        return OPENED if after is UNDETERMINED else SETTLED
    return {1: GAIN, -1: LOSS, 0: OTHER}[results.gain(id_, before, after)]


def kind_terms(bank: TermBank, results: Results, result: Result, words: Sequence[str]) -> dict[str, Term]:
    """Where a result changes in each way that has a name; ``words`` are what it can be, none for a number."""
    older, newer = result.older, result.newer
    terms = {
        OPENED: bank.both(newer.undetermined, bank.negate(older.undetermined)),
        SETTLED: bank.both(older.undetermined, bank.negate(newer.undetermined)),
    }
    better = results.headline[result.id].better if result.id in results.headline else None
    if isinstance(better, str):
        less, more = (older, newer) if better == MORE else (newer, older)
        ended = (
            bank.both(known(bank, older), newer.absent) if results.gain(result.id, 0, NOT_APPLICABLE) else bank.false
        )
        return {**terms, GAIN: _less(bank, less, more), LOSS: bank.either(_less(bank, more, less), ended)}
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


def _less(bank: TermBank, one: Symbolic, other: Symbolic) -> Term:
    left, right = (code(bank, each.value) for each in (one, other))
    return bank.both(known(bank, one), known(bank, other), bank.less(left, right))
