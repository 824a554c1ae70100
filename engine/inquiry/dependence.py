"""Dependence of answers on readings: a program and a run of it come in, the interpretations of each item go out.

While these and the facts stay, so does the answer, however all else is read. The interpretations that an evaluation
used are mostly enough. They are too few where an answer is open, or rests on another one being open: such an answer
could depend on all that its item reads, each as its own answer could.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from engine.evaluation.facts import Facts
from engine.evaluation.plan import Key, Step
from engine.evaluation.program import Program, Run, bits_of
from engine.evaluation.session import Session, Settled
from engine.evaluation.slots import DecidedAnswer
from engine.language.expressions import Chosen, find
from engine.language.values import UNDETERMINED
from engine.policy.model import Convention, Obligation, Outcome, Payment
from engine.policy.overlays import Laid, laid_names
from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class _Reads:
    """What an item reads, as bits: interpretations, those of overlays that may change it, and items.

    ``exact`` where a known answer rests on no more than its evaluation used: not of what is ``told`` in any case, a
    payment, a duty, which have days, and what warns.
    """

    slot: int
    named: int
    overlaid: int
    items: tuple[int, ...]
    exact: bool
    told: bool
    yearly: bool


@dataclass(frozen=True, slots=True)
class Dependence:
    """What each item of a program reads, worked out once for its overlays and those that could take their place."""

    program: Program
    reads: Mapping[str, _Reads]

    @classmethod
    def of(cls, program: Program, gates: Sequence[Laid]) -> Dependence:
        """``gates`` are the overlays whose dates hold, whatever their condition says."""
        overlaid: dict[str, int] = {}
        for _, overlay in gates:
            if overlay.when is not None:
                bits = bits_of(program.names.choices, (node.interpretation for node in find(Chosen, overlay.when)))
                for id_ in (*overlay.replace, *overlay.add_derogations):
                    overlaid[id_] = overlaid.get(id_, 0) | bits
        steps = (compiled.step for compiled in program.steps)
        return cls(program, {each.item.id: _reads(program, each, overlaid.get(each.item.id, 0)) for each in steps})

    def found(self, run: Run, ids: Iterable[str]) -> Mapping[str, frozenset[str]]:
        """Every interpretation that the answer in a run of each of the items ``ids`` could depend on."""
        behind, slots = self._all(run), self.program.names.items
        return {id_: frozenset(self.program.names_in(behind[slots[id_]])) for id_ in ids if id_ in slots}

    def shown(self, run: Run, ids: Collection[str]) -> frozenset[str]:
        """Every interpretation that one of the items ``ids``, a payment, a duty or a warning could depend on."""
        behind, found = self._all(run), 0
        for id_, reads in self.reads.items():
            found |= behind[reads.slot] if id_ in ids or reads.told else 0
        return frozenset(self.program.names_in(found))

    def _all(self, run: Run) -> Mapping[int, int]:
        behind: dict[int, int] = {}
        for id_, reads in self.reads.items():
            behind[reads.slot] = self._behind(reads, run.answers[id_], behind)
        return behind

    def _behind(self, reads: _Reads, answer: DecidedAnswer, behind: Mapping[int, int]) -> int:
        value, used = answer[0], answer[1]
        if reads.yearly and used == self.program.year_bit:
            return reads.overlaid
        if not reads.exact or value is UNDETERMINED:
            return reads.overlaid | _joined(reads, behind)
        found = reads.overlaid | used & self.program.choice_bits
        for slot in self.program.slots_in(used & self.program.item_bits):
            found |= behind[slot]
        return found


def _joined(reads: _Reads, behind: Mapping[int, int]) -> int:
    """All that an item could depend on through what it reads."""
    found = reads.named
    for slot in reads.items:
        found |= behind[slot]
    return found


def _reads(program: Program, step: Step, overlaid: int) -> _Reads:
    item = step.item
    items, questions = program.names.items, program.names.choices
    told = isinstance(item.body, Obligation | Payment) or bool(item.warnings)
    own = item.unless is None and not told and not isinstance(item.body, Outcome)
    exact = own and not step.reads.whether_open
    read, named = tuple(items[id_] for id_ in step.reads.items), bits_of(questions, step.reads.questions)
    return _Reads(items[item.id], named, overlaid, read, exact, told, step.yearly)


@dataclass(frozen=True, slots=True)
class Dependences:
    """Runs cases of a convention; what its items read is worked out once for each laying, and kept by the session."""

    session: Session
    convention: Convention

    def of(self, facts: Facts, choices: Mapping[str, str]) -> tuple[Settled, Run, Dependence]:
        """A case, its run, and what the answers could depend on: what is open in the run may be known by cases."""
        settled = self.session.settled(facts, choices, self.convention.id)
        run = settled.run()
        known: dict[Key, Dependence] = self.session.kernels.setdefault(Dependence, {})
        key = (self.convention.id, laid_names((*settled.laid, *settled.dated)))
        if key not in known:
            known[key] = Dependence.of(settled.program, settled.dated)
        return settled, run, known[key]
