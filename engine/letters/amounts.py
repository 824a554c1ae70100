"""Amounts as a letter writes them: euros in figures and in French words."""

from __future__ import annotations

from fractions import Fraction

_UNITS = (
    *("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze"),
    *("treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf"),
)
_TENS = ("", "", "vingt", "trente", "quarante", "cinquante", "soixante", "soixante", "quatre-vingt", "quatre-vingt")
MOST = 10**9  # euros: no amount of a contract comes near


def in_words(amount: int | Fraction) -> str:
    """An amount in euros and whole cents in French words.

    >>> in_words(6600), in_words(Fraction(438350, 100))
    ('six mille six cents euros', 'quatre mille trois cent quatre-vingt-trois euros et cinquante centimes')

    Raises:
        ValueError: less than nothing, a part of a cent, or a thousand million and more.
    """
    cents = Fraction(amount) * 100
    if cents.denominator != 1 or not 0 <= cents < MOST * 100:
        raise ValueError(f"{amount} euros")
    euros, rest = divmod(cents.numerator, 100)
    said = f"{_number(euros)} {_plural('euro', euros)}"
    if euros >= 1_000_000 and euros % 1_000_000 == 0:
        said = f"{_number(euros)} d'euros"
    return f"{said} et {_number(rest)} {_plural('centime', rest)}" if rest else said


def _plural(word: str, count: int) -> str:
    return word if count < 2 else f"{word}s"


def _number(number: int) -> str:
    millions, below = divmod(number, 1_000_000)
    thousands, hundreds = divmod(below, 1000)
    parts = []
    if millions:
        parts.append(f"{_below_thousand(millions, last=True)} {_plural('million', millions)}")
    if thousands:
        parts.append("mille" if thousands == 1 else f"{_below_thousand(thousands, last=False)} mille")
    if hundreds or not parts:
        parts.append(_below_thousand(hundreds, last=True))
    return " ".join(parts)


def _below_thousand(number: int, last: bool) -> str:
    """``last``: cent and quatre-vingt take an s where nothing follows but million."""
    hundreds, rest = divmod(number, 100)
    if not hundreds:
        return _below_hundred(rest, last)
    cent = "cents" if hundreds > 1 and not rest and last else "cent"
    parts = [_UNITS[hundreds], cent] if hundreds > 1 else [cent]
    return " ".join([*parts, _below_hundred(rest, last)] if rest else parts)


def _below_hundred(number: int, last: bool) -> str:
    if number < len(_UNITS):
        return _UNITS[number]
    tens, unit = divmod(number, 10)
    name = _TENS[tens]
    if tens in (7, 9):
        unit += 10
    if not unit:
        return "quatre-vingts" if tens == 8 and last else name
    if unit in (1, 11) and tens < 8:
        return f"{name} et {_UNITS[unit]}"
    return f"{name}-{_UNITS[unit]}"
