"""The stable error codes: for each, what is wrong and what was expected, in French and English.

Data only; :mod:`engine.errors` renders it and docs/errors.md is generated from it.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.error_codes import cases, frames, policies, reading, reviewing
from engine.error_codes.words import Words

CODES: Mapping[str, Words] = {**reading.CODES, **policies.CODES, **cases.CODES, **frames.CODES, **reviewing.CODES}

__all__ = ["CODES", "Words"]
