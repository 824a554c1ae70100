"""Types of the language: a fact, an item or an expression has one, and it says which operations make sense.

Takes two types and a wish (compare, add, multiply); gives the type of the result, or None where it does not fit. The
rows of the operator table name those that take the types of all operands, and the options.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from engine.records import dataclass
from engine.words import LANGUAGES, read_words

ANY_UNIT = "any"
VERDICTS = ("met", "not_met")
UNITS = ("EUR", "patients", "percent", "percentile", "ratio", "years", "ETP", "EUR_par_etp", "patients_par_etp", "none")
SHARES = ("percent", "percentile")  # which end at a hundred, whatever a schema says
# The finest scale that a result of this unit may carry; None leaves it exact.
UNIT_SCALE: dict[str, int | None] = {"EUR": 2, "patients": 0, "years": 0}


@dataclass(frozen=True, slots=True)
class Type:
    """``kind`` is number, enum, boolean, date or verdict.

    Numbers have a ``unit`` and a ``scale`` (decimals; None is any ratio); enums have ``values``, ``ordered`` from low
    to high on a scale.
    """

    kind: str
    unit: str = "none"
    scale: int | None = 0
    values: tuple[str, ...] = ()
    ordered: bool = False

    def __str__(self) -> str:
        return self.said("en")

    def said(self, lang: str) -> str:
        """The type in words."""
        key = f"{self.kind}_alone" if self.unit in (ANY_UNIT, "none") and self.kind == "number" else self.kind
        words: str = read_words("reports", lang)[f"types.{key}"]
        return words.format(unit=self.unit, values=", ".join(self.values))


def named(*types: Type | tuple[str, Type] | None) -> dict[str, str]:
    """Types that do not go together, in words of each language; before a type the item that declares it."""
    pairs = [each if isinstance(each, tuple) else ("", each) for each in types]
    return {
        lang: "; ".join((f"{id_}: " if id_ else "") + (kind.said(lang) if kind else "—") for id_, kind in pairs)
        for lang in LANGUAGES
    }


BOOLEAN = Type("boolean")
DATE = Type("date")
VERDICT = Type("verdict", values=VERDICTS)


@cache
def number(unit: str, scale: int | None = 0) -> Type:
    """The type of a number of this unit with at most ``scale`` decimals."""
    return Type("number", unit=unit, scale=scale)


def widest(left: int | None, right: int | None) -> int | None:
    """The scale that holds both."""
    return None if left is None or right is None else max(left, right)


def joined(left: Type, right: Type) -> Type | None:
    """The type of a value that is either of the two, as in cases, min or a table; None where they do not mix."""
    if left.kind != right.kind:
        return None
    if left.kind == "number":
        if ANY_UNIT not in (left.unit, right.unit) and left.unit != right.unit:
            return None
        unit = right.unit if left.unit == ANY_UNIT else left.unit
        return number(unit, widest(left.scale, right.scale))
    if left.kind == "enum":
        if left.values == right.values:
            return left
        if left.ordered and set(right.values) <= set(left.values):
            return left
        if right.ordered and set(left.values) <= set(right.values):
            return right
        return Type("enum", values=tuple(dict.fromkeys(left.values + right.values)))
    return left


def comparable(left: Type, right: Type) -> bool:
    """Whether a comparison of the two can mean something."""
    if left.kind == "enum" and right.kind == "enum":
        return bool(set(left.values) & set(right.values))
    return joined(left, right) is not None


def product(left: Type, right: Type) -> Type | None:
    """Number × number: a ratio or plain number keeps the other's unit, and ``U_par_etp`` × ETP gives U."""
    scale = None if left.scale is None or right.scale is None else left.scale + right.scale
    units = (left.unit, right.unit)
    for mine, other in (units, units[::-1]):
        if mine in (ANY_UNIT, "none", "ratio"):
            return number(other, scale)
        if mine == "ETP" and other.endswith("_par_etp"):
            return number(other.removesuffix("_par_etp"), scale)
    return None


def fits(actual: Type, wanted: Type) -> bool:
    """Whether a value of type ``actual`` may stand where ``wanted`` is declared."""
    mixed = joined(actual, wanted)
    if mixed is None:
        return False
    return actual.kind != "enum" or set(actual.values) <= set(wanted.values)


def same(types: Sequence[Type], options: Sequence[Any]) -> Type | None:
    result: Type | None = types[0]
    for other in types[1:]:
        result = joined(result, other) if result else None
    return result


def numbers(types: Sequence[Type], options: Sequence[Any]) -> Type | None:
    return same(types, options) if all(t.kind == "number" for t in types) else None


def percent_of(types: Sequence[Type], options: Sequence[Any]) -> Type | None:
    rate, whole = types
    if rate.kind != "number" or whole.kind != "number" or rate.unit not in ("percent", "any"):
        return None
    scale = None if rate.scale is None or whole.scale is None else rate.scale + whole.scale + 2
    return number(whole.unit, scale)


def rounded(types: Sequence[Type], options: Sequence[Any]) -> Type | None:
    if types[0].kind != "number":
        return None
    return number(types[0].unit, max(0, len(str(options[0]).partition(".")[2])))


def ordered(types: Sequence[Type], options: Sequence[Any]) -> Type | None:
    result = same(types, options)
    return result if result and result.kind == "enum" and result.ordered else None


def equal(types: Sequence[Type], options: Sequence[Any]) -> Type | None:
    return types[0] if comparable(types[0], types[1]) else None


def order(types: Sequence[Type], options: Sequence[Any]) -> Type | None:
    return types[0] if types[0].kind in ("number", "date") and joined(types[0], types[1]) else None
