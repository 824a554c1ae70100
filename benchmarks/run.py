"""Runs the benchmarks and prints one table: `make bench`, or `python -m benchmarks.run`.

A ratio that misses its bar is a finding, not a failure: the exit status is 1 only where an answer was wrong.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.bulk import measure_bulk
from benchmarks.cold_start import measure_cold_start
from benchmarks.decision import measure_decisions
from benchmarks.real_conventions import measure_real
from benchmarks.table import Row, markdown, plain
from benchmarks.web import measure_web

PARTS = ("decision", "cold", "bulk", "real", "web")
ROWS = (100_000, 1_000_000)


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    machine = _machine()
    print(f"{machine}\n")
    rows: list[Row] = []
    notes: list[str] = []
    for part in PARTS:
        if part in (options.only or PARTS):
            found, more = _measure(part, options)
            rows.extend(found)
            notes.extend(more)
    print("\n".join([plain(rows), "", *notes, *_missed(rows)]))
    if options.markdown:
        text = markdown(rows, [machine, *notes])
        if options.markdown == "-":
            print(f"\n{text}")
        else:
            Path(options.markdown).write_text(text + "\n", encoding="utf-8")
    return int(any(row.failed and "wrong" in row.failed for row in rows))


def _measure(part: str, options: argparse.Namespace) -> tuple[list[Row], list[str]]:
    match part:
        case "decision":
            row, notes = measure_decisions(options.cases, options.rounds)
            return [row], notes
        case "cold":
            return measure_cold_start(options.runs)
        case "bulk":
            return measure_bulk(options.rounds)
        case "web":
            return measure_web(options.calls)
        case _:
            return measure_real(options.rows or ROWS)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--cases", type=_positive, default=5_000, help="single cases in a round (5000)")
    parser.add_argument("--rounds", type=_positive, default=3, help="rounds of decisions and of frames (3)")
    parser.add_argument("--only", action="append", choices=PARTS, help="measure this part; may be given again")
    parser.add_argument("--rows", type=_positive, nargs="+", help="sizes of the real portfolio (10**6)")
    parser.add_argument("--calls", type=_positive, default=20_000, help="calls to our server; a tenth to the peer")
    parser.add_argument("--runs", type=_positive, default=11, help="fresh processes of each kind (11)")
    parser.add_argument("--markdown", nargs="?", const="-", metavar="FILE", help="also as Markdown, to FILE or here")
    return parser


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return value


def _missed(rows: Sequence[Row]) -> list[str]:
    missed = {"over": ("OVER", "at most"), "short": ("SHORT OF", "at least")}
    lines = []
    for row in rows:
        if row.verdict in missed:
            word, bound = missed[row.verdict]
            lines.append(f"{word} THE BAR: {row.measure}: {row.ratio:.2f}, {bound} {row.bar:g}")
    return lines


def _machine() -> str:
    load = f", load {os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else ""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{python}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores{load}"


if __name__ == "__main__":
    sys.exit(main())
