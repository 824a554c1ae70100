"""Values as people and programs read them: numbers, days and money come in, text of a language or JSON goes out."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

from engine.language.types import Type
from engine.language.values import Absent, Value

Json = str | int | float | bool | None
NARROW = "\u202f"
NAMING_UNITS = ("patients", "ETP")  # that a number is read with; of two, the last alone


def money(value: int | Fraction) -> str:
    """Euros with two decimals, as JSON carries them.

    >>> money(19000), money(Fraction(8767, 2))
    ('19000.00', '4383.50')
    """
    if isinstance(value, int):
        return f"{value}.00"
    cents = value * 100
    assert Fraction(cents).denominator == 1, "an amount is in whole cents: the scale check lets no other through"
    return f"{Decimal(int(cents)).scaleb(-2):.2f}"


def to_json(value: Value | None, type_: Type | None) -> Json:
    """The value as JSON: money as text with two decimals, dates and why there is none as text, numbers as numbers."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, Absent):
        return value.value
    if isinstance(value, dt.date):
        return value.isoformat()
    if type_ is not None and type_.unit == "EUR":
        return money(value)
    return value if isinstance(value, int) else float(value)


def exact_object(value: Value | None, type_: Type | None) -> dict[str, str]:
    """The exact fraction of a ratio, such as ``5/13``; nothing for other values."""
    ratio = type_ is not None and type_.unit == "ratio" and isinstance(value, int | Fraction)
    return {"exact": str(value)} if ratio else {}


def scalar_text(value: dt.date | int | Fraction | None, type_: Type | None, lang: str) -> str:
    if value is None:
        return "—"
    if isinstance(value, dt.date):
        return value.strftime("%d/%m/%Y") if lang == "fr" else value.isoformat()
    unit = type_.unit if type_ is not None else "none"
    if unit == "EUR":
        return f"{_digits(money(value), lang)}{NARROW}€" if lang == "fr" else f"€{_digits(money(value), lang)}"
    if unit == "ratio":
        percent = _digits(f"{float(Fraction(value) * 100):.2f}", lang)
        return f"{percent}{NARROW if lang == 'fr' else ''}%" + (f" ({Fraction(value)})" if value not in (0, 1) else "")
    if unit == "percent":
        return f"{_plain(value, lang)}{NARROW if lang == 'fr' else ''}%"
    shown = "patient" if unit == "patients" and single(value, lang) else unit_text(type_, lang)
    return f"{_plain(value, lang)} {shown}".rstrip()


def single(number: int | Fraction, lang: str) -> bool:
    """Whether what a number counts stands in the singular after it: 1 patient, and in French 0 patient and 1,5 ETP."""
    return -2 < number < 2 if lang == "fr" else number in (-1, 1)


def unit_text(type_: Type | None, lang: str) -> str:
    """The unit that is written after a number, or nothing."""
    unit = None if type_ is None else type_.unit
    return {"patients": "patients", "ETP": "ETP" if lang == "fr" else "FTE", "percent": "%", "EUR": "€"}.get(
        unit or "", ""
    )


def _plain(value: int | Fraction, lang: str) -> str:
    if isinstance(value, int):
        return _digits(str(value), lang)
    text = f"{Decimal(value.numerator) / Decimal(value.denominator):f}"
    return _digits(text, lang)


def lowered(label: str) -> str:
    """A label in the middle of a sentence; names such as P30 stay as they are."""
    return label if label[1:2].isdigit() or label[1:2].isupper() else label[:1].lower() + label[1:]


def _digits(text: str, lang: str) -> str:
    """Thousands set apart and the decimal sign of the language."""
    sign, text = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, _, decimals = text.partition(".")
    grouped = f"{int(whole):,}".replace(",", NARROW if lang == "fr" else ",")
    if decimals.strip("0"):
        grouped += ("," if lang == "fr" else ".") + decimals
    return sign + grouped
