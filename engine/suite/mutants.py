"""Mutants: a registry comes in, every convention with one place of its rules changed goes out, item by item.

A mutant is what a slip of the pen would make of the rules; a good test suite notices each of them. Of one that no test
notices it is asked what it comes to: an equivalent one changes no answer (values, due days, warnings and faults are
compared by proof, in every case of every convention that has the item); for any other, a ready policy test that would
notice it.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from engine.errors import InputFault, Location, UsageFault
from engine.evaluation.at_once import answer
from engine.evaluation.decision import Decision
from engine.evaluation.facts import Facts
from engine.evaluation.inference import EngineFault
from engine.evaluation.plan import Step
from engine.evaluation.session import Session
from engine.language.expressions import FactRef, ItemRef
from engine.language.facts import SIGNATURE
from engine.language.logic import Term
from engine.language.symbolic import Symbolic, different, known
from engine.language.types import Type
from engine.language.values import add_months
from engine.policy import model
from engine.policy.model import Item
from engine.policy.overlays import covers, laid_called, laid_names
from engine.policy.registry import Registry
from engine.proof.defects import AllCases, all_cases
from engine.proof.encoding import Encoding
from engine.proof.expressions import TermAlgebra, aspects, faults
from engine.proof.prover import Symbols
from engine.proof.solving import Status
from engine.suite.coverage import unpublished
from engine.suite.running import NOTHING, PolicyCase, restated, run_case
from engine.suite.variants import DAY, Mutation, MutationSetting, variants

CaseEntry = Mapping[str, Any]
EFFORT = 2_000_000  # for each question: thousands are asked, and a change left undecided is told as a survivor


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change and the convention that carries it; ``item`` is None where the change is not inside one item.

    ``taken_over`` are the amending conventions that keep the changed place as it is, and so carry the change too.
    """

    subject: str
    change: Mutation
    convention: model.Convention
    item: model.Item | None
    taken_over: tuple[model.Convention, ...] = ()

    @property
    def conventions(self) -> tuple[model.Convention, ...]:
        return (self.convention, *self.taken_over)


def mutants(registry: Registry, types: Mapping[str, Mapping[str, Type | None]]) -> Iterator[Mutant]:
    """Every mutant of every place of the rules; ``types`` gives the types of items for each convention."""
    found: dict[object, Mutant] = {}
    for convention in registry.conventions.values():
        met: Counter[object] = Counter()
        for mutant in _of_convention(registry, convention, types.get(convention.id, {})):
            met[mutant.subject, mutant.change] += 1
            key = (mutant.subject, mutant.change, met[mutant.subject, mutant.change])
            first = found.get(key)
            found[key] = mutant if first is None else replace(first, taken_over=(*first.taken_over, mutant.convention))
    yield from found.values()


def _of_convention(
    registry: Registry, convention: model.Convention, types: Mapping[str, Type | None]
) -> Iterator[Mutant]:
    setting = _setting(registry, convention, types)
    for id_, item in convention.items.items():
        for change, changed in variants(item, setting):
            yield Mutant(id_, change, replace(convention, items={**convention.items, id_: changed}), item)
    for id_, derogation in convention.derogations.items():  # those that overlays bring
        for change, changed in variants(derogation, setting):
            derogations = {**convention.derogations, id_: changed}
            yield Mutant(id_, change, replace(convention, derogations=derogations), None)
    yield from _of_head(registry, convention, setting)
    for i, overlay in enumerate(convention.overlays):
        for change, laid in _of_overlay(registry, convention, overlay, setting):
            overlays = (*convention.overlays[:i], *laid, *convention.overlays[i + 1 :])
            yield Mutant(overlay.id, change, replace(convention, overlays=overlays), None)


def _setting(registry: Registry, convention: model.Convention, types: Mapping[str, Type | None]) -> MutationSetting:
    def step(ref: FactRef | ItemRef) -> Decimal:
        if isinstance(ref, FactRef):
            fact = registry.vocabulary.facts.get(ref.name)
            found = fact.type if fact else None
        else:
            found = types.get(ref.id)
        scale = 0 if found is None else found.scale
        return Decimal(1).scaleb(-(2 if scale is None else scale))

    sources = [convention, *(other for other in registry.conventions.values() if other.id != convention.id)]
    choices = {id_: tuple(each.choices) for source in reversed(sources) for id_, each in source.interpretations.items()}
    return MutationSetting(step=step, choices=choices, silent=unpublished(convention))


def _of_head(registry: Registry, convention: model.Convention, setting: MutationSetting) -> Iterator[Mutant]:
    for id_, question in convention.interpretations.items():
        other = next((choice for choice in question.choices if choice != question.default), None)
        if other is not None:
            questions = {**convention.interpretations, id_: replace(question, default=other)}
            change = Mutation("default", question.at, question.default, other)
            yield Mutant(id_, change, replace(convention, interpretations=questions), None)
    for change, years_from in variants(convention.years_from, setting):
        yield Mutant("years_from", change, replace(convention, years_from=years_from), None)
    first, end = convention.signed_from, convention.signed_before
    # Where another window ends on the first day, that one wins: an earlier first day changes nothing.
    after_another = any(
        other.signed_before == first and other.beneficiary == convention.beneficiary
        for other in registry.conventions.values()
    )
    for day in (first + DAY,) if after_another else (first - DAY, first + DAY):
        change = Mutation("threshold", convention.at, str(first), str(day))
        yield Mutant("signed.from", change, replace(convention, signed_from=day), None)
    for day in () if end is None else (end - DAY, end + DAY):
        change = Mutation("threshold", convention.at, str(end), str(day))
        yield Mutant("signed.before", change, replace(convention, signed_before=day), None)


def _of_overlay(
    registry: Registry, convention: model.Convention, overlay: model.Overlay, setting: MutationSetting
) -> Iterator[tuple[Mutation, tuple[model.Overlay, ...]]]:
    yield Mutation("overlay", overlay.at, overlay.id, NOTHING), ()
    for name in ("signed_from", "signed_before", "first_anniversary"):
        day = getattr(overlay, name)
        for other in () if day is None else (day - DAY, day + DAY):
            moved = replace(overlay, **{name: other})
            if _moves_contracts(registry, convention, (overlay, moved), name, min(day, other)):
                yield Mutation("threshold", overlay.at, f"{name} {day}", str(other)), (moved,)
    yield from ((change, (changed,)) for change, changed in variants(overlay, setting))


def _moves_contracts(
    registry: Registry, later: model.Convention, windows: tuple[model.Overlay, model.Overlay], name: str, day: dt.date
) -> bool:
    """Whether a contract may be signed, or open a year after its first, on the day that changes sides."""
    texts = registry.conventions.values()
    before, after = ([text for text in texts if covers(later, window, text)] for window in windows)
    if before != after:
        return True
    if name != "first_anniversary":
        return any(text.covers(day) for text in before)
    opens = {text.signed_from: text.years_from for text in before}
    from_signature = all(isinstance(start, FactRef) and start.name == SIGNATURE for start in opens.values())
    return not from_signature or any(add_months(first, 12) <= day for first in opens)


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
