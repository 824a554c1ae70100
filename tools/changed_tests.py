"""Runs the policy tests of the texts that changed files belong to, and of those that amend them: paths come in.

Called by the hook with the files of the commit. Exit status: 0 all tests pass, 1 some do not, or a rule is at fault.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from engine.cli.tongue import locale_language
from engine.errors import InputFault
from engine.evaluation.session import Session
from engine.policy.reading import load_registry
from engine.policy.registry import Registry
from engine.suite.running import read_cases, run_case

POLICIES = "policies"


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints each case that does not pass, by its place and name."""
    paths = sys.argv[1:] if arguments is None else arguments
    try:
        session = Session(load_registry(Path(POLICIES)))
        texts = touched(session.registry, paths)
        cases = [case for case in read_cases(session) if case.at.file.split("/")[1] in texts]
        failed = [case for case in cases if not run_case(session, case).passed]
    except InputFault as error:
        print(*(problem.line(locale_language()) for problem in error.problems), sep="\n", file=sys.stderr)
        return 1
    for case in failed:
        print(f"{case.at}: {case.suite} — {case.name}", file=sys.stderr)
    return int(bool(failed))


def touched(registry: Registry, paths: Iterable[str]) -> set[str]:
    """The texts in whose folders the paths lie, and every text that amends one of them; all where none is named."""
    folders = {parts[1] for path in paths if (parts := Path(path).parts)[0] == POLICIES and len(parts) > 2}
    conventions = registry.conventions.values()
    if not folders:
        return {convention.id for convention in conventions}
    return {c.id for c in conventions if any(each.id in folders for each in registry.chain(c))}


if __name__ == "__main__":
    sys.exit(main())
