"""Changes that no test notices: all cases and the rules after the change come in, what it comes to goes out.

An equivalent one changes no answer: values, due days, warnings and faults are compared by proof, in every case of every
convention that has the item. For any other, a ready policy test that would notice it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.errors import InputFault, Location, UsageFault
from engine.evaluation.at_once import answer
from engine.evaluation.decision import Decision
from engine.evaluation.facts import Facts
from engine.evaluation.inference import EngineFault
from engine.evaluation.plan import Step
from engine.evaluation.session import Session
from engine.language.logic import Term
from engine.language.symbolic import Symbolic, different, known
from engine.policy.model import Item
from engine.policy.overlays import laid_called, laid_names
from engine.proof.defects import AllCases, all_cases
from engine.proof.encoding import Encoding
from engine.proof.expressions import TermAlgebra, aspects, faults
from engine.proof.prover import Symbols
from engine.proof.solving import Status
from engine.suite.running import NOTHING, PolicyCase, restated, run_case

CaseEntry = Mapping[str, Any]
EFFORT = 2_000_000  # for each question: thousands are asked, and a change left undecided is told as a survivor


@dataclass(slots=True)
class Equivalence:
    """Every case of every convention, encoded at the first question."""

    session: Session
    _cases: list[AllCases] = field(default_factory=list)

    def shown(self, item: Item, changed: Session) -> tuple[Status, Encoding | None, Symbols]:
        """Whether some case has another answer for the item under ``changed``, and the first such case.

        Raises:
            InputFault: the change makes rules that do not resolve.
        """
        undecided = False
        self._cases = self._cases or [*all_cases(self.session, EFFORT)]
        for encoding, prover in self._cases:
            goal = encoding.bank.either(*_told_apart(item, changed, encoding))
            if prover.ask(goal) is Status.EXCLUDED:
                continue
            status, symbols = prover.first(goal)
            if status is Status.SHOWN:
                return status, encoding, symbols
            undecided |= status is Status.UNDECIDED
        return (Status.UNDECIDED if undecided else Status.EXCLUDED), None, {}


def _told_apart(item: Item, changed: Session, encoding: Encoding) -> Iterator[Term]:
    """For each definition that is the item, where it is in force and its answer is another after the change."""
    convention = changed.registry.conventions[encoding.convention.id]
    for id_ in encoding.items_at(item.at):
        for when, before in encoding.defined(id_):
            if before.step.item.at != item.at:
                continue
            laid = next(layer.laid for layer in encoding.layers if layer.active in before.within)
            plan = changed.plan(convention, laid_called(changed.registry.covering(convention), laid_names(laid)))
            after = next(each for each in plan.steps if each.item.id == id_)
            read = {name: encoding.answer(name) for name in after.reads.items}
            names = (encoding.names(before), TermAlgebra(encoding.space, read, plan.scope))
            yield encoding.bank.both(when, _differ(encoding.defined_as(before), before.step, after, names))


def _differ(old: Symbolic, before: Step, after: Step, names: tuple[TermAlgebra, TermAlgebra]) -> Term:
    bank, new = names[0].bank, answer(after, names[1])
    both, steps = bank.both(known(bank, old), known(bank, new)), list(zip((before, after), names, strict=True))
    parts = [different(bank, old, new)]
    own, other = (dict(aspects(step.item, each)) for step, each in steps)
    for name in dict.fromkeys((*own, *other)):
        if name in own and name in other:
            parts.append(bank.both(both, different(bank, own[name], other[name])))
        else:
            parts.append(both)
    fails = [bank.either(*(fault.when for fault in faults(*each))) for each in steps]
    parts.append(bank.both(fails[0], bank.negate(fails[1])))
    parts.append(bank.both(fails[1], bank.negate(fails[0])))
    return bank.either(*parts)


def proposed_entry(
    session: Session, changed: Session, facts: Facts, interpret: Mapping[str, str], id_: str
) -> CaseEntry | None:
    """A test of one item that passes under the rules and fails under the changed ones; None where no test can.

    It says no more than it must: the answer alone, else also what the item waits for, its day, its derogation, its
    warning, or the overlays in force.
    """
    try:
        decision = session.decide(facts, interpret=interpret, years=False)
    except (InputFault, UsageFault):
        return None
    for entry in _entries(decision, interpret, id_):
        case = PolicyCase("", "", Location(""), decision.convention.id, facts, entry)
        if run_case(session, case).passed and not passes(changed, case):
            return {"given": facts, **entry, "convention": decision.convention.id}
    return None


def passes(session: Session, case: PolicyCase) -> bool:
    """Whether a test passes under changed rules, which the inference engine may not take."""
    try:
        return run_case(session, case).passed
    except EngineFault:
        return False


def _entries(decision: Decision, interpret: Mapping[str, str], id_: str) -> Iterator[CaseEntry]:
    """What a test can say of an item, the least first."""
    asked = {"expect": [id_], "missing": [], "derogation": [id_], "warnings": [id_], "due": [id_]}
    told = restated(asked, decision)
    known = told["expect"][id_] != NOTHING
    entry = {**({"interpret": dict(interpret)} if interpret else {}), "expect": told["expect"] if known else {}}
    if known:
        yield entry
    for key in ("missing", "derogation", "warnings", "no_warnings", "due"):
        part = told.get(key)
        if part and part != {id_: NOTHING}:
            yield {**entry, key: part}
    yield {**entry, "overlays": [use.id for use in decision.overlays]}
