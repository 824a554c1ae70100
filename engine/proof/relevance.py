"""Does a fact matter? An encoding and open facts come in; which results each can change or settle goes out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from engine.language.logic import Term
from engine.language.symbolic import different, known, terms_of
from engine.proof.encoding import Encoding, encode_twin
from engine.proof.prover import Prover
from engine.proof.solving import DEFAULT_EFFORT, Status
from engine.proof.space import twin_space


@dataclass(frozen=True, slots=True)
class Relevance:
    """Whether an answer to a fact can change a result, and whether it can make an open result known.

    ``shown`` each time by a case; a fact whose two are ``excluded`` need not be asked for.
    """

    fact: str
    item: str
    changes: Status
    settles: Status

    @property
    def matters(self) -> bool:
        """Whether the fact can matter, as far as the budget went."""
        return (self.changes, self.settles) != (Status.EXCLUDED, Status.EXCLUDED)


def relevance(
    encoding: Encoding, facts: Iterable[str], ids: Iterable[str], *, effort: int = DEFAULT_EFFORT
) -> list[Relevance]:
    """For each open fact and each item, whether the fact can change or settle it, whatever the others turn out to be.

    A fact whose absence is no answer is compared between two cases that both give it.

    Raises:
        KeyError: no such item, or a fact that is not open.
        UsageFault: the solver is missing or is another version.
    """
    wanted = tuple(ids)
    prover = Prover(encoding.space, encoding.base, effort)
    return [
        Relevance(name, id_, *statuses)
        for name in facts
        for id_, statuses in _of_fact(encoding, name, wanted, prover).items()
    ]


def mattering(
    encoding: Encoding, facts: Iterable[str], ids: Iterable[str], *, effort: int = DEFAULT_EFFORT
) -> set[str]:
    """The open facts that can change or settle one of the items at least; what the budget leaves open is among them.

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
        twin, goals = _goals(encoding, name, wanted)
        any_ = bank.either(*(goal for pair in goals.values() for goal in pair))
        theirs = bank.both(twin.window, twin.agreed)
        own = twin.space.rules_about([*roots, any_, theirs])
        if any_ is not bank.false and prover.ask(any_, *own, theirs) is not Status.EXCLUDED:
            found.add(name)
    return found


def _of_fact(encoding: Encoding, name: str, ids: Iterable[str], prover: Prover) -> Mapping[str, tuple[Status, Status]]:
    twin, goals = _goals(encoding, name, ids)
    rules = twin.base

    def asked(goal: Term) -> Status:
        return Status.EXCLUDED if goal is encoding.bank.false else prover.ask(goal, *rules)

    return {id_: (asked(changes), asked(settles)) for id_, (changes, settles) in goals.items()}


def _goals(encoding: Encoding, name: str, ids: Iterable[str]) -> tuple[Encoding, Mapping[str, tuple[Term, Term]]]:
    """A twin whose fact may be otherwise, and for each item where that changes it and where it settles it."""
    bank, space = encoding.bank, encoding.space
    twin = encode_twin(encoding, twin_space(space, {name}))
    without, given = bank.negate(space.present[name]), twin.space.present[name]
    absence_answers = space.vocabulary.facts[name].absence_answers
    stated = bank.true if absence_answers else bank.both(space.present[name], given)
    goals = {}
    for id_ in ids:
        mine, other = encoding.answer(id_), twin.answer(id_)
        decided = bank.both(bank.negate(mine.undetermined), bank.negate(other.undetermined))
        changes = bank.both(stated, decided, different(bank, mine, other))
        settles = bank.both(without, given, mine.undetermined, bank.either(known(bank, other), other.absent))
        goals[id_] = (changes, settles)
    return twin, goals
