"""Whom an edit concerns: an edit and a case that shows it come in, the inputs of the edited item that do so go out.

Only the item itself is encoded, in both versions and over inputs that may be anything, so that the region is proved
whatever else is so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.comparison.effects.definitions import NEWER, OLDER, Cause, Versions
from engine.comparison.effects.mixture import ComparedResult, Mixture
from engine.language import term_days
from engine.language.facts import BENEFICIARY, FIRST_DAY
from engine.language.logic import Plain, Sort, Term, evaluate
from engine.language.symbolic import Symbolic, is_value, terms_of
from engine.language.term_bank import TermBank
from engine.language.term_days import Day
from engine.language.types import Type
from engine.language.values import Absent, Value
from engine.proof.encoding import Encoding
from engine.proof.layers import Layer
from engine.proof.prover import Prover, Symbols, value_of
from engine.proof.space import symbols_in
from engine.proof.whom import Extent, Input, region_of

FACT, ITEM_INPUT = "fact", "item"


@dataclass(frozen=True, slots=True)
class Situation:
    """Whom a change concerns: what the inputs of ``item`` must be, by kind and name, for it to answer ``pair``."""

    item: str
    pair: tuple[Value, Value]
    extents: Mapping[tuple[str, str], Extent]


def situation_of(
    mixed: Mixture, result: ComparedResult, cause: Cause, symbols: Symbols, effort: int
) -> Situation | None:
    """Whom the case of ``symbols`` stands for; None where the inputs of the item do not tell."""
    local = _Local(mixed, cause, symbols)
    item = local.looked_at(result.id)
    return None if item is None else local.situation(item, effort)


def _passes(both: Versions, id_: str) -> bool:
    """Whether an item only hands a number or a day on to what judges it."""
    type_ = both.type_of(id_)
    kinds = {item.kind for item in both.items(id_)}
    return kinds <= {"quantity", "parameter"} and (type_ is None or type_.kind in ("number", "date"))


def _on_scale(both: Versions, id_: str) -> bool:
    """Whether an item is a step of a scale, which criteria that read it judge."""
    type_ = both.type_of(id_)
    return type_ is not None and type_.ordered and all(item.kind == "quantity" for item in both.items(id_))


def _judges(both: Versions, id_: str) -> bool:
    return any(item.kind == "criterion" for item in both.items(id_))


class _Local:
    """An item over inputs of its own: facts, and free values for the items that the edit does not touch.

    It is seen under the sets of overlays that a case has.
    """

    def __init__(self, mixed: Mixture, cause: Cause, symbols: Symbols) -> None:
        self.mixed = mixed
        self.cause = cause
        self.both = mixed.versions
        self.bank = mixed.versions.bank
        self.layers = tuple(_layer(encoding, symbols) for encoding in self.both.encodings)
        self.starts = self.both.items_of(cause)
        self.touched = self.both.above(self.starts)
        self.symbols: dict[str, Plain] = dict(symbols)
        self.rules: list[Term] = []
        self.inputs: dict[tuple[str, str], Input] = {}
        self.given: dict[str, Symbolic] = {}

    def looked_at(self, result: str) -> str | None:
        """The edited item; where it has no inputs but its day, or only hands a number on, what reads it."""
        both = self.both
        below = both.below([result])
        starts = [id_ for id_ in self.starts if id_ in below]
        differing = self._differing([id_ for id_ in both.ids if id_ in below & self.touched])
        item = next((id_ for id_ in starts if id_ in differing), starts[0] if starts else None)
        seen = set()
        while item is not None and item not in seen:
            seen.add(item)
            dated = any(each.kind == "parameter" for each in both.items(item))  # which reads the day alone
            own = item in starts and not dated and (self._facts(item) or any(self._reads(item)))
            readers = [id_ for id_ in differing if item in self._reads(id_)]
            judges = [id_ for id_ in readers if _judges(both, id_)]
            if judges and _on_scale(both, item):
                item = judges[0]
            elif own or (item not in starts and not _passes(both, item)):
                return item
            else:
                item = next(iter(readers), None)
        return None

    def _reads(self, id_: str) -> tuple[str, ...]:
        return tuple(name for name in self.both.reads(id_) if any(name in layer.steps for layer in self.layers))

    def _facts(self, id_: str) -> tuple[str, ...]:
        """What an item reads as the older version has it, and as the newer one does where its edit is taken."""
        layers = self.layers if id_ in self.starts or id_ not in self.layers[OLDER].steps else self.layers[:NEWER]
        steps = (layer.steps[id_] for layer in layers if id_ in layer.steps)
        return tuple(dict.fromkeys(name for step in steps for name in step.reads.facts))

    def _differing(self, ids: Sequence[str]) -> list[str]:
        """The items that the edit alone makes answer otherwise in the case."""
        taken: dict[str, Plain] = {str(term.value): each == self.cause for each, term in self.mixed.selectors.items()}
        pairs = {id_: (self.both.answers(id_)[OLDER], self.mixed.answer(id_)) for id_ in ids}
        there = {**self.symbols, **taken}
        known = evaluate([term for pair in pairs.values() for each in pair for term in terms_of(each)], there)
        values = {id_: [value_of(each, there, known) for each in pair] for id_, pair in pairs.items()}
        return [id_ for id_, (one, other) in values.items() if one != other]

    def situation(self, item: str, effort: int) -> Situation | None:
        self._gather(item, set(), judged=False)
        versions = (self.mixed.taking(taken, given=self.given, within=self.layers) for taken in ((), (self.cause,)))
        answers = [each.answer(item) for each in versions]
        pair = tuple(value_of(each, self.symbols) for each in answers)
        if pair[0] == pair[1]:
            return None
        goal = self.bank.both(*(is_value(self.bank, *each) for each in zip(answers, pair, strict=True)))
        space = self.both.newer.space
        prover = Prover(space, (*self._fact_rules(), *self.rules), effort)
        region = region_of(prover, goal, list(self.inputs.values()), self.symbols)
        if region is None:
            return None
        extents = {key: region[each.name] for key, each in self.inputs.items() if each.name in region}
        return Situation(item, (pair[0], pair[1]), extents)

    def _gather(self, item: str, met: set[str], *, judged: bool) -> None:
        """The facts, in the order of the schema, and the border items that an item or a ``judged`` step rests on."""
        if item in met:
            return
        met.add(item)
        space = self.both.newer.space
        names = set(self._facts(item)) - {BENEFICIARY}
        for name in space.open_facts:
            if name in names:
                self.inputs[FACT, name] = Input(f"{FACT}:{name}", space.fact(name), space.vocabulary.facts[name].type)
        judges = _judges(self.both, item) or (judged and _on_scale(self.both, item))
        for read in self._reads(item):
            if read in self.touched or self._transparent(read, judges):
                self._gather(read, met, judged=judges)
            elif read not in self.given:
                self._border(read)

    def _transparent(self, id_: str, judged: bool) -> bool:
        """Whether an item only makes a number of facts, which then tell more, or a step that a criterion judges."""
        both, reads = self.both, self._reads(id_)
        if not self._facts(id_):
            return False
        if judged and _on_scale(both, id_):
            return all(_passes(both, read) or self._transparent(read, judged) for read in reads)
        return _passes(both, id_) and all(self._fixed(read) for read in reads)

    def _fixed(self, id_: str) -> bool:
        return all(_constant(each.answer(id_)) for each in self.both.encodings if each.has(id_))

    def _border(self, id_: str) -> None:
        """A free value of the type of an item; a constant stays what it is."""
        own = [each.answer(id_) for each in self.both.encodings if each.has(id_)]
        type_ = self.both.type_of(id_)
        if type_ is None or self._fixed(id_):
            self.given[id_] = own[-1]
            return
        answer, rules = _free_answer(self.bank, f"local:{id_}", type_)
        self.rules += rules
        free = Input(f"{ITEM_INPUT}:{id_}", answer, type_)
        self.given[id_], self.inputs[ITEM_INPUT, id_] = answer, free
        known: Any = value_of(own[-1], self.symbols)
        for state, term in ((Absent.UNDETERMINED, answer.undetermined), (Absent.NOT_APPLICABLE, answer.absent)):
            self.symbols[str(term.value)] = known is state
        if isinstance(known, Absent):
            known = type_.values[0] if type_.values else {"date": FIRST_DAY, "boolean": False}.get(type_.kind, 0)
        self.symbols.update(free.symbols_of(known))

    def _fact_rules(self) -> Iterator[Term]:
        """The rules of facts that speak of inputs alone."""
        facts = [self.both.newer.space.open_facts[name] for kind, name in self.inputs if kind == FACT]
        known = {each.symbol for fact in facts for each in (fact.present, *fact.parts)}
        yield from self.both.newer.space.rules_about(known)
        rules = [self.both.newer.window]
        for rule in rules:  # each with its own parts behind it: the beneficiary is no input, the day may be one
            rules += rule.parts if rule.operator == "and" else ()
            if symbols_in(rule) <= known:
                yield rule


def _layer(encoding: Encoding, symbols: Symbols) -> Layer:
    """The set of overlays that a case has."""
    values = evaluate([layer.when for layer in encoding.layers], symbols)
    return next(layer for layer in encoding.layers if values[layer.when])


def _constant(answer: Symbolic) -> bool:
    """Whether an answer is the same in every case."""
    states = (answer.undetermined, answer.absent)
    if all(term.constant for term in states) and any(term.value is True for term in states):
        return True
    return all(term.constant for term in terms_of(answer))


def _free_answer(bank: TermBank, name: str, type_: Type) -> tuple[Symbolic, list[Term]]:
    """Any answer of a type, in symbols of this name, and what always holds of them."""
    undetermined, absent = (bank.symbol(f"{name}:{state}", Sort.TRUTH) for state in ("undetermined", "absent"))
    apart = bank.negate(bank.both(undetermined, absent))
    if type_.kind == "date":
        day = Day(*(bank.symbol(f"{name}:{part}", Sort.WHOLE) for part in ("year", "month", "day")))
        rules = [apart, term_days.exists(bank, day), term_days.in_calendar(bank, day)]
        return Symbolic(undetermined, absent, day), rules
    if type_.kind == "number" and type_.scale is not None:
        units = bank.number(bank.symbol(f"{name}:value", Sort.WHOLE))
        return Symbolic(undetermined, absent, bank.over(units, bank.exact(10**type_.scale))), [apart]
    symbol = bank.symbol(f"{name}:value", {"number": Sort.NUMBER, "boolean": Sort.TRUTH}.get(type_.kind, Sort.WORD))
    words = [bank.same(symbol, bank.word(word)) for word in type_.values] if symbol.sort is Sort.WORD else [bank.true]
    return Symbolic(undetermined, absent, symbol), [apart, bank.either(*words)]
