"""Refuses a commit that changes a rule without its test, its citation or its line in the changelog.

Compares the rules of the index with those of the last commit, item by item, and prints each thing that is missing.
A rule (a value, a condition, a window, an item that comes or goes) asks for all three; labels and citations ask for the
changelog only; notes, comments and layout ask for nothing. Exit status: 0 nothing is missing, 1 something is, 2 usage.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from engine.cli.tongue import locale_language
from engine.comparison.edits.edit import Edit
from engine.comparison.edits.structure import edits
from engine.comparison.revisions import Repository, commit, index, repository, staged_paths
from engine.comparison.sides import revision_side, text_before
from engine.errors import InputFault, Location, Problem, UsageFault
from engine.policy.checks.citations import citations
from engine.policy.model import Convention, Item

SHOWN = 6  # ids named in one message


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints what is missing, and says whether something is."""
    parser = argparse.ArgumentParser(description="Refuse a change of rules without test, citation or changelog.")
    parser.add_argument("--policies", default="policies", help="the folder of conventions")
    parser.add_argument("--lang", choices=["fr", "en"], default=locale_language())
    asked = parser.parse_args(arguments)
    try:
        place = repository(Path(asked.policies))
        problems = InputFault(commit_problems(place)).problems
    except InputFault as error:
        problems = error.problems
    for problem in problems:
        print(problem.line(asked.lang), file=sys.stderr)
    return int(bool(problems))


def commit_problems(place: Repository) -> Iterator[Problem]:
    """What the next commit lacks, convention by convention; what a text keeps of its base is asked for there alone."""
    paths = staged_paths(place)
    before = _last(place)
    registry = revision_side(place, "", index(place)).registry
    found: dict[str, list[Edit]] = {}
    for id_, after in registry.conventions.items():
        old = before.get(id_) or before.get(text_before(after, before) or "")  # a new text is asked for what it changes
        same = old is not None and old.digest == after.digest
        whole = () if same else edits(old or _bare(after), after, registry.vocabulary)
        found[id_] = [each for edit in whole for each in edit.everywhere if each.part != "note"]
    for id_, after in registry.conventions.items():
        told = {_where(each) for base in registry.chain(after)[1:] for each in found[base.id]}
        own = [each for each in found[id_] if _where(each) not in told]
        yield from _missing(own, f"{place.policies}/{id_}", paths)


def _where(change: Edit) -> tuple[object, ...]:
    return change.item, change.part, change.at_before, change.at_after


def _bare(convention: Convention) -> Convention:
    """A convention that says nothing yet: what a new one is compared with."""
    return replace(convention, items={}, overlays=(), derogations={}, interpretations={}, sources={})


def _last(place: Repository) -> dict[str, Convention]:
    """The conventions of the last commit; none where there are none that can be read, so that they can be mended."""
    try:
        return dict(revision_side(place, "HEAD", commit(place, "HEAD")).registry.conventions)
    except (InputFault, UsageFault):
        return {}


def _missing(changes: Sequence[Edit], folder: str, paths: Sequence[str]) -> Iterator[Problem]:
    rules = [change for change in changes if change.weight == "rule"]
    tests, changelog = f"{folder}/tests", f"{folder}/CHANGELOG.md"
    for change in rules:
        if change.at_after is not None and change.kind != "convention" and not _cited(change):
            yield Problem(change.at_after, "commit-citation", {"id": change.item})
    if rules and not any(path.startswith(f"{tests}/") and path.endswith("_test.yaml") for path in paths):
        yield Problem(_place(rules), "commit-test", {"id": _ids(rules), "folder": tests})
    if changes and changelog not in paths:
        yield Problem(_place(changes), "commit-changelog", {"id": _ids(changes), "file": changelog})


def _cited(change: Edit) -> bool:
    """Whether the newer side rests on something: the part itself, its item, or for a new item its rows."""
    return bool(change.cite_after) or (isinstance(change.after, Item) and any(citations(change.after)))


def _place(changes: Sequence[Edit]) -> Location:
    """Where the first change stands; what was removed is shown where it stood."""
    return min(
        (change.at_after is None, place)
        for change in changes
        for place in [change.at_after or change.at_before]
        if place is not None
    )[1]


def _ids(changes: Sequence[Edit]) -> str:
    ids = list(dict.fromkeys(change.item for change in changes))
    return ", ".join([*ids[:SHOWN], *(["…"] if len(ids) > SHOWN else [])])


if __name__ == "__main__":
    sys.exit(main())
