"""Does a fact matter? An encoding and open facts come in; those that can change or settle some result go out."""

from __future__ import annotations

from collections.abc import Iterable

from engine.language.logic import Term
from engine.language.symbolic import different, known, terms_of
from engine.proof.encoding import Encoding, encode_twin
from engine.proof.prover import Prover
from engine.proof.solving import DEFAULT_EFFORT, Status
from engine.proof.space import twin_space


def mattering(
    encoding: Encoding, facts: Iterable[str], ids: Iterable[str], *, effort: int = DEFAULT_EFFORT
) -> set[str]:
    """The open facts that can change or settle one of the items at least; what the budget leaves open is among them.

    A fact whose absence is no answer is compared between two cases that both give it.

    Raises:
        KeyError: no such item, or a fact that is not open.
        UsageFault: the solver is missing or is another version.
    """
    wanted, bank, space = tuple(ids), encoding.bank, encoding.space
    answers = [encoding.answer(id_) for id_ in wanted]
    roots = [root for answer in answers for root in terms_of(answer)]
    contracts = bank.both(encoding.window, encoding.agreed)
    prover = Prover(space, (*space.rules_about([*roots, contracts]), contracts), effort)
    found = set()
    for name in facts:
        twin = encode_twin(encoding, twin_space(space, {name}))
        any_ = bank.either(*(_matters(encoding, twin, name, id_) for id_ in wanted))
        theirs = bank.both(twin.window, twin.agreed)
        own = twin.space.rules_about([*roots, any_, theirs])
        if any_ is not bank.false and prover.ask(any_, *own, theirs) is not Status.EXCLUDED:
            found.add(name)
    return found


def _matters(encoding: Encoding, twin: Encoding, name: str, id_: str) -> Term:
    """Where a fact, which may be otherwise in the twin, changes an item or settles it."""
    bank, mine, other = encoding.bank, encoding.answer(id_), twin.answer(id_)
    without, given = bank.negate(encoding.space.present[name]), twin.space.present[name]
    absence_answers = encoding.space.vocabulary.facts[name].absence_answers
    stated = bank.true if absence_answers else bank.both(bank.negate(without), given)
    decided = bank.both(bank.negate(mine.undetermined), bank.negate(other.undetermined))
    return bank.either(
        bank.both(stated, decided, different(bank, mine, other)),
        bank.both(without, given, mine.undetermined, bank.either(known(bank, other), other.absent)),
    )
