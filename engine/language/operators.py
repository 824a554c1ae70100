"""The operator table: one row holds an operator's name, types, meaning for a case, meaning for a column, and phrases.

Everything that knows operators reads this table: readers, type checks, both evaluators, reports, docs and the test
that compares it with schemas/ruleset.schema.json. Adding an operator is adding a row (CONTRIBUTING.md).
"""

from __future__ import annotations

import operator as op
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.language import algebra, columns, scalars, signatures
from engine.language.types import Type

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


def _text(fr: str, en: str) -> Mapping[str, str]:
    return {"fr": fr, "en": en}


def _comparison(
    name: str, test: Callable[..., Any], typing: Typing, phrase: Mapping[str, str], note: Mapping[str, str]
) -> Operator:
    return Operator(name, "comparison", test, columns.compare(test), phrase, note, typing, "propagate")


_ROWS = (
    _comparison("is", op.eq, signatures.equal, _text("{0} est {1}", "{0} is {1}"), _text("égal", "equal")),
    _comparison("is_not", op.ne, signatures.equal, _text("{0} n'est pas {1}", "{0} is not {1}"), _text("≠", "≠")),
    _comparison(
        "at_least",
        op.ge,
        signatures.order,
        _text("{0} atteint {1}", "{0} is at least {1}"),
        _text("≥", "≥"),
    ),
    _comparison(
        "at_most",
        op.le,
        signatures.order,
        _text("{0} ne dépasse pas {1}", "{0} is at most {1}"),
        _text("≤", "≤"),
    ),
    _comparison(
        "more_than",
        op.gt,
        signatures.order,
        _text("{0} dépasse {1}", "{0} is more than {1}"),
        _text(">", ">"),
    ),
    _comparison(
        "less_than",
        op.lt,
        signatures.order,
        _text("{0} est sous {1}", "{0} is less than {1}"),
        _text("<", "<"),
    ),
    Operator(
        "in",
        "comparison",
        lambda value, values: value in values,
        columns.member(True),
        _text("{0} est parmi {1}", "{0} is one of {1}"),
        _text("l'une des valeurs", "one of the values"),
        signatures.equal,
        "propagate",
    ),
    Operator(
        "not_in",
        "comparison",
        lambda value, values: value not in values,
        columns.member(False),
        _text("{0} n'est pas parmi {1}", "{0} is none of {1}"),
        _text("aucune des valeurs", "none of the values"),
        signatures.equal,
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
        algebra.all_of,
        _text("toutes ces conditions", "all of these"),
        _text("fausse si l'une l'est, sinon inconnue si l'une l'est", "false if one is, else unknown if one is"),
    ),
    Operator(
        "any",
        "connective",
        scalars.any_of,
        algebra.any_of,
        _text("au moins une de ces conditions", "at least one of these"),
        _text("vraie si l'une l'est, sinon inconnue si l'une l'est", "true if one is, else unknown if one is"),
    ),
    Operator(
        "not",
        "connective",
        scalars.negate,
        algebra.negate,
        _text("le contraire", "the contrary"),
        _text("inconnue reste inconnue", "unknown stays unknown"),
    ),
    Operator(
        "first_known",
        "connective",
        scalars.first_condition,
        algebra.first_condition,
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
        signatures.numbers,
        "propagate",
    ),
    Operator(
        "subtract",
        "arithmetic",
        scalars.subtract,
        columns.subtract,
        _text("différence", "difference"),
        _text("le premier moins le second", "the first less the second"),
        signatures.numbers,
        "propagate",
    ),
    Operator(
        "multiply",
        "arithmetic",
        scalars.multiply,
        columns.multiply,
        _text("produit", "product"),
        _text("produit de deux nombres", "product of two numbers"),
        signatures.multiplied,
        "propagate",
    ),
    Operator(
        "min",
        "arithmetic",
        scalars.least,
        columns.extreme(op.le, False),
        _text("le plus petit", "the smallest"),
        _text("les sans-objet sont laissés de côté", "not applicable ones are left out"),
        signatures.numbers,
        "skip",
    ),
    Operator(
        "max",
        "arithmetic",
        scalars.greatest,
        columns.extreme(op.ge, True),
        _text("le plus grand", "the largest"),
        _text("les sans-objet sont laissés de côté", "not applicable ones are left out"),
        signatures.numbers,
        "skip",
    ),
    Operator(
        "percent_of",
        "arithmetic",
        scalars.percent_of,
        columns.percent_of,
        _text("pourcentage de", "percentage of"),
        _text("le premier, en pour cent, du second", "the first, in percent, of the second"),
        signatures.percent_of,
        "propagate",
    ),
    Operator(
        "ratio",
        "arithmetic",
        scalars.ratio,
        columns.ratio,
        _text("rapport", "ratio"),
        _text("sans objet si le dénominateur est nul ou négatif", "not applicable if the denominator is 0 or less"),
        signatures.ratio,
        "propagate",
    ),
    Operator(
        "share",
        "arithmetic",
        scalars.share,
        columns.share,
        _text("part", "share"),
        _text("multiplie d'abord, divise une fois", "multiplies first, divides once"),
        signatures.share,
        "propagate",
    ),
    Operator(
        "round",
        "arithmetic",
        scalars.rounded,
        columns.rounded,
        _text("arrondi", "rounded"),
        _text("down : plancher, up : plafond, half_up : au plus proche", "down: floor, up: ceiling, half_up: nearest"),
        signatures.rounded,
        "propagate",
    ),
    Operator(
        "highest",
        "arithmetic",
        scalars.highest,
        columns.highest,
        _text("le plus haut échelon", "the highest step"),
        _text("le dernier échelon l'emporte même sur l'indéterminé", "the top step wins even over undetermined"),
        signatures.ordered,
        "own",
    ),
    Operator(
        "date_plus",
        "date",
        scalars.date_plus,
        columns.date_plus,
        _text("date décalée", "date moved"),
        _text("un jour absent du mois devient le dernier", "a day that the month lacks becomes its last"),
        signatures.moved,
        "propagate",
    ),
    Operator(
        "years_between",
        "date",
        scalars.years_between,
        columns.years_between,
        _text("années révolues", "complete years"),
        _text("années entières de la première date à la seconde", "whole years from the first date to the second"),
        signatures.years,
        "propagate",
    ),
    Operator(
        "first_known",
        "choice",
        scalars.first_known,
        columns.first_known,
        _text("le premier connu", "the first known"),
        _text("sans objet si tous le sont, sinon indéterminé", "not applicable if all are, else undetermined"),
        signatures.same,
        "own",
    ),
)

COMPARISONS: Mapping[str, Operator] = {row.name: row for row in _ROWS if row.family == "comparison"}
CONNECTIVES: Mapping[str, Operator] = {row.name: row for row in _ROWS if row.family == "connective"}
EXPRESSIONS: Mapping[str, Operator] = {row.name: row for row in _ROWS if row.family in ("arithmetic", "date", "choice")}
OPERATORS: tuple[Operator, ...] = _ROWS
