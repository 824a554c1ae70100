"""The rows of the operator table that make conditions: comparisons, and the connectives over them."""

from __future__ import annotations

import operator as op
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from engine.language import values as scalars
from engine.language.row import Later, Operator, meant, text
from engine.language.types import equal, order

if TYPE_CHECKING:
    from engine.language import algebra, columns, symbolic, terms
else:
    algebra, columns, symbolic, terms = map(Later, ("algebra", "columns", "symbolic", "terms"))

_ORDER: Mapping[str, Any] = {
    "typing": order,
    "threshold": True,
    "takes": "two numbers of one unit, or two dates",
}


def _comparison(name: str, test: Callable[..., Any], relation: terms.Relation, **said: Any) -> Operator:
    return Operator(
        name=name,
        family="comparison",
        **meant(test, partial(columns.compare, test), partial(terms.compare, relation)),
        absence="propagate",
        operands="one",
        **said,
    )


def _membership(name: str, wanted: bool, **said: Any) -> Operator:
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
        takes="a value, and a list of literals",
        **said,
    )


COMPARISON_ROWS = (
    _comparison(
        "is",
        op.eq,
        symbolic.same,
        typing=equal,
        neighbour="is_not",
        phrase=text("{0} est {1}", "{0} is {1}"),
        meaning=text(
            "Égal à : une option, true ou false, un nombre, une date ; pour un critère, met ou not_met.",
            "Equal to: an option, true or false, a number, a date; for a criterion, met or not_met.",
        ),
        takes="two enums, booleans, numbers of one unit, or dates",
    ),
    _comparison(
        "is_not",
        op.ne,
        terms.is_not,
        typing=equal,
        neighbour="is",
        phrase=text("{0} n'est pas {1}", "{0} is not {1}"),
        meaning=text("Différent de.", "Different from."),
        takes="as `is`",
    ),
    _comparison(
        "at_least",
        op.ge,
        terms.at_least,
        **_ORDER,
        neighbour="more_than",
        phrase=text("{0} atteint {1}", "{0} is at least {1}"),
        meaning=text(
            "Supérieur ou égal à (≥), ou pas avant cette date.",
            "Greater than or equal to (≥), or not before this date.",
        ),
    ),
    _comparison(
        "at_most",
        op.le,
        terms.at_most,
        **_ORDER,
        neighbour="less_than",
        phrase=text("{0} ne dépasse pas {1}", "{0} is at most {1}"),
        meaning=text(
            "Inférieur ou égal à (≤), ou pas après cette date.", "Less than or equal to (≤), or not after this date."
        ),
    ),
    _comparison(
        "more_than",
        op.gt,
        terms.more_than,
        **_ORDER,
        neighbour="at_least",
        phrase=text("{0} dépasse {1}", "{0} is more than {1}"),
        meaning=text(
            "Strictement supérieur à (>), ou après cette date.", "Strictly greater than (>), or after this date."
        ),
    ),
    _comparison(
        "less_than",
        op.lt,
        terms.less_than,
        **_ORDER,
        neighbour="at_most",
        phrase=text("{0} est sous {1}", "{0} is less than {1}"),
        meaning=text(
            "Strictement inférieur à (<), ou avant cette date.", "Strictly less than (<), or before this date."
        ),
    ),
    _membership(
        "in",
        True,
        neighbour="not_in",
        alone="is",
        phrase=text("{0} est parmi {1}", "{0} is one of {1}"),
        meaning=text("L'une des valeurs de la liste.", "One of the values of the list."),
    ),
    _membership(
        "not_in",
        False,
        neighbour="in",
        alone="is_not",
        phrase=text("{0} n'est pas parmi {1}", "{0} is none of {1}"),
        meaning=text("Aucune des valeurs de la liste.", "None of the values of the list."),
    ),
    Operator(
        name="known",
        family="comparison",
        **meant(lambda given, wanted: given is wanted, columns.known, terms.given),
        operands="flag",
        phrase=text("{0} est renseigné : {1}", "{0} is given: {1}"),
        meaning=text(
            "true : le fait est donné ; false : il ne l'est pas. Pour un fait dont l'absence est une réponse.",
            "true: the fact is given; false: it is not. For a fact whose absence is an answer.",
        ),
        takes="a fact whose absence is an answer, and true or false",
    ),
)

CONNECTIVE_ROWS = (
    Operator(
        name="all",
        family="connective",
        **meant(scalars.all_of, algebra.all_of, terms.all_of),
        unordered=True,
        settled_by=(False,),
        neighbour="any",
        phrase=text("toutes ces conditions", "all of these"),
        meaning=text(
            "Toutes ces conditions : fausse si l'une l'est, sinon inconnue si l'une l'est.",
            "All of these conditions: false if one is, else unknown if one is.",
        ),
        takes="conditions",
    ),
    Operator(
        name="any",
        family="connective",
        **meant(scalars.any_of, algebra.any_of, terms.any_of),
        unordered=True,
        settled_by=(True,),
        neighbour="all",
        phrase=text("au moins une de ces conditions", "at least one of these"),
        meaning=text(
            "Au moins une de ces conditions : vraie si l'une l'est, sinon inconnue si l'une l'est.",
            "At least one of these conditions: true if one is, else unknown if one is.",
        ),
        takes="conditions",
    ),
    Operator(
        name="not",
        family="connective",
        **meant(scalars.negate, algebra.negate, terms.negate),
        operands="one",
        phrase=text("le contraire", "the contrary"),
        meaning=text(
            "Le contraire de cette condition ; inconnue reste inconnue.",
            "The contrary of this condition; unknown stays unknown.",
        ),
        takes="a condition",
    ),
    Operator(
        name="first_known",
        family="connective",
        **meant(scalars.first_condition, algebra.first_condition, terms.first_condition),
        chain=True,
        settled_by=(True, False),
        phrase=text("la première connue", "the first known"),
        meaning=text(
            "La première de ces conditions qui n'est pas inconnue.",
            "The first of these conditions that is not unknown.",
        ),
        takes="conditions",
    ),
)
