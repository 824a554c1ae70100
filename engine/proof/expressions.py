"""Items as terms: the algebra that :mod:`engine.evaluation.at_once` reads them in, for a solver.

Also what decides in an item and what goes wrong in it, and what else a person sees of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import Any

from engine.errors import Location
from engine.evaluation import at_once
from engine.evaluation.at_once import HAS_YEAR, answer, applies, body, condition, expression
from engine.evaluation.plan import Step
from engine.language import symbolic
from engine.language.expressions import Cases, FactRef, ItemRef, Scale, Unpublished, VerdictIs, find
from engine.language.logic import Term
from engine.language.operators import Operator
from engine.language.symbolic import Symbolic, Truth, certain, is_value, unknown
from engine.language.term_bank import TermBank
from engine.language.types import DATE, VERDICTS, Type
from engine.language.typing import Scope, literal_value
from engine.policy.model import Criterion, DecisionTable, Item, Obligation, Outcome, Payment, Quantity, Row
from engine.proof.space import Space

GAP, OVERLAP = "gap", "overlap"


@dataclass(frozen=True, slots=True)
class TermAlgebra:
    """What names stand for while items are encoded: facts and questions in ``space``, and the items so far."""

    space: Space
    items: Mapping[str, Symbolic]
    scope: Scope

    @property
    def bank(self) -> TermBank:
        return self.space.bank

    @property
    def open(self) -> Symbolic:
        return Symbolic(self.bank.true, self.bank.false, self.bank.nothing)

    @property
    def nothing(self) -> Symbolic:
        return no_value(self.bank)

    def meant(self, row: Operator) -> Callable[..., Any]:
        return partial(row.term, self.bank)

    def read(self, node: FactRef | ItemRef) -> Symbolic:
        return self.space.fact(node.name) if isinstance(node, FactRef) else self.items[node.id]

    def constant(self, value: Any) -> Symbolic:
        return symbolic.certain(self.bank, symbolic.constant(self.bank, value))

    def listed(self, value: Any, beside: Symbolic) -> Any:
        return symbolic.constant(self.bank, value)

    def takes(self, question: str, choice: str) -> Truth:
        return self._definite(self.bank.same(self.space.choices[question], self.bank.word(choice)))

    def surely(self, truth: Truth) -> Truth:
        return self._definite(truth.true)

    def is_open(self, value: Symbolic) -> Truth:
        return self._definite(value.undetermined)

    def _definite(self, term: Term) -> Truth:
        return Truth(term, self.bank.negate(term))

    def verdict(self, met: Truth) -> Symbolic:
        bank = self.bank
        return symbolic.on_scale(bank, (bank.false, bank.negate(met.false), bank.negate(met.true)), VERDICTS)

    def verdict_in(self, criterion: Symbolic, verdicts: Sequence[str]) -> Truth:
        return symbolic.among(self.bank, criterion, VERDICTS, verdicts)

    def chosen(self, condition: Truth, then: Symbolic, otherwise: Symbolic) -> Symbolic:
        return symbolic.chosen(self.bank, condition, then, otherwise)

    def preferred(self, condition: Truth, then: Symbolic, otherwise: Symbolic) -> Symbolic:
        return symbolic.mixed(self.bank, condition.true, then, otherwise)

    def raised(self, value: Symbolic, scale: tuple[str, ...]) -> Symbolic:
        if value.scale == scale or not scale:
            return value
        return symbolic.on_scale(self.bank, symbolic.scaled(self.bank, value, scale), scale)

    def step_of(self, tests: Sequence[Truth], scale: tuple[str, ...]) -> Symbolic:
        bank, left, reached = self.bank, [self.bank.false], self.bank.false
        for number, test in enumerate(tests, 1):  # surely reached, or unknown right above one that is
            reached = bank.either(test.true, bank.both(bank.negate(test.false), reached))
            left.append(bank.both(reached, *(bank.negate(above.true) for above in tests[number:])))
        return symbolic.on_scale(bank, left, scale)

    def table(self, table: DecisionTable, type_: Type | None) -> Symbolic:
        bank, groups = self.bank, dict[object, list[Term]]()
        inputs = [self.read(ref) for ref in table.inputs.values()]
        value = symbolic.mixed(bank, bank.either(*(each.absent for each in inputs)), self.nothing, self.open)
        for row in table.rows:
            key = None if isinstance(row.then, Unpublished) else literal_value(row.then, type_)
            groups.setdefault(key, []).append(bank.negate(self.match(table, row).false))
        reached = {key: bank.either(*can) for key, can in groups.items()}
        settled = self.open
        for key in (key for key in groups if key is not None):
            only = bank.both(reached[key], *(bank.negate(other) for k, other in reached.items() if k != key))
            settled = symbolic.mixed(bank, only, self.constant(key), settled)
        return symbolic.mixed(bank, bank.either(*reached.values()), settled, value)

    def match(self, table: DecisionTable, row: Row) -> Truth:
        """Where a row surely matches, and where it surely does not."""
        tests = [at_once.condition(cell.asks(table.inputs[name]), self) for name, cell in row.cells.items()]
        return Truth(self.bank.both(*(test.true for test in tests)), self.bank.either(*(test.false for test in tests)))


def no_value(bank: TermBank) -> Symbolic:
    """Not applicable, whatever the case."""
    return Symbolic(bank.false, bank.true, bank.nothing)


@dataclass(frozen=True, slots=True)
class Place:
    """A part of an item that decides in some cases: a row, step, rule, derogation, verdict, value, case or warning."""

    kind: str
    name: str
    at: Location
    decides: Term


@dataclass(frozen=True, slots=True)
class Fault:
    """Where an item has no answer or two: ``code`` is gap or overlap, ``name`` says between which parts."""

    code: str
    name: str
    at: Location
    when: Term


def lives(step: Step, names: TermAlgebra) -> Term:
    """Where the body of an item is asked at all."""
    here = applies(step.item, names).true
    return names.bank.both(condition(HAS_YEAR, names).true, here) if step.yearly else here


def places(step: Step, names: TermAlgebra) -> Iterator[Place]:
    """The parts of an item; the words of an enum that has no parts are its parts."""
    bank, item, type_, here = names.bank, step.item, step.type, lives(step, names)
    own = [Place(kind, name, at, bank.both(here, decides)) for kind, name, at, decides in _parts(item, names)]
    yield from own
    if type_ is not None and type_.kind == "enum" and not own:
        found = answer(step, names)
        yield from (Place("value", word, item.at, is_value(bank, found, word)) for word in type_.values)
    if not own and (item.applies_when is not None or item.unless is not None):
        yield Place("applies", item.id, item.at, here)
    for cases in find(Cases, item.body):
        passed = here
        for number, (when, _) in enumerate(cases.branches, 1):
            holds = condition(when, names)
            yield Place("case", str(number), when.at, bank.both(passed, holds.true))
            passed = bank.both(passed, holds.false)
    for number, caution in enumerate(item.warnings, 1):
        yield Place("warning", str(number), caution.at, condition(caution.when, names).true)


def _parts(item: Item, names: TermAlgebra) -> Iterator[tuple[str, str, Location, Term]]:
    """The kind, name and place of each part of a body, and where it decides."""
    bank = names.bank
    match item.body:
        case Quantity(Scale(steps) as scale):
            found = expression(scale, names)
            for step, left in zip(steps, found.left[1:], strict=True):
                yield "step", step.name, step.at, bank.both(left, bank.negate(found.undetermined))
        case Criterion(met_when, derogations):
            holds = condition(met_when, names)
            met, not_met = holds.true, holds.false
            for each in derogations:
                lifted = condition(each.when, names)
                yield "derogation", each.id, each.at, bank.both(bank.negate(met), lifted.true)
                met, not_met = bank.either(met, lifted.true), bank.both(not_met, lifted.false)
            yield "verdict", "met", item.at, met
            yield "verdict", "not_met", item.at, not_met
        case Outcome(values, rules):
            for rule in rules:
                yield "rule", rule.id, rule.at, condition(rule.when, names).true
            outcome = body(item, None, names)
            for value in values:
                if value not in [rule.then for rule in rules]:
                    yield "value", value, item.at, is_value(bank, outcome, value)
        case DecisionTable(inputs, rows) as table if inputs:
            can = [bank.negate(names.match(table, row).false) for row in rows]
            for i, ((kind, name, row), here) in enumerate(zip(item.members, can, strict=True)):
                alone = bank.both(here, *(bank.negate(other) for j, other in enumerate(can) if j != i))
                yield kind, name, row.at, alone


def faults(step: Step, names: TermAlgebra) -> Iterator[Fault]:
    """Where no row or rule holds of what is known, and where two hold that say different things."""
    bank, item = names.bank, step.item
    match item.body:
        case DecisionTable(inputs, rows) as table:
            found = [(names.match(table, row), row.at, str(number)) for number, row in enumerate(rows, 1)]
            said: list[object] = [row.at if isinstance(row.then, Unpublished) else row.then.value for row in rows]
            read = [names.read(ref) for ref in inputs.values()]
            open_ = [state for each in read for state in (each.undetermined, each.absent)]
        case Outcome(_, rules) as outcome:
            found = [(names.surely(condition(rule.when, names)), rule.at, rule.id) for rule in rules]
            said = [rule.then if isinstance(rule.then, str) else None for rule in rules]
            ids = dict.fromkeys(verdict.criterion.id for verdict in find(VerdictIs, outcome))
            open_ = [names.items[id_].undetermined for id_ in ids]
        case _:
            return
    here = lives(step, names)
    none = bank.both(here, *(holds.false for holds, *_ in found), *map(bank.negate, open_))
    every = [Fault(GAP, "", item.at, none)]
    for (i, (one, at, name)), (j, (other, _, second)) in combinations(enumerate(found), 2):
        if said[i] != said[j]:
            every.append(Fault(OVERLAP, f"{name} / {second}", at, bank.both(here, one.true, other.true)))
    yield from (fault for fault in every if fault.when is not bank.false)


def aspects(item: Item, names: TermAlgebra) -> Iterator[tuple[str, Symbolic]]:
    """What else a person sees of an item: the day it is due, whether it is done or was not met, each warning."""
    bank = names.bank
    if isinstance(item.body, Payment | Obligation) and item.body.due is not None:
        yield "due", expression(item.body.due, names, DATE)
    unmet = bank.false
    if isinstance(item.body, Obligation) and item.body.unmet_when is not None:
        unmet = condition(item.body.unmet_when, names).true
        yield "unmet", certain(bank, unmet)
    if isinstance(item.body, Obligation) and item.body.done_when is not None:
        done, open_ = condition(item.body.done_when, names), bank.negate(unmet)  # what was not met is not done
        yield "done", Symbolic(bank.both(open_, unknown(bank, done)), bank.false, bank.both(open_, done.true))
    for number, warning in enumerate(item.warnings):
        yield f"warning {number + 1}", certain(bank, condition(warning.when, names).true)
