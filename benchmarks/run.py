"""Runs the benchmarks and prints one table: `make bench`, or `python -m benchmarks.run`.

A ratio that misses its bar is a finding, not a failure: the exit status is 1 only where an answer was wrong.
"""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from os import cpu_count
from pathlib import Path

from benchmarks.bulk import measure_bulk
from benchmarks.cold_start import measure_cold_start
from benchmarks.decision import measure_decisions
from benchmarks.peak import load
from benchmarks.real_conventions import measure_real
from benchmarks.table import Row, markdown, plain
from benchmarks.web import measure_web
from benchmarks.web_page import measure_page

Found = Iterator[Row | str]  # rows of the table, and notes
PARTS: Mapping[str, Callable[[argparse.Namespace], Found]] = {
    "decision": lambda asked: measure_decisions(asked.cases, asked.rounds),
    "cold": lambda asked: measure_cold_start(asked.runs),
    "bulk": lambda asked: measure_bulk(asked.rounds),
    "real": lambda asked: measure_real(asked.rows),
    "web": lambda asked: measure_web(asked.calls),
    "page": lambda asked: measure_page(),
}


def main(arguments: Sequence[str] | None = None) -> int:
    asked = _parser().parse_args(arguments)
    python = f"{platform.python_implementation()} {platform.python_version()}"
    machine = f"{python}, {platform.system()} {platform.machine()}, {cpu_count()} cores, {load()}"
    print(f"{machine}\n")
    found = [each for name, part in PARTS.items() if name in (asked.only or PARTS) for each in part(asked)]
    rows = [each for each in found if isinstance(each, Row)]
    notes = [each for each in found if isinstance(each, str)]
    print("\n".join([plain(rows), "", *notes, *map(_missed, (row for row in rows if row.missed))]))
    if asked.markdown:
        text = markdown(rows, [machine, *notes])
        if asked.markdown == "-":
            print(f"\n{text}")
        else:
            Path(asked.markdown).write_text(text + "\n", encoding="utf-8")
    return int(any(row.wrong for row in rows))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("--cases", type=_positive, default=5_000, help="single cases in a round (5000)")
    parser.add_argument("--rounds", type=_positive, default=3, help="rounds of decisions and of frames (3)")
    parser.add_argument("--only", action="append", choices=PARTS, help="measure this part; may be given again")
    parser.add_argument("--rows", type=_positive, nargs="+", default=[100_000, 1_000_000], help="of real portfolios")
    parser.add_argument("--calls", type=_positive, default=20_000, help="calls to our server; a tenth to the peer")
    parser.add_argument("--runs", type=_positive, default=11, help="fresh processes of each kind (11)")
    parser.add_argument("--markdown", nargs="?", const="-", metavar="FILE", help="also as Markdown, to FILE or here")
    return parser


def _positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return value


def _missed(row: Row) -> str:
    word, bound = ("SHORT OF", "at least") if row.least else ("OVER", "at most")
    return f"{word} THE BAR: {row.measure}: {row.ratio:.2f}, {bound} {row.bar:g}"


if __name__ == "__main__":
    sys.exit(main())
