"""Every value it can take: an encoding of a case with open facts comes in, all values of an item go out."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from engine.evaluation.facts import Facts
from engine.evaluation.session import Session
from engine.language.facts import BENEFICIARY, SIGNATURE
from engine.language.logic import Term
from engine.language.symbolic import is_value
from engine.language.term_bank import TermBank
from engine.language.values import Number, Value
from engine.policy.model import Convention
from engine.proof.encoding import Encoding, encode
from engine.proof.prover import Prover
from engine.proof.solving import DEFAULT_EFFORT, Status
from engine.proof.space import make_space
from engine.proof.witness import confirmed, value_of

MOST_VALUES = 25  # beyond so many, numbers are told by the least and the greatest


@dataclass(frozen=True, slots=True)
class Possible:
    """The values that an item can take, each confirmed on a case, in order.

    ``complete`` says that there are no others. Where there are more than :data:`MOST_VALUES` numbers, ``values`` holds
    the least and the greatest (to a thousandth, for a ratio). ``status`` is undecided where the budget was spent.
    """

    item: str
    values: tuple[Value, ...]
    complete: bool
    status: Status
    effort: int

    @property
    def decided(self) -> bool:
        return self.status is not Status.UNDECIDED


def open_facts(
    session: Session,
    convention: Convention,
    facts: Facts,
    ids: Iterable[str],
    interpret: Mapping[str, str] | None = None,
) -> frozenset[str]:
    """The facts that a case may still be given: those that the items wait for, and all whose absence is no answer.

    The absence of any other fact is taken as the answer that it is.
    """
    results = session.decide(facts, convention.id, interpret).results
    awaited = {name for id_ in ids if id_ in results for name in results[id_].missing}
    known = session.registry.vocabulary.facts
    return frozenset(n for n, fact in known.items() if n not in facts and (n in awaited or not fact.absence_answers))


def encode_case(
    session: Session,
    convention: Convention,
    facts: Facts,
    opened: Container[str],
    interpret: Mapping[str, str] | None = None,
    *,
    open_questions: Container[str] = (),
    effort: int = DEFAULT_EFFORT,
) -> Encoding:
    """A case as an encoding: what it states is constant but for the facts ``opened``, which may be anything.

    Questions are read by default or as ``interpret`` says, but for ``open_questions``. The convention decides whatever
    the day of signature, unless that is open: then the contract stays one of its own.
    """
    questions = session.questions(convention)
    space = make_space(
        TermBank(),
        session.registry.vocabulary,
        questions,
        given=facts,
        open_facts=opened,
        taken=interpret,
        open_questions=open_questions,
    )
    movable = SIGNATURE in opened or BENEFICIARY in opened
    return encode(session, convention, space, among=None if movable else (), effort=effort)


def possible_values(encoding: Encoding, id_: str, prover: Prover | None = None, *, ends: bool = True) -> Possible:
    """Every value that an item can take once what is open is given; undetermined is none of them.

    Pass one ``prover`` (over the encoding's space and base) for several items. Without ``ends`` those of a range are
    not looked for, which takes longest.

    Raises:
        KeyError: no such item.
    """
    bank, answer = encoding.bank, encoding.answer(id_)
    asked = prover or Prover(encoding.space, encoding.base)
    found: list[Value] = []
    others = [bank.negate(answer.undetermined)]
    status = Status.SHOWN
    while len(found) <= MOST_VALUES:
        status, symbols = asked.some(*others)
        if status is not Status.SHOWN:
            break
        value = value_of(answer, symbols)
        confirmed(encoding, symbols, [id_])
        found.append(value)
        others.append(bank.negate(is_value(bank, answer, value)))
    type_ = encoding.type_of(id_)
    if ends and status is Status.SHOWN and type_ is not None and type_.kind == "number":
        return _ends(encoding, id_, Fraction(1, 10 ** (3 if type_.scale is None else type_.scale)), asked)
    ordered = tuple(sorted(found, key=_order))
    return Possible(id_, ordered, status is Status.EXCLUDED, status, asked.effort)


def _order(value: Value) -> tuple[int, Number, str]:
    """Numbers by size, then all else by its text."""
    number = isinstance(value, Number) and not isinstance(value, bool)
    return (0, value, "") if number else (1, 0, str(value))  # type: ignore[return-value]


def _ends(encoding: Encoding, id_: str, unit: Fraction, prover: Prover) -> Possible:
    answer = encoding.answer(id_)
    assert isinstance(answer.value, Term)
    here = encoding.bank.both(encoding.bank.negate(answer.undetermined), encoding.bank.negate(answer.absent))
    ends: list[Value] = []
    status = Status.SHOWN
    for largest in (False, True):
        status, symbols = prover.extreme(answer.value, unit, here, largest=largest)
        if status is not Status.SHOWN:
            break
        confirmed(encoding, symbols, [id_])
        ends.append(value_of(answer, symbols))
    return Possible(id_, tuple(ends), False, status, prover.effort)
