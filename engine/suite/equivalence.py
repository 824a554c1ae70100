"""Whether a change of one item changes anything: all cases and the rules after the change come in, a verdict goes out.

Values, due days, warnings and faults are compared by proof, in every case of every convention that has the item.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from engine.evaluation.plan import Step
from engine.evaluation.session import Session
from engine.language.logic import Term
from engine.language.symbolic import different, known
from engine.policy.model import Item
from engine.policy.overlays import laid_called, laid_names
from engine.proof.bodies import aspects, encode_item
from engine.proof.defects import AllCases, all_cases
from engine.proof.encoding import Encoding
from engine.proof.layers import Layer
from engine.proof.prover import Symbols
from engine.proof.solving import Status


@dataclass(slots=True)
class Equivalence:
    """Every case of every convention, encoded at the first question."""

    session: Session
    _cases: list[AllCases] = field(default_factory=list)

    def shown(self, item: Item, changed: Session) -> tuple[Status, Encoding | None, Symbols]:
        """Whether some case has another answer for the item under ``changed``, and the first such case.

        Raises:
            InputFault: the change makes rules that do not resolve.
            UsageFault: the solver is missing or is another version.
        """
        undecided = False
        for encoding, prover in self._encoded():
            goals = encoding.gathered(_told_apart(item, changed, encoding))
            bank = encoding.bank
            if prover.ask(bank.either(*(bank.both(*goal) for goal in goals))) is Status.EXCLUDED:
                continue
            status, symbols = prover.first_of(goals)
            if status is Status.SHOWN:
                return status, encoding, symbols
            undecided |= status is Status.UNDECIDED
        return (Status.UNDECIDED if undecided else Status.EXCLUDED), None, {}

    def _encoded(self) -> list[AllCases]:
        if not self._cases:
            self._cases = [*all_cases(self.session)]
        return self._cases


def _told_apart(item: Item, changed: Session, encoding: Encoding) -> Iterator[tuple[Layer, Term]]:
    """For each step that is the item under a set of overlays, where its answer is another after the change."""
    convention = changed.registry.conventions[encoding.convention.id]
    after: dict[int, Step] = {}  # of each item with its terms: what it is after the change does not hang on the layer
    for layer in encoding.layers:
        for step in layer.plan.steps:
            if step.item.at != item.at:
                continue
            for read in layer.plan.steps:  # whatever the changed item reads has its terms by then
                layer.item(read.item.id)
            terms = layer.item(step.item.id)
            if id(terms) not in after:
                laid = laid_called(changed.registry.covering(convention), laid_names(layer.laid))
                steps = changed.plan(convention, laid).steps
                after[id(terms)] = next(each for each in steps if each.item.id == step.item.id)
            yield layer, _differ(layer, step, after[id(terms)])


def _differ(layer: Layer, before: Step, after: Step) -> Term:
    bank, names = layer.names.bank, layer.names
    old, new = layer.item(before.item.id), encode_item(after, names)
    both = bank.both(known(bank, old.answer), known(bank, new.answer))
    parts = [different(bank, old.answer, new.answer)]
    own, other = (dict(aspects(step.item, names)) for step in (before, after))
    for name in dict.fromkeys((*own, *other)):
        if name in own and name in other:
            parts.append(bank.both(both, different(bank, own[name], other[name])))
        else:
            parts.append(both)
    fails = [layer.names.bank.either(*(fault.when for fault in terms.faults)) for terms in (old, new)]
    parts.append(bank.both(fails[0], bank.negate(fails[1])))
    parts.append(bank.both(fails[1], bank.negate(fails[0])))
    return bank.either(*parts)
