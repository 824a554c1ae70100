"""The rows of the operator table that make values: arithmetic, dates, and the choice of the first value known."""

from __future__ import annotations

import operator as op
from functools import partial
from typing import TYPE_CHECKING, Any

from engine.language import values as scalars
from engine.language.row import Later, Operator, meant, text
from engine.language.types import DATE, number, numbers, ordered, percent_of, product, rounded, same
from engine.language.values import exact, full_years

if TYPE_CHECKING:
    from engine.language import columns, terms
else:
    columns, terms = map(Later, ("columns", "terms"))

ROUNDINGS = {"down": ("up",), "up": ("down",), "half_up": ("down", "up")}  # each with what a small fault writes instead


def _arithmetic(name: str, *, absence: str = "propagate", **said: Any) -> Operator:
    return Operator(name=name, family="arithmetic", absence=absence, **said)


EXPRESSION_ROWS = (
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
        meaning=text("Somme de nombres d'une même unité.", "Sum of numbers of one unit."),
        takes="numbers of one unit",
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
        meaning=text("Le premier moins le second.", "The first less the second."),
        takes="two numbers of one unit",
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
        meaning=text(
            "Produit de deux nombres ; 0 dès que l'un est 0, même si l'autre manque ou est sans objet.",
            "Product of two numbers; 0 where one is 0, though the other is missing or not applicable.",
        ),
        takes="a number and a ratio or plain number, or a unit per ETP and ETP",
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
        meaning=text(
            "La plus petite valeur ; les sans-objet sont laissés de côté.",
            "The smallest value; not applicable ones are left out.",
        ),
        takes="numbers of one unit",
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
        meaning=text(
            "La plus grande valeur ; les sans-objet sont laissés de côté.",
            "The largest value; not applicable ones are left out.",
        ),
        takes="numbers of one unit",
    ),
    _arithmetic(
        "percent_of",
        **meant(scalars.percent_of, columns.percent_of, partial(terms.spread, terms.percent_of)),
        typing=percent_of,
        operands="pair",
        phrase=text("pourcentage de", "percentage of"),
        between=text(" % de ", " percent of "),
        meaning=text(
            "[pourcentage, de quoi] : le premier, en pour cent, du second.",
            "[percentage, of what]: the first, in percent, of the second.",
        ),
        takes="a percent, and a number",
    ),
    _arithmetic(
        "ratio",
        **meant(scalars.ratio, columns.ratio, terms.ratio),
        typing=lambda types, options: number("ratio", None) if numbers(types, options) else None,
        operands="pair",
        partial=True,
        phrase=text("rapport", "ratio"),
        between=text(" ÷ ", " ÷ "),
        meaning=text(
            "[numérateur, dénominateur] : un rapport exact ; sans objet si le dénominateur est nul ou négatif.",
            "[numerator, denominator]: an exact ratio; not applicable if the denominator is 0 or less.",
        ),
        takes="two numbers of one unit",
    ),
    _arithmetic(
        "round",
        **meant(scalars.rounded, columns.rounded, partial(terms.spread, terms.rounded)),
        typing=rounded,
        operands="one",
        keys=("of",),
        options={"to": {}, "mode": ROUNDINGS},
        phrase=text("arrondi", "rounded"),
        meaning=text(
            "Arrondi, et rien d'autre n'arrondit. down : plancher, up : plafond, half_up : au plus proche.",
            "Rounding, and nothing else rounds. down: floor, up: ceiling, half_up: nearest.",
        ),
        takes="a number, `to` (1, 0.01…) and `mode`",
    ),
    _arithmetic(
        "highest",
        **meant(scalars.highest, columns.highest, terms.highest),
        typing=ordered,
        absence="own",
        unordered=True,
        ranked=True,
        phrase=text("le plus haut échelon", "the highest step"),
        meaning=text(
            "Le plus haut échelon d'une échelle ; connu dès que les autres ne peuvent plus le dépasser.",
            "The highest step of one scale; known as soon as the others can no longer exceed it.",
        ),
        takes="steps of one scale",
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
        meaning=text(
            "[date, durée] : la date plus la durée ; un jour absent du mois devient le dernier.",
            "[date, duration]: the date plus the duration; a day that the month lacks becomes its last.",
        ),
        takes="a date, and a whole number of `years`, `months` or `days`",
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
        meaning=text(
            "[date de début, date de fin] : années entières de la première date à la seconde.",
            "[from date, to date]: whole years from the first date to the second.",
        ),
        takes="two dates",
    ),
    Operator(
        name="first_known",
        family="choice",
        **meant(scalars.first_known, columns.first_known, terms.first_known),
        typing=same,
        chain=True,
        phrase=text("le premier connu", "the first known"),
        meaning=text(
            "La première de ces valeurs qui est connue ; sans objet si toutes le sont, sinon indéterminé.",
            "The first of these values that is known; not applicable if all are, else undetermined.",
        ),
        takes="values of one type",
    ),
)
