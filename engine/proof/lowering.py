"""Terms as the solver has them: terms of a bank come in, the solver's own go out, and what a model says of them.

Products and quotients of two unknowns stay out of the solver, which loses itself in them: a symbol stands for each, and
linear facts about it are told, for most questions can be answered by an order, a sign, or one factor.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

from engine.language.logic import Plain, Sort, Term
from engine.language.term_bank import TermBank
from engine.language.values import exact

_OF_MANY = ("and", "or", "plus", "times")


class Lowering:
    """Terms as the solver's own; words are numbers there, by a table of codes.

    They are made by the solver's plain functions: its classes take more time to make than it takes to decide.
    """

    def __init__(self, z3: Any, context: Any, bank: TermBank) -> None:
        self._z3 = z3
        self._kept = z3.AstVector(ctx=context)  # frees all terms at once, which the context is slow to do
        self.context = context.ref()
        self._done: dict[Term, Any] = {}
        self._codes: dict[str, int] = {}
        self._words: dict[int, str] = {}
        self._bank = bank
        self._inside: dict[Term, frozenset[Product]] = {}  # of terms that have some
        self.symbols: dict[Term, Any] = {}
        whole, number = self._made_once(z3.Z3_mk_int_sort), self._made_once(z3.Z3_mk_real_sort)
        truth = self._made_once(z3.Z3_mk_bool_sort)
        self._sorts = {Sort.TRUTH: truth, Sort.NUMBER: number, Sort.WORD: whole, Sort.WHOLE: whole}
        # No bound methods, which would keep the solver's memory until garbage is looked for.
        self._operators: Mapping[str, Callable[..., Any]] = {
            "not": z3.Z3_mk_not,
            "and": z3.Z3_mk_and,
            "or": z3.Z3_mk_or,
            "if": z3.Z3_mk_ite,
            "same": z3.Z3_mk_eq,
            "at_most": z3.Z3_mk_le,
            "plus": z3.Z3_mk_add,
            "times": z3.Z3_mk_mul,
            "number": z3.Z3_mk_int2real,
            "floor": z3.Z3_mk_real2int,
            "div": z3.Z3_mk_div,
            "mod": z3.Z3_mk_mod,
        }

    def _made_once(self, make: Callable[..., Any], *parts: Any) -> Any:
        made = make(self.context, *parts)
        self._z3.Z3_ast_vector_push(self.context, self._kept.vector, made)
        return made

    def array(self, parts: Sequence[Any]) -> Any:
        return (self._z3.Ast * len(parts))(*parts)

    def lowered(self, root: Term) -> Any:
        done = self._done
        waiting = [root]
        while waiting:
            term = waiting[-1]
            if term in done:
                waiting.pop()
                continue
            missing = [part for part in term.parts if part not in done]
            if missing:
                waiting.extend(missing)
                continue
            done[term] = self._made(term)
            inside = {self._inside[part] for part in term.parts if part in self._inside}
            if inside:
                self._inside[term] = self._inside.get(term, frozenset()).union(*inside)
            waiting.pop()
        return done[root]

    def products_in(self, terms: Iterable[Term]) -> frozenset[Product]:
        """The products of two unknowns in terms that have been lowered."""
        return frozenset().union(*(self._inside[term] for term in terms if term in self._inside))

    def _made(self, term: Term) -> Any:
        if term.operator == "constant":
            return self._constant(term)
        if term.operator == "symbol":
            return self._symbol(term)
        if term.operator == "over" or (term.operator == "times" and not any(part.constant for part in term.parts)):
            product = product_of(self._bank, term)
            self._inside[term] = frozenset((product,))
            return self.lowered(product.symbol)
        make, parts = self._operators[term.operator], [self._done[part] for part in term.parts]
        return self._made_once(make, *((len(parts), self.array(parts)) if term.operator in _OF_MANY else parts))

    def _symbol(self, term: Term) -> Any:
        name = self._z3.Z3_mk_string_symbol(self.context, term.value)
        made = self._made_once(self._z3.Z3_mk_const, name, self._sorts[term.sort])
        self.symbols[term] = self._z3.Z3_get_app_decl(self.context, made)
        return made

    def _constant(self, term: Term) -> Any:
        if term.sort is Sort.TRUTH:
            return self._made_once(self._z3.Z3_mk_true if term.value else self._z3.Z3_mk_false)
        if term.sort is Sort.WORD:
            code = self._codes.setdefault(term.value, len(self._codes))
            self._words[code] = term.value
            return self._numeral(code, Sort.WORD)
        return self._numeral(term.value, term.sort)

    def _numeral(self, value: object, sort: Sort) -> Any:
        return self._made_once(self._z3.Z3_mk_numeral, str(value), self._sorts[sort])

    def read(self, values: Any, symbol: Term) -> Plain | None:
        """What a model says of a symbol; None where any value would do, or a word of a question asked before."""
        z3, made = self._z3, self.symbols.get(symbol)
        value = None if made is None else z3.Z3_model_get_const_interp(self.context, values.model, made)
        if not value:
            return None
        if symbol.sort is Sort.TRUTH:
            return bool(z3.Z3_get_bool_value(self.context, value) == z3.Z3_L_TRUE)
        text = z3.Z3_get_numeral_string(self.context, value)
        if symbol.sort is Sort.WORD:
            return self._words.get(int(text))
        return int(text) if symbol.sort is Sort.WHOLE else exact(Fraction(text))

    def worth_of(self, values: Any, product: Product) -> Worth:
        """What a product and its factors come to in a model."""
        return Worth(*(self._worth(values, each) for each in (product.whole, product.left, product.right)))

    def _worth(self, values: Any, term: Term) -> Fraction:
        z3, found = self._z3, (self._z3.Ast * 1)()
        z3.Z3_model_eval(self.context, values.model, self._done[term], True, found)
        return Fraction(z3.Z3_get_numeral_string(self.context, found[0]))


class Worth(NamedTuple):
    """What a product and its factors come to in a case."""

    whole: Fraction
    left: Fraction
    right: Fraction


@dataclass(frozen=True, slots=True)
class Product:
    """``whole`` = ``left`` × ``right``; ``symbol`` is unknown: the whole of a product, the left of a quotient."""

    symbol: Term
    whole: Term
    left: Term
    right: Term

    def right_in(self, place: Worth) -> bool:
        """Whether it is so at a place."""
        return place.whole == place.left * place.right

    def with_factor(self, bank: TermBank, place: Worth) -> tuple[Term, Term]:
        """That its right factor is as at a place, which makes it linear."""
        value = constant(bank, self.right, place.right)
        return bank.same(self.right, value), bank.same(self.whole, bank.times(value, self.left))

    def around(self, bank: TermBank, place: Worth) -> Iterator[Term]:
        """What holds around a place: with one factor of the place it is linear, else it is on one side of that."""
        left = constant(bank, self.left, place.left.limit_denominator(100))
        right = constant(bank, self.right, place.right)
        by_left, by_right = bank.times(left, self.right), bank.times(right, self.left)
        yield bank.either(bank.negate(bank.same(self.left, left)), bank.same(self.whole, by_left))
        yield bank.either(bank.negate(bank.same(self.right, right)), bank.same(self.whole, by_right))
        flat = bank.minus(bank.plus(by_left, by_right), constant(bank, self.whole, left.value * place.right))
        low, high = bank.at_most(self.left, left), bank.at_most(left, self.left)
        short, long = bank.at_most(self.right, right), bank.at_most(right, self.right)
        for one, other in ((low, short), (high, long)):
            yield bank.either(bank.negate(one), bank.negate(other), bank.at_most(flat, self.whole))
        for one, other in ((low, long), (high, short)):
            yield bank.either(bank.negate(one), bank.negate(other), bank.at_most(self.whole, flat))


def constant(bank: TermBank, like: Term, value: Fraction) -> Term:
    return bank.whole(int(value)) if like.sort is Sort.WHOLE else bank.exact(value)


def product_of(bank: TermBank, term: Term) -> Product:
    """The product that a product or quotient of two unknowns is."""
    symbol = bank.symbol(f"product:{term.number}", term.sort)
    above, below = term.parts
    return Product(symbol, symbol, above, below) if term.operator == "times" else Product(symbol, above, symbol, below)


def first_facts(bank: TermBank, product: Product, others: Iterable[Product]) -> Iterator[Term]:
    """What is known of a product at once, and of a quotient beside other ones."""
    if product.symbol is product.whole:
        yield from product.around(bank, Worth(Fraction(0), Fraction(0), Fraction(0)))
        return
    for value, place in ((bank.exact(0), bank.exact(0)), (bank.exact(1), product.right)):
        yield bank.same(bank.at_most(value, product.left), bank.at_most(place, product.whole))
        yield bank.same(bank.at_most(product.left, value), bank.at_most(product.whole, place))
    for other in others:
        if other.symbol is other.left:
            yield from _beside(bank, product, other)


def _beside(bank: TermBank, one: Product, other: Product) -> Iterator[Term]:
    """Two quotients over positive numbers: equal parts, or a larger part above and a smaller one below."""
    if one.right is other.right:
        for small, large in ((one, other), (other, one)):
            yield bank.same(bank.at_most(small.left, large.left), bank.at_most(small.whole, large.whole))
        return
    alike = bank.both(bank.same(one.whole, other.whole), bank.same(one.right, other.right))
    yield bank.either(bank.negate(alike), bank.same(one.left, other.left))
    for small, large in ((one, other), (other, one)):
        parts = (bank.at_most(small.whole, large.whole), bank.at_most(large.right, small.right))
        smaller = bank.both(*parts, bank.at_most(bank.exact(0), large.whole))
        yield bank.either(bank.negate(smaller), bank.at_most(small.left, large.left))
