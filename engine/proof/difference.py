"""Can these differ? Two encodings over one space come in, for each item a first confirmed case or the proof of none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.language.logic import Term
from engine.language.symbolic import Symbolic, different
from engine.proof.encoding import Encoding
from engine.proof.expressions import no_value
from engine.proof.prover import Prover
from engine.proof.solving import DEFAULT_EFFORT, Status
from engine.proof.witness import Witness, confirmed


@dataclass(frozen=True, slots=True)
class Difference:
    """An item under two versions: shown by one case decided twice, proved the same, or undecided within ``effort``."""

    item: str
    status: Status
    older: Witness | None
    newer: Witness | None
    effort: int


def answer_or_none(encoding: Encoding, id_: str) -> Symbolic:
    """The answer of an item; not applicable where the convention does not have it."""
    return encoding.answer(id_) if encoding.has(id_) else no_value(encoding.bank)


def difference_of(older: Encoding, newer: Encoding, id_: str) -> Term:
    """Where an item has different answers in two encodings of one bank."""
    return different(older.bank, answer_or_none(older, id_), answer_or_none(newer, id_))


def comparing(older: Encoding, newer: Encoding, *where: Term, effort: int = DEFAULT_EFFORT) -> Prover:
    """A prover over the contracts that both encodings are of, narrowed to ``where``.

    Raises:
        ValueError: the two were not encoded over one space and among the same contracts.
    """
    if older.bank is not newer.bank or older.window is not newer.window:
        raise ValueError("two versions are compared over one space, among the same contracts")
    return Prover(newer.space, (*newer.base, older.agreed, *where), effort)


def differences(older: Encoding, newer: Encoding, ids: Iterable[str], prover: Prover | None = None) -> list[Difference]:
    """For each item, whether some case has different answers: each is decided under both conventions, as if asked for.

    Raises:
        UsageFault: the solver is missing or is another version.
        InputFault: the evaluator does not confirm a case (proof-unconfirmed).
    """
    asked = prover or comparing(older, newer)
    found = []
    for id_ in ids:
        status, symbols = asked.first(difference_of(older, newer, id_))
        shown = status is Status.SHOWN
        mine = confirmed(older, symbols, [id_] if older.has(id_) else []) if shown else None
        theirs = confirmed(newer, symbols, [id_] if newer.has(id_) else []) if shown else None
        found.append(Difference(id_, status, mine, theirs, asked.effort))
    return found
