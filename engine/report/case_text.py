"""Writes cases as files that can be run again: facts come in, lines of YAML go out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from engine.escaping import on_one_line
from engine.language.values import Scalar


def case_lines(facts: Mapping[str, Scalar]) -> list[str]:
    """The lines of a case file, the facts by groups."""
    groups: dict[str, list[str]] = {}
    for name, value in facts.items():
        group, _, key = name.partition(".")
        groups.setdefault(group, []).append(f"  {key}: {written(value)}" if key else f" {written(value)}")
    lines: list[str] = []
    for group, entries in groups.items():
        lines.append(f"{group}:{entries[0]}" if not entries[0].startswith("  ") else f"{group}:")
        lines.extend(entry for entry in entries if entry.startswith("  "))
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
