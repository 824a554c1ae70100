"""A case with open facts: every value that an item can take, which facts matter, and which values rules tell apart.

Words that no item compares stand for one another; so do numbers and days between two bounds that some item compares
with. A comparison with another open fact gives no bound.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from engine.evaluation.closures import condition
from engine.evaluation.facts import Facts
from engine.evaluation.program import bits_of
from engine.evaluation.session import Session
from engine.language.facts import BENEFICIARY, SIGNATURE, Fact
from engine.language.logic import Plain, Term, cone, evaluate_in_order
from engine.language.symbolic import different, is_value, known, terms_of
from engine.language.term_bank import TermBank
from engine.language.types import SHARES
from engine.language.values import Number, Scalar, Value
from engine.policy.model import Convention
from engine.proof.encoding import Encoding, encode, encode_twin
from engine.proof.prover import Prover, Symbols, confirmed, value_of
from engine.proof.solving import DEFAULT_EFFORT, Status
from engine.proof.space import OpenFact, Space, make_space, of_parts, parts_of, twin_space

MOST_VALUES = 25  # beyond so many, numbers are told by the least and the greatest


@dataclass(frozen=True, slots=True)
class Possible:
    """The values that an item can take, each confirmed on a case, in order.

    ``complete`` says that there are no others. Where there are more than :data:`MOST_VALUES` numbers, ``values`` holds
    the least and the greatest (to a thousandth, for a ratio); ``unbounded`` is one that only the schema of a case
    stops. ``status`` is undecided where the budget was spent.
    """

    item: str
    values: tuple[Value, ...]
    complete: bool
    status: Status
    effort: int
    unbounded: bool = False

    @property
    def decided(self) -> bool:
        return self.status is not Status.UNDECIDED


def open_facts(
    session: Session,
    convention: Convention,
    facts: Facts,
    ids: Iterable[str],
    interpret: Mapping[str, str] | None = None,
) -> frozenset[str]:
    """The facts that a case may still be given: those that the items wait for, and all whose absence is no answer.

    The absence of any other fact is taken as the answer that it is. What an item waits for is also what an open item
    that it reads does, and what would supply an item of which it is not known whether it applies: they may count in the
    end. What is settled below it waits for nothing.
    """
    case = session.settled(facts, interpret or {}, convention.id)
    run, names = case.run(), case.program.names
    wanted = tuple(id_ for id_ in ids if id_ in run.answers)
    below = case.program.below(wanted)
    results = session.found([each.step.item.id for each in below], facts, convention.id, interpret or {})
    awaited, reached = set[str](), bits_of(names.items, wanted)
    for each in reversed(below):
        item, result = each.step.item, results[each.step.item.id]
        if not reached >> each.slot & 1 or result.status != "undetermined":
            continue
        reached |= each.reads
        shut_off = item.applies_when is not None and condition(item.applies_when, names)(run.slots)[0] is None
        awaited |= {*result.missing, *(each.step.reads.supplied if shut_off else ())}
    known = session.registry.vocabulary.facts
    return frozenset(n for n, fact in known.items() if n not in facts and (n in awaited or not fact.absence_answers))


def encode_case(
    session: Session,
    convention: Convention,
    facts: Facts,
    opened: Container[str],
    interpret: Mapping[str, str] | None = None,
    *,
    open_questions: Container[str] = (),
    effort: int = DEFAULT_EFFORT,
) -> Encoding:
    """A case as an encoding: what it states is constant but for the facts ``opened``, which may be anything.

    Questions are read by default or as ``interpret`` says, but for ``open_questions``. The convention decides whatever
    the day of signature, unless that is open: then the contract stays one of its own.
    """
    questions = session.questions(convention)
    space = make_space(
        TermBank(),
        session.registry.vocabulary,
        questions,
        given=facts,
        open_facts=opened,
        taken=interpret,
        open_questions=open_questions,
    )
    movable = SIGNATURE in opened or BENEFICIARY in opened
    return encode(session, convention, space, among=None if movable else (), effort=effort)


def possible_values(encoding: Encoding, id_: str, prover: Prover | None = None, *, ends: bool = True) -> Possible:
    """Every value that an item can take once what is open is given; undetermined is none of them.

    Pass one ``prover`` (over the encoding's space and base) for several items. Without ``ends`` those of a range are
    not looked for, which takes longest.

    Raises:
        KeyError: no such item.
    """
    bank, answer = encoding.bank, encoding.answer(id_)
    asked = prover or Prover(encoding.space, encoding.base)
    found: dict[Value, Symbols] = {}
    status = Status.SHOWN
    with asked.supposing(bank.negate(answer.undetermined)):
        while len(found) <= MOST_VALUES:
            status, symbols = asked.some()
            if status is not Status.SHOWN:
                break
            value = value_of(answer, symbols)
            found[value] = symbols
            asked.add(bank.negate(is_value(bank, answer, value)))
    type_ = encoding.type_of(id_)
    if status is Status.SHOWN and type_ is not None and type_.kind == "number":
        unit = Fraction(1, 10 ** (3 if type_.scale is None else type_.scale))
        return _ends(encoding, id_, unit, asked) if ends else Possible(id_, (), False, status, asked.effort)
    for symbols in found.values():
        confirmed(encoding, symbols, [id_])
    ordered = tuple(sorted(found, key=_order))
    return Possible(id_, ordered, status is Status.EXCLUDED, status, asked.effort)


def _order(value: Value) -> tuple[int, Number, str]:
    """Numbers by size, then all else by its text."""
    number = isinstance(value, Number) and not isinstance(value, bool)
    return (0, value, "") if number else (1, 0, str(value))  # type: ignore[return-value]


def _ends(encoding: Encoding, id_: str, unit: Fraction, prover: Prover) -> Possible:
    answer = encoding.answer(id_)
    assert isinstance(answer.value, Term)
    here = encoding.bank.both(encoding.bank.negate(answer.undetermined), encoding.bank.negate(answer.absent))
    ends: list[Value] = []
    status, unbounded = Status.SHOWN, False
    for number in (answer.value, encoding.bank.minus(encoding.bank.exact(0), answer.value)):
        status, least = prover.least(number, here, unit=unit)
        if status is not Status.SHOWN:
            break
        status, symbols = prover.first(here, encoding.bank.at_most(number, least))
        if status is not Status.SHOWN:
            break
        confirmed(encoding, symbols, [id_])
        ends.append(value_of(answer, symbols))
        unbounded = any(_is_topmost(encoding.space, name, symbols) for name in encoding.space.open_facts)
    return Possible(id_, tuple(ends), False, status, prover.effort, unbounded)


def _is_topmost(space: Space, name: str, symbols: Symbols) -> bool:
    """Whether a count has the most that a case may state; in the first case of a goal it would be less if it could."""
    fact, type_ = space.open_facts[name], space.vocabulary.facts[name].type
    counts = type_.kind == "number" and type_.unit not in SHARES and symbols[fact.present.symbol.value]
    return bool(counts and symbols[fact.parts[0].symbol.value] == fact.parts[0].candidates[-1])


def values_apart(encoding: Encoding, name: str, ids: Iterable[str]) -> Mapping[Scalar, int]:
    """Values of an open fact, one for each class that the items ``ids`` and all below them tell from the others.

    Each with how many words it stands for; a number or day counts once. Those that the given facts exclude are left
    out.

    Raises:
        KeyError: the fact is not open, or there is no such item.
    """
    space = encoding.space
    opened, fact = space.open_facts[name], space.vocabulary.facts[name]
    roots = [root for id_ in ids for root in terms_of(encoding.answer(id_))]
    terms = cone((*roots, *space.rules_about(roots)))
    own = _over_one(terms, opened)
    tests = [cone((term,)) for term in terms if term in own and term.operator == "at_most"]
    largest = {root: None for root in roots if root in own}  # of what stands for the fact: all that other terms see
    for term in terms:
        if term not in own:
            largest.update((part, None) for part in term.parts if part in own)
    seen = [cone((term,)) for term in largest]
    rules = [cone((rule,)) for rule in space.rules if rule in own]
    classes: dict[tuple[object, ...], Scalar] = {}
    counts: dict[Scalar, int] = {}
    for value in _candidates(fact, opened, tests):
        symbols = _symbols(opened, fact, value)
        if all(evaluate_in_order(rule, symbols)[rule[-1]] for rule in rules):
            alike = classes.setdefault(tuple(evaluate_in_order(term, symbols)[term[-1]] for term in seen), value)
            counts[alike] = counts.get(alike, 0) + (1 if isinstance(value, str) or alike == value else 0)
    return counts


def _over_one(terms: Sequence[Term], opened: OpenFact) -> set[Term]:
    """Of the terms, parts first, those whose only symbols are the fact's own."""
    mine = {opened.present.symbol, *(part.symbol for part in opened.parts)}
    constant: set[Term] = set()
    own: set[Term] = set()
    for term in terms:
        if term in mine:
            own.add(term)
        elif term.operator == "constant":
            constant.add(term)
        elif term.parts and all(part in own or part in constant for part in term.parts):
            (own if any(part in own for part in term.parts) else constant).add(term)
    return own


def _candidates(fact: Fact, opened: OpenFact, tests: Sequence[Sequence[Term]]) -> Iterator[Scalar]:
    match fact.type.kind:
        case "boolean":
            yield from (False, True)
        case "enum":
            yield from fact.type.values
        case "date":
            first, last = (opened.parts[0].candidates[place] for place in (0, -1))
            span = (dt.date(int(first), 1, 1).toordinal(), dt.date(int(last), 12, 31).toordinal())
            yield from map(dt.date.fromordinal, _starts(opened, fact, tests, *span))
        case _:
            span = (int(opened.parts[0].candidates[0]), int(opened.parts[0].candidates[-1]))
            yield from (of_parts(fact, [place]) for place in _starts(opened, fact, tests, *span))


def _starts(opened: OpenFact, fact: Fact, tests: Sequence[Sequence[Term]], low: int, high: int) -> Iterator[int]:
    """Where the classes of numbers or days begin: the lowest, and each place from which on some test is otherwise."""

    def seen(test: Sequence[Term], place: int) -> object:
        value = dt.date.fromordinal(place) if fact.type.kind == "date" else of_parts(fact, [place])
        return evaluate_in_order(test, _symbols(opened, fact, value))[test[-1]]

    found = {low}
    for test in tests:
        if seen(test, low) != seen(test, high):
            before, after = low, high
            while after - before > 1:
                middle = (before + after) // 2
                before, after = (middle, after) if seen(test, middle) == seen(test, low) else (before, middle)
            found.add(after)
    yield from sorted(found)


def _symbols(opened: OpenFact, fact: Fact, value: Scalar) -> Mapping[str, Plain]:
    parts = zip(opened.parts, parts_of(fact.type, value), strict=True)
    return {opened.present.symbol.value: True} | {part.symbol.value: place for part, place in parts}


def mattering(encoding: Encoding, facts: Iterable[str], ids: Iterable[str]) -> set[str]:
    """The open facts that can change or settle one of the items at least; what the budget leaves open is among them.

    A fact whose absence is no answer is compared between two cases that both give it.

    Raises:
        KeyError: no such item, or a fact that is not open.
    """
    wanted, bank, space = tuple(ids), encoding.bank, encoding.space
    answers = [encoding.answer(id_) for id_ in wanted]
    roots = [root for answer in answers for root in terms_of(answer)]
    contracts = bank.both(encoding.window, encoding.agreed)
    prover = Prover(space, (*space.rules_about([*roots, contracts]), contracts))
    found = set()
    for name in facts:
        twin = encode_twin(encoding, twin_space(space, {name}))
        any_ = bank.either(*(_matters(encoding, twin, name, id_) for id_ in wanted))
        theirs = bank.both(twin.window, twin.agreed)
        own = twin.space.rules_about([*roots, any_, theirs])
        if any_ is not bank.false and prover.ask(any_, *own, theirs) is not Status.EXCLUDED:
            found.add(name)
    return found


def _matters(encoding: Encoding, twin: Encoding, name: str, id_: str) -> Term:
    """Where a fact, which may be otherwise in the twin, changes an item or settles it."""
    bank, mine, other = encoding.bank, encoding.answer(id_), twin.answer(id_)
    without, given = bank.negate(encoding.space.present[name]), twin.space.present[name]
    absence_answers = encoding.space.vocabulary.facts[name].absence_answers
    stated = bank.true if absence_answers else bank.both(bank.negate(without), given)
    decided = bank.both(bank.negate(mine.undetermined), bank.negate(other.undetermined))
    return bank.either(
        bank.both(stated, decided, different(bank, mine, other)),
        bank.both(without, given, mine.undetermined, bank.either(known(bank, other), other.absent)),
    )
