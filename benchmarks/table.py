"""The result table: rows of figures come in, aligned plain text or Markdown goes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

HEADINGS = ("measure", "ours", "peer", "ratio", "bar", "")


@dataclass(frozen=True, slots=True)
class Row:
    """One measure: our figure, the peer's, and the ratio that it should not exceed.

    ``failed`` says why the figures are no measurement at all.
    """

    measure: str
    ours: float | None
    peer: float | None
    bar: float
    failed: str | None = None

    @property
    def ratio(self) -> float | None:
        return self.ours / self.peer if self.ours is not None and self.peer else None

    @property
    def verdict(self) -> str:
        if self.failed:
            return self.failed
        if self.ratio is None:
            return "not measured"
        return "ok" if self.ratio <= self.bar else "over"

    def cells(self) -> tuple[str, ...]:
        figures = (_figure(self.ours, 1), _figure(self.peer, 1), _figure(self.ratio, 2))
        return (self.measure, *figures, f"≤ {self.bar:g}", self.verdict)


def _figure(value: float | None, decimals: int) -> str:
    return "—" if value is None else f"{value:.{decimals}f}"


def plain(rows: Sequence[Row]) -> str:
    """Columns in line, figures to the right."""
    lines = [HEADINGS, *(row.cells() for row in rows)]
    widths = [max(len(line[i]) for line in lines) for i in range(len(HEADINGS))]
    return "\n".join(_aligned(line, widths).rstrip() for line in lines)


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    last = len(line) - 1
    cells = (
        cell.ljust(width) if i in (0, last) else cell.rjust(width)
        for i, (cell, width) in enumerate(zip(line, widths, strict=True))
    )
    return "  ".join(cells)


def markdown(rows: Sequence[Row], notes: Sequence[str]) -> str:
    """The same as a Markdown table, the notes below as a list."""
    lines = [_piped(HEADINGS), "|---|---:|---:|---:|---:|---|", *(_piped(row.cells()) for row in rows), ""]
    return "\n".join([*lines, *(f"- {note}" for note in notes)])


def _piped(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
