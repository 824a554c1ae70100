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


def _number(number: int, last: bool = True) -> str:
    """``last``: cent and quatre-vingt take an s where nothing follows but million."""
    for size in (1_000_000, 1000, 100):
        count, rest = divmod(number, size)
        if not count:
            continue
        if size == 1_000_000:
            head = f"{_number(count)} {_plural('million', count)}"
        elif count == 1:
            head = "mille" if size == 1000 else "cent"
        elif size == 1000:
            head = f"{_number(count, last=False)} mille"
        else:
            head = f"{_UNITS[count]} {'cents' if last and not rest else 'cent'}"
        return f"{head} {_number(rest, last)}" if rest else head
    return _below_hundred(number, last)


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
