"""The result table: rows of figures come in, aligned plain text or Markdown goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HEADINGS = ("measure", "ours", "peer", "ratio", "bar", "")


@dataclass(frozen=True, slots=True)
class Row:
    """One measure: our figure, the peer's, and the bar for the ratio, at most or (``least``) at least.

    Where answers were ``wrong``, the figures are no measurement at all.
    """

    measure: str
    ours: float | None
    peer: float | None
    bar: float
    wrong: int = 0
    least: bool = False

    @property
    def ratio(self) -> float | None:
        return self.ours / self.peer if self.ours is not None and self.peer else None

    @property
    def missed(self) -> bool:
        return self.ratio is not None and (self.ratio < self.bar if self.least else self.ratio > self.bar)

    @property
    def verdict(self) -> str:
        if self.wrong:
            return f"{self.wrong} wrong"
        if self.ratio is None:
            return "not measured"
        return "ok" if not self.missed else "short" if self.least else "over"

    def cells(self) -> tuple[str, ...]:
        bar = f"{'≥' if self.least else '≤'} {self.bar:g}"
        ratio = "—" if self.ratio is None else f"{self.ratio:.2f}"
        return (self.measure, figure(self.ours), figure(self.peer), ratio, bar, self.verdict)


def figure(value: float | None) -> str:
    """A number to be read: groups of three digits, or a decimal below a thousand."""
    if value is None:
        return "—"
    return f"{value:,.0f}".replace(",", " ") if value >= 1000 else f"{value:.1f}".removesuffix(".0")


def plain(rows: Sequence[Row]) -> str:
    """Columns in line, figures to the right."""
    lines = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(_aligned(line, widths).rstrip() for line in lines)


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    words = (0, len(line) - 1)
    padded = zip(line, widths, strict=True)
    return "  ".join(cell.ljust(size) if i in words else cell.rjust(size) for i, (cell, size) in enumerate(padded))


def markdown(rows: Sequence[Row], notes: Sequence[str]) -> str:
    """The same as a Markdown table, the notes below as a list."""
    lines = [_piped(HEADINGS), "|---|---:|---:|---:|---:|---|", *(_piped(row.cells()) for row in rows), ""]
    return "\n".join([*lines, *(f"- {note}" for note in notes)])


def _piped(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
