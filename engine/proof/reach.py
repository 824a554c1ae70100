"""Can this be? An encoding and a goal over its terms come in, a first confirmed case or the proof of none goes out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from engine.language.logic import Term
from engine.language.symbolic import is_value
from engine.language.values import Value
from engine.proof.encoding import Encoding
from engine.proof.prover import Prover
from engine.proof.solving import DEFAULT_EFFORT, Status
from engine.proof.witness import Witness, confirmed


@dataclass(frozen=True, slots=True)
class Reached:
    """Shown by ``witness``, excluded by proof, or undecided within ``effort``."""

    status: Status
    witness: Witness | None
    effort: int


def reach(
    encoding: Encoding,
    goal: Term,
    ids: Iterable[str] = (),
    *,
    effort: int = DEFAULT_EFFORT,
    prover: Prover | None = None,
) -> Reached:
    """Whether some case of the encoding has the goal; the witness tells the answers of the items ``ids``.

    Pass one ``prover`` (over the encoding's space and base) for several questions: what it learns serves the next.

    Raises:
        UsageFault: the solver is missing or is another version.
        InputFault: the evaluator does not confirm the case (proof-unconfirmed).
    """
    asked = prover or Prover(encoding.space, encoding.base, effort)
    status, symbols = asked.first(goal)
    witness = confirmed(encoding, symbols, ids) if status is Status.SHOWN else None
    return Reached(status, witness, asked.effort)


def can_be(encoding: Encoding, id_: str, value: Value, *, effort: int = DEFAULT_EFFORT) -> Reached:
    """Whether an item can have this value, or be undetermined or not applicable.

    Raises:
        KeyError: no such item.
        UsageFault, InputFault: as :func:`reach`.
    """
    return reach(encoding, is_value(encoding.bank, encoding.answer(id_), value), [id_], effort=effort)
