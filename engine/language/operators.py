"""The operator table: one row for each operator, which says all that is known of it (:mod:`engine.language.row`).

Everything that knows operators reads this table: readers, type checks, all evaluators, mutants, coverage, comparisons,
reports, docs and the generator of schemas/ruleset.schema.json. Adding an operator is adding a row (CONTRIBUTING.md).
"""

from __future__ import annotations

import operator as op
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from engine.language import values as scalars
from engine.language.row import Later, Operator, meant, text
from engine.language.types import DATE, equal, number, numbers, order, ordered, percent_of, product, rounded, same
from engine.language.values import exact, full_years

if TYPE_CHECKING:
    from engine.language import algebra, columns, symbolic, terms
else:
    algebra, columns, symbolic, terms = map(Later, ("algebra", "columns", "symbolic", "terms"))

# Of each way to round, what a small fault writes instead.
_ROUNDINGS = {"down": ("up",), "up": ("down",), "half_up": ("down", "up")}


def _comparison(
    name: str, test: Callable[..., Any], relation: terms.Relation, sign: str, neighbour: str, phrase: Mapping[str, str]
) -> Operator:
    ordering = test not in (op.eq, op.ne)
    return Operator(
        name=name,
        family="comparison",
        **meant(test, partial(columns.compare, test), partial(terms.compare, relation)),
        typing=order if ordering else equal,
        threshold=ordering,
        absence="propagate",
        operands="one",
        sign=sign,
        neighbour=neighbour,
        phrase=phrase,
    )


def _membership(name: str, wanted: bool, neighbour: str, alone: str, phrase: Mapping[str, str]) -> Operator:
    return Operator(
        name=name,
        family="comparison",
        **meant(
            lambda value, values: (value in values) is wanted,
            partial(columns.member, wanted),
            partial(terms.member, wanted),
        ),
        typing=equal,
        absence="propagate",
        operands="list",
        unordered=True,
        neighbour=neighbour,
        alone=alone,
        phrase=phrase,
    )


def _arithmetic(name: str, *, absence: str = "propagate", **said: Any) -> Operator:
    return Operator(name=name, family="arithmetic", absence=absence, **said)


_COMPARISONS = (
    _comparison("is", op.eq, symbolic.same, "=", "is_not", text("{0} est {1}", "{0} is {1}")),
    _comparison("is_not", op.ne, terms.is_not, "!=", "is", text("{0} n'est pas {1}", "{0} is not {1}")),
    _comparison("at_least", op.ge, terms.at_least, ">=", "more_than", text("{0} atteint {1}", "{0} is at least {1}")),
    _comparison(
        "at_most", op.le, terms.at_most, "<=", "less_than", text("{0} ne dépasse pas {1}", "{0} is at most {1}")
    ),
    _comparison("more_than", op.gt, terms.more_than, ">", "at_least", text("{0} dépasse {1}", "{0} is more than {1}")),
    _comparison("less_than", op.lt, terms.less_than, "<", "at_most", text("{0} est sous {1}", "{0} is less than {1}")),
    _membership("in", True, "not_in", "is", text("{0} est parmi {1}", "{0} is one of {1}")),
    _membership("not_in", False, "in", "is_not", text("{0} n'est pas parmi {1}", "{0} is none of {1}")),
    Operator(
        name="known",
        family="comparison",
        **meant(lambda given, wanted: given is wanted, columns.known, terms.given),
        operands="flag",
        phrase=text("{0} est renseigné : {1}", "{0} is given: {1}"),
    ),
)

_CONNECTIVES = (
    Operator(
        name="all",
        family="connective",
        **meant(scalars.all_of, algebra.all_of, terms.all_of),
        unordered=True,
        settled_by=(False,),
        neighbour="any",
        phrase=text("toutes ces conditions", "all of these"),
    ),
    Operator(
        name="any",
        family="connective",
        **meant(scalars.any_of, algebra.any_of, terms.any_of),
        unordered=True,
        settled_by=(True,),
        neighbour="all",
        phrase=text("au moins une de ces conditions", "at least one of these"),
    ),
    Operator(
        name="not",
        family="connective",
        **meant(scalars.negate, algebra.negate, terms.negate),
        operands="one",
        phrase=text("le contraire", "the contrary"),
    ),
    Operator(
        name="first_known",
        family="connective",
        **meant(scalars.first_condition, algebra.first_condition, terms.first_condition),
        chain=True,
        settled_by=(True, False),
        phrase=text("la première connue", "the first known"),
    ),
)

_EXPRESSIONS = (
    _arithmetic(
        "add",
        **meant(
            lambda values, options: exact(sum(values)),
            columns.add,
            partial(terms.spread, lambda bank, *parts: bank.plus(*parts)),
        ),
        typing=numbers,
        unordered=True,
        neighbour="subtract",
        phrase=text("somme", "sum"),
        between=text(" + ", " + "),
    ),
    _arithmetic(
        "subtract",
        **meant(
            lambda values, options: exact(values[0] - values[1]),
            columns.subtract,
            partial(terms.spread, lambda bank, *parts: bank.minus(*parts)),
        ),
        typing=numbers,
        operands="pair",
        neighbour="add",
        phrase=text("différence", "difference"),
        between=text(" − ", " − "),
    ),
    _arithmetic(
        "multiply",
        **meant(lambda values, options: exact(values[0] * values[1]), columns.multiply, terms.multiply),
        typing=lambda types, options: product(*types) if all(t.kind == "number" for t in types) else None,
        operands="pair",
        unordered=True,
        settled_by=(0,),
        phrase=text("produit", "product"),
        between=text(" × ", " × "),
    ),
    _arithmetic(
        "min",
        **meant(
            lambda values, options: min(values),
            partial(columns.extreme, op.le, False),
            partial(terms.extreme, terms.less_than),
        ),
        typing=numbers,
        absence="skip",
        unordered=True,
        neighbour="max",
        phrase=text("le plus petit", "the smallest"),
    ),
    _arithmetic(
        "max",
        **meant(
            lambda values, options: max(values),
            partial(columns.extreme, op.ge, True),
            partial(terms.extreme, terms.more_than),
        ),
        typing=numbers,
        absence="skip",
        unordered=True,
        neighbour="min",
        phrase=text("le plus grand", "the largest"),
    ),
    _arithmetic(
        "percent_of",
        **meant(scalars.percent_of, columns.percent_of, partial(terms.spread, terms.percent_of)),
        typing=percent_of,
        operands="pair",
        phrase=text("pourcentage de", "percentage of"),
        between=text(" % de ", " percent of "),
    ),
    _arithmetic(
        "ratio",
        **meant(scalars.ratio, columns.ratio, terms.ratio),
        typing=lambda types, options: number("ratio", None) if numbers(types, options) else None,
        operands="pair",
        partial=True,
        phrase=text("rapport", "ratio"),
        between=text(" ÷ ", " ÷ "),
    ),
    _arithmetic(
        "round",
        **meant(scalars.rounded, columns.rounded, partial(terms.spread, terms.rounded)),
        typing=rounded,
        operands="one",
        keys=("of",),
        options={"to": {}, "mode": _ROUNDINGS},
        phrase=text("arrondi", "rounded"),
    ),
    _arithmetic(
        "highest",
        **meant(scalars.highest, columns.highest, terms.highest),
        typing=ordered,
        absence="own",
        unordered=True,
        ranked=True,
        phrase=text("le plus haut échelon", "the highest step"),
    ),
    Operator(
        name="date_plus",
        family="date",
        **meant(scalars.date_plus, columns.date_plus, terms.date_plus),
        typing=lambda types, options: (
            DATE if types[0].kind == "date" and (types[1].kind, types[1].scale) == ("number", 0) else None
        ),
        absence="propagate",
        operands="pair",
        tags=("years", "months", "days"),
        phrase=text("date décalée", "date moved"),
        between=text(" + ", " + "),
    ),
    Operator(
        name="years_between",
        family="date",
        **meant(
            lambda values, options: full_years(*values),
            columns.years_between,
            partial(terms.spread, terms.years_between),
        ),
        typing=lambda types, options: number("years") if all(t.kind == "date" for t in types) else None,
        absence="propagate",
        operands="pair",
        phrase=text("années révolues", "complete years"),
    ),
    Operator(
        name="first_known",
        family="choice",
        **meant(scalars.first_known, columns.first_known, terms.first_known),
        typing=same,
        chain=True,
        phrase=text("le premier connu", "the first known"),
    ),
)

COMPARISONS: Mapping[str, Operator] = {row.name: row for row in _COMPARISONS}
CONNECTIVES: Mapping[str, Operator] = {row.name: row for row in _CONNECTIVES}
EXPRESSIONS: Mapping[str, Operator] = {row.name: row for row in _EXPRESSIONS}
CONDITIONS: Mapping[str, Operator] = {**COMPARISONS, **CONNECTIVES}
OPERATORS: tuple[Operator, ...] = (*_COMPARISONS, *_CONNECTIVES, *_EXPRESSIONS)
