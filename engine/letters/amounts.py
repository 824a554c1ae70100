"""Amounts as a letter writes them: euros in figures come in, French words go out."""

from __future__ import annotations

from fractions import Fraction

_SMALL = (
    *("zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze"),
    *("treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf"),
)
_TENS = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante", 80: "quatre-vingt"}
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
    unit = " d'euros" if euros and euros % 1_000_000 == 0 else " euro" if euros < 2 else " euros"
    said = f" et {_number(rest)} {'centime' if rest < 2 else 'centimes'}" if rest else ""
    return _number(euros) + unit + said


def _number(number: int) -> str:
    """A number below a thousand million; ``cent`` and ``quatre-vingt`` take an s where nothing follows but million."""
    if number < 20:
        return _SMALL[number]
    if number < 100:
        tens = number // 10 * 10 if number < 60 else number // 20 * 20  # from sixty on counted in twenties
        rest = number - tens
        joined = f"{' et ' if rest in (1, 11) and tens < 80 else '-'}{_number(rest)}" if rest else ""
        return _TENS[tens] + (joined or ("s" if tens == 80 else ""))
    size, word = next(each for each in ((10**6, "million"), (1000, "mille"), (100, "cent")) if number >= each[0])
    count, rest = divmod(number, size)
    head = word if count == 1 and size < 10**6 else f"{_number(count)} {word}"
    if size == 1000:
        head = head.replace("cents mille", "cent mille").replace("vingts mille", "vingt mille")
    elif count > 1 and not (rest and size == 100):
        head += "s"
    return f"{head} {_number(rest)}" if rest else head
