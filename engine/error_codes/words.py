"""The form of an error's words: a French and an English sentence, and what was expected."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """``message`` says what is wrong, ``expected`` what would be right; both are templates."""

    message: Mapping[str, str]
    expected: Mapping[str, str] | None


def words(fr: str, en: str, expected_fr: str = "", expected_en: str = "") -> Words:
    return Words({"fr": fr, "en": en}, {"fr": expected_fr, "en": expected_en} if expected_fr else None)
