"""Runs the benchmarks and prints one table: `make bench`, or `python -m benchmarks.run`.

A ratio over its bar is a finding, not a failure: the exit status is 1 only where an answer was wrong.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from pathlib import Path

from benchmarks.cold_start import measure_cold_start
from benchmarks.decision import measure_decisions
from benchmarks.table import Row, markdown, plain


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    machine = _machine()
    print(f"{machine}\n")
    decision, notes = measure_decisions(options.cases, options.rounds)
    cold, more = measure_cold_start(options.runs)
    rows, notes = [decision, *cold], [*notes, *more]
    print("\n".join([plain(rows), "", *notes, *_over(rows)]))
    if options.markdown:
        text = markdown(rows, [machine, *notes])
        if options.markdown == "-":
            print(f"\n{text}")
        else:
            Path(options.markdown).write_text(text + "\n", encoding="utf-8")
    return int(any(row.failed and "wrong" in row.failed for row in rows))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--cases", type=_positive, default=20_000, help="cases in a round (20000)")
    parser.add_argument("--rounds", type=_positive, default=5, help="rounds of decisions (5)")
    parser.add_argument("--runs", type=_positive, default=11, help="fresh processes of each kind (11)")
    parser.add_argument("--markdown", nargs="?", const="-", metavar="FILE", help="also as Markdown, to FILE or here")
    return parser


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return value


def _over(rows: Sequence[Row]) -> list[str]:
    return [f"OVER THE BAR: {row.measure}: {row.ratio:.2f} > {row.bar:g}" for row in rows if row.verdict == "over"]


def _machine() -> str:
    load = f", load {os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else ""
    python = f"{platform.python_implementation()} {platform.python_version()}"
    return f"{python}, {platform.system()} {platform.machine()}, {os.cpu_count()} cores{load}"


if __name__ == "__main__":
    sys.exit(main())
