"""Dependence of answers on readings: a program and a run of it come in, the interpretations of each item go out.

While these and the facts stay, so does the answer, however all else is read. The interpretations that an evaluation
used are mostly enough. They are too few where an answer is open, or rests on another one being open: such an answer
could depend on all that its item reads, each as its own answer could.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping, Sequence

from engine.evaluation.facts import Facts
from engine.evaluation.plan import PlanKey
from engine.evaluation.program import Compiled, Program, Run, bits_of
from engine.evaluation.session import Session, Settled
from engine.language.expressions import Chosen, find
from engine.language.values import UNDETERMINED
from engine.policy.model import Convention, Obligation, Outcome, Payment
from engine.policy.overlays import Laid, laid_names
from engine.records import dataclass

Choices = Mapping[str, str]  # the side taken in open questions


@dataclass(frozen=True, slots=True)
class Dependence:
    """What the answers of a program's items could depend on; which interpretations is told as bits.

    ``overlaid`` are those of overlays that may change an item. A known answer of an ``exact`` item rests on no more
    than its evaluation used. What is ``told`` in any case are payments and duties, which have days, and what warns.
    """

    program: Program
    overlaid: Mapping[str, int]
    exact: frozenset[str]
    told: frozenset[str]

    @classmethod
    def of(cls, program: Program, gates: Sequence[Laid]) -> Dependence:
        """``gates`` are the overlays whose dates hold, whatever their condition says."""
        overlaid: dict[str, int] = {}
        for _, overlay in gates:
            if overlay.when is not None:
                bits = bits_of(program.names.choices, (node.interpretation for node in find(Chosen, overlay.when)))
                for id_ in (*overlay.replace, *overlay.add_derogations):
                    overlaid[id_] = overlaid.get(id_, 0) | bits
        told, exact = set[str](), set[str]()
        for step in (compiled.step for compiled in program.steps):
            item = step.item
            if isinstance(item.body, Obligation | Payment) or item.warnings:
                told.add(item.id)
            elif item.unless is None and not isinstance(item.body, Outcome) and not step.reads.whether_open:
                exact.add(item.id)
        return cls(program, overlaid, frozenset(exact), frozenset(told))

    def found(self, run: Run, ids: Iterable[str], steady: Container[str] = ()) -> Mapping[str, frozenset[str]]:
        """Every interpretation that the answers of some items in a run could depend on.

        What is ``steady`` has the same answer under all of them.
        """
        wanted = tuple(id_ for id_ in ids if id_ in run.answers)
        behind: dict[int, int] = {}
        for compiled in self.program.below(wanted):
            behind[compiled.slot] = 0 if compiled.step.item.id in steady else self._behind(compiled, run, behind)
        slots = self.program.names.items
        return {id_: frozenset(self.program.names_in(behind[slots[id_]])) for id_ in wanted}

    def shown(self, run: Run, ids: Iterable[str]) -> frozenset[str]:
        """Every interpretation that one of the items ``ids``, a payment, a duty or a warning could depend on."""
        return frozenset().union(*self.found(run, (*ids, *self.told)).values())

    def _behind(self, compiled: Compiled, run: Run, behind: Mapping[int, int]) -> int:
        program, id_ = self.program, compiled.step.item.id
        value, used, _, _ = run.answers[id_]
        found = self.overlaid.get(id_, 0)
        if compiled.step.yearly and used == program.year_bit:
            return found
        rests = used if id_ in self.exact and value is not UNDETERMINED else compiled.reads
        found |= rests & program.choice_bits
        for slot in program.slots_in(rests & program.item_bits):
            found |= behind[slot]
        return found


def run_of(session: Session, convention: Convention, facts: Facts, choices: Choices) -> tuple[Settled, Run, Dependence]:
    """A case, its run, and what the answers could depend on: what is open in the run may be known by cases.

    What items read is worked out once for each laying, and kept by the session.
    """
    settled = session.settled(facts, choices, convention.id)
    run = settled.run()
    known: dict[PlanKey, Dependence] = session.kernels.setdefault(Dependence, {})
    key = (convention.id, laid_names((*settled.laid, *settled.dated)))
    if key not in known:
        known[key] = Dependence.of(settled.program, settled.dated)
    return settled, run, known[key]
