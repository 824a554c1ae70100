"""Writes cases as files that can be run again: facts come in, lines of YAML go out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from engine.escaping import on_one_line
from engine.evaluation.facts import nested
from engine.language.values import Scalar


def case_lines(facts: Mapping[str, Scalar]) -> list[str]:
    """The lines of a case file, the facts by groups."""
    lines: list[str] = []
    for group, value in nested(facts).items():
        if isinstance(value, dict):
            lines.extend([f"{group}:", *(f"  {key}: {written(each)}" for key, each in value.items())])
        else:
            lines.append(f"{group}: {written(value)}")
    return lines


def comment(text: str) -> str:
    """A line of a YAML file that says ``text``, whatever it holds."""
    return "# " + on_one_line(text)


def written(value: Scalar) -> str:
    """A fact as a case file writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.date):
        return f'"{value.isoformat()}"'
    if isinstance(value, Fraction):
        return format((Decimal(value.numerator) / Decimal(value.denominator)).normalize(), "f")
    return f'"{value}"' if value in ("oui", "non", "yes", "no", "on", "off") else str(value)
