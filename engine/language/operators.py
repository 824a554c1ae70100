"""The operator table: one row holds an operator's name, types, meaning for a case, meaning for a column, and phrases.

Everything that knows operators reads this table: readers, type checks, both evaluators, reports, docs and the test
that compares it with schemas/ruleset.schema.json. Adding an operator is adding a row (CONTRIBUTING.md).
"""

from __future__ import annotations

import operator as op
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.language import columns, scalars
from engine.language.types import DATE, Type, comparable, joined, number, product

Typing = Callable[[Sequence[Type], Sequence[Any]], Type | None]


@dataclass(frozen=True, slots=True)
class Operator:
    """One row.

    ``absence`` says what absent operands do before ``scalar`` is asked: ``propagate`` (undetermined, then not
    applicable), ``skip`` (not applicable operands are left out) or ``own`` (``scalar`` sees them).
    ``typing`` gives the result's type from the operands' types and the options, or None where they do not fit.
    """

    name: str
    family: str
    scalar: Callable[..., Any]
    column: Callable[..., Any]
    phrase: Mapping[str, str]
    meaning: Mapping[str, str]
    typing: Typing | None = None
    absence: str = "own"


def _same(types: Sequence[Type], options: Sequence[Any]) -> Type | None:
    result: Type | None = types[0]
    for other in types[1:]:
        result = joined(result, other) if result else None
    return result


def _number(types: Sequence[Type], options: Sequence[Any]) -> Type | None:
    return _same(types, options) if all(t.kind == "number" for t in types) else None


def _product(types: Sequence[Type], options: Sequence[Any]) -> Type | None:
    return product(*types) if all(t.kind == "number" for t in types) else None


def _percent_of(types: Sequence[Type], options: Sequence[Any]) -> Type | None:
    rate, whole = types
    if rate.kind != "number" or whole.kind != "number" or rate.unit not in ("percent", "any"):
        return None
    scale = None if rate.scale is None or whole.scale is None else rate.scale + whole.scale + 2
    return number(whole.unit, scale)


def _ratio(types: Sequence[Type], options: Sequence[Any]) -> Type | None:
    return number("ratio", None) if _number(types, options) else None


def _share(types: Sequence[Type], options: Sequence[Any]) -> Type | None:
    whole, *pair = types
    return number(whole.unit, None) if whole.kind == "number" and _number(pair, options) else None


def _rounded(types: Sequence[Type], options: Sequence[Any]) -> Type | None:
    if types[0].kind != "number":
        return None
    return number(types[0].unit, max(0, len(str(options[0]).partition(".")[2])))


def _ordered(types: Sequence[Type], options: Sequence[Any]) -> Type | None:
    result = _same(types, options)
    return result if result and result.kind == "enum" and result.ordered else None


def _moved(types: Sequence[Type], options: Sequence[Any]) -> Type | None:
    start, count = types
    return DATE if start.kind == "date" and count.kind == "number" and count.scale == 0 else None


def _years(types: Sequence[Type], options: Sequence[Any]) -> Type | None:
    return number("years") if all(t.kind == "date" for t in types) else None


def _equal(types: Sequence[Type], options: Sequence[Any]) -> Type | None:
    return types[0] if comparable(types[0], types[1]) else None


def _order(types: Sequence[Type], options: Sequence[Any]) -> Type | None:
    return types[0] if types[0].kind in ("number", "date") and joined(types[0], types[1]) else None


def _text(fr: str, en: str) -> Mapping[str, str]:
    return {"fr": fr, "en": en}


def _comparison(
    name: str, test: Callable[..., Any], symbol: str, typing: Typing, phrase: Mapping[str, str], note: Mapping[str, str]
) -> Operator:
    return Operator(name, "comparison", test, columns.compare(symbol), phrase, note, typing, "propagate")


_ROWS = (
    _comparison("is", op.eq, "==", _equal, _text("{0} est {1}", "{0} is {1}"), _text("égal", "equal")),
    _comparison("is_not", op.ne, "!=", _equal, _text("{0} n'est pas {1}", "{0} is not {1}"), _text("autre", "unequal")),
    _comparison(
        "at_least", op.ge, ">=", _order, _text("{0} atteint {1}", "{0} is at least {1}"), _text("≥, inclus", "≥")
    ),
    _comparison(
        "at_most", op.le, "<=", _order, _text("{0} ne dépasse pas {1}", "{0} is at most {1}"), _text("≤, inclus", "≤")
    ),
    _comparison(
        "more_than", op.gt, ">", _order, _text("{0} dépasse {1}", "{0} is more than {1}"), _text(">, exclu", ">")
    ),
    _comparison(
        "less_than", op.lt, "<", _order, _text("{0} est sous {1}", "{0} is less than {1}"), _text("<, exclu", "<")
    ),
    Operator(
        "in",
        "comparison",
        lambda value, values: value in values,
        columns.member(True),
        _text("{0} est parmi {1}", "{0} is one of {1}"),
        _text("l'une des valeurs", "one of the values"),
        _equal,
        "propagate",
    ),
    Operator(
        "not_in",
        "comparison",
        lambda value, values: value not in values,
        columns.member(False),
        _text("{0} n'est pas parmi {1}", "{0} is none of {1}"),
        _text("aucune des valeurs", "none of the values"),
        _equal,
        "propagate",
    ),
    Operator(
        "known",
        "comparison",
        lambda given, wanted: given is wanted,
        columns.known,
        _text("{0} est renseigné : {1}", "{0} is given: {1}"),
        _text("le fait est donné (ou non) ; seulement si l'absence répond", "given or not; only if absence answers"),
        None,
        "own",
    ),
    Operator(
        "all",
        "connective",
        scalars.all_of,
        columns.all_of,
        _text("toutes ces conditions", "all of these"),
        _text("fausse si l'une l'est, sinon inconnue si l'une l'est", "false if one is, else unknown if one is"),
    ),
    Operator(
        "any",
        "connective",
        scalars.any_of,
        columns.any_of,
        _text("au moins une de ces conditions", "at least one of these"),
        _text("vraie si l'une l'est, sinon inconnue si l'une l'est", "true if one is, else unknown if one is"),
    ),
    Operator(
        "not",
        "connective",
        scalars.negate,
        columns.negate,
        _text("le contraire", "the contrary"),
        _text("inconnue reste inconnue", "unknown stays unknown"),
    ),
    Operator(
        "first_known",
        "connective",
        scalars.first_condition,
        columns.first_condition,
        _text("la première connue", "the first known"),
        _text("la première condition qui n'est pas inconnue", "the first condition that is not unknown"),
    ),
    Operator(
        "add",
        "arithmetic",
        scalars.add,
        columns.add,
        _text("somme", "sum"),
        _text("somme d'une même unité", "sum of one unit"),
        _number,
        "propagate",
    ),
    Operator(
        "subtract",
        "arithmetic",
        scalars.subtract,
        columns.subtract,
        _text("différence", "difference"),
        _text("le premier moins le second", "the first less the second"),
        _number,
        "propagate",
    ),
    Operator(
        "multiply",
        "arithmetic",
        scalars.multiply,
        columns.multiply,
        _text("produit", "product"),
        _text("produit de deux nombres", "product of two numbers"),
        _product,
        "propagate",
    ),
    Operator(
        "min",
        "arithmetic",
        scalars.least,
        columns.extreme("<="),
        _text("le plus petit", "the smallest"),
        _text("les sans-objet sont laissés de côté", "not applicable ones are left out"),
        _number,
        "skip",
    ),
    Operator(
        "max",
        "arithmetic",
        scalars.greatest,
        columns.extreme(">="),
        _text("le plus grand", "the largest"),
        _text("les sans-objet sont laissés de côté", "not applicable ones are left out"),
        _number,
        "skip",
    ),
    Operator(
        "percent_of",
        "arithmetic",
        scalars.percent_of,
        columns.percent_of,
        _text("pourcentage de", "percentage of"),
        _text("le premier, en pour cent, du second", "the first, in percent, of the second"),
        _percent_of,
        "propagate",
    ),
    Operator(
        "ratio",
        "arithmetic",
        scalars.ratio,
        columns.ratio,
        _text("rapport", "ratio"),
        _text("sans objet si le dénominateur est nul ou négatif", "not applicable if the denominator is 0 or less"),
        _ratio,
        "propagate",
    ),
    Operator(
        "share",
        "arithmetic",
        scalars.share,
        columns.share,
        _text("part", "share"),
        _text("multiplie d'abord, divise une fois", "multiplies first, divides once"),
        _share,
        "propagate",
    ),
    Operator(
        "round",
        "arithmetic",
        scalars.rounded,
        columns.rounded,
        _text("arrondi", "rounded"),
        _text("down : plancher, up : plafond, half_up : au plus proche", "down: floor, up: ceiling, half_up: nearest"),
        _rounded,
        "propagate",
    ),
    Operator(
        "highest",
        "arithmetic",
        scalars.highest,
        columns.highest,
        _text("le plus haut échelon", "the highest step"),
        _text("le dernier échelon l'emporte même sur l'indéterminé", "the top step wins even over undetermined"),
        _ordered,
        "own",
    ),
    Operator(
        "date_plus",
        "date",
        scalars.date_plus,
        columns.date_plus,
        _text("date décalée", "date moved"),
        _text("un jour absent du mois devient le dernier", "a day that the month lacks becomes its last"),
        _moved,
        "propagate",
    ),
    Operator(
        "years_between",
        "date",
        scalars.years_between,
        columns.years_between,
        _text("années révolues", "complete years"),
        _text("années entières de la première date à la seconde", "whole years from the first date to the second"),
        _years,
        "propagate",
    ),
    Operator(
        "first_known",
        "choice",
        scalars.first_known,
        columns.first_known,
        _text("le premier connu", "the first known"),
        _text("sans objet si tous le sont, sinon indéterminé", "not applicable if all are, else undetermined"),
        _same,
        "own",
    ),
)

COMPARISONS: Mapping[str, Operator] = {row.name: row for row in _ROWS if row.family == "comparison"}
CONNECTIVES: Mapping[str, Operator] = {row.name: row for row in _ROWS if row.family == "connective"}
EXPRESSIONS: Mapping[str, Operator] = {row.name: row for row in _ROWS if row.family in ("arithmetic", "date", "choice")}
OPERATORS: tuple[Operator, ...] = _ROWS
