"""The space of cases: a vocabulary and what is given come in, every fact and open question as terms goes out.

What is given is constant, so that a case with few open facts folds to small terms while it is encoded.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import Any

from engine.evaluation.facts import Facts
from engine.language import term_days
from engine.language.facts import FIRST_DAY, LAST_DAY, Fact, Vocabulary
from engine.language.logic import Plain, Sort, Term, cone
from engine.language.symbolic import Symbolic, constant
from engine.language.term_bank import TermBank
from engine.language.term_days import Day
from engine.language.terms import at_most
from engine.language.types import Type
from engine.language.values import Scalar, exact
from engine.policy.model import Interpretation

YEARS = range(FIRST_DAY.year, LAST_DAY.year + 1)
LARGEST = 10**9  # bounds a number whose schema has no maximum of its own


@dataclass(frozen=True, slots=True)
class Unknown:
    """A symbol and the values that it can have, in the order in which a witness takes them."""

    symbol: Term
    candidates: range | tuple[Plain, ...]

    def among(self, bank: TermBank, low: int = 0, high: int = -1) -> Term:
        """That it has one of its candidates, from one place to another."""
        if isinstance(self.candidates, range):
            first, last = bank.whole(self.candidates[low]), bank.whole(self.candidates[high])
            return bank.both(bank.at_most(first, self.symbol), bank.at_most(self.symbol, last))
        words = self.candidates[low:] if high == -1 else self.candidates[low : high + 1]
        return bank.either(*(self.being(bank, word) for word in words))

    def being(self, bank: TermBank, value: Plain) -> Term:
        """That it has this value."""
        is_whole = isinstance(self.candidates, range)
        known = bank.whole(int(value)) if is_whole else constant(bank, value)
        assert isinstance(known, Term)
        return bank.same(self.symbol, known)


@dataclass(frozen=True, slots=True)
class OpenFact:
    """A fact that may be given or not, what its value is made of (three wholes for a date, else one symbol), and it.

    ``asked`` of everybody is what is no answer where it is missing.
    """

    present: Unknown
    parts: tuple[Unknown, ...]
    value: Term | Day
    asked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """Every fact with where it is given and its value, every question with its choice, and what always holds of them.

    ``open_facts`` and ``open_questions`` are those that are symbols, in the order of the schema. ``rules`` are kept
    with their symbols.
    """

    bank: TermBank
    vocabulary: Vocabulary
    questions: Mapping[str, Interpretation]
    present: Mapping[str, Term]
    value: Mapping[str, Term | Day]
    choices: Mapping[str, Term]
    open_facts: Mapping[str, OpenFact]
    open_questions: Mapping[str, Unknown]
    rules: Mapping[Term, frozenset[Term]]
    given: Mapping[str, Scalar]
    taken: Mapping[str, str]

    def fact(self, name: str) -> Symbolic:
        return Symbolic(self.bank.negate(self.present[name]), self.bank.false, self.value[name])

    def rules_about(self, roots: Iterable[Term]) -> tuple[Term, ...]:
        """The rules all of whose symbols stand in these terms: a fact that nothing asks about may be missing."""
        terms = set(cone(roots))
        return tuple(rule for rule, symbols in self.rules.items() if symbols <= terms)

    def unknowns(self) -> Iterator[Unknown]:
        """Every symbol."""
        yield from self.open_questions.values()
        for fact in self.open_facts.values():
            yield fact.present
            yield from fact.parts

    def case_of(self, symbols: Mapping[str, Plain]) -> tuple[Facts, dict[str, str]]:
        """The facts and choices that the symbols' values stand for."""
        facts: Facts = {}
        for name in self.vocabulary.facts:
            found = self.open_facts.get(name)
            if found is None:
                if name in self.given:
                    facts[name] = self.given[name]
            elif symbols[found.present.symbol.value]:
                parts = [symbols[part.symbol.value] for part in found.parts]
                facts[name] = of_parts(self.vocabulary.facts[name], parts)
        choices = dict(self.taken)
        for id_, question in self.open_questions.items():
            choices[id_] = str(symbols[question.symbol.value])
        return facts, choices

    def symbols_of(self, facts: Facts, choices: Mapping[str, str]) -> dict[str, Plain]:
        """The value of every symbol in a case; symbols of facts that are not given take their first candidate."""
        symbols: dict[str, Plain] = {}
        for id_, question in self.open_questions.items():
            symbols[question.symbol.value] = choices[id_]
        for name, fact in self.open_facts.items():
            symbols[fact.present.symbol.value] = name in facts
            if name in facts:
                parts: Sequence[Plain] = parts_of(self.vocabulary.facts[name].type, facts[name])
            else:
                parts = [part.candidates[0] for part in fact.parts]
            symbols.update((part.symbol.value, value) for part, value in zip(fact.parts, parts, strict=True))
        return symbols

    def completed(self, symbols: Mapping[str, Plain]) -> dict[str, Plain]:
        """The values of every symbol: those that nothing asked about take their first candidate."""
        return {each.symbol.value: each.candidates[0] for each in self.unknowns()} | dict(symbols)


def make_space(
    bank: TermBank,
    vocabulary: Vocabulary,
    questions: Mapping[str, Interpretation],
    *,
    given: Facts | None = None,
    open_facts: Container[str] | None = None,
    taken: Mapping[str, str] | None = None,
    open_questions: Container[str] = (),
) -> Space:
    """The space of cases where ``open_facts`` (None: all that are not given) and ``open_questions`` are symbols.

    Of the other facts the ``given`` ones have their value and the rest is missing; the other questions are answered
    as ``taken`` says, else by default.
    """
    facts, answers = given or {}, taken or {}
    wanted = [name for name in vocabulary.facts if (name not in facts if open_facts is None else name in open_facts)]
    opened = {name: _open_fact(bank, vocabulary.facts[name], "") for name in wanted}
    asked = {
        id_: Unknown(
            bank.symbol(f"reading:{id_}", Sort.WORD), tuple(dict.fromkeys((question.default, *question.choices)))
        )
        for id_, question in questions.items()
        if id_ in open_questions
    }
    chosen = {id_: answers.get(id_, question.default) for id_, question in questions.items() if id_ not in asked}
    fixed = {name: value for name, value in facts.items() if name not in opened}
    return _space(bank, vocabulary, questions, opened, fixed, asked, chosen)


def twin_space(space: Space, own: Container[str]) -> Space:
    """A second case that shares everything but the open facts ``own``, which have symbols of their own."""
    opened = {
        name: _open_fact(space.bank, space.vocabulary.facts[name], "'") if name in own else fact
        for name, fact in space.open_facts.items()
    }
    return _space(space.bank, space.vocabulary, space.questions, opened, space.given, space.open_questions, space.taken)


def _space(
    bank: TermBank,
    vocabulary: Vocabulary,
    questions: Mapping[str, Interpretation],
    opened: Mapping[str, OpenFact],
    given: Mapping[str, Scalar],
    asked: Mapping[str, Unknown],
    chosen: Mapping[str, str],
) -> Space:
    present: dict[str, Term] = {}
    value: dict[str, Term | Day] = {}
    rules: list[Term] = []
    for name in vocabulary.facts:
        if name in opened:
            fact = opened[name]
            present[name], value[name] = fact.present.symbol, fact.value
            rules += [part.among(bank) for part in fact.parts if part.symbol.sort is not Sort.TRUTH]
            rules += [term_days.exists(bank, fact.value)] if isinstance(fact.value, Day) else []
        else:
            present[name] = bank.truth(name in given)
            value[name] = constant(bank, given[name]) if name in given else bank.nothing
    rules += _orders(bank, vocabulary, present, value)
    for question in asked.values():
        rules.append(question.among(bank))
    choices = {id_: bank.word(choice) for id_, choice in chosen.items()}
    choices |= {id_: question.symbol for id_, question in asked.items()}
    return Space(
        bank=bank,
        vocabulary=vocabulary,
        questions=questions,
        present=present,
        value=value,
        choices=choices,
        open_facts=opened,
        open_questions=asked,
        rules={rule: symbols_in(rule) for rule in rules if rule is not bank.true},
        given=given,
        taken=chosen,
    )


def _open_fact(bank: TermBank, fact: Fact, tag: str) -> OpenFact:
    def unknown(part: str, sort: Sort, candidates: range | tuple[Plain, ...]) -> Unknown:
        return Unknown(bank.symbol(f"{part}:{fact.name}{tag}", sort), candidates)

    present, asked = unknown("given", Sort.TRUTH, (False, True)), not fact.absence_answers
    if fact.type.kind == "date":
        ranges = {"year": YEARS, "month": range(1, 13), "day": range(1, 32)}
        parts = tuple(unknown(part, Sort.WHOLE, values) for part, values in ranges.items())
        return OpenFact(present, parts, Day(*(part.symbol for part in parts)), asked)
    if fact.type.kind in ("boolean", "enum"):
        values: tuple[Plain, ...] = fact.type.values or (False, True)
        part = unknown("value", Sort.WORD if fact.type.values else Sort.TRUTH, values)
        return OpenFact(present, (part,), part.symbol, asked)
    units = 10 ** (fact.type.scale or 0)
    low = -LARGEST if fact.minimum is None else int(fact.minimum * units)
    high = LARGEST if fact.maximum is None else int(fact.maximum * units)
    part = unknown("value", Sort.WHOLE, range(low, high + 1))
    return OpenFact(present, (part,), bank.over(bank.number(part.symbol), bank.exact(units)), asked)


def _orders(
    bank: TermBank, vocabulary: Vocabulary, present: Mapping[str, Term], value: Mapping[str, Term | Day]
) -> Iterator[Term]:
    for chain in vocabulary.orders:
        for first, second in combinations(chain, 2):
            both = bank.both(present[first], present[second])
            yield bank.either(bank.negate(both), at_most(bank, value[first], value[second]))


def symbols_in(term: Term) -> frozenset[Term]:
    return frozenset(part for part in cone((term,)) if part.operator == "symbol")


def of_parts(fact: Fact, parts: Sequence[Plain]) -> Scalar:
    """The value of a fact whose symbols have these values."""
    if fact.type.kind == "date":
        year, month, day = (int(part) for part in parts)
        return dt.date(year, month, day)
    if fact.type.kind == "number":
        return exact(Fraction(int(parts[0]), 10 ** (fact.type.scale or 0)))
    return parts[0]


def parts_of(type_: Type, value: Any) -> tuple[Plain, ...]:
    """A value of this type as its symbols have it: numbers in units of their last decimal."""
    if isinstance(value, dt.date):
        return (value.year, value.month, value.day)
    return (int(value * 10**type_.scale) if type_.kind == "number" and type_.scale is not None else value,)
