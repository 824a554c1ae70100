"""Encodes whole items: a step of a plan comes in, its answer and what decides or goes wrong in it go out as terms."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from engine.errors import Location
from engine.evaluation.plan import Step
from engine.evaluation.slots import literal_value
from engine.language.expressions import Cases, Scale, Unpublished, VerdictIs, find
from engine.language.facts import SIGNATURE, YEAR
from engine.language.logic import Term
from engine.language.symbolic import Symbolic, Truth, certain, is_value, mixed, on_scale, scaled, unknown
from engine.language.term_bank import TermBank
from engine.language.term_days import code, day_code
from engine.language.types import VERDICTS, Type
from engine.policy.model import Criterion, Item, Obligation, Outcome, Parameter, Payment, Quantity, Row, Rule, Table
from engine.proof.expressions import Names, condition, expression, no_value, open_value, possible, published, scale

GAP, OVERLAP = "gap", "overlap"


@dataclass(frozen=True, slots=True)
class Place:
    """A part of an item that decides in some cases: a row, step, rule, derogation, verdict, value or branch."""

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


@dataclass(frozen=True, slots=True)
class ItemTerms:
    """An item: its answer, what decides in it, where it is at fault and where its body is asked at all."""

    answer: Symbolic
    places: tuple[Place, ...] = ()
    faults: tuple[Fault, ...] = ()
    lives: Term | None = None


def encode_item(step: Step, names: Names) -> ItemTerms:
    """The terms of an item whose every input is already among ``names``."""
    bank, item = names.bank, step.item
    asked = names.space.present[YEAR] if step.yearly else bank.true
    applies = Truth(bank.true, bank.false) if item.applies_when is None else condition(item.applies_when, names)
    lifted = bank.false if item.unless is None else condition(item.unless, names).true
    inner = _body(item, step.type, names)
    lives = bank.both(asked, applies.true, bank.negate(lifted))
    if step.type is not None and (isinstance(item.body, Criterion) or step.type.ordered):
        return _living(inner, _on_scale(step.type.values, inner.answer, asked, applies, lifted, bank), lives, bank)
    absent = bank.either(applies.false, lifted, bank.both(applies.true, inner.answer.absent))
    open_ = bank.either(unknown(bank, applies), inner.answer.undetermined)
    undetermined = bank.either(bank.negate(asked), bank.both(bank.negate(absent), open_))
    answer = Symbolic(undetermined, bank.both(asked, absent), inner.answer.value)
    return _living(inner, answer, lives, bank)


def _on_scale(
    scale: tuple[str, ...], inner: Symbolic, asked: Term, applies: Truth, lifted: Term, bank: TermBank
) -> Symbolic:
    """What is left of an item on a scale: anything without the year it needs, nothing where it does not arise."""
    nothing, *steps = scaled(bank, inner, scale)
    refused, open_ = bank.either(applies.false, lifted), bank.negate(asked)
    left = [bank.either(open_, refused, unknown(bank, applies), nothing)]
    left += [bank.either(open_, bank.both(bank.negate(refused), step)) for step in steps]
    return on_scale(bank, left, scale)


def _living(inner: ItemTerms, answer: Symbolic, lives: Term, bank: TermBank) -> ItemTerms:
    """An item whose body is asked only where it ``lives``."""
    places = tuple(replace(place, decides=bank.both(lives, place.decides)) for place in inner.places)
    faults = (replace(fault, when=bank.both(lives, fault.when)) for fault in inner.faults)
    return ItemTerms(answer, places, tuple(fault for fault in faults if fault.when is not bank.false), lives)


def _body(item: Item, type_: Type | None, names: Names) -> ItemTerms:
    match item.body:
        case Parameter():
            return ItemTerms(_parameter(item.body, type_, names))
        case Quantity(Scale() as steps):
            answer, decides = scale(steps, names)
            return ItemTerms(answer, tuple(Place("step", step.name, step.at, here) for step, here in decides))
        case Quantity(inner) | Payment(inner, _):
            return ItemTerms(expression(inner, names, type_))
        case Obligation():
            return ItemTerms(certain(names.bank, names.bank.true))
        case Criterion():
            return _criterion(item, item.body, names)
        case Outcome():
            return _outcome(item, item.body, names)
        case Table():
            return _table(item, item.body, type_, names)


def _parameter(parameter: Parameter, type_: Type | None, names: Names) -> Symbolic:
    """The value in force at the signature date."""
    bank = names.bank
    first, *later = parameter.values
    value = published(first.value, names, type_)
    signed = code(bank, names.space.value[SIGNATURE])
    for dated in later:
        since = bank.at_most(bank.whole(day_code(dated.start)), signed)
        value = mixed(bank, since, published(dated.value, names, type_), value)
    return value


def _criterion(item: Item, criterion: Criterion, names: Names) -> ItemTerms:
    bank = names.bank
    holds = condition(criterion.met_when, names)
    met, not_met = holds.true, holds.false
    places = []
    for derogation in criterion.derogations:
        lifted = condition(derogation.when, names)
        alone = bank.both(bank.negate(met), lifted.true)
        places.append(Place("derogation", derogation.id, derogation.at, alone))
        met, not_met = bank.either(met, lifted.true), bank.both(not_met, lifted.false)
    places += [Place("verdict", "met", item.at, met), Place("verdict", "not_met", item.at, not_met)]
    answer = on_scale(bank, (bank.false, bank.negate(not_met), bank.negate(met)), VERDICTS)
    return ItemTerms(answer, tuple(places))


def _table(item: Item, table: Table, type_: Type | None, names: Names) -> ItemTerms:
    """The row that matches; known too where every row that can match gives the same published value."""
    bank, rows = names.bank, table.rows
    matches = [_matches(table, row, names) for row in rows]
    can = [possible(bank, match) for match in matches]
    inputs = [names.read(ref) for ref in table.inputs.values()]
    undetermined = bank.either(*(value.undetermined for value in inputs))
    absent = bank.either(*(value.absent for value in inputs))
    some = bank.either(*can)
    unmatched = mixed(bank, absent, no_value(bank), open_value(bank))
    places = []
    for i, (row, here) in enumerate(zip(rows, can, strict=True)):
        alone = bank.both(here, *(bank.negate(other) for j, other in enumerate(can) if j != i))
        places.append(Place("row", f"{item.id}[{i + 1}]", row.at, alone))
    faults = [Fault(GAP, "", item.at, bank.both(bank.negate(some), bank.negate(undetermined), bank.negate(absent)))]
    for i, j in combinations(range(len(rows)), 2):
        mine, theirs = rows[i].then, rows[j].then
        if isinstance(mine, Unpublished) or isinstance(theirs, Unpublished) or mine.value != theirs.value:
            both = bank.both(matches[i].true, matches[j].true)
            faults.append(Fault(OVERLAP, f"{i + 1} / {j + 1}", rows[i].at, both))
    answer = mixed(bank, some, _settled(rows, can, type_, names), unmatched)
    return ItemTerms(answer, tuple(places), tuple(faults))


def _settled(rows: Sequence[Row], can: Sequence[Term], type_: Type | None, names: Names) -> Symbolic:
    bank = names.bank
    groups: dict[object, list[int]] = {}
    for i, row in enumerate(rows):
        key = None if isinstance(row.then, Unpublished) else literal_value(row.then, type_)
        groups.setdefault(key, []).append(i)
    reached = {key: bank.either(*(can[i] for i in members)) for key, members in groups.items()}
    value = open_value(bank)
    for key, members in groups.items():
        if key is not None:
            only = bank.both(reached[key], *(bank.negate(other) for k, other in reached.items() if k != key))
            value = mixed(bank, only, published(rows[members[0]].then, names, type_), value)
    return value


def _matches(body: Table, row: Row, names: Names) -> Truth:
    """Where the row surely matches, and where it surely does not."""
    bank = names.bank
    tests = [condition(cell.asks(body.inputs[name]), names) for name, cell in row.cells.items()]
    return Truth(bank.both(*(test.true for test in tests)), bank.either(*(test.false for test in tests)))


def _outcome(item: Item, outcome: Outcome, names: Names) -> ItemTerms:
    """The value of the rule that is true; rules with different values that are both true are an overlap."""
    bank = names.bank
    fired = [(condition(rule.when, names).true, rule) for rule in outcome.rules]
    answer = open_value(bank)
    for true, rule in reversed(fired):
        then = certain(bank, bank.word(rule.then)) if isinstance(rule.then, str) else open_value(bank)
        answer = mixed(bank, true, then, answer)
    places = [Place("rule", rule.id, rule.at, true) for true, rule in fired]
    ruleless = [value for value in outcome.values if value not in [rule.then for rule in outcome.rules]]
    places += [Place("value", value, item.at, is_value(bank, answer, value)) for value in ruleless]
    faults = [
        Fault(OVERLAP, f"{rule.id} / {other.id}", rule.at, bank.both(true, also))
        for (true, rule), (also, other) in combinations(fired, 2)
        if _published(rule) != _published(other)
    ]
    read = {node.criterion.id for node in find(VerdictIs, outcome)}
    determined = [bank.negate(names.items[id_].undetermined) for id_ in sorted(read)]
    faults.append(Fault(GAP, "", item.at, bank.both(*(bank.negate(true) for true, _ in fired), *determined)))
    return ItemTerms(answer, tuple(places), tuple(faults))


def _published(rule: Rule) -> str | None:
    return rule.then if isinstance(rule.then, str) else None


def branches(item: Item, terms: ItemTerms, names: Names) -> Iterator[Place]:
    """Where an item without parts applies, and where each branch of its cases is taken."""
    bank, lives = names.bank, terms.lives or names.bank.true
    if not terms.places and (item.applies_when is not None or item.unless is not None):
        yield Place("applies", item.id, item.at, lives)
    for cases in find(Cases, item.body):
        passed = lives
        for number, (when, _) in enumerate(cases.branches, 1):
            holds = condition(when, names)
            yield Place("case", str(number), when.at, bank.both(passed, holds.true))
            passed = bank.both(passed, holds.false)


def aspects(item: Item, names: Names) -> Iterator[tuple[str, Symbolic]]:
    """What else a person sees of an item: the day it is due, whether it is done or was not met, each warning."""
    bank = names.bank
    if isinstance(item.body, Payment | Obligation) and item.body.due is not None:
        yield "due", expression(item.body.due, names, Type("date"))
    unmet = bank.false
    if isinstance(item.body, Obligation) and item.body.unmet_when is not None:
        unmet = condition(item.body.unmet_when, names).true
        yield "unmet", certain(bank, unmet)
    if isinstance(item.body, Obligation) and item.body.done_when is not None:
        done, open_ = condition(item.body.done_when, names), bank.negate(unmet)  # what was not met is not done
        yield "done", Symbolic(bank.both(open_, unknown(bank, done)), bank.false, bank.both(open_, done.true))
    for number, warning in enumerate(item.warnings):
        yield f"warning {number + 1}", certain(bank, condition(warning.when, names).true)
