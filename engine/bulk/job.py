"""What a run over files is asked to do: the options of the command come in, and every engine reads them here."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.bulk.source import AS_SEEN, Form
from engine.evaluation.decision import Decision

Unsaid = Callable[[Decision], tuple[tuple[str, ...], tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Job:
    """What to evaluate, where to write, how to read the rules, and which columns to add or leave alone.

    ``codes``: ids and codes also where the output is for people. ``unsaid`` tells of a decision, where that is asked
    for, the ids of the rights and of the assumptions that would change it.
    """

    inputs: tuple[str, ...]
    output: str
    interpret: Mapping[str, str]
    criteria: bool = False
    missing: bool = False
    keep: tuple[str, ...] = ()
    lang: str = "en"
    form: Form = AS_SEEN
    codes: bool = False
    unsaid: Unsaid | None = None

    @property
    def told_in(self) -> str:
        """The file that tells of refused rows."""
        return self.output if self.output.lower().endswith(".xlsx") else str(self.rejected)

    @property
    def rejected(self) -> Path:
        return Path(self.output + ".rejected.csv")
