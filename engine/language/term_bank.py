"""Makes terms: parts come in, one shared and folded term goes out.

Equal terms are the same object, and whatever is constant is settled while it is built, so that the terms of a case with
few open facts are small.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from math import ceil, floor
from typing import Any

from engine.language.logic import MEANING, Sort, Term
from engine.language.values import Number, exact

TABLE_LEAVES = 64  # a choice among more constants than these stays one term, whatever is done to it


class TermBank:
    """Makes terms and keeps each once. Terms of two banks never meet."""

    def __init__(self) -> None:
        self._terms: dict[tuple[Any, ...], Term] = {}
        self._leaves: dict[Term, int] = {}
        self._comparisons: dict[tuple[str, Term, Term], Term] = {}
        self.true = self._make("constant", Sort.TRUTH, (), True)
        self.false = self._make("constant", Sort.TRUTH, (), False)
        self.nothing = self._make("nothing", Sort.NOTHING, ())

    def _make(self, operator: str, sort: Sort, parts: tuple[Term, ...], value: Any = None) -> Term:
        key = (operator, sort, parts, value)
        found = self._terms.get(key)
        if found is None:
            found = self._terms[key] = Term(len(self._terms), operator, sort, parts, value)
        return found

    def symbol(self, name: str, sort: Sort) -> Term:
        return self._make("symbol", sort, (), name)

    def truth(self, value: bool) -> Term:
        return self.true if value else self.false

    def word(self, value: str) -> Term:
        return self._make("constant", Sort.WORD, (), value)

    def exact(self, value: Number) -> Term:
        return self._make("constant", Sort.NUMBER, (), exact(value))

    def whole(self, value: int) -> Term:
        return self._make("constant", Sort.WHOLE, (), value)

    def negate(self, part: Term) -> Term:
        if part.constant:
            return self.truth(not part.value)
        return part.parts[0] if part.operator == "not" else self._make("not", Sort.TRUTH, (part,))

    def both(self, *parts: Term) -> Term:
        """True where all parts are."""
        return self._joined("and", self.true, self.false, parts)

    def either(self, *parts: Term) -> Term:
        """True where some part is."""
        return self._joined("or", self.false, self.true, parts)

    def _joined(self, operator: str, neutral: Term, settling: Term, parts: Iterable[Term]) -> Term:
        kept = dict.fromkeys(part for part in parts if part is not neutral)
        if settling in kept or any(part.operator == "not" and part.parts[0] in kept for part in kept):
            return settling
        if len(kept) < 2:
            return next(iter(kept), neutral)
        return self._make(operator, Sort.TRUTH, tuple(kept))

    def choose(self, condition: Term, then: Term, otherwise: Term) -> Term:
        """``then`` where the condition is true, else ``otherwise``; where one is nothing, the other is as good."""
        if then is otherwise or otherwise is self.nothing or condition is self.true:
            return then
        if then is self.nothing or condition is self.false:
            return otherwise
        if condition.operator == "not":
            return self.choose(condition.parts[0], otherwise, then)
        if then.operator == "if" and then.parts[0] is condition:
            return self.choose(condition, then.parts[1], otherwise)
        if otherwise.operator == "if" and otherwise.parts[0] is condition:
            return self.choose(condition, then, otherwise.parts[2])
        if then.sort is Sort.TRUTH:
            if then.constant:
                return self.either(condition, otherwise) if then.value else self.both(self.negate(condition), otherwise)
            if otherwise.constant:
                return self.either(self.negate(condition), then) if otherwise.value else self.both(condition, then)
        return self._make("if", then.sort, (condition, then, otherwise))

    def same(self, left: Term, right: Term) -> Term:
        if left is right:
            return self.true
        if self.nothing in (left, right):
            return self.false
        if left.sort is Sort.TRUTH:
            for one, other in ((left, right), (right, left)):
                if one.constant:
                    return other if one.value else self.negate(other)
        return self._compared("same", left, right)

    def at_most(self, left: Term, right: Term) -> Term:
        if left is right:
            return self.true
        return self.false if self.nothing in (left, right) else self._compared("at_most", left, right)

    def less(self, left: Term, right: Term) -> Term:
        return self.false if self.nothing in (left, right) else self.negate(self.at_most(right, left))

    def _compared(self, operator: str, left: Term, right: Term) -> Term:
        key = (operator, left, right)
        if key not in self._comparisons:
            self._comparisons[key] = self._ordered(operator, left, right)
        return self._comparisons[key]

    def _ordered(self, operator: str, left: Term, right: Term) -> Term:
        """A comparison; one with a constant says what it asks of the symbols themselves."""
        if left.constant and right.constant:
            return self.truth(MEANING[operator]((left.value, right.value)))
        if right.constant:
            return self._against(operator, left, right)
        if left.constant:
            return self._against("at_least" if operator == "at_most" else operator, right, left)
        if left.operator == right.operator == "if" and left.parts[0] is right.parts[0]:
            pairs = zip(left.parts[1:], right.parts[1:], strict=True)
            return self.choose(left.parts[0], *(self._compared(operator, one, other) for one, other in pairs))
        if self._is_table(left):
            return self._spread(left, lambda leaf: self._compared(operator, leaf, right))
        if self._is_table(right):
            return self._spread(right, lambda leaf: self._compared(operator, left, leaf))
        return self._make(operator, Sort.TRUTH, (left, right))

    def _against(self, operator: str, term: Term, constant: Term) -> Term:
        """Whether a term is the constant, ``at_most`` or ``at_least``; what only scales it is undone."""
        value = constant.value
        match term.operator, term.parts:
            case "if", (condition, then, otherwise):
                return self.choose(condition, self._to(operator, then, value), self._to(operator, otherwise, value))
            case "times", (factor, part) if factor.constant:
                turned = operator if factor.value > 0 else {"at_most": "at_least", "at_least": "at_most"}.get(operator)
                return self._to(turned or operator, part, Fraction(value) / factor.value)
            case "over", (above, below) if above.constant:
                return self._quotient(operator, above, below, value)
            case "number", (part,):
                return self._to(operator, part, value)
        left, right = (constant, term) if operator == "at_least" else (term, constant)
        return self._make("same" if operator == "same" else "at_most", Sort.TRUTH, (left, right))

    def _quotient(self, operator: str, above: Term, below: Term, value: Any) -> Term:
        """A constant over an unknown, against another constant: linear once the sign of the unknown is known."""
        zero, side = self.exact(0), self.minus(above, self.times(self.exact(value), below))
        turned = {"at_most": "at_least", "at_least": "at_most"}.get(operator, operator)
        return self.either(
            self.both(self.less(zero, below), self._to(operator, side, 0)),
            self.both(self.less(below, zero), self._to(turned, side, 0)),
            self.both(self.same(below, zero), self._to(operator, zero, value)),
        )

    def _to(self, operator: str, term: Term, value: Any) -> Term:
        """As :meth:`_against`, for a term of any sort; a whole number is compared with the next one."""
        if term.sort is Sort.WHOLE:
            if operator == "same" and value != floor(value):
                return self.false
            constant = self.whole(floor(value) if operator == "at_most" else ceil(value))
        else:
            constant = self.exact(value) if term.sort is Sort.NUMBER else self._make("constant", term.sort, (), value)
        left, right = (constant, term) if operator == "at_least" else (term, constant)
        return self._compared("same" if operator == "same" else "at_most", left, right)

    def plus(self, *parts: Term) -> Term:
        if self.nothing in parts:
            return self.nothing
        constant = sum(part.value for part in parts if part.constant)
        open_ = [part for part in parts if not part.constant]
        sort = parts[0].sort
        if not open_ or constant:
            open_.append(self.exact(constant) if sort is Sort.NUMBER else self.whole(constant))
        if len(open_) == 1:
            return open_[0]
        if len(open_) == 2 and open_[1].constant and self._is_table(open_[0]):
            return self._spread(open_[0], lambda leaf: self.plus(leaf, open_[1]))
        return self._make("plus", sort, tuple(open_))

    def minus(self, left: Term, right: Term) -> Term:
        minus_one = self.exact(-1) if right.sort is Sort.NUMBER else self.whole(-1)
        return self.plus(left, self.times(minus_one, right))

    def times(self, left: Term, right: Term) -> Term:
        """The product; with a choice among constants it is spread over the choice, and so stays linear."""
        if self.nothing in (left, right):
            return self.nothing
        if right.constant and not left.constant:
            left, right = right, left
        if left.constant:
            if left.value == 0 or right.constant:
                product = left.value * right.value if right.constant else 0
                return self.exact(product) if left.sort is Sort.NUMBER else self.whole(product)
            if left.value == 1:
                return right
            if right.operator == "times" and right.parts[0].constant:
                return self.times(self.times(left, right.parts[0]), right.parts[1])
        for table, other in ((left, right), (right, left)):
            if self._is_table(table):
                return self._spread(table, lambda leaf, other=other: self.times(leaf, other))  # type: ignore[misc]
        return self._make("times", left.sort, (left, right))

    def over(self, left: Term, right: Term) -> Term:
        """The exact quotient; a denominator of 0 gives 0, so that every term has a value."""
        if self.nothing in (left, right):
            return self.nothing
        if right.constant:
            return self.times(self.exact(Fraction(1, right.value) if right.value else 0), left)
        if self._is_table(right):
            return self._spread(right, lambda leaf: self.over(left, leaf))
        return self._make("over", Sort.NUMBER, (left, right))

    def number(self, part: Term) -> Term:
        """A whole number as an exact one."""
        return self._unary("number", Sort.NUMBER, part)

    def floor(self, part: Term) -> Term:
        """The whole number at or below; of one that is whole already, with or without a fraction added, itself."""
        moved = part.operator == "plus" and len(part.parts) == 2 and part.parts[1].constant
        whole = self._whole(part.parts[0] if moved else part, Fraction(1), {})
        if whole is None:
            return self._unary("floor", Sort.WHOLE, part)
        return self.plus(whole, self.whole(floor(part.parts[1].value))) if moved else whole

    def _whole(self, part: Term, factor: Fraction, done: dict[tuple[Term, Fraction], Term | None]) -> Term | None:
        """A number by a factor as a whole one, where it can be seen to be one."""
        if (key := (part, factor)) not in done:
            done[key] = None
            match part.operator, part.parts:
                case "constant", _ if (factor * part.value).denominator == 1:
                    done[key] = self.whole(int(factor * part.value))
                case "number", (whole,) if factor.denominator == 1:
                    done[key] = self.times(self.whole(int(factor)), whole)
                case "times", (constant, other) if constant.constant:
                    done[key] = self._whole(other, factor * constant.value, done)
                case "if", (condition, then, otherwise):
                    sides = [self._whole(side, factor, done) for side in (then, otherwise)]
                    if sides[0] is not None and sides[1] is not None:
                        done[key] = self.choose(condition, sides[0], sides[1])
        return done[key]

    def _unary(self, operator: str, sort: Sort, part: Term) -> Term:
        if part is self.nothing:
            return part
        if part.constant:
            value = MEANING[operator]((part.value,))
            return self.exact(value) if sort is Sort.NUMBER else self.whole(value)
        if self._is_table(part):
            return self._spread(part, lambda leaf: self._unary(operator, sort, leaf))
        return self._make(operator, sort, (part,))

    def div(self, left: Term, by: int) -> Term:
        return self._by("div", left, by)

    def mod(self, left: Term, by: int) -> Term:
        return self._by("mod", left, by)

    def _by(self, operator: str, left: Term, by: int) -> Term:
        if left.constant:
            return self.whole(MEANING[operator]((left.value, by)))
        return left if left is self.nothing else self._make(operator, Sort.WHOLE, (left, self.whole(by)))

    def _is_table(self, term: Term) -> bool:
        """Whether a term is a choice among a few constants."""
        return term.operator == "if" and 0 < self._count(term) <= TABLE_LEAVES

    def _count(self, term: Term) -> int:
        """How many constants a term chooses among; 0 where it is anything else."""
        if term.operator != "if":
            return 1 if term.constant else 0
        found = self._leaves.get(term)
        if found is None:
            then, otherwise = self._count(term.parts[1]), self._count(term.parts[2])
            found = self._leaves[term] = then + otherwise if then and otherwise else 0
        return found

    def _spread(self, table: Term, of_leaf: Callable[[Term], Term]) -> Term:
        done: dict[Term, Term] = {}

        def spread(term: Term) -> Term:
            if term.constant:
                return of_leaf(term)
            if term not in done:
                done[term] = self.choose(term.parts[0], spread(term.parts[1]), spread(term.parts[2]))
            return done[term]

        return spread(table)
