"""Products of two unknowns: a product or quotient comes in, linear facts about it go out.

Multiplication is where solvers get lost, and most questions can be answered without: an order, a sign, or one factor.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from engine.language.logic import Sort, Term
from engine.language.term_bank import TermBank


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
