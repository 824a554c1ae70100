"""Notes of a page: the citations that it makes, and the reasons of what is open, each told once."""

from __future__ import annotations

from collections.abc import Iterable

from engine.language.expressions import Citation
from engine.records import dataclass


@dataclass(frozen=True, slots=True)
class Notes:
    """Citations with their numbers and reasons with their letters, in the order in which a page makes them.

    ``waiting`` are the reasons that the page has not told yet.
    """

    texts: dict[tuple[str, str, str], int]
    reasons: dict[str, str]
    waiting: list[str]

    def number(self, cite: Iterable[Citation]) -> str:
        """The numbers of citations, in order."""
        keys = dict.fromkeys((each.convention, each.source, each.locator or "") for each in cite)
        return ", ".join(map(str, sorted(self.texts.setdefault(key, len(self.texts) + 1) for key in keys)))

    def letter(self, reason: str) -> str:
        """The letter of a reason: a to z, then aa, ab and so on."""
        if reason not in self.reasons:
            count = len(self.reasons)
            first = chr(ord("a") + count // 26 - 1) if count >= 26 else ""
            self.reasons[reason] = first + chr(ord("a") + count % 26)
            self.waiting.append(reason)
        return self.reasons[reason]

    def take(self) -> list[tuple[str, str]]:
        """The letters and reasons that the page has not told yet, which it tells now."""
        told = [(self.reasons[reason], reason) for reason in self.waiting]
        self.waiting.clear()
        return told
